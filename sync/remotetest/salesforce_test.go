package remotetest_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/remotetest"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator/fault"
	organization "sidelight/sync/simulator/salesforce"
	"sidelight/sync/simulator/seed"
	"sidelight/sync/vendor"
)

func TestSalesforce(t *testing.T) {
	h := salesforceHarness
	h.Open = func(t *testing.T, contacts int) remotetest.Vendor { return openSalesforce(t, contacts, 1<<30) }
	remotetest.Run(t, h)
}

// TestSalesforceListsInBulk lists by bulk queries whose pages hold a handful of rows.
func TestSalesforceListsInBulk(t *testing.T) {
	h := salesforceHarness
	h.Page = 8
	h.Open = func(t *testing.T, contacts int) remotetest.Vendor {
		s := openSalesforce(t, contacts, 1)
		s.call("POST", "/_sim/settings", map[string]any{"bulkPage": h.Page})
		return s
	}
	remotetest.RunList(t, h)
}

var salesforceHarness = remotetest.Harness{
	Contact: remotetest.Shape{Name: "LastName", Note: "Title", Max: 128, Choice: "Tier__c"},
	Account: remotetest.Shape{Name: "Name", Note: "Site", Max: 80, Choice: "Region__c"},
	Page:    salesforcePage, Kept: 15 * 24 * time.Hour, NamesSurvivor: true, Upserts: true,
	At: remotetest.Endpoints{API: "/services/data/**", Create: "PATCH /services/data/*/composite/sobjects/*/*", Update: "PATCH /services/data/*/composite/sobjects",
		Restore: "POST /services/Soap/u/*", Token: "POST /services/oauth2/token"},
	Refused: remotetest.Refusals{
		Busy:      `"kind":"status","status":503,"body":[{"errorCode":"CONCURRENT_REQUEST_LIMIT_EXCEEDED","message":"x"}]`,
		Spent:     `"kind":"status","status":403,"body":[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"x"}]`,
		Failed:    `"kind":"status","status":500,"body":[{"errorCode":"UNKNOWN_EXCEPTION","message":"x"}]`,
		Forbidden: `"kind":"status","status":403,"body":[{"errorCode":"API_CURRENTLY_DISABLED","message":"x"}]`,
		SignedOut: `"kind":"status","status":401,"body":[{"errorCode":"INVALID_SESSION_ID","message":"x"}]`,
	},
}

// salesforcePage is the fewest rows that a page can have.
const salesforcePage = 200

// salesforceSite is a simulated organization.
type salesforceSite struct {
	*site
	bulkFrom int // from how many records on an object is listed by a bulk query
}

const contactPrefix, accountPrefix = "003", "001"

func openSalesforce(t *testing.T, contacts, bulkFrom int) salesforceSite {
	t.Helper()
	c := newClock()
	injector := fault.New(c.Now, 1)
	vendor, err := organization.New(organization.Config{Now: c.Now, Injector: injector,
		World: seed.Generate(seed.Options{Contacts: contacts, Accounts: contacts / 5, Overlap: 0.5, Seed: 1, Now: c.Now()})})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(vendor.Handler())
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	s := salesforceSite{&site{Clock: c, t: t, url: server.URL, injector: injector, http: &http.Client{Transport: transport}, vault: &vault{}}, bulkFrom}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		if err := vendor.Close(); err != nil {
			t.Error(err)
		}
	})
	s.connect()
	return s
}

// connect goes through the web-server flow with PKCE, as an administrator in a browser.
func (s salesforceSite) connect() {
	s.t.Helper()
	const back, verifier = "http://127.0.0.1:1/back", "a-verifier-of-more-than-forty-three-characters-is-long-enough"
	sum := sha256.Sum256([]byte(verifier))
	page, err := url.Parse(salesforce.AuthorizeURL(s.url, organization.ClientID, back, "state", base64.RawURLEncoding.EncodeToString(sum[:])))
	if err != nil {
		s.t.Fatal(err)
	}
	form := page.Query()
	form.Set("approve", "1")
	browser := &http.Client{Transport: s.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.PostForm(s.url+page.Path, form)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		s.t.Fatal(err)
	}
	s.held, err = salesforce.Exchange(context.Background(), s.http, s.url, organization.ClientID, organization.ClientSecret, to.Query().Get("code"), verifier, back, s.Skewed)
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s salesforceSite) Remote() vendor.Remote {
	c, err := salesforce.New(salesforce.Config{LoginURL: s.url, Credentials: s.get, SaveCredentials: s.save, HTTP: s.http, Now: s.Skewed, PageSize: salesforcePage, BulkFrom: s.bulkFrom, Pace: time.Millisecond})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// as signs somebody else in, who is not the integration.
func (s salesforceSite) as() {
	s.t.Helper()
	res, err := s.http.PostForm(s.url+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {organization.ClientID}, "client_secret": {organization.ClientSecret}})
	if err != nil {
		s.t.Fatal(err)
	}
	s.header = http.Header{"Authorization": {"Bearer " + decode(s.t, res)["access_token"].(string)}}
}

func (s salesforceSite) rest(method, path string, payload any) map[string]any {
	s.t.Helper()
	s.as()
	return s.call(method, "/services/data/v68.0/sobjects/"+path, payload)
}

func sobject(object models.SyncObject) string {
	if object == models.AccountObject {
		return "Account"
	}
	return "Contact"
}

func flat(values models.Values) map[string]any {
	out := map[string]any{}
	for name, v := range values {
		out[name] = v.Ptr()
	}
	return out
}

func (s salesforceSite) Create(object models.SyncObject, values models.Values) string {
	s.t.Helper()
	id, _ := s.rest("POST", sobject(object), flat(values))["id"].(string)
	return id
}

func (s salesforceSite) Update(object models.SyncObject, id string, values models.Values) {
	s.t.Helper()
	s.rest("PATCH", sobject(object)+"/"+id, flat(values))
}

func (s salesforceSite) Trash(object models.SyncObject, ids ...string) {
	s.t.Helper()
	for _, id := range ids {
		s.rest("DELETE", sobject(object)+"/"+id, nil)
	}
}

func (s salesforceSite) Restore(_ models.SyncObject, id string) {
	s.t.Helper()
	s.call("POST", "/_sim/undelete", map[string]any{"ids": []string{id}})
}

func (s salesforceSite) Merge(_ models.SyncObject, survivor, loser string) {
	s.t.Helper()
	s.call("POST", "/_sim/merge", map[string]any{"master": survivor, "losers": []string{loser}})
}

func (s salesforceSite) Absent(object models.SyncObject) string {
	if object == models.AccountObject {
		return accountPrefix + "000000000099AAA"
	}
	return contactPrefix + "000000000099AAA"
}

func (s salesforceSite) Unique() {
	s.t.Helper()
	s.call("POST", "/_sim/settings", map[string]any{"duplicateRule": "block"})
}

func (s salesforceSite) Written(object models.SyncObject, op models.IntentOp) int {
	kind := map[models.IntentOp]string{models.OpCreate: "create ", models.OpUpdate: "update ", models.OpRestore: "undelete "}[op]
	return int(s.injector.Stats().Counts[kind+sobject(object)])
}

func (s salesforceSite) SignIns() int {
	n := 0
	for pattern, count := range s.injector.Stats().Calls {
		if strings.HasSuffix(pattern, "/services/oauth2/token") {
			n += int(count)
		}
	}
	return n
}
