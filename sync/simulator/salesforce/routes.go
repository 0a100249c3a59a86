package salesforce

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sidelight/sync/simulator/fault"
)

const (
	version     = "68.0"
	maxBody     = 50 << 20
	usageWindow = 24 * time.Hour
)

// usage counts what the limits of 24 hours are about.
type usage struct {
	count, queryJobs, batches int
	delivered                 int // change events
	since                     time.Time
}

// call is one authenticated API request. Server.mu is held while it is answered.
type call struct {
	server  *Server
	session *session
	request *http.Request
	header  http.Header // of the answer
	version string
	origin  string // of change events
	status  int    // of the answer; 0 for 200, or 204 without a body
	body    []byte
	within  *tx // of a composite call that is all or none
}

// decode reads the body as JSON; numbers keep their digits.
func (c *call) decode(into any) error {
	if len(c.body) == 0 {
		return badRequest("JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body.")
	}
	d := json.NewDecoder(strings.NewReader(string(c.body)))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return badRequest("JSON_PARSER_ERROR", "The HTTP entity body is required to be valid JSON: "+err.Error())
	}
	return nil
}

// base is the path under which this version's resources stand.
func (c *call) base() string { return "/services/data/v" + c.version }

type handler func(*call) (any, error)

// raw is an answer that is not JSON.
type raw struct {
	kind    string // without charset
	content []byte
}

func (s *Server) routes() {
	s.mux, s.api = http.NewServeMux(), map[string]handler{}
	s.mux.HandleFunc("/services/oauth2/authorize", s.authorize)
	s.mux.HandleFunc("POST /services/oauth2/token", s.token)
	s.mux.HandleFunc("/services/oauth2/revoke", s.revokeToken)
	s.mux.HandleFunc("/services/oauth2/userinfo", s.guard(s.userinfo))
	s.mux.HandleFunc("/id/{org}/{user}", s.guard(s.identity))
	s.mux.HandleFunc("GET /.well-known/openid-configuration", s.discovery)
	s.mux.HandleFunc("GET /id/keys", s.signingKeys)
	s.mux.HandleFunc("GET /services/data", s.versions)
	s.mux.HandleFunc("GET /services/data/{$}", s.versions)
	s.mux.HandleFunc("POST /services/Soap/u/{version}", s.soap)
	api := func(pattern string, handle handler) {
		method, path, _ := strings.Cut(pattern, " ")
		s.api[method+" /services/data/{version}"+path] = handle
		s.mux.HandleFunc(method+" /services/data/{version}"+path, s.guard(handle))
	}
	api("GET ", s.resources)
	api("GET /{$}", s.resources)
	api("GET /limits", s.limits)
	api("GET /limits/{$}", s.limits)
	s.lookRoutes(func(pattern string, handle handler) {
		api(pattern, handle)
		api(pattern+"/{$}", handle)
	})
	api("GET /query", s.query)
	api("GET /query/{$}", s.query)
	api("GET /query/{locator}", s.queryMore)
	api("GET /queryAll", s.queryAll)
	api("GET /queryAll/{$}", s.queryAll)
	api("GET /sobjects", s.describeGlobal)
	api("GET /sobjects/{$}", s.describeGlobal)
	api("GET /sobjects/{object}/describe", s.describe)
	api("GET /sobjects/{object}/describe/{$}", s.describe)
	api("GET /sobjects/{object}/updated", s.updated)
	api("GET /sobjects/{object}/updated/{$}", s.updated)
	api("GET /sobjects/{object}/deleted", s.deleted)
	api("GET /sobjects/{object}/deleted/{$}", s.deleted)
	api("GET /sobjects/{object}", s.basics)
	api("GET /sobjects/{object}/{$}", s.basics)
	api("POST /sobjects/{object}", s.create)
	api("POST /sobjects/{object}/{$}", s.create)
	api("GET /sobjects/{object}/{id}", s.retrieve)
	api("PATCH /sobjects/{object}/{id}", s.update)
	api("DELETE /sobjects/{object}/{id}", s.remove)
	api("GET /sobjects/ContentNote/{id}/Content", s.noteContent)
	api("PATCH /sobjects/{object}/{field}/{value}", s.upsert)
	api("GET /sobjects/{object}/{field}/{value}", s.retrieveByExternalID)
	api("DELETE /sobjects/{object}/{field}/{value}", s.removeByExternalID)
	s.bulkRoutes(func(pattern string, handle handler) {
		api(pattern, handle)
		api(pattern+"/{$}", handle)
	})
	s.compositeRoutes(func(pattern string, handle handler) {
		api(pattern, handle)
		api(pattern+"/{$}", handle)
	})
	s.mux.HandleFunc("/services/data/", s.guard(func(c *call) (any, error) { return nil, s.unrouted(c.request) }))

	s.mux.HandleFunc("GET /_sim/settings", s.showSettings)
	s.mux.HandleFunc("POST /_sim/settings", s.changeSettings)
	s.mux.HandleFunc("POST /_sim/merge", s.merge)
	s.mux.HandleFunc("POST /_sim/undelete", s.undeleteByHand)
	s.mux.HandleFunc("POST /_sim/purge", s.purgeByHand)
	s.mux.HandleFunc("POST /_sim/unshare", s.unshareByHand)
	s.mux.HandleFunc("POST /_sim/share", s.shareByHand)
	s.mux.HandleFunc("POST /_sim/rewind", s.rewind)
	s.mux.Handle("/_sim/", fault.Control(s.faults, s.dump, s.reset))
	s.handler = shortAddress(singleSlash(s.limitLong(s.faults.Middleware(s.mux))))
}

