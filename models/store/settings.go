package store

import (
	"context"

	"gorm.io/gorm"
)

// Setting is a small value kept for the process itself, "" when it was never set.
func (s *Store) Setting(ctx context.Context, name string) (string, error) {
	var row setting
	err := s.read(ctx).Where("name = ?", name).Limit(1).Find(&row).Error
	return row.Value, err
}

// SetSetting keeps a small value.
func (s *Store) SetSetting(ctx context.Context, name, value string) error {
	return s.tx(ctx, func(tx *gorm.DB) error { return tx.Clauses(replace).Create(&setting{name, value}).Error })
}

type setting struct {
	Name  string `gorm:"primaryKey"`
	Value string
}
