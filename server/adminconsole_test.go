package server

import (
	"fmt"
	"net/http"
	"strings"
)

// looks uses what the console has beside the settings: checks, samples, days, a profile's own view,
// and the link that a person makes where the match cannot tell.
func (a *admin) looks() {
	problems := list(a.do(`{checkFieldMappings(object:CONTACT,mappings:[{desk:"lastName",salesforce:"LastName",rule:TWO_WAY},{desk:"nothing",salesforce:"Title",rule:TWO_WAY}]){severity code desk}}`))
	if last := len(problems) - 1; last < 0 || dig(problems[last], "severity") != "ERROR" || dig(problems[last], "desk") != "nothing" {
		a.t.Errorf("a mapping of a field that is not there: %v", problems)
	}
	samples := map[any]int{}
	for _, s := range list(a.do(`{fieldSamples(side:DESK,object:CONTACT){field values}}`)) {
		samples[dig(s, "field")] = len(list(dig(s, "values")))
	}
	if samples["lastName"] == 0 || samples["lastName"] > 3 {
		a.t.Errorf("samples: %v", samples)
	}
	days := list(a.do(`{activity(days:3){day changed failed deskCalls salesforceCalls}}`))
	if len(days) != 3 {
		a.t.Fatalf("three days: %v", days)
	}
	if changed, _ := dig(days[2], "changed").(float64); changed == 0 {
		a.t.Errorf("nothing was changed today: %v", days)
	}
	a.refused("BAD_USER_INPUT", `{activity(days:0){day}}`)

	profile, _ := dig(list(a.do(`{profiles{id}}`))[0], "id").(string)
	view := a.do(`mutation($id:ID!){viewAs(profileId:$id){token expiresAt}}`, "id", profile)
	token, _ := dig(view, "token").(string)
	if got := a.ask(token, `{viewer{scope}}`); got.data("viewer", "scope") != "AGENT" {
		a.t.Errorf("looking as a profile: %s", got.text)
	}
	if got := a.ask(token, `{profiles{id}}`); got.data("profiles") != nil || !strings.Contains(got.text, "accessDenied") {
		a.t.Errorf("who looks as a profile is an admin: %s", got.text)
	}
	a.refused("NOT_FOUND", `mutation{viewAs(profileId:"nobody"){token}}`)

	out := a.harness.outside()
	made := func(last string) string {
		id, _ := a.harness.salesforce(out, http.MethodPost, "/sobjects/Contact", map[string]any{"LastName": last, "Email": "twins@link.example"})["id"].(string)
		return id
	}
	made("Linkwood")
	second := made("Linkman")
	desk, _ := a.harness.desk(out, http.MethodPost, "/contacts", map[string]any{"lastName": "Linkable", "email": "twins@link.example"})["id"].(string)
	a.soon("the contact that cannot be told apart is a failure", func() bool {
		got := list(dig(a.do(`{failures(filter:{resolved:false},first:100){nodes{recordId code}}}`), "nodes"))
		for _, one := range got {
			if dig(one, "recordId") == desk {
				return true
			}
		}
		return false
	})
	a.refused("BAD_USER_INPUT", `{linkCandidates(search:"x"){salesforceId}}`)
	if got := list(a.do(`{linkCandidates(search:"Linkm"){salesforceId name}}`)); len(got) != 1 || dig(got[0], "salesforceId") != second {
		a.t.Errorf("candidates: %v", got)
	}
	link := a.do(fmt.Sprintf(`mutation{linkContact(deskId:%q,salesforceId:%q){deskId salesforceId matchedBy}}`, desk, second))
	if dig(link, "matchedBy") != "admin" || dig(link, "deskId") != desk {
		a.t.Errorf("linked: %v", link)
	}
	a.refused("CONFLICT", fmt.Sprintf(`mutation{linkContact(deskId:%q,salesforceId:%q){deskId}}`, desk, second))
}
