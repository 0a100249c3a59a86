package desk

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sidelight/sync/simulator/fault"
)

const (
	tokenLife   = time.Hour
	codeLife    = 2 * time.Minute
	tokenWindow = 10 * time.Minute
	// tokensPerWindow is how many access tokens one refresh token may make in a window.
	tokensPerWindow = 10
)

// grant is what an agent allowed; its id is the refresh token.
type grant struct {
	AgentID string   `json:"agentId"`
	Scopes  []string `json:"scopes"`
	// Issued are the times of the access tokens of the last window.
	Issued []time.Time `json:"issued,omitempty"`
}

// access is an access token; Refresh is the grant it was made from, empty for an online one.
type access struct {
	AgentID string    `json:"agentId"`
	Scopes  []string  `json:"scopes"`
	Refresh string    `json:"refresh,omitempty"`
	Expires time.Time `json:"expires"`
}

// code is an authorization code, good for one exchange.
type code struct {
	agentID, redirectURI string
	scopes               []string
	offline              bool
	expires              time.Time
}

// allows says whether the token has one of the scopes of a space-separated list. Scope names ignore
// case; an ALL scope has every operation.
func (a *access) allows(scopes string) bool {
	for _, needed := range strings.Fields(strings.ToLower(scopes)) {
		every := needed[:strings.LastIndexByte(needed, '.')] + ".all"
		for _, held := range a.Scopes {
			if held = strings.ToLower(held); held == "*" || held == needed || held == every {
				return true
			}
		}
	}
	return false
}

// authenticate finds the token of a request. "Zoho-oauthtoken" is the vendor's scheme; Bearer works
// there too.
func (s *Server) authenticate(r *http.Request) (*access, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Zoho-oauthtoken") && !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, unauthorized()
	}
	now := s.now()
	_, revoked := s.faults.Effect(fault.RevokeTokens)
	s.mu.Lock()
	defer s.mu.Unlock()
	if revoked {
		var gone []put
		for id := range s.access {
			gone = append(gone, put{Kind: kindAccess, ID: id})
		}
		if err := s.commit(gone...); err != nil {
			return nil, err
		}
	}
	held := s.access[token]
	if held == nil || !now.Before(held.Expires) {
		return nil, invalidOAuth()
	}
	return held, nil
}

// dropExpired forgets tokens that can never be used again; s.mu is held.
func (s *Server) dropExpired() {
	now := s.now()
	for token, held := range s.access {
		if now.After(held.Expires) {
			delete(s.access, token)
		}
	}
}

func randomHex(bytes int) string {
	raw := make([]byte, bytes)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

func newToken() string { return "1000." + randomHex(16) + "." + randomHex(16) }

// grantError is how the vendor refuses a token: HTTP 200 with an error in the body.
func grantError(w http.ResponseWriter, code string) {
	send(w, answer{http.StatusOK, map[string]string{"error": code}}, nil)
}

// token serves POST /oauth/v2/token for authorization codes and refresh tokens.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		grantError(w, "invalid_request")
		return
	}
	if r.Form.Get("client_id") != ClientID {
		grantError(w, "invalid_client")
		return
	}
	if r.Form.Get("client_secret") != ClientSecret {
		grantError(w, "invalid_client_secret")
		return
	}
	switch r.Form.Get("grant_type") {
	case "authorization_code":
		s.exchange(w, r.Form)
	case "refresh_token":
		s.refresh(w, r.Form.Get("refresh_token"))
	default:
		grantError(w, "unsupported_grant_type")
	}
}

func (s *Server) exchange(w http.ResponseWriter, form url.Values) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.codes[form.Get("code")]
	delete(s.codes, form.Get("code"))
	switch {
	case c == nil || !now.Before(c.expires):
		grantError(w, "invalid_code")
		return
	case form.Get("redirect_uri") != c.redirectURI:
		grantError(w, "invalid_redirect_uri")
		return
	}
	made := &access{AgentID: c.agentID, Scopes: c.scopes, Expires: now.Add(tokenLife)}
	token, extra := newToken(), map[string]any{}
	puts := []put{}
	if c.offline {
		made.Refresh = newToken()
		puts = append(puts, put{kindGrant, made.Refresh, &grant{AgentID: c.agentID, Scopes: c.scopes, Issued: []time.Time{now}}})
		extra["refresh_token"] = made.Refresh
	}
	if err := s.commit(append(puts, put{kindAccess, token, made})...); err != nil {
		send(w, answer{}, err)
		return
	}
	s.grantToken(w, token, made, extra)
}

func (s *Server) refresh(w http.ResponseWriter, refreshToken string) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.grants[refreshToken]
	if g == nil {
		grantError(w, "invalid_code")
		return
	}
	issued := slices.DeleteFunc(slices.Clone(g.Issued), func(at time.Time) bool { return now.Sub(at) >= tokenWindow })
	if len(issued) >= tokensPerWindow {
		send(w, answer{http.StatusOK, map[string]string{"error": "Access Denied", "status": "failure",
			"error_description": "You have made too many requests continuously. Please try again after some time."}}, nil)
		return
	}
	s.dropExpired()
	token := newToken()
	made := &access{AgentID: g.AgentID, Scopes: g.Scopes, Refresh: refreshToken, Expires: now.Add(tokenLife)}
	next := &grant{AgentID: g.AgentID, Scopes: g.Scopes, Issued: append(issued, now)}
	if err := s.commit(put{kindGrant, refreshToken, next}, put{kindAccess, token, made}); err != nil {
		send(w, answer{}, err)
		return
	}
	s.grantToken(w, token, made, nil)
}

func (s *Server) grantToken(w http.ResponseWriter, token string, made *access, extra map[string]any) {
	body := map[string]any{"access_token": token, "expires_in": int(tokenLife.Seconds()), "token_type": "Bearer",
		"api_domain": "https://www.zohoapis.example", "scope": strings.Join(made.Scopes, " ")}
	for name, value := range extra {
		body[name] = value
	}
	s.faults.Count("oauth.token", 1)
	send(w, answer{http.StatusOK, body}, nil)
}

// revoke ends a refresh token with every access token made from it, or one access token.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	token := r.FormValue("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	var gone []put
	if s.grants[token] != nil {
		gone = append(gone, put{Kind: kindGrant, ID: token})
	}
	for id, held := range s.access {
		if id == token || held.Refresh != "" && held.Refresh == token {
			gone = append(gone, put{Kind: kindAccess, ID: id})
		}
	}
	if len(gone) == 0 {
		grantError(w, "invalid_token")
		return
	}
	if err := s.commit(gone...); err != nil {
		send(w, answer{}, err)
		return
	}
	s.faults.Count("oauth.revoke", 1)
	send(w, answer{http.StatusOK, map[string]string{"status": "success"}}, nil)
}
