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
)

// RelatedNeeds are the needs whose data is read from Salesforce for the card.
var RelatedNeeds = []Need{NeedOpportunities, NeedNotes, NeedEvents, NeedTasks}

// Switches are the on/off switches of a permission as bits.
type Switches uint16

// The switches of PRODUCT.md 1.8.
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

	AllSwitches = CanSee | CanContacts | CanAccounts | CanContactInfo | CanAccountInfo | CanOpportunities | CanNotes | CanEvents | CanTasks
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

// Allows tells whether the need is met. Contact info needs contacts to be on, account info accounts; related records
// need one of the two, since they hang on either.
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
	UpdatedAt time.Time
}

// Permission is the profile's access.
func (p Profile) Permission() Access { return Access{p.Switches, p.Hidden} }

// ProfilePermission is a change of a permission; nil leaves a switch as it is.
type ProfilePermission struct {
	Visible, Contacts, Accounts                                   *bool
	ContactInfo, AccountInfo, Opportunities, Notes, Events, Tasks *bool
	HiddenFields                                                  []string // nil leaves them as they are
	DenyMode                                                      *DenyMode
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
	if p.HiddenFields != nil {
		a.Hidden = slices.Clone(p.HiddenFields)
	}
	return a
}

// Scope is what kind of caller a token is for.
type Scope string

// Scopes, named as in the API. ADMIN may everything; AGENT and DASHBOARD only read, within their profile's access.
const (
	ScopeAgent     Scope = "AGENT"
	ScopeDashboard Scope = "DASHBOARD"
	ScopeAdmin     Scope = "ADMIN"
)

// DenyMode is how a denied selection is answered: null and listed (mask), an error for the field, or a refusal of all.
type DenyMode string

// Modes. The zero DenyMode is mask.
const (
	DenyMask   DenyMode = ""
	DenyError  DenyMode = "error"
	DenyReject DenyMode = "reject"
)

// Viewer is who asks: made from verified claims once per request.
type Viewer struct {
	Subject   string
	Scope     Scope
	Profile   *Profile // nil for an admin or a dashboard token without one
	Access    Access
	DenyMode  DenyMode
	TokenID   string // jti, or the service token's id
	SignInID  string // of the sign-in whose end is the token's too; "" for none
	ExpiresAt time.Time
}

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

// SignIn is one agent's sign-in on one device. Only the hash of its present refresh token is kept: any other one that comes for it was used
// before, gives the sign-in away as stolen, and ends it.
type SignIn struct {
	ID          string `gorm:"primaryKey"`
	Subject     string
	ProfileID   string
	Device      string
	RefreshHash []byte `json:"-"`
	CreatedAt   time.Time
	ExpiresAt   time.Time
	RevokedAt   *time.Time
}
