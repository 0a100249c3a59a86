package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

func failureWhere(q *gorm.DB, f models.FailureFilter) *gorm.DB {
	if f.Object != nil {
		q = q.Where("object = ?", *f.Object)
	}
	if f.Code != nil {
		q = q.Where("code = ?", *f.Code)
	}
	if f.Target != nil {
		q = q.Where("target = ?", *f.Target)
	}
	if f.Since != nil {
		q = q.Where("last_at >= ?", earliest(*f.Since))
	}
	q = searched(q, f.Search, "record_name", "record_id", "message")
	if f.Field != nil {
		q = containing(q, "fields", `"`+*f.Field+`"`)
	}
	if f.Cause != nil {
		q = q.Where("cause = ?", *f.Cause)
	}
	if f.Resolved != nil && *f.Resolved {
		q = q.Where("resolved_at IS NOT NULL")
	} else if f.Resolved != nil {
		q = q.Where("resolved_at IS NULL")
	}
	return q
}

// Failures is the failure log, latest first.
func (s *Store) Failures(ctx context.Context, f models.FailureFilter, page models.Page, total bool) (models.Slice[models.Failure], error) {
	return list(failureWhere(s.read(ctx).Model(&models.Failure{}), f), failureOrder(f.Order), page, total, failureValues(f.Order))
}

// FailureCategories counts failures by code and object; open ones unless the filter says otherwise.
func (s *Store) FailureCategories(ctx context.Context, f models.FailureFilter) ([]models.FailureCategory, error) {
	if f.Resolved == nil {
		open := false
		f.Resolved = &open
	}
	out := []models.FailureCategory{}
	rows, err := failureWhere(s.read(ctx).Model(&models.Failure{}), f).Select("code, object, COUNT(*), MAX(last_at)").Group("object, code").Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c models.FailureCategory
		var at moment
		if err := rows.Scan(&c.Code, &c.Object, &c.Count, &at); err != nil {
			return nil, err
		}
		c.LastAt = at.ptr()
		out = append(out, c)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i, c := range out {
		// Their words by themselves: grouped with them, the failures would go through a table on
		// disk.
		var one models.Failure
		err := failureWhere(s.read(ctx), f).Select("message").Where("object = ? AND code = ? AND last_at = ?", c.Object, c.Code, c.LastAt).Limit(1).Find(&one).Error
		if err != nil {
			return nil, err
		}
		out[i].Message = &one.Message
	}
	slices.SortFunc(out, func(a, b models.FailureCategory) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Object, b.Object))
	})
	return out, nil
}

// RetryFailures has the records of the open failures that match planned again at once, and answers
// how many. A failure is resolved when its record is through.
func (s *Store) RetryFailures(ctx context.Context, ids []string, f models.FailureFilter) (n int, err error) {
	open := false
	f.Resolved = &open
	err = s.tx(ctx, func(tx *gorm.DB) error {
		q := failureWhere(tx.Model(&models.Failure{}), f)
		if ids != nil {
			q = q.Where("id IN ?", ids)
		}
		var found []models.Failure
		if err := q.Select("id", "link_id", "field", "code").Find(&found).Error; err != nil {
			return err
		}
		n = len(found)
		return s.retry(tx, found, true)
	})
	return n, err
}

// RetryDue has the records planned again whose failures' time has come, and answers how many. What
// is owed already is tried again by its own.
func (s *Store) RetryDue(ctx context.Context) (n int, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		now, err := s.databaseTime(tx)
		if err != nil {
			return err
		}
		var found []models.Failure
		if err := tx.Select("id", "link_id", "field", "code").Where("next_retry_at <= ? AND "+withoutIndex("resolved_at", true)+" IS NULL", now).
			Where("(SELECT COUNT(*) FROM intents i WHERE i.link_id = failures.link_id AND i.state IN ?) = 0", openIntents).
			Order("next_retry_at").Limit(batchRows).Find(&found).Error; err != nil {
			return err
		}
		n = len(found)
		return s.retry(tx, found, false)
	})
	return n, err
}

