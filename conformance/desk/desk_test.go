package desk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/simulator/desk"
	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/seed"
	"sidelight/sync/zohodesk"
)

// organizations are the ways in which the simulated Desk can be, each of which some source
// supports.
var organizations = map[string]string{
	"as live answers were": `{}`,
	"as the files say":     `{"strictValues":true,"blanks":"documented","byIds":"listed","binModule":"moduleId"}`,
	"with list rows":       `{"searchRows":"listed","byIds":"listed","millisecondTimes":true,"oldModifiedTime":false,"defaultOwner":false}`,
	"with older picklists": `{"picklists":"allowedValues","binModule":"module"}`,
	"with bare picklists":  `{"picklists":"none"}`,
	"with its own mind":    `{"fields":{"contacts":{"title":{"readOnly":true},"cf_birthday":{"hidden":true},"cf_hobbies":{"type":"Multiselect","label":"Hobbies","values":[{"value":"go"}]}}},"rules":[{"object":"accounts","field":"fax","matches":"9","text":"No nines."}]}`,
}

// site is a simulated Desk behind an inspector.
type site struct {
	*testing.T
	inspector *inspector
	url       string
	http      *http.Client
	token     string
	mu        sync.Mutex
	now       time.Time
}

func (s *site) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(time.Millisecond)
	return s.now
}

func (s *site) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

func open(t *testing.T, settings string) *site {
	t.Helper()
	s := &site{T: t, now: time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC)}
	vendor, err := desk.New(desk.Config{Now: s.clock, Injector: fault.New(s.clock, 1), World: seed.Generate(seed.Options{Contacts: 60, Accounts: 12, Overlap: 0.5, Seed: 1, Now: s.now})})
	if err != nil {
		t.Fatal(err)
	}
	s.inspector = inspect(vendor.Handler(), settings)
	server := httptest.NewServer(s.inspector)
	transport := &http.Transport{}
	s.url, s.http = server.URL, &http.Client{Transport: transport}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { vendor.Run(ctx) })
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		stop()
		running.Wait()
		if err := vendor.Close(); err != nil {
			t.Error(err)
		}
	})
	if status, body := s.send("POST", "/_sim/settings", settings); status != 200 {
		t.Fatalf("settings: %d %v", status, body)
	}
	form := url.Values{"grant_type": {"refresh_token"}, "client_id": {desk.ClientID}, "client_secret": {desk.ClientSecret}, "refresh_token": {desk.RefreshToken}}
	_, body := s.send("POST", "/oauth/v2/token?"+form.Encode(), nil)
	s.token, _ = body["access_token"].(string)
	return s
}

