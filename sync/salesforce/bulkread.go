package salesforce

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"sidelight/models"
)

const (
	// bulkFrom is from how many records on an object is read by a bulk query (facts §3).
	bulkFrom = 2000
	// bulkWait is how long one List waits for a job, so that whoever lists can stop in between.
	bulkWait = 20 * time.Second
	// restFor is how long an object whose bulk job failed is listed by REST.
	restFor = time.Hour
)

// bulkToken is the page token of a list that is read by a bulk query: everything that another
// process needs to go on. Tokens of lists that are read by REST are ids, which do not begin with a
// brace.
type bulkToken struct {
	Job string `json:"job"`
	// Ready tells that the job was seen complete and its pages were asked for.
	Ready bool `json:"ready,omitempty"`
	// Page is the locator of the page that is being read ("" for the first), Skip how many of its
	// rows were handed over.
	Page string `json:"page,omitempty"`
	Skip int    `json:"skip,omitempty"`
	// Then are the pages behind it that can be read at the same time, More where to ask for further
	// ones. Where both are empty the page's own answer says which one follows.
	Then []string `json:"then,omitempty"`
	More string   `json:"more,omitempty"`
	// Read tells that nothing is left: the job can go.
	Read bool `json:"read,omitempty"`
}

func (t bulkToken) String() string {
	b, _ := json.Marshal(t)
	return string(b)
}

// listBulk begins a list by a bulk query. No records come yet; the job's id is in the token before
// it is waited for, so that nothing is lost with this process.
func (c *Client) listBulk(
	ctx context.Context, object models.SyncObject, d *description, fields []string,
) (models.RecordPage, error) {
	_, columns := d.selection(fields, false)
	made, err := c.createJob(
		ctx, queryJob, map[string]string{"operation": "query", "query": "SELECT " + columns + " FROM " + sobject(object)},
	)
	if err != nil {
		return models.RecordPage{}, err
	}
	return models.RecordPage{Next: bulkToken{Job: made.ID}.String()}, nil
}

// continueBulk reads the next records of a bulk query. A job that failed, or of which Salesforce
// knows nothing any more, is CURSOR_EXPIRED.
func (c *Client) continueBulk(
	ctx context.Context, object models.SyncObject, d *description, fields []string, text string,
) (models.RecordPage, error) {
	var t bulkToken
	if json.Unmarshal([]byte(text), &t) != nil || !wellFormedID.MatchString(t.Job) {
		return models.RecordPage{}, models.Errorf(
			models.CodeCursorExpired, "the mark in the list of Salesforce's records is not readable",
		)
	}
	page, err := c.bulkPage(ctx, object, d, fields, t)
	if err == nil {
		return page, nil
	}
	if ctx.Err() != nil || models.MayRetry(err) || refusesTheSide(models.CodeOf(err)) {
		return models.RecordPage{}, err // the job stands: the list goes on from the same mark
	}
	c.dropJob(ctx, queryJob, t.Job, false)
	return models.RecordPage{}, models.Wrap(
		err, models.CodeCursorExpired, "Salesforce no longer holds the result of the bulk query",
	)
}

func (c *Client) bulkPage(
	ctx context.Context, object models.SyncObject, d *description, fields []string, t bulkToken,
) (models.RecordPage, error) {
	if t.Read {
		c.dropJob(ctx, queryJob, t.Job, true)
		return models.RecordPage{}, nil
	}
	if !t.Ready {
		now, err := c.awaitJob(ctx, queryJob, t.Job, bulkWait)
		switch {
		case err != nil:
			return models.RecordPage{}, err
		case now.State == jobComplete:
			t.Ready = true
			c.firstPages(ctx, &t)
		case now.ended():
			c.bulk.failed(object, c.now())
			return models.RecordPage{}, models.Errorf(models.CodeCursorExpired, "the bulk query of Salesforce was not completed")
		}
		return models.RecordPage{Next: t.String()}, ctx.Err()
	}
	r := c.bulk.take(t)
	if r == nil {
		r = c.readBulk(object, d, fields, t)
	}
	records, next, err := r.next(ctx)
	if err != nil || next.Read {
		r.close()
	} else {
		c.bulk.put(r)
	}
	if err != nil {
		return models.RecordPage{}, err
	}
	return models.RecordPage{Records: records, Next: next.String()}, nil
}

// firstPages asks which pages can be read at the same time. An organization that does not say is
// read page by page.
func (c *Client) firstPages(ctx context.Context, t *bulkToken) {
	pages, more, err := c.resultPages(ctx, t.Job, "")
	if err != nil || len(pages) == 0 {
		c.log.Debug("the pages of a bulk query are read one after another", "code", models.CodeOf(err))
		return
	}
	t.Page, t.Then, t.More = pages[0], pages[1:], more
}

// resultPages names up to five pages, by their locators, and where to ask for more (API version 58
// and later).
func (c *Client) resultPages(ctx context.Context, id, locator string) (pages []string, more string, err error) {
	q := url.Values{}
	if locator != "" {
		q.Set("locator", locator)
	}
	var told struct {
		Pages []struct {
			URL string `json:"resultUrl"`
		} `json:"resultPages"`
		Next string `json:"nextRecordUrl"`
		Done bool   `json:"done"`
	}
	if err := c.get(ctx, c.jobPath(queryJob, id)+"/resultPages", q, &told); err != nil {
		return nil, "", err
	}
	for _, p := range told.Pages {
		at := locatorIn(p.URL)
		if at == "" {
			return nil, "", unavailable(nil, "Salesforce named a page of a bulk query without its locator")
		}
		pages = append(pages, at)
	}
	if !told.Done {
		more = locatorIn(told.Next)
	}
	return pages, more, nil
}

func locatorIn(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Query().Get("locator")
}

// table reads rows as records.
type table struct {
	object         models.SyncObject
	us             string
	width          int
	id, stamp, who int
	columns        []column
}

type column struct {
	name string
	at   int
	kind models.FieldType
}

// tableOf reads the header of a page. Fields that have no column stay unread.
func tableOf(object models.SyncObject, d *description, fields []string, us string, header []string) (*table, error) {
	t := &table{object: object, us: us, width: len(header)}
	at := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool { return strings.EqualFold(h, name) })
	}
	t.id, t.stamp, t.who = at("Id"), at("SystemModstamp"), at("LastModifiedById")
	if t.id < 0 || t.stamp < 0 {
		return nil, unavailable(nil, "a page of a bulk query has no ids or times")
	}
	for _, name := range fields {
		if i := at(name); i >= 0 {
			t.columns = append(t.columns, column{name, i, d.byName[name].Type})
		}
	}
	return t, nil
}

// record reads a row. A bulk query leaves null empty; #N/A, which clears in uploads, is text here.
func (t *table) record(row []string) (models.Record, error) {
	if len(row) != t.width {
		return models.Record{}, unavailable(errCSVFields, "a page of a bulk query is broken")
	}
	out := models.Record{
		Side: models.Salesforce, Object: t.object, ID: row[t.id], Values: make(models.Values, len(t.columns)),
	}
	at, ok := vendorTime(row[t.stamp])
	if !ok || out.ID == "" {
		return out, unavailable(nil, "Salesforce answered a record without its id or time")
	}
	out.ModifiedAt = at
	out.ByUs = t.us != "" && t.who >= 0 && row[t.who] == t.us
	for _, c := range t.columns {
		out.Values[c.name] = fromText(row[c.at], c.kind)
	}
	return out, nil
}
