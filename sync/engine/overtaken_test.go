package engine_test

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

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
