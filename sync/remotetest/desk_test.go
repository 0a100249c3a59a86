package remotetest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/remotetest"
	"sidelight/sync/simulator/desk"
	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/seed"
	"sidelight/sync/vendor"
	"sidelight/sync/zohodesk"
)

// organizations are ways in which a Desk can be where the vendor's files, its pages and live
// answers disagree: the client passes with each.
var organizations = map[string]string{
	"":                    `{}`,
	" as the files say":   `{"strictValues":true,"blanks":"documented","searchRows":"listed","byIds":"listed","binModule":"moduleId"}`,
	" as older ones were": `{"blanks":"null","picklists":"allowedValues","millisecondTimes":true,"oldModifiedTime":false,"defaultOwner":false}`,
}

func TestZohoDesk(t *testing.T)                { runDesk(t, "") }
func TestZohoDeskAsTheFilesSay(t *testing.T)   { runDesk(t, " as the files say") }
func TestZohoDeskAsOlderOnesWere(t *testing.T) { runDesk(t, " as older ones were") }

func runDesk(t *testing.T, which string) {
	remotetest.Run(t, remotetest.Harness{
		Open: func(t *testing.T, contacts int) remotetest.Vendor {
			s := openDesk(t, contacts)
			s.(deskSite).call("POST", "/_sim/settings", json.RawMessage(organizations[which]))
			return s
		},
		Contact: remotetest.Shape{Name: "lastName", Note: "title", Max: 100, Choice: "cf_customer_tier"},
		Account: remotetest.Shape{Name: "accountName", Note: "industry", Max: 100, Choice: "cf_region"},
		Page:    deskPage,
		Kept:    30 * 24 * time.Hour,
		At: remotetest.Endpoints{API: "/api/v1/**", Create: "POST /api/v1/contacts", Update: "PATCH /api/v1/contacts/*", Restore: "POST /api/v1/recycleBin/restore",
			Token: "POST /oauth/v2/token"},
		Refused: remotetest.Refusals{
			Busy:      `"kind":"status","status":429,"body":{"errorCode":"TOO_MANY_REQUESTS","message":"x"}`,
			Spent:     `"kind":"status","status":429,"body":{"errorCode":"THRESHOLD_EXCEEDED","message":"x"},"headers":{"Retry-After":"+1h"}`,
			Failed:    `"kind":"status","status":500,"body":{"errorCode":"INTERNAL_SERVER_ERROR","message":"x"}`,
			Forbidden: `"kind":"status","status":403,"body":{"errorCode":"FORBIDDEN","message":"x"}`,
			SignedOut: `"kind":"status","status":401,"body":{"errorCode":"INVALID_OAUTH","message":"x"}`,
		},
	})
}

// deskPage is a small page, so that a few records have several.
const deskPage = 8

// deskSite is a simulated Desk.
type deskSite struct{ *site }

func openDesk(t *testing.T, contacts int) remotetest.Vendor {
	t.Helper()
	c := newClock()
	injector := fault.New(c.Now, 1)
	vendor, err := desk.New(desk.Config{Now: c.Now, Injector: injector, Concurrency: 100,
		World: seed.Generate(seed.Options{Contacts: contacts, Accounts: contacts / 5, Overlap: 0.5, Seed: 1, Now: c.Now()})})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(vendor.Handler())
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	s := deskSite{&site{Clock: c, t: t, url: server.URL, injector: injector, http: &http.Client{Transport: transport},
		vault: &vault{held: models.Credentials{Grant: "authorization_code", ClientID: desk.ClientID, ClientSecret: desk.ClientSecret, RefreshToken: desk.RefreshToken}}}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		if err := vendor.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s deskSite) Remote() vendor.Remote {
	c, err := zohodesk.New(zohodesk.Config{APIURL: s.url, AccountsURL: s.url, OrgID: desk.OrgID, Credentials: s.get, SaveCredentials: s.save, HTTP: s.http, Now: s.Skewed, PageSize: deskPage})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func module(object models.SyncObject) string {
	if object == models.AccountObject {
		return "accounts"
	}
	return "contacts"
}

// as signs in as an agent in the browser, who is not the integration: its own token does not count
// against the integration's.
func (s deskSite) as() {
	s.t.Helper()
	const back = "http://127.0.0.1:1/back"
	consent := url.Values{"response_type": {"code"}, "client_id": {desk.ClientID}, "redirect_uri": {back}, "access_type": {"online"}, "approve": {"1"},
		"scope": {"Desk.contacts.ALL,Desk.settings.ALL,Desk.basic.READ"}}
	browser := &http.Client{Transport: s.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.PostForm(s.url+"/oauth/v2/auth", consent)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		s.t.Fatal(err)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "client_id": {desk.ClientID}, "client_secret": {desk.ClientSecret}, "redirect_uri": {back}, "code": {to.Query().Get("code")}}
	token, _ := s.call("POST", "/oauth/v2/token?"+form.Encode(), nil)["access_token"].(string)
	s.header = http.Header{"Authorization": {"Zoho-oauthtoken " + token}, "Orgid": {desk.OrgID}}
}

func (s deskSite) api(method, path string, payload any) map[string]any {
	s.t.Helper()
	s.as()
	return s.call(method, "/api/v1"+path, payload)
}

// body is a record as Desk takes it.
func body(values models.Values) map[string]any {
	out, custom := map[string]any{}, map[string]any{}
	for name, v := range values {
		if strings.HasPrefix(name, "cf_") {
			custom[name] = v.Ptr()
		} else {
			out[name] = v.Ptr()
		}
	}
	if len(custom) > 0 {
		out["cf"] = custom
	}
	return out
}

func (s deskSite) Create(object models.SyncObject, values models.Values) string {
	s.t.Helper()
	id, _ := s.api("POST", "/"+module(object), body(values))["id"].(string)
	return id
}

func (s deskSite) Update(object models.SyncObject, id string, values models.Values) {
	s.t.Helper()
	s.api("PATCH", "/"+module(object)+"/"+id, body(values))
}

func (s deskSite) Trash(object models.SyncObject, ids ...string) {
	s.t.Helper()
	s.api("POST", "/"+module(object)+"/moveToTrash", map[string]any{strings.TrimSuffix(module(object), "s") + "Ids": ids})
}

func (s deskSite) Restore(_ models.SyncObject, id string) {
	s.t.Helper()
	s.api("POST", "/recycleBin/restore", map[string]any{"ids": []string{id}})
}

func (s deskSite) Merge(object models.SyncObject, survivor, loser string) {
	s.t.Helper()
	s.api("POST", "/"+module(object)+"/"+survivor+"/merge", map[string]any{"ids": []string{loser}, "source": map[string]any{}})
}

func (s deskSite) Absent(models.SyncObject) string { return "7000000099999999" }

func (s deskSite) Unique() {
	s.t.Helper()
	s.call("POST", "/_sim/settings", map[string]any{"uniqueEmail": true})
}

func (s deskSite) Written(object models.SyncObject, op models.IntentOp) int {
	kind := map[models.IntentOp]string{models.OpCreate: "create", models.OpUpdate: "update", models.OpRestore: "restore"}[op]
	return int(s.injector.Stats().Counts[module(object)+"."+kind])
}

func (s deskSite) SignIns() int { return int(s.injector.Stats().Calls["POST /oauth/v2/token"]) }
