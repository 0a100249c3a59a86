package graph

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"

	"sidelight/graph/gate"
	"sidelight/models"
)

// Times of connections that last.
const (
	initTime = 10 * time.Second // to sign in after a WebSocket was opened
	pingTime = 20 * time.Second
	sseTime  = 15 * time.Second // between signs of life on an event stream
)

// What was refused is an error message of the WebSocket protocol, not a result.
func init() {
	for _, code := range []models.Code{models.CodeUnauthenticated, models.CodeForbidden, models.CodeBadUserInput, models.CodeNotFound, models.CodeTooComplex, models.CodeRateLimited} {
		errcode.RegisterErrorType(string(code), errcode.KindProtocol)
	}
}

// sse answers only those who prefer events. Its body was read and checked before.
type sse struct{ transport.SSE }

// Do implements graphql.Transport.
func (t sse) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	t.SSE.Do(flushing{w, http.NewResponseController(w)}, r, exec)
}

// flushing finds the connection to flush behind whatever wraps it.
type flushing struct {
	http.ResponseWriter
	connection *http.ResponseController
}

// Flush implements http.Flusher.
func (f flushing) Flush() { _ = f.connection.Flush() }

// Supports implements graphql.Transport.
func (sse) Supports(r *http.Request) bool {
	return r.Method == http.MethodPost && preferred(r.Header.Get("Accept")) == mediaEvents
}

// socket is graphql-transport-ws. Its origin must be this server or a configured page; it signs in
// with connection_init, and ends with the token.
func socket(c Config, limits *callerLimits) transport.Websocket {
	limit := int64(maxBody)
	return transport.Websocket{
		KeepAlivePingInterval: pingTime,
		PingPongInterval:      pingTime,
		PayloadReadLimit:      &limit,
		// The pattern matches a host and port; the scheme is left to the proxy. This server's own
		// host is always let in.
		Implementation: transport.CoderWebsocketImplementation{AcceptOptions: websocket.AcceptOptions{OriginPatterns: hosts(c.Origins)}},
		InitTimeout:    initTime,
		InitFunc: func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
			if ViewerFrom(ctx) == nil {
				scheme, token, ok := strings.Cut(payload.Authorization(), " ")
				if !ok || !strings.EqualFold(scheme, "Bearer") || c.Authenticate == nil {
					return forbidden(ctx), nil, errors.New("sign in first: send Authorization: Bearer TOKEN in connection_init")
				}
				v, err := c.Authenticate(ctx, strings.TrimSpace(token))
				if err != nil {
					return forbidden(ctx), nil, errors.New(PublicError(err).Message)
				}
				ctx = WithViewer(ctx, v)
			}
			if err := limits.sit(ctx, ViewerFrom(ctx)); err != nil {
				return closing(ctx, "Too Many Requests", closeTooMany), nil, errors.New(PublicError(err).Message)
			}
			return untilTokenEnds(gate.WithPace(ctx), c.Now), nil, nil
		},
	}
}

// closeForbidden is the protocol's code for a sign-in that was refused. After an ordinary close a
// client would try again at once, and for ever.
const (
	closeForbidden = 4403
	closeTooMany   = 4429
)

func forbidden(ctx context.Context) context.Context { return closing(ctx, "Forbidden", closeForbidden) }

func closing(ctx context.Context, reason string, code int) context.Context {
	return transport.WithWebsocketCloseCode(transport.AppendCloseReason(ctx, reason), code)
}

// untilTokenEnds ends with the viewer's token.
func untilTokenEnds(ctx context.Context, now func() time.Time) context.Context {
	v := ViewerFrom(ctx)
	if v.ExpiresAt.IsZero() {
		return ctx
	}
	until, cancel := context.WithTimeout(ctx, v.ExpiresAt.Sub(now()))
	context.AfterFunc(ctx, cancel)
	return until
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
