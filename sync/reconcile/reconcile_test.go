package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
)

// valuesEqual compares values, which hide their text.
var valuesEqual = cmp.Comparer(func(a, b models.Value) bool { return a == b })

var (
	early = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	late  = early.Add(time.Hour)
)

// same makes a field whose conversions change nothing. "-" is no base, "" is blank.
func same(rule models.FieldRule, base, desk, salesforce string) Field {
	f := Field{Name: "Phone", Rule: rule, DeskWritable: true, SalesforceWritable: true}
	f.Desk, f.Salesforce = Cell{Now: models.Text(desk)}, Cell{Now: models.Text(salesforce)}
	if base != "-" {
		f.Desk.Base, f.Desk.HasBase, f.Salesforce.Base, f.Salesforce.HasBase = models.Text(base), true, models.Text(base), true
	}
	f.ToDesk.Value, f.ToSalesforce.Value = f.Salesforce.Now, f.Desk.Now
	return f
}

// brief says in words what a plan does.
func brief(p Plan) string {
	var out []string
	for _, w := range p.Writes {
		out = append(out, "write "+strings.ToLower(string(w.Side))+"="+w.Value.String())
	}
	for _, c := range p.Conflicts {
		out = append(out, "conflict won by "+strings.ToLower(string(c.Winner)))
	}
	for _, q := range p.Problems {
		out = append(out, "problem "+string(q.Err.Code))
	}
	if len(p.Agreed) > 0 {
		out = append(out, "agreed")
	}
	return strings.Join(out, ", ")
}

func TestAValueThatWasSeenAndIsBlankedBeforeAnyAgreementIsAnEdit(t *testing.T) {
	in := Input{Direction: models.TwoWay, Policy: models.LatestWins, Fields: []Field{same(models.RuleSalesforceToDesk, "-", "d", "")}}
	p := Reconcile(in)
	if len(p.Writes)+len(p.Conflicts)+len(p.Agreed) > 0 || len(p.Seen) != 1 || p.Seen[0] != (Sighting{"Phone", models.Desk, models.Text("d")}) {
		t.Fatalf("%+v", p)
	}
	for rule, want := range map[models.FieldRule]string{
		models.RuleSalesforceToDesk: "write desk=s, conflict won by salesforce",
		models.RulePreferDesk:       "write salesforce=, conflict won by desk",
		models.RuleTwoWay:           "write desk=s, conflict won by salesforce",
	} {
		f := same(rule, "-", "", "s")
		f.Desk.Base, f.Desk.HasBase = models.Text("d"), true
		if got := brief(Reconcile(Input{Direction: models.TwoWay, Policy: models.SalesforceWins, Fields: []Field{f}})); got != want {
			t.Errorf("%s: %s", rule, got)
		}
	}
}

