package graph

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/models"
)

// Limits of one operation. Ours use a tenth of each.
const (
	maxTokens     = 1500 // validation is quadratic in them
	maxDepth      = 12
	maxAliases    = 30
	maxDirectives = 30
	maxSpreads    = 60
	maxCost       = 30_000
	maxRows       = 200 // of one page
	usualRows     = 20
)

// denied is one entry of extensions.accessDenied.
type denied struct {
	Field string `json:"field"`
	Needs string `json:"needs"`
}

// walk goes through an operation before any of its resolvers runs: it finds what is denied, what must be refused, and what it would cost.
type walk struct {
	gate   *gate
	viewer *models.Viewer
	vars   map[string]any

	denied                       []denied
	seen                         map[string]bool
	aliases, directives, spreads int
	err                          *gqlerror.Error
}

const walkKey = "sidelight.access"

// ExtensionName implements graphql.HandlerExtension.
func (g *gate) ExtensionName() string { return "Access" }

// Validate implements graphql.HandlerExtension.
func (g *gate) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator.
func (g *gate) MutateOperationContext(ctx context.Context, rc *graphql.OperationContext) *gqlerror.Error {
	v := ViewerFrom(ctx)
	if v == nil {
		return refusal(models.CodeUnauthenticated, "sign in first: send Authorization: Bearer TOKEN")
	}
	w := &walk{gate: g, viewer: v, vars: rc.Variables, seen: map[string]bool{}}
	cost := w.selection(rc.Operation.SelectionSet, g.root(rc.Operation.Operation), 1)
	switch {
	case w.err != nil:
		return w.err
	case cost > maxCost:
		return refusal(models.CodeTooComplex, "the operation asks for too much at once: ask for smaller pages, or for less of each row")
	case len(w.denied) > 0 && (rc.Operation.Operation != ast.Query || v.DenyMode == models.DenyReject):
		d := w.denied[0]
		return &gqlerror.Error{Message: fmt.Sprintf("%s is not open to you", d.Field), Extensions: map[string]any{"code": models.CodeForbidden, "field": d.Field, "needs": d.Needs}}
	}
	rc.Stats.SetExtension(walkKey, w.denied)
	return nil
}

// InterceptResponse implements graphql.ResponseInterceptor: it names what was denied.
func (g *gate) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	if list, _ := graphql.GetOperationContext(ctx).Stats.GetExtension(walkKey).([]denied); len(list) > 0 {
		graphql.RegisterExtension(ctx, "accessDenied", list)
	}
	return next(ctx)
}

func (g *gate) root(op ast.Operation) *ast.Definition {
	switch op {
	case ast.Mutation:
		return g.schema.Mutation
	case ast.Subscription:
		return g.schema.Subscription
	}
	return g.schema.Query
}

func (w *walk) refuse(code models.Code, format string, args ...any) {
	if w.err == nil {
		w.err = refusal(code, fmt.Sprintf(format, args...))
	}
}

// selection walks one selection set and answers its cost.
func (w *walk) selection(set ast.SelectionSet, on *ast.Definition, depth int) int {
	if depth > maxDepth {
		w.refuse(models.CodeTooComplex, "the operation is nested more than %d levels deep", maxDepth)
	}
	cost := 0
	for _, s := range set {
		if w.err != nil {
			return cost
		}
		switch s := s.(type) {
		case *ast.Field:
			if w.included(s.Directives) {
				cost += w.field(s, on, depth)
			}
		case *ast.InlineFragment:
			if w.spread() && w.included(s.Directives) {
				cost += w.selection(s.SelectionSet, w.narrow(on, s.TypeCondition), depth+1)
			}
		case *ast.FragmentSpread:
			if w.spread() && w.included(s.Directives) && s.Definition != nil {
				cost += w.selection(s.Definition.SelectionSet, w.narrow(on, s.Definition.TypeCondition), depth+1)
			}
		}
	}
	return cost
}

func (w *walk) spread() bool {
	if w.spreads++; w.spreads > maxSpreads {
		w.refuse(models.CodeTooComplex, "the operation has more than %d fragments", maxSpreads)
	}
	return w.err == nil
}

