package server

import (
	"io"
	"net/http"
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
