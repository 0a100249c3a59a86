package graph

import (
	"context"

	"sidelight/graph/gate"
	"sidelight/models"
)

type requestKey struct{}

// WithViewer says who asks.
func WithViewer(ctx context.Context, v *models.Viewer) context.Context {
	return gate.WithViewer(ctx, v)
}

// ViewerFrom is who asks; nil for nobody.
func ViewerFrom(ctx context.Context) *models.Viewer { return gate.ViewerFrom(ctx) }

// WithRequestID gives the request the id that stands in the log and in INTERNAL errors.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestKey{}).(string)
	return id
}

// AgentCardsSetting is the name of the setting that shows agents the customers of tickets alone.
const AgentCardsSetting = gate.AgentCards
