package graph

import (
	"context"

	"sidelight/graph/generated"
	"sidelight/models"
)

// cardOpportunities is a page of a customer's opportunities, with what all of them are worth where
// that is asked for.
func (r *Resolver) cardOpportunities(ctx context.Context, q models.RelatedQuery, together *models.SectionsRead) (*generated.OpportunityConnection, error) {
	c, err := r.opportunityPage(read(ctx, q, together.Opportunities, r.Card.Opportunities))
	if err != nil || !wants(ctx, "sums") {
		return c, err
	}
	sums, err := r.Card.OpportunitySums(ctx, q)
	c.Sums = pointers(sums)
	return c, err
}

// partialPipeline tells whether opportunities are missing from what dashboards count: the mirror is
// not whole.
func (r *Resolver) partialPipeline(ctx context.Context) (*bool, error) {
	mirrors, err := r.Store.RelatedMirrors(ctx)
	partial := !mirrors[models.RelatedOpportunities].Complete
	return &partial, err
}

// changePage is a page of the journal.
func (r *Resolver) changePage(s models.Slice[models.Change], err error) (*generated.ChangeConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.ChangeConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Change) *generated.ChangeEdge {
		return &generated.ChangeEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

// vendorURL is a record's page at its vendor; nil where the side is not connected or the id is
// unknown.
func (r *Resolver) vendorURL(ctx context.Context, side models.Side, object models.SyncObject, id string) *string {
	if side == models.Desk {
		return r.Card.DeskURL(ctx, object, id)
	}
	name := "Contact"
	if object == models.AccountObject {
		name = "Account"
	}
	return r.Card.SalesforceURL(ctx, name, id)
}
