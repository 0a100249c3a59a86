package desk

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sidelight/sync/simulator/fault"
)

// maxSearchFrom is the deepest start of a search: nothing behind it can be reached, so that callers
// have to narrow their windows.
const maxSearchFrom = 999

// criterion is one condition of a search.
type criterion struct {
	holds func(*record) bool
	// field and piece name an indexed field that must contain the piece; piece is empty when no
	// index helps.
	field, piece string
	// ids are the only records that can match, when they are named.
	ids []string
	// window is the range of modifiedTime, when it is one.
	window *[2]time.Time
}

// matches says whether a text is the search value, whatever the case, with "*" in the value for any
// characters.
func matches(text, value string) bool {
	pieces := strings.Split(fold(value), "*")
	text, found := strings.CutPrefix(fold(text), pieces[0])
	if len(pieces) == 1 {
		return found && text == ""
	}
	last := pieces[len(pieces)-1]
	for _, piece := range pieces[1 : len(pieces)-1] {
		at := strings.Index(text, piece)
		if at < 0 {
			return false
		}
		text = text[at+len(piece):]
	}
	return found && strings.HasSuffix(text, last)
}

// longest is the longest piece of a value between its wildcards.
func longest(value string) string {
	best := ""
	for _, piece := range strings.Split(value, "*") {
		if len(piece) > len(best) {
			best = piece
		}
	}
	return best
}

// minSearch is how short a text to search for may be, in characters.
const minSearch = 3

// textCriterion reads what to search for: values between commas, of which one has to match,
// ${empty} or ${notempty}.
func textCriterion(parameter, name, value string) (criterion, error) {
	switch value {
	case "${empty}":
		return criterion{holds: func(r *record) bool { return r.Values[name] == "" }}, nil
	case "${notempty}":
		return criterion{holds: func(r *record) bool { return r.Values[name] != "" }}, nil
	}
	hit, err := anyOf(parameter, value)
	if err != nil {
		return criterion{}, err
	}
	one := criterion{field: name, holds: func(r *record) bool {
		held, set := r.Values[name]
		return set && hit(held)
	}}
	if !strings.Contains(value, ",") {
		one.piece = longest(strings.TrimSpace(value))
	}
	return one, nil
}

// anyOf says whether a text matches one of the values between commas.
func anyOf(parameter, value string) (func(string) bool, error) {
	if utf8.RuneCountInString(value) < minSearch {
		return nil, badParameter(parameter)
	}
	values := slices.DeleteFunc(strings.Split(value, ","), func(one string) bool { return strings.TrimSpace(one) == "" })
	for i, one := range values {
		values[i] = strings.TrimSpace(one)
		if strings.HasPrefix(values[i], "*") && parameter != "phone" && parameter != "mobile" {
			return nil, badParameter(parameter)
		}
	}
	return func(text string) bool {
		return slices.ContainsFunc(values, func(one string) bool { return matches(text, one) })
	}, nil
}

