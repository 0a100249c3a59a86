package models

import "time"

// IntegrationStatus is where the integration stands:
//
//	NOT_CONNECTED ─connect both─▶ READY ─startSync─▶ LOADING ─first load done─▶ ACTIVE
//	LOADING, ACTIVE ─pauseSync─▶ PAUSED ─resumeSync─▶ where it was
//	any ─credentials refused, brake─▶ BROKEN (reason says what to do) ─mended─▶ where it was
//	any ─deleteIntegration─▶ DELETED
type IntegrationStatus string

// Statuses, named as in the API.
const (
	StatusNotConnected IntegrationStatus = "NOT_CONNECTED"
	StatusReady        IntegrationStatus = "READY"
	StatusLoading      IntegrationStatus = "LOADING"
	StatusActive       IntegrationStatus = "ACTIVE"
	StatusPaused       IntegrationStatus = "PAUSED"
	StatusBroken       IntegrationStatus = "BROKEN"
	StatusDeleted      IntegrationStatus = "DELETED"
)

// Writing tells whether the sync may write while the integration is in this status.
func (s IntegrationStatus) Writing() bool { return s == StatusLoading || s == StatusActive }

// Reading tells whether the sync may read the vendors into the mirrors: also before the start, for
// a rehearsal.
func (s IntegrationStatus) Reading() bool { return s == StatusReady || s.Writing() }

// SyncDirection is two-way or Salesforce to Desk only.
type SyncDirection string

// Directions, named as in the API.
const (
	TwoWay           SyncDirection = "TWO_WAY"
	SalesforceToDesk SyncDirection = "SALESFORCE_TO_DESK"
)

// WritesTo tells whether the direction lets the sync write to the side.
func (d SyncDirection) WritesTo(side Side) bool { return side == Desk || d == TwoWay }

// ConflictPolicy decides a field that both sides changed differently, where the field's rule does
// not.
type ConflictPolicy string

// Policies, named as in the API.
const (
	LatestWins     ConflictPolicy = "LATEST_WINS"
	SalesforceWins ConflictPolicy = "SALESFORCE_WINS"
	DeskWins       ConflictPolicy = "DESK_WINS"
)

// DeletePolicy says what an update of the surviving record means.
type DeletePolicy string

// Policies, named as in the API.
const (
	RestoreOnUpdate DeletePolicy = "RESTORE_ON_UPDATE"
	StayDeleted     DeletePolicy = "STAY_DELETED"
)

// AgentCards says whose cards agents may ask for. Admins, dashboards and views of a profile by an
// admin may ask for any.
type AgentCards string

// Choices, named as in the API.
const (
	// AnyCustomer lets agents ask by any key: the card stands on Desk's contact and account pages,
	// too.
	AnyCustomer AgentCards = "ANY_CUSTOMER"
	// VisibleTickets lets agents ask by a ticket that they may see in Desk, where Desk shares the
	// tickets of a department publicly, as it does unless set otherwise.
	VisibleTickets AgentCards = "VISIBLE_TICKETS"
	// VisiblePrivateTickets is the same where Desk's data sharing makes tickets private.
	VisiblePrivateTickets AgentCards = "VISIBLE_PRIVATE_TICKETS"
)

// OnlyTickets tells whether agents may ask by tickets alone. What is not known is the stricter
// choice.
func (c AgentCards) OnlyTickets() bool { return c != "" && c != AnyCustomer }

// DefaultHistoryDays is how long history, resolved failures and the journal are kept unless set.
const DefaultHistoryDays = 90

// Integration is the one row that says what the sync may do. There is exactly one.
type Integration struct {
	ID     int `gorm:"primaryKey"` // always 1
	Status IntegrationStatus
	Reason *string
	// ReasonCode names the reason for programs; "" when there is none.
	ReasonCode Code
	// WaitingUntil is when the sync goes on by itself; nil while it does not wait.
	WaitingUntil   *time.Time
	Resume         IntegrationStatus // where resumeSync or a mended connection goes back to
	Direction      SyncDirection
	ConflictPolicy ConflictPolicy
	DeletePolicy   DeletePolicy
	HistoryDays    int
	// MatchSecondaryEmail lets a contact's second email find its counterpart, too.
	MatchSecondaryEmail bool
	// AgentShare is the percentage of the vendors' daily API calls that the sync leaves for agents.
	// Nil is the server's own setting.
	AgentShare *int
	// AgentCards says whose cards agents may ask for.
	AgentCards AgentCards
	// Epoch rises whenever what was planned before must not be written any more (pause, direction,
	// delete).
	Epoch int64
	// MappingVersion rises with every change of the field mapping; the engine re-plans when it
	// moves.
	MappingVersion int64
	// PolicyVersion rises with every change of permissions; replicas compare it to swap their
	// snapshot.
	PolicyVersion int64
	// Erasures rises whenever people are erased or let in again; replicas compare it to forget what
	// they hold in memory. Zero means that nobody ever was.
	Erasures int64
	// Brake is set while a mass change waits for an admin (BROKEN), and released by resumeSync
	// until it is through.
	Brake Brake
	// BrakeReleasedAt is when a mass change was last let through: what went before does not count
	// any more.
	BrakeReleasedAt *time.Time
	// GoneAcceptedAt is when an admin last said that records which were gone without a trace are
	// meant to be: what was last changed before does not halt the sync any more.
	GoneAcceptedAt *time.Time
	// DeskOrg and SalesforceOrg are the organizations whose records are linked; "" until a side is
	// connected.
	DeskOrg       string
	SalesforceOrg string
	// Drift are the mapped fields that were changed at a vendor since the mapping was saved.
	Drift        []MappingDrift `gorm:"serializer:json"`
	LoadedAt     *time.Time     // the first load is done
	PausedAt     *time.Time
	LastSyncedAt *time.Time
	UpdatedAt    time.Time
}

