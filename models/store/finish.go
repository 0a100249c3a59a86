package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Finish records what became of claimed intents, all in one transaction: states; for DONE the
// mirror, the link's id and bases and the journal; failures; what takes an intent's place; the
// history's counts. Results whose claim went to somebody else are dropped and counted in stale.
func (s *Store) Finish(ctx context.Context, results []models.IntentResult) (stale int, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		stale = 0
		f := finisher{store: s, tx: tx, now: s.stamp()}
		if f.clock, err = s.databaseTime(tx); err != nil {
			return err
		}
		if err := f.read(results); err != nil {
			return err
		}
		for _, r := range results {
			row, held := f.intents[r.Intent.ID]
			if !held {
				stale++
				continue
			}
			if err := f.record(row, r); err != nil {
				return err
			}
		}
		return f.save()
	})
	return stale, err
}

// linkTally is what one result adds to the history.
type linkTally struct {
	link string
	models.SyncTally
}

// finisher records one batch of results.
type finisher struct {
	store   *Store
	tx      *gorm.DB
	now     time.Time
	clock   time.Time // the database's, by which waits end
	intents map[string]intentRow
	links   map[string]*linkRow
	rows    map[models.Side]map[models.SyncObject]map[string]*models.MirrorRow

	moved    map[models.SyncObject][]*linkRow
	mirrored map[models.Side]map[models.SyncObject][]models.MirrorRow
	resolved map[string]models.Agreement // links that a write went through to
	// settled are links of which nothing more is owed, as far as these results say.
	settled  []string
	woken    []string // accounts
	failures []models.Failure
	journal  []models.Change
	instead  []models.Intent
	tallies  []linkTally
}

