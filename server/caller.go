package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// callers tell where a request comes from. Behind a proxy every connection is the proxy's: what it
// says of the caller is believed only of a proxy that is named, and a caller who writes such a
// header stays where the connection comes from.
type callers struct {
	proxies []netip.Prefix
	log     *slog.Logger
	hinted  sync.Once
}

// parseProxies reads the --trusted-proxy flags: networks, or single addresses.
func parseProxies(flags []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, flag := range flags {
		p, err := netip.ParsePrefix(flag)
		if addr, aerr := netip.ParseAddr(flag); aerr == nil {
			p, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy: %q is not a network like 10.0.0.0/8 or an address", flag)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

type callerKey struct{}

// note puts the caller's address into the request.
func (c *callers) note(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, bucketOf(c.of(r)))))
	})
}

// callerOf is the network that the request comes from, "" where it is not known.
func callerOf(ctx context.Context) string {
	s, _ := ctx.Value(callerKey{}).(string)
	return s
}

// bucketOf is who is counted together: an IPv4 address, or an IPv6 network of 64 bits, which is one
// customer's.
func bucketOf(a netip.Addr) string {
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// of is the address of the request's caller.
func (c *callers) of(r *http.Request) netip.Addr {
	peer, _ := netip.ParseAddrPort(r.RemoteAddr)
	addr := peer.Addr().Unmap()
	through, forwarded := forwardedFor(r.Header), forwarded(r.Header)
	if !c.trusts(addr) {
		if len(through)+len(forwarded) > 0 && (addr.IsPrivate() || addr.IsLoopback()) {
			c.hinted.Do(func() {
				c.log.Warn("requests come through a proxy that is not named: all its callers share their limits: name it with --trusted-proxy", "proxy", addr)
			})
		}
		return addr
	}
	said := make([]netip.Addr, 0, 2)
	for _, chain := range [][]string{through, forwarded} {
		if len(chain) > 0 {
			said = append(said, c.last(addr, chain))
		}
	}
	switch {
	case len(said) == 0, len(said) == 2 && said[0] != said[1]:
		// A proxy sets one of them, and may pass on the other as its caller wrote it.
		return addr
	}
	return said[0]
}

func (c *callers) trusts(a netip.Addr) bool {
	for _, p := range c.proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// last is the address nearest to us that is no proxy of ours. What stands before it, its owner may
// have written.
func (c *callers) last(peer netip.Addr, chain []string) netip.Addr {
	at := peer
	for i := len(chain) - 1; i >= 0; i-- {
		next, ok := parseNode(chain[i])
		if !ok {
			return at
		}
		if at = next; !c.trusts(at) {
			return at
		}
	}
	return at
}

// parseNode reads an address as proxies write it: with a port or without, IPv6 in brackets or not.
func parseNode(s string) (netip.Addr, bool) {
	s = strings.Trim(strings.TrimSpace(s), `"`)
	if p, err := netip.ParseAddrPort(s); err == nil {
		return p.Addr().Unmap(), true
	}
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	return a.Unmap(), err == nil
}

// forwardedFor are the nodes of X-Forwarded-For, the nearest last.
func forwardedFor(h http.Header) []string { return elements(h["X-Forwarded-For"]) }

// forwarded are the nodes of Forwarded (RFC 7239), the nearest last. An element without one is not
// understood, and ends the chain.
func forwarded(h http.Header) []string {
	var out []string
	for _, element := range elements(h["Forwarded"]) {
		node := ""
		for pair := range strings.SplitSeq(element, ";") {
			if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); strings.EqualFold(name, "for") {
				node = value
			}
		}
		out = append(out, node)
	}
	return out
}

func elements(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	return strings.Split(strings.Join(lines, ","), ",")
}
