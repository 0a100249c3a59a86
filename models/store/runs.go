package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// StartRun begins an entry of the history.
func (s *Store) StartRun(ctx context.Context, run models.SyncRun) error {
	return s.tx(ctx, func(tx *gorm.DB) error { return tx.Omit("Tallies").Create(&run).Error })
}

// UpdateRun keeps a run's status and progress. Tallies are added up by the writes themselves.
func (s *Store) UpdateRun(ctx context.Context, run models.SyncRun) error {
	return s.tx(ctx, func(tx *gorm.DB) error { return tx.Omit("Tallies").Save(&run).Error })
}

// DropRun removes a run that did nothing.
func (s *Store) DropRun(ctx context.Context, id string) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Where("id = ? AND NOT EXISTS (SELECT 1 FROM sync_tallies t WHERE t.run_id = sync_runs.id)", id).Delete(&models.SyncRun{}).Error
	})
}

// OpenRun is the run of the trigger that is going on, nil when there is none.
func (s *Store) OpenRun(ctx context.Context, trigger models.RunTrigger) (*models.SyncRun, error) {
	return s.oneRun(s.read(ctx).Where("`trigger` = ? AND status = ?", trigger, models.RunRunning).Order("started_at DESC, id DESC"))
}

// LatestRun is the run that began last, one that is going on before others; nil when there is none.
func (s *Store) LatestRun(ctx context.Context) (*models.SyncRun, error) {
	running, err := s.oneRun(s.read(ctx).Where("status = ?", models.RunRunning).Order("started_at DESC, id DESC"))
	if err != nil || running != nil {
		return running, err
	}
	return s.oneRun(s.read(ctx).Order("started_at DESC, id DESC"))
}

// SyncRun is the run with the id, nil when there is none.
func (s *Store) SyncRun(ctx context.Context, id string) (*models.SyncRun, error) {
	return s.oneRun(s.read(ctx).Where("id = ?", id))
}

func (s *Store) oneRun(q *gorm.DB) (*models.SyncRun, error) {
	var runs []models.SyncRun
	if err := q.Preload("Tallies", inOrder).Limit(1).Find(&runs).Error; err != nil || len(runs) == 0 {
		return nil, err
	}
	return &runs[0], nil
}

func inOrder(tx *gorm.DB) *gorm.DB { return tx.Order("object, source") }

// SyncRuns is the history, newest first.
func (s *Store) SyncRuns(ctx context.Context, f models.SyncRunFilter, page models.Page, total bool) (models.Slice[models.SyncRun], error) {
	q := s.read(ctx).Model(&models.SyncRun{})
	if f.Trigger != nil {
		q = q.Where("`trigger` = ?", *f.Trigger)
	}
	if f.Since != nil {
		q = q.Where("started_at >= ?", *f.Since)
	}
	if f.Object != nil || f.Source != nil {
		tallies := s.read(ctx).Model(&models.SyncTally{}).Select("run_id")
		if f.Object != nil {
			tallies = tallies.Where("object = ?", *f.Object)
		}
		if f.Source != nil {
			tallies = tallies.Where("source = ?", *f.Source)
		}
		q = q.Where("id IN (?)", tallies)
	}
	return list(q, keyset{name: "runs", columns: []column{{sql: "started_at", desc: true}, {sql: "id", desc: true}}}, page, total,
		func(r models.SyncRun) []any { return []any{r.StartedAt, r.ID} }, func(tx *gorm.DB) *gorm.DB { return tx.Preload("Tallies", inOrder) })
}

// Prune removes what is older than the time: ended runs, resolved failures and conflicts, ended writes, the journal and the audit.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		ended := tx.Model(&models.SyncRun{}).Select("id").Where("finished_at < ?", before)
		for _, q := range []*gorm.DB{
			tx.Where("run_id IN (?)", ended).Delete(&models.SyncTally{}),
			tx.Where("finished_at < ?", before).Delete(&models.SyncRun{}),
			tx.Where("resolved_at < ?", before).Delete(&models.Failure{}),
			tx.Where("resolved_at < ?", before).Delete(&models.Conflict{}),
			tx.Where("state NOT IN ? AND updated_at < ?", openIntents, before).Delete(&models.Intent{}),
			tx.Where("at < ?", before).Delete(&models.Change{}),
			tx.Where("created_at < ?", before).Delete(&models.Rehearsal{}),
			tx.Where("started_at < ?", before).Delete(&models.DriftReport{}),
			tx.Where("at < ?", before).Delete(&models.AuditEntry{}),
			tx.Where("expires_at < ?", before).Delete(&models.SignIn{}),
		} {
			if q.Error != nil {
				return q.Error
			}
		}
		return pruneRelated(tx, before)
	})
}

