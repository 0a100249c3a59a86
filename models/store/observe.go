package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Observe upserts the mirror rows that are newer, or equally old but different, makes half links
// for records seen for the first time, marks the links of changed rows dirty and moves the cursor,
// all in one transaction. Deliveries that come twice, late or out of order change nothing. Where it
// cannot be told which of two readings is the later one, the records are named as doubtful and
// nothing is stored.
func (s *Store) Observe(ctx context.Context, side models.Side, object models.SyncObject, records []models.Record, cursor *models.Cursor) (models.ObserveResult, error) {
	var result models.ObserveResult
	err := s.tx(ctx, func(tx *gorm.DB) error {
		gone, erasures, err := s.ended(tx)
		if err != nil || gone {
			return err
		}
		result, err = s.observe(tx, erasures, side, object, records, cursor)
		return err
	})
	return result, err
}

// observe is Observe for whoever holds the integration's row. Nothing of an erased person is
// stored.
func (s *Store) observe(tx *gorm.DB, erasures int64, side models.Side, object models.SyncObject,
	records []models.Record, cursor *models.Cursor) (models.ObserveResult, error) {
	o := observation{store: s, tx: tx, side: side, object: object, cause: cursor.Trigger(),
		result: models.ObserveResult{Seen: len(records)}}
	kept, learnt, err := s.admit(tx, erasures, side, object, records)
	if err != nil {
		return o.result, err
	}
	if len(learnt) > 0 {
		if err := s.learn(tx, learnt); err != nil {
			return o.result, err
		}
	}
	if o.clock, err = s.databaseTime(tx); err != nil {
		return o.result, err
	}
	if err := o.take(byID(models.LatestReadings(kept))); err != nil || cursor == nil || len(o.result.Doubtful) > 0 {
		return o.result, err
	}
	return o.result, s.saveCursor(tx, *cursor)
}

// ended tells whether the integration was deleted: nothing may be kept any more, also of what was
// being read when it was. The lock keeps Wipe and Erase from coming in between; erasures is how
// often people were erased.
func (s *Store) ended(tx *gorm.DB) (gone bool, erasures int64, err error) {
	if s.mysql { // the form that MySQL, MariaDB and TiDB share
		var status models.IntegrationStatus
		err := tx.Raw("SELECT status, erasures FROM integrations WHERE id = 1 LOCK IN SHARE MODE").Row().
			Scan(&status, &erasures)
		return status == models.StatusDeleted, erasures, err
	}
	var in models.Integration
	err = tx.Select("status", "erasures").First(&in, 1).Error
	return in.Status == models.StatusDeleted, in.Erasures, err
}

// txUnlessDeleted runs fn in one transaction, unless the integration was deleted: what was under
// way then leaves nothing behind.
func (s *Store) txUnlessDeleted(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return s.txKeeping(ctx, func(tx *gorm.DB, _ int64) error { return fn(tx) })
}

// txKeeping is txUnlessDeleted for what may tell of people: fn is told how often some were erased.
func (s *Store) txKeeping(ctx context.Context, fn func(tx *gorm.DB, erasures int64) error) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		gone, erasures, err := s.ended(tx)
		if err != nil || gone {
			return err
		}
		return fn(tx, erasures)
	})
}

// byID sorts records by id: one order for every writer keeps two of them from waiting for each
// other.
func byID(records []models.Record) []models.Record {
	slices.SortFunc(records, func(a, b models.Record) int { return strings.Compare(a.ID, b.ID) })
	return records
}

// observation is one call of Observe.
type observation struct {
	store  *Store
	tx     *gorm.DB
	side   models.Side
	object models.SyncObject
	cause  models.RunTrigger
	clock  time.Time // the database's, by which links and creates are ordered
	result models.ObserveResult
}

