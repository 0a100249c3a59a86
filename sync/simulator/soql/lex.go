package soql

import (
	"strings"
	"unicode/utf8"
)

type kind int

const (
	end kind = iota
	word
	number
	moment // a date or a moment, unquoted
	quoted // its text is still escaped
	symbol
)

type token struct {
	kind kind
	text string
	pos  int
}

func (t token) is(text string) bool {
	return (t.kind == word || t.kind == symbol) && strings.EqualFold(t.text, text)
}

// lex cuts a query into tokens; the last one is end.
func lex(query string) ([]token, error) {
	var out []token
	for pos := 0; ; {
		for pos < len(query) && strings.IndexByte(" \t\r\n", query[pos]) >= 0 {
			pos++
		}
		if pos == len(query) {
			return append(out, token{end, "<EOF>", pos}), nil
		}
		t, err := next(query, pos)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
		pos += len(t.text)
		if t.kind == quoted {
			pos += 2
		}
	}
}

func next(query string, pos int) (token, error) {
	rest := query[pos:]
	c := rest[0]
	switch {
	case isLetter(c):
		return token{word, rest[:span(rest, func(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' })], pos}, nil
	case isDigit(c) || (c == '-' || c == '+' || c == '.') && len(rest) > 1 && (isDigit(rest[1]) || rest[1] == '.'):
		return numeric(rest, pos), nil
	case c == '\'':
		for i := 1; i < len(rest); i++ {
			switch rest[i] {
			case '\\':
				i++
			case '\'':
				return token{quoted, rest[1:i], pos}, nil
			}
		}
		return token{}, errorAt(query, pos, MalformedQuery, "line 1:%d mismatched character '<EOF>' expecting '''", len(query))
	}
	for _, two := range []string{"!=", "<>", "<=", ">="} {
		if strings.HasPrefix(rest, two) {
			return token{symbol, two, pos}, nil
		}
	}
	if strings.IndexByte("(),.=<>:", c) >= 0 {
		return token{symbol, rest[:1], pos}, nil
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return token{}, errorAt(query, pos, MalformedQuery, "unexpected char: '%c'", r)
}

// numeric reads a number, or a date or moment, which begin like one.
func numeric(rest string, pos int) token {
	if len(rest) >= 10 && rest[4] == '-' && rest[7] == '-' && isDigit(rest[0]) {
		length := span(rest, func(c byte) bool { return isDigit(c) || strings.IndexByte("-+:.TZtz", c) >= 0 })
		return token{moment, rest[:length], pos}
	}
	length := 1 + span(rest[1:], func(c byte) bool { return isDigit(c) || c == '.' })
	return token{number, rest[:length], pos}
}

func span(text string, in func(byte) bool) int {
	for i := range len(text) {
		if !in(text[i]) {
			return i
		}
	}
	return len(text)
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }
