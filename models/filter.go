package models

import "time"

// FilterOp compares a field with values.
type FilterOp string

// Comparisons, named as in the API. Text is compared without regard to case and surrounding space.
const (
	FilterEquals    FilterOp = "EQUALS"
	FilterNotEquals FilterOp = "NOT_EQUALS"
	FilterIn        FilterOp = "IN"
	FilterContains  FilterOp = "CONTAINS"
	FilterIsBlank   FilterOp = "IS_BLANK"
	FilterNotBlank  FilterOp = "NOT_BLANK"
)

// LeavingPolicy says what becomes of a linked pair that leaves the filter. Both records stay where
// they are.
type LeavingPolicy string

// Policies, named as in the API.
const (
	// LeavingKeep keeps the link and lets the pair rest: when it comes back, what changed meanwhile
	// is carried over.
	LeavingKeep LeavingPolicy = "KEEP"
	// LeavingUnlink takes the pair apart: neither record is the other's counterpart any more.
	LeavingUnlink LeavingPolicy = "UNLINK"
)

// FilterCondition is one comparison of a field of one side. The description is that of the time it
// was saved.
type FilterCondition struct {
	Side   Side     `json:"side"`
	Field  Field    `json:"field"`
	Op     FilterOp `json:"op"`
	Values []string `json:"values,omitempty"`
}

// SyncFilter says which records of an object are synced: those for which every condition holds.
// Without conditions all are.
type SyncFilter struct {
	Object     SyncObject        `gorm:"primaryKey"`
	Conditions []FilterCondition `gorm:"serializer:json"`
	Leaving    LeavingPolicy
	UpdatedAt  time.Time
}

// Fields are the names of the side's fields that the filter looks at.
func (f SyncFilter) Fields(side Side) []string {
	var out []string
	for _, c := range f.Conditions {
		if c.Side == side {
			out = append(out, c.Field.Name)
		}
	}
	return out
}

// FilterConditionInput is a condition as an admin asks for it.
type FilterConditionInput struct {
	Side   Side
	Field  string
	Op     FilterOp
	Values []string
}

// SyncFilterInput is a filter as an admin asks for it. A missing policy is KEEP.
type SyncFilterInput struct {
	Conditions []*FilterConditionInput
	Leaving    *LeavingPolicy
}
