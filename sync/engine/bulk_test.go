package engine_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
)

// undoubled checks that every contact of both sides stands in one link, and each link has what it
// should.
func (h *liveEngine) undoubled() {
	h.t.Helper()
	wholes := 0
	links, err := h.store.Links(context.Background(), models.ContactObject, "", 5000)
	must(h.t, err)
	for _, l := range links {
		if l.Whole() {
			wholes++
		}
	}
	c, err := h.store.Counts(context.Background())
	must(h.t, err)
	all := len(h.records(models.Desk)) + len(h.records(models.Salesforce))
	if halves := len(links) - wholes; all != 2*wholes+halves || halves > c.OpenFailures {
		h.t.Errorf("%d records stand in %d pairs and %d half links, with %d failures", all, wholes, halves, c.OpenFailures)
	}
}

func TestALargeFirstLoadGoesInBulkAndDoublesNobody(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 500, func(c *engine.Config) { c.BulkFrom, c.Drift = 201, -1 })
	counts := h.settle()
	calls, _ := h.sim(models.Salesforce, "GET", "/_sim/stats", "")["calls"].(map[string]any)
	jobs := 0.0
	for name, n := range calls {
		if name == "POST /services/data/{version}/jobs/ingest" {
			jobs, _ = n.(float64)
		}
	}
	if jobs < 1 {
		t.Errorf("no bulk job was made: %v", calls)
	}
	if made := len(h.records(models.Salesforce)) - 500; counts.LinkedContacts == 0 || made > 500 || made < 400 {
		t.Errorf("%d contacts were made in Salesforce out of 500: %+v", made, counts)
	}
	h.undoubled()
}

func TestAPauseDoesNotWaitForABulkWriteAndNothingOfItIsDoubled(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 500, func(c *engine.Config) { c.BulkFrom, c.Drift = 201, -1 })
	h.sim(models.Salesforce, "POST", "/_sim/faults", `{"rules":[{"kind":"status","endpoint":"GET /services/data/v68.0/jobs/ingest/*","status":503,"body":[]}]}`)
	_, err := h.engine.Start(context.Background())
	must(t, err)
	h.soon("a bulk write is under way", func() bool {
		n, err := h.store.Sending(context.Background())
		must(t, err)
		return n > 200
	})
	began := time.Now()
	_, err = h.engine.Pause(context.Background())
	must(t, err)
	if took := time.Since(began); took > time.Minute {
		// Without being given up the write would last until the faults end.
		t.Errorf("the pause took %s", took)
	}
	before := len(h.records(models.Salesforce))
	h.sim(models.Salesforce, "DELETE", "/_sim/faults", "")
	if n, err := h.store.Sending(context.Background()); err != nil || n != 0 || len(h.records(models.Salesforce)) != before {
		t.Errorf("%d writes are under way after the pause (%v)", n, err)
	}
	_, err = h.engine.Resume(context.Background())
	must(t, err)
	h.settle()
	h.undoubled()
}

// calls counts everything that a vendor was asked.
func (w *world) calls(t *testing.T, side models.Side) (n int) {
	t.Helper()
	var stats struct{ Calls map[string]int }
	w.sim(t, side, "GET", "/_sim/stats", "", &stats)
	for _, count := range stats.Calls {
		n += count
	}
	return n
}

func TestALoadWhoseBulkWriteIsUnansweredDoesNotWaitForWhatWaitsForIt(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.bulk = 201
	w.people(t, models.Desk, 210)
	w.boot(t).connect(t)
	must(t, w.proc.engine.Pass(t.Context()))
	w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"GET /services/data/*/jobs/ingest/*/successfulResults","status":400,"body":[]}`)
	_, _ = w.proc.engine.ExecuteOnce(t.Context(), models.Salesforce)
	if n, err := w.store.UnknownCreates(t.Context()); err != nil || n != 210 {
		t.Fatalf("%d creates are unanswered (%v), want 210", n, err)
	}
	w.faults(t, models.Salesforce)
	w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Came later"})
	looking := 0
	for range 60 {
		for range 2 { // what a pass reads the next one plans
			w.proc.engine.PollNow()
			must(t, w.proc.engine.Pass(t.Context()))
		}
		w.clock.advance(10 * time.Second) // what was found waits for the creates, and no longer
		before := w.calls(t, models.Salesforce)
		_, err := w.proc.engine.ExecuteOnce(t.Context(), models.Salesforce)
		must(t, err)
		looking += w.calls(t, models.Salesforce) - before
	}
	if looking > 60 {
		t.Errorf("what the bulk write has made is looked for by %d calls", looking)
	}
	c, err := w.store.Counts(t.Context())
	must(t, err)
	if n := w.live(t, models.Salesforce, models.ContactObject); c.Pending != 0 || c.LinkedContacts != 211 || n != 211 {
		t.Errorf("%d contacts in Salesforce, want 211; %+v", n, c)
	}
}
