package sync

import (
	"sidelight/models"
	"sidelight/sync/mapping"
)

// planDeleted decides about a pair of which one record, or both, stand in a recycle bin (PRODUCT.md 1.7): nothing is deleted on the other
// side; when the surviving record is changed afterwards, the deleted one is put back, unless the policy lets it stay deleted. Where a new record has taken the
// deleted one's place meanwhile, the survivor is paired with that.
func (p *planner) planDeleted(s *models.LinkState, plan models.LinkPlan) models.LinkPlan {
	plan.Resolved = true
	if s.Desk.DeletedAt != nil && s.Salesforce.DeletedAt != nil {
		return plan // both may come back, and are a pair then
	}
	for _, side := range models.Sides {
		if s.Row(side).MergedInto != "" {
			return p.planMerged(s, side, plan)
		}
	}
	return p.planDeletion(s, plan)
}

// planDeletion decides about a pair of which one record was deleted, and was merged into no other.
func (p *planner) planDeletion(s *models.LinkState, plan models.LinkPlan) models.LinkPlan {
	survivor := models.Desk
	if s.Desk.DeletedAt != nil {
		survivor = models.Salesforce
	}
	target := survivor.Other()
	if mapping.Admit(p.filter, survivor, s.Row(survivor).Data) != mapping.Inside {
		return plan
	}
	switch heir, ambiguous := p.matcher.successor(s, survivor); {
	case ambiguous != nil:
		plan.Resolved = false
		plan.Failure = p.failure(s, survivor, ambiguous)
		return plan
	case heir != nil && !p.absorbed[heir.ID]:
		return p.pair(heir, s)
	case heir != nil:
		return waiting(plan)
	}
	if p.integration.DeletePolicy == models.StayDeleted || !p.integration.Direction.WritesTo(target) || !p.edited(s, survivor) {
		return plan
	}
	values, source, problems := mapping.Project(p.mappings, survivor, s.Row(survivor).Data, p.referred(s, survivor))
	if len(problems) > 0 {
		plan.Resolved = false
		plan.Failure = p.failure(s, survivor, problems[0].Err)
		return plan
	}
	plan.Resolved = false // it is owed, not done
	plan.Intents = []models.Intent{p.intent(s, target, models.OpRestore, values, nil, source)}
	return plan
}

// edited tells whether a mapped field of the side, which the other would get, differs from what both sides last agreed on.
func (p *planner) edited(s *models.LinkState, side models.Side) bool {
	for _, m := range p.mappings {
		f := m.Field(side)
		base, agreed := s.Base(side)[f.Name]
		if v, read := now(s, m, side); agreed && read && m.Rule.WritesTo(side.Other()) && v != mapping.Canonical(base, f) {
			return true
		}
	}
	return false
}
