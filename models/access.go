package models

import (
	"slices"
	"time"
)

// Need is what a schema field needs from a profile's permission.
type Need string

// Needs, named as in the API.
const (
	NeedVisible       Need = "VISIBLE"
	NeedContacts      Need = "CONTACTS"
	NeedAccounts      Need = "ACCOUNTS"
	NeedContactInfo   Need = "CONTACT_INFO"
	NeedAccountInfo   Need = "ACCOUNT_INFO"
	NeedOpportunities Need = "OPPORTUNITIES"
	NeedNotes         Need = "NOTES"
	NeedEvents        Need = "EVENTS"
	NeedTasks         Need = "TASKS"
	NeedLists         Need = "LISTS"
	NeedLink          Need = "LINK"
)

// RelatedNeeds are the needs whose data is read from Salesforce for the card.
var RelatedNeeds = []Need{NeedOpportunities, NeedNotes, NeedEvents, NeedTasks}

// Switches are the on/off switches of a permission as bits.
type Switches uint16

// Switches of a profile.
const (
	CanSee Switches = 1 << iota // off hides the whole integration
	CanContacts
	CanAccounts
	CanContactInfo
	CanAccountInfo
	CanOpportunities
	CanNotes
	CanEvents
	CanTasks
	CanLists // lists of everybody's records, for agents

	// CanLink lets contacts be tied to each other by hand: a change, and so off unless it is given.
	CanLink Switches = 1 << 10

	// CardSwitches are all that a card needs; AllSwitches are everything.
	CardSwitches = CanSee | CanContacts | CanAccounts | CanContactInfo | CanAccountInfo | CanOpportunities | CanNotes | CanEvents | CanTasks
	AllSwitches  = CardSwitches | CanLists | CanLink
)

// Access is what a profile may see. The zero Access sees nothing.
type Access struct {
	Switches Switches `json:"switches"`
	Hidden   Strings  `json:"hidden"` // single fields: Type.field or a mapped field's name
}

// FullAccess sees everything.
var FullAccess = Access{Switches: AllSwitches}

// Has tells whether all the switches are on, and the integration is visible at all.
func (a Access) Has(s Switches) bool { return a.Switches&CanSee != 0 && a.Switches&s == s }

// Allows tells whether the need is met. Contact info needs contacts to be on, account info
// accounts; related records need one of the two, since they hang on either. Who links by hand
// searches by name and email: that needs contact info.
func (a Access) Allows(n Need) bool {
	either := a.Has(CanContacts) || a.Has(CanAccounts)
	switch n {
	case NeedVisible:
		return a.Has(CanSee)
	case NeedContacts:
		return a.Has(CanContacts)
	case NeedAccounts:
		return a.Has(CanAccounts)
	case NeedContactInfo:
		return a.Has(CanContacts | CanContactInfo)
	case NeedAccountInfo:
		return a.Has(CanAccounts | CanAccountInfo)
	case NeedOpportunities:
		return either && a.Has(CanOpportunities)
	case NeedNotes:
		return either && a.Has(CanNotes)
	case NeedEvents:
		return either && a.Has(CanEvents)
	case NeedTasks:
		return either && a.Has(CanTasks)
	case NeedLists:
		return a.Has(CanLists)
	case NeedLink:
		return a.Has(CanContacts | CanContactInfo | CanLink)
	}
	return false
}

// The getters of the API's Access type.

func (a Access) Visible() bool       { return a.Has(CanSee) }
func (a Access) Contacts() bool      { return a.Has(CanContacts) }
func (a Access) Accounts() bool      { return a.Has(CanAccounts) }
func (a Access) ContactInfo() bool   { return a.Has(CanContactInfo) }
func (a Access) AccountInfo() bool   { return a.Has(CanAccountInfo) }
func (a Access) Opportunities() bool { return a.Has(CanOpportunities) }
func (a Access) Notes() bool         { return a.Has(CanNotes) }
func (a Access) Events() bool        { return a.Has(CanEvents) }
func (a Access) Tasks() bool         { return a.Has(CanTasks) }
func (a Access) Lists() bool         { return a.Has(CanLists) }
func (a Access) Link() bool          { return a.Has(CanLink) }

