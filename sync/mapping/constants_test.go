package mapping

import (
	"testing"

	"sidelight/models"
)

func TestAConstantIsAValueThatTheFieldTakesAndTheMappingDoesNotFill(t *testing.T) {
	creatable := func(f models.Field) models.Field { f.Creatable = true; return f }
	types := creatable(models.Field{Name: "RecordTypeId", Type: models.TypeReference, RefersTo: "RecordType",
		Choices: []models.Choice{{Value: "012000000100001AAA", Label: "Person"}, {Value: "012000000100002AAA", Label: "Partner"}}})
	salesforce := []models.Field{types, creatable(models.Field{Name: "Source", Type: models.TypePicklist, Picklist: []string{"Web", "Phone"}}),
		creatable(models.Field{Name: "Tier", Type: models.TypePicklist, Picklist: []string{"Gold"}, Restricted: true}), creatable(models.Field{Name: "Tags", Type: models.TypeMultiselect, Picklist: []string{"a", "b"}, Restricted: true}),
		creatable(models.Field{Name: "Count", Type: models.TypeInteger, Precision: 3}), creatable(models.Field{Name: "On", Type: models.TypeBoolean}), creatable(models.Field{Name: "Day", Type: models.TypeDate}),
		creatable(models.Field{Name: "Name", Type: models.TypeText, Length: 5}), creatable(models.Field{Name: "Mapped", Type: models.TypeText}), creatable(models.Field{Name: "Read", Type: models.TypeText}),
		creatable(models.Field{Name: "OwnerId", Type: models.TypeReference, RefersTo: "User"}), {Name: "Sum", Type: models.TypeInteger}, creatable(models.Field{Name: "Sidelight_Link_Id__c", Type: models.TypeText})}
	desk := []models.Field{creatable(models.Field{Name: "type", Type: models.TypePicklist})}
	toDesk := models.RuleSalesforceToDesk
	mapped := []models.FieldMapping{{Salesforce: salesforce[8], Rule: models.RuleTwoWay}, {Salesforce: salesforce[9], Rule: toDesk}}
	for name, c := range map[string]struct {
		in       models.ConstantInput
		want     string
		severity models.Severity
		code     models.Code
	}{
		"a record type by its label":   {models.ConstantInput{Field: "RecordTypeId", Value: " partner "}, "012000000100002AAA", "", ""},
		"by its id":                    {models.ConstantInput{Field: "RecordTypeId", Value: "012000000100001AAA"}, "012000000100001AAA", "", ""},
		"by its short id":              {models.ConstantInput{Field: "RecordTypeId", Value: "012000000100001"}, "012000000100001AAA", "", ""},
		"one that cannot be chosen":    {models.ConstantInput{Field: "RecordTypeId", Value: "Master"}, "", models.SeverityError, models.CodeInvalidPicklist},
		"another reference":            {models.ConstantInput{Field: "OwnerId", Value: "005"}, "", models.SeverityError, models.CodeTypeMismatch},
		"a choice":                     {models.ConstantInput{Field: "Source", Value: "web"}, "Web", "", ""},
		"another value of an open one": {models.ConstantInput{Field: "Source", Value: "Fair"}, "Fair", models.SeverityWarning, models.CodeInvalidPicklist},
		"of a restricted one":          {models.ConstantInput{Field: "Tier", Value: "Lead"}, "", models.SeverityError, models.CodeInvalidPicklist},
		"several choices":              {models.ConstantInput{Field: "Tags", Value: "b; A"}, "a;b", "", ""},
		"one of several is none":       {models.ConstantInput{Field: "Tags", Value: "b; c"}, "", models.SeverityError, models.CodeInvalidPicklist},
		"a picklist without values":    {models.ConstantInput{Side: models.Desk, Field: "type", Value: "x"}, "x", "", ""},
		"a number":                     {models.ConstantInput{Field: "Count", Value: "7"}, "7", "", ""},
		"no number":                    {models.ConstantInput{Field: "Count", Value: "seven"}, "", models.SeverityError, models.CodeTypeMismatch},
		"too large a number":           {models.ConstantInput{Field: "Count", Value: "7000"}, "", models.SeverityError, models.CodeInvalidParameter},
		"yes":                          {models.ConstantInput{Field: "On", Value: "Yes"}, "true", "", ""},
		"neither yes nor no":           {models.ConstantInput{Field: "On", Value: "maybe"}, "", models.SeverityError, models.CodeTypeMismatch},
		"a day":                        {models.ConstantInput{Field: "Day", Value: "2026-03-02"}, "2026-03-02", "", ""},
		"no day":                       {models.ConstantInput{Field: "Day", Value: "soon"}, "", models.SeverityError, models.CodeTypeMismatch},
		"too long a text":              {models.ConstantInput{Field: "Name", Value: "sixsix"}, "", models.SeverityError, models.CodeValueTooLong},
		"nothing":                      {models.ConstantInput{Field: "Name", Value: "  "}, "", models.SeverityError, models.CodeRequiredFieldMissing},
		"a field that is filled":       {models.ConstantInput{Field: "Mapped", Value: "x"}, "", models.SeverityError, models.CodeAlreadyMapped},
		"a field that is only read":    {models.ConstantInput{Field: "Read", Value: "x"}, "x", "", ""},
		"a field that is not there":    {models.ConstantInput{Field: "None", Value: "x"}, "", models.SeverityError, models.CodeInvalidParameter},
		"one that cannot be written":   {models.ConstantInput{Field: "Sum", Value: "1"}, "", models.SeverityError, models.CodeReadOnly},
		"our own":                      {models.ConstantInput{Field: "Sidelight_Link_Id__c", Value: "x"}, "", models.SeverityError, models.CodeInvalidParameter},
	} {
		if c.in.Side == "" {
			c.in.Side = models.Salesforce
		}
		got, problems := BuildConstants(models.ContactObject, []models.ConstantInput{c.in}, mapped, desk, salesforce)
		switch {
		case c.severity == "" && len(problems) > 0, c.severity != "" && (len(problems) != 1 || problems[0].Severity != c.severity || problems[0].Code != c.code):
			t.Errorf("%s: %+v", name, problems)
		case c.want == "" && len(got) > 0, c.want != "" && (len(got) != 1 || got[0].Value != c.want || got[0].Side != c.in.Side || got[0].Name != c.in.Field || got[0].Object != models.ContactObject):
			t.Errorf("%s: %+v", name, got)
		case len(problems) > 0 && (c.in.Side == models.Desk) != (problems[0].Desk != nil):
			t.Errorf("%s names the wrong side: %+v", name, problems[0])
		}
	}
	twice := []models.ConstantInput{{Side: models.Salesforce, Field: "Name", Value: "x"}, {Side: models.Salesforce, Field: "Name", Value: "y"}}
	if got, problems := BuildConstants(models.ContactObject, twice, nil, desk, salesforce); len(got) != 1 || len(problems) != 1 || problems[0].Code != models.CodeAlreadyMapped {
		t.Errorf("twice: %+v, %+v", got, problems)
	}
}

