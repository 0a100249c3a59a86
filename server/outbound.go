package server

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"sidelight/models"
	"sidelight/sync/zohodesk"
)

// outbound is how the vendors are called. An admin says where they are, and an admin's token may be
// stolen: secrets go to Salesforce's and Zoho's own hosts and to those that whoever runs the
// process has listed, never on to where those redirect, and never to an address inside the network
// that a name was made to lead to.
type outbound struct {
	listed     map[string]bool // host, or host:port, in lower case
	transport  *http.Transport
	salesforce *http.Client
	desk       *http.Client
}

// vendorTimeout bounds one call.
const vendorTimeout = 60 * time.Second

// salesforceDomains are where Salesforce's login and instances live, its government's and China's
// clouds included.
var salesforceDomains = []string{"salesforce.com", "force.com", "cloudforce.com", "salesforce.mil", "sfcrmproducts.cn"}

func isSalesforce(host string) bool {
	for _, d := range salesforceDomains {
		if strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

// zohoHosts are those of Zoho's data centres.
var zohoHosts = func() map[string]bool {
	out := map[string]bool{}
	for _, dc := range zohodesk.DataCenters {
		for _, address := range []string{dc.APIURL, dc.AccountsURL} {
			if u, err := url.Parse(address); err == nil {
				out[strings.ToLower(u.Host)] = true
			}
		}
	}
	return out
}()

func isZoho(host string) bool { return zohoHosts[host] }

// newOutbound lists the hosts of the flag --allow-vendor-host, and of the addresses that other
// flags or stored connections name.
func newOutbound(hosts []string, addresses ...string) *outbound {
	o := &outbound{listed: map[string]bool{}}
	for _, h := range hosts {
		o.listed[strings.ToLower(h)] = true
	}
	for _, address := range addresses {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			o.listed[strings.ToLower(u.Host)] = true
		}
	}
	o.transport = http.DefaultTransport.(*http.Transport).Clone()
	o.transport.DialContext = o.dial
	client := func(own func(host string) bool) *http.Client {
		return &http.Client{
			Timeout:       vendorTimeout,
			Transport:     vendorHosts{o, own},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	o.salesforce, o.desk = client(isSalesforce), client(isZoho)
	return o
}

func (o *outbound) close() { o.transport.CloseIdleConnections() }

// lists tells whether the host was listed, with its port or for every port.
func (o *outbound) lists(hostport, host string) bool {
	return o.listed[strings.ToLower(hostport)] || o.listed[strings.ToLower(host)]
}

// admits tells whether secrets may be sent to the address.
func (o *outbound) admits(u *url.URL, own func(host string) bool) bool {
	return o.lists(u.Host, u.Hostname()) ||
		u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && own(strings.ToLower(u.Hostname()))
}

// vendorHosts sends requests to one vendor's hosts alone.
type vendorHosts struct {
	*outbound
	own func(host string) bool
}

// RoundTrip implements http.RoundTripper.
func (v vendorHosts) RoundTrip(r *http.Request) (*http.Response, error) {
	if !v.admits(r.URL, v.own) {
		return nil, models.Errorf(
			models.CodeBadUserInput,
			"%s is not a host of this vendor: list it with --allow-vendor-host",
			r.URL.Host,
		)
	}
	return v.transport.RoundTrip(r)
}

// dial looks at the address that a name has led to, at the moment of connecting: one inside the
// network, or of this machine, is connected to only if its host is listed.
func (o *outbound) dial(ctx context.Context, network, hostport string) (net.Conn, error) {
	d := net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	host, _, _ := net.SplitHostPort(hostport)
	if !o.lists(hostport, host) && !isProxy(hostport) {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !public(at.Addr()) {
				return models.Errorf(
					models.CodeBadUserInput,
					"%s leads to an address inside the network: list it with --allow-vendor-host",
					host,
				)
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, hostport)
}

// isProxy tells whether the address is that of the proxy for calls out that the environment names.
func isProxy(hostport string) bool {
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		proxy := os.Getenv(name)
		if proxy != "" && !strings.Contains(proxy, "://") {
			proxy = "http://" + proxy
		}
		u, err := url.Parse(proxy)
		if err != nil || u.Host == "" {
			continue
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
		}
		if strings.EqualFold(hostport, net.JoinHostPort(u.Hostname(), port)) {
			return true
		}
	}
	return false
}

// inside are networks that are no part of the internet, besides those that netip knows by name; the
// last two hold IPv4 addresses in IPv6 ones.
var inside = []netip.Prefix{
	netip.MustParsePrefix(
		"0.0.0.0/8",
	),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix(
		"240.0.0.0/4",
	),
	netip.MustParsePrefix("fec0::/10"),
	netip.MustParsePrefix("64:ff9b::/16"),
	netip.MustParsePrefix("2002::/16"),
}

// public tells whether an address is one of the internet.
func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range inside {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsGlobalUnicast() && !a.IsPrivate()
}
