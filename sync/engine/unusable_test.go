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
