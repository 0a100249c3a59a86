package server

import (
	"encoding/json"
	"net/http"
	"strconv"

	"sidelight/graph"
	"sidelight/models"
)

// statuses are the HTTP statuses of codes, for what is not GraphQL.
var statuses = map[models.Code]int{
	models.CodeUnauthenticated:     http.StatusUnauthorized,
	models.CodeForbidden:           http.StatusForbidden,
	models.CodeBadUserInput:        http.StatusBadRequest,
	models.CodeNotFound:            http.StatusNotFound,
	models.CodeConflict:            http.StatusConflict,
	models.CodeTooComplex:          http.StatusRequestEntityTooLarge,
	models.CodeRateLimited:         http.StatusTooManyRequests,
	models.CodeUpstreamUnavailable: http.StatusBadGateway,
	models.CodeBadCredentials:      http.StatusBadGateway,
	models.CodeUnavailable:         http.StatusServiceUnavailable,
}

// writeError answers with an error in the shape of a GraphQL answer, so that every client of the
// API reads it the same way. What has no public code becomes INTERNAL.
func writeError(w http.ResponseWriter, err error) {
	public := graph.PublicError(err)
	status, ok := statuses[public.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if status == http.StatusServiceUnavailable {
		retryLater(w.Header())
	}
	writeJSON(w, status, map[string]any{"errors": []any{map[string]any{
		"message": public.Message, "extensions": map[string]any{"code": public.Code},
	}}})
}

// retryLater says when to try again.
func retryLater(h http.Header) {
	h.Set("Retry-After", strconv.Itoa(int(models.UnavailableRetry.Seconds())))
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the caller may be gone
}
