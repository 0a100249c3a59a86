package salesforce

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"sidelight/models"
)

// Rows of a page of a whole reading. Activities have descriptions of up to 32,000 characters: a
// page of them is smaller.
const (
	mirrorRows     = 2000
	mirrorActivity = 500
)

// Prefixes of ids (facts: three characters name the object).
const (
	contactPrefix = "003"
	accountPrefix = "001"
)

// relatedSObject is the vendor's name of a kind of related record.
func relatedSObject(object models.RelatedObject) string {
	switch object {
	case models.RelatedRoles:
		return "OpportunityContactRole"
	case models.RelatedEvents:
		return "Event"
	case models.RelatedTasks:
		return "Task"
	}
	return "Opportunity"
}

// relatedQuery is what is selected of a kind, and how many rows a page has.
func (c *Client) relatedQuery(ctx context.Context, object models.RelatedObject) (columns string, rows int, err error) {
	switch object {
	case models.RelatedRoles:
		return "Id,OpportunityId,ContactId,Role", mirrorRows, nil
	case models.RelatedEvents:
		return eventColumns + ",WhatId", mirrorActivity, nil
	case models.RelatedTasks:
		return taskColumns + ",WhatId", mirrorActivity, nil
	}
	columns, err = c.opportunityColumns(ctx)
	return columns, mirrorRows, err
}

// RelatedCount is the number of live records of a kind.
func (c *Client) RelatedCount(ctx context.Context, object models.RelatedObject) (int, error) {
	a, err := c.query(ctx, "SELECT COUNT() FROM "+relatedSObject(object), false)
	return a.TotalSize, err
}

// RelatedList reads live records of a kind in the order of their ids, those after the given one;
// the page's cursor is the last id that was read.
func (c *Client) RelatedList(ctx context.Context, object models.RelatedObject, after string) (models.RelatedPage, error) {
	page := models.RelatedPage{Object: object, Cursor: after}
	columns, rows, err := c.relatedQuery(ctx, object)
	if err != nil {
		return page, err
	}
	where := ""
	if after != "" {
		where = " WHERE Id > " + quote(after)
	}
	a, err := c.query(ctx, "SELECT "+columns+" FROM "+relatedSObject(object)+where+" ORDER BY Id LIMIT "+strconv.Itoa(rows), false)
	if err != nil {
		return page, err
	}
	takeRelated(&page, *a.Records)
	if n := len(*a.Records); n > 0 {
		page.Cursor, page.More = (*a.Records)[n-1].text("Id"), !a.Done || n >= rows
	}
	return page, nil
}

// takeRelated adds rows to a page; a row of the recycle bin is a deletion.
func takeRelated(page *models.RelatedPage, rows []row) {
	for _, r := range rows {
		if r.isTrue("IsDeleted") {
			page.Deleted = append(page.Deleted, r.text("Id"))
			continue
		}
		switch page.Object {
		case models.RelatedOpportunities:
			page.Opportunities = append(page.Opportunities, r.opportunity())
		case models.RelatedRoles:
			page.Roles = append(page.Roles, models.OpportunityContact{OpportunityID: r.text("OpportunityId"), ContactID: r.text("ContactId"), Role: r.ptr("Role")})
		case models.RelatedEvents:
			page.Events = append(page.Events, models.Activity[models.Event]{Record: r.event(), Customers: r.customers()})
		case models.RelatedTasks:
			page.Tasks = append(page.Tasks, models.Activity[models.Task]{Record: r.task(), Customers: r.customers()})
		}
	}
}

// customers are on whose cards an activity is: the contact that it is with, the account that it is
// about. Leads and other objects have no card.
func (r row) customers() []string {
	var out []string
	if who := r.text("WhoId"); strings.HasPrefix(who, contactPrefix) {
		out = append(out, who)
	}
	if what := r.text("WhatId"); strings.HasPrefix(what, accountPrefix) {
		out = append(out, what)
	}
	return out
}

// RelatedRead reads records of a kind by id; one that is gone is in Deleted, also where Salesforce
// says nothing of it any more.
func (c *Client) RelatedRead(ctx context.Context, object models.RelatedObject, ids []string) (models.RelatedPage, error) {
	page := models.RelatedPage{Object: object}
	columns, _, err := c.relatedQuery(ctx, object)
	if err != nil {
		return page, err
	}
	for chunk := range slices.Chunk(ids, readChunk) {
		rows, err := c.rest(ctx, "SELECT "+columns+",IsDeleted FROM "+relatedSObject(object)+" WHERE Id IN "+list(chunk), true)
		if err != nil {
			return page, err
		}
		takeRelated(&page, rows)
		seen := map[string]bool{}
		for _, r := range rows {
			seen[r.text("Id")] = true
		}
		for _, id := range chunk {
			if !seen[id] {
				page.Deleted = append(page.Deleted, id)
			}
		}
	}
	return page, nil
}

