// Package seed makes up the people and companies that both simulated vendors start with: the same
// options give the same world. It knows no vendor's ids or field names.
package seed

import "time"

// What a demonstration starts with.
const (
	DefaultContacts = 2000
	DefaultAccounts = 400
	DefaultOverlap  = 0.5
)

// Options say how large a world is. Zero contacts or accounts means none.
type Options struct {
	// Contacts and Accounts are counts per side.
	Contacts, Accounts int
	// Overlap is the share, 0 to 1, of each side's records that are the same people and companies
	// as on the other.
	Overlap float64
	Seed    uint64
	// Now is when the vendors start: every time in the world lies in the two years before it.
	Now time.Time
}

// World is everything both vendors hold at their start. References between nouns are the ID of the
// other; 0 is none.
type World struct {
	Accounts      []Account
	Contacts      []Contact
	Opportunities []Opportunity
	ContactRoles  []ContactRole
	Notes         []Note
	Events        []Event
	Tasks         []Task
	Users         []User
	Agents        []Agent
	Tickets       []Ticket
}

// Account is a company, on one side or on both under the same name.
type Account struct {
	ID                    int
	OnSalesforce, OnDesk  bool
	Name                  string
	Website, Phone, Fax   string
	Industry              string
	Street, City, State   string
	Country, PostalCode   string
	Description           string
	Employees             int
	AnnualRevenue         int // whole units of the currency
	Region                string
	OwnerID, AgentID      int // a User on Salesforce, an Agent on Desk
	CreatedAt, ModifiedAt time.Time
}

// Contact is a person, on one side or on both under the same email. AccountID is an account that is
// on every side the contact is on.
type Contact struct {
	ID                         int
	OnSalesforce, OnDesk       bool
	Salutation                 string
	FirstName, LastName        string
	Email, Phone, Mobile       string // Email is empty for a few
	Title, Department          string
	Street, City, State        string
	Country, PostalCode        string
	Description                string
	DeskType                   string // Desk's free "type", which Salesforce has no counterpart for
	AccountID                  int
	OwnerID, AgentID           int
	CustomerTier               string // Bronze, Silver, Gold, Platinum, or empty
	Newsletter, NewsletterDesk bool   // each side's own: the same for most
	Birthday                   string // YYYY-MM-DD, or empty
	LoyaltyPoints              int
	CreatedAt, ModifiedAt      time.Time
}

// Opportunity belongs to a Salesforce account.
type Opportunity struct {
	ID, AccountID, OwnerID int
	Name, Stage            string
	Type, LeadSource       string
	NextStep, Description  string
	Amount                 int // whole units of the currency
	Probability            int // percent
	CloseDate              string
	Closed, Won            bool
	CreatedAt, ModifiedAt  time.Time
}

// ContactRole ties a contact to an opportunity of the contact's account.
type ContactRole struct {
	ID, ContactID, OpportunityID int
	Role                         string
	Primary                      bool
	CreatedAt                    time.Time
}

// Note is on a Salesforce contact: an enhanced note (ContentNote) or a legacy one.
type Note struct {
	ID, ContactID, OwnerID int
	Title, Body            string
	Enhanced               bool
	CreatedAt              time.Time
}

// Event is a calendar entry with a Salesforce contact, about an opportunity or nothing.
type Event struct {
	ID, ContactID, OpportunityID, OwnerID int
	Subject, Location, Description        string
	Start, End                            time.Time
	AllDay                                bool
	CreatedAt                             time.Time
}

// Task is to be done for a Salesforce contact, about an opportunity or nothing.
type Task struct {
	ID, ContactID, OpportunityID, OwnerID int
	Subject, Status, Priority, Subtype    string
	Description                           string
	DueDate                               string // YYYY-MM-DD
	Closed                                bool
	CreatedAt                             time.Time
}

// User is someone who works in Salesforce. The first is admin@sidelight.example.
type User struct {
	ID                  int
	FirstName, LastName string
	Username, Email     string
	Title               string
}

// Agent is someone who works in Desk, with the name of a profile.
type Agent struct {
	ID                  int
	FirstName, LastName string
	Email, Profile      string
}

// Profiles are Desk's, in order.
var Profiles = []string{"Support Administrator", "Support Manager", "Agent", "Light Agent"}

// Tiers and Regions are the values of the custom picklists.
var (
	Tiers   = []string{"Bronze", "Silver", "Gold", "Platinum"}
	Regions = []string{"EMEA", "Americas", "APAC"}
)

// Ticket is a Desk contact's request.
type Ticket struct {
	ID, ContactID, AgentID int
	Subject, Description   string
	Status, Priority       string
	Channel                string
	CreatedAt, ModifiedAt  time.Time
}
