package sync

import (
	"context"
	"math/rand/v2"
	"time"

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
			_ = e.breakOn(ctx, at(side, err))
		}
		if !busy || err != nil {
			e.wait(ctx, e.writers[side], e.tick())
		}
	}
}

// ExecuteOnce claims one batch of the side's intents and brings each to its next state. busy tells that there was something to do.
func (e *Engine) ExecuteOnce(ctx context.Context, side models.Side) (busy bool, err error) {
	in, err := e.Store.Integration(ctx)
	if err != nil || !in.Status.Writing() {
		return false, err
	}
	claimed, err := e.Store.ClaimIntents(ctx, side, e.Owner, e.Lease, claimSize)
	if err != nil || len(claimed) == 0 {
		return false, err
	}
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return false, err
	}
	w := &writer{engine: e, remote: remote, side: side, loading: in.Status == models.StatusLoading}
	// Once a call is made its answer is recorded, even while the process is being stopped.
	err = w.run(ctx, claimed)
	signal(e.leader)
	return true, err
}

// writer brings one claimed batch forward.
type writer struct {
	engine  *Engine
	remote  Remote
	side    models.Side
	loading bool
}

type kind struct {
	object models.SyncObject
	op     models.IntentOp
}

func (w *writer) run(ctx context.Context, claimed []models.Intent) error {
	groups := map[kind][]models.Intent{}
	var order []kind
	for _, in := range claimed {
		k := kind{in.Object, in.Op}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], in)
	}
	for _, k := range order {
		limit := w.remote.Limits().Batch
		for intents := groups[k]; len(intents) > 0; {
			n := min(limit, len(intents))
			if err := w.batch(ctx, k, intents[:n]); err != nil {
				return err
			}
			intents = intents[n:]
		}
	}
	return nil
}

// batch sends what fits one call. Its unknown creates are looked for first.
func (w *writer) batch(ctx context.Context, k kind, intents []models.Intent) error {
	var results []models.IntentResult
	var ready []models.Intent
	for _, in := range intents {
		result, send, err := w.before(ctx, k, in)
		if err != nil {
			return err
		}
		if send {
			ready = append(ready, in)
		} else {
			results = append(results, result)
		}
	}
	if len(results) > 0 {
		if err := w.finish(ctx, results); err != nil {
			return err
		}
	}
	if len(ready) == 0 || ctx.Err() != nil {
		return ctx.Err()
	}
	ready, err := w.engine.Store.BeginSending(ctx, ready)
	if err != nil || len(ready) == 0 {
		return err
	}
	return w.send(context.WithoutCancel(ctx), k, ready)
}

// send makes the one call and records what came of it.
func (w *writer) send(ctx context.Context, k kind, intents []models.Intent) error {
	writes := make([]models.Write, len(intents))
	for i, in := range intents {
		writes[i] = models.Write{Op: k.op, ID: in.RecordID, LinkID: in.LinkID, Values: in.Values}
	}
	// The call must be over before the lease is: then nobody else can hold these intents while it is under way.
	call, cancel := context.WithTimeout(ctx, w.engine.Lease*3/4)
	defer cancel()
	answers, callErr := w.remote.Write(call, k.object, writes)
	results := make([]models.IntentResult, len(intents))
	for i, in := range intents {
		if callErr != nil || i >= len(answers) {
			results[i] = w.notSent(in, callErr)
			continue
		}
		results[i] = w.outcome(ctx, in, answers[i])
	}
	if err := w.finish(ctx, results); err != nil {
		return err
	}
	for _, a := range answers {
		if a.Err != nil && (a.Err.Code == models.CodeBadCredentials || a.Err.Code == models.CodeQuotaExhausted) {
			return a.Err
		}
	}
	return callErr
}

// before is what has to happen ahead of a create: a create that may have happened already is looked for, and one whose counterpart was
// made by hand in the meantime is found. send tells that the intent is to be sent as it is.
func (w *writer) before(ctx context.Context, k kind, in models.Intent) (result models.IntentResult, send bool, err error) {
	if k.op != models.OpCreate {
		return result, true, nil
	}
	if in.State == models.IntentUnknown {
		return w.lookFor(ctx, in)
	}
	if w.loading && in.Attempts == 0 {
		return result, true, nil // both sides were just read whole
	}
	found, err := w.find(ctx, in, models.Find{Match: in.Values[in.Object.MatchField(w.side)]})
	if err != nil || len(found) == 0 {
		return result, err == nil, err
	}
	seen, err := w.engine.Store.Observe(ctx, w.side, in.Object, found, nil)
	if err != nil || seen.New == 0 {
		return result, err == nil, err
	}
	// The mirrors did not know this record: the planner decides again with it.
	return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
}

