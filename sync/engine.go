// Package sync is the engine that keeps contacts and accounts the same in Zoho Desk and Salesforce.
//
// It is level-triggered: an event (webhook, change event, poll row, bulk row) says only "this record may have changed".
// Three steps stand between an event and a write, each one transaction of the store:
//
//	observe   the mirror row, the link's dirty mark and the cursor move together
//	plan      reconcile (pure) decides the writes; intents, conflicts and bases are saved under the link's version
//	execute   an intent is marked as being sent before the call, and done with the vendor's answer
//
// State lives in the store alone: any number of engines may run on one database.
package sync

import (
	"context"
	"log/slog"
	stdsync "sync"
	"sync/atomic"
	"time"

	"sidelight/models"
)

// Remotes hands out the connected sides. A side that is not connected is an error with code NOT_FOUND.
type Remotes interface {
	Remote(side models.Side) (Remote, error)
}

// Config wires an engine.
type Config struct {
	Store   Store
	Remotes Remotes
	Logger  *slog.Logger
	// Owner names this process in leases; it must differ between replicas.
	Owner string
	// Poll is how often changes are asked for. Zero means a minute.
	Poll time.Duration
	// Lease is how long a claim on intents, or on the leader's work, lasts. Zero means a minute. It must be longer than a vendor
	// call may take.
	Lease time.Duration
	// Drift is how often everything is compared. Zero means a day; below zero is never, unless an admin asks.
	Drift time.Duration
	// BulkFrom is from how many owed creates of the first load on they go in bulk, where the vendor has a bulk way. Zero means 2,000 (facts).
	BulkFrom int
	// Brake says how large a mass change may be before an admin is asked.
	Brake BrakeLimit
	// UnknownGrace is how long a create whose answer was lost is looked for before it is made again: longer than the vendor's
	// search lags. Zero means two minutes.
	UnknownGrace time.Duration
	Now          func() time.Time
}

// Engine runs the sync.
type Engine struct {
	Config
	log      *slog.Logger
	leader   chan struct{}                 // wakes the leader's loop
	jobs     chan func(context.Context)    // work asked for by an admin, done beside the loops
	writers  map[models.Side]chan struct{} // wake the executors
	watchers watchers
	lastPoll map[pollKey]time.Time
	pace     pace
	// lastCheck is when the mapped fields were last compared with the vendors' descriptions; checkNow has it done again at once.
	lastCheck time.Time
	checkNow  atomic.Bool
	comparing atomic.Bool

	mu          stdsync.Mutex
	pollNow     bool // the next pass polls whatever the interval says
	nextTrigger models.RunTrigger
	holds       map[models.Side]time.Time // until when a side is left alone
	people      *owners
}

type pollKey struct {
	side   models.Side
	object models.SyncObject
}

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
	return &Engine{
		Config:   c,
		log:      c.Logger.With("room", "sync"),
		leader:   make(chan struct{}, 1),
		jobs:     make(chan func(context.Context), 16),
		writers:  map[models.Side]chan struct{}{models.Desk: make(chan struct{}, 1), models.Salesforce: make(chan struct{}, 1)},
		lastPoll: map[pollKey]time.Time{},
		holds:    map[models.Side]time.Time{},
	}
}

