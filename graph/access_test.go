package graph

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sidelight/models"
)

// agent has every switch but some.
func agent(off models.Switches, hidden ...string) *models.Viewer {
	return &models.Viewer{Subject: "agent:1", Scope: models.ScopeAgent, Access: models.Access{Switches: models.AllSwitches &^ off, Hidden: hidden}}
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
