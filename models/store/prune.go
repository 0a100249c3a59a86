package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Prune removes what is older than the time: ended runs, resolved failures and conflicts, ended
// writes, the journal and the audit, and what no card and no mirror has read since. Each table goes
// in parts, so that nothing waits long for one of them.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	for _, old := range []struct {
		rows  any
		key   string
		where string
		args  []any
	}{
		{&models.SyncRun{}, "id", "finished_at < ?", []any{before}},
		{&models.Failure{}, "id", "resolved_at < ?", []any{before}},
		{&models.Conflict{}, "id", "resolved_at < ?", []any{before}},
		{&models.Intent{}, "id", "state = ? AND updated_at < ?", []any{models.IntentDone, before}},
		{&models.Intent{}, "id", "state = ? AND updated_at < ?", []any{models.IntentFailed, before}},
		{&models.Intent{}, "id", "state = ? AND updated_at < ?", []any{models.IntentCancelled, before}},
		{&models.Change{}, "id", "at < ?", []any{before}},
		{&models.Rehearsal{}, "id", "created_at < ?", []any{before}},
		{&models.DriftReport{}, "id", "started_at < ?", []any{before}},
		{&models.SignIn{}, "id", "expires_at < ?", []any{before}},
		{&models.OpportunityContact{}, "opportunity_id", "as_of < ?", []any{before}},
		{&models.Opportunity{}, "id", "as_of < ?", []any{before}},
		{&models.Note{}, "id", "as_of < ?", []any{before}},
		{&models.Event{}, "id", "as_of < ?", []any{before}},
		{&models.Task{}, "id", "as_of < ?", []any{before}},
		{&models.RelatedState{}, "customer_id", "as_of < ?", []any{before}},
		{&models.Ticket{}, "id", "as_of < ?", []any{before}},
	} {
		for more := true; more; {
			gone, err := s.removeSome(ctx, old.rows, old.key, old.where, old.args...)
			if err != nil {
				return err
			}
			more = gone == batchRows
		}
	}
	if err := s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Where("day < ?", before.UTC().Format(dayLayout)).Delete(&syncDay{}).Error
	}); err != nil {
		return err
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		// A mirror that has stood still for so long begins anew.
		return tx.Model(&models.RelatedMirror{}).Where("as_of < ?", before).UpdateColumns(map[string]any{"complete": false, "reading": false, "began_at": nil, "as_of": nil}).Error
	})
}

// removeSome removes the next of the rows of a table that meet a condition, and answers how many
// keys it found. A run goes with its tallies.
func (s *Store) removeSome(ctx context.Context, rows any, key, where string, args ...any) (found int, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		var keys []any
		if err := tx.Model(rows).Where(where, args...).Limit(batchRows).Pluck(key, &keys).Error; err != nil || len(keys) == 0 {
			found = 0
			return err
		}
		found = len(keys)
		if _, run := rows.(*models.SyncRun); run {
			if err := tx.Where("run_id IN ?", keys).Delete(&models.SyncTally{}).Error; err != nil {
				return err
			}
		}
		if err := tx.Where(key+" IN ?", keys).Where(where, args...).Delete(rows).Error; err != nil || !onCards(rows) {
			return err
		}
		return touchAll(tx)
	})
	return found, err
}

// PruneDeleted has people leave the mirrors who were deleted at their vendor before the time. Where
// the other side's record lives, what is left of the pair is that this one is gone, so that an edit
// of the survivor still restores it.
func (s *Store) PruneDeleted(ctx context.Context, before time.Time) error {
	for _, side := range models.Sides {
		for more := true; more; {
			if err := s.tx(ctx, func(tx *gorm.DB) (err error) {
				more, err = s.pruneDeleted(tx, side, before.UTC())
				return err
			}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) pruneDeleted(tx *gorm.DB, side models.Side, before time.Time) (more bool, err error) {
	contact, other := models.ContactObject, side.Other()
	var ids []string
	old := s.along(tx, table(side, contact), table(side, contact)+"_deleted")
	if err := old.Where("deleted_at < ? AND data <> ?", before, "{}").Limit(batchRows).
		Pluck("id", &ids).Error; err != nil || len(ids) == 0 {
		return false, err
	}
	var links []linkRow
	if err := s.locked(tx).Where("object = ? AND "+idColumn(side)+" IN ?", contact, ids).Order("id").Find(&links).
		Error; err != nil {
		return false, err
	}
	var counterparts []string
	for _, l := range links {
		if id := l.RecordID(other); id != "" {
			counterparts = append(counterparts, id)
		}
	}
	rows, err := mirrors(tx, other, contact, counterparts)
	if err != nil {
		return false, err
	}
	var ended, both []string
	survived := map[string]bool{}
	for _, l := range links {
		row := rows[l.RecordID(other)]
		switch {
		case !l.Whole():
			ended = append(ended, l.ID)
		case row != nil && row.DeletedAt != nil && row.DeletedAt.Before(before):
			ended, both = append(ended, l.ID), append(both, row.ID)
		default:
			survived[l.RecordID(side)] = true
		}
	}
	if err := dropLinks(tx, ended, s.stamp()); err != nil {
		return false, err
	}
	var bare, gone []string
	for _, id := range ids {
		if survived[id] {
			bare = append(bare, id)
		} else {
			gone = append(gone, id)
		}
	}
	for name, list := range map[string][]string{table(side, contact): gone, table(other, contact): both} {
		if len(list) == 0 {
			continue
		}
		if err := tx.Table(name).Where("id IN ?", list).Delete(&models.MirrorRow{}).Error; err != nil {
			return false, err
		}
	}
	if len(bare) > 0 {
		empty := map[string]any{"name": "", "match_key": "", "parent_id": "", "data": "{}"}
		if err := tx.Table(table(side, contact)).Where("id IN ?", bare).UpdateColumns(empty).Error; err != nil {
			return false, err
		}
	}
	return len(ids) == batchRows, touchAll(tx)
}

// onCards tells whether cards show the rows of a table.
func onCards(rows any) bool {
	switch rows.(type) {
	case *models.Opportunity, *models.OpportunityContact, *models.Note, *models.Event, *models.Task:
		return true
	}
	return false
}
