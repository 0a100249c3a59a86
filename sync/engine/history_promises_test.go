package engine_test

import (
	"fmt"
	"strings"
	"time"

	"pgregory.net/rapid"

	"sidelight/models"
)

// broken ends the test with what happened so far.
func (h *history) broken(t failer, format string, args ...any) {
	t.Helper()
	links := []string{}
	for _, object := range models.SyncObjects {
		states, _ := h.world.store.Links(h.ctx, object, "", 1000)
		for _, l := range states {
			line := string(object) + " link " + l.ID + " desk " + l.RecordID(models.Desk) + " salesforce " + l.RecordID(models.Salesforce)
			for _, side := range models.Sides {
				if row := l.Row(side); row != nil && row.DeletedAt != nil {
					line += " deleted in " + string(side) + " " + row.MergedInto
				}
			}
			for _, side := range models.Sides {
				if row := l.Row(side); row != nil {
					line += fmt.Sprintf(" [%s]", row.MatchKey)
				}
			}
			if l.Dirty {
				line += fmt.Sprint(" dirty ", l.PlanAfter)
			}
			links = append(links, line)
		}
	}
	t.Fatalf(format+"\nlinks:\n%s\nhistory:\n%s", append(args, strings.Join(links, "\n"), strings.Join(h.said, "\n"))...)
}

// invariants hold at every moment.
func (h *history) invariants(t failer) {
	t.Helper()
	for _, w := range h.world.written() {
		if h.paused {
			h.broken(t, "%s %s was sent to %s while the sync is paused", w.method, w.path, w.side)
		}
		if w.method == "DELETE" || strings.HasSuffix(w.path, "/moveToTrash") || strings.HasSuffix(w.path, "/recycleBin/delete") {
			h.broken(t, "a deletion was carried over: %s %s to %s", w.method, w.path, w.side)
		}
	}
}

// end stops the edits and the faults, lets the engine settle, and checks every promise.
func (h *history) end(t *rapid.T) {
	t.Helper()
	h.say("edits stop")
	h.world.skew = 0
	if h.paused {
		if _, err := h.proc(t).engine.Resume(h.ctx); err != nil {
			h.broken(t, "it cannot be resumed: %v", err)
		}
		h.paused = false
	}
	h.noSpam(t)
	for _, object := range models.SyncObjects { // what a filter left out follows now
		for tries := 0; !h.filter(t, object, "", models.Salesforce); tries++ {
			// A vendor may ask for a pause just now.
			if tries == 30 {
				h.broken(t, "the filter cannot be taken away")
			}
			h.world.clock.advance(time.Minute)
		}
	}
	if err := h.world.settled(t); err != nil {
		h.broken(t, "%v", err)
	}
	// What the vendors' own rules refused is retried, now that they refuse nothing.
	_, err := h.proc(t).engine.Retry(h.ctx, nil, models.FailureFilter{})
	check(t, err)
	if err := h.world.settled(t); err != nil {
		h.broken(t, "after a retry: %v", err)
	}
	h.promises(t)
	h.rewound(t)
}

// promises are checked once everything has settled.
func (h *history) promises(t failer) {
	t.Helper()
	h.invariants(t)
	h.look(t)
	s := h.survey(t)
	s.everyRecordHasOneCounterpart()
	s.pairsAreEqual()
	s.editsSurvive()
	before := h.counters(t)
	for range 2 {
		if err := h.world.proc.turn(); err != nil {
			h.broken(t, "an idle turn fails: %v", err)
		}
	}
	if after := h.counters(t); after != before || len(h.world.written()) > 0 {
		h.broken(t, "an idle turn writes: %v, then %v", before, after)
	}
}

// counters are how many writes both vendors have counted, whoever made them.
func (h *history) counters(t failer) (out [2]string) {
	for i, side := range models.Sides {
		var stats struct{ Counts map[string]int }
		h.world.sim(t, side, "GET", "/_sim/stats", "", &stats)
		for name := range stats.Counts {
			// Reading costs credits, too.
			if strings.Contains(strings.ToLower(name), "query") || name == "credits" {
				delete(stats.Counts, name)
			}
		}
		out[i] = fmt.Sprint(stats.Counts)
	}
	return out
}

// survey is how everything stands once it has settled.
type survey struct {
	t         failer
	h         *history
	in        models.Integration
	records   map[spot]rec
	links     []models.LinkState
	byRecord  map[spot]*models.LinkState
	failures  map[string]models.Failure // open ones, by link
	conflicts []models.Conflict
	mappings  map[models.SyncObject][]models.FieldMapping
}

