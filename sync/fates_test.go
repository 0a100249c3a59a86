package sync_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/mapping"
)

// pair makes a contact in Salesforce, lets it reach Desk, and answers both ids.
func (w *world) pair(t *testing.T, values map[string]any) (salesforce, desk string) {
	t.Helper()
	if w.proc == nil {
		w.boot(t).connect(t)
		w.settle(t)
	}
	salesforce = w.create(t, models.Salesforce, models.ContactObject, values)
	w.settle(t)
	return salesforce, w.counterpart(t, models.ContactObject, models.Salesforce, salesforce)
}

// counterpart is the id of the record on the other side, "" when there is none.
func (w *world) counterpart(t *testing.T, object models.SyncObject, side models.Side, id string) string {
	t.Helper()
	links, err := w.store.LinksByRecord(context.Background(), object, side, []string{id})
	must(t, err)
	l, known := links[id]
	if !known {
		return ""
	}
	return l.RecordID(side.Other())
}

// get is a record as the vendor has it; false when it holds none.
func (w *world) get(t *testing.T, side models.Side, object models.SyncObject, id string) (rec, bool) {
	t.Helper()
	for _, r := range w.dump(t)[side][object] {
		if r.id == id {
			return r, true
		}
	}
	return rec{}, false
}

func (w *world) value(t *testing.T, side models.Side, id, field string) string {
	t.Helper()
	r, _ := w.get(t, side, models.ContactObject, id)
	return r.values[field]
}

func (w *world) live(t *testing.T, side models.Side, object models.SyncObject) (n int) {
	t.Helper()
	for _, r := range w.dump(t)[side][object] {
		if !r.deleted {
			n++
		}
	}
	return n
}

// rule sets the rule of one mapped field.
func (w *world) rule(t *testing.T, object models.SyncObject, field string, rule models.FieldRule) {
	t.Helper()
	inputs := mapping.Defaults(object)
	for i := range inputs {
		if inputs[i].Salesforce == field {
			inputs[i].Rule = &rule
		}
	}
	saved, _, problems, err := w.proc.engine.SaveFieldMappings(context.Background(), object, inputs)
	must(t, err)
	if !saved {
		t.Fatalf("%+v", problems)
	}
}

func (w *world) conflicts(t *testing.T) []models.Conflict {
	t.Helper()
	list, err := w.store.Conflicts(context.Background(), models.ConflictFilter{}, models.Page{}, false)
	must(t, err)
	return list.Rows
}

func (w *world) failures(t *testing.T) []models.Failure {
	t.Helper()
	open := false
	list, err := w.store.Failures(context.Background(), models.FailureFilter{Resolved: &open}, models.Page{}, false)
	must(t, err)
	return list.Rows
}

func TestAnEditThatNobodyHasToldOfYetIsNotOverwrittenSilently(t *testing.T) {
	for _, target := range models.Sides {
		t.Run(string(target), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "Edited", "Phone": "1"})
			w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"phone": "from Desk"})
			w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Phone": "from Salesforce"})
			// Only the source's edit is told of; the target's poll comes later.
			id := map[models.Side]string{models.Desk: desk, models.Salesforce: sf}[target.Other()]
			must(t, w.proc.engine.Hint(t.Context(), target.Other(), models.ContactObject, []models.Hint{{ID: id}}))
			must(t, w.proc.engine.Pass(t.Context()))
			if _, err := w.proc.engine.ExecuteOnce(t.Context(), target); err != nil {
				t.Fatal(err)
			}
			w.settle(t)
			a, b := w.value(t, models.Desk, desk, "phone"), w.value(t, models.Salesforce, sf, "Phone")
			list := w.conflicts(t)
			if a != b || len(list) != 1 || list[0].Desk.String() != "from Desk" || list[0].Salesforce.String() != "from Salesforce" {
				t.Errorf("%q in Desk, %q in Salesforce, %d conflicts", a, b, len(list))
			}
		})
	}
}

func TestARecordThatLivesAgainBeforeItIsRestoredIsNotMadeTwice(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.marked[models.Salesforce] = false // a mark would have found it
	sf, desk := w.pair(t, map[string]any{"LastName": "Undeleted"})
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "After"})
	w.proc.engine.PollNow()
	must(t, w.proc.engine.Pass(t.Context())) // a restore is owed
	w.restore(t, models.Salesforce, sf)
	w.settle(t)
	if n := w.live(t, models.Salesforce, models.ContactObject); n != 1 || w.value(t, models.Salesforce, sf, "Title") != "After" {
		t.Errorf("%d contacts in Salesforce, its title %q", n, w.value(t, models.Salesforce, sf, "Title"))
	}
}

