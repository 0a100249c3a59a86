package zohodesk

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"sidelight/models"
)

func TestAgentsAreListedWithTheirProfiles(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) { c.PageSize = 3 }})
	told := r.agents()
	all, err := r.Agents(r.Context())
	if err != nil || len(all) != len(told) || len(all) < 4 {
		t.Fatalf("%d of %d agents, %v", len(all), len(told), err)
	}
	profiles := map[string]int{}
	for i, a := range all {
		if a.ID != told[i]["id"] || a.Email != told[i]["emailId"] || a.Name == "" || a.ProfileName == "" || !a.Active {
			t.Errorf("%+v is not %v", a, told[i])
		}
		profiles[a.ProfileID]++
		for _, form := range []string{a.Email, " " + strings.ToUpper(a.Email)} {
			if found, err := r.AgentByEmail(r.Context(), form); err != nil || !reflect.DeepEqual(found, a) {
				t.Errorf("%q: %+v, %v", form, found, err)
			}
		}
	}
	for id, n := range profiles {
		of, err := r.AgentsOf(r.Context(), id)
		if err != nil || len(of) != n {
			t.Errorf("profile %s: %d of %d agents, %v", id, len(of), n, err)
		}
	}
	for _, no := range []string{"", "nobody@sidelight.example", "@", all[0].Email[1:]} {
		if a, err := r.AgentByEmail(r.Context(), no); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%q: %+v, %v", no, a, err)
		}
	}
	for _, no := range []string{"", "1", "../agents"} {
		if _, err := r.AgentsOf(r.Context(), no); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("profile %q: %v", no, err)
		}
	}
}

func TestAContactsAccountsAreTiedAndUntied(t *testing.T) {
	r := newRig(t, options{config: func(c *Config) { c.PageSize = 3 }})
	var accounts []string
	for _, name := range []string{"A", "B", "C", "D"} {
		accounts = append(accounts, r.raw("POST", "/api/v1/accounts", map[string]any{"accountName": name})["id"].(string))
	}
	id := r.contact(map[string]any{"lastName": "Tied"})
	tied := func() (out []string, primary string) {
		t.Helper()
		list, err := r.Associations(r.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			out = append(out, one.AccountName)
			if one.Primary {
				primary += one.AccountName
			}
		}
		return out, primary
	}
	if got, primary := tied(); len(got) != 0 || primary != "" {
		t.Errorf("%v, %s", got, primary)
	}
	for range 2 { // a second time changes nothing
		if err := r.Associate(r.Context(), id, accounts...); err != nil {
			t.Fatal(err)
		}
		if got, primary := tied(); !slices.Equal(got, []string{"A", "B", "C", "D"}) || primary != "A" {
			t.Errorf("%v, primary %s", got, primary)
		}
	}
	if v := r.read(models.ContactObject, id, "accountId").Values["accountId"].String(); v != accounts[0] {
		t.Errorf("the primary account is not the contact's: %s", v)
	}
	if err := r.Dissociate(r.Context(), id, accounts[0], accounts[2]); err != nil {
		t.Fatal(err)
	}
	if got, primary := tied(); !slices.Equal(got, []string{"B", "D"}) || primary != "" {
		t.Errorf("%v, primary %s", got, primary)
	}
	if err := r.Associate(r.Context(), id, accounts[2], "7000000099999999"); models.CodeOf(err) != models.CodeParentMissing {
		t.Errorf("an account that is not there: %v", err)
	}
	if err := r.Dissociate(r.Context(), id, accounts[0]); models.CodeOf(err) != models.CodeParentMissing {
		t.Errorf("one that is not tied: %v", err)
	}
	for _, no := range []string{"", "7000000099999999", "../accounts"} {
		if _, err := r.Associations(r.Context(), no); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("accounts of %q: %v", no, err)
		}
		if err := r.Associate(r.Context(), no, accounts[0]); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("tying %q: %v", no, err)
		}
	}
	before := r.calls()["POST /api/v1/contacts/{id}/associateAccounts"]
	if err := r.Associate(r.Context(), id); err != nil || r.calls()["POST /api/v1/contacts/{id}/associateAccounts"] != before {
		t.Errorf("nothing to tie: %v", err)
	}
	r.faults(`[{"endpoint":"POST /api/v1/contacts/*/associateAccounts","kind":"drop_after","times":1}]`)
	if err := r.Associate(r.Context(), id, accounts[0]); models.CodeOf(err) != models.CodeUnknownOutcome || !models.MayRetry(err) {
		t.Errorf("a lost answer: %v", err)
	}
	if err := r.Associate(r.Context(), id, accounts[0]); err != nil {
		t.Errorf("once more: %v", err)
	}
}

func TestWhoWorksOnATicketAndWhatAnAgentSeesAreRead(t *testing.T) {
	r := newRig(t, options{})
	agent := r.agents()[1]["id"].(string)
	tickets, err := r.Tickets(r.Context(), 1)
	if err != nil || len(tickets) != 1 {
		t.Fatalf("%+v, %v", tickets, err)
	}
	r.raw("POST", "/_sim/settings", map[string]any{"departments": []string{"Billing"}})
	departments := r.raw("GET", "/api/v1/departments", nil)["data"].([]any)
	support, billing := departments[0].(map[string]any)["id"].(string), departments[1].(map[string]any)["id"].(string)
	teams, err := r.AgentTeams(r.Context(), agent)
	if err != nil || len(teams) != 1 {
		t.Fatalf("teams: %v, %v", teams, err)
	}
	r.raw("POST", "/_sim/agents/"+agent, map[string]any{"departmentIds": []string{support, billing}, "rolePermissionType": "AgentPublic", "inTeam": false})
	r.raw("POST", "/_sim/tickets/"+tickets[0].ID, map[string]any{"departmentId": billing, "sharedWith": []string{support}})
	r.raw("PATCH", "/api/v1/tickets/"+tickets[0].ID, map[string]any{"assigneeId": agent, "teamId": teams[0]})
	a, err := r.Agent(r.Context(), agent)
	if err != nil || !slices.Equal(a.Departments, []string{support, billing}) || a.Tickets != models.TicketsOfDepartments {
		t.Errorf("%+v, %v", a, err)
	}
	got, err := r.Ticket(r.Context(), tickets[0].ID)
	if err != nil || got.DepartmentID != billing || !slices.Equal(got.SharedWith, []string{support}) || got.AssigneeID != agent || got.TeamID != teams[0] {
		t.Errorf("%+v, %v", got, err)
	}
	if none, err := r.AgentTeams(r.Context(), agent); err != nil || len(none) != 0 {
		t.Errorf("teams of who is in none: %v, %v", none, err)
	}
	if _, err := r.AgentTeams(r.Context(), "../teams"); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("a path for an id: %v", err)
	}
}
