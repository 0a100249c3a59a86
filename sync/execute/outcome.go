package execute

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"sidelight/internal/id"
	"sidelight/models"
	"sidelight/sync/mirror"
	"sidelight/sync/vendor"
)

// shownFrom is from which attempt on a write that only has to wait stands in the failure log too.
const shownFrom = 5

// notSent is the result of an intent whose call failed before anything was sent: it is tried again.
func (w *writer) notSent(in models.Intent, err error) models.IntentResult {
	e, ok := models.AsError(err)
	if !ok {
		e = models.Wrap(err, models.CodeUpstreamUnavailable, "%s could not be reached", w.side.Name())
	}
	return w.retry(in, e)
}

// outcome turns one answer into the intent's next state: done, unknown, to be tried again, or
// refused. What only looks refused is looked into first: a record that is said to be gone, an
// account in the recycle bin, a single field at fault.
func (w *writer) outcome(ctx context.Context, in models.Intent, a models.WriteResult) models.IntentResult {
	switch {
	case a.Err == nil:
		return w.done(ctx, in, a)
	case a.Err.Code == models.CodeUnknownOutcome && in.Op == models.OpCreate:
		in.LastCode = a.Err.Code
		return models.IntentResult{Intent: in, State: models.IntentUnknown, Wait: time.Second}
	case a.Err.Retry, a.Err.Code == models.CodeUnknownOutcome, a.Err.Code == models.CodeBadCredentials,
		a.Err.Code == models.CodeOtherOrganization, a.Err.Code == models.CodeQuotaExhausted:
		return w.retry(in, a.Err)
	case a.Err.Code == models.CodeNotFound && in.Op == models.OpRestore:
		return w.notInBin(ctx, in)
	case (a.Err.Code == models.CodeNotFound || a.Err.Code == models.CodeDeleted) && in.Op == models.OpUpdate:
		return w.reread(ctx, in, a.Err)
	case a.Err.Code == models.CodeParentMissing && !w.namesAnother(in, a.Err),
		a.Err.Code == models.CodeDeleted && in.Op == models.OpCreate:
		// Of a create, only the account can be in the recycle bin.
		return w.rereadParent(ctx, in, a.Err)
	case a.Err.Code == models.CodeDuplicate && in.Op == models.OpCreate:
		// The duplicate has no counterpart: planned again, the two are matched.
		if found, err := w.matched(ctx, in); err == nil && found == unlinked {
			return models.IntentResult{Intent: in, State: models.IntentCancelled}
		}
	}
	if names := w.namedFields(in, a.Err); len(names) > 0 {
		return w.withoutFields(ctx, in, names, a.Err)
	}
	if r, found := w.leastCreate(ctx, in, a.Err); found {
		return r
	}
	return w.refused(in, a.Err)
}

// done is the result of a write that went through. A field that the vendor did not keep as it was
// sent rests from now on.
func (w *writer) done(ctx context.Context, in models.Intent, a models.WriteResult) models.IntentResult {
	r := models.IntentResult{
		Intent: in, State: models.IntentDone, RecordID: a.ID, Returned: a.Returned, ModifiedAt: a.ModifiedAt,
		Journal: w.journal(ctx, in, a.Returned),
	}
	if r.RecordID == "" {
		r.RecordID = in.RecordID
	}
	if err := w.lossyField(in.Values, a.Returned); err != nil {
		w.rest(ctx, &r, in, err)
	}
	return r
}

