package mapping

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
)

func TestADescriptionThatChangedIsDriftAndItsLossAProblem(t *testing.T) {
	was := field("a", models.TypeText, length(50), func(f *models.Field) { f.Label = "Alpha" })
	with := func(change ...func(*models.Field)) models.Field {
		f := was
		for _, c := range change {
			c(&f)
		}
		return f
	}
	kind := func(k models.FieldType) func(*models.Field) { return func(f *models.Field) { f.Type = k } }
	type found struct {
		Gone    bool
		Problem string // severity and code; "" for none
	}
	none := []found{}
	for _, c := range []struct {
		name     string
		was, now models.Field
		rule     models.FieldRule
		want     []found
	}{
		{"nothing", was, was, models.RuleTwoWay, none},
		{"another label", was, with(func(f *models.Field) { f.Label = "Beta" }), models.RuleTwoWay, none},
		{"wider", was, with(length(60)), models.RuleTwoWay, []found{{}}},
		{"without a limit", was, with(length(0)), models.RuleTwoWay, []found{{}}},
		{"shorter", was, with(length(49)), models.RuleTwoWay, []found{{false, "WARNING VALUE_TOO_LONG"}}},
		{"with a limit now", with(length(0)), with(length(50)), models.RuleTwoWay, []found{{false, "WARNING VALUE_TOO_LONG"}}},
		{"shorter, but never written", was, with(length(5)), models.RuleDeskToSalesforce, []found{{}}},
		{"a shorter picklist", with(kind(models.TypePicklist)), with(kind(models.TypePicklist), length(5)), models.RuleTwoWay, []found{{}}},
		{"another kind of text", was, with(kind(models.TypeTextArea)), models.RuleTwoWay, []found{{}}},
		{"text to number", was, with(kind(models.TypeInteger)), models.RuleTwoWay, []found{{true, "ERROR TYPE_MISMATCH"}}},
		{"number to text", with(kind(models.TypeInteger)), was, models.RuleTwoWay, []found{{true, "ERROR TYPE_MISMATCH"}}},
		{"read-only now", was, with(func(f *models.Field) { f.Updatable = false }), models.RuleTwoWay, []found{{true, "ERROR READ_ONLY_FIELD"}}},
		{"read-only now, but never written", was, with(func(f *models.Field) { f.Updatable = false }), models.RuleDeskToSalesforce, []found{{}}},
		{"read-only all along", with(readOnly), with(readOnly), models.RuleTwoWay, none},
		{"writable now", with(readOnly), was, models.RuleTwoWay, []found{{}}},
		{"no longer for new records", was, with(func(f *models.Field) { f.Creatable = false }), models.RuleTwoWay, []found{{}}},
		{"required now", was, with(required), models.RuleTwoWay, []found{{}}},
		{"other choices", was, with(choices("x")), models.RuleTwoWay, []found{{}}},
		{"closed now", was, with(func(f *models.Field) { f.Restricted = true }), models.RuleTwoWay, []found{{}}},
		{"more digits", was, with(digits(9, 0)), models.RuleTwoWay, []found{{}}},
		{"more digits after the point", was, with(digits(0, 2)), models.RuleTwoWay, []found{{}}},
		{"off", was, with(kind(models.TypeInteger)), models.RuleOff, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			other := field("A", models.TypeText)
			m := []models.FieldMapping{{Object: models.ContactObject, Desk: c.was, Salesforce: other, Rule: c.rule}}
			got := []found{}
			for _, d := range Drifted(m, models.SyncFilter{}, []models.Field{c.now}, []models.Field{other}) {
				f := found{Gone: d.Gone}
				if d.Problem != nil {
					f.Problem = string(d.Problem.Severity) + " " + string(d.Problem.Code)
				}
				got = append(got, f)
				if d.Object != models.ContactObject || d.Side != models.Desk || d.Name != "a" || d.Now.Length != c.now.Length {
					t.Errorf("%+v", d)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAShorterFieldSaysHowLongItWas(t *testing.T) {
	for was, want := range map[int]string{50: "takes 5 characters now, not 50", 0: "takes 5 characters now, not any number"} {
		m := []models.FieldMapping{{Desk: field("a", models.TypeText, length(was)), Salesforce: field("A", models.TypeText), Rule: models.RuleTwoWay}}
		d := Drifted(m, models.SyncFilter{}, []models.Field{field("a", models.TypeText, length(5))}, []models.Field{field("A", models.TypeText)})
		if len(d) != 1 || d[0].Problem == nil || !strings.Contains(d[0].Problem.Message, want) {
			t.Errorf("%+v", d)
		}
	}
}

func TestAMappingThatIsOffHidesNoOthersDrift(t *testing.T) {
	m := []models.FieldMapping{
		{Desk: field("off", models.TypeText), Salesforce: field("Off", models.TypeText), Rule: models.RuleOff},
		{Desk: field("a", models.TypeText), Salesforce: field("A", models.TypeText), Rule: models.RuleTwoWay},
	}
	if got := Drifted(m, models.SyncFilter{}, []models.Field{field("a", models.TypeText)}, nil); len(got) != 1 || got[0].Name != "A" || got[0].Side != models.Salesforce || !got[0].Gone {
		t.Errorf("%+v", got)
	}
}

func TestAFieldThatAFilterAsksForAndThatIsGoneIsAProblem(t *testing.T) {
	f := models.SyncFilter{Object: models.AccountObject, Conditions: []models.FilterCondition{
		{Side: models.Desk, Field: field("kept", models.TypeText)}, {Side: models.Salesforce, Field: field("Gone", models.TypeText)}, {Side: models.Desk, Field: field("gone", models.TypeText)},
	}}
	got := Drifted(nil, f, []models.Field{field("kept", models.TypeText)}, nil)
	if len(got) != 2 || got[0].Name != "Gone" || got[0].Side != models.Salesforce || got[1].Name != "gone" || got[1].Side != models.Desk {
		t.Fatalf("%+v", got)
	}
	for _, d := range got {
		if !d.Gone || d.Object != models.AccountObject || d.Problem.Code != models.CodeInvalidParameter || d.Problem.Severity != models.SeverityError {
			t.Errorf("%+v", d)
		}
	}
	if p := got[0].Problem; p.Salesforce == nil || p.Desk != nil || *p.Salesforce != "Gone" {
		t.Errorf("%+v", p)
	}
	if p := got[1].Problem; p.Desk == nil || p.Salesforce != nil || *p.Desk != "gone" {
		t.Errorf("%+v", p)
	}
}

func TestAMappingIsUsedAsItsFieldsAreNowAndWithoutThoseThatAreGone(t *testing.T) {
	pair := func(object models.SyncObject, desk, salesforce string) models.FieldMapping {
		return models.FieldMapping{Object: object, Desk: field(desk, models.TypeText), Salesforce: field(salesforce, models.TypeText), Rule: models.RuleTwoWay}
	}
	mappings := []models.FieldMapping{pair(models.ContactObject, "a", "A"), pair(models.ContactObject, "b", "B"), pair(models.ContactObject, "c", "C"), pair(models.AccountObject, "a", "A")}
	drift := []models.MappingDrift{
		{Object: models.ContactObject, Side: models.Desk, Name: "a", Now: field("a", models.TypeText, length(5))},
		{Object: models.ContactObject, Side: models.Salesforce, Name: "A", Now: field("A", models.TypeText, length(6))},
		{Object: models.ContactObject, Side: models.Desk, Name: "b", Gone: true},
		{Object: models.ContactObject, Side: models.Salesforce, Name: "B", Now: field("B", models.TypeText)},
		// The other side's name of it.
		{Object: models.ContactObject, Side: models.Desk, Name: "C", Gone: true},
	}
	type used struct {
		Object           models.SyncObject
		Name             string
		Desk, Salesforce int // their lengths
	}
	var got []used
	for _, m := range Usable(mappings, drift) {
		got = append(got, used{m.Object, m.Name(), m.Desk.Length, m.Salesforce.Length})
	}
	want := []used{{models.ContactObject, "A", 5, 6}, {models.ContactObject, "C", 0, 0}, {models.AccountObject, "A", 0, 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if mappings[0].Desk.Length != 0 {
		t.Error("the saved mapping was changed")
	}
	if got := Usable(mappings, nil); len(got) != len(mappings) {
		t.Errorf("without drift %d mappings are usable", len(got))
	}
}
