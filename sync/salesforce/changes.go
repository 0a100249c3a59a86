package salesforce

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"sidelight/models"
)

const (
	// overlap is how far a poll reaches back behind its mark: further than a transaction takes to
	// be committed.
	overlap = 2 * time.Minute
	// binKeeps is how long deletions can be seen (facts: 15 days), less a day.
	binKeeps = 14 * 24 * time.Hour
	// removedEvery is how often the feed of deletions is read: a call that seldom tells anything
	// new.
	removedEvery = 30 * time.Minute
	// removedChunk is how many deletions one page takes: the feed may name 600,000.
	removedChunk = 1000
)

// cursor is how far changes were read: everything up to From, by SystemModstamp alone. While a
// result is being read, Next is its locator and Max the newest stamp so far. At is the vendor's
// time of the last complete reading.
//
// A record that was removed from the recycle bin is in no query any more: only the feed of
// deletions still tells of it. Gone is how far that was read, Looked when. While it is being read
// Feed is true, and GoneID is the last record of the time Gone.
type cursor struct {
	From   time.Time `json:"from"`
	Max    time.Time `json:"max,omitzero"`
	Next   string    `json:"next,omitempty"`
	At     time.Time `json:"at"`
	Gone   time.Time `json:"gone,omitzero"`
	GoneID string    `json:"goneId,omitempty"`
	Feed   bool      `json:"feed,omitempty"`
	Looked time.Time `json:"looked,omitzero"`
}

func (k cursor) String() string {
	b, _ := json.Marshal(k)
	return string(b)
}

// Changes reads what was created, changed or deleted since the cursor, in the order of
// SystemModstamp; every half an hour also what was removed for good.
func (c *Client) Changes(ctx context.Context, object models.SyncObject, fields []string, text string) (models.ChangePage, error) {
	d, err := c.describe(ctx, sobject(object))
	if err != nil {
		return models.ChangePage{}, err
	}
	if text == "" {
		k, err := c.mark(ctx, object)
		if err != nil {
			return models.ChangePage{}, err
		}
		return models.ChangePage{Cursor: k.String()}, nil
	}
	var k cursor
	if json.Unmarshal([]byte(text), &k) != nil || k.From.IsZero() {
		return models.ChangePage{}, models.Errorf(models.CodeCursorExpired, "the mark in Salesforce's changes is not readable")
	}
	now := c.clock.At(c.now()).UTC()
	if now.Sub(k.At) > binKeeps {
		fresh, err := c.mark(ctx, object)
		if err != nil {
			return models.ChangePage{}, err
		}
		return models.ChangePage{Cursor: fresh.String(), Gap: true}, nil
	}
	if k.Feed {
		return c.removed(ctx, object, fields, k, now)
	}
	fields, columns := d.selection(fields, true)
	var a answer
	if k.Next != "" {
		a, err = c.page(ctx, k.Next, nil)
	}
	if k.Next == "" || models.CodeOf(err) == models.CodeCursorExpired {
		// The rest is no longer held: once more from the mark.
		k.Max = time.Time{}
		a, err = c.query(ctx, "SELECT "+columns+" FROM "+sobject(object)+" WHERE SystemModstamp >= "+stamp(k.From.Add(-overlap))+" ORDER BY SystemModstamp, Id", true)
	}
	if err != nil {
		return models.ChangePage{}, err
	}
	records, err := c.records(object, d, fields, *a.Records)
	if err != nil {
		return models.ChangePage{}, err
	}
	for _, r := range records {
		if r.ModifiedAt.After(k.Max) {
			k.Max = r.ModifiedAt
		}
	}
	k.Next = a.Next
	more := !a.Done && a.Next != ""
	if !more {
		if k.Max.After(now) {
			k.Max = now
		}
		if k.Max.After(k.From) {
			k.From = k.Max
		}
		if k.Gone.IsZero() { // a cursor from before there was a feed
			k.Gone = k.At
		}
		k.Max, k.At = time.Time{}, now
		k.Feed = now.Sub(k.Looked) >= removedEvery || k.Looked.After(now)
		more = k.Feed
	}
	return models.ChangePage{Records: records, Cursor: k.String(), More: more}, nil
}