func TestARestoredRecordIsComparedWhole(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Restored"})
	w.rule(t, models.ContactObject, "Phone", models.RuleSalesforceToDesk)
	w.settle(t)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Phone": "before it was deleted"})
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.settle(t)
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "After"})
	w.settle(t)
	if got := w.value(t, models.Desk, desk, "phone"); got != "before it was deleted" {
		t.Errorf("Desk has the phone %q", got)
	}
}

func TestAMergeWhoseSurvivorIsGoneTooIsADeletion(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Loser"})
	survivor := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Survivor"})
	w.user(t, models.Salesforce, "POST", "/_sim/merge", map[string]any{"master": survivor, "losers": []string{sf}})
	w.remove(t, models.Salesforce, models.ContactObject, survivor)
	w.settle(t)
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "After"})
	w.settle(t)
	again := w.counterpart(t, models.ContactObject, models.Desk, desk)
	if r, there := w.get(t, models.Salesforce, models.ContactObject, again); !there || r.deleted || r.values["Title"] != "After" {
		t.Errorf("the edit of the survivor in Desk has no counterpart: %+v", r)
	}
}

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
	if got := w.value(t, models.Desk, desk, "title"); got != "Goes through" || newcomer == "" || len(w.failures(t)) > 0 {
		t.Errorf("the title is %q, the newcomer's counterpart %q, failures %+v", got, newcomer, w.failures(t))
	}
	w.restore(t, models.Desk, there)
	w.settle(t)
	for _, id := range []string{desk, newcomer} {
		if got := w.value(t, models.Desk, id, "accountId"); got != there {
			t.Errorf("with the account back, %s belongs to %q", id, got)
		}
	}
}

func TestAPairDeletedOnBothSidesIsAPairAgainWhenBothComeBack(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Twice gone"})
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.remove(t, models.Desk, models.ContactObject, desk)
	w.settle(t)
	w.restore(t, models.Desk, desk)
	w.restore(t, models.Salesforce, sf)
	w.settle(t)
	if a, b := w.live(t, models.Desk, models.ContactObject), w.live(t, models.Salesforce, models.ContactObject); a != 1 || b != 1 {
		t.Errorf("%d contacts in Desk and %d in Salesforce, of one person", a, b)
	}
}

func TestADeletionIsNotUndoneForAFieldThatIsNotSynced(t *testing.T) {
	for _, rule := range []models.FieldRule{models.RuleOff, models.RuleSalesforceToDesk} {
		t.Run(string(rule), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.boot(t).connect(t)
			w.rule(t, models.ContactObject, "Title", rule)
			w.settle(t)
			desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Mine", "title": "Of Desk alone"})
			w.settle(t)
			sf := w.counterpart(t, models.ContactObject, models.Desk, desk)
			w.remove(t, models.Salesforce, models.ContactObject, sf)
			w.settle(t)
			w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "Of Desk alone, edited"})
			w.clock.advance(time.Hour)
			w.settle(t)
			if n := w.live(t, models.Salesforce, models.ContactObject); n != 0 {
				t.Error("the deleted contact came back")
			}
		})
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

func TestALostCreateWhoseRecordWasMatchedByAnotherOneHoldsNothingUp(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.boot(t).connect(t)
	w.settle(t)
	first := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "First", "Email": "same@example.com"})
	w.faults(t, models.Desk, `{"kind":"drop_after","endpoint":"POST /api/v1/contacts","times":1}`)
	_ = w.proc.turn()
	w.remove(t, models.Salesforce, models.ContactObject, first)
	second := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Second", "Email": "same@example.com"})
	w.proc.engine.PollNow()
	must(t, w.proc.engine.Pass(t.Context())) // the lost record and the second are a pair now
	other := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Other"})
	w.settle(t)
	if a, b := w.counterpart(t, models.ContactObject, models.Salesforce, second), w.counterpart(t, models.ContactObject, models.Salesforce, other); a == "" || b == "" || w.live(t, models.Desk, models.ContactObject) != 2 {
		t.Errorf("counterparts %q and %q, %d contacts in Desk", a, b, w.live(t, models.Desk, models.ContactObject))
	}
}

func TestTheRecordOfALostCreateIsKnownThoughTheVendorTrimmedItsName(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.marked[models.Salesforce] = false
	w.boot(t).connect(t)
	w.settle(t)
	first := w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "ACME ", "phone": "1"})
	w.faults(t, models.Salesforce, `{"kind":"reset","endpoint":"POST /services/data/v68.0/composite/sobjects","times":1}`)
	_ = w.proc.turn()
	w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "Acme", "phone": "2"})
	w.settle(t)
	if n := w.live(t, models.Salesforce, models.AccountObject); n != 1 || w.counterpart(t, models.AccountObject, models.Desk, first) == "" {
		t.Errorf("%d accounts in Salesforce, the first one's counterpart is %q", n, w.counterpart(t, models.AccountObject, models.Desk, first))
	}
}

