package soql

import (
	"cmp"
	"strings"
	"time"
)

// compare checks a literal against the field's type and makes the condition. A blank text is null.
func (c *compiler) compare(a access, op string, l literal) (*node, error) {
	if l.kind == literalText && l.text == "" && op != "LIKE" {
		l.kind = literalNull
	}
	if l.kind == literalNull {
		switch op {
		case "=":
			return &node{match: func(r Row) bool { return a.get(r) == nil }}, nil
		case "!=":
			return &node{match: func(r Row) bool { return a.get(r) != nil }}, nil
		}
		return nil, errorAt(c.text, l.pos, MalformedQuery, "unexpected token: 'null'")
	}
	if op == "LIKE" {
		if a.field.Type != Text || l.kind != literalText {
			return nil, errorAt(c.text, l.pos, InvalidField, "invalid operator on %s field '%s'", typeName(a.field.Type), a.field.Name)
		}
		pattern := likePattern(l.text)
		return &node{match: func(r Row) bool {
			text, _ := a.get(r).(string)
			return text != "" && like([]rune(Fold(text)), pattern)
		}}, nil
	}
	switch a.field.Type {
	case Text, ID:
		return c.compareText(a, op, l)
	case Boolean:
		if l.kind != literalBoolean {
			return nil, c.wrongType(a, l)
		}
		if op != "=" && op != "!=" {
			return nil, errorAt(c.text, l.pos, InvalidOperator, "invalid operator on boolean field '%s'", a.field.Name)
		}
		return &node{match: func(r Row) bool { return (a.get(r) == l.bool) == (op == "=") }}, nil
	case Int, Double:
		if l.kind != literalNumber {
			return nil, c.wrongType(a, l)
		}
		return &node{match: func(r Row) bool {
			n, known := a.get(r).(float64)
			return holds(op, known, cmp.Compare(n, l.num))
		}}, nil
	}
	return c.compareTime(a, op, l)
}

func (c *compiler) compareText(a access, op string, l literal) (*node, error) {
	if l.kind != literalText {
		return nil, c.wrongType(a, l)
	}
	key := Fold(unescape(l.text))
	if a.field.Type == ID {
		id, ok := ID18(unescape(l.text))
		if !ok {
			return nil, errorAt(c.text, l.pos, InvalidOperator, "invalid ID field: %s", unescape(l.text))
		}
		key = id
	}
	n := &node{match: func(r Row) bool {
		text, known := a.get(r).(string)
		if a.field.Type != ID {
			text = Fold(text)
		}
		return holds(op, known, strings.Compare(text, key))
	}}
	if op == "=" && len(a.hops) == 0 {
		n.rank, n.find = 1, func() ([]Row, bool) { return a.owner.Find(a.field.Name, []string{key}) }
	}
	return n, nil
}

// holds applies an operator to the outcome of a comparison. A null is unequal to every value, and
// neither below nor above one.
func holds(op string, known bool, order int) bool {
	if !known {
		return op == "!="
	}
	switch op {
	case "=":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// compareTime handles dates and moments. A date literal such as TODAY is a span: equal means
// inside, below means before its start, above means from its end on.
func (c *compiler) compareTime(a access, op string, l literal) (*node, error) {
	layout := time.DateOnly
	if a.field.Type == DateTime {
		layout = DateTimeLayout
	}
	var from, to string // [from, to); to is empty for a single value
	switch {
	case l.kind == literalPeriod:
		start, stop := period(l.text, l.n, c.now)
		from, to = start.Format(layout), stop.Format(layout)
	case a.field.Type == Date && l.kind == literalDate:
		day, err := time.Parse(time.DateOnly, l.text)
		if err != nil {
			return nil, errorAt(c.text, l.pos, MalformedQuery, "invalid date: %s", l.text)
		}
		from = day.Format(layout)
	case a.field.Type == DateTime && l.kind == literalDateTime:
		moment, err := parseMoment(l.text)
		if err != nil {
			return nil, errorAt(c.text, l.pos, MalformedQuery, "line 1:%d no viable alternative at character '%s'", l.pos, l.text)
		}
		from = moment.UTC().Format(layout)
	default:
		return nil, c.wrongType(a, l)
	}
	n := &node{match: func(r Row) bool {
		text, known := a.get(r).(string)
		order := strings.Compare(text, from)
		if to != "" && order > 0 {
			if order = 0; text >= to {
				order = 1
			}
		}
		return holds(op, known, order)
	}}
	if len(a.hops) == 0 && op != "!=" {
		n.rank, n.find = 2, func() ([]Row, bool) {
			return a.owner.Between(a.field.Name, lower(op, from, to), upperBound(op, from, to))
		}
	}
	return n, nil
}

// lower and upperBound are the span of an index that an operator needs to look at; the condition
// itself decides the edges.
func lower(op, from, to string) string {
	switch {
	case op == "<" || op == "<=":
		return ""
	case op == ">" && to != "":
		return to
	}
	return from
}

func upperBound(op, from, to string) string {
	switch {
	case op == ">" || op == ">=":
		return ""
	case op == "<":
		return from
	case to != "":
		return to
	}
	return from + "~" // just after from: no digit or sign sorts after a tilde
}

func parseMoment(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05Z0700"} {
		if moment, err := time.Parse(layout, strings.ToUpper(text)); err == nil && moment.Year() > 0 {
			return moment, nil
		}
	}
	return time.Parse(time.RFC3339Nano, text)
}

func typeName(t Type) string {
	return [...]string{"string", "id", "boolean", "int", "double", "date", "dateTime", "address"}[t]
}

func (c *compiler) wrongType(a access, l literal) error {
	enclosed := "should not be enclosed in quotes"
	name := typeName(a.field.Type)
	if a.field.Type == Text || a.field.Type == ID {
		enclosed, name = "should be enclosed in quotes", "string"
	}
	return errorAt(c.text, l.pos, InvalidField, "value of filter criterion for field '%s' must be of type %s and %s", a.field.Name, name, enclosed)
}

// Pattern characters; a rune below zero cannot come from text.
const (
	anyRunes rune = -1 - iota
	anyRune
)

// likePattern folds a LIKE pattern and marks what is wild: % and _ unless escaped.
func likePattern(escaped string) []rune {
	var out []rune
	runes := []rune(escaped)
	for i := 0; i < len(runes); i++ {
		switch {
		case runes[i] == '%':
			out = append(out, anyRunes)
		case runes[i] == '_':
			out = append(out, anyRune)
		case runes[i] == '\\' && i+1 < len(runes):
			out = append(out, []rune(Fold(unescape(string(runes[i:i+2]))))...)
			i++
		default:
			out = append(out, []rune(Fold(string(runes[i])))...)
		}
	}
	return out
}

// like matches without recursion: on a mismatch it goes back to the last % and lets it take one
// more.
func like(text, pattern []rune) bool {
	t, p, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == anyRunes:
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == anyRune || pattern[p] == text[t]):
			t++
			p++
		case star >= 0:
			mark++
			t, p = mark, star+1
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == anyRunes {
		p++
	}
	return p == len(pattern)
}
