// Package models holds Sidelight's nouns and the rules that belong to them alone.
//
// The structs are what the store keeps and what the GraphQL API answers with: a row flows to the
// caller without being copied into a twin. The package imports only the standard library.
package models

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// Code names what went wrong, for programs. One place (graph and server) maps codes to GraphQL and
// HTTP.
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
	CodeUnavailable         Code = "UNAVAILABLE" // the database cannot be used right now: try again
	CodeInternal            Code = "INTERNAL"
)

// Codes of failures: why a record could not be synced. The first five are the
// reference's.
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
	// CodeBadCredentials: the credentials are wrong, revoked or expired. Only the admin can mend
	// it.
	CodeBadCredentials Code = "BAD_CREDENTIALS"
	CodeQuotaExhausted Code = "QUOTA_EXHAUSTED" // the vendor's daily calls are used up
	// CodeBusy: 429, a lock or too many at once. Try again after RetryAfter.
	CodeBusy Code = "BUSY"
	// CodeUnknownOutcome: the answer to a write was lost. It may or may not have happened.
	CodeUnknownOutcome Code = "UNKNOWN_OUTCOME"
	// CodeCursorExpired: a cursor or replay id is too old. Compare everything.
	CodeCursorExpired Code = "CURSOR_EXPIRED"
	// CodeCallTooLarge: a limit of one call (CPU time, queries, bytes). Fewer records may pass.
	CodeCallTooLarge Code = "CALL_TOO_LARGE"
	// CodeSideUnusable: the address, API version or a proxy is wrong. No record is at fault.
	CodeSideUnusable Code = "SIDE_UNUSABLE"
)

// Codes of the integration's reason: why it waits or was halted, besides BAD_CREDENTIALS and
// QUOTA_EXHAUSTED.
const (
	// CodeMassDelete: unusually many records were deleted on one side, CodeMassBlank: they would
	// lose values. An admin must say that this is meant.
	CodeMassDelete Code = "MASS_DELETE"
	CodeMassBlank  Code = "MASS_BLANK"
	// CodeOtherOrganization: the credentials lead to another organization than the one whose
	// records are linked. CodeWentBack: a side holds older records than it did, as after a restored
	// backup. CodeGoneWithoutTrace: a side knows nothing any more of many records that it held,
	// which a backup or many merges explain: an admin must say that this is meant.
	CodeOtherOrganization Code = "OTHER_ORGANIZATION"
	CodeWentBack          Code = "WENT_BACK"
	CodeGoneWithoutTrace  Code = "GONE_WITHOUT_TRACE"
)

// Error is an error with a code. Message is written for people and safe to show: it never holds
// secrets, personal data or another program's raw text. The cause, kept for errors.Is and the log,
// never leaves the process.
type Error struct {
	Code    Code
	Message string
	Fields  []string // the input fields or record fields at fault, if known
	Cause   error
	// Retry tells that the same request may succeed later without anyone mending anything. It says
	// nothing of whether a create may be repeated: that is UNKNOWN_OUTCOME's business.
	Retry bool
	// RetryAfter is the vendor's own wait, zero when it named none.
	RetryAfter time.Duration
	// Said are the vendor's own words: of at most MaxSaid characters, on one line, "" when it said
	// nothing. They may hold values of the record. Admins see them in failures; Error leaves them
	// out, so that no log and no metric has them.
	Said string
}

// MaxSaid bounds the vendor's own words, in characters: a validation rule's text has at most 255.
const MaxSaid = 500

// Saying keeps the vendor's own words about the refusal: spaces and control characters become one
// space, what is longer than MaxSaid is cut and ends in an ellipsis.
func (e *Error) Saying(words string) *Error {
	text := []rune(
		strings.Join(strings.FieldsFunc(words, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " "),
	)
	if len(text) > MaxSaid {
		text = append(text[:MaxSaid-1], '…')
	}
	e.Said = string(text)
	return e
}

// Explain is the message followed by the vendor's own words: what an admin reads in the failure
// log.
func (e *Error) Explain() string {
	if e.Said == "" {
		return e.Message
	}
	return e.Message + ": " + e.Said
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

// AsError is the first Error in err's chain.
func AsError(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}