// Run works until ctx ends: it observes and plans while it holds the leader's lease, executes always. Calls under way are
// finished, and recorded, before it returns.
func (e *Engine) Run(ctx context.Context) error {
	var wg stdsync.WaitGroup
	wg.Go(func() { e.lead(ctx) })
	for _, side := range models.Sides {
		wg.Go(func() { e.execute(ctx, side) })
	}
	for _, object := range models.SyncObjects {
		wg.Go(func() { e.stream(ctx, object) })
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
	wg.Go(func() { e.watchDrift(ctx) })
	wg.Wait()
	e.watchers.close()
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

// lead is the loop of the one engine that observes and plans.
func (e *Engine) lead(ctx context.Context) {
	defer func() {
		release, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = e.Store.ReleaseLease(release, leaderLease, e.Owner)
	}()
	for ctx.Err() == nil {
		_, held, err := e.Store.AcquireLease(ctx, leaderLease, e.Owner, e.leaderTTL())
		if err == nil && held {
			err = e.whileLeading(ctx, e.Pass)
		}
		if err != nil && ctx.Err() == nil {
			e.log.Warn("a pass did not finish", "code", models.CodeOf(err), "error", err)
		}
		e.wait(ctx, e.leader, e.tick())
	}
}

const leaderLease = "leader"

// leaderTTL is how long another replica waits before it takes over from a leader that died. Only observing and planning hang on it, both of which are safe
// to do twice.
func (e *Engine) leaderTTL() time.Duration { return min(e.Lease, 10*time.Second) }

// whileLeading keeps the leader's lease renewed while work runs, and stops the work when the lease is lost.
func (e *Engine) whileLeading(ctx context.Context, work func(context.Context) error) error {
	return e.whileLeased(ctx, leaderLease, work)
}

// whileLeased does the same for any lease.
func (e *Engine) whileLeased(ctx context.Context, lease string, work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg stdsync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() {
		renew := time.NewTicker(e.leaderTTL() / 3)
		defer renew.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-renew.C:
				if _, held, err := e.Store.AcquireLease(ctx, lease, e.Owner, e.leaderTTL()); err != nil || !held {
					cancel()
					return
				}
			}
		}
	})
	return work(ctx)
}

// tick is how long the leader sleeps when nobody wakes it.
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

// Wake makes the engine look at once instead of at its next tick.
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

// Pass is one turn of the leader: load or poll, then plan everything that is dirty.
func (e *Engine) Pass(ctx context.Context) error {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return err
	}
	if err := e.goOn(ctx, in); err != nil {
		return err
	}
	switch in.Status {
	case models.StatusLoading:
		if e.held(models.Desk) || e.held(models.Salesforce) {
			return nil
		}
		err := e.checkMappings(ctx)
		if err == nil {
			err = e.load(ctx)
		}
		return e.heed(ctx, sideOf(err), err)
	case models.StatusActive:
		err := e.poll(ctx)
		if checkErr := e.checkMappings(ctx); err == nil {
			err = checkErr
		}
		if _, retryErr := e.Store.RetryDue(ctx); err == nil {
			err = retryErr
		}
		if planErr := e.planAll(ctx, models.TriggerPoll); err == nil {
			err = planErr
		}
		return e.heed(ctx, sideOf(err), err)
	}
	return nil
}

// breakOn moves the integration to BROKEN when the error is one that only an admin can mend.
func (e *Engine) breakOn(ctx context.Context, err error) error {
	if models.CodeOf(err) != models.CodeBadCredentials {
		return err
	}
	side := sideOf(err)
	if e.justConnected(ctx, side) {
		return err
	}
	reason := side.Name() + " no longer accepts the credentials: connect it again"
	_, uerr := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if !in.Status.Writing() {
			return nil
		}
		in.Resume, in.Status, in.Reason, in.ReasonCode, in.WaitingUntil = in.Status, models.StatusBroken, &reason, models.CodeBadCredentials, nil
		return nil
	})
	if uerr == nil && side != "" {
		uerr = e.Store.SetConnectionProblem(ctx, side, models.CodeBadCredentials, reason)
	}
	if uerr != nil {
		return uerr
	}
	return err
}

// connectionSettles is how long calls may still be under way with the credentials that a new connection has replaced, here or in another replica.
const connectionSettles = 5 * time.Second

// justConnected tells whether refused credentials may be those of before the side was connected again: the next call tells.
func (e *Engine) justConnected(ctx context.Context, side models.Side) bool {
	if side == "" {
		return false
	}
	c, err := e.Store.Connection(ctx, side)
	if err != nil || !c.Connected || c.ConnectedAt == nil {
		return false
	}
	age := e.Now().Sub(*c.ConnectedAt)
	return age >= 0 && age < connectionSettles
}

// Mended says that a side was connected again: a broken integration goes back to where it was.
func (e *Engine) Mended(ctx context.Context, side models.Side) error {
	if err := e.Store.SetConnectionProblem(ctx, side, "", ""); err != nil {
		return err
	}
	_, err := e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Status == models.StatusBroken && in.Brake != models.BrakeOn {
			in.Status, in.Reason, in.ReasonCode = in.Resume, nil, ""
		}
		return nil
	})
	e.Wake()
	return err
}
