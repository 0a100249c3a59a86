package desk

import (
	"strings"
	"testing"
	"time"
)

// set changes settings, which must be taken.
func (r *rig) set(body string) {
	r.Helper()
	if got := r.do("POST", "/_sim/settings", body, nil); got.status != 200 {
		r.Fatalf("settings %s: %d %s", body, got.status, got.text)
	}
}

func (r *rig) fields(path string) map[string]map[string]any {
	r.Helper()
	out := map[string]map[string]any{}
	for _, one := range r.must("GET", path, nil).rows() {
		out[one["apiName"].(string)] = one
	}
	return out
}

func TestAnAdministratorMakesWhatTheyWantOfFields(t *testing.T) {
	r := newRig(t)
	id := r.contact(map[string]any{"lastName": "Before", "title": "Boss", "phone": "1"})
	r.set(`{"fields":{"contacts":{"title":{"hidden":true},"phone":{"readOnly":true},"city":{"length":5},"mobile":{"required":true},
		"cf_customer_tier":{"restricted":false},"cf_hobbies":{"type":"Multiselect","label":"Hobbies","values":[{"value":"chess"},{"value":"go","label":"Go, the game"}]}}}}`)
	told := r.fields("/fields?module=contacts")
	if told["title"] != nil || told["city"]["maxLength"] != float64(5) || told["mobile"]["isMandatory"] != true || told["cf_hobbies"]["displayLabel"] != "Hobbies" {
		t.Errorf("told: %v", told)
	}
	if one := r.must("GET", "/fields/"+told["cf_hobbies"]["id"].(string), nil); one.text1("apiName") != "cf_hobbies" || len(one.body["pickListValues"].([]any)) != 2 {
		t.Errorf("one field: %s", one.text)
	}
	if _, shown := r.must("GET", "/contacts/"+id, nil).body["title"]; shown {
		t.Error("a hidden field is shown")
	}
	for name, tc := range map[string]struct {
		body map[string]any
		want string
	}{
		"hidden":     {map[string]any{"title": "X"}, "'title'"},
		"read only":  {map[string]any{"phone": "2"}, `"/phone"`},
		"too long":   {map[string]any{"city": "Trieste"}, `"/city"`},
		"required":   {map[string]any{"mobile": ""}, `"/mobile"`},
		"no choice":  {map[string]any{"cf": map[string]any{"cf_hobbies": "chess;skat"}}, `"/cf/cf_hobbies"`},
		"no creator": {map[string]any{"lastName": "New"}, `"/mobile"`},
	} {
		method, path := "PATCH", "/contacts/"+id
		if name == "no creator" {
			method, path = "POST", "/contacts"
		}
		if a := r.call(method, path, tc.body); a.status != 422 || !strings.Contains(a.text, tc.want) {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	got := r.must("PATCH", "/contacts/"+id, map[string]any{"cf": map[string]any{"cf_hobbies": "go;chess", "cf_customer_tier": "Tin"}}).body["cf"].(map[string]any)
	if got["cf_hobbies"] != "go;chess" || got["cf_customer_tier"] != "Tin" {
		t.Errorf("kept: %v", got)
	}
	for _, bad := range []string{`{"fields":{"leads":{}}}`, `{"fields":{"contacts":{"shoe":{}}}}`, `{"fields":{"contacts":{"cf_new":{}}}}`, `{"fields":{"contacts":{"title":{"type":"Text"}}}}`,
		`{"rules":[{"object":"contacts","field":"title","matches":"(","text":"x"}]}`, `{"rules":[{"object":"contacts"}]}`, `{"blanks":"maybe"}`, `{"orgId":"x"}`} {
		if a := r.do("POST", "/_sim/settings", bad, nil); a.status != 400 {
			t.Errorf("%s: %d", bad, a.status)
		}
	}
}

func TestAValidationRuleRefusesInItsOwnWords(t *testing.T) {
	r := newRig(t)
	id := r.contact(map[string]any{"lastName": "Ruled"})
	r.set(`{"rules":[{"object":"contacts","field":"title","matches":"^Rule","text":"Job titles must come from the HR list (rule HR-12)."},
		{"object":"contacts","field":"city","matches":"Atlantis","text":"No such city.","unnamed":true}]}`)
	if a := r.call("PATCH", "/contacts/"+id, map[string]any{"title": "Rule Breaker"}); a.status != 422 || !strings.Contains(a.text, "rule HR-12") || !strings.Contains(a.text, `"/title"`) {
		t.Errorf("named: %d %s", a.status, a.text)
	}
	if a := r.call("POST", "/contacts", map[string]any{"lastName": "A", "city": "Atlantis"}); a.code() != "UNPROCESSABLE_ENTITY" || a.text1("message") != "No such city." {
		t.Errorf("unnamed: %d %s", a.status, a.text)
	}
	r.must("PATCH", "/contacts/"+id, map[string]any{"title": "Keeper of the rules"})
	many := r.must("POST", "/contacts/updateMany", map[string]any{"fieldName": "title", "fieldValue": "Rule 1", "ids": []string{id, "1"}})
	results := many.body["results"].([]any)
	if told := results[0].(map[string]any)["errors"].(map[string]any); told["errorMessage"] != "Job titles must come from the HR list (rule HR-12)." || told["httpCode"] != "422" {
		t.Errorf("of many: %s", many.text)
	}
}

func TestOneRecordCanFail(t *testing.T) {
	r := newRig(t)
	id, other := r.contact(map[string]any{"lastName": "Fails"}), r.contact(map[string]any{"lastName": "Passes"})
	if err := r.faults.Load([]byte(`[{"kind":"record_fail","on":"` + id + `","status":422,"body":{"errorCode":"INVALID_DATA","message":"m","errors":[{"fieldName":"/title","errorType":"invalid","errorMessage":"not today"}]}}]`)); err != nil {
		t.Fatal(err)
	}
	if a := r.call("PATCH", "/contacts/"+id, map[string]any{"title": "X"}); a.status != 422 || !strings.Contains(a.text, "not today") {
		t.Errorf("got %d %s", a.status, a.text)
	}
	many := r.must("POST", "/contacts/updateMany", map[string]any{"fieldName": "title", "fieldValue": "Y", "isCustomField": false, "ids": []string{id, other}})
	results := many.body["results"].([]any)
	if results[0].(map[string]any)["success"] != false || results[1].(map[string]any)["success"] != true || r.must("GET", "/contacts/"+other, nil).text1("title") != "Y" {
		t.Errorf("of many: %s", many.text)
	}
	if err := r.faults.Load([]byte(`[{"kind":"record_fail","on":"contacts","code":"INVALID_DATA","message":"no more than one","fields":["title"],"above":1,"contains":"Z"}]`)); err != nil {
		t.Fatal(err)
	}
	r.must("PATCH", "/contacts/"+id, map[string]any{"title": "Z"})
	many = r.must("POST", "/contacts/updateMany", map[string]any{"fieldName": "title", "fieldValue": "Z2", "ids": []string{id, other}})
	if told, _ := many.body["results"].([]any)[1].(map[string]any)["errors"].(map[string]any); told["errorMessage"] != "no more than one" {
		t.Errorf("above one: %s", many.text)
	}
}

func TestSpamLeavesTheListsButNotTheDesk(t *testing.T) {
	r := newRig(t)
	account := r.account(map[string]any{"accountName": "Spammed"})
	id := r.contact(map[string]any{"lastName": "Spammer", "accountId": account})
	r.must("POST", "/contacts/markSpam", map[string]any{"ids": []string{id}, "isSpam": true})
	count := func(path string) int { return len(r.must("GET", path, nil).rows()) }
	if count("/contacts?limit=100") != 60 || count("/contacts?limit=100&isSpam=true") != 1 || count("/accounts/"+account+"/contacts") != 0 || count("/accounts/"+account+"/contacts?isSpam=true") != 1 {
		t.Error("the lists show the wrong ones")
	}
	for set, want := range map[string]int{`{"spamFound":true}`: 200, `{"spamFound":false}`: 204} {
		r.settings(set)
		if got := r.call("GET", "/contacts/search?lastName=Spammer", nil); got.status != want {
			t.Errorf("%s: a search answers %d", set, got.status)
		}
	}
	if got := r.must("GET", "/contacts/"+id, nil); got.body["isSpam"] != true || got.body["isTrashed"] != false {
		t.Errorf("by id: %s", got.text)
	}
	if got := r.do("POST", "/_sim/contacts/"+id, `{"isAnonymous":true}`, nil); got.body["isAnonymous"] != true {
		t.Errorf("anonymous: %s", got.text)
	}
	if a := r.call("POST", "/contacts/markSpam", map[string]any{"ids": []string{id}}); a.status != 422 {
		t.Errorf("without isSpam: %d", a.status)
	}
	r.must("POST", "/contacts/markSpam", map[string]any{"ids": []string{id}, "isSpam": false})
	if count("/contacts?limit=100") != 61 {
		t.Error("it did not come back")
	}
}

func TestASecondEmailIsTakenToo(t *testing.T) {
	r := newRig(t)
	r.set(`{"uniqueEmail":true}`)
	r.contact(map[string]any{"lastName": "A", "email": "a@second.example", "secondaryEmail": "b@second.example"})
	for _, body := range []map[string]any{{"email": "B@second.example"}, {"secondaryEmail": "a@second.example"}, {"secondaryEmail": "b@second.example"}} {
		body["lastName"] = "Other"
		if a := r.call("POST", "/contacts", body); a.status != 422 || !strings.Contains(a.text, "duplicate") {
			t.Errorf("%v: %d %s", body, a.status, a.text)
		}
	}
}

func TestAnotherOrganizationBehindTheSameCredentials(t *testing.T) {
	r := newRig(t)
	r.set(`{"orgId":"800000002"}`)
	if a := r.call("GET", "/contacts", nil); a.status != 403 || a.code() != "OAUTH_ORG_MISMATCH" {
		t.Errorf("the former: %d %s", a.status, a.text)
	}
	if orgs := r.do("GET", "/api/v1/organizations", nil, map[string]string{"Authorization": "Zoho-oauthtoken " + r.token}); orgs.rows()[0]["id"] != "800000002" {
		t.Errorf("organizations: %s", orgs.text)
	}
}

func TestRewindBringsBackADay(t *testing.T) {
	r := newRig(t)
	old := r.contact(map[string]any{"lastName": "Old", "title": "Then"})
	trashed := r.contact(map[string]any{"lastName": "Trashed"})
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{trashed}})
	r.clock.advance(20 * time.Minute)
	r.must("PATCH", "/contacts/"+old, map[string]any{"title": "Now"})
	r.must("POST", "/recycleBin/restore", map[string]any{"ids": []string{trashed}})
	made := r.contact(map[string]any{"lastName": "Made since"})
	r.clock.advance(time.Minute)
	if got := r.do("POST", "/_sim/rewind", `{"hours":0.25}`, nil); got.status != 200 || got.body["contacts"] != float64(3) {
		t.Fatalf("rewind: %d %s", got.status, got.text)
	}
	if r.must("GET", "/contacts/"+old, nil).text1("title") != "Then" || r.call("GET", "/contacts/"+made, nil).status != 404 || r.must("GET", "/contacts/"+trashed, nil).body["isTrashed"] != true {
		t.Error("it is not what was then")
	}
	if next := r.contact(map[string]any{"lastName": "Next"}); next <= made {
		t.Errorf("the id %s was given before", next)
	}
	if a := r.do("POST", "/_sim/rewind", `{}`, nil); a.status != 400 {
		t.Errorf("to nowhere: %d", a.status)
	}
}