func (h *history) survey(t failer) *survey {
	t.Helper()
	s := &survey{t: t, h: h, records: map[spot]rec{}, byRecord: map[spot]*models.LinkState{}, failures: map[string]models.Failure{}, mappings: map[models.SyncObject][]models.FieldMapping{}}
	for side, objects := range h.world.dump(t) {
		for _, list := range objects {
			for _, r := range list {
				s.records[spot{side, r.id}] = r
			}
		}
	}
	st := h.world.store
	var err error
	s.in, err = st.Integration(h.ctx)
	check(t, err)
	for _, object := range models.SyncObjects {
		links, err := st.Links(h.ctx, object, "", 100_000)
		check(t, err)
		s.links = append(s.links, links...)
		s.mappings[object], err = st.FieldMappings(h.ctx, object)
		check(t, err)
	}
	for i := range s.links {
		for _, side := range models.Sides {
			if id := s.links[i].RecordID(side); id != "" {
				if s.byRecord[spot{side, id}] != nil {
					h.broken(t, "%s %s stands in two links", side, id)
				}
				s.byRecord[spot{side, id}] = &s.links[i]
			}
		}
	}
	open, many := false, 1000
	failures, err := st.Failures(h.ctx, models.FailureFilter{Resolved: &open}, models.Page{First: &many}, false)
	check(t, err)
	for _, f := range failures.Rows {
		s.failures[f.LinkID] = f
	}
	conflicts, err := st.Conflicts(h.ctx, models.ConflictFilter{}, models.Page{First: &many}, false)
	check(t, err)
	s.conflicts = conflicts.Rows
	return s
}

func (s *survey) live(side models.Side, id string) bool {
	r, there := s.records[spot{side, id}]
	return there && !r.deleted
}

// ways are the directions in which a field flows now.
func (s *survey) ways(m models.FieldMapping) (toDesk, toSalesforce bool) {
	toDesk, toSalesforce = m.Rule != models.RuleOff && m.Rule != models.RuleDeskToSalesforce, m.Rule != models.RuleOff && m.Rule != models.RuleSalesforceToDesk
	return toDesk && s.in.Direction.WritesTo(models.Desk), toSalesforce && s.in.Direction.WritesTo(models.Salesforce)
}

// everyRecordHasOneCounterpart: none is left out without a word, and what the engine made is the
// one counterpart of something.
func (s *survey) everyRecordHasOneCounterpart() {
	marks := map[string]string{}
	for at, r := range s.records {
		if r.deleted {
			continue
		}
		link := s.byRecord[at]
		for _, field := range []string{"cf_sidelight_link_id", "Sidelight_Link_Id__c"} {
			// A record that a filter unlinked keeps its old pair's mark, also where the other one
			// has a new counterpart.
			if mark := r.values[field]; mark != "" && (link == nil || link.UnlinkedFrom == "") {
				key := string(r.side) + mark
				if other := marks[key]; other != "" {
					s.h.broken(s.t, "%s and %s in %s carry one mark: one of them is a duplicate", other, r.id, r.side)
				}
				marks[key] = r.id
			}
		}
		switch {
		case link == nil:
			s.h.broken(s.t, "%s %s is unknown", r.side, r.id)
		case !link.Whole() && s.failures[link.ID].ID == "" && s.in.Direction.WritesTo(r.side.Other()):
			s.h.broken(s.t, "%s %s has no counterpart, and no failure says why", r.side, r.id)
		case !link.Whole() && !s.h.users[at] && link.UnlinkedFrom == "":
			// An admin's filter unlinked them.
			s.h.broken(s.t, "%s %s was made by the engine and belongs to nothing: a duplicate", r.side, r.id)
		case link.Whole() && link.UnlinkedFrom == "" && !s.h.handed[link.ID] && !s.h.users[at] && !s.h.users[spot{r.side.Other(), link.RecordID(r.side.Other())}]:
			s.h.broken(s.t, "%s %s was made by the engine, and so was its counterpart", r.side, r.id)
		}
	}
}

