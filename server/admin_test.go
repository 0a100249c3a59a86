package server

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sidelight/models"
)

// admin is an admin with the API, a browser, and a note of which of the API's entrances were used.
type admin struct {
	*replica
	harness *harness
	token   string
	browser *browser
	used    map[string]bool
	said    strings.Builder // every answer
}

var entrance = regexp.MustCompile(`^(?:query|mutation)?(?:\([^)]*\))?\s*\{\s*(\w+)`)

// do asks and expects no error; the answer is that of the operation's one field.
func (a *admin) do(query string, variables ...any) any {
	a.t.Helper()
	got, field := a.try(query, variables...)
	if got.body["errors"] != nil || got.status != http.StatusOK {
		a.t.Fatalf("%s: %d %s", query, got.status, got.text)
	}
	return got.data(field)
}

func (a *admin) try(query string, variables ...any) (answered, string) {
	a.t.Helper()
	field := entrance.FindStringSubmatch(query)[1]
	a.used[field] = true
	got := a.ask(a.token, query, variables...)
	a.said.WriteString(got.text)
	return got, field
}

// refused asks what must be refused with the code, and answers the message.
func (a *admin) refused(code, query string, variables ...any) string {
	a.t.Helper()
	got, _ := a.try(query, variables...)
	if got.code() != code {
		a.t.Errorf("%s: %d %s", query, got.status, got.text)
		return ""
	}
	return dig(got.body["errors"].([]any)[0], "message").(string)
}

func list(v any) []any { out, _ := v.([]any); return out }

// consent goes from authorizeUrl through the vendor's page and back, and answers the problem that
// the console is told, "" for none.
func (a *admin) consent(authorize any, form string, approve bool) string {
	a.t.Helper()
	back := a.browser.follow(a.browser.submit(a.browser.get(authorize.(string)), form, approve))
	to, err := url.Parse(back.location)
	must(a.t, err)
	if back.status != http.StatusSeeOther || to.Path != "/console" {
		a.t.Fatalf("the vendor's page led to %d %s", back.status, back.location)
	}
	return to.Query().Get("problem")
}

const (
	connectSalesforce = `mutation($s:String!){connectSalesforce(input:{loginUrl:"%s",clientId:"demo",clientSecret:$s}){authorizeUrl integration{status}}}`
	connectDesk       = `mutation($s:String!){connectDesk(input:{orgId:"700000001",clientId:"demo",clientSecret:$s}){authorizeUrl}}`
	integration       = `{integration{status reason salesforce{connected host organization connectedAt problem checks{name ok detail}} desk{connected host organization problem checks{name ok detail}}
		direction conflictPolicy deletePolicy historyDays progress{phase} counts{pending linkedContacts openFailures openConflicts} apiBudgets{side used limit} pausedAt lastSyncedAt lagSeconds}}`
)

func (a *admin) connect() {
	a.t.Helper()
	if problem := a.consent(dig(a.do(fmt.Sprintf(connectSalesforce, a.harness.vendors.SalesforceURL), "s", "demo-secret"), "authorizeUrl"), "<form", true); problem != "" {
		a.t.Fatal(problem)
	}
	if problem := a.consent(dig(a.do(connectDesk, "s", "demo-secret"), "authorizeUrl"), "admin@", true); problem != "" {
		a.t.Fatal(problem)
	}
}

func (a *admin) status() any { return dig(a.do(integration), "status") }

