package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"sidelight/sync/simulator/fault"
)

// Bounds of composite calls.
const (
	maxSubrequests = 25
	maxQueries     = 5
)

// compositeRoutes are those that carry several requests, or several records, in one call. Each is
// answered with a slash at its end, too.
func (s *Server) compositeRoutes(api func(string, handler)) {
	api("POST /composite", s.composite)
	api("POST /composite/batch", s.batch)
	api("POST /composite/tree/{object}", since(34, s.tree))
	api("POST /composite/graph", since(50, s.graph))
	api("POST /composite/sobjects", s.createMany)
	api("PATCH /composite/sobjects", s.updateMany)
	api("DELETE /composite/sobjects", s.removeMany)
	api("GET /composite/sobjects/{object}", s.retrieveMany)
	api("POST /composite/sobjects/{object}", s.retrieveMany)
	api("PATCH /composite/sobjects/{object}/{field}", s.upsertMany)
}

type subrequest struct {
	Method      string            `json:"method"`
	URL         string            `json:"url"`
	ReferenceID string            `json:"referenceId"`
	Body        json.RawMessage   `json:"body"`
	RichInput   json.RawMessage   `json:"richInput"`
	HTTPHeaders map[string]string `json:"httpHeaders"`
}

var (
	referenceName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	referenceUse  = regexp.MustCompile(`@\{([A-Za-z][A-Za-z0-9_]*)\.([A-Za-z0-9_.\[\]]+)\}`)
	costly        = regexp.MustCompile(`/(query|queryAll|composite/sobjects)([/?]|$)`)
)

