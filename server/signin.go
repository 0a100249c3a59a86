package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/sync/zohodesk"
)

// signIn lets agents sign in with Zoho: Desk itself says who an agent is and which profile the agent has. What the widget's page says about its
// user is never believed.
type signIn struct {
	store   *store.Store
	clients *clients
	issuer  *Issuer
	policy  *Policy
	url     func() string
	origins []string // of pages elsewhere that may hold a sign-in: the extension's own
	now     func() time.Time
}

// origin is the page that gets the tokens: this server's, or one that is configured.
func (s *signIn) origin(asked string) string {
	if slices.ContainsFunc(s.origins, func(allowed string) bool { return sameOrigin(allowed, asked) }) {
		return asked
	}
	return s.url()
}

// sameOrigin tells whether an origin is the allowed one, or one of those that https://*.example allows.
func sameOrigin(allowed, origin string) bool {
	before, after, wild := strings.Cut(allowed, "*")
	if !wild {
		return allowed == origin
	}
	name, ok := strings.CutPrefix(origin, before)
	if ok {
		name, ok = strings.CutSuffix(name, after)
	}
	return ok && name != "" && !strings.ContainsFunc(name, func(c rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-.", c) })
}

// Lifetimes of a sign-in.
const (
	agentTokenTTL = 15 * time.Minute
	signInTTL     = 30 * 24 * time.Hour
	popupTTL      = 10 * time.Minute
)

// popup is what has to be remembered while an agent signs in.
type popup struct {
	Device  string `json:"device"`
	Origin  string `json:"origin"`  // of the page that gets the token
	Browser []byte `json:"browser"` // hash of the cookie of the browser that began
}

// popupCookie ties a sign-in to the browser that began it: an address that somebody else was sent cannot sign them in as another.
const popupCookie = "sidelight_sign_in"

// browser is the cookie's value, given to a browser that has none.
func (s *signIn) browser(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(popupCookie); err == nil && len(c.Value) == len(random()) {
		return c.Value
	}
	value := random()
	http.SetCookie(w, &http.Cookie{Name: popupCookie, Value: value, Path: "/auth/desk", MaxAge: int(popupTTL.Seconds()), HttpOnly: true,
		Secure: strings.HasPrefix(s.url(), "https:"), SameSite: http.SameSiteLaxMode})
	return value
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// start sends the popup to Zoho.
func (s *signIn) start(w http.ResponseWriter, r *http.Request) {
	device := r.URL.Query().Get("device")
	if len(device) < 16 || len(device) > 128 {
		writeError(w, missing("device", "a random text of 16 to 128 characters that the page keeps"))
		return
	}
	client, err := s.clients.Desk()
	if err != nil {
		writeError(w, models.Errorf(models.CodeConflict, "Zoho Desk is not connected yet: ask the admin"))
		return
	}
	state := random()
	b, err := json.Marshal(popup{Device: device, Origin: s.origin(r.URL.Query().Get("origin")), Browser: hash(s.browser(w, r))})
	if err == nil {
		err = s.store.SaveState(r.Context(), state, b, popupTTL)
	}
	var target string
	if err == nil {
		target, err = client.AuthorizeURL(r.Context(), zohodesk.Authorization{RedirectURI: s.url() + "/auth/desk/callback", State: state, Scopes: zohodesk.SignInScopes})
	}
	if err != nil {
		writeError(w, err)
		return
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

// session is what a page gets for a sign-in.
type session struct {
	Type         string    `json:"type"`
	Token        string    `json:"token"`
	RefreshToken string    `json:"refreshToken"`
	ExpiresAt    time.Time `json:"expiresAt"`
}

// callback is where Zoho sends the popup back to: its page hands the tokens to the page that opened it.
func (s *signIn) callback(w http.ResponseWriter, r *http.Request) {
	made, origin, err := s.exchange(r)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	message := map[string]any{"type": "sidelight-problem", "message": publicMessage(err)}
	target := s.url()
	if err == nil {
		message = map[string]any{"type": made.Type, "token": made.Token, "refreshToken": made.RefreshToken, "expiresAt": made.ExpiresAt}
		target = origin
	}
	handOver(w, message, target)
}

func (s *signIn) exchange(r *http.Request) (session, string, error) {
	ctx, cancel := context.WithTimeout(r.Context(), exchangeTimeout)
	defer cancel()
	q := r.URL.Query()
	stored, err := s.store.TakeState(ctx, q.Get("state"))
	if err != nil {
		return session{}, "", models.Wrap(err, models.CodeUnauthenticated, "this sign-in was not begun here, or is too old: begin again")
	}
	var p popup
	if err := json.Unmarshal(stored, &p); err != nil || p.Device == "" {
		return session{}, "", models.Errorf(models.CodeUnauthenticated, "this sign-in belongs to something else: begin again")
	}
	if c, err := r.Cookie(popupCookie); err != nil || subtle.ConstantTimeCompare(hash(c.Value), p.Browser) != 1 {
		return session{}, "", models.Errorf(models.CodeUnauthenticated, "this sign-in was begun in another browser: begin again")
	}
	if q.Get("code") == "" {
		return session{}, "", models.Errorf(models.CodeUnauthenticated, "Zoho did not get the consent")
	}
	client, err := s.clients.Desk()
	if err != nil {
		return session{}, "", err
	}
	g, err := client.Exchange(ctx, zohodesk.Callback{Code: q.Get("code"), RedirectURI: s.url() + "/auth/desk/callback", Location: q.Get("location"), AccountsServer: q.Get("accounts-server")})
	if err != nil {
		return session{}, "", err
	}
	agent, err := client.WhoAmI(ctx, g.Credentials.AccessToken)
	if err != nil {
		return session{}, "", err
	}
	if err := s.known(agent); err != nil {
		return session{}, "", err
	}
	now, secret := s.now().UTC(), random()
	in := models.SignIn{ID: uuid.NewString(), Subject: agentSubject + agent.ID, ProfileID: agent.ProfileID, Device: p.Device, RefreshHash: hash(secret),
		CreatedAt: now, ExpiresAt: now.Add(signInTTL)}
	if err := s.store.CreateSignIn(ctx, in); err != nil {
		return session{}, "", err
	}
	made, err := s.issue(in, secret)
	return made, p.Origin, err
}

// agentSubject begins the subject of an agent who signed in.
const agentSubject = "agent:"

// known refuses an agent of whose profile nothing is known here.
func (s *signIn) known(agent zohodesk.Agent) error {
	if s.policy.Profile(agent.ProfileID) == nil {
		return models.Errorf(models.CodeForbidden, "your Zoho Desk profile is not known here: ask the admin")
	}
	return nil
}

// issue makes the short token. The refresh token names its sign-in, so that an old one that comes again is recognised.
func (s *signIn) issue(in models.SignIn, secret string) (session, error) {
	token, expires, err := s.issuer.Issue(TokenRequest{Subject: in.Subject, Scope: models.ScopeAgent, ProfileID: in.ProfileID, Session: in.ID, TTL: agentTokenTTL})
	return session{Type: "sidelight-token", Token: token, RefreshToken: in.ID + "." + secret, ExpiresAt: expires}, err
}

// renewal is the body of /auth/refresh and /auth/signout.
type renewal struct {
	RefreshToken string `json:"refreshToken"`
	Device       string `json:"device"`
}

func (s *signIn) read(w http.ResponseWriter, r *http.Request) (renewal, bool) {
	var body renewal
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&body); err != nil || body.RefreshToken == "" {
		writeError(w, missing("refreshToken", "JSON with refreshToken and device"))
		return body, false
	}
	return body, true
}

// refresh exchanges a refresh token for a new one and a new token. Desk is asked again who the agent is: another profile is in force at once, and one who
// was put out is out. While Desk does not answer nothing is exchanged, and the refresh token stays good.
func (s *signIn) refresh(w http.ResponseWriter, r *http.Request) {
	body, ok := s.read(w, r)
	if !ok {
		return
	}
	id, secret, _ := strings.Cut(body.RefreshToken, ".")
	profile, err := s.profile(r.Context(), id, hash(secret), body.Device)
	if err != nil {
		writeError(w, err)
		return
	}
	next := random()
	in, err := s.store.RotateSignIn(r.Context(), id, hash(secret), hash(next), body.Device, profile)
	if err != nil {
		writeError(w, err)
		return
	}
	made, err := s.issue(in, next)
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, made)
}

// profile is the agent's present one by Desk's own word; "" for a sign-in or token that RotateSignIn refuses. It ends the sign-in of an agent who is
// no longer one.
func (s *signIn) profile(ctx context.Context, id string, hash []byte, device string) (string, error) {
	in, err := s.store.SignIn(ctx, id, device)
	if models.CodeOf(err) == models.CodeNotFound || (err == nil && !bytes.Equal(in.RefreshHash, hash)) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	client, err := s.clients.Desk()
	if err != nil {
		return "", err
	}
	agent, err := client.Agent(ctx, strings.TrimPrefix(in.Subject, agentSubject))
	if models.CodeOf(err) == models.CodeForbidden {
		return "", errors.Join(err, s.store.RevokeSignIn(ctx, id))
	}
	if err != nil {
		return "", err
	}
	return agent.ProfileID, s.known(agent)
}

// signOut ends a sign-in. A token that is unknown is signed out already.
func (s *signIn) signOut(w http.ResponseWriter, r *http.Request) {
	body, ok := s.read(w, r)
	if !ok {
		return
	}
	id, secret, _ := strings.Cut(body.RefreshToken, ".")
	in, err := s.store.RotateSignIn(r.Context(), id, hash(secret), hash(random()), body.Device, "")
	if err == nil {
		err = s.store.RevokeSignIn(r.Context(), in.ID)
	}
	if err != nil && models.CodeOf(err) != models.CodeUnauthenticated {
		writeError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