func TestAnAdminDoesEverythingThroughTheAPI(t *testing.T) {
	onEach(t, func(h *harness) {
		r := h.serve()
		a := &admin{replica: r, harness: h, token: r.token(models.ScopeAdmin, ""), browser: newBrowser(h.T), used: map[string]bool{}}
		r.http.Jar = a.browser.http.Jar
		for _, part := range []struct {
			name string
			run  func()
		}{
			{"connects both sides", a.connects}, {"chooses policies", a.policies}, {"maps fields", a.maps}, {"filters records", a.filters}, {"gives new records values", a.constants}, {"sets permissions", a.permits}, {"rehearses", a.rehearses},
			{"runs the first sync", a.starts}, {"reads customers", a.reads}, {"pauses and resolves conflicts", a.pauses}, {"retries failures", a.retries},
			{"compares everything", a.compares}, {"looks about, and links by hand", a.looks}, {"erases people", a.erases}, {"gives tokens to dashboards", a.givesTokens}, {"downloads", a.downloads}, {"sees revoked credentials named, and mends them", a.mends}, {"reads the audit log", a.audits},
			{"takes another organization as new", a.swaps}, {"deletes the integration", a.deletes}, {"has used everything there is", a.usedAll},
		} {
			if !h.Run(part.name, func(t *testing.T) {
				outer := r.t
				r.t, a.browser.t, h.T = t, t, t
				defer func() { r.t, a.browser.t, h.T = outer, outer, outer }()
				part.run()
			}) {
				return
			}
		}
	})
}

func (a *admin) connects() {
	if a.status() != "NOT_CONNECTED" {
		a.t.Errorf("at first: %v", a.status())
	}
	for _, early := range []string{"mutation{startSync{id}}", "mutation{rehearseSync{id}}", "mutation{pauseSync{status}}", "mutation{resumeSync{status}}"} {
		a.refused("CONFLICT", early)
	}
	a.refused("NOT_FOUND", `{fields(side:DESK,object:CONTACT){name}}`)
	a.refused("BAD_USER_INPUT", `mutation{connectSalesforce(input:{loginUrl:"ftp://x",clientId:"k"}){authorizeUrl}}`)
	a.refused("BAD_USER_INPUT", `mutation{connectSalesforce(input:{loginUrl:"http://salesforce.example",clientId:"k"}){authorizeUrl}}`)
	a.refused("BAD_USER_INPUT", `mutation{connectSalesforce(input:{}){authorizeUrl}}`)
	a.refused("BAD_USER_INPUT", `mutation{connectDesk(input:{clientId:"demo",clientSecret:"demo-secret"}){authorizeUrl}}`)

	begin := fmt.Sprintf(connectSalesforce, a.harness.vendors.SalesforceURL)
	if problem := a.consent(dig(a.do(begin, "s", "wrong-secret"), "authorizeUrl"), "<form", true); problem != "BAD_CREDENTIALS" {
		a.t.Errorf("a wrong Salesforce secret is called: %s", problem)
	}
	if problem := a.consent(dig(a.do(begin, "s", "demo-secret"), "authorizeUrl"), "<form", false); problem != "FORBIDDEN" {
		a.t.Errorf("a refused consent is called: %s", problem)
	}
	if problem := a.consent(dig(a.do(connectDesk, "s", "wrong-secret"), "authorizeUrl"), "admin@", true); problem != "BAD_CREDENTIALS" {
		a.t.Errorf("a wrong Desk secret is called: %s", problem)
	}
	if got := a.do(integration); dig(got, "salesforce", "connected") != false || dig(got, "desk", "connected") != false || dig(got, "status") != "NOT_CONNECTED" {
		a.t.Errorf("what was refused is connected: %v", got)
	}
	for _, path := range []string{"/connect/salesforce/callback?code=x", "/connect/salesforce/callback?code=x&state=invented", "/connect/desk/callback?error=access_denied"} {
		if to := a.browser.get(a.URL() + path).location; !strings.Contains(to, "problem=") {
			a.t.Errorf("%s leads to %s", path, to)
		}
	}
	callback := a.browser.submit(a.browser.get(dig(a.do(begin, "s", "demo-secret"), "authorizeUrl").(string)), "<form", true).location
	if to := a.browser.get(strings.Replace(callback, "/salesforce/", "/desk/", 1)).location; !strings.Contains(to, "problem=") {
		a.t.Error("a Salesforce code connects Desk")
	}
	a.connect()
	got := a.do(integration)
	if dig(got, "status") != "READY" {
		a.t.Fatalf("connected, it is %v", got)
	}
	for _, side := range []string{"salesforce", "desk"} {
		checks := list(dig(got, side, "checks"))
		if dig(got, side, "connected") != true || dig(got, side, "organization") == nil || dig(got, side, "problem") != nil || len(checks) < 4 {
			a.t.Errorf("%s: %v", side, dig(got, side))
		}
		for _, c := range checks {
			if dig(c, "ok") != true {
				a.t.Errorf("%s: %v", side, c)
			}
		}
	}
}

