package store

import (
	"context"

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
	return s.oneRun(s.read(ctx).Where(withoutIndex("`trigger`", true)+" = ? AND status = ?", trigger, models.RunRunning).Order("started_at DESC, id DESC"))
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
	if f.Status != nil {
		q = q.Where("status = ?", *f.Status)
	}
	if f.Since != nil {
		q = q.Where("started_at >= ?", earliest(*f.Since))
	}
	if f.Object != nil || f.Source != nil {
		tallies := s.read(ctx).Table("sync_tallies t").Select("1").Where("t.run_id = sync_runs.id")
		if f.Object != nil {
			tallies = tallies.Where("t.object = ?", *f.Object)
		}
		if f.Source != nil {
			tallies = tallies.Where("t.source = ?", *f.Source)
		}
		q = q.Where("EXISTS (?)", tallies)
	}
	return list(q, keyset{name: "runs", columns: []column{{sql: "started_at", desc: true}, {sql: "id", desc: true}}}, page, total,
		func(r models.SyncRun) []any { return []any{r.StartedAt, r.ID} }, func(tx *gorm.DB) *gorm.DB { return tx.Preload("Tallies", inOrder) })
}
