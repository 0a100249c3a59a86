package mapping

import (
	"cmp"
	"slices"
	"strings"

	"sidelight/models"
)

// Carry makes a value of one mapped field into one of the other: by the mapping's table of values
// first, then by Convert.
func Carry(m models.FieldMapping, v models.Value, from models.Side) (models.Value, *models.Error) {
	return Convert(translate(m, v, from), m.Field(from), m.Field(from.Other()))
}

// translate takes each value that the table has for the one that it stands for on the other side.
// Where several stand for one, the first goes back.
func translate(m models.FieldMapping, v models.Value, from models.Side) models.Value {
	if len(m.Values) == 0 || v.IsBlank() {
		return v
	}
	if m.Field(from).Type != models.TypeMultiselect {
		return models.Text(counterpartOf(m.Values, v.String(), from))
	}
	out := words(v)
	for i := range out {
		out[i] = counterpartOf(m.Values, out[i], from)
	}
	return models.Text(strings.Join(out, ";"))
}

func counterpartOf(table []models.ValuePair, text string, from models.Side) string {
	for _, pair := range table {
		if strings.EqualFold(strings.TrimSpace(pair.On(from)), strings.TrimSpace(text)) {
			return pair.On(from.Other())
		}
	}
	return text
}

// values checks a mapping's table of values.
func (b *builder) values(in models.FieldMappingInput, m models.FieldMapping) {
	if len(m.Values) == 0 {
		return
	}
	if !isChoice(m.Desk.Type) && !isChoice(m.Salesforce.Type) && !isListed(m.Desk) && !isListed(m.Salesforce) {
		b.add(models.SeverityError, models.CodeTypeMismatch, in, "a table of values is for picklists: neither field is one")
		return
	}
	seen := map[models.ValuePair]bool{}
	for _, pair := range m.Values {
		switch {
		case pair.Desk == "" || pair.Salesforce == "":
			b.add(models.SeverityError, models.CodeParameterMissing, in, "each row of the table of values names a value of either side")
			return
		case seen[pair]:
			b.add(models.SeverityError, models.CodeInvalidParameter, in, "the table of values has one row twice: %s and %s", pair.Desk, pair.Salesforce)
			return
		}
		seen[pair] = true
		for _, side := range models.Sides {
			f := m.Field(side)
			if _, known := choice(pair.On(side), f); isChoice(f.Type) && !known && m.Rule.WritesTo(side) {
				b.add(models.SeverityWarning, models.CodeInvalidPicklist, in, "%s's %s does not have the value %s: it can be read, and not written", side.Name(), label(f), pair.On(side))
			}
		}
	}
}

// untranslated are the source's values that the target does not take, after the table.
func untranslated(m models.FieldMapping, source, target models.Field, to models.Side) []string {
	var missing []string
	for _, v := range source.Picklist {
		if _, ok := choice(counterpartOf(m.Values, v, to.Other()), target); !ok {
			missing = append(missing, v)
		}
	}
	return missing
}

// sorted are the parts of a multi-select value in one order, whatever their case: a set has none of
// its own, and Salesforce answers in the organization's.
func sorted(parts []string) []string {
	slices.SortFunc(parts, func(a, b string) int {
		return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	})
	return slices.Compact(parts)
}
