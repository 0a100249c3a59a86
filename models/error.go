// Package models holds Sidelight's nouns and the rules that belong to them alone.
//
// The structs are what the store keeps and what the GraphQL API answers with: a row flows to the caller without
// being copied into a twin. The package imports only the standard library.
package models

import (
	"errors"
	"fmt"
	"time"
)

// Code names what went wrong, for programs. One place (graph and server) maps codes to GraphQL and HTTP.
type Code string

// Codes of requests. The contract lists them as the values of extensions.code.
const (
	CodeUnauthenticated     Code = "UNAUTHENTICATED"
	CodeForbidden           Code = "FORBIDDEN"
	CodeBadUserInput        Code = "BAD_USER_INPUT"
	CodeNotFound            Code = "NOT_FOUND"
	CodeConflict            Code = "CONFLICT"
	CodeTooComplex          Code = "TOO_COMPLEX"
	CodeRateLimited         Code = "RATE_LIMITED"
	CodeUpstreamUnavailable Code = "UPSTREAM_UNAVAILABLE"
	CodeInternal            Code = "INTERNAL"
)

// Codes of failures: why a record could not be synced (PRODUCT.md 1.10). The first five are the reference's.
const (
	CodeAlreadyMapped        Code = "ALREADY_MAPPED"
	CodeTypeMismatch         Code = "TYPE_MISMATCH"
	CodeRequiredFieldMissing Code = "REQUIRED_FIELD_MISSING"
	CodeParameterMissing     Code = "PARAMETER_MISSING"
	CodeInvalidParameter     Code = "INVALID_PARAMETER"
	CodeAmbiguousMatch       Code = "AMBIGUOUS_MATCH"
	CodeValueTooLong         Code = "VALUE_TOO_LONG"
	CodeInvalidPicklist      Code = "INVALID_PICKLIST_VALUE"
	CodeDuplicate            Code = "DUPLICATE"
	CodeParentMissing        Code = "PARENT_MISSING"
	CodeDeleted              Code = "RECORD_DELETED"
	CodeNoAccess             Code = "NO_ACCESS"
	CodeReadOnly             Code = "READ_ONLY_FIELD"
	CodePingPong             Code = "REWRITTEN_BY_AUTOMATION"
)

// Codes of connections and transport: what a vendor client answers with.
const (
	CodeBadCredentials Code = "BAD_CREDENTIALS" // wrong, revoked or expired credentials; only the admin can mend it
	CodeQuotaExhausted Code = "QUOTA_EXHAUSTED" // the vendor's daily calls are used up
	CodeBusy           Code = "BUSY"            // 429, lock or concurrency: try again after RetryAfter
	CodeUnknownOutcome Code = "UNKNOWN_OUTCOME" // a write whose answer was lost: it may or may not have happened
	CodeCursorExpired  Code = "CURSOR_EXPIRED"  // a cursor or replay id is too old: compare everything
)

// Codes of the integration's reason: why it waits or was halted, besides BAD_CREDENTIALS and QUOTA_EXHAUSTED.
const (
	CodeMassDelete Code = "MASS_DELETE" // unusually many records were deleted on one side: an admin must say that this is meant
	CodeMassBlank  Code = "MASS_BLANK"  // unusually many records would lose values on one side: an admin must say that this is meant
)

// Error is an error with a code. Message is written for people and safe to show: it never holds secrets, personal
// data or another program's raw text. The cause, kept for errors.Is and the log, never leaves the process.
type Error struct {
	Code    Code
	Message string
	Fields  []string // the input fields or record fields at fault, if known
	Cause   error
	// Retry tells that the same request may succeed later without anyone mending anything. It says nothing of whether a
	// create may be repeated: that is UNKNOWN_OUTCOME's business.
	Retry bool
	// RetryAfter is the vendor's own wait, zero when it named none.
	RetryAfter time.Duration
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

func (e *Error) Unwrap() error { return e.Cause }

// Errorf makes an Error with a message for people.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error with a message for people and a cause for the log.
func Wrap(cause error, code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Cause: cause}
}

// CodeOf is the code of the first Error in err's chain, INTERNAL where there is none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// MayRetry tells whether err says of itself that trying again later can succeed.
func MayRetry(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Retry
}
