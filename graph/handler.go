// Package graph is the GraphQL API: its schema by noun, the one gate, and resolvers that parse, make one call and return.
package graph

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/graph/generated"
	"sidelight/models"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 256 << 10

// Handler serves the API.
type Handler struct {
	server  *handler.Server
	gate    *gate
	timeout time.Duration
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
	s := handler.New(schema)
	s.AddTransport(socket(c))
	s.AddTransport(sse{transport.SSE{KeepAlivePingInterval: 15 * time.Second}})
	s.AddTransport(transport.Options{AllowedMethods: []string{http.MethodGet, http.MethodPost, http.MethodOptions}})
	s.AddTransport(transport.GET{})
	s.AddTransport(transport.POST{})
	s.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	s.SetParserTokenLimit(maxTokens)
	s.SetDisableSuggestion(true)
	s.SetErrorPresenter(present(c.Logger))
	s.SetRecoverFunc(func(ctx context.Context, p any) error {
		c.Logger.Error("a resolver panicked", "request", requestID(ctx), "panic", p)
		return errors.New("panic")
	})
	s.Use(documents{persisted: c.Persisted, only: c.OnlyPersisted})
	s.Use(introspectable{})
	s.Use(r.gate)
	s.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return next(withLoaders(ctx))
	})
	s.AroundFields(r.gate.around)
	return &Handler{s, r.gate, c.Timeout}, nil
}

// SDL is the schema that the viewer can use, as text.
func (h *Handler) SDL(v *models.Viewer) string { return h.gate.SDL(v) }

// ServeHTTP answers GraphQL over HTTP, server-sent events and WebSocket (graphql-transport-ws). Without a viewer only a WebSocket may be opened: it
// signs in with its first message.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrade := r.Header.Get("Upgrade") != ""
	if ViewerFrom(r.Context()) == nil && !upgrade && r.Method != http.MethodOptions {
		w.Header().Set("WWW-Authenticate", "Bearer")
		answer(w, http.StatusUnauthorized, models.CodeUnauthenticated, "sign in first: send Authorization: Bearer TOKEN")
		return
	}
	if r.Method == http.MethodPost && !jsonBody(r) {
		answer(w, http.StatusUnsupportedMediaType, models.CodeBadUserInput, "send Content-Type: application/json")
		return
	}
	if r.ContentLength > maxBody {
		answer(w, http.StatusRequestEntityTooLarge, models.CodeTooComplex, "the request is too large")
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if !upgrade && !eventStream(r) {
		ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
		defer cancel()
		r = r.WithContext(ctx)
		w = &refusing{ResponseWriter: w}
	}
	h.server.ServeHTTP(w, r)
}

// refusing answers refused requests as GraphQL over HTTP has it: without data, and with status 200 to those who asked for application/json.
type refusing struct {
	http.ResponseWriter
	refused bool
}

// WriteHeader implements http.ResponseWriter.
func (w *refusing) WriteHeader(status int) {
	w.refused = status >= 400 && status < 500
	if status == http.StatusUnprocessableEntity && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		status = http.StatusOK
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter; the transports write an answer at once.
func (w *refusing) Write(b []byte) (int, error) {
	if !w.refused {
		return w.ResponseWriter.Write(b)
	}
	if rest, ok := bytes.CutSuffix(b, []byte(`,"data":null}`)); ok {
		if _, err := w.ResponseWriter.Write(append(bytes.Clone(rest), '}')); err != nil {
			return 0, err
		}
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *refusing) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func jsonBody(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// answer is a refusal before GraphQL begins, in the shape of its answers.
func answer(w http.ResponseWriter, status int, code models.Code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"errors":[{"message":"` + message + `","extensions":{"code":"` + string(code) + `"}}]}`))
}

// eventStream tells whether the caller prefers server-sent events. Clients that merely could read them name JSON first.
func eventStream(r *http.Request) bool {
	preferred, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	kind, _, _ := strings.Cut(preferred, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/event-stream")
}

// sse answers only those who prefer it.
type sse struct{ transport.SSE }

// Supports implements graphql.Transport.
func (sse) Supports(r *http.Request) bool { return r.Method == http.MethodPost && eventStream(r) }

// socket is graphql-transport-ws. Its origin must be this server or a configured page; it signs in with connection_init, and its subscriptions end with the
// token.
func socket(c Config) transport.Websocket {
	return transport.Websocket{
		KeepAlivePingInterval: 20 * time.Second,
		// The pattern matches a host and port; the scheme is left to the proxy. This server's own host is always let in.
		Implementation: transport.CoderWebsocketImplementation{AcceptOptions: websocket.AcceptOptions{OriginPatterns: hosts(c.Origins)}},
		InitTimeout:    10 * time.Second,
		InitFunc: func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
			if ViewerFrom(ctx) != nil {
				return ctx, nil, nil
			}
			scheme, token, ok := strings.Cut(payload.Authorization(), " ")
			if !ok || !strings.EqualFold(scheme, "Bearer") || c.Authenticate == nil {
				return ctx, nil, errors.New("sign in first: send Authorization: Bearer TOKEN in connection_init")
			}
			v, err := c.Authenticate(ctx, strings.TrimSpace(token))
			if err != nil {
				return ctx, nil, errors.New(PublicError(err).Message)
			}
			return WithViewer(ctx, v), nil, nil
		},
	}
}

// hosts are the hosts of origins.
func hosts(origins []string) []string {
	var out []string
	for _, o := range origins {
		if u, err := url.Parse(o); err == nil && u.Host != "" {
			out = append(out, u.Host)
		}
	}
	return out
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

// documents finds safe-listed documents by their hash, and looks at others before they are parsed.
type documents struct {
	persisted map[string]string
	only      bool
}

// ExtensionName implements graphql.HandlerExtension.
func (documents) ExtensionName() string { return "Documents" }

// Validate implements graphql.HandlerExtension.
func (documents) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator.
func (d documents) MutateOperationParameters(_ context.Context, p *graphql.RawParams) *gqlerror.Error {
	if p.Query == "" {
		hash := ""
		if x, ok := p.Extensions["persistedQuery"].(map[string]any); ok {
			hash, _ = x["sha256Hash"].(string)
		}
		if hash == "" {
			return nil // the executor says what is missing
		}
		text, known := d.persisted[strings.ToLower(hash)]
		if !known {
			return &gqlerror.Error{Message: "PersistedQueryNotFound", Extensions: map[string]any{"code": models.CodeNotFound}}
		}
		p.Query = text
		return nil
	}
	if d.only {
		sum := sha256.Sum256([]byte(p.Query))
		if _, known := d.persisted[hex.EncodeToString(sum[:])]; !known {
			return refusal(models.CodeForbidden, "this server answers only the documents that it knows")
		}
	}
	return shallow(p.Query)
}

// shallow refuses nesting and directives that no operation of this schema has, before the parser and the validation, which is costlier and names every
// single fault, see them.
func shallow(query string) *gqlerror.Error {
	depth, directives, text := 0, 0, false
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{' || c == '[':
			if depth++; depth > 3*maxDepth {
				return refusal(models.CodeTooComplex, "the operation is nested too deep")
			}
		case c == '}' || c == ']':
			depth--
		case c == '@':
			if directives++; directives > maxDirectives {
				return refusal(models.CodeTooComplex, "the operation has too many directives")
			}
		}
	}
	return nil
}
