package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
)

// load reads the schema's files, changed.
func load(t *testing.T, change func(text string) string) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("schema/*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatal("no schema files", err)
	}
	var sources []*ast.Source
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: f, Input: change(string(b))})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func unchanged(text string) string { return text }

func gateOf(t *testing.T) *gate {
	t.Helper()
	g, err := newGate(load(t, unchanged))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestASchemaFieldWithoutAnAnnotationStopsTheServerByName(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"none":            {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String", "Contact.phone has no @access"},
		"not nullable":    {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String! @access(needs: CONTACT_INFO)", "Contact.phone can be denied"},
		"two needs":       {"  phone: String @access(needs: CONTACT_INFO)", "  phone: String @access(needs: CONTACT_INFO, open: true)", "Contact.phone must have exactly one"},
		"reads of nobody": {`search: String @reads(field: "Contact.name")`, `search: String @reads(field: "Contact.nobody")`, "Contact.nobody"},
	} {
		_, err := newGate(load(t, func(text string) string { return strings.Replace(text, c.from, c.to, 1) }))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// agent has every switch but some.
func agent(off models.Switches, hidden ...string) *models.Viewer {
	return &models.Viewer{Subject: "agent:1", Scope: models.ScopeAgent, Access: models.Access{Switches: models.AllSwitches &^ off, Hidden: hidden}}
}

// closedBy are the needs that a switch closes.
var closedBy = map[models.Switches][]models.Need{
	models.CanSee:           {models.NeedVisible, models.NeedContacts, models.NeedAccounts, models.NeedContactInfo, models.NeedAccountInfo, models.NeedOpportunities, models.NeedNotes, models.NeedEvents, models.NeedTasks},
	models.CanContacts:      {models.NeedContacts, models.NeedContactInfo},
	models.CanAccounts:      {models.NeedAccounts, models.NeedAccountInfo},
	models.CanContactInfo:   {models.NeedContactInfo},
	models.CanAccountInfo:   {models.NeedAccountInfo},
	models.CanOpportunities: {models.NeedOpportunities},
	models.CanNotes:         {models.NeedNotes},
	models.CanEvents:        {models.NeedEvents},
	models.CanTasks:         {models.NeedTasks},
}

func TestEverySwitchClosesExactlyItsFields(t *testing.T) {
	g := gateOf(t)
	for off, needs := range closedBy {
		v := agent(off)
		sdl := g.of(v).visible()
		for field, r := range g.rules {
			object, name, _ := strings.Cut(field, ".")
			want := r.open || (r.need != "" && !slices.Contains(needs, r.need))
			if got := g.allows(v, field); got != want {
				t.Errorf("switch %b, %s: open is %v, want %v", off, field, got, want)
			}
			if def := sdl.Types[object]; !want && def != nil && def.Fields.ForName(name) != nil {
				t.Errorf("switch %b: %s stands in the caller's own schema", off, field)
			}
		}
	}
}

func TestAnAdminMayEverythingAndADashboardChangesNothing(t *testing.T) {
	g := gateOf(t)
	admin := &models.Viewer{Scope: models.ScopeAdmin, Access: models.FullAccess}
	dashboard := &models.Viewer{Scope: models.ScopeDashboard, Access: models.FullAccess}
	for field := range g.rules {
		if !g.allows(admin, field) {
			t.Errorf("an admin may not %s", field)
		}
		if strings.HasPrefix(field, "Mutation.") && g.allows(dashboard, field) {
			t.Errorf("a dashboard may %s", field)
		}
	}
	if g.allows(nil, "Query.viewer") || g.allows(admin, "Contact.unheardOf") {
		t.Error("nobody, or nothing, gets through")
	}
}

func TestAHiddenFieldIsHiddenUnderBothItsNames(t *testing.T) {
	g := gateOf(t)
	for _, hidden := range []string{"Contact.phone", "contact.PHONE", "Phone"} {
		v := agent(0, hidden)
		if g.allows(v, "Contact.phone") || g.of(v).shows("Contact", "Phone") {
			t.Errorf("%s leaves a way to the phone", hidden)
		}
		if !g.allows(v, "Contact.email") || !g.of(v).shows("Contact", "Email") {
			t.Errorf("%s hides more than the phone", hidden)
		}
	}
	if v := agent(0, "Opportunity.amount"); g.allows(v, "PipelineBucket.amount") || g.allows(v, "PipelineBucket.weightedAmount") || !g.allows(v, "PipelineBucket.count") {
		t.Error("a sum shows what is hidden")
	}
}

// handle serves one request by a handler of which no resolver may run.
func handle(t *testing.T, v *models.Viewer, body string) (int, map[string]any, string) {
	t.Helper()
	h, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if v != nil {
		r = r.WithContext(WithViewer(context.Background(), v))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var out map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &out)
	return w.Code, out, w.Body.String()
}

func query(text string) string {
	b, _ := json.Marshal(map[string]string{"query": text})
	return string(b)
}

func TestClosedThingsInInputsAreRefusedInTheWordsForTheUnknown(t *testing.T) {
	noEmail, noName, noAmount, noAccounts := agent(0, "Contact.email"), agent(0, "Contact.name"), agent(0, "Opportunity.amount"), agent(models.CanAccounts)
	for _, c := range []struct {
		viewer            *models.Viewer
		closed, query, in string // in holds the variables
	}{
		{noEmail, "email", `{contacts(filter:{email:"a@x.example"}){nodes{id}}}`, ""},
		{noEmail, "email", `{contacts(filter:{email:null}){nodes{id}}}`, ""},
		{noEmail, "email", `query($e:String){contacts(filter:{email:$e}){nodes{id}}}`, ""},
		{noEmail, "search", `{contacts(filter:{search:"a"}){nodes{id}}}`, ""},
		{noEmail, "EMAIL_ASC", `{contacts(orderBy:EMAIL_ASC){nodes{id}}}`, ""},
		{noEmail, "EMAIL_ASC", `query($o:ContactOrder=EMAIL_ASC){contacts(orderBy:$o){nodes{id}}}`, ""},
		{noEmail, "EMAIL_ASC", `query($o:ContactOrder){contacts(orderBy:$o){nodes{id}}}`, `{"o":"EMAIL_ASC"}`},
		{noEmail, "email_asc", `query($o:ContactOrder){contacts(orderBy:$o){nodes{id}}}`, `{"o":"email_asc"}`},
		{noName, "name_asc", `query($o:ContactOrder){contacts(orderBy:$o){nodes{id}}}`, `{"o":"name_asc"}`},
		{noEmail, "email", `{customer(by:{email:"a@x.example"}){contact{id}}}`, ""},
		{noEmail, "email", `mutation{refreshCustomer(by:{email:"a@x.example"}){contact{id}}}`, ""},
		{noEmail, "email", `subscription{customerChanged(by:{email:"a@x.example"}){contact{id}}}`, ""},
		{noEmail, "email", `{viewer{subject} contacts(filter:{email:"a"}) @include(if:false){nodes{id}}}`, ""},
		{noEmail, "email", `query Q{viewer{...F}} fragment F on Viewer{subject} query R{contacts(filter:{email:"a"}){nodes{id}}}`, ""},
		{noAmount, "minAmount", `{opportunities(filter:{minAmount:"1"}){nodes{id}}}`, ""},
		{noAmount, "AMOUNT_DESC", `{opportunities(orderBy:AMOUNT_DESC){nodes{id}}}`, ""},
		{noAccounts, "ACCOUNT", `{pipeline(groupBy:ACCOUNT){key}}`, ""},
		{noAccounts, "accountId", `query($f:ContactFilter){contacts(filter:$f){nodes{id}}}`, `{"f":{"accountId":"1"}}`},
		{noAccounts, "accountId", `query($f:ContactFilter){contacts(filter:$f){nodes{id}}}`, `{"f":{"accountId":null}}`},
		{agent(0, "Opportunity.open"), "open", `{customer(by:{salesforceId:"003"}){contact{opportunities(open:true){nodes{id}}}}}`, ""},
	} {
		unheardOf := strings.Repeat("z", len(c.closed))
		ask := func(name string) (int, map[string]any, string) {
			text := strings.ReplaceAll(c.query+"\n"+c.in, c.closed, name)
			document, variables, _ := strings.Cut(text, "\n")
			body, _ := json.Marshal(map[string]any{"query": document, "variables": json.RawMessage(cmp.Or(variables, "null")), "operationName": map[bool]any{true: "R"}[strings.Contains(document, "query R")]})
			return handle(t, c.viewer, string(body))
		}
		status, out, text := ask(c.closed)
		unknownStatus, _, unknown := ask(unheardOf)
		if out["data"] != nil || out["errors"] == nil || status != unknownStatus || text != strings.ReplaceAll(unknown, unheardOf, c.closed) {
			t.Errorf("%s %s: %d %s, but for the unknown %d %s", c.query, c.in, status, text, unknownStatus, unknown)
		}
	}
}

func TestAttacksAreRefusedBeforeAnythingRuns(t *testing.T) {
	admin := &models.Viewer{Scope: models.ScopeAdmin, Access: models.FullAccess}
	many := func(n int, one string) string { return strings.Repeat(one, n) }
	for name, body := range map[string]string{
		"duplicate fields":   query("{" + many(50_000, "__typename ") + "}"),
		"aliases":            query("{" + many(40, "a:viewer{subject} b:viewer{scope} ") + "}"),
		"directives":         query("{viewer{subject" + many(100, " @include(if:true)") + "}}"),
		"deep":               query("{accounts{nodes{contacts{nodes{account{contacts{nodes{account{contacts{nodes{account{contacts{nodes{account{id}}}}}}}}}}}}}}}"),
		"braces":             query(many(5000, "{a")),
		"costly":             query("{accounts(first:200){nodes{contacts(first:200){nodes{id}}}}}"),
		"a negative page":    query("{contacts(first:-1){nodes{id}}}"),
		"too long a page":    query("{contacts(first:100000){nodes{id}}}"),
		"a huge body":        query(many(1<<20, "x")),
		"nonsense":           "{",
		"a batch":            `[{"query":"{__typename}"},{"query":"{__typename}"}]`,
		"an unknown field":   query("{viewer{subjectt}}"),
		"a NUL":              query("{viewer{subject\x00}}"),
		"an agent's command": query("mutation{pauseSync{status}}"),
	} {
		v := admin
		if name == "an agent's command" {
			v = agent(0)
		}
		status, out, text := handle(t, v, body)
		if out["data"] != nil || len(text) > 4096 || (status != 200 && (status < 400 || status > 499)) || !strings.Contains(text, "errors") {
			t.Errorf("%s: %d, %d bytes: %.200s", name, status, len(text), text)
		}
		if strings.Contains(text, "Did you mean") {
			t.Errorf("%s: the schema is suggested", name)
		}
	}
}

func TestNobodyGetsNothing(t *testing.T) {
	status, out, text := handle(t, nil, query("{__schema{types{name}}}"))
	if status != http.StatusUnauthorized || out["data"] != nil || !strings.Contains(text, "UNAUTHENTICATED") {
		t.Errorf("%d %s", status, text)
	}
}

func TestIntrospectionShowsEachCallerTheirOwnSchema(t *testing.T) {
	names := func(v *models.Viewer) string {
		_, _, text := handle(t, v, query(`{__schema{types{name fields{name} inputFields{name} enumValues{name}}} __type(name:"Opportunity"){name}}`))
		return text
	}
	closed, admin := names(agent(models.CanOpportunities)), names(&models.Viewer{Scope: models.ScopeAdmin, Access: models.FullAccess})
	for _, word := range []string{`"Opportunity"`, `"pipeline"`, `"serviceTokens"`, `"AMOUNT_ASC"`, `"minAmount"`} {
		if strings.Contains(closed, word) || !strings.Contains(admin, word) {
			t.Errorf("%s: shown to the agent %v, to the admin %v", word, strings.Contains(closed, word), strings.Contains(admin, word))
		}
	}
}

func TestRefusedRequestsAnswerAsGraphQLOverHTTPHasIt(t *testing.T) {
	h, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{"malformed": query("{viewer"), "invalid": query("{unheardOf}")} {
		for accept, refused := range map[string]bool{"application/json": false, "application/graphql-response+json": true} {
			r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r.WithContext(WithViewer(context.Background(), agent(0))))
			if (w.Code != http.StatusOK) != refused || strings.Contains(w.Body.String(), `"data"`) || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s, %s: %d %s", name, accept, w.Code, w.Body)
			}
		}
	}
}
