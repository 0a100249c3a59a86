package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sidelight/models/store"
)

// Reusable is a MySQL database that can be given back what it held when it was made: making a new
// one, with all its tables, takes a hundred times as long.
type Reusable struct {
	Address string
	db      *sql.DB
	tables  []contents
}

// contents are the rows of a table.
type contents struct {
	name    string
	columns []string
	rows    [][]any
}

// Reuse makes the tables of a new database, and keeps what they hold.
func Reuse(t testing.TB, address string) *Reusable {
	t.Helper()
	r := &Reusable{Address: address}
	s, err := store.Open(context.Background(), r.Address, store.Options{Seal: Key})
	if err == nil {
		err = s.Close()
	}
	if err == nil {
		r.db, err = sql.Open("mysql", strings.TrimPrefix(r.Address, "mysql:"))
	}
	if err == nil {
		err = r.readTables()
	}
	if err != nil {
		t.Fatalf("a reusable database cannot be made: %v", err)
	}
	t.Cleanup(func() { _ = r.db.Close() })
	return r
}

func (r *Reusable) readTables() error {
	rows, err := r.db.Query("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c contents
		if err := rows.Scan(&c.name); err != nil {
			return err
		}
		r.tables = append(r.tables, c)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for i := range r.tables {
		if err := r.tables[i].read(r.db); err != nil {
			return err
		}
	}
	return nil
}

func (c *contents) read(db *sql.DB) error {
	rows, err := db.Query("SELECT * FROM `" + c.name + "`")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if c.columns, err = rows.Columns(); err != nil {
		return err
	}
	for rows.Next() {
		row, into := make([]any, len(c.columns)), make([]any, len(c.columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		c.rows = append(c.rows, row)
	}
	return rows.Err()
}

// Reset gives every table the rows that it had. Nothing may have the database open.
func (r *Reusable) Reset() error {
	ctx := context.Background()
	tx, err := r.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, c := range r.tables {
		if _, err := tx.ExecContext(ctx, "DELETE FROM `"+c.name+"`"); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", c.name, err), tx.Rollback())
		}
		if len(c.rows) == 0 {
			continue
		}
		insert := "INSERT INTO `" + c.name + "` (`" + strings.Join(c.columns, "`, `") + "`) VALUES (?" + strings.Repeat(", ?", len(c.columns)-1) + ")"
		for _, row := range c.rows {
			if _, err := tx.ExecContext(ctx, insert, row...); err != nil {
				return errors.Join(fmt.Errorf("%s: %w", c.name, err), tx.Rollback())
			}
		}
	}
	return tx.Commit()
}