// narrow keeps the concrete type where a fragment is on an interface of it.
func (w *walk) narrow(on *ast.Definition, condition string) *ast.Definition {
	to := w.gate.schema.Types[condition]
	if to == nil || (on.Kind == ast.Object && to.Kind != ast.Object) {
		return on
	}
	return to
}

// included evaluates @skip and @include.
func (w *walk) included(list ast.DirectiveList) bool {
	if w.directives += len(list); w.directives > maxDirectives {
		w.refuse(models.CodeTooComplex, "the operation has more than %d directives", maxDirectives)
		return false
	}
	for _, d := range list {
		on, _ := d.ArgumentMap(w.vars)["if"].(bool)
		if (d.Name == "skip" && on) || (d.Name == "include" && !on) {
			return false
		}
	}
	return true
}

func (w *walk) field(f *ast.Field, on *ast.Definition, depth int) int {
	if f.Alias != f.Name {
		if w.aliases++; w.aliases > maxAliases {
			w.refuse(models.CodeTooComplex, "the operation has more than %d aliases", maxAliases)
			return 0
		}
	}
	if strings.HasPrefix(f.Name, "__") || f.Definition == nil {
		if f.Name == "__schema" || f.Name == "__type" {
			return 1 // introspection is nested by nature; its size is the schema's
		}
		return 0
	}
	name := on.Name + "." + f.Name
	if on.Kind == ast.Object && !w.gate.allows(w.viewer, name) {
		if !w.seen[name] {
			w.seen[name] = true
			w.denied = append(w.denied, denied{name, w.gate.needs(name)})
		}
		return 0
	}
	rows := w.arguments(f, on)
	child := w.gate.schema.Types[f.Definition.Type.Name()]
	if len(f.SelectionSet) == 0 || child == nil || w.err != nil {
		return 1
	}
	return 1 + rows*w.selection(f.SelectionSet, child, depth+1)
}

// arguments checks a field's arguments and answers how many rows they ask for.
func (w *walk) arguments(f *ast.Field, on *ast.Definition) int {
	rows := 1
	if f.Definition.Arguments.ForName("first") != nil {
		rows = usualRows
	}
	for _, a := range f.Arguments {
		def := f.Definition.Arguments.ForName(a.Name)
		if def == nil {
			continue
		}
		value, err := a.Value.Value(w.vars)
		if err != nil || value == nil {
			continue
		}
		for _, field := range reads(def.Directives) {
			if !w.gate.allows(w.viewer, field) {
				w.refuse(models.CodeBadUserInput, "Unknown argument %q on field %q.", a.Name, on.Name+"."+f.Name)
			}
		}
		w.value(def.Type, value)
		if a.Name == "first" || a.Name == "last" {
			n, ok := whole(value)
			if !ok || n < 0 || n > maxRows {
				w.refuse(models.CodeBadUserInput, "%s must lie between 0 and %d", a.Name, maxRows)
			}
			rows = int(n)
		}
	}
	return max(rows, 1)
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case int:
		return int64(n), true
	case float64:
		return int64(n), n == float64(int64(n))
	case interface{ Int64() (int64, error) }:
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}

// value looks into inputs for what would let the caller find out a closed field. It is refused in the words for something that does not exist.
func (w *walk) value(t *ast.Type, v any) {
	if list, ok := v.([]any); ok {
		for _, one := range list {
			if t.Elem != nil {
				w.value(t.Elem, one)
			}
		}
		return
	}
	def := w.gate.schema.Types[t.Name()]
	if def == nil || v == nil {
		return
	}
	switch def.Kind {
	case ast.Enum:
		text, _ := v.(string)
		if e := def.EnumValues.ForName(text); e != nil && !w.readable(e.Directives) {
			w.refuse(models.CodeBadUserInput, "Value %q does not exist in %q enum.", text, def.Name)
		}
	case ast.InputObject:
		members, _ := v.(map[string]any)
		for name, one := range members {
			f := def.Fields.ForName(name)
			if f == nil || one == nil {
				continue
			}
			if !w.readable(f.Directives) {
				w.refuse(models.CodeBadUserInput, "Field %q is not defined by type %q.", name, def.Name)
			}
			w.value(f.Type, one)
		}
	}
}

func (w *walk) readable(l ast.DirectiveList) bool {
	for _, field := range reads(l) {
		if !w.gate.allows(w.viewer, field) {
			return false
		}
	}
	return true
}
