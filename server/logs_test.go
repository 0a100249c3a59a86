package server

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"sidelight/models"
)

// people are words of the simulated world that no log, metric or error may have.
func (h *harness) people() map[string]bool {
	h.Helper()
	out := map[string]bool{}
	var gather func(v any)
	personal := regexp.MustCompile(`^(?i)(.*email.*|.*phone|fax|name|.*name|title|street|.*street|subject|body|description|note|website|twitter|facebook|zip|code|.*postalcode)$`)
	add := func(v any) {
		if s, ok := v.(string); ok && len(s) >= 7 {
			out[s] = true
		}
	}
	gather = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, one := range v {
				gather(one)
			}
		case map[string]any:
			for name, one := range v {
				if personal.MatchString(name) {
					add(one)
				}
				gather(one)
			}
			first, _ := v["FirstName"].(string)
			last, _ := v["LastName"].(string)
			if first == "" {
				first, _ = v["firstName"].(string)
				last, _ = v["lastName"].(string)
			}
			if first != "" && last != "" {
				out[first+" "+last] = true
			}
		}
	}
	for _, vendor := range []string{h.vendors.SalesforceURL, h.vendors.DeskURL} {
		dump := h.vendor(http.MethodGet, vendor+"/_sim/dump", nil)
		delete(dump, "webhooks")
		gather(dump)
	}
	if len(out) < 200 {
		h.Fatalf("only %d words of the world are known", len(out))
	}
	return out
}

