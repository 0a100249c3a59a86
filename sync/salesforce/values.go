package salesforce

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"sidelight/models"
)

// row is a record as Salesforce sends it. Relations stand as objects under their names.
type row map[string]json.RawMessage

// timeForm is canonical: RFC 3339 in UTC with milliseconds.
const timeForm = "2006-01-02T15:04:05.000Z"

// vendorTime reads the vendor's time: 2026-01-02T03:04:05.000+0000.
func vendorTime(text string) (time.Time, bool) {
	for _, form := range []string{"2006-01-02T15:04:05.000-0700", time.RFC3339Nano, "2006-01-02T15:04:05-0700"} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// get finds a value by name or by path over relations.
func (r row) get(path string) (json.RawMessage, bool) {
	name, rest, deeper := strings.Cut(path, ".")
	raw, ok := r[name]
	if !ok || !deeper {
		return raw, ok
	}
	if bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		return raw, true // no related record: each of its fields is blank
	}
	var inner row
	if json.Unmarshal(raw, &inner) != nil {
		return nil, false
	}
	return inner.get(rest)
}

// text is a value as text, "" when it is null or absent.
func (r row) text(path string) string {
	raw, _ := r.get(path)
	v, _ := canonical(raw, models.TypeText)
	return v.String()
}

func (r row) ptr(path string) *string { return models.Text(r.text(path)).Ptr() }

func (r row) time(path string) *time.Time {
	if t, ok := vendorTime(r.text(path)); ok {
		return &t
	}
	return nil
}

func (r row) isTrue(path string) bool { return r.text(path) == "true" }

func (r row) flag(path string) *bool {
	switch r.text(path) {
	case "true", "false":
		b := r.isTrue(path)
		return &b
	}
	return nil
}

// rows are the records of a child subquery.
func (r row) rows(name string) []row {
	var children struct {
		Records []row `json:"records"`
	}
	raw := r[name]
	if len(raw) == 0 || json.Unmarshal(raw, &children) != nil {
		return nil
	}
	return children.Records
}

// canonical reads a JSON value of a field of the kind. Objects and lists have no canonical text: ok
// is false.
func canonical(raw json.RawMessage, kind models.FieldType) (v models.Value, ok bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return models.Blank, false
	}
	switch raw[0] {
	case 'n':
		return models.Blank, true
	case 't', 'f':
		return models.Text(string(raw)), true
	case '"':
		var text string
		if json.Unmarshal(raw, &text) != nil {
			return models.Blank, false
		}
		if kind == models.TypeDateTime {
			if t, ok := vendorTime(text); ok {
				text = t.Format(timeForm)
			}
		}
		return models.Text(text), true
	case '{', '[':
		return models.Blank, false
	}
	if d, err := models.ParseDecimal(string(raw)); err == nil {
		return models.Text(string(d)), true
	}
	return models.Text(string(raw)), true
}

// fromText reads a value as CSV has it: the same canonical text that JSON comes to. Empty is null.
func fromText(text string, kind models.FieldType) models.Value {
	switch kind {
	case models.TypeDateTime:
		if t, ok := vendorTime(text); ok {
			text = t.Format(timeForm)
		}
	case models.TypeInteger, models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		if d, err := models.ParseDecimal(text); err == nil {
			text = string(d)
		}
	}
	return models.Text(text)
}

// wire is a value as Salesforce takes it: null clears, numbers and booleans are JSON's own.
func wire(v models.Value, kind models.FieldType) any {
	text := v.String()
	switch {
	case v.IsBlank() && kind == models.TypeBoolean:
		return false
	case v.IsBlank():
		return nil
	case kind == models.TypeBoolean && (text == "true" || text == "false"):
		return text == "true"
	case kind == models.TypeInteger || kind == models.TypeDecimal || kind == models.TypeCurrency || kind == models.TypePercent:
		if d, err := models.ParseDecimal(text); err == nil {
			return json.Number(d)
		}
	}
	return text
}

// record makes a record of the named fields.
func (r row) record(object models.SyncObject, d *description, fields []string, us string) models.Record {
	out := models.Record{
		Side: models.Salesforce, Object: object, ID: r.text("Id"), Values: make(models.Values, len(fields)),
		Deleted: r.isTrue("IsDeleted"), MergedInto: r.text("MasterRecordId"),
	}
	if t := r.time("SystemModstamp"); t != nil {
		out.ModifiedAt = *t
	}
	out.ByUs = us != "" && r.text("LastModifiedById") == us
	for _, name := range fields {
		raw, has := r.get(name)
		if !has {
			continue
		}
		if v, readable := canonical(raw, d.byName[name].Type); readable {
			out.Values[name] = v
		}
	}
	return out
}
