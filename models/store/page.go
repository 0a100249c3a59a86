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
	nullable bool   // nulls come last, whichever way
	field    string // of the API, which it tells; "" where it tells nothing
}

// keyset is the order of a list. Its columns together are unique, the last one alone too, so that
// no row comes twice and none is missed while others come and go. Texts are compared by code
// points, the same on both databases.
type keyset struct {
	name    string // of list and order; a cursor of another one is refused
	columns []column
	// customers tells that the list is of one customer's rows.
	customers bool
}

// span is a part of a list that one walk along an index reads: rows under conditions, in an order.
type span struct {
	where []string
	args  []any
	order []string
}

// spans are the parts of the list behind a row with the given values, or of all of it for nil, in
// the order in which they follow each other. back turns the list round. Rows that are equal in the
// first columns are a span, rows beyond them another: "a > ? OR (a = ? AND b > ?)" in one would
// make the database begin with all that are equal. Nulls of the first column are a span too where
// it ascends, since an index has them at its beginning and the list at its end; where it descends,
// both have them at the end.
func (k keyset) spans(values []any, back bool) []span {
	if values == nil {
		if first := k.columns[0]; first.nullable && !first.desc {
			return turned(back, k.span(0, nil, first.sql+" IS NOT NULL", back), k.span(1, nil, first.sql+" IS NULL", back))
		}
		return []span{k.span(0, nil, "", back)}
	}
	var out []span
	for i := len(k.columns) - 1; i >= 0; i-- {
		c, equal := k.columns[i], values[:i]
		beyond := c.sql + map[bool]string{false: " > ?", true: " < ?"}[c.desc != back]
		switch null := values[i] == nil; {
		case null && back:
			out = append(out, k.span(i, equal, c.sql+" IS NOT NULL", back))
		case null: // nothing comes after the nulls
		case c.nullable && !back:
			out = append(out, k.span(i, equal, beyond, back, values[i]), k.span(i+1, equal, c.sql+" IS NULL", back))
		default:
			out = append(out, k.span(i, equal, beyond, back, values[i]))
		}
	}
	return out
}

func turned(back bool, first, second span) []span {
	if back {
		return []span{second, first}
	}
	return []span{first, second}
}

// span is the part in which the first columns equal the values, and a further condition holds, in
// the order of the columns from the nth on.
func (k keyset) span(n int, equal []any, condition string, back bool, args ...any) span {
	var s span
	for i, v := range equal {
		if v == nil {
			s.where = append(s.where, k.columns[i].sql+" IS NULL")
			continue
		}
		s.where, s.args = append(s.where, k.columns[i].sql+" = ?"), append(s.args, v)
	}
	if condition != "" {
		s.where, s.args = append(s.where, condition), append(s.args, args...)
	}
	for i, c := range k.columns[n:] {
		if c.nullable && !c.desc && (i > 0 || condition == "") {
			// Of a descending one they do by themselves.
			s.order = append(s.order, "("+c.sql+" IS NULL)"+map[bool]string{true: " DESC"}[back])
		}
		s.order = append(s.order, c.sql+map[bool]string{true: " DESC"}[c.desc != back])
	}
	return s
}

func (s span) of(q *gorm.DB) *gorm.DB {
	if len(s.where) > 0 {
		q = q.Where(strings.Join(s.where, " AND "), s.args...)
	}
	for _, o := range s.order {
		q = q.Order(o)
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

// list reads one page in the keyset's order. values are the row's own values of the keyset's
// columns; finish may add to the reading query.
func list[T any](q *gorm.DB, k keyset, page models.Page, total bool, values func(T) []any, finish ...func(*gorm.DB) *gorm.DB) (models.Slice[T], error) {
	return listCounted(q, q, k, page, total, values, finish...)
}

// listCounted is list, with the same rows asked for in another way when they are counted.
func listCounted[T any](q, counted *gorm.DB, k keyset, page models.Page, total bool, values func(T) []any, finish ...func(*gorm.DB) *gorm.DB) (models.Slice[T], error) {
	out := models.Slice[T]{Rows: []T{}, Cursors: []string{}}
	n, back, err := size(page)
	if err != nil {
		return out, err
	}
	q = q.Session(&gorm.Session{})
	if total {
		var count int64
		if err := counted.Session(&gorm.Session{}).Count(&count).Error; err != nil {
			return out, err
		}
		c := int(count)
		out.Total = &c
	}
	from, argument := page.After, "after"
	if back {
		from, argument = page.Before, "before"
	}
	var at []any
	if from != nil {
		if at, err = k.parse(*from, argument); err != nil {
			return out, err
		}
	}
	seen := map[any]bool{} // a row that moves while the spans are read comes once
	for _, part := range k.spans(at, back) {
		read := part.of(q)
		for _, f := range finish {
			read = f(read)
		}
		var rows []T
		if err := read.Limit(n + 1 - len(out.Rows)).Find(&rows).Error; err != nil {
			return out, err
		}
		for _, r := range rows {
			if v := values(r); !seen[v[len(v)-1]] {
				seen[v[len(v)-1]] = true
				out.Rows = append(out.Rows, r)
			}
		}
		if len(out.Rows) > n {
			break
		}
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

func (m moment) equal(o moment) bool {
	return (m.at == nil) == (o.at == nil) && (m.at == nil || m.at.Equal(*o.at))
}

func maybe(t *time.Time) any {
	if t == nil {
		return nil
	}
	return *t
}
