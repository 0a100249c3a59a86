package sync

import (
	"context"
	"time"

	"sidelight/models"
)

// reader reads one object of one side with all the fields that its mirror holds, and keeps what it read.
type reader struct {
	engine *Engine
	remote Remote
	side   models.Side
	object models.SyncObject
	fields []string
}

func (e *Engine) reader(ctx context.Context, side models.Side, object models.SyncObject) (reader, error) {
	remote, err := e.Remotes.Remote(side)
	if err != nil {
		return reader{}, err
	}
	fields, err := e.fields(ctx, side, object)
	return reader{e, remote, side, object, fields}, err
}

// read reads records by their ids. One that the vendor does not know, or does not show, is absent.
func (r reader) read(ctx context.Context, ids []string) ([]models.Record, error) {
	asked := r.engine.Now()
	records, err := r.remote.Read(ctx, r.object, r.fields, ids)
	return askedAt(asked, records), err
}

func (r reader) find(ctx context.Context, by models.Find) ([]models.Record, error) {
	asked := r.engine.Now()
	records, err := r.remote.Find(ctx, r.object, r.fields, by)
	return askedAt(asked, records), err
}

// list reads a page of the fields, which may be fewer than the mirror's.
func (r reader) list(ctx context.Context, fields []string, token string) (models.RecordPage, error) {
	asked := r.engine.Now()
	page, err := r.remote.List(ctx, r.object, fields, token)
	askedAt(asked, page.Records)
	return page, err
}

func (r reader) changes(ctx context.Context, cursor string) (models.ChangePage, error) {
	asked := r.engine.Now()
	page, err := r.remote.Changes(ctx, r.object, r.fields, cursor)
	askedAt(asked, page.Records)
	return page, err
}

// absentIsGone tells whether the side's silence about a record that was asked for by its id is a deletion. Desk answers 404 for an id that it does not have, and 403 to
// who may not see it. Salesforce says nothing also of a record that is not shared with the integration's user (it answers queries and writes as if there were none):
// there only the recycle bin and the feed of deletions tell.
func absentIsGone(side models.Side) bool { return side == models.Desk }

// notShown is the failure of a record that may be gone and may be hidden.
func notShown(side models.Side, object models.SyncObject) *models.Error {
	return models.Errorf(models.CodeNotFound, "%s shows the %s no longer: it is gone for good, or not shared with the integration's user", side.Name(), object.Singular())
}

func askedAt(at time.Time, records []models.Record) []models.Record {
	for i := range records {
		records[i].AskedAt = at
	}
	return records
}

// doubts is how often a record is read again because others keep storing something else of it.
const doubts = 3

// keep stores what was read, and moves the cursor with it. Which of two readings at once is the newer one, the vendor's stamps do not tell (Salesforce's know whole
// seconds): what the store doubts is read again, so that a late reading never takes the place of a newer one.
func (r reader) keep(ctx context.Context, records []models.Record, cursor *models.Cursor) error {
	for again := 0; ; again++ {
		result, err := r.engine.Store.Observe(ctx, r.side, r.object, records, cursor)
		if err != nil || len(result.Doubtful) == 0 {
			return err
		}
		asked := r.engine.Now()
		if again >= doubts {
			asked = time.Time{}
		}
		newer, err := r.read(ctx, result.Doubtful)
		if err != nil {
			return at(r.side, err)
		}
		records = renewed(records, result.Doubtful, newer, asked)
	}
}

// renewed puts what was read again in the place of what was doubtful. Where reading says nothing, an event's word (a deletion) stands, as of now.
func renewed(records []models.Record, doubtful []string, newer []models.Record, asked time.Time) []models.Record {
	at := make(map[string]int, len(doubtful)+len(newer))
	for _, id := range doubtful {
		at[id] = -1
	}
	for i, n := range newer {
		at[n.ID] = i
	}
	for i := range records {
		n, doubted := at[records[i].ID]
		if !doubted {
			continue
		}
		if n >= 0 {
			records[i] = newer[n]
		}
		records[i].AskedAt = asked
	}
	return records
}
