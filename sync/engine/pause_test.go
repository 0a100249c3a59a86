package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// While one call to a vendor is under way, an admin pauses the sync: the pause is not over before
// the call is, and no write follows it, although more were claimed already.
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
				for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
					// The pause is decided while the call has not left.
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

func TestWhilePausedNothingIsWrittenAndNothingIsLost(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 20)
	h.settle()
	_, err := h.engine.Pause(context.Background())
	must(t, err)
	before := h.written()[models.Desk]
	r := h.records(models.Salesforce)[0]
	h.edit(models.Salesforce, r.ID, "Title", "While paused")
	h.engine.PollNow()
	if n, err := h.store.Sending(context.Background()); err != nil || n != 0 || h.written()[models.Desk] != before {
		t.Errorf("%d writes are under way (%v)", n, err)
	}
	_, err = h.engine.Resume(context.Background())
	must(t, err)
	h.soon("the edit arrives", func() bool {
		for _, d := range h.records(models.Desk) {
			if d.Values["title"].String() == "While paused" {
				return true
			}
		}
		return false
	})
}
