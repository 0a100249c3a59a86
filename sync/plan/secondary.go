package plan

import (
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// secondary looks for a counterpart that has this record's email as its second one, or whose email
// this record has as its second one. They may be one person: they are linked where the admin lets
// second emails match and neither side has another candidate; otherwise that is a failure, and
// nothing is made.
func (p *Planner) secondary(s *models.LinkState, side models.Side) (counterpart *models.LinkState, failure *models.Error) {
	others := p.bySecond(s, side)
	if len(others) == 0 {
		return nil, nil
	}
	other := &others[0]
	holder := side.Other() // the side whose record has the second email
	if p.secondKey(s, side) != "" && p.secondKey(s, side) == other.MatchKey(side.Other()) {
		holder = side
	}
	code := models.CodeAmbiguousMatch
	switch {
	case slices.ContainsFunc(others, func(o models.LinkState) bool { return o.Whole() }):
		code = models.CodeAlreadyMapped
	case p.absorbed[other.ID]:
	case p.Integration.MatchSecondaryEmail && len(others) == 1 && len(p.bySecond(other, side.Other())) == 1:
		return other, nil
	}
	field := p.Object.SecondField(holder)
	failure = models.Errorf(code, "the %s of a %s %s is the email of a %s one: they may be one person", field, holder.Name(), p.Object.Singular(), holder.Other().Name())
	failure.Fields = []string{field}
	return nil, failure
}

// bySecond are the live records on the other side that share an email with this one, where it is
// the second one of either.
func (p *Planner) bySecond(s *models.LinkState, side models.Side) []models.LinkState {
	var out []models.LinkState
	add := func(list []models.LinkState) {
		for _, other := range list {
			if other.ID != s.ID && mapping.Admit(p.Filter, side.Other(), other.Row(side.Other()).Data) == mapping.Inside {
				out = append(out, other)
			}
		}
	}
	if key := s.MatchKey(side); key != "" {
		add(p.facts.Second[side.Other()][key])
	}
	if key := p.secondKey(s, side); key != "" {
		add(p.facts.Candidates[side.Other()][key])
	}
	return out
}

func (p *Planner) secondKey(s *models.LinkState, side models.Side) string {
	if row := s.Row(side); row != nil {
		return row.SecondKey
	}
	return ""
}

// agreedEmails lets the emails of a pair that a second email has brought together stand as they
// are: they differ, and neither is an edit.
func (p *Planner) agreedEmails(joined *models.LinkState) {
	for _, side := range models.Sides {
		name := p.Object.MatchField(side)
		joined.SetBase(side, joined.Base(side).With(models.Values{name: joined.Row(side).Data[name]}))
	}
}
