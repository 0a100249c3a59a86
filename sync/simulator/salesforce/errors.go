package salesforce

import (
	"errors"
	"net/http"

	"sidelight/sync/simulator/soql"
)

// apiError is an error in the vendor's words. Lists of results call the code statusCode, all else
// errorCode.
type apiError struct {
	status  int
	Message string   `json:"message"`
	Code    string   `json:"errorCode"`
	Fields  []string `json:"fields,omitzero"`
	// duplicates is the extra part of DUPLICATES_DETECTED.
	duplicates any
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

func failure(status int, code, message string, fields ...string) *apiError {
	return &apiError{status: status, Message: message, Code: code, Fields: fields}
}

func badRequest(code, message string, fields ...string) *apiError {
	return failure(http.StatusBadRequest, code, message, fields...)
}

func notFound() *apiError {
	return failure(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

func entityDeleted() *apiError {
	return failure(http.StatusNotFound, "ENTITY_IS_DELETED", "entity is deleted")
}

func invalidSession() *apiError {
	return failure(http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
}

func malformedID(value string) *apiError {
	return badRequest("MALFORMED_ID", "malformed id "+value)
}

func methodNotAllowed(method string) *apiError {
	return failure(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+method+"' not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE")
}

// body is how the error stands in an answer: a list of one.
func (e *apiError) body() any {
	if e.duplicates != nil {
		return []any{map[string]any{"duplicateResut": e.duplicates, "errorCode": e.Code, "message": e.Message}}
	}
	return []*apiError{e}
}

// inList is how the error stands in the results of a collection.
func (e *apiError) inList() any {
	fields := e.Fields
	if fields == nil {
		fields = []string{}
	}
	out := map[string]any{"statusCode": e.Code, "message": e.Message, "fields": fields}
	if e.duplicates != nil {
		out["duplicateResut"] = e.duplicates
	}
	return out
}

// asAPIError turns any error into one that can be sent.
func asAPIError(err error) *apiError {
	var e *apiError
	if errors.As(err, &e) {
		return e
	}
	var many several
	if errors.As(err, &many) {
		return badRequest("DUPLICATE_EXTERNAL_ID", "the external id matches more than one record")
	}
	var q *soql.Error
	if errors.As(err, &q) {
		return badRequest(q.Code, q.Message)
	}
	return failure(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support: 1234-5678")
}
