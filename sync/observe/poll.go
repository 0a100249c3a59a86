package observe

import (
	"context"
	"sync"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Poll asks both sides what changed, at most once per interval. The interval is longer while push
// is proved alive.
func (o *Observer) Poll(ctx context.Context) error {
	o.mu.Lock()
	forced := o.forced
	o.forced = map[pollKey]bool{}
	o.mu.Unlock()
	alive := sync.OnceValues(func() (map[pollKey]bool, error) { return o.alive(ctx) })
	var first error
	for _, object := range models.SyncObjects {
		for _, side := range models.Sides {
			key := pollKey{side, object}
			if o.Throttle.Throttled(side) {
				o.force(forced[key], key)
				continue
			}
			if due, err := o.due(key, alive); err != nil {
				return err
			} else if !due && !forced[key] {
				continue
			}
			if err := o.OnVendorError(ctx, side, vendor.WithSide(side, o.pollSide(ctx, side, object))); err != nil {
				if first == nil {
					first = err
				}
				o.force(forced[key], key)
				if err := o.unanswered(ctx, key); err != nil {
					return err
				}
				continue
			}
			o.lastPoll[key] = o.Now()
		}
	}
	return first
}

// due tells whether it is time to ask again.
func (o *Observer) due(key pollKey, alive func() (map[pollKey]bool, error)) (bool, error) {
	switch since := o.Now().Sub(o.lastPoll[key]); {
	case since < 0 || since >= models.PollInterval(o.PollEvery, true):
		return true, nil
	case since < o.PollEvery:
		return false, nil
	}
	pushed, err := alive()
	return !pushed[key], err
}

// PollNow polls both sides in the next pass, whatever the interval says, and wakes the engine.
func (o *Observer) PollNow() {
	for _, side := range models.Sides {
		o.pollSoon(side, models.SyncObjects...)
	}
}

// pollSoon polls the objects of one side in the next pass.
func (o *Observer) pollSoon(side models.Side, objects ...models.SyncObject) {
	for _, object := range objects {
		o.force(true, pollKey{side, object})
	}
	o.Wake()
}

// force has the next Poll ask whatever the interval says. A poll that was asked for while the side
// is left alone, or that fails, is made afterwards.
func (o *Observer) force(yes bool, key pollKey) {
	if yes {
		o.mu.Lock()
		o.forced[key] = true
		o.mu.Unlock()
	}
}

func (o *Observer) pollSide(ctx context.Context, side models.Side, object models.SyncObject) error {
	r, err := o.Mirror.Reader(ctx, side, object)
	if err != nil {
		return err
	}
	// another tells that the pass begins with the rest of an earlier poll, and polls once more
	// after it.
	another := false
	// A changed mapping may ask for fields that the mirrors do not hold. Its load cursor was
	// removed then, and the object is read whole.
	if err := o.ReadSide(ctx, side, object, untold); err != nil {
		return err
	}
	for round := 0; ; round++ {
		stored, err := o.Store.Cursor(ctx, side, object, models.CursorPoll)
		if err != nil {
			return err
		}
		cursor := models.ParsePollCursor(stored)
		if round == 0 {
			another = cursor.BetweenPages
		}
		page, err := r.Changes(ctx, cursor.Position)
		if models.CodeOf(err) == models.CodeCursorExpired {
			page, err = models.ChangePage{Gap: true}, nil
		}
		if err != nil {
			return err
		}
		if page.Gap {
			o.Log.Warn("changes may have been missed; everything is compared", "side", side, "object", object)
			if err := o.Reload(ctx, side, object); err != nil {
				return err
			}
			if page.Cursor == "" {
				return o.ReadSide(ctx, side, object, untold)
			}
		}
		value := models.PollCursor{Position: page.Cursor, BetweenPages: page.More || another}.String()
		next := models.Cursor{Side: side, Object: object, Kind: models.CursorPoll, Value: value}
		result, err := r.ObserveChanges(ctx, page.Records, &next)
		if err != nil {
			return err
		}
		if err := o.found(ctx, pollKey{side, object}, result.OldestChange); err != nil {
			return err
		}
		switch {
		case page.More:
		case another:
			another = false
		default:
			return nil
		}
	}
}
