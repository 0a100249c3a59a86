package desk

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 1 << 20

// call is an API request whose caller is known.
type call struct {
	*http.Request
	query  url.Values
	agent  string // the agent the token belongs to
	weight int    // what the call costs, in credits
}

// answer is a JSON body with its status; 0 is 200, and a nil body is none.
type answer struct {
	status int
	body   any
}

func ok(body any) (answer, error) { return answer{http.StatusOK, body}, nil }

// noContent is what Desk sends in place of an empty list.
func noContent() (answer, error) { return answer{status: http.StatusNoContent}, nil }

// guard checks what every API call must have, in the vendor's order: a place under the concurrency
// limit, a token, the organization, the scope, credits.
func (s *Server) guard(scopes string, needsOrg bool, handle func(*call) (answer, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if place, _ := r.Context().Value(placeKey{}).(int64); place > int64(s.current().Concurrency) {
			send(w, answer{}, tooManyAtOnce())
			return
		}
		holder, err := s.authenticate(r)
		if err != nil {
			send(w, answer{}, err)
			return
		}
		c := &call{Request: r, query: r.URL.Query(), agent: holder.AgentID}
		if org := firstOf(r.Header.Get("orgId"), c.query.Get("orgId")); needsOrg && org != s.orgID() || org != "" && org != s.orgID() {
			send(w, answer{}, orgMismatch())
			return
		}
		if !holder.allows(scopes) {
			send(w, answer{}, scopeMismatch())
			return
		}
		c.weight = weigh(c)
		remaining, err := s.spend(c.weight)
		w.Header().Set("X-Rate-Limit-Request-Weight-v3", strconv.Itoa(c.weight))
		w.Header().Set("X-Rate-Limit-Remaining-v3", strconv.Itoa(remaining))
		if err != nil {
			send(w, answer{}, err)
			return
		}
		a, err := handle(c)
		send(w, a, err)
	})
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func send(w http.ResponseWriter, a answer, err error) {
	if err != nil {
		var known *apiError
		if !errors.As(err, &known) {
			known = internalError()
		}
		for name, value := range known.header {
			w.Header().Set(name, value)
		}
		a = answer{known.status, known}
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(a.status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(a.body)
}

// body reads the JSON object of a write. Numbers stay as they were written.
func (c *call) body() (map[string]any, error) {
	dec := json.NewDecoder(io.LimitReader(c.Body, maxBody))
	dec.UseNumber()
	var out map[string]any
	switch err := dec.Decode(&out); {
	case errors.Is(err, io.EOF):
		return nil, emptyPayload()
	case err != nil:
		return nil, &apiError{status: http.StatusBadRequest, Code: "BAD_REQUEST", Message: "The JSON in the request is malformed."}
	case len(out) == 0:
		return nil, emptyPayload()
	}
	return out, nil
}

// ids reads a list of ids from a body that has nothing else.
func (c *call) ids(name string) ([]string, error) {
	body, err := c.body()
	if err != nil {
		return nil, err
	}
	for other := range body {
		if other != name {
			return nil, extraParameter(other)
		}
	}
	list, isList := body[name].([]any)
	if !isList || len(list) == 0 {
		return nil, invalidData(missing("/" + name))
	}
	return idList(name, list)
}

func idList(name string, list []any) ([]string, error) {
	out := make([]string, len(list))
	for i, value := range list {
		switch v := value.(type) {
		case string:
			out[i] = v
		case json.Number:
			out[i] = v.String()
		default:
			return nil, invalidData(invalid("/"+name, "not an id"))
		}
	}
	return out, nil
}

type placeKey struct{}

// countInFlight numbers the API calls that are under way, outside of the faults: a call that a
// fault keeps waiting takes its place too.
func (s *Server) countInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			place := s.inFlight.Add(1)
			defer s.inFlight.Add(-1)
			r = r.WithContext(context.WithValue(r.Context(), placeKey{}, place))
		}
		next.ServeHTTP(w, r)
	})
}

// credits counts what a day (UTC) has cost.
type credits struct {
	day  string
	used int
}

// weigh is what a call costs: one credit for a single record, three and more with depth for a
// range.
func weigh(c *call) int {
	if c.Method != http.MethodGet || c.PathValue("id") != "" && !c.query.Has("limit") {
		return 1
	}
	if c.query.Has("limit") || c.query.Has("from") || strings.HasSuffix(c.URL.Path, "/search") {
		from, _ := strconv.Atoi(c.query.Get("from"))
		return 3 + max(from, 0)/500
	}
	return 1
}

// spend takes credits from the day, or refuses.
func (s *Server) spend(weight int) (remaining int, err error) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if day := now.Format(time.DateOnly); s.credits.day != day {
		s.credits = credits{day: day}
	}
	if s.credits.used+weight > s.settings.DailyCredits {
		midnight := now.Truncate(24 * time.Hour).Add(24 * time.Hour)
		return max(s.settings.DailyCredits-s.credits.used, 0), creditsSpent(strconv.Itoa(int(midnight.Sub(now).Seconds()) + 1))
	}
	if err := s.emptyBin(now); err != nil {
		return 0, err
	}
	s.credits.used += weight
	s.faults.Count("credits", weight)
	return s.settings.DailyCredits - s.credits.used, nil
}
