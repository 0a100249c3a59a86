package engine_test

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestAConflictAboutAContactsAccountIsResolvedThroughTheAccountsLink(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Moved"})
	here := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Here"})
	there := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "There"})
	w.settle(t)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"AccountId": here})
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"accountId": w.counterpart(t, models.AccountObject, models.Salesforce, there)})
	w.settle(t)
	list := w.conflicts(t)
	if len(list) != 1 || list[0].Field != "AccountId" || list[0].Winner == nil {
		t.Fatalf("%+v", list)
	}
	loser := list[0].Winner.Other()
	resolved, err := w.proc.engine.ResolveConflict(t.Context(), list[0].ID, loser)
	must(t, err)
	if resolved.ResolvedAt == nil {
		t.Error("it is not resolved")
	}
	w.settle(t)
	want := map[models.Side]string{models.Salesforce: here, models.Desk: there}[loser]
	if got := w.value(t, models.Salesforce, sf, "AccountId"); got != want {
		t.Errorf("Salesforce has the account %s, not %s", got, want)
	}
	if got := w.value(t, models.Desk, desk, "accountId"); got != w.counterpart(t, models.AccountObject, models.Salesforce, want) {
		t.Errorf("Desk has the account %s", got)
	}
	if _, err := w.proc.engine.ResolveConflict(t.Context(), list[0].ID, loser); models.CodeOf(err) != models.CodeConflict {
		t.Errorf("a conflict was resolved twice: %v", err)
	}
}
