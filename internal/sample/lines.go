// Package sample keeps a log readable, and small, when somebody causes the same line again and
// again.
package sample

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// What of one kind of line is written: so many at once, then one in each period.
const (
	atOnce = 10
	every  = 6 * time.Second
)

// Lines is one kind of line. It is safe for concurrent use.
type Lines struct {
	mu      sync.Mutex
	limit   *rate.Limiter
	skipped int
}

// New makes one.
func New() *Lines { return &Lines{limit: rate.NewLimiter(rate.Every(every), atOnce)} }

// Next tells whether the line is written, and how many were not since the last one.
func (l *Lines) Next() (skipped int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.limit.Allow() {
		l.skipped++
		return 0, false
	}
	skipped, l.skipped = l.skipped, 0
	return skipped, true
}
