package desk

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCreateReadUpdate(t *testing.T) {
	r := newRig(t)
	account := r.account(map[string]any{"accountName": "Żabka", "website": "https://zabka.example", "annualrevenue": 12000, "cf": map[string]any{"cf_employees": "12"}})
	made := r.must("POST", "/contacts", map[string]any{"lastName": "Núñez", "email": "jose@zabka.example", "accountId": account,
		"cf": map[string]any{"cf_newsletter": true, "cf_customer_tier": "Gold", "cf_birthday": "1980-02-29"}})
	if made.status != 200 || !regexp.MustCompile(`^\d{16}$`).MatchString(made.text1("id")) {
		t.Fatalf("create: %d %s", made.status, made.text)
	}
	if made.text1("createdTime") != "2026-05-04T09:57:17.000Z" || made.text1("modifiedTime") != made.text1("createdTime") {
		t.Errorf("times: %v", made.body)
	}
	id := made.text1("id")

	r.clock.advance(90 * time.Second)
	changed := r.must("PATCH", "/contacts/"+id, map[string]any{"firstName": "José", "email": nil, "cf": map[string]any{"cf_customer_tier": ""}})
	if changed.text1("firstName") != "José" || changed.body["email"] != nil || changed.text1("modifiedTime") != made.text1("modifiedTime") {
		t.Errorf("update: %s", changed.text)
	}
	if now := r.must("GET", "/contacts/"+id, nil).text1("modifiedTime"); now != "2026-05-04T09:58:47.000Z" {
		t.Errorf("after the update: %s", now)
	}

	got := r.must("GET", "/contacts/"+id+"?include=accounts,owner", nil)
	cf := got.body["cf"].(map[string]any)
	if cf["cf_newsletter"] != "true" || cf["cf_customer_tier"] != nil || cf["cf_birthday"] != "1980-02-29" {
		t.Errorf("custom fields: %v", cf)
	}
	if stub := got.body["account"].(map[string]any); stub["accountName"] != "Żabka" || stub["id"] != account || got.body["owner"].(map[string]any)["lastName"] != "Admin" {
		t.Errorf("included: %v, %v", stub, got.body["owner"])
	}
	if got.body["isTrashed"] != false || got.text1("accountId") != account {
		t.Errorf("got %s", got.text)
	}
	if company := r.must("GET", "/accounts/"+account, nil); company.text1("annualrevenue") != "12000" || company.body["cf"].(map[string]any)["cf_employees"] != "12" {
		t.Errorf("account: %s", company.text)
	}
}

