package salesforce

import (
	"strings"
	"testing"
)

func TestStatesAndCountriesAreThoseOfTheirLists(t *testing.T) {
	r := newRig(t)
	before := r.make("Contact", obj{"LastName": "Before", "MailingCountry": "Holland", "MailingState": "Drenthe"})
	r.settings(obj{"statePicklists": true})
	const read = "SELECT Id, MailingCountry, MailingCountryCode, MailingState, MailingStateCode FROM Contact WHERE Id = '"
	is := func(id string, want ...any) {
		t.Helper()
		row := r.rows(read + id + "'")[0]
		for i, name := range []string{"MailingCountry", "MailingCountryCode", "MailingState", "MailingStateCode"} {
			if row[name] != want[i] {
				t.Errorf("%s is %v, want %v", name, row[name], want[i])
			}
		}
	}
	id := r.make("Contact", obj{"LastName": "New", "MailingCountry": "united states", "MailingState": "Washington"})
	is(id, "United States", "US", "Washington", "WA")
	path := "/sobjects/Contact/" + id
	r.call("PATCH", path, obj{"MailingCountryCode": "AU", "MailingStateCode": "WA"}).want(204)
	is(id, "Australia", "AU", "Western Australia", "WA")
	r.call("PATCH", path, obj{"MailingState": nil}).want(204)
	r.call("PATCH", path, obj{"MailingCountry": "Germany"}).want(204)
	is(id, "Germany", "DE", nil, nil)
	for field, body := range map[string]obj{
		"MailingCountry":     {"MailingCountry": "USA"},
		"MailingState":       {"MailingState": "California"},
		"MailingState ":      {"MailingCountry": nil, "MailingState": "Texas"},
		"MailingState  ":     {"MailingCountry": "United States", "MailingState": "TX"},
		"MailingCountryCode": {"MailingCountryCode": "XX"},
	} {
		a := r.call("PATCH", path, body).want(400)
		if !strings.Contains(a.raw, "FIELD_INTEGRITY_EXCEPTION") || !strings.Contains(a.raw, `"`+strings.TrimSpace(field)+`"`) {
			t.Errorf("%v: %s", body, a.raw)
		}
	}
	r.call("PATCH", "/sobjects/Contact/"+before, obj{"Phone": "1"}).want(204)
	is(before, "Holland", nil, "Drenthe", nil)
	for _, one := range r.call("GET", "/sobjects/Contact/describe", nil).want(200).body["fields"].([]any) {
		f := one.(map[string]any)
		if f["name"] == "MailingStateCode" && (f["controllerName"] != "MailingCountryCode" || f["dependentPicklist"] != true || f["restrictedPicklist"] != true || len(f["picklistValues"].([]any)) != 8) {
			t.Errorf("%v", f)
		}
	}
}
