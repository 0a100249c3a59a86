package models

import (
	"maps"
	"testing"
)

func TestANewRecordGetsTheConstantsOfItsOwnFieldsThatHaveNoValue(t *testing.T) {
	constants := []Constant{{Object: ContactObject, Side: Desk, Name: "type", Value: "Customer"}}
	for name, c := range map[string]struct {
		values Values
		object SyncObject
		side   Side
		want   string
	}{
		"without a value":     {Values{}, ContactObject, Desk, "Customer"},
		"with a blank":        {Values{"type": Blank}, ContactObject, Desk, "Customer"},
		"with a value":        {texts("type", "Partner"), ContactObject, Desk, "Partner"},
		"of another object":   {Values{}, AccountObject, Desk, ""},
		"on the other side":   {Values{}, ContactObject, Salesforce, ""},
		"of neither of these": {Values{}, AccountObject, Salesforce, ""},
	} {
		before := c.values.Clone()
		if got := WithConstants(c.values, constants, c.object, c.side)["type"].String(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if !maps.Equal(before, c.values) {
			t.Errorf("%s: the values that were given are changed: %v", name, c.values)
		}
	}
}

func TestOnlyAContactWhoseSalesforceRecordSaysSoIsAPerson(t *testing.T) {
	row := func(value string) *MirrorRow { return &MirrorRow{Data: texts(personField, value)} }
	for name, c := range map[string]struct {
		state LinkState
		want  bool
	}{
		"a person":              {LinkState{Link: Link{Object: ContactObject}, Salesforce: row("true")}, true},
		"no person":             {LinkState{Link: Link{Object: ContactObject}, Salesforce: row("false")}, false},
		"known on Desk alone":   {LinkState{Link: Link{Object: ContactObject}, Desk: row("true")}, false},
		"an account":            {LinkState{Link: Link{Object: AccountObject}, Salesforce: row("true")}, false},
		"nothing is said of it": {LinkState{Link: Link{Object: ContactObject}, Salesforce: &MirrorRow{}}, false},
	} {
		if got := c.state.IsPerson(); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