func TestWritesAreCheckedLikeTheVendor(t *testing.T) {
	r := newRig(t)
	id := r.contact(map[string]any{"lastName": "Known"})
	long := func(n int) string { return strings.Repeat("ż", n) }
	cases := []struct {
		name, method, path string
		body               any
		status             int
		code, field, kind  string
	}{
		{"last name required", "POST", "/contacts", map[string]any{"firstName": "A"}, 422, "INVALID_DATA", "/lastName", "missing"},
		{"last name blank", "POST", "/contacts", map[string]any{"lastName": ""}, 422, "INVALID_DATA", "/lastName", "missing"},
		{"last name cleared", "PATCH", "/contacts/" + id, map[string]any{"lastName": nil}, 422, "INVALID_DATA", "/lastName", "missing"},
		{"last name at its maximum", "POST", "/contacts", map[string]any{"lastName": long(200)}, 200, "", "", ""},
		{"last name too long", "POST", "/contacts", map[string]any{"lastName": long(201)}, 422, "INVALID_DATA", "/lastName", "invalid"},
		{"first name too long", "PATCH", "/contacts/" + id, map[string]any{"firstName": long(41)}, 422, "INVALID_DATA", "/firstName", "invalid"},
		{"city too long", "PATCH", "/contacts/" + id, map[string]any{"city": long(31)}, 422, "INVALID_DATA", "/city", "invalid"},
		{"number for text", "PATCH", "/contacts/" + id, map[string]any{"title": 7}, 422, "INVALID_DATA", "/title", "invalid"},
		{"object for text", "PATCH", "/contacts/" + id, map[string]any{"title": map[string]any{}}, 422, "INVALID_DATA", "/title", "invalid"},
		{"bad email", "PATCH", "/contacts/" + id, map[string]any{"email": "a b@c.example"}, 422, "INVALID_DATA", "/email", "invalid"},
		{"email outside ASCII", "PATCH", "/contacts/" + id, map[string]any{"email": "žofie@česko.example"}, 200, "", "", ""},
		{"account that is not there", "PATCH", "/contacts/" + id, map[string]any{"accountId": "7000000009999999"}, 422, "INVALID_DATA", "/accountId", "invalid"},
		{"owner that is not there", "PATCH", "/contacts/" + id, map[string]any{"ownerId": 5}, 422, "INVALID_DATA", "/ownerId", "invalid"},
		{"picklist value", "PATCH", "/contacts/" + id, map[string]any{"cf": map[string]any{"cf_customer_tier": "Tin"}}, 422, "INVALID_DATA", "/cf/cf_customer_tier", "invalid"},
		{"date", "PATCH", "/contacts/" + id, map[string]any{"cf": map[string]any{"cf_birthday": "1980-02-30"}}, 422, "INVALID_DATA", "/cf/cf_birthday", "invalid"},
		{"boolean", "PATCH", "/contacts/" + id, map[string]any{"cf": map[string]any{"cf_newsletter": "yes"}}, 422, "INVALID_DATA", "/cf/cf_newsletter", "invalid"},
		{"whole number", "POST", "/accounts", map[string]any{"accountName": "A", "cf": map[string]any{"cf_employees": 1.5}}, 422, "INVALID_DATA", "/cf/cf_employees", "invalid"},
		{"account name required", "POST", "/accounts", map[string]any{"phone": "1"}, 422, "INVALID_DATA", "/accountName", "missing"},
		{"unknown field", "PATCH", "/contacts/" + id, map[string]any{"nickname": "A"}, 422, "UNPROCESSABLE_ENTITY", "", ""},
		{"read-only field", "PATCH", "/contacts/" + id, map[string]any{"createdTime": "2020-01-01T00:00:00.000Z"}, 422, "UNPROCESSABLE_ENTITY", "", ""},
		{"unknown custom field", "PATCH", "/contacts/" + id, map[string]any{"cf": map[string]any{"cf_none": "A"}}, 422, "UNPROCESSABLE_ENTITY", "", ""},
		{"nothing sent", "PATCH", "/contacts/" + id, nil, 422, "EMPTY_PAYLOAD", "", ""},
		{"empty object", "PATCH", "/contacts/" + id, "{}", 422, "EMPTY_PAYLOAD", "", ""},
		{"not JSON", "PATCH", "/contacts/" + id, "{", 400, "BAD_REQUEST", "", ""},
		{"no such record", "PATCH", "/contacts/7000000009999999", map[string]any{"firstName": "A"}, 404, "URL_NOT_FOUND", "", ""},
		{"PUT", "PUT", "/contacts/" + id, map[string]any{"lastName": "A"}, 405, "METHOD_NOT_ALLOWED", "", ""},
		{"no such path", "GET", "/leads", nil, 404, "URL_NOT_FOUND", "", ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			a := r.call(tc.method, tc.path, tc.body)
			if a.status != tc.status || a.code() != tc.code {
				t.Fatalf("got %d %s, want %d %s", a.status, a.text, tc.status, tc.code)
			}
			if tc.field == "" {
				return
			}
			wrong := a.body["errors"].([]any)[0].(map[string]any)
			if wrong["fieldName"] != tc.field || wrong["errorType"] != tc.kind || wrong["errorMessage"] == "" {
				t.Errorf("got %v, want %s %s", wrong, tc.kind, tc.field)
			}
		})
	}
	if got := r.must("GET", "/contacts/"+id, nil); got.text1("lastName") != "Known" || got.body["firstName"] != nil {
		t.Errorf("a refused write left a trace: %s", got.text)
	}
}

