package sync

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	stdsync "sync"
	"time"

	"sidelight/models"
)

// RelatedStore is what is kept of related records. models/store implements it. Every method that takes a fence is one transaction, which stores nothing and answers
// CONFLICT when the sync is not active any more or another process has taken the lease over.
type RelatedStore interface {
	Integration(ctx context.Context) (models.Integration, error)
	AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, held bool, err error)
	ReleaseLease(ctx context.Context, name, owner string) error

	RelatedMirrors(ctx context.Context) (map[models.RelatedObject]models.RelatedMirror, error)
	// SaveRelatedPage stores a page and how far the kind is mirrored together.
	SaveRelatedPage(ctx context.Context, fence models.RelatedFence, page models.RelatedPage, change func(*models.RelatedMirror)) error
	// FinishRelatedLoad removes what a whole reading has not seen, and calls the mirror complete.
	FinishRelatedLoad(ctx context.Context, fence models.RelatedFence, object models.RelatedObject) error
	// MarkRelatedMoved marks the cards stale that a batch is about, and keeps its position.
	MarkRelatedMoved(ctx context.Context, fence models.RelatedFence, batch models.RelatedBatch) error
	// ForgetRelatedMirrors ends the mirrors of a process that was told to mirror nothing.
	ForgetRelatedMirrors(ctx context.Context) error
}

// RelatedRemote is Salesforce, as far as related records go. Its errors are those of Remote.
type RelatedRemote interface {
	RelatedCount(ctx context.Context, object models.RelatedObject) (int, error)
	// RelatedList reads live records after an id, in the order of ids.
	RelatedList(ctx context.Context, object models.RelatedObject, after string) (models.RelatedPage, error)
	// RelatedChanges reads what changed since a cursor; an empty one answers the mark "now".
	RelatedChanges(ctx context.Context, object models.RelatedObject, cursor string) (models.RelatedPage, error)
	// RelatedRead reads records by id; one that is gone is in Deleted.
	RelatedRead(ctx context.Context, object models.RelatedObject, ids []string) (models.RelatedPage, error)
	// Streams tells whether a change stream is configured; StreamRelated listens to it.
	Streams() bool
	StreamRelated(ctx context.Context, object models.RelatedObject, replay string, handle func(context.Context, models.RelatedBatch) error) error
}

// RelatedConfig wires a Related.
type RelatedConfig struct {
	Store RelatedStore
	// Remote is the connected Salesforce; an error means that there is none.
	Remote func() (RelatedRemote, error)
	Logger *slog.Logger
	// Owner names this process in leases.
	Owner string
	// All mirrors every related record; otherwise only cards that were opened are told to read again.
	All bool
	// Poll is how often a mirror asks for changes. Zero means a minute.
	Poll time.Duration
	// Anew is how often a mirror is read whole again: what was erased for good leaves no trace in the changes. Zero means a day.
	Anew time.Duration
	Now  func() time.Time
}

// Related follows opportunities, events and tasks while the sync is active. Change events say which cards moved. With All it also mirrors every record: it reads everything
// once, goes on where it was when it is stopped, and is then kept by change events and by a poll below them. One process at a time does each of these.
type Related struct {
	RelatedConfig
	log *slog.Logger
}

// NewRelated makes a Related; Run makes it work.
func NewRelated(c RelatedConfig) *Related {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Poll == 0 {
		c.Poll = time.Minute
	}
	if c.Anew == 0 {
		c.Anew = 24 * time.Hour
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Related{RelatedConfig: c, log: c.Logger.With("room", "related")}
}

// part is one piece of the work, of which one process at a time does a turn.
type part struct {
	lease string
	every time.Duration
	// due tells whether there is anything to do; it looks only.
	due  func(ctx context.Context) (bool, error)
	work func(ctx context.Context, fence int64) error
}

// Run works until ctx ends.
func (r *Related) Run(ctx context.Context) {
	var wg stdsync.WaitGroup
	for _, p := range r.parts() {
		wg.Go(func() { r.repeat(ctx, p) })
	}
	wg.Wait()
}

func (r *Related) parts() []part {
	var out []part
	for _, object := range models.StreamedObjects {
		out = append(out, part{relatedStreamLease + string(object), streamAgain, r.streams, func(ctx context.Context, fence int64) error { return r.listen(ctx, fence, object) }})
	}
	if !r.All {
		return append(out, part{relatedMirrorLease, r.Poll, r.leftOver, r.forget})
	}
	for _, object := range models.RelatedObjects {
		out = append(out, part{relatedMirrorLease + string(object), min(r.Poll, relatedTick), func(ctx context.Context) (bool, error) { return r.old(ctx, object) },
			func(ctx context.Context, fence int64) error { return r.mirror(ctx, fence, object) }})
	}
	return out
}

// Leases of the parts.
const (
	relatedMirrorLease = "related/mirror/"
	relatedStreamLease = "related/stream/"
	relatedLeaseTTL    = 15 * time.Second
)

// relatedTick is how soon a process looks again whether the sync has become active; streamAgain is the pause before a stream that has ended is opened again.
const (
	relatedTick = 5 * time.Second
	streamAgain = 5 * time.Second
)

// repeat does a turn of the part again and again, while the sync is active and this process holds the lease.
func (r *Related) repeat(ctx context.Context, p part) {
	failures := 0
	for ctx.Err() == nil {
		began := r.Now()
		err := r.turn(ctx, p)
		if ctx.Err() != nil {
			return
		}
		wait := p.every
		switch {
		case err == nil || models.CodeOf(err) == models.CodeConflict: // paused, deleted or another's work now
			failures = 0
		default:
			if r.Now().Sub(began) > 5*time.Minute {
				failures = 0
			}
			failures++
			var asked time.Duration
			if e := (*models.Error)(nil); errors.As(err, &e) {
				asked = e.RetryAfter
			}
			wait = max(p.every, backoff(failures, asked, rand.Float64()))
			if models.CodeOf(err) == models.CodeNoAccess {
				wait = max(wait, time.Hour) // only an admin can change that
			}
			r.log.Warn("related records are not followed just now", "part", p.lease, "code", models.CodeOf(err), "error", err, "again", wait)
		}
		pauseFor(ctx, wait)
	}
}

func pauseFor(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// turn does the work once under the lease, which is renewed meanwhile; the work ends when the lease is lost or the sync is no longer active.
func (r *Related) turn(ctx context.Context, p part) error {
	in, err := r.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive {
		return err
	}
	if due, err := p.due(ctx); err != nil || !due {
		return err
	}
	fence, held, err := r.Store.AcquireLease(ctx, p.lease, r.Owner, relatedLeaseTTL)
	if err != nil || !held {
		return err
	}
	defer func() {
		release, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = r.Store.ReleaseLease(release, p.lease, r.Owner) // it ends by itself
	}()
	ctx, cancel := context.WithCancel(ctx)
	var wg stdsync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		renew := time.NewTicker(relatedLeaseTTL / 5)
		defer renew.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-renew.C:
			}
			if in, err := r.Store.Integration(ctx); err != nil || in.Status == models.StatusActive {
				if _, held, err := r.Store.AcquireLease(ctx, p.lease, r.Owner, relatedLeaseTTL); err == nil && held {
					continue
				}
			}
			cancel()
			return
		}
	})
	return p.work(ctx, fence)
}
