package salesforce

import (
	"slices"
	"strings"
)

// object is one kind of record: its fields and what may be done with it.
type object struct {
	name, label, plural string
	prefix              string // the first three characters of its ids
	fields              []*field
	byName              map[string]*field // lower case
	children            []childRelation
	writable            bool
	hidden              bool // reached by relationships only
	noSemiJoin          bool
	events              bool // change events are published
	feed                bool // updated/ and deleted/ are offered
	mergeable           bool
}

type childRelation struct {
	name, object, field string
	cascade             bool
}

func (o *object) field(name string) *field { return o.byName[strings.ToLower(name)] }

// parentField is the reference behind a relationship to one kind of parent: AccountId for Account.
func (o *object) parentField(relationship string) *field {
	for _, f := range o.fields {
		if len(f.referenceTo) == 1 && strings.EqualFold(f.relationship, relationship) {
			return f
		}
	}
	return nil
}

func (o *object) child(name string) (childRelation, bool) {
	for _, c := range o.children {
		if strings.EqualFold(c.name, name) {
			return c, true
		}
	}
	return childRelation{}, false
}

// nameField is the field that stands for the record in lists.
func (o *object) nameField() string {
	for _, f := range o.fields {
		if f.nameField {
			return f.name
		}
	}
	return ""
}

// recycled says that deleting puts a record into the recycle bin.
func (o *object) recycled() bool { return o.field("IsDeleted") != nil }

func fields(groups ...any) []*field {
	var out []*field
	for _, g := range groups {
		switch g := g.(type) {
		case *field:
			out = append(out, g)
		case []*field:
			out = append(out, g...)
		}
	}
	return out
}

var (
	toUser    = []string{"User"}
	toAccount = []string{"Account"}
	toContact = []string{"Contact"}
)

func identity() *field {
	f := newField("id", "Id", "Record ID", 18, []edit{readOnly})
	f.idLookup, f.defaulted = true, true
	return f
}

func isDeleted() *field { return checkbox("IsDeleted", "Deleted", readOnly) }

func owner() *field {
	return reference("OwnerId", "Owner ID", "Owner", "", toUser, func(f *field) { f.defaulted = true })
}

// audit are the fields that every record has.
func audit() []*field {
	stamped := func(f *field) { readOnly(f); f.defaulted = true }
	return []*field{
		dateTime("CreatedDate", "Created Date", stamped),
		reference("CreatedById", "Created By ID", "CreatedBy", "", toUser, stamped),
		dateTime("LastModifiedDate", "Last Modified Date", stamped),
		reference("LastModifiedById", "Last Modified By ID", "LastModifiedBy", "", toUser, stamped),
		dateTime("SystemModstamp", "System Modstamp", stamped, indexed),
	}
}

// catalogue makes the objects of the organization by lower-case name, with the relationships tied.
func catalogue() map[string]*object {
	all := map[string]*object{}
	for _, o := range slices.Concat(customers(), sales(), content(), organization()) {
		o.byName = map[string]*field{}
		for _, f := range o.fields {
			o.byName[strings.ToLower(f.name)] = f
			if f.kind == "reference" && f.referenceTo[0] != "User" {
				f.indexed = true
			}
		}
		all[strings.ToLower(o.name)] = o
	}
	for _, o := range sortedObjects(all) {
		for _, f := range o.fields {
			for _, parent := range f.referenceTo {
				if p := all[strings.ToLower(parent)]; p != nil && f.children != "" {
					p.children = append(p.children, childRelation{f.children, o.name, f.name, f.cascade})
				}
			}
		}
	}
	return all
}

func sortedObjects(all map[string]*object) []*object {
	out := make([]*object, 0, len(all))
	for _, o := range all {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b *object) int { return strings.Compare(a.name, b.name) })
	return out
}
