package automation

import (
	"strings"
	"testing"
)

func TestRulesRewriteTheFieldTheyNameOneAfterTheOther(t *testing.T) {
	rules := []Rule{{"Contact", "Title", "upper", ""}, {"Contact", "Title", "append", "!"}, {"Contact", "Phone", "set", "1"}, {"Account", "Title", "lower", ""}}
	for _, tc := range []struct{ object, field, value, want string }{
		{"Contact", "Title", "Żeglarz", "ŻEGLARZ!"}, {"Contact", "Title", "", ""}, {"Contact", "Phone", "22", "1"}, {"Contact", "Fax", "x", "x"}, {"Account", "Title", "AbC", "abc"},
	} {
		if got := Rewrite(rules, tc.object, tc.field, tc.value); got != tc.want {
			t.Errorf("%s.%s %q became %q, not %q", tc.object, tc.field, tc.value, got, tc.want)
		}
	}
}

func TestWrongRulesAreNamed(t *testing.T) {
	known := func(object, field string) bool { return object == "Contact" && field == "Title" }
	for want, rule := range map[string]Rule{
		"automations[1].do":    {"Contact", "Title", "reverse", ""},
		"automations[1].value": {"Contact", "Title", "append", ""},
		`no text field "Age"`:  {"Contact", "Age", "upper", ""},
	} {
		err := Check([]Rule{{"Contact", "Title", "set", "x"}, rule}, known)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := Check([]Rule{{"Contact", "Title", "set", "x"}}, known); err != nil {
		t.Error(err)
	}
}
