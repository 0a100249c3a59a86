package lease_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/sync/lease"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// ttl is short: a holder renews each third of it in real time.
const ttl = 60 * time.Millisecond

var errDatabase = errors.New("the database is gone")

// database is a real store whose clock moves only when it is told to, and which can fail.
type database struct {
	*store.Store
	mu     sync.Mutex
	now    time.Time
	failed atomic.Bool
	// asked gets a signal for each lease that was asked for.
	asked chan struct{}
}

func open(t *testing.T) *database {
	t.Helper()
	d := &database{now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), asked: make(chan struct{}, 1000)}
	d.Store = storetest.Open(t, storetest.SQLiteAddress(t), func(o *store.Options) {
		o.Now = func() time.Time {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.now
		}
	})
	return d
}

func (d *database) advance(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *database) AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (int64, bool, error) {
	if d.failed.Load() {
		return 0, false, errDatabase
	}
	fence, held, err := d.Store.AcquireLease(ctx, name, owner, ttl)
	d.asked <- struct{}{}
	return fence, held, err
}

// take tries to take the lease for another process.
func (d *database) take(t *testing.T) (held bool) { return d.takeAs(t, "another") }

func (d *database) takeAs(t *testing.T, owner string) (held bool) {
	t.Helper()
	_, held, err := d.Store.AcquireLease(context.Background(), "work", owner, ttl)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

func (d *database) holder() lease.Holder { return lease.Holder{Store: d, Owner: "one", TTL: ttl} }

// untilEnded is work that runs until its context ends.
func untilEnded(ctx context.Context, _ int64) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestWorkRunsOnlyUnderALeaseThatNobodyElseHolds(t *testing.T) {
	for name, c := range map[string]struct {
		before func(t *testing.T, d *database)
		fence  int64
		held   bool
	}{
		"free":                      {func(*testing.T, *database) {}, 1, true},
		"held by another":           {func(t *testing.T, d *database) { d.take(t) }, 0, false},
		"almost over":               {func(t *testing.T, d *database) { d.take(t); d.advance(ttl - time.Microsecond) }, 0, false},
		"over, its holder has died": {func(t *testing.T, d *database) { d.take(t); d.advance(ttl) }, 2, true},
		"held by this process":      {func(t *testing.T, d *database) { d.takeAs(t, "one") }, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			c.before(t, d)
			var got int64
			held, err := d.holder().Run(t.Context(), "work", func(_ context.Context, fence int64) error {
				got = fence
				return nil
			})
			if err != nil || held != c.held || got != c.fence {
				t.Errorf("held %v with fence %d, %v; want %v with %d", held, got, err, c.held, c.fence)
			}
		})
	}
}

func TestALeaseIsRenewedWhileTheWorkRunsAndGivenBackAfterIt(t *testing.T) {
	d := open(t)
	_, err := d.holder().Run(t.Context(), "work", func(context.Context, int64) error {
		<-d.asked // the one that took it
		for range 3 {
			d.advance(ttl * 2 / 3)
			for len(d.asked) > 0 {
				<-d.asked
			}
			<-d.asked // this renewal began after the clock moved, or the next one does
			<-d.asked
			if d.take(t) {
				t.Error("a lease was taken from a process that renews it")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !d.take(t) {
		t.Error("the lease was not given back")
	}
}

func TestTheWorkEndsWhenItMayNotGoOn(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(t *testing.T, d *database, may *atomic.Bool, cancel context.CancelFunc)
		// free tells whether a third process may take the lease at once afterwards.
		free bool
	}{
		"another process took the lease over": {func(t *testing.T, d *database, _ *atomic.Bool, _ context.CancelFunc) {
			d.advance(2 * ttl)
			d.take(t) // fails when a renewal was faster, and then succeeds the next time
		}, false},
		"the database is gone": {func(_ *testing.T, d *database, _ *atomic.Bool, _ context.CancelFunc) { d.failed.Store(true) }, true},
		"While says so":        {func(_ *testing.T, _ *database, may *atomic.Bool, _ context.CancelFunc) { may.Store(false) }, true},
		"the process stops":    {func(_ *testing.T, _ *database, _ *atomic.Bool, cancel context.CancelFunc) { cancel() }, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var may atomic.Bool
			may.Store(true)
			h := d.holder()
			h.While = func(context.Context) bool { return may.Load() }
			held, err := h.Run(ctx, "work", func(ctx context.Context, fence int64) error {
				for ctx.Err() == nil {
					c.happens(t, d, &may, cancel)
					select {
					case <-ctx.Done():
					case <-d.asked:
					}
				}
				return untilEnded(ctx, fence)
			})
			if !held || !errors.Is(err, context.Canceled) {
				t.Errorf("held %v, %v", held, err)
			}
			if free := d.takeAs(t, "a third one"); free != c.free {
				t.Errorf("a third process gets the lease: %v, want %v", free, c.free)
			}
		})
	}
}

func TestAnErrorOfTheWorkOrOfTheDatabaseIsAnswered(t *testing.T) {
	d := open(t)
	failure := errors.New("the work failed")
	if held, err := d.holder().Run(t.Context(), "work", func(context.Context, int64) error { return failure }); !held || !errors.Is(err, failure) {
		t.Errorf("held %v, %v", held, err)
	}
	d.failed.Store(true)
	held, err := d.holder().Run(t.Context(), "work", func(context.Context, int64) error {
		t.Error("the work ran without a lease")
		return nil
	})
	if held || !errors.Is(err, errDatabase) {
		t.Errorf("held %v, %v", held, err)
	}
}
