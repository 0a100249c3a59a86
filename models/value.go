package models

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// Value is one field's value in canonical text: the vendor's own value, blank told apart from text.
// Numbers are their exact literal, booleans "true" and "false", dates YYYY-MM-DD, times RFC 3339 in
// UTC with milliseconds, multi-select lists "a;b". A Value is comparable with ==. The zero Value is
// blank; blank is a value like any other ("cleared"), and is told apart from a field that is absent
// from Values ("not read" or "not sent").
//
// The vendors do not tell the empty string from null, so neither does Sidelight: Text("") is blank.
type Value struct{ text string }

// Blank is the cleared value.
var Blank = Value{}

// Text makes a value of canonical text.
func Text(s string) Value { return Value{s} }

// IsBlank tells whether the value is cleared.
func (v Value) IsBlank() bool { return v.text == "" }

// String is the canonical text, "" when blank.
func (v Value) String() string { return v.text }

// Ptr is the text, or nil when blank: the shape of a nullable answer.
func (v Value) Ptr() *string {
	if v.text == "" {
		return nil
	}
	s := v.text
	return &s
}

// MarshalJSON writes null or a string.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.text == "" {
		return []byte("null"), nil
	}
	return json.Marshal(v.text)
}

// UnmarshalJSON reads null or a string.
func (v *Value) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a value is a string or null: %w", err)
	}
	v.text = ""
	if s != nil {
		v.text = *s
	}
	return nil
}

// GormDataType is the column's type; the zero Value would not tell.
func (Value) GormDataType() string { return "text" }

// Value stores null or the text.
func (v Value) Value() (driver.Value, error) {
	if v.text == "" {
		return nil, nil
	}
	return v.text, nil
}

// Scan reads null or text.
func (v *Value) Scan(src any) error {
	switch s := src.(type) {
	case nil:
		v.text = ""
	case string:
		v.text = s
	case []byte:
		v.text = string(s)
	default:
		return fmt.Errorf("cannot read a value from %T", src)
	}
	return nil
}

// Values are fields by the vendor's own API name. Custom fields of Desk stand flat under their API
// name (cf_…), relations of Salesforce under their path (Owner.Name).
type Values map[string]Value

// Clone copies the values.
func (v Values) Clone() Values { return maps.Clone(v) }

// With is a copy of v overlaid with more.
func (v Values) With(more Values) Values {
	out := make(Values, len(v)+len(more))
	maps.Copy(out, v)
	maps.Copy(out, more)
	return out
}

// GormDataType is the column's type; nil Values would not tell.
func (Values) GormDataType() string { return "text" }

// Value stores the values as JSON text.
func (v Values) Value() (driver.Value, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(map[string]Value(v))
	return string(b), err
}

// Scan reads the values from JSON text.
func (v *Values) Scan(src any) error { return scanJSON(src, (*map[string]Value)(v)) }

func scanJSON(src, into any) error {
	switch s := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(s), into)
	case []byte:
		return json.Unmarshal(s, into)
	}
	return fmt.Errorf("cannot read JSON from %T", src)
}

// MatchKey is the normalised form under which a record is matched: surrounding space and case are
// ignored. A blank value has no key and matches nothing.
func MatchKey(v Value) string { return strings.ToLower(strings.TrimSpace(v.text)) }

// Strings is a list of names kept as a JSON array.
type Strings []string

// Value stores the list as JSON text; an empty list is [].
func (s Strings) Value() (driver.Value, error) {
	if s == nil {
		return "[]", nil
	}
	b, err := json.Marshal([]string(s))
	return string(b), err
}

// Scan reads the list from JSON text.
func (s *Strings) Scan(src any) error { return scanJSON(src, (*[]string)(s)) }
