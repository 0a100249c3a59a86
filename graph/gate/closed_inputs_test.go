package gate

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
)

func TestAClosedInputIsFoundWhereverItIsUsed(t *testing.T) {
	g := smallGate(t)
	object := func(pairs ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	}
	for _, c := range []struct {
		name, query string
		vars        map[string]any
		want        bool
	}{
		{"nothing of it", `{things(order:NAME,filter:{name:"x"}){id}}`, nil, false},
		{"an argument", `{things(note:"x"){id}}`, nil, true},
		{"an argument that is null", `{things(note:null){id}}`, nil, true},
		{"an argument by a variable", `query($n:String){things(note:$n){id}}`, nil, true},
		{"an enum value", `{things(order:NOTE){id}}`, nil, true},
		{"an enum value in a list", `{things(orders:[NAME,NOTE]){id}}`, nil, true},
		{"a list without it", `{things(orders:[NAME,NAME]){id}}`, nil, false},
		{"an enum value in a variable", `query($o:Order){things(order:$o){id}}`, object("o", "NOTE"), true},
		{"another enum value in a variable", `query($o:Order){things(order:$o){id}}`, object("o", "NAME"), false},
		{"a variable without a value", `query($o:Order){things(order:$o){id}}`, nil, false},
		{"an enum value in a list in a variable", `query($o:[Order!]){things(orders:$o){id}}`, object("o", []any{"NAME", "NOTE"}), true},
		{"the default of a variable", `query($o:Order=NOTE){things(order:$o){id}}`, nil, true},
		{"a field of an input", `{things(filter:{note:"x"}){id}}`, nil, true},
		{"a field of an input that is null", `{things(filter:{note:null}){id}}`, nil, true},
		{"an enum value in an input", `{things(filter:{order:NOTE}){id}}`, nil, true},
		{"an input in an input", `{things(filter:{and:[{name:"x"},{and:[{note:"x"}]}]}){id}}`, nil, true},
		{"an input in an input, all open", `{things(filter:{and:[{name:"x"},{and:[{name:"NOTE"}]}]}){id}}`, nil, false},
		{"an input in a list", `{things(filters:[{name:"x"},{note:"x"}]){id}}`, nil, true},
		{"a field of an input in a variable", `query($f:Filter){things(filter:$f){id}}`, object("f", object("note", "x")), true},
		{"a field of an input that is null in a variable", `query($f:Filter){things(filter:$f){id}}`, object("f", object("note", nil)), true},
		{"an open field of an input in a variable", `query($f:Filter){things(filter:$f){id}}`, object("f", object("name", "NOTE")), false},
		{"deep in a variable", `query($f:Filter){things(filter:$f){id}}`, object("f", object("and", []any{object("name", "x"), object("order", "NOTE")})), true},
		{"a variable inside of a literal", `query($o:Order){things(filter:{order:$o}){id}}`, object("o", "NOTE"), true},
		{"text that is called like it", `{things(filter:{name:"NOTE"}){id}}`, nil, false},
		{"in an inline fragment", `{...{things(note:"x"){id}}}`, nil, true},
		{"in a fragment", `{...F} fragment F on Query{things(note:"x"){id}}`, nil, true},
		{"in a fragment, used twice", `{...F ...F} fragment F on Query{things(order:NAME){id}}`, nil, false},
		{"after a fragment without it", `{...F things(note:"x"){id}} fragment F on Query{me{id}}`, nil, true},
		{"below an open field", `{me{self{id}} things{id} x:things(note:"x"){id}}`, nil, true},
		{"what is skipped", `{me{id} things(note:"x") @skip(if:true){id}}`, nil, true},
		{"an operation that is not executed", `query A{me{id}} query B{things(note:"x"){id}}`, nil, true},
		{"an argument of a field that is closed itself", `{me{id} secret(note:"x",order:NOTE){id}}`, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			rc := operation(t, g, c.query, c.vars)
			if got := g.View(agent(models.CanNotes)).mentionsClosed(rc); got != c.want {
				t.Errorf("found is %t", got)
			}
			if g.View(agent(0)).mentionsClosed(rc) {
				t.Error("found in a view in which nothing is closed")
			}
			_, err := g.Judge(agent(models.CanNotes), rc)
			if (err != nil) != c.want {
				t.Errorf("judged %v", err)
			}
		})
	}
}

