package mapping

import (
	"slices"
	"strconv"

	"sidelight/models"
)

// Drifted compares the descriptions of the time of saving with what both sides really have now. A
// field that is gone, of a type that no longer fits, or can no longer be written, is left out; one
// that is shorter now takes less. All of that is a problem for an admin. What became wider, or has
// other choices, is used as it is now and nobody is troubled.
func Drifted(
	mappings []models.FieldMapping, filter models.SyncFilter, desk, salesforce []models.Field,
) []models.MappingDrift {
	fields := map[models.Side][]models.Field{models.Desk: desk, models.Salesforce: salesforce}
	var out []models.MappingDrift
	for _, m := range mappings {
		if m.Rule == models.RuleOff {
			continue
		}
		for _, side := range models.Sides {
			if d, drifted := drift(m.Object, m, side, fields[side]); drifted {
				out = append(out, d)
			}
		}
	}
	for _, c := range filter.Conditions {
		if _, there := named(fields[c.Side], c.Field.Name); there {
			continue
		}
		in := models.FieldMappingInput{Desk: c.Field.Name}
		if c.Side == models.Salesforce {
			in = models.FieldMappingInput{Salesforce: c.Field.Name}
		}
		out = append(
			out,
			models.MappingDrift{Object: filter.Object, Side: c.Side, Name: c.Field.Name, Gone: true, Problem: problem(
				models.CodeInvalidParameter, in,
				"%s no longer has the field %s, which the filter asks for: new records are not synced", c.Side.Name(),
				label(c.Field),
			)},
		)
	}
	return out
}

func problem(code models.Code, in models.FieldMappingInput, format string, args ...any) *models.MappingProblem {
	b := &builder{}
	b.add(models.SeverityError, code, in, format, args...)
	return &b.problems[0]
}

func drift(
	object models.SyncObject, m models.FieldMapping, side models.Side, fields []models.Field,
) (models.MappingDrift, bool) {
	was := m.Field(side)
	now, there := named(fields, was.Name)
	d := models.MappingDrift{Object: object, Side: side, Name: was.Name, Now: now}
	in := models.FieldMappingInput{Desk: m.Desk.Name, Salesforce: m.Salesforce.Name}
	switch {
	case !there:
		d.Gone = true
		d.Problem = problem(models.CodeInvalidParameter, in, "%s no longer has the field %s", side.Name(), label(was))
	case now.Type != was.Type && !(isText(now.Type) && isText(was.Type)):
		d.Gone = true
		d.Problem = problem(
			models.CodeTypeMismatch, in, "%s's %s was %s and is %s now", side.Name(), label(was), kind(was), kind(now),
		)
	case was.Updatable && !now.Updatable && m.Rule.WritesTo(side):
		d.Gone = true // as a source alone it would overwrite the other side's edits
		d.Problem = problem(models.CodeReadOnly, in, "%s's %s can no longer be written", side.Name(), label(was))
	case now.Length > 0 && (was.Length > now.Length || was.Length == 0) && m.Rule.WritesTo(side) && isText(now.Type):
		d.Problem = problem(
			models.CodeValueTooLong, in, "%s's %s takes %d characters now, not %s", side.Name(), label(was), now.Length,
			formerLength(was),
		)
		d.Problem.Severity = models.SeverityWarning
	case same(was, now):
		return d, false
	}
	return d, true
}

func formerLength(f models.Field) string {
	if f.Length == 0 {
		return "any number"
	}
	return strconv.Itoa(f.Length)
}

// same tells whether conversion and writing see no difference.
func same(a, b models.Field) bool {
	return a.Type == b.Type && a.Length == b.Length && a.Precision == b.Precision && a.Scale == b.Scale &&
		a.Required == b.Required && a.Creatable == b.Creatable && a.Updatable == b.Updatable && a.Restricted == b.Restricted &&
		slices.Equal(a.Picklist, b.Picklist) && a.Controller == b.Controller &&
		slices.EqualFunc(a.Choices, b.Choices, func(a, b models.Choice) bool {
			return a.Value == b.Value && a.Label == b.Label && slices.Equal(a.For, b.For)
		})
}

// Usable is the mapping as it can be used while the drift stands: fields as they are now, without
// those that cannot be used.
func Usable(mappings []models.FieldMapping, drift []models.MappingDrift) []models.FieldMapping {
	if len(drift) == 0 {
		return mappings
	}
	out := make([]models.FieldMapping, 0, len(mappings))
	for _, m := range mappings {
		gone := false
		for _, d := range drift {
			if d.Object != m.Object || d.Name != m.Field(d.Side).Name {
				continue
			}
			if gone = gone || d.Gone; d.Gone {
				continue
			}
			if d.Side == models.Desk {
				m.Desk = d.Now
			} else {
				m.Salesforce = d.Now
			}
		}
		if !gone {
			out = append(out, m)
		}
	}
	return out
}