func (f *finisher) read(results []models.IntentResult) error {
	intents := make([]models.Intent, len(results))
	var linkIDs []string
	for i, r := range results {
		intents[i] = r.Intent
		linkIDs = append(linkIDs, r.Intent.LinkID)
	}
	var err error
	if f.intents, err = f.store.claimed(f.tx, intents); err != nil {
		return err
	}
	f.links = map[string]*linkRow{}
	for chunk := range chunks(linkIDs) {
		var rows []linkRow
		if err := f.store.locked(f.tx).Where("id IN ?", chunk).Order("id").Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			f.links[rows[i].ID] = &rows[i]
		}
	}
	wanted := map[models.Side]map[models.SyncObject][]string{models.Desk: {}, models.Salesforce: {}}
	for _, r := range results {
		if id := r.WrittenID(); id != "" {
			wanted[r.Intent.Side][r.Intent.Object] = append(wanted[r.Intent.Side][r.Intent.Object], id)
		}
	}
	f.moved, f.resolved = map[models.SyncObject][]*linkRow{}, map[string]models.Agreement{}
	f.rows = map[models.Side]map[models.SyncObject]map[string]*models.MirrorRow{}
	f.mirrored = map[models.Side]map[models.SyncObject][]models.MirrorRow{}
	for side, objects := range wanted {
		f.rows[side], f.mirrored[side] = map[models.SyncObject]map[string]*models.MirrorRow{}, map[models.SyncObject][]models.MirrorRow{}
		for object, ids := range objects {
			if f.rows[side][object], err = mirrors(f.store.locked(f.tx), side, object, ids); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *finisher) record(row intentRow, r models.IntentResult) error {
	if row.State != models.IntentPending && row.State != models.IntentSending && row.State != models.IntentUnknown {
		return nil
	}
	change := map[string]any{"state": r.State, "next_at": nil, "lease_until": nil, "owner": "", "last_code": r.Intent.LastCode}
	if r.Wait > 0 {
		change["next_at"] = f.clock.Add(r.Wait)
	}
	l := f.links[row.LinkID]
	if r.State == models.IntentDone && l != nil {
		taken, err := f.linkedElsewhere(l, row.Intent, r.WrittenID())
		if err != nil {
			return err
		}
		if taken {
			r.State, change["state"] = models.IntentCancelled, models.IntentCancelled
		}
	}
	if t, counts := r.Tally(); counts {
		f.tallies = append(f.tallies, linkTally{row.LinkID, t})
	}
	switch r.State {
	case models.IntentDone, models.IntentFailed, models.IntentCancelled:
		change["updated_at"] = f.now
	}
	if r.State == models.IntentDone {
		change["record_id"] = r.WrittenID()
	}
	if err := f.end(l, row.Intent, r); err != nil {
		return err
	}
	if l != nil && len(r.Resting) > 0 {
		for _, rest := range r.Resting {
			l.Resting = l.Resting.With(rest)
		}
		l.Version++
		f.moved[row.Object] = append(f.moved[row.Object], l)
	}
	for _, one := range r.Failures {
		failure := f.named(one, l, row.Intent)
		if r.State == models.IntentPending {
			at := f.clock.Add(r.Wait)
			failure.NextRetryAt = &at
		}
		f.failures = append(f.failures, failure)
	}
	return f.tx.Table("intents").Where("id = ?", row.ID).UpdateColumns(change).Error
}

// end records what the end of an intent means for its link; l is nil when the link is gone. An
// intent that goes on means nothing for it yet.
func (f *finisher) end(l *linkRow, in models.Intent, r models.IntentResult) error {
	switch r.State {
	case models.IntentDone:
		if l == nil {
			return nil
		}
		in.Values, in.Source = r.Intent.Values, r.Intent.Source // fewer, where fields were refused
		return f.done(l, in, r)
	case models.IntentFailed:
		f.settled = append(f.settled, in.LinkID)
		if in.Object == models.AccountObject {
			f.woken = append(f.woken, in.LinkID)
		}
	case models.IntentCancelled:
		if r.Instead != nil {
			f.instead = append(f.instead, *r.Instead)
			return nil
		}
		if err := f.store.dirty(f.tx.Where("id = ?", in.LinkID), ""); err != nil {
			return err
		}
		if l != nil {
			l.Version, l.Dirty, l.PlanAfter = l.Version+1, true, nil
		}
	}
	return nil
}

// named fills in whose failure it is.
func (f *finisher) named(failure models.Failure, l *linkRow, in models.Intent) models.Failure {
	if l == nil {
		return failure
	}
	if failure.RecordID == "" {
		failure.RecordID = l.RecordID(in.Side.Other())
	}
	if failure.RecordName == nil {
		var row models.MirrorRow
		if err := f.tx.Table(table(in.Side.Other(), in.Object)).Select("name").Where("id = ?", failure.RecordID).Limit(1).Find(&row).Error; err == nil && row.Name != "" {
			failure.RecordName = &row.Name
		}
	}
	return failure
}

// done makes what was written the mirror's and both bases'.
func (f *finisher) done(l *linkRow, in models.Intent, r models.IntentResult) error {
	r.Intent = in
	id := r.WrittenID()
	created := l.RecordID(in.Side) != id
	if created {
		if err := f.absorb(l, in, id); err != nil {
			return err
		}
		l.SetRecordID(in.Side, id)
		l.MatchedBy = r.MatchedBy
		if l.MatchedBy == "" {
			l.MatchedBy = models.MatchedCreated
		}
		if in.Object == models.AccountObject {
			f.woken = append(f.woken, l.ID)
		}
	}
	l.Agree(in, r.Returned)
	l.Version++
	l.SyncedAt = &f.now
	if in.Op == models.OpRestore {
		// It came back with everything it had, also with what was not written.
		l.Dirty, l.PlanAfter = true, nil
		if in.Object == models.AccountObject {
			f.woken = append(f.woken, l.ID)
		}
	}
	if !r.Observed {
		f.mirror(r, id)
	}
	f.moved[in.Object] = append(f.moved[in.Object], l)
	f.settled = append(f.settled, l.ID)
	f.resolved[l.ID] = r.Agreed()
	for _, c := range r.Journal {
		c.RecordID = id
		f.journal = append(f.journal, c)
	}
	return nil
}

// mirror stores the row as it is after the write.
func (f *finisher) mirror(r models.IntentResult, id string) {
	in := r.Intent
	next, ok := f.rows[in.Side][in.Object][id].Written(r, id, f.now)
	if !ok {
		return
	}
	deriveColumns(&next, in.Side, in.Object)
	f.mirrored[in.Side][in.Object] = append(f.mirrored[in.Side][in.Object], next)
	if f.rows[in.Side][in.Object] == nil {
		f.rows[in.Side][in.Object] = map[string]*models.MirrorRow{}
	}
	f.rows[in.Side][in.Object][id] = &next
}

// linkedElsewhere tells whether the record that a create made, or was found to have made, has
// become another one's counterpart meanwhile: somebody made a record that matches it before the
// answer was known. The link is planned again without it.
func (f *finisher) linkedElsewhere(l *linkRow, in models.Intent, id string) (bool, error) {
	if l.RecordID(in.Side) == id {
		return false, nil
	}
	var n int64
	err := f.tx.Table("links").Where("object = ? AND "+idColumn(in.Side)+" = ? AND id <> ? AND "+idColumn(in.Side.Other())+" IS NOT NULL", in.Object, id, l.ID).Count(&n).Error
	return n > 0, err
}

// absorb takes in the half link that an event or a poll made for the new record before its create
// was answered.
func (f *finisher) absorb(l *linkRow, in models.Intent, id string) error {
	var other linkRow
	err := f.store.locked(f.tx).Where("object = ? AND "+idColumn(in.Side)+" = ? AND id <> ?", in.Object, id, l.ID).Limit(1).Find(&other).Error
	if err != nil || other.ID == "" {
		return err
	}
	l.Dirty, l.PlanAfter = true, nil
	if l.DirtySince == nil {
		l.DirtySince = other.DirtySince
	}
	return dropLinks(f.tx, []string{other.ID}, f.now)
}

func (f *finisher) save() error {
	for side, objects := range f.mirrored {
		for object, rows := range objects {
			if err := upsert(f.tx, table(side, object), lastOf(rows)); err != nil {
				return err
			}
		}
	}
	for object, links := range f.moved {
		if err := f.store.updateLinkKeys(f.tx, object, distinct(links)); err != nil {
			return err
		}
	}
	if len(f.journal) > 0 {
		if err := f.tx.CreateInBatches(f.journal, batchRows).Error; err != nil {
			return err
		}
	}
	if err := f.resolve(); err != nil {
		return err
	}
	repeated, err := saveFailures(f.tx, f.failures, f.clock)
	if err != nil {
		return err
	}
	if err := insertIntents(f.tx, f.instead, f.clock); err != nil {
		return err
	}
	var tallies []models.SyncTally
	for _, t := range f.tallies {
		if t.Failed == 0 || !slices.Contains(repeated, t.link) {
			tallies = append(tallies, t.SyncTally)
		}
	}
	if err := addTallies(f.tx, f.clock, tallies); err != nil {
		return err
	}
	for chunk := range chunks(f.settled) {
		if err := f.tx.Table("links").Where("id IN ? AND "+withoutIndex("dirty", true)+" = ?", chunk, false).Where(noOpenIntent, openIntents).
			UpdateColumns(map[string]any{"dirty_since": nil}).Error; err != nil {
			return err
		}
	}
	return f.store.wakeChildren(f.tx, models.AccountObject, f.woken)
}

// resolve ends the failures that writes which went through have ended.
func (f *finisher) resolve() error {
	var ended []string
	for chunk := range chunks(slices.Sorted(maps.Keys(f.resolved))) {
		var open []models.Failure
		if err := f.tx.Select("id", "link_id", "field").Where("link_id IN ? AND resolved_at IS NULL", chunk).Find(&open).Error; err != nil {
			return err
		}
		if len(open) == 0 {
			continue
		}
		links := make([]string, len(open))
		for i := range open {
			links[i] = open[i].LinkID
		}
		refused, err := f.refused(links)
		if err != nil {
			return err
		}
		for _, one := range open {
			if f.resolved[one.LinkID].Ends(one, refused[one.LinkID]) {
				ended = append(ended, one.ID)
			}
		}
	}
	return endFailures(f.tx, ended, f.now)
}

// refused is when the last write of each link was planned that the vendor refused.
func (f *finisher) refused(links []string) (map[string]*time.Time, error) {
	rows, err := f.tx.Table("intents").Select("link_id, MAX(created_at)").Where("link_id IN ? AND state = ?", links, models.IntentFailed).Group("link_id").Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[string]*time.Time{}
	for rows.Next() {
		var link string
		var at moment
		if err := rows.Scan(&link, &at); err != nil {
			return nil, err
		}
		out[link] = at.at
	}
	return out, rows.Err()
}

// lastOf keeps the last row of each id.
func lastOf(rows []models.MirrorRow) []models.MirrorRow {
	at := map[string]int{}
	var out []models.MirrorRow
	for _, r := range rows {
		if i, seen := at[r.ID]; seen {
			out[i] = r
			continue
		}
		at[r.ID] = len(out)
		out = append(out, r)
	}
	return out
}

func distinct(links []*linkRow) []*linkRow {
	seen := map[*linkRow]bool{}
	var out []*linkRow
	for _, l := range links {
		if !seen[l] {
			seen[l] = true
			out = append(out, l)
		}
	}
	return out
}