func TestTheRefusalOfAClosedInputIsThatOfAnUnknownOne(t *testing.T) {
	g := smallGate(t)
	for _, c := range []struct {
		query string
		vars  map[string]any
		want  string
	}{
		{`{things(note:"x"){id}}`, nil, `Unknown argument "note" on field "Query.things".`},
		{`{things(order:NOTE){id}}`, nil, `Value "NOTE" does not exist in "Order" enum.`},
		{`{things(filter:{note:"x"}){id}}`, nil, `Field "note" is not defined by type "Filter".`},
		{`query($o:Order){things(order:$o){id}}`, map[string]any{"o": "NOTE"}, `NOTE is not a valid Order`},
		{`query($f:Filter){things(filter:$f){id}}`, map[string]any{"f": map[string]any{"note": "x"}}, `unknown field`},
	} {
		_, err := g.Judge(agent(models.CanNotes), operation(t, g, c.query, c.vars))
		if err == nil || !strings.Contains(err.Message, strings.TrimSuffix(c.want, ".")) || code(err) != "GRAPHQL_VALIDATION_FAILED" {
			t.Errorf("%s: %+v, want %s", c.query, err, c.want)
		}
	}
	rc := operation(t, g, `query A{me{id}} query B($o:Order){things(order:$o){id}}`, map[string]any{"o": "NOTE"}, "B")
	if err := g.View(agent(models.CanNotes)).unknown(rc); err == nil || !strings.Contains(err.Message, "NOTE") {
		t.Errorf("%v", err)
	}
	// What validation does not find is refused all the same.
	if err := g.View(agent(models.CanNotes)).unknown(operation(t, g, `{me{id}}`, nil)); code(err) != models.CodeBadUserInput {
		t.Errorf("%v", err)
	}
}

func TestOnlyClosedInputsAreTakenOutOfTheSchemaThatValidates(t *testing.T) {
	g := smallGate(t)
	got := g.View(agent(models.CanNotes)).withoutClosedInputs()
	if f := got.Types["Filter"].Fields; f.ForName("note") != nil || f.ForName("name") == nil || f.ForName("and") == nil {
		t.Errorf("Filter has %v", f)
	}
	if v := got.Types["Order"].EnumValues; v.ForName("NOTE") != nil || v.ForName("NAME") == nil {
		t.Errorf("Order has %v", v)
	}
	if a := got.Query.Fields.ForName("things").Arguments; a.ForName("note") != nil || a.ForName("order") == nil {
		t.Errorf("things takes %v", a)
	}
	if got.Types["Thing"].Fields.ForName("note") == nil || got.Query.Fields.ForName("secret") == nil {
		t.Error("what is selected must stay: it is denied, not unknown")
	}
	if g.schema.Types["Filter"].Fields.ForName("note") == nil || g.schema.Query.Fields.ForName("things").Arguments.ForName("note") == nil {
		t.Error("the schema itself was changed")
	}
	if got.PossibleTypes["Node"][0] != got.Types["Thing"] || !slices.Contains(got.Implements["Thing"], got.Types["Node"]) || got.Query != got.Types["Query"] || got.Mutation != got.Types["Mutation"] || got.Subscription != got.Types["Subscription"] {
		t.Error("the schema's parts are of two schemas")
	}
}

func TestAViewKnowsWhetherAnyInputIsClosed(t *testing.T) {
	g := smallGate(t)
	if g.View(agent(0)).hasClosedInputs() || !g.View(agent(models.CanNotes)).hasClosedInputs() || g.View(agent(models.CanOpportunities)).hasClosedInputs() {
		t.Errorf("%t %t %t", g.View(agent(0)).hasClosedInputs(), g.View(agent(models.CanNotes)).hasClosedInputs(), g.View(agent(models.CanOpportunities)).hasClosedInputs())
	}
	such := func(name string) func(ast.DirectiveList) bool {
		return func(d ast.DirectiveList) bool { return d.ForName(name) != nil }
	}
	// Only inputs are looked at: every field of a type has @access.
	if g.anyInput(such("access")) || !g.anyInput(such("reads")) {
		t.Error("types are taken for inputs")
	}
	// One closed input of any kind is enough.
	const argument, value, field = `, note: String @reads(field: "Thing.note")`, ` @reads(field: "Thing.note") }`, `note: String @reads(field: "Thing.note")  order`
	for name, others := range map[string][]string{"an argument": {value, field}, "an enum value": {argument, field}, "an input's field": {argument, value}, "none": {argument, value, field}} {
		text := smallSchema
		for _, other := range others {
			with := strings.Replace(other, ` @reads(field: "Thing.note")`, "", 1)
			if other == argument {
				text = strings.ReplaceAll(text, `note: String @reads(field: "Thing.note"), `, "note: String, ")
				text = strings.ReplaceAll(text, `note: String @reads(field: "Thing.note"))`, "note: String)")
				continue
			}
			text = strings.ReplaceAll(text, other, with)
		}
		schema, err := gqlparser.LoadSchema(&ast.Source{Name: name, Input: text})
		if err != nil {
			t.Fatal(name, err)
		}
		g, gateErr := New(schema)
		if gateErr != nil {
			t.Fatal(gateErr)
		}
		if got := g.View(agent(models.CanNotes)).hasClosedInputs(); got != (name != "none") {
			t.Errorf("with %s alone: %t", name, got)
		}
	}
}

func TestAListMayBeWrittenAsItsOnlyMember(t *testing.T) {
	for _, c := range []struct {
		in   any
		want int
	}{{[]any{1, 2}, 2}, {[]string{"a", "b", "c"}, 3}, {[]map[string]any{{}}, 1}, {"a", 1}, {map[string]any{}, 1}, {[]any{}, 0}} {
		if got := each(c.in); len(got) != c.want {
			t.Errorf("%v has %d members", c.in, len(got))
		}
	}
	if got := each([]string{"a", "b"}); got[1] != "b" {
		t.Errorf("%v", got)
	}
}
