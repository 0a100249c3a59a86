package salesforce

import (
	"sort"
	"strings"

	"sidelight/sync/simulator/soql"
)

// Object implements soql.Schema.
func (db *tables) Object(name string) (soql.Object, bool) {
	t := db.table(name)
	switch {
	case t == nil:
		return nil, false
	case t.name == "Name":
		return anyName{t}, true
	case t.name == "AttachedContentNote":
		return attachedNotes{t}, true
	}
	return t, true
}

// Name implements soql.Object.
func (t *table) Name() string { return t.name }

// Queryable implements soql.Object.
func (t *table) Queryable() bool { return !t.hidden }

// SemiJoinable implements soql.Object.
func (t *table) SemiJoinable() bool { return !t.noSemiJoin }

// Field implements soql.Object.
func (t *table) Field(name string) (soql.Field, bool) {
	if f := t.field(name); f != nil {
		return f.forQuery(), true
	}
	return soql.Field{}, false
}

// Fields implements soql.Object.
func (t *table) Fields() []soql.Field {
	out := make([]soql.Field, len(t.fields))
	for i, f := range t.fields {
		out[i] = f.forQuery()
	}
	return out
}

// Parent implements soql.Object. A reference to several objects shows what they have in common:
// their Name.
func (t *table) Parent(relationship string) (soql.Relation, bool) {
	for _, f := range t.fields {
		if f.relationship != "" && strings.EqualFold(f.relationship, relationship) {
			to := f.referenceTo[0]
			if len(f.referenceTo) > 1 {
				to = "Name"
			}
			return soql.Relation{Name: f.relationship, Object: to, Field: f.name}, true
		}
	}
	return soql.Relation{}, false
}

// Child implements soql.Object.
func (t *table) Child(relationship string) (soql.Relation, bool) {
	c, ok := t.child(relationship)
	return soql.Relation{Name: c.name, Object: c.object, Field: c.field}, ok
}

// Get implements soql.Object.
func (t *table) Get(id string) (soql.Row, bool) {
	if r := t.rows[id]; r != nil {
		return r, true
	}
	return nil, false
}

// Find implements soql.Object.
func (t *table) Find(name string, keys []string) ([]soql.Row, bool) {
	if name == "Id" {
		var out []soql.Row
		for _, id := range unique(keys) {
			if r := t.rows[id]; r != nil {
				out = append(out, r)
			}
		}
		return out, true
	}
	index, ok := t.index[name]
	if !ok {
		return nil, false
	}
	var out []soql.Row
	for _, key := range unique(keys) {
		for _, id := range index[key] {
			out = append(out, t.rows[id])
		}
	}
	return out, true
}

func unique(keys []string) []string {
	if len(keys) < 2 {
		return keys
	}
	seen := make(map[string]bool, len(keys))
	out := make([]string, 0, len(keys))
	for _, key := range keys {
		if !seen[key] {
			seen[key] = true
			out = append(out, key)
		}
	}
	return out
}

// Between implements soql.Object for SystemModstamp, which is what replication asks for.
func (t *table) Between(name, from, to string) ([]soql.Row, bool) {
	if name != "SystemModstamp" {
		return nil, false
	}
	rows := t.changedBetween(from, to)
	out := make([]soql.Row, len(rows))
	for i, r := range rows {
		out[i] = r
	}
	return out, true
}

// changedBetween is the rows whose SystemModstamp lies in [from, to), oldest first.
func (t *table) changedBetween(from, to string) []*row {
	var out []*row
	seen := map[stamp]bool{}
	for i := sort.Search(len(t.stamps), func(i int) bool { return t.stamps[i].at >= from }); i < len(t.stamps); i++ {
		s := t.stamps[i]
		if to != "" && s.at >= to {
			break
		}
		if t.current(s) && !seen[s] {
			seen[s] = true
			out = append(out, t.rows[s.id])
		}
	}
	return out
}

// All implements soql.Object.
func (t *table) All() []soql.Row {
	out := make([]soql.Row, 0, len(t.rows))
	for _, id := range t.ids {
		if r := t.rows[id]; r != nil {
			out = append(out, r)
		}
	}
	return out
}

// anyName is the object Name: what records of every kind have in common, as Who.Name and What.Type
// ask for it.
type anyName struct{ *table }

// Get implements soql.Object.
func (n anyName) Get(id string) (soql.Row, bool) {
	r := n.db.find(id)
	if r == nil {
		return nil, false
	}
	values := map[string]any{"Id": r.id(), "Type": r.table.name, "IsDeleted": r.is("IsDeleted"), "Name": r.values[r.table.nameField()]}
	for _, shared := range []string{"FirstName", "LastName", "Title", "Email", "Phone", "Username"} {
		values[shared] = r.values[shared]
	}
	return &row{table: n.table, values: values}, true
}

// attachedNotes is the object AttachedContentNote: the enhanced notes of a record, found through
// their links.
type attachedNotes struct{ *table }

// Find implements soql.Object.
func (a attachedNotes) Find(name string, keys []string) ([]soql.Row, bool) {
	if name != "LinkedEntityId" {
		return nil, false
	}
	links, _ := a.db.table("ContentDocumentLink").Find(name, keys)
	notes := a.db.table("ContentNote")
	var out []soql.Row
	for _, link := range links {
		document, _ := link.Value("ContentDocumentId").(string)
		note := notes.rows[document]
		if note == nil || link.Value("IsDeleted") == true {
			continue
		}
		values := map[string]any{"LinkedEntityId": link.Value("LinkedEntityId")}
		for _, f := range a.fields {
			if f.name != "LinkedEntityId" {
				values[f.name] = note.values[f.name]
			}
		}
		out = append(out, &row{table: a.table, values: values})
	}
	return out, true
}