func TestAllWrongFieldsAreNamedAtOnce(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/contacts", map[string]any{"email": "x", "title": strings.Repeat("t", 101)})
	if list, _ := a.body["errors"].([]any); len(list) != 3 {
		t.Errorf("got %s", a.text)
	}
}

func TestListsPageThroughEverythingOnce(t *testing.T) {
	r := newRig(t)
	for _, sortBy := range []string{"", "lastName", "-email", "account", "createdTime", "-modifiedTime"} {
		seen := map[string]bool{}
		for from := 1; ; from += 25 {
			a := r.must("GET", fmt.Sprintf("/contacts?from=%d&limit=25&sortBy=%s", from, sortBy), nil)
			if a.status == 204 {
				break
			}
			for _, one := range a.rows() {
				if seen[one["id"].(string)] {
					t.Errorf("sortBy %q: %s twice", sortBy, one["id"])
				}
				seen[one["id"].(string)] = true
			}
		}
		if len(seen) != 60 {
			t.Errorf("sortBy %q: %d contacts", sortBy, len(seen))
		}
	}
	if zero, one := r.must("GET", "/accounts?from=0&limit=5", nil), r.must("GET", "/accounts?limit=5", nil); zero.text != one.text {
		t.Error("from=0 and the default from differ")
	}
	if n := len(r.must("GET", "/contacts", nil).rows()); n != 10 {
		t.Errorf("the default page has %d rows", n)
	}
	if got := r.must("GET", "/contacts/count?viewId=7000000000800001", nil).body["count"]; got != "60" {
		t.Errorf("count is %v", got)
	}
}

func TestListParametersAreChecked(t *testing.T) {
	r := newRig(t)
	var thirtyOne []string
	for range 31 {
		thirtyOne = append(thirtyOne, "email")
	}
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "from=-1", "sortBy=shoeSize", "include=everything", "fields=shoeSize", "fields=email,description",
		"fields=" + strings.Join(thirtyOne, ",")} {
		if a := r.call("GET", "/contacts?"+query, nil); a.status != 422 || a.code() != "UNPROCESSABLE_ENTITY" {
			t.Errorf("%s: %d %s", query, a.status, a.text)
		}
	}
	for _, path := range []string{"/contacts/count", "/accounts/count", "/contacts/count?viewId=all"} {
		if a := r.call("GET", path, nil); a.status != 422 {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
}

func TestDefaultRowsOmitModifiedTimeAndCustomFields(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/contacts?limit=1", "/accounts?limit=1"} {
		one := r.must("GET", path, nil).rows()[0]
		if _, has := one["modifiedTime"]; has {
			t.Errorf("%s shows modifiedTime", path)
		}
		if _, has := one["cf"]; has {
			t.Errorf("%s shows cf", path)
		}
	}
	one := r.must("GET", "/contacts?limit=1&fields=modifiedTime,cf_newsletter&include=accounts", nil).rows()[0]
	if len(one) != 4 || one["modifiedTime"] == nil || one["cf"].(map[string]any)["cf_newsletter"] == nil || one["account"] == nil {
		t.Errorf("fields replaced the projection by %v", one)
	}
}

func TestByIDsReturnsThoseThatAreThere(t *testing.T) {
	r := newRig(t)
	a, b := r.contact(map[string]any{"lastName": "A"}), r.contact(map[string]any{"lastName": "B"})
	got := r.must("GET", "/contacts/contactsByIds?ids="+b+",7000000009999999,"+a, nil).rows()
	if len(got) != 2 || got[0]["id"] != b || got[1]["id"] != a {
		t.Errorf("got %v", got)
	}
	if none := r.must("GET", "/contacts/contactsByIds?ids=1", nil); none.status != 204 {
		t.Errorf("none: %d", none.status)
	}
	if many := r.call("GET", "/contacts/contactsByIds?ids="+strings.Repeat("1,", 20)+"1", nil); many.status != 422 {
		t.Errorf("21 ids: %d", many.status)
	}
}

