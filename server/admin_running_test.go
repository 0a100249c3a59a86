package server

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sidelight/models"
)

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
	out := a.harness.outside()
	desk, salesforce := a.linked()
	if got := a.do(`mutation{pauseSync{status pausedAt}}`); dig(got, "status") != "PAUSED" || dig(got, "pausedAt") == nil {
		a.t.Fatalf("paused: %v", got)
	}
	a.refused("CONFLICT", "mutation{startSync{id}}")
	a.untouched(2 * time.Second) // then both sides are due to be asked on resuming
	a.harness.salesforce(out, http.MethodPatch, "/sobjects/Contact/"+salesforce, map[string]any{"Title": "Salesforce's word"})
	a.harness.desk(out, http.MethodPatch, "/contacts/"+desk, map[string]any{"title": "Desk's word"})
	if got := a.do(`mutation{resumeSync{status pausedAt}}`); dig(got, "status") != "ACTIVE" || dig(got, "pausedAt") != nil {
		a.t.Fatalf("resumed: %v", got)
	}
	if again := a.do("mutation{startSync{id trigger}}"); dig(again, "trigger") != "MANUAL" {
		a.t.Errorf("started again: %v", again)
	}
	var conflict any
	defer func() {
		if a.t.Failed() {
			a.t.Logf("Salesforce has %v, Desk %v; %v", a.harness.salesforce(out, http.MethodGet, "/sobjects/Contact/"+salesforce, nil)["Title"], a.harness.desk(out, http.MethodGet, "/contacts/"+desk, nil)["title"],
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
		return a.harness.salesforce(out, http.MethodGet, "/sobjects/Contact/"+salesforce, nil)["Title"] == "Desk's word" && a.harness.desk(out, http.MethodGet, "/contacts/"+desk, nil)["title"] == "Desk's word"
	})
	a.refused("NOT_FOUND", `mutation{resolveConflict(id:"nobody",choose:DESK){id}}`)
}

