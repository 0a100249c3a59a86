package bench

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/server"
)

var (
	size     = flag.Int("size", 50_000, "contacts; a fifth as many accounts, and related records in the proportion of a customer's")
	database = flag.String("database", "mariadb", "mariadb, mysql or sqlite")
	rounds   = flag.Int("rounds", 5, "how often each is measured, turn by turn")
	lasts    = flag.Duration("lasts", 3*time.Second, "how long one turn lasts")
	report   = flag.String("figures", "", "file for the figures")
	asJSON   = flag.Bool("json", false, "write the figures to standard output, as JSON")
	against  = flag.String("check", "", "file with figures that were recorded: a ratio below three quarters of the one there fails")
)

// clients ask at once, each for the next card when it has the last one.
const clients = 8

func TestMain(m *testing.M) {
	storetest.Main(m, func() {
		if folder != "" {
			_ = os.RemoveAll(folder)
		}
		printFigures()
	})
}

const cardQuery = `query Card($id:ID!){customer(by:{deskContactId:$id}){contact{id name firstName lastName email phone mobile title department account{id name website phone industry}
 opportunities(first:5){nodes{id name stage amount closeDate open}} notes(first:5){nodes{id title body createdAt}} events(first:5){nodes{id subject startsAt endsAt}}
 tasks(first:5){nodes{id subject status dueDate open}}} asOf stale}}`

// turn is one measurement.
type turn struct {
	Rate     float64 // answers a second
	P50, P99 time.Duration
	// CPU is the processor time for an answer: of clients and server, and of the database.
	CPU, Database time.Duration
}

func (t turn) all() time.Duration { return t.CPU + t.Database }

// BenchmarkCard holds a card against the floor: contact, account, five opportunities, notes, events
// and tasks, of customers all over the tables.
func BenchmarkCard(b *testing.B) {
	at := address(b)
	url, tokens := serve(b, at)
	bare := httptest.NewServer(newFloor(b, at))
	b.Cleanup(bare.Close)
	web := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	b.Cleanup(web.CloseIdleConnections)
	asks := map[string]func(id string) *http.Request{"floor": func(id string) *http.Request { return ask(bare.URL, "", fmt.Appendf(nil, `{"ID":%q}`, id)) }}
	for name, token := range tokens {
		asks[name] = func(id string) *http.Request {
			body, _ := json.Marshal(map[string]any{"query": cardQuery, "variables": map[string]any{"id": id}})
			return ask(url+"/graphql", token, body)
		}
	}
	turns := map[string][]turn{}
	for b.Loop() {
		for round := range *rounds + 1 {
			for _, kind := range kinds {
				asked, _, _ := strings.Cut(kind, ", ")
				t := measure(b, web, drawing{asks[asked], walks[asked], kept[kind]}, *lasts)
				if round > 0 { // the first warms up
					turns[kind] = append(turns[kind], t)
				}
			}
		}
	}
	tell(b, turns)
}

// address is a new database of the kind that -database names.
func address(b *testing.B) string {
	b.Helper()
	open := map[string]func(testing.TB) string{"mariadb": storetest.MariaDBAddress, "mysql": storetest.MySQLAddress, "sqlite": storetest.SQLiteAddress}[*database]
	if open == nil {
		b.Fatalf("-database %s: it is mariadb, mysql or sqlite", *database)
	}
	return open(b)
}

// kinds are what is measured, turn by turn; kept is the share of cards that were asked for before.
var (
	kinds = []string{"floor", "open profile", "restricted profile", "open profile, 30% kept", "restricted profile, 30% kept", "open profile, all kept"}
	kept  = map[string]float64{"open profile, 30% kept": 0.3, "restricted profile, 30% kept": 0.3, "open profile, all kept": 1}
	walks = map[string]*atomic.Int64{"floor": {}, "open profile": {}, "restricted profile": {}}
)

// drawing draws whose card is asked for: a share of them of few customers, the others of one after
// the other, so that none of those comes again while it may be kept.
type drawing struct {
	ask  func(id string) *http.Request
	walk *atomic.Int64
	kept float64
}

func (d drawing) next() *http.Request {
	n := rand.IntN(40)
	if rand.Float64() >= d.kept {
		n = int(d.walk.Add(1)*7919%int64(*size-2000)) + 2000 // spread over the tables
		if n%50 == 49 {                                      // it does not live
			n--
		}
	}
	return d.ask(fmt.Sprint("D", 10_000_000+n))
}

func ask(url, token string, body []byte) *http.Request {
	req, _ := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
	return req
}

