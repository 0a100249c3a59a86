package sync

import (
	"context"
	"time"

	"sidelight/models"
)

// stream listens to Salesforce's change events for one object, while the sync is active and this engine leads. A stream that ends
// is opened again after a pause; one whose replay position has expired falls back to a whole compare and then goes on from now. The poll
// goes on beside it, so a dead stream costs time, never changes.
func (e *Engine) stream(ctx context.Context, object models.SyncObject) {
	failures := 0
	for ctx.Err() == nil {
		started := e.Now()
		err := e.streamOnce(ctx, object)
		if ctx.Err() != nil {
			return
		}
		if err == nil || e.Now().Sub(started) > 5*time.Minute {
			failures = 0
		} else {
			failures++
			e.log.Warn("the change stream ended; polling goes on", "object", object, "code", models.CodeOf(err), "error", err)
		}
		e.wait(ctx, nil, max(5*time.Second, backoff(failures, 0, 0)))
	}
}

func (e *Engine) streamOnce(ctx context.Context, object models.SyncObject) error {
	in, err := e.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive {
		return err
	}
	remote, err := e.Remotes.Remote(models.Salesforce)
	if err != nil {
		return nil // not connected: nothing to listen to
	}
	streamer, ok := remote.(Streamer)
	if !ok || !streamer.Streams() {
		return nil
	}
	lease := streamLease + string(object)
	if _, held, err := e.Store.AcquireLease(ctx, lease, e.Owner, e.leaderTTL()); err != nil || !held {
		return err
	}
	defer func() { _ = e.Store.ReleaseLease(context.WithoutCancel(ctx), lease, e.Owner) }()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	defer func() { cancel(); <-done }()
	go func() {
		defer close(done)
		e.keepStreaming(ctx, cancel, lease)
	}()
	replay, err := e.Store.Cursor(ctx, models.Salesforce, object, models.CursorStream)
	if err != nil {
		return err
	}
	err = streamer.Stream(ctx, object, replay, func(ctx context.Context, b models.StreamBatch) error {
		cursor := models.Cursor{Side: models.Salesforce, Object: object, Kind: models.CursorStream, Value: b.Replay}
		if b.Overflow {
			if err := e.reload(ctx, models.Salesforce, object); err != nil {
				return err
			}
			e.PollNow()
		}
		return e.observeHints(ctx, models.Salesforce, object, b.Hints, &cursor)
	})
	if models.CodeOf(err) == models.CodeCursorExpired {
		if err := e.reload(ctx, models.Salesforce, object); err != nil {
			return err
		}
		e.PollNow()
		return e.Store.SetCursor(ctx, models.Cursor{Side: models.Salesforce, Object: object, Kind: models.CursorStream, Value: ""})
	}
	return err
}

const streamLease = "stream/"

// keepStreaming renews the stream's lease and ends the stream when it is lost or the sync is no longer active.
func (e *Engine) keepStreaming(ctx context.Context, cancel context.CancelFunc, lease string) {
	t := time.NewTicker(e.leaderTTL() / 3)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		in, err := e.Store.Integration(ctx)
		if err == nil && in.Status == models.StatusActive {
			if _, held, err := e.Store.AcquireLease(ctx, lease, e.Owner, e.leaderTTL()); err == nil && held {
				continue
			}
		}
		cancel()
		return
	}
}
