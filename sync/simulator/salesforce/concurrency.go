package salesforce

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// longCall is when a call begins to count against the concurrency limit.
	longCall = 20 * time.Second
	// maxLongCalls is how many such calls there may be at once; a developer edition has 5.
	maxLongCalls = 25
)

// inFlight is the calls under way, by when they began.
type inFlight struct {
	mu    sync.Mutex
	begun map[*http.Request]time.Time
}

// limitLong refuses a call while too many others have been under way for long. It stands outside of
// the faults: a call that a fault keeps waiting counts.
func (s *Server) limitLong(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/services/data/") {
			next.ServeHTTP(w, r)
			return
		}
		s.mu.Lock()
		most := orDefault(s.settings.Concurrency, maxLongCalls)
		s.mu.Unlock()
		now := s.cfg.Now()
		if s.calls.add(r, now) >= most {
			s.calls.remove(r)
			e := failure(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
			writeJSON(w, e.status, e.body())
			return
		}
		defer s.calls.remove(r)
		next.ServeHTTP(w, r)
	})
}

// add notes a call and counts the others that take long.
func (f *inFlight) add(r *http.Request, now time.Time) (long int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, begun := range f.begun {
		if now.Sub(begun) > longCall {
			long++
		}
	}
	if f.begun == nil {
		f.begun = map[*http.Request]time.Time{}
	}
	f.begun[r] = now
	return long
}

func (f *inFlight) remove(r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.begun, r)
}