func (a *admin) policies() {
	got := a.do(`mutation{setSyncPolicy(input:{direction:SALESFORCE_TO_DESK,conflictPolicy:DESK_WINS,deletePolicy:STAY_DELETED,historyDays:30}){direction conflictPolicy deletePolicy historyDays}}`)
	if dig(got, "direction") != "SALESFORCE_TO_DESK" || dig(got, "conflictPolicy") != "DESK_WINS" || dig(got, "deletePolicy") != "STAY_DELETED" || dig(got, "historyDays") != 30.0 {
		a.t.Errorf("set: %v", got)
	}
	a.refused("BAD_USER_INPUT", `mutation{setSyncPolicy(input:{historyDays:0}){historyDays}}`)
	for _, wrong := range []int{-1, 0, 4, 96, 1000} {
		a.refused("BAD_USER_INPUT", fmt.Sprintf(`mutation{setSyncPolicy(input:{agentShare:%d}){agentShare}}`, wrong))
	}
	kept := func(share any, percent float64) bool {
		got := a.do(`{integration{agentShare apiBudgets{side limit keptForAgents keptPercent}}}`)
		for _, b := range list(dig(got, "apiBudgets")) {
			limit, _ := dig(b, "limit").(float64)
			if dig(b, "keptPercent") != percent || dig(b, "keptForAgents") != math.Floor(limit*percent/100) {
				return false
			}
		}
		return dig(got, "agentShare") == share && len(list(dig(got, "apiBudgets"))) == 2
	}
	a.soon("the server's own share is kept for agents", func() bool { return kept(nil, 20) })
	a.do(`mutation{setSyncPolicy(input:{agentShare:45}){agentShare}}`)
	a.soon("both clients keep the admin's share", func() bool { return kept(45.0, 45) })
	entry := list(dig(a.do(`{auditLog(first:1){nodes{action detail}}}`), "nodes"))[0]
	if dig(entry, "action") != "setSyncPolicy" || dig(entry, "detail", "before", "agentShare") != nil || dig(entry, "detail", "after", "agentShare") != 45.0 {
		a.t.Errorf("the audit: %v", entry)
	}
	a.do(`mutation{setSyncPolicy(input:{historyDays:30}){agentShare}}`)
	a.soon("what is left out stays as it was", func() bool { return kept(45.0, 45) })
	a.do(`mutation{setSyncPolicy(input:{agentShare:null}){agentShare}}`)
	a.soon("null goes back to the server's own share", func() bool { return kept(nil, 20) })
	got = a.do(`mutation{setSyncPolicy(input:{direction:TWO_WAY,conflictPolicy:SALESFORCE_WINS,deletePolicy:RESTORE_ON_UPDATE}){direction historyDays}}`)
	if dig(got, "direction") != "TWO_WAY" || dig(got, "historyDays") != 30.0 {
		a.t.Errorf("what was left out changed: %v", got)
	}
}

