package desk

import (
	"strings"
	"testing"
	"time"
)

func TestFieldsSayWhatWritesAreCheckedAgainst(t *testing.T) {
	r := newRig(t)
	byName := func(path string) map[string]map[string]any {
		out := map[string]map[string]any{}
		for _, one := range r.must("GET", path, nil).rows() {
			out[one["apiName"].(string)] = one
		}
		return out
	}
	contacts := byName("/fields?module=contacts")
	for name, want := range map[string]struct {
		kind              string
		max               float64
		mandatory, custom bool
	}{
		"lastName":             {"Text", 200, true, false},
		"email":                {"Email", 255, false, false},
		"accountId":            {"LookUp", 19, false, false},
		"cf_customer_tier":     {"Picklist", 100, false, true},
		"cf_sidelight_link_id": {"Text", 64, false, true},
		"cf_newsletter":        {"Boolean", 5, false, true},
		"cf_birthday":          {"Date", 10, false, true},
	} {
		f := contacts[name]
		if f["type"] != want.kind || f["maxLength"] != want.max || f["isMandatory"] != want.mandatory || f["isCustomField"] != want.custom || f["displayLabel"] == "" || f["id"] == "" {
			t.Errorf("%s: %v", name, f)
		}
	}
	if values := contacts["cf_customer_tier"]["pickListValues"].([]any); len(values) != 4 || values[0].(map[string]any)["value"] != "Bronze" {
		t.Errorf("tiers: %v", values)
	}
	accounts := byName("/organizationFields?module=accounts")
	if accounts["annualrevenue"]["type"] != "Currency" || accounts["cf_employees"]["type"] != "Number" || accounts["cf_region"]["type"] != "Picklist" || accounts["code"] == nil {
		t.Errorf("accounts: %v", accounts)
	}
	if a := r.call("GET", "/fields?module=leads", nil); a.status != 422 {
		t.Errorf("unknown module: %d", a.status)
	}
}

