package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// ServiceTokens are the dashboards' tokens, newest first.
func (s *Store) ServiceTokens(ctx context.Context) ([]models.ServiceToken, error) {
	out := []models.ServiceToken{}
	if err := s.read(ctx).Order("created_at DESC, id DESC").Find(&out).Error; err != nil {
		return nil, err
	}
	profiles, err := s.Profiles(ctx)
	if err != nil {
		return nil, err
	}
	for i := range out {
		for j := range profiles {
			if out[i].ProfileID != nil && *out[i].ProfileID == profiles[j].ID {
				out[i].Profile = &profiles[j]
			}
		}
	}
	return out, nil
}

// CreateServiceToken keeps a token's hash. The token itself is never kept.
func (s *Store) CreateServiceToken(ctx context.Context, t models.ServiceToken) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		if t.ProfileID != nil {
			if err := tx.First(&models.Profile{}, "id = ?", *t.ProfileID).Error; err != nil {
				return notFoundError(err)
			}
		}
		return tx.Create(&t).Error
	})
}

// ServiceTokenByHash finds a token. NOT_FOUND.
func (s *Store) ServiceTokenByHash(ctx context.Context, hash []byte) (t models.ServiceToken, err error) {
	return t, notFoundError(s.read(ctx).First(&t, "hash = ?", hash).Error)
}

// TouchServiceToken notes a token's use, at most once a minute.
func (s *Store) TouchServiceToken(ctx context.Context, id string) error {
	now := s.stamp()
	stale := "id = ? AND (last_used_at IS NULL OR last_used_at < ?)"
	var n int64
	if err := s.read(ctx).Model(&models.ServiceToken{}).Where(stale, id, now.Add(-time.Minute)).Count(&n).Error; err != nil || n == 0 {
		return err
	}
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&models.ServiceToken{}).Where(stale, id, now.Add(-time.Minute)).UpdateColumns(map[string]any{"last_used_at": now}).Error
	})
}

// ServiceTokenActive tells whether the token was not revoked.
func (s *Store) ServiceTokenActive(ctx context.Context, id string) (bool, error) {
	var n int64
	err := s.read(ctx).Model(&models.ServiceToken{}).Where("id = ? AND revoked_at IS NULL", id).Count(&n).Error
	return n == 1, err
}

// RevokeServiceToken ends a token at once. NOT_FOUND.
func (s *Store) RevokeServiceToken(ctx context.Context, id string) (t models.ServiceToken, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		t = models.ServiceToken{}
		if err := s.locked(tx).First(&t, "id = ?", id).Error; err != nil {
			return err
		}
		if t.RevokedAt == nil {
			now := s.stamp()
			t.RevokedAt = &now
		}
		return tx.Save(&t).Error
	})
	return t, err
}
