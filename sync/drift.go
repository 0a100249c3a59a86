package sync

import (
	"context"
	"slices"
	"time"

	"sidelight/models"
	"sidelight/sync/mapping"
)

const (
	// driftSamples is how many records a report names for each reason.
	driftSamples = 5
	// driftShare is the part of the sync's calls of a day up to which a compare goes on; beyond it the rest waits for the next one.
	driftShare = 0.75
	// driftLease keeps two replicas from comparing at once.
	driftLease = "drift"
)

// CheckDrift begins a compare of everything, unless one is going on. The answer is RUNNING at once; the report is stored when it is done.
func (e *Engine) CheckDrift(ctx context.Context) (models.DriftReport, error) {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return models.DriftReport{}, err
	}
	if in.Status != models.StatusActive {
		return models.DriftReport{}, models.Errorf(models.CodeConflict, "everything can be compared once the first sync is done, and while it is not paused")
	}
	_, free, err := e.Store.AcquireLease(ctx, driftLease, e.Owner, e.leaderTTL())
	if err != nil {
		return models.DriftReport{}, err
	}
	if last, err := e.Store.DriftReport(ctx); err != nil {
		return models.DriftReport{}, err
	} else if last != nil && last.Status == models.RunRunning {
		if !free || e.comparing.Load() {
			return *last, nil
		}
		last.Status = models.RunStopped // its process died
		if err := e.Store.SaveDriftReport(ctx, *last); err != nil {
			return *last, err
		}
	}
	r := models.DriftReport{ID: newID(), Status: models.RunRunning, StartedAt: e.Now().UTC(), Objects: []models.DriftObject{}}
	if err := e.Store.SaveDriftReport(ctx, r); err != nil {
		return r, err
	}
	return r, e.background(func(ctx context.Context) { e.compare(ctx, r) })
}

// DriftReport is the latest report; nil when nothing was compared yet.
func (e *Engine) DriftReport(ctx context.Context) (*models.DriftReport, error) {
	return e.Store.DriftReport(ctx)
}

// compareDaily begins a compare when the last one is old enough.
func (e *Engine) compareDaily(ctx context.Context) error {
	in, err := e.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive || in.LoadedAt == nil {
		return err
	}
	last, err := e.Store.DriftReport(ctx)
	if err != nil {
		return err
	}
	since := *in.LoadedAt
	if last != nil && last.StartedAt.After(since) {
		since = last.StartedAt
	}
	if e.Now().Sub(since) < e.Drift {
		return nil
	}
	_, err = e.CheckDrift(ctx)
	return err
}

// compare makes one report, on one replica at a time.
func (e *Engine) compare(ctx context.Context, r models.DriftReport) {
	e.comparing.Store(true)
	defer e.comparing.Store(false)
	err := e.whileHolding(ctx, driftLease, func(ctx context.Context) error { return e.CompareAll(ctx, &r) })
	now := e.Now().UTC()
	r.Status, r.FinishedAt = models.RunDone, &now
	if err != nil {
		e.log.Warn("a compare did not finish", "code", models.CodeOf(err), "error", err)
		r.Status = models.RunStopped
	}
	if err := e.Store.SaveDriftReport(context.WithoutCancel(ctx), r); err != nil {
		e.log.Warn("the report of a compare could not be kept", "error", err)
	}
	signal(e.leader)
}

// whileHolding runs work under a named lease, if nobody else holds it.
func (e *Engine) whileHolding(ctx context.Context, name string, work func(context.Context) error) error {
	_, held, err := e.Store.AcquireLease(ctx, name, e.Owner, e.leaderTTL())
	if err != nil {
		return err
	}
	if !held {
		return models.Errorf(models.CodeConflict, "another replica is at it")
	}
	defer func() { _ = e.Store.ReleaseLease(context.WithoutCancel(ctx), name, e.Owner) }()
	return e.whileLeased(ctx, name, work)
}

// CompareAll reads both sides whole, page by page, and holds each page against the mirrors as one range: where the count and the combined hash of ids, times and mapped
// values agree, every record of it does. Only ranges that differ are looked at record by record. A difference is taken over as if it had been pushed. Then every pair
// is planned, without saving, and what is not equal is accounted for. A side whose calls are used up is gone on with the next time; the pairs are accounted for
// all the same, and QUOTA_EXHAUSTED is answered at the end.
func (e *Engine) CompareAll(ctx context.Context, r *models.DriftReport) error {
	var short error
	for _, object := range models.SyncObjects {
		d := driftObject{DriftObject: models.DriftObject{Object: object}, at: map[driftKey]int{}}
		for _, side := range models.Sides {
			err := at(side, e.compareSide(ctx, side, &d))
			if models.CodeOf(err) == models.CodeQuotaExhausted {
				short = err
			} else if err != nil {
				return err
			}
		}
		if err := e.comparePairs(ctx, &d); err != nil {
			return err
		}
		r.Objects = append(r.Objects, d.DriftObject)
	}
	return short
}