// MappingProblems are what an admin has to mend about mapped fields that were changed at a vendor.
// The fields are left out meanwhile.
func (in Integration) MappingProblems() []MappingProblem {
	out := []MappingProblem{}
	for _, d := range in.Drift {
		if d.Problem != nil {
			out = append(out, *d.Problem)
		}
	}
	return out
}

// Brake keeps a mass deletion or mass blanking from being carried to the other side unasked.
type Brake string

// States of the brake.
const (
	BrakeOff      Brake = ""
	BrakeOn       Brake = "ON"
	BrakeReleased Brake = "RELEASED"
)

// SyncPolicy is a change of the policies; nil leaves one as it is.
type SyncPolicy struct {
	Direction      *SyncDirection
	ConflictPolicy *ConflictPolicy
	DeletePolicy   *DeletePolicy
	HistoryDays    *int
	// MatchSecondaryEmail lets second emails match.
	MatchSecondaryEmail *bool
	// AgentShare is a percentage between MinAgentShare and MaxAgentShare; ServerShare goes back to
	// the server's own setting.
	AgentShare  *int
	ServerShare bool
	// AgentCards says whose cards agents may ask for.
	AgentCards *AgentCards
}

// What may be kept for agents, in percent: neither they nor the sync are left without calls.
const (
	MinAgentShare = 5
	MaxAgentShare = 95
)

// Apply makes the change.
func (p SyncPolicy) Apply(in *Integration) {
	set(&in.Direction, p.Direction)
	set(&in.ConflictPolicy, p.ConflictPolicy)
	set(&in.DeletePolicy, p.DeletePolicy)
	set(&in.HistoryDays, p.HistoryDays)
	set(&in.MatchSecondaryEmail, p.MatchSecondaryEmail)
	set(&in.AgentCards, p.AgentCards)
	if p.AgentShare != nil || p.ServerShare {
		in.AgentShare = p.AgentShare
	}
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// Connection is one side's connection. Secrets are sealed before they reach the database and never
// leave otherwise.
type Connection struct {
	Side         Side `gorm:"primaryKey"`
	Connected    bool
	Host         *string // where the API is: Salesforce instance or My Domain, Desk API host
	LoginURL     *string // where the tokens come from
	Organization *string // name or id of the org
	OrgID        *string
	// Secrets is the sealed JSON of Credentials (tink AEAD, associated data "connections/SIDE").
	Secrets     []byte `json:"-"`
	ConnectedAt *time.Time
	Problem     *string // why it does not work now, for people
	ProblemCode Code
	Checks      []ConnectionCheck `gorm:"serializer:json"`
	UpdatedAt   time.Time
}

// ConnectionCheck is one requirement, checked while connecting.
type ConnectionCheck struct {
	Name   string  `json:"name"`
	OK     bool    `json:"ok"`
	Detail *string `json:"detail,omitempty"`
}

// Credentials are what a client signs in with. They are sealed at rest and are never logged: String
// and GoString hide them.
type Credentials struct {
	Grant        string `json:"grant"` // authorization_code, client_credentials, jwt_bearer
	ClientID     string `json:"clientId,omitempty"`
	ClientSecret string `json:"clientSecret,omitempty"`
	PrivateKey   string `json:"privateKey,omitempty"` // PEM, jwt_bearer
	Username     string `json:"username,omitempty"`   // jwt_bearer
	RefreshToken string `json:"refreshToken,omitempty"`
	AccessToken  string `json:"accessToken,omitempty"`
	InstanceURL  string `json:"instanceUrl,omitempty"`
	ExpiresAt    int64  `json:"expiresAt,omitempty"` // Unix seconds; 0 when the vendor does not say
	// Issued are when the latest access tokens were made, Unix seconds, where the vendor counts
	// them: all replicas share the count.
	Issued []int64 `json:"issued,omitempty"`
}

// Revocable is the token to give back when the connection ends: the refresh token, which takes
// every access token with it, or else the access token. It is "" when there is none.
func (c Credentials) Revocable() string {
	if c.RefreshToken != "" {
		return c.RefreshToken
	}
	return c.AccessToken
}

// String hides the secrets.
func (Credentials) String() string { return "[credentials]" }

// GoString hides the secrets.
func (Credentials) GoString() string { return "[credentials]" }

// APIBudget is the vendor's count of our API calls.
type APIBudget struct {
	Side          Side
	Used          *int
	Limit         *int
	KeptForAgents *int
	// KeptPercent is the share of the calls that is kept for agents.
	KeptPercent int
	ResetsAt    *time.Time
}

// SyncCounts are the figures of the status screen.
type SyncCounts struct {
	LinkedContacts int
	LinkedAccounts int
	OpenFailures   int
	OpenConflicts  int
	Pending        int // links waiting to be planned and intents waiting to be written
}
