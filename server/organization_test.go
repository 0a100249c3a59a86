package server

import (
	"net/http"
	"strings"
)

// swaps meets another organization behind Salesforce's credentials, connects it knowingly, and
// takes it as new.
func (a *admin) swaps() {
	const other, reasons = "00D000000000002EAA", `{integration{status reason reasonCode salesforce{organization}}}`
	a.refused("CONFLICT", `mutation($c:String!){takeOrganization(side:SALESFORCE,confirm:$c){status}}`, "c", "new")
	a.harness.vendor(http.MethodPost, a.harness.vendors.SalesforceURL+"/_sim/settings", map[string]any{"orgId": other})
	var got any
	a.soon("the other organization is named", func() bool {
		got = a.do(reasons)
		return dig(got, "status") == "BROKEN" && dig(got, "reasonCode") == "OTHER_ORGANIZATION"
	})
	if reason, _ := dig(got, "reason").(string); !strings.Contains(reason, other) || !strings.Contains(reason, "take this one as new") {
		a.t.Errorf("the reason: %s", reason)
	}
	// Its consent is accepted, and nothing of it is read before the admin has chosen.
	if problem := a.consent(dig(a.do(strings.Replace(connectSalesforce, "%s", a.harness.vendors.SalesforceURL, 1), "s", "demo-secret"), "authorizeUrl"), "<form", true); problem != "" {
		a.t.Fatal(problem)
	}
	if got := a.do(reasons); dig(got, "status") != "BROKEN" || dig(got, "reasonCode") != "OTHER_ORGANIZATION" {
		a.t.Errorf("connected to the other one: %v", got)
	}
	a.refused("CONFLICT", "mutation{resumeSync{status}}")
	for _, wrong := range []string{"", "New", "delete"} {
		a.refused("BAD_USER_INPUT", `mutation($c:String!){takeOrganization(side:SALESFORCE,confirm:$c){status}}`, "c", wrong)
	}
	if got := a.do(`mutation{takeOrganization(side:SALESFORCE,confirm:"new"){status reasonCode counts{linkedContacts}}}`); dig(got, "status") != "READY" || dig(got, "reasonCode") != nil || dig(got, "counts", "linkedContacts") != 0.0 {
		a.t.Errorf("taken as new: %v", got)
	}
	a.do("mutation{startSync{id}}")
	a.soon("it is active with the other one", func() bool {
		got := a.do(integration)
		return dig(got, "status") == "ACTIVE" && dig(got, "counts", "pending") == 0.0
	})
	entry := a.do(`{auditLog(first:2){nodes{action detail}}}`)
	if nodes := list(dig(entry, "nodes")); len(nodes) != 2 || dig(nodes[1], "action") != "takeOrganization" || dig(nodes[1], "detail", "organization") != other {
		a.t.Errorf("the audit: %v", entry)
	}
}
