package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// FieldMappings reads the object's mapping in its order.
func (s *Store) FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error) {
	out := []models.FieldMapping{}
	return out, s.read(ctx).Where("object = ?", object).Order("position, id").Find(&out).Error
}

// ReplaceFieldMappings replaces the object's mapping and has every one of its links planned again;
// what was owed under the old one is not sent. refetch also forgets how far the object was read, so
// that the mirrors get the new fields.
func (s *Store) ReplaceFieldMappings(ctx context.Context, object models.SyncObject, mappings []models.FieldMapping, refetch bool) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		var in models.Integration
		if err := s.locked(tx).First(&in, 1).Error; err != nil {
			return err
		}
		if err := tx.Where("object = ?", object).Delete(&models.FieldMapping{}).Error; err != nil {
			return err
		}
		if len(mappings) > 0 {
			if err := tx.CreateInBatches(mappings, batchRows).Error; err != nil {
				return err
			}
		}
		in.Drift = slices.DeleteFunc(in.Drift, func(d models.MappingDrift) bool { return d.Object == object })
		return s.replan(tx, in, object, refetch)
	})
}

// replan has every link of the object planned again under a new epoch.
func (s *Store) replan(tx *gorm.DB, in models.Integration, object models.SyncObject, refetch bool) error {
	in.MappingVersion++
	in.Epoch++
	in.UpdatedAt = s.stamp()
	if err := tx.Save(&in).Error; err != nil {
		return err
	}
	if refetch {
		if err := tx.Where("object = ? AND kind = ?", object, models.CursorLoad).Delete(&models.Cursor{}).Error; err != nil {
			return err
		}
	}
	return s.dirty(tx.Where("object = ?", object), models.TriggerManual)
}
