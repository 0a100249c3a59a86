package server

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/httprate"
	"github.com/google/uuid"

	"sidelight/models"
	"sidelight/models/store"
)

// signIn lets people sign in: agents, and admins with a profile that is named for that, with Zoho,
// where Desk itself says who somebody is and which profile they have; other admins with an OpenID
// provider. What a page says about its user is never believed.
type signIn struct {
	store         *store.Store
	clients       *clients
	issuer        *Issuer
	policy        *Policy
	adminProfiles []string // of Zoho Desk, by name or id
	provider      *openID  // nil where there is none
	url           func() string
	origins       []string // of pages elsewhere that may hold a sign-in: the extension's own
	now           func() time.Time
	keys          refreshKeys
	audit         *auditor
	// guesses counts renewals by address, as long as nothing says that their tokens were made here;
	// renewals counts those of a sign-in.
	guesses, renewals *httprate.RateLimiter
}

// renewalsAMinute bounds those of one sign-in: each asks Zoho Desk.
const renewalsAMinute = 20

// origin is the page that gets the tokens: this server's, or one that is configured.
func (s *signIn) origin(asked string) string {
	if slices.ContainsFunc(s.origins, func(allowed string) bool { return sameOrigin(allowed, asked) }) {
		return asked
	}
	return s.url()
}

// sameOrigin tells whether an origin is the allowed one, or one of those that https://*.example
// allows.
func sameOrigin(allowed, origin string) bool {
	before, after, wild := strings.Cut(allowed, "*")
	if !wild {
		return allowed == origin
	}
	name, ok := strings.CutPrefix(origin, before)
	if ok {
		name, ok = strings.CutSuffix(name, after)
	}
	return ok && name != "" &&
		!strings.ContainsFunc(
			name,
			func(c rune) bool { return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-.", c) },
		)
}

// Lifetimes of a sign-in.
const (
	agentTokenTTL = 15 * time.Minute // an admin's too
	signInTTL     = 30 * 24 * time.Hour
	adminTTL      = 12 * time.Hour
	uncheckedTTL  = time.Hour // of an admin of whom the provider cannot be asked again
	popupTTL      = 10 * time.Minute
)

// popup is what has to be remembered while a person signs in.
type popup struct {
	Way      models.SignInWay `json:"way"`
	Admin    bool             `json:"admin"`
	Device   string           `json:"device"`
	Origin   string           `json:"origin"`   // of the page that gets the token
	Browser  []byte           `json:"browser"`  // hash of the cookie of the browser that began
	Nonce    string           `json:"nonce"`    // of the OpenID provider's answer
	Verifier string           `json:"verifier"` // whose hash began the exchange with it (PKCE)
}

// person is who has signed in, as the one who vouches says.
type person struct {
	way       models.SignInWay
	subject   string // "" while nobody has said
	name      string
	profileID string
	scope     models.Scope
	grant     string // by which the OpenID provider is asked again
	ttl       time.Duration
}

// popupCookie ties a sign-in to the browser that began it: an address that somebody else was sent
// cannot sign them in as another.
const popupCookie = "sidelight_sign_in"

// browser is the cookie's value, given to a browser that has none. It goes to the addresses of one
// way alone.
func (s *signIn) browser(w http.ResponseWriter, r *http.Request, path string) string {
	if c, err := r.Cookie(popupCookie); err == nil && len(c.Value) == len(random()) {
		return c.Value
	}
	value := random()
	//nolint:gosec // Secure follows from the address; all are set
	http.SetCookie(
		w,
		&http.Cookie{Name: popupCookie, Value: value, Path: path, MaxAge: int(popupTTL.Seconds()), HttpOnly: true,
			Secure: strings.HasPrefix(s.url(), "https:"), SameSite: http.SameSiteLaxMode},
	)
	return value
}

func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// begin remembers a popup, and answers the state that it comes back with.
func (s *signIn) begin(w http.ResponseWriter, r *http.Request, p popup, path string) (state string, err error) {
	if p.Device = r.URL.Query().Get("device"); len(p.Device) < 16 || len(p.Device) > 128 {
		return "", missing("device", "a random text of 16 to 128 characters that the page keeps")
	}
	state, p.Browser = random(), hash(s.browser(w, r, path))
	b, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	return state, s.store.SaveState(r.Context(), state, b, popupTTL)
}

// begun is the popup that comes back: once, on the way and in the browser in which it was begun.
func (s *signIn) begun(ctx context.Context, r *http.Request, way models.SignInWay) (p popup, err error) {
	stored, err := s.store.TakeState(ctx, r.URL.Query().Get("state"))
	if err != nil {
		return p, models.Wrap(err, models.CodeUnauthenticated, "this sign-in was not begun here, or is too old: begin again")
	}
	if err := json.Unmarshal(stored, &p); err != nil || p.Device == "" || p.Way != way {
		return p, models.Errorf(models.CodeUnauthenticated, "this sign-in belongs to something else: begin again")
	}
	c, err := r.Cookie(popupCookie)
	if err != nil || subtle.ConstantTimeCompare(hash(c.Value), p.Browser) != 1 {
		return p, models.Errorf(models.CodeUnauthenticated, "this sign-in was begun in another browser: begin again")
	}
	return p, nil
}

// callback is where a popup comes back to: its page hands the tokens to the page that opened it.
func (s *signIn) callback(exchange func(ctx context.Context, r *http.Request) (popup, person, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), exchangeTimeout)
		defer cancel()
		var made session
		p, who, err := exchange(ctx, r)
		if err == nil {
			made, err = s.admit(ctx, p.Device, who)
		}
		if err != nil {
			s.audit.refuse(ctx, cmp.Or(who.subject, nobody), "signInRefused", publicMessage(err))
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		message := map[string]any{"type": "sidelight-problem", "message": publicMessage(err)}
		target := s.url()
		if err == nil {
			message = map[string]any{
				"type":         made.Type,
				"token":        made.Token,
				"refreshToken": made.RefreshToken,
				"expiresAt":    made.ExpiresAt,
			}
			target = p.Origin
		}
		handOver(w, message, target)
	}
}

