package models

import (
	"slices"
	"strings"
	"time"
)

// Constant is a value that every record which Sidelight creates on a side gets in a field: a record
// type, a type, a source. It is written at the creation and never again. Where the mapping fills
// the field, the mapping's value stands.
type Constant struct {
	Object SyncObject `gorm:"primaryKey" json:"object"`
	Side   Side       `gorm:"primaryKey" json:"side"`
	Name   string     `gorm:"primaryKey" json:"name"` // of the field
	// Field is the description of the time it was saved.
	Field     Field     `gorm:"serializer:json" json:"field"`
	Value     string    `json:"value"`
	UpdatedAt time.Time `json:"-"`
}

// Spoken is the value as people read it: the label of a record type, by which it is found again in
// another organization, and any other value as it is. A label that two record types have names
// none.
func (c Constant) Spoken() string {
	label := ""
	for _, choice := range c.Field.Choices {
		if choice.Value == c.Value {
			label = choice.Label
		}
	}
	shared := slices.ContainsFunc(c.Field.Choices, func(o Choice) bool {
		return o.Value != c.Value && strings.EqualFold(o.Label, label)
	})
	if c.Field.Type != TypeReference || label == "" || shared {
		return c.Value
	}
	return label
}

// ConstantInput is a constant as an admin asks for it. A record type is named by its id or its
// label.
type ConstantInput struct {
	Side  Side
	Field string
	Value string
}

// Choice is a value of a picklist, or a record type by its id, as people read it.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
	// For are the values of the controlling field with which it can be chosen.
	For []string `json:"for,omitempty"`
}

// WithConstants are the values of a record that is to be created on the side, with the constants
// of the fields that have no value.
func WithConstants(values Values, constants []Constant, object SyncObject, side Side) Values {
	out := values.Clone()
	for _, c := range constants {
		if c.Object == object && c.Side == side && out[c.Name].IsBlank() {
			out[c.Name] = Text(c.Value)
		}
	}
	return out
}
