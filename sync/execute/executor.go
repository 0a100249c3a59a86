// Package execute sends owed writes to the vendors and records the outcome of each. A write that
// may have been done already is looked for before it is sent again.
package execute

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"sidelight/models"
	"sidelight/sync/mirror"
	"sidelight/sync/vendor"
)

// Store is what executing needs to be kept.
type Store interface {
	Integration(ctx context.Context) (models.Integration, error)
	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	Constants(ctx context.Context, object models.SyncObject) ([]models.Constant, error)
	LinkState(ctx context.Context, linkID string) (models.LinkState, error) // NOT_FOUND
	LinksByRecord(
		ctx context.Context, object models.SyncObject, side models.Side, ids []string,
	) (map[string]models.LinkState, error)
	// HalvesNamed reads half links of a side by the shown name of the record that the values make,
	// first seen at or after since.
	HalvesNamed(
		ctx context.Context, object models.SyncObject, side models.Side, values models.Values, since time.Time,
	) ([]models.LinkState, error)
	// PollCursors are the positions of all polls, with the database's time of each.
	PollCursors(ctx context.Context) ([]models.Cursor, error)

	// ClaimIntents claims due PENDING intents, and UNKNOWN ones (also SENDING ones whose lease ran
	// out, which become UNKNOWN), for the owner until the lease ends, by the database's clock.
	// Accounts come before contacts, creates before updates. Intents of an older epoch are
	// cancelled instead and their links marked dirty.
	ClaimIntents(
		ctx context.Context, side models.Side, owner string, lease time.Duration, limit int,
	) ([]models.Intent, error)
	// BeginSending moves claimed PENDING intents to SENDING if the integration may write now, is in
	// their epoch, and the fence still holds; it answers those that may be sent.
	BeginSending(ctx context.Context, intents []models.Intent) ([]models.Intent, error)
	// RenewIntents prolongs the claim on intents in SENDING, and tells whether their call may go
	// on: they are still this owner's, the integration may write and is in their epoch.
	RenewIntents(ctx context.Context, intents []models.Intent, lease time.Duration) (mayContinue bool, err error)
	// Finish records what became of sent or claimed intents: states; for DONE the mirror row, the
	// link's id and bases, the journal; failures; what takes an intent's place; tallies. Results
	// whose fence is old are dropped and counted in stale.
	Finish(ctx context.Context, results []models.IntentResult) (stale int, err error)
	// Backlog counts the side's creates of the object that were never sent, and the object's links
	// that may be planned now.
	Backlog(ctx context.Context, side models.Side, object models.SyncObject) (owed, coming int, err error)
	// CreatedBefore are the links of the intents for which an earlier create was sent to the side.
	CreatedBefore(ctx context.Context, side models.Side, intents []models.Intent) (map[string]bool, error)
	// UnknownCreates counts the creates of which it is not known whether they happened.
	UnknownCreates(ctx context.Context) (int, error)
}

// Config wires an Executor.
type Config struct {
	Store    Store
	Mirror   *mirror.Mirror
	Remotes  vendor.Remotes
	Throttle *vendor.Throttle
	Log      *slog.Logger
	Now      func() time.Time
	// Owner names this process in claims.
	Owner string
	// Lease is how long a claim on intents lasts. It must be longer than a vendor call may take.
	Lease time.Duration
	// BulkFrom is the minimum of pending creates for bulk during the first load.
	BulkFrom int
	// UnknownGrace is how long a create whose answer was lost is looked for before it is sent
	// again.
	UnknownGrace time.Duration

	// OnVendorError acts on an error that concerns a whole side (credentials, quota), and answers
	// the error.
	OnVendorError func(ctx context.Context, side models.Side, err error) error
	// PollNow polls both sides at once, to find what an unanswered create has made.
	PollNow func()
	// Suspect checks the mapped fields again, because a vendor refused one with this code.
	Suspect func(code models.Code)
	// Written is called when a batch is through.
	Written func()
}

// Executor sends owed writes.
type Executor struct{ Config }

// New makes an executor.
func New(c Config) *Executor { return &Executor{c} }

// claimSize is how many intents an executor takes at once.
const claimSize = 400

// Once claims one batch of the side's intents and brings each to its next state. busy tells that
// there was something to do.
func (e *Executor) Once(ctx context.Context, side models.Side) (busy bool, err error) {
	in, err := e.Store.Integration(ctx)
	if err != nil || !in.Status.Writing() || e.Throttle.Throttled(side) {
		return false, err
	}
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return false, err
	}
	limits, loading := remote.Limits(), in.Status == models.StatusLoading
	if loading && limits.Bulk >= e.BulkFrom {
		if gathering, err := e.gathering(ctx, side); err != nil || gathering {
			return false, err
		}
	}
	claimed, err := e.claim(ctx, side, limits)
	if err != nil || len(claimed) == 0 {
		return false, err
	}
	w := &writer{Executor: e, remote: remote, side: side, epoch: in.Epoch, loading: loading, mayBeOurs: map[string]bool{},
		mapped: map[models.SyncObject][]models.FieldMapping{}, constant: map[models.SyncObject][]models.Constant{}}
	// Once a call is made its answer is recorded, even while the process is being stopped.
	err = e.OnVendorError(ctx, side, w.run(ctx, claimed))
	e.Written()
	return true, err
}