func (a *admin) maps() {
	names := func(side string) []string {
		var out []string
		for _, f := range list(a.do(`{fields(side:` + side + `,object:CONTACT){name label type length required updatable custom picklist}}`)) {
			out = append(out, dig(f, "name").(string))
		}
		return out
	}
	if sf, desk := names("SALESFORCE"), names("DESK"); !slices.Contains(sf, "LastName") || !slices.Contains(desk, "lastName") || !slices.Contains(desk, "cf_customer_tier") {
		a.t.Fatalf("fields: %v, %v", sf, desk)
	}
	all := list(a.do(`{fieldMappings{object desk{name} salesforce{name} rule position}}`))
	contacts := list(a.do(`{fieldMappings(object:CONTACT){id desk{name type} salesforce{name type} rule position}}`))
	if len(contacts) < 5 || len(all) <= len(contacts) {
		a.t.Fatalf("the standard mapping: %v", all)
	}
	var input []any
	for _, m := range contacts {
		input = append(input, map[string]any{"desk": dig(m, "desk", "name"), "salesforce": dig(m, "salesforce", "name"), "rule": dig(m, "rule")})
	}
	const save = `mutation($m:[FieldMappingInput!]!){saveFieldMappings(object:CONTACT,mappings:$m){saved mappings{desk{name}} problems{severity code message desk salesforce}}}`
	for name, wrong := range map[string]map[string]any{
		"a field that is not there": {"desk": "cf_nothing", "salesforce": "Department"},
		"text to a date":            {"desk": "description", "salesforce": "Birthdate"},
	} {
		got := a.do(save, "m", append(slices.Clone(input), wrong))
		problems := list(dig(got, "problems"))
		if dig(got, "saved") != false || !slices.ContainsFunc(problems, func(p any) bool { return dig(p, "severity") == "ERROR" && dig(p, "code") != "" }) {
			a.t.Errorf("%s: %v", name, got)
		}
	}
	if after := list(a.do(`{fieldMappings(object:CONTACT){id}}`)); len(after) != len(contacts) {
		a.t.Errorf("a refused mapping was saved: %d fields", len(after))
	}
	if got := a.do(save, "m", input[:len(input)-1]); dig(got, "saved") != true || len(list(dig(got, "mappings"))) != len(input)-1 {
		a.t.Errorf("a good mapping: %v", got)
	}
	tier := map[string]any{"desk": "cf_customer_tier", "salesforce": "Tier__c", "values": []any{map[string]any{"desk": "Gold", "salesforce": "Gold"}}}
	if got := a.do(save, "m", append(slices.Clone(input), tier)); dig(got, "saved") != true {
		a.t.Errorf("a mapping with a table of values: %v", got)
	}
	entry := list(dig(a.do(`{auditLog(first:1){nodes{detail}}}`), "nodes"))[0]
	if after := list(dig(entry, "detail", "after")); !slices.Contains(after, `cf_customer_tier TWO_WAY Tier__c [["Gold","Gold"]]`) {
		a.t.Errorf("a version keeps its tables of values: %v", after)
	}
	if got := a.do(`mutation{resetFieldMappings(object:CONTACT){saved mappings{id} problems{code}}}`); dig(got, "saved") != true || len(list(dig(got, "mappings"))) != len(input) {
		a.t.Errorf("the reset: %v", got)
	}
}

// constants gives new records a value, forecasts with it, and takes it back.
func (a *admin) constants() {
	const save = `mutation($c:[ConstantInput!]!){saveConstants(object:ACCOUNT,constants:$c){saved constants{object side field{name} value} problems{severity code message desk salesforce}}}`
	kind := map[string]any{"side": "SALESFORCE", "field": "Type", "value": "Prospect"}
	for name, wrong := range map[string]map[string]any{
		"a field that is not there": {"side": "DESK", "field": "cf_nothing", "value": "x"},
		"a field that is mapped":    {"side": "SALESFORCE", "field": "Industry", "value": "Banking"},
		"a value that it has not":   {"side": "SALESFORCE", "field": "Region__c", "value": "Moon"},
	} {
		got := a.do(save, "c", []any{kind, wrong})
		if problems := list(dig(got, "problems")); dig(got, "saved") != false || len(problems) != 1 || dig(problems[0], "severity") != "ERROR" {
			a.t.Errorf("%s: %v", name, got)
		}
	}
	if got := a.do(save, "c", []any{kind}); dig(got, "saved") != true || len(list(dig(got, "constants"))) != 1 {
		a.t.Errorf("a constant: %v", got)
	}
	if got := list(a.do(`{constants{object side field{name choices{value label}} value}}`)); len(got) != 1 || dig(got[0], "value") != "Prospect" || dig(got[0], "field", "name") != "Type" {
		a.t.Errorf("the constants: %v", got)
	}
	a.refused("BAD_USER_INPUT", `mutation{rehearseSync(object:ACCOUNT,constants:[{side:SALESFORCE,field:"Industry",value:"Banking"}]){id}}`)
	a.refused("BAD_USER_INPUT", `mutation{rehearseSync(constants:[]){id}}`)
	if got := a.do(save, "c", []any{}); dig(got, "saved") != true || len(list(a.do(`{constants(object:ACCOUNT){value}}`))) != 0 {
		a.t.Errorf("none: %v", got)
	}
	if got := a.do(`{constants(object:ACCOUNT){value}}`); got == nil {
		a.t.Error("none is told as if it were not to be seen")
	}
}

