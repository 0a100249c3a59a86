package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// lease is a named claim that one process holds at a time.
type lease struct {
	Name  string `gorm:"primaryKey"`
	Owner string
	Fence int64
	Until time.Time `gorm:"column:until_"`
}

// AcquireLease takes or renews a lease by the database's clock; the fence rises with each new
// holder.
func (s *Store) AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, held bool, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		fence, held = 0, false
		if err := tx.Clauses(doNothing).Create(&lease{Name: name, Until: models.UnknownTime}).Error; err != nil {
			return err
		}
		var l lease
		if err := s.locked(tx).First(&l, "name = ?", name).Error; err != nil {
			return err
		}
		now, err := s.databaseTime(tx)
		if err != nil {
			return err
		}
		if l.Owner != owner && now.Before(l.Until) {
			return nil
		}
		if l.Owner != owner {
			l.Fence++
		}
		l.Owner, l.Until, fence, held = owner, now.Add(ttl), l.Fence, true
		return tx.Save(&l).Error
	})
	return fence, held, err
}

// ReleaseLease gives a lease back, if the owner still holds it.
func (s *Store) ReleaseLease(ctx context.Context, name, owner string) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Model(&lease{}).Where("name = ? AND owner = ?", name, owner).UpdateColumns(map[string]any{"until_": models.UnknownTime, "owner": ""}).Error
	})
}
