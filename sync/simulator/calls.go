package simulator

import (
	"net/http"
	"sync"
)

// calls counts the calls under way, so that the states are closed after the last one.
type calls struct {
	mu     sync.Mutex
	closed bool
	open   sync.WaitGroup
}

// counted lets calls through until wait begins.
func (c *calls) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.enter() {
			panic(http.ErrAbortHandler)
		}
		defer c.open.Done()
		next.ServeHTTP(w, r)
	})
}

func (c *calls) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.open.Add(1)
	return true
}

// wait lets nobody in any more and returns when the last call has ended.
func (c *calls) wait() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.open.Wait()
}
