package salesforce

import (
	"encoding/base64"
	"slices"
	"strings"
)

// State and country picklists, as new organizations have them: beside the text of a state and a
// country stands its code, and the text takes nothing but what has one.

// country is one of the organization's countries with its states.
type country struct {
	code, name string
	states     [][2]string // codes and names
}

var countries = []country{
	{"AU", "Australia", [][2]string{{"NSW", "New South Wales"}, {"WA", "Western Australia"}}},
	{"CA", "Canada", [][2]string{{"ON", "Ontario"}, {"QC", "Quebec"}}},
	{"FR", "France", nil}, {"DE", "Germany", nil}, {"NL", "Netherlands", nil}, {"GB", "United Kingdom", nil},
	{"US", "United States", [][2]string{{"CA", "California"}, {"NY", "New York"}, {"TX", "Texas"}, {"WA", "Washington"}}},
}

// addresses are the prefixes of the addresses of an object.
var addresses = map[string][]string{"Account": {"Billing", "Shipping"}, "Contact": {"Mailing", "Other"}}

// coded is a value of a code's picklist; valid are the positions of the countries that it is for.
type coded struct {
	code, label string
	valid       []int
}

// codesOf are the values of a code field: all countries, or the states of all of them.
func codesOf(name string) (out []coded) {
	for i, c := range countries {
		if strings.HasSuffix(name, "CountryCode") {
			out = append(out, coded{code: c.code, label: c.name})
			continue
		}
		for _, s := range c.states {
			out = append(out, coded{s[0], s[1], []int{i}})
		}
	}
	return out
}

// describeCodes is how describe tells the values of a code field: labels unlike values, and for
// states by a bitmap for which values of the controlling field.
func describeCodes(name string) []any {
	values := []any{}
	for _, c := range codesOf(name) {
		var valid any
		if c.valid != nil {
			bits := make([]byte, (len(countries)+7)/8)
			for _, i := range c.valid {
				bits[i/8] |= 0x80 >> (i % 8)
			}
			valid = base64.StdEncoding.EncodeToString(bits)
		}
		values = append(values, map[string]any{
			"active": true, "defaultValue": false, "label": c.label, "value": c.code, "validFor": valid,
		})
	}
	return values
}

// haveStates gives addresses their codes; s.mu is held.
func (s *Server) haveStates() {
	for object, prefixes := range addresses {
		t := s.db.table(object)
		for _, prefix := range prefixes {
			for _, part := range []string{"Country", "State"} {
				name := prefix + part + "Code"
				t.drop(name)
				if s.settings.StatePicklists {
					f := picklist(name, prefix+" "+part+" Code", nil, partOf(prefix+"Address"))
					f.length, f.codes = 10, true
					if part == "State" {
						f.controller = prefix + "CountryCode"
					}
					t.add(f)
				}
			}
		}
	}
}

// located holds the addresses that are written to the organization's countries and states, and
// keeps text and code in step.
func (t *tx) located(r *row, input map[string]any) error {
	if !t.s.settings.StatePicklists {
		return nil
	}
	given := func(name string) bool {
		for key := range input {
			if strings.EqualFold(key, name) {
				return true
			}
		}
		return false
	}
	for _, prefix := range addresses[r.table.name] {
		names := []string{prefix + "Country", prefix + "CountryCode", prefix + "State", prefix + "StateCode"}
		if !slices.ContainsFunc(names, given) {
			continue
		}
		if err := r.agree(prefix+"Country", given(prefix+"CountryCode"), countryNames(), "country", "countries"); err != nil {
			return err
		}
		at := slices.IndexFunc(countries, func(c country) bool { return c.code == r.text(prefix+"CountryCode") })
		if at < 0 && (r.text(prefix+"State") != "" || r.text(prefix+"StateCode") != "") {
			said := "A country must be specified before specifying a state value for field: "
			return badRequest("FIELD_INTEGRITY_EXCEPTION", said+r.table.field(prefix+"State").label, prefix+"State")
		}
		var states [][2]string
		if at >= 0 {
			states = countries[at].states
		}
		if err := r.agree(prefix+"State", given(prefix+"StateCode"), states, "state", "states"); err != nil {
			return err
		}
	}
	return nil
}

func countryNames() (out [][2]string) {
	for _, c := range countries {
		out = append(out, [2]string{c.code, c.name})
	}
	return out
}

// agree sets the code by the text, or the text by the code where that was given.
func (r *row) agree(name string, byCode bool, list [][2]string, one, many string) error {
	from := 1
	key := name
	if byCode {
		from, key = 0, name+"Code"
	}
	text := r.text(key)
	if text == "" {
		delete(r.values, name)
		delete(r.values, name+"Code")
		return nil
	}
	for _, pair := range list {
		if strings.EqualFold(pair[from], text) {
			r.values[name+"Code"], r.values[name] = pair[0], pair[1]
			return nil
		}
	}
	said := "There's a problem with this " + one + ", even though it may appear correct. Please select a " + one +
		" from the list of valid " + many + ".: "
	return badRequest("FIELD_INTEGRITY_EXCEPTION", said+r.table.field(key).label, key)
}
