package sync_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// While one call to a vendor is under way, an admin pauses the sync: the pause is not over before the call is, and no write follows it, although more were
// claimed already.
func TestAPauseInTheMiddleOfACallWaitsForItAndLetsNoOtherFollow(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(string(side), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.batch = 1
			w.boot(t).connect(t)
			w.settle(t)
			for i := range 5 {
				w.create(t, side.Other(), models.ContactObject, map[string]any{map[models.Side]string{models.Desk: "lastName", models.Salesforce: "LastName"}[side.Other()]: fmt.Sprint("Contact ", i)})
			}
			p := w.proc
			p.engine.PollNow()
			must(t, p.engine.Pass(t.Context()))
			w.written()
			paused := make(chan error, 1)
			p.onWrite = func() {
				p.onWrite = nil
				go func() {
					_, err := p.engine.Pause(context.WithoutCancel(t.Context()))
					paused <- err
				}()
				for tick := time.NewTicker(time.Millisecond); ; <-tick.C { // the pause is decided while the call has not left
					if in, err := w.store.Integration(context.WithoutCancel(t.Context())); err != nil || in.Status == models.StatusPaused {
						tick.Stop()
						break
					}
				}
				select {
				case err := <-paused:
					t.Errorf("the pause was over while a call was under way (%v)", err)
				default:
				}
			}
			_, _ = p.engine.ExecuteOnce(t.Context(), side)
			must(t, <-paused)
			if sent := len(w.written()); sent != 1 {
				t.Errorf("%d calls were sent, want the one that was under way", sent)
			}
			for range 3 {
				_ = p.turn()
			}
			if n := len(w.written()); n > 0 {
				t.Errorf("%d writes left while the sync is paused", n)
			}
			_, err := p.engine.Resume(t.Context())
			must(t, err)
			w.settle(t)
			if n := w.live(t, side, models.ContactObject); n != 5 {
				t.Errorf("after resuming, %d of 5 contacts are there", n)
			}
		})
	}
}

// An organization's own rules rewrite what is saved, on one side or on both. What a vendor made of our write is what both sides agreed on: nothing comes back.
func TestRulesOfTheVendorsThatRewriteOurWritesStartNoPingPong(t *testing.T) {
	rules := map[string][2]string{
		"Desk lowers":            {"", `{"object":"contacts","field":"title","do":"lower"}`},
		"Desk appends":           {"", `{"object":"contacts","field":"title","do":"append","value":" (checked)"}`},
		"Salesforce sets":        {`{"object":"Contact","field":"Title","do":"set","value":"Fixed"}`, ""},
		"both, each its own way": {`{"object":"Contact","field":"Title","do":"upper"}`, `{"object":"contacts","field":"title","do":"lower"}`},
		"both append":            {`{"object":"Contact","field":"Title","do":"append","value":"+"}`, `{"object":"contacts","field":"title","do":"append","value":"-"}`},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "Pair", "Title": "first"})
			for i, side := range []models.Side{models.Salesforce, models.Desk} {
				if rule[i] != "" {
					w.sim(t, side, "POST", "/_sim/settings", `{"automations":[`+rule[i]+`]}`, nil)
				}
			}
			const edits = 6
			w.written()
			for n := range edits {
				if n%2 == 0 {
					w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": fmt.Sprint("Title ", n)})
				} else {
					w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": fmt.Sprint("Title ", n)})
				}
				w.settle(t)
				w.settle(t)
			}
			if n := len(w.written()); n > edits {
				t.Errorf("%d writes for %d edits", n, edits)
			}
		})
	}
}
