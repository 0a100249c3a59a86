package reconcile

import (
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sidelight/models"
)

// checks sets how many cases rapid tries, unless the command line says it.
func checks(t *testing.T, n int) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	set := func(v string) {
		if err := f.Value.Set(v); err != nil {
			t.Fatal(err)
		}
	}
	set(strconv.Itoa(n))
	t.Cleanup(func() { set(f.DefValue) })
}

const cases = 5_000

// world is one pair as a property test moves it.
type world struct {
	fields []Field
	// narrow fields hold two characters in Desk: a longer value of Salesforce's cannot be carried
	// over.
	narrow map[string]bool
	policy models.ConflictPolicy
	dir    models.SyncDirection
	desk   time.Time
	sf     time.Time
}

var rules = []models.FieldRule{models.RuleTwoWay, models.RulePreferSalesforce, models.RulePreferSalesforceUnlessBlank, models.RulePreferDesk,
	models.RuleSalesforceToDesk, models.RuleDeskToSalesforce, models.RuleOff}

func genWorld(t *rapid.T) world {
	value := rapid.SampledFrom([]string{"", "a", "b", "c", "Ä", "long"})
	base := rapid.SampledFrom([]string{"-", "", "a", "b"})
	at := rapid.SampledFrom([]time.Time{{}, early, late})
	w := world{
		narrow: map[string]bool{},
		policy: rapid.SampledFrom([]models.ConflictPolicy{models.LatestWins, models.SalesforceWins, models.DeskWins}).Draw(t, "policy"),
		dir:    rapid.SampledFrom([]models.SyncDirection{models.TwoWay, models.SalesforceToDesk}).Draw(t, "direction"),
		desk:   at.Draw(t, "deskAt"), sf: at.Draw(t, "salesforceAt"),
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "fields") {
		f := same(rapid.SampledFrom(rules).Draw(t, "rule"), base.Draw(t, "base"), value.Draw(t, "desk"), value.Draw(t, "salesforce"))
		f.Name = string(rune('A' + i))
		f.DeskWritable = rapid.IntRange(0, 9).Draw(t, "deskReadOnly") > 0
		f.SalesforceWritable = rapid.IntRange(0, 9).Draw(t, "salesforceReadOnly") > 0
		if rapid.IntRange(0, 4).Draw(t, "narrow") == 0 {
			w.narrow[f.Name] = true
			for _, c := range []*models.Value{&f.Desk.Now, &f.Desk.Base} { // Desk never held more
				if len(c.String()) > 2 {
					*c = models.Text("a")
				}
			}
		}
		w.fields = append(w.fields, f)
	}
	return w
}

func (w world) input() Input {
	fields := make([]Field, len(w.fields))
	for i, f := range w.fields {
		f.ToDesk, f.ToSalesforce = Converted{Value: f.Salesforce.Now}, Converted{Value: f.Desk.Now}
		if w.narrow[f.Name] && len(f.Salesforce.Now.String()) > 2 {
			f.ToDesk = Converted{Err: models.Errorf(models.CodeValueTooLong, "too long")}
		}
		fields[i] = f
	}
	return Input{Fields: fields, Policy: w.policy, Direction: w.dir, DeskAt: w.desk, SalesforceAt: w.sf}
}

