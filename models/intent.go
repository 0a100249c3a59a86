package models

import "time"

// IntentOp is what an intent does to its side.
type IntentOp string

// Operations.
const (
	OpCreate  IntentOp = "CREATE"
	OpUpdate  IntentOp = "UPDATE"
	OpRestore IntentOp = "RESTORE" // bring back from the recycle bin, then update
)

// IntentState is an intent's place in its life:
//
//	PENDING ──claim, begin──▶ SENDING ──answer──▶ DONE
//	   ▲                        │ ├────no answer──▶ UNKNOWN ──found or proven absent──▶ DONE or PENDING
//	   └──────may retry─────────┘ └────refused────▶ FAILED
//	CANCELLED: overtaken by an admin (direction, mapping, delete) before it was sent.
//
// A SENDING intent whose lease has run out is UNKNOWN: its sender may have died on either side of the call.
type IntentState string

// States.
const (
	IntentPending   IntentState = "PENDING"
	IntentSending   IntentState = "SENDING"
	IntentUnknown   IntentState = "UNKNOWN"
	IntentDone      IntentState = "DONE"
	IntentFailed    IntentState = "FAILED"
	IntentCancelled IntentState = "CANCELLED"
)

// Intent is one write that is owed to one side. At most one intent per link and side is open (PENDING, SENDING, UNKNOWN).
type Intent struct {
	ID       string `gorm:"primaryKey"`
	LinkID   string
	Object   SyncObject
	Side     Side // the target
	Op       IntentOp
	RecordID string // the target record; "" for a create
	// Values are the fields to write, in the target's form. Before are the target's values that they replace.
	Values Values
	Before Values
	// Source are the other side's values that Values came from: they become the source's base once the write is done.
	Source Values
	// Partial says that other fields of the same record could not be planned: done does not resolve the link's failure.
	Partial bool
	RunID   string
	State   IntentState
	// Epoch is the integration's epoch at planning. A later epoch (pause, direction, delete) voids the intent.
	Epoch    int64
	Attempts int
	// Fence rises with every claim; a write of state carries the fence it was claimed under and loses if it is old.
	Fence      int64
	Owner      string
	LeaseUntil *time.Time // by the database's clock
	NextAt     *time.Time // not before; nil for at once
	LastCode   Code
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// IntentResult is what became of one sent intent.
type IntentResult struct {
	Intent Intent
	// State is the next state: DONE, PENDING (retry at NextAt), UNKNOWN, FAILED or CANCELLED.
	State  IntentState
	NextAt *time.Time
	// RecordID is the target's id, known after a create.
	RecordID string
	// Returned are the values the vendor answered with, over what was sent; nil when it answered none.
	Returned   Values
	ModifiedAt time.Time // the vendor's time, zero when it did not say
	MatchedBy  string    // for a create that turned out to exist: how it was found
	Failure    *Failure  // with FAILED, and with PENDING when the failure log should show the attempt
	// Journal are the changes that DONE wrote.
	Journal []Change
}

// LinkPlan is everything that one planning of a link decides. It is saved in one transaction under the link's version.
type LinkPlan struct {
	Link Link // id, version as read; ids, bases, matchedBy, dirty, planAfter as they shall be
	// Absorb is the other half link that is merged into this one; it is removed under its own version.
	Absorb    *Link
	Intents   []Intent
	Conflicts []Conflict
	Failure   *Failure // opened or refreshed
	Resolved  bool     // the link's open failure, if any, is resolved
	// Remove drops the link (both sides gone, or a merge loser).
	Remove bool
}
