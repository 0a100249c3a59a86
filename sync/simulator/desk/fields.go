package desk

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// field describes one field of a module: what GET /fields tells, and what a write is checked against. Maxima are in
// characters, from the vendor's OpenAPI files.
type field struct {
	name      string
	label     string
	kind      string // the vendor's type: Text, Textarea, Picklist, LookUp, Date, Boolean, Number, Currency, Email, Phone, URL
	max       int
	mandatory bool
	custom    bool
	values    []string // of a picklist
	lookup    string   // the module a LookUp points into: accounts, agents
}

var (
	tiers   = []string{"Bronze", "Silver", "Gold", "Platinum"}
	regions = []string{"EMEA", "Americas", "APAC"}
)

var contactFields = []field{
	{name: "lastName", label: "Last Name", kind: "Text", max: 200, mandatory: true},
	{name: "firstName", label: "First Name", kind: "Text", max: 40},
	{name: "email", label: "Email", kind: "Email", max: 255},
	{name: "secondaryEmail", label: "Secondary Email", kind: "Email", max: 100},
	{name: "phone", label: "Phone", kind: "Phone", max: 50},
	{name: "mobile", label: "Mobile", kind: "Phone", max: 50},
	{name: "accountId", label: "Account Name", kind: "LookUp", max: 19, lookup: "accounts"},
	{name: "ownerId", label: "Contact Owner", kind: "LookUp", max: 19, lookup: "agents"},
	{name: "type", label: "Type", kind: "Picklist", max: 100, values: []string{"paidUser", "trialUser"}},
	{name: "title", label: "Title", kind: "Text", max: 100},
	{name: "street", label: "Street", kind: "Text", max: 250},
	{name: "city", label: "City", kind: "Text", max: 30},
	{name: "state", label: "State", kind: "Text", max: 30},
	{name: "country", label: "Country", kind: "Text", max: 30},
	{name: "zip", label: "Zip", kind: "Text", max: 30},
	{name: "description", label: "Description", kind: "Textarea", max: 65535},
	{name: "twitter", label: "Twitter", kind: "Text", max: 100},
	{name: "facebook", label: "Facebook", kind: "Text", max: 100},
	{name: "cf_customer_tier", label: "Customer Tier", kind: "Picklist", max: 100, custom: true, values: tiers},
	{name: "cf_sidelight_link_id", label: "Sidelight Link Id", kind: "Text", max: 64, custom: true},
	{name: "cf_newsletter", label: "Newsletter", kind: "Boolean", max: 5, custom: true},
	{name: "cf_birthday", label: "Birthday", kind: "Date", max: 10, custom: true},
}

var accountFields = []field{
	{name: "accountName", label: "Account Name", kind: "Text", max: 200, mandatory: true},
	{name: "email", label: "Email", kind: "Email", max: 255},
	{name: "website", label: "Website", kind: "URL", max: 120},
	{name: "phone", label: "Phone", kind: "Phone", max: 30},
	{name: "fax", label: "Fax", kind: "Text", max: 30},
	{name: "industry", label: "Industry", kind: "Text", max: 100},
	{name: "annualrevenue", label: "Annual Revenue", kind: "Currency", max: 20},
	{name: "street", label: "Street", kind: "Text", max: 250},
	{name: "city", label: "City", kind: "Text", max: 30},
	{name: "state", label: "State", kind: "Text", max: 30},
	{name: "country", label: "Country", kind: "Text", max: 30},
	{name: "code", label: "Code", kind: "Text", max: 30},
	{name: "description", label: "Description", kind: "Textarea", max: 65535},
	{name: "ownerId", label: "Account Owner", kind: "LookUp", max: 19, lookup: "agents"},
	{name: "cf_region", label: "Region", kind: "Picklist", max: 100, custom: true, values: regions},
	{name: "cf_sidelight_link_id", label: "Sidelight Link Id", kind: "Text", max: 64, custom: true},
	{name: "cf_employees", label: "Employees", kind: "Number", max: 9, custom: true},
}

// The vendor's own pattern of an email address, and of a link.
var (
	emailPattern   = regexp.MustCompile(`^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_+\-.'&!~]*@([\p{L}\p{N}\p{M}]+([-_]*[\p{L}\p{N}\p{M}])*\.)+[\p{L}\p{M}]{2,22}$`)
	urlPattern     = regexp.MustCompile(`^https?://[^\s]+$`)
	decimalPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

// read checks one JSON value and returns it as Desk keeps it: text, or nil for a blank. Text fields take only JSON
// strings; ids, numbers and booleans may come as strings too, as they do in the vendor's answers.
func (f field) read(value any) (kept *string, why string) {
	text := ""
	switch v := value.(type) {
	case nil:
		return nil, ""
	case string:
		text = v
	case json.Number:
		if f.kind != "Number" && f.kind != "Currency" && f.kind != "LookUp" {
			return nil, "a number where text is expected"
		}
		text = v.String()
	case bool:
		if f.kind != "Boolean" {
			return nil, "a boolean where " + f.kind + " is expected"
		}
		text = strconv.FormatBool(v)
	default:
		return nil, "neither text nor a number"
	}
	if text == "" {
		return nil, ""
	}
	if utf8.RuneCountInString(text) > f.max {
		return nil, "longer than " + strconv.Itoa(f.max) + " characters"
	}
	return &text, f.form(text)
}

// form says what is wrong with a value's form, or nothing.
func (f field) form(text string) string {
	switch f.kind {
	case "Email":
		if !emailPattern.MatchString(text) {
			return "not an email address"
		}
	case "URL":
		if !urlPattern.MatchString(text) {
			return "not a link that begins with http:// or https://"
		}
	case "Picklist":
		if !slices.Contains(f.values, text) {
			return "none of the values of the picklist"
		}
	case "Boolean":
		if text != "true" && text != "false" {
			return "neither true nor false"
		}
	case "Date":
		if _, err := time.Parse(time.DateOnly, text); err != nil {
			return "not a date of the form yyyy-MM-dd"
		}
	case "Number":
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return "not a whole number"
		}
	case "Currency":
		if !decimalPattern.MatchString(text) {
			return "not a number"
		}
	case "LookUp":
		if strings.Trim(text, "0123456789") != "" {
			return "not an id"
		}
	}
	return ""
}

// describe is the field as GET /fields shows it.
func (f field) describe(id string) map[string]any {
	out := map[string]any{"id": id, "apiName": f.name, "displayLabel": f.label, "name": f.name, "i18NLabel": f.label,
		"type": f.kind, "maxLength": f.max, "isMandatory": f.mandatory, "isCustomField": f.custom,
		"isRemovable": f.custom, "isSystemMandatory": f.mandatory, "isEncryptedField": false, "showToHelpCenter": true, "toolTip": nil}
	if f.kind == "Picklist" {
		allowed := make([]map[string]any, len(f.values))
		for i, value := range f.values {
			allowed[i] = map[string]any{"value": value, "displayValue": value}
		}
		out["allowedValues"] = allowed
		out["sortBy"], out["defaultValue"] = "userDefined", nil
	}
	return out
}
