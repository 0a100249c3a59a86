package soql

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

type sortKey struct {
	get       func(Row) any
	desc      bool
	nullsLast bool
	exact     bool
}

// Select finds the rows, in order. Rows in the recycle bin are among them when all is true. For
// SELECT COUNT() the number of rows is the answer.
func (s *Statement) Select(all bool) []Row {
	rows, narrowed := s.fromIndex()
	return s.choose(rows, narrowed, all)
}

// fromIndex asks an index for the rows that may match, when there is one.
func (s *Statement) fromIndex() (rows []Row, narrowed bool) {
	if s.where != nil && s.where.rank > 0 {
		rows, narrowed = s.where.find()
	}
	if !narrowed {
		rows = s.object.All()
	}
	return rows, narrowed
}

// candidates are all rows that match, in the order of ids.
func (s *Statement) candidates(all bool) []Row {
	whole := *s
	whole.limit, whole.offset, whole.order = -1, 0, nil
	return whole.Select(all)
}

// choose filters, sorts and cuts candidates.
func (s *Statement) choose(candidates []Row, unordered, all bool) []Row {
	enough := -1
	if s.limit >= 0 && len(s.order) == 0 && !unordered {
		enough = s.offset + s.limit
	}
	var rows []Row
	for _, row := range candidates {
		if enough >= 0 && len(rows) >= enough {
			break
		}
		if !all && row.Value("IsDeleted") == true {
			continue
		}
		if s.where == nil || s.where.match(row) {
			rows = append(rows, row)
		}
	}
	if len(s.order) > 0 {
		rows = sorted(rows, s.order)
	} else if unordered {
		slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(id(a), id(b)) })
	}
	rows = rows[min(s.offset, len(rows)):]
	if s.limit >= 0 {
		rows = rows[:min(s.limit, len(rows))]
	}
	return rows
}

func id(r Row) string {
	text, _ := r.Value("Id").(string)
	return text
}

// sorted orders rows by the keys and, where they are equal, by id.
func sorted(rows []Row, keys []sortKey) []Row {
	type keyed struct {
		row    Row
		values []any
	}
	all := make([]keyed, len(rows))
	for i, row := range rows {
		values := make([]any, len(keys))
		for j, key := range keys {
			values[j] = key.get(row)
			if text, ok := values[j].(string); ok && !key.exact {
				values[j] = Fold(text)
			}
		}
		all[i] = keyed{row, values}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		for j, key := range keys {
			if order := key.compare(a.values[j], b.values[j]); order != 0 {
				return order
			}
		}
		return strings.Compare(id(a.row), id(b.row))
	})
	out := make([]Row, len(all))
	for i := range all {
		out[i] = all[i].row
	}
	return out
}

func (k sortKey) compare(a, b any) int {
	if a == nil || b == nil {
		if a == nil && b == nil {
			return 0
		}
		if (a == nil) != k.nullsLast {
			return -1
		}
		return 1
	}
	order := 0
	switch a := a.(type) {
	case string:
		other, _ := b.(string)
		order = strings.Compare(a, other)
	case float64:
		other, _ := b.(float64)
		order = cmp.Compare(a, other)
	case bool:
		if a != b {
			order = -1
			if a {
				order = 1
			}
		}
	}
	if k.desc {
		return -order
	}
	return order
}

// Record is a row as it was asked for.
type Record struct {
	Object Object
	Row    Row
	Cells  []Cell
}

// Cell is one column of a Record. Value is what the row holds, a *Record for a parent, a []*Record
// for children (never empty), or nil.
type Cell struct {
	Name  string
	Value any
}

// Record renders a row that Select returned.
func (s *Statement) Record(row Row) *Record {
	return &Record{Object: s.object, Row: row, Cells: cells(s.columns, row)}
}

// Columns are the paths of the selected fields in the order of Record's cells, as the header of a
// CSV has them. Children are left out.
func (s *Statement) Columns() []string { return paths("", s.columns) }

func paths(prefix string, columns []column) []string {
	var out []string
	for _, c := range columns {
		switch {
		case c.target != nil:
			out = append(out, paths(prefix+c.name+".", c.parent)...)
		case c.child == nil:
			out = append(out, prefix+c.name)
		}
	}
	return out
}

// Values are the row's fields in the order of Columns.
func (s *Statement) Values(row Row) []any { return values(s.columns, row) }

func values(columns []column, row Row) []any {
	var out []any
	for _, c := range columns {
		switch {
		case c.target != nil:
			out = append(out, values(c.parent, parentRow(c, row))...)
		case c.child != nil:
		case row == nil:
			out = append(out, nil)
		default:
			out = append(out, row.Value(c.field))
		}
	}
	return out
}

func parentRow(c column, row Row) Row {
	if row == nil {
		return nil
	}
	key, _ := row.Value(c.hop.Field).(string)
	if parent, ok := c.target.Get(key); ok && key != "" {
		return parent
	}
	return nil
}

func cells(columns []column, row Row) []Cell {
	out := make([]Cell, len(columns))
	for i, c := range columns {
		out[i].Name = c.name
		switch {
		case c.target != nil:
			if parent := parentRow(c, row); parent != nil {
				out[i].Value = &Record{Object: c.target, Row: parent, Cells: cells(c.parent, parent)}
			}
		case c.child != nil:
			if children := c.child.children(c.back, id(row)); len(children) > 0 {
				out[i].Value = children
			}
		default:
			out[i].Value = c.render(row.Value(c.field))
		}
	}
	return out
}

// render is a value as the column's function shows it. The simulator's labels are its values.
func (c column) render(value any) any {
	if n, number := value.(float64); number && c.function == "FORMAT" {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return value
}

// children runs a child subquery for one parent.
func (s *Statement) children(back, parent string) []*Record {
	candidates, indexed := s.object.Find(back, []string{parent})
	if !indexed {
		candidates = slices.DeleteFunc(slices.Clone(s.object.All()), func(r Row) bool { return r.Value(back) != parent })
	}
	var out []*Record
	for _, row := range s.choose(candidates, true, false) {
		out = append(out, s.Record(row))
	}
	return out
}
