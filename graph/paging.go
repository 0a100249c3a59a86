package graph

import (
	"context"
	"slices"

	"github.com/99designs/gqlgen/graphql"

	"sidelight/graph/gate"
	"sidelight/graph/generated"
	"sidelight/models"
)

// related asks for a part of a section of a card: what is closed to the viewer is neither read nor
// ordered by.
func (r *Resolver) related(ctx context.Context, contact, account *string, open *bool, first *int, after *string) (models.RelatedQuery, error) {
	q := models.RelatedQuery{ContactID: deref(contact), AccountID: deref(account), Open: open, First: gate.UsualRows, Total: wants(ctx, "totalCount"), Hidden: r.hidden(ctx)}
	if first != nil {
		q.First = *first
	}
	at, err := r.cursors.open(after, "after")
	q.After = deref(at)
	return q, err
}

// read answers a page of a section: as it was read with the card's head, or by itself.
func read[T any](ctx context.Context, q models.RelatedQuery, together func(models.RelatedQuery) (models.Slice[T], bool), alone func(context.Context, models.RelatedQuery) (models.Slice[T], error)) (models.Slice[T], error) {
	s, ok := together(q)
	if !ok {
		var err error
		if s, err = alone(ctx, q); err != nil {
			return s, err
		}
	}
	if !wants(ctx, "edges", "pageInfo") { // sealing a cursor costs more than reading its row
		s.Cursors = make([]string, len(s.Cursors))
	}
	return s, nil
}

// wants tells whether the field that is being resolved was asked for one of the children.
func wants(ctx context.Context, children ...string) bool {
	for _, f := range graphql.CollectFieldsCtx(ctx, nil) {
		if slices.Contains(children, f.Name) {
			return true
		}
	}
	return false
}

// parts are the edges, nodes and page info of a slice.
func parts[T, E any](s models.Slice[T], edge func(cursor string, node *T) *E) (edges []*E, nodes []*T, info *models.PageInfo) {
	edges, nodes = make([]*E, len(s.Rows)), make([]*T, len(s.Rows))
	for i := range s.Rows {
		nodes[i] = &s.Rows[i]
		edges[i] = edge(s.Cursors[i], nodes[i])
	}
	return edges, nodes, &s.PageInfo
}

func (r *Resolver) contactPage(s models.Slice[models.Contact], err error) (*generated.ContactConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.ContactConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Contact) *generated.ContactEdge {
		return &generated.ContactEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) accountPage(s models.Slice[models.Account], err error) (*generated.AccountConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.AccountConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Account) *generated.AccountEdge {
		return &generated.AccountEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) opportunityPage(s models.Slice[models.Opportunity], err error) (*generated.OpportunityConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.OpportunityConnection{TotalCount: s.Total, AsOf: s.AsOf, Stale: s.Stale, More: s.More}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Opportunity) *generated.OpportunityEdge {
		return &generated.OpportunityEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) notePage(s models.Slice[models.Note], err error) (*generated.NoteConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.NoteConnection{TotalCount: s.Total, AsOf: s.AsOf, Stale: s.Stale, More: s.More}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Note) *generated.NoteEdge {
		return &generated.NoteEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) eventPage(s models.Slice[models.Event], err error) (*generated.EventConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.EventConnection{TotalCount: s.Total, AsOf: s.AsOf, Stale: s.Stale, More: s.More}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Event) *generated.EventEdge {
		return &generated.EventEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) taskPage(s models.Slice[models.Task], err error) (*generated.TaskConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.TaskConnection{TotalCount: s.Total, AsOf: s.AsOf, Stale: s.Stale, More: s.More}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Task) *generated.TaskEdge {
		return &generated.TaskEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) runPage(s models.Slice[models.SyncRun], err error) (*generated.SyncRunConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.SyncRunConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.SyncRun) *generated.SyncRunEdge {
		return &generated.SyncRunEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) failurePage(s models.Slice[models.Failure], err error) (*generated.FailureConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.FailureConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Failure) *generated.FailureEdge {
		return &generated.FailureEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) conflictPage(s models.Slice[models.Conflict], err error) (*generated.ConflictConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.ConflictConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.Conflict) *generated.ConflictEdge {
		return &generated.ConflictEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) auditPage(s models.Slice[models.AuditEntry], err error) (*generated.AuditConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.AuditConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.AuditEntry) *generated.AuditEdge {
		return &generated.AuditEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}

func (r *Resolver) signInPage(s models.Slice[models.SignIn], err error) (*generated.SignInConnection, error) {
	if err != nil {
		return nil, err
	}
	c := &generated.SignInConnection{TotalCount: s.Total}
	c.Edges, c.Nodes, c.PageInfo = parts(sealed(r.cursors, s), func(cursor string, n *models.SignIn) *generated.SignInEdge {
		return &generated.SignInEdge{Cursor: cursor, Node: n}
	})
	return c, nil
}
