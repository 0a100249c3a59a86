package reconcile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

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

func TestEveryRuleDecidesEveryKindOfEdit(t *testing.T) {
	both, toDesk := models.TwoWay, models.SalesforceToDesk
	for _, c := range []struct {
		name                   string
		rule                   models.FieldRule
		direction              models.SyncDirection
		base, desk, salesforce string
		want                   string
	}{
		{"nothing moved", models.RuleTwoWay, both, "a", "a", "a", "agreed"},
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
		{"first pairing, a blank source erases nothing", models.RuleSalesforceToDesk, both, "-", "a", "", "agreed"},
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

// world is one pair as a property test moves it: values per side and bases, with a lossy conversion to Desk that cuts to three letters.
type world struct {
	fields []Field
	policy models.ConflictPolicy
	dir    models.SyncDirection
	desk   time.Time
	sf     time.Time
}

var rules = []models.FieldRule{models.RuleTwoWay, models.RulePreferSalesforce, models.RulePreferSalesforceUnlessBlank, models.RulePreferDesk,
	models.RuleSalesforceToDesk, models.RuleDeskToSalesforce}

func genWorld(t *rapid.T) world {
	value := rapid.SampledFrom([]string{"", "a", "b", "c", "Ä"})
	base := rapid.SampledFrom([]string{"-", "", "a", "b"})
	at := rapid.SampledFrom([]time.Time{{}, early, late})
	w := world{
		policy: rapid.SampledFrom([]models.ConflictPolicy{models.LatestWins, models.SalesforceWins, models.DeskWins}).Draw(t, "policy"),
		dir:    rapid.SampledFrom([]models.SyncDirection{models.TwoWay, models.SalesforceToDesk}).Draw(t, "direction"),
		desk:   at.Draw(t, "deskAt"), sf: at.Draw(t, "salesforceAt"),
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "fields") {
		f := same(rapid.SampledFrom(rules).Draw(t, "rule"), base.Draw(t, "base"), value.Draw(t, "desk"), value.Draw(t, "salesforce"))
		f.Name = string(rune('A' + i))
		w.fields = append(w.fields, f)
	}
	return w
}

func (w world) input() Input {
	fields := make([]Field, len(w.fields))
	for i, f := range w.fields {
		f.ToDesk.Value, f.ToSalesforce.Value = f.Salesforce.Now, f.Desk.Now
		fields[i] = f
	}
	return Input{Fields: fields, Policy: w.policy, Direction: w.dir, DeskAt: w.desk, SalesforceAt: w.sf}
}

// land applies the plan: landed says which writes reached their side, recorded which of them (and the agreements) were noted as base.
func (w *world) land(p Plan, landed, recorded func(i int) bool) {
	byName := map[string]*Field{}
	for i := range w.fields {
		byName[w.fields[i].Name] = &w.fields[i]
	}
	for _, a := range p.Agreed {
		f := byName[a.Field]
		f.Desk.Base, f.Desk.HasBase, f.Salesforce.Base, f.Salesforce.HasBase = a.Desk, true, a.Salesforce, true
	}
	for i, x := range p.Writes {
		if !landed(i) {
			continue
		}
		f := byName[x.Field]
		target, source := &f.Desk, &f.Salesforce
		if x.Side == models.Salesforce {
			target, source = source, target
		}
		target.Now = x.Value
		if recorded(i) {
			target.Base, target.HasBase, source.Base, source.HasBase = x.Value, true, x.Source, true
		}
	}
}

func always(int) bool { return true }

func (w world) settled(t *rapid.T) {
	for _, f := range w.fields {
		flow := flowOf(&Input{Direction: w.dir}, &f)
		mayDiffer := flow == (flows{}) || (flow.oneWay() && f.cell(flow.only().Other()).Now.IsBlank()) // a blank source erases nothing
		if f.Desk.Now != f.Salesforce.Now && !mayDiffer {
			t.Fatalf("%s (%s) differs: Desk %q, Salesforce %q", f.Name, f.Rule, f.Desk.Now, f.Salesforce.Now)
		}
	}
	if p := Reconcile(w.input()); len(p.Writes)+len(p.Conflicts)+len(p.Problems) > 0 {
		t.Fatalf("the next pass is not quiet: %s", brief(p))
	}
}

func TestLawSymmetrySwappingTheSidesSwapsThePlan(t *testing.T) {
	swapRule := map[models.FieldRule]models.FieldRule{models.RuleTwoWay: models.RuleTwoWay, models.RulePreferSalesforce: models.RulePreferDesk,
		models.RulePreferDesk: models.RulePreferSalesforce, models.RuleSalesforceToDesk: models.RuleDeskToSalesforce, models.RuleDeskToSalesforce: models.RuleSalesforceToDesk}
	swapPolicy := map[models.ConflictPolicy]models.ConflictPolicy{models.LatestWins: models.LatestWins, models.SalesforceWins: models.DeskWins, models.DeskWins: models.SalesforceWins}
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		w.dir, w.desk, w.sf = models.TwoWay, early, late // a tie is Salesforce's by rule: it has no mirror image
		if rapid.Bool().Draw(t, "deskLater") {
			w.desk, w.sf = late, early
		}
		m := w
		m.fields, m.desk, m.sf, m.policy = nil, w.sf, w.desk, swapPolicy[w.policy]
		for i := range w.fields {
			if w.fields[i].Rule == models.RulePreferSalesforceUnlessBlank {
				w.fields[i].Rule = models.RuleTwoWay // it has no mirror image either
			}
			f := w.fields[i]
			f.Rule, f.Desk, f.Salesforce = swapRule[f.Rule], f.Salesforce, f.Desk
			m.fields = append(m.fields, f)
		}
		got := Reconcile(m.input())
		for i := range got.Writes {
			got.Writes[i].Side, got.Writes[i].Rule = got.Writes[i].Side.Other(), swapRule[got.Writes[i].Rule]
		}
		for i := range got.Agreed {
			got.Agreed[i].Desk, got.Agreed[i].Salesforce = got.Agreed[i].Salesforce, got.Agreed[i].Desk
		}
		for i, c := range got.Conflicts {
			got.Conflicts[i].Desk, got.Conflicts[i].Salesforce, got.Conflicts[i].Winner = c.Salesforce, c.Desk, c.Winner.Other()
		}
		if diff := cmp.Diff(Reconcile(w.input()), got, valuesEqual); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestLawConvergenceAndSettledAfterThePlanBothSidesAgreeAndTheNextPassIsQuiet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		w.land(Reconcile(w.input()), always, always)
		w.settled(t)
	})
}

