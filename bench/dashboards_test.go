package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"
)

// A dashboard asks for pages of a list and for sums. Beside each stands the statement that a person
// would write for the same rows.
var dashboards = []struct {
	name, query, statement string
	values                 []any
}{
	{"first page", `{opportunities(first:50,orderBy:CLOSE_DATE_DESC){nodes{id name stage amount closeDate} pageInfo{endCursor}}}`,
		"SELECT id, name, stage, amount, close_date FROM opportunities WHERE close_date IS NOT NULL ORDER BY close_date DESC, id DESC LIMIT 50", nil},
	{"filter and sort", `{opportunities(first:50,orderBy:AMOUNT_DESC,filter:{open:true,stage:["Stage 3"]}){nodes{id name stage amount closeDate} pageInfo{endCursor}}}`,
		"SELECT id, name, stage, amount, close_date FROM opportunities WHERE open = 1 AND stage = 'Stage 3' AND amount IS NOT NULL ORDER BY amount DESC, id DESC LIMIT 50", nil},
	{"pipeline", `{pipeline(groupBy:STAGE){key count amount currency}}`,
		"SELECT stage, currency, COUNT(*), SUM(amount), '' FROM opportunities GROUP BY stage, currency", nil},
}

// deepAfter is how many pages of 200 come before the deep page.
const deepAfter = 20

// BenchmarkDashboards holds lists and sums of opportunities, of which there are twice as many as
// contacts, against SQL that was written by hand.
func BenchmarkDashboards(b *testing.B) {
	at := address(b)
	url, tokens := serve(b, at)
	db := openBare(b, at)
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	b.Cleanup(web.CloseIdleConnections)
	request := func(query string, into any) {
		b.Helper()
		body, _ := json.Marshal(object{"query": query})
		res, err := web.Do(ask(url+"/graphql", tokens["open profile"], body))
		must(b, err)
		defer func() { _ = res.Body.Close() }()
		text, err := io.ReadAll(res.Body)
		must(b, err)
		var answer struct {
			Data   json.RawMessage
			Errors []any
		}
		must(b, json.Unmarshal(text, &answer))
		if len(answer.Errors) > 0 {
			b.Fatal(string(text))
		}
		if into != nil {
			must(b, json.Unmarshal(answer.Data, into))
		}
	}
	read := func(statement string, values ...any) (last [5]any) {
		b.Helper()
		rows, err := db.QueryContext(context.Background(), statement, values...)
		must(b, err)
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			must(b, rows.Scan(&last[0], &last[1], &last[2], &last[3], &last[4]))
		}
		must(b, rows.Err())
		return last
	}
	all := dashboards
	after, first := "", `first:200,orderBy:CLOSE_DATE_DESC`
	for range deepAfter {
		var page struct {
			Opportunities struct{ PageInfo struct{ EndCursor string } }
		}
		more := ""
		if after != "" {
			more = fmt.Sprintf(",after:%q", after)
		}
		request(fmt.Sprintf(`{opportunities(%s%s){nodes{id closeDate} pageInfo{endCursor}}}`, first, more), &page)
		after = page.Opportunities.PageInfo.EndCursor
	}
	end := read("SELECT id, name, stage, amount, close_date FROM opportunities WHERE close_date IS NOT NULL ORDER BY close_date DESC, id DESC LIMIT ?", deepAfter*200)
	all = append(slices.Clone(all), struct {
		name, query, statement string
		values                 []any
	}{"deep page", fmt.Sprintf(`{opportunities(first:50,orderBy:CLOSE_DATE_DESC,after:%q){nodes{id name stage amount closeDate} pageInfo{endCursor}}}`, after),
		"SELECT id, name, stage, amount, close_date FROM opportunities WHERE close_date <= ? AND (close_date < ? OR id < ?) ORDER BY close_date DESC, id DESC LIMIT 50", []any{end[4], end[4], end[0]}})
	took := func(what func()) time.Duration {
		began := time.Now()
		what()
		return time.Since(began)
	}
	out := map[string]figures{}
	for b.Loop() {
		for _, d := range all {
			var api, hand, ratios []float64
			for round := range 2 * *rounds * 5 {
				byAPI, byHand := took(func() { request(d.query, nil) }), took(func() { read(d.statement, d.values...) })
				if round < 5 { // these warm up
					continue
				}
				api, hand, ratios = append(api, byAPI.Seconds()*1000), append(hand, byHand.Seconds()*1000), append(ratios, byAPI.Seconds()/byHand.Seconds())
			}
			for _, list := range [][]float64{api, hand, ratios} {
				slices.Sort(list)
			}
			out[d.name] = figures{"p50 ms": api[len(api)/2], "by hand p50 ms": hand[len(hand)/2], "times as long": ratios[len(ratios)/2]}
			b.Logf("%s: %s", d.name, out[d.name])
		}
	}
	record(b, "dashboards", out)
}
