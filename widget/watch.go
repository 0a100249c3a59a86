package widget

import (
	"context"
	"sync"

	"sidelight/models"
)

// watchers are the open cards that want to know when they moved.
type watchers struct {
	mu     sync.Mutex
	list   map[chan struct{}]customer
	closed bool
}

// Changed signals when the customer's related records were read anew, until ctx ends; then the channel closes.
func (s *Service) Changed(ctx context.Context, key models.CustomerKey) <-chan struct{} {
	ch := make(chan struct{}, 1)
	var who customer
	if key, err := s.resolveTicket(ctx, key); err == nil && key != (models.CustomerKey{}) {
		if contact, account, err := s.Store.Customer(ctx, key, models.Selection{Contact: true, Account: true}); err == nil && (contact != nil || account != nil) {
			who, _ = whose(contact, account)
		}
	}
	w := &s.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		close(ch)
		return ch
	}
	if w.list == nil {
		w.list = map[chan struct{}]customer{}
	}
	w.list[ch] = who
	context.AfterFunc(ctx, func() { w.drop(ch) })
	return ch
}

func (w *watchers) drop(ch chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.list[ch]; ok {
		delete(w.list, ch)
		close(ch)
	}
}

func (w *watchers) tell(who customer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch, c := range w.list {
		if c.id() == who.id() {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
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
