package plan

import (
	"sidelight/models"
	"sidelight/sync/mapping"
)

// planDeleted decides about a pair of which one record, or both, are in a recycle bin. Nothing is
// deleted on the other side. When the surviving record is edited, the deleted one is restored,
// unless the policy lets it stay deleted. When a new record has taken the deleted one's place, the
// survivor is paired with that.
func (p *Planner) planDeleted(s *models.LinkState, plan models.LinkPlan) models.LinkPlan {
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
func (p *Planner) planDeletion(s *models.LinkState, plan models.LinkPlan) models.LinkPlan {
	survivor := models.Desk
	if s.Desk.DeletedAt != nil {
		survivor = models.Salesforce
	}
	target := survivor.Other()
	if mapping.Admit(p.Filter, survivor, s.Row(survivor).Data) != mapping.Inside {
		return plan
	}
	switch heir, ambiguous := p.matcher.successor(s, survivor); {
	case ambiguous != nil:
		plan.Resolved = false
		plan.Failures = []models.Failure{p.failure(s, survivor, ambiguous)}
		return plan
	case heir != nil && !p.absorbed[heir.ID]:
		p.absorbed[heir.ID] = true // this is its plan: it has no other in this batch
		return p.pair(heir, s)
	case heir != nil:
		return deferPlan(plan)
	}
	if p.Integration.DeletePolicy == models.StayDeleted || !p.Integration.Direction.WritesTo(target) ||
		!p.edited(s, survivor) {
		return plan
	}
	values, source, problems := mapping.Project(p.Mappings, survivor, s.Row(survivor).Data, p.referred(s, survivor))
	if plan.Failures = p.fieldFailures(s, survivor, problems); p.namelessFor(target, problems) {
		plan.Resolved = false
		return plan
	}
	plan.Resolved = false // it is owed, not done
	plan.Intents = []models.Intent{p.intent(s, target, models.OpRestore, values, nil, source)}
	return plan
}

// edited tells whether a mapped field of the side, which would be written to the other side,
// differs from its base.
func (p *Planner) edited(s *models.LinkState, side models.Side) bool {
	for _, m := range p.Mappings {
		f := m.Field(side)
		base, agreed := s.Base(side)[f.Name]
		if v, read := currentValue(s, m, side); agreed && read && m.Rule.WritesTo(side.Other()) &&
			v != mapping.Canonical(base, f) {
			return true
		}
	}
	return false
}
