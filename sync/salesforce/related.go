package salesforce

import (
	"context"
	"slices"
	"strconv"

	"sidelight/models"
)

// Rows of each section: what a card shows, and a few pages more.
const (
	maxOpportunities = 50
	maxNotes         = 20
	maxActivities    = 25
)

// part is one subrequest of the card's composite call.
type part struct {
	reference string
	section   models.Need
	soql      string
	// read takes the rows over, and tells whether there may be more of them.
	read func(*models.Related, []row) (cut bool)
}

// Related reads a customer's related records in one composite call, which counts as one (facts §5).
// A section that is not wanted is not asked for; one that failed is absent from Read. An error
// means that none was read.
func (c *Client) Related(ctx context.Context, q models.RelatedRequest) (models.Related, error) {
	out := models.Related{ContactID: q.ContactID, AccountID: q.AccountID, AsOf: c.now().UTC()}
	parts, firstErr := c.parts(ctx, q)
	if len(parts) == 0 {
		return out, firstErr
	}
	queries := make([]subquery, len(parts))
	for i, p := range parts {
		queries[i] = subquery{reference: p.reference, soql: p.soql}
	}
	answers, err := c.composite(ctx, queries, true)
	if err != nil {
		return out, err
	}
	failed := map[models.Need]bool{}
	for _, p := range parts {
		rows, err := answers.rows(p.reference)
		if err != nil {
			failed[p.section] = true
			if firstErr == nil {
				firstErr = err
			}
			continue
		}
		if p.read(&out, rows) && !slices.Contains(out.Cut, p.section) {
			out.Cut = append(out.Cut, p.section)
		}
	}
	for _, section := range q.Sections {
		if !failed[section] && has(parts, section) {
			out.Read = append(out.Read, section)
		}
	}
	if len(out.Read) == 0 {
		return out, firstErr
	}
	out.Totals = c.relatedTotals(ctx, q, out.Cut)
	return out, nil
}

func has(parts []part, section models.Need) bool {
	for _, p := range parts {
		if p.section == section {
			return true
		}
	}
	return false
}

// parts are the queries for the wanted sections: at most five, which is what one composite call
// takes. A section that cannot be asked for is left out; err says why.
func (c *Client) parts(ctx context.Context, q models.RelatedRequest) (out []part, err error) {
	for _, section := range q.Sections {
		switch section {
		case models.NeedOpportunities:
			opportunities, failure := c.opportunityParts(ctx, q)
			if failure != nil {
				err = failure
			}
			out = append(out, opportunities...)
		case models.NeedNotes:
			out = append(out, notesPart(q))
		case models.NeedTasks:
			out = append(out, part{"tasks", section, "SELECT " + without(q.Hidden, "Task", taskColumns) + " FROM Task WHERE " + who(q) +
				orderBy(q.Hidden, "Task", "IsClosed ASC", "ActivityDate DESC NULLS LAST") + " LIMIT " + strconv.Itoa(maxActivities), readTasks})
		case models.NeedEvents:
			out = append(out, part{"events", section, "SELECT " + without(q.Hidden, "Event", eventColumns) + " FROM Event WHERE " + who(q) +
				orderBy(q.Hidden, "Event", "StartDateTime DESC") + " LIMIT " + strconv.Itoa(maxActivities), readEvents})
		}
	}
	return out, err
}

// The columns of activities. Whose one is decides whether it is kept: an erased person's is not.
const (
	taskColumns  = "Id,Subject,Status,Priority,IsClosed,ActivityDate,Description,AccountId,OwnerId,Owner.Name,WhoId"
	eventColumns = "Id,Subject,StartDateTime,EndDateTime,IsAllDayEvent,Location,Description,AccountId,OwnerId,Owner.Name,WhoId"
)

// who is whose activities: the contact's (WhoId finds the primary contact), or an account's own.
func who(q models.RelatedRequest) string {
	if q.ContactID != "" {
		return "WhoId = " + quote(q.ContactID)
	}
	return "WhatId = " + quote(q.AccountID)
}

// opportunityColumns are the columns of opportunities that the organization has.
func (c *Client) opportunityColumns(ctx context.Context) (string, error) {
	d, err := c.describe(ctx, "Opportunity")
	if err != nil {
		return "", err
	}
	columns := "Id,Name,StageName,Amount,CloseDate,Probability,IsClosed,IsWon,OwnerId,Owner.Name,Owner.Email,AccountId,LastModifiedDate"
	if d.has("CurrencyIsoCode") { // only organizations with several currencies have it
		columns += ",CurrencyIsoCode"
	}
	return columns, nil
}

func (c *Client) opportunityParts(ctx context.Context, q models.RelatedRequest) ([]part, error) {
	columns, err := c.opportunityColumns(ctx)
	if err != nil {
		return nil, err
	}
	columns = without(q.Hidden, "Opportunity", columns)
	tail := orderBy(q.Hidden, "Opportunity", "IsClosed ASC", "CloseDate ASC") + " LIMIT " + strconv.Itoa(maxOpportunities)
	roles := without(q.Hidden, "Opportunity", "ContactId,Role")
	read := func(out *models.Related, rows []row) bool { return readOpportunities(out, q.ContactID, rows) }
	var out []part
	if q.ContactID != "" {
		// A semi-join cannot be joined with another condition by OR: the account's opportunities
		// are a query of their own.
		out = append(out, part{"opportunitiesOfContact", models.NeedOpportunities, "SELECT " + columns + ",(SELECT " + roles + " FROM OpportunityContactRoles WHERE ContactId = " + quote(q.ContactID) +
			") FROM Opportunity WHERE Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId = " + quote(q.ContactID) + ")" + tail, read})
	}
	if q.AccountID != "" {
		out = append(out, part{"opportunitiesOfAccount", models.NeedOpportunities, "SELECT " + columns + " FROM Opportunity WHERE AccountId = " + quote(q.AccountID) + tail, read})
	}
	return out, nil
}

