package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// dial opens a plain connection to the replica.
func (r *replica) dial() net.Conn {
	r.t.Helper()
	u, err := url.Parse(r.URL())
	must(r.t, err)
	conn, err := net.Dial("tcp", u.Host)
	must(r.t, err)
	r.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// ends waits until the server has closed the connection, and answers what it said before.
func ends(t *testing.T, conn net.Conn, within time.Duration) (said string, closed bool) {
	t.Helper()
	must(t, conn.SetReadDeadline(time.Now().Add(within)))
	text, err := io.ReadAll(conn)
	return string(text), err == nil || !strings.Contains(err.Error(), "timeout")
}

func TestABodyThatNeverComesHoldsNoConnectionOnAnyRoute(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined, func(c *Config) { c.BodyTimeout = time.Second })
	r.met()
	admin := r.token(models.ScopeAdmin, "")
	type silent struct {
		name string
		conn net.Conn
	}
	var all []silent
	for _, path := range []string{"/webhooks/desk", "/auth/refresh", "/auth/signout", "/graphql", "/console", "/nothing", "/healthz", "/connect/desk/callback", "/export/failures.csv"} {
		for _, method := range []string{"POST", "GET", "PUT"} {
			for _, token := range []string{"", "Authorization: Bearer " + admin + "\r\n"} {
				for kind, body := range map[string]string{"nothing": "Content-Length: 100000\r\n\r\n", "a part": "Content-Length: 1000\r\n\r\n{\"refreshToken\":", "a chunk": "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"ref\r\n",
					"what is answered at once": "Content-Length: 3000000\r\n\r\n{}"} {
					conn := r.dial()
					_, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n%s%s", method, path, token, body)
					must(t, err)
					all = append(all, silent{fmt.Sprintf("%s %s with %s (signed in: %t)", method, path, kind, token != ""), conn})
				}
			}
		}
	}
	for _, one := range all {
		if said, closed := ends(t, one.conn, 10*time.Second); !closed {
			t.Errorf("%s is held: it was told %.60q", one.name, said)
		}
	}
	within(t, 10*time.Second, "the goroutines of the connections end", func() bool {
		stacks := make([]byte, 4<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		return strings.Count(string(stacks), "net/http.(*conn).serve") < 10
	})
}

func TestAnUnsignedDeliveryIsRefusedBeforeItsBodyIsRead(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined)
	r.met()
	for range 3 {
		conn := r.dial()
		_, err := io.WriteString(conn, "POST /webhooks/desk HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n[")
		must(t, err)
		// The body has 20 seconds to come.
		must(t, conn.SetReadDeadline(time.Now().Add(10*time.Second)))
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		must(t, err)
		if res.StatusCode != http.StatusUnauthorized || !res.Close {
			t.Errorf("%d, closed: %t", res.StatusCode, res.Close)
		}
		_ = res.Body.Close()
	}
}

func TestAnAnswerThatIsNotReadHoldsNoConnection(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined, func(c *Config) { c.BodyTimeout = time.Second })
	r.met()
	admin := r.token(models.ScopeAdmin, "")
	asked := "GET /graphql/schema.graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + admin + "\r\n\r\n"
	for range 20 {
		conn := r.dial().(*net.TCPConn)
		must(t, conn.SetReadBuffer(4096))
		// About 7 MB: more than any buffer.
		_, err := io.WriteString(conn, strings.Repeat(asked, 120))
		must(t, err)
	}
	within(t, 90*time.Second, "the connections end", func() bool {
		stacks := make([]byte, 4<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		return strings.Count(string(stacks), "net/http.(*conn).serve") < 10
	})
}

func TestNothingThatACallerWritesBecomesALabel(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined)
	r.met()
	admin := r.token(models.ScopeAdmin, "")
	scrape := func() (lines int, text string) {
		text = r.scraped()
		return strings.Count(text, "\n"), text
	}
	ask := func(n int) {
		for i := range n {
			word := fmt.Sprintf("W%05d", i)
			for _, path := range []string{"/graphql", "/" + word, "/assets/" + word, "/console?" + word, "/webhooks/desk"} {
				for _, method := range []string{word, "GET"} {
					req := r.request(method, path, admin, nil)
					req.Header.Set("User-Agent", word)
					req.Header.Set("Accept", word)
					r.send(req)
				}
			}
			r.ask(admin, "query "+word+"{viewer{subject}}")
		}
	}
	ask(3)
	scrape() // which is counted, too
	before, _ := scrape()
	ask(60)
	after, text := scrape()
	if after > before {
		t.Errorf("%d lines became %d", before, after)
	}
	if !strings.Contains(text, `route="/graphql"`) || !strings.Contains(text, `route="GET /console"`) {
		t.Errorf("the routes are not told: %s", around(text, "sidelight_http_request_seconds_count"))
	}
	if strings.Contains(text, "W000") {
		t.Errorf("a caller's word is a label: %s", around(text, "W000"))
	}
	if strings.Contains(r.log.String(), "method=W000") {
		t.Error("a caller's word is in the log")
	}
}

