package local

import (
	"net"
	"net/http/httptest"
	"testing"
)

func TestMeant(t *testing.T) {
	for name, c := range map[string]struct {
		host, origin, site string
		want               bool
	}{
		"a program":                         {"127.0.0.1:8081", "", "", true},
		"localhost":                         {"localhost:8081", "", "", true},
		"IPv6":                              {"[::1]:8081", "", "", true},
		"our own page":                      {"127.0.0.1:8080", "http://127.0.0.1:8080", "same-origin", true},
		"a name that is given":              {"demo.example", "", "none", true},
		"a page elsewhere":                  {"127.0.0.1:8081", "https://evil.example", "cross-site", false},
		"the same, in an old browser":       {"127.0.0.1:8081", "https://evil.example", "", false},
		"a page of another port":            {"127.0.0.1:8081", "http://127.0.0.1:9999", "same-site", false},
		"a page that hides where it is":     {"127.0.0.1:8081", "null", "", false},
		"an image of a page elsewhere":      {"127.0.0.1:8081", "", "cross-site", false},
		"a name that was made to lead here": {"rebound.evil.example:8081", "", "same-origin", false},
		"the same with its origin":          {"rebound.evil.example:8081", "http://rebound.evil.example:8081", "same-origin", false},
		"no host":                           {"", "", "", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = c.host
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		if c.site != "" {
			r.Header.Set("Sec-Fetch-Site", c.site)
		}
		if got := Meant(r, "demo.example"); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	for address, want := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "0.0.0.0:1": false, "[::]:1": false, "192.168.0.1:1": false} {
		a, err := net.ResolveTCPAddr("tcp", address)
		if err != nil || Loopback(a) != want {
			t.Errorf("%s: %t %v", address, !want, err)
		}
	}
}
