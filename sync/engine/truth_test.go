package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
)

// compareNow compares everything and answers the part of the report about an object.
func (w *world) compareNow(t *testing.T, object models.SyncObject) models.DriftObject {
	t.Helper()
	var r models.DriftReport
	must(t, w.proc.engine.CompareAll(context.Background(), &r))
	for _, o := range r.Objects {
		if o.Object == object {
			return o
		}
	}
	t.Fatalf("%+v", r)
	return models.DriftObject{}
}

// because is how many records or pairs a report has under a reason; side is "" for pairs.
func because(o models.DriftObject, reason models.DriftReason, side models.Side) int {
	for _, d := range o.Differences {
		if d.Reason == reason && (d.Side == nil && side == "" || d.Side != nil && *d.Side == side) {
			return d.Count
		}
	}
	return 0
}

// addsUp wants all pairs and lone records to be accounted for, and to be what the vendors list.
func addsUp(t *testing.T, o models.DriftObject, unlisted int) {
	t.Helper()
	unequal := 0
	for _, d := range o.Differences {
		if d.Side == nil {
			unequal += d.Count
		}
	}
	if o.Equal+unequal != o.Pairs+o.Alone || o.DeskRecords+o.SalesforceRecords+unlisted != 2*o.Pairs+o.Alone {
		t.Errorf("it does not add up: %+v", o)
	}
}

func TestACompareReadsWhatDiffersWhateverItsTimeSays(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(side.Name(), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			var ids []string
			for i := range 4 {
				sf, desk := w.pair(t, map[string]any{"LastName": fmt.Sprint("Read ", i), "Title": "before", "Email": fmt.Sprintf("read%d@x.example", i)})
				ids = append(ids, map[models.Side]string{models.Desk: desk, models.Salesforce: sf}[side])
			}
			w.clock.advance(time.Hour)
			title := map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}
			w.edit(t, side, models.ContactObject, ids[0], map[string]any{title[side]: "after"})
			w.settle(t)
			w.clock.advance(time.Minute)
			w.sim(t, side, http.MethodPost, "/_sim/rewind", `{"hours":0.5}`, nil)
			o := w.compareNow(t, models.ContactObject)
			if because(o, models.DriftMissed, side) != 1 || o.Equal != 3 {
				t.Errorf("%+v", o)
			}
			addsUp(t, o, 0)
			w.settle(t)
			for _, on := range models.Sides {
				id := ids[0]
				if on != side {
					id = w.counterpart(t, models.ContactObject, side, id)
				}
				if got := w.value(t, on, id, title[on]); got != "before" {
					t.Errorf("in %s the title is %q", on.Name(), got)
				}
			}
			if o := w.compareNow(t, models.ContactObject); o.Equal != 4 || len(o.Differences) != 0 {
				t.Errorf("after the repair: %+v", o)
			}
		})
	}
}

func TestACompareCallsNothingEqualThatAVendorSaysNothingOf(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	var sf []string
	for i := range 4 {
		id, _ := w.pair(t, map[string]any{"LastName": fmt.Sprint("Seen ", i)})
		sf = append(sf, id)
	}
	w.sim(t, models.Salesforce, http.MethodPost, "/_sim/unshare", fmt.Sprintf(`{"ids":[%q]}`, sf[0]), nil)
	desk := w.counterpart(t, models.ContactObject, models.Salesforce, sf[1])
	w.remove(t, models.Desk, models.ContactObject, desk)
	if status, out := w.user(t, models.Desk, http.MethodPost, "/api/v1/recycleBin/delete", map[string]any{"ids": []string{desk}}); status >= 300 {
		t.Fatal(out)
	}
	o := w.compareNow(t, models.ContactObject)
	if o.Pairs != 4 || o.Equal != 2 || because(o, models.DriftVanished, models.Salesforce) != 1 || because(o, models.DriftVanished, models.Desk) != 1 || because(o, models.DriftVanished, "") != 2 {
		t.Errorf("%+v", o)
	}
	addsUp(t, o, 2)
}

func TestAPairWhoseAccountIsNotLinkedIsNotEqual(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	first := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Burger Palace"})
	second := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Burger Palace"})
	for i, account := range []string{first, second} {
		w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Eater ", i), "Email": fmt.Sprintf("eater%d@x.example", i), "AccountId": account})
	}
	w.boot(t).connect(t)
	w.settle(t)
	o := w.compareNow(t, models.ContactObject)
	if o.Pairs != 2 || o.Equal != 1 || because(o, models.DriftFailed, "")+because(o, models.DriftWaiting, "") != 1 {
		t.Errorf("%+v", o)
	}
	addsUp(t, o, 0)
	accounts := w.compareNow(t, models.AccountObject)
	if accounts.Alone != 1 {
		t.Errorf("%+v", accounts)
	}
	addsUp(t, accounts, 0)
}

func TestACompareThatFindsASideInThePastHaltsTheSync(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(side.Name(), func(t *testing.T) {
			w, _, _ := braked(t)
			w.proc.engine.Brake = engine.BrakeLimit{Count: 2}
			ids := map[models.Side][]string{}
			links, err := w.store.Links(context.Background(), models.ContactObject, "", 100)
			must(t, err)
			for _, l := range links {
				for _, on := range models.Sides {
					ids[on] = append(ids[on], l.RecordID(on))
				}
			}
			w.clock.advance(time.Hour)
			for _, id := range ids[side][:4] {
				w.edit(t, side, models.ContactObject, id, map[string]any{map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}[side]: "after"})
			}
			w.settle(t)
			w.written()
			w.sim(t, side, http.MethodPost, "/_sim/rewind", `{"hours":0.5}`, nil)
			var r models.DriftReport
			if err := w.proc.engine.CompareAll(context.Background(), &r); err == nil {
				t.Errorf("it was compared to the end: %+v", r)
			}
			w.turns()
			w.halted(t, models.CodeWentBack)
		})
	}
}
