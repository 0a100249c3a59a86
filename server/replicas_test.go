package server

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// listener is an open subscription.
type listener struct {
	events chan string   // what came, in the words of its protocol
	ended  chan struct{} // closed when it has ended
}

// next is the next event that has the text.
func (l *listener) next(t *testing.T, what, text string) string {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case e, open := <-l.events:
			if strings.Contains(e, text) {
				return e
			}
			if !open {
				t.Fatalf("%s: it ended before it said %q", what, text)
			}
		case <-limit:
			t.Fatalf("%s: nothing said %q", what, text)
		}
	}
}

// over waits until it has ended, and answers all that it said meanwhile.
func (l *listener) over(t *testing.T, what string) (said string) {
	t.Helper()
	limit := time.After(5 * time.Second)
	for {
		select {
		case e, open := <-l.events:
			if !open {
				return said
			}
			said += e + "\n"
		case <-limit:
			t.Fatalf("%s: the subscription goes on", what)
		}
	}
}

func listening() *listener {
	return &listener{events: make(chan string, 64), ended: make(chan struct{})}
}

// listen subscribes by server-sent events.
func (r *replica) listen(token, query string) *listener {
	r.t.Helper()
	req := r.request(http.MethodPost, "/graphql", token, map[string]any{"query": query})
	req.Header.Set("Accept", "text/event-stream")
	client := &http.Client{Transport: &http.Transport{}}
	res, err := client.Do(req)
	must(r.t, err)
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		r.t.Fatalf("subscribing: %d %s", res.StatusCode, text)
	}
	l := listening()
	go func() {
		defer close(l.ended)
		defer close(l.events)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "event:") || strings.HasPrefix(lines.Text(), "data:") {
				l.events <- lines.Text()
			}
		}
	}()
	r.t.Cleanup(func() {
		_ = res.Body.Close()
		<-l.ended
		client.CloseIdleConnections()
	})
	return l
}

