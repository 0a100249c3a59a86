package mapping

import (
	"fmt"
	"slices"
	"strings"

	"sidelight/models"
)

// markFields hold our own link id; they are not for mapping.
var markFields = []string{"cf_sidelight_link_id", "Sidelight_Link_Id__c"}

// builder collects the problems of one mapping table.
type builder struct {
	object   models.SyncObject
	problems []models.MappingProblem
}

func (b *builder) add(
	severity models.Severity, code models.Code, in models.FieldMappingInput, format string, args ...any,
) {
	p := models.MappingProblem{Severity: severity, Code: code, Message: fmt.Sprintf(format, args...)}
	if in.Desk != "" {
		p.Desk = &in.Desk
	}
	if in.Salesforce != "" {
		p.Salesforce = &in.Salesforce
	}
	b.problems = append(b.problems, p)
}

// Build checks a mapping table against what both sides really have now. With an ERROR among the
// problems it must not be saved; a WARNING says what some records will run into. Ids are left for
// the caller.
func Build(
	object models.SyncObject, inputs []models.FieldMappingInput, desk, salesforce []models.Field,
) ([]models.FieldMapping, []models.MappingProblem) {
	b := &builder{object: object, problems: []models.MappingProblem{}}
	var out []models.FieldMapping
	taken := map[string]bool{}
	for i, in := range inputs {
		m, ok := b.find(in, desk, salesforce)
		if !ok {
			continue
		}
		m.Position = i
		for _, side := range models.Sides {
			if key := string(side) + m.Field(side).Name; taken[key] {
				b.add(
					models.SeverityError, models.CodeAlreadyMapped, in, "%s's %s is mapped twice: map each field once", side.Name(),
					label(m.Field(side)),
				)
			} else {
				taken[key] = true
			}
		}
		b.check(in, m)
		b.values(in, m)
		out = append(out, m)
	}
	b.required(out, desk, salesforce)
	return out, b.problems
}

func (b *builder) find(in models.FieldMappingInput, desk, salesforce []models.Field) (m models.FieldMapping, ok bool) {
	m = models.FieldMapping{Object: b.object, Rule: models.RuleTwoWay}
	if in.Rule != nil {
		m.Rule = *in.Rule
	}
	for _, pair := range in.Values {
		m.Values = append(m.Values, *pair)
	}
	var onDesk, onSalesforce bool
	if m.Desk, onDesk = named(desk, in.Desk); !onDesk {
		b.add(
			models.SeverityError, models.CodeInvalidParameter, in, "Zoho Desk has no field %q on its %ss", in.Desk,
			b.object.Singular(),
		)
	}
	if m.Salesforce, onSalesforce = named(salesforce, in.Salesforce); !onSalesforce {
		b.add(
			models.SeverityError, models.CodeInvalidParameter, in, "Salesforce has no field %q on its %ss", in.Salesforce,
			b.object.Singular(),
		)
	}
	if slices.Contains(markFields, in.Desk) || slices.Contains(markFields, in.Salesforce) {
		b.add(
			models.SeverityError, models.CodeInvalidParameter, in, "this field holds Sidelight's own link id: choose another",
		)
		return m, false
	}
	return m, onDesk && onSalesforce
}

func named(fields []models.Field, name string) (models.Field, bool) {
	i := slices.IndexFunc(fields, func(f models.Field) bool { return f.Name == name })
	if i < 0 {
		return models.Field{}, false
	}
	return fields[i], true
}

// check looks at one pair in each direction in which its rule flows.
func (b *builder) check(in models.FieldMappingInput, m models.FieldMapping) {
	if m.Rule == models.RuleOff {
		return
	}
	reference := m.Desk.Type == models.TypeReference || m.Salesforce.Type == models.TypeReference
	parents := b.object.ParentField(models.Desk) == m.Desk.Name &&
		b.object.ParentField(models.Salesforce) == m.Salesforce.Name && m.Desk.Name != ""
	switch {
	case reference && Owners(m):
		b.add(
			models.SeverityWarning, models.CodeInvalidParameter, in,
			"owners are paired by email: a record whose owner has no counterpart keeps the one it has",
		)
	case reference && !parents:
		b.add(
			models.SeverityError, models.CodeTypeMismatch, in,
			"a reference to another record can only be mapped from account to account, or from owner to owner",
		)
		return
	}
	readOnly := 0
	for _, to := range models.Sides {
		target := m.Field(to)
		if !m.Rule.WritesTo(to) {
			continue
		}
		if !target.Updatable && !target.Creatable {
			readOnly++
			if readOnly == 2 || !m.Rule.WritesTo(to.Other()) {
				b.add(models.SeverityError, models.CodeReadOnly, in, "%s's %s cannot be written", to.Name(), label(target))
			} else {
				b.add(
					models.SeverityWarning, models.CodeReadOnly, in, "%s's %s cannot be written: values flow from it only",
					to.Name(), label(target),
				)
			}
			continue
		}
		if !reference {
			b.types(in, m, to)
		}
	}
}

