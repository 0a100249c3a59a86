package store

import (
	"context"

	"gorm.io/gorm"

	"sidelight/models"
)

// FailureGroups are the failures that share a cause, the largest groups first, at most the given
// number; open ones unless the filter says otherwise.
func (s *Store) FailureGroups(ctx context.Context, f models.FailureFilter, most int) ([]models.FailureGroup, error) {
	if f.Resolved == nil {
		open := false
		f.Resolved = &open
	}
	rows, err := failureWhere(s.read(ctx).Model(&models.Failure{}), f).Select("cause, COUNT(*), MAX(last_at)").
		Group("cause").Order("COUNT(*) DESC, cause").Limit(most).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := []models.FailureGroup{}
	for rows.Next() {
		var g models.FailureGroup
		var at moment
		if err := rows.Scan(&g.ID, &g.Count, &at); err != nil {
			return nil, err
		}
		g.LastAt = at.ptr()
		out = append(out, g)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range out { // the newest by itself: its words are in no index
		g := &out[i]
		var newest models.Failure
		err := failureWhere(s.read(ctx), f).Where("cause = ? AND last_at = ?", g.ID, g.LastAt).Limit(1).Find(&newest).Error
		if err != nil {
			return nil, err
		}
		g.Object, g.Target, g.Code, g.Fields = newest.Object, newest.Target, newest.Code, newest.Fields
		g.Message, g.Hint = newest.Message, newest.Hint
	}
	return out, nil
}

// keepCauses notes the causes of open failures from before they were kept.
func (s *Store) keepCauses(ctx context.Context) error {
	for after := ""; ; {
		var found []models.Failure
		err := s.tx(ctx, func(tx *gorm.DB) error {
			found = nil
			q := tx.Where("id > ? AND cause = '' AND resolved_at IS NULL", after).Order("id").Limit(batchRows)
			if err := q.Find(&found).Error; err != nil {
				return err
			}
			for _, f := range found {
				cause := map[string]any{"cause": f.CauseKey()}
				if err := tx.Table("failures").Where("id = ?", f.ID).UpdateColumns(cause).Error; err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(found) == 0 {
			return err
		}
		after = found[len(found)-1].ID
	}
}
