package server

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// recordingServer is a server that keeps what it is sent.
type recordingServer struct {
	*httptest.Server
	mu   sync.Mutex
	said strings.Builder
	to   string // where it redirects, "" for nowhere
}

func newRecordingServer(t *testing.T, to string) *recordingServer {
	th := &recordingServer{to: to}
	th.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		th.mu.Lock()
		fmt.Fprintln(&th.said, r.Method, r.URL, r.Header, string(body))
		th.mu.Unlock()
		if th.to != "" {
			http.Redirect(w, r, th.to+r.URL.Path, http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(th.Close)
	return th
}

func (th *recordingServer) received() string {
	th.mu.Lock()
	defer th.mu.Unlock()
	return th.said.String()
}

func (th *recordingServer) host() string { return strings.TrimPrefix(th.URL, "http://") }

func TestASecretGoesOnlyToTheHostThatItWasGivenFor(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	elsewhere := newRecordingServer(t, "")
	unlisted, listed, redirecting := newRecordingServer(t, ""), newRecordingServer(t, ""), newRecordingServer(t, elsewhere.URL)
	r := h.serve(h.joined, func(c *Config) { c.AllowVendorHost = append(c.AllowVendorHost, listed.host(), redirecting.host()) })
	r.met()
	b := newBrowser(t)
	r.http.Jar = b.http.Jar
	admin := r.token(models.ScopeAdmin, "")
	begin := func(input string) answered {
		return r.ask(admin, `mutation{connectSalesforce(input:{`+input+`}){authorizeUrl}}`)
	}
	// comesBack is what a vendor does after a consent: it sends the browser back with a code.
	comesBack := func(got answered) {
		t.Helper()
		to, _ := got.data("connectSalesforce", "authorizeUrl").(string)
		u, err := url.Parse(to)
		must(t, err)
		p := b.get(r.URL() + "/connect/salesforce/callback?code=code&state=" + url.QueryEscape(u.Query().Get("state")))
		if !strings.Contains(p.location, "problem=") {
			t.Errorf("connected to a thief: %s", p.location)
		}
	}
	for name, input := range map[string]string{
		"an address of nobody's":       `loginUrl:"` + unlisted.URL + `",clientId:"demo",clientSecret:"demo-secret"`,
		"a name like Salesforce's":     `loginUrl:"https://salesforce.com.evil.example",clientId:"x",clientSecret:"y"`,
		"a name that ends like it":     `loginUrl:"https://evilsalesforce.com",clientId:"x",clientSecret:"y"`,
		"the server's secret, another": `loginUrl:"` + listed.URL + `"`,
		"the same, with its client":    `loginUrl:"` + listed.URL + `",clientId:"demo"`,
		"Salesforce, without TLS":      `loginUrl:"http://login.salesforce.com",clientId:"x",clientSecret:"y"`,
		"another port":                 `loginUrl:"https://login.salesforce.com:8443",clientId:"x",clientSecret:"y"`,
		"an address by its number":     `loginUrl:"https://169.254.169.254",clientId:"x",clientSecret:"y"`,
	} {
		if got := begin(input); got.code() != "BAD_USER_INPUT" {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if got := begin(`loginUrl:"https://acme--dev.sandbox.my.salesforce.com",clientId:"x",clientSecret:"y"`); got.body["errors"] != nil {
		t.Errorf("a sandbox: %s", got.text)
	}
	comesBack(begin(`loginUrl:"` + redirecting.URL + `",clientId:"x",clientSecret:"theirs"`))
	if got := elsewhere.received(); got != "" {
		t.Errorf("after a redirect: %s", got)
	}
	if got := redirecting.received(); !strings.Contains(got, "theirs") || strings.Contains(got, "demo-secret") {
		t.Errorf("the listed host heard %s", got)
	}
	if got := unlisted.received() + listed.received(); got != "" {
		t.Errorf("a thief heard %s", got)
	}
	if got := r.ask(admin, `{auditLog(first:20){nodes{action target detail}}}`); !strings.Contains(got.text, redirecting.host()) {
		t.Errorf("the audit does not name the host: %s", got.text)
	}
	// With no client of its own, the flags' connect their own host.
	if got := begin(""); !strings.Contains(fmt.Sprint(got.data("connectSalesforce", "authorizeUrl")), h.vendors.SalesforceURL) {
		t.Errorf("the server's own: %s", got.text)
	}
	desk := r.ask(admin, `mutation{connectDesk(input:{}){authorizeUrl}}`)
	if !strings.Contains(fmt.Sprint(desk.data("connectDesk", "authorizeUrl")), h.vendors.DeskURL) {
		t.Errorf("Zoho Desk: %s", desk.text)
	}
}

func TestAConsentBelongsToTheBrowserThatBeganIt(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve()
	mine, other := newBrowser(t), newBrowser(t)
	r.http.Jar = mine.http.Jar
	admin := r.token(models.ScopeAdmin, "")
	consent := func(b *browser) string {
		got := r.ask(admin, fmt.Sprintf(connectSalesforce, h.vendors.SalesforceURL), "s", "demo-secret")
		return b.submit(b.get(got.data("connectSalesforce", "authorizeUrl").(string)), "<form", true).location
	}
	if p := other.get(consent(other)); !strings.Contains(p.location, "problem=FORBIDDEN") {
		t.Errorf("another browser: %s", p.location)
	}
	first, second := consent(mine), consent(mine)
	for _, callback := range []string{second, first} {
		if p := mine.get(callback); strings.Contains(p.location, "problem=") {
			t.Errorf("the same browser: %s", p.location)
		}
	}
	for _, cookie := range mine.http.Jar.Cookies(&url.URL{Scheme: "http", Host: strings.TrimPrefix(r.URL(), "http://"), Path: "/graphql"}) {
		t.Errorf("the API gets the cookie %s", cookie.Name)
	}
}

func TestANameThatLeadsInsideIsNotConnectedTo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	o := newOutbound([]string{"127.0.0.1:" + port})
	defer o.close()
	if conn, err := o.dial(t.Context(), "tcp", "localhost:"+port); err == nil || !strings.Contains(err.Error(), "--allow-vendor-host") {
		t.Errorf("localhost: %v %v", conn, err)
	}
	conn, err := o.dial(t.Context(), "tcp", "127.0.0.1:"+port)
	must(t, err)
	_ = conn.Close()
	for _, address := range []string{"http://127.0.0.1:1/", "https://login.salesforce.com.evil.example/", "http://login.salesforce.com/"} {
		if _, err := o.salesforce.Get(address); err == nil || !strings.Contains(err.Error(), "--allow-vendor-host") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for text, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::1": true,
		"10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "127.0.0.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "224.0.0.1": false, "255.255.255.255": false,
		"::1": false, "fe80::1%1": false, "fd00::1": false, "::": false, "ff02::1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "64:ff9b::a00:1": false, "2002:a00:1::1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}
