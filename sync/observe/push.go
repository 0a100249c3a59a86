package observe

import (
	"context"
	"time"

	"sidelight/models"
)

// Pushed notes that push of the side told of something, if only that it is there. The database is
// asked about it once a minute at most.
func (o *Observer) Pushed(ctx context.Context, side models.Side, objects ...models.SyncObject) error {
	for _, object := range objects {
		key := pollKey{side, object}
		if !o.tellDue(key) {
			continue
		}
		state, at, now, err := o.state(ctx, key)
		if err != nil {
			return err
		}
		if next, changed := state.Told(at, now); changed {
			if err := o.set(ctx, key, next); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellDue tells whether it is time again to note that push is alive.
func (o *Observer) tellDue(key pollKey) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	age := o.Now().Sub(o.lastTold[key])
	if age >= 0 && age < models.TellEvery {
		return false
	}
	o.lastTold[key] = o.Now()
	return true
}

// found notes that a poll found a change, made at the vendor's time, of which push should have
// told. The first poll of a process is after a time in which nothing could be told.
func (o *Observer) found(ctx context.Context, key pollKey, changed time.Time) error {
	if changed.IsZero() || o.lastPoll[key].IsZero() {
		return nil
	}
	state, _, now, err := o.state(ctx, key)
	if err != nil || state != models.PushAlive || !models.Missed(changed, now) {
		return err
	}
	o.Log.Warn("push did not tell of a change that a poll found; polls stay close together", "side", key.side, "object", key.object)
	return o.set(ctx, key, models.PushMissed)
}

// unanswered notes that a poll failed: what push told before proves nothing.
func (o *Observer) unanswered(ctx context.Context, key pollKey) error {
	state, _, _, err := o.state(ctx, key)
	if err != nil || state != models.PushAlive {
		return err
	}
	return o.set(ctx, key, models.PushUnproved)
}

// set stores a state. What push tells next is looked at whatever it told a moment ago.
func (o *Observer) set(ctx context.Context, key pollKey, state models.PushState) error {
	if state != models.PushAlive {
		o.mu.Lock()
		delete(o.lastTold, key)
		o.mu.Unlock()
	}
	return o.Store.SetCursor(ctx, models.Cursor{Side: key.side, Object: key.object, Kind: models.CursorPush, Value: string(state)})
}

// state is what is known of push, when that was noted, and the time now, both by the database.
func (o *Observer) state(ctx context.Context, key pollKey) (state models.PushState, at, now time.Time, err error) {
	all, now, err := o.Store.Pushes(ctx)
	for _, c := range all {
		if c.Side == key.side && c.Object == key.object {
			state, at = models.PushState(c.Value), c.UpdatedAt
		}
	}
	return state, at, now, err
}

// alive are the objects of which push is proved alive. There are none while creates are unanswered:
// polls find what they made.
func (o *Observer) alive(ctx context.Context) (map[pollKey]bool, error) {
	n, err := o.Store.UnknownCreates(ctx)
	if err != nil || n > 0 {
		return nil, err
	}
	all, now, err := o.Store.Pushes(ctx)
	out := map[pollKey]bool{}
	for _, c := range all {
		out[pollKey{c.Side, c.Object}] = models.PushState(c.Value).Alive(c.Side, c.UpdatedAt, now)
	}
	return out, err
}

// Interval is how long the side may go without being asked for the changes of one of its objects.
func (o *Observer) Interval(ctx context.Context, side models.Side) (time.Duration, error) {
	alive, err := o.alive(ctx)
	resting := false
	for _, object := range models.SyncObjects {
		resting = resting || alive[pollKey{side, object}]
	}
	return models.PollInterval(o.PollEvery, resting), err
}
