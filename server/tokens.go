package server

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"sidelight/models"
)

// ownIssuer and ownAudience stand in every token that Sidelight signs itself.
const (
	ownIssuer   = "sidelight"
	ownAudience = "sidelight"
)

// TokenRequest says what a token of our own shall carry.
type TokenRequest struct {
	Subject   string
	Scope     models.Scope
	ProfileID string // "" for none
	Session   string // the sign-in it belongs to: revoking that revokes it; "" for none
	DenyMode  models.DenyMode
	TTL       time.Duration
	// ID is the jti of a token that has a row: while that is not revoked, the token is good. "" for
	// a token without one.
	ID string
}

// Issuer signs our own tokens (Ed25519).
type Issuer struct {
	keys Keys
	now  func() time.Time
}

// NewIssuer makes an issuer.
func NewIssuer(keys Keys, now func() time.Time) *Issuer { return &Issuer{keys, now} }

// Issue signs a token and says when it ends.
func (i *Issuer) Issue(r TokenRequest) (token string, expires time.Time, err error) {
	now := i.now().UTC().Truncate(time.Second)
	expires = now.Add(r.TTL)
	claims := jwt.MapClaims{
		"iss": ownIssuer, "aud": ownAudience, "sub": r.Subject, "scope": string(r.Scope),
		"iat": now.Unix(), "exp": expires.Unix(), "jti": uuid.NewString(),
	}
	if r.ID != "" {
		claims["jti"], claims["row"] = r.ID, true
	}
	if r.ProfileID != "" {
		claims["profile"] = r.ProfileID
	}
	if r.Session != "" {
		claims["sid"] = r.Session
	}
	if r.DenyMode != models.DenyMask {
		claims["deny"] = string(r.DenyMode)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	current := i.keys.sign[0]
	t.Header["kid"] = current.id
	token, err = t.SignedString(current.key)
	return token, expires, err
}
