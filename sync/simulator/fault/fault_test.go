package fault

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var epoch = time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC)

const body = `{"data":[{"id":"1","lastName":"Żółć"},{"id":"2","lastName":"Smith"}]}`

// vendor is a server with one endpoint behind the injector; commits counts how often its handler
// ran.
func vendor(t *testing.T, script string) (in *Injector, url string, commits *atomic.Int64) {
	t.Helper()
	in = New(func() time.Time { return epoch }, 1)
	if err := in.Load([]byte(script)); err != nil {
		t.Fatal(err)
	}
	commits = new(atomic.Int64)
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v1/contacts/{id}", func(w http.ResponseWriter, r *http.Request) {
		commits.Add(1)
		sent, _ := io.ReadAll(r.Body)
		Note(r.Context(), "got "+string(sent))
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	})
	mux.Handle("/_sim/", Control(in, func() any { return map[string]int{"contacts": 2} }, func() error { return nil }))
	server := httptest.NewServer(in.Middleware(mux))
	t.Cleanup(server.Close)
	return in, server.URL, commits
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

// call uses one connection, so that the transport has no reason to try again by itself.
func call(t *testing.T, method, url, payload string) answer {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequest(method, url, strings.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	read, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(read), err}
}

func TestEachHTTPFaultShowsAsItWouldOnTheWire(t *testing.T) {
	cases := []struct {
		name, rule string
		commits    int64
		check      func(t *testing.T, a answer)
	}{
		{"drop before commit", `{"kind":"drop_before"}`, 0, func(t *testing.T, a answer) {
			if a.err == nil {
				t.Errorf("got %d, want a closed connection", a.status)
			}
		}},
		{"drop after commit", `{"kind":"drop_after"}`, 1, func(t *testing.T, a answer) {
			if a.err == nil {
				t.Errorf("got %d, want a closed connection", a.status)
			}
		}},
		{"reset in the body", `{"kind":"reset"}`, 1, func(t *testing.T, a answer) {
			if !errors.Is(a.err, syscall.ECONNRESET) && !errors.Is(a.err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v, want a reset", a.err)
			}
		}},
		{"truncated JSON", `{"kind":"truncate"}`, 1, func(t *testing.T, a answer) {
			if a.err != nil || a.status != 200 || a.body == "" || !strings.HasPrefix(body, a.body) || json.Valid([]byte(a.body)) {
				t.Errorf("got %d %q %v, want half of the body", a.status, a.body, a.err)
			}
		}},
		{"truncated at a byte", `{"kind":"truncate","bytes":7}`, 1, func(t *testing.T, a answer) {
			if a.body != body[:7] {
				t.Errorf("got %q", a.body)
			}
		}},
		{"HTML", `{"kind":"html"}`, 0, func(t *testing.T, a answer) {
			if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || !strings.HasPrefix(a.body, "<!DOCTYPE html>") {
				t.Errorf("got %d %v %q", a.status, a.header, a.body)
			}
		}},
		{"status with a JSON body", `{"kind":"status","status":429,"body":{"errorCode":"THRESHOLD_EXCEEDED"},"headers":{"Retry-After":"7"}}`, 0, func(t *testing.T, a answer) {
			if a.status != 429 || a.body != `{"errorCode":"THRESHOLD_EXCEEDED"}` || a.header.Get("Retry-After") != "7" {
				t.Errorf("got %d %v %q", a.status, a.header, a.body)
			}
		}},
		{"status with a text body", `{"kind":"status","status":503,"body":"busy"}`, 0, func(t *testing.T, a answer) {
			if a.status != 503 || a.body != "busy" {
				t.Errorf("got %d %q", a.status, a.body)
			}
		}},
		{"Retry-After as a date", `{"kind":"status","status":503,"headers":{"Retry-After":"+30s"}}`, 0, func(t *testing.T, a answer) {
			if got := a.header.Get("Retry-After"); got != "Mon, 04 May 2026 09:57:47 GMT" {
				t.Errorf("got %q", got)
			}
		}},
		{"status after commit", `{"kind":"status","status":500,"commit":true}`, 1, func(t *testing.T, a answer) {
			if a.status != 500 {
				t.Errorf("got %d", a.status)
			}
		}},
		{"latency", `{"kind":"latency","latency":"30ms"}`, 1, func(t *testing.T, a answer) {
			if a.status != 200 || a.body != body {
				t.Errorf("got %d %q", a.status, a.body)
			}
		}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			in, url, commits := vendor(t, `{"rules":[`+tc.rule+`]}`)
			begun := time.Now()
			a := call(t, http.MethodPost, url+"/api/v1/contacts/1", "{}")
			tc.check(t, a)
			if tc.name == "latency" && time.Since(begun) < 30*time.Millisecond {
				t.Error("the answer came without waiting")
			}
			if got := commits.Load(); got != tc.commits {
				t.Errorf("the handler ran %d times, want %d", got, tc.commits)
			}
			stats := in.Stats()
			if stats.Calls["POST /api/v1/contacts/{id}"] != 1 || stats.Total != 1 || len(stats.Faults) != 1 {
				t.Errorf("stats are %+v", stats)
			}
		})
	}
}

