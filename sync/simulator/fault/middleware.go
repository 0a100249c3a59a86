package fault

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxContains bounds how much of a body a rule with Contains looks at.
const maxContains = 1 << 20

// Middleware counts every request and applies the HTTP faults. Requests under /_sim/ pass
// untouched. When next is an *http.ServeMux, statistics are kept by its patterns, otherwise by what
// next sets in Request.Pattern, or the path.
func (in *Injector) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sim/") {
			next.ServeHTTP(w, r)
			return
		}
		rec := in.record(r, patternOf(next, r))
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, rec))
		w.Header().Set("Date", in.Now().UTC().Format(http.TimeFormat))

		wait, rule := in.choose(r)
		if !sleep(r.Context(), wait) {
			panic(http.ErrAbortHandler) // the caller or the vendor is gone: this is no answer
		}
		if rule == nil {
			out := &statusWriter{ResponseWriter: w, rec: rec}
			next.ServeHTTP(out, r)
			return
		}
		rec.edit(func(r *Request) { r.Fault = rule.Kind })
		in.misbehave(w, r, next, *rule, rec)
	})
}

func patternOf(next http.Handler, r *http.Request) string {
	pattern := ""
	if mux, ok := next.(interface {
		Handler(*http.Request) (http.Handler, string)
	}); ok {
		_, pattern = mux.Handler(r)
	}
	if pattern == "" {
		pattern = r.URL.Path
	}
	if !strings.HasPrefix(pattern, r.Method+" ") {
		pattern = r.Method + " " + pattern
	}
	return pattern
}

// choose takes an occasion from every matching rule: waits add up, and the first other fault that
// acts wins.
func (in *Injector) choose(r *http.Request) (wait time.Duration, chosen *Rule) {
	text := once(func() string { return requestText(r) })
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.imitated != nil {
		wait = in.imitated(in.dice)
	}
	for _, rule := range in.rules {
		if rule.isEffect() || !matches(rule.Endpoint, r.Method, r.URL.Path) {
			continue
		}
		if rule.Contains != "" && !strings.Contains(text(), rule.Contains) {
			continue
		}
		if rule.Kind != Latency && chosen != nil {
			continue
		}
		if !in.acts(rule) {
			continue
		}
		wait += time.Duration(rule.Latency)
		if rule.Kind != Latency {
			found := rule.Rule
			chosen = &found
		}
	}
	return wait, chosen
}

// once makes f run at most once.
func once(f func() string) func() string {
	var text *string
	return func() string {
		if text == nil {
			got := f()
			text = &got
		}
		return *text
	}
}

// requestText is the decoded query and the body, which it puts back for the handler.
func requestText(r *http.Request) string {
	text := decoded(r.URL.Query())
	if r.Body == nil {
		return text
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxContains))
	rest := io.Reader(r.Body)
	if err != nil {
		rest = errReader{err}
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), r.Body}
	return text + "\n" + string(body)
}

type errReader struct{ err error }

func (e errReader) Read([]byte) (int, error) { return 0, e.err }

func sleep(ctx context.Context, wait time.Duration) bool {
	if wait <= 0 {
		return true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (in *Injector) misbehave(w http.ResponseWriter, r *http.Request, next http.Handler, rule Rule, rec *entry) {
	var answer *buffered
	if rule.Kind != DropBefore && (rule.Commit || rule.Kind == DropAfter || rule.Kind == Reset || rule.Kind == Truncate) {
		answer = &buffered{header: http.Header{}, status: http.StatusOK}
		next.ServeHTTP(answer, r)
	}
	switch rule.Kind {
	case DropBefore, DropAfter:
		panic(http.ErrAbortHandler)
	case Reset, Truncate:
		part := answer.body.Len() / 2
		if rule.Bytes > 0 {
			part = min(rule.Bytes, answer.body.Len())
		}
		for name, values := range answer.header {
			w.Header()[name] = values
		}
		length := part
		if rule.Kind == Reset {
			// More than will come, so that the client notices.
			length = max(answer.body.Len(), part+1)
		}
		w.Header().Set("Content-Length", strconv.Itoa(length))
		rec.setStatus(answer.status)
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body.Bytes()[:part])
		if rule.Kind == Reset {
			reset(w)
		}
	case HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		in.answer(w, rule, rec, []byte("<!DOCTYPE html><html><head><title>Service unavailable</title></head><body><h1>We'll be back soon</h1></body></html>"))
	case Status:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		in.answer(w, rule, rec, nil)
	}
}

// answer writes the status, headers and body of the rule; body stands in where the rule has none.
func (in *Injector) answer(w http.ResponseWriter, rule Rule, rec *entry, body []byte) {
	if len(rule.Body) > 0 {
		body = rule.Body
		var text string
		if json.Unmarshal(rule.Body, &text) == nil {
			body = []byte(text)
		}
	}
	for name, value := range rule.Headers {
		if after, ok := strings.CutPrefix(value, "+"); ok && http.CanonicalHeaderKey(name) == "Retry-After" {
			if wait, err := time.ParseDuration(after); err == nil {
				value = in.Now().Add(wait).UTC().Format(http.TimeFormat)
			}
		}
		w.Header().Set(name, value)
	}
	status := rule.Status
	if status == 0 {
		status = http.StatusOK
	}
	rec.setStatus(status)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// reset sends what was written and then a TCP reset in place of the rest.
func reset(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	if control.Flush() == nil {
		if conn, _, err := control.Hijack(); err == nil {
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
			return
		}
	}
	panic(http.ErrAbortHandler)
}

func (e *entry) setStatus(status int) { e.edit(func(r *Request) { r.Status = status }) }

// statusWriter notes the status on its way through.
type statusWriter struct {
	http.ResponseWriter
	rec *entry
	set bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.set && status >= 200 {
		w.set = true
		w.rec.setStatus(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if !w.set {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(p)
}

// Flush keeps streamed answers streaming.
func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// buffered keeps an answer that will be sent in part or not at all.
type buffered struct {
	header http.Header
	body   bytes.Buffer
	status int
	set    bool
}

func (b *buffered) Header() http.Header { return b.header }

func (b *buffered) WriteHeader(status int) {
	if !b.set {
		b.set, b.status = true, status
	}
}

func (b *buffered) Write(p []byte) (int, error) {
	b.set = true
	return b.body.Write(p)
}
