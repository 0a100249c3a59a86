package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

// vendors are both as an outside program sees them.
type vendors struct {
	*testing.T
	client     *http.Client
	salesforce string // base of the data API
	desk       string
	session    string
	token      string
}

// connect signs in to both vendors with the fixed credentials.
func connect(t *testing.T, salesforceURL, deskURL string) *vendors {
	t.Helper()
	return connectBy(t, newClient(t), salesforceURL, deskURL)
}

func connectBy(t *testing.T, client *http.Client, salesforceURL, deskURL string) *vendors {
	t.Helper()
	v := &vendors{T: t, client: client, desk: deskURL + "/api/v1"}
	v.session = v.signIn(salesforceURL+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}})
	v.token = v.signIn(deskURL+"/oauth/v2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"demo-refresh"}})
	var versions []struct{ URL string }
	if _, err := v.send("GET", salesforceURL+"/services/data/", "", nil, &versions); err != nil || len(versions) == 0 {
		t.Fatalf("versions of the Salesforce API: %v, %v", versions, err)
	}
	v.salesforce = salesforceURL + versions[len(versions)-1].URL
	return v
}

// newClient is an HTTP client whose connections end with the test.
func newClient(t *testing.T) *http.Client {
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func (v *vendors) signIn(endpoint string, form url.Values) string {
	v.Helper()
	form.Set("client_id", "demo")
	form.Set("client_secret", "demo-secret")
	res, err := v.client.PostForm(endpoint, form)
	if err != nil {
		v.Fatal(err)
	}
	defer res.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || got.Token == "" {
		v.Fatalf("%s: %d, no token (%v)", endpoint, res.StatusCode, err)
	}
	return got.Token
}

// send makes one call and decodes the answer; an error means that no whole answer came.
func (v *vendors) send(method, target, authorization string, payload, into any) (status int, err error) {
	var body io.Reader
	if payload != nil {
		raw, err := json.Marshal(payload)
		if err != nil {
			return 0, err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, target, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
		req.Header.Set("orgId", "700000001")
	}
	res, err := v.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if into == nil || res.StatusCode == http.StatusNoContent {
		_, err = io.Copy(io.Discard, res.Body)
		return res.StatusCode, err
	}
	return res.StatusCode, json.NewDecoder(res.Body).Decode(into)
}

// create makes a contact on one side; an error means that it is unknown whether it was made.
func (v *vendors) create(side, lastName string) error {
	if side == "desk" {
		_, err := v.send("POST", v.desk+"/contacts", "Zoho-oauthtoken "+v.token, map[string]string{"lastName": lastName}, nil)
		return err
	}
	_, err := v.send("POST", v.salesforce+"/sobjects/Contact", "Bearer "+v.session, map[string]string{"LastName": lastName}, nil)
	return err
}

// contacts are the last names of a side, by id.
func (v *vendors) contacts(side string) map[string]string {
	v.Helper()
	out := map[string]string{}
	if side == "salesforce" {
		var page struct {
			Records []struct{ ID, LastName string }
		}
		soql := url.QueryEscape("SELECT Id, LastName FROM Contact")
		if status, err := v.send("GET", v.salesforce+"/query?q="+soql, "Bearer "+v.session, nil, &page); err != nil || status != 200 {
			v.Fatalf("query: %d, %v", status, err)
		}
		for _, one := range page.Records {
			out[one.ID] = one.LastName
		}
		return out
	}
	for from := 1; ; from += 100 {
		var page struct {
			Data []struct{ ID, LastName string }
		}
		target := v.desk + "/contacts?" + url.Values{"limit": {"100"}, "from": {strconv.Itoa(from)}}.Encode()
		if status, err := v.send("GET", target, "Zoho-oauthtoken "+v.token, nil, &page); err != nil || status >= 300 {
			v.Fatalf("list: %d, %v", status, err)
		}
		if len(page.Data) == 0 {
			return out
		}
		for _, one := range page.Data {
			out[one.ID] = one.LastName
		}
	}
}

// small is a configuration that starts quickly.
func small(dir string) Config {
	return Config{StateDir: dir, Contacts: 40, Accounts: 8, Overlap: 0.5, Seed: 1}
}

// start runs both vendors for the length of the test, or until it closes them.
func start(t *testing.T, cfg Config) *Running {
	t.Helper()
	r, err := Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

var sides = []string{"salesforce", "desk"}

func TestMain(m *testing.M) {
	if dir := childState(); dir != "" {
		serveUntilKilled(dir)
	}
	goleak.VerifyTestMain(m)
}

func count(all map[string]string, lastName string) (n int) {
	for _, name := range all {
		if strings.EqualFold(name, lastName) {
			n++
		}
	}
	return n
}
