// Package graph is the GraphQL API: its schema by noun, the one gate, and resolvers that parse,
// make one call and return.
package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/graph/gate"
	"sidelight/graph/generated"
	"sidelight/models"
)

// Handler serves the API.
type Handler struct {
	server *handler.Server
	gate   *gate.Gate
	limits *callerLimits
	known  *parsed
	cards  *selections
}

// Forget forgets what requests have left in memory that may name a person.
func (h *Handler) Forget() {
	h.known.forget()
	h.gate.Forget()
	h.cards.forget()
}

// New makes the handler. An error names the schema field that nobody has said the needs of.
func New(c Config) (*Handler, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Timeout == 0 {
		c.Timeout = 15 * time.Second
	}
	if c.Database == nil {
		c.Database = func() models.DatabaseHealth { return models.DatabaseHealth{OK: true} }
	}
	r := &Resolver{Config: c, limits: newCallerLimits(c.Bounds)}
	r.known.Store(&c.Known)
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: r})
	var err error
	if r.gate, err = gate.New(schema.Schema()); err != nil {
		return nil, err
	}
	r.gate.Recheck = func(ctx context.Context, v *models.Viewer) (*models.Viewer, *gqlerror.Error) {
		now, err := c.Recheck(ctx, v)
		if err != nil {
			p := PublicError(err)
			return nil, gate.Refusal(p.Code, p.Message)
		}
		return now, nil
	}
	if r.cursors, err = newCursors(c.CursorKey); err != nil {
		return nil, err
	}
	if err := checkPersisted(c.Persisted); err != nil {
		return nil, err
	}
	known := newParsed()
	s := handler.New(schema)
	s.AddTransport(socket(c, r.limits))
	s.AddTransport(sse{transport.SSE{KeepAlivePingInterval: sseTime}})
	s.AddTransport(plain{r.limits})
	s.SetQueryCache(known)
	s.SetParserTokenLimit(maxTokens)
	s.SetDisableSuggestion(true)
	s.SetValidationRulesFn(gate.ValidationRules)
	s.SetErrorPresenter(present(c.Logger))
	s.SetRecoverFunc(func(ctx context.Context, p any) error {
		c.Logger.Error("a resolver panicked", "request", requestID(ctx), "kind", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		return errors.New("panic")
	})
	s.Use(documents{persisted: c.Persisted, only: c.OnlyPersisted, known: known})
	s.Use(introspectable{})
	s.Use(errorBound{})
	s.Use(r.gate)
	s.AroundOperations(r.operation)
	s.AroundFields(r.gate.Around)
	return &Handler{s, r.gate, r.limits, known, &r.selections}, nil
}

// operation bounds the time of what does not last, and says why a subscription ended.
func (r *Resolver) operation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		release, err := r.limits.subscription(subjectOf(ctx))
		if err != nil {
			return r.refusedAnswer(ctx, err)
		}
		context.AfterFunc(ctx, release)
		ctx, ended := withEnd(ctx)
		responses, last := next(ctx), lastSent{}
		return func(ctx context.Context) *graphql.Response {
			res := responses(withLoaders(ctx)) // each event reads anew
			for last.repeats(res) {
				res = responses(withLoaders(ctx))
			}
			if res != nil {
				return res
			}
			if err := ended.take(); err != nil && ctx.Err() == nil {
				return &graphql.Response{Errors: gqlerror.List{present(r.Logger)(ctx, err)}}
			}
			return nil
		}
	}
	release := func() {}
	if !hasPlace(ctx) {
		var err error
		if release, err = r.limits.operation(ctx, subjectOf(ctx)); err != nil {
			return r.refusedAnswer(ctx, err)
		}
	}
	limit := r.Timeout
	if !r.Database().OK { // what the database does not answer is not waited for
		limit = min(limit, troubledTimeout)
	}
	ctx, cancel := context.WithTimeout(withLoaders(ctx), limit)
	context.AfterFunc(ctx, release)
	responses := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		defer release()
		defer cancel()
		return responses(ctx)
	}
}

// troubledTimeout bounds queries and mutations while the database is in trouble: an admin must see
// why, and nobody gains by waiting.
const troubledTimeout = 3 * time.Second

// SDL is the schema that the viewer can use, as text.
func (h *Handler) SDL(v *models.Viewer) string { return h.gate.SDL(v) }

// ServeHTTP answers GraphQL over HTTP, server-sent events and WebSocket (graphql-transport-ws).
// Without a viewer only a WebSocket may be opened: it signs in with its first message.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const methods = "GET, POST, OPTIONS"
	upgrade := strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
	var refused *refused
	switch {
	case r.Header.Get("Upgrade") != "" && !(upgrade && r.Method == http.MethodGet):
		refused = refusedWith(http.StatusBadRequest, models.CodeBadUserInput, "only a GET is upgraded, to a WebSocket")
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", methods)
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		w.Header().Set("Allow", methods)
		refused = refusedWith(http.StatusMethodNotAllowed, models.CodeBadUserInput, "send queries by GET or POST, and mutations by POST")
	case ViewerFrom(r.Context()) == nil && !upgrade:
		refused = refusedWith(http.StatusUnauthorized, models.CodeUnauthenticated, "sign in first: send Authorization: Bearer TOKEN")
	case len(r.URL.RawQuery) > maxBody:
		refused = refusedWith(http.StatusRequestURITooLong, models.CodeTooComplex, "the address is too long: send the query by POST")
	case r.Method == http.MethodPost && !upgrade:
		r, refused = withBody(w, r)
	}
	if refused != nil {
		refused.write(w)
		return
	}
	if upgrade {
		s := &seat{}
		defer s.leave()
		r = r.WithContext(context.WithValue(r.Context(), seatKey{}, s))
	}
	h.server.ServeHTTP(w, r)
}

// introspectable lets everyone who is signed in introspect: the gate answers each with their own
// schema.
type introspectable struct{}

// ExtensionName implements graphql.HandlerExtension.
func (introspectable) ExtensionName() string { return "Introspection" }

// Validate implements graphql.HandlerExtension.
func (introspectable) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator.
func (introspectable) MutateOperationContext(_ context.Context, rc *graphql.OperationContext) *gqlerror.Error {
	rc.DisableIntrospection = false
	return nil
}
