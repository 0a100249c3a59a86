package salesforce

import (
	"slices"
	"strings"

	"sidelight/models"
)

// codeSuffix ends the name of the field that holds the code of a state or a country, where the
// organization keeps lists of them. The text beside it takes nothing but the list's labels.
const codeSuffix = "Code"

// dependent says of every value of a dependent picklist with which values of its controlling field
// it can be chosen, and gives the texts that are tied to a list of codes the list's values.
func dependent(fields []describedField) {
	at := map[string]int{}
	for i, f := range fields {
		at[f.Name] = i
	}
	for i := range fields {
		f := &fields[i]
		if by, known := at[f.Controller]; known && f.Type == "picklist" {
			f.valid = validFor(f.Picklist, fields[by].Picklist)
		}
	}
	for i := range fields {
		f := &fields[i]
		code, tied := at[f.Name+codeSuffix]
		if !tied || f.Type != "string" || fields[code].Type != "picklist" || !fields[code].Restricted ||
			!strings.HasSuffix(f.Name, "State") && !strings.HasSuffix(f.Name, "Country") {
			continue
		}
		f.list = fields[code].choices()
		f.Controller = strings.TrimSuffix(fields[code].Controller, codeSuffix)
	}
}

// validFor are, for each value of a dependent picklist, the values of the controlling field.
func validFor(values, controlling []describedValue) [][]string {
	out := make([][]string, len(values))
	for i, v := range values {
		for bit, c := range controlling {
			if bit/8 < len(v.ValidFor) && v.ValidFor[bit/8]&(0x80>>(bit%8)) != 0 {
				out[i] = append(out[i], c.Value)
			}
		}
	}
	return out
}

// choices are the active values of a picklist with their labels.
func (f describedField) choices() []models.Choice {
	var out []models.Choice
	for i, v := range f.Picklist {
		if !v.Active {
			continue
		}
		c := models.Choice{Value: v.Value, Label: v.Label}
		if f.valid != nil {
			c.For = f.valid[i]
		}
		out = append(out, c)
	}
	return out
}

// unlike tells whether labels or the field that they depend on say more than the values.
func unlike(choices []models.Choice) bool {
	return slices.ContainsFunc(choices, func(c models.Choice) bool { return c.Label != c.Value || len(c.For) > 0 })
}