func TestAgentsAndProfiles(t *testing.T) {
	r := newRig(t)
	if n := len(r.must("GET", "/agents", nil).rows()); n != 6 {
		t.Errorf("%d agents", n)
	}
	found := r.must("GET", "/agents?searchStr=AGENT@sidelight*&include=profile", nil).rows()
	if len(found) != 1 || found[0]["profile"].(map[string]any)["name"] != "Agent" || found[0]["status"] != "ACTIVE" {
		t.Fatalf("found %v", found)
	}
	one := r.must("GET", "/agents/"+found[0]["id"].(string)+"?include=role", nil)
	if one.text1("profileId") != found[0]["profileId"] || one.text1("zuid") == "" || one.body["role"].(map[string]any)["id"] != one.body["roleId"] {
		t.Errorf("agent: %s", one.text)
	}
	names := []string{}
	for _, p := range r.must("GET", "/profiles", nil).rows() {
		names = append(names, p["name"].(string))
		members := r.must("GET", "/profiles/"+p["id"].(string)+"/agents", nil).rows()
		if len(members) == 0 || members[0]["profileId"] != p["id"] {
			t.Errorf("%s: %v", p["name"], members)
		}
		if got := r.must("GET", "/profiles/"+p["id"].(string), nil); got.text1("name") != p["name"] {
			t.Errorf("profile: %s", got.text)
		}
	}
	if strings.Join(names, ",") != "Support Administrator,Support Manager,Agent,Light Agent" {
		t.Errorf("profiles: %v", names)
	}
	for _, path := range []string{"/agents/1", "/profiles/1", "/profiles/1/agents", "/organizations/1"} {
		if a := r.call("GET", path, nil); a.status != 404 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if orgs := r.must("GET", "/organizations", nil).rows(); len(orgs) != 1 || orgs[0]["id"] != OrgID {
		t.Errorf("organizations: %v", orgs)
	}
}

func TestTicketsCarryTheirContact(t *testing.T) {
	r := newRig(t)
	first := r.must("GET", "/tickets?limit=1", nil).rows()[0]
	got := r.must("GET", "/tickets/"+first["id"].(string)+"?include=contacts,assignee", nil)
	contact := got.body["contact"].(map[string]any)
	if contact["id"] != got.body["contactId"] || contact["lastName"] == nil || contact["account"].(map[string]any)["accountName"] == nil || got.body["assignee"].(map[string]any)["id"] != got.body["assigneeId"] {
		t.Errorf("ticket: %s", got.text)
	}
	account := contact["account"].(map[string]any)["id"].(string)
	for _, path := range []string{"/contacts/" + contact["id"].(string) + "/tickets", "/accounts/" + account + "/tickets"} {
		if rows := r.must("GET", path, nil).rows(); len(rows) == 0 || rows[0]["id"] != first["id"] {
			t.Errorf("%s: %v", path, rows)
		}
	}
	if latest := r.must("GET", "/tickets?sortBy=-modifiedTime&limit=100", nil).rows(); len(latest) != 7 || latest[0]["modifiedTime"].(string) < latest[6]["modifiedTime"].(string) {
		t.Errorf("tickets: %v", latest)
	}
}

func TestTicketsAreWrittenWithChecks(t *testing.T) {
	r := newRig(t)
	known := r.contact(map[string]any{"lastName": "Known", "email": "known@ticket.example", "phone": "1"})
	made := r.must("POST", "/tickets", map[string]any{"subject": "By email", "contact": map[string]any{"lastName": "Other", "email": "KNOWN@ticket.example"}})
	if made.text1("contactId") != known || made.text1("status") != "Open" || made.text1("ticketNumber") == "" {
		t.Errorf("made: %s", made.text)
	}
	fresh := r.must("POST", "/tickets", map[string]any{"subject": "New", "contact": map[string]any{"lastName": "Fresh"}})
	if got := r.must("GET", "/contacts/"+fresh.text1("contactId"), nil); got.text1("lastName") != "Fresh" {
		t.Errorf("the new contact: %s", got.text)
	}
	r.clock.advance(time.Second)
	changed := r.must("PATCH", "/tickets/"+made.text1("id"), map[string]any{"status": "Closed", "priority": nil})
	if changed.text1("status") != "Closed" || changed.text1("modifiedTime") <= made.text1("modifiedTime") {
		t.Errorf("changed: %s", changed.text)
	}
	for name, tc := range map[string]struct {
		method, path string
		body         map[string]any
		status       int
		field        string
	}{
		"no subject":      {"POST", "/tickets", map[string]any{"contactId": known}, 422, "/subject"},
		"nobody":          {"POST", "/tickets", map[string]any{"subject": "X"}, 422, "/contactId"},
		"unknown contact": {"POST", "/tickets", map[string]any{"subject": "X", "contactId": "1"}, 422, "/contactId"},
		"nameless":        {"POST", "/tickets", map[string]any{"subject": "X", "contact": map[string]any{"email": "x@y.example"}}, 422, "/lastName"},
		"unknown status":  {"PATCH", "/tickets/" + made.text1("id"), map[string]any{"status": "Asleep"}, 422, "/status"},
		"unknown field":   {"PATCH", "/tickets/" + made.text1("id"), map[string]any{"mood": "x"}, 422, "'mood'"},
		"unknown ticket":  {"PATCH", "/tickets/1", map[string]any{"status": "Open"}, 404, "URL_NOT_FOUND"},
	} {
		t.Run(name, func(t *testing.T) {
			if a := r.call(tc.method, tc.path, tc.body); a.status != tc.status || !strings.Contains(a.text, tc.field) {
				t.Errorf("got %d %s", a.status, a.text)
			}
		})
	}
}

func TestAnAgentCanBeGivenAnotherProfileOrPutOut(t *testing.T) {
	r := newRig(t)
	agent := r.must("GET", "/agents?searchStr=agent@sidelight.example", nil).rows()[0]["id"].(string)
	light := profileID("Light Agent")
	for body, want := range map[string]int{`{"profileId":"` + light + `"}`: 200, `{"status":"DISABLED"}`: 200, `{"profileId":"1"}`: 422, `{"status":"GONE"}`: 422, `{"email":"x"}`: 400} {
		if got := r.do("POST", "/_sim/agents/"+agent, body, nil); got.status != want {
			t.Errorf("%s: %d %s", body, got.status, got.text)
		}
	}
	if got := r.must("GET", "/agents/"+agent+"?include=profile", nil); got.text1("profileId") != light || got.text1("status") != "DISABLED" {
		t.Errorf("the agent is %s", got.text)
	}
	if n := len(r.must("GET", "/agents", nil).rows()); n != 6 {
		t.Errorf("%d agents", n)
	}
}

func TestAgentsWorkInDepartmentsAndTicketsAreOfThem(t *testing.T) {
	r := newRig(t)
	agent := r.must("GET", "/agents?searchStr=agent@sidelight*", nil).rows()[0]["id"].(string)
	ticket := r.must("GET", "/tickets?limit=1", nil).rows()[0]["id"].(string)
	setup := func(path string, change map[string]any) reply { return r.do("POST", "/_sim/"+path, change, nil) }
	if a := setup("settings", map[string]any{"departments": []string{"Billing"}}); a.status != 200 {
		t.Fatalf("settings: %s", a.text)
	}
	departments := r.must("GET", "/departments", nil).rows()
	if len(departments) != 2 || departments[1]["name"] != "Billing" {
		t.Fatalf("departments: %v", departments)
	}
	support, billing := departments[0]["id"].(string), departments[1]["id"].(string)
	if a := r.must("GET", "/departments/"+billing, nil); a.text1("name") != "Billing" {
		t.Errorf("department: %s", a.text)
	}
	if a := setup("agents/"+agent, map[string]any{"departmentIds": []string{billing}, "rolePermissionType": "AgentPublic", "inTeam": false}); a.status != 200 {
		t.Fatalf("agent: %s", a.text)
	}
	one := r.must("GET", "/agents/"+agent, nil)
	if ids := one.body["associatedDepartmentIds"].([]any); len(ids) != 1 || ids[0] != billing || one.text1("rolePermissionType") != "AgentPublic" {
		t.Errorf("agent: %s", one.text)
	}
	if n := len(r.must("GET", "/agents?departmentIds="+billing, nil).rows()); n != 1 {
		t.Errorf("%d agents in the department", n)
	}
	if teams := r.must("GET", "/agents/"+agent+"/teams", nil).body["teams"].([]any); len(teams) != 0 {
		t.Errorf("teams: %v", teams)
	}
	setup("agents/"+agent, map[string]any{"inTeam": true})
	if teams := r.must("GET", "/agents/"+agent+"/teams", nil).body["teams"].([]any); len(teams) != 1 || teams[0].(map[string]any)["id"] != teamID {
		t.Errorf("teams: %v", teams)
	}
	if a := setup("tickets/"+ticket, map[string]any{"departmentId": billing, "sharedWith": []string{support}}); a.status != 200 {
		t.Fatalf("ticket: %s", a.text)
	}
	r.must("PATCH", "/tickets/"+ticket, map[string]any{"teamId": teamID, "assigneeId": nil})
	got := r.must("GET", "/tickets/"+ticket+"?include=departments", nil)
	shared := got.body["sharedDepartments"].([]any)
	if got.text1("departmentId") != billing || len(shared) != 1 || shared[0].(map[string]any)["id"] != support || got.text1("teamId") != teamID ||
		got.body["assigneeId"] != nil || got.body["department"].(map[string]any)["name"] != "Billing" {
		t.Errorf("ticket: %s", got.text)
	}
	contact := got.text1("contactId")
	if a := r.call("POST", "/tickets", map[string]any{"subject": "Help", "contactId": contact}); a.status != 422 || !strings.Contains(a.text, "/departmentId") {
		t.Errorf("a ticket of no department: %d %s", a.status, a.text)
	}
	for path, change := range map[string]map[string]any{
		"agents/" + agent:   {"departmentIds": []string{"1"}},
		"tickets/" + ticket: {"sharedWith": []string{"1"}},
		"agents/1":          {"inTeam": true},
		"tickets/1":         {"departmentId": billing},
	} {
		if a := setup(path, change); a.status < 400 {
			t.Errorf("%s %v: %d", path, change, a.status)
		}
	}
	if a := setup("agents/"+agent, map[string]any{"rolePermissionType": "Everything"}); a.status < 400 {
		t.Errorf("a permission that Desk does not have: %d", a.status)
	}
	if a := r.call("GET", "/agents/1/teams", nil); a.status != 404 {
		t.Errorf("teams of nobody: %d", a.status)
	}
}
