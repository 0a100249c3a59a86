package server

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"sidelight/models"
)

// oidcSubject begins the subject of an admin of the OpenID provider.
const oidcSubject = "oidc:"

// oidcPath is where signing in with the OpenID provider begins and ends.
const oidcPath = "/auth/oidc"

// providerGrant is what the provider is asked with again. Another provider is asked nothing.
type providerGrant struct {
	Issuer       string `json:"issuer"`
	RefreshToken string `json:"refreshToken"`
}

func (o *openID) grant(t *oauth2.Token) string {
	if t.RefreshToken == "" {
		return ""
	}
	//nolint:gosec // it is sealed before it is kept
	b, _ := json.Marshal(providerGrant{o.config.Issuer, t.RefreshToken}) // two texts
	return string(b)
}

// methods says how people can sign in to the console.
func (s *signIn) methods(w http.ResponseWriter, _ *http.Request) {
	_, err := s.clients.Desk()
	writeJSON(w, http.StatusOK, map[string]bool{"oidc": s.provider != nil, "desk": len(s.adminProfiles) > 0 && err == nil})
}

// startOIDC sends the popup to the provider. What comes back goes to the console alone.
func (s *signIn) startOIDC(w http.ResponseWriter, r *http.Request) {
	target, err := s.toProvider(w, r)
	if err != nil {
		writeError(w, err)
		return
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}

func (s *signIn) toProvider(w http.ResponseWriter, r *http.Request) (string, error) {
	if s.provider == nil {
		return "", models.Errorf(
			models.CodeNotFound,
			"there is no OpenID provider: whoever runs the server names it with --oidc-issuer",
		)
	}
	found, err := s.provider.discover(r.Context())
	if err != nil {
		return "", err
	}
	p := popup{Way: models.SignInOIDC, Admin: true, Origin: s.url(), Nonce: random(), Verifier: oauth2.GenerateVerifier()}
	state, err := s.begin(w, r, p, oidcPath)
	if err != nil {
		return "", err
	}
	return s.oauth(found).AuthCodeURL(state, oidc.Nonce(p.Nonce), oauth2.S256ChallengeOption(p.Verifier)), nil
}

// oauth is the provider's flow with our address in it.
func (s *signIn) oauth(p *provider) *oauth2.Config {
	c := p.oauth
	c.RedirectURL = s.url() + oidcPath + "/callback"
	return &c
}

// fromProvider finds out who comes back. A provider's answer that cannot be right is nobody's.
func (s *signIn) fromProvider(ctx context.Context, r *http.Request) (p popup, who person, err error) {
	if p, err = s.begun(ctx, r, models.SignInOIDC); err != nil || s.provider == nil {
		return p, who, errors.Join(err, s.noProvider())
	}
	q := r.URL.Query()
	if iss := q.Get("iss"); iss != "" && iss != s.provider.config.Issuer {
		return p, who, models.Errorf(models.CodeUnauthenticated, "another OpenID provider has answered: begin again")
	}
	if q.Get("code") == "" {
		return p, who, models.Errorf(models.CodeUnauthenticated, "the OpenID provider did not let you in")
	}
	found, err := s.provider.discover(ctx)
	if err != nil {
		return p, who, err
	}
	t, err := s.oauth(found).
		Exchange(oidc.ClientContext(ctx, s.provider.client), q.Get("code"), oauth2.VerifierOption(p.Verifier))
	if ended(err) {
		return p, who, models.Errorf(
			models.CodeUnauthenticated,
			"the OpenID provider does not know this sign-in: begin again",
		)
	}
	if err != nil {
		return p, who, s.provider.down("token", err)
	}
	v, err := s.provider.read(ctx, found, t, p.Nonce)
	if err != nil {
		s.provider.log.Warn("an ID token was refused", "issuer", s.provider.config.Issuer, "error", err)
		return p, who, models.Errorf(
			models.CodeUnauthenticated,
			"what the OpenID provider says of you cannot be believed: begin again",
		)
	}
	who, err = s.provider.who(ctx, found, t, v)
	who.grant, who.ttl = s.provider.grant(t), adminTTL
	if who.grant == "" {
		who.ttl = uncheckedTTL
	}
	return p, who, err
}

func (s *signIn) noProvider() error {
	if s.provider != nil {
		return nil
	}
	return models.Errorf(models.CodeForbidden, "there is no OpenID provider here any more")
}

// ended tells whether the provider says that what it was asked with is worth nothing any more.
func ended(err error) bool {
	var refused *oauth2.RetrieveError
	return errors.As(err, &refused) && refused.ErrorCode == "invalid_grant"
}

// Bounds of asking the provider again.
const (
	askingFor = 30 * time.Second      // after which another process may ask
	waitEvery = 50 * time.Millisecond // for what the other one hears
)

// presentAtProvider asks the provider of a sign-in whether the person still is an admin; gone tells
// that they are not. One process asks, the others wait: the provider's own refresh token is good
// for one renewal.
func (s *signIn) presentAtProvider(ctx context.Context, in models.SignIn) (p models.Present, gone bool, err error) {
	if err := s.noProvider(); err != nil {
		return p, true, err
	}
	if in.Grant == "" {
		return p, false, nil // it ends soon
	}
	var g providerGrant
	if err := json.Unmarshal([]byte(in.Grant), &g); err != nil || g.Issuer != s.provider.config.Issuer {
		return p, true, models.Errorf(models.CodeForbidden, "you have signed in with another OpenID provider: sign in again")
	}
	ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
	defer cancel()
	mine, err := s.turn(ctx, in)
	if err != nil || !mine {
		return p, false, err
	}
	if p, gone, err = s.askAgain(ctx, in, g); err != nil {
		err = errors.Join(err, s.store.ReleaseRenewal(context.WithoutCancel(ctx), in.ID, p.Grant))
	}
	return p, gone, err
}

// turn waits until this process may ask; false tells that another one has asked meanwhile.
func (s *signIn) turn(ctx context.Context, in models.SignIn) (mine bool, err error) {
	for {
		if mine, err = s.store.ClaimRenewal(ctx, in.ID, in.RefreshHash, askingFor); mine || err != nil {
			return mine, err
		}
		now, err := s.store.SignIn(ctx, in.ID, in.Device)
		if models.CodeOf(err) == models.CodeNotFound || err == nil && !bytes.Equal(now.RefreshHash, in.RefreshHash) {
			return false, nil
		}
		if pause(ctx, waitEvery); err != nil || ctx.Err() != nil {
			return false, errors.Join(err, ctx.Err())
		}
	}
}

// askAgain renews the provider's own tokens, and reads in them, or asks, who the person is now.
func (s *signIn) askAgain(
	ctx context.Context,
	in models.SignIn,
	g providerGrant,
) (p models.Present, gone bool, err error) {
	found, err := s.provider.discover(ctx)
	if err != nil {
		return p, false, err
	}
	old := &oauth2.Token{RefreshToken: g.RefreshToken}
	t, err := s.oauth(found).TokenSource(oidc.ClientContext(ctx, s.provider.client), old).Token()
	if ended(err) {
		return p, true, models.Errorf(models.CodeForbidden, "the OpenID provider has ended your sign-in: sign in again")
	}
	if err != nil {
		return p, false, s.provider.down("token", err)
	}
	p.Grant = s.provider.grant(t) // the one before may be worth nothing now, whatever else is heard
	v := vouched{subject: in.Subject[len(oidcSubject):]}
	if raw, _ := t.Extra("id_token").(string); raw != "" {
		if v, err = s.provider.read(ctx, found, t, ""); err != nil {
			return p, true, models.Errorf(
				models.CodeForbidden,
				"what the OpenID provider says of you cannot be believed: sign in again",
			)
		}
	}
	who, err := s.provider.who(ctx, found, t, v)
	if err == nil && subtle.ConstantTimeCompare([]byte(who.subject), []byte(in.Subject)) != 1 {
		err = models.Errorf(models.CodeForbidden, "the OpenID provider speaks of somebody else: sign in again")
	}
	p.Name = who.name
	return p, models.CodeOf(err) == models.CodeForbidden, err
}
