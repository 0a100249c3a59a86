package desk

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sidelight/sync/simulator/automation"
)

// fieldSetting is what an administrator makes of a field. What is absent stays as it is. A name
// that the module does not have makes a custom field, which needs a type.
type fieldSetting struct {
	// Hidden takes the field away from the API's user: it is neither told, nor shown, nor taken.
	Hidden bool `json:"hidden,omitempty"`
	// ReadOnly refuses every write of it.
	ReadOnly bool `json:"readOnly,omitempty"`
	// Required refuses a create without it, and a blank.
	Required *bool `json:"required,omitempty"`
	// Length is how many characters it takes.
	Length int `json:"length,omitempty"`
	// Restricted false lets a picklist take values that it does not list.
	Restricted *bool `json:"restricted,omitempty"`
	// Type and Label are those of a new field; a label alone renames one.
	Type  string `json:"type,omitempty"`
	Label string `json:"label,omitempty"`
	// Values are a picklist's, each with the label that people read where it is another text.
	Values []choice `json:"values,omitempty"`
}

// newKinds are the types a custom field may have, with how many characters it takes.
var newKinds = map[string]int{"Text": 255, "Textarea": 65535, "Picklist": 100, "Multiselect": 2000, "Date": 10, "Boolean": 5, "Number": 9, "Currency": 20, "Email": 255, "Phone": 50, "URL": 250}

var customName = regexp.MustCompile(`^cf_[a-z0-9_]{1,60}$`)

// checkFields says what is wrong with the settings of fields, or nil.
func (s *Server) checkFields(of map[string]map[string]fieldSetting) error {
	for name, fields := range of {
		m := s.moduleOf(name)
		if m == nil {
			return fmt.Errorf("fields: %q is neither contacts nor accounts", name)
		}
		for named, set := range fields {
			known := slices.ContainsFunc(m.base, func(f field) bool { return f.name == named })
			switch {
			case !known && !customName.MatchString(named):
				return fmt.Errorf("fields: %s has no field %q, and a new one is named cf_…", name, named)
			case !known && newKinds[set.Type] == 0:
				return fmt.Errorf("fields: the new field %q needs a type: %s", named, strings.Join(slices.Sorted(maps.Keys(newKinds)), ", "))
			case known && set.Type != "":
				return fmt.Errorf("fields: %q has a type already", named)
			case set.Length < 0:
				return errors.New("fields: a length below zero")
			}
		}
	}
	return nil
}

// configure makes the module's fields those that the settings leave; s.mu is held.
func (m *module) configure(set map[string]fieldSetting) {
	all := slices.Clone(m.base)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		if !slices.ContainsFunc(all, func(f field) bool { return f.name == name }) {
			one := set[name]
			all = append(all, field{id: m.fieldID(len(all)), name: name, label: firstOf(one.Label, name), kind: one.Type, max: newKinds[one.Type], custom: true})
		}
	}
	m.fields, m.byName = nil, map[string]field{}
	for _, f := range all {
		one := set[f.name]
		if one.Hidden {
			continue
		}
		f.apply(one)
		m.fields = append(m.fields, f)
		m.byName[f.name] = f
	}
}

func (m *module) fieldID(place int) string { return strconv.Itoa(m.fieldIDs + place + 1) }

func (f *field) apply(set fieldSetting) {
	f.readOnly = f.readOnly || set.ReadOnly
	if set.Required != nil {
		f.mandatory = *set.Required
	}
	if set.Length > 0 {
		f.max, f.creating = set.Length, 0
	}
	if set.Restricted != nil {
		f.open = !*set.Restricted
	}
	if set.Label != "" {
		f.label = set.Label
	}
	if set.Values != nil {
		f.values = set.Values
	}
}

// violated is the refusal of the first validation rule that the record breaks, or nil; s.mu is
// held.
func (s *Server) violated(m *module, r *record) error {
	broken := automation.Violated(s.settings.Rules, m.name, func(field string) string { return r.Values[field] })
	if broken == nil {
		return nil
	}
	s.faults.Count(m.name+".rule", 1)
	if broken.Unnamed {
		return unprocessable(broken.Text)
	}
	named := field{name: broken.Field, custom: strings.HasPrefix(broken.Field, "cf_")}
	return invalidData(invalid(named.pointer(), broken.Text))
}
