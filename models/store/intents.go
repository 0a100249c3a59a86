package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sidelight/models"
)

// skipLocked reads rows that nobody else is claiming just now.
func (s *Store) skipLocked(tx *gorm.DB) *gorm.DB {
	if s.mysql {
		return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked})
	}
	return tx
}

// ClaimIntents claims due intents of a side for the owner, by the database's clock. A write whose
// sender's lease ran out is UNKNOWN: it may have died on either side of the call. Writes of an
// older epoch that were never sent are cancelled and their links planned again.
func (s *Store) ClaimIntents(ctx context.Context, side models.Side, owner string, lease time.Duration, limit int) ([]models.Intent, error) {
	var out []models.Intent
	err := s.tx(ctx, func(tx *gorm.DB) error {
		out = nil
		var in models.Integration
		if err := tx.First(&in, 1).Error; err != nil {
			return err
		}
		now, err := s.databaseTime(tx)
		if err != nil {
			return err
		}
		if err := tx.Table("intents").Where("side = ? AND state = ? AND lease_until <= ?", side, models.IntentSending, now).
			UpdateColumns(map[string]any{"state": models.IntentUnknown, "next_at": nil}).Error; err != nil {
			return err
		}
		// A create that was sent may have been done, whatever was answered: it is looked for before
		// it is given up.
		if err := tx.Table("intents").Where("side = ? AND state = ? AND op = ? AND attempts > 0 AND epoch < ? AND (lease_until IS NULL OR lease_until <= ?)", side, models.IntentPending, models.OpCreate, in.Epoch, now).
			UpdateColumns(map[string]any{"state": models.IntentUnknown, "next_at": nil}).Error; err != nil {
			return err
		}
		if err := s.cancelOld(tx, side, in.Epoch, now); err != nil {
			return err
		}
		rows, err := s.due(tx, side, now, limit)
		if err != nil || len(rows) == 0 {
			return err
		}
		until := now.Add(lease)
		ids := make([]string, len(rows))
		for i := range rows {
			ids[i] = rows[i].ID
			rows[i].Owner, rows[i].LeaseUntil, rows[i].Age = owner, &until, max(0, now.Sub(rows[i].UpdatedAt))
			rows[i].Fence++
		}
		for chunk := range chunks(ids) {
			if err := tx.Table("intents").Where("id IN ?", chunk).UpdateColumns(map[string]any{
				"owner": owner, "lease_until": until, "lease_ms": lease.Milliseconds(), "fence": gorm.Expr("fence + 1")}).Error; err != nil {
				return err
			}
		}
		out = rows
		return nil
	})
	return out, err
}

// due reads the first of a side's intents that may be sent or looked for now. Each state is read by
// itself, so that none has to be sorted.
func (s *Store) due(tx *gorm.DB, side models.Side, now time.Time, limit int) ([]models.Intent, error) {
	var rows []intentRow
	for _, state := range []models.IntentState{models.IntentPending, models.IntentUnknown} {
		var some []intentRow
		owed := s.along(s.skipLocked(tx), "intents", "intents_side_state_priority_id")
		if err := owed.Where("side = ? AND state = ?", side, state).
			Where("(next_at IS NULL OR next_at <= ?) AND (lease_until IS NULL OR lease_until <= ?)", now, now).
			Order("priority, id").Limit(limit).Find(&some).Error; err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b intentRow) int { return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID)) })
	rows = rows[:min(limit, len(rows))]
	out := make([]models.Intent, len(rows))
	for i, r := range rows {
		out[i] = r.Intent
	}
	return out, nil
}

