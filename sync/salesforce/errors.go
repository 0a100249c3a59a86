package salesforce

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sidelight/models"
)

// unavailable is an error that passes by itself.
func unavailable(cause error, format string, args ...any) *models.Error {
	return &models.Error{Code: models.CodeUpstreamUnavailable, Message: fmt.Sprintf(format, args...), Cause: cause, Retry: true}
}

func asError(err error, into **models.Error) bool { return errors.As(err, into) }

// refusal is one of the vendor's errors.
type refusal struct {
	code   string
	fields []string
	// said is the vendor's text, which may hold values of the record.
	said string
	// duplicate is the record that a duplicate rule, or a unique field, names.
	duplicate string
}

var (
	vendorCode = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,80}$`)
	fieldName  = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,79}$`)
	recordID   = regexp.MustCompile(`\b[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?\b`)
)

// vendorError is an error as it stands in bodies (errorCode) and in lists of results (statusCode).
// The vendor misspells duplicateResult.
type vendorError struct {
	Message    string   `json:"message"`
	ErrorCode  string   `json:"errorCode"`
	StatusCode string   `json:"statusCode"`
	Fields     []string `json:"fields"`
	Duplicut   *matches `json:"duplicateResut"`
	Duplicate  *matches `json:"duplicateResult"`
}

type matches struct {
	MatchResults []struct {
		MatchRecords []struct {
			Record struct {
				ID string `json:"Id"`
			} `json:"record"`
		} `json:"matchRecords"`
	} `json:"matchResults"`
}

func (v vendorError) refusal() refusal {
	out := refusal{code: v.ErrorCode, said: v.Message}
	if out.code == "" {
		out.code = v.StatusCode
	}
	if !vendorCode.MatchString(out.code) {
		out.code = ""
	}
	for _, f := range v.Fields {
		if fieldName.MatchString(f) {
			out.fields = append(out.fields, f)
		}
	}
	for _, m := range []*matches{v.Duplicut, v.Duplicate} {
		if m != nil && len(m.MatchResults) > 0 && len(m.MatchResults[0].MatchRecords) > 0 {
			out.duplicate = m.MatchResults[0].MatchRecords[0].Record.ID
		}
	}
	if out.code == "REQUEST_LIMIT_EXCEEDED" && strings.Contains(v.Message, "Concurrent") {
		out.code = "CONCURRENT_REQUEST_LIMIT_EXCEEDED" // only the text tells the two limits apart
	}
	if out.code == "DUPLICATE_VALUE" {
		if _, after, ok := strings.Cut(v.Message, "record with id:"); ok {
			out.duplicate = recordID.FindString(after)
		}
	}
	return out
}

// readRefusal reads an error body: a list of errors, or one.
func readRefusal(body []byte) refusal {
	var list []vendorError
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		return list[0].refusal()
	}
	var one vendorError
	if json.Unmarshal(body, &one) == nil {
		return one.refusal()
	}
	return refusal{}
}

// meaning is what a vendor code comes to.
type meaning struct {
	code    models.Code
	retry   bool
	message string
}

