package soql

import "slices"

// query is a SELECT as it was written; names are not resolved yet.
type query struct {
	items         []item
	count         bool // SELECT COUNT()
	from          string
	fromPos       int
	alias         string
	where         expr
	order         []ordering
	limit, offset int // -1 when absent
	offsetPos     int
	viewed        bool // FOR VIEW or FOR REFERENCE
	groups        []ordering
}

// aggregated says that the query answers groups of rows.
func (q *query) aggregated() bool {
	if len(q.groups) > 0 {
		return true
	}
	for _, i := range q.items {
		if slices.Contains(aggregates, i.function) {
			return true
		}
	}
	return false
}

// item is one thing selected: a path, a function of one, a child subquery, or FIELDS(…).
type item struct {
	path     []string
	function string // one of the aggregates, TOLABEL or FORMAT
	alias    string
	sub      *query
	fields   string // ALL, STANDARD, CUSTOM
	pos      int
}

type ordering struct {
	path      []string
	function  string // one of the aggregates
	pos       int
	desc      bool
	nullsLast bool
}

// expr is one of junction, negation, comparison, membership.
type expr any

type junction struct {
	or    bool
	terms []expr
}

type negation struct{ term expr }

type comparison struct {
	path  []string
	pos   int
	op    string // = != < <= > >= LIKE
	value literal
}

type membership struct {
	path   []string
	pos    int
	not    bool
	values []literal
	sub    *query
}

type literalKind int

const (
	literalNull literalKind = iota
	literalText
	literalNumber
	literalBoolean
	literalDate
	literalDateTime
	literalPeriod // TODAY, LAST_N_DAYS:7
)

// literal is a constant of the query.
type literal struct {
	kind literalKind
	text string // text: still escaped; date, moment and period: as written
	n    int    // of a period
	num  float64
	bool bool
	pos  int
}
