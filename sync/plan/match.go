package plan

import (
	"sidelight/models"
	"sidelight/sync/mapping"
)

// MatchKeys are the match keys of the unpaired records of a batch, each once. Unpaired are half
// links, and records whose counterpart was deleted.
func MatchKeys(batch []models.LinkState) []string {
	var keys []string
	seen := map[string]bool{}
	for i := range batch {
		side := batch[i].HalfSide()
		if batch[i].Whole() {
			var lost bool
			if side, lost = batch[i].SurvivorAfterDelete(); !lost {
				continue
			}
		}
		for _, key := range keysOf(&batch[i], side) {
			if key != "" && !seen[key] {
				seen[key] = true
				keys = append(keys, key)
			}
		}
	}
	return keys
}

// keysOf are the keys of a link's record on the side.
func keysOf(s *models.LinkState, side models.Side) []string {
	if row := s.Row(side); row != nil {
		return []string{row.MatchKey, row.SecondKey}
	}
	return nil
}

// match is what matching says of one half link.
type match struct {
	counterpart *models.LinkState // the half link on the other side to pair with; nil to create one
	failure     *models.Error     // neither: why it is not linked
	rests       bool              // the counterpart is outside the filter
	leftOut     []string          // those of it that are left out whatever the filter says
}

// matcher holds, for one batch, all links by match key on either side.
type matcher struct {
	object models.SyncObject
	filter models.SyncFilter
	by     map[models.Side]map[string][]models.LinkState
}

// decide matches one half link. It pairs only when exactly one unlinked record on each side has the
// key; it never guesses. A record without a key is left to its name and values. Where several
// unlinked records of one side share a key that no record of the other side has, the one with the
// lowest id is created and the others fail as already mapped. A record whose only counterparts are
// outside the filter rests.
func (m *matcher) decide(s *models.LinkState) match {
	side := s.HalfSide()
	key := s.MatchKey(side)
	if key == "" {
		return match{}
	}
	own, _, _ := m.halves(side, key, false)
	other, taken, outside := m.halves(side.Other(), key, true)
	what := m.object.MatchField(side)
	switch {
	case len(other) == 0 && !taken && outside:
		return match{rests: true, leftOut: m.leftOut(side.Other(), key)}
	case len(other) == 0 && taken:
		return match{failure: models.AlreadyMapped(side, m.object)}
	case len(other) == 0 && len(own) > 1 && !lowest(s, own, side):
		return match{failure: models.AlreadyMapped(side, m.object)}
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

// successor is the one unlinked record that took a deleted one's place: it has the survivor's key.
// Several are ambiguous.
func (m *matcher) successor(s *models.LinkState, survivor models.Side) (*models.LinkState, *models.Error) {
	key := s.MatchKey(survivor)
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
		err := models.Errorf(
			models.CodeAmbiguousMatch, "%d unlinked %s records share this %s's %s", len(candidates), survivor.Other().Name(),
			m.object.Singular(), what,
		)
		err.Fields = []string{what}
		return nil, err
	}
}

// halves are the unlinked records of a side with the key. bereaved includes those whose counterpart
// was deleted. whole tells that there are linked ones, outside that there are some outside the
// filter.
func (m *matcher) halves(side models.Side, key string, bereaved bool) (half []models.LinkState, whole, outside bool) {
	for _, s := range m.by[side][key] {
		survivor, lost := s.SurvivorAfterDelete()
		switch {
		case s.Whole() && !(bereaved && lost && survivor == side):
			whole = true
		case mapping.Admit(m.filter, side, s.Row(side).Data) != mapping.Inside:
			outside = true
		default:
			half = append(half, s)
		}
	}
	return half, whole, outside
}

// leftOut are the records of a side with the key that are left out whatever the filter says.
func (m *matcher) leftOut(side models.Side, key string) (ids []string) {
	for _, s := range m.by[side][key] {
		if m.object.LeavesOut(side, s.Row(side).Data) {
			ids = append(ids, s.RecordID(side))
		}
	}
	return ids
}

func lowest(s *models.LinkState, among []models.LinkState, side models.Side) bool {
	for i := range among {
		if among[i].RecordID(side) < s.RecordID(side) {
			return false
		}
	}
	return true
}
