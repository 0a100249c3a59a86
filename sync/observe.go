package sync

import (
	"context"
	"slices"
	"strings"
	stdsync "sync"

	"sidelight/models"
)

// load is the first load: read both sides whole, then match and write until nothing is owed, then go on as ACTIVE. Each page and its
// cursor are stored together, so that a load that was killed goes on after its last page.
func (e *Engine) load(ctx context.Context) error {
	run, err := e.openRun(ctx, models.TriggerInitial)
	if err != nil {
		return err
	}
	if err := e.readAll(ctx, run); err != nil {
		return err
	}
	if err := e.phase(ctx, run, "WRITING", nil); err != nil {
		return err
	}
	if err := e.planAll(ctx, models.TriggerInitial); err != nil {
		return err
	}
	if err := e.pollUnknown(ctx); err != nil {
		return err
	}
	settled, err := e.settled(ctx, run)
	if err != nil || !settled {
		return err
	}
	now := e.Now().UTC()
	_, err = e.Store.UpdateIntegration(ctx, func(in *models.Integration) error {
		if in.Status == models.StatusLoading {
			in.Status, in.LoadedAt, in.LastSyncedAt = models.StatusActive, &now, &now
		}
		return nil
	})
	if err != nil {
		return err
	}
	e.log.Info("the first load is done")
	return e.closeRun(ctx, run, models.RunDone)
}

// pollUnknown asks both sides for changes while creates of the load are unanswered: what they made is found among what is new.
func (e *Engine) pollUnknown(ctx context.Context) error {
	n, err := e.Store.UnknownCreates(ctx)
	if err != nil || n == 0 {
		return err
	}
	return e.poll(ctx)
}

// settled tells whether nothing is owed to either side, and moves the progress.
func (e *Engine) settled(ctx context.Context, run *models.SyncRun) (bool, error) {
	pending, err := e.Store.Pending(ctx)
	if err != nil {
		return false, err
	}
	return pending == 0, e.progressOwed(ctx, run, pending)
}

