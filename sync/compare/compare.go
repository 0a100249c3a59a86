// Package compare compares everything that both vendors list with the mirrors, and accounts for
// every pair that is not equal.
package compare

import (
	"context"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"sidelight/internal/id"
	"sidelight/models"
	"sidelight/sync/gather"
	"sidelight/sync/lease"
	"sidelight/sync/mirror"
	"sidelight/sync/vendor"
)

const (
	// share is the part of the sync's daily calls up to which a compare goes on. The rest waits for
	// the next compare.
	share = 0.75
	// leaseName keeps two replicas from comparing at once.
	leaseName = "drift"
	// readSize is how many records are read by their ids at a time.
	readSize = 200
)

// Store is what comparing needs to be kept.
type Store interface {
	Integration(ctx context.Context) (models.Integration, error)
	// Cursor is "" when there is none.
	Cursor(ctx context.Context, side models.Side, object models.SyncObject, kind string) (string, error)
	SetCursor(ctx context.Context, c models.Cursor) error
	SaveDriftReport(ctx context.Context, r models.DriftReport) error
	// DriftReport is the latest; nil when there is none.
	DriftReport(ctx context.Context) (*models.DriftReport, error)
	// Mirror reads mirror rows by id; MirrorIDs walks the ids of the live ones in their order.
	Mirror(ctx context.Context, side models.Side, object models.SyncObject, ids []string) (map[string]*models.MirrorRow, error)
	MirrorIDs(ctx context.Context, side models.Side, object models.SyncObject, after string, limit int) ([]string, error)
	// Links reads links, dirty or not, oldest id first, after the given id.
	Links(ctx context.Context, object models.SyncObject, after string, limit int) ([]models.LinkState, error)
	// OpenWork answers, for the links that have any, whether a write is owed and the code of their
	// open failure.
	OpenWork(ctx context.Context, linkIDs []string) (map[string]models.OpenWork, error)
	// MarkDirty marks links for planning again, because of the trigger.
	MarkDirty(ctx context.Context, linkIDs []string, cause models.RunTrigger) error
	AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, held bool, err error)
}

// Config wires a Comparer.
type Config struct {
	Store  Store
	Mirror *mirror.Mirror
	Gather *gather.Gatherer
	Leases lease.Holder
	Log    *slog.Logger
	Now    func() time.Time
	// Every is how often everything is compared.
	Every time.Duration
	// Background runs a compare beside the engine's loops.
	Background func(job func(context.Context)) error
	// Back is told how many records of a side were found older than they were, and gone without a
	// trace. It answers whether that halted the sync.
	Back func(ctx context.Context, side models.Side, older, gone int) (halted bool, err error)
	// Wake has what was found planned.
	Wake func()
}

// Comparer compares everything.
type Comparer struct {
	Config
	comparing atomic.Bool
}

// New makes a comparer.
func New(c Config) *Comparer { return &Comparer{Config: c} }

// Begin begins a compare of everything, unless one is going on. It answers a RUNNING report at
// once; the finished report is stored.
func (c *Comparer) Begin(ctx context.Context) (models.DriftReport, error) {
	in, err := c.Store.Integration(ctx)
	if err != nil {
		return models.DriftReport{}, err
	}
	if in.Status != models.StatusActive {
		return models.DriftReport{}, models.Errorf(models.CodeConflict, "everything can be compared once the first sync is done, and while it is not paused")
	}
	_, free, err := c.Store.AcquireLease(ctx, leaseName, c.Leases.Owner, c.Leases.TTL)
	if err != nil {
		return models.DriftReport{}, err
	}
	if last, err := c.Store.DriftReport(ctx); err != nil {
		return models.DriftReport{}, err
	} else if last != nil && last.Status == models.RunRunning {
		if !free || c.comparing.Load() {
			return *last, nil
		}
		last.Status = models.RunStopped // its process died
		if err := c.Store.SaveDriftReport(ctx, *last); err != nil {
			return *last, err
		}
	}
	r := models.DriftReport{ID: id.New(), Status: models.RunRunning, StartedAt: c.Now().UTC(), Objects: []models.DriftObject{}}
	if err := c.Store.SaveDriftReport(ctx, r); err != nil {
		return r, err
	}
	return r, c.Background(func(ctx context.Context) { c.compare(ctx, r) })
}

