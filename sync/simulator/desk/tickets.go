package desk

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ticket is a contact's request.
type ticket struct {
	ID          string    `json:"id"`
	Number      int       `json:"number"`
	ContactID   string    `json:"contactId"`
	AssigneeID  string    `json:"assigneeId,omitempty"`
	Department  string    `json:"departmentId,omitempty"` // "" is the first
	TeamID      string    `json:"teamId,omitempty"`
	SharedWith  []string  `json:"sharedWith,omitempty"` // departments
	Subject     string    `json:"subject"`
	Description string    `json:"description,omitempty"`
	Status      string    `json:"status"`
	Priority    string    `json:"priority,omitempty"`
	Channel     string    `json:"channel"`
	Email       string    `json:"email,omitempty"`
	Phone       string    `json:"phone,omitempty"`
	Created     time.Time `json:"created"`
	Modified    time.Time `json:"modified"`
	// Events are the changes since it was made.
	Events []ticketEvent `json:"events,omitempty"`
}

// ticketLayoutID is the only layout of tickets.
const ticketLayoutID = "7000000000400003"

var ticketStatuses = []string{"Open", "On Hold", "Escalated", "Closed"}

// orderedTickets lists tickets, oldest first; s.mu is held.
func (s *Server) orderedTickets() []*ticket {
	out := make([]*ticket, 0, len(s.tickets))
	for _, t := range s.tickets {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *ticket) int { return cmp.Compare(a.Number, b.Number) })
	return out
}

// renderTicket is a ticket as GET answers it; s.mu is held.
func (s *Server) renderTicket(t *ticket, include []string) map[string]any {
	var account any
	contact := s.contacts.find(t.ContactID)
	if contact != nil {
		account = textOrNull(s.primaryAccount(contact))
	}
	out := map[string]any{"id": t.ID, "ticketNumber": strconv.Itoa(t.Number), "subject": t.Subject, "description": textOrNull(t.Description),
		"contactId": t.ContactID, "accountId": account, "departmentId": t.department(), "assigneeId": textOrNull(t.AssigneeID), "status": t.Status, "statusType": statusType(t.Status),
		"priority": textOrNull(t.Priority), "channel": t.Channel, "email": textOrNull(t.Email), "phone": textOrNull(t.Phone), "dueDate": nil, "cf": map[string]any{},
		"createdTime": stamp(t.Created), "modifiedTime": stamp(t.Modified), "isSpam": false, "isTrashed": false, "isRead": true,
		"customFields": map[string]any{}, "category": nil, "subCategory": nil, "classification": nil, "resolution": nil, "closedTime": nil, "onholdTime": nil,
		"customerResponseTime": stamp(t.Modified), "responseDueDate": nil, "productId": nil, "threadCount": "1", "commentCount": strconv.Itoa(len(s.comments[t.ID])),
		"sharedDepartments": s.shared(t), "secondaryContacts": []any{}, "entitySkills": []any{}, "layoutId": ticketLayoutID, "language": "English",
		"createdBy": textOrNull(t.AssigneeID), "modifiedBy": textOrNull(t.AssigneeID), "teamId": textOrNull(t.TeamID), "slaId": nil,
		"webUrl": webURL + "Cases/dv/" + t.ID}
	for _, what := range include {
		switch what {
		case "contacts":
			out["contact"] = s.contactStub(contact)
		case "assignee":
			out["assignee"] = s.agentStub(t.AssigneeID)
		case "departments":
			out["department"] = map[string]any{"id": t.department(), "name": s.departmentName(t.department())}
		}
	}
	return out
}

// department is the ticket's.
func (t *ticket) department() string { return cmp.Or(t.Department, departmentID) }

// shared are the departments that a ticket is shared with. The vendor's file leaves open what an
// entry holds besides the id. s.mu is held.
func (s *Server) shared(t *ticket) []any {
	out := []any{}
	for _, id := range t.SharedWith {
		out = append(out, map[string]any{"id": id, "name": s.departmentName(id), "type": "READ_ONLY"})
	}
	return out
}

