// Package lease lets one process at a time do a piece of work, by leases in the database and by the
// database's clock.
package lease

import (
	"context"
	"sync"
	"time"
)

// Store keeps leases.
type Store interface {
	// AcquireLease takes or renews a named lease; the fence rises with each new holder. held is
	// false while another owner has it.
	AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, held bool, err error)
	ReleaseLease(ctx context.Context, name, owner string) error
}

// Holder takes leases for one process.
type Holder struct {
	Store Store
	// Owner names the process; it differs between replicas.
	Owner string
	// TTL is how long another process waits before it takes over from one that died.
	TTL time.Duration
	// While tells whether the work may still go on; it is asked whenever the lease is renewed. Nil
	// is always.
	While func(ctx context.Context) bool
}

// releaseTimeout bounds giving a lease back: a lease that is not given back ends by itself.
const releaseTimeout = 5 * time.Second

// Run does the work under the named lease unless another process holds it. The lease is renewed
// while the work runs. The work's context ends when the lease is lost or While says so. Run returns
// when the work has returned; the lease is then given back.
func (h Holder) Run(
	ctx context.Context, name string, work func(ctx context.Context, fence int64) error,
) (held bool, err error) {
	fence, held, err := h.Store.AcquireLease(ctx, name, h.Owner, h.TTL)
	if err != nil || !held {
		return false, err
	}
	defer func() {
		release, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
		defer cancel()
		_ = h.Store.ReleaseLease(release, name, h.Owner)
	}()
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { h.renew(ctx, cancel, name) })
	return true, work(ctx, fence)
}

// renew prolongs the lease until ctx ends, and ends the work when it cannot.
func (h Holder) renew(ctx context.Context, end context.CancelFunc, name string) {
	tick := time.NewTicker(h.TTL / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if h.While == nil || h.While(ctx) {
			if _, held, err := h.Store.AcquireLease(ctx, name, h.Owner, h.TTL); err == nil && held {
				continue
			}
		}
		end()
		return
	}
}