// retry has the links of failures planned again now, and their fields rest no longer. A rewritten
// field is tried again only when an admin asks for it.
func (s *Store) retry(tx *gorm.DB, found []models.Failure, asked bool) error {
	failures, links := make([]string, len(found)), make([]string, len(found))
	wake := map[string][]models.Failure{}
	for i, f := range found {
		failures[i], links[i] = f.ID, f.LinkID
		if asked || f.Code != models.CodePingPong {
			wake[f.LinkID] = append(wake[f.LinkID], f)
		}
	}
	for chunk := range chunks(failures) {
		if err := tx.Model(&models.Failure{}).Where("id IN ?", chunk).UpdateColumns(map[string]any{"next_retry_at": nil}).Error; err != nil {
			return err
		}
	}
	for chunk := range chunks(slices.Sorted(maps.Keys(wake))) {
		if err := s.wakeFields(tx, chunk, wake); err != nil {
			return err
		}
		if asked {
			if err := tx.Table("links").Where("id IN ?", chunk).UpdateColumns(map[string]any{"retried_at": s.stamp()}).Error; err != nil {
				return err
			}
		}
	}
	for chunk := range chunks(links) {
		if err := s.dirty(tx.Where("id IN ?", chunk), models.TriggerRetry); err != nil {
			return err
		}
	}
	return nil
}

// wakeFields ends the rests of the failures' fields. A failure of the record as a whole ends those
// of all its fields.
func (s *Store) wakeFields(tx *gorm.DB, ids []string, failures map[string][]models.Failure) error {
	var rows []models.Link
	if err := s.locked(tx).Select("id", "resting").Where("id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return err
	}
	for _, l := range rows {
		left := l.Resting
		for _, f := range failures[l.ID] {
			if f.Field == "" {
				left = nil
			}
			left = left.Without(f.Field)
		}
		if len(left) == len(l.Resting) {
			continue
		}
		if err := tx.Table("links").Where("id = ?", l.ID).UpdateColumns(map[string]any{"resting": left}).Error; err != nil {
			return err
		}
	}
	return nil
}

// Conflicts is the conflict log, latest first.
func (s *Store) Conflicts(ctx context.Context, f models.ConflictFilter, page models.Page, total bool) (models.Slice[models.Conflict], error) {
	q := s.read(ctx).Model(&models.Conflict{})
	if f.Object != nil {
		q = q.Where("object = ?", *f.Object)
	}
	if f.Since != nil {
		q = q.Where("at >= ?", earliest(*f.Since))
	}
	q = searched(q, f.Search, "record_name", "field")
	if f.Resolved != nil && *f.Resolved {
		q = q.Where("resolved_at IS NOT NULL")
	} else if f.Resolved != nil {
		q = q.Where("resolved_at IS NULL")
	}
	return list(q, keyset{name: "conflicts", columns: []column{{sql: "at", desc: true}, {sql: "id", desc: true}}}, page, total,
		func(r models.Conflict) []any { return []any{r.At, r.ID} })
}

// Conflict is one conflict. NOT_FOUND.
func (s *Store) Conflict(ctx context.Context, id string) (c models.Conflict, err error) {
	return c, notFoundError(s.read(ctx).First(&c, "id = ?", id).Error)
}

// ResolveConflict notes whose value an admin chose.
func (s *Store) ResolveConflict(ctx context.Context, id string, choose models.Side) (c models.Conflict, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		c = models.Conflict{}
		if err := s.locked(tx).First(&c, "id = ?", id).Error; err != nil {
			return err
		}
		now := s.stamp()
		c.Winner, c.ResolvedAt = &choose, &now
		return tx.Save(&c).Error
	})
	return c, err
}

// SetBase replaces a link's bases under its version and has it planned again.
func (s *Store) SetBase(ctx context.Context, link models.Link) (saved bool, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		q := tx.Model(&models.Link{}).Where("id = ? AND version = ?", link.ID, link.Version).
			UpdateColumns(map[string]any{"base_desk": link.BaseDesk, "base_salesforce": link.BaseSalesforce})
		if saved = q.RowsAffected == 1; q.Error != nil || !saved {
			return q.Error
		}
		return s.dirty(tx.Where("id = ?", link.ID), models.TriggerManual)
	})
	return saved, err
}
