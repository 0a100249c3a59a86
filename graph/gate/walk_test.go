package gate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/models"
)

func TestAnOperationIsJudgedFieldByField(t *testing.T) {
	g := smallGate(t)
	noNotes := agent(models.CanNotes)
	with := func(mode models.DenyMode) *models.Viewer {
		v := *noNotes
		v.DenyMode = mode
		return &v
	}
	note, secret := Denied{Field: "Thing.note", Needs: "NOTES"}, Denied{Field: "Query.secret", Needs: "NOTES"}
	for _, c := range []struct {
		name, query string
		viewer      *models.Viewer
		denied      []Denied
		code        models.Code
	}{
		{"all is open", `{me{id note} secret{id}}`, agent(0), nil, ""},
		{"a closed field", `{me{id note}}`, noNotes, []Denied{note}, ""},
		{"a closed field is listed once, in the order of the document", `{secret{id} me{note self{note}} s:secret{id}}`, noNotes, []Denied{secret, note}, ""},
		{"below a closed field nothing is looked at", `{secret{note}}`, noNotes, []Denied{secret}, ""},
		{"a scope is named", `{adminOnly{id}}`, agent(0), []Denied{{Field: "Query.adminOnly", Needs: "ADMIN"}}, ""},
		{"an agent's own", `{agentsOnly{id}}`, agent(0), nil, ""},
		{"an agent's own is an admin's too", `{agentsOnly{id}}`, admin(), nil, ""},
		{"an agent's own is no dashboard's", `{agentsOnly{id}}`, &models.Viewer{Scope: models.ScopeDashboard, Access: models.FullAccess}, []Denied{{Field: "Query.agentsOnly", Needs: "AGENT"}}, ""},
		{"an admin's own", `{adminOnly{id}}`, admin(), nil, ""},
		{"error mode still runs", `{me{note}}`, with(models.DenyError), []Denied{note}, ""},
		{"reject mode refuses all", `{me{id note}}`, with(models.DenyReject), nil, models.CodeForbidden},
		{"reject mode with nothing denied", `{me{id}}`, with(models.DenyReject), nil, ""},
		{"a closed mutation does not run in part", `mutation{change{id} note{id}}`, noNotes, nil, models.CodeForbidden},
		{"an open mutation answers without what is closed", `mutation{change{id note}}`, noNotes, []Denied{note}, ""},
		{"a closed subscription does not begin", `subscription{noted{id}}`, noNotes, nil, models.CodeForbidden},
		{"an open subscription answers without what is closed", `subscription{changed{note}}`, noNotes, []Denied{note}, ""},
		{"a closed query field does not refuse the rest", `{secret{id} me{id}}`, noNotes, []Denied{secret}, ""},
		{"a dashboard changes nothing, though the field is open", `mutation{change{id}}`, &models.Viewer{Scope: models.ScopeDashboard, Access: models.FullAccess}, nil, models.CodeForbidden},
		{"an inline fragment", `{me{...{note}}}`, noNotes, []Denied{note}, ""},
		{"a fragment", `{me{...F}} fragment F on Thing{note}`, noNotes, []Denied{note}, ""},
		{"a fragment on the interface keeps the concrete type", `{me{...on Node{label}}}`, agent(models.CanOpportunities), []Denied{{Field: "Thing.label", Needs: "OPPORTUNITIES"}}, ""},
		{"a fragment on the concrete type of an interface", `{node{...on Thing{note}}}`, noNotes, []Denied{note}, ""},
		{"a field of the interface itself is judged where it is resolved", `{node{label}}`, agent(models.CanOpportunities), nil, ""},
		{"a fragment on a type of a union", `{either{...on Thing{note} ...on Note{title}}}`, noNotes, []Denied{note, {Field: "Note.title", Needs: "NOTES"}}, ""},
		{"skipped", `{me{id note @skip(if:true)}}`, noNotes, nil, ""},
		{"not skipped", `{me{note @skip(if:false)}}`, noNotes, []Denied{note}, ""},
		{"included", `{me{note @include(if:true)}}`, noNotes, []Denied{note}, ""},
		{"not included", `{me{id note @include(if:false)}}`, noNotes, nil, ""},
		{"a skipped inline fragment", `{me{id ...@skip(if:true){note}}}`, noNotes, nil, ""},
		{"a skipped fragment", `{me{id ...F @include(if:false)}} fragment F on Thing{note}`, noNotes, nil, ""},
		{"included and skipped", `{me{id note @include(if:true) @skip(if:true)}}`, noNotes, nil, ""},
		{"the name of a type", `{__typename me{__typename}}`, noNotes, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := g.Judge(c.viewer, operation(t, g, c.query, nil))
			if code(err) != c.code {
				t.Errorf("refused with %q (%v), want %q", code(err), err, c.code)
			}
			if diff := cmp.Diff(c.denied, list); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARefusalNamesTheFieldAndItsNeed(t *testing.T) {
	g := smallGate(t)
	_, err := g.Judge(agent(models.CanNotes), operation(t, g, `mutation{note{id}}`, nil))
	want := map[string]any{"code": "FORBIDDEN", "field": "Mutation.note", "needs": "NOTES"}
	if err == nil || err.Message != "Mutation.note is not open to you" || !cmp.Equal(want, err.Extensions) {
		t.Errorf("%+v", err)
	}
}

func TestAVariableDecidesWhatIsIncluded(t *testing.T) {
	g := smallGate(t)
	for on, want := range map[bool]int{true: 1, false: 0} {
		list, err := g.Judge(agent(models.CanNotes), operation(t, g, `query($v:Boolean!){me{id note @include(if:$v)}}`, map[string]any{"v": on}))
		if err != nil || len(list) != want {
			t.Errorf("included %t: %v (%v)", on, list, err)
		}
	}
}

func TestEveryLimitHoldsToTheLastOne(t *testing.T) {
	g := smallGate(t)
	repeat := func(n int, one string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(one, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	nested := func(levels int, inner string) string {
		return "{me" + strings.Repeat("{self", levels-2) + "{" + inner + strings.Repeat("}", levels-1) + "}"
	}
	for _, c := range []struct {
		name, within, beyond string
	}{
		{"depth", nested(maxDepth, "id"), nested(maxDepth+1, "id")},
		{"depth by inline fragments", "{me" + strings.Repeat("{...", maxDepth-2) + "{id" + strings.Repeat("}", maxDepth), "{me" + strings.Repeat("{...", maxDepth-1) + "{id" + strings.Repeat("}", maxDepth+1)},
		{"depth by fragments", nested(maxDepth-1, "...F") + "fragment F on Thing{id}", nested(maxDepth, "...F") + "fragment F on Thing{id}"},
		{"aliases", "{" + repeat(maxAliases, "a#:me{id}") + "}", "{" + repeat(maxAliases+1, "a#:me{id}") + "}"},
		{"directives", "{me{" + repeat(MaxDirectives, "id @include(if:true) ") + "}}", "{me{" + repeat(MaxDirectives+1, "id @include(if:true) ") + "}}"},
		{"fragments", "{me{" + repeat(maxSpreads, "...F ") + "}} fragment F on Thing{id}", "{me{" + repeat(maxSpreads+1, "...F ") + "}} fragment F on Thing{id}"},
		{"inline fragments", "{me{" + repeat(maxSpreads, "...{id} ") + "}}", "{me{" + repeat(maxSpreads+1, "...{id} ") + "}}"},
		{"cost to the last one", "{things(first:200){" + strings.Repeat("id ", 149) + "} x:things(first:99){id note}}", "{things(first:200){" + strings.Repeat("id ", 149) + "} x:things(first:100){id note}}"},
		// 1 + 200×149 = 29,801; with 150 fields 30,001; 1 + 99×2 = 199 is what is left until
		// 30,000.
		{"cost", "{things(first:200){" + strings.Repeat("id ", 149) + "}}", "{things(first:200){" + strings.Repeat("id ", 150) + "}}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := g.Judge(agent(0), operation(t, g, c.within, nil)); err != nil {
				t.Errorf("within the limit: %v", err)
			}
			if list, err := g.Judge(agent(0), operation(t, g, c.beyond, nil)); code(err) != models.CodeTooComplex || list != nil {
				t.Errorf("beyond the limit: %v %v", list, err)
			}
		})
	}
}

func TestAnOperationCostsWhatItsRowsAndFieldsCost(t *testing.T) {
	g := smallGate(t)
	for _, c := range []struct {
		query     string
		variables map[string]any
		want      int
	}{
		{`{me{id}}`, nil, 2},
		{`{me{id note self{id}}}`, nil, 5},
		{`{__typename}`, nil, 0},
		{`{things{id}}`, nil, 1 + 20},
		{`{things(first:7){id}}`, nil, 1 + 7},
		{`{things(last:7){id note}}`, nil, 1 + 7*2},
		{`{things(first:3){list(last:5){id note}}}`, nil, 1 + 3*(1+5*2)},
		{`{things(first:0){id}}`, nil, 1 + 1},
		{`{things(first:200){id}}`, nil, 1 + 200},
		{`{things(first:null){id}}`, nil, 1 + 20},
		{`{things(first:null,last:7){id}}`, nil, 1 + 7},
		{`{things(first:3,last:4){id}}`, nil, 1 + 4},
		{`{plain(first:"9"){id}}`, nil, -1},
		{`query($n:Int){things(first:$n){id}}`, map[string]any{"n": json.Number("9")}, 1 + 9},
		{`query($n:Int){things(first:$n){id}}`, map[string]any{"n": 9}, 1 + 9},
		{`query($n:Int){things(first:$n){id}}`, map[string]any{"n": nil}, 1 + 20},
		{`query($n:Int){things(first:$n){id}}`, nil, 1 + 20},
		{`{me{...{id} ...F}} fragment F on Thing{id note}`, nil, 4},
		{`{secret{id}}`, nil, 2},
		{`{either{...on Thing{id}}}`, nil, 2},
	} {
		t.Run(c.query, func(t *testing.T) {
			rc := operation(t, g, c.query, c.variables)
			w := &walk{gate: g, view: g.View(agent(0)), vars: rc.Variables, seen: map[string]bool{}, cursors: map[string]bool{}, texts: map[string]bool{}}
			got := w.selection(rc.Operation.SelectionSet, g.schema.Query, 1)
			if c.want < 0 {
				if w.err == nil {
					t.Errorf("costs %d, want a refusal", got)
				}
				return
			}
			if got != c.want || w.err != nil {
				t.Errorf("costs %d (%v), want %d", got, w.err, c.want)
			}
		})
	}
	rc := operation(t, g, `{secret{id} me{id}}`, nil)
	w := &walk{gate: g, view: g.View(agent(models.CanNotes)), vars: rc.Variables, seen: map[string]bool{}, cursors: map[string]bool{}, texts: map[string]bool{}}
	if got := w.selection(rc.Operation.SelectionSet, g.schema.Query, 1); got != 2 {
		t.Errorf("what is denied costs %d", got-2)
	}
}

func TestAPageLiesBetweenNothingAndTwoHundredRows(t *testing.T) {
	g := smallGate(t)
	for _, c := range []struct {
		query     string
		variables map[string]any
		want      models.Code
	}{
		{`{things(first:0){id}}`, nil, ""},
		{`{things(first:200){id}}`, nil, ""},
		{`{things(first:201){id}}`, nil, models.CodeBadUserInput},
		{`{things(last:201){id}}`, nil, models.CodeBadUserInput},
		{`{things(first:-1){id}}`, nil, models.CodeBadUserInput},
		{`{me{list(first:-1){id}}}`, nil, models.CodeBadUserInput},
		{`query($n:Int){things(first:$n){id}}`, map[string]any{"n": json.Number("201")}, models.CodeBadUserInput},
		{`query($n:Int){things(last:$n){id}}`, map[string]any{"n": json.Number("-1")}, models.CodeBadUserInput},
	} {
		if _, err := g.Judge(agent(0), operation(t, g, c.query, c.variables)); code(err) != c.want {
			t.Errorf("%s %v: %v", c.query, c.variables, err)
		}
	}
	for v, want := range map[any]bool{int64(3): true, 3: true, 3.0: true, 3.5: false, json.Number("3"): true, json.Number("3.5"): false, "3": false} {
		if n, ok := whole(v); ok != want || (ok && n != 3) {
			t.Errorf("%T %v is %d, %t", v, v, n, ok)
		}
	}
}

func TestWhatTheSchemaCostsToDescribeIsBounded(t *testing.T) {
	g := smallGate(t)
	const usual = `{__schema{types{name fields{name args{name type{name ofType{name}}} type{name ofType{name}}} inputFields{name} enumValues{name} possibleTypes{name}}}}`
	if list, err := g.Judge(agent(0), operation(t, g, usual, nil)); err != nil || list != nil {
		t.Errorf("what tools ask for: %v %v", list, err)
	}
	var many strings.Builder
	for i := range 14 { // each costs 22,101
		fmt.Fprintf(&many, "a%d:types{fields{type{fields{type{name}}}}} ", i)
	}
	if _, err := g.Judge(agent(0), operation(t, g, "{__schema{"+many.String()+"}}", nil)); code(err) != models.CodeTooComplex {
		t.Errorf("the schema many times over: %v", err)
	}
	deep := `{__type(name:"Thing"){fields{type` + strings.Repeat("{ofType", 14) + "{name}" + strings.Repeat("}", 14) + `}}}`
	if _, err := g.Judge(agent(0), operation(t, g, deep, nil)); err != nil {
		t.Errorf("types of types are nested: %v", err)
	}
	rc := operation(t, g, `{__schema{types{name}} me{id}}`, nil)
	w := &walk{gate: g, view: g.View(agent(0)), seen: map[string]bool{}, cursors: map[string]bool{}, texts: map[string]bool{}}
	if got := w.selection(rc.Operation.SelectionSet, g.schema.Query, 1); got != maxCost/4+2 {
		t.Errorf("costs %d", got)
	}
	// 100 types of 10 fields each, and a row of its own for each other list.
	rc = operation(t, g, `{__schema{types{name fields{name}} queryType{name}}}`, nil)
	schema := rc.Operation.SelectionSet[0].(*ast.Field)
	if got := w.selection(schema.SelectionSet, g.schema.Types["__Schema"], 2); got != 1+100*(1+1+10)+1+1 {
		t.Errorf("the description costs %d", got)
	}
}

func TestAnEnumInAVariableIsTakenInItsOwnCaseAlone(t *testing.T) {
	g := smallGate(t)
	for _, c := range []struct {
		query string
		vars  map[string]any
		want  string // the message; "" for none
	}{
		{`query($o:Order){things(order:$o){id}}`, map[string]any{"o": "NAME"}, ""},
		{`query($o:Order){things(order:$o){id}}`, map[string]any{"o": "name"}, "name is not a valid Order"},
		{`query($o:Order){things(order:$o){id}}`, map[string]any{"o": nil}, ""},
		{`query($o:Order){things(order:$o){id}}`, nil, ""},
		{`query($o:[Order!]){things(orders:$o){id}}`, map[string]any{"o": []any{"NAME", "Name"}}, "Name is not a valid Order"},
		{`query($o:[Order!]){things(orders:$o){id}}`, map[string]any{"o": "Name"}, "Name is not a valid Order"},
		{`query($f:Filter){things(filter:$f){id}}`, map[string]any{"f": map[string]any{"order": "nAme"}}, "nAme is not a valid Order"},
		{`query($f:Filter){things(filter:$f){id}}`, map[string]any{"f": map[string]any{"name": "name"}}, ""},
		{`query($f:[Filter!]){things(filters:$f){id}}`, map[string]any{"f": []map[string]any{{"and": []any{map[string]any{"order": "x"}}}}}, "x is not a valid Order"},
		{`query($f:Filter){things(filter:$f){id}}`, map[string]any{"f": map[string]any{"unheardOf": "x"}}, ""},
	} {
		rc := operation(t, g, c.query, nil)
		rc.Variables = c.vars
		err := misspelledEnum(g.schema, rc)
		got := ""
		if err != nil {
			got = err.Message
		}
		if got != c.want {
			t.Errorf("%s %v: %q, want %q", c.query, c.vars, got, c.want)
		}
		if _, judged := g.Judge(agent(0), rc); (judged != nil) != (c.want != "") {
			t.Errorf("%s %v is judged %v", c.query, c.vars, judged)
		}
	}
}

func TestNobodyAndAViewerWhoIsOutOfPaceAreRefused(t *testing.T) {
	g := smallGate(t)
	if err := g.MutateOperationContext(context.Background(), operation(t, g, `{me{id}}`, nil)); code(err) != models.CodeUnauthenticated {
		t.Errorf("nobody: %v", err)
	}
	ctx := WithPace(WithViewer(context.Background(), agent(0)))
	checked := 0
	g.Recheck = func(_ context.Context, v *models.Viewer) (*models.Viewer, *gqlerror.Error) {
		checked++
		return v, nil
	}
	for i := range socketBurst {
		if err := g.MutateOperationContext(ctx, operation(t, g, `{me{id}}`, nil)); err != nil {
			t.Fatalf("operation %d: %v", i, err)
		}
	}
	refusedOnce := false
	for range socketBurst { // far more than a connection may ask for in the time that this takes
		refusedOnce = refusedOnce || code(g.MutateOperationContext(ctx, operation(t, g, `{me{id}}`, nil))) == models.CodeRateLimited
	}
	if !refusedOnce || checked < socketBurst {
		t.Errorf("refused: %t, checked %d times", refusedOnce, checked)
	}
}

func TestAConnectionThatLastsIsJudgedByItsPresentAccess(t *testing.T) {
	g := smallGate(t)
	ctx := WithPace(WithViewer(context.Background(), agent(0)))
	g.Recheck = func(context.Context, *models.Viewer) (*models.Viewer, *gqlerror.Error) {
		return agent(models.CanNotes), nil
	}
	rc := operation(t, g, `{secret{id}}`, nil)
	if err := g.MutateOperationContext(ctx, rc); err != nil {
		t.Fatal(err)
	}
	if list, _ := rc.Stats.GetExtension(walkKey).([]Denied); len(list) != 1 || ViewerFrom(ctx).Access.Notes() {
		t.Errorf("%v, and notes are open: %t", list, ViewerFrom(ctx).Access.Notes())
	}
	g.Recheck = func(context.Context, *models.Viewer) (*models.Viewer, *gqlerror.Error) {
		return nil, Refusal(models.CodeForbidden, "revoked")
	}
	if err := g.MutateOperationContext(ctx, rc); code(err) != models.CodeForbidden {
		t.Errorf("a revoked token: %v", err)
	}
}

func TestAnAnswerListsWhatWasDenied(t *testing.T) {
	g := smallGate(t)
	noNotes := agent(models.CanNotes)
	answer := func(viewer *models.Viewer, query string, res *graphql.Response) (*graphql.Response, *graphql.OperationContext) {
		rc := operation(t, g, query, nil)
		ctx := WithViewer(context.Background(), noNotes)
		if err := g.MutateOperationContext(ctx, rc); err != nil {
			t.Fatal(err)
		}
		Renew(ctx, viewer)
		return g.InterceptResponse(graphql.WithOperationContext(ctx, rc), func(context.Context) *graphql.Response { return res }), rc
	}
	got, _ := answer(noNotes, `{me{id note}}`, &graphql.Response{})
	if diff := cmp.Diff(map[string]any{"accessDenied": []Denied{{Field: "Thing.note", Needs: "NOTES"}}}, got.Extensions); diff != "" {
		t.Error(diff)
	}
	got, _ = answer(noNotes, `{me{note}}`, &graphql.Response{Extensions: map[string]any{"other": 1}})
	if len(got.Extensions) != 2 {
		t.Errorf("%v", got.Extensions)
	}
	if got, _ = answer(noNotes, `{me{id}}`, &graphql.Response{}); got.Extensions != nil {
		t.Errorf("nothing was denied: %v", got.Extensions)
	}
	if got, _ = answer(noNotes, `{me{id}}`, nil); got != nil {
		t.Errorf("no answer is %v", got)
	}
	// A query that has begun keeps its list; each event of a subscription is judged by the access
	// of now.
	if got, _ = answer(agent(0), `{me{note}}`, &graphql.Response{}); len(got.Extensions) != 1 {
		t.Errorf("%v", got.Extensions)
	}
	if got, _ = answer(agent(0), `subscription{changed{note}}`, &graphql.Response{}); got.Extensions != nil {
		t.Errorf("opened meanwhile: %v", got.Extensions)
	}
	if got, _ = answer(agent(models.CanNotes|models.CanOpportunities), `subscription{changed{label}}`, &graphql.Response{}); len(got.Extensions) != 1 {
		t.Errorf("closed meanwhile: %v", got.Extensions)
	}
	if res := g.InterceptResponse(context.Background(), func(context.Context) *graphql.Response { return &graphql.Response{} }); res == nil || res.Extensions != nil {
		t.Errorf("outside of an operation: %v", res)
	}
	if res := g.InterceptResponse(graphql.WithOperationContext(context.Background(), &graphql.OperationContext{}), func(context.Context) *graphql.Response { return &graphql.Response{} }); res.Extensions != nil {
		t.Errorf("before an operation was found: %v", res)
	}
}

func TestNoResolverOfADeniedFieldRuns(t *testing.T) {
	g := smallGate(t)
	loud := agent(models.CanNotes)
	loud.DenyMode = models.DenyError
	ran := errorString("ran")
	ask := func(ctx context.Context, object, field string) (any, error) {
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: object, Field: graphql.CollectedField{Field: &ast.Field{Name: field}}})
		return g.Around(ctx, func(context.Context) (any, error) { return nil, ran })
	}
	quiet := WithViewer(context.Background(), agent(models.CanNotes))
	for _, c := range []struct {
		object, field string
		want          error
	}{
		{"Thing", "id", ran}, {"Thing", "note", nil}, {"Query", "adminOnly", nil}, {"Thing", "unheardOf", nil}, {"Thing", "__typename", ran}, {"__Type", "name", ran}, {"__Type", "__typename", ran},
	} {
		if _, err := ask(quiet, c.object, c.field); !errors.Is(err, c.want) {
			t.Errorf("%s.%s: %v, want %v", c.object, c.field, err, c.want)
		}
	}
	if _, err := ask(context.Background(), "Thing", "id"); err != nil {
		t.Errorf("nobody's resolver: %v", err)
	}
	// In error mode each field is an error once, however many rows it has.
	var errs []error
	ctx := WithViewer(context.Background(), loud)
	g.InterceptResponse(ctx, func(ctx context.Context) *graphql.Response {
		for _, field := range []string{"note", "note", "id"} {
			_, err := ask(ctx, "Thing", field)
			errs = append(errs, err)
		}
		_, err := ask(ctx, "Query", "secret")
		errs = append(errs, err)
		return nil
	})
	if models.CodeOf(errs[0]) != models.CodeForbidden || errs[1] != nil || !errors.Is(errs[2], ran) || models.CodeOf(errs[3]) != models.CodeForbidden {
		t.Errorf("%v", errs)
	}
	if _, err := ask(ctx, "Thing", "note"); models.CodeOf(err) != models.CodeForbidden {
		t.Errorf("outside of an answer: %v", err)
	}
}

type errorString string

func (e errorString) Error() string { return string(e) }
