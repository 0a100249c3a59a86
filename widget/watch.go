package widget

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"sidelight/models"
)

// watchers are the open cards that want to know when they moved. What moves a card is in the
// database, whichever process put it there (the sync, a read of related records, a change event),
// so one look there a moment serves all of them.
type watchers struct {
	mu      sync.Mutex
	list    map[chan struct{}]*watcher
	looking bool
	closed  bool
}

// watcher is one open card with what it is made of.
type watcher struct {
	key    models.CustomerKey
	closed []models.Need
	parts  models.CardWatch
	seen   string
}

// version is the word of the whole card.
func (w *watcher) version(words map[string]string) string {
	var b strings.Builder
	for _, ids := range [][]string{w.parts.Tickets, w.parts.Links, w.parts.Customers} {
		for _, id := range ids {
			b.WriteString(id + "=" + words[id] + "\n")
		}
	}
	return b.String()
}

// Changed signals when the customer's card has moved: its contact or account, its related records,
// or whose ticket it is. To whom accounts are closed they do not move it. It does so until ctx
// ends; then the channel closes.
func (s *Service) Changed(ctx context.Context, key models.CustomerKey, closed ...models.Need) <-chan struct{} {
	ch := make(chan struct{}, 1)
	w := &watcher{key: key, closed: closed}
	s.find(ctx, w)
	if words, err := s.Store.CardVersions(ctx, w.parts); err == nil {
		w.seen = w.version(words)
	}
	all := &s.watchers
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.closed {
		close(ch)
		return ch
	}
	if all.list == nil {
		all.list = map[chan struct{}]*watcher{}
	}
	all.list[ch] = w
	context.AfterFunc(ctx, func() { all.drop(ch) })
	if !all.looking {
		all.looking = true
		s.tasks.Go(func(context.Context) { s.look() })
	}
	return ch
}

// find resolves the key into the parts of the card. A key of nobody is looked up again with each
// look.
func (s *Service) find(ctx context.Context, w *watcher) {
	w.parts = models.CardWatch{}
	key := w.key
	if key.DeskTicketID != nil {
		w.parts.Tickets = []string{*key.DeskTicketID}
		t, err := s.Store.Ticket(ctx, *key.DeskTicketID)
		if err != nil || t == nil {
			return // the card's own reading finds it
		}
		key = requester(*t)
	}
	accounts := !slices.Contains(w.closed, models.NeedAccounts)
	contact, account, err := s.Store.Customer(ctx, key, models.Selection{Contact: true, Account: accounts, Parent: accounts})
	if err != nil {
		return
	}
	add := func(link string, ids ...*string) {
		w.parts.Links = append(w.parts.Links, link)
		for _, id := range ids {
			if id != nil {
				w.parts.Customers = append(w.parts.Customers, *id)
			}
		}
	}
	if contact != nil {
		add(contact.ID, contact.SalesforceID, contact.SalesforceParentID)
	}
	if account != nil {
		add(account.ID, account.SalesforceID)
	}
}

// look looks again and again while anybody watches.
func (s *Service) look() {
	tick := time.NewTicker(s.Watch)
	defer tick.Stop()
	for {
		select {
		case <-s.tasks.Context().Done():
			return
		case <-tick.C:
		}
		open, watched := s.watchers.open()
		if !watched {
			return
		}
		s.lookOnce(open)
	}
}

// open are the watchers; with none, the looking has ended.
func (w *watchers) open() (map[chan struct{}]*watcher, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make(map[chan struct{}]*watcher, len(w.list))
	for ch, one := range w.list {
		out[ch] = one
	}
	w.looking = len(out) > 0
	return out, w.looking
}

func (s *Service) lookOnce(open map[chan struct{}]*watcher) {
	ctx, cancel := context.WithTimeout(s.tasks.Context(), s.Deadline)
	defer cancel()
	var all models.CardWatch
	for _, w := range open {
		if len(w.parts.Links) == 0 {
			s.find(ctx, w)
		}
		all.Links, all.Customers, all.Tickets = append(all.Links, w.parts.Links...), append(all.Customers, w.parts.Customers...), append(all.Tickets, w.parts.Tickets...)
	}
	words, err := s.Store.CardVersions(ctx, all)
	if err != nil {
		return // the next look finds it
	}
	for ch, w := range open {
		if w.version(words) == w.seen {
			continue
		}
		s.find(ctx, w) // it may be made of others now
		if fresh, err := s.Store.CardVersions(ctx, w.parts); err == nil {
			w.seen = w.version(fresh)
		}
		s.watchers.tell(ch)
	}
}

func (w *watchers) drop(ch chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.list[ch]; ok {
		delete(w.list, ch)
		close(ch)
	}
}

func (w *watchers) tell(ch chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.list[ch]; !ok {
		return
	}
	select {
	case ch <- struct{}{}:
	default:
	}
}

func (w *watchers) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for ch := range w.list {
		delete(w.list, ch)
		close(ch)
	}
}
