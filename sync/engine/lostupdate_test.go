package engine_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// An update whose answer is lost, and which is not to be sent again as it was, may have been done
// all the same: the value that it carried over is then what both sides agreed on, and blanking it
// is an edit.
func TestAValueThatWasCarriedOverWithoutAnAnswerAndBlankedSinceStaysBlank(t *testing.T) {
	for _, target := range models.Sides {
		t.Run(string(target), func(t *testing.T) {
			storetest.Two(t, func(t *testing.T, address string) { blankedAfterALostAnswer(t, address, target, false) })
			t.Run("and the other edited", func(t *testing.T) {
				storetest.Two(t, func(t *testing.T, address string) { blankedAfterALostAnswer(t, address, target, true) })
			})
		})
	}
}

func blankedAfterALostAnswer(t *testing.T, address string, target models.Side, edited bool) {
	source := target.Other()
	title := map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}
	w := onWorld(t, address)
	ids := map[models.Side]string{}
	ids[models.Salesforce], ids[models.Desk] = w.pair(t, map[string]any{"LastName": "Blanked"})
	w.edit(t, source, models.ContactObject, ids[source], map[string]any{title[source]: "carried over"})
	w.killedWriting(t, true)
	if got := w.value(t, target, ids[target], title[target]); got != "carried over" {
		t.Fatalf("the update was not done: %q", got)
	}
	_, err := w.proc.engine.Pause(t.Context()) // what is owed is planned anew afterwards
	must(t, err)
	w.edit(t, source, models.ContactObject, ids[source], map[string]any{title[source]: nil})
	if edited {
		w.edit(t, target, models.ContactObject, ids[target], map[string]any{title[target]: "edited since"})
	}
	_, err = w.proc.engine.Resume(t.Context())
	must(t, err)
	w.settle(t)
	a, b := w.value(t, source, ids[source], title[source]), w.value(t, target, ids[target], title[target])
	if a != b || (!edited && a != "") {
		t.Errorf("%q in %s, %q in %s", a, source.Name(), b, target.Name())
	}
	if log := w.conflicts(t); edited && len(log) != 1 || !edited && len(log) != 0 {
		t.Errorf("the conflict log has %+v", log)
	}
}

// Without a mark the record of a lost create may be known by its match alone. What was blanked in
// it before it was found is an edit all the same.
func TestAValueThatWasMadeWithoutAnAnswerAndBlankedSinceIsNotFilledWithoutAWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.marked[models.Salesforce] = false
		w.boot(t).connect(t)
		w.settle(t)
		desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Blanked", "email": "b@example.com", "phone": "1"})
		w.faults(t, models.Salesforce, `{"kind":"drop_after","endpoint":"POST /services/data/v68.0/composite/sobjects","times":1}`)
		_ = w.proc.turn()
		list := w.dump(t)[models.Salesforce][models.ContactObject]
		if len(list) != 1 {
			t.Fatalf("the create was not done: %+v", list)
		}
		w.edit(t, models.Salesforce, models.ContactObject, list[0].id, map[string]any{"Phone": nil})
		w.settle(t)
		log := w.conflicts(t)
		if got := w.counterpart(t, models.ContactObject, models.Desk, desk); got != list[0].id || len(log) != 1 || log[0].Field != "Phone" {
			t.Errorf("paired with %q; the conflict log has %+v", got, log)
		}
	})
}

// killedWriting kills the process with its next update under way, done or not, and starts another.
func (w *world) killedWriting(t *testing.T, done bool) {
	t.Helper()
	p := w.proc
	p.onWrite = func() {
		if p.doom(1, false); !done {
			p.die()
		}
	}
	_ = p.turn()
	if !p.killed() {
		t.Fatal("nothing was written")
	}
	p.kill()
	w.clock.advance(10 * time.Minute) // its leases are over
	w.boot(t)
}

func TestAnUpdateWhoseAnswerIsLostIsLookedAtAtOnce(t *testing.T) {
	title := map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}
	for _, target := range models.Sides {
		for fault, want := range map[string]string{"drop_after": "", "drop_before": "carried over"} {
			t.Run(string(target)+"/"+fault, func(t *testing.T) {
				w := onWorld(t, storetest.SQLiteAddress(t))
				ids := map[models.Side]string{}
				ids[models.Salesforce], ids[models.Desk] = w.pair(t, map[string]any{"LastName": "Blanked"})
				w.edit(t, target.Other(), models.ContactObject, ids[target.Other()], map[string]any{title[target.Other()]: "carried over"})
				w.faults(t, target, `{"kind":"`+fault+`","endpoint":"PATCH **","times":1}`)
				_ = w.proc.turn()
				// Of drop_before it changes nothing.
				w.edit(t, target, models.ContactObject, ids[target], map[string]any{title[target]: nil})
				w.settle(t)
				for side, id := range ids {
					if got := w.value(t, side, id, title[side]); got != want {
						t.Errorf("%s has %q, want %q", side.Name(), got, want)
					}
				}
				if log := w.conflicts(t); len(log) != 0 {
					t.Errorf("the conflict log has %+v", log)
				}
			})
		}
	}
}

func TestAValueThatMayHaveBeenBlankedWhereItWasSentIsSentAgainAndTheConflictLogSaysSo(t *testing.T) {
	for _, c := range []struct {
		name   string
		lose   func(t *testing.T, w *world)
		done   bool
		paused bool
	}{
		{"killed when it was done", func(t *testing.T, w *world) { w.killedWriting(t, true) }, true, false},
		{"killed before it was done", func(t *testing.T, w *world) { w.killedWriting(t, false) }, false, false},
		{"killed when it was done, and paused", func(t *testing.T, w *world) { w.killedWriting(t, true) }, true, true},
		{"killed before it was done, and paused", func(t *testing.T, w *world) { w.killedWriting(t, false) }, false, true},
		{"cut off, and not to be read", func(t *testing.T, w *world) {
			w.proc.onWrite = func() {
				w.faults(t, models.Desk, `{"kind":"drop_after","endpoint":"PATCH **"}`, `{"kind":"drop_before","endpoint":"GET /api/v1/contacts/{id}"}`)
			}
			_ = w.proc.turn()
			w.proc.onWrite = nil
			w.faults(t, models.Desk)
		}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "Doubtful"})
			w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "carried over"})
			c.lose(t, w)
			if got := w.value(t, models.Desk, desk, "title"); (got == "carried over") != c.done {
				t.Fatalf("Desk has %q", got)
			}
			if c.done {
				w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": nil})
			}
			if c.paused {
				_, err := w.proc.engine.Pause(t.Context())
				must(t, err)
				_, err = w.proc.engine.Resume(t.Context())
				must(t, err)
			}
			w.settle(t)
			log := w.conflicts(t)
			if got := w.value(t, models.Desk, desk, "title"); got != "carried over" || len(log) != 1 || *log[0].Winner != models.Salesforce {
				t.Errorf("Desk has %q, the conflict log %+v", got, log)
			}
		})
	}
}
