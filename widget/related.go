package widget

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"sidelight/models"
)

// customer is whom related records hang on: a Salesforce contact, with its account where that may be known, or an account alone. What is hidden of their records, a line each,
// is not read.
type customer struct{ contactID, accountID, hidden string }

func (c customer) hides() []string {
	if c.hidden == "" {
		return nil
	}
	return strings.Split(c.hidden, "\n")
}

func hiding(fields []string) string { return strings.Join(fields, "\n") }

// ids are the names under which the freshness of a section is kept: a contact's opportunities are its own and its account's, which other contacts share.
func (c customer) ids(section models.Need) []string {
	switch {
	case c.contactID == "":
		return []string{c.accountID}
	case section == models.NeedOpportunities && c.accountID != "":
		return []string{c.contactID, c.accountID}
	}
	return []string{c.contactID}
}

// wanted are sections of one customer.
type wanted struct {
	who      customer
	sections []models.Need
}

// whose are the customers behind a card, with what is wanted of them: the contact and the account each have their own records. One that is not in Salesforce has none.
func whose(contact *models.Contact, account *models.Account, sel models.Selection) []wanted {
	var out []wanted
	if contact != nil && contact.SalesforceID != nil && len(sel.Sections) > 0 {
		c := customer{contactID: *contact.SalesforceID, hidden: hiding(sel.Hidden)}
		if contact.SalesforceParentID != nil {
			c.accountID = *contact.SalesforceParentID
		}
		out = append(out, wanted{c, sel.Sections})
	}
	if account != nil && account.SalesforceID != nil {
		sections := slices.Clone(sel.AccountSections)
		if len(out) > 0 && out[0].who.accountID == *account.SalesforceID && slices.Contains(sel.Sections, models.NeedOpportunities) {
			sections = slices.DeleteFunc(sections, func(n models.Need) bool { return n == models.NeedOpportunities }) // they come with the contact's
		}
		if len(sections) > 0 {
			out = append(out, wanted{customer{accountID: *account.SalesforceID, hidden: hiding(sel.Hidden)}, sections})
		}
	}
	return out
}

// freshness is how the sections of one customer stand.
type freshness map[models.Need]*models.RelatedState

// states reads how the sections stand; one that was never read, or only in part, is absent.
func (s *Service) states(ctx context.Context, w wanted) (freshness, error) {
	ids := []string{}
	for _, section := range w.sections {
		ids = append(ids, w.who.ids(section)...)
	}
	slices.Sort(ids)
	sections, hidden := slices.Clone(w.sections), w.who.hides()
	for _, section := range w.sections {
		if part := section.Without(hidden); part != section {
			sections = append(sections, part)
		}
	}
	known, err := s.Store.RelatedStates(ctx, slices.Compact(ids), sections)
	if err != nil {
		return nil, err
	}
	out := freshness{}
	for _, section := range w.sections {
		var whole *models.RelatedState
		for _, id := range w.who.ids(section) {
			state, ok := known[id][section]
			// What was read without the hidden fields is as good here, where the whole is missing or older.
			if part, read := known[id][section.Without(hidden)]; read && (!ok || s.old(&state)) {
				state, ok = part, true
			}
			if !ok {
				whole = nil
				break
			}
			if whole == nil {
				whole = &state
				continue
			}
			whole.Stale, whole.Mirrored = whole.Stale || state.Stale, whole.Mirrored && state.Mirrored
			whole.AsOf = *oldest(&whole.AsOf, &state.AsOf)
		}
		if whole != nil {
			out[section] = whole
		}
	}
	return out, nil
}

// old tells whether a section should be read again.
func (s *Service) old(state *models.RelatedState) bool {
	limit := s.Fresh
	if state.Mirrored {
		limit = max(limit, s.MirrorFresh)
	}
	return state.Stale || s.Now().Sub(state.AsOf) > limit
}

