package store

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sidelight/models"
)

// Profiles are Desk's profiles with their permissions, by name.
func (s *Store) Profiles(ctx context.Context) ([]models.Profile, error) {
	out := []models.Profile{}
	return out, s.read(ctx).Order("name, id").Find(&out).Error
}

// SaveProfiles keeps the profiles that Desk has. One that is known keeps its permission; a new one
// begins with the given one.
func (s *Store) SaveProfiles(ctx context.Context, profiles []models.Profile) error {
	if len(profiles) == 0 {
		return nil
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		for i := range profiles {
			profiles[i].UpdatedAt = s.stamp()
		}
		c := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"name"})}
		if err := tx.Clauses(c).Create(&profiles).Error; err != nil {
			return err
		}
		return s.raisePolicy(tx)
	})
}

func (s *Store) raisePolicy(tx *gorm.DB) error {
	return tx.Model(&models.Integration{}).Where("id = 1").UpdateColumns(map[string]any{"policy_version": gorm.Expr("policy_version + 1")}).Error
}

// SetProfilePermission changes a profile's permission and raises PolicyVersion. NOT_FOUND.
func (s *Store) SetProfilePermission(ctx context.Context, id string, change models.ProfilePermission) (before, after models.Profile, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		before = models.Profile{}
		if err := s.locked(tx).First(&before, "id = ?", id).Error; err != nil {
			return err
		}
		after = before
		access := change.Apply(before.Permission())
		after.Switches, after.Hidden, after.UpdatedAt = access.Switches, access.Hidden, s.stamp()
		if change.DenyMode != nil {
			after.DenyMode = *change.DenyMode
		}
		if change.Card != nil {
			after.Card = *change.Card
		}
		if err := tx.Save(&after).Error; err != nil {
			return err
		}
		return s.raisePolicy(tx)
	})
	return before, after, err
}

// PolicyVersion rises with every change of a permission.
func (s *Store) PolicyVersion(ctx context.Context) (int64, error) {
	in, err := s.Integration(ctx)
	return in.PolicyVersion, err
}
