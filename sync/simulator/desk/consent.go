package desk

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// consentTemplate is the sign-in page: whoever looks at it picks the agent to be.
var consentTemplate = template.Must(template.New("consent").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Zoho Desk simulator: sign in</title></head>
<body>
<h1>Sign in to the Zoho Desk simulator</h1>
<p>{{.Client}} asks for: {{.Scope}}</p>
{{range .Agents}}<form method="post" action="/oauth/v2/auth?{{$.Query}}">
<input type="hidden" name="agent" value="{{.Email}}"><input type="hidden" name="approve" value="1">
<button type="submit">Allow as {{.FirstName}} {{.LastName}} ({{.Profile}}, {{.Email}})</button></form>
{{end}}<form method="post" action="/oauth/v2/auth?{{.Query}}"><input type="hidden" name="approve" value="0"><button type="submit">Deny</button></form>
</body></html>
`))

// consentRequest is what the client asked for.
type consentRequest struct {
	redirect *url.URL
	scopes   []string
	state    string
	offline  bool
}

func readConsent(query url.Values) (consentRequest, string) {
	redirect, err := url.Parse(query.Get("redirect_uri"))
	scopes := strings.FieldsFunc(query.Get("scope"), func(r rune) bool { return r == ',' || r == ' ' })
	switch {
	case query.Get("client_id") != ClientID:
		return consentRequest{}, "invalid_client"
	case err != nil || redirect.Scheme != "http" && redirect.Scheme != "https" || redirect.Host == "":
		return consentRequest{}, "invalid_redirect_uri"
	case query.Get("response_type") != "code":
		return consentRequest{}, "invalid_response_type"
	case len(scopes) == 0:
		return consentRequest{}, "invalid_scope"
	}
	return consentRequest{redirect, scopes, query.Get("state"), query.Get("access_type") == "offline"}, ""
}

// consentPage serves GET /oauth/v2/auth.
func (s *Server) consentPage(w http.ResponseWriter, r *http.Request) {
	req, wrong := readConsent(r.URL.Query())
	if wrong != "" {
		http.Error(w, wrong, http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	agents := make([]*agent, len(s.agentOrder))
	for i, id := range s.agentOrder {
		agents[i] = s.agents[id]
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	//nolint:gosec // a query has only characters of an address; a quote ends no attribute
	_ = consentTemplate.Execute(w, map[string]any{"Client": ClientID, "Scope": strings.Join(req.scopes, ", "),
		"Agents": agents, "Query": template.URL(r.URL.RawQuery)})
}

// consent serves POST /oauth/v2/auth: approve=1 with agent (an email or id; the first one unless
// given) sends the browser back with a code, anything else with access_denied.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	req, wrong := readConsent(r.URL.Query())
	if wrong == "invalid_client" && r.ParseForm() == nil {
		req, wrong = readConsent(r.Form) // a client may post everything as a form
	}
	if wrong != "" {
		http.Error(w, wrong, http.StatusBadRequest)
		return
	}
	back := req.redirect.Query()
	if req.state != "" {
		back.Set("state", req.state)
	}
	if r.FormValue("approve") == "1" {
		s.mu.Lock()
		who := s.findAgent(r.FormValue("agent"))
		if who == nil {
			s.mu.Unlock()
			http.Error(w, "no such agent", http.StatusBadRequest)
			return
		}
		id := newToken()
		s.codes[id] = &code{agentID: who.ID, redirectURI: req.redirect.String(), scopes: req.scopes, offline: req.offline, expires: s.now().Add(codeLife)}
		s.mu.Unlock()
		scheme := "http"
		if r.TLS != nil {
			scheme = "https"
		}
		back.Set("code", id)
		back.Set("location", "us")
		back.Set("accounts-server", scheme+"://"+r.Host)
	} else {
		back.Set("error", "access_denied")
	}
	target := *req.redirect
	target.RawQuery = back.Encode()
	http.Redirect(w, r, target.String(), http.StatusFound)
}

// findAgent looks an agent up by email or id; nobody named is the first; s.mu is held.
func (s *Server) findAgent(name string) *agent {
	if name == "" {
		name = s.agentOrder[0]
	}
	for _, a := range s.agents {
		if a.ID == name || strings.EqualFold(a.Email, name) {
			return a
		}
	}
	return nil
}
