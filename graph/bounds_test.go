package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/server"
)

// soon waits until something holds.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(testTimeout)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen: %s", what)
		}
		runtime.Gosched()
	}
}

func TestACallersSocketsAndSubscriptionsAreBounded(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 8)
	agent := h.agent("")
	h.permit(nil)
	contact := h.people()[0]["deskId"].(string)
	before := runtime.NumGoroutine()
	open := func(token string) (s *socket, ok bool) {
		ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
		t.Cleanup(cancel)
		conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(h.url, "http")+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPClient: h.web})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.CloseNow() })
		s = &socket{t, ctx, conn}
		s.send(message{Type: "connection_init", Payload: json.RawMessage(`{"Authorization":"Bearer ` + token + `"}`)})
		for {
			m, err := s.read()
			if err != nil {
				if code := websocket.CloseStatus(err); code != 4429 {
					t.Fatalf("it was closed with %d: %v", code, err)
				}
				return s, false
			}
			if m.Type == "connection_ack" {
				return s, true
			}
		}
	}
	var mine []*socket
	for range 40 {
		if s, ok := open(agent); ok {
			mine = append(mine, s)
		}
	}
	if len(mine) != 32 {
		t.Fatalf("%d sockets of one caller are open", len(mine))
	}
	if _, ok := open(h.admin); !ok {
		t.Error("another caller has no socket")
	}
	refused := 0
	for i, s := range mine {
		for n := range 5 {
			s.subscribe(fmt.Sprint(n), `subscription{customerChanged(by:{deskContactId:"`+contact+`"}){asOf}}`)
		}
		for answered := map[string]bool{}; len(answered) < 5; {
			m, err := s.read()
			if err != nil {
				t.Fatalf("socket %d: %v", i, err)
			}
			if answered[m.ID] = true; strings.Contains(string(m.Payload), "RATE_LIMITED") {
				refused++
			}
		}
	}
	if refused != 32 {
		t.Errorf("of 160 subscriptions %d were refused", refused)
	}
	for _, s := range mine {
		_ = s.conn.CloseNow()
	}
	soon(t, "what the sockets took is given back", func() bool { return runtime.NumGoroutine() < before+40 })
	if _, ok := open(agent); !ok {
		t.Error("once they are closed, there is none for the caller")
	}
}

