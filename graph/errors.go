package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"sidelight/graph/gate"
	"sidelight/models"
)

// Public is an error as a caller may see it.
type Public struct {
	Code    models.Code
	Message string
	Fields  []string
}

// publicCodes are the codes of the API. A code that is not here is INTERNAL: what is unknown does
// not leave.
var publicCodes = map[models.Code]models.Code{
	models.CodeUnauthenticated: models.CodeUnauthenticated, models.CodeForbidden: models.CodeForbidden, models.CodeBadUserInput: models.CodeBadUserInput,
	models.CodeNotFound: models.CodeNotFound, models.CodeConflict: models.CodeConflict, models.CodeTooComplex: models.CodeTooComplex,
	models.CodeUnavailable: models.CodeUnavailable,
	models.CodeRateLimited: models.CodeRateLimited, models.CodeUpstreamUnavailable: models.CodeUpstreamUnavailable,
	models.CodeBadCredentials: models.CodeUpstreamUnavailable, models.CodeQuotaExhausted: models.CodeUpstreamUnavailable, models.CodeBusy: models.CodeUpstreamUnavailable,
	models.CodeOtherOrganization: models.CodeUpstreamUnavailable,
	models.CodeUnknownOutcome:    models.CodeUpstreamUnavailable, models.CodeSideUnusable: models.CodeUpstreamUnavailable,
	models.CodeCallTooLarge: models.CodeUpstreamUnavailable, models.CodeNoAccess: models.CodeForbidden, models.CodeTypeMismatch: models.CodeBadUserInput,
	models.CodeValueTooLong: models.CodeBadUserInput, models.CodeInvalidPicklist: models.CodeBadUserInput, models.CodeInvalidParameter: models.CodeBadUserInput,
	models.CodeParameterMissing: models.CodeBadUserInput, models.CodeRequiredFieldMissing: models.CodeBadUserInput,
	models.CodeAlreadyMapped: models.CodeConflict, models.CodeAmbiguousMatch: models.CodeConflict, models.CodeDuplicate: models.CodeConflict,
	models.CodeDeleted: models.CodeNotFound, models.CodeReadOnly: models.CodeForbidden,
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

// present turns a resolver's error into the answer's. Errors of parsing and validation are the
// caller's own and stay as they are, but for what they repeat.
func present(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		var g *gqlerror.Error
		if errors.As(err, &g) && g.Err == nil {
			own := *g // transports look at the code of the one that they have
			own.Message = short(own.Message)
			own.Extensions = maps.Clone(own.Extensions)
			if own.Extensions == nil {
				own.Extensions = map[string]any{}
			}
			if code, _ := own.Extensions["code"].(string); code == "" || code == errcode.ValidationFailed || code == errcode.ParseFailed {
				own.Extensions["code"] = string(models.CodeBadUserInput)
			}
			return &own
		}
		out := graphql.DefaultErrorPresenter(ctx, err)
		p := PublicError(err)
		out.Message, out.Err = p.Message, nil
		out.Extensions = map[string]any{"code": string(p.Code)}
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

// Bounds of what an answer says about errors: messages of validation repeat what the caller wrote,
// and there is one for each fault.
const (
	maxErrors      = 10  // of a request that is refused
	maxFieldErrors = 100 // of one that is answered: a field has an error for each row
	maxMessage     = 200 // runes
)

func short(message string) string {
	n := 0
	for i := range message {
		if n++; n > maxMessage {
			return message[:i] + "…"
		}
	}
	return message
}

// errorBound bounds what an answer says about errors.
type errorBound struct{}

// ExtensionName implements graphql.HandlerExtension.
func (errorBound) ExtensionName() string { return "ErrorBound" }

// Validate implements graphql.HandlerExtension.
func (errorBound) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse implements graphql.ResponseInterceptor.
func (errorBound) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	res := next(ctx)
	if res == nil {
		return nil
	}
	most := maxErrors
	if len(res.Data) > 0 {
		most = maxFieldErrors
	}
	if more := len(res.Errors) - most; more > 0 {
		res.Errors = append(res.Errors[:most:most], gate.Refusal(models.CodeBadUserInput, fmt.Sprintf("and %d more errors", more)))
	}
	return res
}
