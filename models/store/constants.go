package store

import (
	"context"

	"gorm.io/gorm"

	"sidelight/models"
)

// Constants reads what new records of the object get, on both sides.
func (s *Store) Constants(ctx context.Context, object models.SyncObject) ([]models.Constant, error) {
	out := []models.Constant{}
	return out, s.read(ctx).Where("object = ?", object).Order("side, name").Find(&out).Error
}

// ReplaceConstants replaces the object's constants and has every one of its links planned again: a
// creation that was owed with the old ones is not sent.
func (s *Store) ReplaceConstants(ctx context.Context, object models.SyncObject, constants []models.Constant) error {
	now := s.stamp()
	for i := range constants {
		constants[i].UpdatedAt = now
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		if err := tx.Where("object = ?", object).Delete(&models.Constant{}).Error; err != nil {
			return err
		}
		if len(constants) > 0 {
			if err := tx.CreateInBatches(constants, batchRows).Error; err != nil {
				return err
			}
		}
		return s.replan(tx, in, object, false)
	})
}
