package zohodesk

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"sidelight/models"
)

const (
	// indexLag is how far behind the records the search's index may be. What changed within it is
	// looked for in the list of the last changed.
	indexLag = 5 * time.Minute
	// maxNewestPages bounds a look at them.
	maxNewestPages = 20
	// settles is how late a change may turn up behind others of a later time.
	settles = 10 * time.Second
)

// recent are the records that changed so lately that the search's index may not have them as they
// are. A look asks only for what changed since the one before.
type recent struct {
	turn    chan struct{} // held by the one who looks; it guards what is not atomic
	started atomic.Int64  // looks
	whole   bool          // the last look came to its end
	upTo    time.Time     // when the last whole look began, by Desk's clock
	known   map[string]newRow
}

// newRow is what a row of the list says of a record; shown is false where the list does not give
// the fields.
type newRow struct {
	changed time.Time
	match   string // MatchKey of the match field
	mark    string
	shown   bool
}

func newRecent() *recent { return &recent{turn: make(chan struct{}, 1), known: map[string]newRow{}} }

// newest are the ids of those records for which holds is true. Callers who wait at the same time
// share a look.
func (c *Client) newest(
	ctx context.Context, object models.SyncObject, d *description, holds func(newRow) bool,
) ([]string, error) {
	r := c.recent[object]
	arrived := r.started.Load()
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err(), "the call was given up before it was sent")
	}
	if r.started.Load() == arrived || !r.whole { // nobody has looked since
		if err := c.look(ctx, object, d, r); err != nil {
			return nil, err
		}
	}
	var out []string
	for id, row := range r.known {
		if !row.shown || holds(row) {
			out = append(out, id)
		}
	}
	return out, nil
}

// look brings r up to now; r.turn is held.
func (c *Client) look(ctx context.Context, object models.SyncObject, d *description, r *recent) error {
	r.started.Add(1)
	r.whole = false
	began := c.clock.At(c.now())
	since := began.Add(-indexLag)
	for id, row := range r.known {
		if row.changed.Before(since) {
			delete(r.known, id)
		}
	}
	if after := r.upTo.Add(-settles); after.After(since) {
		since = after
	}
	match := object.MatchField(models.Desk)
	names := []string{match}
	if d.hasMark(c.cfg.MarkField) {
		names = append(names, c.cfg.MarkField)
	}
	list := c.listing(object, "modifiedTime", true, names)
	var w window
	for range maxNewestPages {
		rows, after, err := list.next(ctx, w)
		if err != nil {
			return err
		}
		for _, one := range rows {
			values, shown := one.values(d, names)
			r.known[one.id()] = newRow{
				changed: one.time("modifiedTime"), match: models.MatchKey(values[match]), mark: values[c.cfg.MarkField].String(),
				shown: shown,
			}
		}
		if len(rows) == 0 || slices.ContainsFunc(rows, func(one row) bool { return one.time("modifiedTime").Before(since) }) {
			break
		}
		w = after
	}
	r.upTo, r.whole = began, true
	return nil
}
