package models

import (
	"slices"
	"time"
)

// The words in which the engine and the vendor clients speak.

// RecordPage is one page of a list of live records.
type RecordPage struct {
	Records []Record
	Next    string // token of the next page; "" at the end
}

// ChangePage is one page of what changed.
type ChangePage struct {
	// Records changed or were deleted (Deleted, MergedInto). A record may come twice, late or out
	// of order.
	Records []Record
	// Cursor is where the next call goes on. It may be stored only together with Records.
	Cursor string
	// More tells that the next call will answer at once with more.
	More bool
	// Gap tells that changes before Cursor may have been missed (a window the vendor no longer
	// covers): compare everything.
	Gap bool
}

// Find asks for the records that already carry our mark, or that have the match field's value.
type Find struct {
	LinkID string // exact, in the mark's field; "" when not by mark
	Match  Value  // email of a contact, name of an account; compared by MatchKey
}

// Write is one record to write.
type Write struct {
	Op     IntentOp
	ID     string // the record; "" for a create
	LinkID string // our mark for a create
	Values Values // the changed fields in the side's own form
}

// WriteResult is what became of one write.
type WriteResult struct {
	ID         string
	Created    bool
	Returned   Values    // as answered by the vendor; nil when it answered none
	ModifiedAt time.Time // zero when the vendor did not say
	Err        *Error    // nil when it was done
}

// WriteLimits are the vendor's: how many records fit one call, and how many calls may run at once.
// Bulk is how many records one Write may take where the vendor has a bulk way, which takes minutes
// where a call takes seconds; 0 is none.
type WriteLimits struct {
	Batch    int
	Parallel int
	Bulk     int
}

// StreamBatch is what a change stream handed over at once. Replay may be stored only together with
// the hints.
type StreamBatch struct {
	Object SyncObject
	Hints  []Hint
	Replay string
	// Overflow tells that the vendor gave up listing single records: compare the whole object.
	Overflow bool
}

// Hint says only that a record may have changed.
type Hint struct {
	ID      string
	Deleted bool // positive evidence of a deletion
	// ByUs tells that the user that the integration signs in as made the change. It may have been a
	// person who has that user, too.
	ByUs bool
	At   time.Time
	// Fields are the fields that changed, by the vendor's names; nil when that is not known, which
	// may be all of them.
	Fields []string
	// Values are what those fields are after the change, as far as the event says so in the form
	// that a record has.
	Values Values
}

// Echoes tells whether the event is by our own user and says nothing that the mirror does not
// hold: of all fields that changed and are held, the row has the values. nil is no row. The answer
// to the write is what the record is now, so that nothing is to be read.
func (h Hint) Echoes(row *MirrorRow, held []string) bool {
	if !h.ByUs || h.Deleted || h.Fields == nil || row == nil || row.DeletedAt != nil {
		return false
	}
	for _, name := range h.Fields {
		if !slices.Contains(held, name) {
			continue
		}
		now, told := h.Values[name]
		if was, known := row.Data[name]; !told || !known || was != now {
			return false
		}
	}
	return true
}

// ConnectionInfo is what a side says of itself while it is being connected.
type ConnectionInfo struct {
	Host         string
	Organization string
	OrgID        string
	Checks       []ConnectionCheck
}

// RelatedRequest asks for a customer's related records: only the sections wanted, so that a denied
// one is never asked for.
type RelatedRequest struct {
	ContactID string // Salesforce contact; "" for an account alone
	AccountID string // Salesforce account; "" for none
	Sections  []Need
	Hidden    []string // fields, Type.field, that are not asked for either
}