// claim takes due intents. A claim of nothing but new records of one object is filled up to the
// vendor's bulk limit.
func (e *Executor) claim(ctx context.Context, side models.Side, limits models.WriteLimits) ([]models.Intent, error) {
	claimed, err := e.Store.ClaimIntents(ctx, side, e.Owner, e.Lease, claimSize)
	if err != nil || len(claimed) == 0 || len(claimed) < min(claimSize, e.BulkFrom) || limits.Bulk < e.BulkFrom {
		return claimed, err
	}
	first := kindOf(claimed[0])
	if first.op != models.OpCreate ||
		slices.ContainsFunc(claimed, func(in models.Intent) bool { return kindOf(in) != first || !neverSent(in) }) {
		return claimed, nil
	}
	more, err := e.Store.ClaimIntents(ctx, side, e.Owner, e.Lease, max(0, limits.Bulk-len(claimed)))
	return append(claimed, more...), err
}

// gathering tells whether to wait until more is planned, so that creates can go in bulk. It is
// false while creates are unanswered: their records are planned only after they were looked for.
func (e *Executor) gathering(ctx context.Context, side models.Side) (bool, error) {
	if n, err := e.Store.UnknownCreates(ctx); err != nil || n > 0 {
		return false, err
	}
	for _, object := range models.SyncObjects {
		owed, coming, err := e.Store.Backlog(ctx, side, object)
		if err != nil {
			return false, err
		}
		if owed > 0 {
			return owed < e.BulkFrom && owed+coming >= e.BulkFrom, nil
		}
	}
	return false, nil
}

// neverSent tells whether no call was made for the intent yet.
func neverSent(in models.Intent) bool { return in.State == models.IntentPending && in.Attempts == 0 }

// writer brings one claimed batch forward.
type writer struct {
	*Executor
	remote  vendor.Remote
	side    models.Side
	epoch   int64 // the integration's
	loading bool
	// batchLookup tells that many of the batch's creates are unanswered, so that one poll goes
	// before a search for each.
	batchLookup bool

	mu sync.Mutex
	// mayBeOurs are records that were taken for the answer of one of the batch's creates.
	mayBeOurs  map[string]bool
	marks      map[string]string // what was found of the group's unanswered creates, by mark
	mapped     map[models.SyncObject][]models.FieldMapping
	constant   map[models.SyncObject][]models.Constant
	bisections atomic.Int64    // calls that went into finding refused fields
	resent     map[string]bool // links for which a create was sent before
}

type kind struct {
	object models.SyncObject
	op     models.IntentOp
}

func kindOf(in models.Intent) kind { return kind{in.Object, in.Op} }

func (w *writer) run(ctx context.Context, claimed []models.Intent) error {
	groups := map[kind][]models.Intent{}
	var order []kind
	unknown := 0
	for _, in := range claimed {
		k := kindOf(in)
		if k.op == models.OpCreate && in.State == models.IntentUnknown {
			unknown++
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], in)
	}
	w.batchLookup = unknown >= lookupTogetherFrom
	var err error
	if w.resent, err = w.Store.CreatedBefore(ctx, w.side, claimed); err != nil {
		return err
	}
	for _, k := range order {
		if err := w.group(ctx, k, groups[k]); err != nil {
			return err
		}
	}
	return nil
}

// group writes intents of one kind: in bulk what bulk is worth, the rest in parallel calls as far
// as the vendor takes them. Children of one parent go in one call where they fit, because two calls
// that touch one parent wait for its lock.
func (w *writer) group(ctx context.Context, k kind, intents []models.Intent) error {
	limits := w.remote.Limits()
	var err error
	if w.marks, err = w.lookForMarks(ctx, k, intents); err != nil {
		return err
	}
	if bulk, rest := w.forBulk(k, intents, limits); len(bulk) > 0 {
		if err := w.bulk(ctx, k, bulk); err != nil {
			return err
		}
		intents = rest
	}
	if parent := k.object.ParentField(w.side); parent != "" {
		slices.SortStableFunc(
			intents, func(a, b models.Intent) int { return cmp.Compare(a.Values[parent].String(), b.Values[parent].String()) },
		)
	}
	if limits.Parallel <= 1 || len(intents) <= limits.Batch {
		for chunk := range slices.Chunk(intents, limits.Batch) {
			if err := w.batch(ctx, k, chunk); err != nil {
				return err
			}
		}
		return nil
	}
	return w.beside(
		ctx, limits.Parallel, slices.Collect(slices.Chunk(intents, limits.Batch)),
		func(chunk []models.Intent) error { return w.batch(ctx, k, chunk) },
	)
}

// beside runs do over the chunks, width at a time. After an error no further chunk begins. Those
// that run are finished, and the first error is answered.
func (w *writer) beside(
	ctx context.Context, width int, chunks [][]models.Intent, do func([]models.Intent) error,
) error {
	var calls errgroup.Group
	calls.SetLimit(width)
	var failed atomic.Bool
	for _, chunk := range chunks {
		calls.Go(func() error {
			if failed.Load() || ctx.Err() != nil {
				return nil
			}
			err := do(chunk)
			if err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	if err := calls.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
