package graph

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/models"
)

// Bounds are what one caller, by its subject, may have at once in this process. Zero is the
// default.
type Bounds struct {
	Sockets       int // open WebSockets: 32
	Subscriptions int // over WebSockets and event streams: 128
	Operations    int // queries and mutations that run: 8
}

// Bounds of those that wait until fewer run.
const (
	maxWaiting = 64 // of one caller
	waitAtMost = 5 * time.Second
)

// callerLimits bounds what callers have at once.
type callerLimits struct {
	Bounds
	mu      sync.Mutex
	callers map[string]*callerUse
}

// callerUse counts what one caller has open. It is forgotten when the caller has nothing open.
type callerUse struct {
	sockets, subscriptions, waiting int
	running                         chan struct{} // one place for each operation
	users                           int
}

func newCallerLimits(b Bounds) *callerLimits {
	b = Bounds{cmp.Or(b.Sockets, 32), cmp.Or(b.Subscriptions, 128), cmp.Or(b.Operations, 8)}
	return &callerLimits{Bounds: b, callers: map[string]*callerUse{}}
}

// enter answers the caller's counts with one more user. enter and leave are called with mu held.
func (c *callerLimits) enter(subject string) *callerUse {
	r := c.callers[subject]
	if r == nil {
		r = &callerUse{running: make(chan struct{}, c.Operations)}
		c.callers[subject] = r
	}
	r.users++
	return r
}

func (c *callerLimits) leave(subject string, r *callerUse) {
	if r.users--; r.users == 0 {
		delete(c.callers, subject)
	}
}

func tooMany(what string, most int) error {
	return models.Errorf(models.CodeRateLimited, "no more than %d %s at once", most, what)
}

// acquire takes one of what is counted, unless the caller has the most already. The answer gives it
// back, however often it is called.
func (c *callerLimits) acquire(subject, what string, most int, count func(*callerUse) *int) (release func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.enter(subject)
	if *count(r) >= most {
		c.leave(subject, r)
		return nil, tooMany(what, most)
	}
	*count(r)++
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		*count(r)--
		c.leave(subject, r)
	}), nil
}

func (c *callerLimits) socket(subject string) (release func(), err error) {
	return c.acquire(subject, "WebSockets", c.Sockets, func(r *callerUse) *int { return &r.sockets })
}

func (c *callerLimits) subscription(subject string) (release func(), err error) {
	return c.acquire(subject, "subscriptions", c.Subscriptions, func(r *callerUse) *int { return &r.subscriptions })
}

// operation takes a place for one operation; where there is none it waits, but not for long, and
// not with many.
func (c *callerLimits) operation(ctx context.Context, subject string) (release func(), err error) {
	done, err := c.acquire(subject, "operations that wait", maxWaiting+c.Operations, func(r *callerUse) *int { return &r.waiting })
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	r := c.callers[subject]
	c.mu.Unlock()
	limit := time.NewTimer(waitAtMost)
	defer limit.Stop()
	select {
	case r.running <- struct{}{}:
		return sync.OnceFunc(func() { <-r.running; done() }), nil
	case <-limit.C:
		err = tooMany("operations", c.Operations)
	case <-ctx.Done():
		err = ctx.Err()
	}
	done()
	return nil, err
}

type (
	placeKey struct{}
	seatKey  struct{}
)

// withPlace says that the operation has its place: it keeps it until its answer is written.
func withPlace(ctx context.Context) context.Context { return context.WithValue(ctx, placeKey{}, true) }

func hasPlace(ctx context.Context) bool { return ctx.Value(placeKey{}) != nil }

// seat is a WebSocket's place among its caller's. It is taken once the caller is known.
type seat struct{ release func() }

func (s *seat) leave() {
	if s.release != nil {
		s.release()
	}
}

func (c *callerLimits) sit(ctx context.Context, v *models.Viewer) error {
	s, ok := ctx.Value(seatKey{}).(*seat)
	if !ok {
		return nil
	}
	release, err := c.socket(v.Subject)
	s.release = release
	return err
}

// subjectOf is whose place an operation takes.
func subjectOf(ctx context.Context) string {
	if v := ViewerFrom(ctx); v != nil {
		return v.Subject
	}
	return ""
}

// refusedAnswer is the only answer of an operation that does not run.
func (r *Resolver) refusedAnswer(ctx context.Context, err error) graphql.ResponseHandler {
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{present(r.Logger)(ctx, err)}})
}
