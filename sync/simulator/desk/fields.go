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

// field describes one field of a module: what GET /fields tells, and what a write is checked
// against. Maxima are in characters, from the vendor's OpenAPI files.
type field struct {
	id    string
	name  string
	label string
	// kind is the vendor's type: Text, Textarea, Picklist, Multiselect, LookUp, Date, Boolean,
	// Number, Currency, Email, Phone, Fax, URL.
	kind      string
	max       int // of an update, and what GET /fields tells
	creating  int // of a create where the vendor's files allow more there; 0 is max
	mandatory bool
	custom    bool
	values    []choice // of a picklist
	open      bool     // a picklist that takes other values too
	lookup    string   // the module a LookUp points into: accounts, agents
	nullable  bool     // the vendor's files let null clear it
	readOnly  bool
	unlisted  bool // a part of records that GET /fields does not tell
}

// choice is a value of a picklist; label is what people read, the same as value unless an
// organization says otherwise.
type choice struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"`
}

func choices(values ...string) []choice {
	out := make([]choice, len(values))
	for i, value := range values {
		out[i] = choice{Value: value}
	}
	return out
}

var (
	tiers   = choices("Bronze", "Silver", "Gold", "Platinum")
	regions = choices("EMEA", "Americas", "APAC")
)

var contactFields = []field{
	{name: "lastName", label: "Last Name", kind: "Text", max: 200, mandatory: true, nullable: true},
	{name: "firstName", label: "First Name", kind: "Text", max: 40, nullable: true},
	{name: "email", label: "Email", kind: "Email", max: 255, nullable: true},
	{name: "secondaryEmail", label: "Secondary Email", kind: "Email", max: 100, nullable: true},
	{name: "phone", label: "Phone", kind: "Phone", max: 50, nullable: true},
	{name: "mobile", label: "Mobile", kind: "Phone", max: 50, nullable: true},
	{name: "accountId", label: "Account Name", kind: "LookUp", max: 19, lookup: "accounts", nullable: true},
	{name: "ownerId", label: "Contact Owner", kind: "LookUp", max: 19, lookup: "agents", nullable: true},
	{name: "type", label: "Type", kind: "Picklist", max: 100, values: choices("paidUser", "trialUser"), nullable: true},
	{name: "title", label: "Title", kind: "Text", max: 100},
	{name: "street", label: "Street", kind: "Text", max: 250},
	{name: "city", label: "City", kind: "Text", max: 30, creating: 100},
	{name: "state", label: "State", kind: "Text", max: 30, creating: 100},
	{name: "country", label: "Country", kind: "Text", max: 30, creating: 100},
	{name: "zip", label: "Zip", kind: "Text", max: 30},
	{name: "language", label: "Language", kind: "Text", max: 255, unlisted: true},
	{name: "description", label: "Description", kind: "Textarea", max: 65535},
	{name: "twitter", label: "Twitter", kind: "Text", max: 100},
	{name: "facebook", label: "Facebook", kind: "Text", max: 100},
	{name: "cf_customer_tier", label: "Customer Tier", kind: "Picklist", max: 100, custom: true, values: tiers},
	{name: "cf_sidelight_link_id", label: "Sidelight Link Id", kind: "Text", max: 64, custom: true},
	{name: "cf_newsletter", label: "Newsletter", kind: "Boolean", max: 5, custom: true},
	{name: "cf_birthday", label: "Birthday", kind: "Date", max: 10, custom: true},
}

var accountFields = []field{
	{name: "accountName", label: "Account Name", kind: "Text", max: 200, mandatory: true, nullable: true},
	{name: "email", label: "Email", kind: "Email", max: 255, nullable: true},
	{name: "website", label: "Website", kind: "URL", max: 120, nullable: true},
	{name: "phone", label: "Phone", kind: "Phone", max: 30, nullable: true},
	{name: "fax", label: "Fax", kind: "Text", max: 30},
	{name: "industry", label: "Industry", kind: "Text", max: 100, creating: 120},
	{name: "annualrevenue", label: "Annual Revenue", kind: "Currency", max: 20},
	{name: "street", label: "Street", kind: "Text", max: 250},
	{name: "city", label: "City", kind: "Text", max: 30, creating: 100},
	{name: "state", label: "State", kind: "Text", max: 30, creating: 100},
	{name: "country", label: "Country", kind: "Text", max: 30, creating: 100},
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
	decimalPattern = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

// read checks one JSON value and returns it as Desk keeps it: text, or nil for a blank. Text fields
// take only JSON strings; ids, numbers and booleans may come as strings too, as they do in the
// vendor's answers.
func (f field) read(value any, how reading) (kept *string, why string) {
	text := ""
	switch v := value.(type) {
	case nil:
		return nil, f.blank(true, how)
	case string:
		text = v
	case json.Number:
		if f.kind != "Number" && f.kind != "Currency" && f.kind != "LookUp" && f.name != "zip" || f.custom && how.strict {
			return nil, "a number where text is expected"
		}
		text = v.String()
	case bool:
		if f.kind != "Boolean" || f.custom && how.strict {
			return nil, "a boolean where text is expected"
		}
		text = strconv.FormatBool(v)
	default:
		return nil, "neither text nor a number"
	}
	if text == "" {
		return nil, f.blank(false, how)
	}
	if limit := f.limit(how); utf8.RuneCountInString(text) > limit {
		return nil, "longer than " + strconv.Itoa(limit) + " characters"
	}
	if how.strict {
		if why := f.strictForm(text); why != "" {
			return nil, why
		}
	}
	return &text, f.form(text)
}

// limit is how many characters a write may bring.
func (f field) limit(how reading) int {
	if how.creating {
		return max(f.max, f.creating)
	}
	return f.max
}

// form says what is wrong with a value's form, or nothing.
func (f field) form(text string) string {
	switch f.kind {
	case "Email":
		if !emailPattern.MatchString(text) {
			return "not an email address"
		}
	case "Picklist":
		if !f.offers(text) {
			return "none of the values of the picklist"
		}
	case "Multiselect":
		for _, one := range strings.Split(text, ";") {
			if !f.offers(one) {
				return "none of the values of the picklist"
			}
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

// offers says whether a picklist takes the value.
func (f field) offers(value string) bool {
	return f.open || slices.ContainsFunc(f.values, func(one choice) bool { return one.Value == value })
}
