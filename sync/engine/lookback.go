package engine

import (
	"context"

	"sidelight/models"
)

// lookBackAt is how many of the records that changed last are read again: one call.
const lookBackAt = 20

func wentBackReason(side models.Side, code models.Code) string {
	if code == models.CodeGoneWithoutTrace {
		return side.Name() + " says nothing any more of most records that changed last: they were merged or purged, or it went back in time, as after a restored backup."
	}
	return side.Name() + " holds older records than it did, as after a restored backup: most of what changed last is as it was before, or gone without a trace."
}

// wentBack reads the records again that changed last, and tells whether the side went back in time
// (see models.Rewound).
func (e *Engine) wentBack(ctx context.Context, in models.Integration, side models.Side) (models.Code, error) {
	for _, object := range []models.SyncObject{models.ContactObject, models.AccountObject} {
		links, err := e.Store.LatestMoved(ctx, object, lookBackAt)
		if err != nil {
			return "", err
		}
		var rows []models.MirrorRow
		var ids []string
		for i := range links {
			if row := links[i].Row(side); row != nil && row.DeletedAt == nil {
				rows, ids = append(rows, *row), append(ids, row.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		r, err := e.mirror.Reader(ctx, side, object)
		if err != nil {
			return "", err
		}
		records, err := r.Read(ctx, ids)
		if err != nil {
			return "", err
		}
		return models.Rewound(rows, records, in.GoneAcceptedAt), nil
	}
	return "", nil
}

// wentBackIn halts the sync when a compare has found more records of a side older than they were,
// or gone without a trace, than may be deleted at once.
func (e *Engine) wentBackIn(ctx context.Context, side models.Side, older, gone int) (halted bool, err error) {
	if older+gone <= e.Brake.Count {
		return false, nil
	}
	counts, err := e.Store.Counts(ctx)
	if err != nil || older+gone <= e.Brake.of(counts.LinkedContacts+counts.LinkedAccounts) {
		return false, err
	}
	code := models.CodeWentBack
	if older == 0 {
		code = models.CodeGoneWithoutTrace
	}
	return true, e.replaced(ctx, code, wentBackReason(side, code))
}