// admit begins a sign-in.
func (s *signIn) admit(ctx context.Context, device string, who person) (session, error) {
	now, id := s.now().UTC(), uuid.NewString()
	secret := s.keys.first(id)
	in := models.SignIn{
		ID:          id,
		Subject:     who.subject,
		Name:        who.name,
		Scope:       who.scope,
		Way:         who.way,
		ProfileID:   who.profileID,
		Device:      device,
		RefreshHash: hash(secret),
		CreatedAt:   now,
		ExpiresAt:   now.Add(who.ttl),
		Grant:       who.grant,
	}
	detail := map[string]any{"way": in.Way, "scope": in.Scope, "name": in.Name}
	if in.ProfileID != "" {
		detail["profileId"] = in.ProfileID
	}
	entry := models.AuditEntry{At: now, Subject: in.Subject, Action: "signIn", Target: &in.ID, Detail: detail}
	if err := s.store.CreateSignIn(ctx, in, entry); err != nil {
		return session{}, err
	}
	return s.issue(in, secret)
}

// session is what a page gets for a sign-in.
type session struct {
	Type         string    `json:"type"`
	Token        string    `json:"token"`
	RefreshToken string    `json:"refreshToken"`
	ExpiresAt    time.Time `json:"expiresAt"`
}

// issue makes the short token. The refresh token names its sign-in, so that an old one that comes
// again is recognised.
func (s *signIn) issue(in models.SignIn, secret string) (session, error) {
	request := TokenRequest{Subject: in.Subject, Scope: in.Scope, Session: in.ID, TTL: agentTokenTTL}
	if in.Scope == models.ScopeAgent {
		request.ProfileID = in.ProfileID
	}
	token, expires, err := s.issuer.Issue(request)
	return session{Type: "sidelight-token", Token: token, RefreshToken: in.ID + "." + secret, ExpiresAt: expires}, err
}

