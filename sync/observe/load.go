package observe

import (
	"context"

	"golang.org/x/sync/errgroup"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// ReadAll reads every object of both sides from the stored pages on, both sides at once. It tells
// progress how many records each page had.
func (o *Observer) ReadAll(ctx context.Context, progress func(ctx context.Context, read int) error) error {
	var sides errgroup.Group // a side that fails does not end the other's reading
	for _, side := range models.Sides {
		sides.Go(func() error {
			for _, object := range models.SyncObjects {
				if err := vendor.WithSide(side, o.ReadSide(ctx, side, object, progress)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return sides.Wait()
}

// ReadSide reads one object of one side from the stored page on. It fixes the position of the poll
// before the first page, so that the first poll sees what changes during the load.
func (o *Observer) ReadSide(
	ctx context.Context, side models.Side, object models.SyncObject, progress func(ctx context.Context, read int) error,
) error {
	token, err := o.Store.Cursor(ctx, side, object, models.CursorLoad)
	if err != nil || token == models.LoadDone {
		return err
	}
	r, err := o.Mirror.Reader(ctx, side, object)
	if err != nil {
		return err
	}
	if token == "" {
		mark, err := r.Changes(ctx, "")
		if err != nil {
			return err
		}
		cursor := models.Cursor{Side: side, Object: object, Kind: models.CursorPoll, Value: mark.Cursor}
		if err := o.Store.SetCursor(ctx, cursor); err != nil {
			return err
		}
	}
	again := false
	for {
		if in, err := o.Store.Integration(ctx); err != nil || !in.Status.Reading() {
			return err
		}
		page, err := r.List(ctx, r.Fields, token)
		if models.CodeOf(err) == models.CodeCursorExpired && token != "" && !again {
			// What was read is kept. The rest of that list is gone, so the object is read once more
			// from its beginning.
			o.Log.Warn("the rest of a list is gone; it is read again from the start", "side", side, "object", object)
			token, again = "", true
			if err := o.Reload(ctx, side, object); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		token = page.Next
		if token == "" {
			token = models.LoadDone
		}
		cursor := models.Cursor{Side: side, Object: object, Kind: models.CursorLoad, Value: token}
		if err := r.Observe(ctx, page.Records, &cursor); err != nil {
			return err
		}
		if err := progress(ctx, len(page.Records)); err != nil {
			return err
		}
		if token == models.LoadDone {
			return nil
		}
	}
}

// ReadWhole reads one object of one side from the stored page on, without progress.
func (o *Observer) ReadWhole(ctx context.Context, side models.Side, object models.SyncObject) error {
	return o.ReadSide(ctx, side, object, untold)
}

// untold is the progress of a reading that no run is about.
func untold(context.Context, int) error { return nil }

// Reload forgets how far the object was read, so that it is read whole again.
func (o *Observer) Reload(ctx context.Context, side models.Side, object models.SyncObject) error {
	return o.Store.SetCursor(ctx, models.Cursor{Side: side, Object: object, Kind: models.CursorLoad, Value: ""})
}
