package storetest

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// DropTables takes every table from a MySQL database, as an accident would.
func DropTables(ctx context.Context, address string) (err error) {
	db, err := sql.Open("mysql", strings.TrimPrefix(address, "mysql:"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.QueryContext(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()")
	if err != nil {
		return err
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return errors.Join(err, rows.Close())
		}
		names = append(names, "`"+name+"`")
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "DROP TABLE "+strings.Join(names, ", "))
	return err
}
