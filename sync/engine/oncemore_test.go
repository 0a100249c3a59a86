package engine_test

import (
	"context"
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// again forgets everything, as after deleteIntegration or a lost database, connects both sides and
// starts once more.
func (w *world) again(t *testing.T) {
	t.Helper()
	must(t, w.store.Wipe(context.Background()))
	w.proc.kill()
	w.boot(t).connect(t)
	w.settle(t)
}

// each counts the live contacts of both sides.
func (w *world) each(t *testing.T) [2]int {
	t.Helper()
	return [2]int{w.live(t, models.Desk, models.ContactObject), w.live(t, models.Salesforce, models.ContactObject)}
}

func TestOnceMoreAfterADeleteNothingIsDoubled(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		for name, mark := range map[string]bool{"with marks": true, "without marks": false} {
			t.Run(name, func(t *testing.T) {
				w := onWorld(t, fresh(t, address))
				for side := range w.marked {
					w.marked[side] = mark
				}
				person := func(side models.Side, values map[string]any) { w.create(t, side, models.ContactObject, values) }
				// No email, and enough to be known by.
				person(models.Salesforce, map[string]any{"LastName": "Plain", "Phone": "555-0101", "Title": "Cook", "MailingCity": "Lyon"})
				person(models.Desk, map[string]any{"lastName": "Homely", "phone": "555-0102", "title": "Baker"})
				// Two of one name, told apart by their values.
				person(models.Salesforce, map[string]any{"LastName": "Twin", "FirstName": "A", "Phone": "555-0103", "Title": "Elder"})
				person(models.Salesforce, map[string]any{"LastName": "Twin", "FirstName": "A", "Phone": "555-0104", "Title": "Younger"})
				// Two who cannot be told apart.
				person(models.Salesforce, map[string]any{"LastName": "Same", "Phone": "555-0105", "Title": "Clone"})
				person(models.Salesforce, map[string]any{"LastName": "Same", "Phone": "555-0105", "Title": "Clone"})
				// An email that Desk refuses: one of the two has no key.
				person(models.Salesforce, map[string]any{"LastName": "Haddad", "Email": "nora/haddad@field.example", "Phone": "555-0106", "Title": "CFO"})
				if mark { // nothing but a name
					person(models.Salesforce, map[string]any{"LastName": "Bare"})
				}
				w.boot(t).connect(t)
				w.settle(t)
				before := w.each(t)
				for range 2 {
					w.again(t)
					if after := w.each(t); after != before {
						t.Fatalf("Desk and Salesforce had %v contacts and have %v", before, after)
					}
				}
				links, err := w.store.Links(context.Background(), models.ContactObject, "", 100)
				must(t, err)
				whole := 0
				for _, l := range links {
					if l.Whole() {
						whole++
					}
				}
				if want := before[0] - 2; whole != want {
					t.Errorf("%d of %d are linked again, and %d should be", whole, before[0], want)
				}
				for _, f := range w.failures(t) {
					if f.Code != models.CodeAmbiguousMatch && f.Field == "" || f.RecordName == nil || *f.RecordName != "Same" && f.Field == "" {
						t.Errorf("%v: %s %s", deref(f.RecordName), f.Code, f.Message)
					}
				}
			})
		}
	})
}

func deref(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func TestStrangersOfOneNameAreNotTakenForOne(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Miller", "Phone": "555-0101", "Title": "Cook"})
	w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Miller", "phone": "555-0102", "title": "Cook"})
	w.boot(t).connect(t)
	w.settle(t)
	if got := w.each(t); got != [2]int{2, 2} {
		t.Errorf("%v", got)
	}
}

func TestTheDemosPeopleAreNotDoubledOnceMore(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 200, deaf)
	h.settle()
	count := func() string {
		out := ""
		for _, side := range models.Sides {
			for _, object := range models.SyncObjects {
				n, err := h.remotes[side].Count(context.Background(), object)
				must(t, err)
				out += fmt.Sprint(side, " ", object, " ", n, "; ")
			}
		}
		return out
	}
	before, linked := count(), h.settle()
	must(t, h.store.Wipe(context.Background()))
	for _, side := range models.Sides {
		must(t, h.engine.Connected(context.Background(), side))
	}
	_, err := h.engine.Start(context.Background())
	must(t, err)
	again := h.settle()
	if after := count(); after != before {
		t.Errorf("before: %s\nafter: %s", before, after)
	}
	// What is not linked again says why.
	for _, object := range models.SyncObjects {
		links, err := h.store.Links(context.Background(), object, "", 1000)
		must(t, err)
		ids := make([]string, len(links))
		for i := range links {
			ids[i] = links[i].ID
		}
		open, err := h.store.OpenWork(context.Background(), ids)
		must(t, err)
		for _, l := range links {
			if !l.Whole() && open[l.ID].Failure == "" {
				t.Errorf("%s is not linked, and no failure says why", deref(l.ShownName()))
			}
		}
	}
	if again.LinkedContacts < linked.LinkedContacts-4 || again.LinkedAccounts < linked.LinkedAccounts-2 {
		t.Errorf("linked before: %+v, after: %+v", linked, again)
	}
}
