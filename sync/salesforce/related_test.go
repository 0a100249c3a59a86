package salesforce_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"sidelight/models"
)

// made is the id of a record that another program makes.
func (o *organization) made(object string, body map[string]any) string {
	o.t.Helper()
	return o.outside("POST", "/services/data/v68.0/sobjects/"+object, body)["id"].(string)
}

// many sends records in one collection call.
func (o *organization) many(records []map[string]any) (ids []string) {
	o.t.Helper()
	raw, _ := json.Marshal(map[string]any{"records": records})
	req, err := http.NewRequest("POST", o.SalesforceURL+"/services/data/v68.0/composite/sobjects", bytes.NewReader(raw))
	check(o.t, err)
	o.mu.Lock()
	req.Header.Set("Authorization", "Bearer "+o.creds.AccessToken)
	o.mu.Unlock()
	res, err := o.http.Do(req)
	check(o.t, err)
	defer res.Body.Close()
	var results []struct{ ID string }
	check(o.t, json.NewDecoder(res.Body).Decode(&results))
	for _, r := range results {
		ids = append(ids, r.ID)
	}
	return ids
}

// signedIn has a session for other programs to use.
func (o *organization) signedIn() {
	o.t.Helper()
	_, err := o.RelatedCount(ctx, models.RelatedTasks)
	check(o.t, err)
}

func TestOpportunitiesHaveACurrencyOnlyWhereTheOrganizationHasSeveral(t *testing.T) {
	for _, several := range []bool{false, true} {
		o := start(t)
		o.signedIn()
		body := map[string]any{"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2027-01-01", "Amount": 1234.56}
		if several {
			o.settings(`{"currencies":["EUR","USD"]}`)
			body["CurrencyIsoCode"] = "USD"
		}
		contact := o.made("Contact", map[string]any{"LastName": "X", "AccountId": o.made("Account", map[string]any{"Name": "A"})})
		deal := o.made("Opportunity", body)
		o.made("OpportunityContactRole", map[string]any{"OpportunityId": deal, "ContactId": contact})
		card, err := o.Related(ctx, models.RelatedRequest{ContactID: contact, Sections: []models.Need{models.NeedOpportunities}})
		check(t, err)
		page, err := o.RelatedRead(ctx, models.RelatedOpportunities, []string{deal})
		check(t, err)
		all, err := o.RelatedList(ctx, models.RelatedOpportunities, "")
		check(t, err)
		for _, got := range []models.Opportunity{card.Opportunities[0], page.Opportunities[0]} {
			if (got.Currency != nil) != several || (several && *got.Currency != "USD") || *got.Amount != "1234.56" {
				t.Errorf("several %v: %v %v", several, got.Currency, *got.Amount)
			}
		}
		for _, other := range all.Opportunities {
			if other.ID != deal && (other.Currency != nil) != several {
				t.Errorf("several %v: %v", several, other.Currency)
			}
		}
	}
}

func TestNotesOfBothKindsAreTextThatIsSafeToShow(t *testing.T) {
	o := start(t)
	o.signedIn()
	contact := o.made("Contact", map[string]any{"LastName": "X"})
	o.made("Note", map[string]any{"ParentId": contact, "Title": "legacy", "Body": "a < b & c\x07, <b>as written</b>"})
	content := base64.StdEncoding.EncodeToString([]byte("<p>Call&nbsp;back</p><script>alert(1)</script><p>Ōkami &amp; Söhne</p>"))
	note := o.made("ContentNote", map[string]any{"Title": "enhanced", "Content": content})
	o.made("ContentDocumentLink", map[string]any{"ContentDocumentId": note, "LinkedEntityId": contact})
	got, err := o.Related(ctx, models.RelatedRequest{ContactID: contact, Sections: []models.Need{models.NeedNotes}})
	check(t, err)
	bodies := map[string]string{}
	for _, n := range got.Notes {
		bodies[*n.Title] = *n.Body
	}
	if len(bodies) != 2 || bodies["legacy"] != "a < b & c, <b>as written</b>" || !strings.Contains(bodies["enhanced"], "Ōkami & Söhne") || strings.Contains(bodies["enhanced"], "<") {
		t.Errorf("%v", bodies)
	}
}

func TestASectionHasNoMoreRowsThanItReadsAndSaysSo(t *testing.T) {
	o := start(t)
	o.signedIn()
	contact := o.made("Contact", map[string]any{"LastName": "X"})
	for range 26 {
		o.made("Task", map[string]any{"Subject": "Call", "WhoId": contact})
	}
	got, err := o.Related(ctx, models.RelatedRequest{ContactID: contact, Sections: []models.Need{models.NeedTasks, models.NeedEvents}})
	check(t, err)
	if len(got.Tasks) != 25 || !slices.Equal(got.Cut, []models.Need{models.NeedTasks}) || len(got.Read) != 2 {
		t.Errorf("%d tasks, cut %v, read %v", len(got.Tasks), got.Cut, got.Read)
	}
	open := true
	if n, known := got.Totals[models.NeedTasks].Count(&open); n != 26 || !known || got.Totals[models.NeedEvents] != nil {
		t.Errorf("the tasks are counted as %d: %+v", n, got.Totals)
	}
}

