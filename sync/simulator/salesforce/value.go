package salesforce

import (
	"encoding/json"
	"fmt"
	"math"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sidelight/sync/simulator/soql"
)

func booleanValue(v any, mistyped error) (any, error) {
	switch b := v.(type) {
	case bool:
		return b, nil
	case string:
		if b == "true" || b == "false" {
			return b == "true", nil
		}
	}
	return nil, mistyped
}

// textValue checks what is kept as text: dates, times, addresses, picklists and all others.
func textValue(f *field, v any, mistyped error) (any, error) {
	text, ok := v.(string)
	if !ok {
		n, isNumber := v.(json.Number)
		if !isNumber || !f.isText() {
			return nil, mistyped
		}
		text = n.String()
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	switch f.kind {
	case "date":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return nil, mistyped
		}
		return text, nil
	case "datetime":
		return timeValue(text, mistyped)
	case "email":
		if a, err := mail.ParseAddress(text); err != nil || a.Address != text {
			return nil, badRequest("INVALID_EMAIL_ADDRESS", f.label+": invalid email address: "+text, f.name)
		}
		text = strings.ToLower(text) // the vendor keeps addresses in lower case
	}
	if n := utf8.RuneCountInString(text); f.length > 0 && n > f.length && f.kind != "base64" {
		return nil, badRequest(
			"STRING_TOO_LONG", fmt.Sprintf("%s: data value too large: %s (max length=%d)", f.label, text, f.length), f.name,
		)
	}
	if f.restricted && !slices.Contains(f.picklist, text) {
		return nil, badRequest(
			"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f.label+": bad value for restricted picklist field: "+text, f.name,
		)
	}
	return text, nil
}

func timeValue(text string, mistyped error) (any, error) {
	for _, form := range []string{time.RFC3339Nano, soql.DateTimeLayout, "2006-01-02T15:04:05-0700"} {
		if at, err := time.Parse(form, text); err == nil {
			return moment(at), nil
		}
	}
	return nil, mistyped
}

func numberValue(f *field, v any, mistyped error) (any, error) {
	if n, ok := v.(json.Number); ok {
		v = n.String()
	}
	n, ok := number(v)
	if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
		return nil, mistyped
	}
	whole := f.precision - f.scale
	if f.kind == "int" {
		whole = f.digits
		if n != math.Trunc(n) {
			return nil, mistyped
		}
	}
	if math.Abs(n) >= math.Pow10(whole) {
		return nil, badRequest("NUMBER_OUTSIDE_VALID_RANGE", f.label+": number is outside the valid range", f.name)
	}
	if f.kind != "int" {
		scale := math.Pow10(f.scale)
		n = math.Round(n*scale) / scale // the vendor rounds silently
	}
	return n, nil
}
