package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// A wrong address, a retired API version or a proxy's page is the side's trouble and no record's:
// it is said at once, creates wait, and everything goes through by itself once the side can be
// used.
func TestASideThatCannotBeUsedSaysSoAndFailsNoRecord(t *testing.T) {
	for name, rule := range map[string]string{
		"a proxy's sign-in page":  `{"kind":"html","endpoint":"/services/data/**"}`,
		"every call is not found": `{"kind":"status","endpoint":"/services/data/**","status":404,"body":[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]}`,
		"forbidden by a firewall": `{"kind":"status","endpoint":"/services/data/**","status":403,"body":"<html>blocked</html>"}`,
	} {
		t.Run(name, func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.pair(t, map[string]any{"LastName": "Earlier"})
			desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Waits", "email": "waits@field.example"})
			w.faults(t, models.Salesforce, rule)
			for range 8 {
				_ = w.proc.turn()
				w.clock.advance(30 * time.Second)
			}
			_ = w.proc.turn()
			in, err := w.store.Integration(context.Background())
			must(t, err)
			if in.ReasonCode != models.CodeSideUnusable || in.Reason == nil || !strings.Contains(*in.Reason, "Salesforce cannot be used") {
				t.Errorf("the status says %q %v", in.ReasonCode, in.Reason)
			}
			if log := w.failures(t); len(log) != 0 {
				t.Errorf("records failed: %+v", log)
			}
			w.faults(t, models.Salesforce)
			w.settle(t)
			in, err = w.store.Integration(context.Background())
			must(t, err)
			if w.counterpart(t, models.ContactObject, models.Desk, desk) == "" || in.ReasonCode != "" || len(w.failures(t)) != 0 {
				t.Errorf("afterwards: reason %q, failures %+v", in.ReasonCode, w.failures(t))
			}
		})
	}
}

// TestASideIsLeftAloneOnlyWhileTheStatusSaysSo: the other side's credentials were refused and the
// sync was paused while Salesforce was left alone. Resumed, nobody is told of that wait any more.
func TestASideIsLeftAloneOnlyWhileTheStatusSaysSo(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Waits", "Title": "before"})
	w.faults(t, models.Salesforce, `{"kind":"html","endpoint":"/services/data/**"}`)
	_ = w.proc.turn()
	w.faults(t, models.Salesforce)
	ctx := context.Background()
	in, err := w.store.Integration(ctx)
	must(t, err)
	if in.ReasonCode != models.CodeSideUnusable || in.WaitingUntil == nil {
		t.Fatalf("Salesforce is not left alone: %+v", in)
	}
	w.faults(t, models.Desk, `{"kind":"revoke_tokens"}`)
	_ = w.proc.turn()
	w.faults(t, models.Desk)
	_, err = w.proc.engine.Pause(ctx)
	must(t, err)
	in, err = w.proc.engine.Resume(ctx)
	must(t, err)
	if in.WaitingUntil != nil {
		t.Fatal("the status still says so: there is nothing to test")
	}
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "after"})
	for range 2 {
		must(t, w.proc.turn())
	}
	if got := w.value(t, models.Desk, desk, "title"); got != "after" {
		t.Errorf("the title is %q, and the status says of no wait", got)
	}
}
