package store

import (
	"context"

	"gorm.io/gorm"

	"sidelight/models"
)

// Reseal seals every secret with the present key, whichever key it was sealed with, and answers how
// many those are. All or none is sealed anew; one that no key opens is an error.
func (s *Store) Reseal(ctx context.Context) (sealed int, err error) {
	again := func(old []byte, place string) ([]byte, error) {
		plain, err := s.seal.open(old, place)
		if err != nil {
			return nil, models.Wrap(err, models.CodeBadCredentials, "a stored secret cannot be opened with these keys: nothing was changed")
		}
		return s.seal.seal(plain, place)
	}
	err = s.tx(ctx, func(tx *gorm.DB) error {
		sealed = 0
		var connections []models.Connection
		if err := s.locked(tx).Find(&connections).Error; err != nil {
			return err
		}
		for _, c := range connections {
			if len(c.Secrets) == 0 {
				continue
			}
			fresh, err := again(c.Secrets, place(c.Side))
			if err != nil {
				return err
			}
			if err := tx.Model(&models.Connection{}).Where("side = ?", c.Side).UpdateColumn("secrets", fresh).Error; err != nil {
				return err
			}
			sealed++
		}
		var states []signInState
		if err := s.locked(tx).Where("expires_at > ?", s.stamp()).Find(&states).Error; err != nil {
			return err
		}
		for _, row := range states {
			fresh, err := again(row.Sealed, "states/"+row.ID)
			if err != nil {
				return err
			}
			if err := tx.Model(&signInState{}).Where("id = ?", row.ID).UpdateColumn("sealed", fresh).Error; err != nil {
				return err
			}
			sealed++
		}
		var people []models.SignIn
		admins := s.locked(tx).Where("scope = ? AND expires_at > ? AND sealed IS NOT NULL", models.ScopeAdmin, s.stamp())
		if err := admins.Find(&people).Error; err != nil {
			return err
		}
		for _, in := range people {
			fresh, err := again(in.Sealed, signInPlace(in.ID))
			if err != nil {
				return err
			}
			if err := tx.Model(&models.SignIn{}).Where("id = ?", in.ID).UpdateColumn("sealed", fresh).Error; err != nil {
				return err
			}
			sealed++
		}
		var keys []tombstoneKey
		if err := s.locked(tx).Find(&keys).Error; err != nil {
			return err
		}
		for _, k := range keys {
			if k.Sealed, err = again(k.Sealed, tombstonePlace); err != nil {
				return err
			}
			if err := tx.Save(&k).Error; err != nil {
				return err
			}
			sealed++
		}
		return nil
	})
	return sealed, err
}
