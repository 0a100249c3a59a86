// Package local tells requests of this machine's own pages and programs from those that a page
// elsewhere made a browser send. What listens on the loopback address is reached by every page that
// the browser shows: by a plain cross-origin request, or under a name that was made to lead here
// (DNS rebinding).
package local

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Meant tells whether the request names a host that is ours, and comes from no page of another one.
// Addresses and localhost are ours: a name that leads here is not, unless it is one of those given.
func Meant(r *http.Request, names ...string) bool {
	host := hostname(r.Host)
	if !isOurs(host, names) {
		return false
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site == "cross-site" || site == "same-site" {
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

func isOurs(host string, names []string) bool {
	if _, err := netip.ParseAddr(host); err == nil || strings.EqualFold(host, "localhost") {
		return true
	}
	for _, name := range names {
		if strings.EqualFold(host, name) {
			return true
		}
	}
	return false
}

// hostname is a Host header without its port and brackets.
func hostname(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.Trim(host, "[]")
}

// Only refuses what was not meant.
func Only(next http.Handler, names ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !Meant(r, names...) {
			http.Error(w, "this is answered only under its own address, and to no page of another one", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Loopback tells whether an address that is listened on (HOST:PORT) is reached from this machine
// alone.
func Loopback(listen net.Addr) bool {
	a, err := netip.ParseAddrPort(listen.String())
	return err == nil && a.Addr().Unmap().IsLoopback()
}