func TestRulesActByCountEndpointAndText(t *testing.T) {
	cases := []struct {
		name, rule string
		want       []int // statuses of six calls: GET 1, GET 2, POST 1, GET 1, GET 1, POST 2
	}{
		{"every call", `{"kind":"status","status":500}`, []int{500, 500, 500, 500, 500, 500}},
		{"after one, twice", `{"kind":"status","status":500,"after":1,"times":2}`, []int{200, 500, 500, 200, 200, 200}},
		{"by method", `{"kind":"status","status":500,"endpoint":"POST /api/v1/contacts/{id}"}`, []int{200, 200, 500, 200, 200, 500}},
		{"by path", `{"kind":"status","status":500,"endpoint":"/api/v1/contacts/2"}`, []int{200, 500, 200, 200, 200, 500}},
		{"by rest", `{"kind":"status","status":500,"endpoint":"* /api/**","times":1}`, []int{500, 200, 200, 200, 200, 200}},
		{"another path", `{"kind":"status","status":500,"endpoint":"/api/v1/contacts"}`, []int{200, 200, 200, 200, 200, 200}},
		{"by body", `{"kind":"status","status":500,"contains":"Smith"}`, []int{200, 200, 500, 200, 200, 500}},
	}
	calls := []struct{ method, id, body string }{
		{"GET", "1", ""}, {"GET", "2", ""}, {"POST", "1", "Smith"}, {"GET", "1", ""}, {"GET", "1", ""}, {"POST", "2", "Smith"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			in, url, _ := vendor(t, "["+tc.rule+"]")
			for i, c := range calls {
				a := call(t, c.method, url+"/api/v1/contacts/"+c.id, c.body)
				if a.status != tc.want[i] {
					t.Errorf("call %d: got %d, want %d", i, a.status, tc.want[i])
				}
				if a.status == 200 && c.body != "" {
					last := in.Requests()[i]
					if len(last.Notes) != 1 || last.Notes[0] != "got "+c.body {
						t.Errorf("call %d: the handler saw %v", i, last.Notes)
					}
				}
			}
		})
	}
}

func TestProbabilityFollowsTheSeed(t *testing.T) {
	draw := func(seed uint64) (pattern string, fired int) {
		in := New(time.Now, seed)
		if err := in.Load([]byte(`[{"kind":"event_loss","probability":0.3}]`)); err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			if _, on := in.Effect(EventLoss); on {
				fired++
				pattern += "x"
			} else {
				pattern += "."
			}
		}
		return pattern, fired
	}
	first, fired := draw(1)
	if again, _ := draw(1); again != first {
		t.Error("the same seed gave other faults")
	}
	if other, _ := draw(2); other == first {
		t.Error("another seed gave the same faults")
	}
	if fired < 230 || fired > 370 {
		t.Errorf("probability 0.3 acted %d times of 1,000", fired)
	}
}

func TestEffectsActOnTheirSubject(t *testing.T) {
	in := New(time.Now, 1)
	if err := in.Load([]byte(`[{"kind":"lock_row","on":"Contact","after":1,"times":1}]`)); err != nil {
		t.Fatal(err)
	}
	var got []bool
	for _, subject := range []string{"Account", "Contact", "Account", "Contact", "Contact"} {
		_, on := in.Effect(LockRow, subject, "003x")
		got = append(got, on)
	}
	want := []bool{false, false, false, true, false}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if _, on := in.Effect(EventLoss); on {
		t.Error("another kind acted")
	}
}

func TestClockSkewMovesTheDateHeader(t *testing.T) {
	in, url, _ := vendor(t, `[{"kind":"clock_skew","seconds":-86400}]`)
	a := call(t, http.MethodGet, url+"/api/v1/contacts/1", "")
	if got := a.header.Get("Date"); got != "Sun, 03 May 2026 09:57:17 GMT" {
		t.Errorf("Date is %q", got)
	}
	in.Clear()
	a = call(t, http.MethodGet, url+"/api/v1/contacts/1", "")
	if got := a.header.Get("Date"); got != "Mon, 04 May 2026 09:57:17 GMT" {
		t.Errorf("Date is %q after the skew was cleared", got)
	}
}

