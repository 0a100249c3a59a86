package graph_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// schema is the API's schema, read from its files.
func schema(t testing.TB) *ast.Schema {
	t.Helper()
	files, err := filepath.Glob("schema/*.graphqls")
	if err != nil || len(files) == 0 {
		t.Fatal("no schema files", err)
	}
	var sources []*ast.Source
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, &ast.Source{Name: f, Input: string(b)})
	}
	s, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// needOf is what the schema says that a field needs: a switch, a scope, or nothing.
func needOf(f *ast.FieldDefinition) (need, scope string) {
	d := f.Directives.ForName("access")
	if d == nil { // __typename and its kind
		return "", ""
	}
	for _, a := range d.Arguments {
		switch a.Name {
		case "needs":
			need = a.Value.Raw
		case "scope":
			scope = a.Value.Raw
		}
	}
	return need, scope
}

// listsAll tells whether a field lists everybody's records.
func listsAll(f *ast.FieldDefinition) bool {
	d := f.Directives.ForName("access")
	return d != nil && d.Arguments.ForName("lists") != nil
}

// closes are the needs that are not met when a switch is off.
var closes = map[string][]string{
	"visible":  {"VISIBLE", "CONTACTS", "ACCOUNTS", "CONTACT_INFO", "ACCOUNT_INFO", "OPPORTUNITIES", "NOTES", "EVENTS", "TASKS", "LINK"},
	"contacts": {"CONTACTS", "CONTACT_INFO", "LINK"}, "accounts": {"ACCOUNTS", "ACCOUNT_INFO"}, "contactInfo": {"CONTACT_INFO", "LINK"}, "accountInfo": {"ACCOUNT_INFO"},
	"opportunities": {"OPPORTUNITIES"}, "notes": {"NOTES"}, "events": {"EVENTS"}, "tasks": {"TASKS"}, "link": {"LINK"},
}

// step is one field on the way to a type.
type step struct {
	on    string
	field *ast.FieldDefinition
}

func (s step) name() string { return s.on + "." + s.field.Name }

// way leads from a root to a type.
type way []step

func (w way) String() string {
	names := []string{w[0].on}
	for _, s := range w {
		names = append(names, s.field.Name)
	}
	return strings.Join(names, ".")
}

// end is the type that the way leads to.
func (w way) end() string { return w[len(w)-1].field.Type.Name() }

// longest bounds a way, in fields; a longer one says nothing new: it goes through the same types
// again.
const longest = 5

// ways are all ways from the root to object types that an agent may go, of at most longest fields,
// none of which takes a field twice.
func ways(s *ast.Schema, root *ast.Definition) []way {
	var out []way
	var walk func(w way, on *ast.Definition)
	walk = func(w way, on *ast.Definition) {
		for _, f := range on.Fields {
			child := s.Types[f.Type.Name()]
			if strings.HasPrefix(f.Name, "__") || child.Kind != ast.Object || len(w) == longest {
				continue
			}
			if _, scope := needOf(f); scope != "" {
				continue
			}
			next := step{on.Name, f}
			if slices.ContainsFunc(w, func(s step) bool { return s.name() == next.name() }) {
				continue
			}
			here := append(slices.Clip(slices.Clone(w)), next)
			out = append(out, here)
			walk(here, child)
		}
	}
	walk(nil, root)
	return out
}

// arguments writes the arguments that a field must have, and an order that is open to everyone.
func arguments(s *ast.Schema, f *ast.FieldDefinition, values map[string]string) string {
	var out []string
	for _, a := range f.Arguments {
		switch {
		case a.Name == "orderBy" && s.Types[a.Type.Name()].EnumValues.ForName("UPDATED_DESC") != nil:
			out = append(out, "orderBy:UPDATED_DESC")
		case a.Name == "first":
			out = append(out, "first:3")
		case a.Type.NonNull:
			v, ok := values[a.Type.Name()]
			if !ok {
				v = s.Types[a.Type.Name()].EnumValues[0].Name
			}
			out = append(out, a.Name+":"+v)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "(" + strings.Join(out, ",") + ")"
}

// forms are how a selection may be written. Each asks for the same fields under the same names in
// the answer, but for alias.
var forms = []string{"direct", "alias", "named fragment", "inline fragment", "fragment in a fragment", "on the interface", "nested include"}

// document selects every field of the type that the way leads to, in a form. Its answer has them
// below the way's names.
func document(s *ast.Schema, operation string, w way, form string, values map[string]string) string {
	on := s.Types[w.end()]
	var fields []string
	for _, f := range on.Fields {
		if strings.HasPrefix(f.Name, "__") {
			continue
		}
		text := f.Name + arguments(s, f, values)
		if s.Types[f.Type.Name()].Kind == ast.Object {
			text += "{__typename}"
		}
		if form == "alias" {
			text = "a_" + f.Name + ":" + text
		}
		fields = append(fields, text)
	}
	set, fragments := strings.Join(fields, " "), ""
	switch form {
	case "named fragment":
		set, fragments = "...F", " fragment F on "+on.Name+"{"+set+"}"
	case "inline fragment":
		set = "... on " + on.Name + "{" + set + "}"
	case "fragment in a fragment":
		set, fragments = "...G", " fragment G on "+on.Name+"{...F} fragment F on "+on.Name+"{"+set+"}"
	case "on the interface":
		if len(on.Interfaces) > 0 {
			set = "... on " + on.Interfaces[0] + "{... on " + on.Name + "{" + set + "}}"
		}
	case "nested include":
		set = "... @include(if:true){" + set + "}"
	}
	for _, st := range slices.Backward(w) {
		set = st.field.Name + arguments(s, st.field, values) + "{" + set + "}"
	}
	return fmt.Sprintf("%s Q{%s}%s", operation, set, fragments)
}

// reach is what stands at the end of a way in an answer: one for each row of the lists on it.
func reach(v any, w way) []any {
	at := []any{v}
	for _, s := range w {
		var next []any
		for _, one := range at {
			switch child := dig(one, s.field.Name).(type) {
			case nil:
			case []any:
				next = append(next, child...)
			default:
				next = append(next, child)
			}
		}
		at = next
	}
	return at
}

// parseSDL reads a schema that was sent as text; it must be one.
func parseSDL(t testing.TB, text string) *ast.Schema {
	t.Helper()
	s, err := gqlparser.LoadSchema(&ast.Source{Name: "own", Input: text})
	if err != nil {
		t.Fatalf("the caller's schema cannot be read: %v\n%s", err, brief(text))
	}
	return s
}
