package server

import (
	"io"
	"net/http"
	"net/url"

	"sidelight/graph"
	"sidelight/internal/local"
	"sidelight/models"
	"sidelight/widget"
)

// routes is everything that is served. Tokens come in the Authorization header alone, so that no
// other page can make a browser act.
func (s *Server) routes(api *graph.Handler) http.Handler {
	m := newMetrics(s.engine, s.store.Health)
	s.metrics = m
	h := health{beat: s.store.Beat, stopping: s.stopping}
	p := newPages(widget.Pages())
	sign := &signIn{
		store:         s.store,
		clients:       s.clients,
		issuer:        s.issuer,
		policy:        s.policy,
		url:           s.URL,
		origins:       s.config.AllowOrigin,
		now:           s.options.Now,
		keys:          s.issuer.keys.Refresh,
		audit:         s.audit,
		adminProfiles: s.config.AdminProfile,
		provider:      s.provider,
		guesses:       newLimit(s.config.Rate),
		renewals:      newLimit(min(s.config.Rate, renewalsAMinute)),
	}
	e := exports{store: s.store}
	limited := limitRate(s.config.Rate)
	own := func(next http.HandlerFunc) http.Handler { return limitRate(s.config.Rate)(next) }
	outside := crossOrigin(s.config.AllowOrigin)
	signedIn := func(next http.Handler) http.Handler { return outside(authenticate(s.verifier, limited(next))) }

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/console", http.StatusFound))
	for _, name := range []string{"console", "widget", "graphiql"} {
		mux.HandleFunc("GET /"+name, p.page(name))
	}
	mux.HandleFunc("GET /assets/", p.asset)
	mux.HandleFunc("GET /favicon.svg", p.asset)
	mux.Handle("/graphql", signedIn(withAnswer(s.ending(api))))
	mux.Handle("GET /graphql/schema.graphql", signedIn(sdl(api)))
	for name, download := range map[string]http.HandlerFunc{"failures.csv": e.failures, "history.csv": e.history, "audit.csv": e.auditCSV, "audit.jsonl": e.auditLines} {
		mux.Handle("GET /export/"+name, signedIn(s.audit.taken(download, name)))
	}
	mux.HandleFunc("GET /healthz", h.live)
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /connect/salesforce/callback", own(s.connector.finish(models.Salesforce)))
	mux.Handle("GET /connect/desk/callback", own(s.connector.finish(models.Desk)))
	mux.Handle("GET /auth/methods", own(sign.methods))
	mux.Handle("GET "+deskPath+"/start", own(sign.startDesk))
	mux.Handle("GET "+deskPath+"/callback", own(sign.callback(sign.fromZoho)))
	mux.Handle("GET "+oidcPath+"/start", own(sign.startOIDC))
	mux.Handle("GET "+oidcPath+"/callback", own(sign.callback(sign.fromProvider)))
	mux.Handle("POST /auth/refresh", outside(http.HandlerFunc(sign.refresh)))
	mux.Handle("POST /auth/signout", outside(http.HandlerFunc(sign.signOut)))
	mux.HandleFunc("POST /webhooks/desk", s.webhook)
	mux.HandleFunc(
		"GET /webhooks/desk",
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) },
	) // Desk tries the address before it subscribes
	if s.options.Demo {
		mux.HandleFunc("GET /ticket", p.page("ticket"))
		mux.Handle("GET /demo/session", local.Only(http.HandlerFunc(s.demoSession), s.publicName()))
		mux.Handle("GET /metrics", m.handler())
	}
	// The router notes its pattern on the request that observe has made.
	inner := withDeadlines(s.config.bodyTimeout(), secure(s.config.FrameAncestor, mux))
	return s.callers.note(observe(s.log, m, inner))
}

// publicName is the host under which browsers reach the server.
func (s *Server) publicName() string {
	u, err := url.Parse(s.url)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// sdl answers the schema that the caller can use.
func sdl(api *graph.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := graph.ViewerFrom(r.Context())
		if v == nil {
			writeError(w, models.Errorf(models.CodeUnauthenticated, "sign in first: send Authorization: Bearer TOKEN"))
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, api.SDL(v)) // the caller may be gone
	})
}