func TestEveryRuleDecidesEveryKindOfEdit(t *testing.T) {
	both, toDesk := models.TwoWay, models.SalesforceToDesk
	for _, c := range []struct {
		name                   string
		rule                   models.FieldRule
		direction              models.SyncDirection
		base, desk, salesforce string
		want                   string
	}{
		{"nothing moved", models.RuleTwoWay, both, "a", "a", "a", ""},
		{"an edit in Desk", models.RuleTwoWay, both, "a", "b", "a", "write salesforce=b"},
		{"an edit in Salesforce", models.RuleTwoWay, both, "a", "a", "b", "write desk=b"},
		{"cleared in Desk", models.RuleTwoWay, both, "a", "", "a", "write salesforce="},
		{"the same edit on both", models.RuleTwoWay, both, "a", "b", "b", "agreed"},
		{"edits on both, Desk later", models.RuleTwoWay, both, "a", "b", "c", "write salesforce=b, conflict won by desk"},
		{"Salesforce preferred over the later edit", models.RulePreferSalesforce, both, "a", "b", "c", "write desk=c, conflict won by salesforce"},
		{"Salesforce preferred, a lone Desk edit", models.RulePreferSalesforce, both, "a", "b", "a", "write salesforce=b"},
		{"Salesforce preferred unless blank", models.RulePreferSalesforceUnlessBlank, both, "a", "b", "", "write salesforce=b, conflict won by desk"},
		{"Desk preferred", models.RulePreferDesk, both, "a", "b", "c", "write salesforce=b, conflict won by desk"},
		{"one way, the source moved", models.RuleSalesforceToDesk, both, "a", "a", "c", "write desk=c"},
		{"one way, the target moved", models.RuleSalesforceToDesk, both, "a", "b", "a", "write desk=a, conflict won by salesforce"},
		{"one way to Salesforce, both moved", models.RuleDeskToSalesforce, both, "a", "b", "c", "write salesforce=b, conflict won by desk"},
		{"off", models.RuleOff, both, "a", "b", "c", ""},
		{"direction to Desk, an edit in Desk", models.RuleTwoWay, toDesk, "a", "b", "a", "write desk=a, conflict won by salesforce"},
		{"direction to Desk, a rule to Salesforce", models.RuleDeskToSalesforce, toDesk, "a", "b", "a", ""},
		{"first pairing, equal", models.RuleTwoWay, both, "-", "a", "a", "agreed"},
		{"first pairing, Desk blank", models.RuleTwoWay, both, "-", "", "a", "write desk=a"},
		{"first pairing, Salesforce blank", models.RulePreferSalesforce, both, "-", "a", "", "write salesforce=a"},
		{"first pairing, both differ", models.RuleTwoWay, both, "-", "a", "b", "write salesforce=a, conflict won by desk"},
		{"first pairing, a blank source erases nothing and agrees on nothing", models.RuleSalesforceToDesk, both, "-", "a", "", ""},
		{"first pairing, one way, both differ", models.RuleSalesforceToDesk, both, "-", "a", "b", "write desk=b, conflict won by salesforce"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := Input{Fields: []Field{same(c.rule, c.base, c.desk, c.salesforce)}, Policy: models.LatestWins, Direction: c.direction, DeskAt: late, SalesforceAt: early}
			if got := brief(Reconcile(in)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestUnknownOrEqualTimesLetSalesforceWin(t *testing.T) {
	for name, in := range map[string]Input{"unknown": {}, "equal": {DeskAt: early, SalesforceAt: early}, "only Desk's known": {DeskAt: late}} {
		in.Fields, in.Policy, in.Direction = []Field{same(models.RuleTwoWay, "a", "b", "c")}, models.LatestWins, models.TwoWay
		if got := brief(Reconcile(in)); got != "write desk=c, conflict won by salesforce" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestAValueThatCannotBeCarriedOverIsAProblemAndReplacesNothing(t *testing.T) {
	f := same(models.RuleTwoWay, "1", "abc", "1")
	f.ToSalesforce = Converted{Err: models.Errorf(models.CodeTypeMismatch, "no number")}
	if got := brief(Reconcile(Input{Fields: []Field{f}, Direction: models.TwoWay})); got != "problem TYPE_MISMATCH" {
		t.Error(got)
	}
}

func TestAReadOnlyFieldIsASourceOnly(t *testing.T) {
	f := same(models.RuleTwoWay, "a", "b", "a")
	f.SalesforceWritable = false
	if got := brief(Reconcile(Input{Fields: []Field{f}, Direction: models.TwoWay})); got != "write desk=a, conflict won by salesforce" {
		t.Error(got)
	}
}

func TestEveryWriteSaysWhatItReplacesAndWhereItComesFrom(t *testing.T) {
	f := same(models.RulePreferDesk, "a", "b", "a")
	p := Reconcile(Input{Fields: []Field{f}, Direction: models.TwoWay})
	want := Write{Side: models.Salesforce, Field: "Phone", Value: models.Text("b"), Old: models.Text("a"), Source: models.Text("b"), Rule: models.RulePreferDesk}
	if len(p.Writes) != 1 || p.Writes[0] != want {
		t.Errorf("%+v", p.Writes)
	}
}

func TestASideThatWasNeverSeenWithAValueClearedNothing(t *testing.T) {
	for name, c := range map[string]struct {
		base    string
		hasBase bool
		want    string
	}{
		"never seen":            {"", false, "write desk=s"},
		"seen blank":            {"", true, "write desk=s"},
		"seen with a value":     {"d", true, "write salesforce=, conflict won by desk"},
		"a base that is no one": {"d", false, "write desk=s"},
	} {
		f := same(models.RulePreferDesk, "-", "", "s")
		f.Desk.Base, f.Desk.HasBase = models.Text(c.base), c.hasBase
		if got := brief(Reconcile(Input{Direction: models.TwoWay, Fields: []Field{f}})); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestAValueIsAgreedOnWhenEitherConversionHits(t *testing.T) {
	failed := Converted{Err: models.Errorf(models.CodeTypeMismatch, "no number")}
	hit := func(s string) Converted { return Converted{Value: models.Text(s)} }
	for _, c := range []struct {
		name                 string
		toDesk, toSalesforce Converted
		want                 bool
	}{
		{"both hit", hit("d"), hit("s"), true},
		{"Desk's form alone", hit("d"), hit("x"), true},
		{"Salesforce's form alone", hit("x"), hit("s"), true},
		{"neither", hit("x"), hit("x"), false},
		{"one fails, the other hits", failed, hit("s"), true},
		{"one hits, the other fails", hit("d"), failed, true},
		{"one fails, the other misses", failed, hit("x"), false},
		{"both fail", failed, failed, false},
		{"a failure is no blank", Converted{Err: failed.Err, Value: models.Text("d")}, Converted{Err: failed.Err, Value: models.Text("s")}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Field{Desk: Cell{Now: models.Text("d")}, Salesforce: Cell{Now: models.Text("s")}, ToDesk: c.toDesk, ToSalesforce: c.toSalesforce}
			if got := f.Agree(); got != c.want {
				t.Errorf("agreed is %t", got)
			}
		})
	}
}
