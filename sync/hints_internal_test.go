package sync

import (
	"testing"

	"sidelight/models"
)

func TestEveryFailureSaysWhatCanBeDone(t *testing.T) {
	for _, code := range []models.Code{models.CodeAlreadyMapped, models.CodeTypeMismatch, models.CodeRequiredFieldMissing, models.CodeParameterMissing,
		models.CodeInvalidParameter, models.CodeAmbiguousMatch, models.CodeValueTooLong, models.CodeInvalidPicklist, models.CodeDuplicate, models.CodeParentMissing,
		models.CodeDeleted, models.CodeNoAccess, models.CodeReadOnly, models.CodePingPong, models.CodeBadCredentials, models.CodeQuotaExhausted, models.CodeBusy,
		models.CodeUnknownOutcome, models.CodeCursorExpired, models.CodeNotFound, models.CodeForbidden, models.CodeUpstreamUnavailable, models.CodeInternal} {
		if hintFor(code) == nil {
			t.Errorf("%s has no hint", code)
		}
	}
}
