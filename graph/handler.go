// Package graph is the GraphQL API: its schema by noun, the one gate, and resolvers that parse, make one call and return.
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
	"github.com/vektah/gqlparser/v2/validator/rules"

	"sidelight/graph/generated"
	"sidelight/models"
)

// Handler serves the API.
type Handler struct {
	server *handler.Server
	gate   *gate
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
	r := &Resolver{Config: c}
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: r})
	var err error
	if r.gate, err = newGate(schema.Schema()); err != nil {
		return nil, err
	}
	r.gate.recheck = c.Recheck
	if r.cursors, err = newCursors(c.CursorKey); err != nil {
		return nil, err
	}
	if err := checkPersisted(c.Persisted); err != nil {
		return nil, err
	}
	known := newParsed()
	s := handler.New(schema)
	s.AddTransport(socket(c))
	s.AddTransport(sse{transport.SSE{KeepAlivePingInterval: sseTime}})
	s.AddTransport(plain{})
	s.SetQueryCache(known)
	s.SetParserTokenLimit(maxTokens)
	s.SetDisableSuggestion(true)
	s.SetValidationRulesFn(silentRules)
	s.SetErrorPresenter(present(c.Logger))
	s.SetRecoverFunc(func(ctx context.Context, p any) error {
		c.Logger.Error("a resolver panicked", "request", requestID(ctx), "kind", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		return errors.New("panic")
	})
	s.Use(documents{persisted: c.Persisted, only: c.OnlyPersisted, known: known})
	s.Use(introspectable{})
	s.Use(r.gate)
	s.AroundOperations(r.operation)
	s.AroundFields(r.gate.around)
	return &Handler{s, r.gate}, nil
}

// silentRules are the rules of validation that suggest no names: a caller who may not see a name must not be told it.
func silentRules() *rules.Rules {
	r := rules.NewDefaultRules()
	r.ReplaceRule(rules.KnownArgumentNamesRule.Name, rules.KnownArgumentNamesRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ValuesOfCorrectTypeRule.Name, rules.ValuesOfCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.FieldsOnCorrectTypeRule.Name, rules.FieldsOnCorrectTypeRuleWithoutSuggestions.RuleFunc)
	r.ReplaceRule(rules.ScalarLeafsRule.Name, rules.ScalarLeafsRuleWithoutSuggestions.RuleFunc)
	return r
}

// operation bounds the time of what does not last, and says why a subscription ended.
func (r *Resolver) operation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
		ctx, ended := withEnd(ctx)
		responses := next(ctx)
		return func(ctx context.Context) *graphql.Response {
			if res := responses(withLoaders(ctx)); res != nil { // each event reads anew
				return res
			}
			if err := ended.take(); err != nil && ctx.Err() == nil {
				return &graphql.Response{Errors: gqlerror.List{present(r.Logger)(ctx, err)}}
			}
			return nil
		}
	}
	ctx, cancel := context.WithTimeout(withLoaders(ctx), r.Timeout)
	responses := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		defer cancel()
		return responses(ctx)
	}
}

// SDL is the schema that the viewer can use, as text.
func (h *Handler) SDL(v *models.Viewer) string { return h.gate.SDL(v) }

// ServeHTTP answers GraphQL over HTTP, server-sent events and WebSocket (graphql-transport-ws). Without a viewer only a WebSocket may be opened: it
// signs in with its first message.
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
	h.server.ServeHTTP(w, r)
}

// introspectable lets everyone who is signed in introspect: the gate answers each with their own schema.
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
