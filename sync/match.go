package sync

import (
	"context"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// match is what matching says of one half link.
type match struct {
	counterpart *models.LinkState // the half link on the other side to pair with; nil to create one
	failure     *models.Error     // neither: why it is not linked
	rests       bool              // the counterpart is outside the filter
}

// matcher holds, for one batch, all links by match key on either side.
type matcher struct {
	object models.SyncObject
	filter models.SyncFilter
	by     map[models.Side]map[string][]models.LinkState
}

// newMatcher reads the candidates of every half link in the batch, in two queries.
func (e *Engine) newMatcher(ctx context.Context, filter models.SyncFilter, object models.SyncObject, batch []models.LinkState) (*matcher, error) {
	var keys []string
	seen := map[string]bool{}
	for i := range batch {
		side := sideOfHalf(&batch[i])
		if batch[i].Whole() {
			var widowed bool
			if side, widowed = widow(&batch[i]); !widowed {
				continue
			}
		}
		if key := keyOf(&batch[i], side); key != "" && !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	m := &matcher{object: object, filter: filter, by: map[models.Side]map[string][]models.LinkState{}}
	if len(keys) == 0 {
		return m, nil
	}
	for _, side := range models.Sides {
		found, err := e.Store.MatchCandidates(ctx, object, side, keys)
		if err != nil {
			return nil, err
		}
		m.by[side] = found
	}
	return m, nil
}

// keyOf is the match key of a link's record on the side.
func keyOf(s *models.LinkState, side models.Side) string {
	if row := s.Row(side); row != nil {
		return row.MatchKey
	}
	return ""
}

// widow tells whether a pair has lost one of its records to deletion, and which side's is left. Such a record may be paired anew.
func widow(s *models.LinkState) (survivor models.Side, is bool) {
	if !s.Whole() || s.Desk == nil || s.Salesforce == nil {
		return "", false
	}
	for _, side := range models.Sides {
		if gone, left := s.Row(side.Other()), s.Row(side); gone.DeletedAt != nil && gone.MergedInto == "" && left.DeletedAt == nil {
			return side, true
		}
	}
	return "", false
}

// sideOfHalf is the side whose record a half link knows.
func sideOfHalf(s *models.LinkState) models.Side {
	if s.DeskID != nil {
		return models.Desk
	}
	return models.Salesforce
}

// decide matches one half link (PRODUCT.md 1.5). It never guesses: it pairs only when exactly one unlinked record on each side has the
// key. A record without a key is always created on the other side. Where several unlinked records of one side share a key that
// nobody on the other side has, the one with the lowest id is created and the others then find their counterpart taken. Records outside
// the filter match nothing; one whose only counterparts are outside rests.
func (m *matcher) decide(s *models.LinkState) match {
	side := sideOfHalf(s)
	key := keyOf(s, side)
	if key == "" {
		return match{}
	}
	own, _, _ := m.halves(side, key, false)
	other, taken, outside := m.halves(side.Other(), key, true)
	what := m.object.MatchField(side)
	switch {
	case len(other) == 0 && !taken && outside:
		return match{rests: true}
	case len(other) == 0 && taken:
		return match{failure: alreadyMapped(side, m.object, what)}
	case len(other) == 0 && len(own) > 1 && !lowest(s, own, side):
		return match{failure: alreadyMapped(side, m.object, what)}
	case len(other) == 0:
		return match{}
	case len(other) == 1 && len(own) <= 1:
		return match{counterpart: &other[0]}
	}
	err := models.Errorf(models.CodeAmbiguousMatch, "%d unlinked %s records and %d unlinked %s records share this %s's %s",
		len(own), side.Name(), len(other), side.Other().Name(), m.object.Singular(), what)
	err.Fields = []string{what}
	return match{failure: err}
}

// successor is the one unlinked record that took a deleted one's place: it has the survivor's key. Several are for a person to sort out.
func (m *matcher) successor(s *models.LinkState, survivor models.Side) (*models.LinkState, *models.Error) {
	key := keyOf(s, survivor)
	if key == "" {
		return nil, nil
	}
	switch candidates, _, _ := m.halves(survivor.Other(), key, false); len(candidates) {
	case 0:
		return nil, nil
	case 1:
		return &candidates[0], nil
	default:
		what := m.object.MatchField(survivor)
		err := models.Errorf(models.CodeAmbiguousMatch, "%d unlinked %s records share this %s's %s", len(candidates), survivor.Other().Name(), m.object.Singular(), what)
		err.Fields = []string{what}
		return nil, err
	}
}

func alreadyMapped(side models.Side, object models.SyncObject, field string) *models.Error {
	err := models.Errorf(models.CodeAlreadyMapped, "the %s %s with the same %s is already mapped to another record",
		side.Other().Name(), object.Singular(), field)
	err.Fields = []string{field}
	return err
}

// halves are the unlinked candidates of a side, with those whose counterpart was deleted if they are wanted, whether there are linked ones, and whether there are
// some that the filter leaves out.
func (m *matcher) halves(side models.Side, key string, widows bool) (half []models.LinkState, whole, outside bool) {
	for _, s := range m.by[side][key] {
		left, widowed := widow(&s)
		switch {
		case s.Whole() && !(widows && widowed && left == side):
			whole = true
		case mapping.Admit(m.filter, side, s.Row(side).Data) != mapping.Inside:
			outside = true
		default:
			half = append(half, s)
		}
	}
	return half, whole, outside
}

func lowest(s *models.LinkState, among []models.LinkState, side models.Side) bool {
	for i := range among {
		if among[i].RecordID(side) < s.RecordID(side) {
			return false
		}
	}
	return true
}
