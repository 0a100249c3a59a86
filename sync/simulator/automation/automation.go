// Package automation is what an organization's own rules do to records while they are saved: a flow
// or a workflow that rewrites what somebody wrote. It exists so that others can prove that they do
// not quarrel with such rules forever.
package automation

import (
	"fmt"
	"slices"
	"strings"
)

// Rule rewrites one text field of one kind of record, whenever a write changes that field.
type Rule struct {
	// Object is the kind of record as the vendor names it: Contact in Salesforce, contacts in Desk.
	Object string `json:"object"`
	Field  string `json:"field"`
	// Do is upper, lower, set (to Value), or append (Value at the end, each time).
	Do    string `json:"do"`
	Value string `json:"value,omitempty"`
}

var verbs = []string{"upper", "lower", "set", "append"}

// Check says what is wrong with rules; known tells whether a field is a text field that can be
// written.
func Check(rules []Rule, known func(object, field string) bool) error {
	for i, r := range rules {
		switch {
		case !slices.Contains(verbs, r.Do):
			return fmt.Errorf("automations[%d].do is one of %s", i, strings.Join(verbs, ", "))
		case (r.Do == "set" || r.Do == "append") != (r.Value != ""):
			return fmt.Errorf("automations[%d].value belongs to set and append, which need it", i)
		case !known(r.Object, r.Field):
			return fmt.Errorf("automations[%d]: %s has no text field %q", i, r.Object, r.Field)
		}
	}
	return nil
}

// Rewrite is the value that the rules make of one that was just written; no value stays none.
func Rewrite(rules []Rule, object, field, value string) string {
	for _, r := range rules {
		if r.Object != object || r.Field != field || value == "" {
			continue
		}
		switch r.Do {
		case "upper":
			value = strings.ToUpper(value)
		case "lower":
			value = strings.ToLower(value)
		case "set":
			value = r.Value
		case "append":
			value += r.Value
		}
	}
	return value
}
