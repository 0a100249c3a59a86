// Package widget is the customer card: what an agent sees of the Salesforce customer beside a Desk
// ticket.
//
// The profile comes from the mirrors. Related records (opportunities, notes, events, tasks) are
// read from Salesforce in one API call per customer, stored, and served stale-while-revalidate:
// fresh ones as they are, stale ones at once while they are read again behind, missing ones within
// a deadline. When Salesforce is slow or down, the card shows what is known and how old it is.
package widget

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"sidelight/internal/lifetime"
	"sidelight/models"
)

// Config wires a Service.
type Config struct {
	Store  Store
	Logger *slog.Logger
	// Salesforce and Desk hand out the connected clients; an error means that the side is not
	// connected.
	Salesforce func() (Salesforce, error)
	Desk       func() (Desk, error)
	// Observe makes the sync re-read a Salesforce record now, for Refresh.
	Observe func(ctx context.Context, object models.SyncObject, salesforceID string) error
	// Host is the connected side's host for deep links, "" when it is not connected.
	Host func(ctx context.Context, side models.Side) (host, organization string)
	// Fresh is how long a section is served without asking again. Zero means a minute. A section
	// that is mirrored is kept by others: it is asked for only when the mirror is older than
	// MirrorFresh, zero means five minutes.
	Fresh       time.Duration
	MirrorFresh time.Duration
	// RefreshEvery is how long what was read is not read again, also where an agent asks for it,
	// whichever key and replica asked before.
	RefreshEvery time.Duration
	// Deadline is how long a card waits for the vendors in all. Zero means 3 seconds.
	Deadline time.Duration
	// Watch is how often open cards are looked at for changes. Zero means half a second.
	Watch time.Duration
	Now   func() time.Time
}

// parallelBehind is how many reads run at once that nobody waits for: a burst of new tickets does
// not take Salesforce's answers from agents.
const parallelBehind = 4

// Service serves cards. Close it to wait for what it reads in the background.
type Service struct {
	Config
	tasks    *lifetime.Group
	reads    singleflight.Group
	slots    *semaphore.Weighted
	watchers watchers
	// unanswered is when Desk last did not say who may see a ticket, Unix nanoseconds.
	unanswered atomic.Int64
}

