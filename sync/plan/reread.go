package plan

import (
	"time"

	"sidelight/models"
)

// confirmAfter is the age of an observation from which a record is read again before a counterpart
// is created for it.
const confirmAfter = time.Minute

// NeedsReread tells whether the plan creates or restores a counterpart for a record that may have
// changed since it was observed. s is nil for a plan of a link outside the batch.
func (p *Planner) NeedsReread(s *models.LinkState, plan *models.LinkPlan) bool {
	if s == nil || len(plan.Intents) == 0 {
		return false
	}
	in := plan.Intents[0]
	if in.Op != models.OpCreate {
		return in.Op == models.OpRestore
	}
	told := s.Cause == models.TriggerChange || s.Cause == models.TriggerPoll
	return !told || p.Now.Sub(s.Row(in.Side.Other()).ObservedAt) > confirmAfter
}
