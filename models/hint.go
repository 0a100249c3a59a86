package models

// hints say what an admin can do about a failure, by its code.
var hints = map[Code]string{
	CodeAlreadyMapped:        "Merge the duplicates, or change the email or name of one of them, then retry.",
	CodeAmbiguousMatch:       "Several records match. Merge them or make their email or name differ, then retry.",
	CodeTypeMismatch:         "Map the field to one of the same type, or correct the value, then retry.",
	CodeRequiredFieldMissing: "Fill the field on the source record, or map another field to it, then retry.",
	CodeParameterMissing:     "Fill the field on the source record, then retry.",
	CodeInvalidParameter:     "Correct the value on the source record, then retry.",
	CodeValueTooLong:         "Shorten the value, or map it to a longer field, then retry.",
	CodeInvalidPicklist:      "Add the value to the picklist on the other side, or choose another, then retry.",
	CodeDuplicate:            "The other side already has such a record. Merge the two, then retry.",
	CodeNoAccess:             "Give the integration's user access to the object and its fields, then retry.",
	CodeReadOnly:             "The other side does not let this field be written: change its rule or its mapping.",
	CodeDeleted:              "The record is in the recycle bin. Restore it, then retry.",
	CodeParentMissing:        "The account is not on the other side. See why it failed; the contact follows by itself.",
	CodePingPong:             "Switch the automation off for this integration's user, or let the field flow one way only, then retry.",
	CodeNotFound:             "The record is gone, or not shared with the integration's user. Restore or share it, or delete its counterpart too, then retry.",
	CodeBusy:                 "Nothing is to be done: it is tried again by itself.",
	CodeUpstreamUnavailable:  "Nothing is to be done: it is tried again by itself.",
	CodeUnknownOutcome:       "Nothing is to be done: the record is looked for first, then tried again.",
	CodeQuotaExhausted:       "Nothing is to be done: it goes on when there are API calls again.",
	CodeBadCredentials:       "Connect the side again; it then goes on by itself.",
	CodeForbidden:            "Give the integration's user access to the object and its fields, then retry.",
	CodeCallTooLarge:         "The other side's automation does more than is allowed even for one record. Make it do less, then retry.",
	CodeSideUnusable:         "Nothing is to be done for the record: mend the connection, and it goes on by itself.",
	CodeOtherOrganization:    "Nothing is to be done for the record: connect the earlier organization again, or take this one as new.",
	CodeCursorExpired:        "Nothing is to be done: everything is read again by itself.",
	CodeInternal:             "Retry. When it stays, report it with the program's log.",
}

// HintFor is what an admin can do about a failure with the code; nil for a code that is no
// failure's.
func HintFor(code Code) *string {
	if h, ok := hints[code]; ok {
		return &h
	}
	return nil
}