// Daily begins a compare when the last one is old enough.
func (c *Comparer) Daily(ctx context.Context) error {
	in, err := c.Store.Integration(ctx)
	if err != nil || in.Status != models.StatusActive || in.LoadedAt == nil {
		return err
	}
	last, err := c.Store.DriftReport(ctx)
	if err != nil {
		return err
	}
	since := *in.LoadedAt
	if last != nil && last.StartedAt.After(since) {
		since = last.StartedAt
	}
	if c.Now().Sub(since) < c.Every {
		return nil
	}
	_, err = c.Begin(ctx)
	return err
}

// compare makes one report, on one replica at a time.
func (c *Comparer) compare(ctx context.Context, r models.DriftReport) {
	c.comparing.Store(true)
	defer c.comparing.Store(false)
	held, err := c.Leases.Run(ctx, leaseName, func(ctx context.Context, _ int64) error { return c.All(ctx, &r) })
	if err == nil && !held {
		err = models.Errorf(models.CodeConflict, "another replica is at it")
	}
	now := c.Now().UTC()
	r.Status, r.FinishedAt = models.RunDone, &now
	if err != nil {
		c.Log.Warn("a compare did not finish", "code", models.CodeOf(err), "error", err)
		r.Status = models.RunStopped
	}
	if err := c.Store.SaveDriftReport(context.WithoutCancel(ctx), r); err != nil {
		c.Log.Warn("the report of a compare could not be kept", "error", err)
	}
	c.Wake()
}

// All reads both sides whole, page by page, and compares each page with the mirrors as one range.
// Where the count and the combined hash of ids, times and mapped values are equal, so is every
// record. Only ranges that differ are compared record by record. A difference is observed. Then
// every pair is planned without saving, and what is not equal is accounted for. A side whose calls
// are used up is continued by the next compare; the pairs are accounted for all the same, and
// QUOTA_EXHAUSTED is answered at the end.
func (c *Comparer) All(ctx context.Context, r *models.DriftReport) error {
	in, err := c.Store.Integration(ctx)
	if err != nil {
		return err
	}
	var short error
	for _, object := range models.SyncObjects {
		d := newReport(object, in.GoneAcceptedAt)
		for _, side := range models.Sides {
			err := vendor.WithSide(side, c.compareSide(ctx, side, &d))
			if models.CodeOf(err) == models.CodeQuotaExhausted {
				short = err
			} else if err != nil {
				return err
			}
		}
		if err := c.comparePairs(ctx, &d); err != nil {
			return err
		}
		r.Objects = append(r.Objects, d.DriftObject)
	}
	return short
}

// compareSide compares what a side lists now with its mirror, from where the last compare stopped.
// Only a list that was read without a stop shows which records are missing.
func (c *Comparer) compareSide(ctx context.Context, side models.Side, d *report) error {
	r, err := c.Mirror.Reader(ctx, side, d.Object)
	if err != nil {
		return err
	}
	token, err := c.Store.Cursor(ctx, side, d.Object, models.CursorDrift)
	if err != nil {
		return err
	}
	listed, err := listed(ctx, r)
	if err != nil {
		return err
	}
	whole := token == ""
	var seen fingerprints
	for {
		if in, err := c.Store.Integration(ctx); err != nil || in.Status != models.StatusActive {
			return stopped(err)
		}
		if b := r.Remote.Budget(); b.Used != nil && b.Limit != nil && b.KeptForAgents != nil && float64(*b.Used) > share*float64(*b.Limit-*b.KeptForAgents) {
			return models.Errorf(models.CodeQuotaExhausted, "most of the sync's calls of the day are used: the rest is compared another time")
		}
		page, err := r.List(ctx, listed, token)
		if models.CodeOf(err) == models.CodeCursorExpired && token != "" {
			token, whole, seen = "", true, fingerprints{}
			continue
		}
		if err != nil {
			return err
		}
		if err := c.compareRange(ctx, d, r, page.Records, &seen); err != nil {
			return err
		}
		token = page.Next
		if err := c.Store.SetCursor(ctx, models.Cursor{Side: side, Object: d.Object, Kind: models.CursorDrift, Value: token}); err != nil {
			return err
		}
		if token == "" {
			break
		}
	}
	if !whole {
		return nil
	}
	return c.compareGone(ctx, d, r, &seen)
}

