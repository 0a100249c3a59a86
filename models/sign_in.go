package models

import "time"

// SignInWay is who says who a person is.
type SignInWay string

// Ways, named as in the API.
const (
	SignInDesk SignInWay = "DESK" // Zoho Desk
	SignInOIDC SignInWay = "OIDC" // an outside OpenID provider
)

// SignIn is one person's sign-in on one device. Only hashes of its refresh tokens are kept: the
// present one's, and for some seconds the one's before it. Any other one that comes for it was used
// before, gives the sign-in away as stolen, and ends it.
type SignIn struct {
	ID          string `gorm:"primaryKey"`
	Subject     string
	Name        string // as the one who vouches writes it; "" where nobody said
	Scope       Scope
	Way         SignInWay
	ProfileID   string // "" for an admin of an OpenID provider
	Device      string
	RefreshHash []byte `json:"-"`
	// PreviousHash is that of the refresh token that the present one replaced, at RotatedAt; nil
	// before the first renewal.
	PreviousHash []byte `json:"-"`
	RotatedAt    *time.Time
	CreatedAt    time.Time
	ExpiresAt    time.Time
	RevokedAt    *time.Time
	// Sealed is Grant as it is kept: what the provider is asked with whether the person is still
	// one of its own.
	Sealed []byte `json:"-"`
	Grant  string `gorm:"-" json:"-"`
	// AskedUntil is until when one process asks the provider; others wait for what it hears.
	AskedUntil *time.Time
	Profile    *Profile `gorm:"-"`
}

// Present is what is said of a person at a renewal. What is empty stays as it was.
type Present struct {
	ProfileID, Name, Grant string
}

// SignInFilter narrows the list of sign-ins. Search is in who it is, case ignored.
type SignInFilter struct {
	Search *string
	Scope  *Scope
}