// meanings classify by errorCode, never by HTTP status (facts §2).
var meanings = map[string]meaning{
	"INVALID_SESSION_ID":                            {models.CodeBadCredentials, false, "Salesforce ended the session"},
	"INVALID_AUTH_HEADER":                           {models.CodeBadCredentials, false, "Salesforce does not accept the session"},
	"REQUEST_LIMIT_EXCEEDED":                        {models.CodeQuotaExhausted, true, "Salesforce's API calls of 24 hours are used up"},
	"UNABLE_TO_LOCK_ROW":                            {models.CodeBusy, true, "the record, or its account, is being changed by someone else"},
	"QUERY_TIMEOUT":                                 {models.CodeBusy, true, "Salesforce took too long for a query"},
	"SERVER_UNAVAILABLE":                            {models.CodeUpstreamUnavailable, true, "Salesforce is not available"},
	"CONCURRENT_REQUEST_LIMIT_EXCEEDED":             {models.CodeBusy, true, "too many long calls run in the Salesforce organization"},
	"INVALID_QUERY_LOCATOR":                         {models.CodeCursorExpired, false, "Salesforce no longer holds the rest of the list"},
	"API_DISABLED_FOR_ORG":                          {models.CodeNoAccess, false, "the API is not enabled in this Salesforce organization"},
	"API_CURRENTLY_DISABLED":                        {models.CodeNoAccess, false, "the API is not enabled for this Salesforce user"},
	"INSUFFICIENT_ACCESS":                           {models.CodeNoAccess, false, "the Salesforce user may not do this"},
	"INSUFFICIENT_ACCESS_OR_READONLY":               {models.CodeNoAccess, false, "the Salesforce user may not change this record"},
	"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": {models.CodeNoAccess, false, "the Salesforce user may not use the record referred to"},
	"INVALID_TYPE":                                  {models.CodeNoAccess, false, "the object does not exist in Salesforce, or the user may not see it"},
	"INVALID_FIELD":                                 {models.CodeNoAccess, false, "a field does not exist in Salesforce, or the user may not see it"},
	"INVALID_FIELD_FOR_INSERT_UPDATE":               {models.CodeReadOnly, false, "Salesforce does not let this field be written"},
	"REQUIRED_FIELD_MISSING":                        {models.CodeRequiredFieldMissing, false, "Salesforce requires a field that is blank"},
	"MISSING_ARGUMENT":                              {models.CodeParameterMissing, false, "Salesforce misses a value"},
	"STRING_TOO_LONG":                               {models.CodeValueTooLong, false, "a value is longer than Salesforce's field"},
	"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST":       {models.CodeInvalidPicklist, false, "a value is not in Salesforce's picklist"},
	"INVALID_EMAIL_ADDRESS":                         {models.CodeInvalidParameter, false, "Salesforce does not accept the email address"},
	"NUMBER_OUTSIDE_VALID_RANGE":                    {models.CodeInvalidParameter, false, "a number is too large for Salesforce's field"},
	"INVALID_TYPE_ON_FIELD_IN_RECORD":               {models.CodeTypeMismatch, false, "a value is not of the type of Salesforce's field"},
	"JSON_PARSER_ERROR":                             {models.CodeTypeMismatch, false, "a value is not of the type of Salesforce's field"},
	"INVALID_CROSS_REFERENCE_KEY":                   {models.CodeNotFound, false, "the record, or one it refers to, is not there"},
	"MALFORMED_ID":                                  {models.CodeInvalidParameter, false, "Salesforce does not accept an id"},
	"LIMIT_EXCEEDED":                                {models.CodeCallTooLarge, false, "the records of one call take more than Salesforce allows"},
	"TOO_MANY_APEX_REQUESTS":                        {models.CodeBusy, true, "too many automations run in the Salesforce organization"},
	"SERVER_TIMEOUT":                                {models.CodeBusy, true, "Salesforce took too long"},
	"FIELD_CUSTOM_VALIDATION_EXCEPTION":             {models.CodeInvalidParameter, false, "a validation rule of Salesforce refused the record"},
	"FIELD_INTEGRITY_EXCEPTION":                     {models.CodeInvalidParameter, false, "Salesforce refused a value that does not fit another"},
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY":          {models.CodeInvalidParameter, false, "an automation of Salesforce refused the record"},
	"CANNOT_EXECUTE_FLOW_TRIGGER":                   {models.CodeInvalidParameter, false, "an automation of Salesforce refused the record"},
	"ENTITY_IS_DELETED":                             {models.CodeDeleted, false, "the record is in Salesforce's recycle bin"},
	"NOT_FOUND":                                     {models.CodeNotFound, false, "Salesforce does not have the record"},
	"DUPLICATES_DETECTED":                           {models.CodeDuplicate, false, "a duplicate rule of Salesforce refused the record"},
	"DUPLICATE_VALUE":                               {models.CodeDuplicate, false, "another Salesforce record has this unique value"},
	"DUPLICATE_EXTERNAL_ID":                         {models.CodeAmbiguousMatch, false, "several Salesforce records carry the same mark"},
	"UNDELETE_FAILED":                               {models.CodeNotFound, false, "Salesforce's recycle bin does not hold the record"},
	"INACTIVE_OWNER_OR_USER":                        {models.CodeInvalidParameter, false, "the owner is no longer an active Salesforce user"},
	"REQUEST_RUNNING_TOO_LONG":                      {models.CodeBusy, true, "Salesforce stopped a call that took too long"},
	"STORAGE_LIMIT_EXCEEDED":                        {models.CodeInvalidParameter, false, "the Salesforce organization has no storage left"},
	"EXCEEDED_ID_LIMIT":                             {models.CodeCursorExpired, false, "too many records were deleted to be listed"},
	"INVALID_REPLICATION_DATE":                      {models.CodeCursorExpired, false, "the changes asked for are too old"},
	"EXCEEDEDQUOTA":                                 {models.CodeBusy, true, "Salesforce's bulk jobs of 24 hours are used up"},
	"INVALIDJOB":                                    {models.CodeInternal, false, "Salesforce did not take a bulk job"},
	"INVALIDJOBSTATE":                               {models.CodeInternal, false, "a bulk job of Salesforce is in another state"},
	"INVALIDBATCH":                                  {models.CodeInternal, false, "Salesforce did not take the data of a bulk job"},
	"INVALIDENTITY":                                 {models.CodeNoAccess, false, "Salesforce's bulk jobs do not have this object"},
	"FUNCTIONALITY_NOT_ENABLED":                     {models.CodeNoAccess, false, "the Salesforce organization does not have this function"},
	"FEATURENOTENABLED":                             {models.CodeNoAccess, false, "the Salesforce organization does not have this function"},
	"MALFORMED_QUERY":                               {models.CodeInternal, false, "Salesforce did not understand a query"},
}