// serve fills the database and serves it, with a profile that may see everything and one that may
// not see amounts, notes and descriptions.
func serve(b *testing.B, address string) (url string, tokens map[string]string) {
	b.Helper()
	ctx, stop := context.WithCancel(context.Background())
	dir := b.TempDir()
	secret := base64.StdEncoding.EncodeToString(storetest.Key) + "\n"
	must(b, os.WriteFile(filepath.Join(dir, "sidelight.key"), []byte(secret), 0o600))
	keys, err := server.LoadKeys(filepath.Join(dir, "sidelight.key"))
	must(b, err)
	s, err := store.Open(ctx, address, store.Options{Seal: keys.Seal})
	must(b, err)
	c := storetest.Customer
	n := *size
	rows := storetest.Size{Contacts: n, Accounts: n / 5, Opportunities: n * 2, Events: n * 2, Tasks: n * 3, Notes: n, States: n * 4, Changes: n, Runs: c.Runs, Busy: c.Busy}
	began := time.Now()
	storetest.Fill(b, address, rows)
	b.Logf("%s with %d contacts, filled in %s", *database, n, time.Since(began).Round(time.Second/10))
	must(b, s.SaveProfiles(ctx, []models.Profile{{ID: "open", Name: "Open", Switches: models.AllSwitches}, {ID: "narrow", Name: "Narrow", Switches: models.AllSwitches &^ models.CanNotes,
		Hidden: models.Strings{"Opportunity.amount", "Task.description", "Contact.mobile"}}}))
	for _, side := range models.Sides {
		must(b, s.SaveConnection(ctx, models.Connection{Side: side, Connected: true, Host: new(string)}, &models.Credentials{}))
		for _, object := range models.SyncObjects {
			must(b, s.SetCursor(ctx, models.Cursor{Side: side, Object: object, Kind: models.CursorPoll}))
		}
	}
	_, err = s.UpdateIntegration(ctx, func(in *models.Integration) error {
		// What is filled in is old, and stays.
		in.HistoryDays = 100_000
		return nil
	})
	must(b, err)
	must(b, s.Close())
	config := server.Config{StoreConfig: server.StoreConfig{Data: dir, Database: address}}
	config.Listen, config.Rate, config.Timeout, config.Poll, config.Fresh, config.Related, config.AgentShare = "127.0.0.1:0", 1<<30, time.Minute, time.Hour, 100*365*24*time.Hour, "opened", 0.2
	running, err := server.New(ctx, config, server.Options{Logger: slog.New(slog.DiscardHandler)})
	must(b, err)
	served := make(chan error, 1)
	go func() { served <- running.Serve(ctx) }()
	b.Cleanup(func() {
		stop()
		must(b, <-served)
	})
	issuer := server.NewIssuer(keys, time.Now)
	tokens = map[string]string{}
	for name, profile := range map[string]string{"open profile": "open", "restricted profile": "narrow"} {
		tokens[name], _, err = issuer.Issue(server.TokenRequest{Subject: "bench", Scope: models.ScopeAgent, ProfileID: profile, TTL: time.Hour})
		must(b, err)
	}
	return running.URL(), tokens
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// measure has the clients ask for a while.
func measure(b *testing.B, web *http.Client, draw drawing, lasts time.Duration) turn {
	b.Helper()
	var mu sync.Mutex
	var all []time.Duration
	var wg sync.WaitGroup
	end := time.Now().Add(lasts)
	began := time.Now()
	own, theirs := cpuTime()
	for range clients {
		wg.Go(func() {
			var own []time.Duration
			for time.Now().Before(end) {
				req := draw.next()
				from := time.Now()
				res, err := web.Do(req)
				if err != nil {
					b.Error(err)
					return
				}
				text, _ := io.ReadAll(res.Body)
				_ = res.Body.Close()
				own = append(own, time.Since(from))
				if res.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`)) || !bytes.Contains(text, []byte("006")) {
					b.Errorf("%d %s", res.StatusCode, text)
					return
				}
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
		})
	}
	wg.Wait()
	took := time.Since(began)
	ownThen, theirsThen := cpuTime()
	each := func(used time.Duration) time.Duration { return used / time.Duration(max(len(all), 1)) }
	if len(all) == 0 {
		b.Fatal("nothing was answered")
	}
	slices.Sort(all)
	return turn{Rate: float64(len(all)) / took.Seconds(), P50: all[len(all)/2], P99: all[len(all)*99/100], CPU: each(ownThen - own), Database: each(theirsThen - theirs)}
}

// tell prints medians, and the ratio to the floor that was measured right before.
func tell(b *testing.B, turns map[string][]turn) {
	b.Helper()
	figures := map[string]map[string]float64{}
	for _, kind := range kinds {
		median := func(of func(i int, t turn) float64) float64 {
			var all []float64
			for i, t := range turns[kind] {
				all = append(all, of(i, t))
			}
			slices.Sort(all)
			return all[len(all)/2]
		}
		f := map[string]float64{
			"rate":            median(func(_ int, t turn) float64 { return t.Rate }),
			"ratio":           median(func(i int, t turn) float64 { return t.Rate / turns["floor"][i].Rate }),
			"cpu ratio":       median(func(i int, t turn) float64 { return turns["floor"][i].all().Seconds() / t.all().Seconds() }),
			"p50 ms":          median(func(_ int, t turn) float64 { return t.P50.Seconds() * 1000 }),
			"p99 ms":          median(func(_ int, t turn) float64 { return t.P99.Seconds() * 1000 }),
			"cpu ms":          median(func(_ int, t turn) float64 { return t.CPU.Seconds() * 1000 }),
			"database cpu ms": median(func(_ int, t turn) float64 { return t.Database.Seconds() * 1000 }),
		}
		figures[kind] = f
		b.Logf("%-29s %7.0f/s  ratio %.2f, by processor time %.2f  p50 %6.2f ms  p99 %6.2f ms  cpu %5.2f ms and the database's %5.2f ms", kind, f["rate"], f["ratio"], f["cpu ratio"], f["p50 ms"], f["p99 ms"], f["cpu ms"],
			f["database cpu ms"])
	}
	b.ReportMetric(figures["open profile"]["ratio"], "card/floor")
	record(b, "card", figures)
	if *against != "" {
		held(b, *against, figures)
	}
}

// held holds the ratios against those that were recorded. The machine has a say in them, too: what
// is less by a quarter has a cause.
func held(b *testing.B, file string, figures map[string]map[string]float64) {
	b.Helper()
	text, err := os.ReadFile(file)
	must(b, err)
	var recorded struct{ Card map[string]map[string]float64 }
	must(b, json.Unmarshal(text, &recorded))
	for kind, was := range recorded.Card {
		for _, ratio := range []string{"ratio", "cpu ratio"} {
			if is := figures[kind][ratio]; is < was[ratio]*0.75 {
				b.Errorf("%s: the %s is %.2f, and was %.2f", kind, ratio, is, was[ratio])
			}
		}
	}
}
