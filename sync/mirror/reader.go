package mirror

import (
	"context"
	"time"

	"sidelight/models"
	"sidelight/sync/vendor"
)

// Reader reads one object of one side with all the fields that its mirror holds, and observes what
// it read.
type Reader struct {
	Side   models.Side
	Object models.SyncObject
	// Fields are the names of the fields that the mirrors of the object hold: those that are
	// mapped, filtered by or shown on the card, as far as the side has them. A path (Owner.Name) is
	// kept when its relation's own field exists.
	Fields []string
	Remote vendor.Remote

	store Store
	now   func() time.Time
}

// Read reads records by their ids, as the vendor holds them now. One that the vendor does not know,
// or does not show, is absent.
func (r Reader) Read(ctx context.Context, ids []string) ([]models.Record, error) {
	asked := r.now()
	records, err := r.Remote.Read(ctx, r.Object, r.Fields, ids)
	if err != nil {
		return nil, err
	}
	for i := range records {
		records[i].ByID = true
	}
	return r.admit(ctx, asked, records)
}

// Find looks for records by our mark or by the match field.
func (r Reader) Find(ctx context.Context, by models.Find) ([]models.Record, error) {
	asked := r.now()
	records, err := r.Remote.Find(ctx, r.Object, r.Fields, by)
	if err != nil {
		return nil, err
	}
	return r.admit(ctx, asked, records)
}

// List reads a page of the fields, which may be fewer than the mirror's.
func (r Reader) List(ctx context.Context, fields []string, token string) (models.RecordPage, error) {
	asked := r.now()
	page, err := r.Remote.List(ctx, r.Object, fields, token)
	if err != nil {
		return page, err
	}
	page.Records, err = r.admit(ctx, asked, page.Records)
	return page, err
}

// Changes reads what changed since the cursor.
func (r Reader) Changes(ctx context.Context, cursor string) (models.ChangePage, error) {
	asked := r.now()
	page, err := r.Remote.Changes(ctx, r.Object, r.Fields, cursor)
	if err != nil {
		return page, err
	}
	page.Records, err = r.admit(ctx, asked, page.Records)
	return page, err
}

// admit notes when records were asked for, and leaves out those of erased people: nothing is made
// of them, not even a line in a report.
func (r Reader) admit(ctx context.Context, asked time.Time, records []models.Record) ([]models.Record, error) {
	return r.store.Admit(ctx, r.Side, r.Object, AskedAt(asked, records))
}

// AskedAt notes when records were asked for: which of two crossing readings is newer hangs on it.
func AskedAt(at time.Time, records []models.Record) []models.Record {
	for i := range records {
		records[i].AskedAt = at
	}
	return records
}

// rereads is the maximum of times that a record is read again because other readings of it are
// stored meanwhile.
const rereads = 3

// Observe stores what was read, and moves the cursor with it. Two readings of one record at about
// the same time cannot be put in order by the vendor's stamps; Salesforce's are whole seconds. What
// the store doubts is read again, so that a late reading never replaces a newer one.
func (r Reader) Observe(ctx context.Context, records []models.Record, cursor *models.Cursor) error {
	_, err := r.ObserveChanges(ctx, records, cursor)
	return err
}

// ObserveChanges is Observe, and answers what that changed.
func (r Reader) ObserveChanges(ctx context.Context, records []models.Record, cursor *models.Cursor) (models.ObserveResult, error) {
	for again := 0; ; again++ {
		result, err := r.store.Observe(ctx, r.Side, r.Object, records, cursor)
		if err != nil || len(result.Doubtful) == 0 {
			return result, err
		}
		asked := r.now()
		if again >= rereads {
			asked = time.Time{}
		}
		newer, err := r.Read(ctx, result.Doubtful)
		if err != nil {
			return result, vendor.WithSide(r.Side, err)
		}
		records = replaceDoubtful(records, result.Doubtful, newer, asked)
	}
}

// replaceDoubtful replaces doubtful readings by newer ones. Where the new reading has no such
// record, the event's word (a deletion) stands, as of now.
func replaceDoubtful(
	records []models.Record, doubtful []string, newer []models.Record, asked time.Time,
) []models.Record {
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
