package graph_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// floor answers the widget's query with nothing but net/http and database/sql: what the machine and
// the database cost alone.
type floor struct{ db *sql.DB }

func newFloor(b *testing.B, address string) *floor {
	b.Helper()
	kind, dsn, _ := strings.Cut(address, ":")
	if kind == "mysql" {
		c, err := mysql.ParseDSN(dsn)
		if err != nil {
			b.Fatal(err)
		}
		c.ParseTime, c.InterpolateParams = true, true
		dsn = c.FormatDSN()
	} else {
		dsn = "file:" + dsn + "?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(kind, dsn)
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxIdleConns(8)
	b.Cleanup(func() { _ = db.Close() })
	return &floor{db}
}

const (
	floorContact = `SELECT l.id, l.desk_id, l.salesforce_id, s.parent_id, s.data FROM links l JOIN salesforce_contacts s ON s.id = l.salesforce_id WHERE l.object = 'CONTACT' AND l.desk_id = ?`
	floorAccount = `SELECT l.id, s.id, s.data FROM links l JOIN salesforce_accounts s ON s.id = l.salesforce_id WHERE l.object = 'ACCOUNT' AND l.salesforce_id = ?`
	floorDeals   = `SELECT id, name, stage, amount, close_date, open FROM opportunities WHERE account_id = ? ORDER BY open DESC, close_date LIMIT 5`
)

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ ID string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out, err := f.read(r.Context(), in.ID)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func (f *floor) read(ctx context.Context, id string) (map[string]any, error) {
	var contact, desk, salesforce, account, data string
	if err := f.db.QueryRowContext(ctx, floorContact, id).Scan(&contact, &desk, &salesforce, &account, &data); err != nil {
		return nil, err
	}
	var accountLink, accountID, accountData string
	if err := f.db.QueryRowContext(ctx, floorAccount, account).Scan(&accountLink, &accountID, &accountData); err != nil {
		return nil, err
	}
	rows, err := f.db.QueryContext(ctx, floorDeals, account)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	deals := []any{}
	for rows.Next() {
		var id, name, stage, closes sql.NullString
		var amount, open any
		if err := rows.Scan(&id, &name, &stage, &amount, &closes, &open); err != nil {
			return nil, err
		}
		deals = append(deals, map[string]any{"id": id.String, "name": name.String, "stage": stage.String, "amount": fmt.Sprint(amount), "closeDate": closes.String, "open": open})
	}
	return map[string]any{"contact": map[string]any{"id": contact, "deskId": desk, "salesforceId": salesforce, "fields": json.RawMessage(data)},
		"account": map[string]any{"id": accountLink, "salesforceId": accountID, "fields": json.RawMessage(accountData)}, "opportunities": deals}, rows.Err()
}

const widgetQuery = `query Card($id:ID!){customer(by:{deskContactId:$id}){contact{id name firstName lastName email phone mobile title department salesforceUrl
 account{id name website phone industry} opportunities(first:5){nodes{id name stage amount closeDate open}}} asOf stale}}`

// BenchmarkWidget holds the API against the floor in one run, turn by turn, so that both meet the
// same machine.
func BenchmarkWidget(b *testing.B) {
	for _, kind := range []string{"sqlite", "mysql"} {
		b.Run(kind, func(b *testing.B) {
			address := storetest.SQLiteAddress(b)
			if kind == "mysql" {
				address = storetest.MySQLAddress(b)
			}
			h := newHarness(b, address, 200)
			h.settled()
			h.permit(nil)
			h.web.Transport.(*http.Transport).MaxIdleConnsPerHost = 16
			bare := httptest.NewServer(newFloor(b, address))
			defer bare.Close()
			token, ids := h.agent(models.DenyMask), []string{}
			for _, p := range h.people() {
				if a := h.askWith(token, widgetQuery, map[string]any{"id": p["deskId"]}); a.errors != nil {
					b.Fatal(a.text)
				}
				ids = append(ids, p["deskId"].(string))
			}
			one := func(url, token string, body []byte) time.Duration {
				req, _ := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
				req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
				began := time.Now()
				res, err := h.web.Do(req)
				if err != nil {
					b.Fatal(err)
				}
				text, _ := io.ReadAll(res.Body)
				_ = res.Body.Close()
				took := time.Since(began)
				if res.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`)) {
					b.Fatalf("%d %s", res.StatusCode, text)
				}
				return took
			}
			var floors, apis []time.Duration
			b.ResetTimer()
			for i := 0; b.Loop(); i++ {
				id := ids[i%len(ids)]
				body, _ := json.Marshal(map[string]any{"query": widgetQuery, "variables": map[string]any{"id": id}})
				floors = append(floors, one(bare.URL, "", fmt.Appendf(nil, `{"ID":%q}`, id)))
				apis = append(apis, one(h.url+"/graphql", token, body))
			}
			median := func(of []time.Duration) float64 {
				slices.Sort(of)
				return float64(of[len(of)/2].Microseconds())
			}
			b.ReportMetric(median(floors), "floor-µs")
			b.ReportMetric(median(apis), "api-µs")
			b.ReportMetric(median(apis)/median(floors), "api/floor")
		})
	}
}
