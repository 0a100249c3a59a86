package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Observe upserts the mirror rows that are newer, or equally old but different, makes half links for records seen for the first time, marks the
// links of changed rows dirty and moves the cursor, all in one transaction. Deliveries that come twice, late or out of order change nothing. Where it cannot be told which of
// two readings is the later one, the records are named as doubtful and nothing is stored.
func (s *Store) Observe(ctx context.Context, side models.Side, object models.SyncObject, records []models.Record, cursor *models.Cursor) (models.ObserveResult, error) {
	var result models.ObserveResult
	err := s.tx(ctx, func(tx *gorm.DB) error {
		gone, err := s.ended(tx)
		if err != nil || gone {
			return err
		}
		o := observation{store: s, tx: tx, side: side, object: object, cause: causeOf(cursor), result: models.ObserveResult{Seen: len(records)}}
		if o.clock, err = s.databaseTime(tx); err != nil {
			return err
		}
		if err := o.take(latest(records)); err != nil {
			return err
		}
		result = o.result
		if cursor == nil || len(result.Doubtful) > 0 {
			return nil
		}
		return s.saveCursor(tx, *cursor)
	})
	return result, err
}

// ended tells whether the integration was deleted: nothing may be kept any more, also of what was being read when it was. The lock keeps Wipe from
// coming in between.
func (s *Store) ended(tx *gorm.DB) (bool, error) {
	if s.mysql { // the form that MySQL, MariaDB and TiDB share
		var status models.IntegrationStatus
		err := tx.Raw("SELECT status FROM integrations WHERE id = 1 LOCK IN SHARE MODE").Row().Scan(&status)
		return status == models.StatusDeleted, err
	}
	var in models.Integration
	err := tx.Select("status").First(&in, 1).Error
	return in.Status == models.StatusDeleted, err
}

// keep runs fn in one transaction, unless the integration was deleted: what was under way then leaves nothing behind.
func (s *Store) keep(ctx context.Context, fn func(tx *gorm.DB) error) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		gone, err := s.ended(tx)
		if err != nil || gone {
			return err
		}
		return fn(tx)
	})
}

// causeOf is why records were read: a push names them, everything else finds them.
func causeOf(cursor *models.Cursor) models.RunTrigger {
	if cursor == nil || cursor.Kind == models.CursorStream {
		return models.TriggerChange
	}
	return models.TriggerPoll
}

// latest keeps the newest of several records with one id; a deletion goes before an equally old life sign.
func latest(records []models.Record) []models.Record {
	at := make(map[string]int, len(records))
	var out []models.Record
	for _, r := range records {
		if r.ID == "" {
			continue
		}
		i, seen := at[r.ID]
		switch {
		case !seen:
			at[r.ID] = len(out)
			out = append(out, r)
		case r.ModifiedAt.After(out[i].ModifiedAt) || (r.ModifiedAt.Equal(out[i].ModifiedAt) && !out[i].Deleted):
			out[i] = r
		}
	}
	// One order for every writer keeps two of them from waiting for each other.
	slices.SortFunc(out, func(a, b models.Record) int { return strings.Compare(a.ID, b.ID) })
	return out
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
		if o.doubtful(rows[r.ID], r) {
			o.result.Doubtful = append(o.result.Doubtful, r.ID)
		}
	}
	if len(o.result.Doubtful) > 0 {
		return nil
	}
	var changed, revived, freed []string
	var save []models.MirrorRow
	for _, r := range records {
		row := rows[r.ID]
		if row == nil && r.Deleted {
			continue // it came and went without us
		}
		next, content, keep := o.next(row, r)
		if !keep {
			continue
		}
		save = append(save, next)
		if content {
			changed = append(changed, r.ID)
		}
		if row != nil && row.DeletedAt != nil && next.DeletedAt == nil {
			revived = append(revived, r.ID)
		}
		if row != nil && row.MatchKey != "" && (row.MatchKey != next.MatchKey || (row.DeletedAt == nil && next.DeletedAt != nil)) {
			freed = append(freed, row.MatchKey)
		}
	}
	if err := upsert(o.tx, table(o.side, o.object), save); err != nil {
		return err
	}
	if err := o.free(freed); err != nil {
		return err
	}
	if err := o.links(changed); err != nil || o.object != models.AccountObject {
		return err
	}
	// Contacts could not refer to the account while it was deleted.
	var back []string
	for chunk := range chunks(revived) {
		var ids []string
		if err := o.tx.Table("links").Where("object = ? AND "+idColumn(o.side)+" IN ?", o.object, chunk).Pluck("id", &ids).Error; err != nil {
			return err
		}
		back = append(back, ids...)
	}
	return o.store.wakeChildren(o.tx, o.object, back)
}

