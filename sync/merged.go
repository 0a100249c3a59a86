package sync

import (
	"context"
	"time"

	"sidelight/models"
)

// survivors reads the links of the records that records of the batch were merged into.
func (e *Engine) survivors(ctx context.Context, object models.SyncObject, batch []models.LinkState) (map[models.Side]map[string]models.LinkState, error) {
	out := map[models.Side]map[string]models.LinkState{}
	for _, side := range models.Sides {
		var ids []string
		for i := range batch {
			if row := batch[i].Row(side); row != nil && row.MergedInto != "" && batch[i].Whole() {
				ids = append(ids, row.MergedInto)
			}
		}
		if len(ids) == 0 {
			continue
		}
		found, err := e.Store.LinksByRecord(ctx, object, side, ids)
		if err != nil {
			return nil, err
		}
		out[side] = found
	}
	return out, nil
}

// survivorWait is how long the survivor of a merge is waited for that was not seen yet.
const survivorWait = 10 * time.Minute

// planMerged follows a merge on one side: the pair goes on with the surviving record. What the survivor took over differs from the pair's base,
// so it counts as an edit and reaches the other side. Where the survivor has a counterpart of its own, the other side still holds two records for
// one: that is for a person to merge there.
func (p *planner) planMerged(s *models.LinkState, side models.Side, plan models.LinkPlan) models.LinkPlan {
	survivor, seen := p.survivors[side][s.Row(side).MergedInto]
	switch {
	case !seen && p.now.Sub(*s.Row(side).DeletedAt) > survivorWait:
		return p.planDeletion(s, plan) // the survivor is gone too: what is left is a deletion
	case !seen || p.absorbed[survivor.ID]:
		return waiting(plan)
	case survivor.Whole():
		err := models.Errorf(models.CodeAlreadyMapped, "the %s %s was merged into one that has another counterpart", side.Name(), p.object.Singular())
		plan.Resolved = false
		plan.Failure = p.failure(s, side.Other(), err)
		return plan
	}
	p.absorbed[survivor.ID] = true
	joined := *s
	joined.SetRecordID(side, survivor.RecordID(side))
	if side == models.Desk {
		joined.Desk, joined.ParentOnSalesforce = survivor.Desk, survivor.ParentOnSalesforce
	} else {
		joined.Salesforce, joined.ParentOnDesk = survivor.Salesforce, survivor.ParentOnDesk
	}
	absorb := survivor.Link
	return p.planWhole(&joined, models.LinkPlan{Link: settledLink(&joined), Absorb: &absorb})
}
