package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Cursor is the stored position, "" when there is none.
func (s *Store) Cursor(ctx context.Context, side models.Side, object models.SyncObject, kind string) (string, error) {
	var c models.Cursor
	err := s.read(ctx).Where("side = ? AND object = ? AND kind = ?", side, object, kind).Limit(1).Find(&c).Error
	return c.Value, err
}

// SetCursor stores a position by itself.
func (s *Store) SetCursor(ctx context.Context, c models.Cursor) error {
	return s.txUnlessDeleted(ctx, func(tx *gorm.DB) error { return s.saveCursor(tx, c) })
}

func (s *Store) saveCursor(tx *gorm.DB, c models.Cursor) error {
	var err error
	if c.UpdatedAt, err = s.databaseTime(tx); err != nil {
		return err
	}
	return tx.Clauses(replace).Create(&c).Error
}

// PollCursors are the positions of all polls, with the database's time of each.
func (s *Store) PollCursors(ctx context.Context) ([]models.Cursor, error) {
	var out []models.Cursor
	return out, s.read(ctx).Where("kind = ?", models.CursorPoll).Order("updated_at").Find(&out).Error
}

// Pushes are the states of push by side and object, with the database's time of each, and its time
// now.
func (s *Store) Pushes(ctx context.Context) (out []models.Cursor, now time.Time, err error) {
	if err := s.read(ctx).Where("kind = ?", models.CursorPush).Find(&out).Error; err != nil {
		return nil, time.Time{}, err
	}
	now, err = s.databaseTime(s.read(ctx))
	return out, now, err
}
