package lifetime_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"sidelight/internal/lifetime"
)

func TestTheOwnerWaitsForItsWorkAndLetsNoMoreBegin(t *testing.T) {
	for name, c := range map[string]struct {
		work, limit, want time.Duration
		finished          bool
	}{
		"work that ends by itself": {10 * time.Second, time.Minute, 10 * time.Second, true},
		"work that takes too long": {time.Hour, time.Minute, time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				g, finished := lifetime.New(ctx), false
				if !g.Go(func(ctx context.Context) {
					select {
					case <-time.After(c.work):
						finished = true
					case <-ctx.Done():
					}
				}) {
					t.Fatal("the work did not begin")
				}
				cancel() // the request is over
				limit, stop := context.WithTimeout(context.Background(), c.limit)
				defer stop()
				g.Wait(limit)
				if took := time.Since(began); took != c.want || finished != c.finished {
					t.Errorf("the owner ended after %s, the work finished: %t", took, finished)
				}
				if g.Context().Err() == nil {
					t.Error("the work's context outlives its owner")
				}
				if g.Go(func(context.Context) { t.Error("work began after the end") }) {
					t.Error("work may begin after the end")
				}
				synctest.Wait()
			})
		})
	}
}

func TestCancelledWorkIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, over := lifetime.New(t.Context()), false
		g.Go(func(ctx context.Context) {
			<-ctx.Done()
			time.Sleep(time.Second) // it tidies up
			over = true
		})
		if g.Cancel(); !over {
			t.Error("the owner ended before its work")
		}
	})
}
