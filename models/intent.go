package models

import (
	"math"
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
//	   ▲                        │ ├────no answer──▶ UNKNOWN ──found, or absent──▶ DONE or PENDING
//	   └──────may retry─────────┘ └────refused────▶ FAILED
//	CANCELLED: overtaken by an admin (direction, mapping, delete) before it was sent.
//
// A SENDING intent whose lease has run out is UNKNOWN: its sender may have died on either side of
// the call.
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

// Intent is one write that is owed to one side. At most one intent per link and side is open
// (PENDING, SENDING, UNKNOWN).
type Intent struct {
	ID       string `gorm:"primaryKey"`
	LinkID   string
	Object   SyncObject
	Side     Side // the target
	Op       IntentOp
	RecordID string // the target record; "" for a create
	// Values are the fields to write, in the target's form. Before are the target's values that
	// they replace.
	Values Values
	Before Values
	// Source are the other side's values that Values came from: they become the source's base once
	// the write is done.
	Source Values
	RunID  string
	State  IntentState
	// Epoch is the integration's epoch at planning. A later epoch (pause, direction, delete) voids
	// the intent.
	Epoch    int64
	Attempts int
	// Fence rises with every claim; a write of state carries the fence it was claimed under and
	// loses if it is old.
	Fence      int64
	Owner      string
	LeaseUntil *time.Time // by the database's clock
	NextAt     *time.Time // not before, by the database's clock; nil for at once
	LastCode   Code       // what the last attempt was answered with; "" while it is under way
	CreatedAt  time.Time
	UpdatedAt  time.Time
	// Age is how long ago the intent was last sent, or made, by the database's clock; set by
	// claiming.
	Age time.Duration `gorm:"-"`
}

// Unanswered are the codes of an attempt of which nobody knows what came of it: its sender died,
// its answer was lost, or a gateway answered in the vendor's place.
var Unanswered = []Code{"", CodeUnknownOutcome, CodeUpstreamUnavailable, CodeSideUnusable}

// Unanswered tells whether the intent was sent and nobody knows what came of it.
func (in Intent) Unanswered() bool {
	return in.Attempts > 0 && slices.Contains(Unanswered, in.LastCode)
}

// LostCreateWait is how long a record waits that may be the answer of a create which is under way.
const LostCreateWait = time.Second

// lostCreateTries is after how many attempts a create is no longer waited for: its record was
// looked for that often, and what a vendor can never answer must not hold up others.
const lostCreateTries = 6

// UnderWay are the states in which a sent create may still make a record, each with the attempts
// after which it is no longer waited for.
var UnderWay = map[IntentState]int{
	IntentSending: math.MaxInt32, IntentUnknown: lostCreateTries, IntentPending: lostCreateTries,
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
	// Returned are the values the vendor answered with, over what was sent; nil when it answered
	// none.
	Returned   Values
	ModifiedAt time.Time // the vendor's time, zero when it did not say
	MatchedBy  MatchedBy // for a create that turned out to exist: how it was found
	// Observed tells, of such a create, or of an update whose answer was lost, that its record was
	// read and is in the mirror as it is now: what was sent is the base, and what it differs by is
	// an edit.
	Observed bool
	// Failures are what the failure log is to show: of the record with FAILED, and with PENDING
	// when it should show the attempt; of fields in any state.
	Failures []Failure
	// Resting are fields that are left alone from now on.
	Resting Rests
	// Instead is, with CANCELLED, the intent that takes this one's place.
	Instead *Intent
	// Journal are the changes that DONE wrote.
	Journal []Change
}

// LinkPlan is everything that one planning of a link decides. It is saved in one transaction under
// the link's version.
type LinkPlan struct {
	Link Link // id, version as read; ids, bases, matchedBy, dirty, planAfter as they shall be
	// Absorb is the other half link that is merged into this one; it is removed under its own
	// version.
	Absorb    *Link
	Intents   []Intent
	Conflicts []Conflict
	Failures  []Failure // opened or refreshed
	Resolved  bool      // the link's other open failures are resolved, but for those of Keeps
	Keeps     []string  // fields whose open failures stay as they are
	// LeftOut are the ids, on the other side, of the left-out records beside which this one rests.
	LeftOut []string
	// Wait keeps a dirty link from being planned again for so long.
	Wait time.Duration
	// Unlink takes a whole link apart: each record gets a half link that remembers the other.
	Unlink bool
	// RunID is the run that planned; Unchanged tells that it found a pair equal which it had not
	// seen before.
	RunID     string
	Unchanged bool
}

// MayBeLostCreate tells whether the record that is to get a counterpart may itself be what a create
// under way has made: it was first seen on that create's side after the create was planned.
// Creating its counterpart would make a duplicate (invariant E3). underWay are the times at which
// the creates of each side were planned.
func (p LinkPlan) MayBeLostCreate(firstSeen time.Time, underWay map[Side][]time.Time) bool {
	for _, in := range p.Intents {
		if in.Op == OpCreate &&
			slices.ContainsFunc(underWay[in.Side.Other()], func(planned time.Time) bool { return !planned.After(firstSeen) }) {
			return true
		}
	}
	return false
}

// StaysOpen are the fields whose open failures are not resolved with the link's others.
func (p LinkPlan) StaysOpen() []string {
	out := slices.Clone(p.Keeps)
	for _, f := range p.Failures {
		out = append(out, f.Field)
	}
	return out
}

// Tally is what the plan alone, once saved, adds to the history: a record that failed, or a pair
// that needed nothing.
func (p LinkPlan) Tally() (SyncTally, bool) {
	switch {
	case len(p.Failures) > 0:
		f := p.Failures[0]
		return SyncTally{RunID: f.RunID, Source: f.Source, Target: f.Target, Object: f.Object, Failed: 1}, true
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

// WrittenID is the id of the record that was written; "" when no create has been answered yet.
func (r IntentResult) WrittenID() string {
	if r.RecordID != "" {
		return r.RecordID
	}
	return r.Intent.RecordID
}

// Agreed says since when both sides agree about which fields: those that were written and kept as
// they were sent.
func (r IntentResult) Agreed() Agreement {
	a := Agreement{Planned: r.Intent.CreatedAt}
	for _, c := range r.Journal {
		if !slices.ContainsFunc(r.Resting, func(rest Rest) bool { return rest.Field == c.Field }) {
			a.Fields = append(a.Fields, c.Field)
		}
	}
	return a
}

// Agreement is what a write that went through brought about.
type Agreement struct {
	Planned time.Time // the write
	Fields  []string  // both sides agree about them now
}

// Ends tells whether the agreement ends an open failure. One of a field ends when both sides agree
// about the field. The record's own stays where a write that was planned together with this one, or
// later, was refused: the other side's. refused is when the link's last refused write was planned;
// nil for none.
func (a Agreement) Ends(f Failure, refused *time.Time) bool {
	if f.Field != "" {
		return slices.Contains(a.Fields, f.Field)
	}
	return refused == nil || refused.Before(a.Planned)
}
