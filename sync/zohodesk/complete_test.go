package zohodesk

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
)

// accountNames are fields of accounts, one of which no list gives.
var accountNames = []string{"accountName", "phone", "description"}

// TestTextThatListsLackCostsFewCalls: accounts have no call for twenty, but a search shows whole
// ones.
func TestTextThatListsLackCostsFewCalls(t *testing.T) {
	r := newRig(t, options{contacts: 10, accounts: 60})
	const one, search = "GET /api/v1/accounts/{id}", "GET /api/v1/accounts/search"
	list := func() (ones, searches int) {
		t.Helper()
		before, beforeSearch := r.sent(one), r.sent(search)
		for _, rec := range r.listAll(models.AccountObject, accountNames, nil) {
			if len(rec.Values) != len(accountNames) || rec.Values["description"].String() != r.read(models.AccountObject, rec.ID, "description").Values["description"].String() {
				t.Fatalf("%+v", rec)
			}
			before++ // of the test's own
		}
		return r.sent(one) - before, r.sent(search) - beforeSearch
	}
	if ones, searches := list(); ones != 0 || searches > 2 {
		t.Errorf("%d reads and %d searches of 60 accounts", ones, searches)
	}
	if ones, searches := list(); ones != 0 || searches != 0 {
		t.Errorf("a second time: %d reads and %d searches", ones, searches)
	}
	other := newRig(t, options{contacts: 10, accounts: 60})
	other.set(`{"searchRows":"listed"}`)
	if got := other.listAll(models.AccountObject, accountNames, nil); len(got) != 60 || other.sent(one) != 60 || other.sent(search) != 1 {
		t.Errorf("%d accounts by %d reads and %d searches", len(got), other.sent(one), other.sent(search))
	}
}

// TestAPollReadsAgainOnlyWhatChanged: the overlap of polls costs lists, not reads.
func TestAPollReadsAgainOnlyWhatChanged(t *testing.T) {
	for _, object := range models.SyncObjects {
		t.Run(string(object), func(t *testing.T) {
			r := newRig(t, options{contacts: 60, accounts: 60})
			name := map[models.SyncObject]string{models.ContactObject: "lastName", models.AccountObject: "accountName"}[object]
			fields := []string{name, "description"}
			_, at := r.changesFrom(object, fields, cursor{Since: r.clock.now()}.String())
			var ids []string
			for i := range 5 {
				ids = append(ids, r.one(object, models.Write{Op: models.OpCreate, Values: values(name, fmt.Sprint("New ", i), "description", "one")}).ID)
			}
			r.clock.advance(10 * time.Second)
			reads := func() int {
				return r.sent("GET /api/v1/"+module(object)+"/{id}") + r.sent("GET /api/v1/contacts/contactsByIds")
			}
			poll := func() (records map[string]models.Record, calls int) {
				t.Helper()
				before := reads()
				var told []models.Record
				told, at = r.changesFrom(object, fields, at)
				return byID(told), reads() - before
			}
			if told, calls := poll(); len(told) != 5 || calls == 0 {
				t.Fatalf("%d records by %d reads", len(told), calls)
			}
			r.clock.advance(10 * time.Second)
			if told, calls := poll(); len(told) != 5 || calls != 0 || told[ids[0]].Values["description"].String() != "one" {
				t.Errorf("the overlap: %d records by %d reads, %+v", len(told), calls, told[ids[0]])
			}
			r.raw("PATCH", "/api/v1/"+module(object)+"/"+ids[0], map[string]any{"description": "two"})
			r.clock.advance(10 * time.Second)
			if told, calls := poll(); calls != 1 || told[ids[0]].Values["description"].String() != "two" || told[ids[1]].Values["description"].String() != "one" {
				t.Errorf("after an edit: %d reads, %+v", calls, told)
			}
		})
	}
}

// TestTwoEditsWithinASecondAreBothSeen: what was read in the second of a change may not be what the
// record became in it.
func TestTwoEditsWithinASecondAreBothSeen(t *testing.T) {
	r := newRig(t, options{})
	fields := []string{"accountName", "description"}
	_, at := r.changesFrom(models.AccountObject, fields, cursor{Since: r.clock.now()}.String())
	id, _ := r.raw("POST", "/api/v1/accounts", map[string]any{"accountName": "Quick", "description": "one"})["id"].(string)
	told, at := r.changesFrom(models.AccountObject, fields, at)
	if byID(told)[id].Values["description"].String() != "one" {
		t.Fatalf("%+v", told)
	}
	r.clock.advance(100 * time.Millisecond)
	r.raw("PATCH", "/api/v1/accounts/"+id, map[string]any{"description": "two"})
	r.clock.advance(time.Minute)
	if told, _ = r.changesFrom(models.AccountObject, fields, at); byID(told)[id].Values["description"].String() != "two" {
		t.Errorf("the second edit is not seen: %+v", byID(told)[id])
	}
}

// TestALaggingSearchIsNotBelievedAboutWhatChangedLately.
func TestALaggingSearchIsNotBelievedAboutWhatChangedLately(t *testing.T) {
	r := newRig(t, options{contacts: 10, accounts: 12})
	var ids []string
	for _, rec := range r.listAll(models.AccountObject, nil, nil) {
		ids = append(ids, rec.ID)
	}
	r.clock.advance(time.Hour)
	r.faults(`[{"kind":"search_lag","seconds":200}]`)
	for _, id := range ids {
		r.raw("PATCH", "/api/v1/accounts/"+id, map[string]any{"description": "new"})
	}
	r.clock.advance(time.Minute)
	for _, rec := range r.listAll(models.AccountObject, accountNames, nil) {
		if rec.Values["description"].String() != "new" {
			t.Fatalf("%+v", rec)
		}
	}
}

func TestWhatIsSettledIsBounded(t *testing.T) {
	var s settled
	at := time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)
	long := models.Text(string(make([]rune, 60_000)))
	for i := range 2000 {
		s.remember(models.ContactObject, models.Record{ID: fmt.Sprint(i), ModifiedAt: at, Values: models.Values{"description": long}}, []string{"description"}, at.Add(time.Minute))
	}
	if s.size > maxSettled || len(s.known) > 300 {
		t.Errorf("%d bytes of %d records are kept", s.size, len(s.known))
	}
}
