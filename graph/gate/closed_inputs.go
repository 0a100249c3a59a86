package gate

import (
	"errors"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"sidelight/models"
)

// A closed argument, input field or enum value is refused in the words for one that does not exist.
// They are not imitated: validation itself says them, against the schema in which it does not
// exist.

// unknown is what validation says of the operation to a caller for whom the closed inputs do not
// exist.
func (view *View) unknown(rc *graphql.OperationContext) *gqlerror.Error {
	schema := view.withoutClosedInputs()
	// The parsed document is shared, and validation writes into it.
	doc, err := parser.ParseQuery(&ast.Source{Input: rc.RawQuery})
	if err == nil {
		if errs := validator.ValidateWithRules(schema, doc, ValidationRules()); len(errs) > 0 {
			errcode.Set(errs[0], errcode.ValidationFailed)
			return errs[0]
		}
		if op := doc.Operations.ForName(rc.OperationName); op != nil {
			_, err = validator.VariableValues(schema, op, rc.Variables)
		}
	}
	if e := (*gqlerror.Error)(nil); errors.As(err, &e) {
		errcode.Set(e, errcode.ValidationFailed)
		return e
	}
	return Refusal(models.CodeBadUserInput, "the operation uses something that does not exist")
}

// withoutInputs is the schema without the inputs that are closed; what can be selected stays.
func (g *Gate) withoutInputs(view *View) *ast.Schema {
	out := *g.schema
	out.Types = make(map[string]*ast.Definition, len(g.schema.Types))
	for name, def := range g.schema.Types {
		kept := *def
		kept.EnumValues = slices.DeleteFunc(
			slices.Clone(def.EnumValues), func(e *ast.EnumValueDefinition) bool { return !view.readable(e.Directives) },
		)
		kept.Fields = nil
		for _, f := range def.Fields {
			if def.Kind == ast.InputObject && !view.readable(f.Directives) {
				continue
			}
			field := *f
			field.Arguments = slices.DeleteFunc(
				slices.Clone(f.Arguments), func(a *ast.ArgumentDefinition) bool { return !view.readable(a.Directives) },
			)
			kept.Fields = append(kept.Fields, &field)
		}
		out.Types[name] = &kept
	}
	again := func(all map[string][]*ast.Definition) map[string][]*ast.Definition {
		fresh := make(map[string][]*ast.Definition, len(all))
		for name, list := range all {
			for _, def := range list {
				fresh[name] = append(fresh[name], out.Types[def.Name])
			}
		}
		return fresh
	}
	out.PossibleTypes, out.Implements = again(g.schema.PossibleTypes), again(g.schema.Implements)
	out.Query, out.Mutation = out.Types[g.schema.Query.Name], out.Types[g.schema.Mutation.Name]
	out.Subscription = out.Types[g.schema.Subscription.Name]
	return &out
}

// anyInput tells whether the directives of any argument, input field or enum value are such.
func (g *Gate) anyInput(such func(ast.DirectiveList) bool) bool {
	for _, def := range g.schema.Types {
		for _, v := range def.EnumValues {
			if such(v.Directives) {
				return true
			}
		}
		for _, f := range def.Fields {
			if def.Kind == ast.InputObject && such(f.Directives) {
				return true
			}
			for _, a := range f.Arguments {
				if such(a.Directives) {
					return true
				}
			}
		}
	}
	return false
}

// mentions looks for closed inputs in everything a document says, whether it is executed or not,
// and in the variables' values. What is said to a field that is closed itself is not looked at: it
// is denied as a whole.
type mentions struct {
	view *View
	vars map[string]any
	seen map[*ast.FragmentDefinition]bool
}

// mentionsClosed tells whether the operation's document or variables use a closed input.
func (view *View) mentionsClosed(rc *graphql.OperationContext) bool {
	m := mentions{view, rc.Variables, map[*ast.FragmentDefinition]bool{}}
	return slices.ContainsFunc(
		rc.Doc.Operations, func(op *ast.OperationDefinition) bool { return m.selection(op.SelectionSet) },
	)
}

func (m mentions) selection(set ast.SelectionSet) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if m.open(s) && (m.field(s) || m.selection(s.SelectionSet)) {
				return true
			}
		case *ast.InlineFragment:
			if m.selection(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if s.Definition != nil && !m.seen[s.Definition] {
				m.seen[s.Definition] = true
				if m.selection(s.Definition.SelectionSet) {
					return true
				}
			}
		}
	}
	return false
}

func (m mentions) open(f *ast.Field) bool {
	on := f.ObjectDefinition
	return f.Definition != nil && on != nil && (on.Kind != ast.Object || m.view.open[on.Name+"."+f.Name])
}

func (m mentions) field(f *ast.Field) bool {
	for _, a := range f.Arguments {
		if def := f.Definition.Arguments.ForName(a.Name); def != nil &&
			(!m.view.readable(def.Directives) || m.literal(def.Type, a.Value)) {
			return true
		}
	}
	return false
}

// literal looks into a value of the document.
func (m mentions) literal(t *ast.Type, v *ast.Value) bool {
	def := m.view.gate.schema.Types[t.Name()]
	if def == nil || v == nil {
		return false
	}
	switch v.Kind {
	case ast.ListValue:
		return slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool { return m.literal(t, c.Value) })
	case ast.Variable:
		return m.value(t, m.vars[v.Raw])
	case ast.EnumValue:
		return m.closedValue(def, v.Raw)
	case ast.ObjectValue:
		return slices.ContainsFunc(v.Children, func(c *ast.ChildValue) bool {
			f := def.Fields.ForName(c.Name)
			return f != nil && (!m.view.readable(f.Directives) || m.literal(f.Type, c.Value))
		})
	}
	return false
}

// value looks into the value of a variable.
func (m mentions) value(t *ast.Type, v any) bool {
	def := m.view.gate.schema.Types[t.Name()]
	if def == nil || v == nil {
		return false
	}
	for _, one := range each(v) {
		switch one := one.(type) {
		case string:
			if def.Kind == ast.Enum && m.closedValue(def, one) {
				return true
			}
		case map[string]any:
			for name, member := range one {
				if f := def.Fields.ForName(name); f != nil && (!m.view.readable(f.Directives) || m.value(f.Type, member)) {
					return true
				}
			}
		}
	}
	return false
}

func (m mentions) closedValue(def *ast.Definition, name string) bool {
	e := def.EnumValues.ForName(name)
	return e != nil && !m.view.readable(e.Directives)
}

// ValidationRules are the rules of validation that suggest no names: a caller who may not see a
// name must not be told it.
func ValidationRules() *rules.Rules {
	r := rules.NewDefaultRules()
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	return r
}
