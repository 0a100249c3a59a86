package sync

import (
	"cmp"
	"context"
	"slices"
	stdsync "sync"

	"sidelight/models"
)

// claimSize is how many intents an executor takes at once.
const claimSize = 400

// execute is one side's executor: it claims owed writes and sends them, until ctx ends.
func (e *Engine) execute(ctx context.Context, side models.Side) {
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

// ExecuteOnce claims one batch of the side's intents and brings each to its next state. busy tells that there was something to do.
func (e *Engine) ExecuteOnce(ctx context.Context, side models.Side) (busy bool, err error) {
	in, err := e.Store.Integration(ctx)
	if err != nil || !in.Status.Writing() || e.held(side) {
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
	w := &writer{engine: e, remote: remote, side: side, epoch: in.Epoch, loading: loading, mayBeOurs: map[string]bool{},
		mapped: map[models.SyncObject][]models.FieldMapping{}}
	// Once a call is made its answer is recorded, even while the process is being stopped.
	err = e.heed(ctx, side, w.run(ctx, claimed))
	signal(e.leader)
	return true, err
}

// claim takes due intents. Where a claim is all new records of one object and the vendor has a bulk way, it takes as many more as that may hold.
func (e *Engine) claim(ctx context.Context, side models.Side, limits models.WriteLimits) ([]models.Intent, error) {
	claimed, err := e.Store.ClaimIntents(ctx, side, e.Owner, e.Lease, claimSize)
	if err != nil || len(claimed) == 0 || len(claimed) < min(claimSize, e.BulkFrom) || limits.Bulk < e.BulkFrom {
		return claimed, err
	}
	first := kindOf(claimed[0])
	if first.op != models.OpCreate || slices.ContainsFunc(claimed, func(in models.Intent) bool { return kindOf(in) != first || !fresh(in) }) {
		return claimed, nil
	}
	more, err := e.Store.ClaimIntents(ctx, side, e.Owner, e.Lease, max(0, limits.Bulk-len(claimed)))
	return append(claimed, more...), err
}

// gathering tells whether so much is still being planned that what is owed is worth waiting for: together it can go in bulk. It never is while creates are unanswered:
// what may be their record is planned only after they were looked for.
func (e *Engine) gathering(ctx context.Context, side models.Side) (bool, error) {
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

// fresh tells whether the intent was never sent.
func fresh(in models.Intent) bool { return in.State == models.IntentPending && in.Attempts == 0 }

// writer brings one claimed batch forward.
type writer struct {
	engine  *Engine
	remote  Remote
	side    models.Side
	epoch   int64 // the integration's
	loading bool
	many    bool // of the batch's creates it is not known whether they happened

	mu        stdsync.Mutex
	mayBeOurs map[string]bool   // records that were taken for the answer of one of the batch's creates
	marks     map[string]string // what was found of the group's unanswered creates, by mark
	mapped    map[models.SyncObject][]models.FieldMapping
	again     map[string]bool // links for which a create was sent before
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
	w.many = unknown >= manyUnknown
	var err error
	if w.again, err = w.engine.Store.CreatedBefore(ctx, w.side, claimed); err != nil {
		return err
	}
	for _, k := range order {
		if err := w.group(ctx, k, groups[k]); err != nil {
			return err
		}
	}
	return nil
}

// group writes what is of one kind: in bulk what is enough for it, the rest in calls beside each other as far as the vendor takes them. The children of one parent go
// in one call where they fit: two calls that touch the same parent would wait for each other's lock.
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
		slices.SortStableFunc(intents, func(a, b models.Intent) int { return cmp.Compare(a.Values[parent].String(), b.Values[parent].String()) })
	}
	if limits.Parallel <= 1 || len(intents) <= limits.Batch {
		for chunk := range slices.Chunk(intents, limits.Batch) {
			if err := w.batch(ctx, k, chunk); err != nil {
				return err
			}
		}
		return nil
	}
	return w.beside(ctx, limits.Parallel, slices.Collect(slices.Chunk(intents, limits.Batch)), func(chunk []models.Intent) error { return w.batch(ctx, k, chunk) })
}

// beside runs do over the chunks, so many at a time. After an error no further chunk begins; those under way are finished, and the first error is answered.
func (w *writer) beside(ctx context.Context, width int, chunks [][]models.Intent, do func([]models.Intent) error) error {
	var wg stdsync.WaitGroup
	var mu stdsync.Mutex
	var first error
	next := func() []models.Intent {
		mu.Lock()
		defer mu.Unlock()
		if first != nil || len(chunks) == 0 || ctx.Err() != nil {
			return nil
		}
		chunk := chunks[0]
		chunks = chunks[1:]
		return chunk
	}
	for range min(width, len(chunks)) {
		wg.Go(func() {
			for chunk := next(); chunk != nil; chunk = next() {
				if err := do(chunk); err != nil {
					mu.Lock()
					if first == nil {
						first = err
					}
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if first == nil {
		first = ctx.Err()
	}
	return first
}
