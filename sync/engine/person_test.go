package engine_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// person makes a person account in Salesforce, and answers the ids of its account and its contact.
func (w *world) person(t *testing.T, values map[string]any) (account, contact string) {
	t.Helper()
	w.sim(t, models.Salesforce, http.MethodPost, "/_sim/settings", `{"personAccounts":true}`, nil)
	_, described := w.user(t, models.Salesforce, http.MethodGet, rest+"/sobjects/Account/describe", nil)
	for _, one := range described["recordTypeInfos"].([]any) {
		if info := one.(map[string]any); info["name"] == "Person Account" {
			values["RecordTypeId"] = info["recordTypeId"]
		}
	}
	account = w.create(t, models.Salesforce, models.AccountObject, values)
	r, _ := w.get(t, models.Salesforce, models.AccountObject, account)
	return account, r.values["PersonContactId"]
}

// TestAPersonAccountIsOneContactAndNoAccount: one thing in Salesforce is one thing in Desk.
func TestAPersonAccountIsOneContactAndNoAccount(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		account, contact := w.person(t, map[string]any{"FirstName": "Ama", "LastName": "Okafor", "PersonEmail": "ama@okafor.example", "PersonTitle": "Pilot"})
		known := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Mensah", "email": "kofi@mensah.example", "phone": "+233 1"})
		_, matched := w.person(t, map[string]any{"LastName": "Mensah", "PersonEmail": "kofi@mensah.example"})
		company := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Acme"})
		w.boot(t).connect(t)
		w.settle(t)
		desk := w.counterpart(t, models.ContactObject, models.Salesforce, contact)
		if w.value(t, models.Desk, desk, "title") != "Pilot" || w.value(t, models.Desk, desk, "accountId") != "" || w.counterpart(t, models.ContactObject, models.Salesforce, matched) != known {
			t.Fatalf("the contacts: %q, %+v", desk, w.failures(t))
		}
		if w.counterpart(t, models.AccountObject, models.Salesforce, account) != "" || w.counterpart(t, models.AccountObject, models.Salesforce, company) == "" || w.live(t, models.Desk, models.AccountObject) != 1 {
			t.Error("a person is an account in Desk, or a company is none")
		}
		w.settle(t)
		w.clock.advance(time.Minute)

		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"phone": "+234 1", "email": "ama@new.example"})
		w.edit(t, models.Salesforce, models.AccountObject, account, map[string]any{"LastName": "Okafor-Bello", "PersonTitle": "Captain"})
		w.settle(t)
		if w.value(t, models.Salesforce, contact, "Phone") != "+234 1" || w.value(t, models.Salesforce, contact, "Email") != "ama@new.example" ||
			w.value(t, models.Desk, desk, "lastName") != "Okafor-Bello" || w.value(t, models.Desk, desk, "title") != "Captain" {
			t.Errorf("edits are not on both sides; %+v", w.failures(t))
		}
		if failed := w.failures(t); len(failed) != 0 {
			t.Errorf("%+v", failed)
		}
		// An agent's choice of account stays in Desk: a person has none but themselves.
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"accountId": w.counterpart(t, models.AccountObject, models.Salesforce, company), "title": "Admiral"})
		w.settle(t)
		if w.value(t, models.Salesforce, contact, "Title") != "Admiral" || w.value(t, models.Salesforce, contact, "AccountId") != account || len(w.failures(t)) != 0 {
			t.Errorf("%+v", w.failures(t))
		}
		w.personsAddUp(t)

		// The name cannot be written through the contact: that field fails, and the others go on.
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"lastName": "Other", "title": "Commodore"})
		w.settle(t)
		if w.value(t, models.Salesforce, contact, "Title") != "Commodore" || w.value(t, models.Salesforce, contact, "LastName") != "Okafor-Bello" {
			t.Error("a name that is refused keeps the title out")
		}
		if failed := w.failures(t); len(failed) != 1 || failed[0].Field != "LastName" {
			t.Errorf("%+v", failed)
		}
		w.written()
		w.turns()
		if wrote := w.written(); len(wrote) != 0 {
			t.Errorf("it is written again and again: %v", wrote)
		}
	})
}

// personsAddUp wants every contact to be equal, no account to be missed, and nothing to be doubled.
func (w *world) personsAddUp(t *testing.T) {
	t.Helper()
	contacts, accounts := w.compareNow(t, models.ContactObject), w.compareNow(t, models.AccountObject)
	if contacts.Equal != 2 || contacts.Alone != 0 || accounts.Equal != 1 || because(accounts, models.DriftOutside, "") != 2 {
		t.Errorf("contacts %+v, accounts %+v", contacts, accounts)
	}
	if got := w.each(t); got != [2]int{2, 2} {
		t.Errorf("Desk and Salesforce have %v contacts", got)
	}
}

// TestAPersonsAccountIsNotLookedForInDesk: an account of the same name in Desk is left alone, and
// nothing is made beside it.
func TestAPersonsAccountIsNotLookedForInDesk(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	account, contact := w.person(t, map[string]any{"LastName": "Solo", "PersonEmail": "solo@x.example"})
	desk := w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "Solo"})
	w.boot(t).connect(t)
	w.settle(t)
	if w.counterpart(t, models.AccountObject, models.Desk, desk) != "" || w.counterpart(t, models.AccountObject, models.Salesforce, account) != "" || w.live(t, models.Salesforce, models.AccountObject) != 1 {
		t.Error("an account of a person's name was linked to the person, or made a second time")
	}
	if w.counterpart(t, models.ContactObject, models.Salesforce, contact) == "" || len(w.failures(t)) != 0 {
		t.Errorf("%+v", w.failures(t))
	}
	var r models.DriftReport
	must(t, w.proc.engine.CompareAll(context.Background(), &r))
	for _, o := range r.Objects {
		if because(o, models.DriftUnexplained, "") != 0 {
			t.Errorf("%+v", o)
		}
	}
}
