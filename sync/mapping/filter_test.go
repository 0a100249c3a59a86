package mapping

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sidelight/models"
)

func TestAFilterSaysOfARecordWhetherItIsIn(t *testing.T) {
	text, number, day := field("f", models.TypeText), field("f", models.TypeDecimal), field("f", models.TypeDateTime)
	for _, c := range []struct {
		name   string
		field  models.Field
		op     models.FilterOp
		values []string
		value  string
		want   Verdict
	}{
		{"equal, but for case and space", text, models.FilterEquals, []string{"gold "}, " GOLD", Inside},
		{"not equal", text, models.FilterEquals, []string{"gold"}, "tin", Outside},
		{"equal numbers in another notation", number, models.FilterEquals, []string{"1.50"}, "15e-1", Inside},
		{"equal times in another zone", day, models.FilterEquals, []string{"2026-01-01T02:00:00+02:00"}, "2026-01-01T00:00:00.000Z", Inside},
		{"one of several", text, models.FilterIn, []string{"tin", "gold"}, "gold", Inside},
		{"none of several", text, models.FilterIn, []string{"tin", "gold"}, "lead", Outside},
		{"unlike", text, models.FilterNotEquals, []string{"gold"}, "tin", Inside},
		{"unlike, but equal", text, models.FilterNotEquals, []string{"gold"}, "Gold", Outside},
		{"a blank is unlike", text, models.FilterNotEquals, []string{"gold"}, "", Inside},
		{"a part of it", text, models.FilterContains, []string{"OL"}, "gold", Inside},
		{"no part of it", text, models.FilterContains, []string{"x"}, "gold", Outside},
		{"blank", text, models.FilterIsBlank, nil, "", Inside},
		{"blank, but it is not", text, models.FilterIsBlank, nil, "x", Outside},
		{"not blank", text, models.FilterNotBlank, nil, "x", Inside},
		{"not blank, but it is", text, models.FilterNotBlank, nil, "", Outside},
		{"a comparison that nobody knows lets nothing in", text, "LIKE", []string{"x"}, "x", Outside},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := models.SyncFilter{Conditions: []models.FilterCondition{{Side: models.Desk, Field: c.field, Op: c.op, Values: c.values}}}
			if got := Admit(f, models.Desk, models.Values{"f": models.Text(c.value)}); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestARecordMustMeetEveryConditionOfItsSideAndNoOther(t *testing.T) {
	is := func(side models.Side, name, value string) models.FilterCondition {
		return models.FilterCondition{Side: side, Field: field(name, models.TypeText), Op: models.FilterEquals, Values: []string{value}}
	}
	f := models.SyncFilter{Conditions: []models.FilterCondition{is(models.Salesforce, "X", "never"), is(models.Desk, "a", "1"), is(models.Desk, "b", "2")}}
	for _, c := range []struct {
		name   string
		side   models.Side
		record models.Values
		want   Verdict
	}{
		{"both hold", models.Desk, models.Values{"a": models.Text("1"), "b": models.Text("2")}, Inside},
		{"one fails", models.Desk, models.Values{"a": models.Text("1"), "b": models.Text("x")}, Outside},
		{"one was not read", models.Desk, models.Values{"b": models.Text("2")}, Undecided},
		{"one was not read, another fails", models.Desk, models.Values{"b": models.Text("x")}, Outside},
		{"one was not read, an earlier one fails", models.Desk, models.Values{"a": models.Text("x")}, Outside},
		{"the other side's own", models.Salesforce, models.Values{"X": models.Text("always")}, Outside},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Admit(f, c.side, c.record); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	if got := Admit(models.SyncFilter{}, models.Desk, nil); got != Inside {
		t.Errorf("without conditions a record is %d", got)
	}
}

func TestEqualsAndNotEqualsAreOpposites(t *testing.T) {
	kinds := []models.FieldType{models.TypeText, models.TypeDecimal, models.TypeBoolean, models.TypeDateTime, models.TypePicklist, models.TypeMultiselect}
	values := []string{"", "1", "1.0", "true", "TRUE", "a;b", " a ; b ", "2026-01-01T00:00:00Z", "Ä", "ä"}
	rapid.Check(t, func(t *rapid.T) {
		f := field("f", rapid.SampledFrom(kinds).Draw(t, "kind"))
		asked, has := rapid.SampledFrom(values).Draw(t, "asked"), rapid.SampledFrom(values).Draw(t, "has")
		verdict := func(op models.FilterOp) Verdict {
			c := models.FilterCondition{Side: models.Desk, Field: f, Op: op, Values: []string{asked}}
			return Admit(models.SyncFilter{Conditions: []models.FilterCondition{c}}, models.Desk, models.Values{"f": models.Text(has)})
		}
		if verdict(models.FilterEquals) == verdict(models.FilterNotEquals) {
			t.Fatalf("%q is and is not equal to %q", has, asked)
		}
		if verdict(models.FilterEquals) != verdict(models.FilterIn) {
			t.Fatalf("%q is one of %q alone, and not equal to it", has, asked)
		}
	})
}

func TestAFilterIsCheckedWhenItIsSaved(t *testing.T) {
	desk := []models.Field{field("email", models.TypeEmail), field("age", models.TypeInteger), field("tier", models.TypePicklist, only("Gold")), field("blob", models.TypeOther),
		field("accountId", models.TypeReference), field("born", models.TypeDate)}
	salesforce := []models.Field{field("Email", models.TypeEmail)}
	many := func(n int) []string { return slices.Repeat([]string{"a"}, n) }
	const wrong, never = "ERROR INVALID_PARAMETER", "ERROR TYPE_MISMATCH"
	for _, c := range []struct {
		name string
		in   models.FilterConditionInput
		want []string
	}{
		{"equality", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterEquals, Values: []string{"a"}}, nil},
		{"the other side's field", models.FilterConditionInput{Side: models.Salesforce, Field: "Email", Op: models.FilterEquals, Values: []string{"a"}}, nil},
		{"a field of the other side", models.FilterConditionInput{Side: models.Salesforce, Field: "email", Op: models.FilterEquals, Values: []string{"a"}}, []string{wrong}},
		{"no value", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterEquals}, []string{wrong}},
		{"two values", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterNotEquals, Values: many(2)}, []string{wrong}},
		{"200 of several", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterIn, Values: many(200)}, nil},
		{"201 of several", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterIn, Values: many(201)}, []string{wrong}},
		{"none of several", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterIn}, []string{wrong}},
		{"blank", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterIsBlank}, nil},
		{"blank with a value", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterIsBlank, Values: many(1)}, []string{wrong}},
		{"not blank with a value", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterNotBlank, Values: many(1)}, []string{wrong}},
		{"a type that nobody knows", models.FilterConditionInput{Side: models.Desk, Field: "blob", Op: models.FilterIsBlank}, []string{never}},
		{"a part of text", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterContains, Values: []string{"a"}}, nil},
		{"a part of a choice", models.FilterConditionInput{Side: models.Desk, Field: "tier", Op: models.FilterContains, Values: []string{"ol"}}, nil},
		{"a part of a number", models.FilterConditionInput{Side: models.Desk, Field: "age", Op: models.FilterContains, Values: []string{"1"}}, []string{never}},
		{"a value of nothing but space", models.FilterConditionInput{Side: models.Desk, Field: "email", Op: models.FilterEquals, Values: []string{" "}}, []string{wrong}},
		{"a choice", models.FilterConditionInput{Side: models.Desk, Field: "tier", Op: models.FilterEquals, Values: []string{"gold"}}, nil},
		{"no choice of it", models.FilterConditionInput{Side: models.Desk, Field: "tier", Op: models.FilterEquals, Values: []string{"Tin"}}, []string{"WARNING INVALID_PICKLIST_VALUE"}},
		{"a number", models.FilterConditionInput{Side: models.Desk, Field: "age", Op: models.FilterEquals, Values: []string{"7"}}, nil},
		{"no number, among several", models.FilterConditionInput{Side: models.Desk, Field: "age", Op: models.FilterIn, Values: []string{"many", "7", "more"}}, []string{never, never}},
		{"a reference", models.FilterConditionInput{Side: models.Desk, Field: "accountId", Op: models.FilterEquals, Values: []string{"1"}}, nil},
		{"no day, after text that needs no check", models.FilterConditionInput{Side: models.Desk, Field: "born", Op: models.FilterIn, Values: []string{"2026-01-01", "soon"}}, []string{never}},
	} {
		t.Run(c.name, func(t *testing.T) {
			conditions, problems := BuildFilter(models.ContactObject, []*models.FilterConditionInput{&c.in}, desk, salesforce)
			if diff := cmp.Diff(c.want, summary(problems)); diff != "" {
				t.Error(diff)
			}
			if len(conditions) == 1 && (conditions[0].Op != c.in.Op || conditions[0].Side != c.in.Side || conditions[0].Field.Name != c.in.Field) {
				t.Errorf("%+v", conditions)
			}
		})
	}
	// A field that is gone hides no other condition, and each problem stands on its side.
	conditions, problems := BuildFilter(models.ContactObject, []*models.FilterConditionInput{
		{Side: models.Salesforce, Field: "Gone", Op: models.FilterIsBlank}, {Side: models.Desk, Field: "gone", Op: models.FilterIsBlank}, {Side: models.Desk, Field: "email", Op: models.FilterIsBlank},
	}, desk, salesforce)
	if len(conditions) != 1 || len(problems) != 2 || problems[0].Salesforce == nil || problems[0].Desk != nil || problems[1].Desk == nil || problems[1].Salesforce != nil {
		t.Errorf("%+v %+v", conditions, problems)
	}
}

func TestAFilterSaysHowManyValuesItTakes(t *testing.T) {
	desk := []models.Field{field("email", models.TypeEmail)}
	for op, want := range map[models.FilterOp]string{
		models.FilterEquals: "EQUALS of email takes one value", models.FilterIn: "IN of email takes 1 to 200 values", models.FilterNotBlank: "NOT_BLANK of email takes no value",
	} {
		values := slices.Repeat([]string{"a"}, 201)
		_, problems := BuildFilter(models.ContactObject, []*models.FilterConditionInput{{Side: models.Desk, Field: "email", Op: op, Values: values}}, desk, nil)
		if len(problems) != 1 || problems[0].Message != want {
			t.Errorf("%s: %+v", op, problems)
		}
	}
}

func TestALengthIsNoReasonToRefuseAConditionsValue(t *testing.T) {
	desk := []models.Field{field("age", models.TypeDecimal, digits(2, 1))}
	_, problems := BuildFilter(models.ContactObject, []*models.FilterConditionInput{{Side: models.Desk, Field: "age", Op: models.FilterEquals, Values: []string{"12345.678"}}}, desk, nil)
	if len(problems) > 0 {
		t.Errorf("%+v", problems)
	}
}
