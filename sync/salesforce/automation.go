package salesforce

import (
	"regexp"
	"strings"

	"sidelight/models"
)

// automations are the codes under which a trigger or flow of the organization reports what stopped
// it. Their message wraps the error that it met itself, and that one decides whether the write may
// be sent again.
var automations = map[string]bool{
	"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": true,
	"CANNOT_EXECUTE_FLOW_TRIGGER":          true,
	"CANNOT_DELETE_ENTITY":                 true,
	"APEX_ERROR":                           true,
	"UNKNOWN_EXCEPTION":                    true,
}

// wrapped finds the code of an error within the message of an automation: "first error:
// UNABLE_TO_LOCK_ROW, unable to …".
var wrapped = regexp.MustCompile(`(?i:first error|error):?\s+([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\b`)

// passing are texts of errors that have no code of their own and are over by themselves.
var passing = []string{
	"unable_to_lock_row", "unable to obtain exclusive access", "record currently unavailable", "is being used",
	"currently being modified by another user", "currently in use", "row is locked", "query_timeout", "read timed out",
	"exceeded the time limit for processing", "your query request was running for too long",
}

// limits are texts of errors that a call with fewer records may not meet: Apex counts them over all
// records of a call.
var limits = []string{
	"system.limitexception", "cpu time limit exceeded", "too many soql queries", "too many dml", "too many query rows",
	"too many future calls", "too many callouts", "too many queueable jobs", "too many email invocations",
	"heap size too large", "maximum stack depth reached", "number of iterations exceeded",
}

// ofAutomation is what the error of a trigger or flow comes to: the innermost error decides. A lock
// or timeout passes, a limit of the call asks for a smaller call, anything else is the record's.
func (r refusal) ofAutomation() *models.Error {
	text := strings.ToLower(r.said)
	holds := func(parts []string) bool {
		for _, part := range parts {
			if strings.Contains(text, part) {
				return true
			}
		}
		return false
	}
	inner := ""
	if all := wrapped.FindAllStringSubmatch(r.said, -1); len(all) > 0 {
		inner = all[len(all)-1][1]
	}
	m := meanings[inner]
	switch {
	case m.code == models.CodeCallTooLarge || holds(limits):
		return models.Errorf(models.CodeCallTooLarge, "an automation of Salesforce reached a limit of one call")
	case m.code == models.CodeBusy || m.code == models.CodeUpstreamUnavailable || holds(passing):
		return &models.Error{
			Code: models.CodeBusy, Message: "an automation of Salesforce met a record that is in use", Retry: true,
		}
	}
	if r.code == "UNKNOWN_EXCEPTION" {
		return &models.Error{
			Code: models.CodeInvalidParameter, Message: "Salesforce met an error of its own", Fields: r.fields,
		}
	}
	// Fields that the inner error names may be another object's: only those of the outer error are
	// the record's.
	return &models.Error{
		Code: models.CodeInvalidParameter, Message: "an automation of Salesforce refused the record", Fields: r.fields,
	}
}
