package desk

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// searchedInTickets are the parameters of a search of tickets, with what they look at.
var searchedInTickets = map[string]func(*Server, *ticket) string{
	"id": func(_ *Server, t *ticket) string { return t.ID }, "ticketNumber": func(_ *Server, t *ticket) string { return strconv.Itoa(t.Number) },
	"subject": func(_ *Server, t *ticket) string { return t.Subject }, "description": func(_ *Server, t *ticket) string { return t.Description },
	"email": func(_ *Server, t *ticket) string { return t.Email }, "phone": func(_ *Server, t *ticket) string { return t.Phone },
	"status": func(_ *Server, t *ticket) string { return t.Status }, "priority": func(_ *Server, t *ticket) string { return t.Priority },
	"channel": func(_ *Server, t *ticket) string { return t.Channel }, "contactId": func(_ *Server, t *ticket) string { return t.ContactID },
	"assigneeId": func(_ *Server, t *ticket) string { return t.AssigneeID }, "departmentId": func(_ *Server, t *ticket) string { return t.department() },
	"contactName": func(s *Server, t *ticket) string {
		contact := s.contacts.find(t.ContactID)
		if contact == nil {
			return ""
		}
		return strings.TrimSpace(contact.Values["firstName"] + " " + contact.Values["lastName"])
	},
	"accountId": func(s *Server, t *ticket) string { return s.accountOf(t) },
	"accountName": func(s *Server, t *ticket) string {
		if account := s.accounts.live[s.accountOf(t)]; account != nil {
			return account.Values["accountName"]
		}
		return ""
	},
}

func (s *Server) accountOf(t *ticket) string {
	if contact := s.contacts.find(t.ContactID); contact != nil {
		return s.primaryAccount(contact)
	}
	return ""
}

// exact are the parameters that know no wildcard, and may be short.
var exact = []string{"id", "ticketNumber", "status", "priority", "channel", "contactId", "assigneeId", "departmentId", "accountId"}

// ticketCriterion reads one condition of a search of tickets.
func (s *Server) ticketCriterion(name, value string) (func(*ticket) bool, error) {
	if name == "createdTimeRange" || name == "modifiedTimeRange" {
		window, err := timeRange(name, value)
		return func(t *ticket) bool {
			return within(map[string]time.Time{"createdTimeRange": t.Created, "modifiedTimeRange": t.Modified}[name], window)
		}, err
	}
	if name == "_all" {
		hit, err := anyOf(name, value)
		return func(t *ticket) bool {
			for _, of := range searchedInTickets {
				if hit(of(s, t)) {
					return true
				}
			}
			return false
		}, err
	}
	of := searchedInTickets[name]
	switch {
	case of == nil:
		return nil, extraParameter(name)
	case value == "${empty}":
		return func(t *ticket) bool { return of(s, t) == "" }, nil
	case value == "${notempty}":
		return func(t *ticket) bool { return of(s, t) != "" }, nil
	case name == "status" && value == "${open}":
		return func(t *ticket) bool { return statusType(t.Status) == "Open" }, nil
	case slices.Contains(exact, name):
		values := strings.Split(value, ",")
		return func(t *ticket) bool {
			return slices.ContainsFunc(values, func(one string) bool { return strings.EqualFold(strings.TrimSpace(one), of(s, t)) })
		}, nil
	}
	hit, err := anyOf(name, value)
	return func(t *ticket) bool { return hit(of(s, t)) }, err
}

// searchTickets serves GET /tickets/search.
func (s *Server) searchTickets(c *call) (answer, error) {
	p, err := c.page(0, 100)
	if err != nil {
		return answer{}, err
	}
	if p.start > maxSearchFrom {
		return answer{}, badParameter("from")
	}
	name, down := strings.CutPrefix(c.query.Get("sortBy"), "-")
	if !slices.Contains([]string{"", "modifiedTime", "createdTime", "relevance"}, name) {
		return answer{}, badParameter("sortBy")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	hits := s.orderedTickets()
	for name, values := range c.query {
		if values[0] == "" || slices.Contains([]string{"from", "limit", "sortBy", "orgId"}, name) {
			continue
		}
		holds, err := s.ticketCriterion(name, values[0])
		if err != nil {
			return answer{}, err
		}
		hits = slices.DeleteFunc(hits, func(t *ticket) bool { return !holds(t) })
	}
	if name == "modifiedTime" {
		slices.SortStableFunc(hits, func(a, b *ticket) int { return a.Modified.Compare(b.Modified) })
	}
	if down {
		slices.Reverse(hits)
	}
	var rows []any
	for _, t := range pageOf(hits, p) {
		rows = append(rows, s.renderTicket(t, []string{"contacts", "assignee", "departments"}))
	}
	if len(rows) == 0 {
		return noContent()
	}
	s.faults.Count("search.tickets", 1)
	return ok(map[string]any{"data": rows, "count": len(hits)})
}

// ticketCount serves GET /tickets/count and /ticketsCountByFieldValues?field=…: how many tickets
// there are, by the values of fields.
func (s *Server) ticketCount(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]any{}
	for _, field := range strings.Split(c.query.Get("field"), ",") {
		if field == "" {
			continue
		}
		of := searchedInTickets[field]
		if of == nil {
			return answer{}, badParameter("field")
		}
		counts, rows := map[string]int{}, []any{}
		for _, t := range s.tickets {
			counts[strings.ToLower(of(s, t))]++
		}
		for _, value := range slices.Sorted(maps.Keys(counts)) {
			rows = append(rows, map[string]any{"value": value, "count": strconv.Itoa(counts[value])})
		}
		out[field] = rows
	}
	if len(out) == 0 {
		if strings.HasSuffix(c.URL.Path, "Values") {
			return answer{}, badParameter("field")
		}
		return ok(map[string]any{"count": strconv.Itoa(len(s.tickets))})
	}
	return ok(out)
}

// searchAll serves GET /search?searchStr=…[&module=…]: contacts, accounts and tickets that have the
// text.
func (s *Server) searchAll(c *call) (answer, error) {
	p, err := c.page(0, 100)
	if err != nil {
		return answer{}, err
	}
	text, wanted := c.query.Get("searchStr"), c.query.Get("module")
	if wanted != "" && moduleIDs[wanted] == "" {
		return answer{}, badParameter("module")
	}
	hit, err := anyOf("searchStr", text)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []any
	for _, m := range []*module{s.contacts, s.accounts} {
		if wanted != "" && wanted != m.name {
			continue
		}
		for _, r := range m.ordered("") {
			if !slices.ContainsFunc(slices.Collect(maps.Values(r.Values)), hit) {
				continue
			}
			found, err := s.found(c, m, []*record{r})
			if err != nil {
				return answer{}, err
			}
			found[0].(map[string]any)["module"] = m.name
			rows = append(rows, found[0])
		}
	}
	if wanted == "" || wanted == "tickets" {
		for _, t := range s.orderedTickets() {
			if hit(t.Subject) || hit(t.Description) || hit(t.Email) {
				row := s.renderTicket(t, nil)
				row["module"] = "tickets"
				rows = append(rows, row)
			}
		}
	}
	count := len(rows)
	if rows = pageOf(rows, p); len(rows) == 0 {
		return noContent()
	}
	return ok(map[string]any{"data": rows, "count": count})
}
