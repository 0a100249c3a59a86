package desk

import (
	"slices"
	"strconv"
	"strings"
)

// page is a slice of a list, by a zero-based start.
type page struct{ start, limit int }

// defaultLimit is the page size when the caller names none.
const defaultLimit = 10

// page reads from and limit. Lists count from first: 1 (where 0 is taken as 1, as the vendor does),
// search and the recycle bin from 0.
func (c *call) page(first, maxLimit int) (page, error) {
	p := page{0, defaultLimit}
	if text := c.query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxLimit {
			return page{}, badParameter("limit")
		}
		p.limit = n
	}
	if text := c.query.Get("from"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return page{}, badParameter("from")
		}
		p.start = max(n-first, 0)
	}
	return p, nil
}

func pageOf[T any](rows []T, p page) []T {
	start := min(p.start, len(rows))
	return rows[start:min(start+p.limit, len(rows))]
}

// data answers a list; an empty one is 204.
func data(rows []any) (answer, error) {
	if len(rows) == 0 {
		return noContent()
	}
	return ok(map[string]any{"data": rows})
}

// include reads the include parameter, which may name only what is allowed.
func (c *call) include(allowed ...string) ([]string, error) {
	text := c.query.Get("include")
	if text == "" {
		return nil, nil
	}
	names := strings.Split(text, ",")
	for _, name := range names {
		if !slices.Contains(allowed, name) {
			return nil, badParameter("include")
		}
	}
	return names, nil
}

// maxFields is how many fields a list may name.
const maxFields = 30

// projection is the fields of a row: those of the fields parameter, which replaces the default
// ones.
func (c *call) projection(m *module) ([]string, error) {
	text := c.query.Get("fields")
	if text == "" {
		return m.row, nil
	}
	names := strings.Split(text, ",")
	if len(names) > maxFields {
		return nil, badParameter("fields")
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		f, known := m.byName[names[i]]
		if f.kind == "Textarea" { // "all field types except multi-text are supported"
			return nil, badParameter("fields")
		}
		if !known && !slices.Contains(m.row, names[i]) && !slices.Contains([]string{"modifiedTime", "cf", "layoutId", "isDeleted", "isTrashed"}, names[i]) {
			return nil, badParameter("fields")
		}
	}
	return names, nil
}

// order reads sortBy, which may name one of the module's sort keys, descending with a "-".
func (c *call) order(m *module, extra ...string) (string, error) {
	sortBy := c.query.Get("sortBy")
	name := strings.TrimPrefix(sortBy, "-")
	if sortBy == "" || m.sortKey(name) != nil || slices.Contains(extra, name) {
		return sortBy, nil
	}
	return "", badParameter("sortBy")
}

// sortKeys sets what lists can be sorted by, beside the two times.
func (s *Server) sortKeys() {
	value := func(name string) func(*record) string {
		return func(r *record) string { return fold(r.Values[name]) }
	}
	for _, name := range []string{"firstName", "lastName", "phone", "email"} {
		s.contacts.sortKeys[name] = value(name)
	}
	s.contacts.sortKeys["account"] = func(r *record) string {
		if account := s.accounts.live[r.Values["accountId"]]; account != nil {
			return fold(account.Values["accountName"])
		}
		return ""
	}
	for _, name := range []string{"accountName", "website", "phone", "email"} {
		s.accounts.sortKeys[name] = value(name)
	}
}

// list serves GET /contacts and GET /accounts.
func (s *Server) list(c *call, m *module) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sortBy, err := c.order(m)
	if err != nil {
		return answer{}, err
	}
	records := m.ordered(sortBy)
	if m == s.contacts {
		if records, err = c.spam(records); err != nil {
			return answer{}, err
		}
	}
	return s.rows(c, m, 1, records)
}

// spam keeps the contacts that isSpam asks for: without it those that are none.
func (c *call) spam(records []*record) ([]*record, error) {
	wanted := c.query.Get("isSpam")
	if wanted != "" && wanted != "true" && wanted != "false" {
		return nil, badParameter("isSpam")
	}
	other := func(r *record) bool { return r.Spam != (wanted == "true") }
	if !slices.ContainsFunc(records, other) {
		return records, nil
	}
	return slices.DeleteFunc(slices.Clone(records), other), nil
}

// rows answers a page of records; s.mu is held.
func (s *Server) rows(c *call, m *module, first int, records []*record) (answer, error) {
	p, err := c.page(first, s.settings.ListLimit)
	if err != nil {
		return answer{}, err
	}
	rendered, err := s.render(c, m, pageOf(records, p))
	if err != nil {
		return answer{}, err
	}
	return data(rendered)
}