// cancelOld ends what was planned in an older epoch and does not have to be looked for: writes that
// were never sent, and sent ones other than creates, which planning again makes right whether they
// happened or not.
func (s *Store) cancelOld(tx *gorm.DB, side models.Side, epoch int64, now time.Time) error {
	var old []models.Intent
	if err := s.skipLocked(tx).Select("id", "link_id").Where("side = ? AND epoch < ?", side, epoch).
		Where("state = ? OR (state = ? AND op <> ? AND (lease_until IS NULL OR lease_until <= ?))", models.IntentPending, models.IntentUnknown, models.OpCreate, now).
		Find(&old).Error; err != nil {
		return err
	}
	ids, links := make([]string, len(old)), make([]string, len(old))
	for i, in := range old {
		ids[i], links[i] = in.ID, in.LinkID
	}
	for chunk := range chunks(ids) {
		if err := tx.Table("intents").Where("id IN ?", chunk).
			UpdateColumns(map[string]any{"state": models.IntentCancelled, "updated_at": s.stamp(), "lease_until": nil}).Error; err != nil {
			return err
		}
	}
	for chunk := range chunks(links) {
		if err := s.dirty(tx.Where("id IN ?", chunk), ""); err != nil {
			return err
		}
	}
	return nil
}

// RenewIntents prolongs the claim on writes whose call takes long, and tells whether the call may
// go on: the claim still holds for at least one of them, and nobody has paused the sync or changed
// what it may do.
func (s *Store) RenewIntents(ctx context.Context, intents []models.Intent, lease time.Duration) (goOn bool, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		goOn = false
		var in models.Integration
		if err := tx.First(&in, 1).Error; err != nil {
			return err
		}
		now, err := s.databaseTime(tx)
		if err != nil {
			return err
		}
		held, err := s.claimed(tx, intents)
		if err != nil {
			return err
		}
		var ids []string
		for id, row := range held {
			if row.State == models.IntentSending && row.LeaseUntil != nil && now.Before(*row.LeaseUntil) {
				ids = append(ids, id)
				goOn = goOn || (in.Status.Writing() && row.Epoch == in.Epoch)
			}
		}
		for chunk := range chunks(ids) {
			if err := tx.Table("intents").Where("id IN ?", chunk).UpdateColumns(map[string]any{"lease_until": now.Add(lease)}).Error; err != nil {
				return err
			}
		}
		return nil
	})
	return goOn, err
}

// Backlog counts the side's creates of the object that were never sent, and the object's links that
// may be planned now.
func (s *Store) Backlog(ctx context.Context, side models.Side, object models.SyncObject) (owed, coming int, err error) {
	now, err := s.databaseTime(s.read(ctx))
	if err != nil {
		return 0, 0, err
	}
	var creates, dirty int64
	if err := s.read(ctx).Table("intents").Where("side = ? AND state = ? AND object = ? AND op = ? AND attempts = 0", side, models.IntentPending, object, models.OpCreate).
		Count(&creates).Error; err != nil {
		return 0, 0, err
	}
	err = s.read(ctx).Table("links").Where("dirty = ? AND object = ?", true, object).Where("plan_after IS NULL OR plan_after <= ?", now).Count(&dirty).Error
	return int(creates), int(dirty), err
}

// UnknownCreates counts the creates of which it is not known whether they happened.
func (s *Store) UnknownCreates(ctx context.Context) (int, error) {
	var n int64
	err := s.read(ctx).Table("intents").Where("state = ? AND op = ?", models.IntentUnknown, models.OpCreate).Count(&n).Error
	return int(n), err
}

