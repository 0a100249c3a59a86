package testkit

import (
	"sync"
	"time"
)

// Clock is a time that a test sets. Its zero value stands at the zero time.
type Clock struct {
	mu   sync.Mutex
	at   time.Time
	skew time.Duration
}

// NewClock is a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is the time of everybody whose clock is right.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Skewed is the time of those whose clock is wrong by what Skew set.
func (c *Clock) Skewed() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at.Add(c.skew)
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Skew sets how far the wrong clock is ahead.
func (c *Clock) Skew(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.skew = d
}
