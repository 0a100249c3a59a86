package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/server"
)

// testTimeout is how long a test waits for what must come.
const testTimeout = 30 * time.Second

// stream is an open stream of server-sent events.
type stream struct {
	t     *testing.T
	lines *bufio.Scanner
	leave context.CancelFunc
}

func (h *harness) events(t *testing.T, token, query string) *stream {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query})
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	t.Cleanup(cancel)
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, h.url+"/graphql", bytes.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := h.web.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	if got := res.Header.Get("Content-Type"); res.StatusCode != http.StatusOK || !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("%d %s", res.StatusCode, got)
	}
	return &stream{t, bufio.NewScanner(res.Body), cancel}
}

// next is the data of the next event; "" when the stream says that it is complete.
func (s *stream) next() string {
	s.t.Helper()
	event := ""
	for s.lines.Scan() {
		line := s.lines.Text()
		if name, ok := strings.CutPrefix(line, "event: "); ok {
			event = name
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok && event == "next" {
			return data
		}
		if line == "" && event == "complete" {
			return ""
		}
	}
	s.t.Fatalf("the stream broke off: %v", s.lines.Err())
	return ""
}

// message is one of the WebSocket protocol.
type message struct {
	Type    string          `json:"type"`
	ID      string          `json:"id,omitempty"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// socket is an open WebSocket that has signed in.
type socket struct {
	t    *testing.T
	ctx  context.Context
	conn *websocket.Conn
}

func (h *harness) socket(t *testing.T, token string) *socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	t.Cleanup(cancel)
	conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(h.url, "http")+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: h.web})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	s := &socket{t, ctx, conn}
	s.send(message{Type: "connection_init", Payload: json.RawMessage(`{"Authorization":"Bearer ` + token + `"}`)})
	if m, err := s.read(); err != nil || m.Type != "connection_ack" {
		t.Fatalf("%+v, %v", m, err)
	}
	return s
}

func (s *socket) send(m message) {
	s.t.Helper()
	if err := wsjson.Write(s.ctx, s.conn, m); err != nil {
		s.t.Fatal(err)
	}
}

func (s *socket) subscribe(id, query string) {
	s.t.Helper()
	payload, _ := json.Marshal(map[string]string{"query": query})
	s.send(message{Type: "subscribe", ID: id, Payload: payload})
}

// read is the next message that is about an operation, or the error that ended the socket.
func (s *socket) read() (message, error) {
	for {
		var m message
		if err := wsjson.Read(s.ctx, s.conn, &m); err != nil {
			return m, err
		}
		if m.Type == "ping" {
			s.send(message{Type: "pong"})
			continue
		}
		return m, nil
	}
}

func (s *socket) must(kind string) message {
	s.t.Helper()
	m, err := s.read()
	if err != nil || m.Type != kind {
		s.t.Fatalf("%s %s, %v; want %s", m.Type, brief(string(m.Payload)), err, kind)
	}
	return m
}

// TestASubscriptionSeesWhatItsCallerMaySeeNow changes permissions under open subscriptions, by both
// transports.
func TestASubscriptionSeesWhatItsCallerMaySeeNow(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 16)
	h.settled()
	person := h.people()[0]
	by := fmt.Sprintf(`(by:{deskContactId:%q})`, person["deskId"])
	const fields = `{contact{name notes{totalCount}}}`
	subscription, refresh := "subscription{customerChanged"+by+fields+"}", "mutation{refreshCustomer"+by+fields+"}"
	type subscriber struct {
		next func() string // "" when it is over
	}
	open := map[string]func(t *testing.T, token string) subscriber{
		"events": func(t *testing.T, token string) subscriber { return subscriber{h.events(t, token, subscription).next} },
		"socket": func(t *testing.T, token string) subscriber {
			s := h.socket(t, token)
			s.subscribe("1", subscription)
			return subscriber{func() string {
				m, err := s.read()
				if err != nil || m.Type == "complete" {
					return ""
				}
				return string(m.Payload)
			}}
		},
	}
	for name, begin := range open {
		t.Run(name, func(t *testing.T) {
			h.permit(nil)
			s := begin(t, h.agent(models.DenyMask))
			if first := s.next(); !strings.Contains(first, `"totalCount":`) || !strings.Contains(first, person["name"].(string)) || strings.Contains(first, "accessDenied") {
				t.Fatalf("the first event: %s", first)
			}
			h.permit([]string{"contactInfo"})
			h.ask(h.admin, refresh)
			if second := s.next(); strings.Contains(second, person["name"].(string)) || !strings.Contains(second, `"name":null`) || !strings.Contains(second, `"field":"Contact.name"`) {
				t.Fatalf("after the name was closed: %s", second)
			}
			h.permit([]string{"visible"})
			if last := s.next(); !strings.Contains(last, "FORBIDDEN") || strings.Contains(last, "totalCount") {
				t.Errorf("after everything was closed: %q", last)
			}
			if over := s.next(); over != "" {
				t.Errorf("and then: %q", over)
			}
		})
	}
	t.Run("one that may not be begun is refused", func(t *testing.T) {
		h.permit([]string{"visible"})
		s := h.socket(t, h.agent(models.DenyMask))
		s.subscribe("1", subscription)
		if m := s.must("error"); !strings.Contains(string(m.Payload), "FORBIDDEN") {
			t.Errorf("%s", m.Payload)
		}
		if refused := h.events(t, h.agent(models.DenyMask), `subscription{syncProgress{done}}`).next(); !strings.Contains(refused, "FORBIDDEN") {
			t.Errorf("%s", refused)
		}
	})
	t.Run("an old socket's queries are the present caller's", func(t *testing.T) {
		h.permit(nil)
		s := h.socket(t, h.agent(models.DenyMask))
		for i, off := range [][]string{nil, {"contactInfo"}, {"visible"}} {
			h.permit(off)
			s.subscribe(fmt.Sprint(i), "{customer"+by+"{contact{name}}}")
			if m := s.must("next"); strings.Contains(string(m.Payload), person["name"].(string)) != (i == 0) {
				t.Errorf("%v off: %s", off, m.Payload)
			}
			for s.must("complete").ID != fmt.Sprint(i) {
				continue
			}
		}
	})
	t.Run("the words of an input that does not exist", func(t *testing.T) {
		h.permit(nil, "Contact.email")
		s := h.socket(t, h.agent(models.DenyMask))
		s.subscribe("1", `subscription{customerChanged(by:{email:"a@b.example"}){contact{name}}}`)
		if m := s.must("error"); !strings.Contains(string(m.Payload), `Field \"email\" is not defined by type \"CustomerKey\".`) {
			t.Errorf("%s", m.Payload)
		}
	})
}

