package models

import "testing"

func TestEveryFailureSaysWhatCanBeDone(t *testing.T) {
	for _, code := range []Code{CodeAlreadyMapped, CodeTypeMismatch, CodeRequiredFieldMissing, CodeParameterMissing,
		CodeInvalidParameter, CodeAmbiguousMatch, CodeValueTooLong, CodeInvalidPicklist, CodeDuplicate, CodeParentMissing,
		CodeDeleted, CodeNoAccess, CodeReadOnly, CodePingPong, CodeBadCredentials, CodeQuotaExhausted, CodeBusy,
		CodeUnknownOutcome, CodeCursorExpired, CodeNotFound, CodeForbidden, CodeUpstreamUnavailable, CodeInternal, CodeCallTooLarge, CodeSideUnusable} {
		if HintFor(code) == nil {
			t.Errorf("%s has no hint", code)
		}
	}
}
