package gate

import (
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"sidelight/models"
)

// View is the schema as one kind of caller sees it. Callers with the same scope and the same access
// share one.
type View struct {
	gate *Gate
	// open holds the fields, as Type.field, that the caller may see.
	open map[string]bool
	// closed holds, per object, the vendor fields (in lower case) that must not be shown: those
	// that are hidden themselves, and those behind a closed field.
	closed map[string]map[string]bool
	// closedRelated holds the fields of related records, and of the users they name, that are
	// closed.
	closedRelated []string

	withoutClosedInputs func() *ast.Schema // the whole schema, without the closed inputs
	visible             func() *ast.Schema // what introspection shows
	hasClosedInputs     func() bool
}

// viewKey is what a View depends on.
type viewKey struct {
	scope    models.Scope
	switches models.Switches
	hidden   string
	tickets  bool // customers of tickets alone
}

// maxViews bounds how many are kept. There is one for each profile that differs.
const maxViews = 256

// views caches views by key. A changed permission has another key, so nothing needs to be expired.
type views struct {
	mu   sync.RWMutex
	kept map[viewKey]*View
}

// View is the viewer's view. The view of a nil viewer shows nothing.
func (g *Gate) View(v *models.Viewer) *View {
	key := viewKey{}
	if v != nil {
		key = viewKey{v.Scope, v.Access.Switches, strings.Join(v.Access.Hidden, "\n"), v.OnlyTickets()}
	}
	g.views.mu.RLock()
	view := g.views.kept[key]
	g.views.mu.RUnlock()
	if view != nil {
		return view
	}
	view = g.compileView(v)
	g.views.mu.Lock()
	defer g.views.mu.Unlock()
	if g.views.kept == nil || len(g.views.kept) >= maxViews {
		g.views.kept = map[viewKey]*View{}
	}
	g.views.kept[key] = view
	return view
}

// VendorFields holds, per API type that shows a vendor's record, what each of its fields is read
// from.
var VendorFields = map[string]map[string]models.Sources{
	"Contact": models.ContactSources, "Account": models.AccountSources,
}

// ParentReference names the vendor fields by which a record of the type refers to its account.
func ParentReference(object string) models.Sources {
	if object != "Contact" {
		return models.Sources{}
	}
	return models.Sources{
		Salesforce: []string{models.ContactObject.ParentField(models.Salesforce)},
		Desk:       []string{models.ContactObject.ParentField(models.Desk)},
	}
}

// both lists the vendor fields of both sides, in lower case.
func both(s models.Sources) []string {
	out := make([]string, 0, len(s.Salesforce)+len(s.Desk))
	for _, name := range slices.Concat(s.Salesforce, s.Desk) {
		out = append(out, strings.ToLower(name))
	}
	return out
}

// partSuffixes name the vendor fields behind the fields of an address and of an owner, by the end
// of their names.
var partSuffixes = map[string][]string{
	"Address.street": {"street"}, "Address.city": {"city"}, "Address.state": {"state"},
	"Address.postalCode": {"postalcode", "zip", "code"}, "Address.country": {"country"},
	"User.id": {"ownerid"}, "User.name": {"owner.name"}, "User.email": {"owner.email"},
}

// Aggregates name what sums and averages are made of. Who may not see the parts may not see the
// sum.
var Aggregates = map[string][]string{
	"PipelineBucket.amount":         {"Opportunity.amount"},
	"PipelineBucket.weightedAmount": {"Opportunity.amount", "Opportunity.probability"},
	"PipelineBucket.currency":       {"Opportunity.currency"},
	"OpportunitySum.amount":         {"Opportunity.amount"},
	"OpportunitySum.currency":       {"Opportunity.currency"},
}

// Told names, for a field, those from whose values its own can be concluded. Where one of them is
// hidden, so is the field: a stage says by its name whether the opportunity is open and how it
// ended.
var Told = map[string][]string{
	"Opportunity.open": {"Opportunity.stage"}, "Opportunity.won": {"Opportunity.stage", "Opportunity.open"},
	"Opportunity.probability": {"Opportunity.stage"}, "Task.open": {"Task.status"},
	"Account.contacts": {"Contact.account"},
}

