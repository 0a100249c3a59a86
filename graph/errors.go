package graph

import (
	"context"
	"errors"
	"log/slog"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/models"
)

// Public is an error as a caller may see it.
type Public struct {
	Code    models.Code
	Message string
	Fields  []string
}

// publicCodes are the codes of the API. A code that is not here is INTERNAL: what is unknown does not leave.
var publicCodes = map[models.Code]models.Code{
	models.CodeUnauthenticated: models.CodeUnauthenticated, models.CodeForbidden: models.CodeForbidden, models.CodeBadUserInput: models.CodeBadUserInput,
	models.CodeNotFound: models.CodeNotFound, models.CodeConflict: models.CodeConflict, models.CodeTooComplex: models.CodeTooComplex,
	models.CodeRateLimited: models.CodeRateLimited, models.CodeUpstreamUnavailable: models.CodeUpstreamUnavailable, models.CodeNotImplemented: models.CodeNotImplemented,
	models.CodeBadCredentials: models.CodeUpstreamUnavailable, models.CodeQuotaExhausted: models.CodeUpstreamUnavailable, models.CodeBusy: models.CodeUpstreamUnavailable,
	models.CodeUnknownOutcome: models.CodeUpstreamUnavailable, models.CodeNoAccess: models.CodeForbidden, models.CodeTypeMismatch: models.CodeBadUserInput,
	models.CodeValueTooLong: models.CodeBadUserInput, models.CodeInvalidPicklist: models.CodeBadUserInput, models.CodeInvalidParameter: models.CodeBadUserInput,
	models.CodeParameterMissing: models.CodeBadUserInput, models.CodeRequiredFieldMissing: models.CodeBadUserInput,
}

// PublicError is the one place where errors become what callers see.
func PublicError(err error) Public {
	var e *models.Error
	if errors.As(err, &e) {
		if code, ok := publicCodes[e.Code]; ok {
			return Public{code, e.Message, e.Fields}
		}
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return Public{Code: models.CodeTooComplex, Message: "the request took too long: ask for less"}
	case errors.Is(err, context.Canceled):
		return Public{Code: models.CodeUpstreamUnavailable, Message: "the request was given up"}
	}
	return Public{Code: models.CodeInternal, Message: "something went wrong here"}
}

// present turns a resolver's error into the answer's. Errors of parsing and validation are the caller's own and stay as they are.
func present(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var g *gqlerror.Error
		if errors.As(err, &g) && g.Err == nil {
			if g.Extensions == nil {
				g.Extensions = map[string]any{}
			}
			if code, _ := g.Extensions["code"].(string); code == "" || code == "GRAPHQL_VALIDATION_FAILED" || code == "GRAPHQL_PARSE_FAILED" {
				g.Extensions["code"] = models.CodeBadUserInput
			}
			return g
		}
		out := graphql.DefaultErrorPresenter(ctx, err)
		p := PublicError(err)
		out.Message, out.Err = p.Message, nil
		out.Extensions = map[string]any{"code": p.Code}
		if len(p.Fields) > 0 {
			out.Extensions["fields"] = p.Fields
		}
		if p.Code == models.CodeInternal {
			id := requestID(ctx)
			out.Extensions["requestId"] = id
			log.Error("a request failed", "request", id, "path", out.Path.String(), "error", err)
		}
		return out
	}
}

// refusal is an error of ours about the request itself.
func refusal(code models.Code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}
