package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sidelight/models/store/storetest"
)

func TestWhoCallsIsBelievedOnlyOfAProxyThatIsNamed(t *testing.T) {
	proxies, err := parseProxies([]string{"10.0.0.0/8", "127.0.0.1", "fd00::/8"})
	must(t, err)
	for name, c := range map[string]struct {
		peer, xff, forwarded, want string
	}{
		"no proxy":                       {"203.0.113.9:1", "", "", "203.0.113.9"},
		"a stranger who says so":         {"203.0.113.9:1", "198.51.100.7", "for=198.51.100.7", "203.0.113.9"},
		"one proxy":                      {"10.1.2.3:1", "198.51.100.7", "", "198.51.100.7"},
		"two proxies":                    {"10.1.2.3:1", "198.51.100.7, 10.9.9.9", "", "198.51.100.7"},
		"an invented first one":          {"10.1.2.3:1", "1.1.1.1, 198.51.100.7, 10.9.9.9", "", "198.51.100.7"},
		"an invented proxy":              {"10.1.2.3:1", "10.0.0.9, 198.51.100.7", "", "198.51.100.7"},
		"a port":                         {"127.0.0.1:1", "198.51.100.7:4711", "", "198.51.100.7"},
		"nonsense":                       {"127.0.0.1:1", "unknown", "", "127.0.0.1"},
		"nonsense before a proxy":        {"127.0.0.1:1", "x, 10.0.0.1", "", "10.0.0.1"},
		"only proxies":                   {"127.0.0.1:1", "10.0.0.2, 10.0.0.1", "", "10.0.0.2"},
		"Forwarded":                      {"127.0.0.1:1", "", `for=198.51.100.7;proto=https, for="10.0.0.2:99"`, "198.51.100.7"},
		"Forwarded, IPv6":                {"[fd00::1]:1", "", `For="[2001:db8:1:2:3::4]:99"`, "2001:db8:1:2::/64"},
		"Forwarded, hidden":              {"127.0.0.1:1", "", "for=_hidden, for=10.0.0.2", "10.0.0.2"},
		"both alike":                     {"127.0.0.1:1", "198.51.100.7", "for=198.51.100.7", "198.51.100.7"},
		"both, one of them the caller's": {"127.0.0.1:1", "198.51.100.7", "for=1.1.1.1", "127.0.0.1"},
		"an IPv4 address as IPv6":        {"[::ffff:10.1.2.3]:1", "::ffff:198.51.100.7", "", "198.51.100.7"},
		"a customer's IPv6 network":      {"[2001:db8:1:2:aaaa::1]:1", "", "", "2001:db8:1:2::/64"},
	} {
		c2 := &callers{proxies: proxies, log: slog.New(slog.DiscardHandler)}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		if c.xff != "" {
			r.Header.Set("X-Forwarded-For", c.xff)
		}
		if c.forwarded != "" {
			r.Header.Set("Forwarded", c.forwarded)
		}
		if got := bucketOf(c2.of(r)); got != c.want {
			t.Errorf("%s: %s, not %s", name, got, c.want)
		}
	}
	for _, flag := range []string{"x", "10.0.0.0/33", ""} {
		if _, err := parseProxies([]string{flag}); err == nil || !strings.Contains(err.Error(), "--trusted-proxy") {
			t.Errorf("%q: %v", flag, err)
		}
	}
}

// from sends a request as a proxy does for a caller.
func (r *replica) from(caller string, req *http.Request) answered {
	r.t.Helper()
	req.Header.Set("X-Forwarded-For", caller)
	return r.send(req)
}

func TestNobodyLocksOthersOutOfSigningIn(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.joined, func(c *Config) { c.Rate, c.TrustedProxy = 5, []string{"127.0.0.0/8"} })
	r.met()
	made := newBrowser(t).signIn(r, "agent@sidelight.example")
	body := map[string]any{"refreshToken": "invented.invented", "device": ourDevice}
	guess := func(caller string) int {
		return r.from(caller, r.request(http.MethodPost, "/auth/refresh", "", body)).status
	}
	for range 30 {
		guess("198.51.100.7")
		r.from("198.51.100.7", r.request(http.MethodGet, "/graphql", "", nil))
		r.from("198.51.100.7", r.request(http.MethodGet, "/auth/desk/start?device="+ourDevice, "", nil))
		r.from("198.51.100.7", r.request(http.MethodGet, "/connect/desk/callback?state=x", "", nil))
	}
	if got := guess("198.51.100.7"); got != http.StatusTooManyRequests {
		t.Errorf("the one who guesses: %d", got)
	}
	if got := guess("198.51.100.8"); got != http.StatusUnauthorized {
		t.Errorf("somebody else: %d", got)
	}
	for range 2 { // even from the same address
		got := r.from("198.51.100.7", r.request(http.MethodPost, "/auth/refresh", "", map[string]any{"refreshToken": made["refreshToken"], "device": ourDevice}))
		if got.status != http.StatusOK {
			t.Fatalf("an agent at the same address: %d %s", got.status, got.text)
		}
		made = got.body
		if got := r.from("198.51.100.7", r.request(http.MethodPost, "/graphql", made["token"].(string), map[string]any{"query": whoAmI})); got.status != http.StatusOK {
			t.Errorf("their request: %d %s", got.status, got.text)
		}
	}
	if got := r.from("198.51.100.8", r.request(http.MethodGet, "/auth/desk/start?device="+ourDevice, "", nil)); got.status == http.StatusTooManyRequests {
		t.Errorf("somebody else's sign-in: %d", got.status)
	}
}
