package server

import (
	"context"
	"sync"
	"time"

	"sidelight/graph"
	"sidelight/models"
	"sidelight/widget"
)

// Vendor calls are what a customer pays for. Those that callers cause have a budget for each
// caller, beside the sync's own share, and none is made for what was asked a moment ago.
const (
	lookUpsAtOnce = 60 // tickets that are not known yet, of one caller
	lookUpEvery   = time.Second
	refreshAtOnce = 20
	refreshEvery  = 2 * time.Second
	unknownFor    = 30 * time.Second // a ticket that Zoho Desk does not have
	maxUnknown    = 10_000
	maxRefreshed  = 10_000
)

// frugalDesk asks Zoho Desk for tickets within its caller's budget.
type frugalDesk struct {
	widget.Desk
	*frugal
}

// frugal is what all callers' budgets are kept in.
type frugal struct {
	lookUps, refreshes *throttle
	every              time.Duration // 0 lets every refresh through
	now                func() time.Time

	mu        sync.Mutex
	unknown   map[string]time.Time // tickets, by id
	refreshed map[string]time.Time // cards, by caller's key
}

func newFrugal(every time.Duration, now func() time.Time) *frugal {
	return &frugal{
		lookUps:   newThrottle(now, lookUpsAtOnce, lookUpEvery),
		refreshes: newThrottle(now, refreshAtOnce, refreshEvery),
		every:     every,
		now:       now,
		unknown:   map[string]time.Time{},
		refreshed: map[string]time.Time{},
	}
}

// forget forgets whose cards and which tickets were asked for: their keys may name people.
func (f *frugal) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.unknown)
	clear(f.refreshed)
}

// Ticket reads a ticket. One that was not there a moment ago is not asked for again, unless nobody
// waits: then Zoho Desk has told of it.
func (d frugalDesk) Ticket(ctx context.Context, id string) (models.Ticket, error) {
	viewer := graph.ViewerFrom(ctx)
	if viewer != nil {
		if d.recently(d.unknown, id, unknownFor) {
			return models.Ticket{}, models.Errorf(models.CodeNotFound, "Zoho Desk has no such ticket")
		}
		if _, ok := d.lookUps.take(callerKeyOf(ctx)); !ok {
			return models.Ticket{}, models.Errorf(
				models.CodeRateLimited,
				"too many tickets that are not known yet: wait a moment",
			)
		}
	}
	t, err := d.Desk.Ticket(ctx, id)
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case err == nil:
		delete(d.unknown, id)
	case models.CodeOf(err) == models.CodeNotFound:
		remember(d.unknown, id, d.now(), maxUnknown)
	}
	return t, err
}

func (f *frugal) recently(when map[string]time.Time, key string, within time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, known := when[key]
	return known && f.now().Sub(at) < within
}

func remember(when map[string]time.Time, key string, now time.Time, most int) {
	if len(when) >= most {
		clear(when)
	}
	when[key] = now
}

// frugalCard is the card with a budget for what its callers cause.
type frugalCard struct {
	*widget.Service
	*frugal
}

// Refresh reads the customer again, at most once in a while: what was read a moment ago is answered
// as it is.
func (c frugalCard) Refresh(
	ctx context.Context,
	key models.CustomerKey,
	sel models.Selection,
) (*models.Customer, error) {
	if c.every == 0 {
		return c.Service.Refresh(ctx, key, sel)
	}
	card := nameOf(key)
	if c.recently(c.refreshed, card, c.every) {
		return c.Service.Customer(ctx, key, sel)
	}
	if _, ok := c.refreshes.take(callerKeyOf(ctx)); !ok {
		return nil, models.Errorf(models.CodeRateLimited, "too many customers are read again: wait a moment")
	}
	c.mu.Lock()
	remember(c.refreshed, card, c.now(), maxRefreshed)
	c.mu.Unlock()
	return c.Service.Refresh(ctx, key, sel)
}

// nameOf is a card's key in one word.
func nameOf(k models.CustomerKey) string {
	return text(
		k.DeskTicketID,
	) + "\n" + text(
		k.DeskContactID,
	) + "\n" + text(
		k.DeskAccountID,
	) + "\n" + text(
		k.Email,
	) + "\n" + text(
		k.SalesforceID,
	)
}
