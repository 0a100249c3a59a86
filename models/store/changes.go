package store

import (
	"context"
	"time"

	"sidelight/models"
)

// BlankedSince counts, per side, the links of which a field there was cleared by a write since the
// time.
func (s *Store) BlankedSince(ctx context.Context, since time.Time) (map[models.Side]int, error) {
	var rows []struct {
		Side  models.Side
		Count int
	}
	err := s.read(ctx).Model(&models.Change{}).Select("side, COUNT(DISTINCT link_id) AS count").
		Where("blanked = ? AND at >= ?", true, since).Group("side").Find(&rows).Error
	out := map[models.Side]int{}
	for _, r := range rows {
		out[r.Side] = r.Count
	}
	return out, err
}

// RecentChanges are the journal's entries of the links since the time, oldest first.
func (s *Store) RecentChanges(ctx context.Context, linkIDs []string, since time.Time) (map[string][]models.Change, error) {
	out := map[string][]models.Change{}
	for chunk := range chunks(linkIDs) {
		var rows []models.Change
		if err := s.read(ctx).Where("link_id IN ? AND at >= ?", chunk, since).Order("id").Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, c := range rows {
			out[c.LinkID] = append(out[c.LinkID], c)
		}
	}
	return out, nil
}

// FieldHistory is the latest journal entry of each mapped field of a link, or of those that are
// named.
func (s *Store) FieldHistory(ctx context.Context, linkID string, fields ...string) (map[string]models.Change, error) {
	latest := s.read(ctx).Model(&models.Change{}).Where("link_id = ?", linkID).Group("field")
	if len(fields) > 0 {
		latest = latest.Where("field IN ?", fields)
	}
	// Asked for by themselves: MySQL would look through them for each change that there is.
	var ids []int64
	if err := latest.Pluck("MAX(id)", &ids).Error; err != nil || len(ids) == 0 {
		return map[string]models.Change{}, err
	}
	var changes []models.Change
	if err := s.read(ctx).Where("id IN ?", ids).Find(&changes).Error; err != nil {
		return nil, err
	}
	out := make(map[string]models.Change, len(changes))
	for _, c := range changes {
		out[c.Field] = c
	}
	return out, nil
}