// free has records planned again that were not linked for want of a clear counterpart, where a record gave up the email or name that they share.
func (o *observation) free(keys []string) error {
	for chunk := range chunks(keys) {
		q := o.tx.Where("object = ? AND live = ? AND match_key IN ? AND (desk_id IS NULL OR salesforce_id IS NULL)", o.object, true, chunk).
			Where("EXISTS (SELECT 1 FROM failures f WHERE f.link_id = links.id AND f.resolved_at IS NULL AND f.code IN ?)",
				[]models.Code{models.CodeAlreadyMapped, models.CodeAmbiguousMatch})
		if err := o.store.dirty(q, models.TriggerRetry); err != nil {
			return err
		}
	}
	return nil
}

// next is the row after a record was seen. content tells that something the sync cares about changed, keep that anything did.
func (o *observation) next(row *models.MirrorRow, r models.Record) (next models.MirrorRow, content, keep bool) {
	now := o.store.stamp()
	if row == nil {
		next = models.MirrorRow{ID: r.ID, Data: r.Values.Clone(), ModifiedAt: orUnknown(r.ModifiedAt), ObservedAt: now}
		if next.Data == nil {
			next.Data = models.Values{}
		}
		refresh(&next, o.side, o.object)
		return next, true, true
	}
	if !r.ModifiedAt.IsZero() && orUnknown(r.ModifiedAt).Before(row.ModifiedAt) {
		return *row, false, false
	}
	next = *row
	next.ObservedAt = now
	if !r.ModifiedAt.IsZero() {
		next.ModifiedAt = orUnknown(r.ModifiedAt)
	}
	next.Data = row.Data.With(r.Values)
	content = differs(row.Data, r.Values)
	if r.Deleted != (row.DeletedAt != nil) || (r.MergedInto != "" && r.MergedInto != row.MergedInto) {
		content = true
	}
	switch {
	case !r.Deleted:
		next.DeletedAt, next.MergedInto = nil, ""
	case row.DeletedAt == nil:
		next.DeletedAt, next.MergedInto = &now, r.MergedInto
	case r.MergedInto != "":
		next.MergedInto = r.MergedInto
	}
	refresh(&next, o.side, o.object)
	return next, content, true
}

// doubtful tells whether the record may have been read before what the row holds, and the vendor's stamp does not tell.
func (o *observation) doubtful(row *models.MirrorRow, r models.Record) bool {
	if row == nil || r.AskedAt.IsZero() || !row.ObservedAt.After(r.AskedAt) || (!r.ModifiedAt.IsZero() && !orUnknown(r.ModifiedAt).Equal(row.ModifiedAt)) {
		return false
	}
	_, content, _ := o.next(row, r)
	return content
}

func differs(old, seen models.Values) bool {
	for name, v := range seen {
		if was, had := old[name]; !had || was != v {
			return true
		}
	}
	return false
}

// links marks the links of changed records dirty and makes half links for records that have none.
func (o *observation) links(ids []string) error {
	now := o.store.stamp()
	column := idColumn(o.side)
	for chunk := range chunks(ids) {
		var found []linkRow
		if err := o.store.locked(o.tx).Where("object = ? AND "+column+" IN ?", o.object, chunk).Order("id").Find(&found).Error; err != nil {
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
		if err := o.store.rekey(o.tx, o.object, all); err != nil {
			return err
		}
	}
	return nil
}
