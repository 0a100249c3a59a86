package engine

import (
	"context"
	"slices"

	"sidelight/models"
	"sidelight/sync/plan"
	"sidelight/sync/vendor"
)

// confirm reads the records again for which counterparts are about to be created or restored,
// unless an event or poll has just told of them. Nothing is created for a record that is gone. A
// record that changed is planned again, since its plan is stale. A record that may not be read is a
// failure. Plans whose record cannot be read now are left out, and err is why.
//
// So are the records read again beside which another one rests: no list tells of spam that was
// merged or purged. One that is gone gives up its key, which has the other planned again.
func (e *Engine) confirm(ctx context.Context, p *plan.Planner, batch []models.LinkState, plans []models.LinkPlan) ([]models.LinkPlan, error) {
	if p.Integration.Status == models.StatusLoading {
		return plans, nil // both sides were just read whole
	}
	states := make(map[string]*models.LinkState, len(batch))
	for i := range batch {
		states[batch[i].ID] = &batch[i]
	}
	toReread := map[models.Side][]string{}
	for i := range plans {
		s := states[plans[i].Link.ID]
		if p.NeedsReread(s, &plans[i]) {
			side := plans[i].Intents[0].Side.Other()
			toReread[side] = append(toReread[side], s.RecordID(side))
		}
		if s != nil && len(plans[i].LeftOut) > 0 {
			side := s.HalfSide().Other()
			toReread[side] = append(toReread[side], plans[i].LeftOut...)
		}
	}
	unread := map[models.Side]map[string]error{}
	for side, ids := range toReread {
		unread[side] = map[string]error{}
		slices.Sort(ids)
		e.mirror.Reread(ctx, side, p.Object, slices.Compact(ids), unread[side])
	}
	var first error
	plans = slices.DeleteFunc(plans, func(planned models.LinkPlan) bool {
		side, err := readBy(states, unread, planned)
		if _, own := vendor.Refusal(err); err == nil || own {
			return false
		}
		if first == nil {
			first = vendor.WithSide(side, err)
		}
		return true
	})
	for i := range plans {
		side, err := readBy(states, unread, plans[i])
		if refused, own := vendor.Refusal(err); own {
			plans[i].Intents, plans[i].Failures = nil, []models.Failure{p.Fail(states[plans[i].Link.ID], side, refused)}
		}
	}
	return plans, first
}

// readBy is why a record of a plan could not be read again, and its side.
func readBy(states map[string]*models.LinkState, unread map[models.Side]map[string]error, planned models.LinkPlan) (models.Side, error) {
	s := states[planned.Link.ID]
	if s == nil {
		return "", nil
	}
	for _, id := range planned.LeftOut {
		side := s.HalfSide().Other()
		if err := unread[side][id]; err != nil {
			return side, err
		}
	}
	if len(planned.Intents) == 0 {
		return "", nil
	}
	side := planned.Intents[0].Side.Other()
	return side, unread[side][s.RecordID(side)]
}
