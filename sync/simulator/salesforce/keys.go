package salesforce

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// keys are the certificate authority and the server certificate of the Pub/Sub endpoint, in PEM.
// They are kept, so that a client that trusts them goes on trusting them after a restart.
type keys struct {
	CA   string `json:"ca"`
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

// The certificates are for loopback: they are valid at any time that a clock, true or set by a
// test, may tell.
var (
	validFrom = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	validTo   = time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)
)

// freshKeys are the keys of an organization that has none yet: one pair for a process, because
// nobody is protected by them and tests start organizations by the thousand.
var freshKeys = sync.OnceValues(newKeys)

// ensureKeys makes the keys if there are none; s.mu is held.
func (s *Server) ensureKeys() error {
	if s.keys != nil {
		return nil
	}
	made, err := freshKeys()
	if err != nil {
		return fmt.Errorf("salesforce: certificate of the Pub/Sub endpoint: %w", err)
	}
	return s.commit(put{Kind: kindKeys, Value: made})
}

func newKeys() (*keys, error) {
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Salesforce simulator"},
		NotBefore: validFrom, NotAfter: validTo, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	server := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: authority.NotBefore, NotAfter: authority.NotAfter, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4zero},
		KeyUsage:    x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	authorityKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serverKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	ca, err := x509.CreateCertificate(rand.Reader, authority, authority, &authorityKey.PublicKey, authorityKey)
	if err != nil {
		return nil, err
	}
	cert, err := x509.CreateCertificate(rand.Reader, server, authority, &serverKey.PublicKey, authorityKey)
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(serverKey)
	if err != nil {
		return nil, err
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return &keys{CA: block("CERTIFICATE", ca), Cert: block("CERTIFICATE", cert), Key: block("PRIVATE KEY", key)}, nil
}

// PubSubCAPEM is the authority that the Pub/Sub endpoint's certificate is signed by, for clients to
// trust. The certificate is for localhost and loopback addresses.
func (s *Server) PubSubCAPEM() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return []byte(s.keys.CA)
}

func (s *Server) tlsConfig() (*tls.Config, error) {
	s.mu.Lock()
	k := *s.keys
	s.mu.Unlock()
	pair, err := tls.X509KeyPair([]byte(k.Cert), []byte(k.Key))
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}, nil
}

func randomHex(bytes int) string {
	raw := make([]byte, bytes)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// transactionKey names what belongs to one transaction.
func transactionKey() string {
	h := randomHex(16)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
