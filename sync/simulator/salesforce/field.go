package salesforce

import (
	"strings"

	"sidelight/sync/simulator/soql"
)

// field is one column of an object, as describe tells it.
type field struct {
	name, label, kind string // kind is the vendor's field type: string, email, reference, …
	length            int
	precision, scale  int // of currency, double, percent
	digits            int // of int
	required          bool
	createable        bool
	updateable        bool
	defaulted         bool // filled in on create when it is not given
	defaultTo         any
	calculated        bool
	externalID        bool
	unique            bool
	idLookup          bool
	restricted        bool // a picklist that takes nothing else
	picklist          []string
	codes             bool   // its values are countries' or states' codes
	controller        string // the field on which its values depend
	referenceTo       []string
	relationship      string // the parent's name in a path: Account, Owner
	children          string // the relationship's name on the parent: Contacts
	cascade           bool   // deleted together with the parent
	compound          string // the compound field it is a part of
	unfilterable      bool
	nameField         bool
	indexed           bool
}

func (f *field) custom() bool { return strings.HasSuffix(f.name, "__c") }

func (f *field) nillable() bool { return !f.required && f.kind != "boolean" && f.kind != "id" }

func (f *field) isText() bool {
	switch f.kind {
	case "string", "textarea", "email", "phone", "url", "picklist", "combobox", "base64":
		return true
	}
	return false
}

// soqlType is how values of the field compare.
func (f *field) soqlType() soql.Type {
	switch f.kind {
	case "id", "reference":
		return soql.ID
	case "boolean":
		return soql.Boolean
	case "int":
		return soql.Int
	case "double", "currency", "percent":
		return soql.Double
	case "date":
		return soql.Date
	case "datetime":
		return soql.DateTime
	case "address":
		return soql.Compound
	}
	return soql.Text
}

func (f *field) forQuery() soql.Field {
	filterable := !f.unfilterable && f.kind != "address" && f.kind != "base64"
	return soql.Field{Name: f.name, Type: f.soqlType(), Filterable: filterable, Sortable: filterable, Custom: f.custom()}
}

// edit changes a field while it is being declared.
type edit func(*field)

func required(f *field)   { f.required = true }
func readOnly(f *field)   { f.createable, f.updateable = false, false }
func createOnly(f *field) { f.updateable = false }
func calculated(f *field) { readOnly(f); f.calculated = true }
func indexed(f *field)    { f.indexed = true }
func nameField(f *field)  { f.nameField, f.indexed = true, true }
func externalID(f *field) { f.externalID, f.unique, f.idLookup, f.indexed = true, true, true, true }
func lookup(f *field)     { f.idLookup, f.indexed = true, true }
func cascades(f *field)   { f.cascade = true }
func restricted(f *field) { f.restricted = true }
func longText(f *field)   { f.unfilterable = true }

func defaultTo(value any) edit {
	return func(f *field) { f.defaulted, f.defaultTo = true, value }
}

func partOf(compound string) edit { return func(f *field) { f.compound = compound } }

func newField(kind, name, label string, length int, edits []edit) *field {
	f := &field{name: name, label: label, kind: kind, length: length, createable: true, updateable: true}
	for _, change := range edits {
		change(f)
	}
	return f
}

func text(name, label string, length int, edits ...edit) *field {
	return newField("string", name, label, length, edits)
}

func area(name, label string, length int, edits ...edit) *field {
	f := newField("textarea", name, label, length, edits)
	if length > 255 {
		f.unfilterable = true
	}
	return f
}

func phone(name, label string, edits ...edit) *field {
	return newField("phone", name, label, 40, edits)
}

func email(name, label string, edits ...edit) *field {
	return newField("email", name, label, 80, append([]edit{lookup}, edits...))
}

func url(name, label string, edits ...edit) *field {
	return newField("url", name, label, 255, edits)
}

func checkbox(name, label string, edits ...edit) *field {
	return newField("boolean", name, label, 0, append([]edit{defaultTo(false)}, edits...))
}

func date(name, label string, edits ...edit) *field {
	return newField("date", name, label, 0, edits)
}

func dateTime(name, label string, edits ...edit) *field {
	return newField("datetime", name, label, 0, edits)
}

func integer(name, label string, digits int, edits ...edit) *field {
	f := newField("int", name, label, 0, edits)
	f.digits = digits
	return f
}

// decimal is a double, currency or percent; precision counts all digits, scale those behind the
// point.
func decimal(kind, name, label string, precision, scale int, edits ...edit) *field {
	f := newField(kind, name, label, 0, edits)
	f.precision, f.scale = precision, scale
	return f
}

func picklist(name, label string, values []string, edits ...edit) *field {
	f := newField("picklist", name, label, 255, edits)
	f.picklist = values
	return f
}

// reference points at a record of one of the objects. children names the relationship on the
// parent; empty is none.
func reference(name, label, relationship, children string, to []string, edits ...edit) *field {
	f := newField("reference", name, label, 18, edits)
	f.referenceTo, f.relationship, f.children = to, relationship, children
	return f
}

// address declares the parts of an address and the compound field that shows them together.
func address(prefix, label string) []*field {
	whole := prefix + "Address"
	return []*field{
		area(prefix+"Street", label+" Street", 255, partOf(whole)),
		text(prefix+"City", label+" City", 40, partOf(whole)),
		text(prefix+"State", label+" State/Province", 80, partOf(whole)),
		text(prefix+"PostalCode", label+" Zip/Postal Code", 20, partOf(whole)),
		text(prefix+"Country", label+" Country", 80, partOf(whole)),
		newField("address", whole, label+" Address", 0, []edit{readOnly, longText}),
	}
}
