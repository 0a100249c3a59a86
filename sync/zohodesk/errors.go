package zohodesk

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sidelight/models"
)

// Codes of the vendor's error bodies that decide something here.
const (
	vendorOrgMismatch = "OAUTH_ORG_MISMATCH"
	vendorThreshold   = "THRESHOLD_EXCEEDED"
	vendorEmpty       = "EMPTY_PAYLOAD"
)

// maxRetryAfter bounds the wait that a vendor can impose: credits are counted by the day.
const maxRetryAfter = 24 * time.Hour

// refusal is an answer with a status of 300 or more.
type refusal struct {
	status int
	code   string // errorCode; "" when the body is not the vendor's
	fields []fieldRefusal
	// extra is a field that the vendor does not take at all.
	extra      string
	retryAfter time.Duration
	// foreign tells that the body is not even the beginning of one of the vendor's: a page, or
	// nothing.
	foreign bool
	// said is the vendor's own text, by field where it names some. It may hold values of the
	// record.
	said string
}

// fieldRefusal is one wrong field: kind is invalid, duplicate or missing.
type fieldRefusal struct{ name, kind string }

var (
	fieldName      = regexp.MustCompile(`^[A-Za-z0-9_]{1,100}$`)
	vendorCode     = regexp.MustCompile(`^[A-Z0-9_]{1,60}$`)
	extraParameter = regexp.MustCompile(`extra parameter '([A-Za-z0-9_]{1,100})'`)
)

