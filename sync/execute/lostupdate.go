package execute

import (
	"context"
	"slices"
	"time"

	"sidelight/models"
	"sidelight/sync/mapping"
)

// lookAtMost is the maximum of unanswered updates that are read at once. A cancelled bulk write is
// larger, and an admin who pauses waits for it.
const lookAtMost = 1000

// settleLostUpdates reads the records of unanswered updates at once and settles what they show, by
// intent. Later, a value that never arrived could not be told from one that was blanked since. An
// update whose record cannot be read stays unanswered.
func (w *writer) settleLostUpdates(
	ctx context.Context, k kind, intents []models.Intent, answers []models.WriteResult, callErr error,
) map[string]models.IntentResult {
	if k.op != models.OpUpdate {
		return nil
	}
	var asked []models.Intent
	pause := time.Duration(0)
	for i, in := range intents {
		err := callErr
		if err == nil && i < len(answers) && answers[i].Err != nil {
			err = answers[i].Err
		}
		if err != nil && slices.Contains(models.Unanswered, models.CodeOf(err)) {
			asked = append(asked, in)
			if e, ok := models.AsError(err); ok {
				pause = max(pause, e.RetryAfter)
			}
		}
	}
	if len(asked) == 0 || len(asked) > lookAtMost {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, w.Lease/8) // the claim holds for the call and this
	defer cancel()
	settled, err := w.look(ctx, k, asked, pause)
	if err != nil {
		w.Log.Info(
			"what became of unanswered updates could not be read",
			"side", w.side, "count", len(asked), "code", models.CodeOf(err),
		)
	}
	return settled
}

func (w *writer) look(
	ctx context.Context, k kind, asked []models.Intent, pause time.Duration,
) (map[string]models.IntentResult, error) {
	fields, err := w.written(ctx, k.object)
	if err != nil {
		return nil, err
	}
	on, err := w.Mirror.Reader(ctx, w.side, k.object)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(asked))
	for i, in := range asked {
		ids[i] = in.RecordID
	}
	records, err := on.Read(ctx, ids)
	if err != nil {
		return nil, err
	}
	if err := on.Observe(ctx, records, nil); err != nil {
		return nil, err
	}
	settled := map[string]models.IntentResult{}
	for _, r := range records {
		i := slices.Index(ids, r.ID)
		if i < 0 {
			continue // nobody asked for it
		}
		in := asked[i]
		switch {
		case r.Deleted:
		case fields.arrived(in, r):
			result := w.done(ctx, in, models.WriteResult{ID: r.ID, ModifiedAt: r.ModifiedAt})
			result.Observed = true
			settled[in.ID] = result
		default:
			settled[in.ID] = w.retry(
				in, &models.Error{Code: models.CodeBusy, Message: w.side.Name() + " did not take the update", RetryAfter: pause},
			)
		}
	}
	return settled, nil
}

// written are the fields of one side as mappings know them, by name.
type written map[string]models.Field

func (w *writer) written(ctx context.Context, object models.SyncObject) (written, error) {
	mappings, err := w.mappings(ctx, object)
	if err != nil {
		return nil, err
	}
	out := written{}
	for _, m := range mappings {
		f := m.Field(w.side)
		out[f.Name] = f
	}
	return out, nil
}

// values are a field's value when the update was planned, the value that was sent, and the value
// now. known is false where the update does not write the field, or the record was read without it.
func (f written) values(name string, in models.Intent, r models.Record) (was, sent, is models.Value, known bool) {
	sent, writes := in.Values[name]
	is, read := r.Values[name]
	field := f[name]
	was, sent, is = mapping.Canonical(in.Before[name], field), mapping.Canonical(sent, field), mapping.Canonical(is, field)
	return was, sent, is, writes && read
}

// arrived tells whether the record holds a value that the update wrote.
func (f written) arrived(in models.Intent, r models.Record) bool {
	for name := range f {
		if was, sent, is, known := f.values(name, in, r); known && is == sent && was != sent {
			return true
		}
	}
	return false
}

// blank tells whether a field that was sent a value is as blank as before: it never arrived, or
// somebody has blanked it since.
func (f written) blank(in models.Intent, r models.Record) bool {
	for name := range f {
		if was, sent, is, known := f.values(name, in, r); known && is.IsBlank() && was.IsBlank() && !sent.IsBlank() {
			return true
		}
	}
	return false
}