func TestGuessedServiceTokensAreThrottledBeforeTheDatabase(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	var reads atomic.Int64
	r := h.serveWith(Options{OnSQL: func(statement string) {
		if strings.Contains(statement, "service_tokens") && strings.HasPrefix(statement, "SELECT") {
			reads.Add(1)
		}
	}}, h.joined, func(c *Config) { c.TrustedProxy = []string{"127.0.0.0/8"} })
	r.met()
	admin := r.token(models.ScopeAdmin, "")
	issue := func(name string) string {
		return r.ask(admin, `mutation($n:String!){createServiceToken(input:{name:$n}){token}}`, "n", name).data("createServiceToken", "token").(string)
	}
	used, idle := issue("used"), issue("idle")
	if got := r.ask(used, whoAmI); got.status != http.StatusOK {
		t.Fatal(got.text)
	}
	before := reads.Load()
	counts := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for worker := range 10 {
		wg.Go(func() {
			for i := range 150 {
				req := r.request(http.MethodPost, "/graphql", fmt.Sprintf("slt_guess-%d-%d", worker, i), map[string]any{"query": whoAmI})
				got := r.from("198.51.100.7", req)
				mu.Lock()
				counts[got.status]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	logged := strings.Count(r.log.String(), "a token was refused")
	t.Logf("1500 guesses: %d reads, %d lines of log, answers %v", reads.Load()-before, logged, counts)
	if n := reads.Load() - before; n > 60 || logged > 60 {
		t.Errorf("1500 guesses made %d reads and %d lines of log", n, logged)
	}
	if counts[http.StatusUnauthorized]+counts[http.StatusTooManyRequests] != 1500 || counts[http.StatusTooManyRequests] < 1400 {
		t.Errorf("they were answered %v", counts)
	}
	if got := r.from("198.51.100.7", r.request(http.MethodPost, "/graphql", used, map[string]any{"query": whoAmI})); got.status != http.StatusOK {
		t.Errorf("a token in use, at the same address: %d %s", got.status, got.text)
	}
	if got := r.from("198.51.100.8", r.request(http.MethodPost, "/graphql", idle, map[string]any{"query": whoAmI})); got.status != http.StatusOK {
		t.Errorf("another address: %d %s", got.status, got.text)
	}
}

func TestVendorCallsThatACallerCausesHaveABudget(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected, func(c *Config) { c.RefreshEvery = time.Hour })
	r.synced()
	ticket := firstTicket(t, r)
	agent := r.token(models.ScopeAgent, "Agent")
	calls := func() (n int) {
		for _, vendor := range []string{h.vendors.SalesforceURL, h.vendors.DeskURL} {
			requests, _ := h.vendor(http.MethodGet, vendor+"/_sim/requests", nil)["requests"].([]any)
			for _, one := range requests {
				text := fmt.Sprint(one)
				if strings.Contains(text, "/tickets/") || strings.Contains(text, "/composite") || strings.Contains(text, "/sobjects/") {
					n++
				}
			}
		}
		return n
	}
	before := calls()
	for range 100 {
		if got := r.ask(agent, `mutation{refreshCustomer(by:{deskTicketId:"`+ticket+`"}){contact{name opportunities{nodes{name}}}}}`); got.data("refreshCustomer", "contact") == nil {
			t.Fatalf("a refresh: %s", got.text)
		}
	}
	if n := calls() - before; n > 6 {
		t.Errorf("100 refreshes of one card cost %d calls", n)
	} else {
		t.Logf("100 refreshes of one card: %d calls", n)
	}
	before = calls()
	for range 50 {
		if got := r.ask(agent, `{customer(by:{deskTicketId:"7999999999999999"}){contact{name}}}`); got.body["errors"] != nil || got.data("customer") != nil {
			t.Fatalf("an unknown ticket: %s", got.text)
		}
	}
	if n := calls() - before; n != 1 {
		t.Errorf("50 questions for one unknown ticket cost %d calls", n)
	}
	before = calls()
	limited := 0
	for i := range 200 {
		if r.ask(agent, fmt.Sprintf(`{customer(by:{deskTicketId:"79999999990%05d"}){contact{name}}}`, i)).code() == "RATE_LIMITED" {
			limited++
		}
	}
	if n := calls() - before; n > 90 || limited < 100 {
		t.Errorf("200 unknown tickets cost %d calls, %d were refused", n, limited)
	} else {
		t.Logf("200 unknown tickets: %d calls, %d refused", n, limited)
	}
	if got := r.ask(r.token(models.ScopeAdmin, ""), `{customer(by:{deskTicketId:"7999999999900001"}){contact{name}}}`); got.body["errors"] != nil {
		t.Errorf("another caller: %s", got.text)
	}
}
