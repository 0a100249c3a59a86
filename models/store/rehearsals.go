package store

import (
	"context"

	"gorm.io/gorm"

	"sidelight/models"
)

// SaveRehearsal keeps a forecast, new or changed. Nobody who was erased
// meanwhile stands in it.
func (s *Store) SaveRehearsal(ctx context.Context, r models.Rehearsal) error {
	return s.txKeeping(ctx, func(tx *gorm.DB, erasures int64) error {
		if err := s.rehearsalWithoutErased(tx, erasures, &r); err != nil {
			return err
		}
		return tx.Clauses(replace).Create(&r).Error
	})
}

// Rehearsal is the forecast with the id, nil when there is none.
func (s *Store) Rehearsal(ctx context.Context, id string) (*models.Rehearsal, error) {
	var out []models.Rehearsal
	if err := s.read(ctx).Where("id = ?", id).Find(&out).Error; err != nil || len(out) == 0 {
		return nil, err
	}
	return &out[0], nil
}
