package server

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// patience bounds how long a caller may take to send a body: a connection that trickles is not held open. What lasts by nature, an answer that streams,
// is not bounded.
func patience(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			c := http.NewResponseController(w)
			if c.SetReadDeadline(time.Now().Add(limit)) == nil {
				r.Body = &awaited{r.Body, c}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// ending ends what lasts, a WebSocket or an event stream, when the process is being stopped. Requests are finished.
func (s *Server) ending(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" && !strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(s.streams, cancel)()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// awaited is a body with a deadline, which ends with the body.
type awaited struct {
	io.ReadCloser
	c *http.ResponseController
}

// Read implements io.Reader.
func (a *awaited) Read(b []byte) (int, error) {
	n, err := a.ReadCloser.Read(b)
	if err != nil {
		_ = a.c.SetReadDeadline(time.Time{})
	}
	return n, err
}
