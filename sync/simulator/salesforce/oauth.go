package salesforce

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"html/template"
	"net/http"
	neturl "net/url"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/sync/simulator/fault"
)

// sessionLife is how long an access token lives after its last use (the vendor's default session
// setting).
const sessionLife = 2 * time.Hour

// codeLife is how long an authorization code lives.
const codeLife = 15 * time.Minute

// session is an access token.
type session struct {
	Token  string    `json:"token"`
	User   string    `json:"user"`
	Client string    `json:"client"`
	Issued time.Time `json:"issued"`
	used   time.Time
}

// grant is a refresh token.
type grant struct {
	Token  string    `json:"token"`
	User   string    `json:"user"`
	Client string    `json:"client"`
	Issued time.Time `json:"issued"`
}

// maxGrants is how many refresh tokens a user may have with one client; the oldest goes.
const maxGrants = 5

// code is an authorization code that waits to be exchanged.
type code struct {
	user, client, redirect, challenge string
	refresh                           bool
	at                                time.Time
}

// admin is the user that everything here is done as.
func (s *Server) admin() string {
	for _, id := range s.db.table("User").ids {
		if r := s.db.table("User").rows[id]; r != nil && r.text("Username") == Username {
			return id
		}
	}
	return makeID("005", 1)
}

// oauthError is the token endpoint's form of an error, always with status 400 or 401.
func oauthError(w http.ResponseWriter, status int, name, description string) {
	writeJSON(w, status, map[string]string{"error": name, "error_description": description})
}

func knownClient(id string) bool { return id == ClientID || id == RotatingClientID }

