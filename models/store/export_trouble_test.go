package store

import (
	"context"

	mysqldriver "github.com/go-sql-driver/mysql"

	"sidelight/models"
)

// CheckWhole reads the whole SQLite file, as once a day.
func (s *Store) CheckWhole(ctx context.Context) error { return s.check(ctx) }

// MySQLProblem is what an error of MySQL is taken for.
func MySQLProblem(number uint16, message string) models.DatabaseProblem {
	found, _ := diagnose(&mysqldriver.MySQLError{Number: number, Message: message})
	return found.problem
}
