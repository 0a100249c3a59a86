package execute

import (
	"context"
	"slices"
	"sync"
	"time"

	"sidelight/models"
)

// bulkTimeout is the maximum time of a bulk write; its claim is renewed meanwhile. stopWait is how
// long a stopping process waits for it.
const (
	bulkTimeout = 30 * time.Minute
	stopWait    = 20 * time.Second
)

// batch sends what fits one call. Its unknown creates are looked for first.
func (w *writer) batch(ctx context.Context, k kind, intents []models.Intent) error {
	var results []models.IntentResult
	var ready []models.Intent
	for _, in := range intents {
		result, send, err := w.before(ctx, k, in)
		if err != nil {
			if result, err = w.notLookedFor(in, err); err != nil {
				return err
			}
		}
		if send {
			ready = append(ready, in)
		} else {
			results = append(results, result)
		}
	}
	ready, overtaken, err := w.dropOvertaken(ctx, k, ready)
	if err != nil {
		return err
	}
	if results = append(results, overtaken...); len(results) > 0 {
		if err := w.finish(ctx, results); err != nil {
			return err
		}
	}
	if len(ready) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	ready, err = w.Store.BeginSending(ctx, ready)
	if err != nil || len(ready) == 0 {
		return err
	}
	return w.send(context.WithoutCancel(ctx), k, ready)
}

// forBulk takes the creates out of a group that can go in bulk: those never sent, during the first
// load, when both sides were just read whole.
func (w *writer) forBulk(k kind, intents []models.Intent, limits models.WriteLimits) (bulk, rest []models.Intent) {
	least := max(w.BulkFrom, limits.Batch+1)
	if k.op != models.OpCreate || !w.loading || limits.Bulk < least {
		return nil, intents
	}
	for _, in := range intents {
		if neverSent(in) && !w.resent[in.LinkID] && len(bulk) < limits.Bulk {
			bulk = append(bulk, in)
		} else {
			rest = append(rest, in)
		}
	}
	if len(bulk) < least {
		return nil, intents
	}
	return bulk, rest
}

// bulk sends everything in one call that takes minutes. The claim is renewed while it runs. A
// pause, or the loss of the claim, cancels the call, and its records are looked for then.
func (w *writer) bulk(ctx context.Context, k kind, intents []models.Intent) error {
	ready, err := w.Store.BeginSending(ctx, intents)
	if err != nil || len(ready) == 0 {
		return err
	}
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), bulkTimeout)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { w.renew(call, cancel, ready) })
	// A stopping process cancels a bulk write after a while. What became of it is looked for when a
	// process runs again.
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopWait, cancel) })()
	return w.call(context.WithoutCancel(ctx), call, k, ready)
}

// renew prolongs a claim until ctx ends. It cancels the call when the call may not go on; it looks
// every second, because an admin who pauses waits for it.
func (e *Executor) renew(ctx context.Context, giveUp context.CancelFunc, intents []models.Intent) {
	look, prolong := time.NewTicker(time.Second), time.NewTicker(e.Lease/4)
	defer look.Stop()
	defer prolong.Stop()
	for mayContinue := true; mayContinue; {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			if in, err := e.Store.Integration(ctx); err == nil {
				mayContinue = in.Status.Writing() && in.Epoch == intents[0].Epoch
			}
		case <-prolong.C:
			if held, err := e.Store.RenewIntents(ctx, intents, e.Lease); err == nil {
				mayContinue = held
			}
		}
	}
	giveUp()
}

// send makes the one call and records its outcome. The call ends before the claim does, so that no
// other process holds these intents while it runs.
func (w *writer) send(ctx context.Context, k kind, intents []models.Intent) error {
	call, cancel := context.WithTimeout(ctx, w.Lease*3/4)
	defer cancel()
	return w.call(ctx, call, k, intents)
}

func (w *writer) call(ctx, call context.Context, k kind, intents []models.Intent) error {
	writes := make([]models.Write, len(intents))
	for i, in := range intents {
		writes[i] = models.Write{Op: k.op, ID: in.RecordID, LinkID: in.LinkID, Values: in.Values}
	}
	answers, callErr := w.remote.Write(call, k.object, writes)
	settled := w.settleLostUpdates(ctx, k, intents, answers, callErr)
	results := make([]models.IntentResult, len(intents))
	for i, in := range intents {
		r, known := settled[in.ID]
		switch {
		case known:
			results[i] = r
		case callErr != nil || i >= len(answers):
			results[i] = w.notSent(in, callErr)
		default:
			results[i] = w.outcome(ctx, in, answers[i])
			if refusal := answers[i].Err; w.namesNoField(in, results[i], refusal) {
				if r, found := w.bisectFields(ctx, call, in, refusal); found {
					results[i] = r
				}
			}
		}
	}
	if err := w.finish(ctx, results); err != nil {
		return err
	}
	for _, a := range answers {
		if a.Err != nil && (a.Err.Code == models.CodeBadCredentials || a.Err.Code == models.CodeOtherOrganization || a.Err.Code == models.CodeQuotaExhausted) {
			return a.Err
		}
	}
	return callErr
}

// finish records results, a transaction for each few hundred.
func (w *writer) finish(ctx context.Context, results []models.IntentResult) error {
	for chunk := range slices.Chunk(results, claimSize) {
		stale, err := w.Store.Finish(context.WithoutCancel(ctx), chunk)
		if err != nil {
			return err
		}
		if stale > 0 {
			w.Log.Warn("answers came after their lease had gone to another engine", "side", w.side, "count", stale)
		}
	}
	return nil
}