// compareSide compares what a side lists now with its mirror, from where the last compare had to stop. Only a list that was read in one go tells what it lacks.
func (e *Engine) compareSide(ctx context.Context, side models.Side, d *driftObject) error {
	r, err := e.reader(ctx, side, d.Object)
	if err != nil {
		return err
	}
	token, err := e.Store.Cursor(ctx, side, d.Object, models.CursorDrift)
	if err != nil {
		return err
	}
	listed, err := r.listed(ctx)
	if err != nil {
		return err
	}
	whole := token == ""
	var seen fingerprints
	for {
		if in, err := e.Store.Integration(ctx); err != nil || in.Status != models.StatusActive {
			return stopped(err)
		}
		if b := r.remote.Budget(); b.Used != nil && b.Limit != nil && b.KeptForAgents != nil && float64(*b.Used) > driftShare*float64(*b.Limit-*b.KeptForAgents) {
			return models.Errorf(models.CodeQuotaExhausted, "most of the sync's calls of the day are used: the rest is compared another time")
		}
		page, err := r.list(ctx, listed, token)
		if models.CodeOf(err) == models.CodeCursorExpired && token != "" {
			token, whole, seen = "", true, fingerprints{}
			continue
		}
		if err != nil {
			return err
		}
		if err := e.compareRange(ctx, d, r, page.Records, &seen); err != nil {
			return err
		}
		token = page.Next
		if err := e.Store.SetCursor(ctx, models.Cursor{Side: side, Object: d.Object, Kind: models.CursorDrift, Value: token}); err != nil {
			return err
		}
		if token == "" {
			break
		}
	}
	if !whole {
		return nil
	}
	return e.compareGone(ctx, d, r, &seen)
}

func stopped(err error) error {
	if err != nil {
		return err
	}
	return models.Errorf(models.CodeConflict, "the sync is no longer active")
}

// listed are the fields that the side's lists give.
func (r reader) listed(ctx context.Context) ([]string, error) {
	if sparse, is := r.remote.(Sparse); is {
		return sparse.Listed(ctx, r.object, r.fields)
	}
	return r.fields, nil
}

// compareRange holds one page against the mirror. A record that was changed at another time than is known here is read whole.
func (e *Engine) compareRange(ctx context.Context, d *driftObject, on reader, records []models.Record, seen *fingerprints) error {
	ids := make([]string, len(records))
	var theirs, ours span
	for i, r := range records {
		ids[i] = r.ID
		seen.add(r.ID)
		theirs.add(r.ID, r.ModifiedAt, r.Values)
	}
	d.records(on.side, len(records))
	rows, err := e.Store.Mirror(ctx, on.side, d.Object, ids)
	if err != nil {
		return err
	}
	for _, r := range records {
		if row := rows[r.ID]; row != nil && row.DeletedAt == nil {
			ours.add(r.ID, row.ModifiedAt, only(row.Data, r.Values))
		}
	}
	if ours == theirs {
		return nil
	}
	var moved []string
	var missed []models.Record
	for _, r := range records {
		row := rows[r.ID]
		switch {
		case row != nil && row.ModifiedAt.After(r.ModifiedAt): // it was seen newer than this list is
		case row == nil || row.DeletedAt != nil || r.ModifiedAt.Truncate(time.Microsecond).After(row.ModifiedAt):
			moved = append(moved, r.ID)
		case len(differing(row.Data, r.Values)) == 0:
		case row.ObservedAt.After(r.AskedAt): // it may have been read after this list
			moved = append(moved, r.ID)
		default:
			d.note(models.DriftMissed, on.side, sampleOf(on.side, r.ID, row, differing(row.Data, r.Values)))
			missed = append(missed, r)
		}
	}
	for chunk := range slices.Chunk(moved, planBatch) {
		whole, err := on.read(ctx, chunk)
		if err != nil {
			return err
		}
		for _, r := range whole {
			row := rows[r.ID]
			switch {
			case row == nil:
				d.note(models.DriftMissed, on.side, sampleOf(on.side, r.ID, nil, nil))
			case row.DeletedAt != nil || len(differing(row.Data, r.Values)) > 0:
				d.note(models.DriftMissed, on.side, sampleOf(on.side, r.ID, row, differing(row.Data, r.Values)))
			}
		}
		missed = append(missed, whole...)
	}
	return on.keep(ctx, missed, nil)
}

// compareGone asks about records that the mirror has and the list has not. Only the vendor's own word for a record makes it a deletion; where it says nothing, the
// report asks and nothing is done.
func (e *Engine) compareGone(ctx context.Context, d *driftObject, on reader, seen *fingerprints) error {
	seen.sort()
	for after := ""; ; {
		ids, err := e.Store.MirrorIDs(ctx, on.side, d.Object, after, 1000)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		unseen := slices.DeleteFunc(ids, seen.has)
		for chunk := range slices.Chunk(unseen, planBatch) {
			if err := e.askAfter(ctx, d, on, chunk); err != nil {
				return err
			}
		}
	}
}