// ensure makes what is wanted available: old sections are read behind, missing ones (or all, when asked) until the caller's patience ends. asOf is the oldest section's
// time; stale tells that one of them is older than it should be or could not be read.
func (s *Service) ensure(ctx, wait context.Context, list []wanted, h haste) (asOf *time.Time, stale bool, err error) {
	began := s.Now().Truncate(time.Microsecond) // as the store keeps it
	var reading sync.WaitGroup
	standing, asked := make([]freshness, len(list)), make([]bool, len(list))
	for i, w := range list {
		states, err := s.states(ctx, w)
		if err != nil {
			return nil, false, err
		}
		var missing, old []models.Need
		for _, section := range w.sections {
			switch state := states[section]; {
			case state == nil || h == again:
				missing = append(missing, section)
			case s.old(state):
				old = append(old, section)
			}
		}
		if h == warm {
			missing, old = nil, append(old, missing...)
		}
		if len(old) > 0 {
			s.readBehind(w.who, old)
		}
		standing[i], asked[i] = states, len(missing) > 0
		if len(missing) > 0 {
			reading.Go(func() {
				if err := s.read(wait, w.who, missing, h == again); err != nil {
					s.Logger.Warn("related records could not be read in time", "code", models.CodeOf(err))
				}
			})
		}
	}
	reading.Wait()
	for i, w := range list {
		states := standing[i]
		if asked[i] { // nothing else has changed them meanwhile
			if states, err = s.states(ctx, w); err != nil {
				return nil, false, err
			}
		}
		for _, section := range w.sections {
			state := states[section]
			if state == nil {
				stale = true
				continue
			}
			stale = stale || s.old(state) || (h == again && state.AsOf.Before(began))
			asOf = oldest(asOf, &state.AsOf)
		}
	}
	return asOf, stale, nil
}

func flightKey(who customer, sections []models.Need) string {
	sections = slices.Clone(sections)
	slices.Sort(sections)
	key := who.contactID + "/" + who.accountID + "/" + who.hidden
	for _, section := range sections {
		key += "/" + string(section)
	}
	return key
}

// read asks Salesforce for the sections in one call and stores what it answered. Callers that want the same at the same time share it; the call itself goes on when a caller
// gives up, so that the next one finds the answer. fresh does not take what was asked for before: that may have been answered before it changed.
func (s *Service) read(ctx context.Context, who customer, sections []models.Need, fresh bool) error {
	key := flightKey(who, sections)
	for {
		f, mine := s.reads.join(key)
		if mine {
			s.behind(func(ctx context.Context) { s.reads.leave(key, s.readNow(ctx, who, sections)) })
			if s.background.Err() != nil {
				s.reads.leave(key, context.Canceled)
			}
		}
		select {
		case <-ctx.Done():
			return models.Wrap(ctx.Err(), models.CodeUpstreamUnavailable, "Salesforce did not answer in time")
		case <-f.done:
		}
		if mine || !fresh {
			return f.err
		}
		fresh = false // the next one began after we asked
	}
}

// readBehind reads sections that nobody waits for, a few at a time. An agent who does wait is not made to queue behind them.
func (s *Service) readBehind(who customer, sections []models.Need) {
	key := "behind/" + flightKey(who, sections)
	if _, mine := s.reads.join(key); !mine {
		return
	}
	s.behind(func(context.Context) {
		select {
		case s.room <- struct{}{}:
			defer func() { <-s.room }()
		case <-s.background.Done():
			s.reads.leave(key, context.Canceled)
			return
		}
		ctx, cancel := context.WithTimeout(s.background, 10*s.Deadline)
		defer cancel()
		err := s.readNow(ctx, who, sections)
		if err != nil {
			s.Logger.Info("related records could not be read behind", "code", models.CodeOf(err))
		}
		s.reads.leave(key, err)
	})
	if s.background.Err() != nil {
		s.reads.leave(key, context.Canceled)
	}
}

func (s *Service) readNow(ctx context.Context, who customer, sections []models.Need) error {
	salesforce, err := s.Salesforce()
	if err != nil {
		return err
	}
	asked := s.Now().UTC().Truncate(time.Microsecond)
	related, err := salesforce.Related(ctx, models.RelatedRequest{ContactID: who.contactID, AccountID: who.accountID, Sections: sections, Hidden: who.hides()})
	if err != nil {
		return err
	}
	related.ContactID, related.AccountID, related.AsOf, related.Hidden = who.contactID, who.accountID, asked, who.hides()
	return s.Store.SaveRelated(ctx, related)
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
	w := wanted{customer{q.ContactID, q.AccountID, hiding(q.Hidden)}, []models.Need{need}}
	if q.ContactID == "" && q.AccountID == "" {
		return none, nil // not in Salesforce: it has no related records there
	}
	states, err := s.states(ctx, w)
	if err != nil {
		return none, err
	}
	if states[need] == nil {
		return none, models.Errorf(models.CodeUpstreamUnavailable, "these records have not been read from Salesforce yet: try again shortly")
	}
	out, err := read(ctx, q)
	stale := s.old(states[need])
	out.AsOf, out.Stale = &states[need].AsOf, &stale
	return out, err
}