// readRefusal reads an error body.
func readRefusal(status int, header http.Header, body []byte) refusal {
	out := refusal{
		status: status, retryAfter: retryAfter(header), foreign: !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")),
	}
	var told struct {
		ErrorCode string `json:"errorCode"`
		Message   string `json:"message"`
		Errors    []struct {
			FieldName    string `json:"fieldName"`
			ErrorType    string `json:"errorType"`
			ErrorMessage string `json:"errorMessage"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &told) != nil || !vendorCode.MatchString(told.ErrorCode) {
		return out
	}
	out.code = told.ErrorCode
	var said []string
	for _, f := range told.Errors {
		name := f.FieldName[strings.LastIndexByte(f.FieldName, '/')+1:]
		if fieldName.MatchString(name) {
			out.fields = append(out.fields, fieldRefusal{name, f.ErrorType})
			if f.ErrorMessage != "" {
				said = append(said, name+": "+f.ErrorMessage)
			}
		}
	}
	if out.said = strings.Join(said, "; "); out.said == "" {
		out.said = told.Message
	}
	if m := extraParameter.FindStringSubmatch(told.Message); m != nil {
		out.extra = m[1]
	}
	return out
}

// retryAfter reads seconds, or a date against the answer's own clock.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return min(max(time.Duration(seconds)*time.Second, 0), maxRetryAfter)
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0
	}
	return min(max(until.Sub(now), 0), maxRetryAfter)
}

// errRefusedToken marks an answer of 401, which a fresh access token may mend.
var errRefusedToken = errors.New("the access token was refused")

func isRefused(err error) bool { return errors.Is(err, errRefusedToken) }

// err is the refusal as everyone understands it.
func (r refusal) err(e effect) *models.Error {
	switch {
	case r.status == http.StatusUnauthorized:
		return models.Wrap(errRefusedToken, models.CodeBadCredentials, "Zoho Desk does not accept the access token")
	case r.status == http.StatusForbidden && r.code == vendorOrgMismatch:
		return models.Errorf(models.CodeOtherOrganization, "the credentials of Zoho Desk no longer lead to the organization that was connected")
	case r.status == http.StatusForbidden && r.code != "":
		return r.noAccess().Saying(r.said)
	case r.status == http.StatusTooManyRequests && r.code == vendorThreshold:
		return &models.Error{
			Code: models.CodeQuotaExhausted, Message: "Zoho Desk's API credits of the day are used up", Retry: true,
			RetryAfter: r.retryAfter,
		}
	case r.status == http.StatusTooManyRequests:
		return &models.Error{
			Code: models.CodeBusy, Message: "Zoho Desk is answering too many calls at once", Retry: true,
			RetryAfter: r.retryAfter,
		}
	case r.status == http.StatusRequestTimeout, r.status >= 500:
		if e == onlyOnce {
			return lostAnswer(e, nil)
		}
		return &models.Error{
			Code: models.CodeUpstreamUnavailable, Message: "Zoho Desk failed (HTTP " + strconv.Itoa(r.status) + ")",
			Retry: true, RetryAfter: r.retryAfter,
		}
	case r.foreign && (r.status < 400 || r.status == http.StatusForbidden || r.status == http.StatusNotFound || r.status == http.StatusGone):
		return &models.Error{
			Code:  models.CodeSideUnusable,
			Retry: true,
			Message: "Zoho Desk cannot be used (HTTP " + strconv.Itoa(r.status) +
				"): the answer is not its own: look at the data centre, and at proxies and firewalls",
		}
	case r.code == "":
		// Not the vendor's own word: a proxy, a maintenance page. It is evidence of nothing.
		return unavailable(nil, "something in front of Zoho Desk answered (HTTP %d)", r.status)
	case r.status == http.StatusNotFound:
		return models.Errorf(models.CodeNotFound, "Zoho Desk has no such record")
	}
	return r.badRequest().Saying(r.said)
}

func (r refusal) noAccess() *models.Error {
	switch r.code {
	case "SCOPE_MISMATCH":
		return models.Errorf(models.CodeNoAccess, "the sign-in lacks a scope that this call needs: connect Zoho Desk again")
	case "LICENSE_ACCESS_LIMITED":
		return models.Errorf(models.CodeNoAccess, "the Zoho Desk edition does not include this")
	}
	return models.Errorf(models.CodeNoAccess, "the signed-in agent may not do this in Zoho Desk")
}

// badRequest is a request that the vendor does not take, as far as it can be told without knowing
// what was sent.
func (r refusal) badRequest() *models.Error {
	out := models.Errorf(models.CodeInvalidParameter, "Zoho Desk does not accept a value")
	switch {
	case r.code == vendorEmpty:
		return models.Errorf(models.CodeParameterMissing, "Zoho Desk was sent nothing to write")
	case r.extra != "":
		out.Message, out.Fields = "Zoho Desk does not take the field "+r.extra, []string{r.extra}
		return out
	}
	for _, f := range r.fields {
		out.Fields = append(out.Fields, f.name)
	}
	if len(r.fields) > 0 {
		switch r.fields[0].kind {
		case "missing":
			out.Code = models.CodeRequiredFieldMissing
			out.Message = "Zoho Desk requires a value for " + strings.Join(out.Fields, ", ")
		case "duplicate":
			out.Code, out.Message = models.CodeDuplicate, "Zoho Desk already has a record with this "+r.fields[0].name
		default:
			out.Message = "Zoho Desk does not accept the value of " + strings.Join(out.Fields, ", ")
		}
	}
	return out
}

// lostAnswer is what a call means whose answer did not come whole.
func lostAnswer(e effect, cause error) *models.Error {
	if e == reads {
		return unavailable(cause, "Zoho Desk did not answer whole")
	}
	return &models.Error{Code: models.CodeUnknownOutcome, Cause: cause, Retry: e == repeats,
		Message: "Zoho Desk's answer was lost: the record may have been written or not"}
}

// unavailable is a failure that passes by itself, of a call that changed nothing.
func unavailable(cause error, format string, args ...any) *models.Error {
	err := models.Wrap(cause, models.CodeUpstreamUnavailable, format, args...)
	err.Retry = true
	return err
}

func asError(err error, into **models.Error) bool { return errors.As(err, into) }
