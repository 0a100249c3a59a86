package engine_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestAHintAboutFieldsThatNobodyHoldsIsNotLookedInto(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Hinted", "Title": "old"})
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "new"})
	hint := func(fields ...string) string {
		t.Helper()
		must(t, w.proc.engine.Hint(context.Background(), models.Salesforce, models.ContactObject, []models.Hint{{ID: sf, Fields: fields}}))
		rows, err := w.store.Mirror(context.Background(), models.Salesforce, models.ContactObject, []string{sf})
		must(t, err)
		return rows[sf].Data["Title"].String()
	}
	if got := hint("LoyaltyPoints__c"); got != "old" {
		t.Errorf("a hint about a field that is not held was looked into: %q", got)
	}
	if got := hint("LoyaltyPoints__c", "Title"); got != "new" {
		t.Errorf("a hint about a held field was passed over: %q", got)
	}
	w.settle(t)
	if got := w.value(t, models.Desk, desk, "title"); got != "new" {
		t.Error(got)
	}
}

// A deletion that only the event tells of, since reading says nothing of the record, is taken also
// where the record was seen meanwhile.
func TestADeletionThatOnlyItsEventTellsOfIsTaken(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, _ := w.pair(t, map[string]any{"LastName": "Lovelace", "Email": "ada@x.example"})
	p, row := w.proc, w.mirrored(t, sf)
	w.clock.advance(time.Hour)
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.purge(t, models.Salesforce, sf)
	overtaken := false
	p.onObserve = func(side models.Side, _ []models.Record) {
		if overtaken {
			return
		}
		overtaken = true
		w.clock.advance(100 * time.Millisecond)
		_, err := p.store.Observe(context.Background(), side, models.ContactObject, []models.Record{{ID: sf, Values: row.Data, ModifiedAt: row.ModifiedAt}}, nil)
		check(t, err)
	}
	check(t, p.engine.Hint(context.Background(), models.Salesforce, models.ContactObject, []models.Hint{{ID: sf, Deleted: true, At: row.ModifiedAt}}))
	if row := w.mirrored(t, sf); !overtaken || row.DeletedAt == nil {
		t.Errorf("overtaken %v, the mirror has %+v", overtaken, row)
	}
}

// The answer to our own write is what the record is now: the event that echoes it costs no call,
// unless it says anything that the mirror does not hold.
func TestTheEchoOfOurOwnWriteCostsNoCall(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Echo", "Title": "old"})
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "new"})
	w.settle(t)
	held := func() string { return w.mirrored(t, sf).Data["Title"].String() }
	if held() != "new" {
		t.Fatalf("the mirror has %q", held())
	}
	echo := models.Hint{ID: sf, ByUs: true, Fields: []string{"LastModifiedDate", "Title"}, Values: models.Values{"Title": models.Text("new")}}
	costs := func(change func(h *models.Hint)) int {
		t.Helper()
		h := echo
		change(&h)
		before := w.calls(t, models.Salesforce)
		must(t, w.proc.engine.Hint(context.Background(), models.Salesforce, models.ContactObject, []models.Hint{h}))
		return w.calls(t, models.Salesforce) - before
	}
	if n := costs(func(*models.Hint) {}); n != 0 {
		t.Errorf("the echo cost %d calls", n)
	}
	for name, change := range map[string]func(h *models.Hint){
		"somebody else's":              func(h *models.Hint) { h.ByUs = false },
		"another value":                func(h *models.Hint) { h.Values = models.Values{"Title": models.Text("NEW")} },
		"cleared":                      func(h *models.Hint) { h.Values = models.Values{"Title": models.Blank} },
		"a value that is not told":     func(h *models.Hint) { h.Values = nil },
		"another field that is held":   func(h *models.Hint) { h.Fields = []string{"Phone", "Title"} },
		"fields that are not known":    func(h *models.Hint) { h.Fields = nil },
		"a record that nobody has met": func(h *models.Hint) { h.ID = "003000000000000AAA" },
	} {
		if n := costs(change); n != 1 {
			t.Errorf("%s: %d calls", name, n)
		}
	}
	// Where an automation writes after us, the event says so, and the record is read.
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "rewritten"})
	costs(func(h *models.Hint) { h.Values = models.Values{"Title": models.Text("rewritten")} })
	if held() != "rewritten" {
		t.Errorf("the mirror has %q", held())
	}
}
