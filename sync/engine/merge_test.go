package engine_test

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

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

// Desk tells of a merge only that the loser is gone: undoing the merge by making the loser
// again beside its survivor is what must not happen.
func TestTheLoserOfAMergeInDeskIsNotMadeAgainBesideItsSurvivor(t *testing.T) {
	for _, object := range models.SyncObjects {
		t.Run(string(object), func(t *testing.T) {
			storetest.Two(t, func(t *testing.T, address string) {
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
				// It turns out that both are one.
				w.edit(t, models.Desk, object, desk[1], map[string]any{key: same})
				w.settle(t)
				w.mergeInDesk(t, object, desk[0], desk[1])
				w.edit(t, models.Salesforce, object, sf[1], map[string]any{"Phone": "edited after the merge"})
				w.settle(t)
				log := w.failures(t)
				if n := w.live(t, models.Desk, object); n != 1 || len(log) != 1 || log[0].Code != models.CodeAlreadyMapped || log[0].RecordID != sf[1] {
					t.Fatalf("%d in Desk, failures %+v", n, log)
				}
				// The same merge in Salesforce ends it: the survivor takes nothing over that Desk
				// does not have.
				w.user(t, models.Salesforce, "POST", "/_sim/merge", map[string]any{"master": sf[0], "losers": []string{sf[1]}})
				w.settle(t)
				if log := w.failures(t); w.live(t, models.Desk, object) != 1 || w.counterpart(t, object, models.Salesforce, sf[0]) != desk[0] || len(log) != 0 {
					t.Errorf("after the merge on both sides: failures %+v", log)
				}
			})
		})
	}
}

func TestARecordWhoseFormerCounterpartIsTakenByAMergeSaysSo(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	loser, kept := w.pair(t, map[string]any{"LastName": "Merged"})
	former, unlinked := w.pair(t, map[string]any{"LastName": "Unlinked", "Email": "a@example.com"})
	blank, unlink := models.FilterConditionInput{Side: models.Desk, Field: "phone", Op: models.FilterIsBlank}, models.LeavingUnlink
	for _, in := range []models.SyncFilterInput{{Conditions: []*models.FilterConditionInput{&blank}, Leaving: &unlink}, {}} {
		saved, _, problems, err := w.proc.engine.SaveSyncFilter(t.Context(), models.ContactObject, in)
		if err != nil || !saved {
			t.Fatal(problems, err)
		}
		if len(in.Conditions) > 0 {
			w.edit(t, models.Desk, models.ContactObject, unlinked, map[string]any{"phone": "1"})
			w.settle(t)
			w.user(t, models.Salesforce, "POST", "/_sim/merge", map[string]any{"master": former, "losers": []string{loser}})
		}
	}
	w.settle(t)
	log := w.failures(t)
	if got := w.counterpart(t, models.ContactObject, models.Salesforce, former); got != kept || len(log) != 1 || log[0].Code != models.CodeAlreadyMapped || log[0].RecordID != unlinked {
		t.Errorf("the survivor's counterpart is %q, want %q; failures %+v", got, kept, log)
	}
}

// mergeInDesk merges as a user would. Desk's change log tells of the survivor alone.
func (w *world) mergeInDesk(t failer, object models.SyncObject, survivor, loser string) {
	t.Helper()
	if status, out := w.user(t, models.Desk, "POST", place(models.Desk, object)+"/"+survivor+"/merge", map[string]any{"ids": []string{loser}, "source": map[string]any{}}); status != 200 {
		t.Fatalf("a user cannot merge in Desk: %d %v", status, out)
	}
}
