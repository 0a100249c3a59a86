package soql

import (
	"slices"
	"strconv"
	"strings"
)

// maxLength is the vendor's bound on a query, in characters.
const maxLength = 100_000

// maxDepth bounds parentheses and nested selects, so that no query can exhaust the stack.
const maxDepth = 50

type parser struct {
	text   string
	tokens []token
	next   int
	depth  int
}

func parse(text string) (*query, error) {
	if len(text) > maxLength {
		return nil, &Error{"QUERY_TOO_COMPLICATED", "SOQL statement is too long"}
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	q, err := p.selection()
	if err != nil {
		return nil, err
	}
	if p.peek().kind != end {
		return nil, p.unexpected()
	}
	return q, nil
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != end {
		p.next++
	}
	return t
}

// accept takes the given words or symbols when they come next, all of them.
func (p *parser) accept(texts ...string) bool {
	if p.next+len(texts) > len(p.tokens) {
		return false
	}
	for i, text := range texts {
		if !p.tokens[p.next+i].is(text) {
			return false
		}
	}
	p.next += len(texts)
	return true
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.unexpected()
	}
	return nil
}

func (p *parser) unexpected() error {
	t := p.peek()
	return errorAt(p.text, t.pos, MalformedQuery, "unexpected token: '%s'", t.text)
}

func (p *parser) enter() error {
	if p.depth++; p.depth > maxDepth {
		return &Error{"QUERY_TOO_COMPLICATED", "Query is too deeply nested"}
	}
	return nil
}

func (p *parser) selection() (*query, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.expect("SELECT"); err != nil {
		return nil, err
	}
	q := &query{limit: -1, offset: -1}
	if err := p.items(q); err != nil {
		return nil, err
	}
	if err := p.expect("FROM"); err != nil {
		return nil, err
	}
	if p.peek().kind != word {
		return nil, p.unexpected()
	}
	from := p.take()
	q.from, q.fromPos = from.text, from.pos
	p.accept("AS")
	if t := p.peek(); t.kind == word && !isClause(t.text) {
		q.alias = p.take().text
	}
	return q, p.clauses(q)
}

func isClause(text string) bool {
	return slices.Contains([]string{"WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR", "USING", "ALL", "UPDATE"}, strings.ToUpper(text))
}

func (p *parser) items(q *query) error {
	if p.accept("COUNT", "(", ")") {
		q.count = true
		return nil
	}
	for {
		i, err := p.item()
		if err != nil {
			return err
		}
		q.items = append(q.items, i)
		if !p.accept(",") {
			return nil
		}
	}
}

func (p *parser) item() (item, error) {
	pos := p.peek().pos
	if p.accept("(") {
		sub, err := p.selection()
		if err == nil {
			err = p.expect(")")
		}
		return item{sub: sub, pos: pos}, err
	}
	if p.accept("FIELDS", "(") {
		which := strings.ToUpper(p.take().text)
		if which != "ALL" && which != "STANDARD" && which != "CUSTOM" {
			p.next--
			return item{}, p.unexpected()
		}
		return item{fields: which, pos: pos}, p.expect(")")
	}
	i := item{pos: pos}
	var err error
	if i.function, i.path, i.pos, err = p.operand(); err != nil {
		return i, err
	}
	if t := p.peek(); t.kind == word && !isClause(t.text) && !t.is("FROM") {
		i.alias = p.take().text
	}
	return i, nil
}

// operand reads a path, or a function of one.
func (p *parser) operand() (function string, path []string, pos int, err error) {
	name := strings.ToUpper(p.peek().text)
	if p.next+1 < len(p.tokens) && p.tokens[p.next+1].is("(") && (slices.Contains(aggregates, name) || name == "TOLABEL" || name == "FORMAT") {
		p.next += 2
		if path, pos, err = p.path(); err == nil {
			err = p.expect(")")
		}
		return name, path, pos, err
	}
	path, pos, err = p.path()
	return "", path, pos, err
}

func (p *parser) path() ([]string, int, error) {
	pos := p.peek().pos
	var path []string
	for {
		if p.peek().kind != word {
			return nil, pos, p.unexpected()
		}
		path = append(path, p.take().text)
		if len(path) > 6 {
			return nil, pos, errorAt(p.text, pos, MalformedQuery, "Relationship paths are limited to five levels")
		}
		if !p.accept(".") {
			return path, pos, nil
		}
	}
}

