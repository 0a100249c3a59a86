package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
)

// braked is a world with ten linked contacts, whose brake takes three records at once.
func braked(t *testing.T) (w *world, sf, desk []string) {
	t.Helper()
	w = onWorld(t, storetest.SQLiteAddress(t))
	for i := range 10 {
		sf = append(sf, w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Held ", i), "Title": "kept"}))
	}
	w.boot(t).connect(t)
	w.settle(t)
	for _, id := range sf {
		desk = append(desk, w.counterpart(t, models.ContactObject, models.Salesforce, id))
	}
	w.proc.engine.Brake = engine.BrakeLimit{Count: 3}
	w.written()
	return w, sf, desk
}

func (w *world) stands(t *testing.T) models.Integration {
	t.Helper()
	in, err := w.store.Integration(context.Background())
	must(t, err)
	return in
}

func TestAMassBlankingThatComesInSmallPortionsIsHaltedAndGoesThroughOnceItIsMeant(t *testing.T) {
	w, sf, desk := braked(t)
	for i, id := range sf {
		w.edit(t, models.Salesforce, models.ContactObject, id, map[string]any{"Title": nil})
		if i%2 == 1 {
			w.clock.advance(time.Minute)
			_ = w.proc.turn()
		}
	}
	in := w.stands(t)
	blanked := 0
	for _, id := range desk {
		if w.value(t, models.Desk, id, "title") == "" {
			blanked++
		}
	}
	if in.Status != models.StatusBroken || in.ReasonCode != models.CodeMassBlank || in.Reason == nil || blanked > 3 {
		t.Fatalf("%s %s, %d titles were cleared", in.Status, in.ReasonCode, blanked)
	}
	_, err := w.proc.engine.Resume(context.Background())
	must(t, err)
	for range 3 {
		w.clock.advance(time.Minute)
		check(t, w.proc.turn())
	}
	for _, id := range desk {
		if got := w.value(t, models.Desk, id, "title"); got != "" {
			t.Errorf("after resuming a title is %q", got)
		}
	}
	// What was let through does not count against the next small change.
	w.edit(t, models.Salesforce, models.ContactObject, sf[0], map[string]any{"FirstName": nil, "Phone": "555-0104"})
	w.clock.advance(time.Minute)
	check(t, w.proc.turn())
	if in := w.stands(t); in.Status != models.StatusActive || in.ReasonCode != "" || w.value(t, models.Desk, desk[0], "phone") != "555-0104" {
		t.Errorf("%s %s", in.Status, in.ReasonCode)
	}
}

func TestAMassDeletionIsHaltedByName(t *testing.T) {
	w, sf, _ := braked(t)
	for _, id := range sf[:5] {
		w.remove(t, models.Salesforce, models.ContactObject, id)
	}
	w.clock.advance(time.Minute)
	_ = w.proc.turn()
	if in := w.stands(t); in.Status != models.StatusBroken || in.ReasonCode != models.CodeMassDelete || len(w.written()) != 0 {
		t.Errorf("%s %s", in.Status, in.ReasonCode)
	}
}
