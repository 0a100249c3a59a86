package plan

import (
	"sidelight/models"
	"sidelight/sync/mapping"
)

// Account is how a link stands: why its records are not equal, or that they are.
type Account struct {
	// Reason is why the two are not equal. It is "" where they are, and where there is no live
	// record.
	Reason models.DriftReason
	// Fields are the mapped fields whose values do not mean the same on both sides.
	Fields []string
	// Pair tells that the link has both records; Equal that their mapped fields mean the same.
	Pair, Equal bool
	// Alone tells that the link has one live record and no other.
	Alone bool
	// Again tells that planning would change the link although nothing is owed for it.
	Again bool
}

// Account says how a link stands, from how it was planned and what is open for it. vanished tells
// that a side says nothing any more of one of its records.
func (p *Planner) Account(s *models.LinkState, plan models.LinkPlan, open models.OpenWork, vanished bool) Account {
	p = p.of(s)
	waits := s.Dirty || open.Owed
	unexpected := !waits && open.Failure == "" && (len(plan.Intents) > 0 || len(plan.Failures) > 0 || plan.Absorb != nil)
	if !s.Whole() {
		why := p.whyAlone(s, open, waits, unexpected)
		if vanished && why != "" {
			return Account{Reason: models.DriftVanished, Alone: true}
		}
		return Account{Reason: why, Again: unexpected, Alone: why != ""}
	}
	return p.pairAccount(s, open, vanished, unexpected)
}

// pairAccount says how a link of two records stands.
func (p *Planner) pairAccount(s *models.LinkState, open models.OpenWork, vanished, unexpected bool) Account {
	out := Account{Pair: true, Again: unexpected}
	switch {
	case s.Desk == nil || s.Salesforce == nil:
		out.Reason, out.Again = models.DriftWaiting, false
		return out
	case s.Desk.DeletedAt != nil || s.Salesforce.DeletedAt != nil:
		out.Reason = models.DriftDeleted
		return out
	case vanished:
		out.Reason, out.Again = models.DriftVanished, false
		return out
	}
	if out.Fields = p.unlike(s); len(out.Fields) == 0 {
		out.Equal = true
		return out
	}
	_, rests := p.leaves(s)
	switch {
	case s.Dirty || open.Owed:
		out.Reason = models.DriftWaiting
	case open.Failure != "":
		out.Reason = models.DriftFailed
	case rests:
		out.Reason = models.DriftOutside
	case unexpected:
		out.Reason = models.DriftUnexplained
	case !s.ParentFailed && p.lacksParent(s):
		out.Reason = models.DriftWaiting
	default:
		out.Reason = models.DriftKeptApart
	}
	return out
}

// whyAlone is why a half link's record has no counterpart; "" where it has no live record.
func (p *Planner) whyAlone(s *models.LinkState, open models.OpenWork, waits, unexpected bool) models.DriftReason {
	row := s.Row(s.HalfSide())
	switch {
	case row == nil || row.DeletedAt != nil:
		return ""
	case waits:
		return models.DriftWaiting
	case open.Failure != "":
		return models.DriftFailed
	case unexpected:
		return models.DriftUnexplained
	case mapping.Admit(p.Filter, s.HalfSide(), row.Data) != mapping.Inside:
		return models.DriftOutside
	}
	return models.DriftNoCounterpart
}

// unlike are the mapped fields whose values do not mean the same on both sides.
func (p *Planner) unlike(s *models.LinkState) []string {
	var out []string
	in := p.input(s)
	for i := range in.Fields {
		if f := &in.Fields[i]; f.Rule != models.RuleOff && !f.Agree() {
			out = append(out, f.Name)
		}
	}
	return out
}

// lacksParent tells whether one of the records belongs to an account that has no counterpart yet.
func (p *Planner) lacksParent(s *models.LinkState) bool {
	for _, side := range models.Sides {
		if s.Row(side).ParentID != "" && s.ParentOn(side.Other()) == "" {
			return p.mapsParent()
		}
	}
	return false
}
