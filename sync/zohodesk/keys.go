package zohodesk

import (
	"context"
	"crypto/rsa"
	"errors"
	"sync"
	"time"

	"sidelight/models"
)

const (
	// refetch is how often keys and subscriptions are asked for at most because a delivery names unknown ones; refetchFailed, after a failure.
	refetch       = 30 * time.Second
	refetchFailed = 2 * time.Second
	// keysLive is how long keys are taken for Desk's without asking again: one that Desk withdraws ends within it.
	keysLive = time.Hour
	// lookupWithin bounds an asking, within the time that a delivery has.
	lookupWithin = 3 * time.Second
)

// deliveries is what deliveries are checked against.
type deliveries struct {
	mu     sync.Mutex
	hooks  map[string]bool
	keys   map[string]*rsa.PublicKey
	keysAt time.Time

	keyLookup, hookLookup lookup
}

func (d *deliveries) know(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.hooks == nil {
		d.hooks = map[string]bool{}
	}
	d.hooks[id] = true
}

// knowOnly forgets the subscriptions that there are no more.
func (d *deliveries) knowOnly(ids []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hooks = map[string]bool{}
	for _, id := range ids {
		d.hooks[id] = true
	}
}

func (d *deliveries) knows(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hooks[id]
}

// key is a key that is known; lives tells whether it need not be asked for again yet.
func (d *deliveries) key(id string, now time.Time) (key *rsa.PublicKey, lives bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	age := now.Sub(d.keysAt)
	return d.keys[id], age < keysLive && age >= 0
}

// knownHook tells whether the subscription is one of the organization's; another replica may have made it a moment ago.
func (c *Client) knownHook(ctx context.Context, id string) (bool, error) {
	if c.deliveries.knows(id) {
		return true, nil
	}
	err := c.deliveries.hookLookup.run(ctx, c.now(), func(ctx context.Context) error {
		_, err := c.hooks(ctx)
		return err
	})
	if err != nil && !errors.Is(err, errAskedJustNow) {
		return false, err
	}
	return c.deliveries.knows(id), nil
}

// signingKey finds Desk's public key. An unknown one is asked for, not too often; a known one is good until Desk no longer shows it.
func (c *Client) signingKey(ctx context.Context, id string) (*rsa.PublicKey, error) {
	key, lives := c.deliveries.key(id, c.now())
	if key != nil && lives {
		return key, nil
	}
	err := c.deliveries.keyLookup.run(ctx, c.now(), func(ctx context.Context) error {
		keys, err := c.fetchKeys(ctx)
		if err == nil {
			c.deliveries.mu.Lock()
			c.deliveries.keys, c.deliveries.keysAt = keys, c.now()
			c.deliveries.mu.Unlock()
		}
		return err
	})
	if err == nil {
		key, _ = c.deliveries.key(id, c.now())
	}
	switch {
	case key != nil:
		return key, nil
	case err != nil && !errors.Is(err, errAskedJustNow):
		return nil, err
	}
	return nil, models.Errorf(models.CodeUnauthenticated, "unknown key")
}

// errAskedJustNow tells that asking again so soon would let anybody make us ask without end.
var errAskedJustNow = errors.New("asked a moment ago")

// lookup is a question that everybody who has it waits for together, and that is not asked too often.
type lookup struct {
	mu     sync.Mutex
	next   time.Time // not before
	flight *asking
}

type asking struct {
	done chan struct{}
	err  error
}

func (l *lookup) run(ctx context.Context, now time.Time, ask func(context.Context) error) error {
	l.mu.Lock()
	f := l.flight
	if f == nil {
		if wait := l.next.Sub(now); wait > 0 && wait <= refetch {
			l.mu.Unlock()
			return errAskedJustNow
		}
		f = &asking{done: make(chan struct{})}
		l.flight, l.next = f, now.Add(refetch)
		go l.fly(context.WithoutCancel(ctx), f, now, ask)
	}
	l.mu.Unlock()
	select {
	case <-f.done:
		return f.err
	case <-ctx.Done():
		return unavailable(ctx.Err(), "a delivery could not be checked in time")
	}
}

func (l *lookup) fly(ctx context.Context, f *asking, now time.Time, ask func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, lookupWithin)
	defer cancel()
	err := ask(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	f.err, l.flight = err, nil
	if err != nil {
		l.next = now.Add(refetchFailed)
	}
	close(f.done)
}
