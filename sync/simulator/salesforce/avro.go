package salesforce

import (
	"crypto/md5" //nolint:gosec // names schemas as the vendor does, and protects nothing
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/twmb/avro"

	"sidelight/sync/simulator/soql"
)

// changeSchema is how the change events of one object look on the wire.
type changeSchema struct {
	id, text string
	schema   *avro.Schema
	columns  []avroColumn // after the header, in order
}

// avroColumn is one field of a change event; a compound one has parts.
type avroColumn struct {
	name  string
	field *field
	parts []avroPart
}

type avroPart struct {
	name  string // within the compound
	field *field // nil for a part that nobody here fills in
}

// The names of the compound types. An address is declared where it comes first and named after
// that.
const (
	addressType = "Address"
	personType  = "PersonName"
	// eitherType is that of Account.Name, which is a text unless the account is a person.
	eitherType = "Switchable_PersonName"
)

var changeTypes = []string{"CREATE", "UPDATE", "DELETE", "UNDELETE", "GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE", "GAP_OVERFLOW", "SNAPSHOT"}

// schemaOf makes the schema of an object's change events.
func schemaOf(o *object) (*changeSchema, error) {
	s := &changeSchema{columns: columnsOf(o)}
	list := func(name string) map[string]any {
		return map[string]any{"name": name, "type": map[string]any{"type": "array", "items": "string"}, "default": []any{}}
	}
	fields := []any{map[string]any{"name": "ChangeEventHeader", "type": map[string]any{"type": "record", "name": "ChangeEventHeader", "fields": []any{
		map[string]any{"name": "entityName", "type": "string"}, list("recordIds"),
		map[string]any{"name": "changeType", "type": map[string]any{"type": "enum", "name": "ChangeType", "symbols": changeTypes}},
		map[string]any{"name": "changeOrigin", "type": "string"}, map[string]any{"name": "transactionKey", "type": "string"},
		map[string]any{"name": "sequenceNumber", "type": "int"}, map[string]any{"name": "commitTimestamp", "type": "long"},
		map[string]any{"name": "commitNumber", "type": "long"}, map[string]any{"name": "commitUser", "type": "string"},
		list("nulledFields"), list("diffFields"), list("changedFields"),
	}}}}
	declared := map[string]bool{}
	for _, c := range s.columns {
		switch {
		case len(c.parts) > 0:
			fields = append(fields, optional(c.name, c.compoundType(declared)))
		case o.name == "Account" && c.name == "Name":
			person := []any{optional("Salutation", "string"), optional("FirstName", "string"), optional("LastName", "string")}
			fields = append(fields, optional(c.name, "string", map[string]any{"type": "record", "name": eitherType, "fields": person}))
		default:
			fields = append(fields, optional(c.name, avroType(c.field)))
		}
	}
	text, err := json.Marshal(map[string]any{"type": "record", "name": o.name + "ChangeEvent", "namespace": "com.sforce.eventbus", "fields": fields})
	if err != nil {
		return nil, err
	}
	//nolint:gosec // a name, not a protection
	sum := md5.Sum(text)
	s.text, s.id = string(text), hex.EncodeToString(sum[:])[:22]
	s.schema, err = avro.Parse(s.text)
	return s, err
}

// compoundType declares the type of a compound column, or names it if it has been declared.
func (c avroColumn) compoundType(declared map[string]bool) any {
	name := personType
	if strings.HasSuffix(c.name, "Address") {
		name = addressType
	}
	if declared[name] {
		return name
	}
	declared[name] = true
	var parts []any
	for _, p := range c.parts {
		parts = append(parts, optional(p.name, p.avroType()))
	}
	return map[string]any{"type": "record", "name": name, "fields": parts}
}

// avroType is that of the part; the coordinates of an address are numbers.
func (p avroPart) avroType() string {
	switch {
	case p.field != nil:
		return avroType(p.field)
	case p.name == "Latitude" || p.name == "Longitude":
		return "double"
	}
	return "string"
}

// optional is a field that may be null, or else has one of the types.
func optional(name string, kinds ...any) map[string]any {
	return map[string]any{"name": name, "type": append([]any{"null"}, kinds...), "default": nil}
}