// renewal is the body of /auth/refresh and /auth/signout.
type renewal struct {
	RefreshToken string `json:"refreshToken"`
	Device       string `json:"device"`
}

// maxRenewal bounds it, in bytes.
const maxRenewal = 4096

// read reads it, and counts it: against the sign-in where the token was made here, against the
// address where it may be invented.
func (s *signIn) read(w http.ResponseWriter, r *http.Request) (body renewal, id, secret string, ok bool) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRenewal))
	if err != nil || json.Unmarshal(text, &body) != nil || body.RefreshToken == "" {
		writeError(w, missing("refreshToken", "JSON with refreshToken and device"))
		return body, "", "", false
	}
	id, secret, _ = strings.Cut(body.RefreshToken, ".")
	limit, key := s.guesses, callerKeyOf(r.Context())
	if s.keys.genuine(id, secret) {
		limit, key = s.renewals, id
	}
	return body, id, secret, !limit.RespondOnLimit(w, r, key)
}

// refresh exchanges a refresh token for a new one and a new token. The same one within some
// seconds, as two tabs send it, gets the same answer. Whoever vouched for the person is asked
// again: another profile is in force at once, and one who was put out is out. While they do not
// answer nothing is exchanged, and the refresh token stays good.
func (s *signIn) refresh(w http.ResponseWriter, r *http.Request) {
	body, id, secret, ok := s.read(w, r)
	if !ok {
		return
	}
	present, err := s.present(r.Context(), id, hash(secret), body.Device)
	if err != nil {
		writeError(w, err)
		return
	}
	next := s.keys.after(id, secret)
	in, err := s.store.RotateSignIn(r.Context(), id, hash(secret), hash(next[0]), body.Device, present)
	if err != nil {
		s.audit.refuse(r.Context(), nobody, "renewalRefused", publicMessage(err))
		writeError(w, err)
		return
	}
	at := slices.IndexFunc(next, func(secret string) bool { return bytes.Equal(hash(secret), in.RefreshHash) })
	if at < 0 { // a key was taken out meanwhile
		writeError(w, errToken())
		return
	}
	made, err := s.issue(in, next[at])
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, made)
}

// present is what is said of the person now by whoever vouched for them; empty for a sign-in or
// token that RotateSignIn refuses. It ends the sign-in of one for whom nobody vouches any more.
func (s *signIn) present(ctx context.Context, id string, hash []byte, device string) (p models.Present, err error) {
	in, err := s.store.SignIn(ctx, id, device)
	if models.CodeOf(err) == models.CodeNotFound ||
		(err == nil && !bytes.Equal(in.RefreshHash, hash) && !bytes.Equal(in.PreviousHash, hash)) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if !bytes.Equal(in.RefreshHash, hash) {
		return p, nil // they were asked a moment ago
	}
	var gone bool
	if in.Way == models.SignInOIDC {
		p, gone, err = s.presentAtProvider(ctx, in)
	} else {
		p, gone, err = s.presentInDesk(ctx, in)
	}
	if gone {
		s.audit.note(ctx, in.Subject, "signInEnded", in.ID, map[string]any{"reason": publicMessage(err)})
		_, rerr := s.store.RevokeSignIn(ctx, id)
		err = errors.Join(err, rerr)
	}
	return p, err
}

// signOut ends a sign-in. A token that is unknown is signed out already.
func (s *signIn) signOut(w http.ResponseWriter, r *http.Request) {
	body, id, secret, ok := s.read(w, r)
	if !ok {
		return
	}
	in, err := s.store.RotateSignIn(r.Context(), id, hash(secret), hash(random()), body.Device, models.Present{})
	if err == nil {
		if _, err = s.store.RevokeSignIn(r.Context(), in.ID); err == nil {
			s.audit.note(r.Context(), in.Subject, "signOut", in.ID, nil)
		}
	}
	if err != nil && models.CodeOf(err) != models.CodeUnauthenticated {
		writeError(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
