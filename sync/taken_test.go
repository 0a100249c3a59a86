package sync_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

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
			must(t, w.proc.engine.Pass(t.Context())) // the account and the phone are owed to one, the other is to be made
			w.remove(t, side, models.AccountObject, accounts[side])
			for range 3 {
				_, _ = w.proc.engine.ExecuteOnce(t.Context(), side)
			}
			if log := w.failures(t); len(log) != 0 {
				t.Errorf("what is known by now has failed: %+v", log)
			}
			w.settle(t)
			made := w.counterpart(t, models.ContactObject, side.Other(), alone)
			if one, other := w.value(t, side, half, to[3]), w.value(t, side, made, to[3]); one != "1" || other != "2" || len(w.failures(t)) != 0 {
				t.Errorf("the phones are %q and %q; failures %+v", one, other, w.failures(t))
			}
		})
	}
}

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

// Desk tells of a merge only that the loser is gone (facts): undoing the merge by making the loser again beside its survivor is what must not happen.
func TestTheLoserOfAMergeInDeskIsNotMadeAgainBesideItsSurvivor(t *testing.T) {
	for _, object := range models.SyncObjects {
		t.Run(string(object), func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, address string) {
				w := onWorld(t, address)
				w.boot(t).connect(t)
				names := [2]string{"Twin A", "Twin B"}
				values := func(i int) map[string]any {
					if object == models.AccountObject {
						return map[string]any{"Name": names[i]}
					}
					return map[string]any{"LastName": names[i], "Email": names[i][5:] + "@example.com"}
				}
				key := map[models.SyncObject]string{models.AccountObject: "accountName", models.ContactObject: "email"}[object]
				var sf, desk [2]string
				for i := range sf {
					sf[i] = w.create(t, models.Salesforce, object, values(i))
				}
				w.settle(t)
				for i := range sf {
					desk[i] = w.counterpart(t, object, models.Salesforce, sf[i])
				}
				same := map[models.SyncObject]string{models.AccountObject: names[0], models.ContactObject: "a@example.com"}[object]
				w.edit(t, models.Desk, object, desk[1], map[string]any{key: same}) // it turns out that both are one
				w.settle(t)
				w.mergeInDesk(t, object, desk[0], desk[1])
				w.edit(t, models.Salesforce, object, sf[1], map[string]any{"Phone": "edited after the merge"})
				w.settle(t)
				log := w.failures(t)
				if n := w.live(t, models.Desk, object); n != 1 || len(log) != 1 || log[0].Code != models.CodeAlreadyMapped || log[0].RecordID != sf[1] {
					t.Fatalf("%d in Desk, failures %+v", n, log)
				}
				// The same merge in Salesforce ends it: the survivor takes nothing over that Desk does not have.
				w.user(t, models.Salesforce, "POST", "/_sim/merge", map[string]any{"master": sf[0], "losers": []string{sf[1]}})
				w.settle(t)
				if log := w.failures(t); w.live(t, models.Desk, object) != 1 || w.counterpart(t, object, models.Salesforce, sf[0]) != desk[0] || len(log) != 0 {
					t.Errorf("after the merge on both sides: failures %+v", log)
				}
			})
		})
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

func TestAValueBlankedWhileItsCounterpartIsGoneIsNotFilledWithoutAWord(t *testing.T) {
	for _, side := range models.Sides {
		w := onWorld(t, storetest.SQLiteAddress(t))
		sf, desk := w.pair(t, map[string]any{"LastName": "Blanked", "Email": "b@example.com", "Phone": "1"})
		keep := models.StayDeleted
		_, err := w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{DeletePolicy: &keep})
		must(t, err)
		kept, gone := desk, sf
		if side == models.Salesforce {
			kept, gone = sf, desk
		}
		w.remove(t, side.Other(), models.ContactObject, gone)
		w.settle(t)
		w.edit(t, side, models.ContactObject, kept, map[string]any{map[models.Side]string{models.Desk: "phone", models.Salesforce: "Phone"}[side]: nil})
		w.settle(t)
		values := map[models.Side]map[string]any{models.Desk: {"lastName": "Anew", "email": "b@example.com", "phone": "2"}, models.Salesforce: {"LastName": "Anew", "Email": "b@example.com", "Phone": "2"}}
		anew := w.create(t, side.Other(), models.ContactObject, values[side.Other()])
		w.settle(t)
		told := false
		for _, c := range w.conflicts(t) {
			told = told || c.Field == "Phone" && (c.Desk.IsBlank() || c.Salesforce.IsBlank())
		}
		if w.counterpart(t, models.ContactObject, side, kept) != anew || !told {
			t.Errorf("%s: paired with %q; the conflict log has %+v", side, w.counterpart(t, models.ContactObject, side, kept), w.conflicts(t))
		}
	}
}

// While the first load goes on nothing is looked for before it is made: both sides were just read whole. What was sent before is looked for all the same.
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
