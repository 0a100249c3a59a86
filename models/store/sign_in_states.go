package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// signInState is what has to be remembered between sending a browser to a vendor and its coming
// back.
type signInState struct {
	ID        string `gorm:"primaryKey"`
	Sealed    []byte
	ExpiresAt time.Time
}

// SaveState keeps what has to be remembered of a browser that was sent to a vendor, sealed.
func (s *Store) SaveState(ctx context.Context, id string, plain []byte, ttl time.Duration) error {
	sealed, err := s.seal.seal(plain, "states/"+id)
	if err != nil {
		return err
	}
	now := s.stamp()
	return s.tx(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("expires_at < ?", now).Delete(&signInState{}).Error; err != nil {
			return err
		}
		return tx.Create(&signInState{ID: id, Sealed: sealed, ExpiresAt: now.Add(ttl)}).Error
	})
}

// TakeState answers it once. NOT_FOUND when it is unknown, over or taken already.
func (s *Store) TakeState(ctx context.Context, id string) ([]byte, error) {
	var row signInState
	err := s.tx(ctx, func(tx *gorm.DB) error {
		row = signInState{}
		if err := s.locked(tx).First(&row, "id = ? AND expires_at > ?", id, s.stamp()).Error; err != nil {
			return err
		}
		return tx.Delete(&row).Error
	})
	if err != nil {
		return nil, err
	}
	return s.seal.open(row.Sealed, "states/"+id)
}