// send makes a call; under /api/v1 with the token.
func (s *site) send(method, path string, payload any) (int, map[string]any) {
	s.Helper()
	var body io.Reader
	switch p := payload.(type) {
	case nil:
	case string:
		body = strings.NewReader(p)
	default:
		raw, err := json.Marshal(p)
		if err != nil {
			s.Fatal(err)
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequest(method, s.url+path, body)
	if err != nil {
		s.Fatal(err)
	}
	if strings.HasPrefix(path, "/api/") {
		req.Header.Set("Authorization", "Zoho-oauthtoken "+s.token)
		req.Header.Set("orgId", desk.OrgID)
	}
	res, err := s.http.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.Fatal(err)
	}
	out := map[string]any{}
	_ = json.Unmarshal(raw, &out)
	return res.StatusCode, out
}

// api calls the API; what it answers is the inspector's business.
func (s *site) api(method, path string, payload any) map[string]any {
	s.Helper()
	_, out := s.send(method, "/api/v1"+path, payload)
	return out
}

func (s *site) id(out map[string]any) string {
	s.Helper()
	id, _ := out["id"].(string)
	if id == "" {
		s.Fatalf("nothing was made: %v", out)
	}
	return id
}

// subscriber answers validation calls and deliveries.
func subscriber(t *testing.T) string {
	t.Helper()
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(hook.Close)
	return hook.URL
}

// TestEveryAnswerIsAsTheFilesSay calls every endpoint of the simulated Desk, with what fits and
// with what does not.
func TestEveryAnswerIsAsTheFilesSay(t *testing.T) {
	for name, settings := range organizations {
		t.Run(name, func(t *testing.T) {
			s := open(t, settings)
			s.everything(subscriber(t))
			s.nonsense()
			s.verdict()
			for pattern := range contract {
				if s.inspector.answered[pattern] == 0 {
					t.Errorf("%s was never answered", pattern)
				}
			}
			for _, status := range []int{401, 403, 404, 405, 422} {
				if s.inspector.refused[status] == 0 {
					t.Errorf("nothing was refused with %d", status)
				}
			}
		})
	}
}

// verdict fails on every finding and tells which of the vendor's own contradictions were met.
func (s *site) verdict() {
	s.Helper()
	if found := s.inspector.findings; len(found) > 0 {
		s.Errorf("%d findings:%s", len(found), report(found))
	}
	if excused := s.inspector.excused; len(excused) > 0 {
		s.Logf("where the vendor's files contradict themselves, or live answers:%s", report(excused))
	}
}

// everything calls each endpoint of the contract with what it takes.
func (s *site) everything(hook string) {
	s.Helper()
	account := s.id(s.api("POST", "/accounts", map[string]any{"accountName": "Zylker", "phone": "5550100012", "website": "www.zylker.com", "annualrevenue": "1234567.89"}))
	other := s.id(s.api("POST", "/accounts", map[string]any{"accountName": "Zylker twice"}))
	contact := s.id(s.api("POST", "/contacts", map[string]any{"lastName": "Jack", "firstName": "Hugh", "email": "jack@zylker.com", "secondaryEmail": "hughjack@zylker.com", "zip": "123902",
		"country": "USA", "city": "Texas", "mobile": "+1 555 010 0010", "phone": "5550100011", "type": "paidUser", "twitter": "Hugh jack", "street": "North street",
		"cf": map[string]any{"cf_newsletter": "true", "cf_customer_tier": "Gold"}, "language": "English"}))
	loser := s.id(s.api("POST", "/contacts", map[string]any{"lastName": "Loser", "customFields": map[string]any{"Customer Tier": "Silver"}}))
	gone := s.id(s.api("POST", "/contacts", map[string]any{"lastName": "Gone"}))
	ticket := s.id(s.api("POST", "/tickets", map[string]any{"subject": "It does not work", "contactId": contact}))
	s.advance(time.Second)
	comment := s.id(s.api("POST", "/tickets/"+ticket+"/comments", map[string]any{"content": "Looking into it", "isPublic": true, "contentType": "plainText"}))
	note := s.id(s.api("POST", "/contacts/"+contact+"/comments", map[string]any{"content": "A friend of the founder"}))
	webhook := s.id(s.api("POST", "/webhooks", map[string]any{"name": "v", "url": hook, "ignoreSourceId": "49ad222a-f812-11e7-8c3f-9a214cf093ae", "includeEventsFrom": []string{"AUTOMATION"},
		"subscriptions": map[string]any{"Contact_Add": nil, "Contact_Update": map[string]any{"includePrevState": true}}}))
	profiles, _ := s.api("GET", "/profiles", nil)["data"].([]any)
	profile := s.id(profiles[0].(map[string]any))
	me := s.api("GET", "/myinfo?include=profile,role", nil)
	fields, _ := s.api("GET", "/fields?module=contacts&apiNames=type", nil)["data"].([]any)
	field := s.id(fields[0].(map[string]any))
	layouts, _ := s.api("GET", "/layouts?module=accounts", nil)["data"].([]any)
	layout := s.id(layouts[0].(map[string]any))
	s.api("PATCH", "/contacts/"+contact, map[string]any{"description": "first priority contact"})
	s.api("PATCH", "/accounts/"+account, map[string]any{"industry": "Tea"})
	s.api("PATCH", "/tickets/"+ticket, map[string]any{"status": "On Hold", "priority": "High"})
	s.api("POST", "/contacts/"+contact+"/associateAccounts", map[string]any{"data": []any{map[string]any{"id": account, "isAccountTicketsViewable": true}, map[string]any{"id": other, "isAccountTicketsViewable": false}}})
	for _, path := range []string{
		"/contacts?limit=50&include=accounts", "/contacts?limit=5&fields=lastName,modifiedTime,cf_customer_tier,isSpam", "/contacts?from=5000", "/contacts/" + contact + "?include=accounts,owner",
		"/contacts/count?viewId=1", "/contacts/contactsByIds?ids=" + contact + "," + loser, "/contacts/search?limit=50", "/contacts/search?email=jack@zylker.com", "/contacts/search?lastName=Nobody*",
		"/contacts/" + contact + "/accounts", "/contacts/" + contact + "/tickets?include=contacts,assignee", "/contacts/" + contact + "/history", "/contacts/" + contact + "/statistics",
		"/contacts/" + contact + "/comments", "/contacts/" + contact + "/comments/" + note, "/accounts?limit=50", "/accounts?fields=accountName,modifiedTime,cf_region", "/accounts/" + account + "?include=owner",
		"/accounts/count?viewId=1", "/accounts/search?limit=20", "/accounts/" + account + "/contacts", "/accounts/" + account + "/tickets", "/accounts/" + account + "/history",
		"/accounts/" + account + "/statistics", "/fields?module=contacts", "/fields?module=accounts", "/organizationFields?module=contacts", "/organizationFields?module=accounts", "/fields/" + field,
		"/layouts?module=contacts", "/layouts/" + layout, "/views?module=tickets", "/modules", "/organizationModules", "/organizations", "/organizations/" + desk.OrgID, "/departments",
		"/departments/7000000000300001", "/roles", "/roles/7000000000500001", "/teams", "/teams/7000000000550001", "/agents/" + s.id(me) + "/teams", "/profiles/" + profile, "/profiles/" + profile + "/agents",
		"/agents?limit=50&include=profile,role", "/agents?searchStr=" + fmt.Sprint(me["emailId"]), "/agents?status=DISABLED", "/agents/" + s.id(me), "/agents/count", "/agentsByIds?agentIds=" + s.id(me),
		"/agents/email/" + fmt.Sprint(me["emailId"]), "/tickets?limit=10&include=contacts,assignee,departments", "/tickets/" + ticket + "?include=contacts,assignee", "/tickets/search?limit=20",
		"/tickets/search?subject=It*&status=On%20Hold", "/tickets/search?contactId=1", "/tickets/count", "/ticketsCountByFieldValues?field=status", "/tickets/" + ticket + "/comments",
		"/tickets/" + ticket + "/comments/" + comment, "/tickets/" + ticket + "/threads", "/tickets/" + ticket + "/conversations", "/tickets/" + ticket + "/History", "/tickets/" + ticket + "/history",
		"/search?searchStr=Zylker*", "/search?searchStr=nothing%20at%20all", "/webhooks", "/webhooks/" + webhook,
	} {
		s.api("GET", path, nil)
	}
	s.api("POST", "/contacts/updateMany", map[string]any{"fieldName": "mobile", "fieldValue": "8508569875", "isCustomField": false, "ids": []string{contact, "1"}})
	s.api("POST", "/accounts/updateMany", map[string]any{"fieldName": "fax", "fieldValue": "999", "ids": []string{account}})
	s.api("POST", "/contacts/markSpam", map[string]any{"ids": []string{gone}, "isSpam": true})
	s.api("POST", "/contacts/"+contact+"/dissociateAccounts", map[string]any{"ids": []string{other, "1"}})
	s.api("POST", "/contacts/"+contact+"/merge", map[string]any{"ids": []string{loser}, "source": map[string]any{"firstName": contact}})
	s.api("POST", "/accounts/"+account+"/merge", map[string]any{"ids": []string{other}})
	s.api("PATCH", "/webhooks/"+webhook, map[string]any{"name": "w", "subscriptions": map[string]any{"Contact_Add": nil}})
	s.api("DELETE", "/webhooks/"+webhook, nil)
	s.api("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{gone, contact}})
	s.api("POST", "/accounts/moveToTrash", map[string]any{"accountIds": []string{account}})
	s.api("GET", "/recycleBin?limit=10&include=deletedBy,department", nil)
	s.api("POST", "/recycleBin/restore", map[string]any{"ids": []string{contact, "1"}})
	s.api("POST", "/recycleBin/delete", map[string]any{"ids": []string{gone}})
	s.api("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{contact}})
	s.api("POST", "/recycleBin/restoreAll", nil)
}

// nonsense makes the simulated Desk refuse in every way.
func (s *site) nonsense() {
	s.Helper()
	for _, path := range []string{"/contacts/123", "/accounts/123", "/tickets/123", "/tickets/1/comments", "/contacts/1/history", "/nope", "/fields/1", "/roles/1", "/layouts/1", "/webhooks/1",
		"/contacts?limit=101", "/contacts?sortBy=shoe", "/contacts/search?from=1000", "/contacts/search?email=ab", "/contacts/search?lastName=*x", "/fields?module=leads", "/tickets/search?shoe=1",
		"/contacts?isSpam=maybe", "/recycleBin?module=shoes", "/contacts/contactsByIds", "/views"} {
		if status, _ := s.send("GET", "/api/v1"+path, nil); status < 400 {
			s.Errorf("%s was taken: %d", path, status)
		}
	}
	for _, body := range []any{`{`, `{}`, map[string]any{"firstName": "x"}, map[string]any{"lastName": "x", "email": "nope"}, map[string]any{"lastName": "x", "foo": 1}, map[string]any{"lastName": "x", "accountId": "1"},
		map[string]any{"lastName": strings.Repeat("x", 201), "city": strings.Repeat("y", 101), "email": 7}} {
		if status, _ := s.send("POST", "/api/v1/contacts", body); status < 400 {
			s.Errorf("%v was taken: %d", body, status)
		}
	}
	s.send("PUT", "/api/v1/contacts/1", map[string]any{"lastName": "x"})
	s.send("POST", "/api/v1/contacts/1/associateAccounts", map[string]any{"accountIds": []string{"1"}})
	s.send("POST", "/api/v1/webhooks", map[string]any{"url": "nowhere", "subscriptions": map[string]any{"Contact_Merge": nil}})
	kept := s.token
	s.token = "x"
	s.send("GET", "/api/v1/contacts", nil)
	s.token = kept
	s.send("POST", "/_sim/settings", `{"orgId":"800000002"}`)
	s.send("GET", "/api/v1/contacts", nil)
	s.send("POST", "/_sim/settings", `{"orgId":"`+desk.OrgID+`"}`)
}

// TestEveryRequestOfOurClientIsAsTheFilesSay lets the client of the sync do all that it does.
func TestEveryRequestOfOurClientIsAsTheFilesSay(t *testing.T) {
	for name, settings := range organizations {
		t.Run(name, func(t *testing.T) {
			s := open(t, settings)
			s.inspector.ours = true
			s.client(subscriber(t))
			s.verdict()
			t.Logf("asked: %v", slices.Sorted(maps.Keys(s.inspector.asked)))
			for _, pattern := range []string{"GET /contacts", "GET /accounts", "POST /contacts", "PATCH /contacts/{id}", "GET /contacts/{id}", "GET /contacts/contactsByIds", "GET /contacts/search",
				"GET /accounts/search", "GET /recycleBin", "POST /recycleBin/restore", "GET /fields", "GET /organizations", "GET /tickets", "GET /tickets/{id}", "GET /agents", "GET /profiles",
				"GET /webhooks", "POST /webhooks", "DELETE /webhooks/{id}", "POST /contacts/{id}/associateAccounts", "POST /contacts/{id}/dissociateAccounts", "GET /contacts/{id}/accounts"} {
				if s.inspector.asked[pattern] == 0 {
					t.Errorf("the client never called %s", pattern)
				}
			}
		})
	}
}

// client does with our client all that the sync, the widget and the console do.
func (s *site) client(hook string) {
	s.Helper()
	ctx := s.Context()
	held := models.Credentials{Grant: "authorization_code", ClientID: desk.ClientID, ClientSecret: desk.ClientSecret, RefreshToken: desk.RefreshToken}
	c, err := zohodesk.New(zohodesk.Config{APIURL: s.url, AccountsURL: s.url, OrgID: desk.OrgID, HTTP: s.http, Now: s.clock, PageSize: 20,
		Credentials: func(context.Context) (models.Credentials, error) { return held, nil }})
	must := func(what string, err error) {
		s.Helper()
		if err != nil {
			s.Fatalf("%s: %v", what, err)
		}
	}
	must("new", err)
	_, err = c.Check(ctx)
	must("check", err)
	names := map[models.SyncObject][]string{
		models.ContactObject: {"lastName", "firstName", "email", "phone", "city", "country", "zip", "description", "accountId", "ownerId", "isSpam", "cf_customer_tier", "cf_newsletter"},
		models.AccountObject: {"accountName", "website", "phone", "industry", "annualrevenue", "description", "cf_region"},
	}
	for _, object := range models.SyncObjects {
		fields := names[object]
		_, err = c.Describe(ctx, object)
		must("describe", err)
		_, err = c.Count(ctx, object)
		must("count", err)
		var listed []string
		for token, first := "", true; first || token != ""; first = false {
			page, err := c.List(ctx, object, fields, token)
			must("list", err)
			for _, r := range page.Records {
				listed = append(listed, r.ID)
			}
			token = page.Next
		}
		start, err := c.Changes(ctx, object, fields, "")
		must("mark", err)
		name, clears := "lastName", models.Values{"phone": models.Blank, "city": models.Blank, "cf_customer_tier": models.Blank, "cf_newsletter": models.Text("false"), "zip": models.Text("1234")}
		if object == models.AccountObject {
			name, clears = "accountName", models.Values{"phone": models.Blank, "website": models.Blank, "industry": models.Blank, "annualrevenue": models.Text("12.5"), "cf_region": models.Blank}
		}
		made, err := c.Write(ctx, object, []models.Write{{Op: models.OpCreate, LinkID: "0198f2a0-0000-7000-8000-000000000001", Values: models.Values{name: models.Text("Made, by us (and more)")}}})
		must("create", err)
		if made[0].Err != nil {
			s.Fatalf("create: %+v", made[0].Err)
		}
		s.advance(time.Minute)
		changed, err := c.Write(ctx, object, []models.Write{{Op: models.OpUpdate, ID: made[0].ID, Values: clears}})
		must("update", err)
		if changed[0].Err != nil {
			s.Errorf("update: %+v", changed[0].Err)
		}
		_, err = c.Read(ctx, object, fields, append(listed[:min(len(listed), 25)], made[0].ID, "7000000099999999"))
		must("read", err)
		for _, by := range []models.Find{{LinkID: "0198f2a0-0000-7000-8000-000000000001"}, {Match: models.Text("made, by us (and more)")}, {Match: models.Text("*starred")}} {
			_, err = c.Find(ctx, object, fields, by)
			must("find", err)
		}
		s.trash(object, made[0].ID)
		back, err := c.Write(ctx, object, []models.Write{{Op: models.OpRestore, ID: made[0].ID, Values: models.Values{name: models.Text("Back")}}})
		must("restore", err)
		if back[0].Err != nil {
			s.Errorf("restore: %+v", back[0].Err)
		}
		for at, more := start.Cursor, true; more; {
			page, err := c.Changes(ctx, object, fields, at)
			must("changes", err)
			at, more = page.Cursor, page.More
		}
		if object == models.ContactObject {
			account, err := c.List(ctx, models.AccountObject, []string{"accountName"}, "")
			must("accounts", err)
			must("associate", c.Associate(ctx, made[0].ID, account.Records[0].ID))
			_, err = c.Associations(ctx, made[0].ID)
			must("associations", err)
			must("dissociate", c.Dissociate(ctx, made[0].ID, account.Records[0].ID))
		}
	}
	_, err = c.Users(ctx)
	must("users", err)
	_, err = c.Profiles(ctx)
	must("profiles", err)
	_, err = c.AgentByEmail(ctx, "admin@sidelight.example")
	must("agent", err)
	tickets, err := c.Tickets(ctx, 5)
	must("tickets", err)
	_, err = c.Ticket(ctx, tickets[0].ID)
	must("ticket", err)
	must("webhook", c.EnsureWebhook(ctx, hook))
	must("unsubscribe", c.Unsubscribe(ctx))
}

// trash moves a record to the recycle bin as a user does.
func (s *site) trash(object models.SyncObject, id string) {
	s.Helper()
	s.inspector.ours = false
	defer func() { s.inspector.ours = true }()
	if object == models.AccountObject {
		s.api("POST", "/accounts/moveToTrash", map[string]any{"accountIds": []string{id}})
		return
	}
	s.api("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{id}})
}

// TestTheContractFindsWhatIsWrong: a suite that finds nothing proves nothing unless it can.
func TestTheContractFindsWhatIsWrong(t *testing.T) {
	for name, body := range map[string]string{
		"a key too many":   `{"data":[{"id":"1","isDefault":true,"colour":"red"}]}`,
		"a key too few":    `{"data":[{"id":"1"}]}`,
		"an id of letters": `{"data":[{"id":"abc"}]}`,
		"no list":          `{"rows":[]}`,
		"no JSON":          `<html>`,
	} {
		wrong := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
		i := inspect(wrong, "")
		i.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/api/v1/views", strings.NewReader("")))
		if len(i.findings) == 0 {
			t.Errorf("%s was not found", name)
		}
	}
	i := inspect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), "")
	i.ours = true
	i.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("PATCH", "/api/v1/contacts/1?shoe=1", strings.NewReader(`{"city":null,"foo":1,"cf":{"cf_newsletter":true}}`)))
	for _, want := range []string{"?shoe: not in the files", ".city: null", ".foo: not in the files", "cf.*: true is not text", "204", "no orgId"} {
		if !strings.Contains(report(i.findings), want) {
			t.Errorf("%q was not found in%s", want, report(i.findings))
		}
	}
}
