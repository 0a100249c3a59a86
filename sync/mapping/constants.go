package mapping

import (
	"slices"
	"strings"

	"sidelight/models"
)

// recordType is what a reference to a record type refers to in Salesforce.
const recordType = "RecordType"

// BuildConstants checks the constants of an object against the mapping and what both sides really
// have now. With an ERROR among the problems they must not be saved.
func BuildConstants(
	object models.SyncObject, inputs []models.ConstantInput, mappings []models.FieldMapping,
	desk, salesforce []models.Field,
) ([]models.Constant, []models.MappingProblem) {
	fields := map[models.Side][]models.Field{models.Desk: desk, models.Salesforce: salesforce}
	b := &builder{object: object, problems: []models.MappingProblem{}}
	var out []models.Constant
	for _, in := range inputs {
		at := models.FieldMappingInput{Desk: in.Field}
		if in.Side == models.Salesforce {
			at = models.FieldMappingInput{Salesforce: in.Field}
		}
		f, there := named(fields[in.Side], in.Field)
		twice := slices.ContainsFunc(out, func(c models.Constant) bool { return c.Side == in.Side && c.Name == in.Field })
		mapped := slices.ContainsFunc(
			mappings, func(m models.FieldMapping) bool { return m.Field(in.Side).Name == in.Field && m.Rule.WritesTo(in.Side) },
		)
		switch {
		case !there:
			b.add(
				models.SeverityError, models.CodeInvalidParameter, at, "%s has no field %q on its %ss", in.Side.Name(), in.Field,
				object.Singular(),
			)
		case slices.Contains(markFields, in.Field):
			b.add(
				models.SeverityError, models.CodeInvalidParameter, at,
				"this field holds Sidelight's own link id: choose another",
			)
		case twice:
			b.add(
				models.SeverityError, models.CodeAlreadyMapped, at, "%s's %s has two constants: give it one", in.Side.Name(),
				label(f),
			)
		case mapped:
			b.add(
				models.SeverityError, models.CodeAlreadyMapped, at,
				"%s's %s gets its values by the mapping: map it no longer, or give another field the constant",
				in.Side.Name(), label(f),
			)
		case !f.Creatable:
			b.add(models.SeverityError, models.CodeReadOnly, at, "%s's %s cannot be written", in.Side.Name(), label(f))
		default:
			if value, fits := b.constant(at, f, in); fits {
				out = append(out, models.Constant{Object: object, Side: in.Side, Name: f.Name, Field: f, Value: value})
			}
		}
	}
	return out, b.problems
}

// constant is the value in the field's own form; false where the field does not take it.
func (b *builder) constant(at models.FieldMappingInput, f models.Field, in models.ConstantInput) (string, bool) {
	text := strings.TrimSpace(in.Value)
	switch {
	case text == "":
		b.add(models.SeverityError, models.CodeRequiredFieldMissing, at, "a constant is a value: %s gets none", label(f))
		return "", false
	case f.Type == models.TypeReference && f.RefersTo == recordType:
		for _, c := range f.Choices {
			if c.Value == models.SalesforceID(text) || strings.EqualFold(c.Label, text) {
				return c.Value, true
			}
		}
		b.add(
			models.SeverityError, models.CodeInvalidPicklist, at,
			"%s has no record type %q that the integration's user may choose: %s",
			in.Side.Name(), text, strings.Join(labels(f.Choices), ", "),
		)
		return "", false
	case f.Type == models.TypeReference:
		b.add(
			models.SeverityError, models.CodeTypeMismatch, at, "%s refers to another record, which cannot be a constant",
			label(f),
		)
		return "", false
	}
	v, err := Convert(models.Text(text), models.Field{Name: f.Name, Label: f.Label, Type: written(f.Type)}, f)
	if err != nil {
		b.add(models.SeverityError, err.Code, at, "%s", err.Explain())
		return "", false
	}
	for _, word := range words(v) {
		if isChoice(f.Type) && len(f.Picklist) > 0 && !slices.Contains(f.Picklist, word) {
			b.add(
				models.SeverityWarning, models.CodeInvalidPicklist, at, "%s's %s does not have the value %s", in.Side.Name(),
				label(f), word,
			)
		}
	}
	return v.String(), true
}

// written is the type that a value which is written down has, for it to become one of the type.
func written(to models.FieldType) models.FieldType {
	switch {
	case isText(to) || isChoice(to):
		return models.TypeText
	case isNumber(to):
		return models.TypeDecimal
	}
	return to
}

func labels(choices []models.Choice) []string {
	out := make([]string, len(choices))
	for i, c := range choices {
		out[i] = c.Label
	}
	return out
}

// WithConstants leaves out the warnings about required fields that constants fill.
func WithConstants(problems []models.MappingProblem, constants []models.Constant) []models.MappingProblem {
	return slices.DeleteFunc(problems, func(p models.MappingProblem) bool {
		return p.Code == models.CodeRequiredFieldMissing && p.Severity == models.SeverityWarning &&
			slices.ContainsFunc(constants, func(c models.Constant) bool {
				on := p.Desk
				if c.Side == models.Salesforce {
					on = p.Salesforce
				}
				return on != nil && *on == c.Name
			})
	})
}
