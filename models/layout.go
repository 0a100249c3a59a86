package models

import (
	"cmp"
	"database/sql/driver"
	"encoding/json"
	"regexp"
	"slices"
)

// CardPart is a part of a card.
type CardPart string

// Parts, named as in the API.
const (
	PartContact       CardPart = "CONTACT"
	PartAccount       CardPart = "ACCOUNT"
	PartOpportunities CardPart = "OPPORTUNITIES"
	PartNotes         CardPart = "NOTES"
	PartEvents        CardPart = "EVENTS"
	PartTasks         CardPart = "TASKS"
)

// CardParts are all parts, in the order of a card that nobody laid out.
var CardParts = []CardPart{PartOpportunities, PartContact, PartAccount, PartNotes, PartTasks, PartEvents}

// CardLayout is how a profile's card is laid out: the parts that are shown, in their order, and
// whether those that the profile may not see are named. It opens nothing: what the profile may see
// is its permission.
type CardLayout struct {
	Parts      []CardPart `json:"parts"`
	TellHidden bool       `json:"tellHidden"`
	// ContactFields and AccountFields are the fields that stand first in these parts, by the API's
	// name or a mapped field's one in Salesforce. The others follow in their usual order.
	ContactFields []string `json:"contactFields,omitempty"`
	AccountFields []string `json:"accountFields,omitempty"`
}

// maxCardFields is how many fields of a part can be put in order.
const maxCardFields = 200

// StandardCard is the layout of a profile for which none was chosen.
func StandardCard() CardLayout { return CardLayout{Parts: slices.Clone(CardParts)} }

// fieldName is how a field of either kind may be called.
var fieldName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,99}$`)

// Check refuses a part or a field that stands twice, and what can be no field.
func (l CardLayout) Check() error {
	for i, part := range l.Parts {
		if slices.Contains(l.Parts[:i], part) {
			err := Errorf(CodeBadUserInput, "card.parts names %s twice: name each part once", part)
			err.Fields = []string{"card"}
			return err
		}
	}
	return cmp.Or(checkOrder("contactFields", l.ContactFields), checkOrder("accountFields", l.AccountFields))
}

func checkOrder(name string, fields []string) error {
	refuse := func(format string, args ...any) error {
		err := Errorf(CodeBadUserInput, "card."+name+" "+format, args...)
		err.Fields = []string{"card"}
		return err
	}
	if len(fields) > maxCardFields {
		return refuse("names %d fields: name %d at most", len(fields), maxCardFields)
	}
	for i, field := range fields {
		switch {
		case !fieldName.MatchString(field):
			return refuse("names what is no field: use the API's name, or Salesforce's name of a mapped field")
		case slices.Contains(fields[:i], field):
			return refuse("names %s twice: name each field once", field)
		}
	}
	return nil
}

// GormDataType is the column's type.
func (CardLayout) GormDataType() string { return "text" }

// Value stores the layout as JSON text, blank for one that nobody chose.
func (l CardLayout) Value() (driver.Value, error) {
	if l.Parts == nil {
		return "", nil
	}
	b, err := json.Marshal(l)
	return string(b), err
}

// Scan reads the layout from JSON text; blank is the standard one.
func (l *CardLayout) Scan(src any) error {
	switch s := src.(type) {
	case string:
		if s == "" {
			src = nil
		}
	case []byte:
		if len(s) == 0 {
			src = nil
		}
	}
	*l = StandardCard()
	if src == nil {
		return nil
	}
	type plain CardLayout // without Scan
	var read plain
	if err := scanJSON(src, &read); err != nil {
		return err
	}
	*l = CardLayout(read)
	return nil
}
