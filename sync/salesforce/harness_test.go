package salesforce_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sidelight/models"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var ctx = context.Background()

// organization is a simulated Salesforce with a client that is signed in.
type organization struct {
	*simulator.Running
	*salesforce.Client
	t     *testing.T
	http  *http.Client
	mu    sync.Mutex
	creds models.Credentials
}

func start(t *testing.T, change ...func(*simulator.Config)) *organization {
	t.Helper()
	cfg := simulator.Config{Contacts: 60, Accounts: 20, Overlap: 0.5, Seed: 1}
	for _, c := range change {
		c(&cfg)
	}
	running, err := simulator.Start(ctx, cfg)
	check(t, err)
	transport := &http.Transport{}
	o := &organization{Running: running, t: t, http: &http.Client{Transport: transport}, creds: models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := running.Close(); err != nil {
			t.Error(err)
		}
	})
	o.Client = o.client(func(*salesforce.Config) {})
	return o
}

// client is a further client of the organization, as another process would have.
func (o *organization) client(change func(*salesforce.Config)) *salesforce.Client {
	o.t.Helper()
	cfg := salesforce.Config{LoginURL: o.SalesforceURL, PubSubAddr: o.PubSubAddr, PubSubCA: o.PubSubCAPEM, HTTP: o.http, Credentials: o.load, SaveCredentials: o.save, Pace: time.Millisecond}
	change(&cfg)
	c, err := salesforce.New(cfg)
	check(o.t, err)
	return c
}

func (o *organization) load(context.Context) (models.Credentials, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.creds, nil
}

func (o *organization) save(_ context.Context, c models.Credentials) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.creds = c
	return nil
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// fault loads one rule into the simulated Salesforce.
func (o *organization) fault(rule string) {
	o.t.Helper()
	res, err := o.http.Post(o.SalesforceURL+"/_sim/faults", "application/json", strings.NewReader(`{"rules":[`+rule+`]}`))
	check(o.t, err)
	defer res.Body.Close()
	if res.StatusCode != 200 {
		o.t.Fatalf("the fault was not taken: %s", res.Status)
	}
}

// settings changes what an administrator of the simulated organization would.
func (o *organization) settings(body string) {
	o.t.Helper()
	res, err := o.http.Post(o.SalesforceURL+"/_sim/settings", "application/json", strings.NewReader(body))
	check(o.t, err)
	defer res.Body.Close()
	if res.StatusCode != 200 {
		o.t.Fatalf("the settings were not taken: %s", res.Status)
	}
}

// reset brings back the simulated organization of the start.
func (o *organization) reset() {
	o.t.Helper()
	res, err := o.http.Post(o.SalesforceURL+"/_sim/reset", "application/json", nil)
	check(o.t, err)
	_ = res.Body.Close()
}

// calls is how often an endpoint of the simulator was called, by "METHOD /pattern"; "" adds all up.
func (o *organization) calls(pattern string) int {
	o.t.Helper()
	var stats struct {
		Calls map[string]int `json:"calls"`
	}
	o.get("/_sim/stats", &stats)
	if pattern != "" {
		return stats.Calls[pattern]
	}
	all := 0
	for _, n := range stats.Calls {
		all += n
	}
	return all
}

// standing is how many records of an object the simulator holds for which the field has the value,
// the recycle bin included.
func (o *organization) standing(object, field, value string) int {
	o.t.Helper()
	var dump map[string][]map[string]any
	o.get("/_sim/dump", &dump)
	n := 0
	for _, row := range dump[object] {
		if row[field] == value {
			n++
		}
	}
	return n
}

func (o *organization) get(path string, into any) {
	o.t.Helper()
	res, err := o.http.Get(o.SalesforceURL + path)
	check(o.t, err)
	defer res.Body.Close()
	check(o.t, json.NewDecoder(res.Body).Decode(into))
}

// outside calls the vendor's REST API as another program would.
func (o *organization) outside(method, path string, body any) map[string]any {
	o.t.Helper()
	raw, _ := json.Marshal(body)
	req, err := http.NewRequest(method, o.SalesforceURL+path, bytes.NewReader(raw))
	check(o.t, err)
	o.mu.Lock()
	req.Header.Set("Authorization", "Bearer "+o.creds.AccessToken)
	o.mu.Unlock()
	res, err := o.http.Do(req)
	check(o.t, err)
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		o.t.Fatalf("%s %s: %s", method, path, res.Status)
	}
	var out map[string]any
	_ = json.NewDecoder(res.Body).Decode(&out)
	return out
}

var fields = []string{"FirstName", "LastName", "Email", "Phone", "AccountId", "LoyaltyPoints__c", "Newsletter__c", "Birthdate", "Owner.Name"}

func create(o *organization, link string, values models.Values) models.WriteResult {
	o.t.Helper()
	out, err := o.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpCreate, LinkID: link, Values: values}})
	check(o.t, err)
	return out[0]
}

func contact(last, email string) models.Values {
	return models.Values{"LastName": models.Text(last), "Email": models.Text(email)}
}

// watched tells of every request before it is sent, and after its answer was read.
type watched struct {
	http.RoundTripper
	tell, told func(*http.Request)
}

func (w watched) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.tell != nil {
		w.tell(r)
	}
	res, err := w.RoundTripper.RoundTrip(r)
	if err == nil && w.told != nil {
		res.Body = closed{res.Body, func() { w.told(r) }}
	}
	return res, err
}

// closed tells when an answer was read.
type closed struct {
	io.ReadCloser
	tell func()
}

func (c closed) Close() error {
	defer c.tell()
	return c.ReadCloser.Close()
}

// asModel finds the typed error in a chain.
func asModel(err error, into **models.Error) bool { return errors.As(err, into) }