// lookFor looks for the record of a create whose answer was lost: by our mark, which is proof. Without a mark's field, the match field
// brings it back through the planner. Found nowhere, it is made again only after the vendor's search had time to catch up.
func (w *writer) lookFor(ctx context.Context, in models.Intent) (models.IntentResult, bool, error) {
	marked, err := w.remote.HasMark(ctx, in.Object)
	if err != nil {
		return models.IntentResult{}, false, err
	}
	if marked {
		found, err := w.find(ctx, in, models.Find{LinkID: in.LinkID})
		if err != nil {
			return models.IntentResult{}, false, err
		}
		if len(found) > 0 {
			r := found[0]
			return models.IntentResult{Intent: in, State: models.IntentDone, RecordID: r.ID, Returned: r.Values, ModifiedAt: r.ModifiedAt,
				MatchedBy: "mark", Journal: w.journal(ctx, in, r.Values)}, false, nil
		}
	}
	found, err := w.find(ctx, in, models.Find{Match: in.Values[in.Object.MatchField(w.side)]})
	if err != nil {
		return models.IntentResult{}, false, err
	}
	if len(found) > 0 {
		seen, err := w.engine.Store.Observe(ctx, w.side, in.Object, found, nil)
		if err != nil {
			return models.IntentResult{}, false, err
		}
		if seen.New > 0 {
			return models.IntentResult{Intent: in, State: models.IntentCancelled}, false, nil
		}
	}
	sent := in.UpdatedAt
	if now := w.engine.Now(); now.Sub(sent) < w.engine.UnknownGrace && !now.Before(sent) {
		later := now.Add(min(w.engine.UnknownGrace/8, 15*time.Second)).UTC()
		return models.IntentResult{Intent: in, State: models.IntentUnknown, NextAt: &later}, false, nil
	}
	return models.IntentResult{Intent: in, State: models.IntentPending}, false, nil
}

func (w *writer) find(ctx context.Context, in models.Intent, by models.Find) ([]models.Record, error) {
	if by.LinkID == "" && by.Match.IsBlank() {
		return nil, nil
	}
	fields, err := w.engine.fields(ctx, w.side, in.Object)
	if err != nil {
		return nil, err
	}
	return w.remote.Find(ctx, in.Object, fields, by)
}

// notSent is an intent of a call that failed as a whole before anything was sent.
func (w *writer) notSent(in models.Intent, err error) models.IntentResult {
	return w.retry(in, models.CodeOf(err), retryAfter(err))
}

// outcome turns one answer into the intent's next state.
func (w *writer) outcome(ctx context.Context, in models.Intent, a models.WriteResult) models.IntentResult {
	switch {
	case a.Err == nil:
		id := a.ID
		if id == "" {
			id = in.RecordID
		}
		return models.IntentResult{Intent: in, State: models.IntentDone, RecordID: id, Returned: a.Returned, ModifiedAt: a.ModifiedAt,
			Journal: w.journal(ctx, in, a.Returned)}
	case a.Err.Code == models.CodeUnknownOutcome && in.Op == models.OpCreate:
		next := w.engine.Now().Add(time.Second).UTC()
		in.LastCode = a.Err.Code
		return models.IntentResult{Intent: in, State: models.IntentUnknown, NextAt: &next}
	case a.Err.Code == models.CodeUnknownOutcome, a.Err.Retry, a.Err.Code == models.CodeBadCredentials, a.Err.Code == models.CodeQuotaExhausted:
		return w.retry(in, a.Err.Code, a.Err.RetryAfter)
	case a.Err.Code == models.CodeNotFound && in.Op == models.OpRestore:
		return w.createAgain(ctx, in)
	case (a.Err.Code == models.CodeNotFound || a.Err.Code == models.CodeDeleted) && in.Op == models.OpUpdate:
		return w.reread(ctx, in, a.Err)
	case a.Err.Code == models.CodeDuplicate && in.Op == models.OpCreate:
		if found, err := w.find(ctx, in, models.Find{Match: in.Values[in.Object.MatchField(w.side)]}); err == nil && len(found) > 0 {
			if seen, err := w.engine.Store.Observe(ctx, w.side, in.Object, found, nil); err == nil && seen.New > 0 {
				return models.IntentResult{Intent: in, State: models.IntentCancelled}
			}
		}
	}
	return w.refused(in, a.Err)
}