func TestACreateThatIsSentAgainDoesNotGoOverWhatWasEditedSince(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.boot(t).connect(t)
	w.settle(t)
	desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "As it was made"})
	w.faults(t, models.Salesforce, `{"kind":"status","status":500,"commit":true,"endpoint":"PATCH **","times":1}`)
	_ = w.proc.turn()
	var made string
	for _, r := range w.dump(t)[models.Salesforce][models.ContactObject] {
		made = r.id
	}
	w.edit(t, models.Salesforce, models.ContactObject, made, map[string]any{"LastName": "As a user wants it"})
	w.settle(t)
	if a, b := w.value(t, models.Desk, desk, "lastName"), w.value(t, models.Salesforce, made, "LastName"); a != "As a user wants it" || b != a {
		t.Errorf("%q in Desk, %q in Salesforce", a, b)
	}
}

func TestTheMarkOfARecordThatHasBecomeAnotherOnesIsNotWrittenOver(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.boot(t).connect(t)
	w.settle(t)
	first := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "First", "email": "same@example.com"})
	w.faults(t, models.Salesforce, `{"kind":"drop_after","endpoint":"PATCH **","times":1}`)
	_ = w.proc.turn()
	w.edit(t, models.Desk, models.ContactObject, first, map[string]any{"email": "other@example.com"})
	second := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Second", "email": "same@example.com"})
	w.proc.engine.PollNow()
	must(t, w.proc.engine.Pass(t.Context())) // what was made for the first is paired with the second
	w.settle(t)
	made := w.counterpart(t, models.ContactObject, models.Desk, second)
	log := w.failures(t)
	if made == "" || w.value(t, models.Salesforce, made, "Email") != "same@example.com" || len(log) != 1 || log[0].Code != models.CodeAlreadyMapped || log[0].RecordID != first {
		t.Errorf("the second's counterpart is %q with the email %q; failures %+v", made, w.value(t, models.Salesforce, made, "Email"), log)
	}
}

func TestACreateThatMayHaveBeenDoneIsLookedForThoughItIsNotWantedAnyMore(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.boot(t).connect(t)
	w.settle(t)
	desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Made all the same"})
	w.faults(t, models.Salesforce, `{"kind":"status","status":500,"commit":true,"endpoint":"PATCH **","times":1}`)
	_ = w.proc.turn()
	oneWay := models.SalesforceToDesk
	_, err := w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{Direction: &oneWay})
	must(t, err)
	w.settle(t)
	if n := w.live(t, models.Desk, models.ContactObject); n != 1 || w.counterpart(t, models.ContactObject, models.Desk, desk) == "" {
		t.Errorf("%d contacts in Desk of one person, its counterpart is %q", n, w.counterpart(t, models.ContactObject, models.Desk, desk))
	}
}

func TestWhatWasEditedInARecordThatLivesAgainIsNotWrittenOverByItsRestore(t *testing.T) {
	for _, side := range models.Sides {
		w := onWorld(t, storetest.SQLiteAddress(t))
		sf, desk := w.pair(t, map[string]any{"LastName": "Restored twice", "Phone": "1"})
		gone, kept := desk, sf
		phone := map[models.Side]string{models.Desk: "phone", models.Salesforce: "Phone"}
		if side == models.Salesforce {
			gone, kept = sf, desk
		}
		w.remove(t, side, models.ContactObject, gone)
		w.edit(t, side.Other(), models.ContactObject, kept, map[string]any{phone[side.Other()]: "of the one that stayed"})
		w.proc.engine.PollNow()
		must(t, w.proc.engine.Pass(t.Context())) // a restore is owed
		w.restore(t, side, gone)
		w.edit(t, side, models.ContactObject, gone, map[string]any{phone[side]: "of the one that came back"})
		w.settle(t)
		if n := len(w.conflicts(t)); n != 1 {
			t.Errorf("%s: %d conflicts tell of the two edits", side, n)
		}
	}
}

func TestAnUpdateThatRefersToAnAccountDeletedMeanwhileIsNotTriedForever(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	there := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Short-lived"})
	here := w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "Short-lived"})
	desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Member", "email": "m@example.com", "accountId": here})
	w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Member", "Email": "m@example.com", "Title": "of Salesforce"})
	w.boot(t).connect(t)
	must(t, w.proc.engine.Pass(t.Context())) // both sides are read, and the account is owed to Salesforce's contact
	w.remove(t, models.Salesforce, models.AccountObject, there)
	w.settle(t)
	if got := w.value(t, models.Desk, desk, "title"); got != "of Salesforce" {
		t.Errorf("Desk has the title %q; failures %+v", got, w.failures(t))
	}
}
