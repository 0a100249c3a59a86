package zohodesk

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/sync/simulator/desk"
	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/seed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is the time that a test sets.
type clock struct{ *testkit.Clock }

func (c clock) now() time.Time          { return c.Now() }
func (c clock) advance(d time.Duration) { c.Advance(d) }

// vault keeps credentials as a store would.
type vault struct {
	mu    sync.Mutex
	held  models.Credentials
	saves int
}

func (v *vault) get(context.Context) (models.Credentials, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.held, nil
}

func (v *vault) save(_ context.Context, c models.Credentials) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.held, v.saves = c, v.saves+1
	return nil
}

// rig is a client before a simulated Desk, both by the same clock.
type rig struct {
	*testing.T
	*Client
	clock clock
	vault *vault
	url   string
	http  *http.Client
	// hookURL is where a test subscribes.
	hookURL string
}

type options struct {
	contacts, accounts int
	config             func(*Config)
	desk               func(*desk.Config)
}

func newRig(t *testing.T, o options) *rig {
	t.Helper()
	c := clock{testkit.NewClock(time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC))}
	if o.contacts == 0 {
		o.contacts, o.accounts = 60, 12
	}
	world := desk.Config{Now: c.now, Injector: fault.New(c.now, 1),
		World: seed.Generate(seed.Options{Contacts: o.contacts, Accounts: o.accounts, Overlap: 0.5, Seed: 1, Now: c.now()})}
	if o.desk != nil {
		o.desk(&world)
	}
	vendor, err := desk.New(world)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(vendor.Handler())
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { vendor.Run(ctx) })
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	v := &vault{held: models.Credentials{Grant: "authorization_code", ClientID: desk.ClientID, ClientSecret: desk.ClientSecret, RefreshToken: desk.RefreshToken}}
	cfg := Config{APIURL: server.URL, AccountsURL: server.URL, OrgID: desk.OrgID, Credentials: v.get, SaveCredentials: v.save,
		HTTP: &http.Client{Transport: transport, Timeout: 10 * time.Second}, Now: c.now}
	if o.config != nil {
		o.config(&cfg)
	}
	client, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		stop()
		running.Wait()
		if err := vendor.Close(); err != nil {
			t.Error(err)
		}
	})
	return &rig{T: t, Client: client, clock: c, vault: v, url: server.URL, http: &http.Client{Transport: transport}}
}

// raw calls the simulator as somebody else would, and answers the JSON.
func (r *rig) raw(method, path string, payload any) map[string]any {
	r.Helper()
	var body io.Reader
	switch p := payload.(type) {
	case nil:
	case string:
		body = strings.NewReader(p)
	default:
		text, err := json.Marshal(p)
		if err != nil {
			r.Fatal(err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, r.url+path, body)
	if err != nil {
		r.Fatal(err)
	}
	if strings.HasPrefix(path, "/api/") {
		token, err := r.token(r.Context(), "")
		if err != nil {
			r.Fatal(err)
		}
		req.Header.Set("Authorization", "Zoho-oauthtoken "+token)
		req.Header.Set("orgId", desk.OrgID)
	}
	res, err := r.http.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.Fatal(err)
	}
	if res.StatusCode >= 300 {
		r.Fatalf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return out
}

// soon waits until something holds that happens by itself.
func (r *rig) soon(what string, holds func() bool) {
	r.Helper()
	testkit.Soon(r, what, holds)
}

// faults replaces the simulator's fault script.
func (r *rig) faults(script string) { r.Helper(); r.raw("POST", "/_sim/faults", script) }

// calls is how often the simulator was called, by "METHOD pattern".
func (r *rig) calls() map[string]any {
	r.Helper()
	calls, _ := r.raw("GET", "/_sim/stats", nil)["calls"].(map[string]any)
	return calls
}

func (r *rig) contact(fields map[string]any) string {
	r.Helper()
	id, _ := r.raw("POST", "/api/v1/contacts", fields)["id"].(string)
	return id
}

func (r *rig) trash(object models.SyncObject, ids ...string) {
	r.Helper()
	name := module(object)
	r.raw("POST", "/api/v1/"+name+"/moveToTrash", map[string]any{strings.TrimSuffix(name, "s") + "Ids": ids})
}

// listAll reads the object to its end; between is called after each page.
func (r *rig) listAll(object models.SyncObject, fields []string, between func(page int)) []models.Record {
	r.Helper()
	var out []models.Record
	token := ""
	for page := 1; ; page++ {
		p, err := r.List(r.Context(), object, fields, token)
		if err != nil {
			r.Fatal(err)
		}
		out = append(out, p.Records...)
		if p.Next == "" {
			return out
		}
		token = p.Next
		if between != nil {
			between(page)
		}
	}
}

// changesFrom reads changes until there are no more, and answers them with the cursor to go on
// from.
func (r *rig) changesFrom(object models.SyncObject, fields []string, at string) ([]models.Record, string) {
	r.Helper()
	var out []models.Record
	for {
		p, err := r.Changes(r.Context(), object, fields, at)
		if err != nil {
			r.Fatal(err)
		}
		out, at = append(out, p.Records...), p.Cursor
		if !p.More {
			return out, at
		}
	}
}

func byID(records []models.Record) map[string]models.Record {
	out := map[string]models.Record{}
	for _, rec := range records {
		out[rec.ID] = rec
	}
	return out
}
