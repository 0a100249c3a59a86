package vendor

import (
	"net/http"
	"sync"
	"time"
)

// Clock is how far a vendor's clock is ahead of ours, by the Date of its answers. Its zero value
// takes both for equal.
type Clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

// Observe learns from an answer to a call that was sent at the time asked. One without a date
// teaches nothing.
func (c *Clock) Observe(h http.Header, asked time.Time) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = date.Sub(asked)
}

// At is the vendor's time at our time now, to about a second.
func (c *Clock) At(now time.Time) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return now.Add(c.ahead)
}
