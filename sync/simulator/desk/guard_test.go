package desk

import (
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"sidelight/sync/simulator/fault"
)

func TestWhoMayCall(t *testing.T) {
	r := newRig(t)
	token := "Zoho-oauthtoken " + r.token
	cases := map[string]struct {
		path   string
		header map[string]string
		status int
		code   string
	}{
		"no token":             {"/contacts", map[string]string{"orgId": OrgID}, 401, "UNAUTHORIZED"},
		"another scheme":       {"/contacts", map[string]string{"orgId": OrgID, "Authorization": "Basic " + r.token}, 401, "UNAUTHORIZED"},
		"unknown token":        {"/contacts", map[string]string{"orgId": OrgID, "Authorization": "Zoho-oauthtoken x"}, 401, "INVALID_OAUTH"},
		"no organization":      {"/contacts", map[string]string{"Authorization": token}, 403, "OAUTH_ORG_MISMATCH"},
		"another organization": {"/contacts", map[string]string{"Authorization": token, "orgId": "1"}, 403, "OAUTH_ORG_MISMATCH"},
		"everything":           {"/contacts", map[string]string{"Authorization": token, "orgId": OrgID}, 200, ""},
		"organizations, which need no organization": {"/organizations", map[string]string{"Authorization": token}, 200, ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if a := r.do("GET", "/api/v1"+tc.path, nil, tc.header); a.status != tc.status || a.code() != tc.code {
				t.Errorf("got %d %s", a.status, a.text)
			}
		})
	}
}

func TestCreditsAreCountedAndEnd(t *testing.T) {
	r := newRig(t, func(c *Config) { c.DailyCredits = 10 })
	for _, step := range []struct{ path, weight, remaining string }{
		{"/myinfo", "1", "9"}, {"/contacts?from=1&limit=10", "3", "6"}, {"/contacts?from=500&limit=10", "4", "2"}, {"/myinfo", "1", "1"},
	} {
		a := r.must("GET", step.path, nil)
		if weight, left := a.header.Get("X-Rate-Limit-Request-Weight-v3"), a.header.Get("X-Rate-Limit-Remaining-v3"); weight != step.weight || left != step.remaining {
			t.Errorf("%s: weight %s, remaining %s", step.path, weight, left)
		}
	}
	a := r.call("GET", "/contacts?limit=10", nil)
	wait, err := strconv.Atoi(a.header.Get("Retry-After"))
	if a.status != 429 || a.code() != "THRESHOLD_EXCEEDED" || err != nil || a.header.Get("X-Rate-Limit-Remaining-v3") != "1" {
		t.Fatalf("got %d %s %v", a.status, a.text, a.header)
	}
	r.clock.advance(time.Duration(wait) * time.Second)
	r.token = r.tokenFor(map[string][]string{"grant_type": {"refresh_token"}, "refresh_token": {RefreshToken}})["access_token"].(string)
	r.must("GET", "/contacts?limit=10", nil)
}

// holdPlace starts a create whose body does not end before finish is called. When it returns, the
// call is under way: the server asked for the body.
func (r *rig) holdPlace(transport *http.Transport) (finish func() int) {
	r.Helper()
	body, rest := io.Pipe()
	req, err := http.NewRequest("POST", r.url+"/api/v1/contacts", body)
	if err != nil {
		r.Fatal(err)
	}
	req.Header.Set("Authorization", "Zoho-oauthtoken "+r.token)
	req.Header.Set("orgId", OrgID)
	req.Header.Set("Expect", "100-continue")
	status := make(chan int, 1)
	go func() {
		defer close(status)
		res, err := transport.RoundTrip(req)
		if err != nil {
			r.Error(err)
			return
		}
		status <- res.StatusCode
		_ = res.Body.Close()
	}()
	if _, err := io.WriteString(rest, `{"lastName":`); err != nil {
		r.Fatal(err)
	}
	return func() int {
		_, _ = io.WriteString(rest, `"Patient"}`)
		_ = rest.Close()
		return <-status
	}
}

