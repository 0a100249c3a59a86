package desk

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// ticketEvent is a step in a ticket's life.
type ticketEvent struct {
	Time    time.Time `json:"time"`
	Name    string    `json:"name"`    // TicketCreated, TicketUpdated, CommentAdded
	AgentID string    `json:"agentId"` // who did it; "" for the contact
	Changed []string  `json:"changed,omitempty"`
}

// operations are the names of the steps in the histories of contacts and accounts.
var operations = map[string]string{"TicketCreated": "Ticket_Add", "TicketUpdated": "Ticket_Update", "CommentAdded": "Comment_Added"}

// eventsOf are the steps of a ticket's life, last first; s.mu is held.
func (s *Server) eventsOf(t *ticket) []ticketEvent {
	out := append([]ticketEvent{{Time: t.Created, Name: "TicketCreated"}}, t.Events...)
	for _, c := range s.commentsOn(t.ID) {
		out = append(out, ticketEvent{Time: c.Time, Name: "CommentAdded", AgentID: c.AgentID})
	}
	slices.SortStableFunc(out, func(a, b ticketEvent) int { return a.Time.Compare(b.Time) })
	slices.Reverse(out)
	return out
}

// ticketHistory serves GET /tickets/{id}/History, and history.
func (s *Server) ticketHistory(c *call) (answer, error) {
	p, err := c.page(0, 50)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tickets[c.PathValue("id")]
	if t == nil {
		return answer{}, notFound()
	}
	var rows []any
	for _, e := range pageOf(s.eventsOf(t), p) {
		info := []any{}
		for _, name := range e.Changed {
			info = append(info, map[string]any{"propertyName": name, "propertyType": "Text", "systemProperty": true, "propertyValue": nil})
		}
		rows = append(rows, map[string]any{"eventName": e.Name, "eventTime": stamp(e.Time), "eventInfo": info, "source": nil, "actorInfo": nil, "actor": s.actor(t, e)})
	}
	return data(rows)
}

// actor is who took a step, with one name.
func (s *Server) actor(t *ticket, e ticketEvent) map[string]any {
	if a := s.agents[e.AgentID]; a != nil {
		return map[string]any{"id": a.ID, "name": a.FirstName + " " + a.LastName, "type": "Agent"}
	}
	out := map[string]any{"id": t.ContactID, "name": nil, "type": "Contact"}
	if contact := s.contacts.find(t.ContactID); contact != nil {
		out["name"] = orNull(contact.Values, "lastName")
	}
	return out
}

// historyOf serves GET /contacts/{id}/history and /accounts/{id}/history: the steps of all their
// tickets, last first.
func (s *Server) historyOf(c *call, m *module) (answer, error) {
	p, err := c.page(0, 100)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.live[c.PathValue("id")] == nil {
		return answer{}, notFound()
	}
	type step struct {
		of *ticket
		ticketEvent
	}
	var all []step
	for _, t := range s.ticketsBy(m, c.PathValue("id")) {
		for _, e := range s.eventsOf(t) {
			if agent := c.query.Get("agentId"); agent == "" || agent == e.AgentID {
				all = append(all, step{t, e})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b step) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.of.Number, a.of.Number)) })
	var rows []any
	for _, one := range pageOf(all, p) {
		t := one.of
		rows = append(rows, map[string]any{"ticketId": t.ID, "ticketNumber": strconv.Itoa(t.Number), "subject": t.Subject, "status": t.Status, "statusType": statusType(t.Status),
			"priority": textOrNull(t.Priority), "departmentId": t.department(), "dueDate": nil, "recipients": nil, "webUrl": webURL + "Cases/dv/" + t.ID,
			"eventTime": stamp(one.Time), "operation": operations[one.Name], "author": s.author(t, one.ticketEvent)})
	}
	return data(rows)
}

// author is who took a step, as histories of contacts show them.
func (s *Server) author(t *ticket, e ticketEvent) any {
	if a := s.agents[e.AgentID]; a != nil {
		out := s.agentStub(a.ID).(map[string]any)
		out["type"] = "AGENT"
		return out
	}
	contact := s.contacts.find(t.ContactID)
	if contact == nil {
		return nil
	}
	return map[string]any{"id": contact.ID, "firstName": orNull(contact.Values, "firstName"), "lastName": orNull(contact.Values, "lastName"),
		"email": orNull(contact.Values, "email"), "photoURL": nil, "type": "END_USER"}
}

// statusType is the kind of a ticket's status.
func statusType(status string) string {
	switch status {
	case "Closed", "On Hold":
		return status
	}
	return "Open"
}

// statistics serves GET /contacts/{id}/statistics and /accounts/{id}/statistics. Nothing is
// measured here but how many tickets there are.
func (s *Server) statistics(c *call, m *module) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.live[c.PathValue("id")] == nil {
		return answer{}, notFound()
	}
	byType, byChannel, all := map[string]int{}, map[string]int{}, s.ticketsBy(m, c.PathValue("id"))
	escalated := 0
	for _, t := range all {
		byType[statusType(t.Status)]++
		byChannel[t.Channel]++
		if t.Status == "Escalated" {
			escalated++
		}
	}
	channelWise := map[string]any{}
	for channel, n := range byChannel {
		channelWise[channel] = strconv.Itoa(n)
	}
	return ok(map[string]any{"totalTickets": strconv.Itoa(len(all)), "openTickets": strconv.Itoa(byType["Open"]), "closedTickets": strconv.Itoa(byType["Closed"]),
		"onholdTickets": strconv.Itoa(byType["On Hold"]), "escalatedTickets": strconv.Itoa(escalated), "overdueTickets": "0", "spamTickets": "0",
		"firstResponseTime": "0", "responseTime": "0", "resolutionTime": "0", "channelWiseCount": channelWise,
		"customerHappiness": map[string]any{"badCount": "0", "goodCount": "0", "okCount": "0"}})
}
