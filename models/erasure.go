package models

import (
	"regexp"
	"strings"
	"time"
)

// PersonKey says who is to be erased: an email address, or a contact's id at its side.
type PersonKey struct {
	Email string
	Side  Side
	ID    string
}

// recordIDs are what ids look like at their sides.
var recordIDs = map[Side]*regexp.Regexp{
	Desk:       regexp.MustCompile(`^[0-9]{1,32}$`),
	Salesforce: regexp.MustCompile(`^003[A-Za-z0-9]{12}([A-Za-z0-9]{3})?$`),
}

// PersonKeyOf checks what a caller said, and puts it into the form in which it is compared. The
// errors do not repeat it.
func PersonKeyOf(email *string, side *Side, id *string) (PersonKey, error) {
	fault := func(field, message string) (PersonKey, error) {
		err := Errorf(CodeBadUserInput, "%s", message)
		err.Fields = []string{field}
		return PersonKey{}, err
	}
	switch {
	case email != nil && (side != nil || id != nil):
		return fault("email", "say who by email, or by side and id, not by both")
	case email != nil:
		k := PersonKey{Email: MatchKey(Text(*email))}
		if at := strings.LastIndex(k.Email, "@"); at < 1 || at == len(k.Email)-1 || len(k.Email) > 254 {
			return fault("email", "email must be an email address")
		}
		return k, nil
	case id == nil:
		return fault("email", "say who: by email, or by side and id")
	case side == nil || recordIDs[*side] == nil:
		return fault("side", "side must say whose id it is: DESK or SALESFORCE")
	}
	k := PersonKey{Side: *side, ID: strings.TrimSpace(*id)}
	if *side == Salesforce {
		k.ID = SalesforceID(k.ID)
	}
	if !recordIDs[*side].MatchString(k.ID) {
		return fault("id", "id must be a contact's: digits in Zoho Desk, 15 or 18 characters that begin with 003 in "+
			"Salesforce")
	}
	return k, nil
}

// ErasureReceipt says what an erasure removed. It names no person.
type ErasureReceipt struct {
	ID     *string // nil of a dry run
	At     time.Time
	DryRun bool
	// Records are the contacts of both sides that were the person's.
	Records int
	Tables  []ErasedTable
	// Tombstones are the keyed hashes that keep the person away.
	Tombstones int
	// Sharing are contacts that share an email address with the person and stay.
	Sharing int
	// Problem is what is left to do; nil where nothing is.
	Problem *string
}

// ErasedTable is a table with how many of its rows were removed, or rewritten without the person.
type ErasedTable struct {
	Table string
	Rows  int
}

// LiftErasurePayload is what lifting an erasure came to.
type LiftErasurePayload struct {
	Lifted  int
	Records int
}

// The audit's names of what is done to erasures.
const (
	AuditErase = "erasePerson"
	AuditLift  = "liftErasure"
)

// Audit is what the audit says of it: counts, and no person.
func (r ErasureReceipt) Audit() map[string]any {
	tables := map[string]any{}
	for _, t := range r.Tables {
		tables[t.Table] = t.Rows
	}
	return map[string]any{"records": r.Records, "tables": tables, "tombstones": r.Tombstones}
}

// Audit is what the audit says of it.
func (p LiftErasurePayload) Audit() map[string]any {
	return map[string]any{"lifted": p.Lifted, "records": p.Records}
}
