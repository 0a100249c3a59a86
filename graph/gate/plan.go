package gate

import (
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/models"
)

// plan is what the walk through an operation found for one view. It is never changed: who asks the
// same again shares it.
type plan struct {
	cost           int
	denied         []Denied
	cursors, texts map[string]bool // variables, by what they are given as
}

// Bounds of the plans that are kept. A longer document is parsed anew each time, and judged anew.
const (
	maxPlans      = 256
	maxPlanLength = 8 << 10
)

// planKey tells plans apart. A parsed document is shared by all who send its text, and whoever may
// see something else has another view: nothing has to be thrown away when a permission changes.
type planKey struct {
	operation *ast.OperationDefinition
	view      *View
}

// plans are those that were used last.
type plans struct {
	mu   sync.Mutex
	kept *simplelru.LRU[planKey, *plan]
}

func (p *plans) find(view *View, rc *graphql.OperationContext) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		return nil
	}
	found, _ := p.kept.Get(planKey{rc.Operation, view})
	return found
}

func (p *plans) keep(view *View, rc *graphql.OperationContext, made *plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil {
		// Refuses a size of zero alone.
		p.kept, _ = simplelru.NewLRU[planKey, *plan](maxPlans, nil)
	}
	p.kept.Add(planKey{rc.Operation, view}, made)
}

// Forget forgets the operations that were judged: what they say may name a person.
func (g *Gate) Forget() {
	g.plans.mu.Lock()
	defer g.plans.mu.Unlock()
	g.plans.kept = nil
}

// plan walks through an operation. What it found is kept where it would be the same with any other
// variables; a refusal is not.
func (g *Gate) plan(v *models.Viewer, view *View, rc *graphql.OperationContext) (*plan, *gqlerror.Error) {
	w := &walk{
		gate: g, viewer: v, view: view, vars: rc.Variables, seen: map[string]bool{}, sized: sizesOf(rc.Operation.Operation),
		cursors: map[string]bool{}, texts: map[string]bool{},
	}
	if err := misspelledEnum(g.schema, rc); err != nil {
		return nil, err
	}
	if view.hasClosedInputs() && view.mentionsClosed(rc) {
		return nil, view.unknown(rc)
	}
	cost := w.selection(rc.Operation.SelectionSet, g.root(rc.Operation.Operation), 1)
	if w.err != nil {
		return nil, w.err
	}
	out := &plan{cost, w.denied, w.cursors, w.texts}
	if !w.varies && len(rc.RawQuery) <= maxPlanLength && g.takesScalars(rc.Doc) {
		g.plans.keep(view, rc, out)
	}
	return out, nil
}

// takesScalars tells whether the document is one operation whose variables are scalars: the value
// of an enum, or a field of an input object, may be one that does not exist for the caller.
func (g *Gate) takesScalars(doc *ast.QueryDocument) bool {
	if len(doc.Operations) != 1 {
		return false
	}
	for _, d := range doc.Operations[0].VariableDefinitions {
		if def := g.schema.Types[d.Type.Name()]; def == nil || def.Kind != ast.Scalar {
			return false
		}
	}
	return true
}

// named tells whether one of the arguments is a variable.
func named(list ast.ArgumentList) bool {
	for _, a := range list {
		if a.Value != nil && a.Value.Kind == ast.Variable {
			return true
		}
	}
	return false
}