func (o *observation) take(records []models.Record) error {
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	rows, err := mirrors(o.store.locked(o.tx), o.side, o.object, ids)
	if err != nil {
		return err
	}
	for _, r := range records {
		if rows[r.ID].Doubts(r) {
			o.result.Doubtful = append(o.result.Doubtful, r.ID)
		}
	}
	if len(o.result.Doubtful) > 0 {
		return nil
	}
	seen := o.compare(rows, records)
	if err := upsert(o.tx, table(o.side, o.object), seen.rows); err != nil {
		return err
	}
	if err := o.free(seen.freed); err != nil {
		return err
	}
	if err := o.links(seen.changed); err != nil || o.object != models.AccountObject {
		return err
	}
	return o.restored(seen.restored)
}

// observed is what records that were seen come to.
type observed struct {
	rows     []models.MirrorRow // to store
	changed  []string           // records with something new that the sync cares about
	restored []string           // records that are deleted no more
	freed    []string           // match keys that a record gave up
}

// compare holds records against the rows there are of them.
func (o *observation) compare(rows map[string]*models.MirrorRow, records []models.Record) (out observed) {
	now := o.store.stamp()
	for _, r := range records {
		row := rows[r.ID]
		next, content, keep := row.Observe(r, now)
		if !keep {
			if row != nil {
				o.result.Outdated = append(o.result.Outdated, r.ID)
			}
			continue
		}
		deriveColumns(&next, o.side, o.object)
		out.rows = append(out.rows, next)
		if content {
			out.changed = append(out.changed, r.ID)
			if oldest := o.result.OldestChange; oldest.IsZero() || !r.ModifiedAt.IsZero() && r.ModifiedAt.Before(oldest) {
				o.result.OldestChange = r.ModifiedAt
			}
		}
		if row == nil {
			continue
		}
		if row.DeletedAt != nil && next.DeletedAt == nil {
			out.restored = append(out.restored, r.ID)
		}
		if row.MatchKey != "" && (row.MatchKey != next.MatchKey || (row.DeletedAt == nil && next.DeletedAt != nil)) {
			out.freed = append(out.freed, row.MatchKey)
		}
	}
	return out
}

// restored has the contacts of restored accounts planned again, which could not refer to them while
// they were deleted.
func (o *observation) restored(ids []string) error {
	var back []string
	for chunk := range chunks(ids) {
		var ids []string
		if err := o.tx.Table("links").Where("object = ? AND "+idColumn(o.side)+" IN ?", o.object, chunk).Pluck("id", &ids).Error; err != nil {
			return err
		}
		back = append(back, ids...)
	}
	return o.store.wakeChildren(o.tx, o.object, back)
}

// free has records planned again that are not linked, where a record gave up the email or name that
// they share: they failed for want of a clear counterpart, or rest because that record is left out.
func (o *observation) free(keys []string) error {
	for chunk := range chunks(keys) {
		q := o.tx.Where("object = ? AND live = ? AND match_key IN ?", o.object, true, chunk).
			Where("desk_id IS NULL OR salesforce_id IS NULL")
		if err := o.store.dirty(q, models.TriggerRetry); err != nil {
			return err
		}
	}
	return nil
}

// links marks the links of changed records dirty and makes half links for records that have none.
func (o *observation) links(ids []string) error {
	now := o.store.stamp()
	column := idColumn(o.side)
	for chunk := range chunks(ids) {
		var found []linkRow
		if err := o.store.locked(o.tx).Where("object = ? AND "+column+" IN ?", o.object, chunk).Find(&found).Error; err != nil {
			return err
		}
		byRecord := make(map[string]*linkRow, len(chunk))
		for i := range found {
			byRecord[found[i].RecordID(o.side)] = &found[i]
		}
		all := make([]*linkRow, 0, len(chunk))
		for _, id := range chunk {
			l := byRecord[id]
			if l == nil {
				l = &linkRow{Link: models.Link{ID: newID(), Object: o.object, CreatedAt: o.clock}}
				l.SetRecordID(o.side, id)
				o.result.New++
			} else {
				o.result.Changed++
				l.Version++
			}
			l.Dirty, l.PlanAfter, l.Cause = true, nil, o.cause
			if l.DirtySince == nil {
				l.DirtySince = &now
			}
			all = append(all, l)
		}
		if err := o.store.updateLinkKeys(o.tx, o.object, all); err != nil {
			return err
		}
	}
	return nil
}