func TestTrashRestoreAndDeletion(t *testing.T) {
	r := newRig(t)
	account := r.account(map[string]any{"accountName": "Short Lived"})
	id := r.contact(map[string]any{"lastName": "Gone", "firstName": "Al", "accountId": account})
	if a := r.must("POST", "/accounts/moveToTrash", map[string]any{"accountIds": []string{account}}); a.status != 204 {
		t.Errorf("trash: %d", a.status)
	}
	if got := r.must("GET", "/contacts/"+id, nil); got.body["accountId"] != nil {
		t.Errorf("the contact still shows an account in the bin: %s", got.text)
	}
	r.clock.advance(time.Second)
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{id}})

	if got := r.must("GET", "/contacts/"+id, nil); got.body["isTrashed"] != true {
		t.Errorf("a trashed contact reads %s", got.text)
	}
	if a := r.call("PATCH", "/contacts/"+id, map[string]any{"firstName": "B"}); a.status != 404 {
		t.Errorf("a trashed contact was written: %d", a.status)
	}
	if a := r.must("GET", "/contacts/search?lastName=Gone", nil); a.status != 204 {
		t.Errorf("a trashed contact is found: %s", a.text)
	}
	bin := r.must("GET", "/recycleBin?sortBy=-deletedTime&from=0&limit=100", nil).rows()
	if len(bin) != 2 || bin[0]["id"] != id || bin[0]["displayName"] != "Al Gone" || bin[0]["type"] != "Contacts" ||
		bin[0]["deletedTime"] != "2026-05-04T09:57:18.000Z" || bin[0]["deletedById"] != "7000000000100001" || bin[1]["type"] != "Accounts" {
		t.Errorf("recycle bin: %v", bin)
	}
	if only := r.must("GET", "/recycleBin?module=accounts", nil).rows(); len(only) != 1 || only[0]["id"] != account {
		t.Errorf("accounts in the bin: %v", only)
	}

	back := r.must("POST", "/recycleBin/restore", map[string]any{"ids": []string{id, "1"}})
	results := back.body["results"].([]any)
	if results[0].(map[string]any)["success"] != true || results[1].(map[string]any)["success"] != false {
		t.Errorf("restore: %s", back.text)
	}
	if got := r.must("GET", "/contacts/"+id, nil); got.body["isTrashed"] != false || got.text1("accountId") != account {
		t.Errorf("the restored contact did not bring its account back: %s", got.text)
	}

	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{id}})
	r.must("POST", "/recycleBin/delete", map[string]any{"ids": []string{id}})
	if a := r.call("GET", "/contacts/"+id, nil); a.status != 404 {
		t.Errorf("deleted for good, and still there: %d", a.status)
	}
	if a := r.must("GET", "/recycleBin", nil); a.status != 204 {
		t.Errorf("the bin holds %s", a.text)
	}
	if a := r.call("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{"1"}}); a.status != 422 {
		t.Errorf("trashing nothing: %d %s", a.status, a.text)
	}
}

