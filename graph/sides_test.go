package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"sidelight/models/store/storetest"
)

// salesforce changes a record of the simulated Salesforce as another program does.
func (h *harness) salesforce(method, path string, body any) map[string]any {
	h.t.Helper()
	res, err := h.web.PostForm(h.vendors.SalesforceURL+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}, "client_id": {"demo"}, "client_secret": {"demo-secret"}})
	if err != nil {
		h.t.Fatal(err)
	}
	var signed struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(res.Body).Decode(&signed)
	_ = res.Body.Close()
	if err != nil {
		h.t.Fatal(err)
	}
	raw, _ := json.Marshal(body)
	req, _ := http.NewRequest(method, h.vendors.SalesforceURL+"/services/data/v68.0"+path, bytes.NewReader(raw))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+signed.Token)
	if res, err = h.web.Do(req); err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out map[string]any
	_ = json.NewDecoder(res.Body).Decode(&out)
	if res.StatusCode >= 300 {
		h.t.Fatalf("%s %s: %d %v", method, path, res.StatusCode, out)
	}
	return out
}

func TestWhatIsClosedMovesNoSubscription(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 16)
	h.settled()
	if got := h.ask(h.admin, "mutation{resumeSync{status}}"); got.errors != nil {
		// At rest, it reads what it is told of.
		t.Fatal(got.text)
	}
	person := h.people()[0]
	by := fmt.Sprintf(`(by:{salesforceId:%q})`, person["salesforceId"])
	h.permit([]string{"opportunities", "notes", "tasks", "events"})
	card := "{contact{title opportunities{nodes{name}} tasks{nodes{subject}}} account{name}}"
	h.ask(h.admin, "{customer"+by+card+"}") // is stored
	agents := h.events(t, h.agent(""), "subscription{customerChanged"+by+card+"}")
	admins := h.events(t, h.admin, "subscription{customerChanged"+by+card+"}")
	agents.next()
	admins.next()
	refresh := func() {
		if got := h.ask(h.admin, "mutation{refreshCustomer"+by+card+"}"); got.errors != nil {
			t.Fatal(got.text)
		}
	}
	for i := range 3 {
		word := fmt.Sprintf("Closed %d", i)
		h.salesforce(http.MethodPost, "/sobjects/Task", map[string]any{"Subject": word, "WhoId": person["salesforceId"], "Status": "Not Started", "Priority": "Normal"})
		refresh()
		for got := admins.next(); !strings.Contains(got, word); got = admins.next() {
			if got == "" {
				t.Fatal("an admin's subscription ended")
			}
		}
	}
	h.salesforce(http.MethodPatch, "/sobjects/Contact/"+person["salesforceId"].(string), map[string]any{"Title": "Seen by all"})
	refresh()
	if got := agents.next(); !strings.Contains(got, "Seen by all") {
		t.Errorf("an agent to whom it is closed was told that something moved: %s", got)
	}
}

func TestWhatIsHiddenIsNotToldByItsNeighbours(t *testing.T) {
	h := newHarness(t, storetest.SQLiteAddress(t), 40)
	h.settled()
	person := h.people()[0]
	by := fmt.Sprintf(`(by:{salesforceId:%q})`, person["salesforceId"])
	account := dig(person, "account", "salesforceId").(string)
	agent := h.agent("")

	h.permit(nil, "Contact.account")
	if got := h.ask(agent, "{customer"+by+"{contact{name} account{name}}}"); dig(got.data, "customer", "account") != nil || dig(got.data, "customer", "contact", "name") == nil {
		t.Errorf("the hidden account of a contact, beside it: %s", got.text)
	}
	for name, query := range map[string]string{"a contact's ticket": `{customer(by:{email:"` + person["email"].(string) + `"}){account{id name salesforceId}}}`, "refreshing": "mutation{refreshCustomer" + by + "{account{id name}}}"} {
		if got := h.ask(agent, query); dig(got.data, "customer", "account") != nil || dig(got.data, "refreshCustomer", "account") != nil {
			t.Errorf("%s: %s", name, got.text)
		}
	}
	if got := h.ask(agent, `{accounts(first:50){nodes{name contacts{totalCount nodes{id}}}}}`); strings.Contains(got.text, `"contacts":{`) {
		t.Errorf("the contacts of accounts: %s", brief(got.text))
	}
	if got := h.ask(agent, `{customer(by:{salesforceId:"`+account+`"}){account{name contacts{nodes{id}}}}}`); dig(got.data, "customer", "account", "name") == nil || dig(got.data, "customer", "account", "contacts") != nil {
		t.Errorf("an account by itself: %s", got.text)
	}

	h.permit(nil, "Opportunity.stage")
	if got := h.ask(agent, `{opportunities(first:5){nodes{name stage open won probability}}}`); strings.Contains(got.text, "true") || strings.Contains(got.text, "false") || strings.Contains(got.text, `"probability":1`) || !strings.Contains(got.text, `"Opportunity.won"`) {
		t.Errorf("a hidden stage: %s", got.text)
	}
	if got := h.ask(agent, `{opportunities(filter:{open:true}){totalCount}}`); len(got.errors) == 0 {
		t.Errorf("a hidden stage, by a filter: %s", got.text)
	}
	h.permit(nil, "Task.status")
	if got := h.ask(agent, "{customer"+by+"{contact{tasks{nodes{status open}}}}}"); strings.Contains(got.text, "true") || strings.Contains(got.text, "false") {
		t.Errorf("a hidden status: %s", got.text)
	}

	for name, off := range map[string][]string{"contacts": {"contacts"}, "both": {"contacts", "accounts"}} {
		h.permit(off)
		lonely := h.salesforce(http.MethodPost, "/sobjects/Contact", map[string]any{"LastName": "Lonely " + name})["id"].(string)
		for _, id := range []string{person["salesforceId"].(string), lonely, "003000000000000AAA"} {
			for _, query := range []string{`{customer(by:{salesforceId:"` + id + `"}){asOf stale link{id object deskId}}}`, `mutation{refreshCustomer(by:{salesforceId:"` + id + `"}){asOf}}`} {
				got := h.ask(agent, query)
				known := name == "contacts" && id == person["salesforceId"]
				if is := dig(got.data, "customer") != nil || dig(got.data, "refreshCustomer") != nil; is != known {
					t.Errorf("%s off, %s: %s", name, query, got.text)
				}
				if strings.Contains(got.text, person["deskId"].(string)) || strings.Contains(got.text, "CONTACT") {
					t.Errorf("%s off: the contact is named: %s", name, got.text)
				}
			}
		}
	}
}
