package engine_test

import (
	"errors"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// hiccups are what can befall a call, for a count of calls after some that go well.
var hiccups = []string{`"kind":"drop_before"`, `"kind":"drop_after"`, `"kind":"reset"`, `"kind":"truncate"`, `"kind":"html"`, `"kind":"status","status":500`,
	`"kind":"status","status":503,"headers":{"Retry-After":"7"}`, `"kind":"status","status":429`, `"kind":"status","status":500,"commit":true`}

func (h *history) drawFaults(t *rapid.T) map[models.Side][]string {
	out := map[models.Side][]string{}
	for range rapid.IntRange(0, 2).Draw(t, "faults") {
		side := drawSide(t)
		count := fmt.Sprintf(`"after":%d,"times":%d`, rapid.IntRange(0, 8).Draw(t, "after"), rapid.IntRange(1, 3).Draw(t, "times"))
		var rule string
		switch rapid.IntRange(0, 9).Draw(t, "fault") {
		case 0:
			rule = `"kind":"lock_row",` + count
		case 1:
			rule = `"kind":"revoke_tokens",` + count
		case 2:
			rule = `"kind":"search_lag","seconds":60`
		case 3:
			rule = rapid.SampledFrom(refusals[side]).Draw(t, "refusal") + "," + count
		default:
			rule = rapid.SampledFrom(hiccups).Draw(t, "hiccup") + `,"endpoint":"` + rapid.SampledFrom([]string{"**", "POST **", "PATCH **"}).Draw(t, "endpoint") + `",` + count
		}
		out[side] = append(out[side], "{"+rule+"}")
	}
	return out
}

// engine runs a piece of the engine's work, with faults at some step, and perhaps a kill at
// another.
func (h *history) engine(t *rapid.T) {
	p := h.proc(t)
	work := rapid.SampledFrom([]string{"turn", "turn", "pass", "desk", "salesforce"}).Draw(t, "work")
	faults := h.drawFaults(t)
	for side, rules := range faults {
		h.world.faults(t, side, rules...)
	}
	misfortune, mend := h.misfortune(t)
	kill := 0
	if rapid.IntRange(0, 2).Draw(t, "killed") == 0 {
		kill = rapid.IntRange(1, 40).Draw(t, "at step")
		p.doom(kill, rapid.Bool().Draw(t, "after"))
	}
	var err error
	switch work {
	case "turn":
		err = p.turn()
	case "pass":
		p.engine.PollNow()
		err = p.engine.Pass(h.ctx)
	case "desk":
		_, err = p.engine.ExecuteOnce(h.ctx, models.Desk)
	case "salesforce":
		_, err = p.engine.ExecuteOnce(h.ctx, models.Salesforce)
	}
	for side := range faults {
		h.world.faults(t, side)
	}
	h.say("the engine does %s, faults %v, %s, kill at %d: %v", work, faults, misfortune, kill, err)
	mend()
	defer h.reconnect(t, misfortune)
	h.look(t)
	if p.killed() {
		p.kill()
		h.say("it was killed")
		return
	}
	p.spare()
	if err != nil && models.CodeOf(err) == models.CodeInternal && !errors.Is(err, errKilled) {
		t.Fatalf("an error without a code: %v", err)
	}
}

// peace is a round without faults.
func (h *history) peace(t *rapid.T) {
	err := h.proc(t).turn()
	h.say("the engine does a turn in peace: %v", err)
	h.look(t)
}

// hint tells the engine of records, several times, in any order, of some not at all.
func (h *history) hint(t *rapid.T) {
	side, object := drawSide(t), drawObject(t)
	var ids []string
	for _, r := range h.world.dump(t)[side][object] {
		ids = append(ids, r.id)
	}
	if len(ids) == 0 {
		t.Skip("nothing to hint at")
	}
	var hints []models.Hint
	for _, id := range rapid.SliceOfN(rapid.SampledFrom(ids), 1, 5).Draw(t, "hints") {
		hints = append(hints, models.Hint{ID: id, At: h.world.clock.Now()})
	}
	err := h.proc(t).engine.Hint(h.ctx, side, object, hints)
	h.say("hints of %d %s in %s: %v", len(hints), object, side, err)
}

func (h *history) time(t *rapid.T) {
	switch rapid.IntRange(0, 9).Draw(t, "time") {
	case 0:
		h.world.clock.advance(24 * time.Hour)
		h.say("a day goes by")
	case 1:
		h.world.skew = rapid.SampledFrom([]time.Duration{0, 24 * time.Hour, -24 * time.Hour}).Draw(t, "skew")
		h.say("the engine's clock is %v wrong", h.world.skew)
	default:
		d := time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second
		h.world.clock.advance(d)
		h.say("%v go by", d)
	}
}

// what admins do

func (h *history) pauseOrResume(t *rapid.T) {
	p := h.proc(t)
	var err error
	if h.paused {
		_, err = p.engine.Resume(h.ctx)
		h.paused = false
		h.say("resumed: %v", err)
		return
	}
	if n, err := h.world.store.Sending(h.ctx); err != nil || n > 0 {
		// A sender that was killed is waited for until its lease ends.
		h.world.clock.advance(2 * time.Minute)
	}
	_, err = p.engine.Pause(h.ctx)
	h.say("paused: %v", err)
	check(t, err)
	h.world.written()
	h.paused = true
}

var allRules = []models.FieldRule{models.RuleTwoWay, models.RuleTwoWay, models.RulePreferSalesforce, models.RulePreferSalesforceUnlessBlank, models.RulePreferDesk,
	models.RuleSalesforceToDesk, models.RuleDeskToSalesforce, models.RuleOff}

func (h *history) admin(t *rapid.T) {
	p := h.proc(t)
	var policy models.SyncPolicy
	switch rapid.IntRange(0, 5).Draw(t, "admin") {
	case 0:
		d := rapid.SampledFrom([]models.SyncDirection{models.TwoWay, models.SalesforceToDesk}).Draw(t, "direction")
		policy.Direction = &d
		_, err := p.engine.SetPolicy(h.ctx, policy)
		h.say("direction %s: %v", d, err)
	case 1:
		c := rapid.SampledFrom([]models.ConflictPolicy{models.LatestWins, models.SalesforceWins, models.DeskWins}).Draw(t, "conflicts")
		policy.ConflictPolicy = &c
		_, err := p.engine.SetPolicy(h.ctx, policy)
		h.say("conflict policy %s: %v", c, err)
	case 2:
		d := rapid.SampledFrom([]models.DeletePolicy{models.RestoreOnUpdate, models.StayDeleted}).Draw(t, "deletes")
		policy.DeletePolicy = &d
		_, err := p.engine.SetPolicy(h.ctx, policy)
		h.say("delete policy %s: %v", d, err)
	case 3:
		n, err := p.engine.Retry(h.ctx, nil, models.FailureFilter{})
		h.say("%d failures are retried: %v", n, err)
	case 5:
		h.filter(t, drawObject(t), rapid.SampledFrom([]models.FilterOp{"", models.FilterIsBlank, models.FilterNotBlank}).Draw(t, "filter"), drawSide(t))
	case 4:
		object := drawObject(t)
		field := rapid.SampledFrom(fields[object]).Draw(t, "field")
		rule := rapid.SampledFrom(allRules).Draw(t, "rule")
		inputs := mapping.Defaults(object)
		for i := range inputs {
			r := h.rules[string(object)+inputs[i].Salesforce]
			if inputs[i].Salesforce == field[1] && field[1] != "LastName" {
				r = rule
			}
			if r != "" {
				inputs[i].Rule = &r
			}
		}
		saved, mappings, problems, err := p.engine.SaveFieldMappings(h.ctx, object, inputs)
		h.say("rule of %s %s is %s: saved %v with %d problems, %v", object, field[1], rule, saved, len(problems), err)
		if err == nil && saved {
			for _, m := range mappings {
				h.rules[string(object)+m.Name()] = m.Rule
			}
		}
	}
}

// filter lets only records in that have, or have not, a phone on the side; all without an operator.
func (h *history) filter(t failer, object models.SyncObject, op models.FilterOp, side models.Side) (saved bool) {
	in := models.SyncFilterInput{}
	if op != "" {
		in.Conditions = []*models.FilterConditionInput{{Side: side, Field: name(side, [2]string{"phone", "Phone"}), Op: op}}
	}
	if side == models.Desk { // as good as drawn
		leaving := models.LeavingUnlink
		in.Leaving = &leaving
	}
	saved, _, problems, err := h.proc(t).engine.SaveSyncFilter(h.ctx, object, in)
	h.say("filter of %s: phone %s in %s: saved %v, %+v, %v", object, op, side, saved, problems, err)
	return saved
}
