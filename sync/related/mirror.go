package related

import (
	"context"
	"slices"

	"sidelight/models"
)

// leftOver tells whether there is a mirror that nobody keeps.
func (r *Follower) leftOver(ctx context.Context) (bool, error) {
	mirrors, err := r.Store.RelatedMirrors(ctx)
	for _, m := range mirrors {
		if m.BeganAt != nil {
			return true, err
		}
	}
	return false, err
}

// forget ends the mirrors that an earlier start with All has left: nobody keeps them any more.
func (r *Follower) forget(ctx context.Context, _ int64) error {
	return r.Store.ForgetRelatedMirrors(ctx)
}

// old tells whether a mirror is to be read, read anew or asked for changes.
func (r *Follower) old(ctx context.Context, object models.RelatedObject) (bool, error) {
	mirrors, err := r.Store.RelatedMirrors(ctx)
	if err != nil {
		return false, err
	}
	m := mirrors[object]
	return !m.Complete || m.Reading || m.AsOf == nil || r.Now().Sub(*m.AsOf) >= r.Poll || r.reloadDue(m), nil
}

// reloadDue tells whether a mirror is to be read whole again.
func (r *Follower) reloadDue(m models.RelatedMirror) bool {
	return m.BeganAt == nil || (m.Complete && !m.Reading && r.Now().Sub(*m.BeganAt) >= r.Reload)
}

// mirror is one turn for one kind: it finishes the whole reading, and then asks for changes.
func (r *Follower) mirror(ctx context.Context, fence int64, object models.RelatedObject) error {
	remote, err := r.Remote()
	if err != nil {
		return nil // not connected: nothing to mirror
	}
	mirrors, err := r.Store.RelatedMirrors(ctx)
	if err != nil {
		return err
	}
	k := &mirrorer{
		Follower: r, remote: remote, object: object, fence: models.RelatedFence{Number: fence}, row: mirrors[object],
	}
	if r.reloadDue(k.row) {
		if err := k.begin(ctx); err != nil {
			return err
		}
	}
	if k.row.Reading {
		if err := k.load(ctx); err != nil {
			return err
		}
	}
	if k.row.Complete && k.row.AsOf != nil && r.Now().Sub(*k.row.AsOf) < r.Poll {
		return nil // it is fresh
	}
	return k.poll(ctx)
}

// mirrorer mirrors one kind.
type mirrorer struct {
	*Follower
	remote Remote
	object models.RelatedObject
	fence  models.RelatedFence
	row    models.RelatedMirror
}

// save stores a page with a change of the row.
func (k *mirrorer) save(ctx context.Context, page models.RelatedPage, change func(*models.RelatedMirror)) error {
	return k.Store.SaveRelatedPage(ctx, k.fence, page, func(row *models.RelatedMirror) {
		change(row)
		k.row = *row
	})
}

// begin begins a whole reading. It fixes the position in the changes before the first page, so that
// the poll sees what changes meanwhile. A complete mirror stays complete while it is read again,
// and is polled as before.
func (k *mirrorer) begin(ctx context.Context) error {
	mark, err := k.remote.RelatedChanges(ctx, k.object, "")
	if err != nil {
		return err
	}
	total, err := k.remote.RelatedCount(ctx, k.object)
	if err != nil {
		return err
	}
	now := k.Now().UTC()
	return k.save(ctx, models.RelatedPage{Object: k.object}, func(row *models.RelatedMirror) {
		row.Reading, row.BeganAt, row.After, row.Read, row.Total = true, &now, "", 0, &total
		if !row.Complete {
			row.Changes = mark.Cursor
		}
	})
}

// load reads on from the last page that was stored. One page at a time is held.
func (k *mirrorer) load(ctx context.Context) error {
	polled := k.Now()
	for {
		page, err := k.remote.RelatedList(ctx, k.object, k.row.After)
		if err != nil {
			return err
		}
		err = k.save(ctx, page, func(row *models.RelatedMirror) { row.After, row.Read = page.Cursor, row.Read+page.Len() })
		if err != nil {
			return err
		}
		if !page.More {
			break
		}
		if k.row.Complete && k.Now().Sub(polled) >= k.Poll {
			if err := k.poll(ctx); err != nil {
				return err
			}
			polled = k.Now()
		}
	}
	if err := k.Store.FinishRelatedLoad(ctx, k.fence, k.object); err != nil {
		return err
	}
	return k.poll(ctx) // what changed during the reading
}

// poll reads what changed since the last poll. When the vendor no longer covers the time since
// then, the kind is read whole again.
func (k *mirrorer) poll(ctx context.Context) error {
	for {
		asked := k.Now().UTC()
		page, err := k.remote.RelatedChanges(ctx, k.object, k.row.Changes)
		if models.CodeOf(err) == models.CodeCursorExpired {
			page, err = models.RelatedPage{Object: k.object, Gap: true}, nil
		}
		if err != nil {
			return err
		}
		err = k.save(ctx, page, func(row *models.RelatedMirror) {
			row.Changes = page.Cursor
			switch {
			case page.Gap:
				row.Complete, row.Reading, row.BeganAt = false, false, nil
			case !page.More && row.Complete:
				row.AsOf = &asked
			}
		})
		if err != nil || !page.More {
			return err
		}
	}
}

// streams tells whether there is a stream to listen to.
func (r *Follower) streams(context.Context) (bool, error) {
	remote, err := r.Remote()
	return err == nil && remote.Streams(), nil // not connected: nothing to listen to
}

// listen follows the change events of one kind. Missed events (an expired position, an overflow)
// delay changes and lose none: the poll finds them, and cards are marked to be read again.
func (r *Follower) listen(ctx context.Context, number int64, object models.RelatedObject) error {
	remote, err := r.Remote()
	if err != nil {
		return err
	}
	mirrors, err := r.Store.RelatedMirrors(ctx)
	if err != nil {
		return err
	}
	fence := models.RelatedFence{Stream: true, Number: number}
	// A stream without a position begins at an unknown moment. Once it has one, open cards are
	// marked to be read again, for what happened before.
	unknown := mirrors[object].Replay == ""
	err = remote.StreamRelated(
		ctx,
		object,
		mirrors[object].Replay,
		func(ctx context.Context, b models.RelatedBatch) error {
			b.Overflow, unknown = b.Overflow || (unknown && !r.All), false
			if r.All && len(b.Hints) > 0 && !b.Overflow {
				return r.reread(ctx, fence, remote, b)
			}
			return r.Store.MarkRelatedMoved(ctx, fence, b)
		},
	)
	if models.CodeOf(err) == models.CodeCursorExpired {
		return r.Store.MarkRelatedMoved(ctx, fence, models.RelatedBatch{Object: object, Overflow: true})
	}
	return err
}

// reread reads what a batch names and stores it with the batch's position.
func (r *Follower) reread(ctx context.Context, fence models.RelatedFence, remote Remote, b models.RelatedBatch) error {
	var ids []string
	for _, h := range b.Hints {
		ids = append(ids, h.ID)
	}
	slices.Sort(ids)
	page, err := remote.RelatedRead(ctx, b.Object, slices.Compact(ids))
	if code := models.CodeOf(err); code == models.CodeQuotaExhausted || code == models.CodeBusy {
		// The poll reads them when there are calls again.
		return r.Store.MarkRelatedMoved(ctx, fence, b)
	}
	if err != nil {
		return err
	}
	return r.Store.SaveRelatedPage(ctx, fence, page, func(row *models.RelatedMirror) { row.Replay = b.Replay })
}
