package engine_test

import (
	"context"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// only saves a filter on the contacts' last name in Salesforce.
func (h *liveEngine) only(name string, leaving models.LeavingPolicy) {
	h.t.Helper()
	in := models.SyncFilterInput{Leaving: &leaving, Conditions: []*models.FilterConditionInput{{Side: models.Salesforce, Field: "LastName", Op: models.FilterContains, Values: []string{name}}}}
	saved, _, problems, err := h.engine.SaveSyncFilter(context.Background(), models.ContactObject, in)
	must(h.t, err)
	if !saved {
		h.t.Fatalf("%+v", problems)
	}
}

// linkOf is the link of a Salesforce contact.
func (h *liveEngine) linkOf(id string) models.LinkState {
	h.t.Helper()
	links, err := h.store.LinksByRecord(context.Background(), models.ContactObject, models.Salesforce, []string{id})
	must(h.t, err)
	return links[id]
}

// title is a Desk contact's title.
func (h *liveEngine) title(deskID string) string {
	h.t.Helper()
	r := h.read(models.Desk, deskID)
	if r == nil {
		return ""
	}
	return r.Values["title"].String()
}

// noticed waits until the mirror has a Salesforce contact's value and nothing is owed.
func (h *liveEngine) noticed(id, field, value string) {
	h.t.Helper()
	h.soon("the change was noticed", func() bool {
		l := h.linkOf(id)
		return l.Salesforce != nil && l.Salesforce.Data[field].String() == value && !l.Dirty
	})
	h.settle()
}

func TestOnlyRecordsInsideTheFilterAreSynced(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		h := open(t, address, 60)
		h.only("Inside", models.LeavingKeep)
		if c := h.settle(); c.LinkedContacts != 0 || len(h.records(models.Desk)) != 60 || len(h.records(models.Salesforce)) != 60 {
			t.Fatalf("records outside the filter were synced: %+v", c)
		}
		h.comesAndGoes(h.unlinked(true), models.LeavingKeep)
		h.comesAndGoes(h.unlinked(true), models.LeavingUnlink)
		h.comesAndGoes(h.unlinked(false), models.LeavingUnlink)
	})
}

// unlinked is a Salesforce contact with or without an email that has no counterpart and whose email
// nobody shares.
func (h *liveEngine) unlinked(email bool) string {
	h.t.Helper()
	shared := map[string]int{}
	for _, side := range models.Sides {
		for _, r := range h.records(side) {
			shared[models.MatchKey(r.Values[models.ContactObject.MatchField(side)])]++
		}
	}
	for _, r := range h.records(models.Salesforce) {
		v := r.Values["Email"]
		if l := h.linkOf(r.ID); !l.Whole() && l.UnlinkedFrom == "" && v.IsBlank() != email && (!email || shared[models.MatchKey(v)] == 1) {
			return r.ID
		}
	}
	h.t.Fatal("there is no such contact")
	return ""
}

// comesAndGoes has a contact enter the filter, leave it and come back.
func (h *liveEngine) comesAndGoes(id string, policy models.LeavingPolicy) {
	h.t.Helper()
	h.only("Inside", policy)
	h.edit(models.Salesforce, id, "LastName", "Inside "+id)
	h.soon("the record that came in has a counterpart", func() bool { l := h.linkOf(id); return l.Whole() })
	h.settle()
	desk, made := *h.linkOf(id).DeskID, len(h.records(models.Desk))
	h.edit(models.Salesforce, id, "LastName", "Away "+id)
	h.noticed(id, "LastName", "Away "+id)
	h.edit(models.Salesforce, id, "Title", "Unseen")
	h.noticed(id, "Title", "Unseen")
	h.edit(models.Desk, desk, "phone", "555-0100")
	for range 2 {
		h.engine.PollNow()
		h.settle()
	}
	if l := h.linkOf(id); h.title(desk) == "Unseen" || l.Whole() != (policy == models.LeavingKeep) {
		h.t.Errorf("%s: outside the filter the title %q is in Desk, linked %v", policy, h.title(desk), l.Whole())
	}
	if n := len(h.records(models.Desk)); n != made || len(h.records(models.Salesforce)) != 60 {
		h.t.Errorf("%s: the pair's records were doubled or lost: %d in Desk, %d before", policy, n, made)
	}
	h.edit(models.Salesforce, id, "LastName", "Inside again "+id)
	h.soon("what changed outside is carried over once the record is back", func() bool { return h.title(desk) == "Unseen" })
	h.settle()
	if l := h.linkOf(id); !l.Whole() || *l.DeskID != desk || len(h.records(models.Desk)) != made {
		h.t.Errorf("%s: the record came back to another counterpart: %+v", policy, l)
	}
}

func TestAFilterIsCheckedAgainstWhatTheSidesHave(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 5)
	for name, c := range map[string]models.FilterConditionInput{
		"no such field":    {Side: models.Desk, Field: "cf_nothing", Op: models.FilterIsBlank},
		"no value":         {Side: models.Desk, Field: "lastName", Op: models.FilterEquals},
		"a value too many": {Side: models.Desk, Field: "lastName", Op: models.FilterIsBlank, Values: []string{"x"}},
		"never equal":      {Side: models.Salesforce, Field: "CreatedDate", Op: models.FilterEquals, Values: []string{"soon"}},
		"no text":          {Side: models.Salesforce, Field: "CreatedDate", Op: models.FilterContains, Values: []string{"2"}},
	} {
		saved, _, problems, err := h.engine.SaveSyncFilter(context.Background(), models.ContactObject, models.SyncFilterInput{Conditions: []*models.FilterConditionInput{&c}})
		if err != nil || saved || len(problems) != 1 || problems[0].Severity != models.SeverityError {
			t.Errorf("%s: saved %v, %+v, %v", name, saved, problems, err)
		}
	}
}