// untouched waits until the sync has left both vendors alone for a while.
func (a *admin) untouched(long time.Duration) {
	a.t.Helper()
	calls := func() string {
		return fmt.Sprint(a.harness.vendor(http.MethodGet, a.harness.vendors.SalesforceURL+"/_sim/stats", nil)["total"], a.harness.vendor(http.MethodGet, a.harness.vendors.DeskURL+"/_sim/stats", nil)["total"])
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
	out := a.harness.outside()
	long := strings.Repeat("x", 120)
	id := a.harness.salesforce(out, http.MethodPost, "/sobjects/Contact", map[string]any{"LastName": "=HYPERLINK(\"https://evil.example\")", "Title": long})["id"].(string)
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
	var group any
	for _, g := range list(a.do(`{failureGroups(first:100){id count lastAt object target code fields message hint}}`)) {
		if dig(g, "code") == "VALUE_TOO_LONG" {
			group = g
		}
	}
	if dig(group, "count") != 1.0 || dig(group, "target") != "DESK" || dig(group, "message") == "" || dig(group, "hint") == nil || dig(group, "lastAt") == nil {
		a.t.Errorf("its group: %v", group)
	}
	of := a.do(`query($c:ID){failures(filter:{cause:$c}){totalCount nodes{code}}}`, "c", dig(group, "id"))
	if dig(of, "totalCount") != 1.0 || dig(list(dig(of, "nodes"))[0], "code") != "VALUE_TOO_LONG" {
		a.t.Errorf("the group's failures: %v", of)
	}
	if got := a.do(`mutation($c:ID){retryFailures(filter:{cause:$c}){queued}}`, "c", dig(group, "id")); dig(got, "queued") != 1.0 {
		a.t.Errorf("retried a group: %v", got)
	}
	a.refused("BAD_USER_INPUT", `{failureGroups(first:101){id}}`)
	a.refused("BAD_USER_INPUT", `mutation{retryFailures{queued}}`)
	if got := a.do(`mutation{retryFailures(filter:{code:"NO_SUCH_CODE"}){queued}}`); dig(got, "queued") != 0.0 {
		a.t.Errorf("retried of nothing: %v", got)
	}
	a.harness.salesforce(out, http.MethodPatch, "/sobjects/Contact/"+id, map[string]any{"Title": "short"})
	if got := a.do(`mutation{retryFailures(filter:{code:"VALUE_TOO_LONG"}){queued}}`); dig(got, "queued").(float64) > 1 {
		a.t.Errorf("retried a category: %v", got)
	}
	a.soon("the mended record is through", func() bool { return category() == 0 })

	again := a.harness.salesforce(out, http.MethodPost, "/sobjects/Contact", map[string]any{"LastName": "+1-Again", "Title": long})["id"].(string)
	failure = nil
	a.soon("the second record is in the failure log", func() bool {
		for _, f := range list(dig(a.do(`{failures(filter:{resolved:false,code:"VALUE_TOO_LONG"},first:5){nodes{id}}}`), "nodes")) {
			failure = f
		}
		return failure != nil
	})
	a.finds(dig(failure, "id"), again)
	if got := a.do(`mutation($i:[ID!]){retryFailures(ids:$i){queued}}`, "i", []any{dig(failure, "id")}); dig(got, "queued") != 1.0 {
		a.t.Errorf("retried one by its id: %v", got)
	}
	a.soon("it failed again", func() bool { return category() == 1 })
}

// finds has the failure log searched and ordered, and follows one failure to its pair and the
// journal.
func (a *admin) finds(id any, record string) {
	for filter, found := range map[string]int{`{search:"1-AGAIN"}`: 1, `{search:"%"}`: 0, `{search:"nobody is called so"}`: 0, `{field:"TITLE"}`: 1, `{field:"Titl"}`: 0} {
		for _, order := range []string{"LAST_DESC", "LAST_ASC", "NAME_ASC", "NAME_DESC", "ATTEMPTS_ASC", "ATTEMPTS_DESC"} {
			rows := list(dig(a.do(`{failures(filter:`+filter+`,orderBy:`+order+`,first:5){nodes{id linkId recordUrl}}}`), "nodes"))
			if found == 0 && len(rows) != 0 || found > 0 && (len(rows) == 0 || (filter == `{search:"1-AGAIN"}` && dig(rows[0], "id") != id)) {
				a.t.Errorf("%s ordered by %s finds %v", filter, order, rows)
			}
		}
	}
	failure := list(dig(a.do(`{failures(filter:{search:"1-again"},first:1){nodes{linkId recordUrl}}}`), "nodes"))[0]
	if to, _ := dig(failure, "recordUrl").(string); !strings.Contains(to, "/lightning/r/Contact/"+record[:15]) {
		a.t.Errorf("the record is at %q", to)
	}
	pair := a.do(`query($i:ID!){link(id:$i){salesforceId deskId salesforceUrl deskUrl}}`, "i", dig(failure, "linkId"))
	if got, _ := dig(pair, "salesforceId").(string); got != record || !strings.Contains(fmt.Sprint(dig(pair, "salesforceUrl")), record) {
		a.t.Errorf("the pair: %v", pair)
	}
	page := a.do(`{changes(first:3){totalCount nodes{id linkId object side recordId field old new rule runId at} pageInfo{endCursor hasNextPage}}}`)
	rows := list(dig(page, "nodes"))
	if len(rows) != 3 || dig(page, "totalCount").(float64) < 4 {
		a.t.Fatalf("the journal: %v", page)
	}
	next := list(dig(a.do(`query($a:String!){changes(first:3,after:$a){nodes{id}}}`, "a", dig(page, "pageInfo", "endCursor")), "nodes"))
	if len(next) == 0 || dig(next[0], "id") == dig(rows[2], "id") {
		a.t.Errorf("the journal's next page begins with %v", next)
	}
	of := list(dig(a.do(`query($l:ID!){changes(filter:{linkId:$l},first:50){nodes{linkId field}}}`, "l", dig(rows[0], "linkId")), "nodes"))
	if len(of) == 0 {
		a.t.Error("a pair has no journal")
	}
	for _, c := range of {
		if dig(c, "linkId") != dig(rows[0], "linkId") {
			a.t.Errorf("the journal of one pair tells of another: %v", c)
		}
	}
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
	a.do(`{signIns(first:1){totalCount}}`)
	a.refused("NOT_FOUND", `mutation{revokeSignIn(id:"nobody"){id}}`)
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
	dump := a.harness.vendor(http.MethodGet, a.harness.vendors.DeskURL+"/_sim/stats", nil)
	creds, err := a.store.Credentials(a.t.Context(), models.Desk)
	must(a.t, err)
	res, err := http.PostForm(a.harness.vendors.DeskURL+"/oauth/v2/token/revoke", url.Values{"token": {creds.RefreshToken}})
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
		return dig(got, "status") == "BROKEN" && strings.Contains(problem, "no longer accepts the credentials")
	})
	if reason, _ := dig(got, "reason").(string); !strings.Contains(reason, "Zoho") || dig(got, "salesforce", "problem") != nil {
		a.t.Errorf("after a revocation: %v (%v)", got, dump["total"])
	}
	if problem := a.consent(dig(a.do(connectDesk, "s", "demo-secret"), "authorizeUrl"), "admin@", true); problem != "" {
		a.t.Fatal(problem)
	}
	a.soon("it goes on by itself once it is connected again", func() bool { return a.status() == "ACTIVE" })

	if got := a.do(`mutation{disconnect(side:SALESFORCE){status salesforce{connected} desk{connected}}}`); dig(got, "status") != "NOT_CONNECTED" || dig(got, "salesforce", "connected") != false || dig(got, "desk", "connected") != true {
		a.t.Errorf("disconnected: %v", got)
	}
	if problem := a.consent(dig(a.do(fmt.Sprintf(connectSalesforce, a.harness.vendors.SalesforceURL), "s", "demo-secret"), "authorizeUrl"), "<form", true); problem != "" {
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
			refused := strings.HasSuffix(dig(e, "action").(string), "Refused") // of others
			if dig(e, "subject") != "test:ADMIN" && !refused {
				a.t.Errorf("by whom: %v", e)
			}
		}
		more, _ = dig(page, "pageInfo", "hasNextPage").(bool)
		after, _ = dig(page, "pageInfo", "endCursor").(string)
	}
	for _, action := range []string{"connect", "connected", "disconnect", "setSyncPolicy", "saveFieldMappings", "resetFieldMappings", "saveSyncFilter", "saveConstants", "checkDrift", "setProfilePermission", "rehearseSync", "startSync", "pauseSync",
		"resumeSync", "retryFailures", "resolveConflict", "createServiceToken", "revokeServiceToken"} {
		if entries[action] == nil {
			a.t.Errorf("%s is not in the audit log", action)
		}
	}
	for _, action := range []string{"connected", "setSyncPolicy", "saveFieldMappings", "saveSyncFilter", "saveConstants", "setProfilePermission"} {
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
	before := a.harness.vendor(http.MethodGet, a.harness.vendors.SalesforceURL+"/_sim/dump", nil)
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
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.harness.vendors.SalesforceURL+"/services/data/v68.0/limits", nil)
	must(a.t, err)
	req.Header.Set("Authorization", "Bearer "+creds.AccessToken)
	if used := a.send(req); used.status != http.StatusUnauthorized {
		a.t.Errorf("the Salesforce token still works: %d", used.status)
	}
	after := a.harness.vendor(http.MethodGet, a.harness.vendors.SalesforceURL+"/_sim/dump", nil)
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
