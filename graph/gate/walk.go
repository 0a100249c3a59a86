package gate

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
	MaxDirectives = 30 // in all; also a bound for a document before it is parsed
	maxSpreads    = 60
	maxCost       = 30_000
	maxSchemaCost = 300_000 // of introspection; what tools ask for costs half of it
	MaxRows       = 200     // of one page
	UsualRows     = 20      // of a page that does not say
)

// Denied is one entry of extensions.accessDenied.
type Denied struct {
	Field string `json:"field"`
	Needs string `json:"needs"`
	// Setting is the installation's setting that closes the field, whatever the profile may.
	Setting string `json:"setting,omitempty"`
}

// walk goes through an operation before any of its resolvers runs: it finds what is denied, what
// must be refused, and what it would cost.
type walk struct {
	gate   *Gate
	viewer *models.Viewer
	view   *View
	vars   map[string]any

	sized                        sized
	cursors                      map[string]bool // variables that are given as cursors
	texts                        map[string]bool // variables that are given as anything else
	denied                       []Denied
	seen                         map[string]bool
	aliases, directives, spreads int
	varies                       bool // another outcome is possible with other variables
	err                          *gqlerror.Error
}

const walkKey = "sidelight.access"

// ExtensionName implements graphql.HandlerExtension.
func (g *Gate) ExtensionName() string { return "Access" }

// Validate implements graphql.HandlerExtension.
func (g *Gate) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator.
func (g *Gate) MutateOperationContext(ctx context.Context, rc *graphql.OperationContext) *gqlerror.Error {
	v := ViewerFrom(ctx)
	if v == nil {
		return Refusal(models.CodeUnauthenticated, "sign in first: send Authorization: Bearer TOKEN")
	}
	if pace, lasts := ctx.Value(paceKey{}).(*rate.Limiter); lasts {
		if !pace.Allow() {
			return Refusal(models.CodeRateLimited, "too many operations: wait a moment")
		}
		now, refused := g.Recheck(ctx, v)
		if refused != nil {
			return refused
		}
		Renew(ctx, now)
		v = now
	}
	list, err := g.Judge(v, rc)
	rc.Stats.SetExtension(walkKey, list)
	return err
}

// Judge judges an operation for a viewer: what of it is denied, and why it is refused. Nobody may
// change the list.
func (g *Gate) Judge(v *models.Viewer, rc *graphql.OperationContext) ([]Denied, *gqlerror.Error) {
	view := g.View(v)
	p := g.plans.find(view, rc)
	if p == nil {
		var err *gqlerror.Error
		if p, err = g.plan(v, view, rc); err != nil {
			return nil, err
		}
	}
	if fault := sizesOf(rc.Operation.Operation).variables(rc, p.cursors, p.texts); fault != "" {
		return nil, Refusal(models.CodeBadUserInput, fault)
	}
	if p.cost > maxCost {
		return nil, Refusal(
			models.CodeTooComplex, "the operation asks for too much at once: ask for smaller pages, or for less of each row",
		)
	}
	root := g.root(rc.Operation.Operation)
	for _, d := range p.denied {
		// What changes something, or lasts, runs as a whole or not at all.
		if v.DenyMode == models.DenyReject ||
			(rc.Operation.Operation != ast.Query && strings.HasPrefix(d.Field, root.Name+".")) {
			why := map[string]any{"code": string(models.CodeForbidden), "field": d.Field, "needs": d.Needs}
			if d.Setting != "" {
				why["setting"] = d.Setting
			}
			return nil, &gqlerror.Error{Message: g.notOpen(v, d.Field), Extensions: why}
		}
	}
	return p.denied, nil
}

type deniedKey struct{}

