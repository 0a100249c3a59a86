package mapping

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sidelight/models"
)

// timeForm is how times stand in values: RFC 3339 in UTC with milliseconds.
const timeForm = "2006-01-02T15:04:05.000Z"

// Canonical brings a value to the one form in which it is compared: numbers in shortest plain
// notation, booleans in small letters, times in UTC. A value that is not of its field's type stays
// as it is.
func Canonical(v models.Value, f models.Field) models.Value {
	text := v.String()
	switch {
	case text == "":
		return v
	case isNumber(f.Type):
		if d, err := models.ParseDecimal(text); err == nil {
			return models.Text(string(d))
		}
	case f.Type == models.TypeBoolean, f.Type == models.TypeEmail:
		// Salesforce keeps addresses in lower case, Desk as they were typed.
		return models.Text(strings.ToLower(text))
	case f.Type == models.TypeDateTime:
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return models.Text(t.UTC().Format(timeForm))
		}
	case f.Type == models.TypeMultiselect:
		return models.Text(strings.Join(sorted(words(v)), ";"))
	}
	return v
}

// Convert makes a value of the from field into one of the to field. What the target would cut,
// round or refuse is an error that says so, never a silent change: TYPE_MISMATCH, VALUE_TOO_LONG,
// INVALID_PICKLIST_VALUE or INVALID_PARAMETER.
func Convert(v models.Value, from, to models.Field) (models.Value, *models.Error) {
	v = Canonical(v, from)
	if v.IsBlank() {
		if to.Type == models.TypeBoolean {
			return models.Text("false"), nil // neither vendor keeps a blank checkbox
		}
		return v, nil
	}
	text := v.String()
	switch {
	case isListed(to):
		return toListed(text, to)
	case isText(to.Type):
		return toText(text, from, to)
	case isNumber(to.Type):
		return toNumber(text, to)
	case to.Type == models.TypePicklist:
		return toPicklist(text, to)
	case to.Type == models.TypeMultiselect:
		return toMultiselect(v, to)
	case to.Type == models.TypeBoolean:
		return toBoolean(text, to)
	case to.Type == models.TypeDate:
		return toDate(text, to)
	case to.Type == models.TypeDateTime:
		return toDateTime(text, to)
	}
	return models.Blank, fault(models.CodeTypeMismatch, to, "%s cannot be filled from %s", label(to), label(from))
}

func toText(text string, from, to models.Field) (models.Value, *models.Error) {
	switch {
	case to.Type == models.TypeEmail && !strings.Contains(strings.Trim(text, "@"), "@"):
		return models.Blank, fault(models.CodeInvalidParameter, to, "%s takes an email address", label(to))
	case to.Type == models.TypeURL && !strings.Contains(text, "://"):
		text = "https://" + text // Desk refuses a link without a scheme; Salesforce keeps either
	case from.Type == models.TypeMultiselect:
		text = strings.Join(strings.Split(text, ";"), ", ")
	}
	return fits(text, to)
}

// fits checks the length in characters.
func fits(text string, to models.Field) (models.Value, *models.Error) {
	if n := utf8.RuneCountInString(text); to.Length > 0 && n > to.Length {
		return models.Blank, fault(
			models.CodeValueTooLong, to, "%s takes %d characters, the value has %d", label(to), to.Length, n,
		)
	}
	return models.Text(text), nil
}

func toNumber(text string, to models.Field) (models.Value, *models.Error) {
	d, err := models.ParseDecimal(text)
	if err != nil {
		return models.Blank, fault(models.CodeTypeMismatch, to, "%s takes a number, and the value is none", label(to))
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(string(d), "-"), ".")
	switch {
	case to.Type == models.TypeInteger && fraction != "":
		return models.Blank, fault(models.CodeTypeMismatch, to, "%s takes a whole number", label(to))
	case to.Scale > 0 && len(fraction) > to.Scale:
		return models.Blank, fault(
			models.CodeInvalidParameter, to, "%s keeps %d digits after the point, the value has %d", label(to), to.Scale,
			len(fraction),
		)
	case to.Precision > 0 && len(whole) > to.Precision-to.Scale:
		return models.Blank, fault(
			models.CodeInvalidParameter, to, "%s keeps %d digits before the point, the value has %d", label(to),
			to.Precision-to.Scale, len(whole),
		)
	}
	return models.Text(string(d)), nil
}

// choice finds the picklist's own spelling, by the value or by its label. An open picklist takes
// other values too.
func choice(text string, to models.Field) (string, bool) {
	if slices.Contains(to.Picklist, text) {
		return text, true
	}
	for _, p := range to.Picklist {
		if strings.EqualFold(p, text) {
			return p, true
		}
	}
	for _, c := range to.Choices {
		if strings.EqualFold(c.Label, text) {
			return c.Value, true
		}
	}
	return text, !to.Restricted
}

func toPicklist(text string, to models.Field) (models.Value, *models.Error) {
	if found, ok := choice(text, to); ok {
		return fits(found, to)
	}
	return models.Blank, fault(models.CodeInvalidPicklist, to, "%s does not have this value", label(to))
}

func toMultiselect(v models.Value, to models.Field) (models.Value, *models.Error) {
	var out []string
	for _, w := range words(v) {
		found, ok := choice(w, to)
		if !ok {
			return models.Blank, fault(models.CodeInvalidPicklist, to, "%s does not have one of these values", label(to))
		}
		out = append(out, found)
	}
	return models.Text(strings.Join(sorted(out), ";")), nil
}

func toBoolean(text string, to models.Field) (models.Value, *models.Error) {
	switch strings.ToLower(text) {
	case "true", "1", "yes":
		return models.Text("true"), nil
	case "false", "0", "no":
		return models.Text("false"), nil
	}
	return models.Blank, fault(models.CodeTypeMismatch, to, "%s takes yes or no", label(to))
}

func toDate(text string, to models.Field) (models.Value, *models.Error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return models.Text(t.UTC().Format(time.DateOnly)), nil
	}
	if _, err := models.ParseDate(text); err != nil {
		return models.Blank, fault(models.CodeTypeMismatch, to, "%s takes a date", label(to))
	}
	return models.Text(text), nil
}

func toDateTime(text string, to models.Field) (models.Value, *models.Error) {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return models.Text(t.UTC().Format(timeForm)), nil
		}
	}
	return models.Blank, fault(models.CodeTypeMismatch, to, "%s takes a date and time", label(to))
}
