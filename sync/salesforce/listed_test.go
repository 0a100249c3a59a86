package salesforce_test

import (
	"slices"
	"testing"

	"sidelight/models"
)

func TestStatesCountriesAndRecordTypesAreDescribedWithTheirLabels(t *testing.T) {
	o := start(t)
	o.settings(`{"statePicklists":true,"recordTypes":{"Contact":[{"name":"Person","developerName":"Person","default":true},` +
		`{"name":"Old","developerName":"Old","inactive":true},{"name":"Secret","developerName":"Secret","unavailable":true}]}}`)
	described, err := o.Describe(ctx, models.ContactObject)
	check(t, err)
	fields := map[string]models.Field{}
	for _, f := range described {
		fields[f.Name] = f
	}
	state, country := fields["MailingState"], fields["MailingCountry"]
	if state.Type != models.TypeText || state.Controller != "MailingCountry" || country.Controller != "" || len(country.Choices) != 7 {
		t.Errorf("%+v, %+v", state, country)
	}
	of := map[string][]string{}
	for _, c := range state.Choices {
		of[c.Label] = append([]string{c.Value}, c.For...)
	}
	if !slices.Equal(of["Washington"], []string{"WA", "US"}) || !slices.Equal(of["Western Australia"], []string{"WA", "AU"}) || !slices.Equal(of["Ontario"], []string{"ON", "CA"}) {
		t.Errorf("%v", of)
	}
	if code := fields["MailingStateCode"]; !code.Restricted || code.Controller != "MailingCountryCode" || !slices.Contains(code.Picklist, "ON") {
		t.Errorf("%+v", code)
	}
	if kinds := fields["RecordTypeId"].Choices; len(kinds) != 1 || kinds[0].Label != "Person" || len(kinds[0].Value) != 18 {
		t.Errorf("record types: %+v", kinds)
	}
	for _, plain := range []string{"LeadSource", "Title", "MailingCity"} {
		if f := fields[plain]; f.Choices != nil || f.Controller != "" {
			t.Errorf("%+v", f)
		}
	}
}
