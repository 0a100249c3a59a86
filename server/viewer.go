package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"sidelight/graph"
	"sidelight/internal/sample"
	"sidelight/models"
)

// servicePrefix begins every service token, so that it is told from a JWT, and by secret scanners.
const servicePrefix = graph.ServiceTokenPrefix

// serviceSubject begins the subject of whoever has a service token.
const serviceSubject = "service:"

// tokenStore is what verification needs to know of tokens that can be revoked.
type tokenStore interface {
	ServiceTokenByHash(ctx context.Context, hash []byte) (models.ServiceToken, error)
	TouchServiceToken(ctx context.Context, id string) error
	// SessionActive tells whether the sign-in has not been revoked.
	SessionActive(ctx context.Context, id string) (bool, error)
	// IssuedTokenActive tells whether the command line's token has not been revoked.
	IssuedTokenActive(ctx context.Context, id string) (bool, error)
	// ServiceTokenActive tells whether the service token has not been revoked.
	ServiceTokenActive(ctx context.Context, id string) (bool, error)
}

// Verifier turns a bearer token into a viewer. Whatever is unknown, missing or over is refused.
type Verifier struct {
	issuers map[string]*trusted
	policy  *Policy
	tokens  tokenStore
	proved  *provedTokens
	now     func() time.Time
	log     *slog.Logger
	guesses *throttle
	audit   *auditor      // nil in commands that serve nobody
	refused *sample.Lines // lines of the log
}

// NewVerifier trusts our own keys and the given issuers.
func NewVerifier(keys Keys, issuers []*trusted, policy *Policy, tokens tokenStore, now func() time.Time, log *slog.Logger) (*Verifier, error) {
	v := &Verifier{issuers: map[string]*trusted{ownIssuer: ownTokens(keys)}, policy: policy, tokens: tokens, proved: newProvedTokens(now), now: now, log: log, guesses: newThrottle(now, failuresAtOnce, failuresEvery), refused: sample.New()}
	for _, t := range issuers {
		if v.issuers[t.iss] != nil {
			return nil, errors.New("--issuer: iss=" + t.iss + " is given twice")
		}
		v.issuers[t.iss] = t
	}
	return v, nil
}

// errToken says nothing of why: the reason helps only an attacker. It is in the log.
func errToken() *models.Error {
	return models.Errorf(models.CodeUnauthenticated, "the token is not valid, or no longer: sign in again")
}

// Viewer verifies the token. Errors are UNAUTHENTICATED for the token and FORBIDDEN for a caller
// that no profile stands behind.
func (v *Verifier) Viewer(ctx context.Context, token string) (*models.Viewer, error) {
	if strings.HasPrefix(token, servicePrefix) {
		return v.service(ctx, token)
	}
	if t, claims := v.proved.claims(token); t != nil {
		return v.fromClaims(ctx, t, claims)
	}
	header, claims, err := peek(token)
	if err != nil {
		return nil, v.refuse("unreadable", err)
	}
	if _, critical := header["crit"]; critical {
		return nil, v.refuse("crit header", nil)
	}
	if typ, given := header["typ"]; given && !slices.Contains([]any{"JWT", "jwt", "at+jwt", "application/at+jwt"}, typ) {
		return nil, v.refuse("typ header", nil)
	}
	iss, _ := claims["iss"].(string)
	t := v.issuers[iss]
	if t == nil {
		return nil, v.refuse("unknown issuer", nil)
	}
	var with any
	parsed, err := t.parser(v.now).Parse(token, func(token *jwt.Token) (key any, err error) {
		with, err = t.key(token)
		return with, err
	})
	if err != nil {
		return nil, v.refuse("verification", err)
	}
	v.proved.keep(token, t, parsed, with)
	return v.fromClaims(ctx, t, parsed.Claims.(jwt.MapClaims))
}

func (v *Verifier) fromClaims(ctx context.Context, t *trusted, claims jwt.MapClaims) (*models.Viewer, error) {
	expires, err := claims.GetExpirationTime()
	if err != nil || expires == nil || expires.Sub(v.now()) > t.longest {
		return nil, v.refuse("exp lies too far ahead", err)
	}
	viewer := &models.Viewer{Subject: t.subject.text(claims), Scope: strongest(t.scope.words(claims)), ExpiresAt: expires.UTC()}
	viewer.TokenID, _ = claims["jti"].(string)
	viewer.AgentID = t.agentOf(claims, viewer.Subject)
	viewer.Preview = t.own && strings.HasPrefix(viewer.Subject, previewSubject)
	if viewer.Subject == "" || viewer.Scope == "" {
		return nil, v.refuse("no subject or no scope", nil)
	}
	if t.own {
		if session, _ := claims["sid"].(string); session != "" {
			if active, err := v.tokens.SessionActive(ctx, session); err != nil {
				return nil, err
			} else if !active {
				return nil, v.refuse("the sign-in was revoked", nil)
			}
			viewer.SignInID = session
		}
		if row, _ := claims["row"].(bool); row {
			viewer.Issued = true
			if active, err := v.tokens.IssuedTokenActive(ctx, viewer.TokenID); err != nil {
				return nil, err
			} else if !active {
				return nil, v.refuse("it was revoked", nil)
			}
		}
		deny, _ := claims["deny"].(string)
		viewer.DenyMode = models.DenyMode(deny)
	}
	return v.withProfile(viewer, t.profile.text(claims), t.own)
}