// contactStub is the contact that a ticket answer carries with include=contacts.
func (s *Server) contactStub(contact *record) any {
	if contact == nil {
		return nil
	}
	return map[string]any{"id": contact.ID, "firstName": orNull(contact.Values, "firstName"), "lastName": orNull(contact.Values, "lastName"),
		"email": orNull(contact.Values, "email"), "phone": orNull(contact.Values, "phone"), "mobile": orNull(contact.Values, "mobile"), "type": orNull(contact.Values, "type"),
		"isSpam": false, "account": s.accountStub(s.primaryAccount(contact))}
}

func (s *Server) sendTickets(c *call, tickets []*ticket) (answer, error) {
	p, err := c.page(1, 100)
	if err != nil {
		return answer{}, err
	}
	include, err := c.include("contacts", "assignee", "departments", "team", "isRead")
	if err != nil {
		return answer{}, err
	}
	name, down := strings.CutPrefix(c.query.Get("sortBy"), "-")
	switch name {
	case "":
		slices.Reverse(tickets) // newest first
	case "createdTime", "ticketNumber":
	case "modifiedTime":
		slices.SortStableFunc(tickets, func(a, b *ticket) int { return a.Modified.Compare(b.Modified) })
	default:
		return answer{}, badParameter("sortBy")
	}
	if down {
		slices.Reverse(tickets)
	}
	var rows []any
	for _, t := range pageOf(tickets, p) {
		rows = append(rows, s.renderTicket(t, include))
	}
	return data(rows)
}

func (s *Server) listTickets(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sendTickets(c, s.orderedTickets())
}

// ticketsOf serves GET /contacts/{id}/tickets and /accounts/{id}/tickets.
func (s *Server) ticketsOf(c *call, m *module) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.PathValue("id")
	if m.live[id] == nil {
		return answer{}, notFound()
	}
	return s.sendTickets(c, s.ticketsBy(m, id))
}

// ticketsBy are the tickets of a contact, or of an account's contacts, oldest first; s.mu is held.
func (s *Server) ticketsBy(m *module, id string) (found []*ticket) {
	requesters := []string{id}
	if m == s.accounts {
		requesters = requesters[:0]
		for contact := range s.accounts.members[id] {
			requesters = append(requesters, contact)
		}
	}
	for _, contact := range requesters {
		for ticketID := range s.contacts.members[contact] {
			found = append(found, s.tickets[ticketID])
		}
	}
	slices.SortFunc(found, func(a, b *ticket) int { return cmp.Compare(a.Number, b.Number) })
	return found
}

func (s *Server) getTicket(c *call) (answer, error) {
	include, err := c.include("contacts", "assignee", "departments", "products", "contract", "isRead", "team", "skills")
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tickets[c.PathValue("id")]
	if t == nil {
		return answer{}, notFound()
	}
	return ok(s.renderTicket(t, include))
}

// createTicket serves POST /tickets. The requester is contactId, or contact: the first contact with
// that email, made if there is none. The department may be left out where there is one.
func (s *Server) createTicket(c *call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.stampNow()
	t := &ticket{Number: s.ticketSerial + 1, Status: "Open", Channel: "Web", Created: now, Modified: now}
	requester, _ := body["contact"].(map[string]any)
	delete(body, "contact")
	wrong, err := s.fill(t, body)
	if err != nil {
		return answer{}, err
	}
	if t.Subject == "" {
		wrong = append(wrong, missing("/subject"))
	}
	if t.Department == "" && len(s.settings.Departments) > 0 {
		wrong = append(wrong, missing("/departmentId"))
	}
	var made *record
	if t.ContactID == "" {
		if requester == nil {
			wrong = append(wrong, missing("/contactId"))
		} else if t.ContactID, made, err = s.requester(requester, c.agent); err != nil {
			return answer{}, err
		}
	}
	if len(wrong) > 0 {
		return answer{}, invalidDataList(wrong)
	}
	var puts []put
	if made != nil {
		puts = append(puts, put{kindContact, made.ID, made})
	}
	t.ID = s.newID()
	if err := s.commit(append(puts, put{kindTicket, t.ID, t})...); err != nil {
		return answer{}, err
	}
	s.faults.Count("tickets.create", 1)
	if made != nil {
		s.announce(c, "Contact_Add", s.whole(s.contacts, made), nil)
	}
	s.announce(c, "Ticket_Add", s.renderTicket(t, []string{"contacts", "assignee", "departments"}), nil)
	return ok(s.renderTicket(t, nil))
}

