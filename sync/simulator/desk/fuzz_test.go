package desk

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sidelight/sync/simulator/seed"
)

// FuzzCalls: no call breaks the organization. Whatever is asked of it, it answers in the vendor's
// form, and what it refused has changed nothing.
func FuzzCalls(f *testing.F) {
	at := time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC)
	s, err := New(Config{Now: func() time.Time { return at }, DailyCredits: 1 << 40, World: seed.Generate(seed.Options{Contacts: 4, Accounts: 2, Overlap: 1, Seed: 1, Now: at})})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	send := func(method, path, body, kind, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", "/", strings.NewReader(body))
		r.Method, r.URL.Path, r.RequestURI = method, path, path
		if at := strings.IndexByte(path, '?'); at >= 0 {
			r.URL.Path, r.URL.RawQuery = path[:at], path[at+1:]
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Authorization", "Zoho-oauthtoken "+token)
		r.Header.Set("orgId", OrgID)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	form := send("POST", "/oauth/v2/token", "grant_type=refresh_token&refresh_token=demo-refresh&client_id=demo&client_secret=demo-secret", "application/x-www-form-urlencoded", "")
	_, token, _ := strings.Cut(form.Body.String(), `"access_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	id, other := s.contacts.byModified[0].ID, s.contacts.byModified[1].ID
	for _, seed := range []struct{ method, path, body string }{
		{"POST", "/contacts", `{"lastName":"A","email":"a@b.example","accountId":null,"cf":{"cf_newsletter":true,"cf_birthday":"2000-02-29"}}`},
		{"PATCH", "/contacts/" + id, `{"title":"","ownerId":"7000000000100001"}`},
		{"GET", "/contacts?from=1&limit=50&sortBy=-modifiedTime&fields=lastName,cf&include=accounts", ""},
		{"GET", "/contacts/search?modifiedTimeRange=2026-01-01T00:00:00.000Z,2026-12-31T00:00:00.000Z&sortBy=-modifiedTime&from=0&limit=100", ""},
		{"GET", "/contacts/search?_all=*ab*&customField1=cf_customer_tier:Gold", ""},
		{"GET", "/contacts/contactsByIds?ids=" + id + "," + other, ""},
		{"POST", "/contacts/moveToTrash", `{"contactIds":["` + id + `"]}`},
		{"POST", "/recycleBin/restore", `{"ids":["` + id + `",1]}`},
		{"GET", "/recycleBin?module=contacts&sortBy=-deletedTime&include=deletedBy", ""},
		{"POST", "/contacts/" + other + "/merge", `{"ids":["` + id + `"],"source":{"phone":"` + id + `","cf":{}}}`},
		{"POST", "/contacts/" + other + "/associateAccounts", `{"data":[{"id":"1","isAccountTicketsViewable":true}],"ids":["2"]}`},
		{"POST", "/contacts/updateMany", `{"fieldName":"cf_customer_tier","fieldValue":"Gold","isCustomField":true,"ids":["` + id + `",1]}`},
		{"POST", "/contacts/markSpam", `{"ids":["` + id + `"],"isSpam":true}`},
		{"POST", "/contacts/" + other + "/comments", `{"content":"C","contentType":"html"}`},
		{"GET", "/tickets/search?subject=a*b*&status=${open}&createdTimeRange=2026-01-01T00:00:00Z,2026-12-31T00:00:00Z", ""},
		{"GET", "/search?searchStr=abc*&module=contacts&from=0&limit=5", ""},
		{"GET", "/ticketsCountByFieldValues?field=status,priority", ""},
		{"GET", "/fields?module=contacts&apiNames=type,email", ""},
		{"GET", "/contacts/" + other + "/history?agentId=1&limit=5", ""},
		{"POST", "/accounts", `{"accountName":"A","website":"https://a.example","annualrevenue":12.5}`},
		{"POST", "/tickets", `{"subject":"S","contactId":"` + other + `","departmentId":"1"}`},
		{"GET", "/agents?searchStr=a&limit=5", ""},
	} {
		f.Add(seed.method, seed.path, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if len(method) > 10 || len(path) > 200 || len(body) > 2000 || strings.HasPrefix(path, "/webhooks") {
			return // creating a webhook calls the address
		}
		before := len(s.contacts.live) + len(s.contacts.trashed)
		a := send(method, "/api/v1"+path, body, "application/json", token)
		if a.Code == http.StatusInternalServerError || a.Code >= 400 && !strings.HasPrefix(a.Body.String(), `{"errorCode"`) && !strings.HasPrefix(a.Body.String(), "404") {
			t.Fatalf("%s %s: %d %s", method, path, a.Code, a.Body)
		}
		if after := len(s.contacts.live) + len(s.contacts.trashed); a.Code >= 400 && after != before {
			t.Fatalf("%s %s was refused, and there are %d contacts instead of %d", method, path, after, before)
		}
		if check := send("GET", "/api/v1/myinfo", "", "", token); check.Code != http.StatusOK {
			t.Fatalf("%s %s left the organization with %d %s", method, path, check.Code, check.Body)
		}
	})
}
