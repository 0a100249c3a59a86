// Package observe learns what changed at the vendors. It reads whole lists, asks for changes since
// a cursor, and is told by change events and webhooks. What it learns goes into the mirrors, and
// the cursor moves with it in one transaction.
package observe

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sidelight/models"
	"sidelight/sync/lease"
	"sidelight/sync/mirror"
	"sidelight/sync/vendor"
)

// Store is what observing needs to be kept.
type Store interface {
	Integration(ctx context.Context) (models.Integration, error)
	// Cursor is "" when there is none.
	Cursor(ctx context.Context, side models.Side, object models.SyncObject, kind string) (string, error)
	SetCursor(ctx context.Context, c models.Cursor) error
	// Mirror reads mirror rows by id.
	Mirror(
		ctx context.Context, side models.Side, object models.SyncObject, ids []string,
	) (map[string]*models.MirrorRow, error)
	// Pushes are the states of push by side and object, with the database's time of each, and its
	// time now.
	Pushes(ctx context.Context) ([]models.Cursor, time.Time, error)
	// UnknownCreates counts the creates of which it is not known whether they happened.
	UnknownCreates(ctx context.Context) (int, error)
}

// Config wires an Observer.
type Config struct {
	Store    Store
	Mirror   *mirror.Mirror
	Remotes  vendor.Remotes
	Throttle *vendor.Throttle
	Leases   lease.Holder
	Log      *slog.Logger
	Now      func() time.Time
	// PollEvery is how often changes are asked for while push is not proved alive.
	PollEvery time.Duration
	// Wake has what was observed planned.
	Wake func()
	// OnVendorError acts on an error that concerns a whole side (credentials, quota), and answers
	// the error.
	OnVendorError func(ctx context.Context, side models.Side, err error) error
}

// Observer observes both sides.
type Observer struct {
	Config

	mu       sync.Mutex
	forced   map[pollKey]bool // what the next Poll asks for, whatever the interval says
	lastPoll map[pollKey]time.Time
	lastTold map[pollKey]time.Time // when it was last looked whether to note that push is alive
}

type pollKey struct {
	side   models.Side
	object models.SyncObject
}

// New makes an observer.
func New(c Config) *Observer {
	return &Observer{Config: c, forced: map[pollKey]bool{}, lastPoll: map[pollKey]time.Time{}, lastTold: map[pollKey]time.Time{}}
}