// New makes a Service.
func New(c Config) *Service {
	if c.Fresh == 0 {
		c.Fresh = time.Minute
	}
	if c.MirrorFresh == 0 {
		c.MirrorFresh = 5 * time.Minute
	}
	if c.Deadline == 0 {
		c.Deadline = 3 * time.Second
	}
	if c.Watch == 0 {
		c.Watch = 500 * time.Millisecond
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{Config: c, tasks: lifetime.New(context.Background()), slots: semaphore.NewWeighted(parallelBehind)}
	return s
}

// Close ends the background reads and waits for them.
func (s *Service) Close() {
	s.watchers.close()
	s.tasks.Cancel()
}

// readMode is how much a caller needs what is not there yet.
type readMode int

const (
	showCard  readMode = iota // an agent waits: what is missing is read at once, what is old behind
	readAgain                 // an agent asked for it: everything is read at once
	warmCard                  // nobody waits
)

// Customer is the card's head for the key, with the selected sections made available; nil when
// nobody matches.
func (s *Service) Customer(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Customer, error) {
	return s.customer(ctx, key, sel, showCard)
}

// Refresh reads the customer from Salesforce again, now. Where Salesforce does not answer in time,
// the card is what was known, marked stale.
func (s *Service) Refresh(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Customer, error) {
	return s.customer(ctx, key, sel, readAgain)
}

// Warm reads a ticket's customer before an agent opens it (a Ticket_Add webhook).
func (s *Service) Warm(ctx context.Context, ticketID string) error {
	_, err := s.customer(ctx, models.CustomerKey{DeskTicketID: &ticketID}, models.Selection{Contact: true, Account: true, Parent: true, Sections: models.RelatedNeeds}, warmCard)
	return err
}

// customer makes a card. Whatever it waits for ends at one deadline.
func (s *Service) customer(ctx context.Context, key models.CustomerKey, sel models.Selection, h readMode) (*models.Customer, error) {
	wait, cancel := context.WithTimeout(ctx, s.Deadline)
	defer cancel()
	key, late, err := s.resolveTicket(ctx, wait, key, h)
	if err != nil || key == (models.CustomerKey{}) {
		return nil, err
	}
	if h == readAgain && s.Observe != nil {
		contact, account, err := s.head(ctx, key, sel)
		if err != nil || (contact == nil && account == nil) {
			return nil, err
		}
		if err := s.observe(wait, contact, account); err != nil {
			late = true
			s.Logger.Warn("a customer could not be read again", "code", models.CodeOf(err))
		}
	}
	found, err := s.Store.Card(ctx, key, sel, func(contact *models.Contact, account *models.Account) models.CardRead {
		contact = open(contact, sel)
		return toRead(whose(contact, account, sel), pagesOf(contact, account, sel))
	})
	contact, account := open(found.Contact, sel), found.Account
	if err != nil || (contact == nil && account == nil) {
		return nil, err
	}
	list, read := whose(contact, account, sel), found.Read
	answer, asOf, stale, err := s.ensure(ctx, wait, list, read, found.Answer, h)
	if err != nil {
		return nil, err
	}
	together := s.together(read.Pages, answer)
	if contact != nil {
		contact.Sections = together
	}
	if account != nil {
		account.Sections = together
	}
	c := &models.Customer{Contact: contact, Account: account, Link: linkOf(contact, account)}
	profile := profileAsOf(answer.Polled, contact, account)
	stale = stale || late
	c.AsOf, c.Stale = oldest(profile, asOf), &stale
	return c, nil
}

// head reads whose card it is.
func (s *Service) head(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Contact, *models.Account, error) {
	contact, account, err := s.Store.Customer(ctx, key, sel)
	return open(contact, sel), account, err
}

// open is no contact where it is closed to the caller: nothing of the card may tell that it exists.
func open(contact *models.Contact, sel models.Selection) *models.Contact {
	if sel.ContactClosed {
		return nil
	}
	return contact
}

// resolveTicket turns a ticket's key into its requester's; a ticket of nobody is the zero key. late
// tells that Desk was asked anew and did not answer.
func (s *Service) resolveTicket(ctx, wait context.Context, key models.CustomerKey, h readMode) (_ models.CustomerKey, late bool, err error) {
	if key.DeskTicketID == nil {
		return key, false, nil
	}
	id := *key.DeskTicketID
	known, err := s.Store.Ticket(ctx, id)
	if err != nil {
		return models.CustomerKey{}, false, err
	}
	if known != nil && h == showCard {
		if s.Now().Sub(known.AsOf) > s.Fresh {
			// Its requester may have been changed.
			s.behind(func(ctx context.Context) { _, _ = s.readTicket(ctx, id) })
		}
		return requester(*known), false, nil
	}
	t, err := s.readTicket(wait, id)
	switch {
	case err == nil:
		return requester(*t), false, nil
	case known != nil:
		return requester(*known), true, nil
	case models.CodeOf(err) == models.CodeNotFound:
		return models.CustomerKey{}, false, nil
	}
	return models.CustomerKey{}, false, err
}

// requester is the key of a ticket's contact, or of its account; zero where it has neither.
func requester(t models.Ticket) models.CustomerKey {
	switch {
	case t.ContactID != "":
		return models.CustomerKey{DeskContactID: &t.ContactID}
	case t.AccountID != "":
		return models.CustomerKey{DeskAccountID: &t.AccountID}
	}
	return models.CustomerKey{}
}

// behind runs work after the answer, unless the service is being closed.
func (s *Service) behind(work func(context.Context)) {
	s.tasks.Go(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, 10*s.Deadline)
		defer cancel()
		work(ctx)
	})
}

// observe has the sync read both records again. It goes on when the caller's patience ends.
func (s *Service) observe(wait context.Context, contact *models.Contact, account *models.Account) error {
	done := make(chan error, 1)
	s.behind(func(ctx context.Context) {
		var errs []error
		if contact != nil && contact.SalesforceID != nil && s.due(contact.Pair) {
			errs = append(errs, s.Observe(ctx, models.ContactObject, *contact.SalesforceID))
		}
		if account != nil && account.SalesforceID != nil && s.due(account.Pair) {
			errs = append(errs, s.Observe(ctx, models.AccountObject, *account.SalesforceID))
		}
		done <- errors.Join(errs...)
	})
	select {
	case err := <-done:
		return err
	case <-wait.Done():
		return models.Wrap(wait.Err(), models.CodeUpstreamUnavailable, "Salesforce did not answer in time")
	}
}

// due tells whether a record may be read again.
func (s *Service) due(p models.Pair) bool {
	return p.ReadAt == nil || s.Now().Sub(*p.ReadAt) >= s.RefreshEvery
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

// profileAsOf is when the older of contact and account was known to be as it is shown: when it was
// last seen, or when its sides were last asked for changes and named none.
func profileAsOf(polled map[models.Side]time.Time, contact *models.Contact, account *models.Account) *time.Time {
	asOf := func(p models.Pair) *time.Time {
		var unchanged *time.Time
		for side, id := range map[models.Side]*string{models.Desk: p.DeskID, models.Salesforce: p.SalesforceID} {
			at, known := polled[side]
			switch {
			case id == nil:
			case !known:
				return p.ObservedAt
			default:
				unchanged = oldest(unchanged, &at)
			}
		}
		if unchanged == nil || (p.ObservedAt != nil && p.ObservedAt.After(*unchanged)) {
			return p.ObservedAt
		}
		return unchanged
	}
	var first *time.Time
	if contact != nil {
		first = oldest(first, asOf(contact.Pair))
	}
	if account != nil {
		first = oldest(first, asOf(account.Pair))
	}
	return first
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
