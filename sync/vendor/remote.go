// Package vendor says what a vendor is to the engine: what it can be asked, what its errors and its
// silence mean, and when it is left alone.
package vendor

import (
	"context"

	"sidelight/models"
)

// Remote is one vendor, as far as the engine needs it. Every implementation passes sync/remotetest.
//
// Errors are *models.Error: BAD_CREDENTIALS (only the admin can mend it), QUOTA_EXHAUSTED, BUSY,
// UPSTREAM_UNAVAILABLE (both with Retry), NO_ACCESS, CURSOR_EXPIRED, UNKNOWN_OUTCOME (a write whose
// answer was lost). A client refreshes an expired access token once and replays the call once, by
// itself; it never repeats a create.
type Remote interface {
	Side() models.Side
	// Check names the organization and checks what the sync requires of it.
	Check(ctx context.Context) (models.ConnectionInfo, error)
	// Organization is the id of the organization that the credentials lead to. It costs no call
	// where the sign-in has told it. A client serves one organization: once the credentials lead to
	// another one, every call is OTHER_ORGANIZATION.
	Organization(ctx context.Context) (string, error)
	// Describe lists the fields that the object really has now.
	Describe(ctx context.Context, object models.SyncObject) ([]models.Field, error)
	// Count is the number of live records, for the progress bar.
	Count(ctx context.Context, object models.SyncObject) (int, error)
	// List reads all live records page by page, oldest id first, so that a load can go on after its
	// last stored page.
	List(ctx context.Context, object models.SyncObject, fields []string, token string) (models.RecordPage, error)
	// Changes reads what was created, changed or deleted since the cursor. An empty cursor answers
	// no records and the mark "now" by the vendor's own clock, fixed before anything is read.
	// Windows overlap.
	Changes(ctx context.Context, object models.SyncObject, fields []string, cursor string) (models.ChangePage, error)
	// Read reads records by id. One that is in the recycle bin or was deleted answers with Deleted;
	// one of which the vendor says nothing is absent from the answer.
	Read(ctx context.Context, object models.SyncObject, fields []string, ids []string) ([]models.Record, error)
	// Find looks for records by our mark, or by the match field exactly (case and surrounding space
	// ignored). HasMark says whether the organization has the mark's field for the object.
	Find(ctx context.Context, object models.SyncObject, fields []string, by models.Find) ([]models.Record, error)
	HasMark(ctx context.Context, object models.SyncObject) (bool, error)
	// Write writes records of one object with one operation; the results stand in the order of the
	// writes. An error beside no results means that nothing was sent. At most Limits().Batch
	// records a call.
	Write(ctx context.Context, object models.SyncObject, writes []models.Write) ([]models.WriteResult, error)
	Limits() models.WriteLimits
	// Budget is the vendor's count of our calls, as of the latest answer.
	Budget() models.APIBudget
	// Revoke gives the tokens back; an already dead token is no error.
	Revoke(ctx context.Context) error
}

// Remotes hands out the connected sides. A side that is not connected is an error with code
// NOT_FOUND.
type Remotes interface {
	Remote(side models.Side) (Remote, error)
}

// AbsentIsGone tells whether silence about a record that was asked for by its id is proof of its
// deletion. Desk answers 404 for an id that it does not have, and 403 to who may not see it.
// Salesforce answers nothing for a record that is not shared with the integration's user: there
// only the recycle bin and the feed of deletions prove a deletion.
func AbsentIsGone(side models.Side) bool { return side == models.Desk }

// NotVisible is the failure of a record that may be gone and may be hidden.
func NotVisible(side models.Side, object models.SyncObject) *models.Error {
	return models.Errorf(
		models.CodeNotFound, "%s shows the %s no longer: it is gone for good, or not shared with the integration's user",
		side.Name(), object.Singular(),
	)
}

// Subscriber is a Remote at which we have left subscriptions (webhooks).
type Subscriber interface {
	// Unsubscribe removes them; without any it is no error.
	Unsubscribe(ctx context.Context) error
}

// Directory is a Remote that lists its users: to whom records belong.
type Directory interface {
	// Users lists the active ones.
	Users(ctx context.Context) ([]models.User, error)
}

// Sparse is a Remote whose lists lack some fields: asking for those costs a call for every record.
type Sparse interface {
	// Listed are those of the fields that lists give.
	Listed(ctx context.Context, object models.SyncObject, fields []string) ([]string, error)
}

// MarkFinder is a Remote that finds many records by our marks in a few calls.
type MarkFinder interface {
	// FindMarked reads the live records that carry the marks, by mark. A mark that no record
	// carries is absent. It is called only where the organization has the mark's field.
	FindMarked(
		ctx context.Context, object models.SyncObject, fields []string, linkIDs []string,
	) (map[string]models.Record, error)
}

// MarkReader is a Remote that tells which marks records carry.
type MarkReader interface {
	// Marks reads the marks of records, by the record's id; one without a mark is absent. It is
	// called only where the organization has the mark's field.
	Marks(ctx context.Context, object models.SyncObject, ids []string) (map[string]string, error)
}

// Streamer is a Remote that pushes changes.
type Streamer interface {
	// Streams tells whether a change stream is configured at all.
	Streams() bool
	// Stream hands over what changed after replay ("" for from now on) until ctx ends or the stream
	// fails. handle stores the batch and its replay position before it returns. A replay position
	// that has expired is CURSOR_EXPIRED.
	Stream(
		ctx context.Context, object models.SyncObject, replay string,
		handle func(context.Context, models.StreamBatch) error,
	) error
}
