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

// Reading tells whether the sync may read the vendors into the mirrors: also before the start, for a rehearsal.
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

// ConflictPolicy decides a field that both sides changed differently, where the field's rule does not.
type ConflictPolicy string

// Policies, named as in the API.
const (
	LatestWins     ConflictPolicy = "LATEST_WINS"
	SalesforceWins ConflictPolicy = "SALESFORCE_WINS"
	DeskWins       ConflictPolicy = "DESK_WINS"
)

// DeletePolicy says what an update of the surviving record means (PRODUCT.md 1.7).
type DeletePolicy string

// Policies, named as in the API.
const (
	RestoreOnUpdate DeletePolicy = "RESTORE_ON_UPDATE"
	StayDeleted     DeletePolicy = "STAY_DELETED"
)

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
	// Epoch rises whenever what was planned before must not be written any more (pause, direction, delete).
	Epoch int64
	// MappingVersion rises with every change of the field mapping; the engine re-plans when it moves.
	MappingVersion int64
	// PolicyVersion rises with every change of permissions; replicas compare it to swap their snapshot.
	PolicyVersion int64
	// Brake is set while a mass change waits for an admin (BROKEN), and released by resumeSync until it is through.
	Brake Brake
	// BrakeReleasedAt is when a mass change was last let through: what went before does not count any more.
	BrakeReleasedAt *time.Time
	// Drift are the mapped fields that were changed at a vendor since the mapping was saved.
	Drift        []MappingDrift `gorm:"serializer:json"`
	LoadedAt     *time.Time     // the first load is done
	PausedAt     *time.Time
	LastSyncedAt *time.Time
	UpdatedAt    time.Time
}

// MappingProblems are what an admin has to mend about mapped fields that were changed at a vendor. The fields are left out meanwhile.
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
}

// Connection is one side's connection. Secrets are sealed before they reach the database and never leave otherwise.
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

// ConnectionCheck is one requirement, checked while connecting (PRODUCT.md 1.1).
type ConnectionCheck struct {
	Name   string  `json:"name"`
	OK     bool    `json:"ok"`
	Detail *string `json:"detail,omitempty"`
}

// Credentials are what a client signs in with. They are sealed at rest and are never logged: String and GoString hide them.
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
	// Issued are when the latest access tokens were made, Unix seconds, where the vendor counts them: all replicas share the count.
	Issued []int64 `json:"issued,omitempty"`
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
	ResetsAt      *time.Time
}

// SyncCounts are the figures of the status screen.
type SyncCounts struct {
	LinkedContacts int
	LinkedAccounts int
	OpenFailures   int
	OpenConflicts  int
	Pending        int // links waiting to be planned and intents waiting to be written
}

// Cursor is how far a side's object was read by one way in. It is stored together with the rows it covers.
type Cursor struct {
	Side   Side       `gorm:"primaryKey"`
	Object SyncObject `gorm:"primaryKey"`
	// Kind is the way in: "load" (first load; Value is the page token, "done" when finished), "poll", "deleted", "stream".
	Kind      string `gorm:"primaryKey"`
	Value     string
	UpdatedAt time.Time
}

// Cursor kinds.
const (
	CursorLoad    = "load"
	CursorPoll    = "poll"
	CursorDeleted = "deleted"
	CursorStream  = "stream"
	CursorDrift   = "drift" // where a compare had to stop; "" for at the beginning
)

// PollRest begins the value of a poll cursor between two pages: the rest of that poll is owed, and not everything that changed until then was asked for.
const PollRest = "+"

// LoadDone is the value of a load cursor whose object was read to its end.
const LoadDone = "done"
