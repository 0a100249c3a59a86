package sync

import (
	"context"

	"sidelight/models"
)

// fresh reads the records that are about to be updated. An edit that no event or poll has told of yet would be overwritten without a word: a
// record whose fields hold something else than what the plan replaces is observed, and planned again. Neither vendor can make a batch of writes
// depend on what it replaces, so this leaves the moment of one call.
func (w *writer) fresh(ctx context.Context, k kind, intents []models.Intent) (ready []models.Intent, overtaken []models.IntentResult, err error) {
	if k.op == models.OpCreate {
		return intents, nil, nil
	}
	fields, err := w.written(ctx, k.object)
	if err != nil {
		return nil, nil, err
	}
	on, err := w.engine.reader(ctx, w.side, k.object)
	if err != nil {
		return nil, nil, err
	}
	ids := make([]string, len(intents))
	for i, in := range intents {
		ids[i] = in.RecordID
	}
	records, err := on.read(ctx, ids)
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
			ready = append(ready, in) // what became of a record that is not there, the write itself tells
			continue
		}
		if err := on.keep(ctx, []models.Record{r}, nil); err != nil {
			return nil, nil, err
		}
		overtaken = append(overtaken, models.IntentResult{Intent: in, State: models.IntentCancelled})
	}
	return ready, overtaken, nil
}

// moved tells whether the record no longer is what the intent was planned for.
func (f written) moved(in models.Intent, r models.Record) bool {
	if in.Op == models.OpRestore {
		return !r.Deleted // somebody was faster, and may have edited it
	}
	if r.Deleted {
		return true
	}
	for name := range f {
		if was, sent, is, known := f.values(name, in, r); known && is != was && is != sent {
			return true
		}
	}
	// Sent before, and nobody knows whether it arrived: planned again, the conflict log says that a blank there may have been an edit.
	return in.Unanswered() && f.blank(in, r)
}
