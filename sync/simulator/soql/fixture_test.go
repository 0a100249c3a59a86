package soql

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// now is when the tests run: a Wednesday.
var now = time.Date(2026, 5, 6, 10, 0, 0, 0, time.UTC)

// record is a row of the fixture.
type record map[string]any

type fixtureRow struct{ values record }

// Value implements Row.
func (r *fixtureRow) Value(name string) any { return r.values[name] }

// fixture is an object held in a slice, without any index unless indexed is set.
type fixture struct {
	name     string
	fields   []Field
	parents  []Relation
	children []Relation
	rows     []*fixtureRow
	hidden   bool
	indexed  bool
	noJoin   bool
}

func (f *fixture) Name() string       { return f.name }
func (f *fixture) Queryable() bool    { return !f.hidden }
func (f *fixture) SemiJoinable() bool { return !f.noJoin }
func (f *fixture) Fields() []Field    { return f.fields }

func (f *fixture) Field(name string) (Field, bool) {
	at := slices.IndexFunc(f.fields, func(one Field) bool { return strings.EqualFold(one.Name, name) })
	if at < 0 {
		return Field{}, false
	}
	return f.fields[at], true
}

func relation(all []Relation, name string) (Relation, bool) {
	at := slices.IndexFunc(all, func(one Relation) bool { return strings.EqualFold(one.Name, name) })
	if at < 0 {
		return Relation{}, false
	}
	return all[at], true
}

func (f *fixture) Parent(name string) (Relation, bool) { return relation(f.parents, name) }
func (f *fixture) Child(name string) (Relation, bool)  { return relation(f.children, name) }

func (f *fixture) Get(id string) (Row, bool) {
	for _, r := range f.rows {
		if r.values["Id"] == id {
			return r, true
		}
	}
	return nil, false
}

func (f *fixture) Find(field string, keys []string) ([]Row, bool) {
	if !f.indexed {
		return nil, false
	}
	var out []Row
	declared, _ := f.Field(field)
	for _, r := range f.rows {
		text, _ := r.values[field].(string)
		if declared.Type == Text {
			text = Fold(text)
		}
		if text != "" && slices.Contains(keys, text) {
			out = append(out, r)
		}
	}
	return out, true
}

func (f *fixture) Between(field, from, to string) ([]Row, bool) {
	if !f.indexed {
		return nil, false
	}
	var out []Row
	for _, r := range f.rows {
		if text, _ := r.values[field].(string); text != "" && text >= from && (to == "" || text < to) {
			out = append(out, r)
		}
	}
	return out, true
}

func (f *fixture) All() []Row {
	out := make([]Row, len(f.rows))
	for i, r := range f.rows {
		out[i] = r
	}
	return out
}

type world map[string]*fixture

// Object implements Schema.
func (w world) Object(name string) (Object, bool) {
	f, ok := w[strings.ToLower(name)]
	return f, ok
}

func recordID(prefix string, n int) string {
	full, _ := ID18(prefix + "Si000000000" + string(rune('0'+n)))
	return full
}

func text(name string) Field { return Field{Name: name, Type: Text, Filterable: true, Sortable: true} }

func typed(name string, kind Type) Field {
	return Field{Name: name, Type: kind, Filterable: true, Sortable: true}
}

// newWorld is two accounts, five contacts and some tasks; indexed says whether Find and Between
// answer.
func newWorld(indexed bool) world {
	account := &fixture{name: "Account", indexed: indexed, children: []Relation{{"Contacts", "Contact", "AccountId"}},
		fields: []Field{typed("Id", ID), text("Name"), typed("Employees", Int), typed("IsDeleted", Boolean), {Name: "Address", Type: Compound}},
		rows: []*fixtureRow{
			{record{"Id": recordID("001", 1), "Name": "Größe", "Employees": 10.0}},
			{record{"Id": recordID("001", 2), "Name": "Acme", "Address": map[string]any{}}},
		}}
	contact := &fixture{name: "Contact", indexed: indexed, parents: []Relation{{"Account", "Account", "AccountId"}},
		fields: []Field{typed("Id", ID), text("Name"), text("Email"), typed("AccountId", ID), typed("Birthdate", Date), typed("SystemModstamp", DateTime), typed("Points", Double),
			typed("Active", Boolean), typed("IsDeleted", Boolean), {Name: "Note", Type: Text}, {Name: "Mark__c", Type: Text, Filterable: true, Sortable: true, Custom: true}},
		rows: []*fixtureRow{
			{record{"Id": recordID("003", 1), "Name": "Ann", "Email": "ann@x.example", "AccountId": recordID("001", 1), "Birthdate": "1990-05-06", "SystemModstamp": "2026-05-06T00:00:00.000+0000", "Points": 1.5, "Active": true}},
			{record{"Id": recordID("003", 2), "Name": "Bob", "Email": "BOB@x.example", "AccountId": recordID("001", 1), "Birthdate": "2001-01-01", "SystemModstamp": "2026-05-05T23:59:59.000+0000", "Points": 20.0, "Active": false}},
			{record{"Id": recordID("003", 3), "Name": "Çelik", "AccountId": recordID("001", 2), "SystemModstamp": "2026-04-01T00:00:00.000+0000", "Active": true}},
			{record{"Id": recordID("003", 4), "Name": "o'Neill 100%", "SystemModstamp": "2026-05-06T09:00:00.000+0000", "Points": -3.0, "Active": false}},
			{record{"Id": recordID("003", 5), "Name": "Gone", "SystemModstamp": "2026-05-06T09:30:00.000+0000", "IsDeleted": true}},
		}}
	task := &fixture{name: "Task", noJoin: true, fields: []Field{typed("Id", ID), typed("WhoId", ID)}, rows: []*fixtureRow{{record{"Id": recordID("00T", 1), "WhoId": recordID("003", 1)}}}}
	hidden := &fixture{name: "Name", hidden: true, fields: []Field{typed("Id", ID)}}
	return world{"account": account, "contact": contact, "task": task, "name": hidden}
}

// names runs a query and joins the first column of what it selects.
func names(t *testing.T, w world, query string, all bool) string {
	t.Helper()
	statement, err := Prepare(query, w, now)
	if err != nil {
		t.Errorf("%s: %v", query, err)
		return ""
	}
	var out []string
	for _, row := range statement.Select(all) {
		name, _ := row.Value("Name").(string)
		name, _, _ = strings.Cut(name, " ")
		out = append(out, name)
	}
	return strings.Join(out, " ")
}