// list is ids as SOQL's list.
func list(ids []string) string {
	quoted := make([]string, len(ids))
	for i, id := range ids {
		quoted[i] = quote(id)
	}
	return "(" + strings.Join(quoted, ",") + ")"
}

// rest reads all pages of a query whose result is bounded by what it asks for.
func (c *Client) rest(ctx context.Context, soql string, all bool) ([]row, error) {
	a, err := c.query(ctx, soql, all)
	if err != nil {
		return nil, err
	}
	rows := *a.Records
	for a.Next != "" && !a.Done {
		if a, err = c.page(ctx, a.Next, nil); err != nil {
			return nil, err
		}
		rows = append(rows, *a.Records...)
	}
	return rows, nil
}

// relatedCursor is how far changes of a kind were read: everything up to From, and of the stamp
// From itself what has ids up to ID. At is the vendor's time of the last complete reading.
type relatedCursor struct {
	From time.Time `json:"from"`
	ID   string    `json:"id,omitempty"`
	At   time.Time `json:"at"`
}

func (k relatedCursor) String() string {
	b, _ := json.Marshal(k)
	return string(b)
}

// RelatedChanges reads what was created, changed or deleted since the cursor, in the order of
// SystemModstamp. An empty cursor answers no records and the mark "now". Every first page reaches
// back a little, for transactions that were committed late. Roles come for whole opportunities.
func (c *Client) RelatedChanges(ctx context.Context, object models.RelatedObject, text string) (models.RelatedPage, error) {
	page := models.RelatedPage{Object: object}
	if text == "" {
		k, err := c.relatedMark(ctx, object)
		page.Cursor = k.String()
		return page, err
	}
	var k relatedCursor
	if json.Unmarshal([]byte(text), &k) != nil || k.From.IsZero() {
		return page, models.Errorf(models.CodeCursorExpired, "the mark in Salesforce's changes is not readable")
	}
	now := c.clock.At(c.now()).UTC()
	if now.Sub(k.At) > binKeeps {
		fresh, err := c.relatedMark(ctx, object)
		page.Cursor, page.Gap = fresh.String(), true
		return page, err
	}
	columns, rows, err := c.relatedQuery(ctx, object)
	if err != nil {
		return page, err
	}
	stamp := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
	where := "SystemModstamp >= " + stamp(k.From.Add(-overlap))
	if k.ID != "" {
		where = "(SystemModstamp = " + stamp(k.From) + " AND Id > " + quote(k.ID) + ") OR SystemModstamp > " + stamp(k.From)
	}
	a, err := c.query(ctx, "SELECT "+columns+",SystemModstamp,IsDeleted FROM "+relatedSObject(object)+" WHERE "+where+" ORDER BY SystemModstamp, Id LIMIT "+strconv.Itoa(rows), true)
	if err != nil {
		return page, err
	}
	records := *a.Records
	if page.More = !a.Done || len(records) >= rows; page.More && len(records) > 0 {
		last := records[len(records)-1]
		at := last.time("SystemModstamp")
		if at == nil {
			return page, unavailable(nil, "Salesforce answered a record without its time")
		}
		k.From, k.ID = *at, last.text("Id")
	} else {
		if len(records) > 0 {
			if at := records[len(records)-1].time("SystemModstamp"); at != nil && at.After(k.From) {
				k.From = *at
			}
		}
		k.ID, k.At, page.More = "", now, false
	}
	page.Cursor = k.String()
	if object == models.RelatedRoles {
		return page, c.rolesOf(ctx, &page, records)
	}
	takeRelated(&page, records)
	return page, nil
}

// rolesOf reads all roles of the opportunities that the changed roles belong to: what is left of
// them says more than what changed.
func (c *Client) rolesOf(ctx context.Context, page *models.RelatedPage, changed []row) error {
	for _, r := range changed {
		page.RolesOf = append(page.RolesOf, r.text("OpportunityId"))
	}
	slices.Sort(page.RolesOf)
	page.RolesOf = slices.Compact(page.RolesOf)
	for chunk := range slices.Chunk(page.RolesOf, readChunk) {
		rows, err := c.rest(ctx, "SELECT Id,OpportunityId,ContactId,Role FROM OpportunityContactRole WHERE OpportunityId IN "+list(chunk)+" ORDER BY Id", false)
		if err != nil {
			return err
		}
		takeRelated(page, rows)
	}
	return nil
}

// relatedMark is "now" by the vendor's own clock: the newest stamp there is, or its time where
// there is no record.
func (c *Client) relatedMark(ctx context.Context, object models.RelatedObject) (relatedCursor, error) {
	a, err := c.query(ctx, "SELECT Id,SystemModstamp FROM "+relatedSObject(object)+" ORDER BY SystemModstamp DESC LIMIT 1", true)
	if err != nil {
		return relatedCursor{}, err
	}
	now := c.clock.At(c.now()).UTC()
	k := relatedCursor{From: now, At: now}
	if len(*a.Records) > 0 {
		if t := (*a.Records)[0].time("SystemModstamp"); t != nil {
			k.From = *t
		}
	}
	return k, nil
}
