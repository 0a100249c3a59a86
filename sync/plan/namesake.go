package plan

import (
	"strings"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// enoughValues is how many values besides the name make two records without a key one person.
const enoughValues = 2

// nameKey is the form in which names are compared.
func nameKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// Names are the names of the half links of a batch, each once: of those without a match key, and of
// the others. Accounts are known by their names alone, which are their keys.
func Names(object models.SyncObject, batch []models.LinkState) (keyless, keyed []string) {
	if object == models.AccountObject {
		return nil, nil
	}
	seen := map[string]bool{}
	for i := range batch {
		s := &batch[i]
		row := s.Row(s.HalfSide())
		if s.Whole() || row == nil || row.DeletedAt != nil {
			continue
		}
		name, hasKey := nameKey(row.Name), row.MatchKey != ""
		if id := name + map[bool]string{true: "\x00"}[hasKey]; name != "" && !seen[id] {
			seen[id] = true
			if hasKey {
				keyed = append(keyed, name)
			} else {
				keyless = append(keyless, name)
			}
		}
	}
	return keyless, keyed
}

// Unmarked are, per side, the records without a match key that have a namesake on the other side:
// whether they carry a mark decides about them.
func Unmarked(namesakes map[string][]models.LinkState) map[models.Side][]string {
	out := map[models.Side][]string{}
	for _, list := range namesakes {
		found := map[models.Side][]string{}
		for i := range list {
			if side := list[i].HalfSide(); list[i].MatchKey(side) == "" {
				found[side] = append(found[side], list[i].RecordID(side))
			}
		}
		if len(found[models.Desk]) > 0 && len(found[models.Salesforce]) > 0 {
			for side, ids := range found {
				out[side] = append(out[side], ids...)
			}
		}
	}
	return out
}

// namesake finds the counterpart of a record by its name and values, where one of the two has no
// match key. A record that carries the mark of an earlier installation was made for a namesake on
// the other side, and is never made there again. Where several come into question none is taken.
func (p *Planner) namesake(s *models.LinkState, side models.Side) (counterpart *models.LinkState, by models.MatchedBy, failure *models.Error) {
	others, own := p.namesakesOf(s, side.Other()), p.namesakesOf(s, side)
	var alike []*models.LinkState
	for i := range others {
		if p.alike(s, &others[i], side) {
			alike = append(alike, &others[i])
		}
	}
	if len(alike) == 1 && !p.anyAlike(own, s, alike[0], side) {
		return alike[0], models.MatchedValues, nil
	}
	if len(alike) > 0 {
		return nil, "", p.manyNamesakes(side, len(own), len(alike))
	}
	keyless := withoutKey(others, side.Other())
	if s.MatchKey(side) != "" || len(keyless) == 0 {
		return nil, "", nil
	}
	marked := p.facts.Marked[side][s.RecordID(side)]
	for _, other := range keyless {
		marked = marked || p.facts.Marked[side.Other()][other.RecordID(side.Other())]
	}
	switch {
	case !marked:
		return nil, "", nil
	case len(keyless) == 1 && len(withoutKey(own, side)) <= 1:
		return keyless[0], models.MatchedMark, nil
	}
	return nil, "", p.manyNamesakes(side, len(withoutKey(own, side)), len(keyless))
}

// namesakesOf are the unlinked records on a side with the record's name that no plan of this batch
// has taken, where one of the two has no match key.
func (p *Planner) namesakesOf(s *models.LinkState, side models.Side) []models.LinkState {
	var out []models.LinkState
	own := s.HalfSide()
	for _, other := range p.facts.Namesakes[nameKey(s.Row(own).Name)] {
		if other.HalfSide() != side || p.absorbed[other.ID] || other.MatchKey(side) != "" && s.MatchKey(own) != "" && other.ID != s.ID {
			continue
		}
		if mapping.Admit(p.Filter, side, other.Row(side).Data) == mapping.Inside {
			out = append(out, other)
		}
	}
	return out
}

func withoutKey(list []models.LinkState, side models.Side) []*models.LinkState {
	var out []*models.LinkState
	for i := range list {
		if list[i].MatchKey(side) == "" {
			out = append(out, &list[i])
		}
	}
	return out
}

// anyAlike tells whether another record of the side than s is alike to the other one, too.
func (p *Planner) anyAlike(own []models.LinkState, s, other *models.LinkState, side models.Side) bool {
	for i := range own {
		if own[i].ID != s.ID && p.alike(&own[i], other, side) {
			return true
		}
	}
	return false
}

// alike tells whether two unlinked records have the name and enough other values in common. Owners
// and switches tell nobody apart.
func (p *Planner) alike(s, other *models.LinkState, side models.Side) bool {
	joined := join(s, other, side)
	equal := 0
	in := p.input(&joined)
	byName := p.byName()
	for i := range in.Fields {
		f := &in.Fields[i]
		m := byName[f.Name]
		if f.Rule == models.RuleOff || !f.Agree() || f.Desk.Now.IsBlank() || f.Salesforce.Now.IsBlank() {
			continue
		}
		if name := m.Salesforce.Name; name == "FirstName" || name == "LastName" || mapping.Owners(m) || m.Salesforce.Type == models.TypeBoolean {
			continue
		}
		equal++
	}
	return equal >= enoughValues
}

// join is a half link with the record of another one on the other side.
func join(s, other *models.LinkState, side models.Side) models.LinkState {
	joined, from := *s, side.Other()
	joined.SetRecordID(from, other.RecordID(from))
	if from == models.Desk {
		joined.Desk, joined.ParentOnSalesforce = other.Desk, other.ParentOnSalesforce
	} else {
		joined.Salesforce, joined.ParentOnDesk = other.Salesforce, other.ParentOnDesk
	}
	return joined
}

func (p *Planner) manyNamesakes(side models.Side, own, others int) *models.Error {
	err := models.Errorf(models.CodeAmbiguousMatch, "%d unlinked %s records and %d unlinked %s records have this name, and none of them an email that tells them apart",
		own, side.Name(), others, side.Other().Name())
	err.Fields = []string{p.Object.NameField(side)}
	return err
}
