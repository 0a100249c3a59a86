package zohodesk

import (
	"context"
	"net/url"
	"time"

	"sidelight/models"
)

// Read reads records by id, each by a call of its own: only then every field comes. A record that Desk does not know is looked for in
// the recycle bin; found there it is Deleted, found nowhere it is absent. One that may not be seen is an error, never a deletion.
func (c *Client) Read(ctx context.Context, object models.SyncObject, fields []string, ids []string) ([]models.Record, error) {
	d, err := c.describe(ctx, object)
	if err != nil {
		return nil, err
	}
	wanted := make([]string, 0, len(ids))
	seen := map[string]bool{}
	for _, id := range ids {
		if isID(id) && !seen[id] {
			seen[id] = true
			wanted = append(wanted, id)
		}
	}
	found := make([]*models.Record, len(wanted))
	err = each(ctx, len(wanted), func(ctx context.Context, i int) error {
		rec, err := c.readOne(ctx, object, d, fields, wanted[i])
		found[i] = rec
		return err
	})
	if err != nil {
		return nil, err
	}
	missing := map[string]bool{}
	for i, rec := range found {
		if rec == nil {
			missing[wanted[i]] = true
		}
	}
	binned, err := c.lookInBin(ctx, object, missing)
	if err != nil {
		return nil, err
	}
	out := make([]models.Record, 0, len(wanted))
	for i, rec := range found {
		if rec != nil {
			out = append(out, *rec)
		} else if at, inBin := binned[wanted[i]]; inBin {
			out = append(out, deletion(object, wanted[i], at))
		}
	}
	return out, nil
}

// readOne reads a record; nil when Desk does not know it.
func (c *Client) readOne(ctx context.Context, object models.SyncObject, d *description, fields []string, id string) (*models.Record, error) {
	answer, err := c.get(ctx, "/"+module(object)+"/"+id, nil)
	if models.CodeOf(err) == models.CodeNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r row
	if err := answer.decode(&r); err != nil {
		return nil, err
	}
	if r.id() != id {
		return nil, unavailable(nil, "Zoho Desk answered with another record than the one that was asked for")
	}
	rec, _ := r.record(object, d, fields)
	return &rec, nil
}

func deletion(object models.SyncObject, id string, at time.Time) models.Record {
	return models.Record{Side: models.Desk, Object: object, ID: id, ModifiedAt: at, Deleted: true}
}

// bin is the recycle bin of an object, last deleted first.
func (c *Client) bin(object models.SyncObject) paging {
	return paging{by: "deletedTime", down: true, limit: c.cfg.PageSize, fetch: func(ctx context.Context, q url.Values) ([]row, error) {
		q.Set("module", module(object))
		answer, err := c.get(ctx, "/recycleBin", q)
		if err != nil {
			return nil, err
		}
		return answer.rows()
	}}
}

// maxBinPages bounds how far back the recycle bin is looked through for single records.
const maxBinPages = 40

// lookInBin tells when those of the ids were deleted that are in the recycle bin.
func (c *Client) lookInBin(ctx context.Context, object models.SyncObject, ids map[string]bool) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	var w window
	for page := 0; len(out) < len(ids) && page < maxBinPages; page++ {
		rows, after, err := c.bin(object).next(ctx, w)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			if ids[r.id()] {
				out[r.id()] = r.time("deletedTime")
			}
		}
		w = after
	}
	return out, nil
}
