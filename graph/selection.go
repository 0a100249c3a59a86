package graph

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"sidelight/graph/gate"
	"sidelight/models"
)

// children are the fields asked for below a field, as far as the viewer may see them.
func (r *Resolver) children(ctx context.Context, f graphql.CollectedField, object string) []graphql.CollectedField {
	var out []graphql.CollectedField
	view := r.gate.ViewOf(ctx)
	for _, f := range graphql.CollectFields(graphql.GetOperationContext(ctx), f.Selections, []string{object, "Node"}) {
		// Shared by all rows: not ours to change.
		if view.Open(object + "." + f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// here is the field that is being resolved.
func here(ctx context.Context) graphql.CollectedField { return graphql.GetFieldContext(ctx).Field }

// columns are the vendor fields that the selection of a contact or account needs: nothing else is
// read from the database.
func (r *Resolver) columns(ctx context.Context, fields []graphql.CollectedField, object models.SyncObject) (models.Sources, error) {
	table, name := models.ContactSources, "Contact"
	if object == models.AccountObject {
		table, name = models.AccountSources, "Account"
	}
	var out models.Sources
	view := r.gate.ViewOf(ctx)
	for _, f := range fields {
		// A contact's opportunities are its account's, too, where that may be known.
		if reference := gate.ParentReference(name); f.Name == "account" || f.Name == "opportunities" {
			reference = view.Showing(name, reference)
			out.Salesforce, out.Desk = append(out.Salesforce, reference.Salesforce...), append(out.Desk, reference.Desk...)
		}
		if f.Name != "fields" {
			s := view.Showing(name, table[f.Name])
			out.Salesforce, out.Desk = append(out.Salesforce, s.Salesforce...), append(out.Desk, s.Desk...)
			continue
		}
		mappings, err := r.Store.FieldMappings(ctx, object)
		if err != nil {
			return out, err
		}
		for _, m := range mappings {
			if m.Rule != models.RuleOff && view.Shows(name, m.Salesforce.Name) && view.Shows(name, m.Desk.Name) {
				out.Salesforce, out.Desk = append(out.Salesforce, m.Salesforce.Name), append(out.Desk, m.Desk.Name)
			}
		}
	}
	slices.Sort(out.Salesforce)
	slices.Sort(out.Desk)
	out.Salesforce, out.Desk = slices.Compact(out.Salesforce), slices.Compact(out.Desk)
	return out, nil
}

// nodeFields are the fields asked for of a connection's rows, by either way to them.
func (r *Resolver) nodeFields(ctx context.Context, connection graphql.CollectedField, object string) []graphql.CollectedField {
	var out []graphql.CollectedField
	for _, f := range r.children(ctx, connection, object+"Connection") {
		switch f.Name {
		case "nodes":
			out = append(out, r.children(ctx, f, object)...)
		case "edges":
			for _, e := range r.children(ctx, f, object+"Edge") {
				if e.Name == "node" {
					out = append(out, r.children(ctx, e, object)...)
				}
			}
		}
	}
	return out
}

// listColumns are the columns of the connection that is being resolved.
func (r *Resolver) listColumns(ctx context.Context, object models.SyncObject) (models.Sources, error) {
	name := "Contact"
	if object == models.AccountObject {
		name = "Account"
	}
	return r.columns(ctx, r.nodeFields(ctx, here(ctx), name), object)
}

var sections = map[string]models.Need{"opportunities": models.NeedOpportunities, "notes": models.NeedNotes, "events": models.NeedEvents, "tasks": models.NeedTasks}

// cardSelection is what of a customer's card is wanted and open. Nobody may change its lists: it is
// kept where it is the same with any variables and mapping.
func (r *Resolver) cardSelection(ctx context.Context) (models.Selection, error) {
	key := selectionKey{here(ctx).Field, r.gate.ViewOf(ctx)}
	if sel, ok := r.selections.find(key); ok {
		return sel, nil
	}
	sel, err := r.newCardSelection(ctx)
	// Fields of one answer that are asked for twice are put together: no field of the document
	// holds all that is wanted then.
	if err == nil && len(here(ctx).Selections) == len(key.field.SelectionSet) && !varies(key.field.SelectionSet) {
		r.selections.keep(key, sel, len(graphql.GetOperationContext(ctx).RawQuery))
	}
	return sel, err
}

func (r *Resolver) newCardSelection(ctx context.Context) (models.Selection, error) {
	var sel models.Selection
	view := r.gate.ViewOf(ctx)
	sel.Parent, sel.Hidden = r.gate.Allows(ViewerFrom(ctx), "Contact.account"), r.hidden(ctx)
	sel.WholeContact, sel.WholeAccount = view.Whole("Contact"), view.Whole("Account")
	sel.ContactClosed = !r.gate.Allows(ViewerFrom(ctx), "Customer.contact")
	// What there is of the card.
	sel.Account = sel.ContactClosed && r.gate.Allows(ViewerFrom(ctx), "Customer.account")
	add := func(to *[]models.Need, fields []graphql.CollectedField) {
		for _, f := range fields {
			need, ok := sections[f.Name]
			if !ok {
				continue
			}
			if !slices.Contains(*to, need) {
				*to = append(*to, need)
			}
			if page, first := r.firstPage(ctx, f); first && len(sel.Pages) < maxPages {
				page.Section, page.OfAccount = need, to == &sel.AccountSections
				sel.Pages = append(sel.Pages, page)
			}
		}
	}
	var account []graphql.CollectedField
	for _, f := range r.children(ctx, here(ctx), "Customer") {
		switch f.Name {
		case "contact":
			sel.Contact = true
			fields := r.children(ctx, f, "Contact")
			add(&sel.Sections, fields)
			var err error
			if sel.ContactFields, err = r.columns(ctx, fields, models.ContactObject); err != nil {
				return sel, err
			}
			for _, c := range fields {
				if c.Name == "account" {
					sel.Account = true
					account = append(account, r.children(ctx, c, "Account")...)
				}
			}
		case "account":
			sel.Account = true
			account = append(account, r.children(ctx, f, "Account")...)
		}
	}
	add(&sel.AccountSections, account)
	var err error
	sel.AccountFields, err = r.columns(ctx, account, models.AccountObject)
	return sel, err
}

// maxPages bounds how many pages of sections are read together with a card's head: one for each
// section of the contact and of the account.
const maxPages = 8

// firstPage is the page that a section's field asks for, where it is a first one without a total:
// those are read together with the card's head.
func (r *Resolver) firstPage(ctx context.Context, f graphql.CollectedField) (page models.SectionWanted, first bool) {
	op := graphql.GetOperationContext(ctx)
	if slices.ContainsFunc(graphql.CollectFields(op, f.Selections, []string{f.Definition.Type.Name()}), func(c graphql.CollectedField) bool { return c.Name == "totalCount" }) {
		return page, false
	}
	args := f.ArgumentMap(op.Variables)
	page.First = gate.UsualRows
	switch n := args["first"].(type) {
	case nil:
	case int64:
		page.First = int(n)
	case json.Number:
		n64, err := n.Int64()
		if err != nil {
			return page, false
		}
		page.First = int(n64)
	default:
		return page, false
	}
	if open, ok := args["open"].(bool); ok {
		page.Open = &open
	}
	return page, args["after"] == nil && page.First >= 0 && page.First <= gate.MaxRows
}

// hidden are the fields of related records that are closed to the viewer.
func (r *Resolver) hidden(ctx context.Context) []string {
	return r.gate.ViewOf(ctx).ClosedRelated()
}

// opportunityFilter is the caller's filter with what is closed to the caller.
func (r *Resolver) opportunityFilter(ctx context.Context, asked *models.OpportunityFilter) models.OpportunityFilter {
	f := deref(asked)
	f.Hidden = r.hidden(ctx)
	return f
}

// fieldValues are the mapped fields of a pair, without those that are closed.
func (r *Resolver) fieldValues(ctx context.Context, p *models.Pair, object string) ([]*models.FieldValue, error) {
	view := r.gate.ViewOf(ctx)
	list, err := r.Card.Fields(ctx, p, func(name string) bool { return !view.Shows(object, name) })
	return pointers(list), err
}

// customer is the customer's card, as far as it is wanted and open.
func (r *Resolver) customer(ctx context.Context, by models.CustomerKey) (*models.Customer, error) {
	sel, err := r.cardSelection(ctx)
	if err != nil {
		return nil, err
	}
	return r.open(ctx)(r.Card.Customer(ctx, by, sel))
}

// open leaves the link to a record that is closed out of a card.
func (r *Resolver) open(ctx context.Context) func(*models.Customer, error) (*models.Customer, error) {
	return func(c *models.Customer, err error) (*models.Customer, error) {
		if err != nil || c == nil {
			return c, err
		}
		together(ctx, c.Contact, c.Account)
		if c.Link == nil {
			return c, nil
		}
		view, own := r.gate.ViewOf(ctx), *c
		if c.Link.Object == models.ContactObject && !view.Open("Customer.contact") || c.Link.Object == models.AccountObject && !view.Open("Customer.account") {
			own.Link = nil
		}
		return &own, nil
	}
}

// contactOrder is the order that was asked for, or one by what the viewer may see.
func (r *Resolver) contactOrder(ctx context.Context, asked *models.ContactOrder) models.ContactOrder {
	switch {
	case asked != nil:
		return *asked
	case r.gate.Allows(ViewerFrom(ctx), "Contact.name"):
		return models.ContactNameAsc
	}
	return models.ContactUpdatedDesc
}

// accountOrder is the same for accounts.
func (r *Resolver) accountOrder(ctx context.Context, asked *models.AccountOrder) models.AccountOrder {
	switch {
	case asked != nil:
		return *asked
	case r.gate.Allows(ViewerFrom(ctx), "Account.name"):
		return models.AccountNameAsc
	}
	return models.AccountUpdatedDesc
}
