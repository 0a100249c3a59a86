package widget

import (
	"context"
	"slices"
	"sync"
	"time"

	"sidelight/models"
)

// customer is whom related records hang on: a Salesforce contact, with its account, or an account alone.
type customer struct{ contactID, accountID string }

// id is the name under which freshness is kept.
func (c customer) id() string {
	if c.contactID != "" {
		return c.contactID
	}
	return c.accountID
}

func whose(contact *models.Contact, account *models.Account) (customer, bool) {
	var c customer
	if contact != nil {
		if contact.SalesforceID != nil {
			c.contactID = *contact.SalesforceID
		}
		if contact.SalesforceParentID != nil {
			c.accountID = *contact.SalesforceParentID
		}
	}
	if account != nil && account.SalesforceID != nil {
		c.accountID = *account.SalesforceID
	}
	return c, c.contactID != "" || (contact == nil && c.accountID != "")
}

// ensure makes the sections available: stale ones are read behind, missing ones (or all, when now is asked) before it returns, within
// the deadline. asOf is the oldest section's time; stale tells that one of them is older than it should be or could not be read.
func (s *Service) ensure(ctx context.Context, who customer, sections []models.Need, now bool) (asOf *time.Time, stale bool, err error) {
	states, err := s.Store.RelatedStates(ctx, who.id(), sections)
	if err != nil {
		return nil, false, err
	}
	var missing, old []models.Need
	for _, section := range sections {
		state, known := states[section]
		switch {
		case !known || now:
			missing = append(missing, section)
		case state.Stale || s.Now().Sub(state.AsOf) > s.Fresh:
			old = append(old, section)
		}
	}
	if len(old) > 0 {
		s.behind(func(ctx context.Context) { _ = s.read(ctx, who, old) })
	}
	if len(missing) > 0 {
		wait, cancel := context.WithTimeout(ctx, s.Deadline)
		defer cancel()
		if err := s.read(wait, who, missing); err != nil {
			s.Logger.Warn("related records could not be read in time", "code", models.CodeOf(err))
		}
		if states, err = s.Store.RelatedStates(ctx, who.id(), sections); err != nil {
			return nil, false, err
		}
	}
	for _, section := range sections {
		state, known := states[section]
		stale = stale || !known || state.Stale || s.Now().Sub(state.AsOf) > s.Fresh
		if known {
			asOf = oldest(asOf, &state.AsOf)
		}
	}
	return asOf, stale, nil
}

// read asks Salesforce for the sections in one call and stores what it answered. Callers that want the same at the same time share it; the
// call itself goes on when a caller gives up, so that the next one finds the answer.
func (s *Service) read(ctx context.Context, who customer, sections []models.Need) error {
	sections = slices.Clone(sections)
	slices.Sort(sections)
	key := who.id()
	for _, section := range sections {
		key += "/" + string(section)
	}
	done, mine := s.reads.join(key)
	if mine {
		s.behind(func(ctx context.Context) {
			s.reads.leave(key, s.readNow(ctx, who, sections))
		})
		if s.background.Err() != nil {
			s.reads.leave(key, context.Canceled)
		}
	}
	select {
	case <-ctx.Done():
		return models.Wrap(ctx.Err(), models.CodeUpstreamUnavailable, "Salesforce did not answer in time")
	case <-done.done:
		return done.err
	}
}

func (s *Service) readNow(ctx context.Context, who customer, sections []models.Need) error {
	salesforce, err := s.Salesforce()
	if err != nil {
		return err
	}
	related, err := salesforce.Related(ctx, models.RelatedRequest{ContactID: who.contactID, AccountID: who.accountID, Sections: sections})
	if err != nil {
		return err
	}
	related.ContactID, related.AccountID, related.AsOf = who.contactID, who.accountID, s.Now().UTC()
	if err := s.Store.SaveRelated(ctx, related); err != nil {
		return err
	}
	s.watchers.tell(who)
	return nil
}

// flight is one read that several callers may wait for.
type flight struct {
	done chan struct{}
	err  error
}

type flights struct {
	mu   sync.Mutex
	open map[string]*flight
}

func (f *flights) join(key string) (fl *flight, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.open[key]; fl != nil {
		return fl, false
	}
	if f.open == nil {
		f.open = map[string]*flight{}
	}
	fl = &flight{done: make(chan struct{})}
	f.open[key] = fl
	return fl, true
}

func (f *flights) leave(key string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fl := f.open[key]; fl != nil {
		fl.err = err
		close(fl.done)
		delete(f.open, key)
	}
}

// The sections answer from the store what ensure has made available. One that was never read is UPSTREAM_UNAVAILABLE, never "none".

// Opportunities are the customer's, open ones first.
func (s *Service) Opportunities(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Opportunity], error) {
	return section(ctx, s, q, models.NeedOpportunities, s.Store.CustomerOpportunities)
}

// Notes are the customer's, newest first.
func (s *Service) Notes(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Note], error) {
	return section(ctx, s, q, models.NeedNotes, s.Store.Notes)
}

// Events are the customer's, latest start first.
func (s *Service) Events(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Event], error) {
	return section(ctx, s, q, models.NeedEvents, s.Store.Events)
}

// Tasks are the customer's, open ones first.
func (s *Service) Tasks(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Task], error) {
	return section(ctx, s, q, models.NeedTasks, s.Store.Tasks)
}

func section[T any](ctx context.Context, s *Service, q models.RelatedQuery, need models.Need, read func(context.Context, models.RelatedQuery) (models.Slice[T], error)) (models.Slice[T], error) {
	var none models.Slice[T]
	id := customer{q.ContactID, q.AccountID}.id()
	if id == "" {
		return none, nil // not in Salesforce: it has no related records there
	}
	states, err := s.Store.RelatedStates(ctx, id, []models.Need{need})
	if err != nil {
		return none, err
	}
	if _, known := states[need]; !known {
		return none, models.Errorf(models.CodeUpstreamUnavailable, "these records have not been read from Salesforce yet: try again shortly")
	}
	return read(ctx, q)
}