var consentPage = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Allow access?</title></head>
<body><h1>Allow access?</h1><p>{{.client_id}} asks to access your simulated Salesforce as {{.user}}.</p>
<form method="post" action="/services/oauth2/authorize">{{range $name, $value := .fields}}<input type="hidden" name="{{$name}}" value="{{$value}}">{{end}}
<button name="approve" value="1">Allow</button> <button name="approve" value="0">Deny</button></form></body></html>`))

// authorize shows the consent page and, once it is sent, goes back to the client with a code.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "malformed request")
		return
	}
	form := r.Form
	redirect, err := neturl.Parse(form.Get("redirect_uri"))
	switch {
	case !knownClient(form.Get("client_id")):
		oauthError(w, http.StatusBadRequest, "invalid_client_id", "client identifier invalid")
		return
	case err != nil || redirect.Host == "":
		oauthError(w, http.StatusBadRequest, "redirect_uri_mismatch", "redirect_uri must match configuration")
		return
	case form.Get("response_type") != "code":
		oauthError(w, http.StatusBadRequest, "unsupported_response_type", "response type not supported")
		return
	}
	if r.Method == http.MethodGet {
		fields := map[string]string{}
		for _, name := range []string{"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method"} {
			fields[name] = form.Get(name)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = consentPage.Execute(w, map[string]any{"client_id": form.Get("client_id"), "user": Username, "fields": fields})
		return
	}
	q := redirect.Query()
	q.Set("state", form.Get("state"))
	if form.Get("approve") != "1" {
		q.Set("error", "access_denied")
		q.Set("error_description", "end-user denied authorization")
	} else {
		s.mu.Lock()
		made := "aPrx" + randomHex(24)
		s.codes[made] = &code{user: s.admin(), client: form.Get("client_id"), redirect: form.Get("redirect_uri"), challenge: form.Get("code_challenge"),
			refresh: strings.Contains(form.Get("scope"), "refresh_token") || strings.Contains(form.Get("scope"), "offline_access"), at: s.now()}
		s.mu.Unlock()
		q.Set("code", made)
	}
	redirect.RawQuery = q.Encode()
	//nolint:gosec // the twin knows no registered addresses, and holds nobody's data
	http.Redirect(w, r, redirect.String(), http.StatusFound)
}

// token answers every grant.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		oauthError(w, http.StatusBadRequest, "invalid_request", "malformed request")
		return
	}
	form := r.PostForm
	client := form.Get("client_id")
	s.mu.Lock()
	defer s.mu.Unlock()
	refused := func(name, description string) { oauthError(w, http.StatusBadRequest, name, description) }
	kind := form.Get("grant_type")
	if kind != "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		switch {
		case !knownClient(client):
			refused("invalid_client_id", "client identifier invalid")
			return
		case form.Get("client_secret") != ClientSecret && (kind != "authorization_code" || form.Get("client_secret") != ""):
			refused("invalid_client", "invalid client credentials")
			return
		}
	}
	user, refresh := s.admin(), ""
	switch kind {
	case "client_credentials":
	case "authorization_code":
		c, problem, description := s.redeem(client, form)
		if problem != "" {
			refused(problem, description)
			return
		}
		user = c.user
		if c.refresh {
			refresh = "5Aep861" + randomHex(28)
		}
	case "refresh_token":
		g := s.grants[form.Get("refresh_token")]
		if g == nil || g.Client != client {
			refused("invalid_grant", "expired access/refresh token")
			return
		}
		user = g.User
		if client == RotatingClientID {
			refresh = "5Aep861" + randomHex(28)
			if s.commit(put{Kind: kindGrant, ID: g.Token}) != nil {
				refused("server_error", "try again")
				return
			}
		}
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		if problem := s.assertion(form.Get("assertion"), "http://"+r.Host); problem != "" {
			refused("invalid_grant", problem)
			return
		}
		client = ClientID
	default:
		refused("unsupported_grant_type", "grant type not supported")
		return
	}
	s.answerToken(w, r, user, client, refresh)
}

// redeem takes the code of a sign-in, which is good once, or says what is wrong with it. s.mu is
// held.
func (s *Server) redeem(client string, form neturl.Values) (c *code, problem, description string) {
	c = s.codes[form.Get("code")]
	delete(s.codes, form.Get("code"))
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case c == nil || c.client != client || s.now().Sub(c.at) > codeLife:
		return nil, "invalid_grant", "expired authorization code"
	case c.redirect != form.Get("redirect_uri"):
		return nil, "redirect_uri_mismatch", "redirect_uri must match configuration"
	case c.challenge != "" && form.Get("code_verifier") == "":
		return nil, "invalid_grant", "missing required code verifier"
	case c.challenge != "" && c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]):
		return nil, "invalid_request", "invalid code verifier"
	}
	return c, "", ""
}

// loginHosts are the audiences of an assertion beside this server itself.
var loginHosts = []string{"https://login.salesforce.com", "https://test.salesforce.com"}

// assertionClaims are what an assertion says. The vendor takes its end as a number and as the text
// of one.
type assertionClaims struct {
	jwt.RegisteredClaims
	Exp json.Number `json:"exp"`
}

// GetExpirationTime implements jwt.Claims.
func (c *assertionClaims) GetExpirationTime() (*jwt.NumericDate, error) {
	if c.Exp == "" {
		return nil, nil
	}
	seconds, err := c.Exp.Float64()
	if err != nil {
		return nil, err
	}
	return jwt.NewNumericDate(time.Unix(int64(seconds), 0)), nil
}

// assertion checks a JWT bearer assertion against the key that an administrator set, and says what
// is wrong with it.
func (s *Server) assertion(text, self string) string {
	key, err := jwt.ParseRSAPublicKeyFromPEM([]byte(s.settings.SigningKey))
	if err != nil {
		return "user hasn't approved this consumer"
	}
	keyOf := func(*jwt.Token) (any, error) { return key, nil }
	_, err = jwt.ParseWithClaims(text, &assertionClaims{}, keyOf,
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired(),
		jwt.WithIssuer(ClientID), jwt.WithSubject(Username), jwt.WithAudience(append(loginHosts, self)...), jwt.WithTimeFunc(s.now))
	switch {
	case err == nil:
		return ""
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return "audience is invalid"
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return "client identifier invalid"
	case errors.Is(err, jwt.ErrTokenInvalidSubject):
		return "user hasn't approved this consumer"
	}
	return "invalid assertion"
}

// answerToken makes a session, and a refresh token where one is due; s.mu is held.
func (s *Server) answerToken(w http.ResponseWriter, r *http.Request, user, client, refresh string) {
	now := s.now()
	made := &session{Token: s.orgID()[:15] + "!" + randomHex(40), User: user, Client: client, Issued: now}
	puts := []put{{Kind: kindSession, ID: made.Token, Value: made}}
	if refresh != "" {
		puts = append(puts, s.crowdedOut(user, client)...)
		puts = append(puts, put{Kind: kindGrant, ID: refresh, Value: &grant{refresh, user, client, now}})
	}
	if err := s.commit(puts...); err != nil {
		oauthError(w, http.StatusInternalServerError, "server_error", "try again")
		return
	}
	base := "http://" + r.Host
	answer := map[string]any{"access_token": made.Token, "instance_url": base, "id": base + "/id/" + s.orgID() + "/" + user, "token_type": "Bearer",
		"issued_at": strconv.FormatInt(now.UnixMilli(), 10), "signature": randomHex(16), "scope": "api refresh_token"}
	if refresh != "" {
		answer["refresh_token"] = refresh
	}
	writeJSON(w, http.StatusOK, answer)
}

// crowdedOut removes the oldest refresh token where the user has as many as are allowed. s.mu is
// held.
func (s *Server) crowdedOut(user, client string) []put {
	var oldest *grant
	n := 0
	for _, g := range s.grants {
		if g.User != user || g.Client != client {
			continue
		}
		if n++; oldest == nil || g.Issued.Before(oldest.Issued) {
			oldest = g
		}
	}
	if n < maxGrants {
		return nil
	}
	return []put{{Kind: kindGrant, ID: oldest.Token}}
}

// revokeToken ends an access token, or a refresh token with every session of its client.
func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) {
	token := r.FormValue("token")
	s.mu.Lock()
	defer s.mu.Unlock()
	g, held := s.grants[token], s.sessions[token]
	var puts []put
	switch {
	case g != nil:
		puts = append(puts, put{Kind: kindGrant, ID: token})
		for id, one := range s.sessions {
			if one.Client == g.Client {
				puts = append(puts, put{Kind: kindSession, ID: id})
			}
		}
	case held != nil:
		puts = append(puts, put{Kind: kindSession, ID: token})
	default:
		oauthError(w, http.StatusBadRequest, "unsupported_token_type", "this token type is not supported")
		return
	}
	if err := s.commit(puts...); err != nil {
		oauthError(w, http.StatusInternalServerError, "server_error", "try again")
		return
	}
	w.WriteHeader(http.StatusOK)
}

// signedIn finds the session of an access token; s.mu is held. The fault revoke_tokens forgets it.
func (s *Server) signedIn(token string) (*session, error) {
	held := s.sessions[token]
	if held == nil {
		return nil, invalidSession()
	}
	if _, revoked := s.faults.Effect(fault.RevokeTokens, held.Client); revoked || s.now().Sub(held.used) > sessionLife {
		_ = s.commit(put{Kind: kindSession, ID: token})
		return nil, invalidSession()
	}
	held.used = s.now()
	return held, nil
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") && !strings.EqualFold(scheme, "OAuth") {
		return ""
	}
	return strings.TrimSpace(token)
}

// identity is what stands at the id that a token answer names.
func (s *Server) identity(c *call) (any, error) {
	if c.request.PathValue("org") != s.orgID() || c.request.PathValue("user") != c.session.User {
		return nil, failure(http.StatusForbidden, "FORBIDDEN", "Bad_Id")
	}
	who, err := s.describeUser(c)
	if err != nil {
		return nil, err
	}
	who["id"], who["asserted_user"] = who["sub"], true
	delete(who, "sub")
	return who, nil
}

// userinfo says who a token is for, as OpenID Connect has it.
func (s *Server) userinfo(c *call) (any, error) {
	who, err := s.describeUser(c)
	if err != nil {
		return nil, err
	}
	return who, nil
}

func (s *Server) describeUser(c *call) (map[string]any, error) {
	u := s.db.table("User").rows[c.session.User]
	if u == nil {
		return nil, invalidSession()
	}
	base := "http://" + c.request.Host
	return map[string]any{"sub": base + "/id/" + s.orgID() + "/" + u.id(), "user_id": u.id(), "organization_id": s.orgID(), "preferred_username": u.text("Username"),
		"username": u.text("Username"), "name": u.text("Name"), "display_name": u.text("Name"), "email": u.text("Email"), "email_verified": true, "active": true, "user_type": "STANDARD",
		"given_name": u.text("FirstName"), "family_name": u.text("LastName"), "zoneinfo": "Etc/UTC", "locale": "en_US", "language": "en_US",
		"urls": map[string]string{"rest": base + "/services/data/v{version}/", "sobjects": base + "/services/data/v{version}/sobjects/", "query": base + "/services/data/v{version}/query/"}}, nil
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(body) // the caller may be gone
}
