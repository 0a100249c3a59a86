package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"pgregory.net/rapid"

	"sidelight/models"
)

// rewound lets a side go back in time once everything has settled, as after a restored backup, and
// users edit on before anybody notices. An admin takes the side as new where the sync was halted,
// and compares where so little is lost that it was not. Then the promises hold again: what was
// restored is equal on both sides, and no later edit is lost.
func (h *history) rewound(t *rapid.T) {
	if rapid.IntRange(0, 5).Draw(t, "a side goes back in time") != 0 {
		return
	}
	side := drawSide(t)
	now := h.world.clock.Now()
	to := now.Add(-now.Sub(h.began) * time.Duration(rapid.IntRange(1, 10).Draw(t, "tenths of the history")) / 10)
	// Desk stamps whole seconds: what changed within one cannot be told apart.
	to = to.Truncate(time.Second).Add(-time.Millisecond)
	h.world.sim(t, side, http.MethodPost, "/_sim/rewind", fmt.Sprintf(`{"to":%q}`, to.UTC().Format(time.RFC3339Nano)), nil)
	h.say("%s goes back to %s", side.Name(), to.Format("02T15:04:05"))
	// What stands now was restored by an admin: it is nobody's duplicate, and no earlier edit
	// counts.
	h.since, h.accountGone = h.at, true
	h.look(t)
	h.noSpam(t)
	for _, r := range h.live(t) {
		h.users[spot{r.side, r.id}] = true
	}
	for range rapid.IntRange(0, 3).Draw(t, "edits since") {
		if live := h.live(t); len(live) > 0 {
			r := live[rapid.IntRange(0, len(live)-1).Draw(t, "record")]
			h.editField(t, r, rapid.SampledFrom(fields[r.object]).Draw(t, "field"))
		}
	}
	h.answerRewind(t, side)
	if err := h.world.settled(t); err != nil {
		h.broken(t, "after %s went back: %v", side.Name(), err)
	}
	h.look(t)
	h.promises(t)
}

// live are the live records of both sides, always in one order.
func (h *history) live(t failer) (list []rec) {
	dump := h.world.dump(t)
	for _, side := range models.Sides {
		for _, object := range models.SyncObjects {
			for _, r := range dump[side][object] {
				if !r.deleted && r.into == "" {
					list = append(list, r)
				}
			}
		}
	}
	return list
}

// readConflicts is what an admin does before a side is taken as new, with which the logs go.
func (h *history) readConflicts(t failer) {
	many := 1000
	conflicts, err := h.world.store.Conflicts(h.ctx, models.ConflictFilter{}, models.Page{First: &many}, false)
	check(t, err)
	for _, c := range conflicts.Rows {
		h.seen[c.Desk.String()], h.seen[c.Salesforce.String()] = true, true
	}
}

// answerRewind is what an admin does about a side that went back.
func (h *history) answerRewind(t failer, side models.Side) {
	compared := false
	for range 10 {
		h.world.clock.advance(2 * time.Hour) // it is looked at once an hour
		err := h.proc(t).turn()
		in, err2 := h.world.store.Integration(h.ctx)
		check(t, err2)
		e := h.proc(t).engine
		switch {
		case in.Replaced():
			h.readConflicts(t)
			_, err = e.TakeAnew(h.ctx, side)
			h.say("%s is taken as new (%s): %v", side.Name(), in.ReasonCode, err)
			if err == nil {
				_, err = e.Start(h.ctx)
			}
			if err == nil {
				return
			}
		case err == nil && compared:
			return
		case err == nil:
			var report models.DriftReport
			err = e.CompareAll(context.Background(), &report)
			h.say("everything is compared: %v", err)
			compared = err == nil
		}
	}
	h.broken(t, "%s went back, and the admin cannot answer", side.Name())
}
