package zohodesk

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"sidelight/models"
)

const (
	// overlap is how far a poll reaches back behind its mark: further than a slow transaction or a
	// second server's clock.
	overlap = 2 * time.Minute
	// binKeeps is how long deletions can be found in the recycle bin. The vendor empties it after
	// 60 days; half of that is relied on.
	binKeeps = 30 * 24 * time.Hour
)

// cursor is how far changes were read. At rest it is Since alone.
type cursor struct {
	// Since is the mark, by Desk's clock, up to which everything was handed out.
	Since time.Time `json:"since"`
	// Mark is the next mark, fixed when the reading that is under way began.
	Mark time.Time `json:"mark,omitzero"`
	// Deletions tells that the changed records are through and the recycle bin is being read.
	Deletions bool   `json:"deletions,omitempty"`
	Window    window `json:"window,omitzero"`
}

func (k cursor) String() string {
	raw, _ := json.Marshal(k)
	return string(raw)
}

// Changes reads what was changed since the cursor, last changed first, and then what the recycle
// bin got since. It goes by the list and not by the search, whose index lags behind the records.
func (c *Client) Changes(
	ctx context.Context, object models.SyncObject, fields []string, text string,
) (models.ChangePage, error) {
	if text == "" {
		at, err := c.vendorTime(ctx, object)
		if err != nil {
			return models.ChangePage{}, err
		}
		return models.ChangePage{Cursor: cursor{Since: at}.String()}, nil
	}
	var k cursor
	if json.Unmarshal([]byte(text), &k) != nil || k.Since.IsZero() {
		return models.ChangePage{}, models.Errorf(models.CodeCursorExpired, "the mark in Zoho Desk's changes is not readable")
	}
	var records []models.Record
	if !k.Deletions {
		changed, err := c.changed(ctx, object, fields, &k)
		if err != nil {
			return models.ChangePage{}, err
		}
		if k.Mark.Sub(k.Since) > binKeeps {
			return models.ChangePage{Cursor: cursor{Since: k.Mark}.String(), Gap: true}, nil
		}
		if !k.Deletions {
			return models.ChangePage{Records: changed, Cursor: k.String(), More: true}, nil
		}
		records = changed
	}
	deleted, done, err := c.deletions(ctx, object, &k)
	if err != nil {
		return models.ChangePage{}, err
	}
	if done {
		k = cursor{Since: k.Mark}
	}
	return models.ChangePage{Records: append(records, deleted...), Cursor: k.String(), More: !done}, nil
}

// vendorTime is Desk's time now.
func (c *Client) vendorTime(ctx context.Context, object models.SyncObject) (time.Time, error) {
	_, at, err := c.listRows(ctx, object, url.Values{"limit": {"1"}, "sortBy": {"-modifiedTime"}}, nil)
	if err == nil && at.IsZero() {
		err = unavailable(nil, "Zoho Desk did not say what time it is")
	}
	return at, err
}

// changed is the next page of changed records; it moves the cursor on to the deletions when there
// are no more.
func (c *Client) changed(
	ctx context.Context, object models.SyncObject, fields []string, k *cursor,
) ([]models.Record, error) {
	d, err := c.describe(ctx, object)
	if err != nil {
		return nil, err
	}
	listed := d.listed(fields)
	list := c.listing(object, "modifiedTime", true, listed)
	if k.Mark.IsZero() {
		list.fetch = func(ctx context.Context, q url.Values) ([]row, error) {
			rows, at, err := c.listRows(ctx, object, q, listed)
			if k.Mark.IsZero() {
				k.Mark = at
			}
			return rows, err
		}
	}
	rows, after, err := list.next(ctx, k.Window)
	if err != nil {
		return nil, err
	}
	if k.Mark.IsZero() {
		return nil, unavailable(nil, "Zoho Desk did not say what time it is")
	}
	recent := rows
	for i, r := range rows {
		if r.time("modifiedTime").Before(k.Since.Add(-overlap)) {
			recent = rows[:i]
			break
		}
	}
	k.Window = after
	if len(rows) == 0 || len(recent) < len(rows) {
		k.Deletions, k.Window = true, window{}
	}
	return c.complete(ctx, object, d, fields, recent)
}

// deletions is the next page of what the recycle bin got since the cursor.
func (c *Client) deletions(
	ctx context.Context, object models.SyncObject, k *cursor,
) (records []models.Record, done bool, err error) {
	rows, after, err := c.bin(object).next(ctx, k.Window)
	if err != nil {
		return nil, false, err
	}
	k.Window = after
	for _, r := range rows {
		at := r.time("deletedTime")
		if at.Before(k.Since.Add(-overlap)) {
			return records, true, nil
		}
		records = append(records, deletion(object, r.id(), at))
	}
	return records, len(rows) == 0, nil
}
