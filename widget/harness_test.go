package widget_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
	"sidelight/sync/vendor"
	"sidelight/sync/zohodesk"
	"sidelight/widget"
)

func TestMain(m *testing.M) { storetest.Main(m) }

var ctx = context.Background()

// desk is a help desk: both simulated vendors, synced into a real store, with the card beside it.
type desk struct {
	t          *testing.T
	vendors    *simulator.Running
	store      *store.Store
	engine     *engine.Engine
	card       *widget.Service
	salesforce *salesforce.Client
	zoho       *zohodesk.Client
	http       *http.Client
	tokens     map[models.Side]string // of another program
	ahead      atomic.Int64           // how far the card's clock is ahead
}

func (d *desk) Remote(side models.Side) (vendor.Remote, error) {
	if side == models.Desk {
		return d.zoho, nil
	}
	return d.salesforce, nil
}

var must = testkit.Must

// open syncs two vendors with a few people, all of them on both sides.
func open(t *testing.T, address string, change ...func(*widget.Config)) *desk {
	t.Helper()
	vendors, err := simulator.Start(ctx, simulator.Config{Contacts: 14, Accounts: 4, Overlap: 1, Seed: 3})
	must(t, err)
	d := &desk{t: t, vendors: vendors, store: storetest.Open(t, address), http: &http.Client{Transport: &http.Transport{}}, tokens: map[models.Side]string{}}
	t.Cleanup(func() {
		d.http.CloseIdleConnections()
		must(t, vendors.Close())
	})
	credentials := func(c models.Credentials) func(context.Context) (models.Credentials, error) {
		return func(context.Context) (models.Credentials, error) { return c, nil }
	}
	d.salesforce, err = salesforce.New(salesforce.Config{LoginURL: vendors.SalesforceURL, PubSubAddr: vendors.PubSubAddr, PubSubCA: vendors.PubSubCAPEM, HTTP: d.http,
		Credentials: credentials(models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"})})
	must(t, err)
	d.zoho, err = zohodesk.New(zohodesk.Config{APIURL: vendors.DeskURL, AccountsURL: vendors.DeskURL, OrgID: "700000001", HTTP: d.http,
		Credentials: credentials(models.Credentials{ClientID: "demo", ClientSecret: "demo-secret", RefreshToken: "demo-refresh"})})
	must(t, err)
	d.tokens[models.Salesforce] = d.signIn(vendors.SalesforceURL+"/services/oauth2/token", "grant_type=client_credentials&client_id=demo&client_secret=demo-secret")
	d.tokens[models.Desk] = d.signIn(vendors.DeskURL+"/oauth/v2/token", "grant_type=refresh_token&client_id=demo&client_secret=demo-secret&refresh_token=demo-refresh")
	d.sync()
	c := widget.Config{Store: d.store, Salesforce: func() (widget.Salesforce, error) { return d.salesforce, nil }, Desk: func() (widget.Desk, error) { return d.zoho, nil },
		Observe: func(ctx context.Context, object models.SyncObject, id string) error {
			return d.engine.Hint(ctx, models.Salesforce, object, []models.Hint{{ID: id}})
		},
		Host:  func(context.Context, models.Side) (string, string) { return vendors.SalesforceURL, "" },
		Fresh: time.Minute, Deadline: 20 * time.Second, Watch: 20 * time.Millisecond, Now: func() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) }}
	for _, f := range change {
		f(&c)
	}
	d.card = widget.New(c)
	t.Cleanup(d.card.Close)
	return d
}

// sync runs the engine through its first load and keeps it running.
func (d *desk) sync() {
	d.t.Helper()
	d.engine = engine.New(engine.Config{Store: d.store, Remotes: d, Owner: "test", Poll: 100 * time.Millisecond, UnknownGrace: time.Second})
	running, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() { _ = d.engine.Run(running) })
	d.t.Cleanup(func() { stop(); wg.Wait() })
	for _, side := range models.Sides {
		must(d.t, d.store.SaveConnection(ctx, models.Connection{Side: side, Connected: true}, &models.Credentials{}))
		must(d.t, d.engine.Connected(ctx, side))
	}
	_, err := d.engine.Start(ctx)
	must(d.t, err)
	d.soon("the first sync is done", func() bool {
		in, err := d.store.Integration(ctx)
		return err == nil && in.Status == models.StatusActive
	})
}

func (d *desk) signIn(address, form string) string {
	d.t.Helper()
	res, err := d.http.Post(address, "application/x-www-form-urlencoded", strings.NewReader(form))
	must(d.t, err)
	defer res.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	must(d.t, json.NewDecoder(res.Body).Decode(&answer))
	return answer.Token
}

