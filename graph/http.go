package graph

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/graph/gate"
	"sidelight/models"
)

// The media types of answers.
const (
	mediaJSON    = "application/json"
	mediaGraphQL = "application/graphql-response+json"
	mediaEvents  = "text/event-stream"
)

// plain answers queries by GET, and queries and mutations by POST, as GraphQL over HTTP has it. It
// stands in for gqlgen's transports, which repeat a malformed body in their answer and copy every
// answer once more.
type plain struct{ limits *callerLimits }

// Supports implements graphql.Transport.
func (plain) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet || r.Method == http.MethodPost
}

// Do implements graphql.Transport.
func (p plain) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params, refused := paramsOf(r)
	if refused != nil {
		refused.write(w)
		return
	}
	media := preferred(r.Header.Get("Accept"))
	if media == mediaEvents {
		media = mediaJSON // events come by POST
	}
	params.ReadTime = graphql.TraceTiming{Start: graphql.Now(), End: graphql.Now()}
	rc, errs := exec.CreateOperationContext(r.Context(), params)
	if errs != nil {
		status := statusOf(media, errs) // before the errors are put into their public form
		send(w, media, status, exec.DispatchError(graphql.WithOperationContext(r.Context(), rc), errs), true)
		return
	}
	switch {
	case rc.Operation.Operation == ast.Subscription:
		refusedWith(http.StatusBadRequest, models.CodeBadUserInput, "subscriptions come as server-sent events (POST with Accept: text/event-stream) or over a WebSocket").write(w)
		return
	case rc.Operation.Operation == ast.Mutation && r.Method == http.MethodGet:
		w.Header().Set("Allow", http.MethodPost)
		refusedWith(http.StatusMethodNotAllowed, models.CodeBadUserInput, "GET is for queries: send mutations by POST").write(w)
		return
	}
	release, err := p.limits.operation(r.Context(), subjectOf(r.Context()))
	if err != nil {
		public := PublicError(err)
		refusedWith(http.StatusTooManyRequests, public.Code, public.Message).write(w)
		return
	}
	defer release() // when the answer is written: until then it counts
	responses, ctx := exec.DispatchOperation(withPlace(r.Context()), rc)
	send(w, media, http.StatusOK, responses(ctx), false)
}

// paramsOf are the request's parameters: those of a body were read before, those of a GET stand in
// the address.
func paramsOf(r *http.Request) (*graphql.RawParams, *refused) {
	if p, ok := r.Context().Value(bodyKey{}).(*graphql.RawParams); ok {
		return p, nil
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refusedWith(http.StatusBadRequest, models.CodeBadUserInput, "the address cannot be read")
	}
	if !q.Has("query") && !q.Has("extensions") {
		return nil, refusedWith(http.StatusBadRequest, models.CodeBadUserInput, "query is missing")
	}
	p := &graphql.RawParams{Query: q.Get("query"), OperationName: q.Get("operationName"), Headers: r.Header}
	for name, into := range map[string]*map[string]any{"variables": &p.Variables, "extensions": &p.Extensions} {
		if text := q.Get(name); text != "" && strict([]byte(text), into) != nil {
			return nil, refusedWith(http.StatusBadRequest, models.CodeBadUserInput, name+" must be a JSON object")
		}
	}
	return p, nil
}

// statusOf is the status of a request that was refused before anything ran. Those who ask for
// application/json get 200 where the document or its variables are at fault: their intermediaries
// may not know GraphQL.
func statusOf(media string, errs gqlerror.List) int {
	code, _ := errs[0].Extensions["code"].(string)
	if media == mediaJSON && (code == errcode.ParseFailed || code == errcode.ValidationFailed) {
		return http.StatusOK
	}
	switch models.Code(code) {
	case models.CodeUnauthenticated:
		return http.StatusUnauthorized
	case models.CodeForbidden:
		if media == mediaGraphQL {
			return http.StatusForbidden
		}
		return http.StatusOK
	case models.CodeRateLimited:
		return http.StatusTooManyRequests
	case models.CodeUnavailable:
		return http.StatusServiceUnavailable
	}
	if media == mediaJSON {
		return http.StatusOK
	}
	return http.StatusBadRequest
}

// send writes an answer in one piece. The data bytes are the executor's own: they are JSON already.
// An answer to what was refused has no data.
func send(w http.ResponseWriter, media string, status int, res *graphql.Response, refused bool) {
	if res == nil { // the caller is gone
		return
	}
	b := make([]byte, 0, len(res.Data)+512)
	b = append(b, '{')
	part := func(name string, value []byte) {
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(append(b, '"'), name...), '"', ':'), value...)
	}
	if len(res.Errors) > 0 {
		part("errors", marshal(res.Errors))
	}
	if !refused {
		data := res.Data
		if len(data) == 0 {
			data = []byte("null")
		}
		part("data", data)
	}
	if len(res.Extensions) > 0 {
		part("extensions", marshal(res.Extensions))
	}
	b = append(b, '}')
	h := w.Header()
	h.Set("Content-Type", media+"; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if slices.ContainsFunc(res.Errors, unavailable) {
		h.Set("Retry-After", strconv.Itoa(int(models.UnavailableRetry.Seconds())))
	}
	w.WriteHeader(status)
	_, _ = w.Write(b) // the caller may be gone
}

// unavailable tells whether an error is one that passes by itself.
func unavailable(err *gqlerror.Error) bool {
	return err.Extensions["code"] == string(models.CodeUnavailable)
}

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil { // errors and extensions are made of strings and numbers
		return []byte("null")
	}
	return b
}

// refused is a refusal before GraphQL begins, in the shape of its answers.
type refused struct {
	status  int
	code    models.Code
	message string
}

func refusedWith(status int, code models.Code, message string) *refused {
	return &refused{status, code, message}
}

func (r *refused) write(w http.ResponseWriter) {
	switch r.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	}
	send(w, mediaJSON, r.status, &graphql.Response{Errors: gqlerror.List{gate.Refusal(r.code, r.message)}}, true)
}

// preferred is the media type that the Accept header prefers: by weight, then by its own order.
// Clients that merely could read events name JSON first.
func preferred(accept string) string {
	if accept == "" {
		return mediaJSON
	}
	best, weight := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		kind, rest, _ := strings.Cut(part, ";")
		kind = strings.ToLower(strings.TrimSpace(kind))
		if kind == "*/*" || kind == "application/*" {
			kind = mediaJSON
		}
		if !slices.Contains([]string{mediaJSON, mediaGraphQL, mediaEvents}, kind) {
			continue
		}
		if q := quality(rest); q > weight {
			best, weight = kind, q
		}
	}
	if best == "" {
		return mediaJSON
	}
	return best
}

// quality is the weight among a media type's parameters, 1 when it has none.
func quality(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
		if !strings.EqualFold(name, "q") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || q < 0 || q > 1 {
			return 0
		}
		return q
	}
	return 1
}