func TestWhereSourcesDisagreeASettingDecides(t *testing.T) {
	r := newRig(t)
	id := r.contact(map[string]any{"lastName": "Both", "city": "Ulm", "email": "both@ways.example", "country": strings.Repeat("y", 90)})
	patch := func(body map[string]any) int { return r.call("PATCH", "/contacts/"+id, body).status }
	for _, tc := range []struct {
		set  string
		body map[string]any
		want int
	}{
		{`{"blanks":"either"}`, map[string]any{"city": nil, "email": "", "title": ""}, 200},
		{`{"blanks":"documented"}`, map[string]any{"city": nil}, 422},
		{`{"blanks":"documented"}`, map[string]any{"email": ""}, 422},
		{`{"blanks":"documented"}`, map[string]any{"cf": map[string]any{"cf_customer_tier": nil}}, 422},
		{`{"blanks":"documented"}`, map[string]any{"city": "", "email": nil, "firstName": "", "cf": map[string]any{"cf_customer_tier": ""}}, 200},
		{`{"blanks":"null"}`, map[string]any{"city": ""}, 422},
		{`{"blanks":"null"}`, map[string]any{"city": nil}, 200},
		{`{"blanks":"either","strictValues":false}`, map[string]any{"phone": "(555) 1", "zip": "SW1A", "email": "a..b@c_d.example", "cf": map[string]any{"cf_newsletter": true}}, 200},
		{`{"strictValues":true}`, map[string]any{"phone": "(555) 1"}, 422},
		{`{"strictValues":true}`, map[string]any{"zip": "SW1A"}, 422},
		{`{"strictValues":true}`, map[string]any{"email": "a..b@c.example"}, 422},
		{`{"strictValues":true}`, map[string]any{"email": "a@c_d.example"}, 422},
		{`{"strictValues":true}`, map[string]any{"cf": map[string]any{"cf_newsletter": true}}, 422},
		{`{"strictValues":true}`, map[string]any{"cf": map[string]any{"cf_newsletter": "true"}, "zip": "123", "phone": "+1 555"}, 200},
	} {
		r.set(tc.set)
		if got := patch(tc.body); got != tc.want {
			t.Errorf("%s %v: %d, want %d", tc.set, tc.body, got, tc.want)
		}
	}
	if a := r.call("POST", "/contacts", map[string]any{"lastName": "Long", "city": strings.Repeat("x", 101)}); a.status != 422 {
		t.Errorf("too long for a create: %d", a.status)
	}
	if a := r.call("POST", "/accounts", map[string]any{"accountName": "A", "website": "www.zylker.com", "annualrevenue": "-1"}); a.status != 422 || !strings.Contains(a.text, "/annualrevenue") {
		t.Errorf("strictly not below zero: %d %s", a.status, a.text)
	}

	keys := func() (list, old bool) {
		_, list = r.fields("/fields?module=contacts&apiNames=type")["type"]["pickListValues"]
		_, old = r.fields("/fields?module=contacts&apiNames=type")["type"]["allowedValues"]
		return
	}
	for set, want := range map[string][2]bool{"pickListValues": {true, false}, "allowedValues": {false, true}, "none": {false, false}} {
		r.set(`{"picklists":"` + set + `"}`)
		if list, old := keys(); list != want[0] || old != want[1] {
			t.Errorf("%s: pickListValues %v, allowedValues %v", set, list, old)
		}
	}
	for path, name := range map[string]string{"/contacts/search?id=" + id: "searchRows", "/contacts/contactsByIds?ids=" + id: "byIds"} {
		r.set(`{"searchRows":"whole","byIds":"whole"}`)
		if row := r.must("GET", path, nil).rows()[0]; row["cf"] == nil || row["modifiedTime"] == nil {
			t.Errorf("%s whole: %v", name, row)
		}
		r.set(`{"` + name + `":"listed"}`)
		if row := r.must("GET", path, nil).rows()[0]; row["cf"] != nil || row["modifiedTime"] != nil {
			t.Errorf("%s listed: %v", name, row)
		}
	}
	r.set(`{"strictValues":false,"defaultOwner":false,"oldModifiedTime":false,"millisecondTimes":true}`)
	made := r.must("POST", "/contacts", map[string]any{"lastName": "Nobody's"})
	r.clock.advance(1500 * time.Millisecond)
	changed := r.must("PATCH", "/contacts/"+made.text1("id"), map[string]any{"title": "X"})
	if made.body["ownerId"] != nil || !strings.HasSuffix(changed.text1("modifiedTime"), ":18.500Z") {
		t.Errorf("owner %v, changed %s", made.body["ownerId"], changed.text1("modifiedTime"))
	}
	for set, want := range map[string][2]int{"": {204, 204}, "module": {204, 422}, "moduleId": {422, 204}} {
		r.set(`{"binModule":"` + set + `"}`)
		if a, b := r.call("GET", "/recycleBin?module=contacts", nil).status, r.call("GET", "/recycleBin?moduleId="+moduleIDs["contacts"], nil).status; a != want[0] || b != want[1] {
			t.Errorf("binModule %q: %d and %d", set, a, b)
		}
	}
}
