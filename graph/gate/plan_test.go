package gate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
)

// A document is judged once for each view, and every request by its own variables and viewer.
func TestAPlanThatIsKeptDecidesAsTheWalkWould(t *testing.T) {
	long := strings.Repeat("x", maxText+1)
	loud := agent(models.CanNotes)
	loud.DenyMode = models.DenyReject
	for _, c := range []struct {
		query string
		kept  bool
		asks  []map[string]any
	}{
		{`{me{id note}}`, true, []map[string]any{nil, nil}},
		{`query($n:String){me{id note} plain(name:$n){id}}`, true, []map[string]any{{"n": "a"}, {"n": long}, {"n": "b"}}},
		{`query($n:String){me{id} plain(after:$n){id}}`, true, []map[string]any{{"n": long}, nil}},
		{`{things(first:200){` + strings.Repeat("id ", 150) + `}}`, true, []map[string]any{nil, nil}},
		{`query($v:Boolean!){me{id note @include(if:$v)}}`, false, []map[string]any{{"v": true}, {"v": false}, {"v": true}}},
		{`query($v:Boolean!){me{id ...@skip(if:$v){note}}}`, false, []map[string]any{{"v": true}, {"v": false}}},
		{`query($n:Int){things(first:$n){id}}`, false, []map[string]any{{"n": json.Number("2")}, {"n": json.Number("201")}, {"n": json.Number("3")}}},
		{`query($n:Int){me{list(last:$n){id}}}`, false, []map[string]any{{"n": json.Number("2")}, {"n": json.Number("-1")}}},
		{`query($o:Order){things(order:$o){id}}`, false, []map[string]any{{"o": "NAME"}, {"o": "NOTE"}, {"o": "name"}}},
		{`query($f:Filter){things(filter:$f){id}}`, false, []map[string]any{{"f": map[string]any{"name": "x"}}, {"f": map[string]any{"note": "x"}}}},
		{`query A($n:String){plain(name:$n){id}} query B($n:Order){things(order:$n){id}}`, false, []map[string]any{{"n": "a"}, {"n": "NOTE"}}},
		{`{me{id} things(note:"x"){id}}`, true, []map[string]any{nil}},
		{`{me{id note} ` + strings.Repeat(" ", maxPlanLength) + `}`, false, []map[string]any{nil}},
	} {
		t.Run(c.query[:min(len(c.query), 80)], func(t *testing.T) {
			g := smallGate(t)
			rc := operation(t, g, c.query, c.asks[0])
			for range 2 {
				for i, vars := range c.asks {
					rc.Variables = vars
					for _, v := range []*models.Viewer{agent(0), agent(models.CanNotes), loud, agent(0, "Thing.note"), admin()} {
						list, err := g.Judge(v, rc)
						g2 := smallGate(t) // which has judged nothing
						want, wantErr := g2.Judge(v, rc)
						if diff := cmp.Diff([]any{want, wantErr}, []any{list, err}, cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })); diff != "" {
							t.Errorf("variables %d, %v: - judged anew, + by the plan: %s", i, v.Access, diff)
						}
						if kept := g.plans.find(g.View(v), rc) != nil; kept != c.kept && err == nil {
							t.Errorf("variables %d: the plan is kept: %t", i, kept)
						}
					}
				}
			}
		})
	}
}

func TestPlansAreBoundedAndForgotten(t *testing.T) {
	g := smallGate(t)
	first := operation(t, g, `{me{id note}}`, nil)
	for i := range maxPlans + 1 {
		rc := first
		if i > 0 {
			rc = operation(t, g, fmt.Sprintf(`query Q%d{me{id}}`, i), nil)
		}
		if _, err := g.Judge(agent(0), rc); err != nil {
			t.Fatal(err)
		}
	}
	if n := g.plans.kept.Len(); n != maxPlans {
		t.Errorf("%d plans are kept", n)
	}
	if g.plans.find(g.View(agent(0)), first) != nil {
		t.Error("the oldest plan is kept")
	}
	if _, err := g.Judge(agent(0), first); err != nil || g.plans.find(g.View(agent(0)), first) == nil {
		t.Errorf("the plan is not kept (%v)", err)
	}
	if g.plans.find(g.View(agent(models.CanNotes)), first) != nil {
		t.Error("another view shares the plan")
	}
	g.Forget()
	if g.plans.find(g.View(agent(0)), first) != nil {
		t.Error("what was forgotten is kept")
	}
}

func BenchmarkJudge(b *testing.B) {
	g := smallGate(b)
	query := `query($id:String){plain(name:$id){id label self{id list(first:5){id label}} list(first:5){id label self{id}}}}`
	for name, v := range map[string]*models.Viewer{"open": agent(0), "closed": agent(models.CanNotes | models.CanOpportunities)} {
		for kind, forget := range map[string]bool{"anew": true, "kept": false} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				rc := operation(b, g, query, map[string]any{"id": "x"})
				b.ReportAllocs()
				for b.Loop() {
					if forget {
						g.Forget()
					}
					if _, err := g.Judge(v, rc); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
