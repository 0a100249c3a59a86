package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestACreateWithoutMarkOrEmailWhoseAnswerWasLostIsFoundByWhatWasSent(t *testing.T) {
	for _, lost := range []string{"drop_after", "drop_before"} {
		t.Run(lost, func(t *testing.T) {
			storetest.Two(t, func(t *testing.T, address string) {
				w := onWorld(t, address)
				w.marked[models.Desk] = false
				w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
				w.faults(t, models.Desk, fmt.Sprintf(`{"kind":%q,"endpoint":"POST /api/v1/contacts","times":2}`, lost))
				one := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Nameless", "FirstName": "Ann"})
				two := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Nameless", "FirstName": "Bo"})
				w.settle(t)
				a, b := w.counterpart(t, models.ContactObject, models.Salesforce, one), w.counterpart(t, models.ContactObject, models.Salesforce, two)
				if n := w.live(t, models.Desk, models.ContactObject); n != 3 || a == "" || b == "" || a == b || w.value(t, models.Desk, a, "firstName") != "Ann" {
					t.Errorf("%d contacts in Desk, counterparts %q and %q", n, a, b)
				}
			})
		})
	}
}

// The mark is proof, also against a record that has the very values: somebody else made that one.
func TestARecordWithTheSameValuesButWithoutOurMarkIsNotTakenForWhatWasMade(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(string(side), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
			name := map[models.Side]string{models.Desk: "accountName", models.Salesforce: "Name"}
			w.faults(t, side, `{"kind":"drop_after","endpoint":"* /api/v1/accounts","times":1}`, `{"kind":"drop_after","endpoint":"* /services/data/v68.0/composite/sobjects/**","times":1}`)
			from := w.create(t, side.Other(), models.AccountObject, map[string]any{name[side.Other()]: "Acme"})
			w.proc.onWrite = func() {
				w.proc.onWrite = nil
				// Somebody else, a moment before.
				w.create(t, side, models.AccountObject, map[string]any{name[side]: "Acme"})
			}
			w.settle(t)
			var ours string
			for _, r := range w.dump(t)[side][models.AccountObject] {
				if r.values["cf_sidelight_link_id"]+r.values["Sidelight_Link_Id__c"] != "" {
					ours = r.id
				}
			}
			if got := w.counterpart(t, models.AccountObject, side.Other(), from); got != ours || ours == "" {
				t.Errorf("the counterpart is %q, what was made is %q", got, ours)
			}
		})
	}
}

func TestTwinsWhoseAnswersWereLostGetOneCounterpartEach(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.marked[models.Desk] = false
	w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
	w.faults(t, models.Desk, `{"kind":"drop_after","endpoint":"POST /api/v1/contacts","times":2}`)
	for range 2 {
		w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Twin"})
	}
	w.settle(t)
	c, err := w.store.Counts(context.Background())
	must(t, err)
	if n := w.live(t, models.Desk, models.ContactObject); n != 3 || c.LinkedContacts != 3 {
		t.Errorf("%d contacts in Desk, %d pairs", n, c.LinkedContacts)
	}
}

func TestALostAnswerDuringTheFirstLoadDoesNotKeepItFromEnding(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.marked[models.Desk] = false
	for i := range 3 {
		w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Loaded ", i)})
	}
	w.faults(t, models.Desk, `{"kind":"drop_after","endpoint":"POST /api/v1/contacts","times":2}`)
	w.boot(t).connect(t)
	w.settle(t)
	if n := w.live(t, models.Desk, models.ContactObject); n != 3 {
		t.Errorf("%d contacts in Desk", n)
	}
}

func TestAnEditOfARecordWhoseCreateIsUnansweredIsKept(t *testing.T) {
	for _, marked := range []bool{true, false} {
		t.Run(fmt.Sprint(marked), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.marked[models.Desk] = marked
			w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
			w.faults(t, models.Desk, `{"kind":"drop_after","endpoint":"POST /api/v1/contacts","times":1}`)
			sf := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Edited early", "Email": "early@x.example", "Title": "as made"})
			_ = w.proc.turn()
			var desk string
			for _, r := range w.dump(t)[models.Desk][models.ContactObject] {
				if r.values["lastName"] == "Edited early" {
					desk = r.id
				}
			}
			if desk == "" || w.counterpart(t, models.ContactObject, models.Salesforce, sf) != "" {
				t.Fatal("the answer was not lost")
			}
			w.clock.advance(time.Second)
			w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "edited in Desk"})
			w.settle(t)
			r, _ := w.get(t, models.Salesforce, models.ContactObject, sf)
			if w.counterpart(t, models.ContactObject, models.Salesforce, sf) != desk || r.values["Title"] != "edited in Desk" {
				lost := ""
				for _, c := range w.conflicts(t) {
					lost += c.Field + " " + c.Desk.String() + "/" + c.Salesforce.String() + "; "
				}
				if lost == "" || marked {
					t.Errorf("Salesforce has %q, Desk %q; conflicts: %s", r.values["Title"], w.value(t, models.Desk, desk, "title"), lost)
				}
			}
		})
	}
}

func TestLostAnswersMakeNoDuplicatesAndLoseNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		h := open(t, address, 100)
		h.sim(models.Desk, "POST", "/_sim/faults", `{"rules":[{"kind":"drop_after","endpoint":"POST /api/v1/contacts","probability":0.1},{"kind":"drop_before","endpoint":"POST /api/v1/accounts","probability":0.1}]}`)
		h.sim(models.Salesforce, "POST", "/_sim/faults", `{"rules":[{"kind":"drop_after","endpoint":"PATCH /services/data/v68.0/composite/**","times":2},{"kind":"reset","endpoint":"PATCH /services/data/v68.0/composite/**","after":1,"times":1}]}`)
		counts := h.settle()
		for _, side := range models.Sides {
			h.sim(side, "DELETE", "/_sim/faults", "")
		}
		desk, sf := len(h.records(models.Desk)), len(h.records(models.Salesforce))
		// Records that share an email within one side get one counterpart; the others stand in the
		// failure log.
		if want := 200 - counts.OpenFailures; counts.LinkedContacts < want-5 || desk != sf && desk+sf+counts.OpenFailures < 2*counts.LinkedContacts {
			t.Errorf("%d linked, %d in Desk, %d in Salesforce, %d failures", counts.LinkedContacts, desk, sf, counts.OpenFailures)
		}
		if made := desk - 100; made > 100 || sf-100 > 100 {
			t.Errorf("duplicates: %d contacts were made in Desk and %d in Salesforce, out of 100 each", made, sf-100)
		}
	})
}
