package server

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

// admin is an admin with the API, a browser, and a note of which of the API's entrances were used.
type admin struct {
	*replica
	house   *house
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
	if strings.Contains(got.text, "NOT_IMPLEMENTED") {
		a.t.Errorf("%s is not implemented", field)
	}
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

// consent goes from authorizeUrl through the vendor's page and back, and answers the problem that the console is told, "" for none.
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
	if problem := a.consent(dig(a.do(fmt.Sprintf(connectSalesforce, a.house.vendors.SalesforceURL), "s", "demo-secret"), "authorizeUrl"), "<form", true); problem != "" {
		a.t.Fatal(problem)
	}
	if problem := a.consent(dig(a.do(connectDesk, "s", "demo-secret"), "authorizeUrl"), "admin@", true); problem != "" {
		a.t.Fatal(problem)
	}
}

func (a *admin) status() any { return dig(a.do(integration), "status") }

func TestAnAdminDoesEverythingThroughTheAPI(t *testing.T) {
	onBoth(t, func(h *house) {
		r := h.serve()
		a := &admin{replica: r, house: h, token: r.token(models.ScopeAdmin, ""), browser: newBrowser(h.T), used: map[string]bool{}}
		for _, part := range []struct {
			name string
			run  func()
		}{
			{"connects both sides", a.connects}, {"chooses policies", a.policies}, {"maps fields", a.maps}, {"filters records", a.filters}, {"sets permissions", a.permits}, {"rehearses", a.rehearses},
			{"runs the first sync", a.starts}, {"reads customers", a.reads}, {"pauses and resolves conflicts", a.pauses}, {"retries failures", a.retries},
			{"compares everything", a.compares}, {"gives tokens to dashboards", a.givesTokens}, {"downloads", a.downloads}, {"sees revoked credentials named, and mends them", a.mends}, {"reads the audit log", a.audits},
			{"deletes the integration", a.deletes}, {"has used everything there is", a.usedAll},
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

	begin := fmt.Sprintf(connectSalesforce, a.house.vendors.SalesforceURL)
	if problem := a.consent(dig(a.do(begin, "s", "wrong-secret"), "authorizeUrl"), "<form", true); !strings.Contains(problem, "secret") && !strings.Contains(problem, "credentials") {
		a.t.Errorf("a wrong Salesforce secret is called: %s", problem)
	}
	if problem := a.consent(dig(a.do(begin, "s", "demo-secret"), "authorizeUrl"), "<form", false); !strings.Contains(problem, "consent") {
		a.t.Errorf("a refused consent is called: %s", problem)
	}
	if problem := a.consent(dig(a.do(connectDesk, "s", "wrong-secret"), "authorizeUrl"), "admin@", true); !strings.Contains(problem, "secret") {
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
	if got := a.do(`mutation{resetFieldMappings(object:CONTACT){saved mappings{id} problems{code}}}`); dig(got, "saved") != true || len(list(dig(got, "mappings"))) != len(input) {
		a.t.Errorf("the reset: %v", got)
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
		return []any{dig(a.house.vendor(http.MethodGet, a.house.vendors.SalesforceURL+"/_sim/stats", nil), "counts", "writes"), dig(a.house.vendor(http.MethodGet, a.house.vendors.DeskURL+"/_sim/stats", nil), "counts", "writes")}
	}
	before := fmt.Sprint(writes())
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

func (a *admin) starts() {
	run := a.do(`mutation{startSync{id trigger status}}`)
	if dig(run, "trigger") != "INITIAL" {
		a.t.Errorf("the first run: %v", run)
	}
	a.soon("the first sync is done", func() bool { return a.status() == "ACTIVE" })
	a.soon("nothing is owed", func() bool { return dig(a.do(integration), "counts", "pending") == 0.0 })
	one := a.do(`query($i:ID!){syncRun(id:$i){trigger status finishedAt tallies{source target object added updated unchanged failed}}}`, "i", dig(run, "id"))
	if dig(one, "trigger") != "INITIAL" || dig(one, "status") != "DONE" || len(list(dig(one, "tallies"))) == 0 {
		a.t.Errorf("its row in the history: %v", one)
	}
	if runs := a.do(`{syncRuns(filter:{trigger:INITIAL},first:5){totalCount nodes{id tallies{added}} pageInfo{hasNextPage}}}`); dig(runs, "totalCount") != 1.0 {
		a.t.Errorf("the history: %v", runs)
	}
	got := a.do(integration)
	if dig(got, "counts", "linkedContacts").(float64) < 30 || dig(got, "lastSyncedAt") == nil || len(list(dig(got, "apiBudgets"))) != 2 || dig(got, "lagSeconds") == nil {
		a.t.Errorf("afterwards: %v", got)
	}
}

func (a *admin) reads() {
	ticket := firstTicket(a.t, a.replica)
	card := a.do(`query($t:ID!){customer(by:{deskTicketId:$t}){contact{id name email salesforceId account{name} opportunities{nodes{name}} fields{name value}} account{name} asOf}}`, "t", ticket)
	if dig(card, "contact", "name") == nil {
		a.t.Fatalf("the card: %v", card)
	}
	if got := a.do(`mutation($t:ID!){refreshCustomer(by:{deskTicketId:$t}){contact{name} asOf stale}}`, "t", ticket); dig(got, "contact", "name") != dig(card, "contact", "name") || dig(got, "stale") != false {
		a.t.Errorf("refreshed: %v", got)
	}
	for query, least := range map[string]float64{
		`{contacts(first:3,orderBy:NAME_ASC){totalCount nodes{name email}}}`: 30, `{accounts(first:3){totalCount nodes{name contacts(first:2){nodes{name}}}}}`: 8,
		`{opportunities(first:3){totalCount nodes{name stage amount}}}`: 0,
	} {
		if got := a.do(query); dig(got, "totalCount").(float64) < least {
			a.t.Errorf("%s: %v", query, got)
		}
	}
	a.do(`{relatedMirrors{object complete}}`)
	a.do(`{pipeline(groupBy:STAGE){key label count amount weightedAmount currency}}`)
	if got := a.do(`{viewer{subject scope profile{id} access{visible hiddenFields}}}`); dig(got, "scope") != "ADMIN" || dig(got, "subject") != "test:ADMIN" {
		a.t.Errorf("who I am: %v", got)
	}
}

// linked is a contact on both sides, by their ids.
func (a *admin) linked() (desk, salesforce string) {
	a.t.Helper()
	for _, c := range list(dig(a.do(`{contacts(first:50){nodes{deskId salesforceId}}}`), "nodes")) {
		d, _ := dig(c, "deskId").(string)
		s, _ := dig(c, "salesforceId").(string)
		if d != "" && s != "" {
			return d, s
		}
	}
	a.t.Fatal("no contact is linked")
	return "", ""
}

func (a *admin) pauses() {
	out := a.house.outside()
	desk, salesforce := a.linked()
	if got := a.do(`mutation{pauseSync{status pausedAt}}`); dig(got, "status") != "PAUSED" || dig(got, "pausedAt") == nil {
		a.t.Fatalf("paused: %v", got)
	}
	a.refused("CONFLICT", "mutation{startSync{id}}")
	a.untouched(2 * time.Second) // then both sides are due to be asked on resuming
	a.house.salesforce(out, http.MethodPatch, "/sobjects/Contact/"+salesforce, map[string]any{"Title": "Salesforce's word"})
	a.house.desk(out, http.MethodPatch, "/contacts/"+desk, map[string]any{"title": "Desk's word"})
	if got := a.do(`mutation{resumeSync{status pausedAt}}`); dig(got, "status") != "ACTIVE" || dig(got, "pausedAt") != nil {
		a.t.Fatalf("resumed: %v", got)
	}
	if again := a.do("mutation{startSync{id trigger}}"); dig(again, "trigger") != "MANUAL" {
		a.t.Errorf("started again: %v", again)
	}
	var conflict any
	defer func() {
		if a.t.Failed() {
			a.t.Logf("Salesforce has %v, Desk %v; %v", a.house.salesforce(out, http.MethodGet, "/sobjects/Contact/"+salesforce, nil)["Title"], a.house.desk(out, http.MethodGet, "/contacts/"+desk, nil)["title"],
				a.do(`{conflicts(first:5){nodes{field base desk salesforce}}}`))
		}
	}()
	a.soon("the conflict is in the log", func() bool {
		nodes := list(dig(a.do(`{conflicts(filter:{resolved:false},first:5){totalCount nodes{id object field base desk salesforce winner at resolvedAt}}}`), "nodes"))
		if len(nodes) > 0 {
			conflict = nodes[0]
		}
		return len(nodes) > 0
	})
	if dig(conflict, "winner") != "SALESFORCE" || dig(conflict, "desk") != "Desk's word" || dig(conflict, "salesforce") != "Salesforce's word" {
		a.t.Errorf("the conflict: %v", conflict)
	}
	a.soon("the admin's choice is taken", func() bool {
		got, _ := a.try(`mutation($i:ID!){resolveConflict(id:$i,choose:DESK){id resolvedAt winner}}`, "i", dig(conflict, "id"))
		if got.code() != "" && got.code() != "CONFLICT" { // while the record is being written
			a.t.Fatal(got.text)
		}
		return got.data("resolveConflict", "resolvedAt") != nil
	})
	a.soon("both sides have the chosen value", func() bool {
		return a.house.salesforce(out, http.MethodGet, "/sobjects/Contact/"+salesforce, nil)["Title"] == "Desk's word" && a.house.desk(out, http.MethodGet, "/contacts/"+desk, nil)["title"] == "Desk's word"
	})
	a.refused("NOT_FOUND", `mutation{resolveConflict(id:"nobody",choose:DESK){id}}`)
}

// untouched waits until the sync has left both vendors alone for a while.
func (a *admin) untouched(long time.Duration) {
	a.t.Helper()
	calls := func() string {
		return fmt.Sprint(a.house.vendor(http.MethodGet, a.house.vendors.SalesforceURL+"/_sim/stats", nil)["total"], a.house.vendor(http.MethodGet, a.house.vendors.DeskURL+"/_sim/stats", nil)["total"])
	}
	last, since := calls(), time.Now()
	a.soon("the vendors are left alone", func() bool {
		if now := calls(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > long
	})
}

func (a *admin) retries() {
	out := a.house.outside()
	long := strings.Repeat("x", 120)
	id := a.house.salesforce(out, http.MethodPost, "/sobjects/Contact", map[string]any{"LastName": "=HYPERLINK(\"https://evil.example\")", "Title": long})["id"].(string)
	var failure any
	a.soon("the record is in the failure log", func() bool {
		for _, f := range list(dig(a.do(`{failures(filter:{resolved:false},first:50){totalCount nodes{id object source target recordId recordName code message hint fields attempts firstAt lastAt nextRetryAt resolvedAt}}}`), "nodes")) {
			if recordID, _ := dig(f, "recordId").(string); strings.HasPrefix(id, recordID[:min(15, len(recordID))]) {
				failure = f
			}
		}
		return failure != nil
	})
	if dig(failure, "code") != "VALUE_TOO_LONG" || dig(failure, "source") != "SALESFORCE" || dig(failure, "message") == "" {
		a.t.Errorf("the failure: %v", failure)
	}
	category := func() (count float64) {
		for _, c := range list(a.do(`{failureCategories(filter:{resolved:false}){code object count lastAt message}}`)) {
			if dig(c, "code") == "VALUE_TOO_LONG" {
				count += dig(c, "count").(float64)
			}
		}
		return count
	}
	if category() != 1 {
		a.t.Errorf("its category counts %v", category())
	}
	a.refused("BAD_USER_INPUT", `mutation{retryFailures{queued}}`)
	if got := a.do(`mutation{retryFailures(filter:{code:"NO_SUCH_CODE"}){queued}}`); dig(got, "queued") != 0.0 {
		a.t.Errorf("retried of nothing: %v", got)
	}
	a.house.salesforce(out, http.MethodPatch, "/sobjects/Contact/"+id, map[string]any{"Title": "short"})
	if got := a.do(`mutation{retryFailures(filter:{code:"VALUE_TOO_LONG"}){queued}}`); dig(got, "queued").(float64) > 1 {
		a.t.Errorf("retried a category: %v", got)
	}
	a.soon("the mended record is through", func() bool { return category() == 0 })

	again := a.house.salesforce(out, http.MethodPost, "/sobjects/Contact", map[string]any{"LastName": "+1-Again", "Title": long})["id"].(string)
	failure = nil
	a.soon("the second record is in the failure log", func() bool {
		for _, f := range list(dig(a.do(`{failures(filter:{resolved:false,code:"VALUE_TOO_LONG"},first:5){nodes{id}}}`), "nodes")) {
			failure = f
		}
		return failure != nil
	})
	if got := a.do(`mutation($i:[ID!]){retryFailures(ids:$i){queued}}`, "i", []any{dig(failure, "id")}); dig(got, "queued") != 1.0 {
		a.t.Errorf("retried one by its id: %v", got)
	}
	a.soon("it failed again", func() bool { return category() == 1 })
	_ = again
}

func (a *admin) givesTokens() {
	light := a.policy.Profile("Light Agent").ID
	const create = `mutation($i:ServiceTokenInput!){createServiceToken(input:$i){token serviceToken{id name createdAt expiresAt lastUsedAt revokedAt denyMode profile{name}}}}`
	made := a.do(create, "i", map[string]any{"name": "BI", "profileId": light, "denyMode": "ERROR", "expiresAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)})
	token, _ := dig(made, "token").(string)
	if !strings.HasPrefix(token, servicePrefix) || dig(made, "serviceToken", "profile", "name") != "Light Agent" || dig(made, "serviceToken", "denyMode") != "ERROR" || dig(made, "serviceToken", "lastUsedAt") != nil {
		a.t.Fatalf("made: %v", made)
	}
	got := a.ask(token, `{contacts(first:1){totalCount} opportunities(first:1){totalCount}}`)
	if got.data("contacts") == nil || got.data("opportunities") != nil || got.code() != "FORBIDDEN" {
		a.t.Errorf("the dashboard, by errors: %s", got.text)
	}
	for _, closed := range []string{`{integration{status}}`, `{serviceTokens{id}}`} {
		if got := a.ask(token, closed); got.code() != "FORBIDDEN" {
			a.t.Errorf("%s by a dashboard: %s", closed, got.text)
		}
	}
	for _, change := range []string{`mutation{startSync{id}}`, `mutation{refreshCustomer(by:{email:"x@y.example"}){asOf}}`} {
		if got := a.ask(token, change); got.code() == "" || got.body["data"] != nil {
			a.t.Errorf("%s by a dashboard: %s", change, got.text)
		}
	}
	listed := a.do(`{serviceTokens{id name createdAt expiresAt lastUsedAt revokedAt denyMode profile{name}}}`)
	if one := list(listed)[0]; dig(one, "lastUsedAt") == nil || dig(one, "name") != "BI" {
		a.t.Errorf("listed: %v", listed)
	}
	rows, err := a.store.ServiceTokens(a.t.Context())
	must(a.t, err)
	if strings.Contains(fmt.Sprintf("%+v %q", rows, rows[0].Hash), token) || len(rows[0].Hash) != 32 {
		a.t.Error("the token is kept as it is")
	}
	whole := a.do(create, "i", map[string]any{"name": "Everything"})
	if got := a.ask(dig(whole, "token").(string), `{opportunities(first:1){totalCount}}`); got.body["errors"] != nil || got.data("opportunities") == nil {
		a.t.Errorf("a dashboard without a profile: %s", got.text)
	}
	for name, wrong := range map[string]map[string]any{
		"no name": {"name": "  "}, "a long name": {"name": strings.Repeat("x", 101)}, "over already": {"name": "x", "expiresAt": "2020-01-01T00:00:00Z"},
	} {
		if a.refused("BAD_USER_INPUT", create, "i", wrong) == "" {
			a.t.Error(name)
		}
	}
	a.refused("NOT_FOUND", create, "i", map[string]any{"name": "x", "profileId": "1"})
	if got := a.do(`mutation($i:ID!){revokeServiceToken(id:$i){id revokedAt}}`, "i", dig(made, "serviceToken", "id")); dig(got, "revokedAt") == nil {
		a.t.Errorf("revoked: %v", got)
	}
	if got := a.ask(token, `{viewer{subject}}`); got.status != http.StatusUnauthorized {
		a.t.Errorf("a revoked token: %d %s", got.status, got.text)
	}
	a.refused("NOT_FOUND", `mutation{revokeServiceToken(id:"nobody"){id}}`)
}

func (a *admin) downloads() {
	get := func(path, token string) answered { return a.send(a.request(http.MethodGet, path, token, nil)) }
	failures := get("/export/failures.csv?resolved=false", a.token)
	rows, err := csv.NewReader(strings.NewReader(failures.text)).ReadAll()
	if err != nil || failures.status != http.StatusOK || !strings.HasPrefix(failures.header.Get("Content-Type"), "text/csv") || !strings.Contains(failures.header.Get("Content-Disposition"), "failures.csv") {
		a.t.Fatalf("%d %v %v", failures.status, failures.header, err)
	}
	name := slices.Index(rows[0], "recordName")
	if !slices.ContainsFunc(rows[1:], func(row []string) bool { return row[name] == "'+1-Again" }) {
		a.t.Errorf("the failure's name can be run as a formula, or is not there: %v", rows)
	}
	resolved, err := csv.NewReader(strings.NewReader(get("/export/failures.csv?code=VALUE_TOO_LONG&resolved=true", a.token).text)).ReadAll()
	must(a.t, err)
	if len(resolved) < 2 || !strings.HasPrefix(resolved[1][name], "'=HYPERLINK(") {
		a.t.Errorf("the resolved ones: %v", resolved)
	}
	history, err := csv.NewReader(strings.NewReader(get("/export/history.csv", a.token).text)).ReadAll()
	if err != nil || len(history) < 3 || history[0][0] != "run" {
		a.t.Errorf("the history: %v %v", history, err)
	}
	for who, token := range map[string]string{"an agent": a.replica.token(models.ScopeAgent, "Agent"), "a dashboard": a.replica.token(models.ScopeDashboard, "")} {
		for _, path := range []string{"/export/failures.csv", "/export/history.csv"} {
			if got := get(path, token); got.status != http.StatusForbidden || strings.Contains(got.text, "recordId,") {
				a.t.Errorf("%s: %s: %d", who, path, got.status)
			}
			if got := get(path, ""); got.status != http.StatusUnauthorized {
				a.t.Errorf("nobody: %s: %d", path, got.status)
			}
		}
	}
	for _, wrong := range []string{"failures.csv?object=NOTHING", "failures.csv?resolved=perhaps", "failures.csv?since=yesterday", "failures.csv?kode=X", "history.csv?trigger=X", "history.csv?source=x"} {
		if got := get("/export/"+wrong, a.token); got.status != http.StatusBadRequest || got.code() != "BAD_USER_INPUT" {
			a.t.Errorf("%s: %d %s", wrong, got.status, got.text)
		}
	}
	if none, err := csv.NewReader(strings.NewReader(get("/export/history.csv?trigger=INITIAL&source=DESK&object=CONTACT&since=2999-01-01T00:00:00Z", a.token).text)).ReadAll(); err != nil || len(none) != 1 {
		a.t.Errorf("a history of the future: %v %v", none, err)
	}
}

func (a *admin) mends() {
	dump := a.house.vendor(http.MethodGet, a.house.vendors.DeskURL+"/_sim/stats", nil)
	creds, err := a.store.Credentials(a.t.Context(), models.Desk)
	must(a.t, err)
	res, err := http.PostForm(a.house.vendors.DeskURL+"/oauth/v2/token/revoke", url.Values{"token": {creds.RefreshToken}})
	must(a.t, err)
	_ = res.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	var got any
	defer func() {
		if a.t.Failed() {
			a.t.Logf("the integration: %v", got)
		}
	}()
	a.soon("the revoked credentials are named", func() bool {
		got = a.do(integration)
		problem, _ := dig(got, "desk", "problem").(string)
		return strings.Contains(problem, "no longer accepts the credentials")
	})
	if reason, _ := dig(got, "reason").(string); dig(got, "status") != "BROKEN" || !strings.Contains(reason, "Zoho") || dig(got, "salesforce", "problem") != nil {
		a.t.Errorf("after a revocation: %v (%v)", got, dump["total"])
	}
	if problem := a.consent(dig(a.do(connectDesk, "s", "demo-secret"), "authorizeUrl"), "admin@", true); problem != "" {
		a.t.Fatal(problem)
	}
	a.soon("it goes on by itself once it is connected again", func() bool { return a.status() == "ACTIVE" })

	if got := a.do(`mutation{disconnect(side:SALESFORCE){status salesforce{connected} desk{connected}}}`); dig(got, "status") != "NOT_CONNECTED" || dig(got, "salesforce", "connected") != false || dig(got, "desk", "connected") != true {
		a.t.Errorf("disconnected: %v", got)
	}
	if problem := a.consent(dig(a.do(fmt.Sprintf(connectSalesforce, a.house.vendors.SalesforceURL), "s", "demo-secret"), "authorizeUrl"), "<form", true); problem != "" {
		a.t.Fatal(problem)
	}
	if a.status() != "READY" {
		a.t.Errorf("connected again: %v", a.status())
	}
	a.do("mutation{startSync{id}}")
	a.soon("it is active again", func() bool { return a.status() == "ACTIVE" })
}

func (a *admin) audits() {
	entries := map[string]any{}
	after, pages := "", 0
	for more := true; more; pages++ {
		page := a.do(`query($a:String){auditLog(first:7,after:$a){totalCount nodes{id at subject action target detail} pageInfo{hasNextPage endCursor}}}`, "a", func() any {
			if after == "" {
				return nil
			}
			return after
		}())
		for _, e := range list(dig(page, "nodes")) {
			entries[dig(e, "action").(string)] = e
			if dig(e, "subject") != "test:ADMIN" {
				a.t.Errorf("by whom: %v", e)
			}
		}
		more, _ = dig(page, "pageInfo", "hasNextPage").(bool)
		after, _ = dig(page, "pageInfo", "endCursor").(string)
	}
	for _, action := range []string{"connect", "connected", "disconnect", "setSyncPolicy", "saveFieldMappings", "resetFieldMappings", "saveSyncFilter", "checkDrift", "setProfilePermission", "rehearseSync", "startSync", "pauseSync",
		"resumeSync", "retryFailures", "resolveConflict", "createServiceToken", "revokeServiceToken"} {
		if entries[action] == nil {
			a.t.Errorf("%s is not in the audit log", action)
		}
	}
	for _, action := range []string{"connected", "setSyncPolicy", "saveFieldMappings", "saveSyncFilter", "setProfilePermission"} {
		if before, after := dig(entries[action], "detail", "before"), dig(entries[action], "detail", "after"); before == nil || after == nil || fmt.Sprint(before) == fmt.Sprint(after) {
			a.t.Errorf("%s does not say what it changed: %v", action, entries[action])
		}
	}
	text, err := json.Marshal(entries)
	must(a.t, err)
	for _, secret := range []string{"demo-secret", "wrong-secret", "slt_", "1000.", "Desk's word", "Secret industry"} {
		if strings.Contains(string(text), secret) {
			a.t.Errorf("the audit log has %q", secret)
		}
	}
	if pages < 3 {
		a.t.Errorf("%d pages", pages)
	}
}

func (a *admin) deletes() {
	ticket := firstTicket(a.t, a.replica)
	agent := a.replica.token(models.ScopeAgent, "Agent")
	const card = `query($t:ID!){customer(by:{deskTicketId:$t}){contact{name}}}`
	if got := a.ask(agent, card, "t", ticket); got.data("customer", "contact", "name") == nil {
		a.t.Fatalf("before: %s", got.text)
	}
	creds, err := a.store.Credentials(a.t.Context(), models.Salesforce)
	must(a.t, err)
	made := newBrowser(a.t).signIn(a.replica, "agent@sidelight.example")
	for _, wrong := range []string{"", "yes", "Delete", "delete "} {
		a.refused("BAD_USER_INPUT", `mutation($c:String!){deleteIntegration(confirm:$c){deleted}}`, "c", wrong)
	}
	if a.status() != "ACTIVE" {
		a.t.Fatalf("without the word it is %v", a.status())
	}
	before := a.house.vendor(http.MethodGet, a.house.vendors.SalesforceURL+"/_sim/dump", nil)
	if got := a.do(`mutation{deleteIntegration(confirm:"delete"){deleted}}`); dig(got, "deleted") != true {
		a.t.Fatalf("deleted: %v", got)
	}
	got := a.do(integration)
	if dig(got, "status") != "DELETED" || dig(got, "salesforce", "connected") != false || dig(got, "desk", "connected") != false || dig(got, "counts", "linkedContacts") != 0.0 {
		a.t.Errorf("afterwards: %v", got)
	}
	if left := a.ask(agent, card, "t", ticket); left.data("customer") != nil || strings.Contains(left.text, `"name"`) {
		a.t.Errorf("the widget still shows: %s", left.text)
	}
	if left := a.ask(made["token"].(string), whoAmI); left.status != http.StatusUnauthorized {
		a.t.Errorf("a sign-in goes on: %d", left.status)
	}
	for _, table := range []string{`{contacts{totalCount}}`, `{accounts{totalCount}}`, `{opportunities{totalCount}}`, `{failures{totalCount}}`, `{conflicts{totalCount}}`} {
		if left := a.do(table); dig(left, "totalCount") != 0.0 {
			a.t.Errorf("%s: %v", table, left)
		}
	}
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.house.vendors.SalesforceURL+"/services/data/v68.0/limits", nil)
	must(a.t, err)
	req.Header.Set("Authorization", "Bearer "+creds.AccessToken)
	if used := a.send(req); used.status != http.StatusUnauthorized {
		a.t.Errorf("the Salesforce token still works: %d", used.status)
	}
	after := a.house.vendor(http.MethodGet, a.house.vendors.SalesforceURL+"/_sim/dump", nil)
	if len(list(before["Contact"])) != len(list(after["Contact"])) {
		a.t.Error("records were deleted at Salesforce")
	}
	a.refused("CONFLICT", "mutation{startSync{id}}")
	a.connect()
	if a.status() != "READY" {
		a.t.Errorf("connected after the deletion: %v", a.status())
	}
}

func (a *admin) usedAll() {
	schema := a.ask(a.token, `{__schema{queryType{fields{name}} mutationType{fields{name}}}}`)
	for _, root := range []string{"queryType", "mutationType"} {
		fields := list(schema.data("__schema", root, "fields"))
		if len(fields) < 10 {
			a.t.Fatalf("introspection: %s", schema.text)
		}
		for _, f := range fields {
			if name := dig(f, "name").(string); !a.used[name] {
				a.t.Errorf("%s was not tried", name)
			}
		}
	}
	for _, secret := range []string{"demo-secret", "wrong-secret", "demo-refresh"} {
		if strings.Contains(a.said.String(), secret) || strings.Contains(a.log.String(), secret) {
			a.t.Errorf("%q stands in an answer or in the log", secret)
		}
	}
}
