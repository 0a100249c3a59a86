// Package gate is the one place that decides which fields of the API a viewer sees. It compiles the
// schema's @access into one table, judges every operation against it before a resolver runs, and
// stands before each resolver (invariants A1 to A7).
//
// An operation goes through MutateOperationContext (Judge) and Around, its answer through
// InterceptResponse. What a resolver may read it asks of a View.
package gate

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/models"
)

// rule is what one concrete field needs.
type rule struct {
	need  models.Need
	scope models.Scope
	open  bool
	lists bool // everybody's records: an agent needs the switch for lists, too
}

// Gate is the one place that decides who sees what: a table of every concrete Type.field, made from
// the schema at start-up.
type Gate struct {
	schema *ast.Schema
	rules  map[string]rule
	views  views
	plans  plans
	// Recheck answers a viewer's present access, for connections that last.
	Recheck func(ctx context.Context, v *models.Viewer) (*models.Viewer, *gqlerror.Error)
}

// New compiles the table. A field without @access is an error that names it, and so is a protected
// field that is not nullable.
func New(schema *ast.Schema) (*Gate, error) {
	g := &Gate{schema: schema, rules: map[string]rule{}}
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
	var a *ast.Argument
	lists, others := false, 0
	for _, arg := range d.Arguments {
		if arg.Name == "lists" {
			lists = arg.Value.Raw == "true"
			continue
		}
		a = arg
		others++
	}
	if others != 1 || lists && a.Name != "needs" {
		return rule{}, fmt.Errorf("must have exactly one of needs, scope and open in @access, and lists only beside needs")
	}
	switch a.Name {
	case "needs":
		return rule{need: models.Need(a.Value.Raw), lists: lists}, nil
	case "scope":
		return rule{scope: models.Scope(a.Value.Raw)}, nil
	}
	if a.Value.Raw != "true" {
		return rule{}, fmt.Errorf("says @access(open: false), which means nothing")
	}
	return rule{open: true}, nil
}

// checkReads makes sure that every @reads names a field that exists.
func (g *Gate) checkReads() error {
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

// Allows tells whether the viewer may see the field. What is not in the table is closed.
func (g *Gate) Allows(v *models.Viewer, field string) bool { return g.View(v).open[field] }

// needs is what a denied field asks for, for the caller to read.
func (g *Gate) needs(v *models.Viewer, field string) string {
	r := g.rules[field]
	switch {
	case r.scope != "":
		return string(r.scope)
	case v != nil && r.lists && v.Access.Allows(r.need) && !r.listed(v):
		return string(models.NeedLists)
	}
	return string(r.need)
}

// AgentCards is the name of the setting that shows agents the customers of tickets alone.
const AgentCards = "agentCards"

// otherCustomers are the fields that lead from a ticket's customer to other customers.
var otherCustomers = map[string]bool{"Account.contacts": true, "Opportunity.account": true}

// setting is the setting that closes the field to the viewer, "" where none does.
func (g *Gate) setting(v *models.Viewer, field string) string {
	r := g.rules[field]
	if v != nil && v.OnlyTickets() && (r.lists || r.need == models.NeedLink || otherCustomers[field]) {
		return AgentCards
	}
	return ""
}

// notOpen says that a field is closed to the viewer, and by which setting.
func (g *Gate) notOpen(v *models.Viewer, field string) string {
	if g.setting(v, field) == "" {
		return field + " is not open to you"
	}
	return field + " is not open to you: the setting " + AgentCards + " shows agents the customers of their tickets alone"
}

// Around is the backstop: no resolver of a denied field runs, whatever path led to it.
func (g *Gate) Around(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	name := fc.Field.Name
	if strings.HasPrefix(name, "__") {
		return g.introspect(ctx, fc, next)
	}
	if strings.HasPrefix(fc.Object, "__") {
		return next(ctx)
	}
	if g.ViewOf(ctx).open[fc.Object+"."+name] { // put together on the stack
		return next(ctx)
	}
	v, field := ViewerFrom(ctx), fc.Object+"."+name
	if v != nil && v.DenyMode == models.DenyError && firstDenied(ctx, field) {
		return nil, models.Errorf(models.CodeForbidden, "%s", g.notOpen(v, field))
	}
	return nil, nil
}