// Owners tells whether a mapping is of the records' owners: an agent of Zoho Desk and a user of
// Salesforce.
func Owners(m models.FieldMapping) bool {
	return m.Desk.Type == models.TypeReference && m.Salesforce.Type == models.TypeReference &&
		m.Desk.RefersTo == "agents" && m.Salesforce.RefersTo == "User"
}

// types looks at what becomes of a source's values in the target.
func (b *builder) types(in models.FieldMappingInput, m models.FieldMapping, to models.Side) {
	source, target, from := m.Field(to.Other()), m.Field(to), to.Other().Name()
	switch {
	case !convertible(source.Type, target.Type):
		b.add(models.SeverityError, models.CodeTypeMismatch, in, "%s's %s (%s) cannot fill %s's %s (%s)",
			from, label(source), kind(source), to.Name(), label(target), kind(target))
	case isListed(target):
		b.add(
			models.SeverityWarning, models.CodeInvalidPicklist, in,
			"%s's %s takes only its list's values, by name or code: others fail without a table of values",
			to.Name(), label(target),
		)
	case isText(source.Type) && isText(target.Type) && target.Length > 0 &&
		(source.Length > target.Length || (source.Length == 0 && source.Type == models.TypeTextArea)):
		b.add(
			models.SeverityWarning, models.CodeValueTooLong, in,
			"%s's %s takes %d characters, %s's %s more: longer values will fail", to.Name(), label(target), target.Length,
			from, label(source),
		)
	case isChoice(target.Type) && target.Restricted:
		b.choices(in, m, to)
	case isNumber(source.Type) && isNumber(target.Type) && source.Scale > target.Scale &&
		target.Type == models.TypeInteger:
		b.add(
			models.SeverityWarning, models.CodeTypeMismatch, in, "%s's %s takes whole numbers: others will fail", to.Name(),
			label(target),
		)
	case source.Type == models.TypeDateTime && target.Type == models.TypeDate:
		b.add(
			models.SeverityWarning, models.CodeTypeMismatch, in, "%s's %s keeps the day and not the time", to.Name(),
			label(target),
		)
	}
}

func (b *builder) choices(in models.FieldMappingInput, m models.FieldMapping, to models.Side) {
	source, target := m.Field(to.Other()), m.Field(to)
	if !isChoice(source.Type) {
		b.add(
			models.SeverityWarning, models.CodeInvalidPicklist, in, "%s's %s takes only its own values: others will fail",
			to.Name(), label(target),
		)
		return
	}
	if missing := untranslated(m, source, target, to); len(missing) > 0 {
		shown := missing[:min(len(missing), 5)]
		b.add(
			models.SeverityWarning, models.CodeInvalidPicklist, in, "%s's %s does not have %d of the values: %s", to.Name(),
			label(target), len(missing), strings.Join(shown, ", "),
		)
	}
}

// convertible tells whether values of one type can become values of the other at all.
func convertible(from, to models.FieldType) bool {
	switch {
	case from == models.TypeOther || to == models.TypeOther || from == models.TypeReference || to == models.TypeReference:
		return false
	case isText(to):
		return true
	case isNumber(to):
		return isNumber(from)
	case isChoice(to):
		return isText(from) || isChoice(from)
	case to == models.TypeBoolean:
		return from == models.TypeBoolean
	default: // dates
		return from == models.TypeDate || from == models.TypeDateTime
	}
}

func kind(f models.Field) string { return strings.ToLower(string(f.Type)) }

// required names what the sides require of a new record and the table does not fill. Without the
// name a record cannot exist at all.
func (b *builder) required(mappings []models.FieldMapping, desk, salesforce []models.Field) {
	fields := map[models.Side][]models.Field{models.Desk: desk, models.Salesforce: salesforce}
	for _, side := range models.Sides {
		for _, f := range fields[side] {
			if !f.Required || !f.Creatable {
				continue
			}
			filled := slices.ContainsFunc(
				mappings, func(m models.FieldMapping) bool { return m.Field(side).Name == f.Name && m.Rule.WritesTo(side) },
			)
			mapped := slices.ContainsFunc(
				mappings, func(m models.FieldMapping) bool { return m.Field(side).Name == f.Name && m.Rule != models.RuleOff },
			)
			if filled {
				continue
			}
			in := models.FieldMappingInput{Desk: f.Name}
			if side == models.Salesforce {
				in = models.FieldMappingInput{Salesforce: f.Name}
			}
			severity := models.SeverityWarning
			if essential(b.object, f.Name) && !mapped {
				severity = models.SeverityError
			}
			b.add(
				severity, models.CodeRequiredFieldMissing, in, "%s requires %s of a new %s, and nothing fills it", side.Name(),
				label(f), b.object.Singular(),
			)
		}
	}
}

func essential(object models.SyncObject, name string) bool {
	pair := standard[object][0]
	return name == pair[0] || name == pair[1]
}
