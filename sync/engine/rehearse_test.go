package engine_test

import (
	"context"
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// rehearsed waits for a rehearsal's end.
func (h *liveEngine) rehearsed(begun models.Rehearsal, err error) models.RehearsalObject {
	h.t.Helper()
	must(h.t, err)
	var r *models.Rehearsal
	h.soon("the rehearsal is done", func() bool {
		r, err = h.store.Rehearsal(context.Background(), begun.ID)
		must(h.t, err)
		return r.Status != models.RunRunning
	})
	for _, o := range r.Objects {
		if o.Object == models.ContactObject && r.Status == models.RunDone {
			return o
		}
	}
	h.t.Fatalf("%+v", r)
	return models.RehearsalObject{}
}

func TestAChangeOfTheMappingIsRehearsedByTheSamePlanAndNothingIsWritten(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		h := open(t, address, 20, deaf)
		h.settleDeaf()
		written, mapped := h.written(), h.mappings()
		proposed := append([]models.FieldMappingInput{}, mapped...)
		proposed = append(proposed, models.FieldMappingInput{Desk: "cf_customer_tier", Salesforce: "Tier__c"})
		o := h.rehearsed(h.engine.RehearseChange(context.Background(), models.ContactObject, proposed, nil))
		if o.UpdateInDesk+o.UpdateInSalesforce == 0 || o.CreateInDesk+o.CreateInSalesforce != 0 {
			t.Errorf("%+v", o)
		}
		named := 0
		for _, s := range o.Samples {
			if s.RecordName == nil {
				t.Errorf("a sample does not say whose it is: %+v", s)
			}
			for _, c := range s.Changes {
				if c.Field == "Tier__c" {
					named++
				}
			}
		}
		if named == 0 {
			t.Errorf("no sample shows the proposed field by the mapping's name: %+v", o.Samples)
		}
		h.settle()
		if after := h.written(); after[models.Desk] != written[models.Desk] || after[models.Salesforce] != written[models.Salesforce] || len(h.mappings()) != len(mapped) {
			t.Errorf("a rehearsal has written or saved something: %v, before %v", after, written)
		}
		// What was forecast is what happens.
		saved, _, problems, err := h.engine.SaveFieldMappings(context.Background(), models.ContactObject, proposed)
		must(t, err)
		if !saved {
			t.Fatalf("%+v", problems)
		}
		h.soon("the forecast came true", func() bool {
			after := h.written()
			return after[models.Desk]-written[models.Desk] == o.UpdateInDesk && after[models.Salesforce]-written[models.Salesforce] == o.UpdateInSalesforce
		})
		_, err = h.engine.RehearseChange(context.Background(), models.ContactObject, []models.FieldMappingInput{{Desk: "cf_nothing", Salesforce: "Title"}}, nil)
		if models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("a mapping that cannot be saved: %v", err)
		}
	})
}

// mappings are the contacts' mappings as an admin would ask for them.
func (h *liveEngine) mappings() []models.FieldMappingInput {
	h.t.Helper()
	list, err := h.store.FieldMappings(context.Background(), models.ContactObject)
	must(h.t, err)
	out := make([]models.FieldMappingInput, len(list))
	for i, m := range list {
		out[i] = models.FieldMappingInput{Desk: m.Desk.Name, Salesforce: m.Salesforce.Name, Rule: &m.Rule}
	}
	return out
}

func TestPoliciesAreRehearsedAndNotSaved(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		ctx := context.Background()
		h := open(t, address, 5)
		both := models.Text("")
		for _, r := range h.records(models.Salesforce) {
			if !r.Values["Email"].IsBlank() {
				both = r.Values["Email"]
			}
		}
		h.deskAPI("POST", "/api/v1/contacts", fmt.Sprintf(`{"lastName":"Duarte","email":"rita@work.example","secondaryEmail":%q,"phone":"1"}`, both.String()))
		h.settle()
		on, off, oneWay := true, false, models.SalesforceToDesk
		with := h.rehearsed(h.engine.RehearsePolicy(ctx, models.SyncPolicy{MatchSecondaryEmail: &on}))
		if with.Matched != 1 || with.Ambiguous != 0 || with.UpdateInSalesforce != 1 {
			t.Errorf("with second emails: %+v", with)
		}
		one := h.rehearsed(h.engine.RehearsePolicy(ctx, models.SyncPolicy{MatchSecondaryEmail: &on, Direction: &oneWay}))
		if one.Matched != 1 || one.UpdateInSalesforce != 0 {
			t.Errorf("and in one direction: %+v", one)
		}
		without := h.rehearsed(h.engine.RehearsePolicy(ctx, models.SyncPolicy{MatchSecondaryEmail: &off}))
		if without.Matched != 0 || without.Ambiguous != 2 {
			t.Errorf("without second emails: %+v", without)
		}
		in, err := h.store.Integration(ctx)
		must(t, err)
		if in.MatchSecondaryEmail || in.Direction != models.TwoWay {
			t.Errorf("a rehearsal saved something: %+v", in)
		}
	})
}
