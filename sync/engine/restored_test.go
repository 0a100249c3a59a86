package engine_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// restoredTo lets a side go back to a time, as after a restored backup, by so few records that the
// sync is not halted.
func (w *world) restoredTo(t *testing.T, side models.Side, then time.Time) {
	t.Helper()
	w.sim(t, side, http.MethodPost, "/_sim/rewind", fmt.Sprintf(`{"to":%q}`, then.UTC().Format(time.RFC3339Nano)), nil)
}

// TestAnEditMeetsARecordThatARestoredBackupMadeOlder: the write waits as long as a copy of the
// vendor's may lag behind, by a growing time between its attempts, and then the older state counts.
func TestAnEditMeetsARecordThatARestoredBackupMadeOlder(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		for _, side := range models.Sides {
			t.Run(side.Name(), func(t *testing.T) {
				w := onWorld(t, fresh(t, address))
				w.pair(t, map[string]any{"LastName": "Other"})
				w.pair(t, map[string]any{"LastName": "Another"})
				w.clock.advance(time.Hour)
				sf, desk := w.pair(t, map[string]any{"LastName": "Restored", "Title": "first"})
				ids := map[models.Side]string{models.Salesforce: sf, models.Desk: desk}
				title := map[models.Side]string{models.Salesforce: "Title", models.Desk: "title"}
				phone := map[models.Side]string{models.Salesforce: "Phone", models.Desk: "phone"}
				w.clock.advance(time.Minute)
				then := w.clock.Now()
				w.clock.advance(time.Minute)
				w.edit(t, side, models.ContactObject, ids[side], map[string]any{title[side]: "second"})
				w.settle(t)
				w.restoredTo(t, side, then)
				other := side.Other()
				w.edit(t, other, models.ContactObject, ids[other], map[string]any{phone[other]: "+48 1"})
				read := w.calls(t, side)
				w.settle(t)
				if in := w.stands(t); in.Status != models.StatusActive {
					t.Fatalf("%s %s", in.Status, in.ReasonCode)
				}
				for _, on := range models.Sides {
					if got := w.value(t, on, ids[on], title[on]) + ", " + w.value(t, on, ids[on], phone[on]); got != "first, +48 1" {
						t.Errorf("in %s: %s", on.Name(), got)
					}
				}
				if n := w.calls(t, side) - read; n > 60 {
					t.Errorf("%s was asked %d times", side.Name(), n)
				}
			})
		}
	})
}

// TestAnEditMeetsARecordThatARestoredBackupPutIntoTheBin: the policy for deleted records holds.
func TestAnEditMeetsARecordThatARestoredBackupPutIntoTheBin(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(side.Name(), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.pair(t, map[string]any{"LastName": "Other"})
			w.clock.advance(time.Hour)
			last := map[models.Side]string{models.Salesforce: "LastName", models.Desk: "lastName"}
			id := w.create(t, side, models.ContactObject, map[string]any{last[side]: "Restored"})
			w.clock.advance(time.Second)
			w.remove(t, side, models.ContactObject, id)
			w.clock.advance(time.Minute)
			then := w.clock.Now()
			w.clock.advance(time.Minute)
			w.restore(t, side, id)
			w.clock.advance(time.Second)
			w.settle(t)
			other := side.Other()
			counterpart := w.counterpart(t, models.ContactObject, side, id)
			w.clock.advance(time.Minute)
			w.restoredTo(t, side, then)
			description := map[models.Side]string{models.Salesforce: "Description", models.Desk: "description"}
			w.edit(t, other, models.ContactObject, counterpart, map[string]any{description[other]: "since"})
			w.settle(t)
			if got := w.value(t, side, id, description[side]); got != "since" || len(w.failures(t)) != 0 || w.each(t) != [2]int{2, 2} {
				t.Errorf("%q, %v, %+v", got, w.each(t), w.failures(t))
			}
		})
	}
}

// TestACompareReadsWhatARestoredBackupMadeOlderInAFieldThatNoListGives: Desk's lists have no texts
// of several lines, so that only the time tells of one.
func TestACompareReadsWhatARestoredBackupMadeOlderInAFieldThatNoListGives(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Other"})
	account := w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "Acme"})
	w.clock.advance(time.Hour)
	then := w.clock.Now()
	w.clock.advance(time.Hour)
	w.edit(t, models.Desk, models.AccountObject, account, map[string]any{"description": "since"})
	w.settle(t)
	w.restoredTo(t, models.Desk, then)
	w.clock.advance(2 * time.Hour)
	check(t, w.proc.turn())
	if o := w.compareNow(t, models.AccountObject); because(o, models.DriftMissed, models.Desk) != 1 {
		t.Errorf("%+v", o)
	}
	w.settle(t)
	if got := w.value(t, models.Salesforce, w.counterpart(t, models.AccountObject, models.Desk, account), "Description"); got != "" {
		t.Errorf("in Salesforce stands %q", got)
	}
	if o := w.compareNow(t, models.AccountObject); o.Equal != 1 || len(o.Differences) != 0 {
		t.Errorf("the next compare: %+v", o)
	}
}
