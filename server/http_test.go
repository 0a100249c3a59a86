package server

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestEachCallerHasARateOfItsOwn(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected, func(c *Config) { c.Rate = 5 })
	r.synced()
	one, other := r.token(models.ScopeAdmin, ""), r.token(models.ScopeAgent, "Agent")
	for n := range 5 {
		if got := r.ask(one, whoAmI); got.status != http.StatusOK {
			t.Fatalf("request %d: %d %s", n, got.status, got.text)
		}
	}
	got := r.ask(one, whoAmI)
	if got.status != http.StatusTooManyRequests || got.code() != "RATE_LIMITED" || got.header.Get("Retry-After") == "" || got.body["data"] != nil {
		t.Errorf("the sixth: %d %s %v", got.status, got.text, got.header)
	}
	if got := r.send(r.request(http.MethodGet, "/export/failures.csv", one, nil)); got.status != http.StatusTooManyRequests {
		t.Errorf("a download of the same caller: %d", got.status)
	}
	again, _, err := r.issuer.Issue(TokenRequest{Subject: "test:ADMIN", Scope: models.ScopeAdmin, TTL: time.Hour})
	must(t, err)
	if got := r.ask(again, whoAmI); got.status != http.StatusTooManyRequests {
		t.Errorf("another token of the same caller: %d", got.status)
	}
	if got := r.ask(other, whoAmI); got.status != http.StatusOK {
		t.Errorf("another caller: %d %s", got.status, got.text)
	}
	for range 6 {
		got = r.renew("x.y", ourDevice)
	}
	if got.status != http.StatusTooManyRequests {
		t.Errorf("guessing refresh tokens: %d", got.status)
	}
	if got := r.send(r.request(http.MethodGet, "/healthz", "", nil)); got.status != http.StatusOK {
		t.Errorf("a probe: %d", got.status)
	}
}

func TestOnlyTheNamedOriginsMayCallFromAPage(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected, func(c *Config) { c.AllowOrigin = []string{"https://desk.example", "https://*.zappsusercontent.com"} })
	r.synced()
	admin := r.token(models.ScopeAdmin, "")
	for origin, allowed := range map[string]bool{
		"https://desk.example": true, "https://plugin-1.zappsusercontent.com": true,
		"https://evil.example": false, "https://desk.example.evil.example": false, "http://desk.example": false, "https://zappsusercontent.com.evil.example": false, "null": false,
	} {
		preflight := r.request(http.MethodOptions, "/graphql", "", nil)
		preflight.Header.Set("Origin", origin)
		preflight.Header.Set("Access-Control-Request-Method", "POST")
		preflight.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
		got := r.send(preflight)
		if is := got.header.Get("Access-Control-Allow-Origin") == origin; is != allowed {
			t.Errorf("%s before its call: %v %v", origin, got.status, got.header)
		}
		for name, token := range map[string]string{"signed in": admin, "refused": "x"} {
			call := r.request(http.MethodPost, "/graphql", token, map[string]any{"query": whoAmI})
			call.Header.Set("Origin", origin)
			got = r.send(call)
			if is := got.header.Get("Access-Control-Allow-Origin") == origin; is != allowed || got.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("%s, %s: %v", origin, name, got.header)
			}
		}
		dial, stop := context.WithTimeout(t.Context(), 10*time.Second)
		conn, res, err := websocket.Dial(dial, strings.Replace(r.URL(), "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {origin}}})
		if conn != nil {
			_ = conn.CloseNow()
		}
		stop()
		if res != nil && res.Body != nil {
			_ = res.Body.Close()
		}
		// The scheme is the proxy's affair: behind one, Sidelight itself sees no TLS.
		if opened := err == nil; opened != (allowed || origin == "http://desk.example") {
			t.Errorf("%s opens a socket: %v", origin, err)
		}
	}
	plain := h.serve()
	preflight := plain.request(http.MethodOptions, "/graphql", "", nil)
	preflight.Header.Set("Origin", "https://desk.example")
	preflight.Header.Set("Access-Control-Request-Method", "POST")
	if got := plain.send(preflight); got.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("with no origins named: %v", got.header)
	}
}

func TestEveryAnswerHasAnIDThatTheLogHasToo(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve()
	seen := map[string]bool{}
	for _, req := range []*http.Request{r.request(http.MethodGet, "/healthz", "", nil), r.request(http.MethodPost, "/graphql", "x", nil), r.request(http.MethodGet, "/nothing", "", nil),
		r.request(http.MethodGet, "/console", "", nil), r.request(http.MethodPost, "/graphql", r.token(models.ScopeAdmin, ""), map[string]any{"query": whoAmI})} {
		req.Header.Set("X-Request-Id", "chosen-by-the-caller")
		got := r.send(req)
		id := got.header.Get("X-Request-Id")
		if !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(id) || seen[id] || !strings.Contains(r.log.String(), "request="+id) {
			t.Errorf("%s has the id %q", req.URL.Path, id)
		}
		seen[id] = true
	}
}

