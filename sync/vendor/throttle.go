package vendor

import (
	"sync"
	"time"

	"sidelight/models"
)

// Throttle remembers until when a side is left alone, because it has no calls left or asked for a
// pause. The zero value with a clock leaves no side alone.
type Throttle struct {
	Now func() time.Time

	mu    sync.Mutex
	waits map[models.Side]wait
}

// wait is from when until when a side is left alone.
type wait struct{ from, until time.Time }

// Until is when the side may be asked again; a time in the past, or zero, is now.
func (t *Throttle) Until(side models.Side) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.waits[side].until
}

// Throttled tells whether the side is left alone now. A wait that began in the future was begun by
// a clock that was set back since: it ends, because nobody knows how long it would last. A wait
// that was seen to be over stays over, whatever the clock does: the status said so.
func (t *Throttle) Throttled(side models.Side) bool {
	now := t.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	w, waits := t.waits[side]
	if waits && (now.Before(w.from) || !now.Before(w.until)) {
		delete(t.waits, side)
		return false
	}
	return waits
}

// Throttle leaves the side alone until a time.
func (t *Throttle) Throttle(side models.Side, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waits == nil {
		t.waits = map[models.Side]wait{}
	}
	t.waits[side] = wait{t.Now(), until}
}

// Clear lets every side be asked at once: an admin may have raised a vendor's limit.
func (t *Throttle) Clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.waits)
}

// Backoff is the wait before the nth attempt; n counts from 1. It doubles from a second to ten
// minutes and is at least what the vendor asked for. The jitter adds up to a quarter; random is in
// [0,1).
func Backoff(n int, asked time.Duration, random float64) time.Duration {
	d := time.Second << min(max(n-1, 0), 10)
	d = min(d, 10*time.Minute)
	d += time.Duration(float64(d) / 4 * random)
	return max(d, asked)
}