func TestNoLogMetricOrErrorNamesAPersonOrASecret(t *testing.T) {
	onEach(t, func(h *harness) {
		r := h.serve(h.connected)
		r.synced()
		admin := r.token(models.ScopeAdmin, "")
		out := h.outside()
		ticket := firstTicket(h.T, r)
		secrets := map[string]bool{"demo-secret": true, "demo-refresh": true, admin: true, out.desk: true, out.salesforce: true}
		note := func(v any) {
			if s, ok := v.(string); ok && s != "" {
				secrets[s] = true
			}
		}
		var errors strings.Builder // of the answers
		ask := func(token, query string, vars ...any) answered {
			got := r.ask(token, query, vars...)
			if list, failed := got.body["errors"]; failed {
				fmt.Fprintln(&errors, list)
			}
			return got
		}

		// Everybody signs in and asks; some of it wrongly.
		for _, agent := range []string{"light@sidelight.example", "agent@sidelight.example"} {
			made := newBrowser(h.T).signIn(r, agent)
			renewed := r.renew(made["refreshToken"], ourDevice)
			for _, one := range []any{made["token"], made["refreshToken"], renewed.body["token"], renewed.body["refreshToken"]} {
				note(one)
			}
			again := r.renew(renewed.body["refreshToken"], ourDevice)
			note(again.body["token"])
			note(again.body["refreshToken"])
			// It was replaced twice.
			fmt.Fprintln(&errors, r.renew(made["refreshToken"], ourDevice).text)
		}
		made := ask(admin, `mutation{createServiceToken(input:{name:"BI"}){token serviceToken{id}}}`)
		note(made.data("createServiceToken", "token"))
		ask(made.data("createServiceToken", "token").(string), `{contacts(first:5){nodes{name email phone}}}`)
		ask(admin, `mutation($i:ID!){revokeServiceToken(id:$i){id}}`, "i", made.data("createServiceToken", "serviceToken", "id"))
		ask(made.data("createServiceToken", "token").(string), `{viewer{subject}}`)
		card := `{contact{name email phone opportunities{nodes{name amount}} notes{nodes{title body}} events{nodes{subject}} tasks{nodes{subject}} fields{name value}} account{name website}}`
		someone := ask(admin, `query($t:ID!){customer(by:{deskTicketId:$t})`+card+`}`, "t", ticket)
		email := someone.data("customer", "contact", "email").(string)
		for _, query := range []string{`{customer(by:{email:"` + email + `"})` + card + `}`, `{contacts(filter:{search:"` + email + `"}){nodes{name}}}`, `{customer(by:{email:"` + email + `",deskTicketId:"1"})` + card + `}`,
			`mutation{refreshCustomer(by:{email:"` + email + `"})` + card + `}`, `{contacts(after:"nonsense"){nodes{name}}}`, `{nobody}`} {
			ask(admin, query)
			r.send(r.request(http.MethodGet, "/graphql?query="+url.QueryEscape(query), admin, nil))
		}
		r.send(r.request(http.MethodGet, "/unknown/"+email+"?email="+url.QueryEscape(email), "", nil))
		r.send(r.request(http.MethodGet, "/graphql?access_token="+admin, "", nil))
		r.send(r.request(http.MethodPost, "/webhooks/desk", "", []any{map[string]any{"eventType": "Contact_Add", "payload": map[string]any{"id": "1", "email": email}}}))
		r.send(r.request(http.MethodGet, "/export/failures.csv", admin, nil))
		newBrowser(h.T).get(r.URL() + "/connect/desk/callback?code=1000.secretcode&state=" + url.QueryEscape(email))
		note("1000.secretcode")

		// Records change, fail, clash and are refused in the vendors' own words.
		long := strings.Repeat("Überlang-", 14)
		for i := range 3 {
			h.salesforce(out, http.MethodPost, "/sobjects/Contact", map[string]any{"LastName": fmt.Sprintf("Geheimnis-%d", i), "Email": fmt.Sprintf("geheim%d@privat.example", i), "Title": long})
			h.desk(out, http.MethodPost, "/contacts", map[string]any{"lastName": fmt.Sprintf("Verborgen-%d", i), "email": "doppelt@privat.example", "phone": "+49 30 5550100"})
		}
		for endpoint, vendor := range map[string]string{"/services/data/**": h.vendors.SalesforceURL, "/api/v1/**": h.vendors.DeskURL} {
			for i, fault := range []map[string]any{
				{"kind": "status", "status": 400, "body": []any{map[string]any{"errorCode": "INVALID_FIELD", "message": "Geheimnis-0 geheim0@privat.example is wrong"}}},
				{"kind": "status", "status": 500, "body": map[string]any{"errorCode": "INTERNAL_SERVER_ERROR", "message": "Geheimnis-0 geheim0@privat.example broke it"}},
				{"kind": "html"}, {"kind": "drop_after"}, {"kind": "truncate"},
			} {
				fault["endpoint"], fault["times"] = endpoint, 4
				h.vendor(http.MethodPost, vendor+"/_sim/faults", map[string]any{"rules": []any{fault}})
				ask(admin, `mutation{refreshCustomer(by:{email:"`+email+`"})`+card+`}`)
				ask(admin, `{fields(side:DESK,object:CONTACT){name}}`)
				ask(admin, `mutation{startSync{id}}`)
				r.soon(fmt.Sprintf("fault %d of %s was met", i, endpoint), func() bool {
					rules, _ := h.vendor(http.MethodGet, vendor+"/_sim/faults", nil)["rules"].([]any)
					acted, _ := dig(rules[0], "acted").(float64)
					ask(admin, `mutation{startSync{id}}`)
					return acted >= 4
				})
			}
			h.vendor(http.MethodPost, vendor+"/_sim/faults", map[string]any{"rules": []any{}})
		}
		ask(admin, `mutation{startSync{id}}`)
		r.soon("the long title is in the failure log", func() bool {
			return strings.Contains(ask(admin, `{failures(filter:{resolved:false},first:50){nodes{code}}}`).text, "VALUE_TOO_LONG")
		})
		for _, side := range models.Sides {
			creds, err := r.store.Credentials(h.Context(), side)
			must(h.T, err)
			note(creds.AccessToken)
			note(creds.RefreshToken)
		}
		metrics := r.scraped()
		if !strings.Contains(metrics, "sidelight_linked_records") || !strings.Contains(metrics, `route="POST /webhooks/desk"`) {
			h.Errorf("the metrics are %s", metrics)
		}
		people := h.people()
		r.stop()
		for where, text := range map[string]string{"the log": r.log.String(), "the metrics": metrics, "the answers' errors": errors.String()} {
			if where != "the metrics" && len(text) < 500 {
				h.Errorf("%s has only %d bytes: the run was none", where, len(text))
			}
			for word := range people {
				if strings.Contains(text, word) {
					h.Errorf("%s names %q: %s", where, word, around(text, word))
				}
			}
			for word := range secrets {
				if strings.Contains(text, word) {
					h.Errorf("%s has the secret %q: %s", where, word, around(text, word))
				}
			}
			for _, word := range []string{"Geheimnis", "Verborgen", "privat.example", "5550100", "Überlang", email} {
				if strings.Contains(text, word) {
					h.Errorf("%s names %q: %s", where, word, around(text, word))
				}
			}
		}
		h.Logf("%d words and %d secrets in %d KB of log", len(people), len(secrets), len(r.log.String())>>10)
	})
}

// around is the line that has a word.
func around(text, word string) string {
	at := strings.Index(text, word)
	from := strings.LastIndexByte(text[:at], '\n') + 1
	to := strings.IndexByte(text[at:], '\n')
	if to < 0 {
		to = len(text) - at
	}
	line := text[from : at+to]
	return line[:min(len(line), 600)]
}