// err is the refusal in our words, with the vendor's beside them.
func (r refusal) err() *models.Error { return r.meant().Saying(r.said) }

func (r refusal) meant() *models.Error {
	if automations[r.code] {
		return r.ofAutomation()
	}
	m, known := meanings[r.code]
	if r.code == "INVALID_CROSS_REFERENCE_KEY" && len(r.fields) > 0 {
		// It names the field: the record itself is there.
		m = meaning{models.CodeParentMissing, false, "the record that a field refers to is not in Salesforce"}
	}
	if !known {
		name := r.code
		if name == "" {
			name = "an error without a code"
		}
		return &models.Error{Code: models.CodeInvalidParameter, Message: "Salesforce refused the record: " + name, Fields: r.fields}
	}
	return &models.Error{Code: m.code, Message: m.message, Fields: r.fields, Retry: m.retry}
}

// refused is an answer with a status of 300 or more. What is not the vendor's own error passes by
// itself, for a read; for a write that may have happened the outcome is unknown.
func refused(status int, header http.Header, body []byte, k effect) *models.Error {
	r := readRefusal(body)
	if _, known := meanings[r.code]; known {
		err := r.err()
		err.RetryAfter = retryAfter(header)
		return err
	}
	switch {
	case status == http.StatusUnauthorized:
		return models.Errorf(models.CodeBadCredentials, "Salesforce does not accept the session")
	case status == http.StatusGone:
		return unusable(status, "the API version that was asked for is retired").Saying(r.said)
	case status == http.StatusRequestEntityTooLarge:
		return models.Errorf(models.CodeCallTooLarge, "the records of one call are more bytes than Salesforce takes")
	case k == onlyOnce && (status >= 500 || status == http.StatusRequestTimeout):
		return &models.Error{Code: models.CodeUnknownOutcome, Message: fmt.Sprintf("Salesforce failed while it created records (HTTP %d)", status)}
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		return &models.Error{Code: models.CodeBusy, Message: fmt.Sprintf("Salesforce asks for a pause (HTTP %d)", status), Retry: true, RetryAfter: retryAfter(header)}
	case status >= 500:
		return unavailable(nil, "Salesforce failed (HTTP %d)", status)
	case r.code != "":
		return r.err()
	case status < 400:
		return unusable(status, "it answered with a redirect: another address, or a sign-in page between here and there")
	case status == http.StatusForbidden || status == http.StatusNotFound:
		return unusable(status, "the answer is not Salesforce's own: look at the login address, and at proxies and firewalls")
	}
	return unavailable(nil, "Salesforce did not answer as it should (HTTP %d)", status)
}

// unusable is an answer that says nothing about any record, and that every call gets until somebody
// mends the address, the API version, a proxy or a firewall.
func unusable(status int, why string) *models.Error {
	return &models.Error{Code: models.CodeSideUnusable, Message: fmt.Sprintf("Salesforce cannot be used (HTTP %d): %s", status, why), Retry: true}
}

// retryAfter reads both forms, at most a day.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, 24*time.Hour)
	}
	at, err := http.ParseTime(text)
	date, derr := http.ParseTime(h.Get("Date"))
	if err != nil || derr != nil {
		return 0
	}
	return min(max(at.Sub(date), 0), 24*time.Hour)
}
