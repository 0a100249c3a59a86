package graph

import (
	"context"
	"time"

	"sidelight/models"
)

// Store is what the API reads and keeps by itself. models/store implements it. Lists come with
// opaque keyset cursors, stable under ties; a cursor that is not of this list and order is
// BAD_USER_INPUT. Only the columns named are selected.
type Store interface {
	Contacts(ctx context.Context, f models.ContactFilter, order models.ContactOrder, page models.Page, columns models.Sources, total bool) (models.Slice[models.Contact], error)
	Accounts(ctx context.Context, f models.AccountFilter, order models.AccountOrder, page models.Page, columns models.Sources, total bool) (models.Slice[models.Account], error)
	Opportunities(ctx context.Context, f models.OpportunityFilter, order models.OpportunityOrder, page models.Page, total bool) (models.Slice[models.Opportunity], error)
	Pipeline(ctx context.Context, group models.PipelineGroup, f models.OpportunityFilter, first *int) ([]models.PipelineBucket, error)
	// AccountsBySalesforceID and AccountsByDeskID answer in no order; missing ones are absent.
	AccountsBySalesforceID(ctx context.Context, ids []string, columns models.Sources) (map[string]*models.Account, error)
	AccountsByDeskID(ctx context.Context, ids []string, columns models.Sources) (map[string]*models.Account, error)
	Link(ctx context.Context, id string) (*models.Link, error)
	RelatedMirrors(ctx context.Context) (map[models.RelatedObject]models.RelatedMirror, error)

	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	Connection(ctx context.Context, side models.Side) (models.Connection, error)

	Profiles(ctx context.Context) ([]models.Profile, error)
	// SetProfilePermission changes a profile's permission, raises PolicyVersion and answers before
	// and after. NOT_FOUND.
	SetProfilePermission(ctx context.Context, id string, change models.ProfilePermission) (before, after models.Profile, err error)
	// SaveProfiles upserts the profiles that Desk has (id and name); a new one gets no access until
	// an admin or a default gives it.
	SaveProfiles(ctx context.Context, profiles []models.Profile) error
	PolicyVersion(ctx context.Context) (int64, error)

	// SyncRuns are listed newest first.
	SyncRuns(ctx context.Context, f models.SyncRunFilter, page models.Page, total bool) (models.Slice[models.SyncRun], error)
	SyncRun(ctx context.Context, id string) (*models.SyncRun, error)
	// Changes is the journal, latest first.
	Changes(ctx context.Context, f models.ChangeFilter, page models.Page, total bool) (models.Slice[models.Change], error)
	// Sections tells, also where no section is asked for, when each side was last asked for changes
	// of all its objects.
	Sections(ctx context.Context, r models.CardRead) (models.CardAnswer, error)
	Failures(ctx context.Context, f models.FailureFilter, page models.Page, total bool) (models.Slice[models.Failure], error)
	// FailureGroups answers the largest groups of failures that share a cause, at most so many.
	FailureGroups(ctx context.Context, f models.FailureFilter, most int) ([]models.FailureGroup, error)
	FailureCategories(ctx context.Context, f models.FailureFilter) ([]models.FailureCategory, error)
	Conflicts(ctx context.Context, f models.ConflictFilter, page models.Page, total bool) (models.Slice[models.Conflict], error)
	Rehearsal(ctx context.Context, id string) (*models.Rehearsal, error)

	ServiceTokens(ctx context.Context) ([]models.ServiceToken, error)
	CreateServiceToken(ctx context.Context, t models.ServiceToken) error
	// ServiceTokenByHash answers NOT_FOUND for an unknown one; TouchServiceToken notes its use (at
	// most once a minute).
	ServiceTokenByHash(ctx context.Context, hash []byte) (models.ServiceToken, error)
	TouchServiceToken(ctx context.Context, id string) error
	RevokeServiceToken(ctx context.Context, id string) (models.ServiceToken, error)

	SignIns(ctx context.Context, f models.SignInFilter, page models.Page, total bool) (models.Slice[models.SignIn], error)
	RevokeSignIn(ctx context.Context, id string) (models.SignIn, error)

	Audit(ctx context.Context, e models.AuditEntry) error
	// AuditLog is listed newest first.
	AuditLog(ctx context.Context, f models.AuditFilter, page models.Page, total bool) (models.Slice[models.AuditEntry], error)
}

