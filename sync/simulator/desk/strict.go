package desk

import (
	"regexp"
	"strings"
)

// Desk's own files say more about values than is known to be enforced. What is in doubt is a
// setting, so that a client can be tried against a server that does enforce it and against one that
// does not.

// How a blank is written, at settings.Blanks.
const (
	blanksEither     = "either"     // null and "" both clear
	blanksDocumented = "documented" // null where the vendor's files take it, "" everywhere else
	blanksNull       = "null"       // null alone
)

// reading is how the values of a write are looked at.
type reading struct {
	creating bool
	strict   bool
	blanks   string
}

// blank says why a blank that is written as null, or as "", is refused; nothing when it is taken.
func (f field) blank(null bool, how reading) string {
	switch {
	case how.blanks == blanksNull && !null:
		return "an empty text where null is expected"
	case how.blanks != blanksDocumented, null == f.nullable:
		return ""
	case null:
		return "null where text is expected"
	case f.kind == "Text" || f.kind == "LookUp": // their patterns take nothing, too
		return ""
	}
	return "an empty text does not match the pattern"
}

// The vendor's published patterns, of which its own examples break some. Zoho refuses the three
// forms of email since 2021 by its own word.
var (
	plainPhone  = regexp.MustCompile(`^[^()]+$`)
	digits      = regexp.MustCompile(`^[0-9]+$`)
	underscored = regexp.MustCompile(`@.*_`)
)

// strictForm says what is wrong with a value's form by the strictest of the vendor's words, or
// nothing.
func (f field) strictForm(text string) string {
	switch {
	case f.kind == "Email" && (strings.Contains(text, "..") || strings.Contains(text, ".@") || underscored.MatchString(text)):
		return "not an email address"
	case (f.kind == "Phone" || f.name == "fax") && !plainPhone.MatchString(text):
		return "a character that is not allowed in a phone number"
	case f.name == "zip" && !digits.MatchString(text):
		return "not a number"
	case f.name == "annualrevenue" && strings.HasPrefix(text, "-"):
		return "below zero"
	}
	return ""
}
