package graph_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/server"
	"sidelight/sync/simulator"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// harness is a deployment: a whole Sidelight on both simulated vendors, after the first sync. What
// happens in it is watched: every statement and every call.
type harness struct {
	t       testing.TB
	url     string
	vendors *simulator.Running
	issuer  *server.Issuer
	web     *http.Client
	admin   string // a token
	profile string // the id of the profile whose permissions tests change
	planted string // the Salesforce id of the contact that a test made
	agents  map[models.DenyMode]string

	mu         sync.Mutex
	statements []string
}

// newHarness begins with a few people, and with what is put into the vendors before the first sync.
func newHarness(t testing.TB, address string, contacts int, prepare ...func(*harness)) *harness {
	t.Helper()
	h := &harness{t: t, web: &http.Client{Transport: &http.Transport{}}}
	var err error
	if h.vendors, err = simulator.Start(context.Background(), simulator.Config{Contacts: contacts, Accounts: contacts / 4, Overlap: 0.5, Seed: 7}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.vendors.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, p := range prepare {
		p(h)
	}
	dir := t.TempDir()
	config := server.Config{StoreConfig: server.StoreConfig{Data: dir, Database: address}}
	config.Listen, config.Rate, config.Timeout = "127.0.0.1:0", 1_000_000, 15*time.Second
	config.Poll, config.Start, config.AgentShare, config.Fresh, config.Related = time.Hour, true, 0.2, time.Hour, "opened"
	config.MarkField = server.MarkFields{Salesforce: "Sidelight_Link_Id__c", Desk: "cf_sidelight_link_id"}
	config.Salesforce = server.SalesforceConfig{URL: h.vendors.SalesforceURL, ClientID: "demo", ClientSecret: "demo-secret"}
	config.Desk = server.DeskConfig{URL: h.vendors.DeskURL, AccountsURL: h.vendors.DeskURL, DataCenter: "us", ClientID: "demo", ClientSecret: "demo-secret", RefreshToken: "demo-refresh", Org: "700000001"}
	ctx, stop := context.WithCancel(context.Background())
	s, err := server.New(ctx, config, server.Options{Logger: slog.New(slog.DiscardHandler), OnSQL: h.recordStatement})
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx) }()
	t.Cleanup(func() {
		h.web.CloseIdleConnections()
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	ready, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := s.AwaitFirstSync(ready); err != nil {
		t.Fatal(err)
	}
	h.url = s.URL()
	keys, err := server.LoadKeys(filepath.Join(dir, "sidelight.key"))
	if err != nil {
		t.Fatal(err)
	}
	h.issuer = server.NewIssuer(keys, time.Now)
	h.admin = h.token(server.TokenRequest{Scope: models.ScopeAdmin})
	for _, p := range list(h.ask(h.admin, `{profiles{id name}}`), "profiles") {
		if dig(p, "name") == "Light Agent" {
			h.profile = dig(p, "id").(string)
		}
	}
	h.permit(nil) // a new installation keeps lists closed
	return h
}

func (h *harness) recordStatement(statement string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.statements = append(h.statements, statement)
}

// shown are the tables behind what agents see; others are the statements of the sync, of the
// metrics and of open cards about them.
var (
	shown  = regexp.MustCompile("links|desk_(contacts|accounts)|salesforce_(contacts|accounts)|opportunit|notes|events|tasks|changes")
	others = regexp.MustCompile("SELECT \\* FROM `(links|desk_|salesforce_)|`intents`|`id`,`version`,`desk_id`|intents i|SELECT \\* FROM `related_mirrors`|desk_id IS NOT NULL AND salesforce_id IS NOT NULL$")
)

// readStatements are the statements since the last call that read what agents see.
func (h *harness) readStatements() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := slices.DeleteFunc(h.statements, func(s string) bool {
		return !strings.HasPrefix(s, "SELECT") || !shown.MatchString(s) || others.MatchString(s)
	})
	h.statements = nil
	return out
}

