package salesforce

import (
	"encoding/base64"
	"fmt"
	"sort"
	"strings"

	"sidelight/sync/simulator/automation"
	"sidelight/sync/simulator/soql"
)

func decodeBase64(text string) ([]byte, error) { return base64.StdEncoding.DecodeString(text) }

// writableTable finds an object that records can be written to.
func (s *Server) writableTable(name string) (*table, error) {
	t := s.db.table(name)
	if t == nil || t.hidden {
		return nil, failure(404, "NOT_FOUND", "The requested resource does not exist")
	}
	if !t.writable {
		return nil, badRequest("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type "+t.name+" cannot be written")
	}
	return t, nil
}

// addressed finds the live record that an address names: what is not even as long as an id is
// looked up, and found nowhere.
func (s *Server) addressed(t *table, id string) (*row, error) {
	if len(id) != 15 && len(id) != 18 {
		return nil, failure(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+id)
	}
	return s.record(t, id)
}

// record finds a live record by any form of its id.
func (s *Server) record(t *table, id string) (*row, error) {
	full, ok := soql.ID18(id)
	if !ok {
		return nil, malformedID(id)
	}
	r := t.rows[full]
	if r == nil {
		return nil, failure(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+id)
	}
	if r.is("IsDeleted") {
		return nil, entityDeleted()
	}
	return r, nil
}

// namesID tells whether an input says which record it is.
func namesID(input map[string]any) bool {
	for name, value := range input {
		if strings.EqualFold(name, "Id") && value != nil && value != "" {
			return true
		}
	}
	return false
}

