package server

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/simulator"
)

// harness is both vendors and any number of replicas of Sidelight on one database, each reached
// over HTTP.
type harness struct {
	*testing.T
	vendors *simulator.Running
	data    string
	address string
}

// newHarness starts the vendors; nothing is connected yet.
func newHarness(t *testing.T, address string) *harness {
	t.Helper()
	vendors, err := simulator.Start(t.Context(), simulator.Config{Contacts: 40, Accounts: 12, Overlap: 0.5, Seed: 7})
	must(t, err)
	t.Cleanup(func() {
		if err := vendors.Close(); err != nil {
			t.Errorf("closing the vendors: %v", err)
		}
	})
	return &harness{T: t, vendors: vendors, data: t.TempDir(), address: address}
}

// replica is one running process of Sidelight.
type replica struct {
	*Server
	t    *testing.T
	log  *ledger
	stop func() // waits until it has ended
	http *http.Client
}

// ledger keeps a log that several goroutines write.
type ledger struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *ledger) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *ledger) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// connected is a change of the configuration: both vendors by flags, and the first sync begun at
// once.
func (h *harness) connected(c *Config) {
	c.Start = true
	c.Salesforce = SalesforceConfig{URL: h.vendors.SalesforceURL, ClientID: "demo", ClientSecret: "demo-secret"}
	c.Desk = DeskConfig{URL: h.vendors.DeskURL, AccountsURL: h.vendors.DeskURL, DataCenter: "us", ClientID: "demo", ClientSecret: "demo-secret", RefreshToken: "demo-refresh", Org: "700000001"}
}

// joined is the same without a sync.
func (h *harness) joined(c *Config) {
	h.connected(c)
	c.Start = false
}

// met waits until both vendors are connected.
func (r *replica) met() {
	r.t.Helper()
	select {
	case <-r.connected:
	case <-time.After(60 * time.Second):
		r.t.Fatal("the vendors are not connected")
	}
}

// serve starts a replica. With no changes an admin connects it.
func (h *harness) serve(changes ...func(*Config)) *replica {
	h.Helper()
	return h.serveWith(Options{}, changes...)
}

// serveWith starts a replica with options of the program.
func (h *harness) serveWith(options Options, changes ...func(*Config)) *replica {
	h.Helper()
	c := Config{StoreConfig: StoreConfig{Data: h.data, Database: h.address, KeyFile: filepath.Join(h.data, "key")},
		HTTPConfig: HTTPConfig{Listen: "127.0.0.1:0", Rate: 100_000, Timeout: 15 * time.Second}, LogConfig: LogConfig{LogLevel: "debug", LogFormat: "text"}}
	c.AdminListen = "127.0.0.1:0"
	c.Poll, c.AgentShare, c.Fresh, c.Related = time.Second, 0.2, time.Minute, "opened"
	c.MarkField = MarkFields{Salesforce: "Sidelight_Link_Id__c", Desk: "cf_sidelight_link_id"}
	for _, address := range []string{h.vendors.SalesforceURL, h.vendors.DeskURL} {
		c.AllowVendorHost = append(c.AllowVendorHost, strings.SplitAfter(address, "://")[1])
	}
	c.Desk.URL, c.Desk.AccountsURL, c.Desk.DataCenter = h.vendors.DeskURL, h.vendors.DeskURL, "us"
	for _, change := range changes {
		change(&c)
	}
	log := &ledger{}
	options.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := New(h.Context(), c, options)
	must(h.T, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.Context()))
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx) }()
	r := &replica{Server: s, t: h.T, log: log, http: &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}}
	var once sync.Once
	r.stop = func() {
		once.Do(func() {
			r.http.CloseIdleConnections()
			cancel()
			if err := <-done; err != nil {
				h.Errorf("serving ended with %v", err)
			}
		})
	}
	h.Cleanup(func() {
		r.stop()
		if h.Failed() {
			text := log.String()
			h.Logf("the replica logged: %s", text[max(0, len(text)-8000):])
		}
	})
	return r
}

