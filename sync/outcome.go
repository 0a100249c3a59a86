package sync

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"sidelight/models"
)

// shownFrom is from which attempt on a write that only has to wait stands in the failure log too.
const shownFrom = 5

// notSent is an intent of a call that failed as a whole before anything was sent.
func (w *writer) notSent(in models.Intent, err error) models.IntentResult {
	e, ok := asError(err)
	if !ok {
		e = models.Wrap(err, models.CodeUpstreamUnavailable, "%s could not be reached", w.side.Name())
	}
	return w.retry(in, e)
}

// outcome turns one answer into the intent's next state.
func (w *writer) outcome(ctx context.Context, in models.Intent, a models.WriteResult) models.IntentResult {
	switch {
	case a.Err == nil:
		return w.done(ctx, in, a)
	case a.Err.Code == models.CodeUnknownOutcome && in.Op == models.OpCreate:
		in.LastCode = a.Err.Code
		return models.IntentResult{Intent: in, State: models.IntentUnknown, Wait: time.Second}
	case a.Err.Code == models.CodeUnknownOutcome, a.Err.Retry, a.Err.Code == models.CodeBadCredentials, a.Err.Code == models.CodeQuotaExhausted:
		return w.retry(in, a.Err)
	case a.Err.Code == models.CodeNotFound && in.Op == models.OpRestore:
		return w.notInBin(ctx, in)
	case (a.Err.Code == models.CodeNotFound || a.Err.Code == models.CodeDeleted) && in.Op == models.OpUpdate:
		return w.reread(ctx, in)
	case a.Err.Code == models.CodeDuplicate && in.Op == models.OpCreate:
		if matched, err := w.matched(ctx, in); err == nil && matched {
			return models.IntentResult{Intent: in, State: models.IntentCancelled}
		}
	}
	return w.refused(in, a.Err)
}

func (w *writer) done(ctx context.Context, in models.Intent, a models.WriteResult) models.IntentResult {
	r := models.IntentResult{Intent: in, State: models.IntentDone, RecordID: a.ID, Returned: a.Returned, ModifiedAt: a.ModifiedAt, Journal: w.journal(ctx, in, a.Returned)}
	if r.RecordID == "" {
		r.RecordID = in.RecordID
	}
	if name := cutShort(in.Values, a.Returned); name != "" {
		err := models.Errorf(models.CodeValueTooLong, "%s kept only the beginning of the value", w.side.Name())
		err.Fields = []string{name}
		r.Failure = w.refused(in, err).Failure
	}
	return r
}

// cutShort is a field of which the vendor kept less than it was sent, "" when there is none.
func cutShort(sent, returned models.Values) string {
	for name, kept := range returned {
		text := strings.TrimSpace(sent[name].String())
		if short := strings.TrimSpace(kept.String()); short != "" && len(short) < len(text) && strings.HasPrefix(text, short) {
			return name
		}
	}
	return ""
}

// notInBin is what becomes of a restore whose record the recycle bin does not hold: it lives again already, and is planned again, or it is gone.
func (w *writer) notInBin(ctx context.Context, in models.Intent) models.IntentResult {
	fields, err := w.engine.fields(ctx, w.side, in.Object)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := w.remote.Read(ctx, in.Object, fields, []string{in.RecordID})
	if err != nil {
		return w.notSent(in, err)
	}
	if len(records) == 0 || records[0].Deleted {
		return w.createInstead(in)
	}
	if _, err := w.engine.Store.Observe(ctx, w.side, in.Object, records, nil); err != nil {
		return w.notSent(in, err)
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}
}

// createInstead makes a record anew that the recycle bin no longer holds: as a write of its own, which is claimed and begun like any other.
func (w *writer) createInstead(in models.Intent) models.IntentResult {
	anew := models.Intent{ID: newID(), LinkID: in.LinkID, Object: in.Object, Side: in.Side, Op: models.OpCreate, Values: in.Values, Source: in.Source, Partial: in.Partial,
		RunID: in.RunID, State: models.IntentPending, Epoch: in.Epoch}
	return models.IntentResult{Intent: in, State: models.IntentCancelled, Instead: &anew}
}

// reread asks the vendor about a record that it says is gone. Only its word for this very record counts as a deletion.
func (w *writer) reread(ctx context.Context, in models.Intent) models.IntentResult {
	fields, err := w.engine.fields(ctx, w.side, in.Object)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := w.remote.Read(ctx, in.Object, fields, []string{in.RecordID})
	if err != nil {
		return w.notSent(in, err)
	}
	if len(records) == 0 {
		records = []models.Record{{Side: w.side, Object: in.Object, ID: in.RecordID, Deleted: true}}
	}
	if _, err := w.engine.Store.Observe(ctx, w.side, in.Object, records, nil); err != nil {
		return w.notSent(in, err)
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}
}

// retry has the intent sent again later. After some attempts the failure log says that it waits, and why.
func (w *writer) retry(in models.Intent, err *models.Error) models.IntentResult {
	in.LastCode = err.Code
	r := models.IntentResult{Intent: in, State: models.IntentPending, Wait: backoff(in.Attempts+1, err.RetryAfter, rand.Float64())}
	if in.Attempts+1 >= shownFrom {
		r.Failure = w.refused(in, err).Failure
	}
	return r
}

func (w *writer) refused(in models.Intent, err *models.Error) models.IntentResult {
	now := w.engine.Now().UTC()
	in.LastCode = err.Code
	w.engine.suspectMappings(err.Code)
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
