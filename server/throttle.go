package server

import (
	"context"
	"sync"
	"time"
)

// Bounds of bearer tokens that are not valid, of one address: what is looked up for them costs a
// read of the database each.
const (
	failuresAtOnce = 20
	failuresEvery  = 3 * time.Second // one more
	maxThrottled   = 50_000          // addresses; more than are remembered begin again
	provenFor      = 10 * time.Minute
	maxProven      = 10_000 // tokens
)

// throttle bounds the failures of each key. A place is taken before the look-up and given back when
// that was no failure, so that many at once get no further than one after another.
type throttle struct {
	mu   sync.Mutex
	keys map[string]*bucket
	// proven are tokens that were good a moment ago, by their hash: who guesses at an address does
	// not shut out those who need not.
	proven map[[32]byte]time.Time
	now    func() time.Time
	most   float64       // at once
	every  time.Duration // one more
}

func newThrottle(now func() time.Time, most int, every time.Duration) *throttle {
	return &throttle{keys: map[string]*bucket{}, proven: map[[32]byte]time.Time{}, now: now, most: float64(most), every: every}
}

// take tells whether one more look-up may be made for the key. The answer gives the place back.
func (t *throttle) take(key string) (back func(), ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.keys[key]
	now := t.now()
	if b == nil {
		if len(t.keys) >= maxThrottled {
			clear(t.keys)
		}
		b = &bucket{left: t.most, at: now}
		t.keys[key] = b
	}
	if gained := now.Sub(b.at).Seconds() / t.every.Seconds(); gained > 0 {
		b.left, b.at = min(b.left+gained, t.most), now
	}
	if b.left < 1 {
		return nil, false
	}
	b.left--
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		b.left = min(b.left+1, t.most)
	}, true
}

// bucket is what is left to a key.
type bucket struct {
	left float64
	at   time.Time
}

// isProven tells whether the token was good a moment ago, and still may be: it is looked up all the
// same.
func (t *throttle) isProven(hash [32]byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, known := t.proven[hash]
	return known && t.now().Sub(at) < provenFor
}

// prove notes whether a token is good.
func (t *throttle) prove(hash [32]byte, good bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !good {
		delete(t.proven, hash)
		return
	}
	if len(t.proven) >= maxProven {
		clear(t.proven)
	}
	t.proven[hash] = t.now()
}

// guessKey is whom a token that is not valid counts against.
func guessKey(ctx context.Context) string { return "address:" + callerOf(ctx) }
