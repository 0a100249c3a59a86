package server

import (
	"io"
	"net/http"

	"sidelight/graph"
	"sidelight/models"
	"sidelight/widget"
)

// routes is everything that is served. Tokens come in the Authorization header alone, so that no other page can make a browser act.
func (s *Server) routes(api *graph.Handler) http.Handler {
	m := newMetrics(s.engine)
	h := health{ping: s.store.Ping, stopping: s.stopping}
	p := pages{files: widget.Pages()}
	sign := &signIn{store: s.store, clients: s.clients, issuer: s.issuer, policy: s.policy, url: s.URL, origins: s.config.AllowOrigin, now: s.options.Now}
	e := exports{store: s.store}
	limited := limitRate(s.config.Rate)
	outside := crossOrigin(s.config.AllowOrigin)
	signedIn := func(next http.Handler) http.Handler { return outside(authenticate(s.verifier, limited(next))) }

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/console", http.StatusFound))
	for _, name := range []string{"console", "widget", "graphiql"} {
		mux.HandleFunc("GET /"+name, p.page(name))
	}
	mux.Handle("GET /assets/", p.asset())
	mux.Handle("/graphql", signedIn(s.ending(api)))
	mux.Handle("GET /graphql/schema.graphql", signedIn(sdl(api)))
	mux.Handle("GET /export/failures.csv", signedIn(http.HandlerFunc(e.failures)))
	mux.Handle("GET /export/history.csv", signedIn(http.HandlerFunc(e.history)))
	mux.HandleFunc("GET /healthz", h.live)
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /metrics", m.handler())
	mux.HandleFunc("GET /connect/salesforce/callback", s.connector.finish(models.Salesforce))
	mux.HandleFunc("GET /connect/desk/callback", s.connector.finish(models.Desk))
	mux.Handle("GET /auth/desk/start", limited(http.HandlerFunc(sign.start)))
	mux.Handle("GET /auth/desk/callback", limited(http.HandlerFunc(sign.callback)))
	mux.Handle("POST /auth/refresh", outside(limited(http.HandlerFunc(sign.refresh))))
	mux.Handle("POST /auth/signout", outside(limited(http.HandlerFunc(sign.signOut))))
	mux.HandleFunc("POST /webhooks/desk", s.webhook)
	mux.HandleFunc("GET /webhooks/desk", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }) // Desk tries the address before it subscribes
	if s.options.Demo {
		mux.HandleFunc("GET /ticket", p.page("ticket"))
		mux.HandleFunc("GET /demo/session", s.demoSession)
	}
	return observe(s.log, m, patience(readBodyTimeout, secure(s.config.FrameAncestor, mux)))
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
