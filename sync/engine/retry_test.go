package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestARecordThatFailedGoesThroughByItselfOnceItsReasonIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, _ := w.pair(t, map[string]any{"LastName": "First", "Email": "shared@x.example"})
		second := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Second", "email": "Shared@x.example"})
		check(t, w.proc.turn())
		log := w.failures(t)
		if len(log) != 1 || log[0].Code != models.CodeAlreadyMapped || log[0].NextRetryAt == nil || log[0].Attempts != 1 || log[0].RecordID != second {
			t.Fatalf("%+v", log)
		}
		first := log[0].FirstAt
		w.clock.advance(2 * time.Minute)
		check(t, w.proc.turn())
		if again := w.failures(t); len(again) != 1 || again[0].Attempts != 2 || !again[0].FirstAt.Equal(first) || !again[0].NextRetryAt.After(*log[0].NextRetryAt) {
			t.Fatalf("the second attempt: %+v", again)
		}
		w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Email": "own@x.example"})
		for range 3 { // at once: the other record gave the email up
			check(t, w.proc.turn())
			w.clock.advance(time.Second)
		}
		if made := w.counterpart(t, models.ContactObject, models.Desk, second); made == "" || len(w.failures(t)) != 0 {
			t.Errorf("the record did not go through by itself: %+v", w.failures(t))
		}
		w.historyCounts(t, models.TriggerRetry, models.SyncTally{Source: models.Desk, Target: models.Salesforce, Object: models.ContactObject, Added: 1})
	})
}

// historyCounts checks what the runs of a trigger add up to, in one direction for one kind of
// record.
func (w *world) historyCounts(t *testing.T, trigger models.RunTrigger, want models.SyncTally) {
	t.Helper()
	runs, err := w.store.SyncRuns(context.Background(), models.SyncRunFilter{Trigger: &trigger}, models.Page{}, false)
	must(t, err)
	got := want
	got.Added, got.Updated, got.Unchanged, got.Failed = 0, 0, 0, 0
	for _, run := range runs.Rows {
		for _, c := range run.Tallies {
			if c.Source == want.Source && c.Target == want.Target && c.Object == want.Object {
				got.Added, got.Updated, got.Unchanged, got.Failed = got.Added+c.Added, got.Updated+c.Updated, got.Unchanged+c.Unchanged, got.Failed+c.Failed
			}
		}
	}
	if got != want {
		t.Errorf("the history of %s says %+v, want %+v", trigger, got, want)
	}
}

func TestAWriteThatOnlyHasToWaitIsShownWithItsNextAttemptAndGoesThrough(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Busy", "Title": "old"})
	w.faults(t, models.Desk, `{"kind":"status","endpoint":"PATCH /api/v1/contacts/{id}","status":503,"body":{}}`)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "new"})
	var log []models.Failure
	for range 40 {
		_ = w.proc.turn()
		if log = w.failures(t); len(log) > 0 {
			break
		}
		w.clock.advance(20 * time.Second)
	}
	if len(log) != 1 || log[0].NextRetryAt == nil || !log[0].NextRetryAt.After(w.clock.Now()) || log[0].Hint == nil {
		t.Fatalf("%+v", log)
	}
	w.faults(t, models.Desk)
	w.settle(t)
	if got := w.value(t, models.Desk, desk, "title"); got != "new" || len(w.failures(t)) != 0 {
		t.Errorf("the title is %q, %+v", got, w.failures(t))
	}
}

func TestWaitsEndByTheServersClockHoweverWrongTheOwnOneIs(t *testing.T) {
	for _, skew := range []time.Duration{24 * time.Hour, -24 * time.Hour} {
		t.Run(fmt.Sprint(skew), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.skew = skew
			w.pair(t, map[string]any{"LastName": "Before"})
			account := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Parent"})
			contact := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Child", "AccountId": account})
			w.faults(t, models.Desk, `{"kind":"status","endpoint":"POST /api/v1/accounts","status":429,"body":{"errorCode":"TOO_MANY_REQUESTS","message":"x"},"times":2}`)
			begun := w.clock.Now()
			w.settle(t)
			if took := w.clock.Now().Sub(begun); took > 10*time.Minute || w.counterpart(t, models.ContactObject, models.Salesforce, contact) == "" {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// Somebody restores a record between the refusal of a write and the look at what became of it:
// nothing is wrong with it any more.
func TestAWriteThatARecordInTheBinRefusedGoesThroughOnceItIsBack(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Back"})
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "after"})
	w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"PATCH **","status":400,"times":1,"body":[{"errorCode":"ENTITY_IS_DELETED","message":"entity is deleted"}]}`)
	w.settle(t)
	if got := w.value(t, models.Salesforce, sf, "Title"); got != "after" || len(w.failures(t)) != 0 {
		t.Errorf("Salesforce has %q, failures %+v", got, w.failures(t))
	}
}

// A record whose restored counterpart is refused again and again stands in the log once, and is
// tried less and less often.
func TestARefusedRestoreIsOneFailureThatIsTriedLessOften(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, desk := w.pair(t, map[string]any{"LastName": "Deleted"})
		w.faults(t, models.Desk, `{"kind":"status","endpoint":"POST /api/v1/recycleBin/restore","status":403,"body":{"errorCode":"FORBIDDEN","message":"no"}}`)
		w.remove(t, models.Desk, models.ContactObject, desk)
		w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "after"})
		w.settle(t)
		first := w.failures(t)
		if len(first) != 1 || first[0].Code != models.CodeNoAccess {
			t.Fatalf("%+v", first)
		}
		for range 4 {
			w.clock.advance(3 * time.Hour)
			w.settle(t)
		}
		log := w.failures(t)
		if len(log) != 1 || log[0].ID != first[0].ID || log[0].Attempts < 4 {
			t.Fatalf("%+v", log)
		}
		w.faults(t, models.Desk)
		_, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{})
		must(t, err)
		w.settle(t)
		if got := w.value(t, models.Desk, desk, "title"); got != "after" || len(w.failures(t)) != 0 {
			t.Errorf("the title is %q; failures %+v", got, w.failures(t))
		}
	})
}

func TestWhatGoesThroughToOneSideDoesNotEndTheFailureOfTheOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, desk := w.pair(t, map[string]any{"LastName": "Edited twice"})
		w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Phone": "refused once"})
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "goes through"})
		w.faults(t, models.Desk, `{"kind":"status","endpoint":"PATCH /api/v1/contacts/{id}","status":422,"body":{"errorCode":"INVALID_DATA","message":"no","errors":[{"fieldName":"/phone","errorType":"invalid","errorMessage":"no"}]},"times":1}`)
		for range 2 {
			w.clock.advance(10 * time.Second)
			must(t, w.proc.turn())
		}
		if log := w.failures(t); len(log) != 1 || log[0].Target != models.Desk || w.value(t, models.Salesforce, sf, "Title") != "goes through" {
			t.Errorf("the log has %+v, Salesforce the title %q", log, w.value(t, models.Salesforce, sf, "Title"))
		}
		_, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{})
		must(t, err)
		w.settle(t)
		if got := w.value(t, models.Desk, desk, "phone"); got != "refused once" || len(w.failures(t)) != 0 {
			t.Errorf("after the retry Desk has the phone %q; failures %+v", got, w.failures(t))
		}
	})
}
