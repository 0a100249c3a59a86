package store

import (
	"sync"
	"time"

	"sidelight/models"
)

// common is what all cards have in common: how far the mirrors are, and when the sides were polled.
type common struct {
	mirrors map[models.RelatedObject]models.RelatedMirror
	cursors []models.Cursor
}

// commonKept is common as it was read last. A mirror that ends draws everybody's version, so of two
// reads with the same one only the times can differ, and what is kept is the older one: a card says
// that it is a little older than it is, never that it is newer.
type commonKept struct {
	mu      sync.RWMutex
	lasts   time.Duration // zero keeps nothing
	asked   time.Time     // by the process's own clock, before it was read
	version int64         // everybody's
	of      common
}

// fresh tells whether there is something to take, if everybody's version is still the same.
func (k *commonKept) fresh() (of common, version int64, ok bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.of, k.version, k.lasts > 0 && !k.asked.IsZero() && time.Since(k.asked) < k.lasts
}

// keep keeps what a statement that was sent at the time has read together with the version.
func (k *commonKept) keep(asked time.Time, version int64, of common) {
	if k.lasts == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if asked.After(k.asked) {
		k.asked, k.version, k.of = asked, version, of
	}
}
