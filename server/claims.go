package server

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// maxToken bounds a token before anything in it is looked at.
const maxToken = 8 << 10

// peek reads the parts of a compact JWT without trusting them: to know which issuer's key to try,
// and to refuse what is ambiguous. A name that stands twice, also in another case, is refused:
// readers that match names differently would disagree about what was signed.
func peek(token string) (header, claims map[string]any, err error) {
	if len(token) > maxToken {
		return nil, nil, errors.New("the token is too long")
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, errors.New("not a JWT")
	}
	for i, into := range []*map[string]any{&header, &claims} {
		raw, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
		if err != nil {
			return nil, nil, errors.New("not base64url")
		}
		if *into, err = strictObject(raw); err != nil {
			return nil, nil, err
		}
	}
	// The signature is verified later; here only that it has one way to be written: a token cannot
	// be told apart from another one by bits that mean nothing.
	if _, err := base64.RawURLEncoding.Strict().DecodeString(parts[2]); err != nil {
		return nil, nil, errors.New("not base64url")
	}
	return header, claims, nil
}

// strictObject reads one JSON object in which no name stands twice.
func strictObject(raw []byte) (map[string]any, error) {
	if err := noDuplicates(raw); err != nil {
		return nil, err
	}
	var out map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&out); err != nil || out == nil {
		return nil, errors.New("not a JSON object")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return out, nil
}

func noDuplicates(raw []byte) error {
	type level struct {
		seen   map[string]bool // nil in an array
		isName bool            // the next string is a name
	}
	var stack []level
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errors.New("not JSON")
		}
		top := len(stack) - 1
		if name, ok := t.(string); ok && top >= 0 && stack[top].isName {
			folded := fold(name)
			if stack[top].seen[folded] {
				return errors.New("a name stands twice")
			}
			stack[top].seen[folded] = true
			stack[top].isName = false
			continue
		}
		switch t {
		case json.Delim('{'):
			stack = append(stack, level{seen: map[string]bool{}, isName: true})
			continue
		case json.Delim('['):
			stack = append(stack, level{})
			continue
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:top]
		}
		if top = len(stack) - 1; top >= 0 && stack[top].seen != nil {
			stack[top].isName = true
		}
	}
}

// fold makes names equal that a reader of any case takes for the same: encoding/json reads "ſub" as
// "sub", too.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		return least
	}, name)
}

// pointer is a JSON pointer (RFC 6901) into claims.
type pointer []string

func parsePointer(s string) (pointer, error) {
	if !strings.HasPrefix(s, "/") {
		return nil, fmt.Errorf("%q is not a JSON pointer: it begins with /", s)
	}
	parts := strings.Split(s[1:], "/")
	for i, p := range parts {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(p), "~") {
			return nil, fmt.Errorf("%q is not a JSON pointer: ~ stands only in ~0 and ~1", s)
		}
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(p)
	}
	return parts, nil
}

// in is the value the pointer leads to, nil where there is none.
func (p pointer) in(claims map[string]any) any {
	var v any = claims
	for _, name := range p {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(at) || strconv.Itoa(i) != name {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

// text is the string the pointer leads to, "" where there is no string.
func (p pointer) text(claims map[string]any) string {
	s, _ := p.in(claims).(string)
	return s
}

// words are the strings of a list, or of a space-separated string.
func (p pointer) words(claims map[string]any) []string {
	switch v := p.in(claims).(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}
