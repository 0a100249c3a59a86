package desk

import "net/http"

// apiError is an error as Desk sends it: {"errorCode","message"[,"errors"]} under an HTTP status.
type apiError struct {
	status int
	header map[string]string

	Code    string       `json:"errorCode"`
	Message string       `json:"message"`
	Errors  []fieldError `json:"errors,omitempty"`
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

// fieldError names one wrong value; FieldName is a JSON pointer into the body, or a query parameter
// with a slash.
type fieldError struct {
	FieldName string `json:"fieldName"`
	ErrorType string `json:"errorType"` // invalid, duplicate or missing
	Message   string `json:"errorMessage"`
}

func invalid(pointer, why string) fieldError   { return fieldError{pointer, "invalid", why} }
func missing(pointer string) fieldError        { return fieldError{pointer, "missing", "a value is required"} }
func invalidData(errs ...fieldError) *apiError { return invalidDataList(errs) }

func invalidDataList(errs []fieldError) *apiError {
	return &apiError{status: http.StatusUnprocessableEntity, Code: "INVALID_DATA",
		Message: "The data does not comply to the validation restrictions defined.", Errors: errs}
}

func unprocessable(message string) *apiError {
	return &apiError{status: http.StatusUnprocessableEntity, Code: "UNPROCESSABLE_ENTITY", Message: message}
}

func extraParameter(name string) *apiError {
	return unprocessable("An extra parameter '" + name + "' is found.")
}

func badParameter(name string) *apiError {
	return unprocessable("The value passed for the '" + name + "' query parameter is invalid.")
}

func notFound() *apiError {
	return &apiError{status: http.StatusNotFound, Code: "URL_NOT_FOUND", Message: "The URL you requested could not be found."}
}

func methodNotAllowed() *apiError {
	return &apiError{status: http.StatusMethodNotAllowed, Code: "METHOD_NOT_ALLOWED", Message: "The requested method is not allowed for this URL."}
}

func unauthorized() *apiError {
	return &apiError{status: http.StatusUnauthorized, Code: "UNAUTHORIZED", Message: "You are not authorized to perform this operation."}
}

func invalidOAuth() *apiError {
	return &apiError{status: http.StatusUnauthorized, Code: "INVALID_OAUTH", Message: "The OAuth Token you provided is invalid."}
}

func scopeMismatch() *apiError {
	return &apiError{status: http.StatusForbidden, Code: "SCOPE_MISMATCH", Message: "The OAuth Token does not have the scope that this operation needs."}
}

func orgMismatch() *apiError {
	return &apiError{status: http.StatusForbidden, Code: "OAUTH_ORG_MISMATCH", Message: "The OAuth Token does not belong to the organization in the orgId header."}
}

func emptyPayload() *apiError {
	return &apiError{status: http.StatusUnprocessableEntity, Code: "EMPTY_PAYLOAD", Message: "The request payload is empty."}
}

func internalError() *apiError {
	return &apiError{status: http.StatusInternalServerError, Code: "INTERNAL_SERVER_ERROR", Message: "An internal server error occurred while performing this operation."}
}

func tooManyAtOnce() *apiError {
	return &apiError{status: http.StatusTooManyRequests, Code: "TOO_MANY_REQUESTS", Message: "You have made too many requests at the same time. Please try again after some time."}
}

func creditsSpent(retryAfter string) *apiError {
	return &apiError{status: http.StatusTooManyRequests, Code: "THRESHOLD_EXCEEDED",
		Message: "The API credits of the day are used up.", header: map[string]string{"Retry-After": retryAfter}}
}

func licenseLimited(message string) *apiError {
	return &apiError{status: http.StatusForbidden, Code: "LICENSE_ACCESS_LIMITED", Message: message}
}
