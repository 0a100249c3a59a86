package salesforce

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sidelight/sync/simulator/soql"
)

// maxRecentOf is how many records of an object are remembered as looked at.
const maxRecentOf = 200

// lookRoutes are those that find records without SOQL, and those that count them. Each is answered
// with a slash at its end, too.
func (s *Server) lookRoutes(api func(string, handler)) {
	api("GET /search", s.search)
	api("GET /parameterizedSearch", since(36, s.searchByParameters))
	api("POST /parameterizedSearch", since(36, s.searchByBody))
	api("GET /recent", s.recentlyViewed)
	api("GET /limits/recordCount", since(40, s.recordCount))
	api("GET /tooling/query", s.toolingQuery)
}

// since lets a resource exist from an API version on.
func since(first float64, handle handler) handler {
	return func(c *call) (any, error) {
		if n, _ := strconv.ParseFloat(c.version, 64); n < first {
			return nil, notFound()
		}
		return handle(c)
	}
}

// look remembers the records that a query FOR VIEW showed to a user; s.mu is held.
func (s *Server) look(user string, rows []soql.Row) {
	var seen []string
	for _, r := range rows {
		if id, _ := r.Value("Id").(string); id != "" {
			seen = append(seen, id)
		}
	}
	counts := map[string]int{}
	var kept []string
	for _, id := range append(seen, s.recent[user]...) {
		if prefix := id[:3]; counts[prefix] < maxRecentOf && !slices.Contains(kept, id) {
			counts[prefix]++
			kept = append(kept, id)
		}
	}
	s.recent[user] = kept
}

// recentOf are the records that the caller looked at last, of one object or (nil) of all.
func (s *Server) recentOf(c *call, t *table, most int) []any {
	out := []any{}
	for _, id := range s.recent[c.session.User] {
		r := s.db.find(id)
		if r == nil || r.is("IsDeleted") || t != nil && r.table != t {
			continue
		}
		if len(out) == most {
			break
		}
		name := r.values[r.table.nameField()]
		out = append(out, ordered{{"attributes", c.attributes(r.table.name, id)}, {"Id", id}, {"Name", name}})
	}
	return out
}

func (s *Server) recentlyViewed(c *call) (any, error) {
	most := maxRecentOf
	if text := c.request.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, badRequest("INVALID_QUERY_PARAMETER", "limit is not a number: "+text)
		}
		most = n
	}
	return s.recentOf(c, nil, most), nil
}

// recordCount counts the records of objects, those in the recycle bin left out. An object that is
// not there is not in the answer.
func (s *Server) recordCount(c *call) (any, error) {
	var wanted []string
	if list := c.request.URL.Query().Get("sObjects"); list != "" {
		wanted = strings.Split(list, ",")
	}
	counts := []any{}
	for _, t := range s.db.sorted() {
		if t.hidden || wanted != nil && !contains(wanted, t.name) {
			continue
		}
		n := 0
		for _, r := range t.rows {
			if !r.is("IsDeleted") {
				n++
			}
		}
		counts = append(counts, ordered{{"count", n}, {"name", t.name}})
	}
	return map[string]any{"sObjects": counts}, nil
}

// discovery tells clients of OpenID Connect where things are. It needs no session.
func (s *Server) discovery(w http.ResponseWriter, r *http.Request) {
	base := "http://" + r.Host
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                   base,
		"authorization_endpoint":   base + "/services/oauth2/authorize",
		"token_endpoint":           base + "/services/oauth2/token",
		"revocation_endpoint":      base + "/services/oauth2/revoke",
		"userinfo_endpoint":        base + "/services/oauth2/userinfo",
		"jwks_uri":                 base + "/id/keys",
		"scopes_supported":         []string{"id", "api", "web", "full", "refresh_token", "openid", "profile", "email"},
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "display_values_supported": []string{"page"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_post"}})
}

// signingKeys are the keys of id tokens; none are issued here.
func (s *Server) signingKeys(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"keys": []any{}})
}
