package models

import "time"

// Rehearsal is what the sync would do, had it run. Nothing was written.
type Rehearsal struct {
	ID        string `gorm:"primaryKey"`
	Status    RunStatus
	Objects   []RehearsalObject `gorm:"serializer:json"`
	CreatedAt time.Time
}

// RehearsalObject is the forecast for one object.
type RehearsalObject struct {
	Object             SyncObject
	Matched            int
	Ambiguous          int
	CreateInDesk       int
	CreateInSalesforce int
	UpdateInDesk       int
	UpdateInSalesforce int
	Problems           int
	Samples            []RehearsalSample
}

// RehearsalSample is one record of the forecast.
type RehearsalSample struct {
	Action       string // MATCH, CREATE, UPDATE, AMBIGUOUS, PROBLEM
	RecordName   *string
	DeskID       *string
	SalesforceID *string
	Changes      []FieldChange
}

// FieldChange is one field that would change.
type FieldChange struct {
	Field string
	Side  Side
	From  any
	To    any
}
