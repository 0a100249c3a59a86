package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
	"sidelight/sync/vendor"
	"sidelight/sync/zohodesk"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(replicaVariable); text != "" {
		os.Exit(runReplica(text))
	}
	storetest.Main(m)
}

// liveEngine is a running engine between both simulated vendors, on a real store.
type liveEngine struct {
	t       *testing.T
	vendors *simulator.Running
	store   *store.Store
	engine  *engine.Engine
	remotes map[models.Side]vendor.Remote
	http    *http.Client

	deskToken string // of another program at Desk
}

// Remote implements vendor.Remotes.
func (h *liveEngine) Remote(side models.Side) (vendor.Remote, error) { return h.remotes[side], nil }

func open(t *testing.T, address string, contacts int, change ...func(*engine.Config)) *liveEngine {
	t.Helper()
	ctx := context.Background()
	vendors, err := simulator.Start(ctx, simulator.Config{Contacts: contacts, Accounts: contacts / 5, Overlap: 0, Seed: 7})
	must(t, err)
	h := &liveEngine{t: t, vendors: vendors, store: storetest.Open(t, address), remotes: map[models.Side]vendor.Remote{}, http: &http.Client{Transport: &http.Transport{}}}
	credentials := func(c models.Credentials) func(context.Context) (models.Credentials, error) {
		return func(context.Context) (models.Credentials, error) { return c, nil }
	}
	h.remotes[models.Salesforce], err = salesforce.New(salesforce.Config{LoginURL: vendors.SalesforceURL, HTTP: h.http,
		Credentials: credentials(models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"})})
	must(t, err)
	h.remotes[models.Desk], err = zohodesk.New(zohodesk.Config{APIURL: vendors.DeskURL, AccountsURL: vendors.DeskURL, OrgID: "700000001", HTTP: h.http,
		Credentials: credentials(models.Credentials{ClientID: "demo", ClientSecret: "demo-secret", RefreshToken: "demo-refresh"})})
	must(t, err)
	config := engine.Config{Store: h.store, Remotes: h, Owner: "test", Poll: 200 * time.Millisecond, UnknownGrace: time.Second}
	for _, c := range change {
		c(&config)
	}
	h.engine = engine.New(config)
	running, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- h.engine.Run(running) }()
	t.Cleanup(func() {
		stop()
		must(t, <-done)
		h.http.CloseIdleConnections()
		must(t, vendors.Close())
	})
	for _, side := range models.Sides {
		must(t, h.engine.Connected(ctx, side))
	}
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// settle starts the sync if need be, and waits until nothing is owed.
func (h *liveEngine) settle() models.SyncCounts {
	h.t.Helper()
	if in, err := h.store.Integration(context.Background()); err == nil && in.Status == models.StatusReady {
		_, err := h.engine.Start(context.Background())
		must(h.t, err)
	}
	var counts models.SyncCounts
	h.soon("nothing is owed", func() bool {
		in, err := h.store.Integration(context.Background())
		must(h.t, err)
		counts, err = h.store.Counts(context.Background())
		must(h.t, err)
		return in.Status == models.StatusActive && counts.Pending == 0
	})
	return counts
}

func (h *liveEngine) soon(what string, holds func() bool) {
	h.t.Helper()
	deadline, tick := time.Now().Add(90*time.Second), time.NewTicker(50*time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			h.t.Fatalf("it did not happen: %s", what)
		}
		<-tick.C
	}
}

// sim talks to a simulator's control surface.
func (h *liveEngine) sim(side models.Side, method, path, body string) map[string]any {
	h.t.Helper()
	base := h.vendors.DeskURL
	if side == models.Salesforce {
		base = h.vendors.SalesforceURL
	}
	req, err := http.NewRequest(method, base+path, strings.NewReader(body))
	must(h.t, err)
	res, err := h.http.Do(req)
	must(h.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(h.t, err)
	if res.StatusCode >= 300 {
		h.t.Fatalf("%s %s: %s %s", method, path, res.Status, text)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return out
}

// outside calls Salesforce's REST API as another program would.
func (h *liveEngine) outside(method, path string) {
	h.t.Helper()
	res, err := h.http.PostForm(h.vendors.SalesforceURL+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {"demo"}, "client_secret": {"demo-secret"}})
	must(h.t, err)
	defer res.Body.Close()
	var token struct {
		Access string `json:"access_token"`
	}
	must(h.t, json.NewDecoder(res.Body).Decode(&token))
	req, err := http.NewRequest(method, h.vendors.SalesforceURL+path, nil)
	must(h.t, err)
	req.Header.Set("Authorization", "Bearer "+token.Access)
	answer, err := h.http.Do(req)
	must(h.t, err)
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		h.t.Fatalf("%s %s: %s", method, path, answer.Status)
	}
}

// records are the live contacts of a side.
func (h *liveEngine) records(side models.Side) []models.Record {
	h.t.Helper()
	var out []models.Record
	for token := ""; ; {
		page, err := h.remotes[side].List(context.Background(), models.ContactObject, []string{"email", "lastName", "Email", "LastName", "phone", "Phone", "title", "Title"}, token)
		must(h.t, err)
		out = append(out, page.Records...)
		if token = page.Next; token == "" {
			return out
		}
	}
}

// edit writes one field of a record as its own users would.
func (h *liveEngine) edit(side models.Side, id, name, value string) {
	h.t.Helper()
	out, err := h.remotes[side].Write(context.Background(), models.ContactObject, []models.Write{{Op: models.OpUpdate, ID: id, Values: models.Values{name: models.Text(value)}}})
	must(h.t, err)
	if out[0].Err != nil {
		h.t.Fatal(out[0].Err)
	}
}

func TestOneEditIsOneWriteAndNothingComesBack(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 40)
	h.settle()
	before := h.written()
	edited := 0
	for i, r := range h.records(models.Salesforce) {
		if edited == 20 {
			break
		}
		if r.Values["Email"].IsBlank() {
			continue
		}
		h.edit(models.Salesforce, r.ID, "Title", fmt.Sprint("Title ", i))
		edited++
	}
	h.soon("the titles are in Desk", func() bool {
		n := 0
		for _, r := range h.records(models.Desk) {
			if strings.HasPrefix(r.Values["title"].String(), "Title ") {
				n++
			}
		}
		return n == edited
	})
	h.settle()
	for range 3 { // further polls find nothing to do
		h.engine.PollNow()
		h.settle()
	}
	after := h.written()
	if desk, sf := after[models.Desk]-before[models.Desk], after[models.Salesforce]-before[models.Salesforce]; desk != edited || sf != edited {
		t.Errorf("%d edits in Salesforce came to %d writes there and %d in Desk", edited, sf, desk)
	}
}

// written counts the updates that each vendor has seen.
func (h *liveEngine) written() map[models.Side]int {
	h.t.Helper()
	out := map[models.Side]int{}
	counts, _ := h.sim(models.Salesforce, "GET", "/_sim/stats", "")["counts"].(map[string]any)
	n, _ := counts["update Contact"].(float64)
	out[models.Salesforce] = int(n)
	calls, _ := h.sim(models.Desk, "GET", "/_sim/stats", "")["calls"].(map[string]any)
	n, _ = calls["PATCH /api/v1/contacts/{id}"].(float64)
	out[models.Desk] = int(n)
	return out
}

func TestOneBadRecordBlocksNobodyAndGoesThroughOnceItIsMended(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := open(t, address, 30)
		h.settle()
		before, err := h.store.Counts(context.Background())
		must(t, err)
		long := strings.Repeat("x", 120) // Desk takes 100 characters, Salesforce 128
		list := h.records(models.Salesforce)
		h.edit(models.Salesforce, list[0].ID, "Title", long)
		h.edit(models.Salesforce, list[1].ID, "Title", "Fine")
		h.soon("the failure stands in the log", func() bool {
			c, err := h.store.Counts(context.Background())
			must(t, err)
			return c.OpenFailures == before.OpenFailures+1
		})
		code := string(models.CodeValueTooLong)
		log, err := h.store.Failures(context.Background(), models.FailureFilter{Code: &code}, models.Page{}, false)
		must(t, err)
		if len(log.Rows) != 1 || log.Rows[0].RecordID != list[0].ID || log.Rows[0].Hint == nil {
			t.Fatalf("%+v", log.Rows)
		}
		h.edit(models.Salesforce, list[0].ID, "Title", "Short")
		h.soon("it is through", func() bool {
			c, err := h.store.Counts(context.Background())
			must(t, err)
			return c.OpenFailures == before.OpenFailures
		})
		n := 0
		for _, r := range h.records(models.Desk) {
			if v := r.Values["title"].String(); v == "Fine" || v == "Short" {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d of 2 titles are in Desk", n)
		}
	})
}