func TestManyOpportunitiesAreCountedAndAddedUpEachOnce(t *testing.T) {
	for _, several := range []bool{false, true} {
		o := start(t)
		o.signedIn()
		if several {
			o.settings(`{"currencies":["EUR","USD"]}`)
		}
		account, other := o.made("Account", map[string]any{"Name": "A"}), o.made("Account", map[string]any{"Name": "B"})
		contact := o.made("Contact", map[string]any{"LastName": "X", "AccountId": account})
		deal := func(n int, of string, stage, currency string) {
			records := []map[string]any{}
			for range n {
				r := map[string]any{"attributes": map[string]any{"type": "Opportunity"}, "Name": "Deal", "StageName": stage, "CloseDate": "2027-01-01", "Amount": 100.1}
				if of != "" {
					r["AccountId"] = of
				}
				if several {
					r["CurrencyIsoCode"] = currency
				}
				records = append(records, r)
			}
			roles := []map[string]any{}
			for _, id := range o.many(records) {
				if of != account || stage == "Prospecting" && len(roles) == 0 {
					// One of the account's own has the contact in a role, too.
					roles = append(roles, map[string]any{"attributes": map[string]any{"type": "OpportunityContactRole"}, "OpportunityId": id, "ContactId": contact})
				}
			}
			if len(roles) > 0 {
				o.many(roles)
			}
		}
		deal(60, account, "Prospecting", "EUR")
		deal(3, account, "Closed Won", "EUR")
		deal(2, other, "Prospecting", "USD")
		deal(1, "", "Prospecting", "USD")
		request := models.RelatedRequest{ContactID: contact, AccountID: account, Sections: []models.Need{models.NeedOpportunities}}
		got, err := o.Related(ctx, request)
		check(t, err)
		open, totals := true, got.Totals[models.NeedOpportunities]
		if n, known := totals.Count(&open); n != 63 || !known {
			t.Errorf("several %v: %d open ones, %v", several, n, known)
		}
		if n, _ := totals.Count(nil); n != 66 {
			t.Errorf("several %v: %d in all", several, n)
		}
		var sums []string
		for _, s := range totals.Sums(&open) {
			currency := ""
			if s.Currency != nil {
				currency = *s.Currency
			}
			sums = append(sums, currency+string(*s.Amount))
		}
		if want := map[bool][]string{false: {"6306.3"}, true: {"EUR6006", "USD300.3"}}[several]; !slices.Equal(sums, want) {
			t.Errorf("several %v: they are worth %v, want %v", several, sums, want)
		}
		request.Hidden = []string{"Opportunity.amount", "Opportunity.open"}
		got, err = o.Related(ctx, request)
		check(t, err)
		for _, p := range got.Totals[models.NeedOpportunities].Parts {
			if p.Amount != nil || p.Open != nil {
				t.Errorf("what is hidden is counted: %+v", p)
			}
		}
		request.Hidden = []string{"Opportunity.currency"}
		if got, err = o.Related(ctx, request); err != nil || (got.Totals[models.NeedOpportunities] != nil) == several {
			t.Errorf("several %v, hidden currency: %+v %v", several, got.Totals, err)
		}
	}
}

func TestChangesOfManyRecordsAtOneMomentComePageByPage(t *testing.T) {
	o := start(t)
	o.signedIn()
	mark, err := o.RelatedChanges(ctx, models.RelatedTasks, "")
	check(t, err)
	want := map[string]bool{}
	for range 6 { // one transaction each, in the same second: more than a page of 500
		var records []map[string]any
		for range 200 {
			records = append(records, map[string]any{"attributes": map[string]any{"type": "Task"}, "Subject": "Many"})
		}
		for _, id := range o.many(records) {
			want[id] = true
		}
	}
	seen, cursor := map[string]bool{}, mark.Cursor
	for pages := 1; ; pages++ {
		page, err := o.RelatedChanges(ctx, models.RelatedTasks, cursor)
		check(t, err)
		for _, k := range page.Tasks {
			seen[k.Record.ID] = true
		}
		cursor = page.Cursor
		if !page.More {
			break
		}
		if pages > 20 {
			t.Fatal("it does not come to an end")
		}
	}
	for id := range want {
		if !seen[id] {
			t.Fatalf("%s is missing, of %d", id, len(want))
		}
	}
}
