package salesforce_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
)

func TestTheOrganizationIsNamedAndChecked(t *testing.T) {
	o := start(t)
	info, err := o.Check(ctx)
	check(t, err)
	if info.Organization != "Sidelight Demo" || len(info.OrgID) != 18 || info.Host != o.SalesforceURL {
		t.Errorf("%+v", info)
	}
	for _, c := range info.Checks {
		if !c.OK {
			t.Errorf("%s: %v", c.Name, *c.Detail)
		}
	}
	if b := o.Budget(); b.Limit == nil || *b.Limit != 100_000 || *b.KeptForAgents != 20_000 {
		t.Errorf("%+v", b)
	}
}

func TestListsGoThroughEveryRecordOnceInCanonicalValues(t *testing.T) {
	o := start(t)
	n, err := o.Count(ctx, models.ContactObject)
	check(t, err)
	page, err := o.List(ctx, models.ContactObject, fields, "")
	check(t, err)
	if len(page.Records) != n || page.Next != "" || n != 60 {
		t.Fatalf("%d of %d records, next %q", len(page.Records), n, page.Next)
	}
	ids := map[string]bool{}
	for _, r := range page.Records {
		ids[r.ID] = true
		if len(r.ID) != 18 || r.ModifiedAt.IsZero() || strings.Contains(r.Values["LoyaltyPoints__c"].String(), ".") || r.Values["Owner.Name"].IsBlank() {
			t.Fatalf("%+v", r)
		}
		if v := r.Values["Newsletter__c"].String(); v != "true" && v != "false" {
			t.Errorf("a checkbox reads %q", v)
		}
	}
	if len(ids) != n {
		t.Errorf("%d different ids", len(ids))
	}
	rest, err := o.List(ctx, models.ContactObject, fields, page.Records[49].ID)
	check(t, err)
	if len(rest.Records) != 10 {
		t.Errorf("%d records after the 50th", len(rest.Records))
	}
}

func TestChangesAreSeenWithDeletionsAndMerges(t *testing.T) {
	o := start(t)
	mark, err := o.Changes(ctx, models.ContactObject, fields, "")
	check(t, err)
	made, gone, survivor := create(o, "l1", contact("New", "new@x.example")), create(o, "l2", contact("Gone", "gone@x.example")), create(o, "l3", contact("Stays", ""))
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+gone.ID, nil)
	loser := create(o, "l4", contact("Loses", ""))
	o.outside("POST", "/_sim/merge", map[string]any{"master": survivor.ID, "losers": []string{loser.ID}})
	seen := map[string]models.Record{}
	for cursor := mark.Cursor; ; {
		page, err := o.Changes(ctx, models.ContactObject, fields, cursor)
		check(t, err)
		for _, r := range page.Records {
			seen[r.ID] = r
		}
		cursor = page.Cursor
		if !page.More {
			break
		}
	}
	if r := seen[made.ID]; r.Values["Email"].String() != "new@x.example" || r.Deleted {
		t.Errorf("the new one: %+v", r)
	}
	if !seen[gone.ID].Deleted || seen[gone.ID].MergedInto != "" {
		t.Errorf("the deleted one: %+v", seen[gone.ID])
	}
	if r := seen[loser.ID]; !r.Deleted || r.MergedInto != survivor.ID {
		t.Errorf("the merged one: %+v", r)
	}
	if _, err := o.Changes(ctx, models.ContactObject, fields, "nonsense"); models.CodeOf(err) != models.CodeCursorExpired {
		t.Errorf("a mark that is none: %v", err)
	}
}

func TestRecordsAreFoundByMarkAndByEmailExactly(t *testing.T) {
	o := start(t)
	made := create(o, "link-1", contact("O'Neil\\", "Mixed@x.example"))
	for name, by := range map[string]models.Find{"mark": {LinkID: "link-1"}, "email": {Match: models.Text(" mixed@X.example ")}} {
		found, err := o.Find(ctx, models.ContactObject, fields, by)
		check(t, err)
		if len(found) != 1 || found[0].ID != made.ID {
			t.Errorf("by %s: %+v", name, found)
		}
	}
	for _, by := range []models.Find{{LinkID: "link"}, {LinkID: "LINK-1"}, {Match: models.Text("' OR Email != '")}, {}} {
		if found, err := o.Find(ctx, models.ContactObject, fields, by); err != nil || len(found) != 0 {
			t.Errorf("%+v: %d found, %v", by, len(found), err)
		}
	}
}