func TestAnErrorOfOursSaysNothingButItsID(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected)
	r.synced()
	admin := r.token(models.ScopeAdmin, "")
	db, err := sql.Open("sqlite", strings.TrimPrefix(h.address, "sqlite:"))
	must(t, err)
	_, err = db.ExecContext(t.Context(), "ALTER TABLE failures RENAME COLUMN last_at TO gone")
	must(t, errors.Join(err, db.Close()))
	got := r.ask(admin, `{failures{totalCount}}`)
	id := got.header.Get("X-Request-Id")
	if got.code() != "INTERNAL" || dig(list(got.body["errors"])[0], "extensions", "requestId") != id || strings.Contains(strings.ToLower(got.text), "table") || strings.Contains(strings.ToLower(got.text), "sql") {
		t.Errorf("%s (%s)", got.text, id)
	}
	if !strings.Contains(r.log.String(), id) {
		t.Error("the log does not say what went wrong")
	}
	if got := r.send(r.request(http.MethodGet, "/export/failures.csv", admin, nil)); got.status != http.StatusInternalServerError || got.code() != "INTERNAL" || strings.Contains(got.text, "table") {
		t.Errorf("a download: %d %s", got.status, got.text)
	}
}

func TestReadyTellsWhatIsWrongAndSinceWhen(t *testing.T) {
	stopping := make(chan struct{})
	problem, text, since := models.DatabaseFull, models.DatabaseFull.Sentence(), time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		health models.DatabaseHealth
		code   int
		says   []string
		later  string
	}{
		"well": {models.DatabaseHealth{OK: true}, http.StatusOK, []string{`{"status":"ok"}`}, ""},
		"full": {models.DatabaseHealth{Code: &problem, Problem: &text, Since: &since}, http.StatusServiceUnavailable, []string{`"FULL"`, "Free space on it", "2026-03-01T12:00:00Z"}, "5"},
	} {
		w := httptest.NewRecorder()
		health{beat: func(context.Context) models.DatabaseHealth { return c.health }, stopping: stopping}.ready(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		for _, says := range c.says {
			if !strings.Contains(w.Body.String(), says) {
				t.Errorf("%s: %s", name, w.Body)
			}
		}
		if w.Code != c.code || w.Header().Get("Retry-After") != c.later {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	close(stopping)
	w := httptest.NewRecorder()
	health{stopping: stopping}.ready(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "stopping") {
		t.Errorf("stopping: %d %s", w.Code, w.Body)
	}
}

func TestAVendorThatIsDownLeavesTheServerReady(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected)
	r.synced()
	ticket := firstTicket(t, r)
	agent := r.token(models.ScopeAgent, "Agent")
	card := `{customer(by:{deskTicketId:"` + ticket + `"}){contact{name}}}`
	before := r.ask(agent, card)
	must(t, h.vendors.Close())
	if got := r.ask(agent, card); got.data("customer", "contact", "name") == nil || got.data("customer", "contact", "name") != before.data("customer", "contact", "name") {
		t.Errorf("with both vendors down: %s", got.text)
	}
	if got := r.send(r.request(http.MethodGet, "/readyz", "", nil)); got.status != http.StatusOK {
		t.Errorf("ready: %d %s", got.status, got.text)
	}
}

func TestABodyThatTricklesIsNotWaitedFor(t *testing.T) {
	got := make(chan error, 1)
	server := httptest.NewServer(withDeadlines(50*time.Millisecond, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		got <- err
	})))
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	must(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it")
	must(t, err)
	select {
	case err := <-got:
		var late net.Error
		if !errors.As(err, &late) || !late.Timeout() {
			t.Errorf("reading ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for the rest")
	}
}

func TestAnAnswerThatStreamsOutlastsTheDeadlineOfItsBody(t *testing.T) {
	server := httptest.NewServer(withDeadlines(50*time.Millisecond, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		select {
		case <-r.Context().Done():
		case <-time.After(300 * time.Millisecond):
			_, _ = io.WriteString(w, "well")
		}
	})))
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for range 2 { // the second on the same connection
		res, err := client.Post(server.URL, "text/plain", strings.NewReader("all of it"))
		must(t, err)
		text, err := io.ReadAll(res.Body)
		must(t, errors.Join(err, res.Body.Close()))
		if string(text) != "well" {
			t.Errorf("it was cut off: %q", text)
		}
	}
}

func TestSlowVendorsDoNotHoldARequestBeyondItsTimeout(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected, func(c *Config) { c.Timeout = time.Second })
	r.synced()
	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/faults", map[string]any{"rules": []any{map[string]any{"kind": "latency", "latency": "20s", "endpoint": "/api/v1/tickets/**"}}})
	begun := time.Now()
	got := r.ask(r.token(models.ScopeAgent, "Agent"), `{customer(by:{deskTicketId:"7999999999999999"}){contact{name}}}`)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %s: %s", took, got.text)
	}
	h.vendor(http.MethodPost, h.vendors.DeskURL+"/_sim/faults", map[string]any{"rules": []any{}})
}

func TestALostKeyFileIsNamedUntilItIsRestoredOrTheSideIsConnectedAgain(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined)
	r.met()
	r.stop()
	key := filepath.Join(h.data, "key")
	must(t, os.Rename(key, key+".lost"))
	problems := func(r *replica) (salesforce, desk any) {
		got := r.ask(r.token(models.ScopeAdmin, ""), `{integration{salesforce{problem} desk{problem}}}`)
		return got.data("integration", "salesforce", "problem"), got.data("integration", "desk", "problem")
	}
	other := h.serve()
	if s, d := problems(other); s != otherKey || d != otherKey || !strings.Contains(other.log.String(), "restore the key file") {
		t.Errorf("with another key: %v, %v", s, d)
	}
	other.stop()
	must(t, os.Rename(key+".lost", key))
	restored := h.serve()
	if s, d := problems(restored); s != nil || d != nil {
		t.Errorf("with the key restored: %v, %v", s, d)
	}
	restored.stop()
	must(t, os.Remove(key))
	again := h.serve(h.joined)
	again.met()
	if s, d := problems(again); s != nil || d != nil {
		t.Errorf("connected again: %v, %v", s, d)
	}
}