// Sync is the engine as the admin API drives it. sync.Engine implements it.
type Sync interface {
	Integration(ctx context.Context) (models.Integration, error)
	Counts(ctx context.Context) (models.SyncCounts, error)
	Progress(ctx context.Context) (*models.SyncProgress, error) // nil when nothing runs
	Budgets(ctx context.Context) []models.APIBudget
	LagSeconds(ctx context.Context) (*float64, error)
	// PollInterval is how long the side may go without being asked for changes.
	PollInterval(ctx context.Context, side models.Side) (time.Duration, error)
	SetPolicy(ctx context.Context, p models.SyncPolicy) (models.Integration, error)
	Describe(ctx context.Context, side models.Side, object models.SyncObject) ([]models.Field, error)
	// SaveFieldMappings saves nothing when one of the problems is an ERROR.
	SaveFieldMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput) (saved bool, mappings []models.FieldMapping, problems []models.MappingProblem, err error)
	// CheckFieldMappings is what SaveFieldMappings would find wrong.
	CheckFieldMappings(ctx context.Context, object models.SyncObject, in []models.FieldMappingInput) ([]models.MappingProblem, error)
	// FieldSamples are values of the side's fields, out of a few of its records.
	FieldSamples(ctx context.Context, side models.Side, object models.SyncObject) ([]models.FieldSample, error)
	// Activity is what the sync did on the last days.
	Activity(ctx context.Context, days int) ([]models.ActivityDay, error)
	// LinkContact ties two contacts that have no counterparts.
	LinkContact(ctx context.Context, deskID, salesforceID string) (*models.Link, error)
	ResetFieldMappings(ctx context.Context, object models.SyncObject) (saved bool, mappings []models.FieldMapping, problems []models.MappingProblem, err error)
	Rehearse(ctx context.Context) (models.Rehearsal, error)
	// RehearseChange forecasts under a mapping, or with constants, that are not saved; nil is what
	// is saved. What could not be saved is BAD_USER_INPUT.
	RehearseChange(
		ctx context.Context, object models.SyncObject, in []models.FieldMappingInput, constants []models.ConstantInput,
	) (models.Rehearsal, error)
	// Constants are what new records of the object get.
	Constants(ctx context.Context, object models.SyncObject) ([]models.Constant, error)
	// SaveConstants saves nothing when one of the problems is an ERROR.
	SaveConstants(
		ctx context.Context, object models.SyncObject, in []models.ConstantInput,
	) (saved bool, constants []models.Constant, problems []models.MappingProblem, err error)
	// RehearsePolicy forecasts under policies that are not saved.
	RehearsePolicy(ctx context.Context, p models.SyncPolicy) (models.Rehearsal, error)
	SyncFilters(ctx context.Context) ([]models.SyncFilter, error)
	// SaveSyncFilter saves nothing when one of the problems is an ERROR.
	SaveSyncFilter(ctx context.Context, object models.SyncObject, in models.SyncFilterInput) (saved bool, filter models.SyncFilter, problems []models.MappingProblem, err error)
	CheckDrift(ctx context.Context) (models.DriftReport, error)
	DriftReport(ctx context.Context) (*models.DriftReport, error) // nil before the first
	Start(ctx context.Context) (models.SyncRun, error)
	Pause(ctx context.Context) (models.Integration, error)
	Resume(ctx context.Context) (models.Integration, error)
	Retry(ctx context.Context, ids []string, f models.FailureFilter) (int, error)
	ResolveConflict(ctx context.Context, id string, choose models.Side) (models.Conflict, error)
	Delete(ctx context.Context) error
	// Erase removes a person from everything that is kept, and keeps them away; dry only counts.
	Erase(ctx context.Context, who models.PersonKey, dry bool) (models.ErasureReceipt, error)
	// LiftErasure reads an erased person from both sides again, and lets them in.
	LiftErasure(ctx context.Context, who models.PersonKey) (models.LiftErasurePayload, error)
	// Watch hands over the progress whenever it moves, until ctx ends; then the channel closes.
	Watch(ctx context.Context) <-chan models.SyncProgress
}

// Connector connects and disconnects the sides. server implements it.
type Connector interface {
	// ConnectSalesforce starts the web-server flow: authorizeURL is where the admin's browser goes;
	// "" when no consent is needed.
	ConnectSalesforce(ctx context.Context, loginURL, clientID, clientSecret string) (authorizeURL string, err error)
	ConnectDesk(ctx context.Context, dataCenter, orgID, clientID, clientSecret string) (authorizeURL string, err error)
	Disconnect(ctx context.Context, side models.Side) error
	// TakeOrganization takes a side as it is now for the one whose records are linked from now on.
	// It is a CONFLICT unless the sync was halted because a side is not what its links were made
	// with.
	TakeOrganization(ctx context.Context, side models.Side) (models.Integration, error)
}

// Card is the customer card. widget.Service implements it.
type Card interface {
	// Customer answers nil when nobody matches.
	Customer(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Customer, error)
	// Refresh reads the selected sections (and the profile) from Salesforce again, now.
	Refresh(ctx context.Context, key models.CustomerKey, sel models.Selection) (*models.Customer, error)
	Opportunities(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Opportunity], error)
	// OpportunitySums adds up the stored opportunities of the customer, currencies apart.
	OpportunitySums(ctx context.Context, q models.RelatedQuery) ([]models.OpportunitySum, error)
	Notes(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Note], error)
	Events(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Event], error)
	Tasks(ctx context.Context, q models.RelatedQuery) (models.Slice[models.Task], error)
	// Fields are the mapped fields of a pair in the mapping's order, the named ones left out.
	Fields(ctx context.Context, pair *models.Pair, hidden func(name string) bool) ([]models.FieldValue, error)
	// SalesforceURL and DeskURL are deep links; nil where the side is not connected or the id is
	// unknown.
	SalesforceURL(ctx context.Context, object, id string) *string
	DeskURL(ctx context.Context, object models.SyncObject, id string) *string
	// Changed signals when the customer's card has moved, as far as it is not closed (ACCOUNTS),
	// until ctx ends.
	Changed(ctx context.Context, key models.CustomerKey, closed ...models.Need) <-chan struct{}
}