func TestManyRecordsAreFoundByOurMarksInAFewCalls(t *testing.T) {
	o := start(t)
	one, two := create(o, "link-1", contact("One", "")), create(o, "link-2", contact("Two", ""))
	marks := []string{"LINK-2", "no-such", "' OR Email != '"}
	for i := range 1200 {
		marks = append(marks, fmt.Sprint("link-", i))
	}
	before := o.calls("POST /services/data/{version}/composite")
	found, err := o.FindMarked(ctx, models.ContactObject, fields, marks)
	check(t, err)
	if len(found) != 2 || found["link-1"].ID != one.ID || found["link-2"].ID != two.ID {
		t.Errorf("%+v", found)
	}
	if n := o.calls("POST /services/data/{version}/composite") - before; n > 3 {
		t.Errorf("%d calls", n)
	}
}

func TestWritesTellWhatBecameOfEachRecord(t *testing.T) {
	o := start(t)
	made := create(o, "l1", models.Values{"LastName": models.Text(" Trimmed "), "LoyaltyPoints__c": models.Text("12"), "Birthdate": models.Text("1990-02-03")})
	if !made.Created || made.Returned["LastName"].String() != "Trimmed" || made.ModifiedAt.IsZero() {
		t.Errorf("%+v", made)
	}
	if again := create(o, "l1", contact("Trimmed", "")); again.ID != made.ID || again.Created {
		t.Errorf("the same mark made another record: %+v", again)
	}
	for name, c := range map[string]struct {
		values models.Values
		code   models.Code
		field  string
	}{
		"required":  {models.Values{"Email": models.Text("a@x.example")}, models.CodeRequiredFieldMissing, "LastName"},
		"too long":  {contact(strings.Repeat("x", 81), ""), models.CodeValueTooLong, "LastName"},
		"picklist":  {contact("A", "").With(models.Values{"Tier__c": models.Text("Tin")}), models.CodeInvalidPicklist, "Tier__c"},
		"email":     {contact("A", "nobody"), models.CodeInvalidParameter, "Email"},
		"type":      {contact("A", "").With(models.Values{"LoyaltyPoints__c": models.Text("many")}), models.CodeTypeMismatch, "LoyaltyPoints__c"},
		"read-only": {contact("A", "").With(models.Values{"Name": models.Text("A B")}), models.CodeReadOnly, "Name"},
		"parent":    {contact("A", "").With(models.Values{"AccountId": models.Text("001000000000001AAA")}), models.CodeParentMissing, "AccountId"},
	} {
		r := create(o, "bad-"+name, c.values)
		if r.Err == nil || r.Err.Code != c.code || !slices.Contains(r.Err.Fields, c.field) {
			t.Errorf("%s: %+v", name, r.Err)
		}
	}
	update := func(id string, v models.Values) models.WriteResult {
		out, err := o.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpUpdate, ID: id, Values: v}})
		check(t, err)
		return out[0]
	}
	if r := update(made.ID, models.Values{"Birthdate": models.Blank, "Newsletter__c": models.Text("true")}); r.Err != nil || !r.Returned["Birthdate"].IsBlank() {
		t.Errorf("%+v", r)
	}
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+made.ID, nil)
	if r := update(made.ID, contact("X", "")); r.Err == nil || r.Err.Code != models.CodeDeleted {
		t.Errorf("%+v", r.Err)
	}
	out, err := o.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpRestore, ID: made.ID, Values: contact("Back", "")}, {Op: models.OpRestore, ID: "003000000000009AAA", Values: contact("No", "")}})
	check(t, err)
	if out[0].Err != nil || out[0].Returned["LastName"].String() != "Back" || out[1].Err == nil || out[1].Err.Code != models.CodeNotFound {
		t.Errorf("%+v", out)
	}
}

