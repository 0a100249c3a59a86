package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sidelight/models"
)

// SavePlans saves each plan under its link's version and the integration's epoch, with what it adds
// to the history; stale ones are skipped and stay dirty.
func (s *Store) SavePlans(ctx context.Context, epoch int64, plans []models.LinkPlan) (saved int, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		saved = 0
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		if in.Epoch != epoch || len(plans) == 0 {
			return nil
		}
		p := planSaver{store: s, tx: tx, object: plans[0].Link.Object, now: s.stamp()}
		if p.clock, err = s.databaseTime(tx); err != nil {
			return err
		}
		if err := p.read(plans); err != nil {
			return err
		}
		if err := p.save(plans); err != nil {
			return err
		}
		saved = p.saved
		return nil
	})
	return saved, err
}

// planSaver saves one batch of plans.
type planSaver struct {
	store  *Store
	tx     *gorm.DB
	object models.SyncObject
	now    time.Time
	clock  time.Time // the database's, by which waits end

	links map[string]*linkRow
	busy  map[string]bool // links with an open intent
	// underWay is when the creates that are not answered yet were planned, per target.
	underWay map[models.Side][]time.Time
	saved    int
}

func (p *planSaver) read(plans []models.LinkPlan) error {
	var ids []string
	for _, plan := range plans {
		ids = append(ids, plan.Link.ID)
		if plan.Absorb != nil {
			ids = append(ids, plan.Absorb.ID)
		}
	}
	slices.Sort(ids)
	p.links, p.busy, p.underWay = map[string]*linkRow{}, map[string]bool{}, map[models.Side][]time.Time{}
	for chunk := range chunks(slices.Compact(ids)) {
		var rows []linkRow
		if err := p.store.locked(p.tx).Where("id IN ?", chunk).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			p.links[rows[i].ID] = &rows[i]
		}
		var busy []string
		if err := p.tx.Table("intents").Where("link_id IN ? AND state IN ?", chunk, openIntents).Distinct().Pluck("link_id", &busy).Error; err != nil {
			return err
		}
		for _, id := range busy {
			p.busy[id] = true
		}
	}
	var creates []models.Intent
	for state, most := range models.UnderWay {
		var some []models.Intent
		if err := p.tx.Select("side", "created_at").Where("object = ? AND op = ? AND state = ? AND attempts BETWEEN 1 AND ?", p.object, models.OpCreate, state, most).Find(&some).Error; err != nil {
			return err
		}
		creates = append(creates, some...)
	}
	for _, c := range creates {
		p.underWay[c.Side] = append(p.underWay[c.Side], c.CreatedAt)
	}
	return nil
}

// isCurrent tells whether the plan was made from what the link still is.
func (p *planSaver) isCurrent(plan models.LinkPlan) bool {
	l := p.links[plan.Link.ID]
	if l == nil || l.Version != plan.Link.Version || p.busy[l.ID] {
		return false
	}
	if plan.Absorb == nil {
		return true
	}
	a := p.links[plan.Absorb.ID]
	return a != nil && a.Version == plan.Absorb.Version && !p.busy[a.ID]
}