// readAll reads every object of both sides, the sides beside each other.
func (e *Engine) readAll(ctx context.Context, run *models.SyncRun) error {
	progress, err := e.readingProgress(ctx, run)
	if err != nil {
		return err
	}
	var wg stdsync.WaitGroup
	errs := make([]error, len(models.Sides))
	for i, side := range models.Sides {
		wg.Go(func() {
			for _, object := range models.SyncObjects {
				if errs[i] = at(side, e.readSide(ctx, side, object, progress)); errs[i] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// readSide reads one object of one side from the stored page on. The marks from which polling will go on are fixed before the first
// page, so that what changes during the load is seen by the first poll.
func (e *Engine) readSide(ctx context.Context, side models.Side, object models.SyncObject, progress func(context.Context, int) error) error {
	token, err := e.Store.Cursor(ctx, side, object, models.CursorLoad)
	if err != nil || token == models.LoadDone {
		return err
	}
	r, err := e.reader(ctx, side, object)
	if err != nil {
		return err
	}
	if token == "" {
		mark, err := r.changes(ctx, "")
		if err != nil {
			return err
		}
		if err := e.Store.SetCursor(ctx, models.Cursor{Side: side, Object: object, Kind: models.CursorPoll, Value: mark.Cursor}); err != nil {
			return err
		}
	}
	again := false
	for {
		if in, err := e.Store.Integration(ctx); err != nil || !in.Status.Reading() {
			return err
		}
		page, err := r.list(ctx, r.fields, token)
		if models.CodeOf(err) == models.CodeCursorExpired && token != "" && !again {
			// What was read stays read; the rest of that list is gone, so the object is read anew, once.
			e.log.Warn("the rest of a list is gone; it is read again from the start", "side", side, "object", object)
			token, again = "", true
			if err := e.reload(ctx, side, object); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		token = page.Next
		if token == "" {
			token = models.LoadDone
		}
		cursor := models.Cursor{Side: side, Object: object, Kind: models.CursorLoad, Value: token}
		if err := r.keep(ctx, page.Records, &cursor); err != nil {
			return err
		}
		if err := progress(ctx, len(page.Records)); err != nil {
			return err
		}
		if token == models.LoadDone {
			return nil
		}
	}
}

// poll asks both sides what changed, at most once per interval.
func (e *Engine) poll(ctx context.Context) error {
	e.mu.Lock()
	force := e.pollNow
	e.pollNow = false
	e.mu.Unlock()
	var first error
	for _, object := range models.SyncObjects {
		for _, side := range models.Sides {
			key := pollKey{side, object}
			if now := e.Now(); e.held(side) || (!force && now.Sub(e.lastPoll[key]) < e.Poll && !now.Before(e.lastPoll[key])) {
				continue
			}
			if err := e.heed(ctx, side, at(side, e.pollSide(ctx, side, object))); err != nil {
				if first == nil {
					first = err
				}
				continue
			}
			e.lastPoll[key] = e.Now()
		}
	}
	return first
}

// PollNow makes the next pass ask both sides whatever the interval says, and wakes the engine.
func (e *Engine) PollNow() {
	e.mu.Lock()
	e.pollNow = true
	e.mu.Unlock()
	e.Wake()
}

func (e *Engine) pollSide(ctx context.Context, side models.Side, object models.SyncObject) error {
	r, err := e.reader(ctx, side, object)
	if err != nil {
		return err
	}
	another := false // this one begins with what an earlier poll has left, and asks for what changed since after that
	// A mapping that was changed asks for fields which the mirrors do not hold: its load cursor was forgotten with it.
	if err := e.readSide(ctx, side, object, func(context.Context, int) error { return nil }); err != nil {
		return err
	}
	for round := 0; ; round++ {
		cursor, err := e.Store.Cursor(ctx, side, object, models.CursorPoll)
		if err != nil {
			return err
		}
		cursor, rest := strings.CutPrefix(cursor, models.PollRest)
		if round == 0 {
			another = rest
		}
		page, err := r.changes(ctx, cursor)
		if models.CodeOf(err) == models.CodeCursorExpired {
			page, err = models.ChangePage{Gap: true}, nil
		}
		if err != nil {
			return err
		}
		if page.Gap {
			e.log.Warn("changes may have been missed; everything is compared", "side", side, "object", object)
			if err := e.reload(ctx, side, object); err != nil {
				return err
			}
			if page.Cursor == "" {
				return e.readSide(ctx, side, object, func(context.Context, int) error { return nil })
			}
		}
		next := models.Cursor{Side: side, Object: object, Kind: models.CursorPoll, Value: page.Cursor}
		if page.More || another {
			next.Value = models.PollRest + page.Cursor
		}
		if err := r.keep(ctx, page.Records, &next); err != nil {
			return err
		}
		switch {
		case page.More:
		case another:
			another = false
		default:
			return nil
		}
	}
}

// touches tells whether a hint may be about something that the mirrors hold. A deletion always is.
func touches(h models.Hint, held []string) bool {
	if h.Fields == nil || h.Deleted {
		return true
	}
	return slices.ContainsFunc(h.Fields, func(name string) bool { return slices.Contains(held, name) })
}

// reload forgets how far the object was read, so that it is read whole again.
func (e *Engine) reload(ctx context.Context, side models.Side, object models.SyncObject) error {
	return e.Store.SetCursor(ctx, models.Cursor{Side: side, Object: object, Kind: models.CursorLoad, Value: ""})
}

// Hint re-reads records that may have changed (a webhook, a change event) and wakes the planner. While the sync may not write, hints are
// dropped: the poll finds the changes again on resuming.
func (e *Engine) Hint(ctx context.Context, side models.Side, object models.SyncObject, hints []models.Hint) error {
	return e.observeHints(ctx, side, object, hints, nil)
}

func (e *Engine) observeHints(ctx context.Context, side models.Side, object models.SyncObject, hints []models.Hint, cursor *models.Cursor) error {
	in, err := e.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive {
		return err
	}
	r, err := e.reader(ctx, side, object)
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(hints))
	seen := map[string]bool{}
	for _, h := range hints {
		if !seen[h.ID] && touches(h, r.fields) {
			seen[h.ID] = true
			ids = append(ids, h.ID)
		}
	}
	var records []models.Record
	if len(ids) > 0 {
		if records, err = r.read(ctx, ids); err != nil {
			return at(side, err)
		}
	}
	// A hint's own word that a record was deleted is positive evidence where reading it says nothing.
	for _, record := range records {
		delete(seen, record.ID)
	}
	for _, h := range hints {
		if h.Deleted && seen[h.ID] {
			records = append(records, models.Record{Side: side, Object: object, ID: h.ID, ModifiedAt: h.At, Deleted: true})
		}
	}
	if err := r.keep(ctx, records, cursor); err != nil {
		return err
	}
	signal(e.leader)
	return nil
}
