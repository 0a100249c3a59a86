package engine_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// spam marks a Desk contact as spam, or takes that back, as an agent does.
func (w *world) spam(t failer, id string, is bool) {
	t.Helper()
	body := map[string]any{"ids": []string{id}, "isSpam": is}
	if status, out := w.user(t, models.Desk, http.MethodPost, "/api/v1/contacts/markSpam", body); status >= 300 {
		t.Fatalf("an agent cannot mark spam: %d %v", status, out)
	}
}

// anonymous makes a Desk contact a visitor who does not say who they are, or names them.
func (w *world) anonymous(t failer, id string, is bool) {
	t.Helper()
	w.sim(t, models.Desk, http.MethodPost, "/_sim/contacts/"+id, fmt.Sprintf(`{"isAnonymous":%t}`, is), nil)
}

// TestSpamAndAnonymousContactsRestUntilTheyAreNone: whether searches find them or not.
func TestSpamAndAnonymousContactsRestUntilTheyAreNone(t *testing.T) {
	kinds := map[string]func(w *world, t failer, id string, is bool){
		"spam": (*world).spam, "anonymous": (*world).anonymous,
	}
	for name, mark := range kinds {
		for _, found := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, found by searches %t", name, found), func(t *testing.T) {
				storetest.Two(t, func(t *testing.T, address string) {
					w := onWorld(t, address)
					w.sim(t, models.Desk, http.MethodPost, "/_sim/settings", fmt.Sprintf(`{"spamFound":%t}`, found), nil)
					alone := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Prize", "email": "win@spam.example"})
					mark(w, t, alone, true)
					w.restsAlone(t, mark, alone)
					w.restsInAPair(t, mark)
				})
			})
		}
	}
}

// restsAlone: nothing is made of a contact that is left out, and nothing beside it where it was
// ever seen.
func (w *world) restsAlone(t *testing.T, mark func(*world, failer, string, bool), id string) {
	t.Helper()
	w.boot(t).connect(t)
	w.settle(t)
	w.compareNow(t, models.ContactObject)
	w.settle(t)
	if got := w.each(t); got != [2]int{1, 0} || len(w.failures(t)) != 0 {
		t.Fatalf("Desk and Salesforce have %v contacts; failures: %+v", got, w.failures(t))
	}
	mark(w, t, id, false)
	w.clock.advance(time.Minute)
	w.settle(t)
	if w.counterpart(t, models.ContactObject, models.Desk, id) == "" {
		t.Error("it is not synced although it is no longer left out")
	}
}

// restsInAPair: a pair of which Desk's contact is left out stays linked and is carried on where it
// was once the contact is back.
func (w *world) restsInAPair(t *testing.T, mark func(*world, failer, string, bool)) {
	t.Helper()
	sf, desk := w.pair(t, map[string]any{"LastName": "Moreau", "Email": "jo@moreau.example", "Title": "before"})
	w.clock.advance(time.Minute)
	mark(w, t, desk, true)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "after"})
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"phone": "+33 1"})
	w.settle(t)
	w.clock.advance(25 * time.Hour)
	w.compareNow(t, models.ContactObject)
	w.settle(t)
	o := w.compareNow(t, models.ContactObject)
	if w.value(t, models.Desk, desk, "title") != "before" || w.value(t, models.Salesforce, sf, "Phone") != "" {
		t.Error("it was written to or from while it was left out")
	}
	if because(o, models.DriftVanished, models.Desk) != 0 || because(o, models.DriftOutside, "") != 1 || len(w.failures(t)) != 0 {
		t.Errorf("%+v; failures: %+v", o, w.failures(t))
	}
	if w.counterpart(t, models.ContactObject, models.Desk, desk) != sf {
		t.Error("the pair was taken apart")
	}
	// A new contact with its email is not made beside it.
	w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Moreau", "Email": "jo@moreau.example"})
	w.settle(t)
	if got := w.each(t); got != [2]int{2, 3} {
		t.Errorf("Desk and Salesforce have %v contacts", got)
	}
	mark(w, t, desk, false)
	w.clock.advance(time.Minute)
	w.settle(t)
	if w.value(t, models.Desk, desk, "title") != "after" || w.value(t, models.Salesforce, sf, "Phone") != "+33 1" {
		t.Error("what was edited meanwhile is lost")
	}
}

// TestAContactThatIsMarkedAsSpamUnseenIsNotWrittenTo: an edit is planned before anybody has told of
// the mark, which takes the contact out of the lists that are polled.
func TestAContactThatIsMarkedAsSpamUnseenIsNotWrittenTo(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Moreau", "Email": "jo@moreau.example", "Title": "before"})
	w.clock.advance(time.Minute)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "after"})
	w.spam(t, desk, true)
	w.written()
	w.settle(t)
	for _, wrote := range w.written() {
		t.Errorf("%+v", wrote)
	}
	if w.value(t, models.Desk, desk, "title") != "before" {
		t.Error("it was written to")
	}
}

// TestAContactStopsRestingOnceTheSpamBesideItIsGone: the one contact that has its email is spam,
// and is deleted, or merged or purged, of which no list of Desk's tells.
func TestAContactStopsRestingOnceTheSpamBesideItIsGone(t *testing.T) {
	for name, purged := range map[string]bool{"deleted": false, "gone without a trace": true} {
		t.Run(name, func(t *testing.T) {
			storetest.Two(t, func(t *testing.T, address string) {
				w := onWorld(t, address)
				sf, desk := w.pair(t, map[string]any{"LastName": "Moreau", "Email": "jo@moreau.example"})
				w.spam(t, desk, true)
				w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "edited"})
				w.settle(t)
				w.remove(t, models.Salesforce, models.ContactObject, sf)
				w.settle(t)
				again := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Moreau", "Email": "jo@moreau.example"})
				w.settle(t)
				if made := w.counterpart(t, models.ContactObject, models.Salesforce, again); made != "" || len(w.failures(t)) != 0 {
					t.Fatalf("beside spam with its email: %q; failures: %+v", made, w.failures(t))
				}
				w.remove(t, models.Desk, models.ContactObject, desk)
				if purged {
					w.purge(t, models.Desk, desk)
					w.edit(t, models.Salesforce, models.ContactObject, again, map[string]any{"Title": "edited"})
				}
				w.clock.advance(time.Minute)
				w.settle(t)
				if w.counterpart(t, models.ContactObject, models.Salesforce, again) == "" {
					t.Errorf("it has no counterpart; failures: %+v", w.failures(t))
				}
			})
		})
	}
}
