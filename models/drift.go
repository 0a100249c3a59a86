package models

import (
	"fmt"
	"time"
)

// MappingDrift is a mapped field, or one that a filter looks at, that was changed at its vendor
// since it was saved. While it stands, the field is used as Now says, or left out where it is Gone;
// everything else goes on.
type MappingDrift struct {
	Object SyncObject `json:"object"`
	Side   Side       `json:"side"`
	Name   string     `json:"name"` // the field's API name
	Now    Field      `json:"now"`
	// Gone tells that the field cannot be used at all: it was deleted, renamed, hidden, closed to
	// writing, or is of a type that does not fit.
	Gone bool `json:"gone,omitempty"`
	// Problem is what an admin is told; nil where nothing is lost.
	Problem *MappingProblem `json:"problem,omitempty"`
}

// DriftReason is why two linked records are not equal, or what a compare had to mend.
type DriftReason string

// Reasons, named as in the API.
const (
	// DriftMissed: the vendor's record had changed unnoticed; it is taken over now.
	DriftMissed DriftReason = "MISSED_CHANGE"
	// DriftVanished: the vendor no longer lists the record and says nothing of it; nothing was
	// done.
	DriftVanished DriftReason = "VANISHED"
	DriftDeleted  DriftReason = "DELETED"        // one of the two stands in a recycle bin
	DriftWaiting  DriftReason = "WAITING"        // a change is on its way
	DriftFailed   DriftReason = "FAILED"         // the failure log says why
	DriftOutside  DriftReason = "OUTSIDE_FILTER" // the filter leaves the pair alone
	// DriftKeptApart is agreed on: a rule, a direction or a vendor keeps the sides' values
	// different.
	DriftKeptApart DriftReason = "KEPT_APART"
	// DriftUnexplained: nothing accounts for it; it is planned again now.
	DriftUnexplained   DriftReason = "UNEXPLAINED"
	DriftNoCounterpart DriftReason = "NO_COUNTERPART" // the record stands alone
)

// DriftReport is what a compare of everything found. It is RUNNING until both sides were read
// whole.
type DriftReport struct {
	ID         string `gorm:"primaryKey"`
	Status     RunStatus
	StartedAt  time.Time
	FinishedAt *time.Time
	Objects    []DriftObject `gorm:"serializer:json"`
}

// Summary says how many pairs are equal, in a sentence; nil while the compare is going on, or where
// it did not get so far.
func (r DriftReport) Summary() *string {
	if r.Status == RunRunning || len(r.Objects) == 0 {
		return nil
	}
	pairs, equal, missed, alone := 0, 0, 0, 0
	for _, o := range r.Objects {
		pairs, equal, alone = pairs+o.Pairs, equal+o.Equal, alone+o.Alone
		for _, d := range o.Differences {
			if d.Reason == DriftMissed {
				missed += d.Count
			}
		}
	}
	s := fmt.Sprintf("%d of %d pairs are equal; %d changes had been missed", equal, pairs, missed)
	if alone > 0 {
		s += fmt.Sprintf("; %d records have no counterpart", alone)
	}
	return &s
}

// DriftObject is the report for one kind of record.
type DriftObject struct {
	Object            SyncObject
	DeskRecords       int // as listed by Zoho Desk now
	SalesforceRecords int
	Pairs             int
	Equal             int // pairs whose mapped fields all mean the same
	Alone             int // live records without a counterpart
	Differences       []DriftDifference
}

// DriftDifference counts the records that differ for one reason.
type DriftDifference struct {
	Reason  DriftReason
	Side    *Side // where it was found; nil for a pair
	Count   int
	Message string
	Samples []DriftSample
}

// DriftSample is one of them.
type DriftSample struct {
	RecordName   *string
	DeskID       *string
	SalesforceID *string
	Fields       []string // the mapping's names of the fields that differ
}
