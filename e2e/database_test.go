package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sidelight/models/store/storetest"
)

// grants are the statements of the operating guide that make its users, for a database of the test.
func grants(t *testing.T, database, migrator, runner string) (statements []string) {
	t.Helper()
	guide, err := os.ReadFile("../docs/operating.md")
	must(t, err)
	block := regexp.MustCompile("(?s)```sql\n(.*?)```").FindSubmatch(guide)
	if block == nil {
		t.Fatal("the operating guide says nothing of the database's users")
	}
	for _, s := range strings.Split(string(block[1]), ";") {
		if s = strings.TrimSpace(s); s == "" || strings.HasPrefix(s, "CREATE DATABASE") {
			continue
		}
		s = strings.NewReplacer("ON sidelight.", "ON "+database+".", "'sidelight_migrate'", "'"+migrator+"'", "'sidelight'", "'"+runner+"'").Replace(s)
		statements = append(statements, s)
	}
	return statements
}

func TestAUserWhoMayOnlyWriteRowsServesWhatAnotherOneMigrated(t *testing.T) {
	bin := program(t)
	for _, product := range storetest.Products {
		t.Run(product.Name(), func(t *testing.T) {
			server := product.Shared(t)
			address := server.NewDatabase(t)
			database := regexp.MustCompile(`/(\w+)\b[^/]*$`).FindStringSubmatch(address)[1]
			migrator, runner := "m"+database, "r"+database
			server.Exec(t, grants(t, database, migrator, runner)...)
			t.Cleanup(func() { server.Exec(t, "DROP USER '"+migrator+"', '"+runner+"'") })
			running, data := storetest.AsUser(t, address, runner, "secret"), t.TempDir()

			refused := command(t, bin, t.TempDir(), nil, "serve", "--listen", "127.0.0.1:0", "--data", data, "--database", running)
			if refused.code != 1 || !strings.Contains(refused.err, "sidelight migrate") || strings.Count(refused.err, "\n") != 1 || strings.Contains(refused.err, "secret") {
				t.Errorf("before anybody has migrated: %+v", refused)
			}
			if got := command(t, bin, t.TempDir(), nil, "migrate", "--data", data, "--database", storetest.AsUser(t, address, migrator, "secret")); got.code != 0 {
				t.Fatalf("%+v", got)
			}
			v := simulated(t, bin, 30)
			p, url := v.serve(t, bin, data, running)
			i := &installation{t, bin, url, data, running}
			admin := i.token("admin", "")
			soon(t, "the first sync is done", i.active(admin))
			v.editsGoBothWays(t, i, admin, "user")
			p.interrupt()
			if log := p.log.String(); strings.Contains(log, "a statement failed") {
				t.Errorf("it logged: %s", log)
			}
		})
	}
}

// editsGoBothWays makes a contact and has each side edit it.
func (v *vendors) editsGoBothWays(t *testing.T, i *installation, admin, who string) {
	t.Helper()
	desk := v.zoho("POST", "/contacts", object{"lastName": "Ōe " + who, "email": who + "@oe.example"})["id"].(string)
	var id string
	soon(t, "a contact of Desk is in Salesforce", func() bool {
		id, _ = at(i.ask(admin, `{customer(by:{deskContactId:"`+desk+`"}){contact{salesforceId}}}`), "data", "customer", "contact", "salesforceId").(string)
		return id != ""
	})
	v.sf("PATCH", "/sobjects/Contact/"+id, object{"Title": "Captain"})
	v.zoho("PATCH", "/contacts/"+desk, object{"phone": "+1 555 0100"})
	soon(t, "both edits are on both sides", func() bool {
		s, d := v.sf("GET", "/sobjects/Contact/"+id, nil), v.zoho("GET", "/contacts/"+desk, nil)
		return s["Phone"] == "+1 555 0100" && s["Title"] == "Captain" && d["title"] == "Captain" && d["phone"] == "+1 555 0100"
	})
}

// certified are an authority's certificate, and a certificate of it for this machine with its key.
func certified(t *testing.T) (authority, certificate, key []byte) {
	t.Helper()
	sign := func(template, parent *x509.Certificate, public, by any) []byte {
		der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
		must(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	from, until := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "an authority"}, NotBefore: from, NotAfter: until, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	cert := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "a database"}, NotBefore: from, NotAfter: until, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der, err := x509.MarshalPKCS8PrivateKey(own)
	must(t, err)
	return sign(ca, ca, &caKey.PublicKey, caKey), sign(cert, ca, &own.PublicKey, caKey), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func TestADatabaseThatInsistsOnTLSIsReachedWithItsAuthority(t *testing.T) {
	bin := program(t)
	authority, certificate, key := certified(t)
	stranger, _, _ := certified(t)
	dir := t.TempDir()
	trusted, other := filepath.Join(dir, "ca.pem"), filepath.Join(dir, "other.pem")
	must(t, os.WriteFile(trusted, authority, 0o600))
	must(t, os.WriteFile(other, stranger, 0o600))
	for _, product := range storetest.Products {
		t.Run(product.Name(), func(t *testing.T) {
			port := storetest.FreePort(t)
			server := product.Start(t, map[string][]byte{"ca.pem": authority, "cert.pem": certificate, "key.pem": key}, "--bind-address=127.0.0.1", "--port="+port,
				"--require-secure-transport=ON", "--ssl-ca={dir}/ca.pem", "--ssl-cert={dir}/cert.pem", "--ssl-key={dir}/key.pem")
			server.Exec(t, "CREATE DATABASE sidelight", "CREATE USER 'sidelight'@'%' IDENTIFIED BY 'secret'", "GRANT ALL ON sidelight.* TO 'sidelight'@'%'")
			address := fmt.Sprintf("mysql:sidelight:secret@tcp(127.0.0.1:%s)/sidelight", port)
			for name, c := range map[string]struct {
				more  []string
				wants string
			}{
				"without TLS":             {nil, map[*storetest.Product]string{storetest.MySQL: "insecure transport", storetest.MariaDB: "Access denied"}[product]},
				"with the system's trust": {[]string{"--database", address + "?tls=true"}, "certificate"},
				"with another authority":  {[]string{"--database-ca", other}, "certificate signed by unknown authority"},
				"by another name":         {[]string{"--database-ca", trusted, "--database", strings.Replace(address, "127.0.0.1", "localhost", 1)}, "localhost"},
			} {
				got := command(t, bin, t.TempDir(), nil, append([]string{"migrate", "--database", address}, c.more...)...)
				if got.code != 1 || !strings.Contains(got.err, c.wants) || !strings.Contains(got.err, "--database") || strings.Count(got.err, "\n") != 1 || strings.Contains(got.err, "secret") {
					t.Errorf("%s: %+v", name, got)
				}
			}
			t.Setenv("SIDELIGHT_DATABASE_CA", trusted)
			v, data := simulated(t, bin, 30), t.TempDir()
			_, url := v.serve(t, bin, data, address)
			i := &installation{t, bin, url, data, address}
			admin := i.token("admin", "")
			soon(t, "the first sync is done", i.active(admin))
			v.editsGoBothWays(t, i, admin, "user")
		})
	}
}