func stopped(err error) error {
	if err != nil {
		return err
	}
	return models.Errorf(models.CodeConflict, "the sync is no longer active")
}

// listed are the fields that the side's lists give.
func listed(ctx context.Context, r mirror.Reader) ([]string, error) {
	if sparse, is := r.Remote.(vendor.Sparse); is {
		return sparse.Listed(ctx, r.Object, r.Fields)
	}
	return r.Fields, nil
}

// compareRange compares one page with the mirror. A record whose time differs is read whole.
func (c *Comparer) compareRange(
	ctx context.Context, d *report, on mirror.Reader, records []models.Record, seen *fingerprints,
) error {
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
		seen.add(r.ID)
	}
	d.records(on.Side, len(records))
	rows, err := c.Store.Mirror(ctx, on.Side, d.Object, ids)
	if err != nil {
		return err
	}
	if sameSpan(records, rows) {
		return nil
	}
	var again []string
	var missed []models.Record
	for _, r := range records {
		switch row := rows[r.ID]; judge(r, row) {
		case unsure:
			again = append(again, r.ID)
		case unequal:
			d.note(models.DriftMissed, on.Side, sampleOf(on.Side, r.ID, row, differing(row.Data, r.Values)))
			missed = append(missed, r)
		}
	}
	whole, err := readAgain(ctx, d, on, again, rows)
	if err != nil {
		return err
	}
	if halted, err := c.Back(ctx, on.Side, d.back[on.Side], d.gone[on.Side]); err != nil || halted {
		return stopped(err)
	}
	return on.Observe(ctx, append(missed, whole...), nil)
}

// sameSpan tells whether a page and its rows are equal, without looking at each.
func sameSpan(records []models.Record, rows map[string]*models.MirrorRow) bool {
	var theirs, ours span
	for _, r := range records {
		theirs.add(r.ID, r.ModifiedAt, r.Values)
		if row := rows[r.ID]; row != nil && row.DeletedAt == nil {
			ours.add(r.ID, row.ModifiedAt, only(row.Data, r.Values))
		}
	}
	return ours == theirs
}

// verdict is what a list says of a record that is held.
type verdict int

const (
	equal   verdict = iota
	unequal         // the record changed unnoticed
	unsure          // the list does not tell: the record is read whole
)

// judge compares a record as it was listed with its row. A list may be older than the row, and the
// row than the record: in fields that no list gives, too.
func judge(r models.Record, row *models.MirrorRow) verdict {
	if row == nil || row.DeletedAt != nil {
		return unsure
	}
	newer := r.ModifiedAt.Truncate(time.Microsecond).After(row.ModifiedAt)
	switch {
	case !newer && !row.ShownOlder(r) && len(differing(row.Data, r.Values)) == 0:
		return equal
	case newer, row.ModifiedAt.After(r.ModifiedAt), row.ObservedAt.After(r.AskedAt):
		return unsure
	}
	return unequal
}

