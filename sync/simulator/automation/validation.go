package automation

import (
	"fmt"
	"regexp"
)

// Validation is a validation rule: it refuses to save a record in which a field matches, in the
// administrator's own words.
type Validation struct {
	// Object is the kind of record as the vendor names it.
	Object string `json:"object"`
	Field  string `json:"field"`
	// Matches is a regular expression that is looked for in the field; a blank field is an empty
	// text.
	Matches *regexp.Regexp `json:"matches"`
	Text    string         `json:"text"`
	// Unnamed leaves the field out of the refusal, so that only the text says what is wrong.
	Unnamed bool `json:"unnamed,omitempty"`
}

// CheckValidations says what is wrong with rules; known tells whether records of the object have
// the field.
func CheckValidations(rules []Validation, known func(object, field string) bool) error {
	for i, r := range rules {
		switch {
		case r.Matches == nil || r.Matches.String() == "" || r.Text == "":
			return fmt.Errorf("rules[%d]: object, field, matches and text are needed", i)
		case !known(r.Object, r.Field):
			return fmt.Errorf("rules[%d]: %s has no field %q", i, r.Object, r.Field)
		}
	}
	return nil
}

// Violated is the first rule that a record of the object breaks, or nil; value answers its fields
// as text.
func Violated(rules []Validation, object string, value func(field string) string) *Validation {
	for i, r := range rules {
		if r.Object == object && r.Matches.MatchString(value(r.Field)) {
			return &rules[i]
		}
	}
	return nil
}
