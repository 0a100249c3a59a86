package gate

import (
	"context"
	"sync/atomic"

	"golang.org/x/time/rate"

	"sidelight/models"
)

type (
	viewerKey struct{}
	paceKey   struct{}
)

// holder lets a request that lasts (a subscription) see its viewer's access change.
type holder struct {
	current atomic.Pointer[models.Viewer]
	seen    atomic.Pointer[seen]
}

// seen is what a viewer was found to see.
type seen struct {
	viewer *models.Viewer
	view   *View
}

// ViewOf is the view of who asks, looked for once a viewer: every field of an answer asks for it.
func (g *Gate) ViewOf(ctx context.Context) *View {
	h, ok := ctx.Value(viewerKey{}).(*holder)
	if !ok {
		return g.View(nil)
	}
	v := h.current.Load()
	if s := h.seen.Load(); s != nil && s.viewer == v && s.view.gate == g {
		return s.view
	}
	s := &seen{v, g.View(v)}
	h.seen.Store(s)
	return s.view
}

// WithViewer says who asks.
func WithViewer(ctx context.Context, v *models.Viewer) context.Context {
	h := &holder{}
	h.current.Store(v)
	return context.WithValue(ctx, viewerKey{}, h)
}

// ViewerFrom is who asks; nil for nobody.
func ViewerFrom(ctx context.Context) *models.Viewer {
	if h, ok := ctx.Value(viewerKey{}).(*holder); ok {
		return h.current.Load()
	}
	return nil
}

// Renew swaps the viewer of a request that lasts.
func Renew(ctx context.Context, v *models.Viewer) {
	if h, ok := ctx.Value(viewerKey{}).(*holder); ok {
		h.current.Store(v)
	}
}

// Limits of the operations over one WebSocket. A limit of HTTP requests never sees them.
const (
	socketRate  = 10 // a second
	socketBurst = 40
)

// WithPace limits the operations of a connection that lasts, and has its viewer checked again at
// each.
func WithPace(ctx context.Context) context.Context {
	return context.WithValue(ctx, paceKey{}, rate.NewLimiter(socketRate, socketBurst))
}
