package zohodesk

import (
	"context"
	"crypto/rsa"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"sidelight/models"
)

const (
	// refetch is how often keys and subscriptions are asked for at most because a delivery names
	// unknown ones; refetchFailed, after a failure.
	refetch       = 30 * time.Second
	refetchFailed = 2 * time.Second
	// keysLive is how long keys are taken for Desk's without asking again: one that Desk withdraws
	// ends within it.
	keysLive = time.Hour
	// lookupWithin bounds an asking, within the time that a delivery has.
	lookupWithin = 3 * time.Second
)

// deliveries is what deliveries are checked against.
type deliveries struct {
	mu     sync.Mutex
	hooks  map[string]bool // ours
	url    string          // where ours deliver, "" while that is not known
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

// setURL says where our subscription delivers.
func (d *deliveries) setURL(url string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.url = url
}

// ours tells whether a subscription of the organization is our own: it delivers here, or, while
// that is not known, leaves out what we write. Deliveries of others are not for us.
func (d *deliveries) ours(h hook, sourceID string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.url != "" {
		return h.url == d.url
	}
	return strings.EqualFold(h.ignored, sourceID)
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

// knownHook tells whether the subscription is ours; another replica may have made it a moment ago.
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

// signingKey finds Desk's public key. An unknown one is asked for, not too often; a known one is
// good until Desk no longer shows it.
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

// lookup is a question that everybody who has it waits for together, and that is not asked too
// often.
type lookup struct {
	mu     sync.Mutex
	next   time.Time // not before
	asking singleflight.Group
}

func (l *lookup) run(ctx context.Context, now time.Time, ask func(context.Context) error) error {
	answer := l.asking.DoChan("", func() (any, error) { return nil, l.once(context.WithoutCancel(ctx), now, ask) })
	select {
	case r := <-answer:
		return r.Err
	case <-ctx.Done():
		return unavailable(ctx.Err(), "a delivery could not be checked in time")
	}
}

func (l *lookup) once(ctx context.Context, now time.Time, ask func(context.Context) error) error {
	l.mu.Lock()
	wait := l.next.Sub(now)
	if wait > 0 && wait <= refetch {
		l.mu.Unlock()
		return errAskedJustNow
	}
	l.next = now.Add(refetch)
	l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, lookupWithin)
	defer cancel()
	err := ask(ctx)
	if err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.next = now.Add(refetchFailed)
	}
	return err
}