// compileView decides about every field of the schema and of the vendors' records. A field is open
// when its needs are met and nothing hides it: neither its own name, nor what it is read from, nor
// what tells its value, nor the parts of which it is the sum.
func (g *Gate) compileView(v *models.Viewer) *View {
	view := &View{gate: g, open: make(map[string]bool, len(g.rules)), closed: map[string]map[string]bool{}}
	hidden := map[string]bool{}
	if v != nil {
		for _, h := range v.Access.Hidden {
			hidden[strings.ToLower(strings.TrimSpace(h))] = true
		}
	}
	for field, r := range g.rules {
		view.open[field] = v != nil && r.admits(v, field) && !hidden[strings.ToLower(field)] && g.setting(v, field) == ""
	}
	for object, fields := range VendorFields {
		view.closed[object] = view.closeVendorFields(object, fields, hidden)
	}
	hides := func(name string) bool { return hidden[strings.ToLower(name)] }
	hidesOfContact := func(name string) bool { return hides(name) || hides("Contact."+name) }
	if slices.ContainsFunc(both(ParentReference("Contact")), hidesOfContact) {
		hidden["contact.account"] = true
		view.open["Contact.account"] = false
	}
	for field, by := range Told {
		view.open[field] = view.open[field] && !slices.ContainsFunc(by, hides)
	}
	for field, parts := range Aggregates {
		view.open[field] = view.open[field] && !slices.ContainsFunc(parts, func(part string) bool { return !view.open[part] })
	}
	view.closedRelated = view.closedOf("Opportunity", "Note", "Event", "Task", "User")
	view.withoutClosedInputs = sync.OnceValue(func() *ast.Schema { return g.withoutInputs(view) })
	view.visible = sync.OnceValue(func() *ast.Schema { return g.visibleTo(view) })
	view.hasClosedInputs = sync.OnceValue(func() bool {
		return g.anyInput(func(d ast.DirectiveList) bool { return !view.readable(d) })
	})
	return view
}

// closeVendorFields answers the object's vendor fields that must not be shown, and closes the API
// fields that are made of one of them.
func (view *View) closeVendorFields(
	object string, fields map[string]models.Sources, hidden map[string]bool,
) map[string]bool {
	closed := map[string]bool{}
	for h := range hidden {
		closed[strings.TrimPrefix(h, strings.ToLower(object)+".")] = true
	}
	for field, sources := range fields {
		if view.open[object+"."+field] {
			continue
		}
		for _, name := range both(sources) {
			closed[name] = true
		}
	}
	// A vendor field may feed several API fields: hiding it closes each of them.
	for field, sources := range fields {
		if slices.ContainsFunc(both(sources), func(name string) bool { return closed[name] }) {
			view.open[object+"."+field] = false
		}
	}
	for part, suffixes := range partSuffixes {
		if view.open[part] {
			continue
		}
		for _, sources := range fields {
			for _, name := range both(sources) {
				if slices.ContainsFunc(suffixes, func(suffix string) bool { return strings.HasSuffix(name, suffix) }) {
					closed[name] = true
				}
			}
		}
	}
	if !view.open[object+".account"] {
		for _, name := range both(ParentReference(object)) {
			closed[name] = true
		}
	}
	return closed
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
	return v.Access.Allows(r.need) && r.listed(v)
}

// listed tells whether the viewer may have the field as far as it lists everybody's records.
// Dashboards are there for lists; agents for the customer before them.
func (r rule) listed(v *models.Viewer) bool {
	return !r.lists || v.Scope != models.ScopeAgent || v.Access.Allows(models.NeedLists)
}

// Open tells whether the field, as Type.field, may be seen. A field that the schema does not have
// is closed.
func (view *View) Open(field string) bool { return view.open[field] }

// ClosedRelated are the fields of related records and of the users they name, as Type.field and
// sorted, that may not be read. The caller must not change the list.
func (view *View) ClosedRelated() []string { return view.closedRelated }

// Whole tells whether no vendor field of an object (Contact, Account) is closed.
func (view *View) Whole(object string) bool { return len(view.closed[object]) == 0 }

// Shows tells whether a vendor's field of the object (Contact or Account) may be read and shown.
func (view *View) Shows(object, vendorField string) bool {
	return !view.closed[object][strings.ToLower(vendorField)]
}

// Showing keeps those of the vendor fields that may be shown.
func (view *View) Showing(object string, s models.Sources) models.Sources {
	keep := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !view.Shows(object, name) })
	}
	return models.Sources{Salesforce: keep(s.Salesforce), Desk: keep(s.Desk)}
}

// closedOf lists the types' closed fields, sorted.
func (view *View) closedOf(types ...string) []string {
	var out []string
	for _, name := range types {
		for _, f := range view.gate.schema.Types[name].Fields {
			if !strings.HasPrefix(f.Name, "__") && !view.open[name+"."+f.Name] {
				out = append(out, name+"."+f.Name)
			}
		}
	}
	slices.Sort(out)
	return out
}

// readable tells whether the caller may see everything that an input's @reads names.
func (view *View) readable(d ast.DirectiveList) bool {
	for _, field := range reads(d) {
		if !view.open[field] {
			return false
		}
	}
	return true
}
