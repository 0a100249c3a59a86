package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"sidelight/models"
)

// again checks before each event that the viewer may still listen: the token may have ended, or the profile lost its access.
func (r *Resolver) again(ctx context.Context, field string) bool {
	v, err := r.Recheck(ctx, ViewerFrom(ctx))
	if err != nil {
		graphql.AddError(ctx, err)
		return false
	}
	renew(ctx, v)
	return r.gate.allows(v, field)
}

// lasting ends with the viewer's token.
func (r *Resolver) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	if v := ViewerFrom(ctx); !v.ExpiresAt.IsZero() {
		return context.WithTimeout(ctx, v.ExpiresAt.Sub(r.Now()))
	}
	return context.WithCancel(ctx)
}

// progress hands over the sync's progress until the caller leaves, the token ends or the engine stops.
func (r *Resolver) progress(ctx context.Context) <-chan *models.SyncProgress {
	out := make(chan *models.SyncProgress)
	go func() {
		defer close(out)
		ctx, cancel := r.lasting(ctx)
		defer cancel()
		moved := r.Sync.Watch(ctx)
		now, err := r.Sync.Progress(ctx)
		if err != nil || !r.again(ctx, "Subscription.syncProgress") {
			return
		}
		for p := now; ; {
			select {
			case out <- p:
			case <-ctx.Done():
				return
			}
			next, open := <-moved
			if !open || !r.again(ctx, "Subscription.syncProgress") {
				return
			}
			p = &next
		}
	}()
	return out
}

// customerChanges hands over the card whenever it has moved.
func (r *Resolver) customerChanges(ctx context.Context, by models.CustomerKey) <-chan *models.Customer {
	out := make(chan *models.Customer)
	go func() {
		defer close(out)
		lasting, cancel := r.lasting(ctx)
		defer cancel()
		moved := r.Card.Changed(lasting, by)
		for {
			if !r.again(ctx, "Subscription.customerChanged") {
				return
			}
			sel, err := r.cardSelection(ctx)
			if err != nil {
				return
			}
			card, err := r.Card.Customer(lasting, by, sel)
			if err != nil {
				return
			}
			select {
			case out <- card:
			case <-lasting.Done():
				return
			}
			select {
			case _, open := <-moved:
				if !open {
					return
				}
			case <-lasting.Done():
				return
			}
		}
	}()
	return out
}
