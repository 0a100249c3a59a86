package store

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sidelight/models"
)

// Bounds of a page.
const (
	defaultRows = 50
	maxRows     = 1000
)

// column is one column that a list is ordered by.
type column struct {
	sql      string
	desc     bool
	nullable bool // nulls come last, whichever way
}

// keyset is the order of a list. Its columns together are unique, so that no row comes twice and none is missed while others come and go.
type keyset struct {
	name    string // of list and order; a cursor of another one is refused
	columns []column
}

// term is one comparison of the keyset, with the value of the row that the cursor stands on.
type term struct {
	sql   string
	desc  bool
	value any
	skip  bool // null: all rows in question are equal here
}

// terms are the comparisons; a nullable column becomes two. back turns the order round.
func (k keyset) terms(values []any, back bool) []term {
	var out []term
	for i, c := range k.columns {
		var v any
		if values != nil {
			v = values[i]
		}
		if c.nullable {
			null := 0
			if v == nil {
				null = 1
			}
			out = append(out, term{sql: "(" + c.sql + " IS NULL)", desc: back, value: null})
		}
		out = append(out, term{sql: c.sql, desc: c.desc != back, value: v, skip: c.nullable && v == nil})
	}
	return out
}

// after narrows the query to the rows behind the cursor.
func after(q *gorm.DB, terms []term) *gorm.DB {
	var or []string
	var args []any
	for i, t := range terms {
		if t.skip {
			continue
		}
		var and []string
		for _, e := range terms[:i] {
			if !e.skip {
				and = append(and, e.sql+" = ?")
				args = append(args, e.value)
			}
		}
		and = append(and, t.sql+map[bool]string{false: " > ?", true: " < ?"}[t.desc])
		args = append(args, t.value)
		or = append(or, "("+strings.Join(and, " AND ")+")")
	}
	q = q.Where("("+strings.Join(or, " OR ")+")", args...)
	if first := terms[0]; !first.skip { // says the same in a way that an index range can use
		q = q.Where(first.sql+map[bool]string{false: " >= ?", true: " <= ?"}[first.desc], first.value)
	}
	return q
}

// cursor is what an opaque cursor holds. A time stands as {"t": …}, so that it is compared as one.
type cursor struct {
	List   string `json:"l"`
	Values []any  `json:"v"`
}

func (k keyset) cursor(values []any) string {
	c := cursor{List: k.name, Values: make([]any, len(values))}
	for i, v := range values {
		switch v := v.(type) {
		case time.Time:
			c.Values[i] = map[string]string{"t": v.UTC().Format(time.RFC3339Nano)}
		case *time.Time:
			if v != nil {
				c.Values[i] = map[string]string{"t": v.UTC().Format(time.RFC3339Nano)}
			}
		default:
			c.Values[i] = v
		}
	}
	b, _ := json.Marshal(c)
	return base64.RawURLEncoding.EncodeToString(b)
}

func (k keyset) parse(text, argument string) ([]any, error) {
	bad := models.Errorf(models.CodeBadUserInput, "%s is not a cursor of this list in this order: leave it out to begin again", argument)
	bad.Fields = []string{argument}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) > 4096 {
		return nil, bad
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var c cursor
	if err := d.Decode(&c); err != nil || c.List != k.name || len(c.Values) != len(k.columns) {
		return nil, bad
	}
	for i, v := range c.Values {
		switch v := v.(type) {
		case nil:
			if !k.columns[i].nullable {
				return nil, bad
			}
		case string:
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, bad
			}
			c.Values[i] = n
		case map[string]any:
			text, _ := v["t"].(string)
			t, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				return nil, bad
			}
			c.Values[i] = t
		default:
			return nil, bad
		}
	}
	return c.Values, nil
}

// size checks the page and answers how many rows are wanted, and whether from the end.
func size(p models.Page) (n int, back bool, err error) {
	fault := func(field, format string, args ...any) error {
		e := models.Errorf(models.CodeBadUserInput, format, args...)
		e.Fields = []string{field}
		return e
	}
	switch {
	case p.First != nil && p.Last != nil:
		return 0, false, fault("first", "first and last cannot both be given")
	case p.After != nil && p.Before != nil:
		return 0, false, fault("after", "after and before cannot both be given")
	}
	n, back = defaultRows, p.Last != nil || p.Before != nil
	name := "first"
	if p.First != nil {
		n = *p.First
	} else if p.Last != nil {
		n, name = *p.Last, "last"
	}
	if n < 0 || n > maxRows {
		return 0, false, fault(name, "%s must lie between 0 and %d", name, maxRows)
	}
	if back && p.First != nil {
		return 0, false, fault("before", "before goes with last, not with first")
	}
	return n, back, nil
}

// list reads one page in the keyset's order. values are the row's own values of the keyset's columns; finish may add to the reading query.
func list[T any](q *gorm.DB, k keyset, page models.Page, total bool, values func(T) []any, finish ...func(*gorm.DB) *gorm.DB) (models.Slice[T], error) {
	out := models.Slice[T]{Rows: []T{}, Cursors: []string{}}
	n, back, err := size(page)
	if err != nil {
		return out, err
	}
	q = q.Session(&gorm.Session{})
	if total {
		var count int64
		if err := q.Count(&count).Error; err != nil {
			return out, err
		}
		c := int(count)
		out.Total = &c
	}
	read := q
	from, argument := page.After, "after"
	if back {
		from, argument = page.Before, "before"
	}
	if from != nil {
		at, err := k.parse(*from, argument)
		if err != nil {
			return out, err
		}
		read = after(read, k.terms(at, back))
	}
	for _, t := range k.terms(nil, back) {
		read = read.Order(t.sql + map[bool]string{false: "", true: " DESC"}[t.desc])
	}
	for _, f := range finish {
		read = f(read)
	}
	if err := read.Limit(n + 1).Find(&out.Rows).Error; err != nil {
		return out, err
	}
	more := len(out.Rows) > n
	if more {
		out.Rows = out.Rows[:n]
	}
	out.PageInfo.HasNextPage, out.PageInfo.HasPreviousPage = more, from != nil
	if back {
		slices.Reverse(out.Rows)
		out.PageInfo.HasNextPage, out.PageInfo.HasPreviousPage = from != nil, more
	}
	for _, r := range out.Rows {
		out.Cursors = append(out.Cursors, k.cursor(values(r)))
	}
	if len(out.Cursors) > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Cursors[0], &out.Cursors[len(out.Cursors)-1]
	}
	return out, nil
}

// moment scans a computed time: SQLite answers those as text.
type moment struct{ at *time.Time }

func (m *moment) Scan(src any) error {
	var text string
	switch v := src.(type) {
	case nil:
		return nil
	case time.Time:
		v = v.UTC()
		m.at = &v
		return nil
	case []byte:
		text = string(v)
	case string:
		text = v
	}
	for _, form := range []string{"2006-01-02 15:04:05.999999999-07:00", "2006-01-02 15:04:05.999999999", time.RFC3339Nano} {
		if t, err := time.Parse(form, text); err == nil {
			t = t.UTC()
			m.at = &t
			return nil
		}
	}
	return fmt.Errorf("cannot read a time from %T", src)
}

func (m *moment) ptr() *time.Time { return m.at }
