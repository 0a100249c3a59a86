package mapping

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sidelight/models"
)

func field(name string, kind models.FieldType, change ...func(*models.Field)) models.Field {
	f := models.Field{Name: name, Label: name, Type: kind, Creatable: true, Updatable: true}
	for _, c := range change {
		c(&f)
	}
	return f
}

func length(n int) func(*models.Field) { return func(f *models.Field) { f.Length = n } }
func required(f *models.Field)         { f.Required = true }
func readOnly(f *models.Field)         { f.Creatable, f.Updatable = false, false }
func digits(p, s int) func(*models.Field) {
	return func(f *models.Field) { f.Precision, f.Scale = p, s }
}
func only(v ...string) func(f *models.Field) {
	return func(f *models.Field) { f.Picklist, f.Restricted = v, true }
}

func TestValuesBecomeTheOtherSidesOrSayWhyNot(t *testing.T) {
	text := field("a", models.TypeText)
	for _, c := range []struct {
		name, value string
		from, to    models.Field
		want        string // the value, or a code
	}{
		{"text", "Zoë", text, field("b", models.TypeText, length(3)), "Zoë"},
		{"text too long, counted in characters", "Zoëy", text, field("b", models.TypeText, length(3)), "VALUE_TOO_LONG"},
		{"blank stays blank", "", text, field("b", models.TypeInteger), ""},
		{"blank checkbox", "", text, field("b", models.TypeBoolean), "false"},
		{"text for a number", "many", text, field("b", models.TypeInteger), "TYPE_MISMATCH"},
		{"a fraction for a whole number", "1.5", text, field("b", models.TypeInteger), "TYPE_MISMATCH"},
		{"a number in exponent notation", "1.2E3", field("a", models.TypeDecimal), field("b", models.TypeInteger), "1200"},
		{"zeros at the end", "10.50", field("a", models.TypeCurrency), field("b", models.TypeCurrency, digits(10, 2)), "10.5"},
		{"too many digits after the point", "0.125", field("a", models.TypeDecimal), field("b", models.TypeDecimal, digits(10, 2)), "INVALID_PARAMETER"},
		{"too many digits before it", "123456789", field("a", models.TypeDecimal), field("b", models.TypeDecimal, digits(10, 2)), "INVALID_PARAMETER"},
		{"a picklist's own spelling", "gold", text, field("b", models.TypePicklist, only("Gold")), "Gold"},
		{"not in the picklist", "Tin", text, field("b", models.TypePicklist, only("Gold")), "INVALID_PICKLIST_VALUE"},
		{"an open picklist", "Tin", text, field("b", models.TypePicklist), "Tin"},
		{"several choices", "a;B", field("a", models.TypeMultiselect), field("b", models.TypeMultiselect, only("A", "B")), "A;B"},
		{"several choices as text", "a;B", field("a", models.TypeMultiselect), text, "a, B"},
		{"yes", "Yes", text, field("b", models.TypeBoolean), "true"},
		{"perhaps", "perhaps", text, field("b", models.TypeBoolean), "TYPE_MISMATCH"},
		{"a time's day", "2026-03-01T23:30:00.000Z", field("a", models.TypeDateTime), field("b", models.TypeDate), "2026-03-01"},
		{"a day's time", "2026-03-01", field("a", models.TypeDate), field("b", models.TypeDateTime), "2026-03-01T00:00:00.000Z"},
		{"no date", "tomorrow", text, field("b", models.TypeDate), "TYPE_MISMATCH"},
		{"no email", "nobody", text, field("b", models.TypeEmail), "INVALID_PARAMETER"},
		{"a link without a scheme", "example.com", field("a", models.TypeURL), field("b", models.TypeURL), "https://example.com"},
		{"a reference", "1", text, field("b", models.TypeReference), "TYPE_MISMATCH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := Convert(models.Text(c.value), c.from, c.to)
			got := v.String()
			if err != nil {
				got = string(err.Code)
				if !slices.Contains(err.Fields, c.to.Name) {
					t.Errorf("the error does not name the field: %v", err.Fields)
				}
				if c.value != "" && len(c.value) > 3 && strings.Contains(err.Message, c.value) {
					t.Error("the message repeats a person's data")
				}
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestConvertingTwiceChangesNothingMore(t *testing.T) {
	kinds := []models.FieldType{models.TypeText, models.TypeTextArea, models.TypePicklist, models.TypeMultiselect, models.TypeBoolean, models.TypeInteger,
		models.TypeDecimal, models.TypeDate, models.TypeDateTime, models.TypeURL}
	rapid.Check(t, func(t *rapid.T) {
		to := field("b", rapid.SampledFrom(kinds).Draw(t, "to"), only("A", "Ä b"), length(20))
		v := models.Text(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"1.50", "1e3", "true", "a;ä B", "2026-01-02", "2026-01-02T03:04:05+02:00"})).Draw(t, "value"))
		once, err := Convert(v, field("a", rapid.SampledFrom(kinds).Draw(t, "from")), to)
		if err != nil {
			return
		}
		twice, err := Convert(once, to, to)
		if err != nil || twice != once {
			t.Fatalf("%q became %q and then %q (%v)", v, once, twice, err)
		}
	})
}

func summary(problems []models.MappingProblem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, string(p.Severity)+" "+string(p.Code))
	}
	return out
}