func columnsOf(o *object) []avroColumn {
	var out []avroColumn
	at := map[string]int{}
	for _, f := range o.fields {
		if slices.Contains(silent, f.name) || isNameOfParts(f, o) || f.kind == "address" || f.kind == "base64" {
			continue
		}
		if f.compound == "" {
			out = append(out, avroColumn{name: f.name, field: f})
			continue
		}
		i, seen := at[f.compound]
		if !seen {
			i = len(out)
			at[f.compound] = i
			out = append(out, avroColumn{name: f.compound})
		}
		name := strings.TrimPrefix(f.name, strings.TrimSuffix(f.compound, "Address"))
		if !strings.HasSuffix(f.compound, "Address") {
			name = f.name
		}
		out[i].parts = append(out[i].parts, avroPart{name, f})
	}
	for i, c := range out {
		if len(c.parts) > 0 && strings.HasSuffix(c.name, "Address") {
			for _, name := range []string{"StateCode", "CountryCode"} {
				if !slices.ContainsFunc(out[i].parts, func(p avroPart) bool { return p.name == name }) {
					out[i].parts = append(out[i].parts, avroPart{name: name})
				}
			}
			for _, name := range []string{"Latitude", "Longitude", "Xyz", "GeocodeAccuracy"} {
				out[i].parts = append(out[i].parts, avroPart{name: name})
			}
		}
	}
	return out
}

func avroType(f *field) string {
	switch f.soqlType() {
	case soql.Boolean:
		return "boolean"
	case soql.Int:
		return "int"
	case soql.Double:
		return "double"
	case soql.Date, soql.DateTime:
		return "long"
	}
	return "string"
}

// onWire is a row's value in the form of its Avro type: dates and times are milliseconds.
func onWire(f *field, v any) any {
	switch f.soqlType() {
	case soql.Int:
		if n, ok := v.(float64); ok {
			return int32(n)
		}
	case soql.Date:
		if at, err := time.Parse(time.DateOnly, fmt.Sprint(v)); err == nil {
			return at.UnixMilli()
		}
		return nil
	case soql.DateTime:
		if at, err := time.Parse(soql.DateTimeLayout, fmt.Sprint(v)); err == nil {
			return at.UnixMilli()
		}
		return nil
	}
	return v
}

// encode writes an event.
func (s *changeSchema) encode(e *event) ([]byte, error) {
	//nolint:gosec // a transaction has few records
	header := map[string]any{"entityName": e.Entity, "recordIds": list(e.IDs), "changeType": e.Type, "changeOrigin": e.Origin, "transactionKey": e.Key,
		"sequenceNumber": int32(e.Sequence), "commitTimestamp": e.At, "commitNumber": e.Commit, "commitUser": e.User,
		"nulledFields": list(s.bitmaps(e.Nulled)), "diffFields": []any{}, "changedFields": list(s.bitmaps(e.Changed))}
	out := map[string]any{"ChangeEventHeader": header}
	for _, c := range s.columns {
		out[c.name] = nil
		if len(c.parts) == 0 {
			if v, ok := e.Values[c.field.name]; ok && v != nil {
				out[c.name] = onWire(c.field, v)
			}
			continue
		}
		parts, filled := map[string]any{}, false
		for _, p := range c.parts {
			parts[p.name] = nil
			if p.field == nil {
				continue
			}
			if v, ok := e.Values[p.field.name]; ok && v != nil {
				parts[p.name], filled = onWire(p.field, v), true
			}
		}
		if filled {
			out[c.name] = parts
		}
	}
	return s.schema.Encode(out)
}

func list(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

// bitmaps names fields by their places in the schema: one number for the plain ones, and
// PLACE-NUMBER for the parts of each compound one.
func (s *changeSchema) bitmaps(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	plain := new(big.Int)
	var compound []string
	for i, c := range s.columns {
		place := i + 1 // behind the header
		if len(c.parts) == 0 {
			if slices.Contains(names, c.field.name) {
				plain.SetBit(plain, place, 1)
			}
			continue
		}
		parts := new(big.Int)
		for j, p := range c.parts {
			if p.field != nil && slices.Contains(names, p.field.name) {
				parts.SetBit(parts, j, 1)
			}
		}
		if parts.Sign() > 0 {
			compound = append(compound, fmt.Sprintf("%d-%s", place, upperHex(parts)))
		}
	}
	return append([]string{upperHex(plain)}, compound...)
}

func upperHex(n *big.Int) string {
	text := strings.ToUpper(n.Text(16))
	if len(text)%2 == 1 {
		text = "0" + text
	}
	return "0x" + text
}
