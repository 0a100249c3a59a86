package store

import (
	"context"
	"database/sql/driver"

	"sidelight/models"
)

// Exec runs a statement of a test.
func (s *Store) Exec(ctx context.Context, statement string, args ...any) error {
	return s.db.WithContext(ctx).Exec(statement, args...).Error
}

// CustomerByParts is Customer without its one statement.
func (s *Store) CustomerByParts(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Contact, *models.Account, error) {
	return s.byParts(ctx, key, sel)
}

// Metered has a store measure every statement that it sends and that is wanted, by its shape, and
// hand each over once it is answered.
func Metered(o *Options, wanted func(shape string, methods []string) bool, take func(Measured)) {
	var m meter
	o.sending = func(c driver.Conn, statement string, args []driver.NamedValue) func(int64) {
		if !wanted(shape(statement), methods()) {
			return nil
		}
		return m.begin(c, statement, args, take)
	}
}

// KeptName is under which name a card is kept.
func KeptName(key models.CustomerKey, sel models.Selection) string { return keptName(key, sel) }