// maxAddress is how long a request's address may be, in bytes.
const maxAddress = 16 << 10

// shortAddress refuses an address that is too long before anything looks at it.
func shortAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) > maxAddress {
			http.Error(w, "URI Too Long", http.StatusRequestURITooLong)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// singleSlash takes a doubled slash at the beginning of a path, as the vendor does.
func singleSlash(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "//") {
			r.URL.Path = strings.TrimPrefix(r.URL.Path, "/")
		}
		next.ServeHTTP(w, r)
	})
}

// unrouted tells a wrong method from a wrong path.
func (s *Server) unrouted(r *http.Request) error {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); pattern != "/services/data/" {
			return methodNotAllowed(r.Method)
		}
	}
	return notFound()
}

var (
	versionPath = regexp.MustCompile(`^v[0-9]{2}\.0$`)
	clientName  = regexp.MustCompile(`client=([^,;\s]+)`)
)

// guard signs a call in, counts it, and answers it while nothing else happens.
func (s *Server) guard(handle handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := readBody(w, r)
		if err != nil {
			e := asAPIError(err)
			writeJSON(w, e.status, e.body())
			return
		}
		c := &call{server: s, request: r, header: w.Header(), body: body, version: version}
		out, err := s.answer(c, handle)
		if err != nil {
			e := asAPIError(err)
			writeJSON(w, e.status, e.body())
			return
		}
		page, plain := out.(raw)
		switch {
		case plain:
			page.write(w, r)
		case out == nil && c.status == 0:
			w.WriteHeader(http.StatusNoContent)
		case out == nil:
			w.WriteHeader(c.status)
		case c.status == 0:
			writeJSON(w, http.StatusOK, out)
		default:
			writeJSON(w, c.status, out)
		}
	}
}

// readBody reads a request whole, compressed or not. A caller that goes away meanwhile gets an
// answer that nobody reads.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	most := int64(maxBody)
	if r.Method == http.MethodPut {
		most = maxUpload
	}
	var from io.Reader = http.MaxBytesReader(w, r.Body, most)
	if strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip") {
		unpacked, err := gzip.NewReader(from)
		if errors.Is(err, io.EOF) {
			return nil, nil // no body at all: clients name the compression on every call
		}
		if err != nil {
			return nil, badRequest("MALFORMED_REQUEST", "the body is not gzip")
		}
		from = unpacked
	}
	body, err := io.ReadAll(io.LimitReader(from, most+1))
	if err != nil || int64(len(body)) > most {
		return nil, failure(http.StatusRequestEntityTooLarge, "REQUEST_TOO_LARGE", fmt.Sprintf("the body cannot be read or has more than %d bytes", most))
	}
	return body, nil
}

