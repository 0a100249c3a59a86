package fault

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Request is one call as the vendor saw it.
type Request struct {
	Time    time.Time `json:"time"`
	Method  string    `json:"method"`
	Path    string    `json:"path"`
	Pattern string    `json:"pattern,omitempty"`
	// Query is the decoded query string, with credentials masked.
	Query string `json:"query,omitempty"`
	// Notes are what the handler added: the SOQL inside a composite body, the ids it wrote.
	Notes []string `json:"notes,omitempty"`
	// Status is the HTTP status that was sent; 0 when the answer was dropped or is still being
	// made.
	Status int `json:"status"`
	// Fault is the kind of the HTTP fault that acted, if any.
	Fault string `json:"fault,omitempty"`
}

// entry is a Request that is still being filled in.
type entry struct {
	mu      sync.Mutex
	request Request
}

func (e *entry) edit(change func(*Request)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change(&e.request)
}

func (e *entry) copy() Request {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := e.request
	out.Notes = slices.Clone(out.Notes)
	return out
}

type requestKey struct{}

// Note adds text to the record of the request that ctx belongs to, for GET /_sim/requests. Outside
// of Middleware it does nothing.
func Note(ctx context.Context, text string) {
	if e, ok := ctx.Value(requestKey{}).(*entry); ok {
		e.edit(func(r *Request) { r.Notes = append(r.Notes, text) })
	}
}

// Requests returns the last requests, oldest first, at most 1,000.
func (in *Injector) Requests() []Request {
	in.mu.Lock()
	ordered := slices.Concat(in.ring[in.next:], in.ring[:in.next])
	in.mu.Unlock()
	out := make([]Request, len(ordered))
	for i, e := range ordered {
		out[i] = e.copy()
	}
	return out
}

// record opens the entry of a request and counts the call.
func (in *Injector) record(r *http.Request, pattern string) *entry {
	e := &entry{request: Request{Time: in.now(), Method: r.Method, Path: r.URL.Path, Pattern: pattern, Query: decoded(r.URL.Query())}}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.total++
	in.calls[pattern]++
	if len(in.ring) < ringSize {
		in.ring = append(in.ring, e)
	} else {
		in.ring[in.next] = e
		in.next = (in.next + 1) % ringSize
	}
	return e
}

// secretParams never appear in the record of a request: people paste it into reports.
var secretParams = []string{"token", "access_token", "refresh_token", "oauth_token", "client_secret", "code", "code_verifier", "assertion", "password"}

func decoded(values url.Values) string {
	var parts []string
	for name, all := range values {
		for _, value := range all {
			if slices.Contains(secretParams, strings.ToLower(name)) {
				value = "…"
			}
			parts = append(parts, name+"="+value)
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}