// land applies the plan: landed says which writes reached their side, recorded which of them were
// noted as base, agreed which agreements were.
func (w *world) land(p Plan, landed, recorded, agreed func(i int) bool) {
	byName := map[string]*Field{}
	for i := range w.fields {
		byName[w.fields[i].Name] = &w.fields[i]
	}
	for i, a := range p.Agreed {
		if f := byName[a.Field]; agreed(i) {
			f.Desk.Base, f.Desk.HasBase, f.Salesforce.Base, f.Salesforce.HasBase = a.Desk, true, a.Salesforce, true
		}
	}
	for i, seen := range p.Seen {
		if c, other := &byName[seen.Field].Desk, &byName[seen.Field].Salesforce; agreed(i) {
			if seen.Side == models.Salesforce {
				c, other = other, c
			}
			c.Base, c.HasBase, other.Base, other.HasBase = seen.Value, true, models.Blank, false
		}
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

// settled holds law 5 and what convergence means: both sides agree where mapped, the next pass is
// quiet, and base equals both sides.
func (w world) settled(t *rapid.T) {
	t.Helper()
	failed := map[string]bool{}
	for _, q := range Reconcile(w.input()).Problems {
		failed[q.Field] = true
	}
	for _, f := range w.fields {
		flow := flowOf(&Input{Direction: w.dir}, &f)
		// A blank source erases nothing.
		left := f.Rule == models.RuleOff || flow == (flows{}) || failed[f.Name] || (flow.oneWay() && !f.paired() && f.cell(flow.only().Other()).Now.IsBlank())
		if left {
			continue
		}
		if f.Desk.Now != f.Salesforce.Now {
			t.Fatalf("%s (%s) differs: Desk %q, Salesforce %q", f.Name, f.Rule, f.Desk.Now, f.Salesforce.Now)
		}
		if f.Desk.edited() || f.Salesforce.edited() || !f.paired() {
			t.Fatalf("%s (%s) is agreed on, and its base is not what both sides hold", f.Name, f.Rule)
		}
	}
	if p := Reconcile(w.input()); len(p.Writes)+len(p.Conflicts) > 0 {
		t.Fatalf("the next pass is not quiet: %s", brief(p))
	}
}

// pass plans and lands everything.
func (w *world) pass() Plan {
	p := Reconcile(w.input())
	w.land(p, always, always, always)
	return p
}

func TestLawSymmetrySwappingTheSidesSwapsThePlan(t *testing.T) {
	checks(t, cases)
	swapRule := map[models.FieldRule]models.FieldRule{models.RuleTwoWay: models.RuleTwoWay, models.RulePreferSalesforce: models.RulePreferDesk, models.RuleOff: models.RuleOff,
		models.RulePreferDesk: models.RulePreferSalesforce, models.RuleSalesforceToDesk: models.RuleDeskToSalesforce, models.RuleDeskToSalesforce: models.RuleSalesforceToDesk}
	swapPolicy := map[models.ConflictPolicy]models.ConflictPolicy{models.LatestWins: models.LatestWins, models.SalesforceWins: models.DeskWins, models.DeskWins: models.SalesforceWins}
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		// A tie is Salesforce's by rule: it has no mirror image.
		w.dir, w.desk, w.sf = models.TwoWay, early, late
		if rapid.Bool().Draw(t, "deskLater") {
			w.desk, w.sf = late, early
		}
		for i := range w.fields {
			if w.fields[i].Rule == models.RulePreferSalesforceUnlessBlank {
				w.fields[i].Rule = models.RuleTwoWay // it has no mirror image either
			}
		}
		in := w.input()
		mirrored := Input{Direction: in.Direction, Policy: swapPolicy[in.Policy], DeskAt: in.SalesforceAt, SalesforceAt: in.DeskAt}
		for _, f := range in.Fields {
			f.Rule, f.Desk, f.Salesforce, f.ToDesk, f.ToSalesforce = swapRule[f.Rule], f.Salesforce, f.Desk, f.ToSalesforce, f.ToDesk
			f.DeskWritable, f.SalesforceWritable = f.SalesforceWritable, f.DeskWritable
			mirrored.Fields = append(mirrored.Fields, f)
		}
		got := Reconcile(mirrored)
		for i := range got.Writes {
			got.Writes[i].Side, got.Writes[i].Rule = got.Writes[i].Side.Other(), swapRule[got.Writes[i].Rule]
		}
		for i := range got.Agreed {
			got.Agreed[i].Desk, got.Agreed[i].Salesforce = got.Agreed[i].Salesforce, got.Agreed[i].Desk
		}
		for i, c := range got.Conflicts {
			got.Conflicts[i].Base, got.Conflicts[i].Desk, got.Conflicts[i].Salesforce, got.Conflicts[i].Winner = fieldNamed(in, c.Field).Salesforce.Base, c.Salesforce, c.Desk, c.Winner.Other()
		}
		for i := range got.Seen {
			got.Seen[i].Side = got.Seen[i].Side.Other()
		}
		for i := range got.Problems {
			got.Problems[i].Target = got.Problems[i].Target.Other()
		}
		if diff := cmp.Diff(Reconcile(in), got, valuesEqual); diff != "" {
			t.Fatal(diff)
		}
	})
}

func fieldNamed(in Input, name string) Field {
	for _, f := range in.Fields {
		if f.Name == name {
			return f
		}
	}
	return Field{}
}