func (e *Engine) askAfter(ctx context.Context, d *driftObject, on reader, ids []string) error {
	found, err := on.read(ctx, ids)
	if err != nil {
		return err
	}
	rows, err := e.Store.Mirror(ctx, on.side, d.Object, ids)
	if err != nil {
		return err
	}
	said := map[string]bool{}
	for _, r := range found {
		said[r.ID] = true
		row := rows[r.ID]
		if row != nil && (r.Deleted || len(differing(row.Data, r.Values)) > 0) {
			d.note(models.DriftMissed, on.side, sampleOf(on.side, r.ID, row, nil))
		}
	}
	for _, id := range ids {
		if !said[id] {
			d.note(models.DriftVanished, on.side, sampleOf(on.side, id, rows[id], nil))
		}
	}
	return on.keep(ctx, found, nil)
}

// comparePairs counts the pairs that are equal and accounts for the others. A pair that is planned differently from how it stands, although nothing waits for it, is
// marked for planning.
func (e *Engine) comparePairs(ctx context.Context, d *driftObject) error {
	in, err := e.Store.Integration(ctx)
	if err != nil {
		return err
	}
	p, err := e.planner(ctx, d.Object, in)
	if err != nil {
		return err
	}
	for after := ""; ; {
		batch, err := e.Store.Links(ctx, d.Object, after, planBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		after = batch[len(batch)-1].ID
		open, err := e.Store.OpenWork(ctx, idsOf(batch))
		if err != nil {
			return err
		}
		plans, err := e.plan(ctx, p, batch)
		if err != nil {
			return err
		}
		planned := make(map[string]models.LinkPlan, len(plans))
		for _, plan := range plans {
			planned[plan.Link.ID] = plan
		}
		var again []string
		for i := range batch {
			if p.account(&batch[i], planned[batch[i].ID], open[batch[i].ID], d) {
				again = append(again, batch[i].ID)
			}
		}
		if err := e.Store.MarkDirty(ctx, again, models.TriggerPoll); err != nil {
			return err
		}
	}
}

func idsOf(batch []models.LinkState) []string {
	out := make([]string, len(batch))
	for i := range batch {
		out[i] = batch[i].ID
	}
	return out
}

// account puts one link into the report, and tells whether it has to be planned again.
func (p *planner) account(s *models.LinkState, plan models.LinkPlan, open models.OpenWork, d *driftObject) (again bool) {
	sample := models.DriftSample{RecordName: nameOf(s), DeskID: s.DeskID, SalesforceID: s.SalesforceID}
	waits := s.Dirty || open.Owed
	unexpected := !waits && open.Failure == "" && (len(plan.Intents) > 0 || plan.Failure != nil || plan.Absorb != nil)
	if !s.Whole() {
		row := s.Row(sideOfHalf(s))
		switch {
		case row == nil || row.DeletedAt != nil:
		case waits:
			d.note(models.DriftWaiting, "", sample)
		case open.Failure != "":
			d.note(models.DriftFailed, "", sample)
		case unexpected:
			d.note(models.DriftUnexplained, "", sample)
		case mapping.Admit(p.filter, sideOfHalf(s), row.Data) != mapping.Inside:
			d.note(models.DriftOutside, "", sample)
		default:
			d.note(models.DriftNoCounterpart, "", sample)
		}
		return unexpected
	}
	d.Pairs++
	switch {
	case s.Desk == nil || s.Salesforce == nil:
		d.note(models.DriftWaiting, "", sample)
		return false
	case s.Desk.DeletedAt != nil || s.Salesforce.DeletedAt != nil:
		d.note(models.DriftDeleted, "", sample)
		return unexpected
	}
	if sample.Fields = p.unlike(s); len(sample.Fields) == 0 {
		d.Equal++
		return unexpected
	}
	_, outside := p.leaves(s)
	switch {
	case waits:
		d.note(models.DriftWaiting, "", sample)
	case open.Failure != "":
		d.note(models.DriftFailed, "", sample)
	case outside:
		d.note(models.DriftOutside, "", sample)
	case unexpected:
		d.note(models.DriftUnexplained, "", sample)
	default:
		d.note(models.DriftKeptApart, "", sample)
	}
	return unexpected
}

// unlike are the mapped fields whose values do not mean the same on both sides.
func (p *planner) unlike(s *models.LinkState) []string {
	var out []string
	in := p.input(s)
	for i := range in.Fields {
		if f := &in.Fields[i]; f.Rule != models.RuleOff && !f.Agree() {
			out = append(out, f.Name)
		}
	}
	return out
}

// driftTick is how often it is asked whether a compare is due.
const driftTick = 5 * time.Minute

// watchDrift begins compares as they fall due.
func (e *Engine) watchDrift(ctx context.Context) {
	if e.Drift < 0 {
		return
	}
	for ctx.Err() == nil {
		if err := e.compareDaily(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("a compare could not be begun", "code", models.CodeOf(err), "error", err)
		}
		e.wait(ctx, nil, min(driftTick, max(e.Drift/4, time.Second)))
	}
}
