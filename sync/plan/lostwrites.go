package plan

import (
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/reconcile"
)

// adoptLostUpdates sets the bases that a pair's unanswered updates would have left, as far as the
// records tell. Where the target holds what was sent, that is the base of both sides. Where the
// target holds something else and the source was blanked since, the source's base is the value that
// was sent: otherwise the blank would equal the base, and that edit would be lost.
//
// It answers the fields whose target is as blank as before. The value may never have arrived, or
// somebody may have blanked it since. It is sent again, and the conflict log says so.
func (p *Planner) adoptLostUpdates(s *models.LinkState) (doubtful map[string]models.Side) {
	doubtful = map[string]models.Side{}
	for _, in := range p.facts.LostWrites[s.ID] {
		if in.Op != models.OpUpdate {
			continue
		}
		target, source := in.Side, in.Side.Other()
		for _, m := range p.Mappings {
			to, from := m.Field(target), m.Field(source)
			sent, carried := in.Values[to.Name]
			was, known := in.Source[from.Name]
			there, onTarget := currentValue(s, m, target)
			here, onSource := currentValue(s, m, source)
			if !carried || !known || !onTarget || !onSource {
				continue
			}
			base := func(side models.Side, f models.Field) models.Value { return mapping.Canonical(s.Base(side)[f.Name], f) }
			switch {
			case there == mapping.Canonical(sent, to):
				s.SetBase(target, s.Base(target).With(models.Values{to.Name: sent}))
				s.SetBase(source, s.Base(source).With(models.Values{from.Name: was}))
			case there != base(target, to) && here.IsBlank() && base(source, from).IsBlank():
				s.SetBase(source, s.Base(source).With(models.Values{from.Name: was}))
				bases := s.Base(target).Clone()
				delete(bases, to.Name)
				s.SetBase(target, bases)
			case there.IsBlank() && base(target, to).IsBlank() && !mapping.Canonical(sent, to).IsBlank():
				doubtful[m.Name()] = target
			}
		}
	}
	return doubtful
}

// logDoubtfulBlanks adds a conflict for each write that replaces a blank which may be an edit.
func logDoubtfulBlanks(plan *reconcile.Plan, in reconcile.Input, doubtful map[string]models.Side) {
	for _, w := range plan.Writes {
		if doubtful[w.Field] != w.Side ||
			slices.ContainsFunc(plan.Conflicts, func(c reconcile.Conflict) bool { return c.Field == w.Field }) {
			continue
		}
		for _, f := range in.Fields {
			if f.Name == w.Field {
				plan.Conflicts = append(plan.Conflicts, reconcile.Conflict{
					Field: f.Name, Base: f.Salesforce.Base, Desk: f.Desk.Now, Salesforce: f.Salesforce.Now, Winner: w.Side.Other(),
				})
			}
		}
	}
}

// blankedSinceCreate are the values of an unanswered create which the record that it may have made
// holds no more: somebody has blanked them since. Only a record that appeared after the create was
// planned may be its result.
func (p *Planner) blankedSinceCreate(
	record *models.LinkState, side models.Side, links ...*models.LinkState,
) (out models.Values) {
	for _, l := range links {
		for _, in := range p.facts.LostWrites[l.ID] {
			if in.Op != models.OpCreate || in.Side != side || record.CreatedAt.Before(in.CreatedAt) {
				continue
			}
			for name, v := range in.Values {
				if now, read := record.Row(side).Data[name]; read && now.IsBlank() && !v.IsBlank() {
					out = out.With(models.Values{name: v})
				}
			}
		}
	}
	return out
}
