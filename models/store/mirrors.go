package store

import (
	"context"

	"sidelight/models"
)

// Mirror reads rows as they are kept here, by id; one that is not kept is absent.
func (s *Store) Mirror(ctx context.Context, side models.Side, object models.SyncObject, ids []string) (map[string]*models.MirrorRow, error) {
	return mirrors(s.read(ctx), side, object, ids)
}

// MirrorIDs walks the ids of the live rows as they are kept here, in their order, after the given
// one.
func (s *Store) MirrorIDs(ctx context.Context, side models.Side, object models.SyncObject, after string, limit int) ([]string, error) {
	var ids []string
	err := s.read(ctx).Table(table(side, object)).Where("id > ? AND "+withoutIndex("deleted_at", true)+" IS NULL", after).
		Order("id").Limit(limit).Pluck("id", &ids).Error
	return ids, err
}