// token makes one of our own tokens, as the command does.
func (r *replica) token(scope models.Scope, profile string) string {
	r.t.Helper()
	request := TokenRequest{Subject: "test:" + string(scope), Scope: scope, TTL: time.Hour}
	if profile != "" {
		p := r.policy.Profile(profile)
		if p == nil {
			r.t.Fatalf("there is no profile %q", profile)
		}
		request.ProfileID = p.ID
	}
	token, _, err := r.issuer.Issue(request)
	must(r.t, err)
	return token
}

// answered is what came back for an HTTP request.
type answered struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

// data digs into the data of a GraphQL answer.
func (a answered) data(path ...string) any {
	return dig(a.body["data"], path...)
}

var dig = testkit.Dig

// code is the code of the first error.
func (a answered) code() string {
	list, _ := a.body["errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	code, _ := dig(list[0], "extensions", "code").(string)
	return code
}

func (r *replica) send(req *http.Request) answered {
	r.t.Helper()
	res, err := r.http.Do(req)
	must(r.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	must(r.t, err)
	out := answered{status: res.StatusCode, header: res.Header, text: string(text)}
	_ = json.Unmarshal(text, &out.body)
	return out
}

// request makes a request to the replica; the body is JSON unless it is nil.
func (r *replica) request(method, path, token string, body any) *http.Request {
	r.t.Helper()
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		must(r.t, err)
		reader = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.URL()+path, reader)
	must(r.t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return req
}

// scraped are the metrics.
func (r *replica) scraped() string {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, r.AdminURL()+"/metrics", nil)
	must(r.t, err)
	return r.send(req).text
}

// ask sends a GraphQL operation.
func (r *replica) ask(token, query string, variables ...any) answered {
	r.t.Helper()
	body := map[string]any{"query": query}
	if len(variables) > 0 {
		vars := map[string]any{}
		for i := 0; i < len(variables); i += 2 {
			vars[variables[i].(string)] = variables[i+1]
		}
		body["variables"] = vars
	}
	return r.send(r.request(http.MethodPost, "/graphql", token, body))
}

// soon waits until something holds.
func (r *replica) soon(what string, holds func() bool) {
	r.t.Helper()
	within(r.t, 30*time.Second, what, holds)
}

func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	testkit.Within(t, limit, what, holds)
}

// synced waits for the first sync.
func (r *replica) synced() {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 60*time.Second)
	defer cancel()
	must(r.t, r.AwaitFirstSync(ctx))
}

