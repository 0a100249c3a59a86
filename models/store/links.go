package store

import (
	"context"

	"sidelight/models"
)

// Link is the link with the id, nil when there is none.
func (s *Store) Link(ctx context.Context, id string) (*models.Link, error) {
	var links []models.Link
	if err := s.read(ctx).Where("id = ?", id).Find(&links).Error; err != nil || len(links) == 0 {
		return nil, err
	}
	return &links[0], nil
}
