package plan

import (
	"sidelight/models"
	"sidelight/sync/mapping"
)

// leaves tells whether the filter leaves the pair alone. rests tells that a record is outside the
// filter or cannot be judged yet; outside, that one is known to be outside. A record in a recycle
// bin is not judged. A record that is left out whatever the filter says rests and stays linked:
// it may be marked as spam by mistake.
func (p *Planner) leaves(s *models.LinkState) (outside, rests bool) {
	for _, side := range models.Sides {
		if row := s.Row(side); row.DeletedAt == nil {
			verdict := mapping.Admit(p.Filter, side, row.Data)
			kept := p.Object.LeavesOut(side, row.Data)
			outside, rests = outside || verdict == mapping.Outside && !kept, rests || verdict != mapping.Inside
		}
	}
	return outside, rests
}

// filled is a record that is to be created, as the filter will see it: fields without a value are
// blank.
func (p *Planner) filled(side models.Side, values models.Values) models.Values {
	out := values.Clone()
	for _, name := range p.Filter.Fields(side) {
		if _, given := out[name]; !given {
			out[name] = models.Blank
		}
	}
	return out
}

// UnlinkedFrom are the ids on the side of the records from which half links of a batch were
// unlinked.
func UnlinkedFrom(batch []models.LinkState, side models.Side) []string {
	var ids []string
	for i := range batch {
		if batch[i].UnlinkedFrom != "" && !batch[i].Whole() && batch[i].HalfSide() == side.Other() {
			ids = append(ids, batch[i].UnlinkedFrom)
		}
	}
	return ids
}

// previousCounterpart is the record from which the filter unlinked this one, when it is inside the
// filter again. While it is outside, this record rests, since a second counterpart would be a
// duplicate. A previous counterpart that is gone or linked elsewhere does not count. busy tells
// that another plan of this batch is about to take it.
func (p *Planner) previousCounterpart(
	s *models.LinkState, side models.Side,
) (counterpart *models.LinkState, rests, busy bool) {
	other, seen := p.facts.UnlinkedFrom[side.Other()][s.UnlinkedFrom]
	if s.UnlinkedFrom == "" || !seen || other.Whole() {
		return nil, false, false
	}
	if p.absorbed[other.ID] {
		return nil, false, true
	}
	row := other.Row(side.Other())
	if row == nil || row.DeletedAt != nil {
		return nil, false, false
	}
	if mapping.Admit(p.Filter, side.Other(), row.Data) != mapping.Inside {
		return nil, true, false
	}
	return &other, false, false
}