func TestAMappingIsCheckedWhenItIsSaved(t *testing.T) {
	desk := []models.Field{field("lastName", models.TypeText, length(200), required), field("note", models.TypeText, length(100)), field("tier", models.TypePicklist, only("Gold", "Tin")),
		field("accountId", models.TypeReference), field("age", models.TypeInteger), field("cf_sidelight_link_id", models.TypeText)}
	salesforce := []models.Field{field("LastName", models.TypeText, length(80), required), field("Short", models.TypeText, length(10)), field("Score", models.TypeInteger),
		field("Tier", models.TypePicklist, only("Gold")), field("AccountId", models.TypeReference), field("Formula", models.TypeText, readOnly), field("Long", models.TypeText, length(200))}
	name := models.FieldMappingInput{Desk: "lastName", Salesforce: "LastName"}
	rule := func(desk, salesforce string, r models.FieldRule) models.FieldMappingInput {
		return models.FieldMappingInput{Desk: desk, Salesforce: salesforce, Rule: &r}
	}
	const long = "WARNING VALUE_TOO_LONG" // of the names: 200 characters into 80
	for _, c := range []struct {
		name string
		in   []models.FieldMappingInput
		want []string
	}{
		{"well", []models.FieldMappingInput{name, rule("note", "Long", models.RuleDeskToSalesforce), rule("accountId", "AccountId", models.RuleTwoWay)}, []string{long}},
		{"text to an integer", []models.FieldMappingInput{name, rule("note", "Score", models.RuleDeskToSalesforce)}, []string{long, "ERROR TYPE_MISMATCH"}},
		{"an integer to text, one way", []models.FieldMappingInput{name, rule("note", "Score", models.RuleSalesforceToDesk)}, []string{long}},
		{"an integer to text, both ways", []models.FieldMappingInput{name, rule("note", "Score", models.RuleTwoWay)}, []string{long, "ERROR TYPE_MISMATCH"}},
		{"too short", []models.FieldMappingInput{name, rule("note", "Short", models.RuleTwoWay)}, []string{long, long}},
		{"a value the picklist lacks", []models.FieldMappingInput{name, rule("tier", "Tier", models.RuleTwoWay)}, []string{long, "WARNING INVALID_PICKLIST_VALUE"}},
		{"two sources for one target", []models.FieldMappingInput{name, rule("note", "LastName", models.RuleTwoWay)}, []string{long, "ERROR ALREADY_MAPPED", long}},
		{"a field that does not exist", []models.FieldMappingInput{name, rule("nothing", "Long", models.RuleTwoWay)}, []string{long, "ERROR INVALID_PARAMETER"}},
		{"into a formula", []models.FieldMappingInput{name, rule("note", "Formula", models.RuleDeskToSalesforce)}, []string{long, "ERROR READ_ONLY_FIELD"}},
		{"with a formula", []models.FieldMappingInput{name, rule("note", "Formula", models.RuleTwoWay)}, []string{long, "WARNING READ_ONLY_FIELD"}},
		{"a reference to text", []models.FieldMappingInput{name, rule("accountId", "Long", models.RuleTwoWay)}, []string{long, "ERROR TYPE_MISMATCH"}},
		{"our own mark", []models.FieldMappingInput{name, rule("cf_sidelight_link_id", "Long", models.RuleTwoWay)}, []string{long, "ERROR INVALID_PARAMETER"}},
		{"without the name", []models.FieldMappingInput{rule("note", "Long", models.RuleDeskToSalesforce)}, []string{"ERROR REQUIRED_FIELD_MISSING", "ERROR REQUIRED_FIELD_MISSING"}},
		{"off is not checked", []models.FieldMappingInput{name, rule("note", "Score", models.RuleOff)}, []string{long}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := Build(models.ContactObject, c.in, desk, salesforce)
			if diff := cmp.Diff(c.want, summary(problems)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestANewRecordIsMadeOfWhatFlowsThere(t *testing.T) {
	mappings := []models.FieldMapping{
		{Desk: field("lastName", models.TypeText, required), Salesforce: field("LastName", models.TypeText), Rule: models.RuleTwoWay},
		{Desk: field("note", models.TypeText), Salesforce: field("Note", models.TypeText), Rule: models.RuleDeskToSalesforce},
		{Desk: field("accountId", models.TypeReference), Salesforce: field("AccountId", models.TypeReference), Rule: models.RuleTwoWay},
		{Desk: field("unread", models.TypeText), Salesforce: field("Unread", models.TypeText), Rule: models.RuleTwoWay},
	}
	parent := func(models.FieldMapping) (models.Value, bool) { return models.Text("77"), true }
	record := models.Values{"LastName": models.Text("Ōe"), "Note": models.Text("x"), "AccountId": models.Text("001")}
	target, source, problems := Project(mappings, models.Salesforce, record, parent)
	equal := cmp.Comparer(func(a, b models.Value) bool { return a == b })
	if diff := cmp.Diff(models.Values{"lastName": models.Text("Ōe"), "accountId": models.Text("77")}, target, equal); diff != "" || len(problems) > 0 {
		t.Error(diff, problems)
	}
	if diff := cmp.Diff(models.Values{"LastName": models.Text("Ōe"), "AccountId": models.Text("001")}, source, equal); diff != "" {
		t.Error(diff)
	}
	_, _, problems = Project(mappings, models.Salesforce, models.Values{"LastName": models.Blank}, parent)
	if len(problems) != 1 || problems[0].Err.Code != models.CodeRequiredFieldMissing {
		t.Errorf("a missing required value is not named: %+v", problems)
	}
}

func TestWhatChangedAtTheVendorIsNamed(t *testing.T) {
	m := []models.FieldMapping{{Desk: field("a", models.TypeText, length(50)), Salesforce: field("A", models.TypeText), Rule: models.RuleTwoWay}}
	for name, c := range map[string]struct {
		desk, salesforce []models.Field
		want             []string
	}{
		"nothing":   {[]models.Field{field("a", models.TypeText, length(50))}, []models.Field{field("A", models.TypeText)}, nil},
		"gone":      {nil, []models.Field{field("A", models.TypeText)}, []string{"ERROR INVALID_PARAMETER"}},
		"retyped":   {[]models.Field{field("a", models.TypeInteger)}, []models.Field{field("A", models.TypeText)}, []string{"ERROR TYPE_MISMATCH"}},
		"read-only": {[]models.Field{field("a", models.TypeText, length(50))}, []models.Field{field("A", models.TypeText, readOnly)}, []string{"ERROR READ_ONLY_FIELD"}},
		"shorter":   {[]models.Field{field("a", models.TypeText, length(5))}, []models.Field{field("A", models.TypeText)}, []string{"WARNING VALUE_TOO_LONG"}},
	} {
		var problems []models.MappingProblem
		for _, d := range Drifted(m, models.SyncFilter{}, c.desk, c.salesforce) {
			problems = append(problems, *d.Problem)
		}
		if diff := cmp.Diff(c.want, summary(problems)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnExportedMappingIsReadBack(t *testing.T) {
	m := []models.FieldMapping{{Object: models.ContactObject, Desk: field("a", models.TypeText), Salesforce: field("A", models.TypeText), Rule: models.RulePreferDesk}}
	b, err := Export(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	in, err := Import(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := in[models.ContactObject].Mappings; len(got) != 1 || got[0].Desk != "a" || got[0].Salesforce != "A" || *got[0].Rule != models.RulePreferDesk {
		t.Errorf("%+v", got)
	}
	for name, bad := range map[string]string{"nonsense": "x", "newer": `{"version":2}`, "unknown rule": `{"version":1,"contact":[{"desk":"a","salesforce":"A","rule":"MAYBE"}]}`,
		"more behind": `{"version":1} {}`, "unknown key": `{"version":1,"lead":[]}`} {
		if _, err := Import([]byte(bad)); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatCannotBeCarriedOverIsLeftOutOfANewRecord(t *testing.T) {
	text := func(name string, change ...func(*models.Field)) models.Field {
		return field(name, models.TypeText, change...)
	}
	pair := func(desk, salesforce models.Field, rule models.FieldRule) models.FieldMapping {
		return models.FieldMapping{Desk: desk, Salesforce: salesforce, Rule: rule}
	}
	last := pair(text("z"), text("Z"), models.RuleTwoWay) // shows that nothing ends the table early
	reference := pair(field("accountId", models.TypeReference), field("AccountId", models.TypeReference), models.RuleTwoWay)
	record := models.Values{"A": models.Text("value"), "AccountId": models.Text("001"), "Z": models.Text("z")}
	for _, c := range []struct {
		name     string
		mapping  models.FieldMapping
		parent   models.Value
		known    bool
		record   models.Values
		want     models.Values // of the target, without z
		problems []string
	}{
		{"a value", pair(text("a"), text("A"), models.RuleTwoWay), models.Blank, false, record, models.Values{"a": models.Text("value")}, nil},
		{"not read", pair(text("a"), text("B"), models.RuleTwoWay), models.Blank, false, record, models.Values{}, nil},
		{"never written there", pair(text("a"), text("A"), models.RuleDeskToSalesforce), models.Blank, false, record, models.Values{}, nil},
		{"not creatable there", pair(text("a", readOnly), text("A"), models.RuleTwoWay), models.Blank, false, record, models.Values{}, nil},
		{"too long", pair(text("a", length(2)), text("A"), models.RuleTwoWay), models.Blank, false, record, models.Values{}, []string{"A VALUE_TOO_LONG"}},
		{"a blank that is allowed", pair(text("a"), text("A"), models.RuleTwoWay), models.Blank, false, models.Values{"A": models.Blank, "Z": models.Text("z")}, models.Values{"a": models.Blank}, nil},
		{"a blank that is required", pair(text("a", required), text("A"), models.RuleTwoWay), models.Blank, false, models.Values{"A": models.Blank, "Z": models.Text("z")}, models.Values{}, []string{"A REQUIRED_FIELD_MISSING"}},
		{"the parent is linked", reference, models.Text("7"), true, record, models.Values{"accountId": models.Text("7")}, nil},
		{"the parent is not known yet", reference, models.Text("7"), false, record, models.Values{}, nil},
		{"the parent has no counterpart", reference, models.Blank, true, record, models.Values{}, []string{"AccountId PARENT_MISSING"}},
		{"there is no parent", reference, models.Blank, true, models.Values{"AccountId": models.Blank, "Z": models.Text("z")}, models.Values{"accountId": models.Blank}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			parent := func(models.FieldMapping) (models.Value, bool) { return c.parent, c.known }
			target, source, problems := Project([]models.FieldMapping{c.mapping, last}, models.Salesforce, c.record, parent)
			if target["z"] != models.Text("z") || source["Z"] != models.Text("z") {
				t.Errorf("the next field is lost: %v %v", target, source)
			}
			delete(target, "z")
			if !maps.Equal(target, c.want) || len(source) != len(c.want)+1 {
				t.Errorf("got %v from %v, want %v", target, source, c.want)
			}
			var got []string
			for _, p := range problems {
				got = append(got, p.Field+" "+string(p.Err.Code))
			}
			if diff := cmp.Diff(c.problems, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