// BeginSending moves claimed intents to SENDING if the integration may write now, is in their
// epoch, and the claim still holds. It answers those that may be sent; each carries its count of
// earlier attempts.
func (s *Store) BeginSending(ctx context.Context, intents []models.Intent) ([]models.Intent, error) {
	var out []models.Intent
	err := s.tx(ctx, func(tx *gorm.DB) error {
		out = nil
		// The lock orders this before or after pauseSync, never between its decision and its wait.
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil || !in.Status.Writing() {
			return err
		}
		now, err := s.databaseTime(tx)
		if err != nil {
			return err
		}
		held, err := s.claimed(tx, intents)
		if err != nil {
			return err
		}
		begun := map[time.Time][]string{} // by the end of the lease: one claim has one
		for _, want := range intents {
			row, ok := held[want.ID]
			unsent := ok && (row.State == models.IntentPending || (row.State == models.IntentUnknown && row.Op != models.OpCreate))
			if !unsent || row.Epoch != in.Epoch || row.LeaseUntil == nil || !now.Before(*row.LeaseUntil) {
				continue
			}
			until := now.Add(time.Duration(row.LeaseMS) * time.Millisecond)
			begun[until] = append(begun[until], row.ID)
			row.State, row.LeaseUntil, row.UpdatedAt, row.LastCode = models.IntentSending, &until, now, ""
			out = append(out, row.Intent)
		}
		for until, ids := range begun {
			for chunk := range chunks(ids) {
				if err := tx.Table("intents").Where("id IN ?", chunk).UpdateColumns(map[string]any{
					"state": models.IntentSending, "attempts": gorm.Expr("attempts + 1"), "last_code": "", "updated_at": now, "lease_until": until}).Error; err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

// claimed reads those intents whose claim is still the one given.
func (s *Store) claimed(tx *gorm.DB, intents []models.Intent) (map[string]intentRow, error) {
	ids := make([]string, len(intents))
	fence := make(map[string]int64, len(intents))
	for i, in := range intents {
		ids[i], fence[in.ID] = in.ID, in.Fence
	}
	out := make(map[string]intentRow, len(ids))
	for chunk := range chunks(ids) {
		var rows []intentRow
		if err := s.locked(tx).Where("id IN ?", chunk).Order("id").Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			if r.Fence == fence[r.ID] {
				out[r.ID] = r
			}
		}
	}
	return out, nil
}

// Sending counts the writes that are under way: what pauseSync waits for. One whose sender's lease
// ran out is not under way any more.
func (s *Store) Sending(ctx context.Context) (int, error) {
	now, err := s.databaseTime(s.read(ctx))
	if err != nil {
		return 0, err
	}
	var n int64
	err = s.read(ctx).Table("intents").Where("state = ? AND lease_until > ?", models.IntentSending, now).Count(&n).Error
	return int(n), err
}

// CreatedBefore are the links of the intents for which a create was sent to their side before:
// another one's, or an earlier attempt's.
func (s *Store) CreatedBefore(ctx context.Context, side models.Side, intents []models.Intent) (map[string]bool, error) {
	out := map[string]bool{}
	for chunk := range slices.Chunk(intents, batchRows) {
		links, own := make([]string, len(chunk)), make([]string, len(chunk))
		for i, in := range chunk {
			links[i], own[i] = in.LinkID, in.ID
		}
		var found []string
		if err := s.read(ctx).Table("intents").Where("link_id IN ? AND "+withoutIndex("side", true)+" = ? AND op = ? AND attempts > 0 AND id NOT IN ?", links, side, models.OpCreate, own).
			Distinct().Pluck("link_id", &found).Error; err != nil {
			return nil, err
		}
		for _, id := range found {
			out[id] = true
		}
	}
	return out, nil
}

// UnansweredWrites are the creates and updates of the links that were sent, got no answer and were
// cancelled, oldest first; not those of before a later write to their side was done.
func (s *Store) UnansweredWrites(ctx context.Context, linkIDs []string) (map[string][]models.Intent, error) {
	out := map[string][]models.Intent{}
	for chunk := range chunks(linkIDs) {
		var rows []intentRow
		err := s.read(ctx).Where("link_id IN ? AND state = ? AND attempts > 0", chunk, models.IntentCancelled).
			// What a create was last answered with may be about looking for it.
			Where("op = ? OR (op = ? AND last_code IN ?)", models.OpCreate, models.OpUpdate, models.Unanswered).
			Where("NOT EXISTS (SELECT 1 FROM intents d WHERE d.link_id = intents.link_id AND d.side = intents.side AND d.state = ? AND d.created_at > intents.created_at)", models.IntentDone).
			Order("created_at, id").Find(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.LinkID] = append(out[r.LinkID], r.Intent)
		}
	}
	return out, nil
}
