package graph

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
)

// rule is what one concrete field needs.
type rule struct {
	need  models.Need
	scope models.Scope
	open  bool
}

// gate is the one place that decides who sees what: a table of every concrete Type.field, made from the schema at start-up.
type gate struct {
	schema *ast.Schema
	rules  map[string]rule
	lenses lenses
	// recheck answers a viewer's present access, for connections that last.
	recheck func(ctx context.Context, v *models.Viewer) (*models.Viewer, error)
}

// newGate compiles the table. A field without @access is an error that names it, and so is a protected field that is not nullable.
func newGate(schema *ast.Schema) (*gate, error) {
	g := &gate{schema: schema, rules: map[string]rule{}}
	for _, def := range schema.Types {
		if def.BuiltIn || (def.Kind != ast.Object && def.Kind != ast.Interface) {
			continue
		}
		for _, f := range def.Fields {
			if strings.HasPrefix(f.Name, "__") {
				continue
			}
			name := def.Name + "." + f.Name
			r, err := ruleOf(f)
			if err != nil {
				return nil, fmt.Errorf("the schema field %s %w", name, err)
			}
			if r.need != "" && f.Type.NonNull {
				return nil, fmt.Errorf("the schema field %s can be denied and must be nullable", name)
			}
			g.rules[name] = r
		}
	}
	if err := g.checkReads(); err != nil {
		return nil, err
	}
	return g, nil
}

func ruleOf(f *ast.FieldDefinition) (rule, error) {
	d := f.Directives.ForName("access")
	if d == nil {
		return rule{}, fmt.Errorf("has no @access: say what it needs")
	}
	if len(d.Arguments) != 1 {
		return rule{}, fmt.Errorf("must have exactly one of needs, scope and open in @access")
	}
	a := d.Arguments[0]
	switch a.Name {
	case "needs":
		return rule{need: models.Need(a.Value.Raw)}, nil
	case "scope":
		return rule{scope: models.Scope(a.Value.Raw)}, nil
	}
	if a.Value.Raw != "true" {
		return rule{}, fmt.Errorf("says @access(open: false), which means nothing")
	}
	return rule{open: true}, nil
}

// checkReads makes sure that every @reads names a field that exists.
func (g *gate) checkReads() error {
	for _, def := range g.schema.Types {
		var lists []ast.DirectiveList
		for _, f := range def.Fields {
			lists = append(lists, f.Directives)
			for _, a := range f.Arguments {
				lists = append(lists, a.Directives)
			}
		}
		for _, v := range def.EnumValues {
			lists = append(lists, v.Directives)
		}
		for _, l := range lists {
			for _, name := range reads(l) {
				if _, ok := g.rules[name]; !ok {
					return fmt.Errorf("the schema type %s has @reads(field: %q), which does not exist", def.Name, name)
				}
			}
		}
	}
	return nil
}

// reads are the fields whose values something lets a caller find out.
func reads(l ast.DirectiveList) []string {
	var out []string
	for _, d := range l.ForNames("reads") {
		if a := d.Arguments.ForName("field"); a != nil {
			out = append(out, a.Value.Raw)
		}
	}
	return out
}

// allows tells whether the viewer may see the field. What is not in the table is closed.
func (g *gate) allows(v *models.Viewer, field string) bool { return g.of(v).open[field] }

// needs is what a denied field asks for, for the caller to read.
func (g *gate) needs(field string) string {
	r := g.rules[field]
	if r.scope != "" {
		return string(r.scope)
	}
	return string(r.need)
}

// around is the backstop: no resolver of a denied field runs, whatever path led to it.
func (g *gate) around(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	name := fc.Field.Name
	if strings.HasPrefix(name, "__") {
		return g.introspect(ctx, fc, next)
	}
	if strings.HasPrefix(fc.Object, "__") {
		return next(ctx)
	}
	v := ViewerFrom(ctx)
	field := fc.Object + "." + name
	if g.allows(v, field) {
		return next(ctx)
	}
	if v != nil && v.DenyMode == models.DenyError && firstDenied(ctx, field) {
		return nil, models.Errorf(models.CodeForbidden, "%s is not open to you", field)
	}
	return nil, nil
}