func (p *parser) clauses(q *query) error {
	var err error
	if p.accept("WHERE") {
		if q.where, err = p.disjunction(); err != nil {
			return err
		}
	}
	if p.accept("GROUP", "BY") {
		for more := true; more; more = p.accept(",") {
			path, pos, err := p.path()
			if err != nil {
				return err
			}
			q.groups = append(q.groups, ordering{path: path, pos: pos})
		}
	}
	if p.accept("ORDER", "BY") {
		if err := p.orderings(q); err != nil {
			return err
		}
	}
	if p.accept("LIMIT") {
		if q.limit, err = p.count(); err != nil {
			return err
		}
	}
	q.offsetPos = p.peek().pos
	if p.accept("OFFSET") {
		if q.offset, err = p.count(); err != nil {
			return err
		}
	}
	if at := p.peek().pos; p.accept("ALL", "ROWS") {
		return errorAt(p.text, at, MalformedQuery, "ALL ROWS not allowed in this context")
	}
	if p.accept("FOR") {
		q.viewed = p.accept("VIEW") || p.accept("REFERENCE")
		if !q.viewed && !p.accept("UPDATE") {
			return p.unexpected()
		}
	}
	return nil
}

func (p *parser) count() (int, error) {
	t := p.peek()
	n, err := strconv.Atoi(t.text)
	if t.kind != number || err != nil || n < 0 {
		return 0, p.unexpected()
	}
	p.next++
	return n, nil
}

func (p *parser) orderings(q *query) error {
	for {
		function, path, pos, err := p.operand()
		if err != nil {
			return err
		}
		o := ordering{path: path, pos: pos, function: function}
		if !p.accept("ASC") {
			o.desc = p.accept("DESC")
		}
		if p.accept("NULLS", "LAST") {
			o.nullsLast = true
		} else {
			p.accept("NULLS", "FIRST")
		}
		q.order = append(q.order, o)
		if !p.accept(",") {
			return nil
		}
	}
}

// disjunction reads terms joined by AND or by OR: the vendor wants parentheses where both meet.
func (p *parser) disjunction() (expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	first, err := p.term()
	if err != nil {
		return nil, err
	}
	terms, joiner := []expr{first}, ""
	for {
		t := p.peek()
		if !t.is("AND") && !t.is("OR") {
			break
		}
		if joiner != "" && !t.is(joiner) {
			return nil, p.unexpected()
		}
		joiner = strings.ToUpper(p.take().text)
		another, err := p.term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, another)
	}
	if len(terms) == 1 {
		return first, nil
	}
	return junction{or: joiner == "OR", terms: terms}, nil
}

func (p *parser) term() (expr, error) {
	if p.peek().is("NOT") {
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer func() { p.depth-- }()
		p.next++
		term, err := p.term()
		return negation{term}, err
	}
	if p.accept("(") {
		inner, err := p.disjunction()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(")")
	}
	path, pos, err := p.path()
	if err != nil {
		return nil, err
	}
	not := p.accept("NOT", "IN")
	if not || p.accept("IN") {
		return p.membership(membership{path: path, pos: pos, not: not})
	}
	t := p.peek()
	op := strings.ToUpper(t.text)
	if !t.is("LIKE") && (t.kind != symbol || !slices.Contains([]string{"=", "!=", "<>", "<", "<=", ">", ">="}, op)) {
		return nil, p.unexpected()
	}
	p.next++
	if op == "<>" {
		op = "!="
	}
	value, err := p.literal()
	return comparison{path: path, pos: pos, op: op, value: value}, err
}

func (p *parser) membership(m membership) (expr, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	if p.peek().is("SELECT") {
		sub, err := p.selection()
		if err != nil {
			return nil, err
		}
		m.sub = sub
		return m, p.expect(")")
	}
	for {
		value, err := p.literal()
		if err != nil {
			return nil, err
		}
		m.values = append(m.values, value)
		if !p.accept(",") {
			return m, p.expect(")")
		}
	}
}

func (p *parser) literal() (literal, error) {
	t := p.peek()
	l := literal{text: t.text, pos: t.pos}
	switch {
	case t.kind == quoted:
		l.kind = literalText
	case t.kind == number:
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return l, p.unexpected()
		}
		l.kind, l.num = literalNumber, n
	case t.kind == moment:
		l.kind = literalDate
		if len(t.text) > len("2006-01-02") {
			l.kind = literalDateTime
		}
	case t.is("null"):
		l.kind = literalNull
	case t.is("true"), t.is("false"):
		l.kind, l.bool = literalBoolean, t.is("true")
	case t.kind == word && isPeriod(t.text):
		l.kind, l.text = literalPeriod, strings.ToUpper(t.text)
	default:
		return l, p.unexpected()
	}
	p.next++
	if l.kind == literalPeriod && countedPeriod(l.text) {
		if err := p.expect(":"); err != nil {
			return l, err
		}
		n, err := p.count()
		if err != nil {
			return l, err
		}
		l.n = min(n, 100_000)
	}
	return l, nil
}
