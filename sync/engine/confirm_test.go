package engine_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// waiting has contacts of Desk's own that wait for the direction to let them through, and answers
// their ids.
func (w *world) waiting(t *testing.T, names ...string) (ids []string) {
	t.Helper()
	w.boot(t).connect(t)
	w.direct(t, models.SalesforceToDesk)
	w.settle(t)
	for _, name := range names {
		ids = append(ids, w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": name}))
	}
	w.settle(t)
	return ids
}

func (w *world) direct(t *testing.T, d models.SyncDirection) {
	t.Helper()
	_, err := w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{Direction: &d})
	must(t, err)
}

func TestNothingIsMadeOfARecordThatIsGoneSinceItWasSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		ids := w.waiting(t, "Survivor", "Loser", "Edited")
		w.mergeInDesk(t, models.ContactObject, ids[0], ids[1])
		w.direct(t, models.TwoWay)
		w.edit(t, models.Desk, models.ContactObject, ids[2], map[string]any{"title": "edited since"})
		must(t, w.proc.engine.Pass(t.Context())) // without a poll
		w.settle(t)
		if n := w.live(t, models.Salesforce, models.ContactObject); n != 2 || len(w.failures(t)) != 0 {
			t.Errorf("%d contacts in Salesforce, want 2; failures %+v", n, w.failures(t))
		}
		made := w.counterpart(t, models.ContactObject, models.Desk, ids[2])
		if got := w.value(t, models.Salesforce, made, "Title"); got != "edited since" {
			t.Errorf("the counterpart has the title %q", got)
		}
	})
}

func TestARecordThatMayNotBeReadIsAFailureAndHoldsNobodyUp(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	ids := w.waiting(t, "One", "Two", "Three", "Four", "Five")
	const forbidden = `"status":403,"body":{"errorCode":"FORBIDDEN","message":"no"}}`
	w.faults(t, models.Desk, `{"kind":"status","endpoint":"GET /api/v1/contacts/`+ids[3]+`",`+forbidden,
		`{"kind":"status","endpoint":"GET /api/v1/contacts/contactsByIds","contains":"`+ids[3]+`",`+forbidden)
	w.direct(t, models.TwoWay)
	for range 5 {
		_ = w.proc.turn()
		w.clock.advance(time.Second)
	}
	log := w.failures(t)
	if n := w.live(t, models.Salesforce, models.ContactObject); n != 4 || len(log) != 1 || log[0].RecordID != ids[3] {
		t.Fatalf("%d contacts in Salesforce, failures %+v", n, log)
	}
	w.faults(t, models.Desk)
	_, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{})
	must(t, err)
	w.settle(t)
	if n := w.live(t, models.Salesforce, models.ContactObject); n != 5 || len(w.failures(t)) != 0 {
		t.Errorf("after the retry: %d contacts in Salesforce, failures %+v", n, w.failures(t))
	}
}

func TestWhileASideCannotBeReadWhatIsNotItsGoesOn(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.waiting(t, "One", "Two")
	sf, _ := w.pair(t, map[string]any{"LastName": "Pair"})
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "after"})
	w.direct(t, models.TwoWay)
	w.faults(t, models.Desk, `{"kind":"status","endpoint":"GET /api/v1/contacts/{id}","status":500}`)
	w.proc.engine.PollNow()
	if err := w.proc.engine.Pass(t.Context()); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Errorf("the outage is answered with %v", err)
	}
	state, err := w.store.LinksByRecord(t.Context(), models.ContactObject, models.Salesforce, []string{sf})
	must(t, err)
	if l := state[sf]; l.Dirty {
		t.Error("the pair waits for records that it has nothing to do with")
	}
	w.faults(t, models.Desk)
	w.settle(t)
	if n := w.live(t, models.Salesforce, models.ContactObject); n != 3 || len(w.failures(t)) != 0 {
		t.Errorf("after the outage: %d contacts in Salesforce, failures %+v", n, w.failures(t))
	}
}

func TestNothingIsRestoredForARecordThatIsGoneItself(t *testing.T) {
	for _, side := range models.Sides {
		w := onWorld(t, storetest.SQLiteAddress(t))
		other, _ := w.pair(t, map[string]any{"LastName": "Other"})
		sf, desk := w.pair(t, map[string]any{"LastName": "Gone on both sides"})
		stay := models.StayDeleted
		_, err := w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{DeletePolicy: &stay})
		must(t, err)
		kept := map[models.Side]string{models.Desk: desk, models.Salesforce: sf}
		w.remove(t, side, models.ContactObject, kept[side])
		w.edit(t, side.Other(), models.ContactObject, kept[side.Other()], map[string]any{map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}[side.Other()]: "after"})
		w.settle(t)
		if side == models.Salesforce {
			w.mergeInDesk(t, models.ContactObject, w.counterpart(t, models.ContactObject, models.Salesforce, other), desk)
		} else {
			w.remove(t, models.Salesforce, models.ContactObject, sf)
		}
		restore := models.RestoreOnUpdate
		_, err = w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{DeletePolicy: &restore})
		must(t, err)
		links, err := w.store.LinksByRecord(t.Context(), models.ContactObject, side, []string{kept[side]})
		must(t, err)
		must(t, w.store.MarkDirty(t.Context(), []string{links[kept[side]].ID}, models.TriggerManual))
		must(t, w.proc.engine.Pass(t.Context())) // without a poll
		w.settle(t)
		if n := w.live(t, side, models.ContactObject); n != 1 {
			t.Errorf("%d contacts in %s, want 1", n, side.Name())
		}
	}
}
