package engine_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

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
	// What was made for the first is paired with the second.
	must(t, w.proc.engine.Pass(t.Context()))
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

func TestTheRecordOfALostCreateIsKnownBesideAnotherOneThatMatches(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.marked[models.Desk] = false
	w.boot(t).connect(t)
	w.settle(t)
	sf := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Lost", "Email": "same@example.com"})
	w.faults(t, models.Desk, `{"kind":"drop_after","endpoint":"POST /api/v1/contacts","times":1}`)
	_ = w.proc.turn()
	w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Somebody else", "email": "same@example.com"})
	for range 10 { // without a poll
		_, err := w.proc.engine.ExecuteOnce(t.Context(), models.Desk)
		must(t, err)
		w.clock.advance(10 * time.Second)
	}
	w.settle(t)
	made := w.counterpart(t, models.ContactObject, models.Salesforce, sf)
	log := w.failures(t)
	if n := w.live(t, models.Desk, models.ContactObject); made == "" || w.value(t, models.Desk, made, "lastName") != "Lost" || n != 2 || len(log) != 1 || log[0].Code != models.CodeAlreadyMapped {
		t.Errorf("%d contacts in Desk, the lost one's counterpart is %q; failures %+v", n, made, log)
	}
}

// While the first load goes on nothing is looked for before it is made: both sides were just read
// whole. What was sent before is looked for all the same.
func TestARecordThatIsMadeAgainDuringTheLoadIsLookedForByItsMark(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	const waits = `{"kind":"status","endpoint":"POST /api/v1/contacts","contains":"Keeps the load","status":500}`
	w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Keeps the load from ending"})
	first := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "First", "Email": "same@example.com"})
	w.boot(t).connect(t)
	must(t, w.proc.engine.Pass(t.Context()))
	w.faults(t, models.Desk, waits, `{"kind":"drop_after","endpoint":"POST /api/v1/contacts","contains":"First","times":1}`)
	_, _ = w.proc.engine.ExecuteOnce(t.Context(), models.Desk)
	w.faults(t, models.Desk, waits)
	w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Second", "Email": "same@example.com"})
	w.edit(t, models.Salesforce, models.ContactObject, first, map[string]any{"Email": nil})
	for range 2 { // what was made for the first is paired with the second
		w.proc.engine.PollNow()
		must(t, w.proc.engine.Pass(t.Context()))
	}
	for range 20 {
		w.clock.advance(10 * time.Second)
		_ = w.proc.turn()
		_, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{})
		must(t, err)
	}
	marks := map[string]int{}
	for _, r := range w.dump(t)[models.Desk][models.ContactObject] {
		if mark := r.values["cf_sidelight_link_id"]; mark != "" {
			marks[mark]++
		}
	}
	if in := w.stands(t); in.Status != models.StatusLoading || len(marks) != 1 {
		t.Fatalf("%s, marks %v", in.Status, marks)
	}
	for mark, n := range marks {
		if n > 1 {
			t.Errorf("%d records carry the mark %s", n, mark)
		}
	}
}

func TestACreateThatIsNeverAnsweredHoldsNobodyUpForLong(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.boot(t).connect(t)
	w.settle(t)
	w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"PATCH **","contains":"Poison","status":500}`, `{"kind":"status","endpoint":"POST **","contains":"Poison","status":500}`)
	w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Poison"})
	for range 3 {
		_ = w.proc.turn()
		w.clock.advance(5 * time.Second)
	}
	good := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Good"})
	for range 120 {
		_ = w.proc.turn()
		w.clock.advance(15 * time.Second)
	}
	if w.counterpart(t, models.ContactObject, models.Salesforce, good) == "" {
		t.Errorf("after half an hour the good one has no counterpart; failures %+v", w.failures(t))
	}
}