// HiddenFields is never nil.
func (a Access) HiddenFields() []string {
	if a.Hidden == nil {
		return []string{}
	}
	return a.Hidden
}

// Profile is a Desk profile with its permission. ID is Desk's profile id.
type Profile struct {
	ID        string `gorm:"primaryKey"`
	Name      string
	Switches  Switches
	Hidden    Strings
	DenyMode  DenyMode
	Card      CardLayout
	UpdatedAt time.Time
}

// Permission is the profile's access.
func (p Profile) Permission() Access { return Access{p.Switches, p.Hidden} }

// ProfilePermission is a change of a permission; nil leaves a switch as it is.
type ProfilePermission struct {
	Visible, Contacts, Accounts                                   *bool
	ContactInfo, AccountInfo, Opportunities, Notes, Events, Tasks *bool
	Lists                                                         *bool
	Link                                                          *bool
	// HiddenFields are the fields that are hidden from now on; nil leaves them as they are.
	HiddenFields []string
	DenyMode     *DenyMode
	Card         *CardLayout
}

// Apply is the access after the change.
func (p ProfilePermission) Apply(a Access) Access {
	set := func(on *bool, s Switches) {
		if on == nil {
			return
		}
		if *on {
			a.Switches |= s
		} else {
			a.Switches &^= s
		}
	}
	set(p.Visible, CanSee)
	set(p.Contacts, CanContacts)
	set(p.Accounts, CanAccounts)
	set(p.ContactInfo, CanContactInfo)
	set(p.AccountInfo, CanAccountInfo)
	set(p.Opportunities, CanOpportunities)
	set(p.Notes, CanNotes)
	set(p.Events, CanEvents)
	set(p.Tasks, CanTasks)
	set(p.Lists, CanLists)
	set(p.Link, CanLink)
	if p.HiddenFields != nil {
		a.Hidden = slices.Clone(p.HiddenFields)
	}
	return a
}

// Scope is what kind of caller a token is for.
type Scope string

// Scopes, named as in the API. ADMIN may everything; AGENT and DASHBOARD only read, within their
// profile's access.
const (
	ScopeAgent     Scope = "AGENT"
	ScopeDashboard Scope = "DASHBOARD"
	ScopeAdmin     Scope = "ADMIN"
)

// DenyMode is how a denied selection is answered: null and listed (mask), an error for the field,
// or a refusal of all.
type DenyMode string

// Modes. The zero DenyMode is mask.
const (
	DenyMask   DenyMode = ""
	DenyError  DenyMode = "error"
	DenyReject DenyMode = "reject"
)

// Viewer is who asks: made from verified claims once per request.
type Viewer struct {
	Subject  string
	Scope    Scope
	Profile  *Profile // nil for an admin or a dashboard token without one
	Access   Access
	DenyMode DenyMode
	TokenID  string // jti, or the service token's id
	Issued   bool   // the token has a row, whose end is the token's too
	SignInID string // of the sign-in whose end is the token's too; "" for none
	AgentID  string // Desk's id of the agent, "" where the token does not tell
	// Preview is an admin's, who looks as the profile does.
	Preview bool
	// Cards say whose cards agents may ask for.
	Cards     AgentCards
	ExpiresAt time.Time
}

// OnlyTickets tells whether the viewer is shown the customers of tickets alone. What leads from one
// to other customers is closed to them.
func (v *Viewer) OnlyTickets() bool { return v.Scope == ScopeAgent && v.Cards.OnlyTickets() }

// ServiceToken is a dashboard's token. Only its hash is kept.
type ServiceToken struct {
	ID         string `gorm:"primaryKey"`
	Name       string
	Hash       []byte `json:"-"`
	ProfileID  *string
	DenyMode   DenyMode
	CreatedAt  time.Time
	ExpiresAt  *time.Time
	LastUsedAt *time.Time
	RevokedAt  *time.Time
	Profile    *Profile `gorm:"-"`
}

// AuditEntry says who changed what. Detail never holds secrets.
type AuditEntry struct {
	ID      int64 `gorm:"primaryKey;autoIncrement"`
	At      time.Time
	Subject string
	Action  string
	Target  *string
	Detail  map[string]any `gorm:"serializer:json"`
}