// insert makes a record.
func (t *tx) insert(table *table, input map[string]any) (*row, error) {
	if namesID(input) {
		return nil, badRequest("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
	}
	next := &row{table: table, values: map[string]any{}}
	for _, f := range table.fields {
		switch {
		case f.defaultTo != nil:
			next.values[f.name] = f.defaultTo
		case f.kind == "boolean":
			next.values[f.name] = false
		case f.name == "OwnerId" || f.name == "CreatedById":
			next.values[f.name] = t.user
		case f.name == "CreatedDate":
			next.values[f.name] = audited(t.at)
		}
	}
	if err := t.fill(next, input, func(f *field) bool { return f.createable }, "INVALID_FIELD_FOR_INSERT_UPDATE"); err != nil {
		return nil, err
	}
	var contact *row
	if table.name == "Account" && t.s.isPersonType(next.text("RecordTypeId")) {
		contact = t.makePerson(next)
		next.values["Name"] = next.values["LastName"] // derived below, where it is required
	}
	if err := t.person(next, input); err != nil {
		return nil, err
	}
	if err := t.located(next, input); err != nil {
		return nil, err
	}
	if missing := blankRequired(next); len(missing) > 0 {
		return nil, badRequest("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(missing, ", ")+"]", missing...)
	}
	t.stamp(next)
	derive(table.object, next.values)
	if err := t.refused(next); err != nil {
		return nil, err
	}
	if err := t.unique(next, ""); err != nil {
		return nil, err
	}
	if err := t.duplicates(next, nil); err != nil {
		return nil, err
	}
	next.values["Id"] = table.nextID()
	if contact != nil {
		t.tie(next, contact)
	}
	t.set("CREATE", next)
	if table.name == "ContentNote" {
		t.noteParts(next)
	}
	t.s.faults.Count("create "+table.name, 1)
	return next, nil
}

// noteParts makes the document and the newest version that an enhanced note also is.
func (t *tx) noteParts(note *row) {
	body, _ := decodeBase64(note.text("Content"))
	version := t.s.db.table("ContentVersion").nextID()
	for object, values := range noteRecords(note.id(), version, note.text("Title"), body) {
		table := t.s.db.table(object)
		part := &row{table: table, values: map[string]any{}}
		for _, f := range table.fields {
			if v, ok := note.values[f.name]; ok {
				part.values[f.name] = v
			}
		}
		for name, v := range values {
			part.values[name] = v
		}
		t.stamp(part)
		t.set("", part)
	}
}

// change writes fields of a record.
func (t *tx) change(r *row, input map[string]any) (*row, error) {
	if err := t.lock(r.table.object, r.id()); err != nil {
		return nil, err
	}
	next := t.edit(r)
	if err := t.person(next, input); err != nil {
		return nil, err
	}
	if err := t.fill(next, input, func(f *field) bool { return f.updateable }, "INVALID_FIELD_FOR_INSERT_UPDATE"); err != nil {
		return nil, err
	}
	if err := t.located(next, input); err != nil {
		return nil, err
	}
	if missing := blankRequired(next); len(missing) > 0 {
		return nil, badRequest("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(missing, ", ")+"]", missing...)
	}
	derive(next.table.object, next.values)
	if err := t.refused(next); err != nil {
		return nil, err
	}
	if err := t.unique(next, r.id()); err != nil {
		return nil, err
	}
	if err := t.duplicates(next, r); err != nil {
		return nil, err
	}
	if r.table.name == "Account" || r.table.name == "Contact" {
		t.tie(next, nil)
	}
	t.set("UPDATE", next)
	if r.table.name == "ContentNote" {
		if last := t.s.db.table("ContentVersion").rows[r.text("LatestPublishedVersionId")]; last != nil {
			outdated := t.edit(last)
			outdated.values["IsLatest"] = false
			t.set("", outdated)
		}
		t.noteParts(next)
	}
	t.s.faults.Count("update "+r.table.name, 1)
	return next, nil
}

func blankRequired(r *row) []string {
	var out []string
	for _, f := range r.table.fields {
		if f.required && r.values[f.name] == nil {
			out = append(out, f.name)
		}
	}
	return out
}

// fill checks the input field by field, in the order of names, and puts it into the row.
func (t *tx) fill(r *row, input map[string]any, may func(*field) bool, refusal string) error {
	names := make([]string, 0, len(input))
	for name := range input {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if strings.EqualFold(name, "attributes") || strings.EqualFold(name, "Id") {
			continue
		}
		given := input[name]
		f := r.table.field(name)
		if by, nested := given.(map[string]any); nested && f == nil {
			if f = r.table.parentField(name); f != nil {
				id, err := t.foreign(f, by)
				if err != nil {
					return err
				}
				given = id
			}
		}
		if f == nil {
			return badRequest("INVALID_FIELD", fmt.Sprintf("No such column '%s' on sobject of type %s", name, r.table.name))
		}
		if !may(f) {
			return badRequest(refusal, "Unable to create/update fields: "+f.name+". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", f.name)
		}
		v, err := t.value(f, given)
		if err != nil {
			return err
		}
		if id, given := v.(string); given && f.name == "RecordTypeId" {
			if err := t.typed(r.table.name, id); err != nil {
				return err
			}
		}
		if text, ok := v.(string); ok && text != r.values[f.name] {
			v = t.automated(f, r.table.name, text)
		}
		if v == nil && f.kind != "boolean" {
			delete(r.values, f.name)
		} else if v != nil {
			r.values[f.name] = v
		}
	}
	return nil
}

// automated is a value that is being written as the organization's automations leave it.
func (t *tx) automated(f *field, object, written string) string {
	after := automation.Rewrite(t.s.settings.Automations, object, f.name, written)
	if after == written {
		return written
	}
	t.s.faults.Count("automation "+object, 1)
	letters := []rune(after)
	return string(letters[:min(len(letters), f.length)])
}

// value checks one value and brings it to the form in which rows keep it; nil clears.
func (t *tx) value(f *field, v any) (any, error) {
	if v == nil {
		if f.kind == "boolean" {
			return nil, badRequest("INVALID_TYPE_ON_FIELD_IN_RECORD", f.label+": value not of required type: ", f.name)
		}
		return nil, nil
	}
	mistyped := badRequest("JSON_PARSER_ERROR", "Cannot deserialize instance of "+f.kind+" from value "+fmt.Sprint(v)+" or request may be missing a required field", f.name)
	switch {
	case f.kind == "boolean":
		return booleanValue(v, mistyped)
	case f.kind == "int" || f.kind == "double" || f.kind == "currency" || f.kind == "percent":
		return numberValue(f, v, mistyped)
	case f.kind == "reference":
		return t.reference(f, v)
	}
	return textValue(f, v, mistyped)
}

// reference checks that the record pointed at is there.
func (t *tx) reference(f *field, v any) (any, error) {
	text, ok := v.(string)
	if ok && strings.TrimSpace(text) == "" {
		return nil, nil
	}
	id, valid := soql.ID18(strings.TrimSpace(text))
	if !ok || !valid {
		return nil, badRequest("MALFORMED_ID", f.label+": id value of incorrect type: "+fmt.Sprint(v), f.name)
	}
	var to *row
	for _, name := range f.referenceTo { // by object, because notes and documents share their ids
		if table := t.s.db.table(name); table != nil && table.rows[id] != nil {
			to = table.rows[id]
		}
	}
	if to == nil {
		return nil, badRequest("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", f.name)
	}
	if to.is("IsDeleted") {
		return nil, badRequest("ENTITY_IS_DELETED", "entity is deleted", f.name)
	}
	return id, nil
}

// foreign finds the record that a reference names by an external id: {"Account": {"Number__c":
// "7"}}. No value is a blank reference.
func (t *tx) foreign(f *field, by map[string]any) (any, error) {
	for name, value := range by {
		if strings.EqualFold(name, "attributes") {
			continue
		}
		text, ok := value.(string)
		if !ok {
			return nil, nil
		}
		key, found, err := t.s.external(t.s.db.table(f.referenceTo[0]), name, text)
		if err != nil {
			return nil, err
		}
		if found == nil {
			return nil, badRequest("INVALID_FIELD", fmt.Sprintf("Foreign key external ID: %s not found for field %s in entity %s", text, key.name, f.referenceTo[0]))
		}
		return found.id(), nil
	}
	return nil, nil
}

// unique checks the unique fields against the other live records.
func (t *tx) unique(next *row, self string) error {
	for _, f := range next.table.fields {
		key, has := f.key(next.values[f.name])
		if !f.unique || !has {
			continue
		}
		for _, id := range next.table.index[f.name][key] {
			if other := next.table.rows[id]; id != self && !other.is("IsDeleted") {
				return badRequest("DUPLICATE_VALUE", fmt.Sprintf("duplicate value found: %s duplicates value on record with id: %s", f.name, id[:15]), f.name)
			}
		}
	}
	return nil
}

// duplicates applies the duplicate rule that an administrator has switched on; old is nil for a new
// record. A change that leaves alone what the rule compares does not wake it.
func (t *tx) duplicates(next, old *row) error {
	rule := t.s.settings.DuplicateRule
	if rule == "" || rule == "alert" && t.allowSave {
		return nil
	}
	name := "Email"
	if next.table.name == "Account" {
		name = "Name"
	} else if next.table.name != "Contact" {
		return nil
	}
	if old != nil && old.text(name) == next.text(name) && old.text("LastName") == next.text("LastName") {
		return nil
	}
	f := next.table.field(name)
	key, has := f.key(next.values[name])
	if !has {
		return nil
	}
	for _, id := range next.table.index[name][key] {
		other := next.table.rows[id]
		if id == next.id() || other.is("IsDeleted") || (name == "Email" && other.text("LastName") != next.text("LastName")) {
			continue
		}
		e := badRequest("DUPLICATES_DETECTED", "Use one of these records?")
		e.duplicates = map[string]any{"allowSave": rule == "alert", "duplicateRule": "Standard_" + next.table.name + "_Duplicate_Rule", "errorMessage": "Use one of these records?",
			"matchResults": []any{map[string]any{"entityType": next.table.name, "matchRecords": []any{map[string]any{"matchConfidence": 100.0, "record": map[string]any{
				"attributes": map[string]string{"type": next.table.name}, "Id": id}}}}}}
		return e
	}
	return nil
}

// discard puts a record into the recycle bin, with what hangs on it.
func (t *tx) discard(r *row, with string) error {
	if err := t.lock(r.table.object, r.id()); err != nil {
		return err
	}
	next := t.edit(r)
	next.values["IsDeleted"], next.deletedWith = true, with
	t.set("DELETE", next)
	t.s.faults.Count("delete "+r.table.name, 1)
	for _, c := range r.table.children {
		if !c.cascade {
			continue
		}
		children, _ := t.s.db.table(c.object).Find(c.field, []string{r.id()})
		for _, child := range children {
			if row, ok := child.(*row); ok && !row.is("IsDeleted") {
				if err := t.discard(row, r.id()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// purged is a record that is gone for good: of which object it was, and when it was deleted. The
// feed of deletions still names it.
type purged struct {
	Object string `json:"object"`
	At     string `json:"at"`
}

// purge removes a record for good, past the recycle bin. No change event tells of it.
func (t *tx) purge(r *row) {
	table, id := r.table, r.id()
	gone := purged{table.name, audited(t.at)}
	if r.is("IsDeleted") {
		gone.At = r.text("SystemModstamp")
	}
	table.put(id, nil)
	t.s.purged[id] = gone
	t.undo = append(t.undo, func() {
		table.put(id, r)
		delete(t.s.purged, id)
	})
	t.puts = append(t.puts, put{Kind: table.name, ID: id}, put{Kind: kindPurged, ID: id, Value: &gone})
	t.s.faults.Count("purge "+table.name, 1)
}

// restore takes a record out of the recycle bin, with what went there together with it.
func (t *tx) restore(r *row) {
	next := t.edit(r)
	next.values["IsDeleted"], next.deletedWith = false, ""
	t.set("UNDELETE", next)
	t.s.faults.Count("undelete "+r.table.name, 1)
	for _, c := range r.table.children {
		children, _ := t.s.db.table(c.object).Find(c.field, []string{r.id()})
		for _, child := range children {
			if row, ok := child.(*row); ok && row.deletedWith == r.id() {
				t.restore(row)
			}
		}
	}
}
