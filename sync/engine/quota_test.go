package engine_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestTheSyncWaitsForCallsAndSaysUntilWhen(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Patient", "Title": "old"})
	w.faults(t, models.Desk, `{"kind":"status","endpoint":"PATCH /api/v1/contacts/{id}","status":429,"headers":{"Retry-After":"3600"},"body":{"errorCode":"THRESHOLD_EXCEEDED","message":"x"},"times":1}`)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "new"})
	_ = w.proc.turn()
	in, err := w.store.Integration(context.Background())
	must(t, err)
	if in.Status != models.StatusActive || in.ReasonCode != models.CodeQuotaExhausted || in.Reason == nil || in.WaitingUntil == nil || in.WaitingUntil.Sub(w.clock.Now()) < 50*time.Minute {
		t.Fatalf("%s %s until %v", in.Status, in.ReasonCode, in.WaitingUntil)
	}
	for _, b := range w.proc.engine.Budgets(context.Background()) {
		if b.Side == models.Desk && (b.ResetsAt == nil || !b.ResetsAt.Equal(*in.WaitingUntil)) {
			t.Errorf("the budget resets at %v", b.ResetsAt)
		}
	}
	w.written()
	for range 5 { // nothing is asked of Desk meanwhile
		w.clock.advance(5 * time.Minute)
		check(t, w.proc.turn())
	}
	if n := len(w.written()); n != 0 {
		t.Errorf("%d writes while waiting", n)
	}
	w.clock.advance(40 * time.Minute)
	w.settle(t)
	in, err = w.store.Integration(context.Background())
	must(t, err)
	if got := w.value(t, models.Desk, desk, "title"); got != "new" || in.ReasonCode != "" || in.Reason != nil || in.WaitingUntil != nil {
		t.Errorf("the title is %q, the reason %q", got, in.ReasonCode)
	}
}

func TestTheLagGrowsWhileASideCannotBeAskedAndIsNothingWhenAllIsThrough(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Lag"})
	lag := func() float64 {
		t.Helper()
		l, err := w.proc.engine.LagSeconds(context.Background())
		must(t, err)
		return *l
	}
	check(t, w.proc.turn())
	if got := lag(); got != 0 {
		t.Errorf("the lag is %v when all is through", got)
	}
	w.faults(t, models.Salesforce, `{"kind":"status","status":503,"body":[]}`)
	for range 5 {
		w.clock.advance(time.Minute)
		_ = w.proc.turn()
	}
	if got := lag(); got < 290 || got > 310 {
		t.Errorf("the lag is %v after five minutes without an answer", got)
	}
	w.faults(t, models.Salesforce)
	w.settle(t)
	check(t, w.proc.turn())
	if got := lag(); got != 0 {
		t.Errorf("the lag is %v afterwards", got)
	}
}
