package engine_test

import (
	"slices"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestAContactWhoseAccountIsDeletedDoesNotKeepTheLoadFromEnding(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	account := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Gone"})
	contact := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Orphan", "AccountId": account})
	w.remove(t, models.Salesforce, models.AccountObject, account) // its contacts go with it
	w.restore(t, models.Salesforce, contact)
	w.boot(t).connect(t)
	w.settle(t)
	if w.counterpart(t, models.ContactObject, models.Salesforce, contact) == "" {
		t.Errorf("the contact has no counterpart; failures: %+v", w.failures(t))
	}
}

func TestOnlyTheReferenceWaitsForAnAccountThatIsDeletedOnTheOtherSide(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	account := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Trashed in Desk"})
	sf, desk := w.pair(t, map[string]any{"LastName": "Member", "AccountId": account})
	there := w.counterpart(t, models.AccountObject, models.Salesforce, account)
	w.remove(t, models.Desk, models.AccountObject, there)
	w.settle(t)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "Goes through"})
	second := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Newcomer", "AccountId": account})
	w.settle(t)
	newcomer := w.counterpart(t, models.ContactObject, models.Salesforce, second)
	log := w.failures(t)
	if got := w.value(t, models.Desk, desk, "title"); got != "Goes through" || newcomer == "" || len(log) != 1 || log[0].Field != "AccountId" || log[0].Code != models.CodeParentMissing {
		t.Errorf("the title is %q, the newcomer's counterpart %q, failures %+v", got, newcomer, log)
	}
	w.restore(t, models.Desk, there)
	w.settle(t)
	if log := w.failures(t); len(log) != 0 {
		t.Errorf("with the account back: %+v", log)
	}
	for _, id := range []string{desk, newcomer} {
		if got := w.value(t, models.Desk, id, "accountId"); got != there {
			t.Errorf("with the account back, %s belongs to %q", id, got)
		}
	}
}

func TestAContactWhoseAccountWasNeverSeenWaitsForItOnlyForAWhile(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.boot(t).connect(t)
	w.settle(t)
	account := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Came and went"})
	contact := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Stays", "AccountId": account})
	w.remove(t, models.Salesforce, models.AccountObject, account)
	w.restore(t, models.Salesforce, contact)
	w.settle(t)
	if w.counterpart(t, models.ContactObject, models.Salesforce, contact) == "" {
		t.Error("the contact has no counterpart")
	}
}

func TestAnUpdateThatRefersToAnAccountDeletedMeanwhileIsNotTriedForever(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	there := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Short-lived"})
	here := w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "Short-lived"})
	desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Member", "email": "m@example.com", "accountId": here})
	w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Member", "Email": "m@example.com", "Title": "of Salesforce"})
	w.boot(t).connect(t)
	// Both sides are read, and the account is owed to Salesforce's contact.
	must(t, w.proc.engine.Pass(t.Context()))
	w.remove(t, models.Salesforce, models.AccountObject, there)
	w.settle(t)
	if got := w.value(t, models.Desk, desk, "title"); got != "of Salesforce" {
		t.Errorf("Desk has the title %q; failures %+v", got, w.failures(t))
	}
}

func TestAWriteThatRefersToAnAccountJustDeletedGoesOnWithoutIt(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(string(side), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.boot(t).connect(t)
			w.settle(t)
			account := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Short-lived"})
			w.settle(t)
			accounts := map[models.Side]string{models.Salesforce: account, models.Desk: w.counterpart(t, models.AccountObject, models.Salesforce, account)}
			fields := map[models.Side][4]string{models.Desk: {"lastName", "email", "accountId", "phone"}, models.Salesforce: {"LastName", "Email", "AccountId", "Phone"}}
			from, to := fields[side.Other()], fields[side]
			w.create(t, side.Other(), models.ContactObject, map[string]any{from[0]: "Member", from[1]: "m@example.com", from[2]: accounts[side.Other()], from[3]: "1"})
			half := w.create(t, side, models.ContactObject, map[string]any{to[0]: "Member", to[1]: "m@example.com"})
			alone := w.create(t, side.Other(), models.ContactObject, map[string]any{from[0]: "Alone", from[2]: accounts[side.Other()], from[3]: "2"})
			w.proc.engine.PollNow()
			// The account and the phone are owed to one, the other is to be made.
			must(t, w.proc.engine.Pass(t.Context()))
			w.remove(t, side, models.AccountObject, accounts[side])
			for range 3 {
				_, _ = w.proc.engine.ExecuteOnce(t.Context(), side)
			}
			if log := w.failures(t); len(log) != 0 {
				t.Errorf("what is known by now has failed: %+v", log)
			}
			w.settle(t)
			made := w.counterpart(t, models.ContactObject, side.Other(), alone)
			more := slices.ContainsFunc(w.failures(t), func(f models.Failure) bool { return f.Field != "AccountId" || f.Code != models.CodeParentMissing })
			if one, other := w.value(t, side, half, to[3]), w.value(t, side, made, to[3]); one != "1" || other != "2" || more {
				t.Errorf("the phones are %q and %q; failures %+v", one, other, w.failures(t))
			}
		})
	}
}
