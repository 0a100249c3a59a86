package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"sidelight/models/store/storetest"
)

// events are the answers of a subscription by server-sent events, until ctx ends.
func (i *installation) events(ctx context.Context, token, query string) <-chan object {
	i.t.Helper()
	raw, _ := json.Marshal(object{"query": query})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, i.url+"/graphql", bytes.NewReader(raw))
	must(i.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{}}
	res, err := client.Do(req)
	must(i.t, err)
	if res.StatusCode != http.StatusOK {
		i.t.Fatal(res.Status)
	}
	out := make(chan object)
	done := make(chan struct{})
	i.t.Cleanup(func() { <-done; client.CloseIdleConnections() })
	go func() {
		defer close(done)
		defer close(out)
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			text, ok := strings.CutPrefix(lines.Text(), "data:")
			if !ok || strings.TrimSpace(text) == "" {
				continue
			}
			answer := object{}
			if json.Unmarshal([]byte(text), &answer) != nil {
				continue
			}
			select {
			case out <- answer:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func TestAnOpenCardShowsWhatHappensInSalesforceByItself(t *testing.T) {
	bin := program(t)
	v := simulated(t, bin, 60)
	data := t.TempDir()
	address := storetest.SQLiteAddress(t)
	_, url := v.serve(t, bin, data, address)
	i := &installation{t, bin, url, data, address}
	admin := i.token("admin", "")
	soon(t, "the first sync is done", i.active(admin))
	account := v.sf("POST", "/sobjects/Account", object{"Name": "Ōkami"})["id"].(string)
	contact := v.sf("POST", "/sobjects/Contact", object{"LastName": "Watched", "Email": "watched@okami.example", "AccountId": account})["id"].(string)
	soon(t, "the contact is known", func() bool {
		return at(i.ask(admin, `{customer(by:{salesforceId:"`+contact+`"}){contact{account{name}}}}`), "data", "customer", "contact", "account", "name") == "Ōkami"
	})
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	card := `subscription{customerChanged(by:{salesforceId:"` + contact + `"}){stale contact{title opportunities{asOf nodes{name stage}} tasks{stale nodes{subject}}}}}`
	events := i.events(ctx, admin, card)
	shows := func(what string, holds func(card any) bool) {
		t.Helper()
		limit, nudge := time.NewTimer(60*time.Second), time.NewTicker(time.Second)
		defer limit.Stop()
		defer nudge.Stop()
		var last any
		for {
			select {
			case <-nudge.C:
				// A stream begins with what happens next, and makes up for what it has missed then.
				v.sf("POST", "/sobjects/Opportunity", object{"Name": "Somebody else's", "StageName": "Prospecting", "CloseDate": "2027-01-01"})
			case e, open := <-events:
				if !open {
					t.Fatalf("the subscription ended before %s", what)
				}
				if last = at(e, "data", "customerChanged"); last == nil {
					last = at(e, "payload", "data", "customerChanged")
				}
				if holds(last) {
					return
				}
			case <-limit.C:
				t.Fatalf("it is not shown: %s; last was %v", what, last)
			}
		}
	}
	named := func(section, field, value string) func(any) bool {
		return func(card any) bool {
			nodes, _ := at(card, "contact", section, "nodes").([]any)
			for _, n := range nodes {
				if at(n, field) == value {
					return true
				}
			}
			return false
		}
	}
	shows("the card", func(card any) bool { return at(card, "contact", "opportunities", "asOf") != nil })
	deal := v.sf("POST", "/sobjects/Opportunity", object{"Name": "New business", "StageName": "Prospecting", "CloseDate": "2027-01-01", "AccountId": account})["id"].(string)
	shows("a new opportunity of the account", named("opportunities", "name", "New business"))
	v.sf("PATCH", "/sobjects/Opportunity/"+deal, object{"StageName": "Closed Won"})
	shows("its stage", named("opportunities", "stage", "Closed Won"))
	v.sf("POST", "/sobjects/Task", object{"Subject": "Congratulate", "WhoId": contact})
	shows("a new task", named("tasks", "subject", "Congratulate"))
	v.sf("PATCH", "/sobjects/Contact/"+contact, object{"Title": "Captain"})
	shows("the contact's title", func(card any) bool { return at(card, "contact", "title") == "Captain" })
}

func TestANewTicketWarmsItsCustomersCardBeforeAnybodyOpensIt(t *testing.T) {
	bin, data := program(t), t.TempDir()
	p := launch(t, bin, "demo", "--listen", "127.0.0.1:0", "--data", data, "--salesforce-listen", "127.0.0.1:0", "--pubsub-listen", "127.0.0.1:0", "--desk-listen", "127.0.0.1:0", "--contacts", "40", "--accounts", "10")
	v := &vendors{process: p, salesforce: p.until(`Simulated Salesforce\s+(http\S+)`)[1], desk: p.until(`Simulated Zoho Desk\s+(http\S+)`)[1]}
	v.deskToken = v.form(v.desk+"/oauth/v2/token", "grant_type=refresh_token&client_id=demo&client_secret=demo-secret&refresh_token=demo-refresh")
	reads := func() int {
		n := 0
		requests, _ := call(t, "GET", v.salesforce+"/_sim/requests", "", nil)["requests"].([]any)
		for _, r := range requests {
			if path, _ := at(r, "path").(string); strings.HasSuffix(path, "/composite") {
				n++
			}
		}
		return n
	}
	old := v.zoho("GET", "/tickets?limit=1&sortBy=-ticketNumber", nil)["data"].([]any)[0]
	before := reads()
	// The webhook is subscribed to a moment after the first sync: the first ticket may come before
	// it.
	soon(t, "a card is read that nobody has asked for", func() bool {
		v.zoho("POST", "/tickets", object{"subject": "Help", "departmentId": at(old, "departmentId"), "contactId": at(old, "contactId")})
		return reads() > before
	})
}
