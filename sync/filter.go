package sync

import (
	"context"
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// leaves tells whether the filter leaves the pair alone: rests while a record is outside, or cannot be judged yet; outside when it is known to be. A record in
// a recycle bin is not asked.
func (p *planner) leaves(s *models.LinkState) (outside, rests bool) {
	for _, side := range models.Sides {
		if row := s.Row(side); row.DeletedAt == nil {
			verdict := mapping.Admit(p.filter, side, row.Data)
			outside, rests = outside || verdict == mapping.Outside, rests || verdict != mapping.Inside
		}
	}
	return outside, rests
}

// filled is a record that is to be made, as the filter will see it: what nothing fills is blank.
func (p *planner) filled(side models.Side, values models.Values) models.Values {
	out := values.Clone()
	for _, name := range p.filter.Fields(side) {
		if _, given := out[name]; !given {
			out[name] = models.Blank
		}
	}
	return out
}

// partedFrom reads the links of the records from which half links of the batch were parted.
func (e *Engine) partedFrom(ctx context.Context, object models.SyncObject, batch []models.LinkState) (map[models.Side]map[string]models.LinkState, error) {
	out := map[models.Side]map[string]models.LinkState{}
	for _, side := range models.Sides {
		var ids []string
		for i := range batch {
			if batch[i].Parted != "" && !batch[i].Whole() && sideOfHalf(&batch[i]) == side.Other() {
				ids = append(ids, batch[i].Parted)
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

// former is the record from which the filter parted this one, once it is inside again. While it is outside, this one rests: making it a second time on the other
// side would double it. One that is gone, or has another counterpart now, is forgotten; busy tells that another plan of this batch is just about to take it.
func (p *planner) former(s *models.LinkState, side models.Side) (counterpart *models.LinkState, rests, busy bool) {
	other, seen := p.parted[side.Other()][s.Parted]
	if s.Parted == "" || !seen || other.Whole() {
		return nil, false, false
	}
	if p.absorbed[other.ID] {
		return nil, false, true
	}
	row := other.Row(side.Other())
	if row == nil || row.DeletedAt != nil {
		return nil, false, false
	}
	if mapping.Admit(p.filter, side.Other(), row.Data) != mapping.Inside {
		return nil, true, false
	}
	return &other, false, false
}

// SyncFilters are the filters of both objects.
func (e *Engine) SyncFilters(ctx context.Context) ([]models.SyncFilter, error) {
	var out []models.SyncFilter
	for _, object := range models.SyncObjects {
		f, err := e.Store.SyncFilter(ctx, object)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// SaveSyncFilter checks a filter against both live descriptions and saves it unless there is an ERROR. What the filter lets in or leaves out from now on is
// planned again; what was owed for records that it leaves out is not written any more.
func (e *Engine) SaveSyncFilter(ctx context.Context, object models.SyncObject, in models.SyncFilterInput) (bool, models.SyncFilter, []models.MappingProblem, error) {
	before, err := e.Store.SyncFilter(ctx, object)
	if err != nil {
		return false, before, nil, err
	}
	desk, salesforce, err := e.describeBoth(ctx, object)
	if err != nil {
		return false, before, nil, err
	}
	conditions, problems := mapping.BuildFilter(object, in.Conditions, desk, salesforce)
	for _, p := range problems {
		if p.Severity == models.SeverityError {
			return false, before, problems, nil
		}
	}
	after := models.SyncFilter{Object: object, Conditions: conditions, Leaving: models.LeavingKeep}
	if in.Leaving != nil {
		after.Leaving = *in.Leaving
	}
	refetch, err := e.unread(ctx, object, after)
	if err != nil {
		return false, before, nil, err
	}
	if err := e.Store.SaveSyncFilter(ctx, after, refetch); err != nil {
		return false, before, nil, err
	}
	e.PollNow()
	return true, after, problems, nil
}

// unread tells whether the filter looks at fields that the mirrors do not hold.
func (e *Engine) unread(ctx context.Context, object models.SyncObject, after models.SyncFilter) (bool, error) {
	for _, side := range models.Sides {
		held, err := e.fields(ctx, side, object)
		if err != nil {
			return false, err
		}
		for _, name := range after.Fields(side) {
			if !slices.Contains(held, name) {
				return true, nil
			}
		}
	}
	return false, nil
}