func TestAConstantFillsWhatIsRequired(t *testing.T) {
	in := []models.MappingProblem{*problem(models.CodeRequiredFieldMissing, models.FieldMappingInput{Salesforce: "Region"}, "warned"), *problem(models.CodeRequiredFieldMissing, models.FieldMappingInput{Desk: "Region"}, "on the other side"),
		*problem(models.CodeRequiredFieldMissing, models.FieldMappingInput{Salesforce: "Region"}, "an error"), *problem(models.CodeReadOnly, models.FieldMappingInput{Salesforce: "Region"}, "another")}
	for _, i := range []int{0, 1, 3} {
		in[i].Severity = models.SeverityWarning
	}
	left := WithConstants(in, []models.Constant{{Side: models.Salesforce, Name: "Region"}})
	if len(left) != 3 || left[0].Message != "on the other side" {
		t.Errorf("%+v", left)
	}
}

func TestAConstantNeverStandsInForAValueOfTheMapping(t *testing.T) {
	constants := []models.Constant{{Object: models.ContactObject, Side: models.Desk, Name: "a", Value: "1"}, {Object: models.ContactObject, Side: models.Desk, Name: "b", Value: "2"},
		{Object: models.ContactObject, Side: models.Desk, Name: "c", Value: "3"}, {Object: models.ContactObject, Side: models.Salesforce, Name: "d", Value: "4"}, {Object: models.AccountObject, Side: models.Desk, Name: "e", Value: "5"}}
	given := models.Values{"a": models.Text("x"), "b": models.Blank}
	got := models.WithConstants(given, constants, models.ContactObject, models.Desk)
	if len(got) != 3 || got["a"] != models.Text("x") || got["b"] != models.Text("2") || got["c"] != models.Text("3") || len(given) != 2 {
		t.Errorf("%v", got)
	}
}
