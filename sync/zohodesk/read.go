package zohodesk

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"sidelight/models"
)

// Read reads records by id. A record that Desk does not know is looked for in the recycle bin;
// found there it is Deleted, found nowhere it is absent. One that may not be seen is an error,
// never a deletion.
func (c *Client) Read(
	ctx context.Context, object models.SyncObject, fields []string, ids []string,
) ([]models.Record, error) {
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
	found, err := c.readEach(ctx, object, d, fields, wanted)
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

// readEach reads records by id, in the order of the ids; nil where Desk knows none. Contacts come
// twenty a call, as far as that gives every field that is wanted; accounts, and what a call for
// twenty does not tell, come one a call.
func (c *Client) readEach(
	ctx context.Context, object models.SyncObject, d *description, fields, ids []string,
) ([]*models.Record, error) {
	found := make([]*models.Record, len(ids))
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	if object == models.ContactObject && len(ids) > 1 {
		chunks := slices.Collect(slices.Chunk(ids, maxByIDs))
		err := each(ctx, len(chunks), func(ctx context.Context, n int) error {
			read, err := c.readTwenty(ctx, d, fields, chunks[n])
			for _, rec := range read { // chunks have no id in common
				found[place[rec.ID]] = &rec
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	var left []int
	for i := range ids {
		if found[i] == nil {
			left = append(left, i)
		}
	}
	err := each(ctx, len(left), func(ctx context.Context, n int) error {
		rec, err := c.readOne(ctx, object, d, fields, ids[left[n]])
		found[left[n]] = rec
		return err
	})
	return found, err
}

// maxByIDs is how many contacts one call can be asked for by their ids.
const maxByIDs = 20

// readTwenty reads contacts by one call: those of them that are live and came with every field.
func (c *Client) readTwenty(ctx context.Context, d *description, fields, ids []string) ([]models.Record, error) {
	what := about(byIDsShort, "contacts", "")
	if c.learned.holds(what, c.now()) {
		return nil, nil
	}
	answer, err := c.get(ctx, "/contacts/contactsByIds", url.Values{"ids": {strings.Join(ids, ",")}})
	switch models.CodeOf(err) {
	case models.CodeNotFound, models.CodeNoAccess, models.CodeInvalidParameter:
		// There is still the call for one.
		c.learned.note(what, c.now())
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	rows, err := answer.rows()
	if err != nil {
		return nil, err
	}
	var out []models.Record
	for _, r := range rows {
		rec, whole := r.record(models.ContactObject, d, fields)
		switch {
		case !slices.Contains(ids, rec.ID):
			return nil, unavailable(nil, "Zoho Desk answered with another record than those that were asked for")
		case whole:
			out = append(out, rec)
		default:
			c.learned.note(what, c.now())
		}
	}
	return out, nil
}

// readOne reads a record; nil when Desk does not know it.
func (c *Client) readOne(
	ctx context.Context, object models.SyncObject, d *description, fields []string, id string,
) (*models.Record, error) {
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
	return paging{
		by:    "deletedTime",
		down:  true,
		limit: c.cfg.PageSize,
		fetch: func(ctx context.Context, q url.Values) ([]row, error) {
			answer, err := c.askBin(ctx, object, q)
			if err != nil {
				return nil, err
			}
			return answer.rows()
		},
	}
}

// askBin reads the recycle bin of an object. The vendor calls the module's name deprecated: where
// it is refused, the module's id is looked up.
func (c *Client) askBin(ctx context.Context, object models.SyncObject, q url.Values) (reply, error) {
	what := about(binByID, "", "")
	var refusal error
	if !c.learned.holds(what, c.now()) {
		q.Set("module", module(object))
		answer, err := c.get(ctx, "/recycleBin", q)
		if models.CodeOf(err) != models.CodeInvalidParameter {
			return answer, err
		}
		refusal = err
		q.Del("module")
	}
	id, err := c.moduleID(ctx, object)
	switch {
	case err != nil && refusal != nil && !models.MayRetry(err):
		return reply{}, refusal
	case err != nil:
		return reply{}, err
	}
	q.Set("moduleId", id)
	answer, err := c.get(ctx, "/recycleBin", q)
	if err == nil {
		c.learned.note(what, c.now())
	}
	return answer, err
}

// moduleID is the id of the object's module, which never changes.
func (c *Client) moduleID(ctx context.Context, object models.SyncObject) (string, error) {
	c.mu.Lock()
	id := c.modules[object]
	c.mu.Unlock()
	if id != "" {
		return id, nil
	}
	answer, err := c.get(ctx, "/organizationModules", nil)
	if err != nil {
		return "", err
	}
	var list struct {
		Data []row `json:"data"`
	}
	if err := answer.decode(&list); err != nil {
		return "", err
	}
	for _, r := range list.Data {
		if name := r.text("apiName"); name == module(object) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.modules[object] = r.id()
			return r.id(), nil
		}
	}
	return "", models.Errorf(models.CodeNoAccess, "Zoho Desk does not name its module of %s", module(object))
}

// maxBinPages bounds how far back the recycle bin is looked through for single records.
const maxBinPages = 40

// lookInBin tells when those of the ids were deleted that are in the recycle bin.
func (c *Client) lookInBin(
	ctx context.Context, object models.SyncObject, ids map[string]bool,
) (map[string]time.Time, error) {
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
