package salesforce

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sidelight/models"
)

const (
	// pageSize is how many rows a page of a list has: what one answer may hold.
	pageSize = 2000
	// minPageSize is the fewest rows that an answer can be asked to hold.
	minPageSize = 200
	// readChunk is how many ids fit one query's address.
	readChunk = 200
	// marksChunk is how many of our marks do.
	marksChunk = 100
)

// quote is a text as a literal of SOQL.
func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`).Replace(text) + "'"
}

// answer is a page of a query's result.
type answer struct {
	TotalSize int    `json:"totalSize"`
	Done      bool   `json:"done"`
	Next      string `json:"nextRecordsUrl"`
	Records   *[]row `json:"records"`
}

// query runs a query; all sees the recycle bin. A page without records is a broken answer, never an
// empty list.
func (c *Client) query(ctx context.Context, soql string, all bool) (answer, error) {
	path := c.base() + "/query"
	if all {
		path += "All"
	}
	return c.page(ctx, path, url.Values{"q": {soql}})
}

func (c *Client) page(ctx context.Context, path string, q url.Values) (answer, error) {
	var a answer
	r, err := c.do(ctx, call{method: http.MethodGet, path: path, query: q, whole: true, header: http.Header{"Sforce-Query-Options": {"batchSize=" + strconv.Itoa(c.cfg.PageSize)}}})
	if err == nil {
		err = r.decode(&a)
	}
	if err != nil {
		return a, err
	}
	if a.Records == nil {
		return a, unavailable(nil, "Salesforce answered a query without records")
	}
	return a, nil
}

// selection is the list of columns for the fields that the object has, with what every record
// needs.
func (d *description) selection(fields []string, all bool) ([]string, string) {
	fields = slices.DeleteFunc(slices.Clone(fields), func(f string) bool { return !d.has(f) || d.noText[f] })
	columns := append([]string{"Id", "SystemModstamp", "LastModifiedById"}, fields...)
	if all {
		columns = append(columns, "IsDeleted", "MasterRecordId")
	}
	slices.Sort(columns)
	return fields, strings.Join(slices.Compact(columns), ",")
}

func (c *Client) records(object models.SyncObject, d *description, fields []string, rows []row) ([]models.Record, error) {
	out := make([]models.Record, 0, len(rows))
	for _, r := range rows {
		rec := r.record(object, d, fields, c.knownUser())
		if rec.ID == "" || rec.ModifiedAt.IsZero() {
			return nil, unavailable(nil, "Salesforce answered a record without its id or time")
		}
		out = append(out, rec)
	}
	return out, nil
}

// Count is the number of live records.
func (c *Client) Count(ctx context.Context, object models.SyncObject) (int, error) {
	a, err := c.query(ctx, "SELECT COUNT() FROM "+sobject(object), false)
	return a.TotalSize, err
}

// List reads live records. Of a large object they come from a bulk query, whose first pages are
// empty while it runs, in the order in which Salesforce gives them; a result that is gone is
// CURSOR_EXPIRED. Otherwise they come in the order of their ids, and the token is the last id that
// was read.
func (c *Client) List(ctx context.Context, object models.SyncObject, fields []string, token string) (models.RecordPage, error) {
	d, err := c.describe(ctx, sobject(object))
	if err != nil {
		return models.RecordPage{}, err
	}
	if strings.HasPrefix(token, "{") {
		return c.continueBulk(ctx, object, d, fields, token)
	}
	if token == "" && !c.bulk.avoided(object, c.now()) {
		n, err := c.Count(ctx, object)
		if models.CodeOf(err) == models.CodeBusy { // there are more than can be counted in time
			n, err = c.cfg.BulkFrom, nil
		}
		if err != nil {
			return models.RecordPage{}, err
		}
		if n >= c.cfg.BulkFrom {
			page, err := c.listBulk(ctx, object, d, fields)
			if !refusedForGood(err) {
				return page, err
			}
			c.log.Warn("the organization takes no bulk query; its records are listed by REST", "object", object, "code", models.CodeOf(err))
			c.bulk.failed(object, c.now())
		}
	}
	fields, columns := d.selection(fields, false)
	where := ""
	if token != "" {
		where = " WHERE Id > " + quote(token)
	}
	a, err := c.query(ctx, "SELECT "+columns+" FROM "+sobject(object)+where+" ORDER BY Id LIMIT "+strconv.Itoa(c.cfg.PageSize), false)
	if err != nil {
		return models.RecordPage{}, err
	}
	records, err := c.records(object, d, fields, *a.Records)
	if err != nil {
		return models.RecordPage{}, err
	}
	page := models.RecordPage{Records: records}
	if len(records) > 0 && (!a.Done || len(records) >= c.cfg.PageSize) {
		page.Next = records[len(records)-1].ID
	}
	return page, nil
}

var wellFormedID = regexp.MustCompile(`^(?:[a-zA-Z0-9]{15}|[a-zA-Z0-9]{18})$`)

// Read reads records by id, those in the recycle bin included: a thousand in one call.
func (c *Client) Read(ctx context.Context, object models.SyncObject, fields []string, ids []string) ([]models.Record, error) {
	d, err := c.describe(ctx, sobject(object))
	if err != nil {
		return nil, err
	}
	fields, columns := d.selection(fields, true)
	// One would fail the query for all.
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !wellFormedID.MatchString(id) })
	return c.having(ctx, object, d, fields, columns, "Id", ids, readChunk, true)
}

// having reads the records whose field has one of the values, so many values a query.
func (c *Client) having(ctx context.Context, object models.SyncObject, d *description, fields []string, columns, field string, values []string, size int, all bool) ([]models.Record, error) {
	var queries []subquery
	for chunk := range slices.Chunk(values, size) {
		queries = append(queries, subquery{"ids" + strconv.Itoa(len(queries)), "SELECT " + columns + " FROM " + sobject(object) + " WHERE " + field + " IN " + list(chunk), all})
	}
	var out []models.Record
	for several := range slices.Chunk(queries, maxQueries) {
		rows, err := c.readMany(ctx, several)
		if err != nil {
			return nil, err
		}
		records, err := c.records(object, d, fields, rows)
		if err != nil {
			return nil, err
		}
		out = append(out, records...)
	}
	return out, nil
}

// FindMarked looks for live records by our marks, some hundreds in a call.
func (c *Client) FindMarked(ctx context.Context, object models.SyncObject, fields []string, linkIDs []string) (map[string]models.Record, error) {
	d, err := c.describe(ctx, sobject(object))
	if err != nil || !d.has(c.cfg.MarkField) {
		return nil, err
	}
	fields, columns := d.selection(append(slices.Clone(fields), c.cfg.MarkField), false)
	records, err := c.having(ctx, object, d, fields, columns, c.cfg.MarkField, linkIDs, marksChunk, false)
	if err != nil {
		return nil, err
	}
	out := map[string]models.Record{}
	for _, r := range records {
		if id := r.Values[c.cfg.MarkField].String(); slices.Contains(linkIDs, id) {
			// The vendor compares without regard to case.
			out[id] = r
		}
	}
	return out, nil
}

// Find looks for live records by our mark, or by the match field exactly.
func (c *Client) Find(ctx context.Context, object models.SyncObject, fields []string, by models.Find) ([]models.Record, error) {
	d, err := c.describe(ctx, sobject(object))
	if err != nil {
		return nil, err
	}
	name, value := object.MatchField(models.Salesforce), strings.TrimSpace(by.Match.String())
	if by.LinkID != "" {
		name, value = c.cfg.MarkField, by.LinkID
	}
	if value == "" || !d.has(name) {
		return nil, nil
	}
	fields, columns := d.selection(append(slices.Clone(fields), name), false)
	a, err := c.query(ctx, "SELECT "+columns+" FROM "+sobject(object)+" WHERE "+name+" = "+quote(value)+" ORDER BY Id LIMIT 200", false)
	if err != nil {
		return nil, err
	}
	records, err := c.records(object, d, fields, *a.Records)
	if err != nil {
		return nil, err
	}
	// The vendor compares without regard to case, also marks.
	return slices.DeleteFunc(records, func(r models.Record) bool {
		if by.LinkID != "" {
			return r.Values[name].String() != by.LinkID
		}
		return models.MatchKey(r.Values[name]) != models.MatchKey(by.Match)
	}), nil
}