// createAgain makes a record anew that the recycle bin no longer holds.
func (w *writer) createAgain(ctx context.Context, in models.Intent) models.IntentResult {
	answers, err := w.remote.Write(ctx, in.Object, []models.Write{{Op: models.OpCreate, LinkID: in.LinkID, Values: in.Values}})
	switch {
	case err != nil:
		return w.notSent(in, err)
	case answers[0].Err == nil:
		return models.IntentResult{Intent: in, State: models.IntentDone, RecordID: answers[0].ID, Returned: answers[0].Returned,
			ModifiedAt: answers[0].ModifiedAt, Journal: w.journal(ctx, in, answers[0].Returned)}
	case answers[0].Err.Retry || answers[0].Err.Code == models.CodeUnknownOutcome:
		return w.retry(in, answers[0].Err.Code, answers[0].Err.RetryAfter)
	}
	return w.refused(in, answers[0].Err)
}

// reread asks the vendor about a record that it says is gone. Only its word for this very record counts as a deletion.
func (w *writer) reread(ctx context.Context, in models.Intent, refusal *models.Error) models.IntentResult {
	fields, err := w.engine.fields(ctx, w.side, in.Object)
	if err != nil {
		return w.retry(in, refusal.Code, 0)
	}
	records, err := w.remote.Read(ctx, in.Object, fields, []string{in.RecordID})
	if err != nil {
		return w.retry(in, models.CodeOf(err), retryAfter(err))
	}
	if len(records) == 0 {
		records = []models.Record{{Side: w.side, Object: in.Object, ID: in.RecordID, Deleted: true}}
	}
	if _, err := w.engine.Store.Observe(ctx, w.side, in.Object, records, nil); err != nil {
		return w.retry(in, models.CodeOf(err), 0)
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}
}

func (w *writer) retry(in models.Intent, code models.Code, asked time.Duration) models.IntentResult {
	next := w.engine.Now().Add(backoff(in.Attempts+1, asked, rand.Float64())).UTC()
	in.LastCode = code
	return models.IntentResult{Intent: in, State: models.IntentPending, NextAt: &next}
}

func retryAfter(err error) time.Duration {
	if e, ok := asError(err); ok {
		return e.RetryAfter
	}
	return 0
}

func (w *writer) refused(in models.Intent, err *models.Error) models.IntentResult {
	now := w.engine.Now().UTC()
	in.LastCode = err.Code
	return models.IntentResult{Intent: in, State: models.IntentFailed, Failure: &models.Failure{
		ID: newID(), LinkID: in.LinkID, Object: in.Object, Source: w.side.Other(), Target: w.side, Code: err.Code, Message: err.Message,
		Hint: hintFor(err.Code), Fields: err.Fields, Attempts: in.Attempts + 1, RunID: in.RunID, FirstAt: now, LastAt: now,
	}}
}

// journal says what a done intent wrote, field by field, under the mapping's names.
func (w *writer) journal(ctx context.Context, in models.Intent, returned models.Values) []models.Change {
	mappings, err := w.engine.Store.FieldMappings(ctx, in.Object)
	if err != nil {
		return nil
	}
	now := w.engine.Now().UTC()
	var out []models.Change
	for _, m := range mappings {
		name := m.Field(w.side).Name
		v, written := in.Values[name]
		if !written {
			continue
		}
		if r, ok := returned[name]; ok {
			v = r
		}
		out = append(out, models.Change{LinkID: in.LinkID, Object: in.Object, Side: w.side, RecordID: in.RecordID, Field: m.Name(),
			Old: in.Before[name], New: v, Rule: m.Rule, RunID: in.RunID, At: now})
	}
	return out
}

func (w *writer) finish(ctx context.Context, results []models.IntentResult) error {
	stale, err := w.engine.Store.Finish(context.WithoutCancel(ctx), results, tallyResults(w.side, results))
	if stale > 0 {
		w.engine.log.Warn("answers came after their lease had gone to another engine", "side", w.side, "count", stale)
	}
	return err
}
