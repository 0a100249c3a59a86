package engine_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// rita is one person whom Desk knows by two emails, and Salesforce by the second one.
func rita(t *testing.T, w *world) (desk, sf string) {
	t.Helper()
	desk = w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Duarte", "email": "rita@work.example", "secondaryEmail": "Rita.Duarte@home.example", "phone": "1"})
	sf = w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Duarte", "Email": "rita.duarte@home.example", "Title": "Chief"})
	return desk, sf
}

func TestASecondEmailMakesNoSecondPersonSilently(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.boot(t).connect(t)
		w.settle(t)
		desk, sf := rita(t, w)
		w.settle(t)
		failed := w.failures(t)
		if got := w.each(t); got != [2]int{1, 1} || len(failed) != 2 {
			t.Fatalf("Desk and Salesforce have %v contacts; failures: %+v", got, failed)
		}
		for _, f := range failed {
			if f.Code != models.CodeAmbiguousMatch || len(f.Fields) != 1 || f.Fields[0] != "secondaryEmail" {
				t.Errorf("%+v", f)
			}
		}
		on := true
		_, err := w.proc.engine.SetPolicy(context.Background(), models.SyncPolicy{MatchSecondaryEmail: &on})
		must(t, err)
		w.settle(t)
		if w.counterpart(t, models.ContactObject, models.Salesforce, sf) != desk || len(w.failures(t)) != 0 {
			t.Fatalf("they are not linked: %+v", w.failures(t))
		}
		if w.value(t, models.Desk, desk, "title") != "Chief" || w.value(t, models.Salesforce, sf, "Phone") != "1" {
			t.Error("what one lacked was not filled")
		}
		if w.value(t, models.Desk, desk, "email") != "rita@work.example" || w.value(t, models.Salesforce, sf, "Email") != "rita.duarte@home.example" || len(w.conflicts(t)) != 0 {
			t.Error("the emails were touched")
		}
		// A further contact with the second email is not made beside the linked one.
		w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Duarte", "FirstName": "R.", "Email": "rita.duarte@home.example"})
		w.clock.advance(time.Minute)
		w.settle(t)
		if got := w.each(t); got != [2]int{1, 2} || len(w.failures(t)) != 1 || w.failures(t)[0].Code != models.CodeAlreadyMapped {
			t.Errorf("%v, %+v", got, w.failures(t))
		}
	})
}
