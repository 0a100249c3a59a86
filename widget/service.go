// Package widget is the customer card: what an agent sees of the Salesforce customer beside a Desk ticket.
//
// The profile comes from the mirrors. Related records (opportunities, notes, events, tasks) are read from Salesforce in one API call
// per customer, stored, and served stale-while-revalidate: fresh ones as they are, stale ones at once while they are read again behind,
// missing ones within a deadline. When Salesforce is slow or down, the card shows what is known and how old it is.
package widget

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sidelight/models"
)

// Config wires a Service.
type Config struct {
	Store  Store
	Logger *slog.Logger
	// Salesforce and Desk hand out the connected clients; an error means that the side is not connected.
	Salesforce func() (Salesforce, error)
	Desk       func() (Desk, error)
	// Observe makes the sync re-read a Salesforce record now, for Refresh.
	Observe func(ctx context.Context, object models.SyncObject, salesforceID string) error
	// Host is the connected side's host for deep links, "" when it is not connected.
	Host func(ctx context.Context, side models.Side) (host, organization string)
	// Fresh is how long a section is served without asking again. Zero means a minute.
	Fresh time.Duration
	// Deadline is how long a card waits for a section that was never read. Zero means 3 seconds.
	Deadline time.Duration
	Now      func() time.Time
}

// Service serves cards. Close it to wait for what it reads in the background.
type Service struct {
	Config
	background context.Context
	cancel     context.CancelFunc
	wg         sync.WaitGroup
	reads      flights
	watchers   watchers
}

// New makes a Service.
func New(c Config) *Service {
	if c.Fresh == 0 {
		c.Fresh = time.Minute
	}
	if c.Deadline == 0 {
		c.Deadline = 3 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{Config: c}
	s.background, s.cancel = context.WithCancel(context.Background())
	return s
}

// Close ends the background reads and waits for them.
func (s *Service) Close() {
	s.cancel()
	s.wg.Wait()
	s.watchers.close()
}

// Customer is the card's head for the key, with the selected sections made available; nil when nobody matches.
func (s *Service) Customer(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Customer, error) {
	return s.customer(ctx, key, sel, false)
}

// Refresh reads the customer from Salesforce again, now. Where Salesforce does not answer, the card is what was known, marked stale.
func (s *Service) Refresh(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Customer, error) {
	return s.customer(ctx, key, sel, true)
}

func (s *Service) customer(ctx context.Context, key models.CustomerKey, sel models.Selection, now bool) (*models.Customer, error) {
	key, err := s.resolveTicket(ctx, key)
	if err != nil || key == (models.CustomerKey{}) {
		return nil, err
	}
	contact, account, err := s.Store.Customer(ctx, key, sel)
	if err != nil || (contact == nil && account == nil) {
		return nil, err
	}
	if now && s.Observe != nil {
		if err := s.observe(ctx, contact, account); err != nil {
			s.Logger.Warn("a customer could not be read again", "code", models.CodeOf(err))
		} else if contact, account, err = s.Store.Customer(ctx, key, sel); err != nil || (contact == nil && account == nil) {
			return nil, err
		}
	}
	c := &models.Customer{Contact: contact, Account: account, Link: linkOf(contact, account)}
	c.AsOf = oldest(observedAt(contact, account))
	stale := false
	if who, ok := whose(contact, account); ok && len(sel.Sections) > 0 {
		asOf, old, err := s.ensure(ctx, who, sel.Sections, now)
		if err != nil {
			return nil, err
		}
		c.AsOf, stale = oldest(c.AsOf, asOf), old
	}
	c.Stale = &stale
	return c, nil
}

// Warm reads a ticket's customer before an agent opens it (a Ticket_Add webhook).
func (s *Service) Warm(ctx context.Context, ticketID string) error {
	_, err := s.Customer(ctx, models.CustomerKey{DeskTicketID: &ticketID}, models.Selection{Sections: models.RelatedNeeds})
	return err
}

// resolveTicket turns a ticket's key into its contact's, or its account's. A ticket of nobody is the zero key.
func (s *Service) resolveTicket(ctx context.Context, key models.CustomerKey) (models.CustomerKey, error) {
	if key.DeskTicketID == nil {
		return key, nil
	}
	id := *key.DeskTicketID
	t, err := s.Store.Ticket(ctx, id)
	if err != nil {
		return models.CustomerKey{}, err
	}
	switch {
	case t == nil:
		if t, err = s.readTicket(ctx, id); models.CodeOf(err) == models.CodeNotFound {
			return models.CustomerKey{}, nil
		} else if err != nil {
			return models.CustomerKey{}, err
		}
	case s.Now().Sub(t.AsOf) > s.Fresh:
		s.behind(func(ctx context.Context) { _, _ = s.readTicket(ctx, id) }) // its requester may have been changed
	}
	switch {
	case t.ContactID != "":
		return models.CustomerKey{DeskContactID: &t.ContactID}, nil
	case t.AccountID != "":
		return models.CustomerKey{DeskAccountID: &t.AccountID}, nil
	}
	return models.CustomerKey{}, nil
}

func (s *Service) readTicket(ctx context.Context, id string) (*models.Ticket, error) {
	desk, err := s.Desk()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.Deadline)
	defer cancel()
	t, err := desk.Ticket(ctx, id)
	if err != nil {
		return nil, err
	}
	t.AsOf = s.Now().UTC()
	return &t, s.Store.SaveTicket(ctx, t)
}

// behind runs work after the answer, unless the service is being closed.
func (s *Service) behind(work func(context.Context)) {
	if s.background.Err() != nil {
		return
	}
	s.wg.Go(func() {
		ctx, cancel := context.WithTimeout(s.background, 10*s.Deadline)
		defer cancel()
		work(ctx)
	})
}

func (s *Service) observe(ctx context.Context, contact *models.Contact, account *models.Account) error {
	ctx, cancel := context.WithTimeout(ctx, s.Deadline)
	defer cancel()
	if contact != nil && contact.SalesforceID != nil {
		if err := s.Observe(ctx, models.ContactObject, *contact.SalesforceID); err != nil {
			return err
		}
	}
	if account != nil && account.SalesforceID != nil {
		return s.Observe(ctx, models.AccountObject, *account.SalesforceID)
	}
	return nil
}

func linkOf(contact *models.Contact, account *models.Account) *models.Link {
	var p *models.Pair
	switch {
	case contact != nil:
		p = &contact.Pair
	default:
		p = &account.Pair
	}
	l := &models.Link{ID: p.ID, Object: p.Object, DeskID: p.DeskID, SalesforceID: p.SalesforceID, SyncedAt: p.SyncedAt}
	if p.MatchedBy != nil {
		l.MatchedBy = *p.MatchedBy
	}
	return l
}

func observedAt(contact *models.Contact, account *models.Account) *time.Time {
	var a, b *time.Time
	if contact != nil {
		a = contact.ObservedAt
	}
	if account != nil {
		b = account.ObservedAt
	}
	return oldest(a, b)
}

// oldest is the earlier of two times, of which either may be unknown.
func oldest(times ...*time.Time) *time.Time {
	var first *time.Time
	for _, t := range times {
		if t != nil && (first == nil || t.Before(*first)) {
			first = t
		}
	}
	return first
}
