package soql

import (
	"slices"
	"strings"
	"time"
)

// Statement is a query whose names and literals are checked. It may be run any number of times.
type Statement struct {
	schema  Schema
	object  Object
	columns []column
	count   bool
	where   *node
	order   []sortKey
	limit   int
	offset  int
	viewed  bool

	// Of a query that answers groups of rows.
	outcomes   []outcome
	groups     []func(Row) any
	groupOrder []groupKey

	queried, traversed []string
}

// column is one thing to render: exactly one of field, parent, child.
type column struct {
	name  string
	field string
	// function is TOLABEL or FORMAT of the field, or "".
	function string
	hop      Relation // of parent
	target   Object   // of parent
	parent   []column
	child    *Statement
	back     string // of child: its reference to this object
}

// Prepare checks a query against the schema. Date literals mean what they mean at the moment now.
// Every error is an *Error.
func Prepare(text string, schema Schema, now time.Time) (*Statement, error) {
	q, err := parse(text)
	if err != nil {
		return nil, err
	}
	c := &compiler{text: text, schema: schema, now: now}
	object, ok := schema.Object(q.from)
	if !ok || !object.Queryable() {
		return nil, errorAt(text, q.fromPos, InvalidType, "sObject type '%s' is not supported. If you are attempting to use a custom object, "+
			"be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.", q.from)
	}
	s, err := c.statement(q, object)
	if err != nil {
		return nil, err
	}
	s.queried, s.traversed = c.queried, c.traversed
	return s, nil
}

// Object is what the query selects from.
func (s *Statement) Object() Object { return s.object }

// Count says that the query is SELECT COUNT().
func (s *Statement) Count() bool { return s.count }

// Viewed says that the user is to see the rows: FOR VIEW or FOR REFERENCE.
func (s *Statement) Viewed() bool { return s.viewed }

// Among is the statement over those rows only that match besides.
func (s *Statement) Among(match func(Row) bool) *Statement {
	whole, before := *s, s.where
	whole.where = &node{match: match}
	if before != nil {
		whole.where = &node{rank: before.rank, find: before.find,
			match: func(row Row) bool { return before.match(row) && match(row) }}
	}
	return &whole
}

// Queried names each object that stands in a FROM, subqueries included, once; Traversed each that
// is reached by a parent path.
func (s *Statement) Queried() []string { return s.queried }

// Traversed names each object that a parent path reaches.
func (s *Statement) Traversed() []string { return s.traversed }

// Flat says that no child subquery and no compound field is selected, as Bulk API 2.0 wants it.
func (s *Statement) Flat() bool {
	return !s.Aggregated() && !slices.ContainsFunc(s.columns, func(c column) bool {
		f, ok := s.object.Field(c.field)
		return c.child != nil || ok && f.Type == Compound
	})
}

// HasOffset says that the query skips rows, which Bulk API 2.0 does not do.
func (s *Statement) HasOffset() bool { return s.offset > 0 }

type compiler struct {
	text               string
	schema             Schema
	now                time.Time
	queried, traversed []string
	semiJoins          int
}

func note(list *[]string, name string) {
	if !slices.Contains(*list, name) {
		*list = append(*list, name)
	}
}

func (c *compiler) statement(q *query, object Object) (*Statement, error) {
	note(&c.queried, object.Name())
	s := &Statement{schema: c.schema, object: object, count: q.count, limit: q.limit, offset: max(q.offset, 0),
		viewed: q.viewed}
	if q.offset > 2000 {
		return nil, errorAt(c.text, q.offsetPos, OutsideRange, "Maximum SOQL offset allowed is 2000")
	}
	if q.aggregated() {
		if err := c.grouped(s, q, object); err != nil {
			return nil, err
		}
	} else {
		for _, i := range q.items {
			if err := c.item(s, q, i); err != nil {
				return nil, err
			}
		}
	}
	if q.where != nil {
		where, err := c.condition(q.where, s.object, q.alias, false)
		if err != nil {
			return nil, err
		}
		s.where = where
	}
	for _, o := range q.order {
		if s.Aggregated() {
			break // ordered by its columns
		}
		if o.function != "" {
			return nil, errorAt(c.text, o.pos, MalformedQuery, "Aggregate functions order grouped queries only")
		}
		a, err := c.resolve(object, q.alias, o.path, o.pos)
		if err != nil {
			return nil, err
		}
		if !a.field.Sortable {
			return nil, errorAt(c.text, o.pos, InvalidField, "field '%s' can not be sorted in a query call", a.field.Name)
		}
		s.order = append(s.order, sortKey{get: a.get, desc: o.desc, nullsLast: o.nullsLast, exact: a.field.Type == ID})
	}
	return s, nil
}