// SaveRehearsal keeps a forecast, new or changed.
func (s *Store) SaveRehearsal(ctx context.Context, r models.Rehearsal) error {
	return s.keep(ctx, func(tx *gorm.DB) error { return tx.Clauses(replace).Create(&r).Error })
}

// Rehearsal is the forecast with the id, nil when there is none.
func (s *Store) Rehearsal(ctx context.Context, id string) (*models.Rehearsal, error) {
	var out []models.Rehearsal
	if err := s.read(ctx).Where("id = ?", id).Find(&out).Error; err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// SaveDriftReport keeps a compare's report, new or changed.
func (s *Store) SaveDriftReport(ctx context.Context, r models.DriftReport) error {
	return s.keep(ctx, func(tx *gorm.DB) error { return tx.Clauses(replace).Create(&r).Error })
}

// DriftReport is the latest compare's report, nil when there is none.
func (s *Store) DriftReport(ctx context.Context) (*models.DriftReport, error) {
	var out []models.DriftReport
	if err := s.read(ctx).Order("started_at DESC, id DESC").Limit(1).Find(&out).Error; err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}

// Mirror reads rows as they are kept here, by id; one that is not kept is absent.
func (s *Store) Mirror(ctx context.Context, side models.Side, object models.SyncObject, ids []string) (map[string]*models.MirrorRow, error) {
	return mirrors(s.read(ctx), side, object, ids)
}

// MirrorIDs walks the ids of the live rows as they are kept here, in their order, after the given one.
func (s *Store) MirrorIDs(ctx context.Context, side models.Side, object models.SyncObject, after string, limit int) ([]string, error) {
	var ids []string
	err := s.read(ctx).Table(table(side, object)).Where("id > ? AND deleted_at IS NULL", after).Order("id").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}

// BlankedSince counts, per side, the links of which a field there was cleared by a write since the time.
func (s *Store) BlankedSince(ctx context.Context, since time.Time) (map[models.Side]int, error) {
	var rows []struct {
		Side  models.Side
		Count int
	}
	err := s.read(ctx).Model(&models.Change{}).Select("side, COUNT(DISTINCT link_id) AS count").
		Where("at >= ? AND new IS NULL AND old IS NOT NULL", since).Group("side").Find(&rows).Error
	out := map[models.Side]int{}
	for _, r := range rows {
		out[r.Side] = r.Count
	}
	return out, err
}

// RecentChanges are the journal's entries of the links since the time, oldest first.
func (s *Store) RecentChanges(ctx context.Context, linkIDs []string, since time.Time) (map[string][]models.Change, error) {
	out := map[string][]models.Change{}
	for chunk := range chunks(linkIDs) {
		var rows []models.Change
		if err := s.read(ctx).Where("link_id IN ? AND at >= ?", chunk, since).Order("id").Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, c := range rows {
			out[c.LinkID] = append(out[c.LinkID], c)
		}
	}
	return out, nil
}

// Wipe ends the integration: credentials, mirrors, links, owed writes, related records, positions, mappings, and the logs that hold customers' data.
func (s *Store) Wipe(ctx context.Context) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		for _, name := range []string{"desk_contacts", "desk_accounts", "salesforce_contacts", "salesforce_accounts", "links", "intents", "cursors",
			"opportunities", "opportunity_contacts", "notes", "events", "tasks", "related_states", "related_mirrors", "tickets", "failures", "conflicts", "changes",
			"rehearsals", "drift_reports", "sync_filters", "connections", "field_mappings", "sign_ins", "sign_in_states"} {
			if err := tx.Exec("DELETE FROM `" + name + "`").Error; err != nil {
				return err
			}
		}
		now := s.stamp()
		if err := tx.Model(&models.SyncRun{}).Where("status = ?", models.RunRunning).
			UpdateColumns(map[string]any{"status": models.RunStopped, "finished_at": now}).Error; err != nil {
			return err
		}
		in.Status, in.Resume, in.Reason, in.ReasonCode, in.Brake = models.StatusDeleted, models.StatusNotConnected, nil, "", models.BrakeOff
		in.WaitingUntil, in.Drift = nil, nil
		in.LoadedAt, in.PausedAt, in.LastSyncedAt, in.UpdatedAt = nil, nil, nil, now
		in.Epoch++
		in.MappingVersion++
		return tx.Save(&in).Error
	})
}
