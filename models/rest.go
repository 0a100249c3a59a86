package models

import (
	"database/sql/driver"
	"encoding/json"
)

// Rest is a mapped field of a pair that is left alone: its value was refused, or not kept as it was
// sent, or is rewritten by an automation. The other fields of the pair go on. A rest ends when both
// sides agree, when another value is to be written, when the field is no longer mapped, or when its
// failure is retried.
type Rest struct {
	// Field is the mapping's name.
	Field string `json:"field"`
	// Side is the one that is not written.
	Side Side `json:"side"`
	// Sent is the value, in the side's form, that the side refused or did not keep.
	Sent Value `json:"sent"`
	// Code is why. With REWRITTEN_BY_AUTOMATION the field rests whatever is to be written.
	Code Code `json:"code"`
}

// Covers tells whether the field still rests when the value is to be written to the side.
func (r Rest) Covers(side Side, value Value) bool {
	return r.Code == CodePingPong || r.Side == side && r.Sent == value
}

// Rests are the resting fields of a pair.
type Rests []Rest

// With adds a rest in the place of the field's earlier one.
func (r Rests) With(rest Rest) Rests {
	return append(r.Without(rest.Field), rest)
}

// Without takes a field's rest away.
func (r Rests) Without(field string) Rests {
	var out Rests
	for _, one := range r {
		if one.Field != field {
			out = append(out, one)
		}
	}
	return out
}

// Value stores the rests as JSON text; none is [].
func (r Rests) Value() (driver.Value, error) {
	if r == nil {
		return "[]", nil
	}
	b, err := json.Marshal([]Rest(r))
	return string(b), err
}

// Scan reads the rests from JSON text. Versions that knew only rewritten fields stored their names.
func (r *Rests) Scan(src any) error {
	var raw []json.RawMessage
	if err := scanJSON(src, &raw); err != nil {
		return err
	}
	*r = nil
	for _, one := range raw {
		var rest Rest
		if json.Unmarshal(one, &rest.Field) == nil {
			rest.Code = CodePingPong
		} else if err := json.Unmarshal(one, &rest); err != nil {
			return err
		}
		*r = append(*r, rest)
	}
	return nil
}
