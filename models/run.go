package models

import (
	"maps"
	"slices"
	"time"
)

// RunTrigger is why a run happened.
type RunTrigger string

// Triggers, named as in the API.
const (
	TriggerInitial RunTrigger = "INITIAL"
	TriggerChange  RunTrigger = "CHANGE"
	TriggerPoll    RunTrigger = "POLL"
	TriggerRetry   RunTrigger = "RETRY"
	TriggerManual  RunTrigger = "MANUAL"
)

// RunStatus is how a run stands.
type RunStatus string

// Statuses, named as in the API.
const (
	RunRunning RunStatus = "RUNNING"
	RunDone    RunStatus = "DONE"
	RunStopped RunStatus = "STOPPED"
	RunFailed  RunStatus = "FAILED"
)

// RunPhase is what a run is doing:
//
//	READING ──both sides are read──▶ WRITING ──nothing is owed──▶ DONE
//
// Only the first load goes through all three. Other runs stay in READING until they are DONE.
type RunPhase string

// Phases, named as in the API.
const (
	PhaseReading RunPhase = "READING"
	PhaseWriting RunPhase = "WRITING"
	PhaseDone    RunPhase = "DONE"
)

// SyncRun is one entry of the sync history.
type SyncRun struct {
	ID         string `gorm:"primaryKey"`
	Trigger    RunTrigger
	Status     RunStatus
	StartedAt  time.Time
	FinishedAt *time.Time
	// Progress of a run that is going on, kept here so that every replica can show it.
	Phase     RunPhase
	Object    *SyncObject
	Done      int
	Total     *int
	PhaseAt   time.Time // when the phase began
	Rate      *float64  // records per second of late; nil when it cannot be told
	UpdatedAt time.Time
	Tallies   []SyncTally `gorm:"foreignKey:RunID"`
}

// RunIDs are the runs under which links are planned, by what made the links dirty; empty where
// nothing is saved.
type RunIDs map[RunTrigger]string

// Of is the id of the run of a link that the cause made dirty. A cause without a run has that of
// the first cause by name, so that the same links are always planned under the same run; "" when
// there is no run at all.
func (r RunIDs) Of(cause RunTrigger) string {
	if id, known := r[cause]; known || len(r) == 0 {
		return id
	}
	return r[slices.Min(slices.Collect(maps.Keys(r)))]
}

// SyncTally is one row of the history: what one run did in one direction to one kind of record.
type SyncTally struct {
	RunID     string     `gorm:"primaryKey"`
	Source    Side       `gorm:"primaryKey"`
	Target    Side       `gorm:"primaryKey"`
	Object    SyncObject `gorm:"primaryKey"`
	Added     int
	Updated   int
	Unchanged int
	Failed    int
}

// SyncRunFilter narrows the history.
type SyncRunFilter struct {
	Status  *RunStatus
	Object  *SyncObject
	Source  *Side
	Trigger *RunTrigger
	Since   *time.Time
}

// SyncProgress is the progress bar.
type SyncProgress struct {
	RunID            *string
	Phase            string
	Object           *SyncObject
	Done             int
	Total            *int
	RecordsPerSecond *float64
	SecondsLeft      *float64
}

// Failure says why one record, or one field of it, is not synced. A link has at most one open
// failure for itself and one for each of its fields.
type Failure struct {
	ID     string `gorm:"primaryKey"`
	LinkID string
	// Field is the mapping's name of the field; "" where the record as a whole fails.
	Field       string
	Object      SyncObject
	Source      Side
	Target      Side
	RecordID    string // the source's record
	RecordName  *string
	Code        Code
	Message     string
	Hint        *string
	Fields      Strings
	Cause       string // CauseKey, "" for a failure from before it was kept
	Attempts    int
	RunID       string
	FirstAt     time.Time
	LastAt      time.Time
	NextRetryAt *time.Time
	ResolvedAt  *time.Time
}

// RetryWait is how long a record that failed with the code rests before it is tried again by
// itself. Zero is never: only an edit of the record or an admin can mend it. The intervals grow up
// to a day; what matching found begins sooner, since it costs no call.
func (c Code) RetryWait(attempts int) time.Duration {
	first, longest := time.Duration(0), time.Duration(0)
	switch c {
	case CodeAlreadyMapped, CodeAmbiguousMatch:
		first, longest = time.Minute, 24*time.Hour
	case CodeDuplicate, CodeParentMissing, CodeNoAccess, CodeDeleted, CodeInvalidPicklist, CodeReadOnly,
		CodeRequiredFieldMissing, CodeCallTooLarge:
		first, longest = 5*time.Minute, 24*time.Hour
	default:
		return 0
	}
	return min(first<<min(max(attempts-1, 0), 12), longest)
}

// FailureFilter narrows the failure log.
type FailureFilter struct {
	Search   *string // in the record's name, its id or the message; case is ignored
	Field    *string // that the failure names
	Object   *SyncObject
	Code     *string
	Target   *Side
	Resolved *bool
	Since    *time.Time
	Cause    *string // of a group
	// Order is LAST_DESC when nil.
	Order *FailureOrder
}

// FailureOrder orders failures; ties break by id.
type FailureOrder string

// Orders, named as in the API.
const (
	FailureLastDesc     FailureOrder = "LAST_DESC"
	FailureLastAsc      FailureOrder = "LAST_ASC"
	FailureNameAsc      FailureOrder = "NAME_ASC"
	FailureNameDesc     FailureOrder = "NAME_DESC"
	FailureAttemptsDesc FailureOrder = "ATTEMPTS_DESC"
	FailureAttemptsAsc  FailureOrder = "ATTEMPTS_ASC"
)

// FailureCategory counts the open failures of one code.
type FailureCategory struct {
	Code    Code
	Object  SyncObject
	Count   int
	LastAt  *time.Time
	Message *string
}

// Conflict is one field that both sides changed differently, with the value that lost.
type Conflict struct {
	ID         string `gorm:"primaryKey"`
	LinkID     string
	Object     SyncObject
	RecordName *string
	Field      string // the mapping's name
	Base       Value
	Desk       Value
	Salesforce Value
	Winner     *Side
	At         time.Time
	ResolvedAt *time.Time
}

// ConflictFilter narrows the conflict log.
type ConflictFilter struct {
	Search   *string // in the record's name or the field; case is ignored
	Object   *SyncObject
	Resolved *bool
	Since    *time.Time
}

// Change is one field written to one side: the journal that answers "why is this value here?".
type Change struct {
	ID       int64 `gorm:"primaryKey;autoIncrement"`
	LinkID   string
	Object   SyncObject
	Side     Side // where it was written
	RecordID string
	Field    string // the mapping's name
	Old      Value
	New      Value
	Rule     FieldRule
	RunID    string
	At       time.Time
}

// ChangeFilter narrows the journal; all that is set must hold.
type ChangeFilter struct {
	LinkID *string
	RunID  *string
	Object *SyncObject
	Field  *string
	Since  *time.Time
}

// AuditFilter narrows the audit log. Search is in who, what and of what, case ignored.
type AuditFilter struct {
	Search *string
	Since  *time.Time
}
