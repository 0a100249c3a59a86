// Package lifetime runs work that outlives the request which began it, and that its owner waits for
// when it ends.
package lifetime

import (
	"context"
	"sync"
)

// Group is the work of one owner. Make one with New.
type Group struct {
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex // keeps work from beginning while Wait counts what runs
	ended  bool
	work   sync.WaitGroup
}

// New makes a Group. Its work has the values of ctx and goes on when ctx ends.
func New(ctx context.Context) *Group {
	g := &Group{}
	g.ctx, g.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return g
}

// Context ends once the owner does not wait for the work any longer.
func (g *Group) Context() context.Context { return g.ctx }

// Go begins work beside the caller, whose context ends when Context does. It answers false, and
// begins nothing, once the owner is ending.
func (g *Group) Go(work func(ctx context.Context)) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return false
	}
	g.work.Go(func() { work(g.ctx) })
	return true
}

// Wait lets no more work begin and waits for what runs. When ctx ends, what still runs is
// cancelled, and waited for.
func (g *Group) Wait(ctx context.Context) {
	g.mu.Lock()
	g.ended = true
	g.mu.Unlock()
	defer g.cancel()
	defer context.AfterFunc(ctx, g.cancel)()
	g.work.Wait()
}

// Cancel ends the work and waits for it.
func (g *Group) Cancel() {
	g.cancel()
	g.Wait(g.ctx)
}