// InterceptResponse implements graphql.ResponseInterceptor: it names what was denied.
func (g *Gate) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	res := next(context.WithValue(ctx, deniedKey{}, &once{}))
	if res == nil {
		return nil
	}
	if graphql.HasOperationContext(ctx) {
		rc := graphql.GetOperationContext(ctx)
		list, _ := rc.Stats.GetExtension(walkKey).([]Denied)
		if rc.Operation != nil && rc.Operation.Operation == ast.Subscription {
			// The viewer's access may have changed since it began.
			list, _ = g.Judge(ViewerFrom(ctx), rc)
		}
		if len(list) > 0 {
			if res.Extensions == nil {
				res.Extensions = map[string]any{}
			}
			res.Extensions["accessDenied"] = list
		}
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

func (g *Gate) root(op ast.Operation) *ast.Definition {
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
		w.err = Refusal(code, fmt.Sprintf(format, args...))
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
				cost += w.selection(s.SelectionSet, w.typeCondition(on, s.TypeCondition), depth+1)
			}
		case *ast.FragmentSpread:
			if w.spread() && w.included(s.Directives) && s.Definition != nil {
				cost += w.selection(s.Definition.SelectionSet, w.typeCondition(on, s.Definition.TypeCondition), depth+1)
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

// typeCondition keeps the concrete type where a fragment is on an interface of it.
func (w *walk) typeCondition(on *ast.Definition, condition string) *ast.Definition {
	to := w.gate.schema.Types[condition]
	if to == nil || (on.Kind == ast.Object && to.Kind != ast.Object) {
		return on
	}
	return to
}

// included evaluates @skip and @include.
func (w *walk) included(list ast.DirectiveList) bool {
	if w.directives += len(list); w.directives > MaxDirectives {
		w.refuse(models.CodeTooComplex, "the operation has more than %d directives", MaxDirectives)
		return false
	}
	for _, d := range list {
		w.varies = w.varies || named(d.Arguments)
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
	for _, a := range f.Arguments {
		switch {
		case !isCursor(a.Name):
			if fault := w.sized.literal(a.Value, w.texts); fault != "" {
				w.refuse(models.CodeBadUserInput, "%s", fault)
				return 0
			}
		case a.Value != nil && a.Value.Kind == ast.Variable:
			w.cursors[a.Value.Raw] = true
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
	if on.Kind == ast.Object && !strings.HasPrefix(on.Name, "__") && !w.view.open[name] {
		if !w.seen[name] {
			w.seen[name] = true
			w.denied = append(w.denied, Denied{name, w.gate.needs(w.viewer, name), w.gate.setting(w.viewer, name)})
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
var schemaRows = map[string]int{
	"types": 100, "fields": 10, "inputFields": 3, "enumValues": 3, "args": 2,
	"possibleTypes": 2, "interfaces": 2, "directives": 6,
}

// rows checks a field's paging and answers how many rows it asks for.
func (w *walk) rows(f *ast.Field, on *ast.Definition) int {
	if strings.HasPrefix(on.Name, "__") {
		return max(schemaRows[f.Name], 1)
	}
	rows := 1
	if f.Definition.Arguments.ForName("first") != nil {
		rows = UsualRows
	}
	for _, name := range []string{"first", "last"} {
		a := f.Arguments.ForName(name)
		if a == nil || f.Definition.Arguments.ForName(name) == nil {
			continue
		}
		w.varies = w.varies || a.Value.Kind == ast.Variable
		value, err := a.Value.Value(w.vars)
		if err != nil || value == nil {
			continue
		}
		n, ok := whole(value)
		if !ok || n < 0 || n > MaxRows {
			w.refuse(models.CodeBadUserInput, "%s must lie between 0 and %d", name, MaxRows)
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

// misspelledEnum refuses variables that write an enum's value in another case: validation lets them
// pass, and what they mean would be anybody's guess.
func misspelledEnum(schema *ast.Schema, rc *graphql.OperationContext) *gqlerror.Error {
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
			err := gqlerror.ErrorPathf(
				ast.Path{ast.PathName("variable"), ast.PathName(d.Variable)}, "%s is not a valid %s", value, enum,
			)
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

// Refusal is an error of ours about the request itself.
func Refusal(code models.Code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": string(code)}}
}
