package models

import "time"

// RelatedObject is a kind of related record that can be mirrored whole.
type RelatedObject string

// The kinds. Contact roles have no change events of their own: they are polled.
const (
	RelatedOpportunities RelatedObject = "OPPORTUNITY"
	RelatedRoles         RelatedObject = "CONTACT_ROLE"
	RelatedEvents        RelatedObject = "EVENT"
	RelatedTasks         RelatedObject = "TASK"
)

// RelatedObjects are all kinds; StreamedObjects those that Salesforce sends change events of.
var (
	RelatedObjects  = []RelatedObject{RelatedOpportunities, RelatedRoles, RelatedEvents, RelatedTasks}
	StreamedObjects = []RelatedObject{RelatedOpportunities, RelatedEvents, RelatedTasks}
)

// Section is the part of a card that the kind is shown in.
func (o RelatedObject) Section() Need {
	switch o {
	case RelatedEvents:
		return NeedEvents
	case RelatedTasks:
		return NeedTasks
	}
	return NeedOpportunities
}

// RelatedMirror is how far one kind of related record is mirrored.
type RelatedMirror struct {
	Object RelatedObject `gorm:"primaryKey"`
	// Complete tells that every record was read once, and that what is gone since was removed;
	// Reading that a whole reading is under way, the first one or another.
	Complete bool
	Reading  bool
	// After is the last id that the whole reading has stored; Read and Total count its records,
	// Total is nil until it is known.
	After string
	Read  int
	Total *int
	// BeganAt is when the whole reading began. What is older when it ends is gone from Salesforce.
	BeganAt *time.Time
	// Changes is where the poll goes on, Replay where the change events do.
	Changes string
	Replay  string
	// AsOf is when Salesforce was last known to hold what is mirrored; nil while it was never
	// complete.
	AsOf *time.Time
	// Fence and StreamFence are those of the leases under which the poll and the change events
	// wrote last: a process that lost its lease writes nothing more.
	Fence       int64
	StreamFence int64
}

// RelatedFence says under which lease something is written.
type RelatedFence struct {
	Stream bool // the change events' lease; else the mirror's
	Number int64
}

// RelatedPage is a page of related records of one kind, whoever's they are.
type RelatedPage struct {
	Object        RelatedObject
	Opportunities []Opportunity
	// Roles replace all roles of the opportunities named in RolesOf; without RolesOf they are
	// added.
	Roles   []OpportunityContact
	RolesOf []string
	Events  []Activity[Event]
	Tasks   []Activity[Task]
	// Deleted are the ids of records that are gone.
	Deleted []string
	// Cursor is where the next page goes on; it may be stored only together with the page. More
	// tells that there is a next one, Gap that changes may have been missed: read everything.
	Cursor string
	More   bool
	Gap    bool
}

// Len is the number of records, the deleted ones included.
func (p RelatedPage) Len() int {
	return len(p.Opportunities) + len(p.Roles) + len(p.Events) + len(p.Tasks) + len(p.Deleted)
}

// Activity is an event or a task with the Salesforce customers on whose cards it is: a contact, an
// account, both or none.
type Activity[T any] struct {
	Record    T
	Customers []string
}

// RelatedHint says that a related record may have changed, and as far as the event said so, whose
// it is now.
type RelatedHint struct {
	ID        string
	Deleted   bool // positive evidence of a deletion
	ContactID string
	AccountID string
}

// RelatedBatch is what a change stream of related records handed over at once. Replay may be stored
// only together with what the hints led to.
type RelatedBatch struct {
	Object RelatedObject
	Hints  []RelatedHint
	Replay string
	// Overflow tells that the vendor gave up listing single records.
	Overflow bool
}

// CardWatch names what open cards are made of: links by our id, customers by Salesforce's, tickets
// by Desk's.
type CardWatch struct {
	Links     []string
	Customers []string
	Tickets   []string
}