func TestACallersOperationsAtOnceAreBounded(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 400)
	h.permit(nil)
	agent := h.agent("")
	body, _ := json.Marshal(map[string]any{"query": `{contacts(first:200){nodes{id name email phone title mailingAddress{street city}}}}`})
	if got := h.send(agent, body, nil); got.errors != nil {
		t.Fatal(got.text)
	}
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	rest, peak := memory.HeapInuse, memory.HeapInuse
	var mu sync.Mutex
	counts := map[int]int{}
	var wg sync.WaitGroup
	for range 250 {
		wg.Go(func() {
			got, err := h.sent(agent, body, nil)
			mu.Lock()
			defer mu.Unlock()
			counts[got.status]++
			if err != nil || (got.status == http.StatusTooManyRequests) != strings.Contains(got.text, "RATE_LIMITED") {
				t.Errorf("%d %.200s %v", got.status, got.text, err)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for watching := true; watching; {
		select {
		case <-done:
			watching = false
		case <-tick.C:
			runtime.ReadMemStats(&memory)
			peak = max(peak, memory.HeapInuse)
		}
	}
	t.Logf("250 lists at once: answers %v, heap %d MB at rest, %d MB at most (with the test's own 250 answers)", counts, rest>>20, peak>>20)
	if counts[http.StatusOK]+counts[http.StatusTooManyRequests] != 250 || counts[http.StatusOK] < 8 || counts[http.StatusTooManyRequests] == 0 {
		t.Errorf("answers: %v", counts)
	}
	if got := h.send(agent, body, nil); got.errors != nil {
		t.Errorf("afterwards: %s", got.text)
	}
}

func TestWhatIsTooLongIsBadInputAndNotAnErrorOfOurs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := newHarness(t, address, 8)
		h.permit(nil)
		agent := h.agent("")
		dashboard := h.token(server.TokenRequest{Scope: models.ScopeDashboard})
		long := strings.Repeat("ä", 30_000)
		stages := make([]string, 20_000)
		for i := range stages {
			stages[i] = "s"
		}
		literal, _ := json.Marshal(stages[:101])
		for name, c := range map[string]struct {
			query     string
			variables map[string]any
		}{
			"a search":                   {`query($v:String){contacts(filter:{search:$v}){totalCount}}`, map[string]any{"v": long}},
			"a search in the document":   {`{contacts(filter:{search:"` + long + `"}){totalCount}}`, nil},
			"an email":                   {`query($v:String){contacts(filter:{email:$v}){totalCount}}`, map[string]any{"v": long}},
			"an id":                      {`query($v:ID){contacts(filter:{accountId:$v}){totalCount}}`, map[string]any{"v": long}},
			"a whole filter":             {`query($v:AccountFilter){accounts(filter:$v){totalCount}}`, map[string]any{"v": map[string]any{"name": long}}},
			"a customer's email":         {`query($v:String){customer(by:{email:$v}){asOf}}`, map[string]any{"v": long}},
			"a customer's ticket":        {`query($v:ID){customer(by:{deskTicketId:$v}){asOf}}`, map[string]any{"v": long}},
			"a customer's record":        {`query($v:ID){customer(by:{salesforceId:$v}){asOf}}`, map[string]any{"v": long}},
			"20,000 stages":              {`query($v:[String!]){opportunities(filter:{stage:$v}){totalCount}}`, map[string]any{"v": stages}},
			"101 stages":                 {`{pipeline(groupBy:STAGE,filter:{stage:` + string(literal) + `}){key}}`, nil},
			"an owner":                   {`query($v:ID){opportunities(filter:{ownerId:$v}){totalCount}}`, map[string]any{"v": long}},
			"the year 99999":             {`{contacts(filter:{updatedSince:"99999-01-01T00:00:00Z"}){totalCount}}`, nil},
			"the end of the year 9999":   {`{contacts(filter:{updatedSince:"9999-12-31T23:59:59-23:59"}){totalCount}}`, nil},
			"the year 0":                 {`{contacts(filter:{updatedSince:"0000-01-01T00:00:00+23:59"}){totalCount}}`, nil},
			"a date in the year 99999":   {`{opportunities(filter:{closeDateFrom:"99999-01-01"}){totalCount}}`, nil},
			"an amount of 500 digits":    {`query($v:Decimal){opportunities(filter:{minAmount:$v}){totalCount}}`, map[string]any{"v": strings.Repeat("9", 500)}},
			"an amount with an exponent": {`{opportunities(filter:{minAmount:"1e400000000"}){totalCount}}`, nil},
			"a subscription's key":       {`query($v:ID){customer(by:{deskContactId:$v}){asOf}}`, map[string]any{"v": long}},
			"a cursor":                   {`query($v:String){contacts(after:$v){totalCount}}`, map[string]any{"v": long}},
		} {
			for _, token := range []string{agent, dashboard} {
				got := h.askWith(token, c.query, c.variables)
				if code := codeOf(got); code != "BAD_USER_INPUT" {
					t.Errorf("%s: %d %.300s", name, got.status, got.text)
				}
				if strings.Contains(got.text, "äää") {
					t.Errorf("%s is repeated: %.300s", name, got.text)
				}
			}
		}
		if got := h.ask(agent, `{contacts(filter:{updatedSince:"0001-01-01T00:00:00Z"}){totalCount} accounts(filter:{updatedSince:"9999-12-31T23:59:59Z"}){totalCount} opportunities(filter:{closeDateFrom:"0000-01-01"}){totalCount}}`); got.errors != nil {
			t.Errorf("the first and the last year: %s", got.text)
		}
		if got := h.askWith(agent, `query($v:[String!]){opportunities(filter:{stage:$v}){totalCount}}`, map[string]any{"v": stages[:100]}); got.errors != nil {
			t.Errorf("100 stages: %s", got.text)
		}
	})
}

func codeOf(a answer) string {
	if len(a.errors) == 0 {
		return ""
	}
	code, _ := dig(a.errors[0], "extensions", "code").(string)
	return code
}
