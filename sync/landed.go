package sync

import (
	"context"
	"slices"

	"sidelight/models"
	"sidelight/sync/mapping"
	"sidelight/sync/reconcile"
)

// unanswered reads the batch's writes that were sent, never answered and given up: an admin paused, or changed what is to be written, or a record was found that matches
// what was to be made. Each may have been done.
func (e *Engine) unanswered(ctx context.Context, batch []models.LinkState) (map[string][]models.Intent, error) {
	ids := make([]string, len(batch))
	for i := range batch {
		ids[i] = batch[i].ID
	}
	return e.Store.UnansweredWrites(ctx, ids)
}

// landed gives a pair the bases that its unanswered updates would have left, as far as the records tell. Where the target holds just what was sent, both sides agreed on
// that. Where it holds something else and the source's value was blanked since, the value is what the source was seen with: without it the blank would look like what
// both sides had before, and that edit would be lost.
//
// It answers the fields whose target is as blank as it was: nobody can tell whether the value never arrived, or was blanked there since. The value is sent again, and
// the conflict log says so.
func (p *planner) landed(s *models.LinkState) (doubtful map[string]models.Side) {
	doubtful = map[string]models.Side{}
	for _, in := range p.unanswered[s.ID] {
		if in.Op != models.OpUpdate {
			continue
		}
		target, source := in.Side, in.Side.Other()
		for _, m := range p.mappings {
			to, from := m.Field(target), m.Field(source)
			sent, carried := in.Values[to.Name]
			was, known := in.Source[from.Name]
			there, onTarget := now(s, m, target)
			here, onSource := now(s, m, source)
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

// doubt adds a conflict for each write that replaces a blank of which nobody can tell whether it is an edit.
func doubt(plan *reconcile.Plan, in reconcile.Input, doubtful map[string]models.Side) {
	for _, w := range plan.Writes {
		if doubtful[w.Field] != w.Side || slices.ContainsFunc(plan.Conflicts, func(c reconcile.Conflict) bool { return c.Field == w.Field }) {
			continue
		}
		for _, f := range in.Fields {
			if f.Name == w.Field {
				plan.Conflicts = append(plan.Conflicts, reconcile.Conflict{Field: f.Name, Base: f.Salesforce.Base, Desk: f.Desk.Now, Salesforce: f.Salesforce.Now, Winner: w.Side.Other()})
			}
		}
	}
}

// made are the values that a create was given up with and that the record which it may have made has no more: somebody has blanked them since. Only a record that
// appeared after the create was planned may be its answer.
func (p *planner) made(record *models.LinkState, side models.Side, links ...*models.LinkState) (out models.Values) {
	for _, l := range links {
		for _, in := range p.unanswered[l.ID] {
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
