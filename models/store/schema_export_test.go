package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
)

// Migrations are the files that make the tables.
func Migrations() embed.FS { return migrations }

// Raw is a database as a test sees it, whichever tables it has.
type Raw struct {
	*sql.DB
	MySQL    bool
	provider *goose.Provider
}

// OpenRaw opens the database and changes nothing in it.
func OpenRaw(address string) (*Raw, error) {
	s, err := connect(context.Background(), address, Options{Seal: make([]byte, 32)})
	if err != nil {
		return nil, err
	}
	pool, err := s.db.DB()
	if err != nil {
		return nil, err
	}
	provider, err := s.provider(pool)
	return &Raw{DB: pool, MySQL: s.mysql, provider: provider}, err
}

// Versions are those that this program knows, the oldest first.
func (r *Raw) Versions() (out []int64) {
	for _, s := range r.provider.ListSources() {
		out = append(out, s.Version)
	}
	return out
}

// UpTo brings the tables to an earlier version.
func (r *Raw) UpTo(ctx context.Context, version int64) error {
	_, err := r.provider.UpTo(ctx, version)
	return err
}

// Table is a table as far as it must be the same everywhere.
type Table struct {
	Columns []Column
	Indexes []string // as "unique a, b"
}

type Column struct {
	Name     string
	Nullable bool
	Type     string
	Key      bool
	Computed bool // by the database, from others
}

// Tables are those of the database, by name.
func (r *Raw) Tables(ctx context.Context) (map[string]Table, error) {
	columns := "SELECT m.name, c.name, c.\"notnull\" = 0 AND c.pk = 0, c.type, c.pk > 0, c.hidden > 1 FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' ORDER BY m.name"
	// The primary key comes from the columns: SQLite keeps no index of one that is a row's number.
	indexes := "SELECT m.name, i.name, i.\"unique\", c.name FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c WHERE m.type = 'table' AND i.origin <> 'pk' ORDER BY m.name, i.name, c.seqno"
	keys := "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND c.pk > 0 ORDER BY m.name, c.pk"
	if r.MySQL {
		columns = "SELECT table_name, column_name, is_nullable = 'YES', column_type, column_key = 'PRI', COALESCE(generation_expression, '') <> '' FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY table_name"
		indexes = "SELECT table_name, index_name, non_unique = 0, column_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name <> 'PRIMARY' ORDER BY table_name, index_name, seq_in_index"
		keys = "SELECT table_name, column_name FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name = 'PRIMARY' ORDER BY table_name, seq_in_index"
	}
	out := map[string]Table{}
	var table, index, column, kind string
	var flag, key, computed bool
	err := r.each(ctx, columns, func() {
		t := out[table]
		t.Columns = append(t.Columns, Column{Name: column, Nullable: flag, Type: strings.ToUpper(kind), Key: key, Computed: computed})
		out[table] = t
	}, &table, &column, &flag, &kind, &key, &computed)
	if err != nil {
		return nil, err
	}
	for _, t := range out {
		slices.SortFunc(t.Columns, func(a, b Column) int { return strings.Compare(a.Name, b.Name) })
	}
	type found struct{ table, words string }
	made := map[string]found{}
	add := func(index, first string) {
		f, ok := made[table+"."+index]
		if ok {
			first = f.words + ","
		}
		made[table+"."+index] = found{table, strings.TrimSpace(first + " " + column)}
	}
	if err := r.each(ctx, indexes, func() { add(index, map[bool]string{true: "unique"}[flag]) }, &table, &index, &flag, &column); err != nil {
		return nil, err
	}
	if err := r.each(ctx, keys, func() { add("PRIMARY", "primary") }, &table, &column); err != nil {
		return nil, err
	}
	for _, f := range made {
		t := out[f.table]
		t.Indexes = append(t.Indexes, f.words)
		slices.Sort(t.Indexes)
		out[f.table] = t
	}
	delete(out, "goose_db_version") // goose's own
	delete(out, "sqlite_sequence")
	return out, nil
}

// Contents are a table's rows in the columns, as text.
func (r *Raw) Contents(ctx context.Context, table string, columns []Column) ([]string, error) {
	var out []string
	var parts []string
	for _, c := range columns {
		parts = append(parts, fmt.Sprintf("COALESCE(CAST(`%s` AS CHAR), '-')", c.Name))
	}
	var row string
	joined := "CONCAT_WS('|', " + strings.Join(parts, ", ") + ")"
	err := r.each(ctx, "SELECT "+joined+" FROM `"+table+"` ORDER BY 1", func() { out = append(out, row) }, &row)
	return out, err
}

func (r *Raw) each(ctx context.Context, query string, row func(), into ...any) error {
	rows, err := r.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("%s: %w", query, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		row()
	}
	return rows.Err()
}
