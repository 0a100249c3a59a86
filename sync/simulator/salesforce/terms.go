package salesforce

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sidelight/sync/simulator/soql"
)

// termCheck tells whether the fields of a record, each cut into words, have what is searched for.
type termCheck func(fields [][]string) bool

// wordsOf are the words of a record's fields. A phone number is found by its digits alone, too.
func wordsOf(t *table, r soql.Row, in func(*field) bool) [][]string {
	var out [][]string
	for _, f := range t.fields {
		value, _ := r.Value(f.name).(string)
		if value == "" || !in(f) {
			continue
		}
		out = append(out, words(value))
		if f.kind == "phone" {
			out = append(out, []string{digitsOf(value)})
		}
	}
	return out
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// words cuts a text where neither a letter, a digit nor a wildcard stands.
func words(text string) []string {
	return strings.FieldsFunc(soql.Fold(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != '*' && r != '?'
	})
}

// terms reads what stands between the braces of FIND: words that all have to be there, phrases in
// quotes, AND, OR, AND NOT and parentheses. * stands for any letters, ? for one.
type terms struct {
	tokens []term
	next   int
	depth  int
}

type term struct {
	text   string
	quoted bool
}

func parseTerms(text string) (termCheck, error) {
	t := &terms{}
	if err := t.lex(text); err != nil {
		return nil, err
	}
	check, err := t.either()
	if err != nil {
		return nil, err
	}
	if t.next < len(t.tokens) {
		return nil, badSearch("unexpected token: '" + t.tokens[t.next].text + "'")
	}
	return check, nil
}

func (t *terms) lex(text string) error {
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			t.tokens = append(t.tokens, term{text: word.String()})
			word.Reset()
		}
	}
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; {
		case r == '\\' && i+1 < len(runes):
			i++
			word.WriteRune(runes[i])
		case r == '"':
			flush()
			end := slices.Index(runes[i+1:], '"')
			if end < 0 {
				return badSearch("unexpected token: '\"'")
			}
			t.tokens = append(t.tokens, term{string(runes[i+1 : i+1+end]), true})
			i += end + 1
		case r == '(' || r == ')':
			flush()
			t.tokens = append(t.tokens, term{text: string(r)})
		case unicode.IsSpace(r):
			flush()
		default:
			word.WriteRune(r)
		}
	}
	flush()
	return nil
}

// is tells whether an operator comes next. Operators are found whatever their case.
func (t *terms) is(text string) bool {
	return t.next < len(t.tokens) && !t.tokens[t.next].quoted && strings.EqualFold(t.tokens[t.next].text, text)
}

func (t *terms) either() (termCheck, error) {
	if t.depth++; t.depth > 50 {
		return nil, badSearch("the search is nested too deeply")
	}
	defer func() { t.depth-- }()
	check, err := t.every()
	for err == nil && t.is("OR") {
		t.next++
		var other termCheck
		first := check
		if other, err = t.every(); err == nil {
			check = func(fields [][]string) bool { return first(fields) || other(fields) }
		}
	}
	return check, err
}

func (t *terms) every() (termCheck, error) {
	check, err := t.single()
	for err == nil && t.next < len(t.tokens) && !t.is("OR") && !t.is(")") {
		not := false
		if t.is("AND") {
			t.next++
		}
		if t.is("NOT") {
			t.next++
			not = true
		}
		var other termCheck
		first := check
		if other, err = t.single(); err == nil {
			check = func(fields [][]string) bool { return first(fields) && other(fields) != not }
		}
	}
	return check, err
}

func (t *terms) single() (termCheck, error) {
	if t.next == len(t.tokens) {
		return nil, badSearch("No search term found. The search term must be enclosed in braces.")
	}
	if t.is("(") {
		t.next++
		check, err := t.either()
		if err == nil && !t.is(")") {
			err = badSearch("unexpected token: '<EOF>'")
		}
		t.next++
		return check, err
	}
	token := t.tokens[t.next]
	if t.is(")") || t.is("AND") || t.is("OR") || t.is("NOT") {
		return nil, badSearch("unexpected token: '" + token.text + "'")
	}
	t.next++
	want := words(token.text)
	if letters := strings.Trim(strings.Join(want, ""), "*?"); utf8.RuneCountInString(letters) < 2 {
		return nil, badSearch("search term must be longer than one character: " + token.text)
	}
	return func(fields [][]string) bool {
		return slices.ContainsFunc(fields, func(have []string) bool { return follows(have, want) })
	}, nil
}

// follows tells whether the wanted words stand one behind the other.
func follows(have, want []string) bool {
	for from := 0; from+len(want) <= len(have); from++ {
		all := true
		for i, w := range want {
			ok, _ := path.Match(w, have[from+i]) // no letter but the wildcards means anything to it
			all = all && ok
		}
		if all {
			return true
		}
	}
	return false
}
