package mapping

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
)

// tiers are mapped picklists whose values are spelled otherwise; "old" is inactive in Salesforce.
func tiers(kind models.FieldType, table ...models.ValuePair) models.FieldMapping {
	m := models.FieldMapping{Object: models.ContactObject, Rule: models.RuleTwoWay, Values: table,
		Desk:       models.Field{Name: "cf_tier", Label: "Tier", Type: kind, Creatable: true, Updatable: true, Restricted: true, Picklist: []string{"Gold", "Silver"}},
		Salesforce: models.Field{Name: "Tier__c", Label: "Level", Type: kind, Creatable: true, Updatable: true, Restricted: true, Picklist: []string{"1", "2"}}}
	return m
}

var table = []models.ValuePair{{Desk: "Gold", Salesforce: "1"}, {Desk: "Silver", Salesforce: "2"}, {Desk: "Silver", Salesforce: "old"}}

func TestValuesThatAreSpelledOtherwiseAreCarriedByTheirTable(t *testing.T) {
	for name, c := range map[string]struct {
		kind models.FieldType
		from models.Side
		v    string
		want string
		code models.Code
	}{
		"to Salesforce":               {models.TypePicklist, models.Desk, "Gold", "1", ""},
		"whatever its case":           {models.TypePicklist, models.Desk, " gold", "1", ""},
		"to Desk":                     {models.TypePicklist, models.Salesforce, "2", "Silver", ""},
		"an inactive value":           {models.TypePicklist, models.Salesforce, "old", "Silver", ""},
		"the first goes back":         {models.TypePicklist, models.Desk, "Silver", "2", ""},
		"blank":                       {models.TypePicklist, models.Desk, "", "", ""},
		"not in the table":            {models.TypePicklist, models.Desk, "Bronze", "", models.CodeInvalidPicklist},
		"the other's own word":        {models.TypePicklist, models.Desk, "2", "2", ""},
		"several":                     {models.TypeMultiselect, models.Desk, "Silver;Gold", "1;2", ""},
		"several that become one":     {models.TypeMultiselect, models.Salesforce, "2; old", "Silver", ""},
		"one of several is not in it": {models.TypeMultiselect, models.Desk, "Gold;Bronze", "", models.CodeInvalidPicklist},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Carry(tiers(c.kind, table...), models.Text(c.v), c.from)
			code := models.Code("")
			if err != nil {
				code = err.Code
			}
			if code != c.code || c.code == "" && got.String() != c.want {
				t.Errorf("%q, %v", got.String(), err)
			}
		})
	}
}

func TestATableOfValuesIsCheckedBeforeItIsSaved(t *testing.T) {
	text := models.FieldMapping{Desk: models.Field{Name: "title", Type: models.TypeText, Creatable: true, Updatable: true}, Salesforce: models.Field{Name: "Title", Type: models.TypeText, Creatable: true, Updatable: true}}
	for name, c := range map[string]struct {
		of   models.FieldMapping
		rows []models.ValuePair
		want []string
	}{
		"whole":        {tiers(models.TypePicklist), table[:2], nil},
		"none":         {tiers(models.TypePicklist), nil, []string{"WARNING INVALID_PICKLIST_VALUE", "WARNING INVALID_PICKLIST_VALUE"}},
		"in part":      {tiers(models.TypePicklist), table[:1], []string{"WARNING INVALID_PICKLIST_VALUE", "WARNING INVALID_PICKLIST_VALUE"}},
		"inactive":     {tiers(models.TypePicklist), table, []string{"WARNING INVALID_PICKLIST_VALUE"}},
		"twice":        {tiers(models.TypePicklist), []models.ValuePair{table[0], table[1], table[0]}, []string{"ERROR INVALID_PARAMETER"}},
		"half":         {tiers(models.TypePicklist), []models.ValuePair{table[0], table[1], {Desk: "Gold"}}, []string{"ERROR PARAMETER_MISSING"}},
		"no picklists": {text, table, []string{"ERROR TYPE_MISMATCH"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := models.FieldMappingInput{Desk: c.of.Desk.Name, Salesforce: c.of.Salesforce.Name}
			for i := range c.rows {
				in.Values = append(in.Values, &c.rows[i])
			}
			_, problems := Build(models.ContactObject, []models.FieldMappingInput{in}, []models.Field{c.of.Desk}, []models.Field{c.of.Salesforce})
			var got []string
			for _, p := range problems {
				got = append(got, string(p.Severity)+" "+string(p.Code))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s\n%+v", diff, problems)
			}
		})
	}
}

func TestATableOfValuesGoesThroughTheFileAndASetHasNoOrder(t *testing.T) {
	tiered := tiers(models.TypePicklist, table...)
	tiered.Object = models.ContactObject
	b, err := Export([]models.FieldMapping{tiered}, nil)
	if err != nil {
		t.Fatal(err)
	}
	in, err := Import(b)
	if err != nil || len(in[models.ContactObject].Mappings) != 1 {
		t.Fatal(in, err)
	}
	var got []models.ValuePair
	for _, pair := range in[models.ContactObject].Mappings[0].Values {
		got = append(got, *pair)
	}
	if diff := cmp.Diff(table, got); diff != "" {
		t.Error(diff)
	}
	f := models.Field{Type: models.TypeMultiselect}
	if a, b := Canonical(models.Text("go; chess;Art"), f), Canonical(models.Text("Art;chess;go;chess"), f); a != b {
		t.Errorf("%q and %q", a.String(), b.String())
	}
}
