package bench

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/server"
)

var (
	idleFor    = flag.Duration("idle", 2*time.Minute, "how long the stretch without an edit lasts")
	backlogged = flag.Int("backlog", 6000, "edits of the backlog, at most a quarter of -size")
)

// world is an installation with both vendors, each in a process of its own, the sync as it runs
// for a customer: a poll of a minute, change events and webhooks.
type world struct {
	tb                testing.TB
	web               *http.Client
	vendors, server   *process
	salesforce, desk  string
	bearer, deskToken string // the vendors' own users
	url, admin, agent string
	args              []string
	address           string
	db                *sql.DB
	edited            int // how many edits were made, for each to be another
}

// newWorld starts both vendors with so many contacts and a fifth as many accounts a side, half of
// them on both, and the server with these flags besides.
func newWorld(tb testing.TB, address string, contacts int, flags ...string) *world {
	tb.Helper()
	w := &world{tb: tb, address: address, web: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}}
	tb.Cleanup(w.web.CloseIdleConnections)
	state, data := tb.TempDir(), tb.TempDir()
	free := "127.0.0.1:0"
	w.vendors = launch(tb, "simulate", "--state", state, "--salesforce-listen", free, "--pubsub-listen", free, "--desk-listen", free, "--contacts", fmt.Sprint(contacts), "--accounts", fmt.Sprint(contacts/5))
	w.salesforce = w.vendors.until(`Salesforce\s+(http\S+)`)
	pubsub := w.vendors.until(`Pub/Sub\s+(\S+)`)
	w.desk = w.vendors.until(`Zoho Desk\s+(http\S+)`)
	// The largest organization's days are what the load may cost: what it does cost is the figure.
	send(tb, w.web, http.MethodPost, w.desk+"/_sim/settings", "", object{"dailyCredits": 1 << 30}, nil)
	send(tb, w.web, http.MethodPost, w.salesforce+"/_sim/settings", "", object{"dailyRequests": 1 << 30, "dailyDeliveries": 1 << 30}, nil)
	w.bearer = "Bearer " + w.token(w.salesforce+"/services/oauth2/token", "grant_type=client_credentials&client_id=demo&client_secret=demo-secret")
	w.deskToken = "Zoho-oauthtoken " + w.token(w.desk+"/oauth/v2/token", "grant_type=refresh_token&client_id=demo&client_secret=demo-secret&refresh_token=demo-refresh")
	listen := freePort(tb)
	w.url = "http://" + listen
	w.args = []string{"serve", "--listen", listen, "--public-url", w.url, "--admin-listen", "off", "--data", data, "--database", address, "--start", "--rate", "1000000", "--parallel", "64",
		"--salesforce-url", w.salesforce, "--salesforce-client-id", "demo", "--salesforce-client-secret", "demo-secret", "--pubsub", pubsub, "--pubsub-ca", filepath.Join(state, "pubsub-ca.pem"),
		"--desk-url", w.desk, "--desk-accounts-url", w.desk, "--desk-client-id", "demo", "--desk-client-secret", "demo-secret", "--desk-refresh-token", "demo-refresh", "--desk-org", "700000001"}
	w.args = append(w.args, flags...)
	w.boot()
	keys, err := server.LoadKeys(filepath.Join(data, "sidelight.key"))
	must(tb, err)
	issuer := server.NewIssuer(keys, time.Now)
	for token, scope := range map[*string]models.Scope{&w.admin: models.ScopeAdmin, &w.agent: models.ScopeDashboard} {
		text, _, err := issuer.Issue(server.TokenRequest{Subject: "bench", Scope: scope, TTL: 12 * time.Hour})
		must(tb, err)
		*token = "Bearer " + text
	}
	w.db = openBare(tb, address)
	return w
}

func (w *world) token(url, form string) string {
	w.tb.Helper()
	res, err := w.web.Post(url, "application/x-www-form-urlencoded", strings.NewReader(form))
	must(w.tb, err)
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Token string `json:"access_token"`
	}
	must(w.tb, json.NewDecoder(res.Body).Decode(&answer))
	return answer.Token
}

