package observe

import (
	"context"
	"slices"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Hint reads records again that may have changed (a webhook, a change event) and wakes the planner.
// Hints are dropped while the sync is not active: the next poll finds the changes.
func (o *Observer) Hint(ctx context.Context, side models.Side, object models.SyncObject, hints []models.Hint) error {
	return o.observeHints(ctx, side, object, hints, nil)
}

func (o *Observer) observeHints(
	ctx context.Context, side models.Side, object models.SyncObject, hints []models.Hint, cursor *models.Cursor,
) error {
	in, err := o.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive {
		return err
	}
	r, err := o.Mirror.Reader(ctx, side, object)
	if err != nil {
		return err
	}
	known, err := o.mirrored(ctx, side, object, hints)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(hints))
	seen := map[string]bool{}
	for _, h := range hints {
		if !seen[h.ID] && touches(h, r.Fields) && !h.Echoes(known[h.ID], r.Fields) {
			seen[h.ID] = true
			ids = append(ids, h.ID)
		}
	}
	var records []models.Record
	if len(ids) > 0 {
		if records, err = r.Read(ctx, ids); err != nil {
			return vendor.WithSide(side, err)
		}
	}
	// A hint that says "deleted" is positive evidence where reading the record says nothing.
	for _, record := range records {
		delete(seen, record.ID)
	}
	for _, h := range hints {
		if h.Deleted && seen[h.ID] {
			records = append(records, models.Record{Side: side, Object: object, ID: h.ID, ModifiedAt: h.At, Deleted: true})
		}
	}
	if err := r.Observe(ctx, records, cursor); err != nil {
		return err
	}
	o.Wake()
	return nil
}

// mirrored are the rows of the records that our own writes are said to have changed.
func (o *Observer) mirrored(
	ctx context.Context, side models.Side, object models.SyncObject, hints []models.Hint,
) (map[string]*models.MirrorRow, error) {
	var ids []string
	for _, h := range hints {
		if h.ByUs {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return o.Store.Mirror(ctx, side, object, ids)
}

// touches tells whether a hint may concern a field that the mirrors hold. A deletion always does.
func touches(h models.Hint, held []string) bool {
	if h.Fields == nil || h.Deleted {
		return true
	}
	return slices.ContainsFunc(h.Fields, func(name string) bool { return slices.Contains(held, name) })
}
