package graph

import (
	"context"
	"time"

	"sidelight/models"
)

// silence is how much longer than it is asked at most a side may take to answer before it counts as
// silent.
const silence = 30 * time.Second

// lastAnswer is when a side was last asked for changes of all its objects, and answered; nil before
// the first time.
func (r *Resolver) lastAnswer(ctx context.Context, side models.Side) (*time.Time, error) {
	card, err := r.Store.Sections(ctx, models.CardRead{})
	if at, known := card.Polled[side]; known {
		return &at, err
	}
	return nil, err
}

// silent tells whether a connected side has not answered when it should have. Nobody is asked
// before the first load is done, nor while the sync is paused.
func (r *Resolver) silent(ctx context.Context, c *models.Connection) (*bool, error) {
	quiet := false
	in, err := r.Sync.Integration(ctx)
	if err != nil || !c.Connected || in.Status != models.StatusActive {
		return &quiet, err
	}
	at, err := r.lastAnswer(ctx, c.Side)
	if err != nil || at == nil {
		return &quiet, err
	}
	interval, err := r.Sync.PollInterval(ctx, c.Side)
	quiet = r.Now().Sub(*at) > interval+silence
	return &quiet, err
}
