package graph

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"sidelight/graph/gate"
	"sidelight/models"
)

// Config wires the API.
type Config struct {
	Store     Store
	Sync      Sync
	Connector Connector
	Card      Card
	// Database says how the database is, without asking it. Known is the integration as it was read
	// at the start, shown while it cannot be read.
	Database func() models.DatabaseHealth
	Known    models.Integration
	Logger   *slog.Logger
	Now      func() time.Time
	// Authenticate turns the token of a WebSocket's connection_init into a viewer.
	Authenticate func(ctx context.Context, token string) (*models.Viewer, error)
	// Recheck checks the viewer of a request that lasts again, and answers with its present access.
	Recheck func(ctx context.Context, v *models.Viewer) (*models.Viewer, error)
	// Preview signs a short token that sees what a profile sees, as long as the viewer's own
	// sign-in lasts.
	Preview func(v *models.Viewer, profileID string) (token string, expires time.Time, err error)
	// Origins are the pages elsewhere that may open a WebSocket.
	Origins []string
	// Persisted are documents that may be asked for by their SHA-256, in hex. OnlyPersisted refuses
	// all others.
	Persisted     map[string]string
	OnlyPersisted bool
	// Timeout bounds queries and mutations.
	Timeout time.Duration
	// Bounds are what one caller may have at once.
	Bounds Bounds
	// CursorKey seals cursors, 64 bytes; replicas share it. Nil makes a key that ends with this
	// process.
	CursorKey []byte
}

// Resolver answers fields: it parses, makes one call and returns.
type Resolver struct {
	Config
	gate       *gate.Gate
	cursors    cursors
	limits     *callerLimits
	known      atomic.Pointer[models.Integration]
	selections selections
}

// audit notes who changed what. A change that cannot be noted is still made: it has happened
// already.
func (r *Resolver) audit(ctx context.Context, action, target string, detail map[string]any) {
	e := models.AuditEntry{At: r.Now().UTC(), Action: action, Detail: detail}
	if v := ViewerFrom(ctx); v != nil {
		e.Subject = v.Subject
	}
	if target != "" {
		e.Target = &target
	}
	if err := r.Store.Audit(context.WithoutCancel(ctx), e); err != nil {
		r.Logger.Error("an audit entry could not be kept", "action", action, "error", err)
	}
}

// pointers are the addresses of a list's elements.
func pointers[T any](list []T) []*T {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