// composite runs up to 25 requests as one call. A later request may use an earlier answer.
func (s *Server) composite(c *call) (any, error) {
	var body struct {
		AllOrNone bool         `json:"allOrNone"`
		Requests  []subrequest `json:"compositeRequest"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkSubrequests(body.Requests); err != nil {
		return nil, err
	}
	out, _, err := s.runParts(c, body.Requests, body.AllOrNone)
	if err != nil {
		return nil, err
	}
	return map[string]any{"compositeResponse": out}, nil
}

// runParts answers the requests of a composite call in turn. With allOrNone one that fails takes
// the others back; whole is false then.
func (s *Server) runParts(c *call, requests []subrequest, allOrNone bool) (out []any, whole bool, err error) {
	answers := map[string]any{}
	part := func(r subrequest, status int, header map[string]string, answer any) any {
		return ordered{{"body", answer}, {"httpHeaders", header}, {"httpStatusCode", status},
			{"referenceId", r.ReferenceID}}
	}
	failed := -1
	run := func() {
		for i, r := range requests {
			status, header, answer := s.part(c, r, answers)
			answers[r.ReferenceID] = answer
			out = append(out, part(r, status, header, answer))
			if status >= 400 && allOrNone {
				failed = i
				return
			}
		}
	}
	if !allOrNone {
		run()
		return out, true, nil
	}
	err = s.transact(c, func(t *tx) error {
		c.within = t
		back := t.savepoint()
		if run(); failed >= 0 {
			back()
		}
		return nil
	})
	c.within = nil
	if failed < 0 {
		return out, true, err
	}
	halted := badRequest("PROCESSING_HALTED",
		"The transaction was rolled back since another operation in the same transaction failed.")
	cause := out[failed]
	out = out[:0]
	for i, r := range requests {
		if i == failed {
			out = append(out, cause)
			continue
		}
		out = append(out, part(r, halted.status, map[string]string{}, halted.body()))
	}
	return out, false, err
}

func badReference(id string) error {
	return badRequest("INVALID_INPUT", "Provided reference Id ("+id+") must be unique, "+
		"start with a letter and hold letters, digits and underscores only.")
}

func checkSubrequests(requests []subrequest) error {
	if len(requests) == 0 || len(requests) > maxSubrequests {
		return badRequest("INVALID_INPUT", "The number of subrequests must lie between 1 and 25.")
	}
	seen, queries := map[string]bool{}, 0
	for _, r := range requests {
		if !referenceName.MatchString(r.ReferenceID) || seen[r.ReferenceID] {
			return badReference(r.ReferenceID)
		}
		seen[r.ReferenceID] = true
		if costly.MatchString(r.URL) {
			queries++
		}
	}
	if queries > maxQueries {
		return badRequest("LIMIT_EXCEEDED", "The composite request has more than 5 query and sObject collection subrequests.")
	}
	return nil
}

// batch runs up to 25 requests; each counts as a call.
func (s *Server) batch(c *call) (any, error) {
	var body struct {
		HaltOnError bool         `json:"haltOnError"`
		Requests    []subrequest `json:"batchRequests"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if len(body.Requests) == 0 || len(body.Requests) > maxSubrequests {
		return nil, badRequest("INVALID_INPUT", "The number of subrequests must lie between 1 and 25.")
	}
	failed := false
	var results []any
	for _, r := range body.Requests {
		if failed && body.HaltOnError {
			results = append(results, map[string]any{"statusCode": 412, "result": []any{badRequest("BATCH_PROCESSING_HALTED", "Batch processing halted per request")}})
			continue
		}
		s.usage.count++
		if !strings.HasPrefix(r.URL, "/") {
			r.URL = "/services/data/" + r.URL
		}
		if r.Body == nil {
			r.Body = r.RichInput
		}
		status, _, answer := s.subrequest(c, r, nil)
		failed = failed || status >= 400
		results = append(results, map[string]any{"statusCode": status, "result": answer})
	}
	return map[string]any{"hasErrors": failed, "results": results}, nil
}

// part answers one request of a composite call, unless a fault fails it.
func (s *Server) part(c *call, r subrequest, answers map[string]any) (status int, header map[string]string, answer any) {
	rule, on := s.faults.Effect(fault.PartFail, r.ReferenceID, r.Method)
	if !on {
		return s.subrequest(c, r, answers)
	}
	e := failure(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
	status, answer = e.status, e.body()
	if rule.Status != 0 {
		status = rule.Status
	}
	if len(rule.Body) > 0 {
		answer = rule.Body
	}
	return status, map[string]string{}, answer
}

// subrequest answers one request within another.
func (s *Server) subrequest(c *call, r subrequest, answers map[string]any) (status int, header map[string]string, answer any) {
	header = map[string]string{}
	target, body := r.URL, r.Body
	var err error
	if answers != nil {
		if target, err = substitute(target, answers); err == nil {
			var text string
			text, err = substitute(string(body), answers)
			body = json.RawMessage(text)
		}
	}
	fail := func(err error) (int, map[string]string, any) {
		e := asAPIError(err)
		return e.status, header, e.body()
	}
	if err != nil {
		return fail(err)
	}
	request, err := http.NewRequestWithContext(c.request.Context(), r.Method, target, bytes.NewReader(body))
	if err != nil || !strings.HasPrefix(request.URL.Path, "/services/data/") {
		return fail(badRequest("INVALID_INPUT", "the url of a subrequest is malformed"))
	}
	request.Host = c.request.Host
	for name, value := range r.HTTPHeaders {
		request.Header.Set(name, value)
	}
	handle, path := s.match(request)
	if handle == nil || !nestable(path) {
		return fail(notFound())
	}
	inner := &call{server: s, session: c.session, request: request, header: http.Header{}, version: c.version, body: body, within: c.within}
	out, err := s.serve(inner, handle)
	if err != nil {
		return fail(err)
	}
	for name := range inner.header {
		header[name] = inner.header.Get(name)
	}
	if status = inner.status; status == 0 {
		status = http.StatusOK
		if out == nil {
			status = http.StatusNoContent
		}
	}
	plain, err := json.Marshal(out)
	if err != nil {
		return fail(err)
	}
	return status, header, json.RawMessage(plain)
}

// nestable tells whether a request may stand within a composite one.
func nestable(path string) bool {
	path = strings.TrimSuffix(path, "/")
	for _, part := range []string{"/composite/batch", "/composite/graph", "/composite/tree", "/jobs/"} {
		if strings.Contains(path, part) {
			return false
		}
	}
	return !strings.HasSuffix(path, "/composite") && !strings.HasSuffix(path, "/Content")
}

// match finds a request's handler through the same routes as any other request, which also fills in
// its path values.
func (s *Server) match(r *http.Request) (handler, string) {
	_, pattern := s.mux.Handler(r)
	handle := s.api[pattern]
	if handle == nil {
		return nil, r.URL.Path
	}
	_, path, _ := strings.Cut(pattern, " ")
	parts := strings.Split(r.URL.Path, "/")
	for i, p := range strings.Split(path, "/") {
		if strings.HasPrefix(p, "{") && p != "{$}" && i < len(parts) {
			r.SetPathValue(strings.Trim(p, "{}"), parts[i])
		}
	}
	return handle, r.URL.Path
}

// substitute puts earlier answers into a text: @{reference.path}.
func substitute(text string, answers map[string]any) (string, error) {
	var failed error
	out := referenceUse.ReplaceAllStringFunc(text, func(use string) string {
		m := referenceUse.FindStringSubmatch(use)
		raw, _ := answers[m[1]].(json.RawMessage)
		var v any
		if json.Unmarshal(raw, &v) == nil {
			if found, ok := dig(v, m[2]); ok {
				return fmt.Sprint(found)
			}
		}
		failed = badRequest("PROCESSING_HALTED", "Invalid reference specified. No value for "+m[1]+"."+m[2]+" found in "+m[1])
		return use
	})
	return out, failed
}

func dig(v any, path string) (any, bool) {
	for _, part := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch node := v.(type) {
		case map[string]any:
			next, ok := node[part]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			var i int
			if _, err := fmt.Sscanf(part, "%d", &i); err != nil || i < 0 || i >= len(node) {
				return nil, false
			}
			v = node[i]
		default:
			return nil, false
		}
	}
	return v, v != nil
}
