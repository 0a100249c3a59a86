// Package openid is an OpenID provider for tests: discovery, the authorization code flow with PKCE,
// refresh tokens that are good once, user info and keys, over real HTTP. It checks what a provider
// has to check, and lies where a test tells it to.
package openid

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Provider knows one client and one person at a time.
type Provider struct {
	URL, ClientID, ClientSecret string

	mu     sync.Mutex
	set    Settings
	key    *rsa.PrivateKey
	codes  map[string]*grant
	tokens map[string]*grant // by access and refresh token
	asked  map[string]int
}

// Settings are how it behaves.
type Settings struct {
	Claims    map[string]any // of the person who signs in, for the ID token
	UserInfo  map[string]any // of the same, when asked; nil for Claims
	Discovery map[string]any // replaces what discovery says
	NoRefresh bool           // gives no refresh token
	NoIDToken bool           // gives none at a renewal
	Down      bool           // answers everything but discovery and keys with 503
	DownInfo  bool           // answers user info with 503
	Ended     bool           // has ended every grant
	// Alter changes an ID token before it is signed; Sign signs it in another way.
	Alter func(header, claims map[string]any)
	Sign  func(t *jwt.Token, key *rsa.PrivateKey) (string, error)
}

// grant is what somebody consented to.
type grant struct {
	redirect, challenge, nonce, scope string
	used, ended                       bool
	refresh                           string // the present one
}

// Start starts a provider that ends with the test. Its key has 2,048 bits unless told otherwise.
func Start(t testing.TB, bits ...int) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, append(bits, 2048)[0])
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{
		ClientID:     "sidelight",
		ClientSecret: "provider-secret",
		key:          key,
		codes:        map[string]*grant{},
		tokens:       map[string]*grant{},
		asked:        map[string]int{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userInfo)
	web := httptest.NewServer(mux)
	p.URL = web.URL
	t.Cleanup(web.Close)
	return p
}

// Set changes how it behaves.
func (p *Provider) Set(change func(*Settings)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.set)
}

// Asked is how often an endpoint was called.
func (p *Provider) Asked(endpoint string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[endpoint]
}

func random() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}

func refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, map[string]any{"error": code})
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[string]any{
		"issuer":                 p.URL,
		"authorization_endpoint": p.URL + "/authorize",
		"token_endpoint":         p.URL + "/token",
		"userinfo_endpoint":      p.URL + "/userinfo",
		"jwks_uri":               p.URL + "/keys",
		"response_types_supported": []string{
			"code",
		},
		"subject_types_supported":               []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"scopes_supported": []string{
			"openid",
			"email",
			"profile",
			"offline_access",
		},
		"code_challenge_methods_supported": []string{"S256"},
	}
	maps.Copy(out, p.set.Discovery)
	answer(w, http.StatusOK, out)
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	public := p.key.PublicKey
	answer(
		w,
		http.StatusOK,
		map[string]any{"keys": []any{
			map[string]any{
				"kty": "RSA",
				"use": "sig",
				"alg": "RS256",
				"kid": "one",
				"n": base64.RawURLEncoding.EncodeToString(
					public.N.Bytes(),
				),
				"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
			},
		}},
	)
}

// authorize is where the browser goes; the person consents at once.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	switch {
	case err != nil || q.Get("client_id") != p.ClientID || !strings.HasSuffix(to.Path, "/auth/oidc/callback"):
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	case q.Get("response_type") != "code",
		q.Get("code_challenge_method") != "S256",
		len(q.Get("code_challenge")) != 43,
		!slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		refuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	code := random()
	p.codes[code] = &grant{
		redirect:  q.Get("redirect_uri"),
		challenge: q.Get("code_challenge"),
		nonce:     q.Get("nonce"),
		scope:     q.Get("scope"),
	}
	back := to.Query()
	back.Set("code", code)
	back.Set("state", q.Get("state"))
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked["token"]++
	id, secret, _ := r.BasicAuth()
	switch {
	case p.set.Down:
		refuse(w, http.StatusServiceUnavailable, "temporarily_unavailable")
		return
	case id != p.ClientID || secret != p.ClientSecret:
		refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	switch r.FormValue("grant_type") {
	case "authorization_code":
		g := p.codes[r.FormValue("code")]
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if g == nil || g.used || g.redirect != r.FormValue("redirect_uri") ||
			base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
			if g != nil {
				g.ended = true // a code that comes twice was stolen
			}
			refuse(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		g.used = true
		p.give(w, g, g.nonce, true)
	case "refresh_token":
		given := r.FormValue("refresh_token")
		g := p.tokens[given]
		if g == nil || g.ended || p.set.Ended || g.refresh != given {
			if g != nil {
				g.ended = true // one that comes twice was stolen
			}
			refuse(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		p.give(w, g, "", !p.set.NoIDToken)
	default:
		refuse(w, http.StatusBadRequest, "unsupported_grant_type")
	}
}

// give answers new tokens.
func (p *Provider) give(w http.ResponseWriter, g *grant, nonce string, withID bool) {
	access := random()
	p.tokens[access] = g
	out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 300}
	if !p.set.NoRefresh && slices.Contains(strings.Fields(g.scope), "offline_access") {
		g.refresh = random()
		p.tokens[g.refresh] = g
		out["refresh_token"] = g.refresh
	}
	if withID {
		id, err := p.idToken(access, nonce)
		if err != nil {
			refuse(w, http.StatusInternalServerError, "server_error")
			return
		}
		out["id_token"] = id
	}
	answer(w, http.StatusOK, out)
}

func (p *Provider) idToken(access, nonce string) (string, error) {
	now := time.Now()
	sum := sha256.Sum256([]byte(access))
	claims := jwt.MapClaims{
		"iss":     p.URL,
		"aud":     p.ClientID,
		"iat":     now.Unix(),
		"exp":     now.Add(5 * time.Minute).Unix(),
		"at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
	}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	maps.Copy(claims, p.set.Claims)
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims)
	t.Header["kid"] = "one"
	if p.set.Alter != nil {
		p.set.Alter(t.Header, claims)
	}
	if p.set.Sign != nil {
		return p.set.Sign(t, p.key)
	}
	return t.SignedString(p.key)
}

func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked["userinfo"]++
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	g := p.tokens[token]
	switch {
	case p.set.Down || p.set.DownInfo:
		refuse(w, http.StatusServiceUnavailable, "temporarily_unavailable")
	case g == nil || g.ended || g.refresh == token:
		refuse(w, http.StatusUnauthorized, "invalid_token")
	case p.set.UserInfo != nil:
		answer(w, http.StatusOK, p.set.UserInfo)
	default:
		answer(w, http.StatusOK, p.set.Claims)
	}
}