func readOpportunities(out *models.Related, contactID string, rows []row) (cut bool) {
	for _, r := range rows {
		for _, role := range r.rows("OpportunityContactRoles") {
			out.Roles = append(out.Roles, models.OpportunityContact{OpportunityID: r.text("Id"), ContactID: contactID, Role: role.ptr("Role")})
			break
		}
		if !containsOpportunity(out.Opportunities, r.text("Id")) {
			out.Opportunities = append(out.Opportunities, r.opportunity())
		}
	}
	return len(rows) >= maxOpportunities
}

func (r row) opportunity() models.Opportunity {
	o := models.Opportunity{ID: r.text("Id"), Name: r.ptr("Name"), Stage: r.ptr("StageName"), Currency: r.ptr("CurrencyIsoCode"), Open: not(r.flag("IsClosed")), Won: r.flag("IsWon"),
		OwnerID: r.ptr("OwnerId"), OwnerName: r.ptr("Owner.Name"), OwnerEmail: r.ptr("Owner.Email"), AccountID: r.ptr("AccountId"), UpdatedAt: r.time("LastModifiedDate"), CloseDate: r.date("CloseDate")}
	if d, err := models.ParseDecimal(r.text("Amount")); err == nil {
		if _, err := d.Value(); err == nil { // no currency needs more than the store keeps
			o.Amount = &d
		}
	}
	if n, err := strconv.ParseFloat(r.text("Probability"), 64); err == nil {
		o.Probability = &n
	}
	return o
}

func containsOpportunity(list []models.Opportunity, id string) bool {
	for i := range list {
		if list[i].ID == id {
			return true
		}
	}
	return false
}

func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	n := !*b
	return &n
}

func (r row) date(path string) *models.Date {
	d, err := models.ParseDate(r.text(path))
	if err != nil {
		return nil
	}
	return &d
}

// notesPart asks for both kinds of notes as children of the contact or account: the body of a
// legacy note can be selected only so.
func notesPart(q models.RelatedRequest) part {
	object, id := "Contact", q.ContactID
	if id == "" {
		object, id = "Account", q.AccountID
	}
	tail := orderBy(q.Hidden, "Note", "CreatedDate DESC") + " LIMIT " + strconv.Itoa(maxNotes)
	columns := func(body string) string {
		return without(q.Hidden, "Note", "Id,Title,"+body+",CreatedDate,LastModifiedDate,CreatedById,CreatedBy.Name")
	}
	return part{"notes", models.NeedNotes, "SELECT Id,(SELECT " + columns("Body") + " FROM Notes" + tail + "),(SELECT " + columns("TextPreview") + " FROM AttachedContentNotes" + tail +
		") FROM " + object + " WHERE Id = " + quote(id), readNotes}
}

// noteText is how the body of each kind of note becomes plain text: a legacy note is text already,
// the preview of an enhanced one may be HTML.
var noteText = map[string]struct {
	body string
	text func(*string) *string
}{"Notes": {"Body", plain}, "AttachedContentNotes": {"TextPreview", preview}}

func readNotes(out *models.Related, rows []row) (cut bool) {
	for _, parent := range rows {
		for relation, kind := range noteText {
			notes := parent.rows(relation)
			cut = cut || len(notes) >= maxNotes
			for _, r := range notes {
				out.Notes = append(out.Notes, models.Note{ID: r.text("Id"), Title: plain(r.ptr("Title")), Body: kind.text(r.ptr(kind.body)), CreatedByID: r.ptr("CreatedById"),
					CreatedByName: r.ptr("CreatedBy.Name"), CreatedAt: r.time("CreatedDate"), UpdatedAt: r.time("LastModifiedDate")})
			}
		}
	}
	return cut
}

func readTasks(out *models.Related, rows []row) (cut bool) {
	for _, r := range rows {
		out.Tasks = append(out.Tasks, r.task())
	}
	return len(rows) >= maxActivities
}

func (r row) task() models.Task {
	return models.Task{ID: r.text("Id"), WhoID: r.text("WhoId"), AccountID: r.ptr("AccountId"),
		Subject: r.ptr("Subject"), Status: r.ptr("Status"), Priority: r.ptr("Priority"),
		DueDate: r.date("ActivityDate"), Open: not(r.flag("IsClosed")), Description: plain(r.ptr("Description")), OwnerID: r.ptr("OwnerId"), OwnerName: r.ptr("Owner.Name")}
}

func readEvents(out *models.Related, rows []row) (cut bool) {
	for _, r := range rows {
		out.Events = append(out.Events, r.event())
	}
	return len(rows) >= maxActivities
}

func (r row) event() models.Event {
	return models.Event{ID: r.text("Id"), WhoID: r.text("WhoId"), AccountID: r.ptr("AccountId"),
		Subject: r.ptr("Subject"), StartsAt: r.time("StartDateTime"), EndsAt: r.time("EndDateTime"),
		AllDay: r.flag("IsAllDayEvent"), Location: r.ptr("Location"), Description: plain(r.ptr("Description")), OwnerID: r.ptr("OwnerId"), OwnerName: r.ptr("Owner.Name")}
}
