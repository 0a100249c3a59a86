package sync

import (
	"errors"
	"time"

	"sidelight/models"
)

// sideError remembers which vendor an error came from.
type sideError struct {
	side models.Side
	err  error
}

func (e *sideError) Error() string { return e.side.Name() + ": " + e.err.Error() }
func (e *sideError) Unwrap() error { return e.err }

func at(side models.Side, err error) error {
	if err == nil {
		return nil
	}
	return &sideError{side, err}
}

// sideOf is the vendor that the error came from, "" when it came from none.
func sideOf(err error) models.Side {
	var s *sideError
	if errors.As(err, &s) {
		return s.side
	}
	return ""
}

// refusal is an error that concerns one record alone, and holds up nobody else: no error that passes, or that every record would meet.
func refusal(err error) (*models.Error, bool) {
	e, known := asError(err)
	if !known || e.Retry || e.Code == models.CodeBadCredentials || e.Code == models.CodeQuotaExhausted || e.Code == models.CodeUnknownOutcome {
		return nil, false
	}
	return e, true
}

// hints say what an admin can do about a failure, by its code.
var hints = map[models.Code]string{
	models.CodeAlreadyMapped:        "Merge the duplicates, or change the email or name of one of them, then retry.",
	models.CodeAmbiguousMatch:       "Several records match. Merge them or make their email or name differ, then retry.",
	models.CodeTypeMismatch:         "Map the field to one of the same type, or correct the value, then retry.",
	models.CodeRequiredFieldMissing: "Fill the field on the source record, or map another field to it, then retry.",
	models.CodeParameterMissing:     "Fill the field on the source record, then retry.",
	models.CodeInvalidParameter:     "Correct the value on the source record, then retry.",
	models.CodeValueTooLong:         "Shorten the value, or map it to a longer field, then retry.",
	models.CodeInvalidPicklist:      "Add the value to the picklist on the other side, or choose another, then retry.",
	models.CodeDuplicate:            "The other side already has such a record. Merge the two, then retry.",
	models.CodeNoAccess:             "Give the integration's user access to the object and its fields, then retry.",
	models.CodeReadOnly:             "The other side does not let this field be written: change its rule or its mapping.",
	models.CodeDeleted:              "The record is in the recycle bin. Restore it, then retry.",
	models.CodeParentMissing:        "The account is not on the other side. See why it failed; the contact follows by itself.",
	models.CodePingPong:             "Switch the automation off for this integration's user, or let the field flow one way only, then retry.",
	models.CodeNotFound:             "The record is gone, or not shared with the integration's user. Restore or share it, or delete its counterpart too, then retry.",
	models.CodeBusy:                 "Nothing is to be done: it is tried again by itself.",
	models.CodeUpstreamUnavailable:  "Nothing is to be done: it is tried again by itself.",
	models.CodeUnknownOutcome:       "Nothing is to be done: the record is looked for first, then tried again.",
	models.CodeQuotaExhausted:       "Nothing is to be done: it goes on when there are API calls again.",
	models.CodeBadCredentials:       "Connect the side again; it then goes on by itself.",
	models.CodeForbidden:            "Give the integration's user access to the object and its fields, then retry.",
	models.CodeCursorExpired:        "Nothing is to be done: everything is read again by itself.",
	models.CodeInternal:             "Retry. When it stays, report it with the program's log.",
}

func hintFor(code models.Code) *string {
	if h, ok := hints[code]; ok {
		return &h
	}
	return nil
}

// backoff is the wait before the nth attempt (n counts from 1): doubling from a second to ten minutes, at least what the vendor
// asked for. The jitter spreads by up to a quarter; random is in [0,1).
func backoff(n int, asked time.Duration, random float64) time.Duration {
	d := time.Second << min(max(n-1, 0), 10)
	d = min(d, 10*time.Minute)
	d += time.Duration(float64(d) / 4 * random)
	return max(d, asked)
}
