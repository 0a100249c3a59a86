package models

import "time"

// FieldType is a field's type, the same words for both vendors.
type FieldType string

// The types that Sidelight tells apart.
const (
	TypeText        FieldType = "TEXT"
	TypeTextArea    FieldType = "TEXTAREA"
	TypeEmail       FieldType = "EMAIL"
	TypePhone       FieldType = "PHONE"
	TypeURL         FieldType = "URL"
	TypePicklist    FieldType = "PICKLIST"
	TypeMultiselect FieldType = "MULTISELECT"
	TypeBoolean     FieldType = "BOOLEAN"
	TypeInteger     FieldType = "INTEGER"
	TypeDecimal     FieldType = "DECIMAL"
	TypeCurrency    FieldType = "CURRENCY"
	TypePercent     FieldType = "PERCENT"
	TypeDate        FieldType = "DATE"
	TypeDateTime    FieldType = "DATETIME"
	TypeReference   FieldType = "REFERENCE"
	// TypeOther is known to the vendor, not to Sidelight: it can be shown, not mapped.
	TypeOther FieldType = "OTHER"
)

// Field is a field that a side really has, as its description says.
type Field struct {
	Name       string    `json:"name"` // the vendor's API name
	Label      string    `json:"label"`
	Type       FieldType `json:"type"`
	Length     int       `json:"length,omitempty"` // characters; 0 for no limit or not text
	Precision  int       `json:"precision,omitempty"`
	Scale      int       `json:"scale,omitempty"` // digits after the point
	Required   bool      `json:"required,omitempty"`
	Creatable  bool      `json:"creatable,omitempty"`
	Updatable  bool      `json:"updatable,omitempty"`
	Custom     bool      `json:"custom,omitempty"`
	Unique     bool      `json:"unique,omitempty"`
	ExternalID bool      `json:"externalId,omitempty"`
	Restricted bool      `json:"restricted,omitempty"` // a picklist that refuses other values
	Picklist   []string  `json:"picklist,omitempty"`   // active values
	RefersTo   string    `json:"refersTo,omitempty"`   // the vendor's object behind a reference
	// Choices are the values with their labels: of a picklist where the two differ, the record
	// types that may be chosen, and what a text takes that is tied to a list: a state, a country.
	Choices []Choice `json:"choices,omitempty"`
	// Controller is the field on whose value the choices depend; "" for none.
	Controller string `json:"controller,omitempty"`
}

// FieldRule says which way a mapped field flows and who wins (HubSpot's rules).
type FieldRule string

// The rules, named as in the API.
const (
	RuleTwoWay                      FieldRule = "TWO_WAY"
	RulePreferSalesforce            FieldRule = "PREFER_SALESFORCE"
	RulePreferSalesforceUnlessBlank FieldRule = "PREFER_SALESFORCE_UNLESS_BLANK"
	RulePreferDesk                  FieldRule = "PREFER_DESK"
	RuleSalesforceToDesk            FieldRule = "SALESFORCE_TO_DESK"
	RuleDeskToSalesforce            FieldRule = "DESK_TO_SALESFORCE"
	RuleOff                         FieldRule = "OFF"
)

// WritesTo tells whether the rule ever writes to the side.
func (r FieldRule) WritesTo(side Side) bool {
	switch r {
	case RuleOff:
		return false
	case RuleSalesforceToDesk:
		return side == Desk
	case RuleDeskToSalesforce:
		return side == Salesforce
	}
	return true
}

// FieldMapping pairs a Desk field with a Salesforce field. The descriptions are those of the time
// it was saved.
type FieldMapping struct {
	ID         string     `gorm:"primaryKey" json:"id"`
	Object     SyncObject `json:"object"`
	Desk       Field      `gorm:"serializer:json" json:"desk"`
	Salesforce Field      `gorm:"serializer:json" json:"salesforce"`
	Rule       FieldRule  `json:"rule"`
	// Values is a table of picklist values that mean the same; what it does not have is compared by
	// its text.
	Values    []ValuePair `gorm:"column:value_pairs;serializer:json" json:"values,omitempty"`
	Position  int         `json:"position"`
	UpdatedAt time.Time   `json:"-"`
}

// ValuePair is a Desk value and the Salesforce value that it is kept the same as.
type ValuePair struct {
	Desk       string `json:"desk"`
	Salesforce string `json:"salesforce"`
}

// On is the side's value.
func (p ValuePair) On(side Side) string {
	if side == Desk {
		return p.Desk
	}
	return p.Salesforce
}

// Field is the mapped field of one side.
func (m FieldMapping) Field(side Side) Field {
	if side == Desk {
		return m.Desk
	}
	return m.Salesforce
}

// Name is the mapping's own name in the API and in the journal: Salesforce's field name.
func (m FieldMapping) Name() string { return m.Salesforce.Name }

// FieldMappingInput is a mapping as an admin asks for it. A missing rule is TWO_WAY.
type FieldMappingInput struct {
	Desk       string
	Salesforce string
	Rule       *FieldRule
	// Values is the table of values; nil keeps the one that the pair has.
	Values []*ValuePair
}

// Severity of a mapping problem: an ERROR keeps the mapping from being saved.
type Severity string

// Severities, named as in the API.
const (
	SeverityError   Severity = "ERROR"
	SeverityWarning Severity = "WARNING"
)

// MappingProblem is what is wrong, or will be lossy, about one mapping.
type MappingProblem struct {
	Severity   Severity `json:"severity"`
	Code       Code     `json:"code"`
	Message    string   `json:"message"`
	Desk       *string  `json:"desk,omitempty"`
	Salesforce *string  `json:"salesforce,omitempty"`
}