// outside calls a vendor's API as another program does.
func (d *desk) outside(side models.Side, method, path string, body any) map[string]any {
	d.t.Helper()
	raw, _ := json.Marshal(body)
	address, auth := d.vendors.SalesforceURL, "Bearer "+d.tokens[side]
	base := "/services/data/v68.0"
	if side == models.Desk {
		address, base, auth = d.vendors.DeskURL, "/api/v1", "Zoho-oauthtoken "+d.tokens[side]
	}
	if strings.HasPrefix(path, "/_sim/") {
		base = ""
	}
	req, err := http.NewRequest(method, address+base+path, bytes.NewReader(raw))
	must(d.t, err)
	req.Header.Set("Authorization", auth)
	req.Header.Set("orgId", "700000001")
	req.Header.Set("Content-Type", "application/json")
	res, err := d.http.Do(req)
	must(d.t, err)
	defer res.Body.Close()
	out := map[string]any{}
	_ = json.NewDecoder(res.Body).Decode(&out)
	if res.StatusCode >= 300 {
		d.t.Fatalf("%s %s: %s %v", method, path, res.Status, out)
	}
	return out
}

func (d *desk) sf(method, path string, body any) map[string]any {
	d.t.Helper()
	return d.outside(models.Salesforce, method, path, body)
}

// fault loads rules into the simulated Salesforce; none clears them.
func (d *desk) fault(rules ...map[string]any) {
	d.t.Helper()
	list := []any{}
	for _, r := range rules {
		list = append(list, r)
	}
	d.sf("POST", "/_sim/faults", map[string]any{"rules": list})
}

// composites counts the card's calls.
func (d *desk) composites() int {
	d.t.Helper()
	n := 0
	for _, r := range d.sf("GET", "/_sim/requests", nil)["requests"].([]any) {
		if path, _ := r.(map[string]any)["path"].(string); strings.HasSuffix(path, "/composite") {
			n++
		}
	}
	return n
}

func (d *desk) soon(what string, holds func() bool) {
	d.t.Helper()
	testkit.Soon(d.t, what, holds)
}

// all is what a whole card asks for.
var all = models.Selection{Contact: true, Account: true, Parent: true, Sections: models.RelatedNeeds, AccountSections: models.RelatedNeeds,
	ContactFields: models.Sources{Salesforce: []string{"FirstName", "LastName", "Email"}, Desk: []string{"firstName", "lastName", "email"}},
	AccountFields: models.Sources{Salesforce: []string{"Name"}, Desk: []string{"accountName"}}}

// rich is the first contact: it has some of everything.
func (d *desk) rich() models.CustomerKey {
	d.t.Helper()
	rows := d.sf("GET", "/query?q="+url.QueryEscape("SELECT ContactId FROM OpportunityContactRole ORDER BY CreatedDate LIMIT 200"), nil)["records"].([]any)
	counts := map[string]int{}
	best := ""
	for _, r := range rows {
		id := r.(map[string]any)["ContactId"].(string)
		if counts[id]++; counts[id] > counts[best] {
			best = id
		}
	}
	return models.CustomerKey{SalesforceID: &best}
}

func (d *desk) get(key models.CustomerKey) *models.Customer {
	d.t.Helper()
	c, err := d.card.Customer(ctx, key, all)
	must(d.t, err)
	if c == nil || c.Contact == nil {
		d.t.Fatalf("nobody is found: %+v", c)
	}
	return c
}

// section names what a section shows, or the code of its failure.
func (d *desk) section(c *models.Customer, need models.Need) string {
	d.t.Helper()
	q := models.RelatedQuery{ContactID: *c.Contact.SalesforceID, First: 50}
	if c.Contact.SalesforceParentID != nil {
		q.AccountID = *c.Contact.SalesforceParentID
	}
	var names []string
	var err error
	switch need {
	case models.NeedOpportunities:
		var s models.Slice[models.Opportunity]
		s, err = d.card.Opportunities(ctx, q)
		for _, o := range s.Rows {
			names = append(names, fmt.Sprint(*o.Stage))
		}
	case models.NeedNotes:
		var s models.Slice[models.Note]
		s, err = d.card.Notes(ctx, q)
		for _, n := range s.Rows {
			names = append(names, *n.Title)
		}
	case models.NeedEvents:
		var s models.Slice[models.Event]
		s, err = d.card.Events(ctx, q)
		for _, e := range s.Rows {
			names = append(names, *e.Subject)
		}
	case models.NeedTasks:
		var s models.Slice[models.Task]
		s, err = d.card.Tasks(ctx, q)
		for _, k := range s.Rows {
			names = append(names, *k.Subject)
		}
	}
	if err != nil {
		return string(models.CodeOf(err))
	}
	return strings.Join(names, ", ")
}