func (p *planSaver) save(plans []models.LinkPlan) error {
	var links []*linkRow
	var gone, whole []string
	// The links whose failures are over, but for those of these fields.
	resolved := map[string][]string{}
	var intents []models.Intent
	var conflicts []models.Conflict
	var failures []models.Failure
	tallies := map[string]models.SyncTally{}
	for _, plan := range plans {
		if !p.isCurrent(plan) {
			continue
		}
		l := p.links[plan.Link.ID]
		if plan.MayBeLostCreate(l.CreatedAt, p.underWay) {
			later := p.clock.Add(models.LostCreateWait)
			l.PlanAfter = &later
			links = append(links, l)
			continue
		}
		p.saved++
		if t, counts := plan.Tally(); counts {
			tallies[plan.Link.ID] = t
		}
		if plan.Absorb != nil {
			gone = append(gone, plan.Absorb.ID)
			delete(p.links, plan.Absorb.ID)
		}
		if plan.Link.Whole() && !l.Whole() {
			whole = append(whole, l.ID)
		}
		p.apply(l, plan)
		links = append(links, l)
		if plan.Unlink {
			links = append(links, p.unlink(l))
		}
		intents = append(intents, plan.Intents...)
		conflicts = append(conflicts, plan.Conflicts...)
		failures = append(failures, plan.Failures...)
		if plan.Resolved {
			resolved[l.ID] = plan.StaysOpen()
		}
		delete(p.links, l.ID) // a link is planned once a batch
	}
	for _, step := range []func() error{
		func() error { return dropLinks(p.tx, gone, p.now) },
		func() error { return p.store.updateLinkKeys(p.tx, p.object, links) },
		func() error { return insertIntents(p.tx, intents, p.clock) },
		func() error { return insertConflicts(p.tx, conflicts) },
		func() error {
			repeated, err := saveFailures(p.tx, failures, p.clock)
			for _, id := range repeated {
				delete(tallies, id)
			}
			return err
		},
		func() error { return addTallies(p.tx, p.clock, slices.Collect(maps.Values(tallies))) },
		func() error { return resolveFailuresBut(p.tx, resolved, p.now) },
		func() error { return p.store.wakeChildren(p.tx, p.object, append(whole, failedLinks(failures)...)) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// apply makes the link what the plan says.
func (p *planSaver) apply(l *linkRow, plan models.LinkPlan) {
	version, created := l.Version, l.CreatedAt
	l.Link = plan.Link
	l.Version, l.CreatedAt = version+1, created
	if plan.Wait > 0 {
		later := p.clock.Add(plan.Wait)
		l.PlanAfter = &later
	}
	if !l.Dirty && len(plan.Intents) == 0 {
		l.DirtySince = nil
	}
}

// unlink takes a link apart and returns the other half.
func (p *planSaver) unlink(l *linkRow) *linkRow {
	other := &linkRow{Link: l.Unlink(newID(), p.clock)}
	l.DirtySince = nil
	return other
}

func failedLinks(failures []models.Failure) []string {
	out := make([]string, 0, len(failures))
	for _, f := range failures {
		out = append(out, f.LinkID)
	}
	return out
}

// dropLinks removes links that were merged into others or whose records are gone. What was still
// owed for them is not owed any more, and their failures are over.
func dropLinks(tx *gorm.DB, ids []string, now time.Time) error {
	for chunk := range chunks(ids) {
		if err := tx.Table("intents").Where("link_id IN ? AND state IN ?", chunk, openIntents).
			UpdateColumns(map[string]any{"state": models.IntentCancelled, "updated_at": now}).Error; err != nil {
			return err
		}
		if err := tx.Where("id IN ?", chunk).Delete(&models.Link{}).Error; err != nil {
			return err
		}
	}
	return resolveFailures(tx, ids, now)
}

// intentRow is an intent with what only claiming needs.
type intentRow struct {
	models.Intent `gorm:"embedded"`
	Priority      int   // accounts before contacts, new records before changed ones
	LeaseMS       int64 `gorm:"column:lease_ms"`
}

func (intentRow) TableName() string { return "intents" }

// insertIntents saves new intents. The database's clock says when they were made: it is compared
// with when records were first seen.
func insertIntents(tx *gorm.DB, intents []models.Intent, now time.Time) error {
	rows := make([]intentRow, len(intents))
	for i, in := range intents {
		in.CreatedAt, in.UpdatedAt = now, now
		rows[i] = intentRow{Intent: in, Priority: slices.Index(models.SyncObjects, in.Object)*2 + map[bool]int{true: 0, false: 1}[in.Op == models.OpCreate]}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.CreateInBatches(rows, batchRows).Error
}

// insertConflicts adds conflicts that do not stand open already with the same values.
func insertConflicts(tx *gorm.DB, conflicts []models.Conflict) error {
	for _, c := range conflicts {
		var open []models.Conflict
		if err := tx.Where("link_id = ? AND field = ? AND resolved_at IS NULL", c.LinkID, c.Field).Find(&open).Error; err != nil {
			return err
		}
		if slices.ContainsFunc(open, func(o models.Conflict) bool { return o.Desk == c.Desk && o.Salesforce == c.Salesforce }) {
			continue
		}
		if err := tx.Create(&c).Error; err != nil {
			return err
		}
	}
	return nil
}

// saveFailures opens failures, or refreshes the one that stands open for the link, or for its
// field. When it is tried again by itself follows from its code and how often it was tried.
// repeated are the links that failed again as before, without anybody having asked: the log counts
// the attempt, the history does not.
func saveFailures(tx *gorm.DB, failures []models.Failure, now time.Time) (repeated []string, err error) {
	for _, f := range failures {
		var open models.Failure
		if err := tx.Where("link_id = ? AND field = ? AND resolved_at IS NULL", f.LinkID, f.Field).Limit(1).Find(&open).Error; err != nil {
			return nil, err
		}
		if open.ID != "" {
			if open.Code == f.Code {
				var l linkRow
				if err := tx.Select("cause", "retried_at").Where("id = ?", f.LinkID).Limit(1).Find(&l).Error; err != nil {
					return nil, err
				}
				if l.Cause == models.TriggerRetry && (l.RetriedAt == nil || l.RetriedAt.Before(open.LastAt)) {
					repeated = append(repeated, f.LinkID)
				}
			}
			f.ID, f.FirstAt, f.Attempts = open.ID, open.FirstAt, open.Attempts+1
			if f.RecordName == nil {
				f.RecordName = open.RecordName
			}
		}
		if wait := f.Code.RetryWait(f.Attempts); wait > 0 && f.NextRetryAt == nil {
			at := now.Add(wait)
			f.NextRetryAt = &at
		}
		f.Cause = f.CauseKey()
		if err := tx.Save(&f).Error; err != nil {
			return nil, err
		}
	}
	return repeated, nil
}

// resolveFailuresBut ends the open failures of links, but for those of some fields of each.
func resolveFailuresBut(tx *gorm.DB, links map[string][]string, now time.Time) error {
	var ids []string
	for chunk := range chunks(slices.Sorted(maps.Keys(links))) {
		var open []models.Failure
		if err := tx.Select("id", "link_id", "field").Where("link_id IN ? AND resolved_at IS NULL", chunk).Find(&open).Error; err != nil {
			return err
		}
		for _, f := range open {
			if !slices.Contains(links[f.LinkID], f.Field) {
				ids = append(ids, f.ID)
			}
		}
	}
	return endFailures(tx, ids, now)
}

// endFailures resolves failures.
func endFailures(tx *gorm.DB, ids []string, now time.Time) error {
	for chunk := range chunks(ids) {
		if err := tx.Table("failures").Where("id IN ?", chunk).UpdateColumns(map[string]any{"resolved_at": now, "next_retry_at": nil}).Error; err != nil {
			return err
		}
	}
	return nil
}

// resolveFailures ends every open failure of links.
func resolveFailures(tx *gorm.DB, linkIDs []string, now time.Time) error {
	for chunk := range chunks(linkIDs) {
		if err := tx.Table("failures").Where("link_id IN ? AND resolved_at IS NULL", chunk).
			UpdateColumns(map[string]any{"resolved_at": now, "next_retry_at": nil}).Error; err != nil {
			return err
		}
	}
	return nil
}

// wakeChildren has contacts planned again whose account was linked just now, or failed to be.
func (s *Store) wakeChildren(tx *gorm.DB, object models.SyncObject, accounts []string) error {
	if object != models.AccountObject {
		return nil
	}
	for chunk := range chunks(accounts) {
		for _, side := range models.Sides {
			// Read first: MySQL updates no table that the statement also reads. The order is the
			// one that is written: SQLite keeps to it in a cross join.
			var children []string
			if err := tx.Table("links a").Joins("CROSS JOIN "+table(side, models.ContactObject)+" c ON c.parent_id = a."+idColumn(side)).
				Joins("CROSS JOIN links l ON l.object = ? AND l."+idColumn(side)+" = c.id", models.ContactObject).
				Where("a.object = ? AND a.id IN ?", models.AccountObject, chunk).Pluck("l.id", &children).Error; err != nil {
				return err
			}
			slices.Sort(children)
			for some := range chunks(children) {
				// Also those that are dirty already: one that is being planned just now was read
				// before its account was linked, and its plan must be stale.
				if err := s.dirty(tx.Where("id IN ?", some), ""); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// addTallies adds to a run's counts, and to those of the day.
func addTallies(tx *gorm.DB, at time.Time, tallies []models.SyncTally) error {
	tallies = slices.Clone(tallies)
	slices.SortFunc(tallies, func(a, b models.SyncTally) int {
		return strings.Compare(a.RunID+string(a.Object)+string(a.Target), b.RunID+string(b.Object)+string(b.Target))
	})
	for _, t := range tallies {
		if t.RunID == "" {
			continue
		}
		add := func(column string, n int) clause.Assignment {
			return clause.Assignment{Column: clause.Column{Name: column}, Value: gorm.Expr("`sync_tallies`.`"+column+"` + ?", n)}
		}
		c := clause.OnConflict{
			Columns:   []clause.Column{{Name: "run_id"}, {Name: "source"}, {Name: "target"}, {Name: "object"}},
			DoUpdates: clause.Set{add("added", t.Added), add("updated", t.Updated), add("unchanged", t.Unchanged), add("failed", t.Failed)},
		}
		if err := tx.Clauses(c).Create(&t).Error; err != nil {
			return err
		}
	}
	return addToDay(tx, at, tallies)
}