func (c *compiler) item(s *Statement, q *query, i item) error {
	switch {
	case i.fields != "":
		if q.limit < 0 || q.limit > 200 {
			return errorAt(c.text, i.pos, MalformedQuery, "The SOQL FIELDS function must have a LIMIT of at most 200")
		}
		for _, f := range s.object.Fields() {
			if i.fields == "ALL" || f.Custom == (i.fields == "CUSTOM") {
				s.columns = append(s.columns, column{name: f.Name, field: f.Name})
			}
		}
		return nil
	case i.sub != nil:
		relation, ok := s.object.Child(i.sub.from)
		object, found := c.schema.Object(relation.Object)
		if !ok || !found {
			return errorAt(c.text, i.sub.fromPos, InvalidType, "Didn't understand relationship '%s' in FROM part of query call. If you are attempting to use a custom "+
				"relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", i.sub.from)
		}
		if i.sub.count || i.sub.aggregated() {
			return errorAt(c.text, i.pos, MalformedQuery, "Subqueries of SELECT list rows that are not deleted, they do not count")
		}
		child, err := c.statement(i.sub, object)
		if err != nil {
			return err
		}
		return c.add(&s.columns, column{name: relation.Name, child: child, back: relation.Field}, i.pos)
	}
	a, err := c.resolve(s.object, q.alias, i.path, i.pos)
	if err != nil {
		return err
	}
	into := &s.columns
	for _, h := range a.hops {
		into = parentOf(into, h)
	}
	if i.alias != "" && i.function == "" {
		return errorAt(c.text, i.pos, MalformedQuery, "only aggregate expressions use field aliasing")
	}
	added := column{name: a.field.Name, field: a.field.Name, function: i.function}
	if i.alias != "" {
		added.name = i.alias
	}
	return c.add(into, added, i.pos)
}

func (c *compiler) add(into *[]column, added column, pos int) error {
	for _, have := range *into {
		if have.name == added.name && have.parent == nil {
			return errorAt(c.text, pos, InvalidField, "duplicate field selected: %s", added.name)
		}
	}
	*into = append(*into, added)
	return nil
}

// parentOf finds or makes the nested columns of a parent.
func parentOf(into *[]column, h hop) *[]column {
	for i := range *into {
		if have := &(*into)[i]; have.name == h.Name && have.target != nil {
			return &have.parent
		}
	}
	*into = append(*into, column{name: h.Name, hop: h.Relation, target: h.object})
	return &(*into)[len(*into)-1].parent
}

// access reaches a field, through parents or not.
type access struct {
	hops  []hop
	field Field
	owner Object // has the field
}

type hop struct {
	Relation
	object Object
}

func (a access) get(row Row) any {
	for _, h := range a.hops {
		id, _ := row.Value(h.Field).(string)
		if id == "" {
			return nil
		}
		parent, ok := h.object.Get(id)
		if !ok {
			return nil
		}
		row = parent
	}
	return row.Value(a.field.Name)
}

func (c *compiler) resolve(object Object, alias string, path []string, pos int) (access, error) {
	if len(path) > 1 && (alias != "" && strings.EqualFold(path[0], alias) || strings.EqualFold(path[0], object.Name())) {
		if _, relation := object.Parent(path[0]); !relation {
			path = path[1:]
		}
	}
	var a access
	for _, name := range path[:len(path)-1] {
		relation, ok := object.Parent(name)
		target, found := c.schema.Object(relation.Object)
		if !ok || !found {
			return a, errorAt(c.text, pos, InvalidField, "Didn't understand relationship '%s' in field path. If you are attempting to use a custom relationship, "+
				"be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", name)
		}
		object = target
		note(&c.traversed, object.Name())
		a.hops = append(a.hops, hop{relation, object})
	}
	name := path[len(path)-1]
	field, ok := object.Field(name)
	if !ok {
		return a, errorAt(c.text, pos, InvalidField, "No such column '%s' on entity '%s'. If you are attempting to use a custom field, be sure to append the '__c' after "+
			"the custom field name. Please reference your WSDL or the describe call for the appropriate names.", name, object.Name())
	}
	a.field, a.owner = field, object
	return a, nil
}
