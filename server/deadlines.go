package server

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// answerPart is how much of an answer is handed to the connection at once: each part has a deadline
// of its own.
const answerPart = 64 << 10

// withDeadlines bounds how long a caller may take to send a body, and to take each part of the
// answer: a connection that trickles, or that nobody reads from, is not held open. What lasts by
// nature, an answer that streams, is not bounded. An answer that is made before the body has come
// whole ends the connection.
func withDeadlines(limit time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &deadlineWriter{ResponseWriter: w, connection: http.NewResponseController(w), limit: limit}
		p.more() // what the request before it has left is over
		if r.Body != nil && r.Body != http.NoBody {
			p.body = &deadlineBody{ReadCloser: r.Body, connection: p.connection}
			if p.connection.SetReadDeadline(time.Now().Add(limit)) == nil {
				r.Body = p.body
			}
		}
		next.ServeHTTP(p, r)
	})
}

// deadlineWriter is an answer with a deadline for each of its parts.
type deadlineWriter struct {
	http.ResponseWriter
	connection *http.ResponseController
	body       *deadlineBody // nil where there is none
	limit      time.Duration
	begun      bool
}

// more gives the caller time to take the next part.
func (p *deadlineWriter) more() { _ = p.connection.SetWriteDeadline(time.Now().Add(p.limit)) }

// WriteHeader implements http.ResponseWriter.
func (p *deadlineWriter) WriteHeader(status int) {
	if status >= http.StatusOK && !p.begun {
		p.begun = true
		if p.body != nil && !p.body.whole {
			p.Header().Set("Connection", "close")
		}
	}
	p.more()
	p.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (p *deadlineWriter) Write(b []byte) (n int, err error) {
	if !p.begun {
		p.WriteHeader(http.StatusOK)
	}
	for {
		p.more()
		part := b[:min(len(b), answerPart)]
		m, err := p.ResponseWriter.Write(part)
		n, b = n+m, b[len(part):]
		if err != nil || len(b) == 0 {
			return n, err
		}
	}
}

// FlushError is what http.ResponseController flushes with.
func (p *deadlineWriter) FlushError() error {
	p.more()
	return p.connection.Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (p *deadlineWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// ending ends what lasts, a WebSocket or an event stream, when the process is being stopped.
// Requests are finished.
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

// deadlineBody is a body with a deadline, which ends when the body has come whole. One that has
// passed stays: what else the connection brings is not waited for.
type deadlineBody struct {
	io.ReadCloser
	connection *http.ResponseController
	whole      bool
}

// Read implements io.Reader.
func (a *deadlineBody) Read(b []byte) (int, error) {
	n, err := a.ReadCloser.Read(b)
	if err == io.EOF {
		a.whole = true
		_ = a.connection.SetReadDeadline(time.Time{})
	}
	return n, err
}
