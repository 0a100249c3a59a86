package vendor

import (
	"errors"
	"net/url"

	"sidelight/models"
)

// sideError is an error with the side that it came from.
type sideError struct {
	side models.Side
	err  error
}

func (e *sideError) Error() string { return e.side.Name() + ": " + e.err.Error() }
func (e *sideError) Unwrap() error { return e.err }

// WithSide notes the side that an error came from; nil stays nil.
func WithSide(side models.Side, err error) error {
	if err == nil {
		return nil
	}
	return &sideError{side, err}
}

// SideOf is the side that the error came from, "" when it came from none.
func SideOf(err error) models.Side {
	var s *sideError
	if errors.As(err, &s) {
		return s.side
	}
	return ""
}

// Refusal tells whether an error concerns one record alone. Such an error holds up no other record:
// it does not pass by itself, and no other record would meet it.
func Refusal(err error) (*models.Error, bool) {
	e, known := models.AsError(err)
	if !known || e.Retry || e.Code == models.CodeBadCredentials || e.Code == models.CodeOtherOrganization ||
		e.Code == models.CodeQuotaExhausted || e.Code == models.CodeUnknownOutcome {
		return nil, false
	}
	return e, true
}

// WithoutURL drops the address from a transport's error: searches and queries hold personal data.
func WithoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
