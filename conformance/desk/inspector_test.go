package desk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
)

// inspector stands between a caller and the simulated Desk and holds what passes against the
// contract: every answer, and every request that is marked as our client's.
type inspector struct {
	next     http.Handler
	settings string
	routes   *http.ServeMux

	mu       sync.Mutex
	findings map[string]int // what is wrong
	excused  map[string]int // what is one of the contradictions
	answered map[string]int // answers of 200 and 204 by endpoint
	refused  map[int]int    // answers above, by status
	asked    map[string]int // our client's requests by endpoint
	ours     bool           // the requests are our client's
}

func inspect(next http.Handler, settings string) *inspector {
	i := &inspector{next: next, settings: settings, routes: http.NewServeMux(), findings: map[string]int{}, excused: map[string]int{}, answered: map[string]int{}, refused: map[int]int{}, asked: map[string]int{}}
	for pattern := range contract {
		if pattern == teamsOfAgent {
			continue
		}
		method, path, _ := strings.Cut(pattern, " ")
		i.routes.Handle(method+" /api/v1"+path, http.NotFoundHandler())
	}
	return i
}

// teamsOfAgent is an endpoint that ServeMux cannot tell from GET /agents/email/{email} by its
// pattern.
const teamsOfAgent = "GET /agents/{id}/teams"

// endpointOf is the name of the request's endpoint in the contract.
func (i *inspector) endpointOf(r *http.Request) string {
	if id, found := strings.CutPrefix(r.Method+" "+r.URL.Path, "GET /api/v1/agents/"); found {
		if id, found = strings.CutSuffix(id, "/teams"); found && id != "email" && !strings.Contains(id, "/") {
			return teamsOfAgent
		}
	}
	_, pattern := i.routes.Handler(r)
	return strings.Replace(pattern, " /api/v1", " ", 1)
}

func (i *inspector) say(at, what string) {
	if why := known(at, what, i.settings); why != "" {
		i.excused[at+": "+what]++
		return
	}
	i.findings[at+": "+what]++
}

func (i *inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.URL.Path, "/api/v1/") {
		i.next.ServeHTTP(w, r)
		return
	}
	sent, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(sent))
	answer := httptest.NewRecorder()
	i.next.ServeHTTP(answer, r)
	name := i.endpointOf(r)
	i.mu.Lock()
	if e, known := contract[name]; known {
		if i.ours {
			i.asked[name]++
			i.request(name, e, r, sent)
		}
		i.answer(name, e, r, answer)
	} else if answer.Code < 300 {
		i.say(r.Method+" "+r.URL.Path, "not in the contract")
	} else {
		i.refusal(r.Method+" "+r.URL.Path, answer)
	}
	i.mu.Unlock()
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func decode(raw []byte) any {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out any
	if dec.Decode(&out) != nil {
		return nil
	}
	return out
}

// request checks what our client sends.
func (i *inspector) request(name string, e endpoint, r *http.Request, sent []byte) {
	for parameter := range r.URL.Query() {
		if !e.knows(parameter) {
			i.say(name+"?"+parameter, "not in the files")
		}
	}
	switch {
	case e.body == nil && len(sent) > 0:
		i.say(name, "a body where none is taken")
	case e.body != nil:
		e.body.check(name, decode(sent), i.say)
	}
	if org := r.Header.Get("orgId"); org == "" && !strings.HasPrefix(name, "GET /organizations") {
		i.say(name, "no orgId")
	}
}

// answer checks what the simulated Desk sends.
func (i *inspector) answer(name string, e endpoint, r *http.Request, got *httptest.ResponseRecorder) {
	switch body := got.Body.Bytes(); {
	case got.Code == http.StatusNoContent:
		i.answered[name]++
		if !e.none {
			i.say(name, "204")
		}
		if len(body) > 0 {
			i.say(name, "204 with a body")
		}
	case got.Code >= 300:
		i.refusal(name, got)
	case got.Code != http.StatusOK:
		i.say(name, fmt.Sprint("status ", got.Code))
	case e.answer == nil && e.rows == nil:
		i.answered[name]++
		if len(body) > 0 {
			i.say(name, "a body where there is none")
		}
	case e.rows != nil:
		i.answered[name]++
		i.list(name, e, r, decode(body))
	default:
		i.answered[name]++
		e.answer.check(name, decode(body), i.say)
	}
}

// list checks the rows of a list. A list whose caller names the fields shows any of those that a
// record has.
func (i *inspector) list(name string, e endpoint, r *http.Request, body any) {
	row := *e.rows
	if e.narrow && r.URL.Query().Has("fields") {
		whole := contactWhole
		if strings.HasPrefix(name, "GET /accounts") {
			whole = accountWhole
		}
		row = of(with(whole.loose(), object{"id": digits}))
	}
	shape := object{"data": list(row).given()}
	if e.search {
		shape["count"] = plain(func(v any) bool { _, is := v.(json.Number); return is }, "a number").given()
	}
	shape.check(name, body, i.say)
}

func (i *inspector) refusal(name string, got *httptest.ResponseRecorder) {
	i.refused[got.Code]++
	refusal.check(fmt.Sprintf("%s %d", name, got.Code), decode(got.Body.Bytes()), i.say)
	body, _ := decode(got.Body.Bytes()).(map[string]any)
	if code := body["errorCode"]; code == "INVALID_DATA" && (body["errors"] == nil || got.Code != http.StatusUnprocessableEntity) {
		i.say(name, "INVALID_DATA without its fields, or not under 422")
	}
}

// report is the findings, sorted.
func report(found map[string]int) string {
	var b strings.Builder
	for _, one := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(&b, "\n  %s (%d times)", one, found[one])
	}
	return b.String()
}