// withProfile fills in what the caller may see. Only an admin, or a dashboard that an admin of this
// installation gave a token, needs no profile.
func (v *Verifier) withProfile(viewer *models.Viewer, profile string, own bool) (*models.Viewer, error) {
	switch {
	case viewer.Scope == models.ScopeAdmin:
		viewer.Access = models.FullAccess
		return viewer, nil
	case profile == "" && viewer.Scope == models.ScopeDashboard && own:
		viewer.Access = models.FullAccess
		return viewer, nil
	}
	if viewer.Profile = v.policy.Profile(profile); viewer.Profile == nil {
		_ = v.refuse("unknown profile", nil)
		return nil, models.Errorf(models.CodeForbidden, "your Zoho Desk profile is not known here: ask the admin")
	}
	viewer.Access, viewer.Cards = viewer.Profile.Permission(), v.policy.AgentCards()
	if viewer.OnlyTickets() {
		viewer.Access.Switches &^= models.CanLists | models.CanLink
	}
	if viewer.DenyMode == models.DenyMask {
		viewer.DenyMode = viewer.Profile.DenyMode
	}
	return viewer, nil
}

// service verifies a dashboard's token. Only its hash is known here.
func (v *Verifier) service(ctx context.Context, token string) (*models.Viewer, error) {
	if len(token) > 256 {
		return nil, v.refuse("the token is too long", nil)
	}
	hash := sha256.Sum256([]byte(token))
	back, allowed := func() {}, true
	if !v.guesses.isProven(hash) {
		back, allowed = v.guesses.take(guessKey(ctx))
	}
	if !allowed {
		_ = v.refuse("too many that are not valid", nil)
		return nil, models.Errorf(models.CodeRateLimited, "too many tokens that are not valid: wait a moment")
	}
	viewer, err := v.lookUp(ctx, hash[:])
	v.guesses.prove(hash, err == nil)
	if models.CodeOf(err) != models.CodeUnauthenticated {
		back()
	}
	return viewer, err
}

// lookUp finds a service token by its hash.
func (v *Verifier) lookUp(ctx context.Context, hash []byte) (*models.Viewer, error) {
	t, err := v.tokens.ServiceTokenByHash(ctx, hash)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil, v.refuse("unknown service token", nil)
	}
	if err != nil {
		return nil, err
	}
	viewer := &models.Viewer{Subject: serviceSubject + t.ID, Scope: models.ScopeDashboard, DenyMode: t.DenyMode, TokenID: t.ID}
	if t.ExpiresAt != nil {
		viewer.ExpiresAt = *t.ExpiresAt
	}
	if t.RevokedAt != nil || (t.ExpiresAt != nil && !v.now().Before(*t.ExpiresAt)) {
		return nil, v.refuse("the service token was revoked or is over", nil)
	}
	if err := v.tokens.TouchServiceToken(ctx, t.ID); err != nil {
		v.log.Warn("the use of a service token could not be noted", "error", err)
	}
	profile := ""
	if t.ProfileID != nil {
		profile = *t.ProfileID
	}
	return v.withProfile(viewer, profile, true)
}

// present checks a viewer of whom no token is at hand (a WebSocket signs in with a message): the
// token's end, its revocation and the profile's present access.
func (v *Verifier) present(ctx context.Context, viewer *models.Viewer) (*models.Viewer, error) {
	if !viewer.ExpiresAt.IsZero() && !v.now().Before(viewer.ExpiresAt) {
		return nil, errToken()
	}
	active, err := true, error(nil)
	switch {
	case viewer.Issued:
		active, err = v.tokens.IssuedTokenActive(ctx, viewer.TokenID)
	case viewer.SignInID != "":
		active, err = v.tokens.SessionActive(ctx, viewer.SignInID)
	case strings.HasPrefix(viewer.Subject, serviceSubject) && viewer.Scope == models.ScopeDashboard:
		active, err = v.tokens.ServiceTokenActive(ctx, viewer.TokenID)
	}
	if err != nil {
		return nil, err
	}
	if !active {
		return nil, v.refuse("it was revoked meanwhile", nil)
	}
	if viewer.Profile == nil {
		return viewer, nil
	}
	again := *viewer
	again.Access = models.Access{}
	return v.withProfile(&again, viewer.Profile.ID, true)
}

// Again checks a viewer whose request lasts: the token's end, its revocation and the profile's
// present access.
func (v *Verifier) Again(ctx context.Context, token string, viewer *models.Viewer) (*models.Viewer, error) {
	if !viewer.ExpiresAt.IsZero() && !v.now().Before(viewer.ExpiresAt) {
		return nil, errToken()
	}
	return v.Viewer(ctx, token)
}

// refuse answers what is said of every token that is not valid. Why stands in the log, as long as
// there are not too many.
func (v *Verifier) refuse(reason string, err error) error {
	if skipped, ok := v.refused.Next(); ok {
		v.log.Info("a token was refused", "reason", reason, "error", err, "refusedUnlogged", skipped)
	}
	if v.audit != nil {
		v.audit.refuse(context.Background(), nobody, "tokenRefused", reason)
	}
	return errToken()
}

// strongest is the scope among the words that may most, "" when none is ours.
func strongest(words []string) models.Scope {
	var best models.Scope
	rank := []models.Scope{"", models.ScopeAgent, models.ScopeDashboard, models.ScopeAdmin}
	for _, word := range words {
		if s := models.Scope(strings.ToUpper(word)); slices.Index(rank, s) > slices.Index(rank, best) {
			best = s
		}
	}
	return best
}
