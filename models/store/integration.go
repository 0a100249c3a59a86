package store

import (
	"context"
	"reflect"

	"gorm.io/gorm"

	"sidelight/models"
)

// Integration reads the one row.
func (s *Store) Integration(ctx context.Context) (in models.Integration, err error) {
	return in, notFoundError(s.read(ctx).First(&in, 1).Error)
}

// UpdateIntegration changes the one row under its lock; an error from change rolls back and is
// passed on. Another direction, or another state of the vendors' fields, has every link planned
// again in the same transaction.
func (s *Store) UpdateIntegration(ctx context.Context, change func(*models.Integration) error) (models.Integration, error) {
	var in models.Integration
	err := s.tx(ctx, func(tx *gorm.DB) error {
		in = models.Integration{}
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		before := in
		if err := change(&in); err != nil {
			in = before
			return err
		}
		in.UpdatedAt = s.stamp()
		if err := tx.Save(&in).Error; err != nil {
			return err
		}
		if in.Direction == before.Direction && reflect.DeepEqual(in.Drift, before.Drift) {
			return nil
		}
		return s.dirty(tx.Where("1 = 1"), models.TriggerManual)
	})
	return in, err
}
