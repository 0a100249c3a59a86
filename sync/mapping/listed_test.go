package mapping

import (
	"testing"

	"sidelight/models"
)

// countryField and stateField are texts that are tied to lists, as Salesforce describes them.
var (
	countryField = models.Field{Name: "Country", Type: models.TypeText, Creatable: true, Updatable: true,
		Choices: []models.Choice{{Value: "AU", Label: "Australia"}, {Value: "DE", Label: "Germany"}, {Value: "US", Label: "United States"}}}
	stateField = models.Field{Name: "State", Type: models.TypeText, Controller: "Country", Creatable: true, Updatable: true, Choices: []models.Choice{
		{Value: "CA", Label: "California", For: []string{"US"}}, {Value: "WA", Label: "Western Australia", For: []string{"AU"}}, {Value: "WA", Label: "Washington", For: []string{"US"}}}}
	located = []models.FieldMapping{
		{Desk: models.Field{Name: "country", Type: models.TypeText}, Salesforce: countryField, Rule: models.RuleTwoWay},
		{Desk: models.Field{Name: "state", Type: models.TypeText}, Salesforce: stateField, Rule: models.RuleTwoWay},
	}
)

func TestAListedTextIsNamedByItsLabelOrItsCode(t *testing.T) {
	text := models.Field{Type: models.TypeText}
	for in, want := range map[string]string{"Australia": "Australia", " australia ": "Australia", "us": "United States", "": "", "USA": "?", "A": "?"} {
		got, err := Convert(models.Text(in), text, countryField)
		if want == "?" && (err == nil || err.Code != models.CodeInvalidPicklist || len(err.Fields) != 1 || err.Fields[0] != "Country") || want != "?" && (err != nil || got != models.Text(want)) {
			t.Errorf("%q: %q, %v", in, got, err)
		}
		if again, err := Convert(got, text, countryField); err == nil && again != got {
			t.Errorf("%q changes again, to %q", got, again)
		}
	}
	if _, err := Convert(models.Text("WA"), text, stateField); err == nil {
		t.Error("a code of two countries is one state")
	}
	open := models.Field{Name: "Code", Type: models.TypePicklist, Restricted: true, Picklist: []string{"CA"}, Choices: stateField.Choices[:1]}
	if got, err := Convert(models.Text("california"), text, open); err != nil || got != models.Text("CA") {
		t.Errorf("a picklist by its label: %q, %v", got, err)
	}
}

func TestAStateIsOneOfItsCountry(t *testing.T) {
	for name, c := range map[string]struct {
		state, country, there string // in Desk; the country in Salesforce
		want                  string
		code                  models.Code
	}{
		"by its name":               {"washington", "United States", "", "Washington", ""},
		"by its code":               {"WA", "AU", "", "Western Australia", ""},
		"of another country":        {"California", "Australia", "", "", models.CodeInvalidPicklist},
		"of one without any":        {"Bavaria", "Germany", "", "", models.CodeInvalidPicklist},
		"of none":                   {"California", "", "", "", models.CodeRequiredFieldMissing},
		"of one that is not listed": {"California", "USA", "", "", models.CodeInvalidPicklist},
		"of the one that is there":  {"WA", "", "Australia", "Western Australia", ""},
		"no state":                  {"", "USA", "", "", ""},
	} {
		record := models.Values{"state": models.Text(c.state), "country": models.Text(c.country)}
		m, err := Narrow(located, located[1], models.Desk, record, models.Values{"Country": models.Text(c.there)})
		var got models.Value
		if err == nil {
			got, err = Carry(m, record["state"], models.Desk)
		}
		if c.code == "" && (err != nil || got != models.Text(c.want)) || c.code != "" && (err == nil || err.Code != c.code || err.Fields[0] != "State") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if len(located[1].Salesforce.Choices) != 3 {
		t.Error("the mapping itself was narrowed")
	}
	record := models.Values{"state": models.Text("California")}
	if m, err := Narrow(located[1:], located[1], models.Desk, record, nil); err != nil || len(m.Salesforce.Choices) != 3 {
		t.Errorf("where the country is not mapped only the vendor knows: %v", err)
	}
	if m, err := Narrow(located, located[1], models.Salesforce, models.Values{"State": models.Text("California")}, nil); err != nil || len(m.Salesforce.Choices) != 3 {
		t.Errorf("the other way nothing depends: %v", err)
	}
}

func TestANewRecordLeavesOutAStateWithoutItsCountry(t *testing.T) {
	none := func(models.FieldMapping) (models.Value, bool) { return models.Blank, false }
	target, _, problems := Project(located, models.Desk, models.Values{"state": models.Text("CA"), "country": models.Blank}, none)
	if _, sent := target["State"]; sent || len(problems) != 1 || problems[0].Field != "State" {
		t.Errorf("%v, %+v", target, problems)
	}
	target, _, problems = Project(located, models.Desk, models.Values{"state": models.Text("CA"), "country": models.Text("us")}, none)
	if target["State"] != models.Text("California") || target["Country"] != models.Text("United States") || len(problems) != 0 {
		t.Errorf("%v, %+v", target, problems)
	}
}

func TestAListThatChangedIsUsedAsItIsNow(t *testing.T) {
	wider := countryField
	wider.Choices = append(wider.Choices[:2:2], models.Choice{Value: "FR", Label: "France"})
	d := Drifted(located[:1], models.SyncFilter{}, []models.Field{located[0].Desk}, []models.Field{wider})
	if len(d) != 1 || d[0].Problem != nil || len(Usable(located[:1], d)[0].Salesforce.Choices) != 3 || Usable(located[:1], d)[0].Salesforce.Choices[2].Value != "FR" {
		t.Errorf("%+v", d)
	}
}

func TestATableOfValuesMayNameThoseOfAList(t *testing.T) {
	creatable := models.Field{Name: "country", Type: models.TypeText, Creatable: true, Updatable: true}
	in := []models.FieldMappingInput{{Desk: "country", Salesforce: "Country", Values: []*models.ValuePair{{Desk: "USA", Salesforce: "United States"}}}}
	got, problems := Build(models.ContactObject, in, []models.Field{creatable}, []models.Field{countryField})
	if len(problems) != 1 || problems[0].Severity != models.SeverityWarning || problems[0].Code != models.CodeInvalidPicklist {
		t.Errorf("%+v", problems)
	}
	if v, err := Carry(got[0], models.Text("usa"), models.Desk); err != nil || v != models.Text("United States") {
		t.Errorf("%q, %v", v, err)
	}
}
