package zohodesk

import (
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
			if found, err := r.AgentByEmail(r.Context(), form); err != nil || found != a {
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
