package engine_test

import (
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestARecordIsNotMadeBesideOneThatIsMappedAlready(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(string(side), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "First", "Email": "old@example.com"})
			id := map[models.Side]string{models.Desk: desk, models.Salesforce: sf}
			email := map[models.Side]string{models.Desk: "email", models.Salesforce: "Email"}
			name := map[models.Side]string{models.Desk: "lastName", models.Salesforce: "LastName"}
			second := w.create(t, side.Other(), models.ContactObject, map[string]any{name[side.Other()]: "Second", email[side.Other()]: "new@example.com"})
			w.proc.engine.PollNow()
			must(t, w.proc.engine.Pass(t.Context())) // the second is owed
			w.edit(t, side, models.ContactObject, id[side], map[string]any{email[side]: "new@example.com"})
			w.settle(t)
			log := w.failures(t)
			if n := w.live(t, side, models.ContactObject); n != 1 || len(log) != 1 || log[0].Code != models.CodeAlreadyMapped || log[0].RecordID != second {
				t.Fatalf("%d contacts, failures %+v", n, log)
			}
			w.edit(t, side, models.ContactObject, id[side], map[string]any{email[side]: "third@example.com"})
			w.settle(t)
			if made := w.counterpart(t, models.ContactObject, side.Other(), second); made == "" || len(w.failures(t)) != 0 {
				t.Errorf("with the email given up, the second's counterpart is %q; failures %+v", made, w.failures(t))
			}
		})
	}
}

// Salesforce keeps email addresses in lower case, Desk as they were typed.
func TestEmailsThatDifferInCaseAloneAreNoConflictAndStayAsTheyAre(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Lovelace", "Email": "ada@x.example"})
	desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Lovelace", "email": "Ada@X.example"})
	w.boot(t).connect(t)
	w.settle(t)
	if got := w.counterpart(t, models.ContactObject, models.Salesforce, sf); got != desk {
		t.Fatalf("paired with %q", got)
	}
	if list := w.conflicts(t); len(list) != 0 {
		t.Errorf("%+v", list)
	}
	if got := w.value(t, models.Desk, desk, "email"); got != "Ada@X.example" {
		t.Errorf("Desk has %q", got)
	}
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"email": "Countess@X.example"})
	w.settle(t)
	if got := w.value(t, models.Salesforce, sf, "Email"); got != "countess@x.example" {
		t.Errorf("Salesforce has %q", got)
	}
	if got := w.value(t, models.Desk, desk, "email"); got != "Countess@X.example" {
		t.Errorf("Desk has %q after the edit", got)
	}
}

func TestARecordThatTheVendorRefusesToLookForHoldsUpNobodyElse(t *testing.T) {
	for source, refused := range map[models.Side]string{
		models.Salesforce: `{"kind":"status","endpoint":"/api/v1/contacts/search","contains":"poison@x.example","status":422,"body":{"errorCode":"INVALID_DATA","message":"no","errors":[]}}`,
		models.Desk:       `{"kind":"status","endpoint":"/services/data/*/query","contains":"poison@x.example","status":400,"body":[{"errorCode":"MALFORMED_QUERY","message":"no"}]}`,
	} {
		t.Run(string(source), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.boot(t).connect(t)
			w.settle(t)
			last, email := "LastName", "Email"
			if source == models.Desk {
				last, email = "lastName", "email"
			}
			w.faults(t, source.Other(), refused)
			for i := range 6 {
				address := fmt.Sprintf("fine%d@x.example", i)
				if i == 2 {
					address = "poison@x.example"
				}
				w.create(t, source, models.ContactObject, map[string]any{last: fmt.Sprint("Person ", i), email: address})
			}
			w.settle(t)
			if n := w.live(t, source.Other(), models.ContactObject); n != 5 {
				t.Errorf("%d of the 5 others are through", n)
			}
			if list := w.failures(t); len(list) != 1 || *list[0].RecordName != "Person 2" {
				t.Errorf("%+v", list)
			}
			w.faults(t, source.Other())
			if _, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{}); err != nil {
				t.Fatal(err)
			}
			w.settle(t)
			if n, list := w.live(t, source.Other(), models.ContactObject), w.failures(t); n != 6 || len(list) != 0 {
				t.Errorf("after the mend there are %d, and %+v", n, list)
			}
		})
	}
}