// write sends the answer, compressed for who takes that.
func (p raw) write(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", p.kind+"; charset=utf-8")
	w.Header().Set("Vary", "Accept-Encoding")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		_, _ = w.Write(p.content)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	packed := gzip.NewWriter(w)
	_, _ = packed.Write(p.content) // the caller may be gone
	_ = packed.Close()
}

func (s *Server) answer(c *call, handle handler) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if c.session, err = s.signedIn(bearer(c.request)); err != nil {
		return nil, err
	}
	now := s.now()
	s.renewUsage(now)
	if err := s.emptyBin(now); err != nil {
		return nil, err
	}
	if s.usage.count >= s.dailyRequests() {
		return nil, failure(http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
	}
	s.usage.count++
	c.header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", s.usage.count, s.dailyRequests()))
	return s.serve(c, handle)
}

// renewUsage begins another 24 hours when they are over; s.mu is held.
func (s *Server) renewUsage(now time.Time) {
	if now.Sub(s.usage.since) >= usageWindow {
		s.usage = usage{since: now}
	}
}

// serve answers a call, or a part of a composite one, that is signed in.
func (s *Server) serve(c *call, handle handler) (any, error) {
	if v := c.request.PathValue("version"); v != "" {
		c.version = strings.TrimPrefix(v, "v")
		switch n, _ := strconv.ParseFloat(c.version, 64); {
		case !versionPath.MatchString(v):
			return nil, notFound()
		case n < oldestServed:
			return nil, failure(http.StatusGone, "UNSUPPORTED_API_VERSION", "GONE: version "+c.version+" of the API is retired")
		case !slices.Contains(s.served(), c.version):
			return nil, notFound()
		}
	}
	c.origin = "com/salesforce/api/rest/" + c.version
	if m := clientName.FindStringSubmatch(c.request.Header.Get("Sforce-Call-Options")); m != nil && !strings.Contains(c.request.URL.Path, "/composite") {
		c.origin += ";client=" + m[1] // not for composite calls and collections
	}
	return handle(c)
}

func (s *Server) versions(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	served := s.served()
	s.mu.Unlock()
	out := make([]map[string]string, len(served))
	for i, v := range served {
		out[i] = map[string]string{"label": "Release " + v, "url": "/services/data/v" + v, "version": v}
	}
	writeJSON(w, http.StatusOK, out)
}

// oldestServed is the oldest API version that the vendor still answers; older ones are gone.
const oldestServed = 31

// served are the API versions that the organization answers, oldest first; s.mu is held.
func (s *Server) served() []string {
	if len(s.settings.Versions) > 0 {
		return s.settings.Versions
	}
	newest, _ := strconv.ParseFloat(version, 64)
	var out []string
	for v := oldestServed; float64(v) <= newest; v++ {
		out = append(out, fmt.Sprintf("%d.0", v))
	}
	return out
}

func (s *Server) resources(c *call) (any, error) {
	out := map[string]string{"identity": "http://" + c.request.Host + "/id/" + s.orgID() + "/" + c.session.User}
	for _, name := range []string{"sobjects", "query", "queryAll", "composite", "search", "parameterizedSearch", "recent",
		"tooling", "limits", "jobs"} {
		out[name] = c.base() + "/" + name
	}
	return out, nil
}

// dump is every record of every object, the recycle bin included.
func (s *Server) dump() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]any{}
	for _, t := range s.db.sorted() {
		rows := []any{}
		for _, id := range t.ids {
			if r := t.rows[id]; r != nil {
				rows = append(rows, r.values)
			}
		}
		if len(rows) > 0 {
			out[t.name] = rows
		}
	}
	return out
}