// render makes the rows the caller asked for with fields and include; s.mu is held.
func (s *Server) render(c *call, m *module, records []*record) ([]any, error) {
	names, err := c.projection(m)
	if err != nil {
		return nil, err
	}
	allowed := []string{"owner"}
	if m == s.contacts {
		allowed = []string{"accounts", "owner"}
	}
	include, err := c.include(allowed...)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(records))
	for i, r := range records {
		shown := row(s.listed(m, r), names)
		s.include(shown, r, include)
		out[i] = shown
	}
	return out, nil
}

// count serves GET /contacts/count and /accounts/count: the number of records in a custom view,
// which has to be named. Every view here shows all of them.
func (s *Server) count(c *call, m *module) (answer, error) {
	if view := c.query.Get("viewId"); view == "" || strings.Trim(view, "0123456789") != "" {
		return answer{}, badParameter("viewId")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return ok(map[string]any{"count": strconv.Itoa(len(m.live))})
}

// maxByIDs is how many ids one call may name.
const maxByIDs = 20

// byIDs serves GET /contacts/contactsByIds: those of the ids that are there. The vendor's file
// shows list rows, live answers were whole.
func (s *Server) byIDs(c *call) (answer, error) {
	ids := strings.FieldsFunc(c.query.Get("ids"), func(r rune) bool { return r == ',' || r == ' ' })
	if len(ids) == 0 || len(ids) > maxByIDs {
		return answer{}, badParameter("ids")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*record
	for _, id := range ids {
		if r := s.contacts.live[id]; r != nil {
			found = append(found, r)
		}
	}
	if s.settings.ByIDs == rowsWhole && c.query.Get("fields") == "" {
		rows := make([]any, len(found))
		for i, r := range found {
			rows[i] = s.whole(s.contacts, r)
		}
		return data(rows)
	}
	rows, err := s.render(c, s.contacts, found)
	if err != nil {
		return answer{}, err
	}
	return data(rows)
}

// get serves a record by id with all its fields. One in the recycle bin says isTrashed.
func (s *Server) get(c *call, m *module) (answer, error) {
	include, err := c.include("accounts", "owner")
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := m.find(c.PathValue("id"))
	if r == nil {
		return answer{}, notFound()
	}
	out := s.whole(m, r)
	s.include(out, r, include)
	return ok(out)
}

// contactsOfAccount serves GET /accounts/{id}/contacts.
func (s *Server) contactsOfAccount(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accounts.live[c.PathValue("id")] == nil {
		return answer{}, notFound()
	}
	sortBy, err := c.order(s.contacts)
	if err != nil {
		return answer{}, err
	}
	var found []*record
	for id := range s.accounts.members[c.PathValue("id")] {
		if r := s.contacts.live[id]; r != nil {
			found = append(found, r)
		}
	}
	s.contacts.sortBy(found, sortBy)
	if found, err = c.spam(found); err != nil {
		return answer{}, err
	}
	p, err := c.page(1, s.settings.ListLimit)
	if err != nil {
		return answer{}, err
	}
	found = pageOf(found, p)
	rows, err := s.render(c, s.contacts, found)
	if err != nil {
		return answer{}, err
	}
	for i, r := range found {
		rows[i].(map[string]any)["mappingInfo"] = s.mappingInfo(r, c.PathValue("id"))
	}
	return data(rows)
}

// mappingInfo is how a contact is tied to one of its accounts; s.mu is held.
func (s *Server) mappingInfo(contact *record, account string) map[string]any {
	kind := "SECONDARY"
	if account == s.primaryAccount(contact) {
		kind = "PRIMARY"
	}
	return map[string]any{"mappingId": mappingID(contact.ID, account), "mappingType": kind, "isAccountTicketsViewable": !slices.Contains(contact.Hidden, account)}
}

// accountsOfContact serves GET /contacts/{id}/accounts, with how each account is mapped.
func (s *Server) accountsOfContact(c *call) (answer, error) {
	p, err := c.page(1, 100)
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	contact := s.contacts.live[c.PathValue("id")]
	if contact == nil {
		return answer{}, notFound()
	}
	var rows []any
	for _, id := range s.accountsOf(contact) {
		shown := row(s.listed(s.accounts, s.accounts.live[id]), accountRow)
		shown["mappingInfo"] = s.mappingInfo(contact, id)
		rows = append(rows, shown)
	}
	return data(pageOf(rows, p))
}

// mappingID is the id of the tie between a contact and an account: always the same for the two.
func mappingID(contact, account string) string {
	return "7" + contact[len(contact)-8:] + account[len(account)-7:]
}
