package store

import (
	"context"
	"database/sql/driver"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/gorm"

	"sidelight/models"
)

// CheckWhole reads the whole SQLite file, as once a day.
func (s *Store) CheckWhole(ctx context.Context) error { return s.check(ctx) }

// MySQLProblem is what an error of MySQL is taken for.
func MySQLProblem(number uint16, message string) models.DatabaseProblem {
	found, _ := diagnose(&mysqldriver.MySQLError{Number: number, Message: message})
	return found.problem
}

// InTransaction runs fn in one transaction of s.
func InTransaction(ctx context.Context, s *Store, fn func(tx *gorm.DB) error) error {
	return s.tx(ctx, fn)
}

// EndWithin has a store wait as long for the end of a transaction.
func EndWithin(o *Options, within time.Duration) { o.endWithin = within }

// AfterStatement has a store call then after each statement, once it is answered to its end.
func AfterStatement(o *Options, then func(statement string)) {
	o.sending = func(_ driver.Conn, statement string, _ []driver.NamedValue) func(int64) {
		return func(int64) { then(statement) }
	}
}
