package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/httprate"
	"github.com/google/uuid"
	"github.com/rs/cors"

	"sidelight/graph"
	"sidelight/models"
)

// responseLog notes what was answered.
type responseLog struct {
	http.ResponseWriter
	status int
}

func (r *responseLog) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *responseLog) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection: to flush events, and to upgrade to a
// WebSocket.
func (r *responseLog) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// observe gives every request an id, logs and counts it, and turns a panic into an answer. Paths
// are logged without their query: it may name people.
func observe(log *slog.Logger, m *metrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		id := uuid.NewString()
		w.Header().Set("X-Request-Id", id)
		rec := &responseLog{ResponseWriter: w}
		// The router notes its pattern on this one.
		inner := r.WithContext(graph.WithRequestID(r.Context(), id))
		defer func() {
			if p := recover(); p != nil {
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					panic(p)
				}
				log.Error("a request panicked", "request", id, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if rec.status == 0 {
					writeError(rec, models.Errorf(models.CodeInternal, "something went wrong here; the request id is %s", id))
				}
			}
			took := time.Since(started)
			m.request(methodOf(r), route(inner), rec.status, took)
			log.Debug("request", "request", id, "method", methodOf(r), "path", route(inner), "status", rec.status, "took", took)
		}()
		next.ServeHTTP(rec, inner)
	})
}

// route is the pattern that matched: bounded, and free of what a caller wrote.
func route(r *http.Request) string {
	if r.Pattern == "" {
		return "none"
	}
	return r.Pattern
}

// zohoFrames are the pages of Zoho Desk that show the widget in a frame.
var zohoFrames = []string{"https://desk.zoho.com", "https://desk.zoho.eu", "https://desk.zoho.in", "https://desk.zoho.com.au", "https://desk.zoho.jp",
	"https://desk.zohocloud.ca", "https://desk.zoho.com.cn", "https://desk.zoho.sa", "https://desk.zoho.uk", "https://*.zappsusercontent.com"}

// secure sets the headers of every answer. Scripts and styles come from this server alone; only the
// widget may be framed, by Zoho Desk.
func secure(frameAncestors []string, next http.Handler) http.Handler {
	frames := "'self' " + strings.Join(append(zohoFrames[:len(zohoFrames):len(zohoFrames)], frameAncestors...), " ")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		ancestors := "'none'"
		if r.URL.Path == "/widget" {
			ancestors = frames
		}
		h.Set("Content-Security-Policy", pagePolicy(r.URL.Path)+"; frame-ancestors "+ancestors)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// pagePolicy is the content security policy of a page. Monaco, on the GraphiQL page alone, makes
// styles and workers as it runs; the widget loads the SDK of Zoho's frames.
func pagePolicy(path string) string {
	const base = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'"
	switch path {
	case "/graphiql":
		return strings.NewReplacer("style-src 'self'", "style-src 'self' 'unsafe-inline'", "script-src 'self'", "script-src 'self' blob:; worker-src 'self' blob:", "font-src 'self'", "font-src 'self' data:").Replace(base)
	case "/widget":
		return strings.Replace(base, "script-src 'self'", "script-src 'self' https://js.zohostatic.com https://static.zohocdn.com", 1)
	}
	return base
}

// crossOrigin lets the named origins call the API. Tokens come in a header, never in a cookie, so
// no credentials are allowed.
func crossOrigin(origins []string) func(http.Handler) http.Handler {
	if len(origins) == 0 {
		return func(next http.Handler) http.Handler { return next }
	}
	return cors.New(cors.Options{
		AllowedOrigins: origins, AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type", "Accept"}, ExposedHeaders: []string{"X-Request-Id", "Retry-After"}, MaxAge: 600,
	}).Handler
}

type tokenKey struct{}

// authenticate puts the viewer behind a bearer token into the request. A request without one goes
// on as nobody; one with a bad token ends here.
func authenticate(v *Verifier, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if header == "" {
			next.ServeHTTP(w, r)
			return
		}
		token, ok := bearer(header)
		if !ok {
			writeError(w, models.Errorf(models.CodeUnauthenticated, "the Authorization header must be: Bearer TOKEN"))
			return
		}
		viewer, err := v.Viewer(r.Context(), token)
		if err != nil {
			writeError(w, err)
			return
		}
		ctx := context.WithValue(graph.WithViewer(r.Context(), viewer), tokenKey{}, token)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func bearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(header, " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// newLimit counts the requests of each key; each way in has a limit of its own, so that who spends
// one locks nobody out of another.
func newLimit(perMinute int) *httprate.RateLimiter {
	return httprate.NewRateLimiter(perMinute, time.Minute,
		httprate.WithKeyFuncs(func(r *http.Request) (string, error) { return callerKeyOf(r.Context()), nil }),
		httprate.WithLimitHandler(func(w http.ResponseWriter, _ *http.Request) {
			writeError(w, models.Errorf(models.CodeRateLimited, "too many requests: wait a moment"))
		}))
}

// callerKeyOf is whom a request counts against: its subject where one is known, its address
// elsewhere. A token of the command line counts by itself: others may have its name.
func callerKeyOf(ctx context.Context) string {
	if viewer := graph.ViewerFrom(ctx); viewer != nil {
		if viewer.Issued {
			return "token:" + viewer.TokenID
		}
		return "subject:" + viewer.Subject
	}
	return "address:" + callerOf(ctx)
}

// limitRate limits each caller.
func limitRate(perMinute int) func(http.Handler) http.Handler { return newLimit(perMinute).Handler }
