// Package scalar reads and writes the API's own scalars.
package scalar

import (
	"io"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"sidelight/models"
)

// MarshalDecimal writes a JSON string, so that no client reads the number as a float.
func MarshalDecimal(d models.Decimal) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(d))) })
}

// UnmarshalDecimal reads a string or a number, exactly.
func UnmarshalDecimal(v any) (models.Decimal, error) {
	s, err := graphql.UnmarshalString(v)
	if err != nil {
		return "", models.Errorf(models.CodeBadUserInput, "not a decimal number")
	}
	return models.ParseDecimal(s)
}

// MarshalDate writes YYYY-MM-DD.
func MarshalDate(d models.Date) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(d))) })
}

// UnmarshalDate reads YYYY-MM-DD.
func UnmarshalDate(v any) (models.Date, error) {
	s, ok := v.(string)
	if !ok {
		return "", models.Errorf(models.CodeBadUserInput, "not a date: write it as YYYY-MM-DD")
	}
	return models.ParseDate(s)
}

// MarshalTime writes RFC 3339.
func MarshalTime(t time.Time) graphql.Marshaler { return graphql.MarshalTime(t) }

// UnmarshalTime reads RFC 3339, in the years that every database has.
func UnmarshalTime(v any) (time.Time, error) {
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return t, models.Errorf(models.CodeBadUserInput, "not a time: write it as 2026-01-31T00:00:00Z")
	}
	if t = t.UTC(); t.Year() < 1 || t.Year() > 9999 {
		return t, models.Errorf(models.CodeBadUserInput, "the time lies outside of the years 1 to 9999")
	}
	return t, nil
}

// Node is any of the types that implement the schema's interface of that name.
type Node interface{}
