package graph

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"sidelight/models"
)

// Limits of one operation. Ours use a tenth of each.
const (
	maxDepth      = 12
	maxAliases    = 30
	maxDirectives = 30
	maxSpreads    = 60
	maxCost       = 30_000
	maxSchemaCost = 300_000 // of introspection; what tools ask for costs half of it
	maxRows       = 200     // of one page
	usualRows     = 20
)

// denied is one entry of extensions.accessDenied.
type denied struct {
	Field string `json:"field"`
	Needs string `json:"needs"`
}

// walk goes through an operation before any of its resolvers runs: it finds what is denied, what must be refused, and what it would cost.
type walk struct {
	gate *gate
	lens *lens
	vars map[string]any

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
	if pace, lasts := ctx.Value(paceKey{}).(*rate.Limiter); lasts {
		if !pace.Allow() {
			return refusal(models.CodeRateLimited, "too many operations: wait a moment")
		}
		now, err := g.recheck(ctx, v)
		if err != nil {
			p := PublicError(err)
			return refusal(p.Code, p.Message)
		}
		renew(ctx, now)
		v = now
	}
	list, err := g.look(v, rc)
	rc.Stats.SetExtension(walkKey, list)
	return err
}

// look judges an operation for a viewer: what of it is denied, and why it is refused.
func (g *gate) look(v *models.Viewer, rc *graphql.OperationContext) ([]denied, *gqlerror.Error) {
	w := &walk{gate: g, lens: g.of(v), vars: rc.Variables, seen: map[string]bool{}}
	if err := misspelt(g.schema, rc); err != nil {
		return nil, err
	}
	if w.lens.narrow() && w.lens.mentionsClosed(rc) {
		return nil, w.lens.unknown(rc)
	}
	root := g.root(rc.Operation.Operation)
	cost := w.selection(rc.Operation.SelectionSet, root, 1)
	switch {
	case w.err != nil:
		return nil, w.err
	case cost > maxCost:
		return nil, refusal(models.CodeTooComplex, "the operation asks for too much at once: ask for smaller pages, or for less of each row")
	}
	for _, d := range w.denied {
		// What changes something, or lasts, runs as a whole or not at all.
		if v.DenyMode == models.DenyReject || (rc.Operation.Operation != ast.Query && strings.HasPrefix(d.Field, root.Name+".")) {
			return nil, &gqlerror.Error{Message: fmt.Sprintf("%s is not open to you", d.Field), Extensions: map[string]any{"code": string(models.CodeForbidden), "field": d.Field, "needs": d.Needs}}
		}
	}
	return w.denied, nil
}

type deniedKey struct{}

// InterceptResponse implements graphql.ResponseInterceptor: it names what was denied, and bounds what is said about errors.
func (g *gate) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	res := next(context.WithValue(ctx, deniedKey{}, &once{}))
	if res == nil {
		return nil
	}
	if graphql.HasOperationContext(ctx) {
		rc := graphql.GetOperationContext(ctx)
		list, _ := rc.Stats.GetExtension(walkKey).([]denied)
		if rc.Operation != nil && rc.Operation.Operation == ast.Subscription {
			list, _ = g.look(ViewerFrom(ctx), rc) // the viewer's access may have changed since it began
		}
		if len(list) > 0 {
			if res.Extensions == nil {
				res.Extensions = map[string]any{}
			}
			res.Extensions["accessDenied"] = list
		}
	}
	most := maxErrors
	if len(res.Data) > 0 {
		most = maxFieldErrors
	}
	if more := len(res.Errors) - most; more > 0 {
		res.Errors = append(res.Errors[:most:most], refusal(models.CodeBadUserInput, fmt.Sprintf("and %d more errors", more)))
	}
	return res
}

// once lets each field be denied aloud once in an answer, however many rows it has.
type once struct{ seen sync.Map }