// TestASubscriptionEndsWithItsToken waits for tokens to end, and revokes one.
func TestASubscriptionEndsWithItsToken(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 8)
	h.settled()
	h.permit(nil)
	subscription := `subscription{customerChanged(by:{salesforceId:"` + h.people()[0]["salesforceId"].(string) + `"}){contact{name}}}`
	short := func() string {
		return h.token(server.TokenRequest{Scope: models.ScopeAgent, ProfileID: h.profile, TTL: 3 * time.Second})
	}
	t.Run("events", func(t *testing.T) {
		s := h.events(t, short(), subscription)
		var got []string
		for data := s.next(); data != ""; data = s.next() {
			got = append(got, data)
		}
		if len(got) < 2 || !strings.Contains(got[len(got)-1], "UNAUTHENTICATED") {
			t.Errorf("%q", got)
		}
	})
	t.Run("socket", func(t *testing.T) {
		s := h.socket(t, short())
		s.subscribe("1", subscription)
		s.must("next")
		for {
			if _, err := s.read(); err != nil {
				if websocket.CloseStatus(err) == -1 || s.ctx.Err() != nil {
					t.Errorf("it was not closed: %v", err)
				}
				break
			}
		}
	})
	t.Run("a service token that is revoked", func(t *testing.T) {
		made := h.ask(h.admin, `mutation{createServiceToken(input:{name:"board"}){token serviceToken{id}}}`)
		s := h.events(t, dig(made.data, "createServiceToken", "token").(string), subscription)
		if first := s.next(); !strings.Contains(first, `"contact"`) {
			t.Fatal(first)
		}
		h.ask(h.admin, `mutation{revokeServiceToken(id:"`+dig(made.data, "createServiceToken", "serviceToken", "id").(string)+`"){id}}`)
		if last := s.next(); !strings.Contains(last, "UNAUTHENTICATED") || s.next() != "" {
			t.Errorf("%q", last)
		}
	})
	t.Run("an unknown or missing token opens no socket", func(t *testing.T) {
		for _, payload := range []string{`{}`, `{"Authorization":"Bearer nonsense"}`, `{"Authorization":"Basic eDp5"}`} {
			ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
			conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(h.url, "http")+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
			if err != nil {
				t.Fatal(err)
			}
			s := &socket{t, ctx, conn}
			s.send(message{Type: "connection_init", Payload: json.RawMessage(payload)})
			if m, err := s.read(); err == nil {
				t.Errorf("%s: %+v", payload, m)
			}
			_ = conn.CloseNow()
			cancel()
		}
	})
}

// TestAnswersComeInTheFormThatTheCallerPrefers asks as the well-known clients do.
func TestAnswersComeInTheFormThatTheCallerPrefers(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 8)
	body := []byte(`{"query":"{viewer{subject}}"}`)
	for accept, want := range map[string]string{
		"":    "application/json",
		"*/*": "application/json",
		// This is what urql sends.
		"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed": "application/graphql-response+json",
		// This is what Apollo Client sends.
		"application/graphql-response+json,application/json;q=0.9":  "application/graphql-response+json",
		"application/json;q=0.5, application/graphql-response+json": "application/graphql-response+json",
		"application/json, text/event-stream":                       "application/json",
		"text/event-stream;q=0.2, application/json":                 "application/json",
		"text/html":                          "application/json",
		"text/event-stream":                  "text/event-stream", // graphql-sse
		"text/event-stream, multipart/mixed": "text/event-stream", // urql's subscriptions
	} {
		req, _ := http.NewRequest(http.MethodPost, h.url+"/graphql", bytes.NewReader(body))
		req.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + h.admin}}
		if accept != "" {
			req.Header.Set("Accept", accept)
		}
		res, err := h.web.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if got, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";"); got != want || res.StatusCode != http.StatusOK {
			t.Errorf("Accept: %s is answered with %d %s", accept, res.StatusCode, got)
		}
	}
	subscription := h.send(h.admin, []byte(`{"query":"subscription{syncProgress{done}}"}`), nil)
	if subscription.data != nil || subscription.status != http.StatusBadRequest {
		t.Errorf("a subscription in one answer: %d %s", subscription.status, subscription.text)
	}
}
