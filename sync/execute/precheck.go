package execute

import (
	"context"

	"sidelight/models"
)

// dropOvertaken reads the records that are about to be updated. A record that was edited since the
// plan is observed and planned again; the write would undo that edit. Neither vendor can make a
// batch of writes depend on what it replaces, so an edit during the call itself is not noticed.
func (w *writer) dropOvertaken(
	ctx context.Context, k kind, intents []models.Intent,
) (ready []models.Intent, overtaken []models.IntentResult, err error) {
	if k.op == models.OpCreate {
		return intents, nil, nil
	}
	fields, err := w.written(ctx, k.object)
	if err != nil {
		return nil, nil, err
	}
	on, err := w.Mirror.Reader(ctx, w.side, k.object)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]string, len(intents))
	for i, in := range intents {
		ids[i] = in.RecordID
	}
	records, err := on.Read(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	byID := make(map[string]models.Record, len(records))
	for _, r := range records {
		byID[r.ID] = r
	}
	for _, in := range intents {
		r, there := byID[in.RecordID]
		if !there || !fields.moved(in, r) {
			// What became of a record that is not there, the write itself tells.
			ready = append(ready, in)
			continue
		}
		overtaken = append(overtaken, w.replan(ctx, on, in, []models.Record{r}))
	}
	return ready, overtaken, nil
}

// moved tells whether the record no longer is what the intent was planned for.
func (f written) moved(in models.Intent, r models.Record) bool {
	if in.Op == models.OpRestore {
		return !r.Deleted // somebody was faster, and may have edited it
	}
	if r.Deleted || in.Object.LeavesOut(in.Side, r.Values) {
		return true
	}
	for name := range f {
		if was, sent, is, known := f.values(name, in, r); known && is != was && is != sent {
			return true
		}
	}
	// The update was sent before and may have arrived. Planned again, the conflict log says that a
	// blank may have been an edit.
	return in.Unanswered() && f.blank(in, r)
}
