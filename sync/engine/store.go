package engine

import (
	"context"
	"time"

	"sidelight/models"
	"sidelight/sync/compare"
	"sidelight/sync/execute"
	"sidelight/sync/gather"
	"sidelight/sync/history"
	"sidelight/sync/lease"
	"sidelight/sync/mirror"
	"sidelight/sync/observe"
	"sidelight/sync/rehearse"
)

// Store is what the engine and its stages keep. models/store implements it on SQLite, MariaDB and
// MySQL.
//
// Every method is one transaction. A method that loses a compare-and-set says so in its result; it
// does not fail.
type Store interface {
	lease.Store
	mirror.Store
	history.Store
	observe.Store
	gather.Store
	execute.Store
	compare.Store
	rehearse.Store

	Connection(ctx context.Context, side models.Side) (models.Connection, error)
	// SetConnectionProblem notes what is wrong with a connection; "" clears it.
	SetConnectionProblem(ctx context.Context, side models.Side, code models.Code, problem string) error
	// ReplaceFieldMappings replaces the object's mappings, raises MappingVersion and the epoch,
	// marks every link of the object dirty and forgets the object's load cursors when refetch is
	// set (a field was added that the mirrors do not hold).
	ReplaceFieldMappings(ctx context.Context, object models.SyncObject, mappings []models.FieldMapping, refetch bool) error
	// ReplaceConstants replaces what the object's new records get, as ReplaceFieldMappings does.
	ReplaceConstants(ctx context.Context, object models.SyncObject, constants []models.Constant) error
	// SaveSyncFilter replaces the object's filter, as ReplaceFieldMappings does.
	SaveSyncFilter(ctx context.Context, f models.SyncFilter, refetch bool) error

	// DirtyLinks reads links to plan: dirty, PlanAfter over, without an open intent; oldest id
	// first, after the given id. Their ParentOn… are resolved.
	DirtyLinks(ctx context.Context, object models.SyncObject, after string, limit int) ([]models.LinkState, error)
	// SavePlans saves each plan under its link's version and the integration's epoch, with its
	// tally; stale ones are skipped and stay dirty. A plan that would absorb a link with an open
	// intent is stale too.
	SavePlans(ctx context.Context, epoch int64, plans []models.LinkPlan) (saved int, err error)
	// BlankedSince counts, per side, the links that had a field cleared there by a write since the
	// time.
	BlankedSince(ctx context.Context, since time.Time) (map[models.Side]int, error)
	// Sending counts intents in SENDING whose lease has not run out: what pauseSync waits for.
	Sending(ctx context.Context) (int, error)

	Counts(ctx context.Context) (models.SyncCounts, error)
	Pending(ctx context.Context) (int, error) // of Counts, for those who ask often
	// Lag is the age of the oldest change that is not on the other side yet, zero when there is
	// none, and by side the time since the oldest of the last polls of its objects.
	Lag(ctx context.Context) (waiting time.Duration, unasked map[models.Side]time.Duration, err error)

	// RetryFailures plans the links of the matching open failures again, by ids or by filter, and
	// their resting fields too. It answers how many. RetryDue does so for failures whose time has
	// come, and leaves resting fields alone.
	RetryFailures(ctx context.Context, ids []string, filter models.FailureFilter) (int, error)
	RetryDue(ctx context.Context) (int, error)
	Conflict(ctx context.Context, id string) (models.Conflict, error)
	ResolveConflict(ctx context.Context, id string, choose models.Side) (models.Conflict, error)

	// NoteCalls keeps a side's count of API calls for the present day, where it is higher than what
	// is kept; Activity is what the sync did on each day of a time.
	NoteCalls(ctx context.Context, side models.Side, used int) error
	Activity(ctx context.Context, from, to time.Time) ([]models.ActivityDay, error)

	// Prune removes history, resolved failures and conflicts, finished intents and the journal from
	// before the time.
	Prune(ctx context.Context, before time.Time) error
	// BeginAnew takes the organization for the one whose records of the side are linked from now
	// on, forgets all records, and sets the integration READY.
	BeginAnew(ctx context.Context, side models.Side, org string) (models.Integration, error)
	// LatestMoved reads the links of an object whose records were changed last, by the vendors'
	// times.
	LatestMoved(ctx context.Context, object models.SyncObject, limit int) ([]models.LinkState, error)
	// PruneDeleted has people leave the mirrors who were deleted at their vendor before the time.
	PruneDeleted(ctx context.Context, before time.Time) error
	// Erase removes a person from every table, and keeps them away; a dry run only counts.
	Erase(ctx context.Context, who models.PersonKey, dry bool) (models.ErasureReceipt, error)
	// LiftErasure lets a person in again, with both sides' records at once.
	LiftErasure(ctx context.Context, who models.PersonKey, records map[models.Side][]models.Record) (lifted int, err error)
	// Wipe removes credentials, mirrors, links, intents, related records and cursors, and sets the
	// integration DELETED.
	Wipe(ctx context.Context) error
}
