package observe

import (
	"context"
	"sync"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Stream listens to Salesforce's change events for one object, while the sync is active and this
// process holds the stream's lease. A stream that ends is opened again after a pause. One whose
// replay position has expired has the object read whole, and then begins from now. The poll goes on
// meanwhile, so a dead stream delays changes and loses none.
func (o *Observer) Stream(ctx context.Context, object models.SyncObject) {
	failures := 0
	for ctx.Err() == nil {
		started := o.Now()
		err := o.streamOnce(ctx, object)
		if ctx.Err() != nil {
			return
		}
		if err == nil || o.Now().Sub(started) > 5*time.Minute {
			failures = 0
		} else {
			failures++
			o.Log.Warn("the change stream ended; polling goes on", "object", object, "code", models.CodeOf(err), "error", err)
		}
		pauseFor(ctx, max(5*time.Second, vendor.Backoff(failures, 0, 0)))
	}
}

func (o *Observer) streamOnce(ctx context.Context, object models.SyncObject) error {
	in, err := o.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive {
		return err
	}
	remote, err := o.Remotes.Remote(models.Salesforce)
	if err != nil {
		return nil // not connected: nothing to listen to
	}
	streamer, ok := remote.(vendor.Streamer)
	if !ok || !streamer.Streams() {
		return nil
	}
	leases := o.Leases
	leases.While = o.active
	_, err = leases.Run(
		ctx, streamLease+string(object),
		func(ctx context.Context, _ int64) error { return o.listen(ctx, object, streamer) },
	)
	return err
}

// active tells whether the sync is active, as far as the database can be asked.
func (o *Observer) active(ctx context.Context) bool {
	in, err := o.Store.Integration(ctx)
	return err != nil || in.Status == models.StatusActive
}

// listen takes over what the stream tells, from the stored position on.
func (o *Observer) listen(ctx context.Context, object models.SyncObject, streamer vendor.Streamer) error {
	replay, err := o.Store.Cursor(ctx, models.Salesforce, object, models.CursorStream)
	if err != nil {
		return err
	}
	// What happens between the last poll and the opening of a stream is in neither. Salesforce does
	// not say when a stream that begins from now is open.
	o.pollSoon(models.Salesforce, object)
	if replay == "" {
		opening, opened := context.WithCancel(ctx)
		var later sync.WaitGroup
		defer later.Wait()
		defer opened()
		later.Go(func() {
			if pauseFor(opening, opensWithin); opening.Err() == nil {
				o.pollSoon(models.Salesforce, object)
			}
		})
	}
	err = streamer.Stream(ctx, object, replay, func(ctx context.Context, b models.StreamBatch) error {
		cursor := models.Cursor{Side: models.Salesforce, Object: object, Kind: models.CursorStream, Value: b.Replay}
		if b.Overflow {
			if err := o.Reload(ctx, models.Salesforce, object); err != nil {
				return err
			}
			o.pollSoon(models.Salesforce, object)
		}
		if err := o.observeHints(ctx, models.Salesforce, object, b.Hints, &cursor); err != nil {
			return err
		}
		return o.Pushed(ctx, models.Salesforce, object)
	})
	if models.CodeOf(err) == models.CodeCursorExpired {
		if err := o.Reload(ctx, models.Salesforce, object); err != nil {
			return err
		}
		o.pollSoon(models.Salesforce, object)
		return o.Store.SetCursor(
			ctx, models.Cursor{Side: models.Salesforce, Object: object, Kind: models.CursorStream, Value: ""},
		)
	}
	o.pollSoon(models.Salesforce, object) // a side that does not answer is seen at once
	return err
}

const streamLease = "stream/"

// opensWithin is the time within which a stream is open.
const opensWithin = 5 * time.Second

func pauseFor(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
