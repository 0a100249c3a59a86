package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
)

// everyInput tries every argument, input field and enum value that the schema says lets a caller
// find something out.
func everyInput(t *testing.T, s *accessCheck) {
	samples := map[string]string{"String": `"a"`, "ID": `"a"`, "Boolean": "true", "Date": `"2026-01-01"`, "Decimal": `"1"`, "Time": `"2026-01-01T00:00:00Z"`, "Int": "1"}
	type input struct {
		query, on string
		reads     []string
	}
	var inputs []input
	readsOf := func(l ast.DirectiveList) (out []string) {
		for _, d := range l.ForNames("reads") {
			out = append(out, d.Arguments.ForName("field").Value.Raw)
		}
		return out
	}
	for _, f := range s.schema.Query.Fields {
		_, scope := needOf(f)
		if strings.HasPrefix(f.Name, "__") || scope != "" || len(f.Arguments) == 0 {
			continue
		}
		required := strings.Trim(arguments(s.schema, &ast.FieldDefinition{Arguments: slices.DeleteFunc(slices.Clone(f.Arguments), func(a *ast.ArgumentDefinition) bool { return !a.Type.NonNull })}, s.values), "()")
		ask := func(name, value string, reads []string) {
			args := name + ":" + value
			if required != "" && !strings.HasPrefix(required, name+":") {
				args += "," + required
				for _, a := range f.Arguments {
					if _, given, _ := strings.Cut(required, ":"); s.schema.Types[a.Type.Name()].EnumValues.ForName(given) != nil {
						reads = append(reads, readsOf(s.schema.Types[a.Type.Name()].EnumValues.ForName(given).Directives)...)
					}
				}
			}
			inputs = append(inputs, input{"{" + f.Name + "(" + args + "){__typename}}", "Query." + f.Name, reads})
		}
		for _, a := range f.Arguments {
			def := s.schema.Types[a.Type.Name()]
			for _, v := range def.EnumValues {
				ask(a.Name, v.Name, readsOf(v.Directives))
			}
			for _, member := range def.Fields {
				ask(a.Name, "{"+member.Name+":"+samples[member.Type.Name()]+"}", readsOf(member.Directives))
			}
		}
	}
	field := func(name string) *ast.FieldDefinition {
		on, f, _ := strings.Cut(name, ".")
		return s.schema.Types[on].Fields.ForName(f)
	}
	refused, masked := 0, 0
	try := func(what string, inputs []input, closed func(field string) bool) {
		for _, in := range inputs {
			s.readStatements()
			a := s.ask(s.agent(models.DenyMask), in.query)
			said := s.readStatements()
			switch {
			case closed(in.on):
				masked++
				if a.errors != nil || !slices.Equal(a.denied(), []string{in.on}) || len(said) > 0 {
					t.Errorf("%s, %s: must be masked as a whole: %v, %s", what, in.query, said, brief(a.text))
				}
			case slices.ContainsFunc(in.reads, closed):
				refused++
				if a.data != nil || len(a.errors) != 1 || dig(a.errors[0], "extensions", "code") != "BAD_USER_INPUT" || len(said) > 0 {
					t.Errorf("%s, %s: must be refused: %v, %s", what, in.query, said, brief(a.text))
				}
			case a.errors != nil:
				t.Errorf("%s, %s: is open and refused: %s", what, in.query, brief(a.text))
			}
		}
	}
	for _, off := range switches {
		s.permit([]string{off})
		try(off+" off", inputs, func(name string) bool { return s.denies(off, field(name)) })
	}
	seen := map[string]bool{}
	for _, in := range inputs {
		for _, hidden := range in.reads {
			if seen[hidden] {
				continue
			}
			seen[hidden] = true
			s.permit(nil, hidden)
			var concerned []input
			for i, in := range inputs {
				if slices.Contains(in.reads, hidden) || i%8 == 0 { // a few others stay open
					concerned = append(concerned, in)
				}
			}
			try(hidden+" hidden", concerned, func(name string) bool { return name == hidden })
		}
	}
	t.Logf("%d inputs: refused %d times, masked %d times", len(inputs), refused, masked)
	if refused < 20 || masked < 20 {
		t.Error("the test proves little")
	}
}
