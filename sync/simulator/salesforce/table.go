package salesforce

import (
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"sidelight/sync/simulator/soql"
)

// row is one record. It is never changed: a write puts another row in its place, so that a result
// that was read before stays what it was. Values are nil (or absent), string, bool or float64.
type row struct {
	table  *table
	values map[string]any
	// deletedWith is the id of the record whose deletion took this one along.
	deletedWith string
}

// Value implements soql.Row.
func (r *row) Value(name string) any {
	if value, ok := r.values[name]; ok {
		return value
	}
	if f := r.table.field(name); f != nil && f.kind == "address" {
		return r.address(f.name)
	}
	return nil
}

func (r *row) id() string { return r.text("Id") }

func (r *row) text(name string) string {
	value, _ := r.values[name].(string)
	return value
}

// shown is a field's value as text, "" for a blank one.
func (r *row) shown(name string) string {
	if value := r.values[name]; value != nil {
		return fmt.Sprint(value)
	}
	return ""
}

func (r *row) is(name string) bool { return r.values[name] == true }

// address shows the parts of an address together, or nil when all are blank.
func (r *row) address(name string) any {
	prefix := strings.TrimSuffix(name, "Address")
	out, filled := map[string]any{"geocodeAccuracy": nil, "latitude": nil, "longitude": nil}, false
	for _, part := range []string{"Street", "City", "State", "PostalCode", "Country"} {
		value := r.values[prefix+part]
		out[strings.ToLower(part[:1])+part[1:]] = value
		filled = filled || value != nil
	}
	if !filled {
		return nil
	}
	return out
}

// stamp is when a row was last changed.
type stamp struct{ at, id string }

// table holds the rows of one object with their indexes. Server.mu guards it.
type table struct {
	*object
	db     *tables
	rows   map[string]*row
	ids    []string // sorted; may name rows that are gone
	index  map[string]map[string][]string
	stamps []stamp // sorted by time; may hold outdated entries
	serial int64
	// loading says that ids and stamps are put in order later, because many rows come in any order.
	loading bool
}

func newTable(o *object, db *tables) *table {
	t := &table{object: o, db: db}
	t.clear()
	return t
}

func (t *table) clear() {
	t.rows, t.ids, t.stamps, t.serial = map[string]*row{}, nil, nil, 0
	t.index = map[string]map[string][]string{}
	for _, f := range t.fields {
		if f.indexed && f.name != "SystemModstamp" {
			t.index[f.name] = map[string][]string{}
		}
	}
}

// key is how a value stands in an index.
func (f *field) key(value any) (string, bool) {
	text, ok := value.(string)
	if f.soqlType() == soql.Text {
		text = soql.Fold(text)
	}
	return text, ok && text != ""
}

// put replaces or removes the row of an id and returns the one that was there.
func (t *table) put(id string, next *row) *row {
	old := t.rows[id]
	if old != nil {
		for name, index := range t.index {
			if key, ok := t.field(name).key(old.values[name]); ok {
				index[key] = without(index[key], id)
				if len(index[key]) == 0 {
					delete(index, key)
				}
			}
		}
	}
	if next == nil {
		delete(t.rows, id)
		return old
	}
	t.rows[id] = next
	for name, index := range t.index {
		if key, ok := t.field(name).key(next.values[name]); ok {
			index[key] = append(index[key], id)
		}
	}
	if t.loading {
		t.ids = append(t.ids, id)
	} else if at := sort.SearchStrings(t.ids, id); at == len(t.ids) || t.ids[at] != id {
		t.ids = slices.Insert(t.ids, at, id)
	}
	if at := next.text("SystemModstamp"); at != "" {
		t.noteStamp(stamp{at, id})
	}
	t.noteSerial(id)
	return old
}

func without(ids []string, id string) []string {
	if at := slices.Index(ids, id); at >= 0 {
		ids[at] = ids[len(ids)-1]
		ids = ids[:len(ids)-1]
	}
	return ids
}

func (t *table) noteStamp(s stamp) {
	if t.loading {
		t.stamps = append(t.stamps, s)
		return
	}
	at := len(t.stamps)
	if at > 0 && t.stamps[at-1].at > s.at { // the clock was set back, or the past is being put in
		at = sort.Search(len(t.stamps), func(i int) bool { return t.stamps[i].at > s.at })
	}
	t.stamps = slices.Insert(t.stamps, at, s)
	if len(t.stamps) > 2*len(t.rows)+1000 {
		t.stamps = slices.DeleteFunc(t.stamps, func(s stamp) bool { return !t.current(s) })
		t.stamps = slices.Compact(t.stamps)
	}
}

func (t *table) current(s stamp) bool {
	r := t.rows[s.id]
	return r != nil && r.text("SystemModstamp") == s.at
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// makeID is the id of the nth record: prefix, the instance, n in base 62, and the check characters.
func makeID(prefix string, n int64) string {
	digits := []byte("0000000000")
	for i := len(digits) - 1; n > 0 && i >= 0; i-- {
		digits[i] = base62[n%62]
		n /= 62
	}
	id, _ := soql.ID18(prefix + "Si" + string(digits))
	return id
}

func (t *table) noteSerial(id string) {
	if len(id) < 15 || id[3:5] != "Si" {
		return
	}
	n := int64(0)
	for _, c := range []byte(id[5:15]) {
		n = n*62 + int64(strings.IndexByte(base62, c))
	}
	t.serial = max(t.serial, n)
}

func (t *table) nextID() string {
	t.serial++
	return makeID(t.prefix, t.serial)
}

// tables is the organization's data. It implements soql.Schema.
type tables struct {
	byName   map[string]*table // lower case
	byPrefix map[string]*table
}

func newTables() *tables {
	db := &tables{byName: map[string]*table{}, byPrefix: map[string]*table{}}
	for name, o := range catalogue() {
		t := newTable(o, db)
		db.byName[name] = t
		if o.prefix != "" && !o.hidden && o.name != "ContentDocument" {
			db.byPrefix[o.prefix] = t
		}
	}
	return db
}

// load lets many rows be put, in any order, at little cost. Until put returns nothing may be looked
// up by time or listed.
func (db *tables) load(put func()) {
	for _, t := range db.byName {
		t.loading = true
	}
	put()
	for _, t := range db.byName {
		t.loading = false
		slices.Sort(t.ids)
		t.ids = slices.Compact(t.ids)
		slices.SortStableFunc(t.stamps, func(a, b stamp) int { return strings.Compare(a.at, b.at) })
		t.stamps = slices.DeleteFunc(t.stamps, func(s stamp) bool { return !t.current(s) })
	}
}

func (db *tables) table(name string) *table { return db.byName[strings.ToLower(name)] }

// find looks a record up by any form of its id, whatever the object.
func (db *tables) find(id string) *row {
	full, ok := soql.ID18(id)
	if !ok {
		return nil
	}
	if t := db.byPrefix[full[:3]]; t != nil {
		return t.rows[full]
	}
	return nil
}

func (db *tables) sorted() []*table {
	out := make([]*table, 0, len(db.byName))
	for _, t := range db.byName {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *table) int { return strings.Compare(a.name, b.name) })
	return out
}

// number reads a value that may be a number or the text of one.
func number(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case string:
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return n, err == nil
	}
	return 0, false
}
