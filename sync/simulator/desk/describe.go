package desk

import (
	"slices"
	"strings"
)

// How GET /fields tells the values of picklists, at settings.Picklists. The vendor's file has
// pickListValues; older answers had allowedValues; a picklist may come without any.
const (
	pickListValues = "pickListValues"
	allowedValues  = "allowedValues"
	noValues       = "none"
)

// describe is the field as GET /fields shows it.
func (f field) describe(picklists string) map[string]any {
	out := f.common()
	out["isIndexed"], out["isComputed"], out["isInternalState"], out["isBasic"] = false, false, false, true
	out["isIdentifier"], out["isPresence"], out["isSortable"], out["isTrackLastActivityTime"] = f.name == "lastName" || f.name == "accountName", true, true, false
	out["sourceType"] = "SYSTEM"
	if f.custom {
		out["sourceType"] = "USERDEFINED"
	}
	switch f.kind {
	case "Picklist", "Multiselect":
		switch picklists {
		case pickListValues:
			out["pickListValues"] = f.choices(false)
		case allowedValues:
			out["allowedValues"] = f.choices(true)
		}
		if f.kind == "Picklist" {
			out["subType"] = "Plain"
		}
	case "LookUp":
		out["lookup"] = map[string]any{"onDelete": "SET_NULL", "relatedListLabel": nil,
			"module": map[string]any{"apiName": f.lookup, "nameField": lookupNames[f.lookup], "id": moduleIDs[f.lookup]}}
	case "Currency":
		out["decimalPlaces"], out["roundingOption"], out["roundingPrecision"] = 2, "normal", 2
	case "Decimal":
		out["decimalPlaces"] = 2
	case "Boolean":
		out["defaultValue"] = "false"
	}
	return out
}

// describeOld is the field as GET /organizationFields shows it, which the vendor keeps for older
// clients.
func (f field) describeOld(picklists string) map[string]any {
	out := f.common()
	switch f.kind {
	case "Picklist", "Multiselect":
		if picklists != noValues {
			out["allowedValues"] = f.choices(true)
		}
		out["sortBy"], out["defaultValue"] = "userDefined", nil
	case "Currency", "Decimal":
		out["decimalPlaces"], out["roundingOption"], out["roundingPrecision"] = 2, "normal", 2
	case "Boolean":
		out["defaultValue"] = "false"
	}
	return out
}

// common is what both descriptions of a field have.
func (f field) common() map[string]any {
	return map[string]any{"id": f.id, "apiName": f.name, "displayLabel": f.label, "name": f.label, "i18NLabel": f.label,
		"type": f.kind, "maxLength": f.max, "isMandatory": f.mandatory, "isCustomField": f.custom, "isEncryptedField": false,
		"showToHelpCenter": true, "toolTip": nil, "toolTipType": nil}
}

func (f field) choices(labelled bool) []map[string]any {
	out := make([]map[string]any, len(f.values))
	for i, one := range f.values {
		out[i] = map[string]any{"value": one.Value}
		if labelled {
			out[i]["displayValue"] = firstOf(one.Label, one.Value)
		}
	}
	return out
}

var (
	lookupNames = map[string]string{"accounts": "accountName", "agents": "name"}
	// moduleIDs are the ids of the vendor's modules, as GET /modules tells them.
	moduleIDs = map[string]string{"tickets": "7000000000000001", "contacts": "7000000000000003", "accounts": "7000000000000005", "agents": "7000000000000007"}
)

// listFields serves GET /fields and GET /organizationFields; apiNames keeps those that are named.
func (s *Server) listFields(c *call, describe func(field, string) map[string]any) (answer, error) {
	m := s.moduleOf(c.query.Get("module"))
	if m == nil {
		return answer{}, badParameter("module")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var wanted []string
	if names := c.query.Get("apiNames"); names != "" {
		wanted = strings.Split(names, ",")
	}
	var rows []any
	for _, f := range m.fields {
		if !f.unlisted && (wanted == nil || slices.Contains(wanted, f.name)) {
			rows = append(rows, describe(f, s.settings.Picklists))
		}
	}
	return data(rows)
}

func (s *Server) describe(c *call) (answer, error) { return s.listFields(c, field.describe) }

func (s *Server) describeOld(c *call) (answer, error) { return s.listFields(c, field.describeOld) }

// describeOne serves GET /fields/{id}, which tells the values of a picklist whatever the list of
// fields does.
func (s *Server) describeOne(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range []*module{s.contacts, s.accounts} {
		for _, f := range m.fields {
			if f.id == c.PathValue("id") && !f.unlisted {
				return ok(f.describe(pickListValues))
			}
		}
	}
	return answer{}, notFound()
}

// moduleOf finds a module by its name in paths; nil if there is none of records.
func (s *Server) moduleOf(name string) *module {
	for _, m := range []*module{s.contacts, s.accounts} {
		if m.name == name {
			return m
		}
	}
	return nil
}
