package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Audit notes who changed what.
func (s *Store) Audit(ctx context.Context, e models.AuditEntry) error {
	if e.At.IsZero() {
		e.At = s.stamp()
	}
	return s.tx(ctx, func(tx *gorm.DB) error { return tx.Create(&e).Error })
}

// AuditLog says who changed what, latest first.
func (s *Store) AuditLog(ctx context.Context, f models.AuditFilter, page models.Page, total bool) (models.Slice[models.AuditEntry], error) {
	k := keyset{name: "audit", columns: []column{{sql: "id", desc: true}}}
	q, err := auditWhere(s.read(ctx).Model(&models.AuditEntry{}), f)
	if err != nil {
		return models.Slice[models.AuditEntry]{}, err
	}
	return list(q, k, page, total, func(e models.AuditEntry) []any { return []any{e.ID} })
}

// PruneAudit removes what was noted before the time, and answers how many entries that were. It has
// a retention of its own: a shorter history hides nobody's deeds.
func (s *Store) PruneAudit(ctx context.Context, before time.Time) (removed int64, err error) {
	err = s.tx(ctx, func(tx *gorm.DB) error {
		done := tx.Where("at < ?", before.UTC()).Delete(&models.AuditEntry{})
		removed = done.RowsAffected
		return done.Error
	})
	return removed, err
}