func TestTooManyCallsAtOnce(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Concurrency = 2 })
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	first, second := r.holdPlace(transport), r.holdPlace(transport)
	a := r.call("GET", "/departments", nil)
	if a.status != 429 || a.code() != "TOO_MANY_REQUESTS" || a.header.Get("Retry-After") != "" {
		t.Errorf("got %d %s %v", a.status, a.text, a.header)
	}
	if one, two := first(), second(); one != 200 || two != 200 {
		t.Errorf("the calls within the limit: %d and %d", one, two)
	}
	r.must("GET", "/departments", nil)
}

func TestSettingsChangeWhatIsEnforced(t *testing.T) {
	r := newRig(t)
	taken := r.contact(map[string]any{"lastName": "First", "email": "one@unique.example"})
	other := r.contact(map[string]any{"lastName": "Second", "email": "One@unique.example"})
	if a := r.do("POST", "/_sim/settings", `{"uniqueEmail":true,"listLimit":50}`, nil); a.status != 200 || a.body["concurrency"] != float64(25) {
		t.Fatalf("settings: %d %s", a.status, a.text)
	}
	for _, a := range []reply{
		r.call("POST", "/contacts", map[string]any{"lastName": "Third", "email": "ONE@unique.example"}),
		r.call("PATCH", "/contacts/"+other, map[string]any{"email": "one@unique.example"}),
	} {
		wrong, _ := a.body["errors"].([]any)
		if a.status != 422 || len(wrong) != 1 || wrong[0].(map[string]any)["errorType"] != "duplicate" || wrong[0].(map[string]any)["fieldName"] != "/email" {
			t.Errorf("got %d %s", a.status, a.text)
		}
	}
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{other}})
	r.must("PATCH", "/contacts/"+taken, map[string]any{"email": "one@unique.example"}) // its own
	if a := r.call("GET", "/contacts?limit=51", nil); a.status != 422 {
		t.Errorf("limit 51: %d", a.status)
	}
	r.must("GET", "/contacts?limit=50", nil)
	for _, bad := range []string{`{"listLimit":0}`, `{"uniqueMail":true}`, `x`} {
		if a := r.do("POST", "/_sim/settings", bad, nil); a.status != 400 || a.text1("error") == "" {
			t.Errorf("%s: %d %s", bad, a.status, a.text)
		}
	}
	if a := r.do("GET", "/_sim/settings", nil, nil); a.body["uniqueEmail"] != true || a.body["listLimit"] != float64(50) {
		t.Errorf("settings: %s", a.text)
	}
}

// The fault script reaches the API over HTTP: what is dropped after the commit is there all the
// same.
func TestFaultsOfTheAPI(t *testing.T) {
	r := newRig(t)
	mustLoad(r, `[{"kind":"status","commit":true,"status":500,"endpoint":"POST /api/v1/contacts","times":1,"body":{"errorCode":"INTERNAL_SERVER_ERROR","message":"x"}},
		{"kind":"html","endpoint":"GET /api/v1/myinfo","times":1},{"kind":"clock_skew","seconds":86400}]`)
	r.token = r.tokenFor(map[string][]string{"grant_type": {"refresh_token"}, "refresh_token": {RefreshToken}})["access_token"].(string)
	if a := r.call("POST", "/contacts", map[string]any{"lastName": "Committed"}); a.status != 500 {
		t.Errorf("got %d %s", a.status, a.text)
	}
	found := r.must("GET", "/contacts/search?lastName=Committed", nil).rows()
	if len(found) != 1 || found[0]["createdTime"] != "2026-05-05T09:57:17.000Z" {
		t.Errorf("after the fault: %v", found)
	}
	if a := r.call("GET", "/myinfo", nil); a.body != nil || a.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("got %v %s", a.header, a.text)
	}
	stats := r.faults.Stats()
	if stats.Counts["contacts.create"] != 1 || stats.Calls["POST /api/v1/contacts"] != 1 || stats.Faults[fault.HTML] != 1 {
		t.Errorf("stats: %+v", stats)
	}
}