func TestWrongCredentialsAreNamedAndNotTriedAgainAndAgain(t *testing.T) {
	o := start(t)
	o.creds.ClientSecret = "wrong"
	for range 5 {
		if _, err := o.Check(ctx); models.CodeOf(err) != models.CodeBadCredentials {
			t.Fatalf("%v", err)
		}
	}
	if n := o.calls("POST /services/oauth2/token"); n != 1 {
		t.Errorf("the refused secret was tried %d times", n)
	}
}

func TestTheCardIsOneCallThatAsksOnlyForWhatIsWanted(t *testing.T) {
	o := start(t)
	page, err := o.List(ctx, models.ContactObject, fields, "")
	check(t, err)
	all := []models.Need{models.NeedOpportunities, models.NeedNotes, models.NeedEvents, models.NeedTasks}
	var found models.Related
	for _, r := range page.Records {
		got, err := o.Related(ctx, models.RelatedRequest{ContactID: r.ID, AccountID: r.Values["AccountId"].String(), Sections: all})
		check(t, err)
		if len(got.Read) != 4 {
			t.Fatalf("read %v", got.Read)
		}
		if len(got.Opportunities) > 0 && len(got.Notes) > 0 && len(got.Tasks) > 0 && len(got.Events) > 0 {
			found = got
			break
		}
	}
	if found.ContactID == "" {
		t.Fatal("nobody in the seeded world has all of it")
	}
	if op := found.Opportunities[0]; op.Amount == nil || op.Open == nil || op.CloseDate == nil || op.OwnerName == nil {
		t.Errorf("%+v", op)
	}
	only, err := o.Related(ctx, models.RelatedRequest{ContactID: found.ContactID, Sections: []models.Need{models.NeedNotes}})
	check(t, err)
	if len(only.Notes) != len(found.Notes) || only.Opportunities != nil || fmt.Sprint(only.Read) != "[NOTES]" {
		t.Errorf("%+v", only.Read)
	}
}

func TestTheChangeStreamGoesOnWhereItWasAndSaysWhenItCannot(t *testing.T) {
	o := start(t)
	hints := make(chan models.StreamBatch, 64)
	listen := func(replay string) (stop func() error) {
		ctx, cancel := context.WithCancel(ctx)
		done := make(chan error, 1)
		go func() {
			done <- o.Stream(ctx, models.ContactObject, replay, func(_ context.Context, b models.StreamBatch) error { hints <- b; return nil })
		}()
		return func() error { cancel(); return <-done }
	}
	await := func(id string) models.StreamBatch {
		t.Helper()
		for {
			select {
			case b := <-hints:
				if slices.ContainsFunc(b.Hints, func(h models.Hint) bool { return h.ID == id }) {
					return b
				}
			case <-time.After(10 * time.Second):
				t.Fatal("no event came")
			}
		}
	}
	stop := listen("")
	// From now on means from when the subscription stands: events are made until one comes.
	var first models.StreamBatch
	for i := 0; first.Replay == ""; i++ {
		create(o, fmt.Sprint("s", i), contact("S", ""))
		select {
		case first = <-hints:
		case <-time.After(100 * time.Millisecond):
		}
	}
	check(t, stop())
	missed := create(o, "missed", contact("Missed", ""))
	stop = listen(first.Replay)
	if b := await(missed.ID); b.Hints[0].Deleted {
		t.Errorf("%+v", b)
	}
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+missed.ID, nil)
	if b := await(missed.ID); !b.Hints[len(b.Hints)-1].Deleted {
		t.Errorf("%+v", b)
	}
	check(t, stop())
	o.fault(`{"kind":"replay_expired","times":1}`)
	err := o.Stream(ctx, models.ContactObject, first.Replay, func(context.Context, models.StreamBatch) error { return nil })
	if models.CodeOf(err) != models.CodeCursorExpired {
		t.Errorf("an expired position: %v", err)
	}
}