// readAgain reads records whole, and notes those that differ from their rows.
func readAgain(
	ctx context.Context, d *report, on mirror.Reader, ids []string, rows map[string]*models.MirrorRow,
) ([]models.Record, error) {
	var out []models.Record
	for chunk := range slices.Chunk(ids, readSize) {
		whole, err := on.Read(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for i, r := range whole {
			row := rows[r.ID]
			if d.older(on.Side, row, r) {
				// What the vendor holds now counts, whatever its stamp says.
				whole[i].ModifiedAt = row.ModifiedAt
			}
			switch {
			case row == nil:
				d.note(models.DriftMissed, on.Side, sampleOf(on.Side, r.ID, nil, nil))
			case row.DeletedAt != nil || len(differing(row.Data, r.Values)) > 0:
				d.note(models.DriftMissed, on.Side, sampleOf(on.Side, r.ID, row, differing(row.Data, r.Values)))
			}
		}
		out = append(out, whole...)
	}
	return out, nil
}

// compareGone reads records that the mirror has and the list has not. Only the vendor's word for a
// record is a deletion. Where it says nothing, the report names the record and nothing is done.
func (c *Comparer) compareGone(ctx context.Context, d *report, on mirror.Reader, seen *fingerprints) error {
	seen.sort()
	for after := ""; ; {
		ids, err := c.Store.MirrorIDs(ctx, on.Side, d.Object, after, 1000)
		if err != nil {
			return err
		}
		if halted, err := c.Back(ctx, on.Side, d.back[on.Side], d.gone[on.Side]); err != nil || halted {
			return stopped(err)
		}
		if len(ids) == 0 {
			return nil
		}
		after = ids[len(ids)-1]
		unseen := slices.DeleteFunc(ids, seen.has)
		for chunk := range slices.Chunk(unseen, readSize) {
			if err := c.askAfter(ctx, d, on, chunk); err != nil {
				return err
			}
		}
	}
}

func (c *Comparer) askAfter(ctx context.Context, d *report, on mirror.Reader, ids []string) error {
	found, err := on.Read(ctx, ids)
	if err != nil {
		return err
	}
	rows, err := c.Store.Mirror(ctx, on.Side, d.Object, ids)
	if err != nil {
		return err
	}
	said := map[string]bool{}
	for i, r := range found {
		said[r.ID] = true
		row := rows[r.ID]
		if d.older(on.Side, row, r) {
			found[i].ModifiedAt = row.ModifiedAt
		}
		if row != nil && (r.Deleted || len(differing(row.Data, r.Values)) > 0) {
			d.note(models.DriftMissed, on.Side, sampleOf(on.Side, r.ID, row, nil))
		}
	}
	for _, id := range ids {
		if !said[id] {
			d.note(models.DriftVanished, on.Side, sampleOf(on.Side, id, rows[id], nil))
			d.vanish(on.Side, id, rows[id])
		}
	}
	return on.Observe(ctx, found, nil)
}

// comparePairs counts the pairs that are equal and accounts for the others. A pair that planning
// would change although nothing is owed is marked for planning.
func (c *Comparer) comparePairs(ctx context.Context, d *report) error {
	in, err := c.Store.Integration(ctx)
	if err != nil {
		return err
	}
	p, err := c.Gather.Planner(ctx, d.Object, in)
	if err != nil {
		return err
	}
	links := func(after string) ([]models.LinkState, error) {
		return c.Store.Links(ctx, d.Object, after, gather.PageSize)
	}
	return gather.EachPage(links, func(page []models.LinkState) error {
		open, err := c.Store.OpenWork(ctx, idsOf(page))
		if err != nil {
			return err
		}
		plans, err := c.Gather.Plan(ctx, p, page)
		if err != nil {
			return err
		}
		planned := make(map[string]models.LinkPlan, len(plans))
		for _, plan := range plans {
			planned[plan.Link.ID] = plan
		}
		var again []string
		for i := range page {
			account := p.Account(&page[i], planned[page[i].ID], open[page[i].ID], d.vanishedOf(&page[i]))
			d.account(&page[i], account)
			if account.Again {
				again = append(again, page[i].ID)
			}
		}
		return c.Store.MarkDirty(ctx, again, models.TriggerPoll)
	})
}

func idsOf(batch []models.LinkState) []string {
	out := make([]string, len(batch))
	for i := range batch {
		out[i] = batch[i].ID
	}
	return out
}
