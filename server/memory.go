package server

import (
	"context"
	"os"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"time"
)

// Garbage is collected when it has grown to so many percent of what is in use: to fewer the more is
// in use, so that both together stay near memoryAim, and never to fewer than Go would by itself.
// A program that holds little would collect at every few cards else.
const (
	memoryAim   = 192 << 20
	mostGarbage = 400
	usual       = 100
	memoryPoll  = time.Second
)

// garbage is how much may gather beside what is in use.
func garbage(used uint64) int {
	switch {
	case used == 0:
		return mostGarbage
	case used >= memoryAim:
		return usual
	}
	left := (memoryAim - used) * 100 / used
	return int(min(max(left, usual), mostGarbage)) //nolint:gosec // at most mostGarbage
}

// collectSeldom sets how often garbage is collected until ctx ends. Whoever sets GOGC or GOMEMLIMIT
// has said how.
func collectSeldom(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	before := debug.SetGCPercent(mostGarbage)
	defer debug.SetGCPercent(before)
	set := mostGarbage
	sample := []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	t := time.NewTicker(memoryPoll)
	defer t.Stop()
	for {
		runtimemetrics.Read(sample)
		if sample[0].Value.Kind() == runtimemetrics.KindUint64 {
			// Each change stops the program for a moment: small ones are left.
			if want := garbage(sample[0].Value.Uint64()); want > set*5/4 || want < set*4/5 {
				set = want
				debug.SetGCPercent(want)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
