package widget

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"sidelight/models"
)

// customer is whom related records hang on: a Salesforce contact, with its account where that may
// be known, or an account alone. What is hidden of their records, a line each, is not read.
type customer struct{ contactID, accountID, hidden string }

func (c customer) hides() []string {
	if c.hidden == "" {
		return nil
	}
	return strings.Split(c.hidden, "\n")
}

func hiding(fields []string) string { return strings.Join(fields, "\n") }

// ids are the names under which the freshness of a section is kept: a contact's opportunities are
// its own and its account's, which other contacts share.
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

// whose are the customers behind a card, with what is wanted of them: the contact and the account
// each have their own records. One that is not in Salesforce has none.
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
			// They come with the contact's.
			sections = slices.DeleteFunc(sections, func(n models.Need) bool { return n == models.NeedOpportunities })
		}
		if len(sections) > 0 {
			out = append(out, wanted{customer{accountID: *account.SalesforceID, hidden: hiding(sel.Hidden)}, sections})
		}
	}
	return out
}

// freshness is how the sections of one customer stand.
type freshness map[models.Need]*models.RelatedState

// toRead is what the store has to tell of sections and pages.
func toRead(list []wanted, pages []models.SectionPage) models.CardRead {
	out := models.CardRead{Pages: pages}
	for _, w := range list {
		hidden := w.who.hides()
		for _, section := range w.sections {
			out.CustomerIDs = append(out.CustomerIDs, w.who.ids(section)...)
			out.Sections = append(out.Sections, section, section.Without(hidden))
		}
	}
	slices.Sort(out.CustomerIDs)
	slices.Sort(out.Sections)
	out.CustomerIDs, out.Sections = slices.Compact(out.CustomerIDs), slices.Compact(out.Sections)
	return out
}

// pagesOf are the first pages that a card shows, as the resolvers of its sections ask for them.
func pagesOf(contact *models.Contact, account *models.Account, sel models.Selection) []models.SectionPage {
	var out []models.SectionPage
	for _, p := range sel.Pages {
		q := models.RelatedQuery{Open: p.Open, First: p.First, Hidden: sel.Hidden}
		switch {
		case p.OfAccount && account != nil && account.SalesforceID != nil:
			q.AccountID = *account.SalesforceID
		case !p.OfAccount && contact != nil && contact.SalesforceID != nil:
			q.ContactID = *contact.SalesforceID
			if p.Section == models.NeedOpportunities && sel.Parent && contact.SalesforceParentID != nil {
				q.AccountID = *contact.SalesforceParentID
			}
		default:
			continue
		}
		out = append(out, models.SectionPage{Section: p.Section, Query: q})
	}
	return out
}

// together are the pages that were read with the head of a card. Those of a section that was never
// read are left out: asked for by themselves, they say so.
func (s *Service) together(pages []models.SectionPage, answer models.CardAnswer) *models.SectionsRead {
	out := &models.SectionsRead{Pages: slices.Clone(pages), Answer: answer}
	for i, p := range pages {
		w := wanted{customer{p.Query.ContactID, p.Query.AccountID, hiding(p.Query.Hidden)}, []models.Need{p.Section}}
		state := s.standing(answer.States, w)[p.Section]
		if state == nil {
			out.Pages[i].Section = ""
			continue
		}
		switch p.Section {
		case models.NeedOpportunities:
			standsAs(s, &answer.Opportunities[i], state, p.Query)
		case models.NeedNotes:
			standsAs(s, &answer.Notes[i], state, p.Query)
		case models.NeedEvents:
			standsAs(s, &answer.Events[i], state, p.Query)
		case models.NeedTasks:
			standsAs(s, &answer.Tasks[i], state, p.Query)
		}
	}
	return out
}

// states reads how the sections stand; one that was never read, or only in part, is absent.
func (s *Service) states(ctx context.Context, w wanted) (freshness, error) {
	read := toRead([]wanted{w}, nil)
	known, err := s.Store.RelatedStates(ctx, read.CustomerIDs, read.Sections)
	if err != nil {
		return nil, err
	}
	return s.standing(known, w), nil
}

// standing is how the sections stand, by their stored states.
func (s *Service) standing(known map[string]map[models.Need]models.RelatedState, w wanted) freshness {
	hidden, out := w.who.hides(), freshness{}
	for _, section := range w.sections {
		var whole *models.RelatedState
		for _, id := range w.who.ids(section) {
			state, ok := known[id][section]
			// What was read without the hidden fields is as good here, where the whole is missing
			// or older.
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
			whole.Stale, whole.Mirrored, whole.Cut = whole.Stale || state.Stale, whole.Mirrored && state.Mirrored, whole.Cut || state.Cut
			whole.AsOf = *oldest(&whole.AsOf, &state.AsOf)
		}
		if whole != nil {
			out[section] = whole
		}
	}
	return out
}

// old tells whether a section should be read again.
func (s *Service) old(state *models.RelatedState) bool {
	limit := s.Fresh
	if state.Mirrored {
		limit = max(limit, s.MirrorFresh)
	}
	return state.Stale || s.Now().Sub(state.AsOf) > limit
}