func TestMergeKeepsTheSurvivorAndEndsTheOthers(t *testing.T) {
	r := newRig(t)
	a := r.contact(map[string]any{"lastName": "Keep", "phone": "1"})
	b := r.contact(map[string]any{"lastName": "Lose", "phone": "2", "cf": map[string]any{"cf_customer_tier": "Gold"}})
	ticket := r.must("POST", "/tickets", map[string]any{"subject": "Help", "contactId": b}).text1("id")
	got := r.must("POST", "/contacts/"+a+"/merge", map[string]any{"ids": []string{b}, "source": map[string]any{"phone": b, "lastName": a, "cf": map[string]any{"cf_customer_tier": b}}})
	if got.text1("lastName") != "Keep" || got.text1("phone") != "2" || got.body["cf"].(map[string]any)["cf_customer_tier"] != "Gold" {
		t.Errorf("survivor: %s", got.text)
	}
	if gone := r.call("GET", "/contacts/"+b, nil); gone.status != 404 {
		t.Errorf("the loser answers %d", gone.status)
	}
	if moved := r.must("GET", "/tickets/"+ticket, nil); moved.text1("contactId") != a {
		t.Errorf("the ticket stayed with %s", moved.text1("contactId"))
	}

	one, two := r.account(map[string]any{"accountName": "One"}), r.account(map[string]any{"accountName": "Two"})
	r.must("PATCH", "/contacts/"+a, map[string]any{"accountId": two})
	r.must("POST", "/accounts/"+one+"/merge", map[string]any{"ids": []string{two}, "source": map[string]any{}})
	if after := r.must("GET", "/contacts/"+a, nil); after.text1("accountId") != one {
		t.Errorf("the contact's account is %s", after.text1("accountId"))
	}
	if members := r.must("GET", "/accounts/"+one+"/contacts", nil).rows(); len(members) != 1 || members[0]["id"] != a {
		t.Errorf("members: %v", members)
	}
}

func TestAssociations(t *testing.T) {
	r := newRig(t)
	first, second := r.account(map[string]any{"accountName": "First"}), r.account(map[string]any{"accountName": "Second"})
	id := r.contact(map[string]any{"lastName": "Both", "accountId": first})
	r.must("POST", "/contacts/"+id+"/associateAccounts", map[string]any{"data": []any{map[string]any{"id": second, "isAccountTicketsViewable": false}}})
	rows := r.must("GET", "/contacts/"+id+"/accounts", nil).rows()
	if len(rows) != 2 || rows[0]["mappingInfo"].(map[string]any)["mappingType"] != "PRIMARY" || rows[1]["mappingInfo"].(map[string]any)["mappingType"] != "SECONDARY" || rows[1]["id"] != second || rows[1]["mappingInfo"].(map[string]any)["isAccountTicketsViewable"] != false {
		t.Fatalf("accounts: %v", rows)
	}
	if members := r.must("GET", "/accounts/"+second+"/contacts", nil).rows(); len(members) != 1 {
		t.Errorf("members of the second: %v", members)
	}
	gone := r.must("POST", "/contacts/"+id+"/dissociateAccounts", map[string]any{"ids": []string{first, "1"}})
	if results := gone.body["results"].([]any); results[0].(map[string]any)["success"] != true || results[1].(map[string]any)["success"] != false {
		t.Errorf("dissociate: %s", gone.text)
	}
	if members := r.must("GET", "/accounts/"+first+"/contacts", nil); members.status != 204 {
		t.Errorf("members of the first: %s", members.text)
	}
}

