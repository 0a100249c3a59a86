package gather

import (
	"context"
	"maps"
	"slices"

	"sidelight/models"
	"sidelight/sync/plan"
	"sidelight/sync/vendor"
)

// namesakes reads the half links that have the names of the batch's, where one of the two has no
// match key, and which of them carry marks of an earlier installation.
func (g *Gatherer) namesakes(ctx context.Context, p *plan.Planner, batch []models.LinkState, f *plan.Facts) error {
	keyless, keyed := plan.Names(p.Object, batch)
	f.Marked = map[models.Side]map[string]bool{}
	if len(keyed) > 0 { // few of those with a key have a namesake without one
		found, err := g.Store.Namesakes(ctx, p.Object, keyed, true)
		if err != nil {
			return err
		}
		keyless = slices.AppendSeq(keyless, maps.Keys(found))
	}
	if len(keyless) == 0 {
		return nil
	}
	var err error
	if f.Namesakes, err = g.Store.Namesakes(ctx, p.Object, keyless, false); err != nil {
		return err
	}
	for side, ids := range plan.Unmarked(f.Namesakes) {
		marked, err := g.marked(ctx, side, p.Object, ids)
		if err != nil {
			return err
		}
		f.Marked[side] = marked
	}
	return nil
}

// marked reads which records carry the mark of a link that is not known here. One that is known is
// not an earlier installation's: the create that it is about is looked for by it. There is none
// where the organization lacks the field.
func (g *Gatherer) marked(ctx context.Context, side models.Side, object models.SyncObject, ids []string) (map[string]bool, error) {
	remote, err := g.Remotes.Remote(side)
	if err != nil {
		return nil, err
	}
	reader, reads := remote.(vendor.MarkReader)
	if has, err := remote.HasMark(ctx, object); err != nil || !has || !reads {
		return nil, vendor.WithSide(side, err)
	}
	marks, err := reader.Marks(ctx, object, ids)
	if err != nil {
		return nil, vendor.WithSide(side, err)
	}
	out := map[string]bool{}
	for id, mark := range marks {
		known, err := g.Store.Link(ctx, mark)
		if err != nil {
			return nil, err
		}
		out[id] = mark != "" && known == nil
	}
	return out, nil
}
