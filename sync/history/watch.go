package history

import (
	"context"
	"sync"
	"time"

	"sidelight/models"
)

// watchers are those who follow the progress. A slow one misses steps, never the latest.
type watchers struct {
	mu     sync.Mutex
	list   map[chan models.SyncProgress]struct{}
	closed bool
}

// Watch hands over the progress whenever it moves, until ctx or the engine ends; then the channel
// closes.
func (h *History) Watch(ctx context.Context) <-chan models.SyncProgress {
	ch := make(chan models.SyncProgress, 1)
	w := &h.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		close(ch)
		return ch
	}
	if w.list == nil {
		w.list = map[chan models.SyncProgress]struct{}{}
	}
	w.list[ch] = struct{}{}
	context.AfterFunc(ctx, func() { w.drop(ch) })
	return ch
}

func (w *watchers) drop(ch chan models.SyncProgress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, ok := w.list[ch]; ok {
		delete(w.list, ch)
		close(ch)
	}
}

func (w *watchers) tell(run models.SyncRun, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := progressOf(run, now)
	for ch := range w.list {
		select {
		case <-ch: // the older step
		default:
		}
		ch <- p
	}
}

// CloseWatchers ends every channel that Watch gave.
func (h *History) CloseWatchers() { h.watchers.close() }

func (w *watchers) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for ch := range w.list {
		delete(w.list, ch)
		close(ch)
	}
}