// mark is "now" by the vendor's own clock: the newest stamp there is, or its time where there is no
// record.
func (c *Client) mark(ctx context.Context, object models.SyncObject) (cursor, error) {
	a, err := c.query(ctx, "SELECT Id,SystemModstamp FROM "+sobject(object)+" ORDER BY SystemModstamp DESC LIMIT 1", true)
	if err != nil {
		return cursor{}, err
	}
	now := c.clock.At(c.now()).UTC()
	k := cursor{From: now, At: now, Gone: now, Looked: now}
	if len(*a.Records) > 0 {
		if t := (*a.Records)[0].time("SystemModstamp"); t != nil && t.Before(now) {
			// A stamp that lies ahead would hide what is changed until then.
			k.From = *t
		}
	}
	return k, nil
}

// removed reads the feed of deletions, a thousand records at a time. Those that are still in the
// recycle bin are read as they are there, merged ones included; of one that is not, the feed's word
// is the evidence. A feed that does not reach back far enough is a gap.
func (c *Client) removed(ctx context.Context, object models.SyncObject, fields []string, k cursor, now time.Time) (models.ChangePage, error) {
	var told struct {
		Deleted *[]struct {
			ID string `json:"id"`
			At string `json:"deletedDate"`
		} `json:"deletedRecords"`
		Earliest string `json:"earliestDateAvailable"`
		Latest   string `json:"latestDateCovered"`
	}
	from := k.Gone.Add(-overlap)
	finish := func(covered time.Time) {
		k.Gone, k.GoneID, k.Feed, k.Looked = covered, "", false, now
	}
	err := c.get(ctx, c.base()+"/sobjects/"+sobject(object)+"/deleted/", url.Values{"start": {stamp(from)}, "end": {stamp(now)}}, &told)
	switch code := models.CodeOf(err); {
	case err == nil && told.Deleted == nil:
		return models.ChangePage{}, unavailable(nil, "Salesforce answered its deletions without records")
	case code == models.CodeCursorExpired:
		finish(now)
		return models.ChangePage{Cursor: k.String(), Gap: true}, nil
	case code == models.CodeNoAccess || code == models.CodeNotFound:
		// The organization has no such feed.
		finish(now)
		return models.ChangePage{Cursor: k.String()}, nil
	case err != nil:
		return models.ChangePage{}, err
	}
	if earliest, ok := vendorTime(told.Earliest); ok && earliest.After(from) {
		finish(now)
		return models.ChangePage{Cursor: k.String(), Gap: true}, nil
	}
	var gone []models.Record
	for _, r := range *told.Deleted {
		at, ok := vendorTime(r.At)
		if !ok || r.ID == "" {
			return models.ChangePage{}, unavailable(nil, "Salesforce answered a deletion without its id or time")
		}
		if k.GoneID != "" && (at.Before(k.Gone) || at.Equal(k.Gone) && r.ID <= k.GoneID) {
			continue
		}
		gone = append(gone, models.Record{Side: models.Salesforce, Object: object, ID: r.ID, ModifiedAt: at, Deleted: true})
	}
	slices.SortFunc(gone, func(a, b models.Record) int {
		return cmp.Or(a.ModifiedAt.Compare(b.ModifiedAt), cmp.Compare(a.ID, b.ID))
	})
	more := len(gone) > removedChunk
	if more {
		gone = gone[:removedChunk]
		k.Gone, k.GoneID = gone[removedChunk-1].ModifiedAt, gone[removedChunk-1].ID
	} else {
		covered, ok := vendorTime(told.Latest)
		if !ok || covered.Before(k.Gone) {
			covered = k.Gone
		}
		finish(covered)
	}
	records, err := c.standing(ctx, object, fields, gone)
	if err != nil {
		return models.ChangePage{}, err
	}
	return models.ChangePage{Records: records, Cursor: k.String(), More: more}, nil
}

// standing are deleted records as the recycle bin has them, and as they were given where it has
// them no more.
func (c *Client) standing(ctx context.Context, object models.SyncObject, fields []string, gone []models.Record) ([]models.Record, error) {
	if len(gone) == 0 {
		return nil, nil
	}
	ids := make([]string, len(gone))
	for i, r := range gone {
		ids[i] = r.ID
	}
	records, err := c.Read(ctx, object, fields, ids)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, r := range records {
		seen[r.ID] = true
	}
	for _, r := range gone {
		if !seen[r.ID] {
			records = append(records, r)
		}
	}
	return records, nil
}

// stamp is a time as a literal of SOQL and of the feeds.
func stamp(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05Z") }
