package plan

import (
	"time"

	"sidelight/models"
)

// MergedInto are the ids on the side of the records that records of a batch were merged into.
func MergedInto(batch []models.LinkState, side models.Side) []string {
	var ids []string
	for i := range batch {
		if row := batch[i].Row(side); row != nil && row.MergedInto != "" && batch[i].Whole() {
			ids = append(ids, row.MergedInto)
		}
	}
	return ids
}

// survivorWait is how long to wait for a merge's survivor that was not observed yet.
const survivorWait = 10 * time.Minute

// planMerged follows a merge on one side: the pair goes on with the surviving record. What differs
// from the pair's base is an edit, and is written to the other side. Where the survivor has a
// counterpart of its own, a person has to merge the two records on the other side.
func (p *Planner) planMerged(s *models.LinkState, side models.Side, plan models.LinkPlan) models.LinkPlan {
	survivor, seen := p.facts.Survivors[side][s.Row(side).MergedInto]
	switch {
	case !seen && p.Now.Sub(*s.Row(side).DeletedAt) > survivorWait:
		return p.planDeletion(s, plan) // the survivor is gone too: what is left is a deletion
	case !seen || p.absorbed[survivor.ID]:
		return deferPlan(plan)
	case survivor.Whole():
		err := models.Errorf(
			models.CodeAlreadyMapped, "the %s %s was merged into one that has another counterpart", side.Name(),
			p.Object.Singular(),
		)
		plan.Resolved = false
		plan.Failures = []models.Failure{p.failure(s, side.Other(), err)}
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
	return p.planPaired(&joined, models.LinkPlan{Link: settledLink(&joined), Absorb: &absorb})
}
