package gate

import (
	"context"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/introspection"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"sidelight/models"
)

// introspect answers each caller with the schema that the caller can use.
func (g *Gate) introspect(ctx context.Context, fc *graphql.FieldContext, next graphql.Resolver) (any, error) {
	switch fc.Field.Name {
	case "__schema":
		return introspection.WrapSchema(g.View(ViewerFrom(ctx)).visible()), nil
	case "__type":
		schema := g.View(ViewerFrom(ctx)).visible()
		name, _ := fc.Args["name"].(string)
		def := schema.Types[name]
		if def == nil {
			return (*introspection.Type)(nil), nil
		}
		return introspection.WrapTypeFromDef(schema, def), nil
	}
	return next(ctx)
}

// SDL is the schema that the viewer can use, as text.
func (g *Gate) SDL(v *models.Viewer) string {
	var b strings.Builder
	formatter.NewFormatter(&b).FormatSchema(g.View(v).visible())
	return b.String()
}

// visibleTo is the schema without what is closed, and without the types that only that led to.
func (g *Gate) visibleTo(view *View) *ast.Schema {
	out := &ast.Schema{
		Types: map[string]*ast.Definition{}, Directives: map[string]*ast.DirectiveDefinition{},
		PossibleTypes: map[string][]*ast.Definition{}, Implements: map[string][]*ast.Definition{},
		Description: g.schema.Description,
	}
	for name, d := range g.schema.Directives {
		if name != "access" && name != "reads" {
			out.Directives[name] = d
		}
	}
	p := pruner{view: view, out: out}
	out.Query = p.take(g.schema.Query.Name)
	if m := p.take(g.schema.Mutation.Name); m != nil && len(m.Fields) > 0 {
		out.Mutation = m
	} else {
		delete(out.Types, g.schema.Mutation.Name)
	}
	if s := p.take(g.schema.Subscription.Name); s != nil && len(s.Fields) > 0 {
		out.Subscription = s
	} else {
		delete(out.Types, g.schema.Subscription.Name)
	}
	for name, def := range g.schema.Types {
		if def.BuiltIn {
			out.Types[name] = def
		}
	}
	for name := range out.Types {
		for _, def := range g.schema.PossibleTypes[name] {
			if kept := out.Types[def.Name]; kept != nil {
				out.PossibleTypes[name] = append(out.PossibleTypes[name], kept)
			}
		}
		for _, def := range g.schema.Implements[name] {
			if kept := out.Types[def.Name]; kept != nil {
				out.Implements[name] = append(out.Implements[name], kept)
			}
		}
	}
	return out
}

// pruner copies the types that are reached, without what is closed.
type pruner struct {
	view *View
	out  *ast.Schema
}

func (p *pruner) take(name string) *ast.Definition {
	if def := p.out.Types[name]; def != nil {
		return def
	}
	def := p.view.gate.schema.Types[name]
	if def == nil {
		return nil
	}
	kept := *def
	kept.Directives = nil
	if def.Name == "CustomerKey" {
		kept.Directives = def.Directives.ForNames("oneOf")
	}
	p.out.Types[name] = &kept
	kept.Fields, kept.EnumValues = nil, nil
	for _, v := range def.EnumValues {
		if p.view.readable(v.Directives) {
			one := *v
			one.Directives = nil
			kept.EnumValues = append(kept.EnumValues, &one)
		}
	}
	for _, f := range def.Fields {
		if p.open(def, f) {
			kept.Fields = append(kept.Fields, p.field(f))
		}
	}
	for _, i := range def.Interfaces {
		p.take(i)
	}
	for _, i := range def.Types {
		p.take(i)
	}
	return &kept
}

func (p *pruner) open(def *ast.Definition, f *ast.FieldDefinition) bool {
	switch {
	case strings.HasPrefix(f.Name, "__"):
		return true
	case def.Kind == ast.InputObject:
		return p.view.readable(f.Directives)
	}
	return p.view.open[def.Name+"."+f.Name]
}

func (p *pruner) field(f *ast.FieldDefinition) *ast.FieldDefinition {
	one := *f
	one.Directives, one.Arguments = nil, nil
	p.take(f.Type.Name())
	for _, a := range f.Arguments {
		if p.view.readable(a.Directives) {
			arg := *a
			arg.Directives = nil
			one.Arguments = append(one.Arguments, &arg)
			p.take(a.Type.Name())
		}
	}
	return &one
}