// lossyField names a field of which the vendor kept less than it was sent: nothing, the beginning
// of a text, a rounded number. It is nil when there is none. The write is done, and what was kept
// is the base.
func (w *writer) lossyField(sent, returned models.Values) *models.Error {
	for _, name := range slices.Sorted(maps.Keys(returned)) {
		text, kept := strings.TrimSpace(sent[name].String()), strings.TrimSpace(returned[name].String())
		was, errWas := models.ParseDecimal(text)
		is, errIs := models.ParseDecimal(kept)
		var err *models.Error
		switch {
		case text == kept, kept == "" && text == "false":
			// A checkbox that is not ticked may be told as blank.
		case kept == "":
			err = models.Errorf(models.CodeInvalidParameter, "%s took the write and did not keep the value", w.side.Name())
		case errWas == nil && errIs == nil:
			if was.Rat().Cmp(is.Rat()) != 0 {
				err = models.Errorf(
					models.CodeInvalidParameter, "%s kept another number than it was sent: it has fewer digits there", w.side.Name(),
				)
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

// notInBin is the result of a restore whose record is not in the recycle bin. A record that is
// there again is planned again. One that is gone is created anew.
func (w *writer) notInBin(ctx context.Context, in models.Intent) models.IntentResult {
	on, err := w.Mirror.Reader(ctx, w.side, in.Object)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := on.Read(ctx, []string{in.RecordID})
	if err != nil {
		return w.notSent(in, err)
	}
	if len(records) == 0 || records[0].Deleted {
		return w.createInstead(ctx, in)
	}
	return w.replan(ctx, on, in, records)
}

// createInstead replaces the restore of a record that the recycle bin no longer holds by a create,
// which is claimed and sent like any other. It gets the constants, as every new record does.
func (w *writer) createInstead(ctx context.Context, in models.Intent) models.IntentResult {
	constants, err := w.constants(ctx, in.Object)
	if err != nil {
		return w.notSent(in, err)
	}
	anew := models.Intent{
		ID: id.New(), LinkID: in.LinkID, Object: in.Object, Side: in.Side, Op: models.OpCreate,
		Values: models.WithConstants(in.Values, constants, in.Object, in.Side),
		Source: in.Source, RunID: in.RunID, State: models.IntentPending, Epoch: in.Epoch,
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled, Instead: &anew}
}

// reread reads a record that the vendor says is gone. Only the answer for this very record counts
// as a deletion.
func (w *writer) reread(ctx context.Context, in models.Intent, refusal *models.Error) models.IntentResult {
	on, err := w.Mirror.Reader(ctx, w.side, in.Object)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := on.Read(ctx, []string{in.RecordID})
	if err != nil {
		return w.notSent(in, err)
	}
	switch {
	case len(records) > 0:
	case vendor.AbsentIsGone(w.side):
		records = []models.Record{{Side: w.side, Object: in.Object, ID: in.RecordID, Deleted: true}}
	default:
		return w.refused(in, vendor.NotVisible(w.side, in.Object))
	}
	if !records[0].Deleted {
		return w.rereadParent(ctx, in, refusal)
	}
	return w.replan(ctx, on, in, records)
}

// rereadParent reads the account that a refused record refers to. When the account is gone, the
// record is planned again without it; otherwise the refusal stands.
func (w *writer) rereadParent(ctx context.Context, in models.Intent, refusal *models.Error) models.IntentResult {
	id := in.Values[in.Object.ParentField(w.side)].String()
	if id == "" {
		return w.refusedAlive(in, refusal)
	}
	accounts, err := w.Mirror.Reader(ctx, w.side, models.AccountObject)
	if err != nil {
		return w.notSent(in, err)
	}
	records, err := accounts.Read(ctx, []string{id})
	if err != nil {
		return w.notSent(in, err)
	}
	if len(records) == 0 || !records[0].Deleted {
		return w.refusedAlive(in, refusal)
	}
	return w.replan(ctx, accounts, in, records)
}

// replan observes what was read and has the record planned again instead of the write. Where the
// mirror holds a later state than the vendor shows, the same would be planned again, so that the
// write is tried again later: a copy of the vendor's may lag behind, or it restored a backup.
func (w *writer) replan(
	ctx context.Context, on mirror.Reader, in models.Intent, records []models.Record,
) models.IntentResult {
	result, err := on.ObserveChanges(ctx, records, nil)
	if err != nil {
		return w.notSent(in, err)
	}
	if len(result.Outdated) > 0 {
		return w.retry(in, models.Errorf(
			models.CodeBusy, "%s shows an older state of the record than it did before", w.side.Name(),
		))
	}
	return models.IntentResult{Intent: in, State: models.IntentCancelled}
}

// refusedAlive is the result of a refused write whose record and account are there. One that was
// said to be in the recycle bin has come back since, and the write is sent again a few times.
func (w *writer) refusedAlive(in models.Intent, refusal *models.Error) models.IntentResult {
	if refusal.Code == models.CodeDeleted && in.Attempts+1 < shownFrom {
		return w.retry(in, refusal)
	}
	return w.refused(in, refusal)
}

// retry sends the intent again later. After some attempts the failure log shows that it waits, and
// why.
func (w *writer) retry(in models.Intent, err *models.Error) models.IntentResult {
	in.LastCode = err.Code
	//nolint:gosec // it spreads waits, and is no secret
	r := models.IntentResult{
		Intent: in, State: models.IntentPending, Wait: vendor.Backoff(in.Attempts+1, err.RetryAfter, rand.Float64()),
	}
	if in.Attempts+1 >= shownFrom {
		if err.Code != models.CodeSideUnusable && err.Code != models.CodeOtherOrganization {
			// The side's trouble, and no record's.
			r.Failures = w.refused(in, err).Failures
		}
	}
	return r
}

// refused is the result of a write that will not be tried again by itself, with its failure.
func (w *writer) refused(in models.Intent, err *models.Error) models.IntentResult {
	now := w.Now().UTC()
	in.LastCode = err.Code
	w.Suspect(err.Code)
	return models.IntentResult{Intent: in, State: models.IntentFailed, Failures: []models.Failure{{
		ID: id.New(), LinkID: in.LinkID, Object: in.Object, Source: w.side.Other(), Target: w.side,
		Code: err.Code, Message: err.Explain(), Hint: models.HintFor(err.Code), Fields: err.Fields, Attempts: in.Attempts + 1,
		RunID: in.RunID, FirstAt: now, LastAt: now,
	}}}
}
