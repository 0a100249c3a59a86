package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"slices"
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
	if slices.Contains(s.origins, asked) {
		return asked
	}
	return s.url()
}

// Lifetimes of a sign-in.
const (
	agentTokenTTL = 15 * time.Minute
	signInTTL     = 30 * 24 * time.Hour
	popupTTL      = 10 * time.Minute
)

// popup is what has to be remembered while an agent signs in.
type popup struct {
	Device string `json:"device"`
	Origin string `json:"origin"` // of the page that gets the token
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
	b, err := json.Marshal(popup{Device: device, Origin: s.origin(r.URL.Query().Get("origin"))})
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
	made, origin, err := s.exchange(r.Context(), r.URL.Query().Get("state"), r.URL.Query().Get("code"), r.URL.Query().Get("location"), r.URL.Query().Get("accounts-server"))
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

func (s *signIn) exchange(ctx context.Context, state, code, location, accounts string) (session, string, error) {
	stored, err := s.store.TakeState(ctx, state)
	if err != nil {
		return session{}, "", models.Wrap(err, models.CodeUnauthenticated, "this sign-in was not begun here, or is too old: begin again")
	}
	var p popup
	if err := json.Unmarshal(stored, &p); err != nil || p.Device == "" {
		return session{}, "", models.Errorf(models.CodeUnauthenticated, "this sign-in belongs to something else: begin again")
	}
	if code == "" {
		return session{}, "", models.Errorf(models.CodeUnauthenticated, "Zoho did not get the consent")
	}
	client, err := s.clients.Desk()
	if err != nil {
		return session{}, "", err
	}
	g, err := client.Exchange(ctx, zohodesk.Callback{Code: code, RedirectURI: s.url() + "/auth/desk/callback", Location: location, AccountsServer: accounts})
	if err != nil {
		return session{}, "", err
	}
	agent, err := client.WhoAmI(ctx, g.Credentials.AccessToken)
	if err != nil {
		return session{}, "", err
	}
	if s.policy.Profile(agent.ProfileID) == nil {
		return session{}, "", models.Errorf(models.CodeForbidden, "your Zoho Desk profile is not known here: ask the admin")
	}
	now := s.now().UTC()
	refresh := random()
	in := models.SignIn{ID: uuid.NewString(), Subject: "agent:" + agent.ID, ProfileID: agent.ProfileID, Device: p.Device, RefreshHash: hash(refresh),
		CreatedAt: now, ExpiresAt: now.Add(signInTTL)}
	if err := s.store.CreateSignIn(ctx, in); err != nil {
		return session{}, "", err
	}
	made, err := s.issue(in, refresh)
	return made, p.Origin, err
}

func (s *signIn) issue(in models.SignIn, refresh string) (session, error) {
	token, expires, err := s.issuer.Issue(TokenRequest{Subject: in.Subject, Scope: models.ScopeAgent, ProfileID: in.ProfileID, Session: in.ID, TTL: agentTokenTTL})
	return session{Type: "sidelight-token", Token: token, RefreshToken: refresh, ExpiresAt: expires}, err
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

// refresh exchanges a refresh token for a new one and a new token.
func (s *signIn) refresh(w http.ResponseWriter, r *http.Request) {
	body, ok := s.read(w, r)
	if !ok {
		return
	}
	next := random()
	in, err := s.store.RotateSignIn(r.Context(), hash(body.RefreshToken), hash(next), body.Device)
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

// signOut ends a sign-in. A token that is unknown is signed out already.
func (s *signIn) signOut(w http.ResponseWriter, r *http.Request) {
	body, ok := s.read(w, r)
	if !ok {
		return
	}
	in, err := s.store.RotateSignIn(r.Context(), hash(body.RefreshToken), hash(random()), body.Device)
	if err == nil {
		err = s.store.RevokeSignIn(r.Context(), in.ID)
	}
	if err != nil && models.CodeOf(err) != models.CodeUnauthenticated {
		writeError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
