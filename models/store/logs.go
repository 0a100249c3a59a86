package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// containing narrows to rows whose column contains the text, case ignored.
func containing(q *gorm.DB, column, text string) *gorm.DB {
	return q.Where("LOWER(`"+column+"`) LIKE LOWER(?) ESCAPE '!'", "%"+likeEscape.Replace(text)+"%")
}

// searched narrows to rows of which one of the columns contains what is searched for, case ignored.
// Nothing and blanks find everything.
func searched(q *gorm.DB, search *string, columns ...string) *gorm.DB {
	text := strings.TrimSpace(deref(search))
	if text == "" {
		return q
	}
	conditions, args := make([]string, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		conditions[i], args[i] = "LOWER(`"+c+"`) LIKE LOWER(?) ESCAPE '!'", "%"+likeEscape.Replace(text)+"%"
	}
	return q.Where("("+strings.Join(conditions, " OR ")+")", args...)
}

// failureColumn is what failures are ordered by.
func failureColumn(order *models.FailureOrder) column {
	if order != nil {
		switch *order {
		case models.FailureLastAsc:
			return column{sql: "last_at"}
		case models.FailureNameAsc:
			return column{sql: "record_name", nullable: true}
		case models.FailureNameDesc:
			return column{sql: "record_name", nullable: true, desc: true}
		case models.FailureAttemptsAsc:
			return column{sql: "attempts"}
		case models.FailureAttemptsDesc:
			return column{sql: "attempts", desc: true}
		}
	}
	return column{sql: "last_at", desc: true}
}

func failureOrder(order *models.FailureOrder) keyset {
	name, first := "failures", failureColumn(order)
	if order != nil {
		name += "/" + string(*order)
	}
	return keyset{name: name, columns: []column{first, {sql: "id", desc: first.desc}}}
}

// failureValues are the values by which a failure stands in the order.
func failureValues(order *models.FailureOrder) func(models.Failure) []any {
	by := failureColumn(order).sql
	return func(f models.Failure) []any {
		switch {
		case by == "record_name" && f.RecordName == nil:
			return []any{nil, f.ID}
		case by == "record_name":
			return []any{*f.RecordName, f.ID}
		case by == "attempts":
			return []any{f.Attempts, f.ID}
		}
		return []any{f.LastAt, f.ID}
	}
}

// Changes is the journal, latest first.
func (s *Store) Changes(ctx context.Context, f models.ChangeFilter, page models.Page, total bool) (models.Slice[models.Change], error) {
	q := s.read(ctx).Model(&models.Change{})
	for name, value := range map[string]*string{"link_id": f.LinkID, "run_id": f.RunID, "field": f.Field} {
		if value != nil {
			q = q.Where("`"+name+"` = ?", *value)
		}
	}
	if f.Object != nil {
		q = q.Where("object = ?", *f.Object)
	}
	if f.Since != nil {
		var err error
		if q, err = since(q, &models.Change{}, *f.Since); err != nil {
			return models.Slice[models.Change]{}, err
		}
	}
	return list(q, keyset{name: "changes", columns: []column{{sql: "id", desc: true}}}, page, total, func(c models.Change) []any { return []any{c.ID} })
}

// auditWhere narrows the audit log.
func auditWhere(q *gorm.DB, f models.AuditFilter) (*gorm.DB, error) {
	if f.Since != nil {
		var err error
		if q, err = since(q, &models.AuditEntry{}, *f.Since); err != nil {
			return nil, err
		}
	}
	return searched(q, f.Search, "subject", "action", "target"), nil
}

// disorder bounds how much later an entry of a log may be written than one of the same time.
const disorder = time.Hour

// since narrows a log, which is listed in the order of its ids, to what happened since a time. Ids
// rise with time, so the list ends at the first of them instead of looking through all that is
// older.
func since(q *gorm.DB, rows any, at time.Time) (*gorm.DB, error) {
	var first []int64
	if err := q.Session(&gorm.Session{NewDB: true}).Model(rows).Where("at >= ?", earliest(at.Add(-disorder))).Order("at").Limit(1).Pluck("id", &first).Error; err != nil {
		return nil, err
	}
	if len(first) == 0 {
		return q.Where("1 = 0"), nil
	}
	return q.Where("id >= ? AND "+withoutIndex("at", true)+" >= ?", first[0], earliest(at)), nil
}
