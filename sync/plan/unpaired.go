package plan

import (
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// planUnpaired finds the counterpart of a record that has none, or decides to create it.
func (p *Planner) planUnpaired(s *models.LinkState) models.LinkPlan {
	plan := models.LinkPlan{Link: settledLink(s)}
	side := s.HalfSide()
	row := s.Row(side)
	if row == nil || row.DeletedAt != nil {
		return plan
	}
	if mapping.Admit(p.Filter, side, row.Data) != mapping.Inside {
		plan.Resolved = true
		return plan
	}
	switch former, rests, busy := p.previousCounterpart(s, side); {
	case former != nil:
		return p.pair(s, former)
	case busy:
		return deferPlan(plan)
	case rests:
		plan.Resolved = true
		return plan
	}
	m := p.matcher.decide(s)
	switch {
	case m.rests:
		plan.Resolved, plan.LeftOut = true, m.leftOut
		return plan
	case m.failure != nil:
		plan.Failures = []models.Failure{p.failure(s, side, m.failure)}
		return plan
	case m.counterpart != nil:
		return p.pair(s, m.counterpart)
	}
	switch counterpart, failure := p.secondary(s, side); {
	case failure != nil:
		plan.Failures = []models.Failure{p.failure(s, side, failure)}
		return plan
	case counterpart != nil:
		return p.pairBy(s, counterpart, models.MatchedSecond)
	}
	switch counterpart, by, failure := p.namesake(s, side); {
	case failure != nil:
		plan.Failures = []models.Failure{p.failure(s, side, failure)}
		return plan
	case counterpart != nil:
		return p.pairBy(s, counterpart, by)
	case !p.Integration.Direction.WritesTo(side.Other()):
		plan.Resolved = true
		return plan
	}
	return p.planCreate(s, side, plan)
}

// pair joins a half link with another one, or with what a deletion left of a pair, and reconciles
// both records. The bases are kept where the filter had unlinked these two; otherwise the two begin
// without common bases.
func (p *Planner) pair(s, other *models.LinkState) models.LinkPlan {
	return p.pairBy(s, other, models.MatchedByKey(p.Object))
}

func (p *Planner) pairBy(s, other *models.LinkState, by models.MatchedBy) models.LinkPlan {
	p.absorbed[other.ID] = true
	joined, from := join(s, other, s.HalfSide()), s.HalfSide().Other()
	if again := s.UnlinkedFrom != "" && s.UnlinkedFrom == other.RecordID(from) && other.UnlinkedFrom == s.RecordID(from.Other()); again {
		joined.SetBase(from, other.Base(from))
	} else {
		joined.SetBase(from, cleared(other, from).With(p.blankedSinceCreate(other, from, s, other)))
		joined.SetBase(from.Other(), cleared(s, from.Other()).With(p.blankedSinceCreate(s, from.Other(), s, other)))
	}
	if by == models.MatchedSecond {
		p.agreedEmails(&joined)
	}
	joined.MatchedBy, joined.UnlinkedFrom = by, ""
	absorb := other.Link
	return p.planPaired(&joined, models.LinkPlan{Link: settledLink(&joined), Absorb: &absorb})
}

// Join plans the pair that a person makes of two half links. Nothing is looked for: that they
// belong together is what was said. Joined begin like matched records, without common bases.
func (p *Planner) Join(s, other *models.LinkState, facts Facts) models.LinkPlan {
	p.facts, p.absorbed = facts, map[string]bool{}
	plan := p.pair(s, other)
	plan.Link.MatchedBy, plan.RunID = models.MatchedAdmin, p.Runs.Of(s.Cause)
	return plan
}

// cleared are the values of a former pair's base that somebody has blanked since. Filling such a
// blank would undo that edit. It is nil when there are none.
func cleared(s *models.LinkState, side models.Side) (out models.Values) {
	for name, v := range s.Base(side) {
		now, read := s.Row(side).Data[name]
		if read && now.IsBlank() && !v.IsBlank() {
			out = out.With(models.Values{name: v})
		}
	}
	return out
}

// planCreate owes the other side a new record.
func (p *Planner) planCreate(s *models.LinkState, side models.Side, plan models.LinkPlan) models.LinkPlan {
	p = p.of(s)
	row, target := s.Row(side), side.Other()
	if p.waitsForParent(s, side) {
		return deferPlan(plan)
	}
	values, source, problems := mapping.Project(p.Mappings, side, row.Data, p.referred(s, side))
	// What does not fit is left out and stands in the failure log; only a record without a name
	// cannot be made.
	if plan.Failures = p.fieldFailures(s, side, problems); p.namelessFor(target, problems) {
		return plan
	}
	values = models.WithConstants(values, p.Constants, p.Object, target)
	if mapping.Admit(p.Filter, target, p.filled(target, values)) == mapping.Outside {
		plan.Resolved = true // the new record would be outside the filter at once
		return plan
	}
	plan.Intents = []models.Intent{p.intent(s, target, models.OpCreate, values, nil, source)}
	return plan
}

// fieldFailures are the failures of fields that cannot be carried over.
func (p *Planner) fieldFailures(s *models.LinkState, source models.Side, problems []mapping.Problem) []models.Failure {
	var out []models.Failure
	for _, problem := range problems {
		out = append(out, p.fieldFailure(s, source, problem.Field, problem.Err))
	}
	return out
}

// namelessFor tells whether one of the problems keeps the name from the side: the one field that no
// vendor does without.
func (p *Planner) namelessFor(side models.Side, problems []mapping.Problem) bool {
	byName := p.byName()
	return slices.ContainsFunc(problems, func(one mapping.Problem) bool {
		m := byName[one.Field]
		return m.Field(side).Name == p.Object.NameField(side)
	})
}

// referred answers what a reference of a side's record becomes on the other side: its account
// there, or its owner.
func (p *Planner) referred(s *models.LinkState, side models.Side) func(models.FieldMapping) (models.Value, bool) {
	return func(m models.FieldMapping) (models.Value, bool) {
		if mapping.Owners(m) {
			v, known := p.Owners.Counterpart(s.Row(side).Data[m.Field(side).Name], side)
			// A new record without an owner gets the vendor's default.
			return v, known && !v.IsBlank()
		}
		return models.Text(s.ParentOn(side.Other())), true
	}
}

// waitsForParent tells whether the contact's account is about to be created on the other side.
func (p *Planner) waitsForParent(s *models.LinkState, side models.Side) bool {
	return s.Row(side).ParentID != "" && s.ParentOn(side.Other()) == "" && !s.ParentFailed && p.mapsParent()
}

func (p *Planner) mapsParent() bool {
	for _, m := range p.Mappings {
		if m.Desk.Name == p.Object.ParentField(models.Desk) && m.Rule != models.RuleOff {
			return true
		}
	}
	return false
}
