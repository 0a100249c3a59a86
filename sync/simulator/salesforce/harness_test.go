package salesforce

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sidelight/internal/testkit"
	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/seed"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// obj is a JSON object.
type obj = map[string]any

// arr is a JSON array.
type arr = []any

// rig is an organization under test, reached over HTTP with a session of the demo client.
type rig struct {
	*testing.T
	clock  *testkit.Clock
	faults *fault.Injector
	server *Server
	url    string
	token  string
	client *http.Client
}

// newRig starts an organization with 60 contacts and 12 accounts; edit may change its
// configuration.
func newRig(t *testing.T, edit ...func(*Config)) *rig {
	t.Helper()
	c := testkit.NewClock(time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC))
	faults := fault.New(c.Now, 1)
	cfg := Config{Now: c.Now, Injector: faults,
		World: seed.Generate(seed.Options{Contacts: 60, Accounts: 12, Overlap: 0.5, Seed: 1, Now: c.Now()})}
	for _, change := range edit {
		change(&cfg)
	}
	server, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server.Handler())
	client := &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		listening.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{T: t, clock: c, faults: faults, server: server, url: listening.URL, client: client}
	r.token = r.tokenFor(neturl.Values{"grant_type": {"client_credentials"}}).want(200).text("access_token")
	return r
}

// reply is what came back. body is the object, or the first of a list of them.
type reply struct {
	*testing.T
	status int
	header http.Header
	raw    string
	body   obj
	items  arr
}

// send makes a call; a header is given as name and value in turn.
func (r *rig) send(method, target string, payload any, header ...string) reply {
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
	req, err := http.NewRequest(method, r.url+target, body)
	if err != nil {
		r.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := r.client.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		r.Fatal(err)
	}
	out := reply{T: r.T, status: res.StatusCode, header: res.Header, raw: string(raw)}
	if json.Unmarshal(raw, &out.items) == nil && len(out.items) > 0 {
		out.body, _ = out.items[0].(obj)
	} else {
		_ = json.Unmarshal(raw, &out.body)
	}
	return out
}

// base is the path of the version under test.
const base = "/services/data/v68.0"

// call makes an authorized API call, path being below the version unless it is a whole one.
func (r *rig) call(method, path string, payload any, header ...string) reply {
	r.Helper()
	if !strings.HasPrefix(path, "/services/") {
		path = base + path
	}
	return r.send(method, path, payload, append([]string{"Authorization", "Bearer " + r.token}, header...)...)
}

// tokenFor posts to the token endpoint, as the demo client unless the form names another.
func (r *rig) tokenFor(form neturl.Values) reply {
	r.Helper()
	if !form.Has("client_id") {
		form.Set("client_id", ClientID)
		form.Set("client_secret", ClientSecret)
	}
	return r.send("POST", "/services/oauth2/token", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// want checks the status.
func (a reply) want(status int) reply {
	a.Helper()
	if a.status != status {
		a.Fatalf("status %d instead of %d: %s", a.status, status, a.raw)
	}
	return a
}

// refused checks an error in the form of a list of one.
func (a reply) refused(status int, code string) {
	a.Helper()
	if a.status != status || a.text("errorCode") != code {
		a.Errorf("%d %s instead of %d %s: %s", a.status, a.text("errorCode"), status, code, a.raw)
	}
}

func (a reply) text(name string) string {
	text, _ := a.body[name].(string)
	return text
}

// records are those of a query's answer.
func (a reply) records() []obj { return objects(a.body["records"]) }

// all are the objects of an answer that is a list.
func (a reply) all() []obj { return objects(a.items) }

func objects(v any) []obj {
	items, _ := v.(arr)
	out := make([]obj, len(items))
	for i, one := range items {
		out[i], _ = one.(obj)
	}
	return out
}

func (r *rig) query(soql string, header ...string) reply {
	r.Helper()
	return r.call("GET", "/query?q="+neturl.QueryEscape(soql), nil, header...)
}

// rows are the records of a query that has to work.
func (r *rig) rows(soql string) []obj {
	r.Helper()
	return r.query(soql).want(200).records()
}

// make creates a record and returns its id.
func (r *rig) make(kind string, fields obj) string {
	r.Helper()
	return r.call("POST", "/sobjects/"+kind, fields).want(201).text("id")
}

// fault loads a rule.
func (r *rig) fault(rule string) {
	r.Helper()
	if err := r.faults.Load([]byte("[" + rule + "]")); err != nil {
		r.Fatal(err)
	}
}
