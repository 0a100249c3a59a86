package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// module holds the records of one kind, contacts or accounts, with what finds them quickly.
// Server.mu guards it.
type module struct {
	name     string // as in paths: contacts, accounts
	label    string // as people read it: Contacts, Accounts
	event    string // as in webhooks: Contact, Account
	layoutID string
	fieldIDs int     // where the ids of its fields begin
	base     []field // what the organization has without any setting
	fields   []field // and with the settings in force
	byName   map[string]field
	row      []string
	sortKeys map[string]func(*record) string

	live    map[string]*record
	trashed map[string]*record
	// byModified is live in order of (Modified, ID).
	byModified []*record
	// sorted caches live by sort key; any write drops it.
	sorted map[string][]*record
	grams  map[string]gramIndex // by searched field
	// recent are the last changes, oldest first: what a lagging search index has not seen.
	recent []change
	// members are the ids of contacts by account, and of tickets by contact.
	members map[string]map[string]bool
}

// change is what a record was before a write at a time, in the recycle bin or not; nil if it was
// nowhere.
type change struct {
	at     time.Time
	id     string
	before *record
}

// maxRecent bounds how much a lagging search can be behind, in changes.
const maxRecent = 20000

// searchedByText are the fields whose search is helped by an index.
var searchedByText = []string{"email", "secondaryEmail", "accountName", "lastName", "cf_sidelight_link_id"}

func newModule(name, label, event, layoutID string, fieldIDs int, fields []field, row []string) *module {
	m := &module{name: name, label: label, event: event, layoutID: layoutID, fieldIDs: fieldIDs, base: slices.Clone(fields), row: row,
		sortKeys: map[string]func(*record) string{}}
	for i := range m.base {
		m.base[i].id = m.fieldID(i)
	}
	m.configure(nil)
	m.clear()
	return m
}

func (m *module) clear() {
	m.live, m.trashed, m.sorted = map[string]*record{}, map[string]*record{}, map[string][]*record{}
	m.byModified, m.recent, m.members = nil, nil, map[string]map[string]bool{}
	m.grams = map[string]gramIndex{}
	for _, name := range searchedByText {
		if slices.ContainsFunc(m.base, func(f field) bool { return f.name == name }) {
			m.grams[name] = gramIndex{}
		}
	}
}

func inOrder(a, b *record) int {
	if c := a.Modified.Compare(b.Modified); c != 0 {
		return c
	}
	return cmp.Compare(a.ID, b.ID)
}

// put stores a version of a record, or removes the record when r is nil.
func (m *module) put(id string, r *record, at time.Time) {
	known, before := m.find(id), m.live[id]
	if before != nil {
		if i, found := slices.BinarySearchFunc(m.byModified, before, inOrder); found {
			m.byModified = slices.Delete(m.byModified, i, i+1)
		}
		for name, index := range m.grams {
			index.remove(before.Values[name], id)
		}
	}
	delete(m.live, id)
	delete(m.trashed, id)
	switch {
	case r == nil:
	case r.Trashed != nil:
		m.trashed[id] = r
	default:
		m.live[id] = r
		i, _ := slices.BinarySearchFunc(m.byModified, r, inOrder)
		m.byModified = slices.Insert(m.byModified, i, r)
		for name, index := range m.grams {
			index.add(r.Values[name], id)
		}
	}
	clear(m.sorted)
	if len(m.recent) >= maxRecent {
		m.recent = slices.Clone(m.recent[maxRecent/2:])
	}
	m.recent = append(m.recent, change{at, id, known})
}

// find returns a record, in the recycle bin or not.
func (m *module) find(id string) *record {
	if r := m.live[id]; r != nil {
		return r
	}
	return m.trashed[id]
}

// ordered returns the live records by a sort key ("" is by id; a leading "-" turns it round), ties
// by id. The caller must not change the slice.
func (m *module) ordered(sortBy string) []*record {
	if done := m.sorted[sortBy]; done != nil {
		return done
	}
	out := slices.Clone(m.byModified)
	m.sortBy(out, sortBy)
	m.sorted[sortBy] = out
	return out
}

func (m *module) sortBy(records []*record, sortBy string) {
	name, down := strings.CutPrefix(sortBy, "-")
	before := m.sortKey(name)
	slices.SortFunc(records, func(a, b *record) int {
		order := 0
		if before != nil {
			order = before(a, b)
		}
		if order == 0 {
			order = cmp.Compare(a.ID, b.ID)
		}
		if down {
			return -order
		}
		return order
	})
}

// sortKey is how a sort attribute compares records; nil if there is no such attribute.
func (m *module) sortKey(name string) func(a, b *record) int {
	switch name {
	case "createdTime":
		return func(a, b *record) int { return a.Created.Compare(b.Created) }
	case "modifiedTime":
		return func(a, b *record) int { return a.Modified.Compare(b.Modified) }
	}
	text := m.sortKeys[name]
	if text == nil {
		return nil
	}
	return func(a, b *record) int { return cmp.Compare(text(a), text(b)) }
}

// join and leave keep members.
func (m *module) join(parent, child string) {
	if parent == "" {
		return
	}
	if m.members[parent] == nil {
		m.members[parent] = map[string]bool{}
	}
	m.members[parent][child] = true
}

func (m *module) leave(parent, child string) { delete(m.members[parent], child) }

// gramIndex finds the records whose text contains a piece, by three-byte grams of the folded text.
type gramIndex map[string]map[string]struct{}

func fold(text string) string { return strings.ToLower(text) }

func grams(text string, each func(gram string)) {
	text = fold(text)
	for i := 0; i+3 <= len(text); i++ {
		each(text[i : i+3])
	}
}

func (g gramIndex) add(text, id string) {
	grams(text, func(gram string) {
		if g[gram] == nil {
			g[gram] = map[string]struct{}{}
		}
		g[gram][id] = struct{}{}
	})
}

func (g gramIndex) remove(text, id string) {
	grams(text, func(gram string) {
		delete(g[gram], id)
		if len(g[gram]) == 0 {
			delete(g, gram)
		}
	})
}

// candidates returns ids that may contain the piece: a superset of those that do. ok is false when
// the piece is too short for the index.
func (g gramIndex) candidates(piece string) (ids map[string]struct{}, ok bool) {
	grams(piece, func(gram string) {
		if found := g[gram]; !ok || len(found) < len(ids) {
			ids, ok = found, true
		}
	})
	return ids, ok
}