func (a *admin) filters() {
	const save = `mutation($f:SyncFilterInput!){saveSyncFilter(object:ACCOUNT,filter:$f){saved filter{leaving conditions{side field{name} op values}} problems{severity code message}}}`
	everything := map[string]any{"conditions": []any{}}
	some := map[string]any{"leaving": "UNLINK", "conditions": []any{map[string]any{"side": "SALESFORCE", "field": "Industry", "op": "NOT_EQUALS", "values": []string{"Secret industry"}}}}
	wrong := map[string]any{"conditions": []any{map[string]any{"side": "SALESFORCE", "field": "Nothing", "op": "NOT_BLANK"}}}
	if got := a.do(save, "f", wrong); dig(got, "saved") != false || len(list(dig(got, "problems"))) == 0 {
		a.t.Errorf("a field that is not there: %v", got)
	}
	if got := a.do(save, "f", some); dig(got, "saved") != true || dig(got, "filter", "leaving") != "UNLINK" || len(list(dig(got, "filter", "conditions"))) != 1 {
		a.t.Errorf("filtered: %v", got)
	}
	if got := list(a.do(`{syncFilters(object:ACCOUNT){object leaving conditions{field{name}}}}`)); len(got) != 1 || len(list(dig(got[0], "conditions"))) != 1 {
		a.t.Errorf("the filters: %v", got)
	}
	if got := a.do(save, "f", everything); dig(got, "saved") != true || len(list(dig(got, "filter", "conditions"))) != 0 {
		a.t.Errorf("no filter: %v", got)
	}
}

func (a *admin) compares() {
	a.do(`mutation{checkDrift{id status}}`)
	var got any
	a.soon("everything is compared", func() bool {
		got = dig(a.do(`{integration{driftReport{status summary objects{object deskRecords salesforceRecords pairs equal}}}}`), "driftReport")
		return dig(got, "status") == "DONE"
	})
	if summary, _ := dig(got, "summary").(string); summary == "" || len(list(dig(got, "objects"))) != 2 {
		a.t.Errorf("the report: %v", got)
	}
}