// pairsAreEqual: where mapped and allowed, both sides hold the same.
func (s *survey) pairsAreEqual() {
	for _, l := range s.links {
		if !l.Whole() || !s.live(models.Desk, *l.DeskID) || !s.live(models.Salesforce, *l.SalesforceID) {
			continue
		}
		if f, failed := s.failures[l.ID]; failed {
			if f.Code == models.CodeParentMissing && s.h.accountGone {
				continue // it waits for an account that a user deleted, and says so
			}
			if f.Code != models.CodeParentMissing || !s.parentFails(l) {
				s.h.broken(s.t, "the pair %s/%s failed: %s %s", *l.DeskID, *l.SalesforceID, f.Code, f.Message)
			}
		}
		desk, salesforce := s.records[spot{models.Desk, *l.DeskID}].values, s.records[spot{models.Salesforce, *l.SalesforceID}].values
		for _, m := range s.mappings[l.Object] {
			// Salesforce trims.
			a, b := strings.TrimSpace(desk[m.Desk.Name]), strings.TrimSpace(salesforce[m.Salesforce.Name])
			toDesk, toSalesforce := s.ways(m)
			if m.Desk.Type == models.TypeReference && m.Desk.Name != l.Object.ParentField(models.Desk) {
				continue
			}
			if m.Desk.Type == models.TypeReference {
				if s.h.accountGone || !s.settledParent(models.Desk, a) || !s.settledParent(models.Salesforce, b) {
					// A vendor shows a reference to a deleted account as blank and back without a
					// new time: only the daily compare sees that.
					continue
				}
				if a != "" {
					a = s.byRecord[spot{models.Desk, a}].RecordID(models.Salesforce)
				}
			}
			switch {
			case strings.EqualFold(a, b) && m.Desk.Type == models.TypeEmail, a == b, !toDesk && !toSalesforce, !toDesk && a == "", !toSalesforce && b == "":
			default:
				s.h.broken(s.t, "%s of %s/%s differs: %q in Desk, %q in Salesforce (%s, %s)", m.Name(), *l.DeskID, *l.SalesforceID, a, b, m.Rule, s.in.Direction)
			}
		}
	}
}

// settledParent tells whether a reference leads to a live account with a live counterpart, or
// nowhere.
func (s *survey) settledParent(side models.Side, id string) bool {
	if id == "" {
		return true
	}
	l := s.byRecord[spot{side, id}]
	return l != nil && l.Whole() && s.live(models.Desk, *l.DeskID) && s.live(models.Salesforce, *l.SalesforceID)
}

// parentFails tells whether a record of the pair refers to an account that has no counterpart and
// says why: another account has its name, or the admin's filter left it out.
func (s *survey) parentFails(l models.LinkState) bool {
	for _, side := range models.Sides {
		parent := s.records[spot{side, l.RecordID(side)}].values[l.Object.ParentField(side)]
		account := s.byRecord[spot{side, parent}]
		if parent != "" && account != nil && !account.Whole() && s.failures[account.ID].ID != "" {
			return true
		}
	}
	return false
}

// editsSurvive: each edit is where it was made, or was knowingly replaced or thrown away by a user,
// or stands in the conflict log.
func (s *survey) editsSurvive() {
	for _, e := range s.h.edits {
		if e.at <= s.h.since {
			continue // what a restored backup undid
		}
		r, there := s.records[spot{e.side, e.id}]
		if !there || r.deleted {
			continue // a user's own deletion: what was known of it is on the other side or was seen
		}
		var now string
		for _, m := range s.mappings[e.object] {
			if m.Name() == e.field {
				now = r.values[m.Field(e.side).Name]
			}
		}
		if now == e.value || (e.value != "" && s.h.seen[e.value]) || s.inConflict(e) || (e.value == "" && s.excused(e)) {
			continue
		}
		s.h.broken(s.t, "the edit of %s of %s %s to %q is lost: %q stands there, and no conflict tells of it", e.field, e.side, e.id, e.value, now)
	}
}

func (s *survey) inConflict(e edit) bool {
	link := s.byRecord[spot{e.side, e.id}]
	for _, c := range s.conflicts {
		v := c.Salesforce
		if e.side == models.Desk {
			v = c.Desk
		}
		if e.value != "" && (c.Desk.String() == e.value || c.Salesforce.String() == e.value) {
			return true
		}
		if e.value == "" && v.IsBlank() && link != nil && c.LinkID == link.ID && c.Field == e.field {
			return true
		}
	}
	return false
}

// excused tells why a blank need not be there: a user touched the field or threw the record away
// later, or it was blank again before the engine could see that it was not. The engine has seen
// nothing of what a restored backup brought back, and has forgotten what was agreed on where the
// side was taken as new.
func (s *survey) excused(e edit) bool {
	return s.h.since > 0 || s.laterEdit(e) || s.h.deleted[spot{e.side, e.id}] > e.at || !s.h.reached[spot{e.side.Other(), e.seen}]
}

// laterEdit tells whether a user touched the field of the pair again.
func (s *survey) laterEdit(e edit) bool {
	link := s.byRecord[spot{e.side, e.id}]
	for _, other := range s.h.edits {
		same := other.side == e.side && other.id == e.id || link != nil && other.id != "" && link.RecordID(other.side) == other.id
		if other.at > e.at && same && other.object == e.object && other.field == e.field {
			return true
		}
	}
	return false
}
