package store

import (
	"context"

	"gorm.io/gorm"

	"sidelight/models"
)

// SyncFilter is the object's filter; without one it has no conditions.
func (s *Store) SyncFilter(ctx context.Context, object models.SyncObject) (models.SyncFilter, error) {
	f := models.SyncFilter{Object: object, Leaving: models.LeavingKeep}
	err := s.read(ctx).Where("object = ?", object).Limit(1).Find(&f).Error
	return f, err
}

// SaveSyncFilter replaces the object's filter and has every one of its links planned again, as
// ReplaceFieldMappings does.
func (s *Store) SaveSyncFilter(ctx context.Context, f models.SyncFilter, refetch bool) error {
	f.UpdatedAt = s.stamp()
	return s.tx(ctx, func(tx *gorm.DB) error {
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		if err := tx.Clauses(replace).Create(&f).Error; err != nil {
			return err
		}
		return s.replan(tx, in, f.Object, refetch)
	})
}
