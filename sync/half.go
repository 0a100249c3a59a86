package sync

import (
	"sidelight/models"
	"sidelight/sync/mapping"
)

// planHalf finds the counterpart of a record that has none, or decides to create it.
func (p *planner) planHalf(s *models.LinkState) models.LinkPlan {
	plan := models.LinkPlan{Link: settledLink(s)}
	side := sideOfHalf(s)
	row := s.Row(side)
	if row == nil || row.DeletedAt != nil {
		return plan
	}
	if mapping.Admit(p.filter, side, row.Data) != mapping.Inside {
		plan.Resolved = true
		return plan
	}
	switch former, rests, busy := p.former(s, side); {
	case former != nil:
		return p.pair(s, former)
	case busy:
		return waiting(plan)
	case rests:
		plan.Resolved = true
		return plan
	}
	m := p.matcher.decide(s)
	switch {
	case m.rests:
		plan.Resolved = true
		return plan
	case m.failure != nil:
		plan.Failure = p.failure(s, side, m.failure)
		return plan
	case m.counterpart != nil:
		return p.pair(s, m.counterpart)
	case !p.integration.Direction.WritesTo(side.Other()):
		plan.Resolved = true
		return plan
	}
	return p.planCreate(s, side, plan)
}

// pair joins a half link with another one, or with what a deletion left of a pair, and reconciles both records at once: as if neither had ever had a counterpart,
// unless it was the filter that had parted just these two.
func (p *planner) pair(s, other *models.LinkState) models.LinkPlan {
	p.absorbed[other.ID] = true
	joined, from := *s, sideOfHalf(s).Other()
	joined.SetRecordID(from, other.RecordID(from))
	if again := s.Parted != "" && s.Parted == other.RecordID(from) && other.Parted == s.RecordID(from.Other()); again {
		joined.SetBase(from, other.Base(from))
	} else {
		joined.SetBase(from, cleared(other, from).With(p.made(other, from, s, other)))
		joined.SetBase(from.Other(), cleared(s, from.Other()).With(p.made(s, from.Other(), s, other)))
	}
	if from == models.Desk {
		joined.Desk, joined.ParentOnSalesforce = other.Desk, other.ParentOnSalesforce
	} else {
		joined.Salesforce, joined.ParentOnDesk = other.Salesforce, other.ParentOnDesk
	}
	joined.MatchedBy, joined.Parted = "email", ""
	if p.object == models.AccountObject {
		joined.MatchedBy = "name"
	}
	absorb := other.Link
	return p.planWhole(&joined, models.LinkPlan{Link: settledLink(&joined), Absorb: &absorb})
}

// cleared are the values that a record of a former pair had when the two agreed, where somebody has blanked them since: to fill such a blank would undo that edit
// without a word. It is nil when there are none.
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
func (p *planner) planCreate(s *models.LinkState, side models.Side, plan models.LinkPlan) models.LinkPlan {
	row, target := s.Row(side), side.Other()
	if p.waitsForParent(s, side) {
		return waiting(plan)
	}
	values, source, problems := mapping.Project(p.mappings, side, row.Data, p.referred(s, side))
	if len(problems) > 0 {
		plan.Failure = p.failure(s, side, problems[0].Err)
		return plan
	}
	if mapping.Admit(p.filter, target, p.filled(target, values)) == mapping.Outside {
		plan.Resolved = true // the new record would be outside the filter at once
		return plan
	}
	plan.Intents = []models.Intent{p.intent(s, target, models.OpCreate, values, nil, source)}
	return plan
}

// referred answers what a reference of a side's record becomes on the other side: its account there, or its owner.
func (p *planner) referred(s *models.LinkState, side models.Side) func(models.FieldMapping) (models.Value, bool) {
	return func(m models.FieldMapping) (models.Value, bool) {
		if mapping.Owners(m) {
			v, known := p.owners.counterpart(s.Row(side).Data[m.Field(side).Name], side)
			return v, known && !v.IsBlank() // a new record without an owner gets the vendor's default
		}
		return models.Text(parentOn(s, side.Other())), true
	}
}

// waitsForParent tells whether the contact's account is about to be made on the other side, so that the contact comes after it.
func (p *planner) waitsForParent(s *models.LinkState, side models.Side) bool {
	return s.Row(side).ParentID != "" && parentOn(s, side.Other()) == "" && !s.ParentFailed && p.mapsParent()
}

func (p *planner) mapsParent() bool {
	for _, m := range p.mappings {
		if m.Desk.Name == p.object.ParentField(models.Desk) && m.Rule != models.RuleOff {
			return true
		}
	}
	return false
}

func parentOn(s *models.LinkState, side models.Side) string {
	if side == models.Desk {
		return s.ParentOnDesk
	}
	return s.ParentOnSalesforce
}