// requester finds a contact by email, or prepares a new one.
func (s *Server) requester(fields map[string]any, agent string) (id string, made *record, err error) {
	if email, _ := fields["email"].(string); email != "" {
		if found := s.withEmail("email", email); len(found) > 0 {
			return slices.Min(found), nil, nil
		}
	}
	values, err := s.changes(s.contacts, "", fields)
	if err != nil {
		return "", nil, err
	}
	made = s.newRecord(values, agent)
	return made.ID, made, nil
}

// withEmail are the ids of the contacts with exactly this email in the field, whatever the case;
// s.mu is held.
func (s *Server) withEmail(in, email string) (found []string) {
	ids, _ := s.contacts.grams[in].candidates(email)
	for id := range ids {
		if strings.EqualFold(s.contacts.live[id].Values[in], email) {
			found = append(found, id)
		}
	}
	return found
}

// fill sets the ticket's fields from a body.
func (s *Server) fill(t *ticket, body map[string]any) (wrong []fieldError, err error) {
	for name, value := range body {
		f := field{kind: "Text", max: 255}
		var into *string
		switch name {
		case "subject":
			into = &t.Subject
		case "description":
			into, f.max = &t.Description, 65535
		case "status":
			into, f.kind, f.values = &t.Status, "Picklist", choices(ticketStatuses...)
		case "priority":
			into, f.kind, f.values = &t.Priority, "Picklist", choices("Low", "Medium", "High")
		case "channel":
			into = &t.Channel
		case "email":
			into, f.kind = &t.Email, "Email"
		case "phone":
			into = &t.Phone
		case "contactId":
			into, f.kind = &t.ContactID, "LookUp"
		case "assigneeId":
			into, f.kind = &t.AssigneeID, "LookUp"
		case "departmentId":
			into, f.kind = &t.Department, "LookUp"
		case "teamId":
			into, f.kind = &t.TeamID, "LookUp"
		default:
			return nil, extraParameter(name)
		}
		kept, why := f.read(value, reading{blanks: blanksEither})
		text := ""
		if kept != nil {
			text = *kept
		}
		if why == "" && !s.refers(name, text) {
			why = "no such record"
		}
		if why != "" {
			wrong = append(wrong, invalid("/"+name, why))
			continue
		}
		*into = text
	}
	return wrong, nil
}

// refers tells whether a field of a ticket that names a record names one that there is; s.mu is
// held.
func (s *Server) refers(name, id string) bool {
	switch name {
	case "contactId":
		return s.contacts.live[id] != nil
	case "assigneeId":
		return id == "" || s.agents[id] != nil
	case "departmentId":
		return s.departmentName(id) != ""
	case "teamId":
		return id == "" || id == teamID
	}
	return true
}

func (s *Server) updateTicket(c *call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.tickets[c.PathValue("id")]
	if before == nil {
		return answer{}, notFound()
	}
	after := *before
	wrong, err := s.fill(&after, body)
	if err != nil {
		return answer{}, err
	}
	if len(wrong) > 0 {
		return answer{}, invalidDataList(wrong)
	}
	after.Modified = s.after(before.Modified)
	after.Events = append(slices.Clone(before.Events), ticketEvent{Time: after.Modified, Name: "TicketUpdated", AgentID: c.agent, Changed: slices.Sorted(maps.Keys(body))})
	previous := s.renderTicket(before, nil)
	if err := s.commit(put{kindTicket, after.ID, &after}); err != nil {
		return answer{}, err
	}
	s.faults.Count("tickets.update", 1)
	s.announce(c, "Ticket_Update", s.renderTicket(&after, nil), previous)
	return ok(s.renderTicket(&after, nil))
}
