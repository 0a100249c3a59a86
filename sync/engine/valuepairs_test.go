package engine_test

import (
	"context"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/mapping"
)

func TestPicklistsWhoseValuesAreSpelledOtherwiseAreKeptTheSameByTheirTable(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		ctx := context.Background()
		w.boot(t).connect(t)
		save := func(values []*models.ValuePair) []models.MappingProblem {
			in := append(mapping.Defaults(models.ContactObject), models.FieldMappingInput{Desk: "cf_customer_tier", Salesforce: "LeadSource", Values: values})
			saved, _, problems, err := w.proc.engine.SaveFieldMappings(ctx, models.ContactObject, in)
			must(t, err)
			if !saved {
				t.Fatalf("%+v", problems)
			}
			return problems
		}
		desk, err := w.proc.engine.Describe(ctx, models.Desk, models.ContactObject)
		must(t, err)
		var tier string
		for _, f := range desk {
			if f.Name == "cf_customer_tier" {
				tier = f.Picklist[0]
			}
		}
		save([]*models.ValuePair{{Desk: tier, Salesforce: "Web"}})
		sf, made := w.pair(t, map[string]any{"LastName": "Ortega", "Email": "luz.ortega@field.example", "LeadSource": "Web"})
		if got := w.value(t, models.Desk, made, "cf_customer_tier"); got != tier || len(w.failures(t)) != 0 {
			t.Fatalf("%q in Desk is %q; %+v", "Web", got, w.failures(t))
		}
		// A screen that knows nothing of the table keeps it.
		save(nil)
		w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"LeadSource": nil})
		w.settle(t)
		w.edit(t, models.Desk, models.ContactObject, made, map[string]any{"cf": map[string]any{"cf_customer_tier": tier}})
		w.settle(t)
		if got := w.value(t, models.Salesforce, sf, "LeadSource"); got != "Web" {
			t.Errorf("%q in Salesforce is %q", tier, got)
		}
		w.written()
		w.turns()
		if wrote := w.written(); len(wrote) != 0 {
			t.Errorf("what is kept the same is written again: %v", wrote)
		}
		save([]*models.ValuePair{})
		if mapped, err := w.store.FieldMappings(ctx, models.ContactObject); err != nil || len(mapped[len(mapped)-1].Values) != 0 {
			t.Errorf("the table is still there: %+v, %v", mapped[len(mapped)-1], err)
		}
	})
}
