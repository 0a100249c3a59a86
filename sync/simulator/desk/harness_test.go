package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sidelight/internal/testkit"
	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/seed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is the time that a test sets.
type clock struct{ *testkit.Clock }

func (c clock) now() time.Time          { return c.Now() }
func (c clock) advance(d time.Duration) { c.Advance(d) }

// rig is a Desk under test, reached over HTTP with the token of its first agent.
type rig struct {
	*testing.T
	clock  clock
	faults *fault.Injector
	desk   *Server
	url    string
	token  string
	client *http.Client
}

// newRig starts a Desk with 60 contacts and 12 accounts; edit may change its configuration.
func newRig(t *testing.T, edit ...func(*Config)) *rig {
	t.Helper()
	c := clock{testkit.NewClock(time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC))}
	faults := fault.New(c.now, 1)
	cfg := Config{Now: c.now, Injector: faults,
		World: seed.Generate(seed.Options{Contacts: 60, Accounts: 12, Overlap: 0.5, Seed: 1, Now: c.now()})}
	for _, change := range edit {
		change(&cfg)
	}
	desk, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(desk.Handler())
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { desk.Run(ctx) })
	client := &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
		stop()
		running.Wait()
		if err := desk.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{T: t, clock: c, faults: faults, desk: desk, url: server.URL, client: client}
	r.token = r.tokenFor(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {RefreshToken}})["access_token"].(string)
	return r
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (r *rig) do(method, path string, payload any, header map[string]string) reply {
	r.Helper()
	var body io.Reader
	switch p := payload.(type) {
	case nil:
	case string:
		body = strings.NewReader(p)
	default:
		raw, err := json.Marshal(p)
		if err != nil {
			r.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, r.url+path, body)
	if err != nil {
		r.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := r.client.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.Fatal(err)
	}
	out := reply{status: res.StatusCode, header: res.Header, text: string(text)}
	_ = json.Unmarshal(text, &out.body)
	return out
}

// call makes an authorized API call.
func (r *rig) call(method, path string, payload any) reply {
	r.Helper()
	return r.do(method, "/api/v1"+path, payload, map[string]string{"Authorization": "Zoho-oauthtoken " + r.token, "orgId": OrgID})
}

// must makes an authorized API call that has to answer 200 or 204.
func (r *rig) must(method, path string, payload any) reply {
	r.Helper()
	a := r.call(method, path, payload)
	if a.status != 200 && a.status != 204 {
		r.Fatalf("%s %s: %d %s", method, path, a.status, a.text)
	}
	return a
}

// tokenFor posts to the token endpoint as the demo client.
func (r *rig) tokenFor(form url.Values) map[string]any {
	r.Helper()
	if !form.Has("client_id") {
		form.Set("client_id", ClientID)
		form.Set("client_secret", ClientSecret)
	}
	a := r.do("POST", "/oauth/v2/token", form.Encode(), map[string]string{"Content-Type": "application/x-www-form-urlencoded"})
	if a.status != 200 {
		r.Fatalf("token: %d %s", a.status, a.text)
	}
	return a.body
}

// rows is the data of a list answer.
func (a reply) rows() []map[string]any {
	list, _ := a.body["data"].([]any)
	out := make([]map[string]any, len(list))
	for i, one := range list {
		out[i] = one.(map[string]any)
	}
	return out
}

func (a reply) text1(name string) string {
	text, _ := a.body[name].(string)
	return text
}

func (a reply) code() string { return a.text1("errorCode") }

// contact makes a contact and returns its id.
func (r *rig) contact(fields map[string]any) string {
	r.Helper()
	return r.must("POST", "/contacts", fields).text1("id")
}

func (r *rig) account(fields map[string]any) string {
	r.Helper()
	return r.must("POST", "/accounts", fields).text1("id")
}
