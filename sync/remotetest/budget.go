package remotetest

import (
	"testing"
	"time"

	"sidelight/models"
)

func testBudget(t *testing.T, harness Harness) {
	t.Run("it is the vendor's count", func(t *testing.T) { countedBudget(harness.open(t, small)) })
	t.Run("the share of the agents can be changed", func(t *testing.T) { changedShare(harness.open(t, small)) })
	t.Run("once it is spent nothing is asked until it is back", func(t *testing.T) { spentBudget(harness.open(t, small)) })
	t.Run("the vendor's own wait is told", func(t *testing.T) { toldWait(harness.open(t, small)) })
}

func countedBudget(h *organization) {
	if b := h.remote.Budget(); b.Side != h.remote.Side() || b.Used != nil || b.Limit != nil {
		h.Errorf("before any call: %+v", b)
	}
	used := -1
	for range 3 {
		_, err := h.remote.Count(h.Context(), models.ContactObject)
		h.must(err)
		b := h.remote.Budget()
		if b.Used == nil || b.Limit == nil || b.KeptForAgents == nil {
			h.Fatalf("%+v", b)
		}
		if *b.Used <= used || *b.Limit < *b.Used || *b.KeptForAgents != *b.Limit/5 {
			h.Errorf("used %d of %d, %d kept; used before: %d", *b.Used, *b.Limit, *b.KeptForAgents, used)
		}
		used = *b.Used
	}
}

func changedShare(h *organization) {
	remote, ok := h.remote.(interface{ KeepForAgents(share float64) })
	if !ok {
		h.Fatalf("%T keeps nothing for agents", h.remote)
	}
	h.must(h.count())
	if b := h.remote.Budget(); b.KeptPercent != 20 {
		h.Errorf("%+v", b)
	}
	remote.KeepForAgents(1)
	called := h.Called()
	h.typed(h.count(), nil, models.CodeQuotaExhausted)
	if h.Called() != called {
		h.Error("a call was made of the agents' share")
	}
	remote.KeepForAgents(0.05)
	h.must(h.count())
	if b := h.remote.Budget(); b.KeptPercent != 5 || *b.KeptForAgents != *b.Limit/20 {
		h.Errorf("%+v: %d of %d", b, *b.KeptForAgents, *b.Limit)
	}
}

func spentBudget(h *organization) {
	h.must(h.count())
	h.Faults("[" + rule(h.At.API, once(h.Refused.Spent)) + "]")
	h.typed(h.count(), nil, models.CodeQuotaExhausted)
	called := h.Called()
	var e *models.Error
	for range 5 {
		if e = h.typed(h.count(), nil, models.CodeQuotaExhausted); !e.Retry || e.RetryAfter <= 0 {
			h.Errorf("%+v", e)
		}
	}
	if n := h.Called() - called; n != 0 {
		h.Errorf("%d calls were made of a day that is spent", n)
	}
	if at := h.remote.Budget().ResetsAt; at == nil || at.IsZero() {
		h.Error("it is not said until when")
	}
	h.Advance(e.RetryAfter)
	if err := h.count(); err != nil {
		h.Errorf("after the wait: %v", err)
	}
}

func toldWait(h *organization) {
	h.must(h.count())
	for header, want := range map[string]time.Duration{"7": 7 * time.Second, "+90s": 90 * time.Second, "soon": 0, "-5": 0, "99999999": 24 * time.Hour} {
		h.Faults("[" + rule(h.At.API, `"kind":"status","status":503,"body":"","headers":{"Retry-After":"`+header+`"}`) + "]")
		if e := h.typed(h.count(), nil, models.CodeUpstreamUnavailable, models.CodeBusy); e.RetryAfter != want {
			h.Errorf("Retry-After %s is %s; want %s", header, e.RetryAfter, want)
		}
	}
}
