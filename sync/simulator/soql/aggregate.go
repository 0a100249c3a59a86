package soql

import (
	"fmt"
	"slices"
	"strings"
)

// aggregates are the functions over groups of rows.
var aggregates = []string{"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"}

// MaxGroups is how many rows a grouped result may have; the vendor has no further page of one.
const MaxGroups = 2000

// outcome is one column of a grouped result: a function of the group's rows, or a field that all of
// them share.
type outcome struct {
	name     string
	function string // "" for a field that is grouped by
	get      func(Row) any
	kind     Type // of the answer
	path     string
}

// AggregateCell is one column of a grouped result.
type AggregateCell struct {
	Name  string
	Value any
	Type  Type
}

// Aggregated says that the query answers groups of rows, not rows.
func (s *Statement) Aggregated() bool { return len(s.outcomes) > 0 }

// grouped checks the items of a query with GROUP BY or functions, and makes its columns.
func (c *compiler) grouped(s *Statement, q *query, object Object) error {
	for _, g := range q.groups {
		a, err := c.resolve(object, q.alias, g.path, g.pos)
		if err != nil {
			return err
		}
		if a.field.Type == Compound || !a.field.Filterable {
			return errorAt(c.text, g.pos, InvalidField, "field '%s' can not be grouped in a query call", a.field.Name)
		}
		s.groups = append(s.groups, a.get)
	}
	unnamed := 0
	for _, i := range q.items {
		if i.sub != nil || i.fields != "" || i.path == nil {
			return errorAt(c.text, i.pos, MalformedQuery, "Grouped queries select fields and aggregate functions only")
		}
		a, err := c.resolve(object, q.alias, i.path, i.pos)
		if err != nil {
			return err
		}
		o := outcome{name: i.alias, function: i.function, get: a.get, kind: a.field.Type, path: strings.ToLower(strings.Join(i.path, "."))}
		number := a.field.Type == Int || a.field.Type == Double
		switch {
		case o.function == "" && !slices.ContainsFunc(q.groups, func(g ordering) bool { return strings.EqualFold(strings.Join(g.path, "."), o.path) }):
			return errorAt(c.text, i.pos, MalformedQuery, "Field must be grouped or aggregated: %s", a.field.Name)
		case (o.function == "SUM" || o.function == "AVG") && !number:
			return errorAt(c.text, i.pos, InvalidField, "field %s does not support aggregate operator %s", a.field.Name, o.function)
		case o.function == "COUNT" || o.function == "COUNT_DISTINCT":
			o.kind = Int
		case o.function == "AVG":
			o.kind = Double
		}
		if o.name == "" && o.function == "" {
			o.name = a.field.Name
		}
		if o.name == "" {
			o.name = fmt.Sprintf("expr%d", unnamed)
			unnamed++
		}
		if slices.ContainsFunc(s.outcomes, func(have outcome) bool { return strings.EqualFold(have.name, o.name) }) {
			return errorAt(c.text, i.pos, MalformedQuery, "duplicate alias: %s", o.name)
		}
		s.outcomes = append(s.outcomes, o)
	}
	for _, o := range q.order {
		at := slices.IndexFunc(s.outcomes, func(have outcome) bool {
			return have.function == o.function && have.path == strings.ToLower(strings.Join(o.path, ".")) || o.function == "" && strings.EqualFold(have.name, strings.Join(o.path, "."))
		})
		if at < 0 {
			return c.ungroupedOrder(o)
		}
		s.groupOrder = append(s.groupOrder, groupKey{at, sortKey{desc: o.desc, nullsLast: o.nullsLast}})
	}
	return nil
}

func (c *compiler) ungroupedOrder(o ordering) error {
	return errorAt(c.text, o.pos, MalformedQuery, "Ordered field must be grouped or aggregated: %s", strings.Join(o.path, "."))
}

// groupKey orders grouped results by one of their columns.
type groupKey struct {
	column int
	sortKey
}

// Groups runs a grouped query. Without GROUP BY the answer is one row, also when nothing was found.
func (s *Statement) Groups(all bool) [][]AggregateCell {
	rows := s.candidates(all)
	var order []string
	by := map[string][]Row{}
	for _, row := range rows {
		var key strings.Builder
		for _, get := range s.groups {
			value := folded(get(row))
			fmt.Fprintf(&key, "%T\x00%v\x00", value, value)
		}
		if _, known := by[key.String()]; !known {
			order = append(order, key.String())
		}
		by[key.String()] = append(by[key.String()], row)
	}
	if len(s.groups) == 0 {
		order, by[""] = []string{""}, rows
	}
	out := make([][]AggregateCell, len(order))
	for i, key := range order {
		out[i] = make([]AggregateCell, len(s.outcomes))
		for j, o := range s.outcomes {
			out[i][j] = AggregateCell{o.name, o.of(by[key]), o.kind}
		}
	}
	slices.SortStableFunc(out, func(a, b []AggregateCell) int {
		for _, k := range s.groupOrder {
			if order := k.compare(folded(a[k.column].Value), folded(b[k.column].Value)); order != 0 {
				return order
			}
		}
		return 0
	})
	out = out[min(s.offset, len(out)):]
	if s.limit >= 0 {
		out = out[:min(s.limit, len(out))]
	}
	return out
}

// folded is a value as it is compared: the case of text does not matter.
func folded(value any) any {
	if text, ok := value.(string); ok {
		return Fold(text)
	}
	return value
}

// of is the column's value for a group. Blank values count for nothing.
func (o outcome) of(rows []Row) any {
	if o.function == "" {
		return o.get(rows[0])
	}
	var values []any
	for _, row := range rows {
		if v := o.get(row); v != nil {
			values = append(values, v)
		}
	}
	switch o.function {
	case "COUNT":
		return float64(len(values))
	case "COUNT_DISTINCT":
		distinct := map[any]bool{}
		for _, v := range values {
			distinct[folded(v)] = true
		}
		return float64(len(distinct))
	}
	if len(values) == 0 {
		return nil
	}
	switch o.function {
	case "MIN", "MAX":
		best := values[0]
		for _, v := range values[1:] {
			if order := (sortKey{}).compare(folded(v), folded(best)); order < 0 == (o.function == "MIN") && order != 0 {
				best = v
			}
		}
		return best
	}
	sum := 0.0
	for _, v := range values {
		n, _ := v.(float64)
		sum += n
	}
	if o.function == "AVG" {
		return sum / float64(len(values))
	}
	return sum
}
