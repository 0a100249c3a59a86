package engine_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/mapping"
)

// kinds gives Salesforce's contacts record types: Person by default, and Partner.
func (w *world) kinds(t *testing.T, partner string) {
	t.Helper()
	w.sim(t, models.Salesforce, http.MethodPost, "/_sim/settings", `{"recordTypes":{"Contact":[{"name":"Person","developerName":"Person","default":true},`+
		`{"name":"Partner","developerName":"Partner"`+partner+`}]}}`, nil)
	w.clock.advance(11 * time.Minute) // descriptions are used for ten
}

// kindOf is the name of a Salesforce contact's record type.
func (w *world) kindOf(t *testing.T, id string) string {
	t.Helper()
	described, err := w.proc.engine.Describe(context.Background(), models.Salesforce, models.ContactObject)
	must(t, err)
	for _, f := range described {
		for _, c := range f.Choices {
			if f.Name == "RecordTypeId" && c.Value == w.value(t, models.Salesforce, id, f.Name) {
				return c.Label
			}
		}
	}
	return ""
}

func (w *world) constants(t *testing.T, in ...models.ConstantInput) {
	t.Helper()
	saved, _, problems, err := w.proc.engine.SaveConstants(context.Background(), models.ContactObject, in)
	must(t, err)
	if !saved || len(problems) > 0 {
		t.Fatalf("saved %v, %+v", saved, problems)
	}
}

var (
	asPartner = models.ConstantInput{Side: models.Salesforce, Field: "RecordTypeId", Value: "partner"}
	fromDesk  = models.ConstantInput{Side: models.Salesforce, Field: "LeadSource", Value: "Web"}
	asPaying  = models.ConstantInput{Side: models.Desk, Field: "type", Value: "paidUser"}
)

func TestNewRecordsGetTheirConstantsOnceAndNoOtherRecordDoes(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.kinds(t, "")
		before, _ := w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
		w.constants(t, asPartner, fromDesk, asPaying)
		w.settle(t)
		desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Made", "email": "made@x.example"})
		other := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Also", "Email": "also@x.example"})
		w.settle(t)
		made := w.counterpart(t, models.ContactObject, models.Desk, desk)
		if w.kindOf(t, made) != "Partner" || w.value(t, models.Salesforce, made, "LeadSource") != "Web" {
			t.Errorf("in Salesforce it is a %q from %q", w.kindOf(t, made), w.value(t, models.Salesforce, made, "LeadSource"))
		}
		if kind := w.value(t, models.Desk, w.counterpart(t, models.ContactObject, models.Salesforce, other), "type"); kind != "paidUser" {
			t.Errorf("in Desk it is %q", kind)
		}
		for _, id := range []string{before, other} {
			if w.kindOf(t, id) != "Person" || w.value(t, models.Salesforce, id, "LeadSource") != "" {
				t.Errorf("one that was there is a %q now", w.kindOf(t, id))
			}
		}
		w.edit(t, models.Salesforce, models.ContactObject, made, map[string]any{"LeadSource": "Other"})
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "Boss"})
		w.settle(t)
		if w.value(t, models.Salesforce, made, "LeadSource") != "Other" || w.value(t, models.Salesforce, made, "Title") != "Boss" {
			t.Error("a constant was written again, or an edit was not")
		}
		// One that is purged is made anew, as every new record.
		w.remove(t, models.Salesforce, models.ContactObject, made)
		w.settle(t)
		w.sim(t, models.Salesforce, http.MethodPost, "/_sim/purge", `{"ids":["`+made+`"]}`, nil)
		w.settle(t)
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "Chief"})
		w.settle(t)
		if again := w.counterpart(t, models.ContactObject, models.Desk, desk); again == made || w.kindOf(t, again) != "Partner" {
			t.Errorf("made anew it is a %q", w.kindOf(t, again))
		}
		if len(w.failures(t)) != 0 {
			t.Errorf("%+v", w.failures(t))
		}
	})
}

func TestAConstantThatIsRefusedFailsAndNotTheRecord(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.kinds(t, "")
		w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
		w.constants(t, asPartner, fromDesk)
		w.kinds(t, `,"unavailable":true`)
		desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Made", "email": "made@x.example", "title": "Boss"})
		w.settle(t)
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "Chief"})
		w.settle(t)
		made := w.counterpart(t, models.ContactObject, models.Desk, desk)
		if w.value(t, models.Salesforce, made, "LeadSource") != "Web" || w.value(t, models.Salesforce, made, "Title") != "Chief" || w.each(t) != [2]int{2, 2} {
			t.Fatalf("the record is not there as it should be: %v", w.each(t))
		}
		failed := w.failures(t)
		if len(failed) != 1 || failed[0].Field != "RecordTypeId" || !strings.Contains(failed[0].Message, "isn't valid for the user") {
			t.Fatalf("%+v", failed)
		}
		_, err := w.proc.engine.Retry(context.Background(), nil, models.FailureFilter{})
		must(t, err)
		w.settle(t)
		if len(w.failures(t)) != 0 {
			t.Errorf("it was seen to, and stays open: %+v", w.failures(t))
		}
	})
}

