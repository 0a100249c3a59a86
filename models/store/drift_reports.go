package store

import (
	"context"

	"gorm.io/gorm"

	"sidelight/models"
)

// SaveDriftReport keeps a compare's report, new or changed. Nobody who was erased
// meanwhile stands in it.
func (s *Store) SaveDriftReport(ctx context.Context, r models.DriftReport) error {
	return s.txKeeping(ctx, func(tx *gorm.DB, erasures int64) error {
		if err := s.reportWithoutErased(tx, erasures, &r); err != nil {
			return err
		}
		return tx.Clauses(replace).Create(&r).Error
	})
}

// DriftReport is the latest compare's report, nil when there is none.
func (s *Store) DriftReport(ctx context.Context) (*models.DriftReport, error) {
	var out []models.DriftReport
	if err := s.read(ctx).Order("started_at DESC, id DESC").Limit(1).Find(&out).Error; err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}
