package salesforce

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
	now := func() time.Time { return at }
	s, err := New(Config{Now: now, DailyRequests: 1 << 40, World: seed.Generate(seed.Options{Contacts: 4, Accounts: 2, Overlap: 1, Seed: 1, Now: at})})
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
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w
	}
	form := send("POST", "/services/oauth2/token", "grant_type=client_credentials&client_id=demo&client_secret=demo-secret", "application/x-www-form-urlencoded", "")
	_, token, _ := strings.Cut(form.Body.String(), `"access_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	id := makeID("003", 1)
	for _, seed := range []struct{ method, path, body string }{
		{"POST", "/sobjects/Contact", `{"LastName":"A","Email":"a@b.example","LoyaltyPoints__c":1e3,"Newsletter__c":true,"Birthdate":"2000-02-29","Account":{"Sidelight_Link_Id__c":"x"}}`},
		{"PATCH", "/sobjects/Contact/" + id, `{"Title":null,"AccountId":""}`},
		{"PATCH", "/sobjects/Contact/Sidelight_Link_Id__c/x?updateOnly=true", `{"LastName":"B"}`},
		{"DELETE", "/composite/sobjects?ids=" + id + "&allOrNone=true", ""},
		{"POST", "/composite/sobjects", `{"allOrNone":true,"records":[{"attributes":{"type":"Contact"},"LastName":"C"},{"attributes":{"type":"Account"}}]}`},
		{"PATCH", "/composite/sobjects/Contact/Email", `{"records":[{"attributes":{"type":"Contact"},"Email":"a@b.example","LastName":"C"}]}`},
		{"POST", "/composite/sobjects/Contact", `{"ids":["` + id + `"],"fields":["Id","Name"]}`},
		{"POST", "/composite", `{"allOrNone":true,"compositeRequest":[{"method":"POST","url":"/services/data/v68.0/sobjects/Account","referenceId":"a","body":{"Name":"D"}},{"method":"GET","url":"/services/data/v68.0/sobjects/Account/@{a.id}","referenceId":"b"}]}`},
		{"POST", "/composite/batch", `{"batchRequests":[{"method":"GET","url":"v68.0/limits"}]}`},
		{"POST", "/composite/graph", `{"graphs":[{"graphId":"1","compositeRequest":[{"method":"POST","url":"/services/data/v68.0/sobjects/Account","referenceId":"a","body":{"Name":"D"}}]}]}`},
		{"POST", "/composite/tree/Account", `{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":"D","Contacts":{"records":[{"attributes":{"type":"Contact","referenceId":"c"}}]}}]}`},
		{"GET", "/search?q=FIND+{\"ann+lee\"+AND+NOT+(b*+OR+cc)}+IN+NAME+FIELDS+RETURNING+Contact(Id+WHERE+Id+!=+null+LIMIT+2),+Account+LIMIT+3", ""},
		{"POST", "/parameterizedSearch", `{"q":"ann","in":"NAME","overallLimit":3,"sobjects":[{"name":"Contact","fields":["Id"],"where":"Id != null","orderBy":"Id","limit":1}]}`},
		{"GET", "/tooling/query?q=SELECT+Id+FROM+ApexClass", ""},
		{"GET", "/recent?limit=3", ""},
		{"GET", "/limits/recordCount?sObjects=Contact", ""},
		{"GET", "/query?q=SELECT+Id+FROM+Contact+FOR+VIEW", ""},
		{"GET", "/query?q=SELECT+Id+FROM+Contact", ""},
		{"GET", "/query/0r8Si0000000000001-200", ""},
		{"GET", "/sobjects/Contact/updated/?start=2026-05-04T00:00:00Z&end=2026-05-04T10:00:00Z", ""},
		{"POST", "/jobs/query", `{"operation":"query","query":"SELECT Id FROM Contact"}`},
		{"POST", "/jobs/ingest", `{"object":"Contact","operation":"insert"}`},
	} {
		f.Add(seed.method, seed.path, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if len(method) > 10 || len(path) > 200 || len(body) > 2000 {
			return
		}
		before := len(s.db.table("Contact").rows)
		a := send(method, base+path, body, "application/json", token)
		if a.Code == http.StatusInternalServerError || a.Code >= 400 && a.Code != http.StatusRequestURITooLong && !strings.HasPrefix(a.Body.String(), `[{`) && !strings.HasPrefix(a.Body.String(), `{"hasErrors":true`) && !strings.HasPrefix(a.Body.String(), "Not Found") {
			t.Fatalf("%s %s: %d %s", method, path, a.Code, a.Body)
		}
		if after := len(s.db.table("Contact").rows); a.Code >= 400 && after != before {
			t.Fatalf("%s %s was refused, and there are %d contacts instead of %d", method, path, after, before)
		}
		if check := send("GET", base+"/limits", "", "", token); check.Code != http.StatusOK {
			t.Fatalf("%s %s left the organization with %d %s", method, path, check.Code, check.Body)
		}
	})
}
