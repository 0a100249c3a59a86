package zohodesk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sidelight/models"
)

// maxFields is how many fields a list can be asked for.
const maxFields = 30

// List reads the live records, oldest first. Records that are deleted or made while the list is
// read shift nothing out of it.
func (c *Client) List(
	ctx context.Context, object models.SyncObject, fields []string, token string,
) (models.RecordPage, error) {
	w, err := readWindow(token)
	if err != nil {
		return models.RecordPage{}, err
	}
	d, err := c.describe(ctx, object)
	if err != nil {
		return models.RecordPage{}, err
	}
	rows, after, err := c.listing(object, "createdTime", false, d.listed(fields)).next(ctx, w)
	if err != nil || len(rows) == 0 {
		return models.RecordPage{}, err
	}
	records, err := c.complete(ctx, object, d, fields, rows)
	if err != nil {
		return models.RecordPage{}, err
	}
	return models.RecordPage{Records: records, Next: after.token()}, nil
}

// listing is the sorted list of an object, with the wanted fields as far as Desk gives them in
// lists.
func (c *Client) listing(object models.SyncObject, by string, down bool, fields []string) paging {
	return paging{
		by:    by,
		down:  down,
		first: 1,
		limit: c.cfg.PageSize,
		fetch: func(ctx context.Context, q url.Values) ([]row, error) {
			rows, _, err := c.listRows(ctx, object, q, fields)
			return rows, err
		},
	}
}

// listRows fetches a page of a list, and tells the vendor's time of the answer. Where Desk refuses
// one of the fields in lists (it does not give every type there), rows carry only their times for a
// while, and are read by their ids.
func (c *Client) listRows(
	ctx context.Context, object models.SyncObject, q url.Values, fields []string,
) ([]row, time.Time, error) {
	what := about(listIsNarrow, module(object), "")
	narrow := c.learned.holds(what, c.now())
	if narrow {
		fields = nil
	}
	q.Set("fields", strings.Join(projection(fields), ","))
	answer, err := c.get(ctx, "/"+module(object), q)
	if code := models.CodeOf(err); code == models.CodeInvalidParameter && !narrow && len(fields) > 0 {
		q.Set("fields", strings.Join(projection(nil), ","))
		if answer, err = c.get(ctx, "/"+module(object), q); err == nil {
			c.learned.note(what, c.now())
			c.log.Info("Zoho Desk does not list every mapped field; records are read by their ids", "object", object)
		}
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	rows, err := answer.rows()
	date, _ := http.ParseTime(answer.header.Get("Date"))
	return rows, date.UTC(), err
}

// listed leaves out the fields that Desk does not give in lists: those of several lines (OpenAPI
// files).
func (d *description) listed(fields []string) []string {
	return slices.DeleteFunc(slices.Clone(fields), func(name string) bool { return d.kind(name) == models.TypeTextArea })
}

// projection is the fields parameter: the times that everything is sorted by, and as many of the
// fields as fit.
func projection(fields []string) []string {
	out := []string{"createdTime", "modifiedTime"}
	for _, name := range fields {
		if len(out) < maxFields && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// Count is the number of live records: of the hits of a search that finds them all. Desk's own
// count is that of a custom view, whose id it insists on (OpenAPI files).
func (c *Client) Count(ctx context.Context, object models.SyncObject) (int, error) {
	_, hits, err := c.searchPage(
		ctx, object,
		url.Values{"createdTimeRange": {timeRange(beginning, c.clock.At(c.now()).Add(24*time.Hour))}, "limit": {"1"}},
	)
	if err == nil && hits < 0 {
		err = unavailable(nil, "Zoho Desk did not say how many records there are")
	}
	if err != nil {
		return 0, err
	}
	return hits, nil
}
