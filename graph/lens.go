package graph

import (
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
)

// lens is the schema as one kind of caller sees it: callers with the same scope and the same access share one.
type lens struct {
	gate *gate
	// open are the fields, as Type.field, that may be seen.
	open map[string]bool
	// closed are, per object, the vendor fields (in lower case) that nothing may show: hidden themselves, or behind a field that is closed.
	closed map[string]map[string]bool

	// related are the fields of related records, and of the users that they show, that may not be read.
	related []string

	inputs  func() *ast.Schema // the whole schema, without the closed inputs
	visible func() *ast.Schema // what introspection shows
	narrow  func() bool        // whether any input is closed
}

// sight is what a lens depends on.
type sight struct {
	scope    models.Scope
	switches models.Switches
	hidden   string
}

// maxLenses bounds how many are kept: there is one for each profile that differs.
const maxLenses = 256

// lenses keeps lenses by sight. A changed permission is another sight: nothing has to be thrown away in time.
type lenses struct {
	mu   sync.RWMutex
	kept map[sight]*lens
}

// of is the viewer's lens; nobody's shows nothing.
func (g *gate) of(v *models.Viewer) *lens {
	s := sight{}
	if v != nil {
		s = sight{v.Scope, v.Access.Switches, strings.Join(v.Access.Hidden, "\n")}
	}
	g.lenses.mu.RLock()
	l := g.lenses.kept[s]
	g.lenses.mu.RUnlock()
	if l != nil {
		return l
	}
	l = g.grind(v)
	g.lenses.mu.Lock()
	defer g.lenses.mu.Unlock()
	if g.lenses.kept == nil || len(g.lenses.kept) >= maxLenses {
		g.lenses.kept = map[sight]*lens{}
	}
	g.lenses.kept[s] = l
	return l
}

// objects are the API's types that show a vendor's record, with what each of their fields is read from.
var objects = map[string]map[string]models.Sources{"Contact": models.ContactSources, "Account": models.AccountSources}

// parentOf are the vendor fields by which a record of the type refers to its account.
func parentOf(object string) models.Sources {
	if object != "Contact" {
		return models.Sources{}
	}
	return models.Sources{Salesforce: []string{models.ContactObject.ParentField(models.Salesforce)}, Desk: []string{models.ContactObject.ParentField(models.Desk)}}
}

// pieces are the vendor fields behind the fields of what a record holds, by the end of their names.
var pieces = map[string][]string{
	"Address.street": {"street"}, "Address.city": {"city"}, "Address.state": {"state"}, "Address.postalCode": {"postalcode", "zip", "code"}, "Address.country": {"country"},
	"User.id": {"ownerid"}, "User.name": {"owner.name"}, "User.email": {"owner.email"},
}

// aggregates are what sums and averages are made of: who may not see the one may not see the other.
var aggregates = map[string][]string{
	"PipelineBucket.amount": {"Opportunity.amount"}, "PipelineBucket.weightedAmount": {"Opportunity.amount", "Opportunity.probability"}, "PipelineBucket.currency": {"Opportunity.currency"},
}

// grind makes a lens.
func (g *gate) grind(v *models.Viewer) *lens {
	l := &lens{gate: g, open: make(map[string]bool, len(g.rules)), closed: map[string]map[string]bool{}}
	hidden := map[string]bool{}
	if v != nil {
		for _, h := range v.Access.Hidden {
			hidden[strings.ToLower(strings.TrimSpace(h))] = true
		}
	}
	hides := func(name string) bool { return hidden[strings.ToLower(name)] }
	for field, r := range g.rules {
		l.open[field] = v != nil && r.admits(v, field) && !hides(field)
	}
	for object, fields := range objects {
		closed := map[string]bool{}
		for h := range hidden {
			closed[strings.TrimPrefix(h, strings.ToLower(object)+".")] = true
		}
		for field, s := range fields {
			if l.open[object+"."+field] {
				continue
			}
			for _, name := range append(slices.Clone(s.Salesforce), s.Desk...) {
				closed[strings.ToLower(name)] = true
			}
		}
		for field, s := range fields { // hiding a vendor's field hides whatever is made of it
			if name := object + "." + field; slices.ContainsFunc(append(slices.Clone(s.Salesforce), s.Desk...), func(n string) bool { return closed[strings.ToLower(n)] }) {
				l.open[name] = false
			}
		}
		for part, ends := range pieces {
			if l.open[part] {
				continue
			}
			for _, s := range fields {
				for _, name := range append(slices.Clone(s.Salesforce), s.Desk...) {
					if slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(strings.ToLower(name), end) }) {
						closed[strings.ToLower(name)] = true
					}
				}
			}
		}
		if !l.open[object+".account"] {
			for _, name := range append(parentOf(object).Salesforce, parentOf(object).Desk...) {
				closed[strings.ToLower(name)] = true
			}
		}
		l.closed[object] = closed
	}
	for field, of := range aggregates {
		l.open[field] = l.open[field] && !slices.ContainsFunc(of, func(o string) bool { return !l.open[o] })
	}
	l.related = l.hides("Opportunity", "Note", "Event", "Task", "User")
	l.inputs = sync.OnceValue(func() *ast.Schema { return g.withoutInputs(l) })
	l.visible = sync.OnceValue(func() *ast.Schema { return g.visibleTo(l) })
	l.narrow = sync.OnceValue(func() bool { return g.anyInput(func(d ast.DirectiveList) bool { return !l.readable(d) }) })
	return l
}

// admits tells whether a field's rule lets the viewer in.
func (r rule) admits(v *models.Viewer, field string) bool {
	if strings.HasPrefix(field, "Mutation.") && v.Scope == models.ScopeDashboard {
		return false
	}
	switch {
	case r.open:
		return true
	case r.scope != "":
		return v.Scope == models.ScopeAdmin || v.Scope == r.scope
	}
	return v.Access.Allows(r.need)
}

// shows tells whether a vendor's field of the object (Contact or Account) may be read and shown.
func (l *lens) shows(object, vendorField string) bool {
	return !l.closed[object][strings.ToLower(vendorField)]
}

// showing are those of the vendor fields that may be shown.
func (l *lens) showing(object string, s models.Sources) models.Sources {
	keep := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(n string) bool { return !l.shows(object, n) })
	}
	return models.Sources{Salesforce: keep(s.Salesforce), Desk: keep(s.Desk)}
}

// hides are the fields of the types that may not be read.
func (l *lens) hides(types ...string) []string {
	var out []string
	for _, name := range types {
		for _, f := range l.gate.schema.Types[name].Fields {
			if !strings.HasPrefix(f.Name, "__") && !l.open[name+"."+f.Name] {
				out = append(out, name+"."+f.Name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// readable tells whether everything may be seen that something lets a caller find out.
func (l *lens) readable(d ast.DirectiveList) bool {
	for _, field := range reads(d) {
		if !l.open[field] {
			return false
		}
	}
	return true
}
