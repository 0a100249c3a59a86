package server

import (
	"strings"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestAnAgentListsEverybodyOnlyWhereTheProfileMay(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t))
	r := h.serve(h.connected)
	r.synced()
	agent, admin := r.token(models.ScopeAgent, "Agent"), r.token(models.ScopeAdmin, "")
	lists := map[string]string{"contacts": `{contacts{totalCount}}`, "accounts": `{accounts(filter:{search:"a"}){totalCount}}`, "opportunities": `{opportunities{totalCount}}`, "pipeline": `{pipeline(groupBy:STAGE){key}}`}
	for name, query := range lists {
		if got := r.ask(agent, query); got.data(name) != nil || !strings.Contains(got.text, `{"field":"Query.`+name+`","needs":"LISTS"}`) {
			t.Errorf("%s of a new installation: %s", name, got.text)
		}
		if got := r.ask(admin, query); got.data(name) == nil {
			t.Errorf("%s of an admin: %s", name, got.text)
		}
	}
	card := `{customer(by:{deskTicketId:"` + firstTicket(t, r) + `"}){contact{name account{contacts{nodes{name}} opportunities{nodes{name}}}}}}`
	if got := r.ask(agent, card); got.data("customer", "contact", "account", "contacts") == nil || strings.Contains(got.text, "accessDenied") {
		t.Errorf("a card: %s", got.text)
	}
	if got := r.ask(agent, `{__type(name:"Query"){fields{name}}}`); strings.Contains(got.text, `"contacts"`) || !strings.Contains(got.text, `"customer"`) {
		t.Errorf("an agent's schema: %s", got.text)
	}
	// A dashboard is there for lists, whichever profile it has.
	profile := r.policy.Profile("Agent").ID
	made := r.ask(admin, `mutation($p:ID){createServiceToken(input:{name:"reports",profileId:$p}){token}}`, "p", profile)
	dashboard, _ := made.data("createServiceToken", "token").(string)
	if got := r.ask(dashboard, lists["contacts"]); got.data("contacts", "totalCount") == nil {
		t.Errorf("a dashboard: %s", got.text)
	}
	for _, on := range []bool{true, false} {
		if got := r.ask(admin, `mutation($p:ID!,$on:Boolean){setProfilePermission(profileId:$p,permission:{lists:$on}){permission{lists}}}`, "p", profile, "on", on); got.data("setProfilePermission", "permission", "lists") != on {
			t.Fatalf("the switch: %s", got.text)
		}
		for name, query := range lists {
			if got := r.ask(agent, query); (got.data(name) != nil) != on {
				t.Errorf("%s with the switch %t: %s", name, on, got.text)
			}
		}
	}
}
