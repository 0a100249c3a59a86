package soql

import (
	"fmt"
	"strings"
)

// Error is a refusal in the vendor's words.
type Error struct {
	Code    string // MALFORMED_QUERY, INVALID_FIELD, …
	Message string
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Codes of refusals.
const (
	MalformedQuery  = "MALFORMED_QUERY"
	InvalidField    = "INVALID_FIELD"
	InvalidType     = "INVALID_TYPE"
	InvalidOperator = "INVALID_QUERY_FILTER_OPERATOR"
	OutsideRange    = "NUMBER_OUTSIDE_VALID_RANGE"
)

// errorAt makes the vendor's error that points into the query: the text around, a caret, the place,
// the message.
func errorAt(query string, pos int, code, format string, args ...any) *Error {
	pos = min(max(pos, 0), len(query))
	row := 1 + strings.Count(query[:pos], "\n")
	start := strings.LastIndexByte(query[:pos], '\n') + 1
	column := pos - start + 1
	end := len(query)
	if next := strings.IndexByte(query[pos:], '\n'); next >= 0 {
		end = pos + next
	}
	from, to := max(start, pos-40), min(end, pos+40)
	return &Error{Code: code, Message: fmt.Sprintf("\n%s\n%s^\nERROR at Row:%d:Column:%d\n%s",
		strings.ToValidUTF8(query[from:to], ""), strings.Repeat(" ", pos-from), row, column, fmt.Sprintf(format, args...))}
}
