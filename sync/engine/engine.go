// Package engine wires the stages of the sync and runs them.
//
// It is level-triggered: an event (webhook, change event, poll row, bulk row) says only "this
// record may have changed". Three stages stand between an event and a write, each one transaction
// of the store:
//
//	observe   the mirror row, the link's dirty mark and the cursor move together
//	plan      reconcile (pure) decides the writes; intents, conflicts and bases are saved under
//	          the link's version
//	execute   an intent is marked as being sent before the call, and done with the vendor's answer
//
// The stages never import each other: they meet in the store. All state is there, so any number of
// engines may run on one database. One of them leads: it observes and plans.
package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sidelight/models"
	"sidelight/sync/compare"
	"sidelight/sync/execute"
	"sidelight/sync/gather"
	"sidelight/sync/history"
	"sidelight/sync/lease"
	"sidelight/sync/mirror"
	"sidelight/sync/observe"
	"sidelight/sync/rehearse"
	"sidelight/sync/vendor"
)

// Config wires an engine.
type Config struct {
	Store   Store
	Remotes vendor.Remotes
	Logger  *slog.Logger
	// Owner names this process in leases; it must differ between replicas.
	Owner string
	// Poll is how often changes are asked for. Zero means a minute.
	Poll time.Duration
	// Lease is how long a claim on intents, or on the leader's work, lasts. Zero means a minute. It
	// must be longer than a vendor call may take.
	Lease time.Duration
	// Drift is how often everything is compared. Zero means a day. Below zero nothing is compared
	// unless an admin asks.
	Drift time.Duration
	// BulkFrom is the minimum of pending creates for bulk during the first load, where the vendor
	// has a bulk way. Zero means 2,000.
	BulkFrom int
	// Brake says how large a mass change may be before an admin is asked.
	Brake BrakeLimit
	// UnknownGrace is how long a create whose answer was lost is looked for before it is sent
	// again. It is longer than the vendor's search lags. Zero means two minutes.
	UnknownGrace time.Duration
	// DeletedDays is how long the mirrors keep people who were deleted at their vendor. Zero keeps
	// them.
	DeletedDays int
	Now         func() time.Time
}

// Engine runs the sync.
type Engine struct {
	Config
	log      *slog.Logger
	throttle *vendor.Throttle
	leases   lease.Holder
	mirror   *mirror.Mirror
	history  *history.History
	observer *observe.Observer
	gather   *gather.Gatherer
	executor *execute.Executor
	comparer *compare.Comparer
	rehearse *rehearse.Rehearser
	schema   schemaCheck

	// lookedBack is when the leader last looked whether a side went back in time.
	lookedBack map[models.Side]time.Time

	leader  chan struct{}                 // wakes the leader's loop
	jobs    chan func(context.Context)    // work asked for by an admin, done beside the loops
	writers map[models.Side]chan struct{} // wake the executors
}

// maxTakeover is the longest time until another replica takes over from a leader that died. Both
// observing and planning are safe to do twice.
const maxTakeover = 10 * time.Second

