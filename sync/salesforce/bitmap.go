package salesforce

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/avro"

	"sidelight/models"
)

// maxBitmap bounds a bitmap, in hexadecimal digits: an object has at most 800 custom fields.
const maxBitmap = 1024

// place is one field of an event's schema, with its parts where it is compound. A bitmap names
// fields by their places.
type place struct {
	name  string
	parts []string
}

// placesOf are the fields of an event's schema in their order, the header first. A compound type is
// declared where it comes first and named after that.
func placesOf(s *avro.Schema) []place {
	declared := map[string][]string{}
	var out []place
	for _, f := range s.Root().Fields {
		p := place{name: f.Name}
		branches := f.Type.Branches
		if len(branches) == 0 {
			branches = []avro.SchemaNode{f.Type}
		}
		for _, b := range branches {
			if b.Type == "record" && b.Name != "" {
				for _, part := range b.Fields {
					declared[b.Name] = append(declared[b.Name], part.Name)
				}
				p.parts = declared[b.Name]
			} else if parts, named := declared[b.Type[strings.LastIndexByte(b.Type, '.')+1:]]; named {
				p.parts = parts
			}
		}
		out = append(out, p)
	}
	return out
}

// fieldNames are the names, as describe has them, of the part of a compound field, and of the field
// itself: whoever holds either has to look.
func (p place) fieldNames(part string) []string {
	if prefix, address := strings.CutSuffix(p.name, "Address"); address {
		return []string{p.name, prefix + part}
	}
	if prefix, custom := strings.CutSuffix(p.name, "__c"); custom {
		return []string{p.name, prefix + "__" + part + "__s"}
	}
	return []string{p.name, part}
}

// changedNames are the fields that bitmaps name: 0x… for whole fields, PLACE-0x… for the parts of
// the compound field at a place, the lowest bit for the first (facts §4). It is false for anything
// else.
func changedNames(places []place, bitmaps []string) ([]string, bool) {
	var out []string
	for _, text := range bitmaps {
		parent, digits, nested := strings.Cut(text, "-")
		if !nested {
			digits = text
		}
		bits, ok := bitsOf(digits)
		if !ok {
			return nil, false
		}
		if !nested {
			for _, i := range bits {
				if i >= len(places) {
					return nil, false
				}
				out = append(out, places[i].name)
				for _, part := range places[i].parts { // named as a whole
					out = append(out, places[i].fieldNames(part)...)
				}
			}
			continue
		}
		at, err := strconv.Atoi(parent)
		if err != nil || at < 0 || at >= len(places) {
			return nil, false
		}
		for _, i := range bits {
			if i >= len(places[at].parts) {
				return nil, false
			}
			out = append(out, places[at].fieldNames(places[at].parts[i])...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out), true
}

// bitsOf are the places of the bits that are set.
func bitsOf(text string) ([]int, bool) {
	digits, ok := strings.CutPrefix(text, "0x")
	if !ok || digits == "" || len(digits) > maxBitmap || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
		return nil, false
	}
	n, ok := new(big.Int).SetString(digits, 16)
	if !ok {
		return nil, false
	}
	var out []int
	for i := range n.BitLen() {
		if n.Bit(i) == 1 {
			out = append(out, i)
		}
	}
	return out, true
}

// changedFields are the fields that an update changed or cleared; nil when that is not known: for
// every other kind of event, for a bitmap that is not understood, and for a changed lookup, since
// fields of the record behind it may be held as well. A field that Salesforce calculates is in no
// event.
func (h header) changedFields(places []place) []string {
	if h.changeType != "UPDATE" || len(h.bitmaps) == 0 {
		return nil
	}
	names, ok := changedNames(places, h.bitmaps)
	lookup := func(name string) bool { return strings.HasSuffix(name, "Id") && name != "LastModifiedById" }
	if !ok || len(names) == 0 || slices.ContainsFunc(names, lookup) {
		return nil
	}
	return names
}

// valuesOf are the changed fields' values in the form that records have them. Numbers and times,
// which events code in another way, are left out, and so are blank parts of a compound field: they
// may have been cleared, or not be told.
func valuesOf(event map[string]any, places []place, changed []string) models.Values {
	if changed == nil {
		return nil
	}
	out := models.Values{}
	take := func(name string, value any, blank bool) {
		if !slices.Contains(changed, name) {
			return
		}
		switch v := value.(type) {
		case string:
			out[name] = models.Text(v)
		case bool:
			out[name] = models.Text(strconv.FormatBool(v))
		case nil:
			if blank {
				out[name] = models.Blank
			}
		}
	}
	for _, p := range places {
		if len(p.parts) == 0 {
			take(p.name, event[p.name], true)
			continue
		}
		parts, _ := event[p.name].(map[string]any)
		for _, part := range p.parts {
			for _, name := range p.fieldNames(part)[1:] {
				take(name, parts[part], false)
			}
		}
	}
	return out
}
