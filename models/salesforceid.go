package models

import "strings"

// SalesforceID is a Salesforce id in its form of 18 characters, which is what we keep. One of 15
// characters gets the three that say which of its letters are capital (facts: 15 characters are
// case-sensitive, 18 are case-safe); anything else stays as it is.
func SalesforceID(id string) string {
	if len(id) != 15 {
		return id
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	var out strings.Builder
	out.WriteString(id)
	for part := range 3 {
		capitals := 0
		for i, c := range []byte(id[part*5 : part*5+5]) {
			switch {
			case c >= 'A' && c <= 'Z':
				capitals |= 1 << i
			case (c < 'a' || c > 'z') && (c < '0' || c > '9'):
				return id
			}
		}
		out.WriteByte(letters[capitals])
	}
	return out.String()
}
