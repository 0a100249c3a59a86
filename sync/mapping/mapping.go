// Package mapping knows which Desk field goes with which Salesforce field, and how a value of the
// one becomes a value of the other. It is pure: descriptions and values come in, values and
// problems go out.
package mapping

import (
	"strings"

	"sidelight/models"
)

// standard are the pairs that come mapped, in the order in which they are shown. Accounts stand
// before what hangs on them.
var standard = map[models.SyncObject][][2]string{
	models.ContactObject: {
		{"lastName", "LastName"}, {"firstName", "FirstName"}, {"email", "Email"}, {"phone", "Phone"},
		{"mobile", "MobilePhone"}, {"title", "Title"},
		{"accountId", "AccountId"}, {"street", "MailingStreet"}, {"city", "MailingCity"}, {"state", "MailingState"},
		{"zip", "MailingPostalCode"}, {"country", "MailingCountry"}, {"description", "Description"},
	},
	models.AccountObject: {
		{"accountName", "Name"}, {"website", "Website"}, {"phone", "Phone"}, {"fax", "Fax"}, {"industry", "Industry"},
		{"annualrevenue", "AnnualRevenue"},
		{"street", "BillingStreet"}, {"city", "BillingCity"}, {"state", "BillingState"}, {"code", "BillingPostalCode"},
		{"country", "BillingCountry"}, {"description", "Description"},
	},
}

// Defaults is the standard mapping of an object, two-way throughout.
func Defaults(object models.SyncObject) []models.FieldMappingInput {
	out := make([]models.FieldMappingInput, 0, len(standard[object]))
	for _, pair := range standard[object] {
		out = append(out, models.FieldMappingInput{Desk: pair[0], Salesforce: pair[1]})
	}
	return out
}

// Fields are the mapped fields of a side. A mapping that is OFF is not read.
func Fields(mappings []models.FieldMapping, side models.Side) []string {
	out := make([]string, 0, len(mappings))
	for _, m := range mappings {
		if m.Rule != models.RuleOff {
			out = append(out, m.Field(side).Name)
		}
	}
	return out
}

// Problem is a value that could not be carried over.
type Problem struct {
	Field string // the mapping's name
	Err   *models.Error
}

// Project makes a new record for the other side out of a whole record: the target's values, and the
// source's values that they came from. parent answers what a reference to the parent becomes; not
// ok leaves the field out. Fields that were not read are left out.
func Project(
	mappings []models.FieldMapping, from models.Side, record models.Values,
	parent func(models.FieldMapping) (models.Value, bool),
) (target, source models.Values, problems []Problem) {
	target, source = models.Values{}, models.Values{}
	to := from.Other()
	for _, m := range mappings {
		v, read := record[m.Field(from).Name]
		if !read || !m.Rule.WritesTo(to) || !m.Field(to).Creatable {
			continue
		}
		var converted models.Value
		var err *models.Error
		if m.Field(to).Type == models.TypeReference {
			var ok bool
			if converted, ok = parent(m); !ok {
				continue
			}
			if converted.IsBlank() && !v.IsBlank() {
				err = ParentMissing(m.Field(to), to)
			}
		} else {
			if m, err = Narrow(mappings, m, from, record, nil); err == nil {
				converted, err = Carry(m, v, from)
			}
		}
		if err == nil && converted.IsBlank() && m.Field(to).Required {
			err = fault(
				models.CodeRequiredFieldMissing, m.Field(to), "%s requires %s, and %s is blank", to.Name(), label(m.Field(to)),
				label(m.Field(from)),
			)
		}
		if err != nil {
			problems = append(problems, Problem{Field: m.Name(), Err: err})
			continue
		}
		target[m.Field(to).Name], source[m.Field(from).Name] = converted, v
	}
	return target, source, problems
}

// ParentMissing is the error of a reference to an account that has no counterpart on the side.
func ParentMissing(f models.Field, side models.Side) *models.Error {
	return fault(
		models.CodeParentMissing, f, "the account that this record belongs to is not linked to one in %s", side.Name(),
	)
}

func label(f models.Field) string {
	if f.Label != "" {
		return f.Label
	}
	return f.Name
}

// fault is an error about one field.
func fault(code models.Code, f models.Field, format string, args ...any) *models.Error {
	err := models.Errorf(code, format, args...)
	err.Fields = []string{f.Name}
	return err
}

func isText(t models.FieldType) bool {
	switch t {
	case models.TypeText, models.TypeTextArea, models.TypeEmail, models.TypePhone, models.TypeURL:
		return true
	}
	return false
}

func isNumber(t models.FieldType) bool {
	switch t {
	case models.TypeInteger, models.TypeDecimal, models.TypeCurrency, models.TypePercent:
		return true
	}
	return false
}

func isChoice(t models.FieldType) bool {
	return t == models.TypePicklist || t == models.TypeMultiselect
}

// words are the parts of a multi-select value.
func words(v models.Value) []string {
	var out []string
	for _, w := range strings.Split(v.String(), ";") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
