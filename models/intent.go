package models

import (
	"slices"
	"time"
)

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
	NextAt     *time.Time // not before, by the database's clock; nil for at once
	LastCode   Code       // what the last attempt was answered with; "" while it is under way
	CreatedAt  time.Time
	UpdatedAt  time.Time
	// Age is how long ago the intent was last sent, or made, by the database's clock; set by claiming.
	Age time.Duration `gorm:"-"`
}

// Unanswered are the codes of an attempt of which nobody knows what came of it: its sender died, its answer was lost, or a gateway answered in the vendor's place.
var Unanswered = []Code{"", CodeUnknownOutcome, CodeUpstreamUnavailable}

// Unanswered tells whether the intent was sent and nobody knows what came of it.
func (in Intent) Unanswered() bool {
	return in.Attempts > 0 && slices.Contains(Unanswered, in.LastCode)
}

// OpenWork is what stands between a link and being settled, besides its being dirty.
type OpenWork struct {
	Owed    bool // a write is owed
	Failure Code // of the open failure; "" for none
}

// IntentResult is what became of one sent intent.
type IntentResult struct {
	Intent Intent
	// State is the next state: DONE, PENDING, UNKNOWN, FAILED or CANCELLED.
	State IntentState
	// Wait is how long a PENDING or UNKNOWN intent rests before it is looked at again.
	Wait time.Duration
	// RecordID is the target's id, known after a create.
	RecordID string
	// Returned are the values the vendor answered with, over what was sent; nil when it answered none.
	Returned   Values
	ModifiedAt time.Time // the vendor's time, zero when it did not say
	MatchedBy  string    // for a create that turned out to exist: how it was found
	// Observed tells, of such a create, or of an update whose answer was lost, that its record was read and is in the mirror as it is now: what was sent is the base, and
	// what it differs by is an edit.
	Observed bool
	Failure  *Failure // with FAILED, and with PENDING when the failure log should show the attempt
	// Instead is, with CANCELLED, the intent that takes this one's place.
	Instead *Intent
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
	// Wait keeps a dirty link from being planned again for so long.
	Wait time.Duration
	// Part takes a whole link apart: each record gets a half link that remembers the other.
	Part bool
	// RunID is the run that planned; Unchanged tells that it found a pair equal which it had not seen before.
	RunID     string
	Unchanged bool
}

// Tally is what the plan alone, once saved, adds to the history: a record that failed, or a pair that needed nothing.
func (p LinkPlan) Tally() (SyncTally, bool) {
	switch {
	case p.Failure != nil:
		return SyncTally{RunID: p.Failure.RunID, Source: p.Failure.Source, Target: p.Failure.Target, Object: p.Failure.Object, Failed: 1}, true
	case p.Unchanged:
		return SyncTally{RunID: p.RunID, Source: Salesforce, Target: Desk, Object: p.Link.Object, Unchanged: 1}, true
	}
	return SyncTally{}, false
}

// Tally is what the result, once recorded, adds to the history.
func (r IntentResult) Tally() (SyncTally, bool) {
	t := SyncTally{RunID: r.Intent.RunID, Source: r.Intent.Side.Other(), Target: r.Intent.Side, Object: r.Intent.Object}
	switch {
	case r.State == IntentFailed:
		t.Failed = 1
	case r.State == IntentDone && r.Intent.Op == OpUpdate:
		t.Updated = 1
	case r.State == IntentDone:
		t.Added = 1
	default:
		return t, false
	}
	return t, true
}
