package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// describedAs has Desk describe its contacts' fields as change makes of each; nil leaves one out.
func (w *world) describedAs(t *testing.T, change func(field map[string]any) map[string]any) {
	t.Helper()
	_, out := w.user(t, models.Desk, http.MethodGet, "/api/v1/fields?module=contacts", nil)
	list, _ := out["data"].([]any)
	if len(list) == 0 {
		t.Fatal("Desk describes no fields")
	}
	var fields []any
	for _, f := range list {
		field, _ := f.(map[string]any)
		if changed := change(field); changed != nil {
			fields = append(fields, changed)
		}
	}
	body, err := json.Marshal(map[string]any{"data": fields})
	must(t, err)
	w.faults(t, models.Desk, fmt.Sprintf(`{"kind":"status","endpoint":"GET /api/v1/fields","contains":"contacts","status":200,"body":%s}`, body))
	w.clock.advance(11 * time.Minute) // descriptions are kept for ten minutes
}

func (w *world) problems(t *testing.T) []models.MappingProblem {
	t.Helper()
	in, err := w.store.Integration(context.Background())
	must(t, err)
	return in.MappingProblems()
}

func TestAFieldThatWasChangedAtItsVendorIsReportedAndLeftOutWhileTheRestGoesOn(t *testing.T) {
	is := func(name string, then func(map[string]any) map[string]any) func(map[string]any) map[string]any {
		return func(f map[string]any) map[string]any {
			if f["apiName"] == name {
				return then(f)
			}
			return f
		}
	}
	for name, c := range map[string]struct {
		change func(map[string]any) map[string]any
		code   models.Code
		title  string // in Desk, after Salesforce's was changed to "new"
	}{
		"gone":      {is("title", func(map[string]any) map[string]any { return nil }), models.CodeInvalidParameter, "old"},
		"retyped":   {is("title", func(f map[string]any) map[string]any { f["type"] = "Number"; return f }), models.CodeTypeMismatch, "old"},
		"read-only": {is("title", func(f map[string]any) map[string]any { f["isComputed"] = true; return f }), models.CodeReadOnly, "old"},
		"shorter":   {is("title", func(f map[string]any) map[string]any { f["maxLength"] = 20; return f }), models.CodeValueTooLong, "new"},
	} {
		t.Run(name, func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "Drift", "Title": "old"})
			w.describedAs(t, c.change)
			w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "new", "Phone": "555-0102"})
			w.settle(t)
			problems := w.problems(t)
			if len(problems) != 1 || problems[0].Code != c.code || problems[0].Desk == nil || *problems[0].Desk != "title" || *problems[0].Salesforce != "Title" {
				t.Fatalf("%+v", problems)
			}
			if got := w.value(t, models.Desk, desk, "phone"); got != "555-0102" || w.value(t, models.Desk, desk, "title") != c.title || len(w.failures(t)) != 0 {
				t.Errorf("the phone is %q, the title %q, failures %+v", got, w.value(t, models.Desk, desk, "title"), w.failures(t))
			}
			w.faults(t, models.Desk)
			w.clock.advance(11 * time.Minute)
			w.settle(t)
			if got := w.value(t, models.Desk, desk, "title"); got != "new" || len(w.problems(t)) != 0 {
				t.Errorf("once the field is back the title is %q, problems %+v", got, w.problems(t))
			}
		})
	}
}

func TestAPicklistValueThatWasAddedAtTheVendorIsTakenWithoutSavingTheMappingAgain(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Picked"})
	saved, _, problems, err := w.proc.engine.SaveFieldMappings(context.Background(), models.ContactObject, []models.FieldMappingInput{
		{Desk: "lastName", Salesforce: "LastName"}, {Desk: "cf_customer_tier", Salesforce: "Title"}})
	must(t, err)
	if !saved {
		t.Fatalf("%+v", problems)
	}
	sf := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Chooser", "Title": "Unheard of"})
	w.settle(t)
	if log := w.failures(t); len(log) != 1 || log[0].Code != models.CodeInvalidPicklist || log[0].NextRetryAt == nil {
		t.Fatalf("%+v", log)
	}
	w.describedAs(t, func(f map[string]any) map[string]any {
		if f["apiName"] == "cf_customer_tier" {
			f["pickListValues"] = append(f["pickListValues"].([]any), map[string]any{"value": "Unheard of"})
		}
		return f
	})
	check(t, w.proc.turn())
	if len(w.problems(t)) != 0 {
		t.Errorf("an admin is troubled with a value more: %+v", w.problems(t))
	}
	// Desk's own simulator still refuses the value: that it was sent is what counts.
	for _, f := range w.failures(t) {
		if f.Message == "Customer Tier does not have this value" {
			t.Errorf("the record is still refused by the old description: %+v", f)
		}
	}
	_ = sf
}
