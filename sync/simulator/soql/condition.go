package soql

import (
	"slices"
	"strings"
	"sync"
)

// node is a checked condition. find narrows the search by an index when it can; what it returns
// still has to match.
type node struct {
	match func(Row) bool
	find  func() ([]Row, bool)
	rank  int // how good find is: 1 keys, 2 a span; 0 when there is none
}

func (c *compiler) condition(e expr, object Object, alias string, underOr bool) (*node, error) {
	switch e := e.(type) {
	case junction:
		return c.junction(e, object, alias, underOr)
	case negation:
		inner, err := c.condition(e.term, object, alias, underOr)
		if err != nil {
			return nil, err
		}
		return &node{match: func(r Row) bool { return !inner.match(r) }}, nil
	case comparison:
		a, err := c.filterable(object, alias, e.path, e.pos)
		if err != nil {
			return nil, err
		}
		return c.compare(a, e.op, e.value)
	}
	return c.membership(e.(membership), object, alias, underOr)
}

func (c *compiler) junction(e junction, object Object, alias string, underOr bool) (*node, error) {
	terms := make([]*node, len(e.terms))
	for i, term := range e.terms {
		n, err := c.condition(term, object, alias, underOr || e.or)
		if err != nil {
			return nil, err
		}
		terms[i] = n
	}
	if !e.or {
		out := &node{match: func(r Row) bool {
			for _, n := range terms {
				if !n.match(r) {
					return false
				}
			}
			return true
		}}
		for _, n := range terms {
			if n.rank > 0 && (out.rank == 0 || n.rank < out.rank) {
				out.rank, out.find = n.rank, n.find
			}
		}
		return out, nil
	}
	out := &node{match: func(r Row) bool {
		return slices.ContainsFunc(terms, func(n *node) bool { return n.match(r) })
	}}
	for _, n := range terms {
		if n.rank == 0 {
			return &node{match: out.match}, nil
		}
		out.rank = max(out.rank, n.rank)
	}
	out.find = func() ([]Row, bool) { return union(terms) }
	return out, nil
}

// union is the rows that any of the terms finds, each once.
func union(terms []*node) ([]Row, bool) {
	var rows []Row
	seen := map[Row]bool{}
	for _, n := range terms {
		found, ok := n.find()
		if !ok {
			return nil, false
		}
		for _, row := range found {
			if !seen[row] {
				seen[row] = true
				rows = append(rows, row)
			}
		}
	}
	return rows, true
}

func (c *compiler) filterable(object Object, alias string, path []string, pos int) (access, error) {
	a, err := c.resolve(object, alias, path, pos)
	if err == nil && !a.field.Filterable {
		err = errorAt(c.text, pos, InvalidField, "field '%s' can not be filtered in a query call", a.field.Name)
	}
	return a, err
}

func (c *compiler) membership(m membership, object Object, alias string, underOr bool) (*node, error) {
	a, err := c.filterable(object, alias, m.path, m.pos)
	if err != nil {
		return nil, err
	}
	if m.sub != nil {
		return c.semiJoin(m, a, object, underOr)
	}
	n := &node{}
	var keys []string
	terms := make([]func(Row) bool, len(m.values))
	for i, value := range m.values {
		term, err := c.compare(a, "=", value)
		if err != nil {
			return nil, err
		}
		terms[i] = term.match
		if key, ok := indexKey(a, value); ok {
			keys = append(keys, key)
		}
	}
	if len(keys) == len(m.values) { // every value is text or an id: one set serves for all
		set := map[string]bool{}
		for _, key := range keys {
			set[key] = true
		}
		n.match = func(r Row) bool { return set[rowKey(a, a.get(r))] != m.not }
		if !m.not && len(a.hops) == 0 {
			n.rank, n.find = 1, func() ([]Row, bool) { return object.Find(a.field.Name, keys) }
		}
		return n, nil
	}
	n.match = func(r Row) bool {
		return slices.ContainsFunc(terms, func(match func(Row) bool) bool { return match(r) }) != m.not
	}
	return n, nil
}

// indexKey is how a literal stands in an index.
func indexKey(a access, l literal) (string, bool) {
	if l.kind != literalText {
		return "", false
	}
	text := unescape(l.text)
	if text == "" {
		return "", false
	}
	if a.field.Type == ID {
		return ID18(text)
	}
	return Fold(text), a.field.Type == Text
}

func rowKey(a access, value any) string {
	text, _ := value.(string)
	if a.field.Type == ID {
		return text
	}
	return Fold(text)
}

func (c *compiler) semiJoin(m membership, a access, object Object, underOr bool) (*node, error) {
	refuse := func(message string) (*node, error) { return nil, errorAt(c.text, m.pos, MalformedQuery, "%s", message) }
	inner, ok := c.schema.Object(m.sub.from)
	if !ok {
		return nil, errorAt(c.text, m.sub.fromPos, InvalidType, "sObject type '%s' is not supported.", m.sub.from)
	}
	c.semiJoins++
	switch {
	case underOr:
		return refuse("Semi join sub-selects are not allowed with the 'OR' operator")
	case c.semiJoins > 2:
		return refuse("Maximum 2 semi join sub-selects are allowed")
	case !inner.Queryable() || !inner.SemiJoinable():
		return refuse("Entity '" + inner.Name() + "' is not supported for semi join inner selects")
	case a.field.Type != ID:
		return refuse("Semi join sub-selects can only be used with ID and reference fields; '" + a.field.Name + "' is neither")
	case m.sub.count || m.sub.aggregated() || len(m.sub.items) != 1 || m.sub.items[0].sub != nil || m.sub.items[0].fields != "":
		return refuse("Semi join sub-selects must select exactly one field")
	case len(m.sub.order) > 0 || m.sub.limit >= 0 || m.sub.offset >= 0:
		return refuse("Semi join sub-selects can have neither ORDER BY nor LIMIT nor OFFSET")
	}
	chosen, err := c.resolve(inner, m.sub.alias, m.sub.items[0].path, m.sub.items[0].pos)
	if err != nil {
		return nil, err
	}
	if chosen.field.Type != ID {
		return refuse("Semi join sub-selects can only query id fields, cannot use: '" + chosen.field.Name + "'")
	}
	before := c.semiJoins
	sub, err := c.statement(m.sub, inner)
	if err != nil {
		return nil, err
	}
	if c.semiJoins > before {
		return refuse("Nesting of semi join sub-selects is not supported")
	}
	ids := sync.OnceValue(func() map[string]bool {
		set := map[string]bool{}
		for _, row := range sub.Select(false) {
			if id, _ := chosen.get(row).(string); id != "" {
				set[id] = true
			}
		}
		return set
	})
	n := &node{match: func(r Row) bool {
		id, _ := a.get(r).(string)
		return ids()[id] != m.not
	}}
	if !m.not && len(a.hops) == 0 {
		n.rank, n.find = 1, func() ([]Row, bool) {
			keys := make([]string, 0, len(ids()))
			for id := range ids() {
				keys = append(keys, id)
			}
			return object.Find(a.field.Name, keys)
		}
	}
	return n, nil
}

// unescape resolves the backslashes of a quoted literal.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i == len(text)-1 {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch text[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case 'r', 'R':
			b.WriteByte('\r')
		case 't', 'T':
			b.WriteByte('\t')
		case 'b', 'B':
			b.WriteByte('\b')
		case 'f', 'F':
			b.WriteByte('\f')
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}
