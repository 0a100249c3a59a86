package mapping

import (
	"slices"
	"strings"

	"sidelight/models"
)

// Verdict is what a filter says of a record.
type Verdict int

// Verdicts. A record is Undecided while a field that the filter looks at was not read.
const (
	Inside Verdict = iota
	Outside
	Undecided
)

// Admit says whether a side's record meets all of the filter's conditions on that side. A record
// that is left out of the sync anyway is outside every filter.
func Admit(f models.SyncFilter, side models.Side, record models.Values) Verdict {
	if f.Object.LeavesOut(side, record) {
		return Outside
	}
	verdict := Inside
	for _, c := range f.Conditions {
		if c.Side != side {
			continue
		}
		v, read := record[c.Field.Name]
		switch {
		case !read:
			verdict = Undecided
		case !holds(c, v):
			return Outside
		}
	}
	return verdict
}

func holds(c models.FilterCondition, v models.Value) bool {
	is := func(other string) bool { return compared(v, c.Field) == compared(models.Text(other), c.Field) }
	switch c.Op {
	case models.FilterEquals, models.FilterIn:
		return slices.ContainsFunc(c.Values, is)
	case models.FilterNotEquals:
		return !slices.ContainsFunc(c.Values, is)
	case models.FilterContains:
		return !slices.ContainsFunc(c.Values, func(part string) bool {
			return !strings.Contains(models.MatchKey(v), models.MatchKey(models.Text(part)))
		})
	case models.FilterIsBlank:
		return v.IsBlank()
	case models.FilterNotBlank:
		return !v.IsBlank()
	}
	return false
}

// compared is a value as conditions compare it.
func compared(v models.Value, f models.Field) string { return models.MatchKey(Canonical(v, f)) }

// BuildFilter checks a filter against what both sides really have now. With an ERROR among the
// problems it must not be saved.
func BuildFilter(
	object models.SyncObject, inputs []*models.FilterConditionInput, desk, salesforce []models.Field,
) ([]models.FilterCondition, []models.MappingProblem) {
	fields := map[models.Side][]models.Field{models.Desk: desk, models.Salesforce: salesforce}
	b := &builder{object: object, problems: []models.MappingProblem{}}
	out := []models.FilterCondition{}
	for _, in := range inputs {
		at := models.FieldMappingInput{Desk: in.Field}
		if in.Side == models.Salesforce {
			at = models.FieldMappingInput{Salesforce: in.Field}
		}
		f, there := named(fields[in.Side], in.Field)
		if !there {
			b.add(
				models.SeverityError, models.CodeInvalidParameter, at, "%s has no field %q on its %ss", in.Side.Name(), in.Field,
				object.Singular(),
			)
			continue
		}
		c := models.FilterCondition{Side: in.Side, Field: f, Op: in.Op, Values: in.Values}
		b.condition(at, c)
		out = append(out, c)
	}
	return out, b.problems
}

func (b *builder) condition(at models.FieldMappingInput, c models.FilterCondition) {
	least, most := 1, 1
	switch c.Op {
	case models.FilterIn:
		most = 200
	case models.FilterIsBlank, models.FilterNotBlank:
		least, most = 0, 0
	}
	switch {
	case len(c.Values) < least || len(c.Values) > most:
		b.add(
			models.SeverityError, models.CodeInvalidParameter, at, "%s of %s takes %s", c.Op, label(c.Field),
			amount(least, most),
		)
		return
	case c.Field.Type == models.TypeOther:
		b.add(models.SeverityError, models.CodeTypeMismatch, at, "%s cannot be compared", label(c.Field))
		return
	case c.Op == models.FilterContains && !isText(c.Field.Type) && !isChoice(c.Field.Type):
		b.add(
			models.SeverityError, models.CodeTypeMismatch, at, "%s is no text: only equality can be asked of it",
			label(c.Field),
		)
		return
	}
	for _, v := range c.Values {
		switch {
		case strings.TrimSpace(v) == "":
			b.add(
				models.SeverityError, models.CodeInvalidParameter, at,
				"a condition on %s compares with nothing: ask whether it IS_BLANK", label(c.Field),
			)
		case c.Op == models.FilterContains:
		case isChoice(c.Field.Type):
			if _, known := choice(v, c.Field); !known {
				b.add(models.SeverityWarning, models.CodeInvalidPicklist, at, "%s does not have one of the values", label(c.Field))
			}
		default:
			plain := c.Field
			plain.Length, plain.Precision, plain.Scale = 0, 0, 0
			if c.Field.Type == models.TypeReference {
				plain.Type = models.TypeText
			}
			if isText(plain.Type) {
				continue
			}
			if _, err := Convert(models.Text(v), models.Field{Type: models.TypeText}, plain); err != nil {
				b.add(
					models.SeverityError, models.CodeTypeMismatch, at, "%s (%s) is never equal to one of the values", label(c.Field),
					kind(c.Field),
				)
			}
		}
	}
}

func amount(least, most int) string {
	switch most {
	case 0:
		return "no value"
	case least:
		return "one value"
	}
	return "1 to 200 values"
}
