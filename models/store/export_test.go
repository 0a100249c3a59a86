package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// Exec runs a statement of a test.
func (s *Store) Exec(ctx context.Context, statement string, args ...any) error {
	return s.db.WithContext(ctx).Exec(statement, args...).Error
}

// Plan is how the database reads for one statement.
type Plan struct {
	Statement string
	Steps     []string
	// Unindexed are steps that read a table without an index, Sorted those that sort what no index has in order.
	Unindexed, Sorted []string
}

// Plans tells how the database reads for each query that work makes.
func (s *Store) Plans(ctx context.Context, work func() error) ([]Plan, error) {
	type statement struct {
		sql  string
		vars []any
	}
	var made []statement
	name := "test:plans"
	if err := s.db.Callback().Query().After("gorm:query").Register(name, func(tx *gorm.DB) {
		if tx.DryRun { // a part of another one
			return
		}
		made = append(made, statement{tx.Statement.SQL.String(), append([]any(nil), tx.Statement.Vars...)})
	}); err != nil {
		return nil, err
	}
	err := work()
	if rerr := s.db.Callback().Query().Remove(name); err == nil {
		err = rerr
	}
	if err != nil {
		return nil, err
	}
	pool, err := s.db.DB()
	if err != nil {
		return nil, err
	}
	var out []Plan
	for _, m := range made {
		p := Plan{Statement: m.sql}
		prefix, read := "EXPLAIN QUERY PLAN ", p.sqlite
		if s.mysql {
			prefix, read = "EXPLAIN ", p.mysql
		}
		rows, err := explain(ctx, pool, prefix+m.sql, m.vars)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.sql, err)
		}
		read(rows)
		out = append(out, p)
	}
	return out, nil
}

// explain reads what the database says of a statement.
func explain(ctx context.Context, db *sql.DB, statement string, vars []any) ([]map[string]any, error) {
	rows, err := db.QueryContext(ctx, statement, vars...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []map[string]any
	for rows.Next() {
		cells, into := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		row := map[string]any{}
		for i, name := range names {
			row[name] = cells[i]
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

func (p *Plan) sqlite(rows []map[string]any) {
	for _, r := range rows {
		detail := word(r["detail"])
		p.Steps = append(p.Steps, detail)
		if strings.HasPrefix(detail, "SCAN ") && !strings.Contains(detail, "INDEX") && detail != "SCAN child" { // the rows of a part that was read before
			p.Unindexed = append(p.Unindexed, detail)
		}
		if strings.Contains(detail, "ORDER BY") {
			p.Sorted = append(p.Sorted, detail)
		}
	}
}

func (p *Plan) mysql(rows []map[string]any) {
	for _, r := range rows {
		step := fmt.Sprintf("%s %s key=%s rows=%s %s", word(r["table"]), word(r["type"]), word(r["key"]), word(r["rows"]), word(r["Extra"]))
		p.Steps = append(p.Steps, step)
		if word(r["type"]) == "ALL" && !strings.HasPrefix(word(r["table"]), "<") {
			p.Unindexed = append(p.Unindexed, step)
		}
		if strings.Contains(step, "filesort") {
			p.Sorted = append(p.Sorted, step)
		}
	}
}

func word(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}
