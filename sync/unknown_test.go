package sync_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestACreateWithoutMarkOrEmailWhoseAnswerWasLostIsFoundByWhatWasSent(t *testing.T) {
	for _, lost := range []string{"drop_after", "drop_before"} {
		t.Run(lost, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, address string) {
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
				w.create(t, side, models.AccountObject, map[string]any{name[side]: "Acme"}) // somebody else, a moment before
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

func TestARecordThatTookADeletedOnesPlaceIsPairedWithTheSurvivor(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Made anew", "Email": "anew@x.example"})
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.settle(t)
	again := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Made anew", "Email": "anew@x.example", "Title": "second"})
	w.settle(t)
	if got := w.counterpart(t, models.ContactObject, models.Salesforce, again); got != desk || w.value(t, models.Desk, desk, "title") != "second" || len(w.failures(t)) != 0 {
		t.Errorf("the counterpart is %q, not %q: %+v", got, desk, w.failures(t))
	}
	if n := w.live(t, models.Desk, models.ContactObject); n != 1 {
		t.Errorf("%d contacts in Desk", n)
	}
}

func TestARecordThatTheRecycleBinNoLongerHoldsIsMadeAgainAsAWriteOfItsOwn(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Purged"})
	w.remove(t, models.Desk, models.ContactObject, desk)
	w.settle(t)
	w.user(t, models.Desk, http.MethodPost, "/api/v1/recycleBin/delete", map[string]any{"ids": []string{desk}})
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "still here"})
	// The sync is paused between the restore that finds nothing and the create that follows from it.
	w.proc.onWrite = nil
	engine := w.proc.engine
	engine.PollNow()
	check(t, engine.Pass(context.Background()))
	_, err := engine.ExecuteOnce(context.Background(), models.Desk)
	must(t, err)
	_, err = engine.Pause(context.Background())
	must(t, err)
	w.written()
	_ = w.proc.turn()
	if n := len(w.written()); n != 0 || w.live(t, models.Desk, models.ContactObject) != 0 {
		t.Errorf("%d writes left while paused", n)
	}
	_, err = engine.Resume(context.Background())
	must(t, err)
	w.settle(t)
	made := w.counterpart(t, models.ContactObject, models.Salesforce, sf)
	if n := w.live(t, models.Desk, models.ContactObject); n != 1 || made == "" || made == desk || w.value(t, models.Desk, made, "title") != "still here" {
		t.Errorf("%d contacts in Desk, the counterpart is %q", n, made)
	}
}

func TestADeletedIntegrationLeavesNothingBehindAndMayBeDeletedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, _ := w.pair(t, map[string]any{"LastName": "Kept by the vendors"})
		engine := w.proc.engine
		for range 2 {
			must(t, engine.Delete(context.Background()))
		}
		in, err := w.store.Integration(context.Background())
		must(t, err)
		links, err := w.store.Links(context.Background(), models.ContactObject, "", 10)
		must(t, err)
		if in.Status != models.StatusDeleted || len(links) != 0 {
			t.Errorf("%s, %d links", in.Status, len(links))
		}
		// What was being read when it was deleted is not kept.
		_, err = w.store.Observe(context.Background(), models.Salesforce, models.ContactObject,
			[]models.Record{{Side: models.Salesforce, Object: models.ContactObject, ID: sf, Values: models.Values{"LastName": models.Text("Late")}, ModifiedAt: w.clock.Now()}}, nil)
		must(t, err)
		if rows, err := w.store.Mirror(context.Background(), models.Salesforce, models.ContactObject, []string{sf}); err != nil || len(rows) != 0 {
			t.Errorf("%d rows were kept after the deletion (%v)", len(rows), err)
		}
		must(t, w.store.SaveDriftReport(context.Background(), models.DriftReport{ID: "late", Status: models.RunDone, StartedAt: w.clock.Now()}))
		must(t, w.store.SetCursor(context.Background(), models.Cursor{Side: models.Desk, Object: models.ContactObject, Kind: models.CursorPoll, Value: "late"}))
		late, err := w.store.DriftReport(context.Background())
		must(t, err)
		if polls, err := w.store.PollCursors(context.Background()); err != nil || len(polls) != 0 || late != nil {
			t.Errorf("%d positions and the report %v were kept after the deletion (%v)", len(polls), late, err)
		}
		if a, b := w.live(t, models.Desk, models.ContactObject), w.live(t, models.Salesforce, models.ContactObject); a != 1 || b != 1 {
			t.Errorf("%d contacts in Desk and %d in Salesforce are left", a, b)
		}
	})
}

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
