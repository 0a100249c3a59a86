package salesforce

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"sidelight/models"
)

// What a trigger or flow reports wraps what it met itself; that decides, in whatever form the error
// comes.
func TestTheInnermostErrorOfAnAutomationDecides(t *testing.T) {
	const outer = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
	for _, c := range []struct {
		name, code, message string
		want                models.Code
		retry               bool
	}{
		{"a lock within", outer, "AccountRollup: execution of AfterUpdate\n\ncaused by: System.DmlException: Update failed. First exception on row 0 with id 001000000000001AAA; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []", models.CodeBusy, true},
		{"a lock two levels within", outer, "A: System.DmlException: Update failed. First exception on row 0; first error: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, B: execution of BeforeUpdate caused by: System.DmlException: first error: UNABLE_TO_LOCK_ROW, unable: []", models.CodeBusy, true},
		{"a timeout within", outer, "T: System.QueryException: first error: QUERY_TIMEOUT, Your query request was running for too long", models.CodeBusy, true},
		{"a record in use", outer, "T: System.QueryException: Record Currently Unavailable: The record you are attempting to edit, or one of its related records, is currently being modified by another user. Please try again.", models.CodeBusy, true},
		{"a row that is being used", outer, "T: this row is being used by another process", models.CodeBusy, true},
		{"a flow's lock", "CANNOT_EXECUTE_FLOW_TRIGGER", "We can't save this record because the “X” process failed. Error: UNABLE_TO_LOCK_ROW: unable to obtain exclusive access", models.CodeBusy, true},
		{"CPU time", outer, "T: System.LimitException: Apex CPU time limit exceeded", models.CodeCallTooLarge, false},
		{"queries", outer, "dlrs_ContactTrigger: System.LimitException: dlrs:Too many SOQL queries: 101", models.CodeCallTooLarge, false},
		{"statements", outer, "T: System.LimitException: Too many DML statements: 151", models.CodeCallTooLarge, false},
		{"a limit's code within", outer, "T: System.DmlException: Insert failed. first error: LIMIT_EXCEEDED, too much", models.CodeCallTooLarge, false},
		{"a rule of another object", outer, "T: System.DmlException: Update failed. first error: FIELD_CUSTOM_VALIDATION_EXCEPTION, The parent is closed.: [Status__c]", models.CodeInvalidParameter, false},
		{"a session of a callout", outer, "T: System.CalloutException: first error: INVALID_SESSION_ID, expired", models.CodeInvalidParameter, false},
		{"a quota of a callout", outer, "T: first error: REQUEST_LIMIT_EXCEEDED, TotalRequests Limit exceeded", models.CodeInvalidParameter, false},
		{"words alone", outer, "Only sales may change this.", models.CodeInvalidParameter, false},
		{"nothing said", outer, "", models.CodeInvalidParameter, false},
		{"an exception without a name", "UNKNOWN_EXCEPTION", "ErrorId: 123", models.CodeInvalidParameter, false},
		{"an exception that is a lock", "UNKNOWN_EXCEPTION", "unable to obtain exclusive access to this record", models.CodeBusy, true},
		{"a rule that speaks of a lock", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "This account is being used by billing.", models.CodeInvalidParameter, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			body, err := json.Marshal([]map[string]any{{"errorCode": c.code, "message": c.message}})
			if err != nil {
				t.Fatal(err)
			}
			forms := map[string]*models.Error{
				"in a collection": vendorError{StatusCode: c.code, Message: c.message}.refusal().err(),
				"in bulk":         ingestError(c.code + ":" + c.message + ":-- ").refusal().err(),
			}
			if c.code != "UNKNOWN_EXCEPTION" {
				forms["bare"] = refused(http.StatusBadRequest, http.Header{}, body, repeats)
			}
			for form, got := range forms {
				if got.Code != c.want || got.Retry != c.retry {
					t.Errorf("%s: %s, retry %v; want %s, %v", form, got.Code, got.Retry, c.want, c.retry)
				}
				if first, _, _ := strings.Cut(c.message, "\n"); !strings.HasPrefix(got.Said, first[:min(len(first), 20)]) {
					t.Errorf("%s: the vendor's words are %q", form, got.Said)
				}
			}
		})
	}
}

// Fields that an inner error names are another object's: leaving them out of this write would mend
// nothing.
func TestFieldsOfAnInnerErrorAreNotTheRecords(t *testing.T) {
	e := vendorError{StatusCode: "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", Message: "T: first error: STRING_TOO_LONG, Phone: data value too large: [Phone]"}.refusal().err()
	if len(e.Fields) != 0 {
		t.Errorf("fields %q", e.Fields)
	}
}

func TestTheVendorsWordsAreBoundedAndOnOneLine(t *testing.T) {
	e := vendorError{StatusCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION", Message: "one\r\n\ttwo\x00 " + strings.Repeat("é", 2*models.MaxSaid)}.refusal().err()
	if n := len([]rune(e.Said)); n != models.MaxSaid || !strings.HasPrefix(e.Said, "one two é") || !strings.HasSuffix(e.Said, "…") {
		t.Errorf("%d characters: %q", n, e.Said)
	}
	if text := e.Error(); strings.Contains(text, "two") {
		t.Errorf("the log has the vendor's words: %s", text)
	}
}
