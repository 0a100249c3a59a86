package engine_test

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// share changes who is shown a Salesforce record, as an admin of Salesforce would: nothing tells
// the integration of it.
func (w *world) share(t *testing.T, id string, shown bool) {
	t.Helper()
	path := "/_sim/unshare"
	if shown {
		path = "/_sim/share"
	}
	if status, out := w.user(t, models.Salesforce, "POST", path, map[string]any{"ids": []string{id}}); status != 204 {
		t.Fatalf("sharing cannot be changed: %d %v", status, out)
	}
}

// Salesforce answers for a record that is not shared with the integration's user as for one that
// never was. Taken for gone, the next edit would make it again.
func TestARecordThatIsNoLongerSharedIsNotTakenForGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, desk := w.pair(t, map[string]any{"LastName": "Pair", "Email": "pair@x.example"})
		w.share(t, sf, false)
		for _, title := range []string{"first", "second"} {
			w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": title})
			w.settle(t)
			w.clock.advance(time.Hour)
			w.settle(t)
		}
		log := w.failures(t)
		if len(log) != 1 || log[0].Code != models.CodeNotFound || log[0].Hint == nil {
			t.Errorf("failures %+v", log)
		}
		if n := w.live(t, models.Salesforce, models.ContactObject); n != 0 {
			t.Errorf("%d contacts are shown in Salesforce: it was made again", n)
		}
		w.share(t, sf, true)
		_, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{})
		must(t, err)
		w.settle(t)
		if got := w.value(t, models.Salesforce, sf, "Title"); got != "second" || w.live(t, models.Salesforce, models.ContactObject) != 1 || len(w.failures(t)) != 0 {
			t.Errorf("shared again, its title is %q; failures %+v", got, w.failures(t))
		}
	})
}

// Beside it, one that is gone for good is known from the feed of deletions, also where it was
// purged at once.
func TestARecordThatWasPurgedAtOnceIsMadeAgainWhenItsCounterpartIsEdited(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Pair"})
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.purge(t, models.Salesforce, sf)
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "after"})
	w.settle(t)
	w.clock.advance(time.Hour)
	w.settle(t)
	now := w.counterpart(t, models.ContactObject, models.Desk, desk)
	if now == sf || now == "" || w.value(t, models.Salesforce, now, "Title") != "after" || len(w.failures(t)) != 0 {
		t.Errorf("the counterpart is %q (was %q), failures %+v", now, sf, w.failures(t))
	}
}

func TestNothingIsMadeOfARecordThatIsNoLongerShared(t *testing.T) {
	var hidden, purged string
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.boot(t).connect(t)
	only := models.FilterConditionInput{Side: models.Salesforce, Field: "Title", Op: models.FilterIsBlank}
	for _, in := range []models.SyncFilterInput{{Conditions: []*models.FilterConditionInput{&only}}, {}} {
		saved, _, problems, err := w.proc.engine.SaveSyncFilter(t.Context(), models.ContactObject, in)
		if err != nil || !saved {
			t.Fatal(problems, err)
		}
		w.settle(t)
		if len(in.Conditions) > 0 {
			hidden = w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Hidden", "Title": "left out"})
			purged = w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Purged", "Title": "left out"})
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Shown", "Title": "left out"})
			w.settle(t)
			w.share(t, hidden, false)
			w.remove(t, models.Salesforce, models.ContactObject, purged)
			w.purge(t, models.Salesforce, purged)
			w.clock.advance(time.Hour)
		}
	}
	w.clock.advance(time.Hour)
	w.settle(t) // the feed of deletions names the purged one
	log := w.failures(t)
	if n := w.live(t, models.Desk, models.ContactObject); n != 1 || len(log) != 1 || log[0].Code != models.CodeNotFound || log[0].RecordID != hidden {
		t.Errorf("%d contacts in Desk, failures %+v", n, log)
	}
	w.share(t, hidden, true)
	_, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{})
	must(t, err)
	w.settle(t)
	if n := w.live(t, models.Desk, models.ContactObject); n != 2 || len(w.failures(t)) != 0 {
		t.Errorf("shared again: %d contacts in Desk, failures %+v", n, w.failures(t))
	}
}

// A record that a vendor does not show is not a deleted one: not from an empty list, a refusal, a
// time-out, a page of somebody in between, or a 404 that is not the vendor's own word.
func TestADeletionIsBelievedOnlyOnPositiveEvidence(t *testing.T) {
	answers := map[string]string{
		"an empty answer":         `"kind":"status","status":204`,
		"no access":               `"kind":"status","status":403,"body":{"errorCode":"FORBIDDEN","message":""}`,
		"no access, Salesforce's": `"kind":"status","status":403,"body":[{"errorCode":"INSUFFICIENT_ACCESS","message":""}]`,
		"no session":              `"kind":"status","status":401,"body":[{"errorCode":"INVALID_SESSION_ID","message":""}]`,
		"a proxy's 404":           `"kind":"status","status":404,"body":"not here"`,
		"a page":                  `"kind":"html"`,
		"a failure":               `"kind":"status","status":500`,
		"nothing":                 `"kind":"drop_before"`,
		"half an answer":          `"kind":"truncate"`,
	}
	empty := map[models.Side]string{
		models.Desk:       `"kind":"status","status":200,"body":{"data":[]}`,
		models.Salesforce: `"kind":"status","status":200,"body":{"totalSize":0,"done":true,"records":[]}`,
	}
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Here all the time"})
	ids := map[models.Side]string{models.Desk: desk, models.Salesforce: sf}
	for _, side := range models.Sides {
		list := map[string]string{"an empty list": empty[side]}
		for name, rule := range answers {
			list[name] = rule
		}
		for name, rule := range list {
			t.Run(fmt.Sprint(side, "/", name), func(t *testing.T) {
				w.written()
				w.faults(t, side, "{"+rule+`,"endpoint":"GET **"}`)
				for range 3 {
					_ = w.proc.turn()
					_ = w.proc.engine.Hint(t.Context(), side, models.ContactObject, []models.Hint{{ID: ids[side]}})
					w.clock.advance(time.Minute)
				}
				w.faults(t, side)
				w.settle(t)
				links, err := w.store.LinksByRecord(t.Context(), models.ContactObject, side, []string{ids[side]})
				must(t, err)
				if l := links[ids[side]]; !l.Whole() || l.Desk.DeletedAt != nil || l.Salesforce.DeletedAt != nil {
					t.Error("the record is taken for deleted")
				}
				if n := len(w.written()); n > 0 || w.live(t, models.Desk, models.ContactObject) != 1 || w.live(t, models.Salesforce, models.ContactObject) != 1 {
					t.Errorf("%d writes came of it", n)
				}
			})
		}
	}
}