func TestLawNoSilentLossEachEditSurvivesOrStandsInAConflict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		before := w.input()
		p := Reconcile(before)
		w.land(p, always, always)
		lost := map[string]Conflict{}
		for _, c := range p.Conflicts {
			lost[c.Field] = c
		}
		for i, f := range before.Fields {
			for _, side := range models.Sides {
				now, after := f.cell(side), w.fields[i].cell(side).Now
				if (now.HasBase && !now.edited()) || (!now.HasBase && now.Now.IsBlank()) || after == now.Now {
					continue // no edit, or it is still there
				}
				c, kept := lost[f.Name]
				if !kept || (side == models.Desk && c.Desk != now.Now) || (side == models.Salesforce && c.Salesforce != now.Now) {
					// A base on one side alone is no agreement; then blank is nothing that could be lost.
					if !f.paired() && now.Now.IsBlank() {
						continue
					}
					t.Fatalf("the %s edit %q of %s is gone: %s", side, now.Now, f.Name, brief(p))
				}
			}
		}
	})
}

func TestLawInterruptionAnyPartMayBeLostAndTheNextPassConverges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		pick := rapid.Bool()
		for range 3 {
			p := Reconcile(w.input())
			landed := map[int]bool{}
			w.land(p, func(i int) bool { landed[i] = pick.Draw(t, "landed"); return landed[i] }, func(int) bool { return pick.Draw(t, "recorded") })
		}
		w.land(Reconcile(w.input()), always, always)
		w.settled(t)
	})
}