// criteria reads the conditions out of the query.
func (s *Server) criteria(c *call, m *module) ([]criterion, error) {
	var out []criterion
	for name, values := range c.query {
		if values[0] == "" || slices.Contains([]string{"from", "limit", "sortBy", "fields", "include", "orgId"}, name) {
			continue
		}
		one, err := s.criterion(m, name, values[0])
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// criterion reads one condition; s.mu is held.
func (s *Server) criterion(m *module, name, value string) (criterion, error) {
	switch {
	case name == "id":
		ids := strings.Split(value, ",")
		return criterion{ids: ids, holds: func(r *record) bool { return slices.Contains(ids, r.ID) }}, nil
	case name == "createdTimeRange" || name == "modifiedTimeRange":
		window, err := timeRange(name, value)
		if name == "modifiedTimeRange" {
			return criterion{window: &window, holds: func(r *record) bool { return within(r.Modified, window) }}, err
		}
		return criterion{holds: func(r *record) bool { return within(r.Created, window) }}, err
	case strings.HasPrefix(name, "customField"):
		custom, wanted, found := strings.Cut(value, ":")
		if f, known := m.byName[custom]; !found || !known || !f.custom {
			return criterion{}, badParameter(name)
		}
		return textCriterion(name, custom, wanted)
	case name == "_all":
		hit, err := anyOf(name, value)
		return criterion{holds: func(r *record) bool {
			for _, held := range r.Values {
				if hit(held) {
					return true
				}
			}
			return false
		}}, err
	case name == "fullName" && m == s.contacts:
		hit, err := anyOf(name, value)
		return criterion{holds: func(r *record) bool {
			return hit(strings.TrimSpace(r.Values["firstName"] + " " + r.Values["lastName"]))
		}}, err
	case name == "accountName" && m == s.contacts:
		hit, err := anyOf(name, value)
		return criterion{holds: func(r *record) bool {
			account := s.accounts.live[r.Values["accountId"]]
			return account != nil && hit(account.Values["accountName"])
		}}, err
	}
	if f, known := m.byName[name]; !known || f.custom || f.kind == "Textarea" {
		return criterion{}, extraParameter(name)
	}
	return textCriterion(name, name, value)
}

func timeRange(name, value string) (window [2]time.Time, err error) {
	from, to, found := strings.Cut(value, ",")
	if !found {
		return window, badParameter(name)
	}
	for i, text := range []string{from, to} {
		at, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
		if err != nil {
			return window, badParameter(name)
		}
		window[i] = at
	}
	if window[1].Before(window[0]) {
		return window, badParameter(name)
	}
	return window, nil
}

// within counts both ends in.
func within(at time.Time, window [2]time.Time) bool {
	return !at.Before(window[0]) && !at.After(window[1])
}

// candidates are the live records that can meet all criteria, found by the index that leaves the
// fewest.
func (m *module) candidates(all []criterion) []*record {
	best, found := []*record(nil), false
	offer := func(records []*record) {
		if !found || len(records) < len(best) {
			best, found = records, true
		}
	}
	for _, one := range all {
		if one.ids != nil {
			var named []*record
			for _, id := range one.ids {
				if r := m.live[id]; r != nil {
					named = append(named, r)
				}
			}
			offer(named)
		}
		if index := m.grams[one.field]; index != nil && one.piece != "" {
			if ids, usable := index.candidates(one.piece); usable && (!found || len(ids) < len(best)) {
				some := make([]*record, 0, len(ids))
				for id := range ids {
					some = append(some, m.live[id])
				}
				offer(some)
			}
		}
		if one.window != nil {
			from, _ := slices.BinarySearchFunc(m.byModified, one.window[0], func(r *record, at time.Time) int { return r.Modified.Compare(at) })
			to := from
			for to < len(m.byModified) && !m.byModified[to].Modified.After(one.window[1]) {
				to++
			}
			offer(m.byModified[from:to])
		}
	}
	if !found {
		return m.byModified
	}
	return best
}

// search serves GET /contacts/search and /accounts/search.
func (s *Server) search(c *call, m *module) (answer, error) {
	p, err := c.page(0, 100)
	if err != nil {
		return answer{}, err
	}
	if p.start > maxSearchFrom {
		return answer{}, badParameter("from")
	}
	lag, behind := s.faults.Effect(fault.SearchLag, m.event, m.name)
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.criteria(c, m)
	if err != nil {
		return answer{}, err
	}
	sortBy := c.query.Get("sortBy")
	if name := strings.TrimPrefix(sortBy, "-"); !slices.Contains([]string{"", "modifiedTime", "createdTime", "relevance"}, name) {
		return answer{}, badParameter("sortBy")
	}
	meets := func(r *record) bool {
		if r.Spam && !s.settings.SpamFound {
			return false
		}
		for _, one := range all {
			if !one.holds(r) {
				return false
			}
		}
		return true
	}
	var hits []*record
	unseen := map[string]*record{}
	if behind {
		unseen = m.asOf(now.Add(-lag.Offset()))
	}
	for _, r := range m.candidates(all) {
		if _, changed := unseen[r.ID]; !changed && meets(r) {
			hits = append(hits, r)
		}
	}
	for _, old := range unseen {
		if old != nil && old.Trashed == nil && meets(old) {
			hits = append(hits, old)
		}
	}
	m.sortBy(hits, strings.Replace(sortBy, "relevance", "", 1))
	rows, err := s.found(c, m, pageOf(hits, p))
	if err != nil || len(rows) == 0 {
		a, _ := noContent()
		return a, err
	}
	s.faults.Count("search."+m.name, 1)
	return ok(map[string]any{"data": rows, "count": len(hits)})
}

// found renders hits: whole records with their owner and account, or the rows of a list where the
// settings or the fields parameter say so.
func (s *Server) found(c *call, m *module, hits []*record) ([]any, error) {
	if s.settings.SearchRows == rowsListed || c.query.Get("fields") != "" {
		return s.render(c, m, hits)
	}
	rows := make([]any, len(hits))
	for i, r := range hits {
		whole := s.whole(m, r)
		for _, name := range notSearched {
			delete(whole, name)
		}
		whole["owner"] = s.foundOwner(r.Values["ownerId"])
		if m == s.contacts {
			whole["account"] = s.accountStub(s.primaryAccount(r))
		}
		rows[i] = whole
	}
	return rows, nil
}

// notSearched is what a record has and a hit does not.
var notSearched = []string{"isDeleted", "isTrashed", "isFollowing", "isSpam", "isAnonymous", "accountCount", "layoutDetails", "language", "associatedSLAIds", "zohoCRMAccount"}

func (s *Server) foundOwner(id string) any {
	a := s.agents[id]
	if a == nil {
		return nil
	}
	return map[string]any{"id": id, "firstName": a.FirstName, "lastName": a.LastName, "emailId": a.Email, "photoURL": nil, "zuid": a.zuid()}
}

// asOf maps every record that changed after a time to what it was then; nil if it was not there.
func (m *module) asOf(then time.Time) map[string]*record {
	out := map[string]*record{}
	from, _ := slices.BinarySearchFunc(m.recent, then, func(one change, at time.Time) int {
		if one.at.After(at) {
			return 1
		}
		return -1
	})
	for _, one := range m.recent[from:] {
		if _, seen := out[one.id]; !seen {
			out[one.id] = one.before
		}
	}
	return out
}