func TestSearchIsExactUnlessStarred(t *testing.T) {
	r := newRig(t)
	account := r.account(map[string]any{"accountName": "Searchable GmbH"})
	ann := r.contact(map[string]any{"lastName": "Smith", "firstName": "Ann", "email": "Ann@searched.example", "accountId": account,
		"cf": map[string]any{"cf_sidelight_link_id": "0190-aaaa"}})
	joann := r.contact(map[string]any{"lastName": "Smithson", "email": "joann@searched.example", "phone": "+1 555 444"})
	cases := map[string][]string{
		"/contacts/search?email=ann@searched.example":                                 {ann},
		"/contacts/search?email=ANN@SEARCHED.example&firstName=ann":                   {ann},
		"/contacts/search?email=jo*@searched.example":                                 {joann},
		"/contacts/search?lastName=smithson":                                          {joann},
		"/contacts/search?fullName=ann%20smith":                                       {ann},
		"/contacts/search?accountName=searchable*":                                    {ann},
		"/contacts/search?accountName=searchable":                                     nil,
		"/contacts/search?customField1=cf_sidelight_link_id:0190-aaaa":                {ann},
		"/contacts/search?id=" + joann:                                                {joann},
		"/contacts/search?_all=joann@*,ann@*&sortBy=-createdTime":                     {joann, ann},
		"/contacts/search?email=nobody@x.example,joann@searched.example":              {joann},
		"/contacts/search?email=jo*.example&firstName=${empty}":                       {joann},
		"/contacts/search?phone=*444":                                                 {joann},
		"/contacts/search?email=an*searched.example&firstName=${notempty}":            {ann},
		"/contacts/search?email=nobody@nowhere.example":                               nil,
		"/accounts/search?accountName=searchable%20GMBH":                              {account},
		"/contacts/search?createdTimeRange=2026-05-04T00:00:00Z,2026-05-05T00:00:00Z": {ann, joann},
	}
	for path, want := range cases {
		a := r.must("GET", path, nil)
		var got []string
		for _, one := range a.rows() {
			got = append(got, one["id"].(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
		if want == nil && a.status != 204 || want != nil && a.body["count"] != float64(len(want)) {
			t.Errorf("%s: %d, count %v", path, a.status, a.body["count"])
		}
	}
	for _, bad := range []string{"from=1000", "limit=101", "lastName=Sm", "lastName=*mith", "_all=x", "customField1=cf_sidelight_link_id:01", "sortBy=email", "shoe=1", "customField1=cf_none:1", "modifiedTimeRange=yesterday", "modifiedTimeRange=2026-05-05T00:00:00Z,2026-05-04T00:00:00Z"} {
		if a := r.call("GET", "/contacts/search?"+bad, nil); a.status != 422 {
			t.Errorf("%s: %d %s", bad, a.status, a.text)
		}
	}
}

func TestSearchByModifiedTimeFindsWhatMoved(t *testing.T) {
	r := newRig(t)
	from := stamp(r.clock.now())
	r.clock.advance(time.Minute)
	id := r.must("GET", "/contacts?limit=1", nil).rows()[0]["id"].(string)
	r.must("PATCH", "/contacts/"+id, map[string]any{"title": "Moved"})
	r.clock.advance(time.Minute)
	window := url.QueryEscape(from + "," + stamp(r.clock.now()))
	got := r.must("GET", "/contacts/search?modifiedTimeRange="+window+"&sortBy=modifiedTime", nil)
	if rows := got.rows(); len(rows) != 1 || rows[0]["id"] != id {
		t.Errorf("got %s", got.text)
	}
	all := r.must("GET", "/contacts/search?limit=100&modifiedTimeRange="+url.QueryEscape("2020-01-01T00:00:00.000Z,"+stamp(r.clock.now())), nil)
	if len(all.rows()) != 60 {
		t.Errorf("the whole span has %d", len(all.rows()))
	}
}

func TestALaggingSearchShowsWhatWas(t *testing.T) {
	r := newRig(t)
	old := r.contact(map[string]any{"lastName": "Before", "email": "old@lag.example"})
	r.clock.advance(time.Minute)
	if err := r.faults.Load([]byte(`[{"kind":"search_lag","seconds":30}]`)); err != nil {
		t.Fatal(err)
	}
	r.must("PATCH", "/contacts/"+old, map[string]any{"lastName": "After", "email": "new@lag.example"})
	made := r.contact(map[string]any{"lastName": "Fresh", "email": "fresh@lag.example"})
	find := func(email string) int { return len(r.must("GET", "/contacts/search?email="+email, nil).rows()) }
	if find("old@lag.example") != 1 || find("new@lag.example") != 0 || find("fresh@lag.example") != 0 {
		t.Error("the index is ahead of its lag")
	}
	if got := r.must("GET", "/contacts/"+made, nil); got.text1("email") != "fresh@lag.example" {
		t.Error("reading by id lags")
	}
	r.clock.advance(31 * time.Second)
	if find("old@lag.example") != 0 || find("new@lag.example") != 1 || find("fresh@lag.example") != 1 {
		t.Error("the index did not catch up")
	}
}
