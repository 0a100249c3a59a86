// Package related follows Salesforce's opportunities, tasks and events. Change events mark the
// cards that they concern. Where an admin wants it, every record is mirrored, for dashboards.
package related

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"sidelight/models"
	"sidelight/sync/lease"
	"sidelight/sync/vendor"
)

// Store keeps related records; models/store implements it. A method that takes a fence is one
// transaction. It stores nothing and answers CONFLICT when the sync is not active any more, or when
// another process has taken the lease over.
type Store interface {
	Integration(ctx context.Context) (models.Integration, error)
	lease.Store

	RelatedMirrors(ctx context.Context) (map[models.RelatedObject]models.RelatedMirror, error)
	// SaveRelatedPage stores a page and how far the kind is mirrored together.
	SaveRelatedPage(
		ctx context.Context, fence models.RelatedFence, page models.RelatedPage, change func(*models.RelatedMirror),
	) error
	// FinishRelatedLoad removes what a whole reading has not seen, and calls the mirror complete.
	FinishRelatedLoad(ctx context.Context, fence models.RelatedFence, object models.RelatedObject) error
	// MarkRelatedMoved marks the cards stale that a batch is about, and keeps its position.
	MarkRelatedMoved(ctx context.Context, fence models.RelatedFence, batch models.RelatedBatch) error
	// ForgetRelatedMirrors ends the mirrors of a process that was told to mirror nothing.
	ForgetRelatedMirrors(ctx context.Context) error
}

// Remote is Salesforce, as far as related records go. Its errors are those of Remote.
type Remote interface {
	RelatedCount(ctx context.Context, object models.RelatedObject) (int, error)
	// RelatedList reads live records after an id, in the order of ids.
	RelatedList(ctx context.Context, object models.RelatedObject, after string) (models.RelatedPage, error)
	// RelatedChanges reads what changed since a cursor; an empty one answers the mark "now".
	RelatedChanges(ctx context.Context, object models.RelatedObject, cursor string) (models.RelatedPage, error)
	// RelatedRead reads records by id; one that is gone is in Deleted.
	RelatedRead(ctx context.Context, object models.RelatedObject, ids []string) (models.RelatedPage, error)
	// Streams tells whether a change stream is configured; StreamRelated listens to it.
	Streams() bool
	StreamRelated(
		ctx context.Context, object models.RelatedObject, replay string,
		handle func(context.Context, models.RelatedBatch) error,
	) error
}

// Config wires a Follower.
type Config struct {
	Store Store
	// Remote is the connected Salesforce; an error means that there is none.
	Remote func() (Remote, error)
	Logger *slog.Logger
	// Owner names this process in leases.
	Owner string
	// All mirrors every related record. Otherwise only opened cards are marked to be read again.
	All bool
	// Poll is how often a mirror asks for changes. Zero means a minute.
	Poll time.Duration
	// Reload is how often a mirror is read whole again, since erased records leave no trace in the
	// changes. Zero means a day.
	Reload time.Duration
	Now    func() time.Time
}

// Follower follows opportunities, events and tasks while the sync is active. Change events mark the
// cards that they concern. With All it mirrors every record: it reads everything once, resumes
// where it was stopped, and then goes by change events and a poll. One process at a time does each
// of these.
type Follower struct {
	Config
	log *slog.Logger
}

// New makes a Follower; Run makes it work.
func New(c Config) *Follower {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Poll == 0 {
		c.Poll = time.Minute
	}
	if c.Reload == 0 {
		c.Reload = 24 * time.Hour
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Follower{Config: c, log: c.Logger.With("component", "related")}
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
func (r *Follower) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, p := range r.parts() {
		wg.Go(func() { r.repeat(ctx, p) })
	}
	wg.Wait()
}

func (r *Follower) parts() []part {
	var out []part
	for _, object := range models.StreamedObjects {
		out = append(
			out,
			part{
				streamLease + string(object), streamAgain, r.streams,
				func(ctx context.Context, fence int64) error { return r.listen(ctx, fence, object) },
			},
		)
	}
	if !r.All {
		return append(out, part{mirrorLease, r.Poll, r.leftOver, r.forget})
	}
	for _, object := range models.RelatedObjects {
		out = append(
			out,
			part{
				mirrorLease + string(object), min(r.Poll, lookAgain),
				func(ctx context.Context) (bool, error) { return r.old(ctx, object) },
				func(ctx context.Context, fence int64) error { return r.mirror(ctx, fence, object) },
			},
		)
	}
	return out
}

// Leases of the parts.
const (
	mirrorLease = "related/mirror/"
	streamLease = "related/stream/"
	leaseTTL    = 15 * time.Second
)

// lookAgain is how often a process looks whether the sync has become active. streamAgain is the
// pause before a stream that has ended is opened again.
const (
	lookAgain   = 5 * time.Second
	streamAgain = 5 * time.Second
)

// repeat runs the part again and again, while the sync is active and this process holds the lease.
func (r *Follower) repeat(ctx context.Context, p part) {
	failures := 0
	for ctx.Err() == nil {
		began := r.Now()
		err := r.runOnce(ctx, p)
		if ctx.Err() != nil {
			return
		}
		wait := p.every
		switch {
		case err == nil || models.CodeOf(err) == models.CodeConflict:
			// Paused, deleted or another's work now.
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
			//nolint:gosec // it spreads waits, and is no secret
			wait = max(p.every, vendor.Backoff(failures, asked, rand.Float64()))
			if models.CodeOf(err) == models.CodeNoAccess {
				wait = max(wait, time.Hour) // only an admin can change that
			}
			r.log.Warn(
				"related records are not followed just now", "part", p.lease, "code", models.CodeOf(err), "error", err, "again",
				wait,
			)
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

// runOnce does the work once under the part's lease; the work ends when the lease is lost or the
// sync is no longer active.
func (r *Follower) runOnce(ctx context.Context, p part) error {
	in, err := r.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive {
		return err
	}
	if due, err := p.due(ctx); err != nil || !due {
		return err
	}
	holder := lease.Holder{Store: r.Store, Owner: r.Owner, TTL: leaseTTL, While: r.active}
	_, err = holder.Run(ctx, p.lease, p.work)
	return err
}

// active tells whether the sync is active, as far as the database can be asked.
func (r *Follower) active(ctx context.Context) bool {
	in, err := r.Store.Integration(ctx)
	return err != nil || in.Status == models.StatusActive
}