// ensure makes what is wanted available, and answers it: old sections are read behind, missing ones
// (or all, when asked) until the caller's patience ends. asOf is the oldest section's time; stale
// tells that one of them is older than it should be or could not be read. known is what the store
// has answered already.
func (s *Service) ensure(ctx, wait context.Context, list []wanted, want models.CardRead, known models.CardAnswer, h readMode) (answer models.CardAnswer, asOf *time.Time, stale bool, err error) {
	answer = known
	began := s.Now().Truncate(time.Microsecond) // as the store keeps it
	var reading sync.WaitGroup
	asked := false
	for _, w := range list {
		states := s.standing(answer.States, w)
		var missing, old []models.Need
		for _, section := range w.sections {
			switch state := states[section]; {
			case state == nil || h == readAgain && (state.Stale || s.Now().Sub(state.AsOf) >= s.RefreshEvery):
				missing = append(missing, section)
			case s.old(state):
				old = append(old, section)
			}
		}
		if h == warmCard {
			missing, old = nil, append(old, missing...)
		}
		if len(old) > 0 {
			s.readBehind(w.who, old)
		}
		if len(missing) > 0 {
			asked = true
			reading.Go(func() {
				if err := s.read(wait, w.who, missing, h == readAgain); err != nil {
					s.Logger.Warn("related records could not be read in time", "code", models.CodeOf(err))
				}
			})
		}
	}
	reading.Wait()
	if asked {
		if answer, err = s.Store.Sections(ctx, want); err != nil {
			return answer, nil, false, err
		}
	}
	for _, w := range list {
		states := s.standing(answer.States, w)
		for _, section := range w.sections {
			state := states[section]
			if state == nil {
				stale = true
				continue
			}
			stale = stale || s.old(state) || (h == readAgain && state.AsOf.Before(began.Add(-s.RefreshEvery)))
			asOf = oldest(asOf, &state.AsOf)
		}
	}
	return answer, asOf, stale, nil
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

// read asks Salesforce for the sections in one call and stores what it answered. Callers that want
// the same at the same time share it; the call itself goes on when a caller gives up, so that the
// next one finds the answer. fresh does not take what was asked for before: that may have been
// answered before it changed.
func (s *Service) read(ctx context.Context, who customer, sections []models.Need, fresh bool) error {
	for {
		mine := false // read only after the answer: the call that sets it is over then
		answer := s.reads.DoChan(flightKey(who, sections), func() (any, error) {
			mine = true
			return nil, s.untilClosed(func(ctx context.Context) error { return s.readNow(ctx, who, sections) })
		})
		select {
		case <-ctx.Done():
			return models.Wrap(ctx.Err(), models.CodeUpstreamUnavailable, "Salesforce did not answer in time")
		case shared := <-answer:
			if mine || !fresh {
				return shared.Err
			}
		}
		fresh = false // the next one began after we asked
	}
}

// readBehind reads sections that nobody waits for, a few at a time. An agent who does wait is not
// made to queue behind them.
func (s *Service) readBehind(who customer, sections []models.Need) {
	s.reads.DoChan("behind/"+flightKey(who, sections), func() (any, error) {
		return nil, s.untilClosed(func(context.Context) error {
			if err := s.slots.Acquire(s.tasks.Context(), 1); err != nil {
				return err
			}
			defer s.slots.Release(1)
			ctx, cancel := context.WithTimeout(s.tasks.Context(), 10*s.Deadline)
			defer cancel()
			err := s.readNow(ctx, who, sections)
			if err != nil {
				s.Logger.Info("related records could not be read behind", "code", models.CodeOf(err))
			}
			return err
		})
	})
}

// untilClosed runs work that Close waits for, and answers its error, or that the service was
// closed.
func (s *Service) untilClosed(work func(context.Context) error) error {
	done := make(chan error, 1)
	s.behind(func(ctx context.Context) { done <- work(ctx) })
	select {
	case err := <-done:
		return err
	case <-s.tasks.Context().Done():
		return s.tasks.Context().Err()
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

// The sections answer from the store what ensure has made available. One that was never read is
// UPSTREAM_UNAVAILABLE, never "none".

// Opportunities are the customer's, open ones first.
func (s *Service) Opportunities(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Opportunity], error) {
	return section(ctx, s, q, models.NeedOpportunities, s.Store.CustomerOpportunities)
}

// OpportunitySums are the worth of the customer's opportunities, a currency each.
func (s *Service) OpportunitySums(ctx context.Context, q models.RelatedQuery) ([]models.OpportunitySum, error) {
	states, err := s.states(ctx, wanted{customer{q.ContactID, q.AccountID, hiding(q.Hidden)}, []models.Need{models.NeedOpportunities}})
	if err != nil {
		return nil, err
	}
	if state := states[models.NeedOpportunities]; state != nil && state.Cut && !state.Mirrored {
		totals := counted(state, q)
		if _, known := totals.Count(q.Open); known {
			return totals.Sums(q.Open), nil
		}
	}
	return s.Store.OpportunitySums(ctx, q)
}

// counted are a section's totals, if they are of those whose records are asked for.
func counted(state *models.RelatedState, q models.RelatedQuery) *models.SectionTotals {
	if state.Totals == nil || (q.ContactID != "" && state.Totals.AccountID != q.AccountID) {
		return nil
	}
	return state.Totals
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
	standsAs(s, &out, states[need], q)
	return out, err
}

// standsAs says of a page how its section stands: how fresh it is, and whether Salesforce has more.
func standsAs[T any](s *Service, page *models.Slice[T], state *models.RelatedState, q models.RelatedQuery) {
	stale := s.old(state)
	more := state.Cut && !state.Mirrored
	if n, known := counted(state, q).Count(q.Open); more && known {
		more = false
		if q.Total {
			page.Total = &n
		}
	}
	page.AsOf, page.Stale, page.More = &state.AsOf, &stale, &more
}
