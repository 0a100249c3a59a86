package graph

import (
	"context"
	"sync/atomic"

	"golang.org/x/time/rate"

	"sidelight/models"
)

type (
	viewerKey  struct{}
	requestKey struct{}
	paceKey    struct{}
)

// holder lets a request that lasts (a subscription) see its viewer's access change.
type holder struct{ current atomic.Pointer[models.Viewer] }

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

// renew swaps the viewer of a request that lasts.
func renew(ctx context.Context, v *models.Viewer) {
	if h, ok := ctx.Value(viewerKey{}).(*holder); ok {
		h.current.Store(v)
	}
}

// Operations over one WebSocket: a limit of requests never sees them.
const (
	socketRate  = 10 // a second
	socketBurst = 40
)

func withPace(ctx context.Context) context.Context {
	return context.WithValue(ctx, paceKey{}, rate.NewLimiter(socketRate, socketBurst))
}

// WithRequestID gives the request the id that stands in the log and in INTERNAL errors.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}
