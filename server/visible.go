package server

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"sidelight/graph"
	"sidelight/models"
	"sidelight/sync/zohodesk"
)

// Bounds of what is known of agents. It is asked for again when it is older than agentFresh; while
// Desk does not answer, it goes on until it is older than agentAtMost.
const (
	agentFresh   = 5 * time.Minute
	agentAtMost  = time.Hour
	agentPause   = 5 * time.Second // without a question after one that was not answered
	agentTimeout = 3 * time.Second
	maxAgents    = 10_000
)

// ticketCard is the card as callers reach it. Where the installation shows agents the customers of
// their tickets alone, an agent asks by a ticket that Desk shows them. Every other ticket is
// answered as one that does not exist.
type ticketCard struct {
	frugalCard
	agents *deskAgents
}

// Customer answers nil for a ticket that the agent may not see.
func (c ticketCard) Customer(
	ctx context.Context, key models.CustomerKey, sel models.Selection,
) (*models.Customer, error) {
	if ok, err := c.mayAsk(ctx, key); err != nil || !ok {
		return nil, err
	}
	return c.frugalCard.Customer(ctx, key, sel)
}

// Refresh reads nothing again for a ticket that the agent may not see.
func (c ticketCard) Refresh(
	ctx context.Context, key models.CustomerKey, sel models.Selection,
) (*models.Customer, error) {
	if ok, err := c.mayAsk(ctx, key); err != nil || !ok {
		return nil, err
	}
	return c.frugalCard.Refresh(ctx, key, sel)
}

// mayAsk tells whether the caller may be shown the key's customer.
func (c ticketCard) mayAsk(ctx context.Context, key models.CustomerKey) (bool, error) {
	v := graph.ViewerFrom(ctx)
	switch {
	case v == nil:
		return false, nil
	case !v.OnlyTickets() || v.Preview:
		return true, nil
	case key.DeskTicketID == nil:
		err := models.Errorf(models.CodeForbidden,
			"the setting %s shows agents the customers of their tickets alone: ask by deskTicketId", graph.AgentCardsSetting)
		err.Fields = []string{"by"}
		return false, err
	case v.AgentID == "":
		return false, models.Errorf(models.CodeForbidden,
			"the setting %s needs to know which agent of Zoho Desk asks, and the token does not tell: "+
				"sign in with Zoho Desk, or name the claim with agent= in --issuer", graph.AgentCardsSetting)
	}
	ticket, err := c.TicketFacts(ctx, *key.DeskTicketID)
	if err != nil || ticket == nil {
		return false, notTold(err)
	}
	agent, err := c.agents.known.get(ctx, v.AgentID, c.agents.read)
	if err != nil {
		return false, notTold(err)
	}
	if agent.TeamDecides(*ticket, v.Cards) {
		if agent.Teams, err = c.agents.teams.get(ctx, v.AgentID, c.agents.readTeams); err != nil {
			return false, notTold(err)
		}
	}
	return agent.Sees(*ticket, v.Cards), nil
}

// notTold is what is said where Desk does not tell who may see a ticket. Nothing is shown then.
func notTold(err error) error {
	switch models.CodeOf(err) {
	case "", models.CodeForbidden, models.CodeRateLimited, models.CodeUnavailable:
		return err
	}
	return models.Wrap(err, models.CodeUpstreamUnavailable,
		"Zoho Desk does not say right now whether you may see this ticket: try again in a moment")
}

// deskAgents are what Desk says of agents, and of their teams.
type deskAgents struct {
	desk  func() (*zohodesk.Client, error)
	known *remembered[models.DeskAgent]
	teams *remembered[[]string]
}

func newDeskAgents(desk func() (*zohodesk.Client, error), f *frugal) *deskAgents {
	return &deskAgents{desk, newRemembered[models.DeskAgent](f), newRemembered[[]string](f)}
}

func (a *deskAgents) read(ctx context.Context, id string) (models.DeskAgent, error) {
	client, err := a.desk()
	if err != nil {
		return models.DeskAgent{}, err
	}
	agent, err := client.Agent(ctx, id)
	return models.DeskAgent{ID: agent.ID, Tickets: agent.Tickets, Departments: agent.Departments}, err
}

func (a *deskAgents) readTeams(ctx context.Context, id string) ([]string, error) {
	client, err := a.desk()
	if err != nil {
		return nil, err
	}
	return client.AgentTeams(ctx, id)
}

// forget forgets what is known: another Desk may be connected.
func (a *deskAgents) forget() {
	a.known.forget()
	a.teams.forget()
}

// remembered is what Desk said of agents, by their ids: asked for within the caller's budget of
// vendor calls, once for all who ask at the same time, and kept within bounds.
type remembered[T any] struct {
	*frugal
	mu    sync.Mutex
	byID  map[string]*heard[T]
	calls singleflight.Group
}

// heard is one answer: a value, or that there is no such agent any more. A question that was not
// answered leaves the answer before it.
type heard[T any] struct {
	value    T
	gone     error
	at       time.Time
	failed   error // of the latest question, nil where it was answered
	failedAt time.Time
}

func newRemembered[T any](f *frugal) *remembered[T] {
	return &remembered[T]{frugal: f, byID: map[string]*heard[T]{}}
}

func (r *remembered[T]) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.byID)
}

// get answers what is known of the agent, or asks for it.
func (r *remembered[T]) get(
	ctx context.Context, id string, read func(context.Context, string) (T, error),
) (T, error) {
	now := r.now()
	had := r.heard(id)
	if !had.at.IsZero() && now.Sub(had.at) < agentFresh {
		return had.value, had.gone
	}
	if had.failed != nil && now.Sub(had.failedAt) < agentPause {
		return had.lasting(now, had.failed)
	}
	answer := r.calls.DoChan(id, func() (any, error) {
		if _, ok := r.lookUps.take(callerKeyOf(ctx)); !ok {
			return heard[T]{}, models.Errorf(models.CodeRateLimited, "too many questions to Zoho Desk: wait a moment")
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), agentTimeout)
		defer cancel()
		value, err := read(ctx, id)
		return r.keep(id, value, err), nil
	})
	select {
	case a := <-answer:
		if a.Err != nil {
			return had.lasting(now, a.Err)
		}
		now := a.Val.(heard[T])
		return now.lasting(r.now(), now.failed)
	case <-ctx.Done():
		return had.lasting(now, ctx.Err())
	}
}

// heard is what was said of the agent last.
func (r *remembered[T]) heard(id string) heard[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if h := r.byID[id]; h != nil {
		return *h
	}
	return heard[T]{}
}

// keep keeps an answer. That there is no such agent is one, too.
func (r *remembered[T]) keep(id string, value T, err error) heard[T] {
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.byID[id]
	if h == nil {
		if len(r.byID) >= maxAgents {
			clear(r.byID)
		}
		h = &heard[T]{}
		r.byID[id] = h
	}
	if code := models.CodeOf(err); err == nil || code == models.CodeForbidden || code == models.CodeNotFound {
		*h = heard[T]{value: value, gone: err, at: r.now()}
	} else {
		h.failed, h.failedAt = err, r.now()
	}
	return *h
}

// lasting is the answer as long as it may be used; otherwise why there is none.
func (h heard[T]) lasting(now time.Time, failed error) (T, error) {
	if !h.at.IsZero() && (failed == nil || now.Sub(h.at) < agentAtMost) {
		return h.value, h.gone
	}
	var none T
	return none, failed
}
