package models

import "time"

// User is a Salesforce user, as far as a card shows one.
type User struct {
	ID    string  `json:"id"`
	Name  *string `json:"name"`
	Email *string `json:"email"`
}

// Address is a postal address.
type Address struct {
	Street, City, State, PostalCode, Country *string
}

// Opportunity is a Salesforce opportunity. ID is the Salesforce id.
type Opportunity struct {
	ID          string `gorm:"primaryKey"`
	Name        *string
	Stage       *string
	Amount      *Decimal
	Currency    *string
	Probability *float64 // percent
	CloseDate   *Date
	Open        *bool
	Won         *bool
	OwnerID     *string
	OwnerName   *string
	OwnerEmail  *string
	AccountID   *string // Salesforce account id
	// Role is that of the contact asked about, from opportunity_contacts.
	Role      *string    `gorm:"-"`
	UpdatedAt *time.Time `gorm:"autoUpdateTime:false"` // Salesforce's, not the row's
	AsOf      time.Time  // when it was read
}

// OpportunityContact ties a contact to an opportunity (Salesforce OpportunityContactRole).
type OpportunityContact struct {
	OpportunityID string `gorm:"primaryKey"`
	ContactID     string `gorm:"primaryKey"`
	Role          *string
	AsOf          *time.Time // when it was read; nil when that was not noted
}

// Note is a legacy Note or an enhanced note (ContentNote). Body is plain text, safe to show.
type Note struct {
	ID            string `gorm:"primaryKey"`
	ContactID     string `gorm:"primaryKey"` // Salesforce contact or account it hangs on
	Title         *string
	Body          *string
	CreatedByID   *string
	CreatedByName *string
	CreatedAt     *time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt     *time.Time `gorm:"autoUpdateTime:false"`
	AsOf          time.Time
}

// Event is a Salesforce calendar event.
type Event struct {
	ID string `gorm:"primaryKey"`
	// WhoID is the customer whose card it is on: a Salesforce contact, or an account.
	WhoID       string `gorm:"primaryKey"`
	AccountID   *string
	Subject     *string
	StartsAt    *time.Time
	EndsAt      *time.Time
	AllDay      *bool
	Location    *string
	Description *string
	OwnerID     *string
	OwnerName   *string
	AsOf        time.Time
}

// Task is a Salesforce task.
type Task struct {
	ID          string `gorm:"primaryKey"`
	WhoID       string `gorm:"primaryKey"` // as an event's
	AccountID   *string
	Subject     *string
	Status      *string
	Priority    *string
	DueDate     *Date
	Open        *bool
	Description *string
	OwnerID     *string
	OwnerName   *string
	AsOf        time.Time
}

// Related are the related records of one customer. A section that was not asked for, or that
// failed, is absent from Read.
type Related struct {
	ContactID     string
	AccountID     string
	Opportunities []Opportunity
	Roles         []OpportunityContact
	Notes         []Note
	Events        []Event
	Tasks         []Task
	// Read lists the sections that were really read: an empty section in Read means "there are
	// none". Cut lists those of them that have more records than were read.
	Read []Need
	Cut  []Need
	// Totals count the cut sections, as far as Salesforce said.
	Totals map[Need]*SectionTotals
	// Hidden are the fields, Type.field, that were not asked for: what is kept of them stays.
	Hidden []string
	AsOf   time.Time
}

// RelatedState says how fresh one section of one customer is. Opportunities are a contact's own,
// and beside them its account's: those have their state under the account's id.
type RelatedState struct {
	CustomerID string    `gorm:"primaryKey"` // Salesforce contact id or account id
	Section    Need      `gorm:"primaryKey"`
	AsOf       time.Time // when it was last read whole
	Stale      bool      // a change event said that it moved since
	Cut        bool      // Salesforce has more records than were read
	// Totals count a section that was cut; nil when that is not known.
	Totals *SectionTotals `gorm:"serializer:json"`
	// MarkedAt is when a change event said so last: what was asked for before then does not make it
	// fresh.
	MarkedAt *time.Time
	// Mirrored tells that the mirror keeps it: AsOf is the mirror's where that is later.
	Mirrored bool `gorm:"-"`
}

// Ticket is what the card needs to know of a Desk ticket.
type Ticket struct {
	ID        string `gorm:"primaryKey"`
	Number    string
	ContactID string
	AccountID string
	// DepartmentID, AssigneeID and TeamID say who works on it, "" for nobody, SharedWith which
	// other departments see it. A ticket that was read before they were kept has no department.
	DepartmentID string
	AssigneeID   string
	TeamID       string
	SharedWith   Strings
	AsOf         time.Time
}

func user(id, name, email *string) *User {
	if id == nil && name == nil {
		return nil
	}
	u := &User{Name: name, Email: email}
	if id != nil {
		u.ID = *id
	}
	return u
}

// Owner is the Salesforce user who owns it; nil when unknown.
func (o *Opportunity) Owner() *User { return user(o.OwnerID, o.OwnerName, o.OwnerEmail) }

// Owner is the Salesforce user who owns it; nil when unknown.
func (e *Event) Owner() *User { return user(e.OwnerID, e.OwnerName, nil) }

// Owner is the Salesforce user who owns it; nil when unknown.
func (t *Task) Owner() *User { return user(t.OwnerID, t.OwnerName, nil) }

// CreatedBy is the Salesforce user who wrote it; nil when unknown.
func (n *Note) CreatedBy() *User { return user(n.CreatedByID, n.CreatedByName, nil) }
