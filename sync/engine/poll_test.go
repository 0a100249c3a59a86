package engine_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// A poll may be cut off between two of its pages: the next one reads the rest, and what has changed
// since.
func TestAPollThatGoesOnWithTheRestOfAnotherReadsWhatChangedSinceToo(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, _ := w.pair(t, map[string]any{"LastName": "Lovelace"})
	w.clock.advance(time.Hour) // the feed of deletions is due, after the changes
	w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"GET /services/data/*/sobjects/*/deleted/","status":500,"times":2}`)
	poll := func() error {
		w.proc.engine.PollNow()
		return w.proc.engine.Pass(t.Context())
	}
	if err := poll(); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Fatalf("the poll is not cut off: %v", err)
	}
	w.clock.advance(time.Minute)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"LastName": "King"})
	check(t, poll())
	if got := w.mirrored(t, sf).Data["LastName"].String(); got != "King" {
		t.Errorf("the mirror has %q", got)
	}
	before := w.calls(t, models.Salesforce)
	check(t, poll())
	if n := w.calls(t, models.Salesforce) - before; n != 2 {
		t.Errorf("a usual poll of two objects asks %d times", n)
	}
}
