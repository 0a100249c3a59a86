package models

import "time"

// Page asks for a part of a list, Relay style. At most one of First and Last is set.
type Page struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// PageInfo says where a part lies in its list.
type PageInfo struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Slice is a part of a list: rows with their cursors (opaque), and where it lies.
type Slice[T any] struct {
	Rows     []T
	Cursors  []string
	PageInfo PageInfo
	// Total counts the whole list under the same filter; nil when it was not asked for.
	Total *int
	// AsOf is when a section of a card was read, Stale that it is older than it should be; nil for
	// other lists.
	AsOf  *time.Time
	Stale *bool
	// More tells of a section of a card that Salesforce has more records than were read: Total is a
	// lower bound. Nil for other lists.
	More *bool
}

// ContactFilter narrows contacts. Search is in name and email, case ignored.
type ContactFilter struct {
	Search       *string
	Email        *string
	AccountID    *string
	UpdatedSince *time.Time
}

// AccountFilter narrows accounts.
type AccountFilter struct {
	Search       *string
	Name         *string
	UpdatedSince *time.Time
}

// OpportunityFilter narrows opportunities. Ids are Salesforce's.
type OpportunityFilter struct {
	AccountID     *string
	ContactID     *string
	Stage         []string
	Open          *bool
	CloseDateFrom *Date
	CloseDateTo   *Date
	MinAmount     *Decimal
	OwnerID       *string
	// Hidden are fields, Type.field, that are neither read, nor summed, nor ordered by. No caller
	// sets them: they are what is closed to one.
	Hidden []string
}

// ContactOrder orders contacts; ties break by id.
type ContactOrder string

// AccountOrder orders accounts; ties break by id.
type AccountOrder string

// OpportunityOrder orders opportunities; ties break by id, nulls come last.
type OpportunityOrder string

// Orders, named as in the API.
const (
	ContactNameAsc     ContactOrder = "NAME_ASC"
	ContactNameDesc    ContactOrder = "NAME_DESC"
	ContactEmailAsc    ContactOrder = "EMAIL_ASC"
	ContactEmailDesc   ContactOrder = "EMAIL_DESC"
	ContactUpdatedAsc  ContactOrder = "UPDATED_ASC"
	ContactUpdatedDesc ContactOrder = "UPDATED_DESC"

	AccountNameAsc     AccountOrder = "NAME_ASC"
	AccountNameDesc    AccountOrder = "NAME_DESC"
	AccountUpdatedAsc  AccountOrder = "UPDATED_ASC"
	AccountUpdatedDesc AccountOrder = "UPDATED_DESC"

	OpportunityCloseDateAsc  OpportunityOrder = "CLOSE_DATE_ASC"
	OpportunityCloseDateDesc OpportunityOrder = "CLOSE_DATE_DESC"
	OpportunityAmountAsc     OpportunityOrder = "AMOUNT_ASC"
	OpportunityAmountDesc    OpportunityOrder = "AMOUNT_DESC"
	OpportunityStageAsc      OpportunityOrder = "STAGE_ASC"
)

// PipelineGroup is how opportunities are grouped for dashboards.
type PipelineGroup string

// Groups, named as in the API.
const (
	PipelineByStage      PipelineGroup = "STAGE"
	PipelineByOwner      PipelineGroup = "OWNER"
	PipelineByAccount    PipelineGroup = "ACCOUNT"
	PipelineByCloseMonth PipelineGroup = "CLOSE_MONTH"
)

// PipelineBucket is one group of opportunities in one currency.
type PipelineBucket struct {
	Key            string
	Label          *string
	Count          int
	Amount         *Decimal
	WeightedAmount *Decimal // amount × probability
	Currency       *string
}
