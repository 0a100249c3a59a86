package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sidelight/models/store/storetest"
)

// certify writes a certificate of this machine, with a number, and its key.
func certify(t *testing.T, dir string, number int64) (cert, key string, der []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	made := &x509.Certificate{SerialNumber: big.NewInt(number), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err = x509.CreateCertificate(rand.Reader, made, made, private.Public(), private)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return cert, key, der
}

func TestMetricsAndProfilesAreNotWhereStrangersAre(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve()
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/heap"} {
		if got := r.send(r.request(http.MethodGet, path, "", nil)); got.status != http.StatusNotFound {
			t.Errorf("%s on the public address: %d", path, got.status)
		}
		for host, want := range map[string]int{"": http.StatusOK, "rebound.evil.example": http.StatusForbidden} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.AdminURL()+path, nil)
			must(t, err)
			req.Host = host
			if got := r.send(req); got.status != want {
				t.Errorf("%s on the admin's, as %q: %d", path, host, got.status)
			}
		}
	}
	if !strings.HasPrefix(r.AdminURL(), "http://127.0.0.1:") {
		t.Errorf("it is at %s", r.AdminURL())
	}
	off := h.serve(func(c *Config) { c.AdminListen = "off" })
	if off.AdminURL() != "" {
		t.Errorf("switched off, it is at %s", off.AdminURL())
	}
	open := h.serve(func(c *Config) { c.AdminListen = "0.0.0.0:0" })
	if !strings.Contains(open.log.String(), "beyond this machine") {
		t.Error("nobody is told that it is open")
	}
}

func TestTheServersOwnCertificateIsReadAnew(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	dir := t.TempDir()
	cert, key, first := certify(t, dir, 1)
	r := h.serve(func(c *Config) { c.TLSCert, c.TLSKey = cert, key })
	if !strings.HasPrefix(r.URL(), "https://") {
		t.Fatalf("it is at %s", r.URL())
	}
	number := func(der []byte) (int64, string) {
		t.Helper()
		pool := x509.NewCertPool()
		c, err := x509.ParseCertificate(der)
		must(t, err)
		pool.AddCert(c)
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
		defer client.CloseIdleConnections()
		res, err := client.Get(r.URL() + "/healthz")
		if err != nil {
			return 0, err.Error()
		}
		_ = res.Body.Close()
		return res.TLS.PeerCertificates[0].SerialNumber.Int64(), res.Proto
	}
	if n, said := number(first); n != 1 || said != "HTTP/2.0" {
		t.Fatalf("certificate %d, %s", n, said)
	}
	old := r.certificate
	recheck := func() { old.mu.Lock(); old.checked = time.Time{}; old.mu.Unlock() }
	must(t, os.WriteFile(cert, []byte("half"), 0o600))
	recheck()
	if n, said := number(first); n != 1 {
		t.Errorf("while the file is half written: %s", said)
	}
	_, _, second := certify(t, dir, 2)
	recheck()
	if n, said := number(second); n != 2 {
		t.Errorf("renewed: certificate %d, %s", n, said)
	}
	conn, err := tls.Dial("tcp", strings.TrimPrefix(r.URL(), "https://"), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11})
	if err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

func TestTheDemosSessionIsForItsOwnPagesAlone(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serveWith(Options{Demo: true}, h.joined)
	r.met()
	for name, c := range map[string]struct {
		host, origin, site string
		want               int
	}{
		"a program": {"", "", "", http.StatusOK}, "its page": {"", r.URL(), "same-origin", http.StatusOK},
		"a page elsewhere": {"", "https://evil.example", "cross-site", http.StatusForbidden}, "a name that leads here": {"rebound.evil.example", "", "same-origin", http.StatusForbidden},
	} {
		req := r.request(http.MethodGet, "/demo/session", "", nil)
		req.Host = c.host
		if c.origin != "" {
			req.Header.Set("Origin", c.origin)
			req.Header.Set("Sec-Fetch-Site", c.site)
		}
		if got := r.send(req); got.status != c.want || strings.Contains(got.text, "token") != (c.want == http.StatusOK) {
			t.Errorf("%s: %d %.100s", name, got.status, got.text)
		}
		control, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.vendors.DeskURL+"/_sim/dump", nil)
		must(t, err)
		if c.host != "" {
			control.Host = c.host
		}
		if c.origin != "" {
			origin := c.origin
			if origin == r.URL() {
				origin = h.vendors.DeskURL
			}
			control.Header.Set("Origin", origin)
			control.Header.Set("Sec-Fetch-Site", c.site)
		}
		if got := r.send(control); got.status != c.want {
			t.Errorf("%s, at a vendor's controls: %d", name, got.status)
		}
	}
	if got := r.send(r.request(http.MethodGet, "/metrics", "", nil)); got.status != http.StatusOK {
		t.Errorf("the demo's metrics: %d", got.status)
	}
}
