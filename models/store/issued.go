package store

import (
	"context"

	"gorm.io/gorm"

	"sidelight/models"
)

// CreateIssuedToken keeps a token of the command line, with its entry in the audit: one that nobody
// knows of is not given out.
func (s *Store) CreateIssuedToken(ctx context.Context, t models.IssuedToken, e models.AuditEntry) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Create(&t).Error; err != nil {
			return err
		}
		if e.At.IsZero() {
			e.At = s.stamp()
		}
		return tx.Create(&e).Error
	})
}

// IssuedTokens are the tokens of the command line, newest first.
func (s *Store) IssuedTokens(ctx context.Context) ([]models.IssuedToken, error) {
	out := []models.IssuedToken{}
	return out, s.read(ctx).Order("created_at DESC, id DESC").Find(&out).Error
}

// IssuedTokenActive tells whether the token is known and was not revoked.
func (s *Store) IssuedTokenActive(ctx context.Context, id string) (bool, error) {
	var n int64
	err := s.read(ctx).Model(&models.IssuedToken{}).Where("id = ? AND revoked_at IS NULL", id).Count(&n).Error
	return n == 1, err
}

// RevokeIssuedToken ends a token at once. NOT_FOUND.
func (s *Store) RevokeIssuedToken(ctx context.Context, id string) (t models.IssuedToken, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		t = models.IssuedToken{}
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
