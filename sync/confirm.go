package sync

import (
	"context"
	"slices"
	"time"

	"sidelight/models"
)

// confirmAfter is how long ago a record may have been seen that a counterpart is made of without reading it again.
const confirmAfter = time.Minute

// confirm reads the records again that counterparts are about to be made or restored for, where nobody has told of them just now: an admin changed the filter or
// the direction, a failure is tried again. Of one that is gone nothing is made (Desk does not tell of a merge's loser); one that is something else by now is planned
// again, since its plan is stale. A record that may not be read is a failure; plans whose record cannot be read now are left out, and err is why.
func (e *Engine) confirm(ctx context.Context, p *planner, batch []models.LinkState, plans []models.LinkPlan) ([]models.LinkPlan, error) {
	if p.integration.Status == models.StatusLoading {
		return plans, nil // both sides were just read whole
	}
	states := make(map[string]*models.LinkState, len(batch))
	for i := range batch {
		states[batch[i].ID] = &batch[i]
	}
	unsure := map[models.Side][]string{}
	for i := range plans {
		if s := states[plans[i].Link.ID]; p.unsure(s, &plans[i]) {
			side := plans[i].Intents[0].Side.Other()
			unsure[side] = append(unsure[side], s.RecordID(side))
		}
	}
	unread := map[models.Side]map[string]error{}
	for side, ids := range unsure {
		unread[side] = map[string]error{}
		e.lookAgain(ctx, side, p.object, ids, unread[side])
	}
	var first error
	plans = slices.DeleteFunc(plans, func(plan models.LinkPlan) bool {
		side, err := readBy(states, unread, plan)
		if _, own := refusal(err); err == nil || own {
			return false
		}
		if first == nil {
			first = at(side, err)
		}
		return true
	})
	for i := range plans {
		side, err := readBy(states, unread, plans[i])
		if refused, own := refusal(err); own {
			plans[i].Intents, plans[i].Failure = nil, p.failure(states[plans[i].Link.ID], side, refused)
		}
	}
	return plans, first
}

// readBy is why the record of a plan could not be read again, and its side.
func readBy(states map[string]*models.LinkState, unread map[models.Side]map[string]error, plan models.LinkPlan) (models.Side, error) {
	s := states[plan.Link.ID]
	if s == nil || len(plan.Intents) == 0 {
		return "", nil
	}
	side := plan.Intents[0].Side.Other()
	return side, unread[side][s.RecordID(side)]
}

// unsure tells whether the plan makes, or restores, a counterpart of a record that may have become something else. A plan may be of a link beside the batch (a deleted
// record's heir).
func (p *planner) unsure(s *models.LinkState, plan *models.LinkPlan) bool {
	if s == nil || len(plan.Intents) == 0 {
		return false
	}
	in := plan.Intents[0]
	if in.Op != models.OpCreate {
		return in.Op == models.OpRestore
	}
	told := s.Cause == models.TriggerChange || s.Cause == models.TriggerPoll
	return !told || p.now.Sub(s.Row(in.Side.Other()).ObservedAt) > confirmAfter
}

// lookAgain reads records by their ids and observes what they are now; unread is why one could not be read. Where the vendor refuses one, halves find out which.
func (e *Engine) lookAgain(ctx context.Context, side models.Side, object models.SyncObject, ids []string, unread map[string]error) {
	unshown, err := e.observeNow(ctx, side, object, ids)
	for _, id := range unshown {
		unread[id] = notShown(side, object)
	}
	if err == nil {
		return
	}
	if _, own := refusal(err); own && len(ids) > 1 {
		e.lookAgain(ctx, side, object, ids[:len(ids)/2], unread)
		e.lookAgain(ctx, side, object, ids[len(ids)/2:], unread)
		return
	}
	for _, id := range ids {
		unread[id] = err
	}
}

// observeNow answers the records of which the vendor says nothing, where that does not make them gone.
func (e *Engine) observeNow(ctx context.Context, side models.Side, object models.SyncObject, ids []string) (unshown []string, err error) {
	r, err := e.reader(ctx, side, object)
	if err != nil {
		return nil, err
	}
	records, err := r.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		switch {
		case slices.ContainsFunc(records, func(r models.Record) bool { return r.ID == id }):
		case absentIsGone(side):
			records = append(records, models.Record{Side: side, Object: object, ID: id, Deleted: true})
		default:
			unshown = append(unshown, id)
		}
	}
	return unshown, r.keep(ctx, records, nil)
}
