package graph

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"sidelight/graph/gate"
	"sidelight/models"
)

// recheckEvery is how often a subscription without events makes sure that its viewer may still
// listen.
const recheckEvery = time.Second

type endKey struct{}

// end is why a subscription ended, for its last message.
type end struct{ err atomic.Pointer[error] }

func withEnd(ctx context.Context) (context.Context, *end) {
	e := &end{}
	return context.WithValue(ctx, endKey{}, e), e
}

// take answers the reason once.
func (e *end) take() error {
	if err := e.err.Swap(nil); err != nil {
		return *err
	}
	return nil
}

func ending(ctx context.Context, err error) {
	if e, ok := ctx.Value(endKey{}).(*end); ok {
		e.err.Store(&err)
	}
}

// recheck checks that the viewer may still listen: the token may have ended, or the profile lost
// its access. The operation is judged as if it began now.
func (r *Resolver) recheck(ctx context.Context) bool {
	v, err := r.Recheck(ctx, ViewerFrom(ctx))
	if err == nil {
		gate.Renew(ctx, v)
		if _, refused := r.gate.Judge(v, graphql.GetOperationContext(ctx)); refused != nil {
			err = refused
		}
	}
	if err != nil {
		ending(ctx, err)
	}
	return err == nil
}

var errTokenOver error = models.Errorf(models.CodeUnauthenticated, "the token is over: sign in again")

// lasting ends with the viewer's token.
func (r *Resolver) lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	if v := ViewerFrom(ctx); !v.ExpiresAt.IsZero() {
		return context.WithTimeoutCause(ctx, v.ExpiresAt.Sub(r.Now()), errTokenOver)
	}
	return context.WithCancel(ctx)
}

// follow hands over what next makes of the first signal and of each one after it. It ends with the
// caller, with the viewer's token, when the viewer may not listen any more, or when the signals
// end.
func follow[S, T any](ctx context.Context, r *Resolver, first S, signals func(context.Context) <-chan S, next func(context.Context, S) (T, error)) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		ctx, cancel := r.lasting(ctx)
		defer cancel()
		defer func() {
			if cause := context.Cause(ctx); errors.Is(cause, errTokenOver) {
				ending(ctx, cause)
			}
		}()
		moved := signals(ctx)
		for signal, open := first, true; open; signal, open = await(ctx, r, moved) {
			if !r.recheck(ctx) {
				return
			}
			value, err := next(ctx, signal)
			if err != nil {
				ending(ctx, err)
				return
			}
			select {
			case out <- value:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// await is the next signal; without one, the viewer is checked from time to time.
func await[S any](ctx context.Context, r *Resolver, moved <-chan S) (signal S, open bool) {
	check := time.NewTicker(recheckEvery)
	defer check.Stop()
	for {
		select {
		case signal, open = <-moved:
			return signal, open
		case <-check.C:
			if !r.recheck(ctx) {
				return signal, false
			}
		case <-ctx.Done():
			return signal, false
		}
	}
}

// progress hands over the sync's progress whenever it moves.
func (r *Resolver) progress(ctx context.Context) (<-chan *models.SyncProgress, error) {
	now, err := r.Sync.Progress(ctx)
	if err != nil {
		return nil, err
	}
	signals := func(ctx context.Context) <-chan models.SyncProgress { return r.Sync.Watch(ctx) }
	return follow(ctx, r, deref(now), signals, func(_ context.Context, p models.SyncProgress) (*models.SyncProgress, error) {
		if now == nil && p == (models.SyncProgress{}) {
			return nil, nil // nothing runs yet
		}
		return &p, nil
	}), nil
}

// customerChanges hands over the card whenever it has moved.
func (r *Resolver) customerChanges(ctx context.Context, by models.CustomerKey) <-chan *models.Customer {
	var closed []models.Need
	if !r.gate.Allows(ViewerFrom(ctx), "Customer.account") {
		closed = append(closed, models.NeedAccounts)
	}
	signals := func(ctx context.Context) <-chan struct{} { return r.Card.Changed(ctx, by, closed...) }
	return follow(ctx, r, struct{}{}, signals, func(ctx context.Context, _ struct{}) (*models.Customer, error) { return r.customer(ctx, by) })
}

// lastSent is what a subscription has sent last. An event that looks the same to its caller is not
// sent: that something moved would tell of what is closed to them.
type lastSent struct {
	sent bool
	data [sha256.Size]byte
}

// repeats tells whether the answer is the one before once more, and notes it.
func (l *lastSent) repeats(res *graphql.Response) bool {
	if res == nil || len(res.Errors) > 0 {
		return false
	}
	sum := sha256.Sum256(append(append([]byte{}, res.Data...), marshal(res.Extensions)...))
	repeated := l.sent && sum == l.data
	l.sent, l.data = true, sum
	return repeated
}
