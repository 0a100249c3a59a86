package salesforce

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sidelight/sync/simulator/soql"
)

// recordType is a kind of record that an administrator has made for an object. The user may choose
// those that are active and available to the profile.
type recordType struct {
	Name          string `json:"name"`
	DeveloperName string `json:"developerName"`
	Inactive      bool   `json:"inactive"`
	Unavailable   bool   `json:"unavailable"`
	Default       bool   `json:"default"`

	person bool // makes an account a person's
}

// masterRecordType is that of records without one.
const masterRecordType = "012000000000000AAA"

// id is always the same for a record type of an object.
func (r recordType) id(object string, i int) string {
	id, _ := soql.ID18(fmt.Sprintf("01200000%02d%04dA", slices.Index(recordTyped, object)+1, i+1))
	return id
}

// recordTyped are the objects that can have record types here.
var recordTyped = []string{"Account", "Contact"}

func checkRecordTypes(all map[string][]recordType) error {
	for object, list := range all {
		if !slices.Contains(recordTyped, object) {
			return errors.New("recordTypes are of Account or Contact")
		}
		defaults := 0
		for _, one := range list {
			if one.Name == "" || one.DeveloperName == "" {
				return errors.New("recordTypes: each has a name and a developerName")
			}
			if one.Default {
				defaults++
			}
			if one.Default && (one.Inactive || one.Unavailable) {
				return errors.New("recordTypes: the default is active and available")
			}
		}
		if defaults != 1 && len(list) > 0 {
			return errors.New("recordTypes: one of an object's is the default")
		}
	}
	return nil
}

// haveRecordTypes gives the objects the field and the organization the records that its record
// types are; s.mu is held.
func (s *Server) haveRecordTypes() {
	types := s.db.table("RecordType")
	types.clear()
	for _, object := range recordTyped {
		t, list := s.db.table(object), s.settings.recordTypesOf(object)
		if len(list) == 0 {
			t.drop("RecordTypeId")
			continue
		}
		f := reference("RecordTypeId", "Record Type ID", "RecordType", "", []string{"RecordType"})
		f.defaulted = true
		t.add(f)
		for i, one := range list {
			id := one.id(object, i)
			if one.Default {
				f.defaultTo = id
			}
			made := audited(describedSince)
			values := map[string]any{"Id": id, "Name": one.Name, "DeveloperName": one.DeveloperName, "SobjectType": object,
				"IsActive": !one.Inactive, "IsPersonType": one.person, "CreatedDate": made, "LastModifiedDate": made,
				"SystemModstamp": made}
			types.put(id, &row{table: types, values: values})
		}
		for id, r := range t.rows {
			if r.values[f.name] == nil {
				t.rows[id] = r.with(f.name, f.defaultTo)
			}
		}
	}
}

// with is the row with another value.
func (r *row) with(name string, v any) *row {
	next := *r
	next.values = maps.Clone(r.values)
	next.values[name] = v
	return &next
}

// add gives the object a field, in the place of an earlier one of its name.
func (o *object) add(f *field) {
	o.drop(f.name)
	o.fields = append(o.fields, f)
	o.byName[strings.ToLower(f.name)] = f
}

// drop takes a field away.
func (o *object) drop(name string) {
	o.fields = slices.DeleteFunc(o.fields, func(f *field) bool { return f.name == name })
	delete(o.byName, strings.ToLower(name))
}

// typed refuses a record type that the user may not give a record of the object.
func (t *tx) typed(object, id string) error {
	for i, one := range t.s.settings.recordTypesOf(object) {
		if one.id(object, i) == id && !one.Inactive && !one.Unavailable {
			return nil
		}
	}
	said := "Record Type ID: this ID value isn't valid for the user: " + id
	return badRequest("INVALID_CROSS_REFERENCE_KEY", said, "RecordTypeId")
}

// recordTypeInfos are what describe tells of an object's record types: always the master, too.
func (s *Server) recordTypeInfos(c *call, object string) []any {
	info := func(id string, one recordType, master bool) any {
		return map[string]any{"active": !one.Inactive, "available": !one.Unavailable,
			"defaultRecordTypeMapping": one.Default, "developerName": one.DeveloperName,
			"master": master, "name": one.Name, "recordTypeId": id,
			"urls": map[string]string{"layout": c.base() + "/sobjects/" + object + "/describe/layouts/" + id}}
	}
	list := s.settings.recordTypesOf(object)
	var out []any
	for i, one := range list {
		out = append(out, info(one.id(object, i), one, false))
	}
	master := recordType{Name: "Master", DeveloperName: "Master", Default: len(list) == 0}
	return append(out, info(masterRecordType, master, true))
}