func (h *harness) token(r server.TokenRequest) string {
	h.t.Helper()
	r.Subject, r.TTL = "test:"+string(r.Scope), cmp.Or(r.TTL, time.Hour)
	token, _, err := h.issuer.Issue(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// agent is a token of the profile that tests change.
func (h *harness) agent(mode models.DenyMode) string {
	if h.agents == nil {
		h.agents = map[models.DenyMode]string{}
	}
	if h.agents[mode] == "" {
		h.agents[mode] = h.token(server.TokenRequest{Scope: models.ScopeAgent, ProfileID: h.profile, DenyMode: mode})
	}
	return h.agents[mode]
}

var switches = []string{"visible", "contacts", "accounts", "contactInfo", "accountInfo", "opportunities", "notes", "events", "tasks", "lists", "link"}

// permit opens every switch but the ones that are off, and hides single fields.
func (h *harness) permit(off []string, hidden ...string) {
	h.t.Helper()
	permission := map[string]any{"hiddenFields": append([]string{}, hidden...)}
	for _, s := range switches {
		permission[s] = !slices.Contains(off, s)
	}
	a := h.askWith(h.admin, `mutation($id:ID!,$p:ProfilePermissionInput!){setProfilePermission(profileId:$id,permission:$p){id}}`, map[string]any{"id": h.profile, "p": permission})
	if a.errors != nil {
		h.t.Fatal(a.text)
	}
}

// answer is one answer, read and as it came.
type answer struct {
	status     int
	text       string
	data       map[string]any
	errors     []any
	extensions map[string]any
}

// denied are the fields that the answer says were denied, in the order said.
func (a answer) denied() []string {
	out := []string{}
	for _, d := range list(a.extensions, "accessDenied") {
		out = append(out, dig(d, "field").(string))
	}
	return out
}

func (h *harness) ask(token, query string) answer { return h.askWith(token, query, nil) }

func (h *harness) askWith(token, query string, variables map[string]any) answer {
	h.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		h.t.Fatal(err)
	}
	first := h.send(token, body, nil)
	if !strings.Contains(query, "customer(") || strings.Contains(query, "mutation") {
		return first
	}
	return h.warm(first, func() answer { return h.send(token, body, nil) })
}

// warm asks for a card again, whose rows, token and view are kept by now: the answer is the same
// but for the order of its errors, and is what the tests look into. Only where the first one was
// late, and what it waited for came meanwhile, a third one decides.
func (h *harness) warm(first answer, again func() answer) answer {
	h.t.Helper()
	same := func(a, b answer) bool {
		return a.text == b.text || reflect.DeepEqual([]any{a.status, a.data, a.extensions}, []any{b.status, b.data, b.extensions}) && slices.Equal(texts(a.errors), texts(b.errors))
	}
	second := again()
	if same(first, second) {
		return second
	}
	third := again()
	if !same(second, third) {
		h.t.Errorf("three answers to one query: %s\n%s\n%s", first.text, second.text, third.text)
	}
	return third
}

func texts(list []any) []string {
	var out []string
	for _, one := range list {
		out = append(out, fmt.Sprint(one))
	}
	slices.Sort(out)
	return out
}

// send posts a body as it is.
func (h *harness) send(token string, body []byte, change func(*http.Request)) answer {
	h.t.Helper()
	got, err := h.sent(token, body, change)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

// sent is send for those who expect that it may fail.
func (h *harness) sent(token string, body []byte, change func(*http.Request)) (answer, error) {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, h.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	if change != nil {
		change(req)
	}
	return h.answered(req)
}

func (h *harness) do(req *http.Request) answer {
	h.t.Helper()
	got, err := h.answered(req)
	if err != nil {
		h.t.Fatal(err)
	}
	return got
}

func (h *harness) answered(req *http.Request) (answer, error) {
	res, err := h.web.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{}, err
	}
	return read(res.StatusCode, string(text)), nil
}

func read(status int, text string) answer {
	var in struct {
		Data       map[string]any
		Errors     []any
		Extensions map[string]any
	}
	_ = json.Unmarshal([]byte(text), &in) // what is not JSON has neither
	return answer{status, text, in.Data, in.Errors, in.Extensions}
}

// call is one call that a simulated vendor got.
type call struct {
	Method, Path, Query string
	Notes               []string
}

// asked is what Salesforce was asked for, in its own words, since it began.
func (h *harness) asked() []string {
	h.t.Helper()
	res, err := h.web.Get(h.vendors.SalesforceURL + "/_sim/requests")
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	var log struct{ Requests []call }
	if err := json.NewDecoder(res.Body).Decode(&log); err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, c := range log.Requests {
		out = append(out, c.Notes...)
	}
	return out
}

// since is what Salesforce was asked for while something was done.
func (h *harness) since(do func()) []string {
	before := len(h.asked())
	do()
	return h.asked()[before:]
}

// people are the links of contacts that are on both sides and have an account.
func (h *harness) people() []map[string]any {
	h.t.Helper()
	a := h.ask(h.admin, `{contacts(first:200){nodes{id name email deskId salesforceId account{id salesforceId}}}}`)
	var out []map[string]any
	for _, n := range list(a.data, "contacts", "nodes") {
		if n := n.(map[string]any); n["salesforceId"] != nil && n["deskId"] != nil && n["account"] != nil && n["email"] != nil {
			out = append(out, n)
		}
	}
	if len(out) < 3 {
		h.t.Fatalf("there are too few people to look at: %s", a.text)
	}
	return out
}

var dig = testkit.Dig

func list(v any, path ...string) []any {
	if a, ok := v.(answer); ok {
		v = a.data
	}
	return testkit.List(v, path...)
}

func brief(s string) string {
	if len(s) > 600 {
		return s[:600] + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return s
}
