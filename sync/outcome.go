package sync

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
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
		return w.reread(ctx, in, a.Err)
	case a.Err.Code == models.CodeParentMissing, a.Err.Code == models.CodeDeleted && in.Op == models.OpCreate: // nothing else of a create can be in a bin
		return w.rereadParent(ctx, in, a.Err)
	case a.Err.Code == models.CodeDuplicate && in.Op == models.OpCreate:
		if who, err := w.matched(ctx, in); err == nil && who == free {
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
	if err := w.lost(in.Values, a.Returned); err != nil {
		r.Failure = w.refused(in, err).Failure
	}
	return r
}

// lost names a field of which the vendor kept less than it was sent: nothing, the beginning of a text, a rounded number; nil when there is none. The write is done all
// the same, and what was kept is the base.
func (w *writer) lost(sent, returned models.Values) *models.Error {
	for _, name := range slices.Sorted(maps.Keys(returned)) {
		text, kept := strings.TrimSpace(sent[name].String()), strings.TrimSpace(returned[name].String())
		was, errWas := models.ParseDecimal(text)
		is, errIs := models.ParseDecimal(kept)
		var err *models.Error
		switch {
		case text == kept || (kept == "" && text == "false"):
		case kept == "":
			err = models.Errorf(models.CodeInvalidParameter, "%s took the write and did not keep the value", w.side.Name())
		case errWas == nil && errIs == nil:
			if was.Rat().Cmp(is.Rat()) != 0 {
				err = models.Errorf(models.CodeInvalidParameter, "%s kept another number than it was sent: it has fewer digits there", w.side.Name())
			}
		case strings.HasPrefix(text, kept):
			err = models.Errorf(models.CodeValueTooLong, "%s kept only the beginning of the value", w.side.Name())
		}
		if err != nil {
			err.Fields = []string{name}
			return err
		}
	}
	return nil
}

// notInBin is what becomes of a restore whose record the recycle bin does not hold: it lives again already, and is planned again, or it is gone.
func (w *writer) notInBin(ctx context.Context, in models.Intent) models.IntentResult {
	on, err := w.engine.reader(ctx, w.side, in.Object)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := on.read(ctx, []string{in.RecordID})
	if err != nil {
		return w.notSent(in, err)
	}
	if len(records) == 0 || records[0].Deleted {
		return w.createInstead(in)
	}
	if err := on.keep(ctx, records, nil); err != nil {
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
func (w *writer) reread(ctx context.Context, in models.Intent, refusal *models.Error) models.IntentResult {
	on, err := w.engine.reader(ctx, w.side, in.Object)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := on.read(ctx, []string{in.RecordID})
	if err != nil {
		return w.notSent(in, err)
	}
	switch {
	case len(records) > 0:
	case absentIsGone(w.side):
		records = []models.Record{{Side: w.side, Object: in.Object, ID: in.RecordID, Deleted: true}}
	default:
		return w.refused(in, notShown(w.side, in.Object))
	}
	if !records[0].Deleted {
		return w.rereadParent(ctx, in, refusal)
	}
	if err := on.keep(ctx, records, nil); err != nil {
		return w.notSent(in, err)
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}
}

// rereadParent asks about the account that a refused record refers to: it is the one that is gone, and the record is planned again without it, or the refusal
// stands.
func (w *writer) rereadParent(ctx context.Context, in models.Intent, refusal *models.Error) models.IntentResult {
	id := in.Values[in.Object.ParentField(w.side)].String()
	if id == "" {
		return w.refusedAlive(in, refusal)
	}
	accounts, err := w.engine.reader(ctx, w.side, models.AccountObject)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := accounts.read(ctx, []string{id})
	if err != nil {
		return w.notSent(in, err)
	}
	if len(records) == 0 || !records[0].Deleted {
		return w.refusedAlive(in, refusal)
	}
	if err := accounts.keep(ctx, records, nil); err != nil {
		return w.notSent(in, err)
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}
}

// refusedAlive is what becomes of a write whose record and account are there. Said to be in the recycle bin, one of them was, and has come back since: it is sent again,
// a few times.
func (w *writer) refusedAlive(in models.Intent, refusal *models.Error) models.IntentResult {
	if refusal.Code == models.CodeDeleted && in.Attempts+1 < shownFrom {
		return w.retry(in, refusal)
	}
	return w.refused(in, refusal)
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

// mappings are the object's, read once a batch.
func (w *writer) mappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if list, read := w.mapped[object]; read {
		return list, nil
	}
	list, err := w.engine.Store.FieldMappings(ctx, object)
	if err == nil {
		w.mapped[object] = list
	}
	return list, err
}

// journal says what a done intent wrote, field by field, under the mapping's names.
func (w *writer) journal(ctx context.Context, in models.Intent, returned models.Values) []models.Change {
	mappings, err := w.mappings(ctx, in.Object)
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