// browser is a scripted one: it keeps cookies, and reads pages only as far as their forms.
type browser struct {
	t    *testing.T
	http *http.Client
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	must(t, err)
	b := &browser{t, &http.Client{Jar: jar, Transport: &http.Transport{}, Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	t.Cleanup(b.http.CloseIdleConnections)
	return b
}

// page is where the browser arrived, with what stands there.
type page struct {
	status   int
	location string // where it is sent on to, "" for nowhere
	url      *url.URL
	header   http.Header
	text     string
}

func (b *browser) do(req *http.Request) page {
	b.t.Helper()
	res, err := b.http.Do(req)
	must(b.t, err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	must(b.t, err)
	p := page{res.StatusCode, "", req.URL, res.Header, string(text)}
	if to, err := res.Location(); err == nil {
		p.location = to.String()
	}
	return p
}

func (b *browser) get(address string) page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	must(b.t, err)
	return b.do(req)
}

// follow goes on to where a page sends the browser.
func (b *browser) follow(p page) page {
	b.t.Helper()
	if p.location == "" {
		b.t.Fatalf("%s sends the browser nowhere (%d): %s", p.url.Redacted(), p.status, p.text)
	}
	return b.get(p.location)
}

var (
	formOf  = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)">(.*?)</form>`)
	inputOf = regexp.MustCompile(`<(?:input|button)[^>]*\bname="([^"]*)" value="([^"]*)"`)
)

// submit sends the first form that has the text, and stays where that sends it on to.
func (b *browser) submit(p page, text string, approve bool) page {
	b.t.Helper()
	for _, form := range formOf.FindAllStringSubmatch(p.text, -1) {
		if !strings.Contains(form[0], text) {
			continue
		}
		values := url.Values{}
		for _, input := range inputOf.FindAllStringSubmatch(form[2], -1) {
			values.Set(html.UnescapeString(input[1]), html.UnescapeString(input[2]))
		}
		values.Set("approve", "0")
		if approve {
			values.Set("approve", "1")
		}
		action, err := p.url.Parse(html.UnescapeString(form[1]))
		must(b.t, err)
		req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, action.String(), strings.NewReader(values.Encode()))
		must(b.t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return b.do(req)
	}
	b.t.Fatalf("no form of the page has %q: %s", text, p.text)
	return page{}
}

// vendor calls a control of a simulator.
func (h *harness) vendor(method, address string, body any) map[string]any {
	h.Helper()
	raw, err := json.Marshal(body)
	must(h.T, err)
	req, err := http.NewRequestWithContext(h.Context(), method, address, bytes.NewReader(raw))
	must(h.T, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	must(h.T, err)
	defer http.DefaultClient.CloseIdleConnections()
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 300 {
		text, _ := io.ReadAll(res.Body)
		h.Fatalf("%s %s: %d %s", method, address, res.StatusCode, text)
	}
	var out map[string]any
	_ = json.NewDecoder(res.Body).Decode(&out)
	return out
}

// onEach runs a test on every kind of store.
func onEach(t *testing.T, test func(h *harness)) {
	storetest.Each(t, func(t *testing.T, address string) { test(newHarness(t, address)) })
}

// tokens are those of another program at the vendors.
type tokens struct{ salesforce, desk string }

func (h *harness) grant(address string, form url.Values) string {
	h.Helper()
	res, err := http.PostForm(address, form)
	must(h.T, err)
	defer http.DefaultClient.CloseIdleConnections()
	defer func() { _ = res.Body.Close() }()
	var out struct {
		Token string `json:"access_token"`
	}
	must(h.T, json.NewDecoder(res.Body).Decode(&out))
	return out.Token
}

// outside signs another program in at both vendors.
func (h *harness) outside() tokens {
	client := url.Values{"client_id": {"demo"}, "client_secret": {"demo-secret"}}
	with := func(more ...string) url.Values {
		out := url.Values{}
		for name, v := range client {
			out[name] = v
		}
		for i := 0; i < len(more); i += 2 {
			out.Set(more[i], more[i+1])
		}
		return out
	}
	return tokens{h.grant(h.vendors.SalesforceURL+"/services/oauth2/token", with("grant_type", "client_credentials")),
		h.grant(h.vendors.DeskURL+"/oauth/v2/token", with("grant_type", "refresh_token", "refresh_token", "demo-refresh"))}
}

// salesforce calls the simulated Salesforce's REST API as another program, desk the simulated
// Desk's.
func (h *harness) salesforce(t tokens, method, path string, body any) map[string]any {
	h.Helper()
	return h.api(method, h.vendors.SalesforceURL+"/services/data/v68.0"+path, "Bearer "+t.salesforce, body)
}

func (h *harness) desk(t tokens, method, path string, body any) map[string]any {
	h.Helper()
	return h.api(method, h.vendors.DeskURL+"/api/v1"+path, "Zoho-oauthtoken "+t.desk, body)
}

func (h *harness) api(method, address, auth string, body any) map[string]any {
	h.Helper()
	raw, err := json.Marshal(body)
	must(h.T, err)
	req, err := http.NewRequestWithContext(h.Context(), method, address, bytes.NewReader(raw))
	must(h.T, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", auth)
	req.Header.Set("orgId", "700000001")
	res, err := http.DefaultClient.Do(req)
	must(h.T, err)
	defer http.DefaultClient.CloseIdleConnections()
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	must(h.T, err)
	if res.StatusCode >= 300 {
		h.Fatalf("%s %s: %d %s", method, address, res.StatusCode, text)
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out)
	return out
}