func (a *admin) permits() {
	profiles := list(a.do(`{profiles{id name denyMode permission{visible opportunities notes hiddenFields}}}`))
	if len(profiles) != 4 {
		a.t.Fatalf("profiles: %v", profiles)
	}
	light := ""
	for _, p := range profiles {
		if dig(p, "permission", "visible") != true || dig(p, "permission", "opportunities") != true {
			a.t.Errorf("at the first connection: %v", p)
		}
		if dig(p, "name") == "Light Agent" {
			light = dig(p, "id").(string)
		}
	}
	const set = `mutation($p:ID!,$c:ProfilePermissionInput!){setProfilePermission(profileId:$p,permission:$c){name denyMode permission{visible opportunities notes hiddenFields}}}`
	got := a.do(set, "p", light, "c", map[string]any{"opportunities": false, "hiddenFields": []string{"Contact.phone"}, "denyMode": "REJECT"})
	if dig(got, "denyMode") != "REJECT" || dig(got, "permission", "opportunities") != false || dig(got, "permission", "notes") != true || len(list(dig(got, "permission", "hiddenFields"))) != 1 {
		a.t.Errorf("set: %v", got)
	}
	agent := a.replica.token(models.ScopeAgent, "Light Agent")
	if refused := a.ask(agent, `{opportunities{nodes{name}}}`); refused.code() != "FORBIDDEN" || refused.data("opportunities") != nil {
		a.t.Errorf("REJECT: %s", refused.text)
	}
	layout := map[string]any{"parts": []string{"CONTACT", "NOTES"}, "contactFields": []string{"phone", "Tier__c"}}
	a.do(set, "p", light, "c", map[string]any{"card": layout})
	a.refused("BAD_USER_INPUT", set, "p", light, "c", map[string]any{"card": map[string]any{"parts": []string{}, "accountFields": []string{"phone", "phone"}}})
	got = a.ask(agent, `{viewer{card{parts tellHidden contactFields accountFields}}}`).data("viewer", "card")
	if want := (map[string]any{"parts": []any{"CONTACT", "NOTES"}, "tellHidden": false, "contactFields": []any{"phone", "Tier__c"}, "accountFields": []any{}}); !reflect.DeepEqual(got, want) {
		a.t.Errorf("the agent's layout: %v", got)
	}
	a.do(set, "p", light, "c", map[string]any{"denyMode": "ERROR"})
	if refused := a.ask(agent, `{viewer{subject} opportunities{nodes{name}}}`); refused.code() != "FORBIDDEN" || refused.data("viewer", "subject") == nil || refused.data("opportunities") != nil {
		a.t.Errorf("ERROR: %s", refused.text)
	}
	a.do(set, "p", light, "c", map[string]any{"denyMode": "MASK"})
	if masked := a.ask(agent, `{viewer{subject} opportunities{nodes{name}}}`); masked.body["errors"] != nil || !strings.Contains(masked.text, `"accessDenied"`) {
		a.t.Errorf("MASK: %s", masked.text)
	}
	a.refused("NOT_FOUND", set, "p", "1", "c", map[string]any{"visible": true})
}

func (a *admin) rehearses() {
	writes := func() any {
		return []any{dig(a.harness.vendor(http.MethodGet, a.harness.vendors.SalesforceURL+"/_sim/stats", nil), "counts", "writes"), dig(a.harness.vendor(http.MethodGet, a.harness.vendors.DeskURL+"/_sim/stats", nil), "counts", "writes")}
	}
	before := fmt.Sprint(writes())
	a.refused("BAD_USER_INPUT", `mutation{rehearseSync(object:CONTACT,mappings:[],policy:{direction:TWO_WAY}){id}}`)
	policy := dig(a.do(`mutation{rehearseSync(policy:{matchSecondaryEmail:true,direction:SALESFORCE_TO_DESK}){id status}}`), "id")
	a.soon("the rehearsal of policies is done", func() bool {
		return dig(a.do(`query($i:ID!){rehearsal(id:$i){status}}`, "i", policy), "status") == "DONE"
	})
	if got := a.do(`{integration{matchSecondaryEmail direction}}`); dig(got, "matchSecondaryEmail") != false || dig(got, "direction") != "TWO_WAY" {
		a.t.Errorf("rehearsed policies were saved: %v", got)
	}
	id := dig(a.do(`mutation{rehearseSync{id status}}`), "id")
	var got any
	a.soon("the rehearsal is done", func() bool {
		got = a.do(`query($i:ID!){rehearsal(id:$i){status objects{object matched ambiguous createInDesk createInSalesforce updateInDesk updateInSalesforce problems samples{action recordName deskId salesforceId changes{field side from to}}}}}`, "i", id)
		return dig(got, "status") != "RUNNING"
	})
	objects := list(dig(got, "objects"))
	if dig(got, "status") != "DONE" || len(objects) != 2 || dig(objects[0], "matched") == 0.0 || dig(objects[0], "createInDesk") == 0.0 || len(list(dig(objects[0], "samples"))) == 0 {
		a.t.Errorf("the forecast: %v", got)
	}
	if after := fmt.Sprint(writes()); after != before {
		a.t.Errorf("the rehearsal wrote: %s, then %s", before, after)
	}
	if got := a.do(`{rehearsal(id:"nobody"){status}}`); got != nil {
		a.t.Errorf("a rehearsal that never was: %v", got)
	}
}
