package zohodesk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"sidelight/models"
)

// TicketSummary is a ticket as a list of tickets shows it.
type TicketSummary struct {
	models.Ticket
	Subject      string
	Status       string
	ContactName  string
	ContactEmail string
	AccountName  string
	CreatedAt    time.Time
}

// Ticket tells whose ticket it is. It is of the agents' share of the credits.
func (c *Client) Ticket(ctx context.Context, id string) (models.Ticket, error) {
	if !isID(id) {
		return models.Ticket{}, models.Errorf(models.CodeNotFound, "there is no such ticket in Zoho Desk")
	}
	answer, err := c.do(
		ctx,
		call{method: http.MethodGet, path: "/tickets/" + id, query: url.Values{"include": {"contacts"}}, forAgents: true},
	)
	if models.CodeOf(err) == models.CodeNotFound {
		return models.Ticket{}, models.Errorf(models.CodeNotFound, "there is no such ticket in Zoho Desk")
	}
	if err != nil {
		return models.Ticket{}, err
	}
	var r row
	if err := answer.decode(&r); err != nil {
		return models.Ticket{}, err
	}
	if r.id() != id {
		return models.Ticket{}, unavailable(nil, "Zoho Desk answered with another ticket than the one that was asked for")
	}
	return c.ticket(r).Ticket, nil
}

// Tickets lists the newest tickets with their contacts, at most limit and at most a hundred.
func (c *Client) Tickets(ctx context.Context, limit int) ([]TicketSummary, error) {
	q := url.Values{
		"limit": {strconv.Itoa(min(max(limit, 1), maxPageSize))}, "sortBy": {"-createdTime"}, "include": {"contacts"},
	}
	answer, err := c.do(ctx, call{method: http.MethodGet, path: "/tickets", query: q, forAgents: true})
	if err != nil {
		return nil, err
	}
	rows, err := answer.rows()
	if err != nil {
		return nil, err
	}
	out := make([]TicketSummary, len(rows))
	for i, r := range rows {
		out[i] = c.ticket(r)
	}
	return out, nil
}

// ticket reads a ticket, with its contact and account where they are embedded.
func (c *Client) ticket(r row) TicketSummary {
	out := TicketSummary{
		Ticket: models.Ticket{
			ID: r.id(), Number: r.text("ticketNumber"), ContactID: r.text("contactId"), AccountID: r.text("accountId"),
			DepartmentID: r.idAt("departmentId"), AssigneeID: r.idAt("assigneeId"), TeamID: r.idAt("teamId"),
			SharedWith: r.ids("sharedDepartments"), AsOf: c.now().UTC(),
		},
		Subject:   r.text("subject"),
		Status:    r.text("status"),
		CreatedAt: r.time("createdTime"),
	}
	var contact, account row
	if json.Unmarshal(r["contact"], &contact) != nil || contact == nil {
		return out
	}
	if out.ContactID == "" {
		out.ContactID = contact.id()
	}
	out.ContactName = strings.TrimSpace(contact.text("firstName") + " " + contact.text("lastName"))
	out.ContactEmail = contact.text("email")
	if json.Unmarshal(contact["account"], &account) == nil && account != nil {
		out.AccountName = account.text("accountName")
		if out.AccountID == "" {
			out.AccountID = account.id()
		}
	}
	return out
}
