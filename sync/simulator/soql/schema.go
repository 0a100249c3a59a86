// Package soql reads and answers the subset of Salesforce's query language that the simulator
// speaks: SELECT with parent paths and child subqueries, WHERE with and/or/not/in/like,
// comparisons, date literals and semi-joins, ORDER BY with NULLS, GROUP BY with COUNT,
// COUNT_DISTINCT, SUM, AVG, MIN and MAX, toLabel, FORMAT, LIMIT, OFFSET and COUNT(). It
// knows nothing of storage: names are resolved and rows found through Schema. What it does not
// speak it refuses with the vendor's error.
package soql

// Type is how a field's values compare. Values are nil, string, bool or float64; dates are
// "2006-01-02" and moments are DateTimeLayout in UTC, so that both compare as text.
type Type int

// The types that literals are checked against.
const (
	Text Type = iota // folded: case does not matter
	ID               // an id or a reference to one
	Boolean
	Int
	Double
	Date
	DateTime
	Compound // an address: can be selected only
)

// DateTimeLayout is how the vendor writes moments, always in UTC.
const DateTimeLayout = "2006-01-02T15:04:05.000-0700"

// Field is what a query needs to know of a column.
type Field struct {
	Name                 string
	Type                 Type
	Filterable, Sortable bool
	Custom               bool
}

// Relation is one step between objects, under its canonical name. From a parent path: Field is the
// reference on this side, Object the other side's name. From a child relationship: Object is the
// child, Field its reference back.
type Relation struct {
	Name, Object, Field string
}

// Row is one record, a comparable value such as a pointer. Value takes the canonical name of a
// field.
type Row interface {
	Value(field string) any
}

// Object is one kind of record. Names are looked up whatever their case.
type Object interface {
	Name() string
	// Queryable says whether it can stand in FROM; some objects are reached by relationships alone.
	Queryable() bool
	// SemiJoinable says whether it can stand in a subquery of WHERE.
	SemiJoinable() bool
	Field(name string) (Field, bool)
	Fields() []Field
	Parent(relationship string) (Relation, bool)
	Child(relationship string) (Relation, bool)

	// Get finds a record by its 18-character id.
	Get(id string) (Row, bool)
	// Find returns the rows where field has one of the keys (ids of 18 characters, folded text);
	// indexed is false when there is no index to ask.
	Find(field string, keys []string) (rows []Row, indexed bool)
	// Between returns the rows where field lies in [from, to), an empty bound being open; indexed
	// is false when there is no index to ask.
	Between(field, from, to string) (rows []Row, indexed bool)
	// All returns every row in the order of ids.
	All() []Row
}

// Schema finds objects by name, whatever its case.
type Schema interface {
	Object(name string) (Object, bool)
}