// boot starts the server and answers how long it took until it was ready.
func (w *world) boot() time.Duration {
	began := time.Now()
	w.server = launch(w.tb, w.args...)
	w.server.until(`serves on (http\S+)`)
	await(w.tb, time.Minute, "the server is ready", func() bool {
		res, err := w.web.Get(w.url + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	return time.Since(began)
}

// ask asks the API and decodes data.
func (w *world) ask(token, query string, variables object, into any) {
	w.tb.Helper()
	var answer struct {
		Data   any
		Errors []any
	}
	answer.Data = into
	send(w.tb, w.web, http.MethodPost, w.url+"/graphql", token, object{"query": query, "variables": variables}, &answer)
	if len(answer.Errors) > 0 {
		w.tb.Fatalf("%v", answer.Errors)
	}
}

// standing is how the sync stands.
type standing struct {
	Integration struct {
		Status   models.IntegrationStatus
		Progress *struct{ Phase models.RunPhase }
		Counts   struct{ Pending, LinkedContacts, LinkedAccounts, OpenFailures int }
	}
}

func (w *world) stands() (s standing) {
	w.tb.Helper()
	w.ask(w.admin, `{integration{status progress{phase} counts{pending linkedContacts linkedAccounts openFailures}}}`, nil, &s)
	return s
}

// settled waits until nothing is to be planned or written.
func (w *world) settled(limit time.Duration) {
	w.tb.Helper()
	await(w.tb, limit, "nothing is left to do", func() bool { return w.stands().Integration.Counts.Pending == 0 })
}

// still waits until the vendors were asked nothing for two seconds.
func (w *world) still() {
	w.tb.Helper()
	last, since := w.calls(), time.Now()
	await(w.tb, time.Minute, "no vendor is asked anything", func() bool {
		if now := w.calls(); now.Desk != last.Desk || now.Salesforce != last.Salesforce {
			last, since = now, time.Now()
		}
		return time.Since(since) >= 2*time.Second
	})
}

// calls are what the vendors counted.
type calls struct {
	Desk, Credits, Salesforce int64
	Routes                    map[string]int64
	Writes                    map[string]int64
}

func (w *world) calls() calls {
	w.tb.Helper()
	type stats struct {
		Total         int64
		Calls, Counts map[string]int64
	}
	var desk, salesforce stats
	send(w.tb, w.web, http.MethodGet, w.desk+"/_sim/stats", "", nil, &desk)
	send(w.tb, w.web, http.MethodGet, w.salesforce+"/_sim/stats", "", nil, &salesforce)
	c := calls{desk.Total, desk.Counts["credits"], salesforce.Total, map[string]int64{}, map[string]int64{}}
	for side, of := range map[string]stats{"desk ": desk, "salesforce ": salesforce} {
		for route, n := range of.Calls {
			c.Routes[side+route] = n
		}
		for kind, n := range of.Counts {
			c.Writes[side+kind] = n
		}
	}
	return c
}

// since is what was counted after an earlier time.
func (c calls) since(before calls) calls {
	out := calls{c.Desk - before.Desk, c.Credits - before.Credits, c.Salesforce - before.Salesforce, map[string]int64{}, map[string]int64{}}
	for route, n := range c.Routes {
		if n -= before.Routes[route]; n > 0 {
			out.Routes[route] = n
		}
	}
	for kind, n := range c.Writes {
		if n -= before.Writes[kind]; n > 0 {
			out.Writes[kind] = n
		}
	}
	return out
}

// created are the records that were made at a vendor.
func (c calls) created(side models.Side) int64 {
	if side == models.Desk {
		return c.Writes["desk contacts.create"] + c.Writes["desk accounts.create"]
	}
	return c.Writes["salesforce create Contact"] + c.Writes["salesforce create Account"]
}

// versions is how often links were seen to change, or planned.
func (w *world) versions() (n float64) {
	w.tb.Helper()
	must(w.tb, w.db.QueryRowContext(w.tb.Context(), "SELECT COALESCE(SUM(version), 0) FROM links").Scan(&n))
	return n
}

// load waits for the first load and measures it.
func (w *world) load() figures {
	w.tb.Helper()
	began, reading := time.Now(), time.Duration(0)
	await(w.tb, time.Hour, "the first load is done", func() bool {
		s := w.stands().Integration
		if p := s.Progress; reading == 0 && (s.Status == models.StatusActive || p != nil && p.Phase == models.PhaseWriting) {
			reading = time.Since(began)
		}
		return s.Status == models.StatusActive
	})
	took := time.Since(began)
	c := w.calls()
	w.settled(10 * time.Minute)
	settled := time.Since(began) - took
	_, most := w.server.memory()
	desk, salesforce := float64(c.created(models.Desk)), float64(c.created(models.Salesforce))
	counts := w.stands().Integration.Counts
	read := float64(counts.LinkedContacts+counts.LinkedAccounts)*2 - desk - salesforce
	writing := max(took-reading, time.Millisecond).Seconds()
	w.tb.Logf("the load called %v, and wrote %v", c.Routes, c.Writes)
	return figures{
		"seconds": took.Seconds(), "read/s": read / reading.Seconds(), "Desk written/s": desk / writing, "Salesforce written/s": salesforce / writing, "memory MiB": most,
		"records read": read, "Desk creates": desk, "Salesforce creates": salesforce, "failures": float64(counts.OpenFailures),
		"Desk calls": float64(c.Desk), "Desk credits": float64(c.Credits), "Salesforce calls": float64(c.Salesforce), "Desk credits a create": float64(c.Credits) / max(desk, 1),
		"Desk reads": float64(c.Desk) - desk, "settled after seconds": settled.Seconds(),
	}
}

// idle measures a stretch in which nobody does anything.
func (w *world) idle(lasts time.Duration) figures {
	w.tb.Helper()
	before, used, planned := w.calls(), w.server.cpu(), w.versions()
	time.Sleep(lasts)
	c, minutes := w.calls().since(before), lasts.Minutes()
	now, _ := w.server.memory()
	w.tb.Logf("in %s without an edit: %v", lasts, c.Routes)
	return figures{
		"Desk credits a minute": float64(c.Credits) / minutes, "Desk calls a minute": float64(c.Desk) / minutes, "Salesforce calls a minute": float64(c.Salesforce) / minutes,
		"share of a core %": (w.server.cpu() - used).Seconds() / lasts.Seconds() * 100, "records planned": w.versions() - planned, "memory MiB": now,
	}
}

// people are contacts on both sides: their ids at Desk and at Salesforce.
func (w *world) people(n int) (out [][2]string) {
	w.tb.Helper()
	rows, err := w.db.QueryContext(w.tb.Context(), fmt.Sprintf(
		"SELECT desk_id, salesforce_id FROM links WHERE object = 'CONTACT' AND desk_id IS NOT NULL AND salesforce_id IS NOT NULL ORDER BY id LIMIT %d", n))
	must(w.tb, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var p [2]string
		must(w.tb, rows.Scan(&p[0], &p[1]))
		out = append(out, p)
	}
	must(w.tb, rows.Err())
	if len(out) < n {
		w.tb.Fatalf("there are %d pairs, %d are wanted", len(out), n)
	}
	return out
}

// edit changes one contact on a side, as its users do.
func (w *world) edit(side models.Side, id, title string) {
	w.tb.Helper()
	if side == models.Desk {
		send(w.tb, w.web, http.MethodPatch, w.desk+"/api/v1/contacts/"+id, w.deskToken, object{"title": title}, nil)
		return
	}
	req := w.salesforce + "/services/data/v68.0/sobjects/Contact/" + id
	send(w.tb, w.web, http.MethodPatch, req, w.bearer, object{"Title": title}, nil)
}

// title is what the side says that a contact's title is.
func (w *world) title(side models.Side, id string) string {
	w.tb.Helper()
	var out struct{ Title string }
	if side == models.Desk {
		send(w.tb, w.web, http.MethodGet, w.desk+"/api/v1/contacts/"+id, w.deskToken, nil, &out)
	} else {
		send(w.tb, w.web, http.MethodGet, w.salesforce+"/services/data/v68.0/sobjects/Contact/"+id, w.bearer, nil, &out)
	}
	return out.Title
}

// own are the calls with which the bench itself edits and looks.
func own(c calls, patches, looks int64, side models.Side) calls {
	if side == models.Desk {
		c.Desk, c.Credits, c.Salesforce = c.Desk-patches, c.Credits-patches, c.Salesforce-looks
	} else {
		c.Desk, c.Credits, c.Salesforce = c.Desk-looks, c.Credits-looks, c.Salesforce-patches
	}
	return c
}

// edits makes single edits on a side, one after the other, and measures how long each takes to the
// other side and what it costs, what its echo costs included.
func (w *world) edits(side models.Side, n int) figures {
	w.tb.Helper()
	people := w.people(n)
	before, looks := w.calls(), int64(0)
	at := func(p [2]string, side models.Side) string {
		if side == models.Desk {
			return p[0]
		}
		return p[1]
	}
	var took []time.Duration
	for _, p := range people {
		w.edited++
		title := fmt.Sprint(side, " edit ", w.edited)
		began := time.Now()
		w.edit(side, at(p, side), title)
		await(w.tb, 2*time.Minute, "the edit is on the other side", func() bool {
			looks++
			return w.title(side.Other(), at(p, side.Other())) == title
		})
		took = append(took, time.Since(began))
	}
	w.settled(time.Minute)
	w.still() // echoes are on their way
	c := own(w.calls().since(before), int64(n), looks, side)
	w.tb.Logf("%d edits in %s: %v", n, side.Name(), w.calls().since(before).Routes)
	slices.Sort(took)
	each := float64(n)
	return figures{"Desk calls": float64(c.Desk) / each, "Desk credits": float64(c.Credits) / each, "Salesforce calls": float64(c.Salesforce) / each, "p50 ms": took[n/2].Seconds() * 1000, "worst ms": took[n-1].Seconds() * 1000}
}

// poll has both sides asked for changes once, and answers what that cost.
func (w *world) poll() calls {
	w.tb.Helper()
	before := w.calls()
	w.ask(w.admin, `mutation{startSync{id}}`, nil, nil)
	await(w.tb, time.Minute, "both sides were asked for their changes", func() bool {
		c := w.calls().since(before)
		return c.Routes["desk GET /api/v1/recycleBin"] >= 2 && c.Routes["salesforce GET /services/data/{version}/queryAll"] >= 2
	})
	w.settled(time.Minute)
	return w.calls().since(before)
}

// backlog edits so many contacts in Salesforce at once, and measures how fast they are carried over
// and how long cards take meanwhile, beside how long they take while nothing is to be done.
func (w *world) backlog(n int) figures {
	w.tb.Helper()
	people := w.people(n)
	quiet := w.cards(people, func() bool { return false }, 100)
	began, before := time.Now(), w.calls()
	for chunk := range slices.Chunk(people, 200) {
		records := make([]object, len(chunk))
		for i, p := range chunk {
			records[i] = object{"attributes": object{"type": "Contact"}, "id": p[1], "Title": fmt.Sprint("backlog ", i)}
		}
		send(w.tb, w.web, http.MethodPatch, w.salesforce+"/services/data/v68.0/composite/sobjects", w.bearer, object{"records": records}, nil)
	}
	written := func() int64 { return w.calls().since(before).Writes["desk contacts.update"] }
	done := make(chan struct{})
	busy := make(chan []time.Duration, 1)
	go func() {
		busy <- w.cards(people, func() bool {
			select {
			case <-done:
				return true
			default:
				return false
			}
		}, 1<<30)
	}()
	await(w.tb, 30*time.Minute, "every edit is in Desk", func() bool { return written() >= int64(n) })
	took := time.Since(began)
	close(done)
	meanwhile := <-busy
	w.settled(5 * time.Minute)
	c := w.calls().since(before)
	w.tb.Logf("%d edits at once: %v", n, c.Routes)
	return figures{"edits": float64(n), "edits/s": float64(n) / took.Seconds(), "Desk credits an edit": float64(c.Credits) / float64(n), "Salesforce calls an edit": float64(c.Salesforce) / float64(n),
		"card p99 ms, quiet": p99(quiet), "card p99 ms, meanwhile": p99(meanwhile)}
}

// cards asks for one card after the other, forty a second, and answers how long each took.
func (w *world) cards(people [][2]string, until func() bool, most int) (took []time.Duration) {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for i := 0; i < most && !until(); i++ {
		<-tick.C
		body, _ := json.Marshal(object{"query": cardQuery, "variables": object{"id": people[i%len(people)][0]}})
		from := time.Now()
		res, err := w.web.Do(ask(w.url+"/graphql", strings.TrimPrefix(w.agent, "Bearer "), body))
		if err != nil {
			w.tb.Error(err)
			return took
		}
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK || bytes.Contains(text, []byte(`"errors"`)) {
			w.tb.Errorf("%d %s", res.StatusCode, text)
			return took
		}
		took = append(took, time.Since(from))
	}
	return took
}

func p99(took []time.Duration) float64 {
	if len(took) == 0 {
		return 0
	}
	slices.Sort(took)
	return took[len(took)*99/100].Seconds() * 1000
}

// BenchmarkSync measures the sync of one installation: its first load, single edits, a backlog, a
// stretch without anything, and a start on what is there.
func BenchmarkSync(b *testing.B) {
	w := newWorld(b, address(b), *size)
	all := map[string]figures{}
	for b.Loop() {
		all["first load"] = w.load()
		w.poll() // the first one reads what the load made
		for _, side := range models.Sides {
			w.edits(side, 1)
			all["an edit in "+side.Name()] = w.edits(side, 20)
		}
		all["backlog"] = w.backlog(min(*backlogged, *size/4))
		all["idle"] = w.idle(*idleFor)
		w.server.end()
		took := w.boot()
		now, _ := w.server.memory()
		all["start"] = figures{"seconds": took.Seconds(), "memory MiB": now}
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Logf("%s: %s", name, all[name])
	}
	b.ReportMetric(all["backlog"]["edits/s"], "edits/s")
	record(b, "sync", all)
}