// socket subscribes by graphql-transport-ws, and signs in with its first message.
func (r *replica) socket(token, query string) *listener {
	r.t.Helper()
	ctx, cancel := context.WithCancel(r.t.Context())
	conn, _, err := websocket.Dial(ctx, strings.Replace(r.URL(), "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // the library closes it
	must(r.t, err)
	send := func(m map[string]any) { must(r.t, wsjson.Write(ctx, conn, m)) }
	send(map[string]any{"type": "connection_init", "payload": map[string]any{"Authorization": "Bearer " + token}})
	var ack map[string]any
	must(r.t, wsjson.Read(ctx, conn, &ack))
	if ack["type"] != "connection_ack" {
		r.t.Fatalf("signing in: %v", ack)
	}
	send(map[string]any{"id": "1", "type": "subscribe", "payload": map[string]any{"query": query}})
	l := listening()
	go func() {
		defer close(l.ended)
		defer close(l.events)
		for {
			var m map[string]any
			if err := wsjson.Read(ctx, conn, &m); err != nil {
				return
			}
			text, _ := json.Marshal(m)
			l.events <- string(text)
			if m["type"] == "complete" || m["type"] == "error" {
				return
			}
			if m["type"] == "ping" && wsjson.Write(ctx, conn, map[string]any{"type": "pong"}) != nil {
				return
			}
		}
	}()
	r.t.Cleanup(func() {
		cancel()
		_ = conn.CloseNow()
		<-l.ended
	})
	return l
}

// twoReplicas are two servers on one database, with one key file.
func twoReplicas(t *testing.T, address string) (h *harness, one, two *replica) {
	t.Helper()
	h = newHarness(t, address)
	one = h.serve(h.connected)
	one.synced()
	two = h.serve()
	return h, one, two
}

// withinASecond measures how long something takes to be true.
func withinASecond(t *testing.T, what string, holds func() bool) {
	t.Helper()
	begun := time.Now()
	within(t, 5*time.Second, what, holds)
	if took := time.Since(begun); took > time.Second {
		t.Errorf("%s: it took %s", what, took)
	} else {
		t.Logf("%s after %s", what, took.Round(time.Millisecond))
	}
}

func TestAPermissionIsInForceOnEveryReplicaWithinASecond(t *testing.T) {
	storetest.EachServer(t, permissionIsInForceWithinASecond)
}

func permissionIsInForceWithinASecond(t *testing.T, address string) {
	_, one, two := twoReplicas(t, address)
	admin := one.token(models.ScopeAdmin, "")
	agent := one.token(models.ScopeAgent, "Light Agent")
	light := one.policy.Profile("Light Agent").ID
	card := `{customer(by:{deskTicketId:"` + firstTicket(t, one) + `"}){contact{name notes{totalCount} opportunities{totalCount}}}}`
	sees := func(r *replica) bool { return r.ask(agent, card).data("customer", "contact", "opportunities") != nil }
	set := func(r *replica, change string) {
		t.Helper()
		if got := r.ask(admin, `mutation{setProfilePermission(profileId:"`+light+`",permission:{`+change+`}){id}}`); got.body["errors"] != nil {
			t.Fatal(got.text)
		}
	}
	if !sees(one) || !sees(two) {
		t.Fatal("at first the agent sees no opportunities")
	}
	set(one, "opportunities:false")
	if sees(one) {
		t.Error("the replica that was told still shows them")
	}
	withinASecond(t, "the other replica hides them", func() bool { return !sees(two) })
	if got := two.ask(agent, card); got.data("customer", "contact", "name") == nil || got.data("customer", "contact", "notes") == nil || !strings.Contains(got.text, `"needs":"OPPORTUNITIES"`) {
		t.Errorf("what is left: %s", got.text)
	}
	set(two, "opportunities:true")
	if !sees(two) {
		t.Error("the replica that was told does not show them again")
	}
	withinASecond(t, "the first replica shows them again", func() bool { return sees(one) })

	event := two.listen(agent, `subscription{customerChanged(by:{deskTicketId:"`+firstTicket(t, one)+`"}){contact{name}}}`)
	event.next(t, "an agent's subscription", `"name"`)
	set(one, "visible:false")
	if said := event.over(t, "after the integration was hidden from its profile"); strings.Contains(said, `"name"`) {
		t.Errorf("it said still: %s", said)
	}
	withinASecond(t, "the card is hidden on the other replica", func() bool { return two.ask(agent, card).data("customer") == nil })
}

func TestWhatIsRevokedIsRevokedOnEveryReplicaAtOnce(t *testing.T) {
	storetest.EachServer(t, whatIsRevokedIsRevokedAtOnce)
}

func whatIsRevokedIsRevokedAtOnce(t *testing.T, address string) {
	_, one, two := twoReplicas(t, address)
	admin := one.token(models.ScopeAdmin, "")
	made := one.ask(admin, `mutation{createServiceToken(input:{name:"BI"}){token serviceToken{id}}}`)
	token := made.data("createServiceToken", "token").(string)
	ticket := firstTicket(t, one)
	changes := `subscription{customerChanged(by:{deskTicketId:"` + ticket + `"}){contact{name}}}`
	if got := two.ask(token, whoAmI); got.status != http.StatusOK {
		t.Fatalf("the other replica does not know the token: %s", got.text)
	}
	events, socket := two.listen(token, changes), two.socket(token, changes)
	events.next(t, "events", `"name"`)
	socket.next(t, "a socket", `"name"`)
	if got := one.ask(admin, `mutation{revokeServiceToken(id:"`+made.data("createServiceToken", "serviceToken", "id").(string)+`"){revokedAt}}`); got.body["errors"] != nil {
		t.Fatal(got.text)
	}
	for name, r := range map[string]*replica{"one": one, "two": two} {
		if got := r.ask(token, whoAmI); got.status != http.StatusUnauthorized {
			t.Errorf("replica %s still takes the token: %d", name, got.status)
		}
	}
	for name, l := range map[string]*listener{"events": events, "a socket": socket} {
		if said := l.over(t, name); strings.Contains(said, `"name"`) || !strings.Contains(said, "UNAUTHENTICATED") {
			t.Errorf("%s ended with: %s", name, said)
		}
	}

	in := newBrowser(t).signIn(two, "agent@sidelight.example")
	agent := in["token"].(string)
	events, socket = one.listen(agent, changes), one.socket(agent, changes)
	events.next(t, "an agent's events", `"name"`)
	socket.next(t, "an agent's socket", `"name"`)
	renewed := one.renew(in["refreshToken"], ourDevice)
	if renewed.status != http.StatusOK {
		t.Fatalf("a sign-in of the other replica is not renewed: %s", renewed.text)
	}
	if got := two.send(two.request(http.MethodPost, "/auth/signout", "", map[string]any{"refreshToken": renewed.body["refreshToken"], "device": ourDevice})); got.status != http.StatusNoContent {
		t.Fatalf("signing out: %d", got.status)
	}
	if got := one.ask(agent, whoAmI); got.status != http.StatusUnauthorized {
		t.Errorf("after the sign-out at the other replica: %d", got.status)
	}
	for name, l := range map[string]*listener{"the agent's events": events, "the agent's socket": socket} {
		if said := l.over(t, name); strings.Contains(said, `"name"`) {
			t.Errorf("%s said still: %s", name, said)
		}
	}
}

func TestASubscriptionEndsWithItsToken(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected)
	r.synced()
	short, _, err := r.issuer.Issue(TokenRequest{Subject: "short", Scope: models.ScopeAdmin, TTL: 3 * time.Second})
	must(t, err)
	changes := `subscription{customerChanged(by:{deskTicketId:"` + firstTicket(t, r) + `"}){contact{name}}}`
	for name, l := range map[string]*listener{"events": r.listen(short, changes), "a socket": r.socket(short, changes)} {
		l.next(t, name, `"name"`)
		l.over(t, name)
	}
}

func TestStoppingEndsWhatLastsAndFinishesRequests(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected)
	r.synced()
	admin := r.token(models.ScopeAdmin, "")
	progress := `subscription{customerChanged(by:{deskTicketId:"` + firstTicket(t, r) + `"}){contact{name}}}`
	events, socket := r.listen(admin, progress), r.socket(admin, progress)
	events.next(t, "events", `"name"`)
	socket.next(t, "a socket", `"name"`)

	// A request is under way: it asked for its body, which is still to come.
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.URL(), "http://"))
	must(t, err)
	defer func() { _ = conn.Close() }()
	const question = `{"query":"{viewer{scope}}"}`
	_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", admin, len(question))
	must(t, err)
	answer := bufio.NewReader(conn)
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q %v", line, err)
	}
	begun := time.Now()
	stopped := make(chan struct{})
	go func() { r.stop(); close(stopped) }()
	within(t, 5*time.Second, "nobody new is let in", func() bool {
		res, err := http.Get(r.URL() + "/readyz") //nolint:noctx // a probe
		if err != nil {
			return true
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusServiceUnavailable
	})
	events.over(t, "events")
	socket.over(t, "a socket")
	_, err = io.WriteString(conn, question)
	must(t, err)
	if got, err := io.ReadAll(answer); err != nil || !strings.Contains(string(got), "200 OK") || !strings.Contains(string(got), `"scope":"ADMIN"`) {
		t.Errorf("the request under way: %s %v", got, err)
	}
	select {
	case <-stopped:
	case <-time.After(10 * time.Second):
		t.Fatal("it does not stop")
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("stopping took %s", took)
	}
	if _, err := r.http.Do(r.request(http.MethodGet, "/healthz", "", nil)); err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("after stopping: %v", err)
	}
}
