package models

import "time"

// IssuedToken is a token of the command line. The token itself is kept nowhere; its id is the
// token's jti.
type IssuedToken struct {
	ID        string `gorm:"primaryKey"`
	Name      string
	Scope     Scope
	ProfileID *string
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt *time.Time
}
