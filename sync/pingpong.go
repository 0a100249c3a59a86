package sync

import (
	"context"
	"slices"
	"time"

	"sidelight/models"
	"sidelight/sync/reconcile"
)

// What counts as an automation that rewrites our writes: within rewriteWindow the same value was written to the same field sameRewrites times and was replaced by
// the same other value each time; or whatever was written was replaced manyRewrites times, more often than people would. Edits of people on both sides do not
// come back to the same two values.
const (
	rewriteWindow = time.Hour
	sameRewrites  = 3
	manyRewrites  = 12
)

// writtenOfLate reads what was written to the batch's pairs of late. The first load writes each pair once.
func (e *Engine) writtenOfLate(ctx context.Context, in models.Integration, batch []models.LinkState, now time.Time) (map[string][]models.Change, error) {
	var ids []string
	for i := range batch {
		if batch[i].Whole() && batch[i].SyncedAt != nil {
			ids = append(ids, batch[i].ID)
		}
	}
	if len(ids) == 0 || in.Status == models.StatusLoading {
		return nil, nil
	}
	return e.Store.RecentChanges(ctx, ids, now.Add(-rewriteWindow))
}

// rewritten takes writes out of the plan that an automation would only rewrite again, and names them: such a field rests until an admin has its failure tried
// again. A field that rests already stays out until both sides agree about it by themselves.
func (p *planner) rewritten(s *models.LinkState, link *models.Link, result *reconcile.Plan) *models.Failure {
	var resting []string
	var target models.Side
	result.Writes = slices.DeleteFunc(result.Writes, func(w reconcile.Write) bool {
		if !slices.Contains(s.Resting, w.Field) && !p.loops(s, w) {
			return false
		}
		target = w.Side
		resting = append(resting, w.Field)
		result.Conflicts = slices.DeleteFunc(result.Conflicts, func(c reconcile.Conflict) bool { return c.Field == w.Field })
		return true
	})
	link.Resting = resting
	if target == "" {
		return nil
	}
	err := models.Errorf(models.CodePingPong, "%s changes %s again after each of our writes: it is left alone", target.Name(), p.labels(target, resting))
	err.Fields = resting
	return p.failure(s, target.Other(), err)
}

// loops tells whether the write would repeat what was rewritten before.
func (p *planner) loops(s *models.LinkState, w reconcile.Write) bool {
	var history []models.Change
	for _, c := range p.written[s.ID] {
		if c.Side == w.Side && c.Field == w.Field && (s.RetriedAt == nil || c.At.After(*s.RetriedAt)) {
			history = append(history, c)
		}
	}
	same, all := 0, 0
	for i, c := range history {
		next := w.Old
		if i+1 < len(history) {
			next = history[i+1].Old
		}
		if next == c.New {
			continue
		}
		all++
		if c.New == w.Value && next == w.Old {
			same++
		}
	}
	return same >= sameRewrites || all >= manyRewrites
}

// labels are the fields as people of the side call them.
func (p *planner) labels(side models.Side, names []string) string {
	out := ""
	for _, m := range p.mappings {
		if slices.Contains(names, m.Name()) {
			if out != "" {
				out += ", "
			}
			label := m.Field(side).Label
			if label == "" {
				label = m.Field(side).Name
			}
			out += label
		}
	}
	return out
}