func TestWrongScriptsAreRefusedByFieldAndChangeNothing(t *testing.T) {
	cases := map[string]string{
		`[{"kind":"status"}]`:                                     "rules[0].status",
		`[{"kind":"html"},{"kind":"nope"}]`:                       "rules[1].kind",
		`[{"status":500}]`:                                        "rules[0].kind",
		`[{"kind":"status","status":"500"}]`:                      "status",
		`[{"kind":"status","status":500,"afterwards":1}]`:         "afterwards",
		`[{"kind":"status","status":99}]`:                         "rules[0].status",
		`[{"kind":"latency"}]`:                                    "rules[0].latency",
		`[{"kind":"latency","latency":"soon"}]`:                   "soon",
		`[{"kind":"drop_before","probability":2}]`:                "rules[0].probability",
		`[{"kind":"drop_before","endpoint":"contacts"}]`:          "rules[0].endpoint",
		`[{"kind":"event_loss","endpoint":"/api"}]`:               "rules[0].endpoint",
		`[{"kind":"clock_skew"}]`:                                 "rules[0].seconds",
		`[{"kind":"drop_before","times":-1}]`:                     "rules[0].times",
		`[{"kind":"html","headers":{"Retry-After":"+tomorrow"}}]`: "rules[0].headers.Retry-After",
		`{"rule":[]}`: "rule",
		`not json`:    "fault script",
	}
	in, url, _ := vendor(t, `[{"kind":"status","status":418}]`)
	for script, want := range cases {
		a := call(t, http.MethodPost, url+"/_sim/faults", script)
		if a.status != 400 || !strings.Contains(a.body, want) {
			t.Errorf("%s: got %d %s, want 400 that names %q", script, a.status, a.body, want)
		}
	}
	if rules := in.Rules(); len(rules) != 1 || rules[0].Status != 418 {
		t.Errorf("the script in force became %v", rules)
	}
}

func TestControlSurface(t *testing.T) {
	in, url, _ := vendor(t, "")
	if a := call(t, "POST", url+"/_sim/faults", `{"rules":[{"kind":"status","status":500,"times":1}]}`); a.status != 200 {
		t.Fatalf("load: %d %s", a.status, a.body)
	}
	call(t, "GET", url+"/api/v1/contacts/1?search=a%20b&token=hidden", "")
	call(t, "GET", url+"/api/v1/contacts/2", "")
	in.Count("contact.create", 3)

	if a := call(t, "GET", url+"/_sim/requests", ""); !strings.Contains(a.body, `"query":"search=a b&token=…"`) ||
		!strings.Contains(a.body, `"status":500,"fault":"status"`) || strings.Contains(a.body, "hidden") {
		t.Errorf("requests: %s", a.body)
	}
	var stats Stats
	if err := json.Unmarshal([]byte(call(t, "GET", url+"/_sim/stats", "").body), &stats); err != nil {
		t.Fatal(err)
	}
	if stats.Calls["GET /api/v1/contacts/{id}"] != 2 || stats.Counts["contact.create"] != 3 || stats.Faults["status"] != 1 {
		t.Errorf("stats: %+v", stats)
	}
	if a := call(t, "GET", url+"/_sim/dump", ""); strings.TrimSpace(a.body) != `{"contacts":2}` {
		t.Errorf("dump: %s", a.body)
	}
	if a := call(t, "GET", url+"/_sim/faults", ""); !strings.Contains(a.body, `"seen":2,"acted":1`) {
		t.Errorf("faults: %s", a.body)
	}
	if a := call(t, "DELETE", url+"/_sim/faults", ""); a.status != 204 || len(in.Rules()) != 0 {
		t.Errorf("clear: %d, %v", a.status, in.Rules())
	}
	if a := call(t, "POST", url+"/_sim/reset", ""); a.status != 204 || in.Stats().Total != 0 || len(in.Requests()) != 0 {
		t.Errorf("reset: %d, %+v", a.status, in.Stats())
	}
}

func TestOnlyTheLastThousandRequestsAreKept(t *testing.T) {
	in := New(time.Now, 1)
	handler := in.Middleware(http.NotFoundHandler())
	for i := range ringSize + 5 {
		req := httptest.NewRequest(http.MethodGet, "/n", nil)
		req.URL.RawQuery = "i=" + string(rune('a'+i%26))
		handler.ServeHTTP(httptest.NewRecorder(), req)
	}
	kept := in.Requests()
	if len(kept) != ringSize || kept[0].Query != "i=f" || kept[ringSize-1].Status != 404 {
		t.Errorf("kept %d, first %+v, last %+v", len(kept), kept[0], kept[len(kept)-1])
	}
}

func TestImitatedLatencyIsNamedOrRefused(t *testing.T) {
	in := New(time.Now, 1)
	for _, ok := range []string{"", "zero", "realistic", "5ms"} {
		if err := in.Imitate(ok); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	for _, bad := range []string{"slow", "-5ms"} {
		if err := in.Imitate(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