// TestAConstantThatNoRefusalNamesIsFoundToo: a rule of the organization refuses it and names no
// field.
func TestAConstantThatNoRefusalNamesIsFoundToo(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
	w.constants(t, fromDesk)
	w.faults(t, models.Salesforce, `{"kind":"record_fail","code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"not so","fields":[],"contains":"\"LeadSource\":\"Web\""}`)
	desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Made", "email": "made@x.example", "title": "Boss"})
	w.settle(t)
	made := w.counterpart(t, models.ContactObject, models.Desk, desk)
	if made == "" || w.value(t, models.Salesforce, made, "Title") != "Boss" || w.value(t, models.Salesforce, made, "LeadSource") != "" {
		t.Fatalf("%q: %+v", made, w.failures(t))
	}
	if failed := w.failures(t); len(failed) != 1 || failed[0].Field != "LeadSource" || !strings.Contains(failed[0].Message, "not so") {
		t.Errorf("%+v", failed)
	}
}

// TestALostAnswerWithConstantsMakesNoDuplicate: without a mark only the values tell.
func TestALostAnswerWithConstantsMakesNoDuplicate(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.marked[models.Salesforce] = false
		w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
		w.constants(t, fromDesk)
		w.settle(t)
		w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Keyless", "title": "Boss"})
		w.faults(t, models.Salesforce, `{"kind":"drop_after","endpoint":"POST /services/data/*/composite/**","times":1}`)
		w.settle(t)
		if got := w.each(t); got != [2]int{2, 2} || len(w.failures(t)) != 0 {
			t.Errorf("Desk and Salesforce have %v contacts; %+v", got, w.failures(t))
		}
	})
}

func TestConstantsAreRehearsedAndNothingIsSaved(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 20)
	ctx := context.Background()
	proposed := []models.ConstantInput{fromDesk, asPaying}
	o := h.rehearsed(h.engine.RehearseChange(ctx, models.ContactObject, nil, proposed))
	shown := map[models.Side]string{}
	for _, s := range o.Samples {
		for _, c := range s.Changes {
			if s.Action == "CREATE" && c.Field == "LeadSource" {
				shown[c.Side] = fmt.Sprint(c.To)
			}
		}
	}
	if shown[models.Salesforce] != "Web" {
		t.Errorf("the samples show %v", shown)
	}
	if saved, err := h.store.Constants(ctx, models.ContactObject); err != nil || len(saved) != 0 {
		t.Errorf("%+v, %v", saved, err)
	}
	proposed[0].Field = "Email"
	if _, err := h.engine.RehearseChange(ctx, models.ContactObject, nil, proposed); models.CodeOf(err) != models.CodeBadUserInput {
		t.Errorf("a constant in a mapped field: %v", err)
	}
}

func TestAMappingFileBringsConstantsBackAndIsCheckedWithThem(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.kinds(t, "")
	w.pair(t, map[string]any{"LastName": "Before", "Email": "before@x.example"})
	ctx, e := context.Background(), w.proc.engine
	w.constants(t, asPartner, asPaying)
	mappings, err := w.proc.store.FieldMappings(ctx, models.ContactObject)
	must(t, err)
	kept, err := e.Constants(ctx, models.ContactObject)
	must(t, err)
	text, err := mapping.Export(mappings, kept)
	must(t, err)
	w.constants(t)
	read, err := mapping.Import(text)
	must(t, err)
	file := read[models.ContactObject]
	problems, err := e.CheckMapping(ctx, models.ContactObject, file.Mappings, file.Constants)
	must(t, err)
	for _, p := range problems {
		if p.Severity == models.SeverityError {
			t.Errorf("the program's own file: %+v", p)
		}
	}
	w.constants(t, file.Constants...)
	again, err := e.Constants(ctx, models.ContactObject)
	must(t, err)
	if len(again) != 2 || again[0].Value != kept[0].Value || again[1].Value != kept[1].Value {
		t.Errorf("saved again: %+v, before %+v", again, kept)
	}
	filled := append(file.Mappings, models.FieldMappingInput{Desk: "type", Salesforce: "Title"})
	problems, err = e.CheckMapping(ctx, models.ContactObject, filled, file.Constants)
	must(t, err)
	if !slices.ContainsFunc(problems, func(p models.MappingProblem) bool {
		return p.Severity == models.SeverityError && p.Desk != nil && *p.Desk == "type" && p.Code == models.CodeAlreadyMapped
	}) {
		t.Errorf("a constant of a field that the file maps: %+v", problems)
	}
}