func firstDenied(ctx context.Context, field string) bool {
	o, ok := ctx.Value(deniedKey{}).(*once)
	if !ok {
		return true
	}
	_, said := o.seen.LoadOrStore(field, true)
	return !said
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
	if depth > maxDepth && !strings.HasPrefix(on.Name, "__") {
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
	switch {
	case f.Definition == nil || f.Name == "__typename":
		return 0
	case f.Name == "__schema" || f.Name == "__type":
		if cost := w.selection(f.SelectionSet, w.gate.schema.Types[f.Definition.Type.Name()], depth+1); cost > maxSchemaCost {
			w.refuse(models.CodeTooComplex, "the operation asks for too much of the schema")
		}
		return maxCost / 4
	}
	name := on.Name + "." + f.Name
	if on.Kind == ast.Object && !strings.HasPrefix(on.Name, "__") && !w.lens.open[name] {
		if !w.seen[name] {
			w.seen[name] = true
			w.denied = append(w.denied, denied{name, w.gate.needs(name)})
		}
		return 0
	}
	rows := w.rows(f, on)
	child := w.gate.schema.Types[f.Definition.Type.Name()]
	if len(f.SelectionSet) == 0 || child == nil || w.err != nil {
		return 1
	}
	return 1 + rows*w.selection(f.SelectionSet, child, depth+1)
}

// schemaRows is how long the lists of the schema's own description are, about.
var schemaRows = map[string]int{"types": 100, "fields": 10, "inputFields": 3, "enumValues": 3, "args": 2, "possibleTypes": 2, "interfaces": 2, "directives": 6}

// rows checks a field's paging and answers how many rows it asks for.
func (w *walk) rows(f *ast.Field, on *ast.Definition) int {
	if strings.HasPrefix(on.Name, "__") {
		return max(schemaRows[f.Name], 1)
	}
	rows := 1
	if f.Definition.Arguments.ForName("first") != nil {
		rows = usualRows
	}
	for _, name := range []string{"first", "last"} {
		a := f.Arguments.ForName(name)
		if a == nil || f.Definition.Arguments.ForName(name) == nil {
			continue
		}
		value, err := a.Value.Value(w.vars)
		if err != nil || value == nil {
			continue
		}
		n, ok := whole(value)
		if !ok || n < 0 || n > maxRows {
			w.refuse(models.CodeBadUserInput, "%s must lie between 0 and %d", name, maxRows)
			return 1
		}
		rows = int(n)
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

// misspelt refuses variables that write an enum's value in another case: validation lets them pass, and what they mean would be anybody's guess.
func misspelt(schema *ast.Schema, rc *graphql.OperationContext) *gqlerror.Error {
	var look func(t *ast.Type, v any) (value, enum string)
	look = func(t *ast.Type, v any) (string, string) {
		def := schema.Types[t.Name()]
		if def == nil || v == nil {
			return "", ""
		}
		for _, one := range each(v) {
			switch one := one.(type) {
			case string:
				if def.Kind == ast.Enum && def.EnumValues.ForName(one) == nil {
					return one, def.Name
				}
			case map[string]any:
				for name, member := range one {
					if f := def.Fields.ForName(name); f != nil {
						if value, enum := look(f.Type, member); enum != "" {
							return value, enum
						}
					}
				}
			}
		}
		return "", ""
	}
	for _, d := range rc.Operation.VariableDefinitions {
		if value, enum := look(d.Type, rc.Variables[d.Variable]); enum != "" {
			err := gqlerror.ErrorPathf(ast.Path{ast.PathName("variable"), ast.PathName(d.Variable)}, "%s is not a valid %s", value, enum)
			errcode.Set(err, errcode.ValidationFailed)
			return err
		}
	}
	return nil
}

// each is a list's members, or the value alone: a list may be written as its only member.
func each(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice {
		return []any{v}
	}
	out := make([]any, r.Len())
	for i := range out {
		out[i] = r.Index(i).Interface()
	}
	return out
}