func TestLawConvergenceAndSettledAfterThePlanBothSidesAgreeAndTheNextPassIsQuiet(t *testing.T) {
	checks(t, cases)
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		w.pass()
		w.pass() // records what is agreed now
		w.settled(t)
	})
}

func TestLawNoSilentLossEachEditSurvivesOrStandsInAConflict(t *testing.T) {
	checks(t, cases)
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		before := w.input()
		p := w.pass()
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
					t.Fatalf("the %s edit %q of %s is gone: %s", side, now.Now, f.Name, brief(p))
				}
			}
		}
	})
}

func TestLawInterruptionAnyPartMayBeLostAndTheNextPassConverges(t *testing.T) {
	checks(t, cases)
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		w.interrupted(t, Reconcile(w.input()))
		w.interrupted(t, Reconcile(w.input()))
		w.pass()
		w.pass()
		w.settled(t)
	})
}

// interrupted lands a drawn part of the plan, and records a part of that.
func (w *world) interrupted(t *rapid.T, p Plan) {
	pick := rapid.Bool()
	w.land(p, func(int) bool { return pick.Draw(t, "landed") }, func(int) bool { return pick.Draw(t, "recorded") }, func(int) bool { return pick.Draw(t, "agreed") })
}

// The laws together: edits on both sides, passes that are interrupted anywhere, rules and direction
// that change meanwhile. Each value that a user gave a field is there in the end, or was seen by a
// user who replaced it, or stands in a conflict.
func TestLawsHoldTogetherOverAnyHistory(t *testing.T) {
	checks(t, cases)
	rapid.Check(t, func(t *rapid.T) {
		w := genWorld(t)
		for i := range w.fields { // a new pair: nothing was agreed on
			f := &w.fields[i]
			f.Desk = Cell{Now: rapid.SampledFrom([]models.Value{models.Blank, models.Text("d" + f.Name)}).Draw(t, "desk")}
			f.Salesforce = Cell{Now: rapid.SampledFrom([]models.Value{models.Blank, models.Text("s" + f.Name)}).Draw(t, "salesforce")}
		}
		type value struct {
			field int
			side  models.Side
			text  string
		}
		var given []value
		gone := map[string]bool{} // seen and replaced, or in a conflict
		for i, f := range w.fields {
			given = append(given, value{i, models.Desk, f.Desk.Now.String()}, value{i, models.Salesforce, f.Salesforce.Now.String()})
		}
		serial := 0
		plan := func() Plan {
			p := Reconcile(w.input())
			for _, c := range p.Conflicts {
				gone[c.Desk.String()], gone[c.Salesforce.String()] = true, true
			}
			return p
		}
		edit := func(i int, side models.Side) {
			f := &w.fields[i]
			c := &f.Desk
			if side == models.Salesforce {
				c = &f.Salesforce
			}
			serial++
			gone[c.Now.String()] = true
			c.Now = models.Text(fmt.Sprint(serial))
			if rapid.IntRange(0, 3).Draw(t, "blank") == 0 {
				c.Now = models.Blank
			}
			given = append(given, value{i, side, c.Now.String()})
			if side == models.Desk {
				w.desk = early.Add(time.Duration(serial) * time.Minute)
			} else {
				w.sf = early.Add(time.Duration(serial) * time.Minute)
			}
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			i := rapid.IntRange(0, len(w.fields)-1).Draw(t, "field")
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1:
				edit(i, models.Desk)
			case 2, 3:
				edit(i, models.Salesforce)
			case 4:
				w.fields[i].Rule = rapid.SampledFrom(rules).Draw(t, "rule")
			case 5:
				w.dir = rapid.SampledFrom([]models.SyncDirection{models.TwoWay, models.SalesforceToDesk}).Draw(t, "direction")
			case 6:
				w.interrupted(t, plan())
			}
		}
		for range 3 {
			w.land(plan(), always, always, always)
		}
		w.settled(t)
		for _, v := range given {
			f := w.fields[v.field]
			if now := f.cell(v.side).Now.String(); v.text != "" && now != v.text && !gone[v.text] {
				t.Fatalf("%q, given to %s of %s (%s), is lost: %q stands there", v.text, f.Name, v.side, f.Rule, now)
			}
		}
	})
}
