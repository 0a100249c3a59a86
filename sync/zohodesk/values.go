package zohodesk

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"sidelight/models"
)

// row is a record as Desk sends it. Custom fields stand in an object of their own under cf.
type row map[string]json.RawMessage

// customPrefix begins the API name of every custom field.
const customPrefix = "cf_"

func (r row) text(name string) string {
	v, _ := canonical(r[name], models.TypeText)
	return v.String()
}

func (r row) id() string { return r.idAt("id") }

// idAt is the id that a field holds, "" where it holds none.
func (r row) idAt(name string) string {
	id := r.text(name)
	if !isID(id) {
		return ""
	}
	return id
}

// maxIDs bounds a list of ids: an agent's departments and teams.
const maxIDs = 1000

// ids are those of a list, of ids or of objects that have one.
func (r row) ids(name string) []string {
	var list []json.RawMessage
	if json.Unmarshal(r[name], &list) != nil {
		return nil
	}
	var out []string
	for _, raw := range list[:min(len(list), maxIDs)] {
		var one row
		if json.Unmarshal(raw, &one) != nil {
			one = row{"id": raw}
		}
		if id := one.id(); id != "" {
			out = append(out, id)
		}
	}
	return out
}

// isID tells whether the text is a Desk id: digits, as they go into paths.
func isID(id string) bool {
	return id != "" && len(id) <= 30 && strings.Trim(id, "0123456789") == ""
}

// time is a time of the row; zero when it is absent. Some of the vendor's own examples count
// milliseconds.
func (r row) time(name string) time.Time {
	text := r.text(name)
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms > 0 {
		return time.UnixMilli(ms).UTC()
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

func (r row) isTrue(name string) bool { return r.text(name) == "true" }

// raw finds a field, flat or under cf. ok is false when the row does not have it.
func (r row) raw(name string) (raw json.RawMessage, ok bool) {
	if raw, ok = r[name]; ok {
		return raw, true
	}
	if strings.HasPrefix(name, customPrefix) {
		var custom row
		if json.Unmarshal(r["cf"], &custom) == nil {
			raw, ok = custom[name]
		}
		return raw, ok
	}
	if name == "accountId" && r["account"] != nil { // an answer with the account in whole
		var account row
		if json.Unmarshal(r["account"], &account) == nil && account["id"] != nil {
			return account["id"], true
		}
	}
	return nil, false
}

// values are the named fields as far as the row has them; whole is false when one is absent.
func (r row) values(d *description, names []string) (out models.Values, whole bool) {
	out, whole = make(models.Values, len(names)), true
	for _, name := range names {
		raw, has := r.raw(name)
		if !has {
			whole = false
			continue
		}
		if v, readable := canonical(raw, d.kind(name)); readable {
			out[name] = v
		}
	}
	return out, whole
}

// record makes a record of the named fields; whole is false when one of them, or the time of its
// last change, is absent.
func (r row) record(object models.SyncObject, d *description, names []string) (rec models.Record, whole bool) {
	values, whole := r.values(d, names)
	rec = models.Record{Side: models.Desk, Object: object, ID: r.id(), Values: values, ModifiedAt: r.time("modifiedTime"),
		Deleted: r.isTrue("isDeleted") || r.isTrue("isTrashed")}
	return rec, whole && !rec.ModifiedAt.IsZero()
}

// timeForm is canonical: RFC 3339 in UTC with milliseconds.
const timeForm = "2006-01-02T15:04:05.000Z"

// canonical reads a JSON value of a field of the kind. Objects have no canonical text: ok is false.
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
		return models.Text(normal(text, kind)), true
	case '[':
		var list []string
		if json.Unmarshal(raw, &list) != nil {
			return models.Blank, false
		}
		return models.Text(strings.Join(list, ";")), true
	case '{':
		return models.Blank, false
	}
	return models.Text(normal(string(raw), kind)), true
}

// normal brings times and numbers in exponent notation to their canonical form; any other text
// stays as it is.
func normal(text string, kind models.FieldType) string {
	switch kind {
	case models.TypeDateTime:
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t.UTC().Format(timeForm)
		}
	case models.TypeInteger, models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		if strings.ContainsAny(text, "eE") {
			if d, err := models.ParseDecimal(text); err == nil {
				return string(d)
			}
		}
	}
	return text
}

// body nests the values as Desk takes them: as text, so that no digit of a number is lost, booleans
// of custom fields too. A create leaves blanks out.
func (c *Client) body(object models.SyncObject, values models.Values, d *description, creating bool) map[string]any {
	out, custom := map[string]any{}, map[string]any{}
	for name, v := range values {
		text := v.String()
		switch {
		case v.IsBlank() && creating:
		case v.IsBlank() && strings.HasPrefix(name, customPrefix):
			custom[name] = c.blank(object, name)
		case v.IsBlank():
			out[name] = c.blank(object, name)
		case strings.HasPrefix(name, customPrefix):
			custom[name] = text
		case d.kind(name) == models.TypeBoolean && (text == "true" || text == "false"):
			out[name] = text == "true"
		default:
			out[name] = text
		}
	}
	if len(custom) > 0 {
		out["cf"] = custom
	}
	return out
}
