package server

import (
	"context"
	"runtime/debug"
	"testing"
	"testing/synctest"
)

func TestGarbageGathersUntilTheAimAndNeverIsCollectedMoreOftenThanUsual(t *testing.T) {
	for used := uint64(0); used < 2<<30; used += 3 << 20 {
		n := garbage(used)
		if n < usual || n > mostGarbage {
			t.Fatalf("%d%% beside %d bytes", n, used)
		}
		if all := used + used*uint64(n)/100; n > usual && all > memoryAim {
			t.Fatalf("%d%% beside %d bytes are %d in all", n, used, all)
		}
	}
	if garbage(10<<20) != mostGarbage || garbage(1<<30) != usual {
		t.Error("little garbage beside little, or much beside much")
	}
}

func TestWhoSaysHowGarbageIsCollectedIsObeyed(t *testing.T) {
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	now := func() int {
		n := debug.SetGCPercent(77)
		return n
	}
	for _, set := range []string{"GOGC", "GOMEMLIMIT"} {
		t.Run(set, func(t *testing.T) {
			t.Setenv(set, "100")
			collectSeldom(context.Background())
			if n := now(); n != 77 {
				t.Errorf("it is %d", n)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(context.Background())
		go collectSeldom(ctx)
		synctest.Wait()
		if n := now(); n == 77 {
			t.Error("nothing was set")
		}
		stop()
		synctest.Wait()
		if n := now(); n != 77 {
			t.Errorf("it stays %d", n)
		}
	})
}
