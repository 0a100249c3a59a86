package sync

import (
	"context"
	"time"

	"sidelight/models"
)

// Store is what the engine keeps. models/store implements it on SQLite and on MySQL.
//
// Every method is one transaction. A method that loses a compare-and-set says so in its result, it does not fail.
type Store interface {
	// Integration reads the one row; UpdateIntegration changes it under its own lock and answers the new row. change may be
	// called again when another replica was faster; an error from it rolls back and is passed on. A change of the direction, or of what
	// is known of the vendors' fields, marks every link dirty in the same transaction.
	Integration(ctx context.Context) (models.Integration, error)
	UpdateIntegration(ctx context.Context, change func(*models.Integration) error) (models.Integration, error)

	Connection(ctx context.Context, side models.Side) (models.Connection, error)
	SetConnectionProblem(ctx context.Context, side models.Side, code models.Code, problem string) error // "" clears it

	FieldMappings(ctx context.Context, object models.SyncObject) ([]models.FieldMapping, error)
	// ReplaceFieldMappings replaces the object's mappings, raises MappingVersion and the epoch, marks every link of the object dirty and
	// forgets the object's load cursors when refetch is set (a field was added that the mirrors do not hold).
	ReplaceFieldMappings(ctx context.Context, object models.SyncObject, mappings []models.FieldMapping, refetch bool) error
	// SyncFilter is the object's filter, without conditions when none was saved. SaveSyncFilter replaces it, as ReplaceFieldMappings does.
	SyncFilter(ctx context.Context, object models.SyncObject) (models.SyncFilter, error)
	SaveSyncFilter(ctx context.Context, f models.SyncFilter, refetch bool) error

	Cursor(ctx context.Context, side models.Side, object models.SyncObject, kind string) (string, error) // "" when there is none
	SetCursor(ctx context.Context, c models.Cursor) error
	// PollCursors are the positions of all polls, with the database's time of each.
	PollCursors(ctx context.Context) ([]models.Cursor, error)

	// Observe upserts the mirror rows that are newer, or equally old but different, makes half links for records seen for
	// the first time, marks the links of changed rows dirty,
	// and moves the cursor (nil leaves it), all at once. A row whose content did not change is not dirty. Nothing is
	// stored where a reading may be older than what the row holds and the vendor's stamp does not tell: those are Doubtful. After the integration was deleted nothing is kept.
	Observe(ctx context.Context, side models.Side, object models.SyncObject, records []models.Record, cursor *models.Cursor) (models.ObserveResult, error)

	// DirtyLinks reads links to plan: dirty, PlanAfter over, without an open intent; oldest id first, after the given id.
	// Their ParentOn… are resolved.
	DirtyLinks(ctx context.Context, object models.SyncObject, after string, limit int) ([]models.LinkState, error)
	LinkState(ctx context.Context, linkID string) (models.LinkState, error) // NOT_FOUND
	// MatchCandidates reads, for each key, the links (half or whole) whose live mirror row on the side has that match key.
	MatchCandidates(ctx context.Context, object models.SyncObject, side models.Side, keys []string) (map[string][]models.LinkState, error)
	// LinksByRecord reads the links of records of one side; one that is unknown is absent.
	LinksByRecord(ctx context.Context, object models.SyncObject, side models.Side, ids []string) (map[string]models.LinkState, error)
	// SavePlans saves each plan under its link's version and the integration's epoch, with its tally; stale ones are skipped and stay
	// dirty. A plan that would absorb a link with an open intent is stale too.
	SavePlans(ctx context.Context, epoch int64, plans []models.LinkPlan) (saved int, err error)
	// MarkDirty marks links for planning again, because of the trigger.
	MarkDirty(ctx context.Context, linkIDs []string, cause models.RunTrigger) error
	// HalvesNamed reads half links of a side by the shown name of the record that the values make, first seen at or after since.
	HalvesNamed(ctx context.Context, object models.SyncObject, side models.Side, values models.Values, since time.Time) ([]models.LinkState, error)
	// BlankedSince counts, per side, the links of which a field there was cleared by a write since the time.
	BlankedSince(ctx context.Context, since time.Time) (map[models.Side]int, error)
	// UnansweredWrites are the creates and updates of the links that were sent, got no answer and were cancelled, oldest first; not those of before a later write to their side
	// was done.
	UnansweredWrites(ctx context.Context, linkIDs []string) (map[string][]models.Intent, error)
	// RecentChanges are the journal's entries of the links since the time, oldest first.
	RecentChanges(ctx context.Context, linkIDs []string, since time.Time) (map[string][]models.Change, error)
	// Links reads links, dirty or not, as DirtyLinks does: what a rehearsal and a compare go through.
	Links(ctx context.Context, object models.SyncObject, after string, limit int) ([]models.LinkState, error)

	// ClaimIntents claims due PENDING intents, and UNKNOWN ones (also SENDING ones whose lease ran out, which become UNKNOWN),
	// for the owner until the lease ends, by the database's clock. Accounts come before contacts, creates before updates.
	// Intents of an older epoch are cancelled instead and their links marked dirty.
	ClaimIntents(ctx context.Context, side models.Side, owner string, lease time.Duration, limit int) ([]models.Intent, error)
	// BeginSending moves claimed PENDING intents to SENDING if the integration may write now, is in their epoch, and the fence
	// still holds; it answers those that may be sent.
	BeginSending(ctx context.Context, intents []models.Intent) ([]models.Intent, error)
	// RenewIntents prolongs the claim on intents in SENDING, and tells whether their call may go on: they are still this owner's, the
	// integration may write and is in their epoch.
	RenewIntents(ctx context.Context, intents []models.Intent, lease time.Duration) (goOn bool, err error)
	// Finish records what became of sent or claimed intents: states; for DONE the mirror row, the link's id and bases, the
	// journal; failures; what takes an intent's place; tallies. Results whose fence is old are dropped and counted in stale.
	Finish(ctx context.Context, results []models.IntentResult) (stale int, err error)
	// Backlog counts the side's creates of the object that were never sent, and the object's links that may be planned now.
	Backlog(ctx context.Context, side models.Side, object models.SyncObject) (owed, coming int, err error)
	// CreatedBefore are the links of the intents for which an earlier create was sent to the side.
	CreatedBefore(ctx context.Context, side models.Side, intents []models.Intent) (map[string]bool, error)
	// UnknownCreates counts the creates of which it is not known whether they happened.
	UnknownCreates(ctx context.Context) (int, error)
	// Sending counts intents in SENDING whose lease has not run out: what pauseSync waits for.
	Sending(ctx context.Context) (int, error)

	StartRun(ctx context.Context, run models.SyncRun) error
	UpdateRun(ctx context.Context, run models.SyncRun) error // status, progress, finishedAt
	DropRun(ctx context.Context, id string) error            // of a run that did nothing
	OpenRun(ctx context.Context, trigger models.RunTrigger) (*models.SyncRun, error)
	LatestRun(ctx context.Context) (*models.SyncRun, error)
	SyncRun(ctx context.Context, id string) (*models.SyncRun, error)
	Counts(ctx context.Context) (models.SyncCounts, error)
	Pending(ctx context.Context) (int, error) // of Counts, for those who ask often
	// Lag is how old the oldest change is that is not yet on the other side, and how long ago the side and object that were asked for changes
	// longest ago were last asked. Zero when there is none.
	Lag(ctx context.Context) (waiting, unasked time.Duration, err error)

	// RetryFailures has the links of the open failures that match, by ids or by filter, planned again and answers how many. Their resting
	// fields are tried again too. RetryDue does the same for those whose time has come, and leaves resting fields alone.
	RetryFailures(ctx context.Context, ids []string, filter models.FailureFilter) (int, error)
	RetryDue(ctx context.Context) (int, error)
	Conflict(ctx context.Context, id string) (models.Conflict, error)
	ResolveConflict(ctx context.Context, id string, choose models.Side) (models.Conflict, error)
	// SetBase replaces a link's bases under its version and marks it dirty: how a chosen value is made to win.
	SetBase(ctx context.Context, link models.Link) (bool, error)

	// AcquireLease takes or renews a named lease by the database's clock; the fence rises with each new holder.
	AcquireLease(ctx context.Context, name, owner string, ttl time.Duration) (fence int64, held bool, err error)
	ReleaseLease(ctx context.Context, name, owner string) error

	// OpenWork says, of the links that have any, whether a write is owed and which code their open failure has.
	OpenWork(ctx context.Context, linkIDs []string) (map[string]models.OpenWork, error)

	SaveRehearsal(ctx context.Context, r models.Rehearsal) error
	SaveDriftReport(ctx context.Context, r models.DriftReport) error
	DriftReport(ctx context.Context) (*models.DriftReport, error) // the latest; nil when there is none
	// Mirror reads mirror rows by id; MirrorIDs walks the ids of the live ones in their order.
	Mirror(ctx context.Context, side models.Side, object models.SyncObject, ids []string) (map[string]*models.MirrorRow, error)
	MirrorIDs(ctx context.Context, side models.Side, object models.SyncObject, after string, limit int) ([]string, error)
	Audit(ctx context.Context, e models.AuditEntry) error
	// Prune removes history, resolved failures and conflicts, finished intents and the journal from before the time.
	Prune(ctx context.Context, before time.Time) error
	// Wipe removes credentials, mirrors, links, intents, related records and cursors, and sets the integration DELETED.
	Wipe(ctx context.Context) error
}
