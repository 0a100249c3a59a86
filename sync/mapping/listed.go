package mapping

import (
	"slices"
	"strings"

	"sidelight/models"
)

// A listed text takes nothing but the labels of its choices: a state or a country where Salesforce
// keeps lists of them. Each choice has a code, and a state is one of some countries alone.

func isListed(f models.Field) bool { return isText(f.Type) && len(f.Choices) > 0 }

// toListed is the label of the choice that a text names by its label or by its code.
func toListed(text string, to models.Field) (models.Value, *models.Error) {
	text = strings.TrimSpace(text)
	for _, c := range to.Choices {
		if strings.EqualFold(c.Label, text) {
			return models.Text(c.Label), nil
		}
	}
	found := ""
	for _, c := range to.Choices {
		switch {
		case !strings.EqualFold(c.Value, text) || c.Label == found:
		case found != "":
			return models.Blank, fault(models.CodeInvalidPicklist, to, "%s has several values with this code", label(to))
		default:
			found = c.Label
		}
	}
	if found == "" {
		return models.Blank, fault(models.CodeInvalidPicklist, to, "%s does not have this value", label(to))
	}
	return models.Text(found), nil
}

// Narrow is the mapping with those choices of the field on the other side that go with the value of
// the field on which they depend: the states of the country. That is what the record's own value
// becomes there or, where the record has none, what other holds: the other side's record. A value
// whose country is not known there is an error.
func Narrow(
	mappings []models.FieldMapping, m models.FieldMapping, from models.Side, record, other models.Values,
) (models.FieldMapping, *models.Error) {
	side := from.Other()
	to := m.Field(side)
	if to.Controller == "" || len(to.Choices) == 0 || record[m.Field(from).Name].IsBlank() {
		return m, nil
	}
	at := slices.IndexFunc(mappings, func(c models.FieldMapping) bool {
		return c.Field(side).Name == to.Controller && c.Rule != models.RuleOff
	})
	if at < 0 {
		return m, nil // only the vendor knows
	}
	controlling := mappings[at].Field(side)
	value, err := Carry(mappings[at], record[mappings[at].Field(from).Name], from)
	switch {
	case err != nil:
		return m, fault(
			models.CodeInvalidPicklist, to, "%s takes %s only with its %s, which does not have the value", side.Name(),
			label(to), label(controlling),
		)
	case value.IsBlank():
		value = other[controlling.Name]
	}
	if value.IsBlank() {
		return m, fault(
			models.CodeRequiredFieldMissing, to, "%s takes %s only with its %s, which is blank", side.Name(), label(to),
			label(controlling),
		)
	}
	code := codeOf(value.String(), controlling)
	to.Choices = slices.DeleteFunc(slices.Clone(to.Choices), func(c models.Choice) bool {
		return !slices.Contains(c.For, code)
	})
	if len(to.Choices) == 0 {
		return m, fault(models.CodeInvalidPicklist, to, "%s has no values with this %s", label(to), label(controlling))
	}
	if isChoice(to.Type) {
		to.Picklist = nil
		for _, c := range to.Choices {
			to.Picklist = append(to.Picklist, c.Value)
		}
	}
	if side == models.Desk {
		m.Desk = to
	} else {
		m.Salesforce = to
	}
	return m, nil
}

// codeOf is the code of a value of a listed text, or of a picklist.
func codeOf(text string, f models.Field) string {
	for _, c := range f.Choices {
		if strings.EqualFold(c.Label, text) || strings.EqualFold(c.Value, text) {
			return c.Value
		}
	}
	return text
}
