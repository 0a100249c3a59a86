package sync_test

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

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