// New makes an engine; Run makes it work.
func New(c Config) *Engine {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Poll == 0 {
		c.Poll = time.Minute
	}
	if c.Lease == 0 {
		c.Lease = time.Minute
	}
	if c.Drift == 0 {
		c.Drift = 24 * time.Hour
	}
	if c.BulkFrom == 0 {
		c.BulkFrom = 2000
	}
	if c.UnknownGrace == 0 {
		c.UnknownGrace = 2 * time.Minute
	}
	if c.Brake == (BrakeLimit{}) {
		c.Brake = BrakeLimit{Count: 100, Share: 0.1}
	}
	e := &Engine{
		Config:     c,
		log:        c.Logger.With("component", "sync"),
		throttle:   &vendor.Throttle{Now: c.Now},
		leases:     lease.Holder{Store: c.Store, Owner: c.Owner, TTL: min(c.Lease, maxTakeover)},
		mirror:     &mirror.Mirror{Store: c.Store, Remotes: c.Remotes, Now: c.Now},
		history:    &history.History{Store: c.Store, Now: c.Now},
		leader:     make(chan struct{}, 1),
		jobs:       make(chan func(context.Context), 16),
		lookedBack: map[models.Side]time.Time{},
		writers:    map[models.Side]chan struct{}{models.Desk: make(chan struct{}, 1), models.Salesforce: make(chan struct{}, 1)},
	}
	e.gather = &gather.Gatherer{Store: c.Store, Remotes: c.Remotes, Throttle: e.throttle, Log: e.log, Now: c.Now}
	e.observer = observe.New(observe.Config{Store: c.Store, Mirror: e.mirror, Remotes: c.Remotes, Throttle: e.throttle, Leases: e.leases, Log: e.log, Now: c.Now,
		PollEvery: c.Poll, Wake: e.Wake, OnVendorError: e.handleVendorError})
	e.executor = execute.New(execute.Config{Store: c.Store, Mirror: e.mirror, Remotes: c.Remotes, Throttle: e.throttle, Log: e.log, Now: c.Now, Owner: c.Owner,
		Lease: c.Lease, BulkFrom: c.BulkFrom, UnknownGrace: c.UnknownGrace, OnVendorError: e.handleVendorError, PollNow: e.observer.PollNow, Suspect: e.schema.suspect,
		Written: func() { signal(e.leader) }})
	e.comparer = compare.New(compare.Config{Store: c.Store, Mirror: e.mirror, Gather: e.gather, Leases: e.leases, Log: e.log, Now: c.Now, Every: c.Drift,
		Background: e.background, Back: e.wentBackIn, Wake: func() { signal(e.leader) }})
	e.rehearse = rehearse.New(rehearse.Config{Store: c.Store, Mirror: e.mirror, Gather: e.gather, Log: e.log, Now: c.Now, Background: e.background,
		ReadSide: e.observer.ReadWhole, EnsureMappings: e.ensureMappings})
	return e
}

// Run works until ctx ends: it observes and plans while it holds the leader's lease, executes
// always. Calls under way are finished, and recorded, before it returns.
func (e *Engine) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	wg.Go(func() { e.lead(ctx) })
	for _, side := range models.Sides {
		wg.Go(func() { e.write(ctx, side) })
	}
	for _, object := range models.SyncObjects {
		wg.Go(func() { e.observer.Stream(ctx, object) })
	}
	wg.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case job := <-e.jobs:
				wg.Go(func() { job(ctx) })
			}
		}
	})
	wg.Go(func() { e.housekeeping(ctx) })
	wg.Go(func() { e.compareDaily(ctx) })
	wg.Go(func() { e.noteCalls(ctx) })
	wg.Wait()
	e.history.CloseWatchers()
	return nil
}

// background runs a job beside the loops as soon as the engine runs.
func (e *Engine) background(job func(context.Context)) error {
	select {
	case e.jobs <- job:
		return nil
	default:
		return models.Errorf(models.CodeConflict, "too many rehearsals and compares are waiting already")
	}
}

// housekeeping prunes the history once an hour.
func (e *Engine) housekeeping(ctx context.Context) {
	for ctx.Err() == nil {
		if err := e.Prune(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("old history could not be removed", "error", err)
		}
		e.wait(ctx, nil, time.Hour)
	}
}

// write is one side's executor: it sends what is owed until ctx ends.
func (e *Engine) write(ctx context.Context, side models.Side) {
	for ctx.Err() == nil {
		busy, err := e.ExecuteOnce(ctx, side)
		if err != nil && ctx.Err() == nil {
			e.log.Warn("writing stopped for now", "side", side, "code", models.CodeOf(err), "error", err)
		}
		if !busy || err != nil {
			e.wait(ctx, e.writers[side], e.tick())
		}
	}
}

// ExecuteOnce sends one batch of what is owed to the side. busy tells that there was something to
// send.
func (e *Engine) ExecuteOnce(ctx context.Context, side models.Side) (busy bool, err error) {
	return e.executor.Once(ctx, side)
}

// tick is how long the leader sleeps unless it is woken.
func (e *Engine) tick() time.Duration { return min(e.Poll, 5*time.Second) }

// wait sleeps until the channel is signalled, the time is over or ctx ends.
func (e *Engine) wait(ctx context.Context, ch <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-ch:
	case <-t.C:
	}
}

// Wake lets the engine look at once instead of at its next tick.
func (e *Engine) Wake() {
	signal(e.leader)
	for _, ch := range e.writers {
		signal(ch)
	}
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
