package engine_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// linked is a contact that both sides have, with its ids.
func (h *liveEngine) linked() (salesforceID, deskID string) {
	h.t.Helper()
	links, err := h.store.Links(context.Background(), models.ContactObject, "", 100)
	must(h.t, err)
	for _, l := range links {
		if l.Whole() {
			return *l.SalesforceID, *l.DeskID
		}
	}
	h.t.Fatal("no contact is linked")
	return "", ""
}

// read is the record as its vendor has it; nil when it says nothing of it.
func (h *liveEngine) read(side models.Side, id string) *models.Record {
	h.t.Helper()
	list, err := h.remotes[side].Read(context.Background(), models.ContactObject, []string{"Title", "title"}, []string{id})
	must(h.t, err)
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// discard deletes a Salesforce contact as its own users would.
func (h *liveEngine) discard(id string) {
	h.t.Helper()
	h.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+id)
}

func TestADeletionIsNotCarriedOverAndTheSurvivorsEditRestoresTheOther(t *testing.T) {
	for policy, restored := range map[models.DeletePolicy]bool{models.RestoreOnUpdate: true, models.StayDeleted: false} {
		t.Run(string(policy), func(t *testing.T) {
			h := open(t, storetest.SQLiteAddress(t), 20)
			h.settle()
			_, err := h.engine.SetPolicy(context.Background(), models.SyncPolicy{DeletePolicy: &policy})
			must(t, err)
			sf, desk := h.linked()
			h.discard(sf)
			h.soon("the deletion was noticed", func() bool {
				links, err := h.store.LinksByRecord(context.Background(), models.ContactObject, models.Salesforce, []string{sf})
				must(t, err)
				l := links[sf]
				return l.Salesforce != nil && l.Salesforce.DeletedAt != nil && !l.Dirty
			})
			if r := h.read(models.Desk, desk); r == nil || r.Deleted {
				t.Fatal("the deletion was carried over")
			}
			h.edit(models.Desk, desk, "title", "After the deletion")
			if restored {
				h.soon("the record is back with the edit", func() bool {
					r := h.read(models.Salesforce, sf)
					return r != nil && !r.Deleted && r.Values["Title"].String() == "After the deletion"
				})
				return
			}
			h.soon("the edit was seen", func() bool {
				links, err := h.store.LinksByRecord(context.Background(), models.ContactObject, models.Desk, []string{desk})
				must(t, err)
				l := links[desk]
				return l.Desk.Data["title"].String() == "After the deletion" && !l.Dirty
			})
			h.settle()
			if r := h.read(models.Salesforce, sf); r == nil || !r.Deleted {
				t.Error("the record was restored against the policy")
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

func TestARecordThatTookADeletedOnesPlaceIsPairedWithTheSurvivor(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Made anew", "Email": "anew@x.example"})
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.settle(t)
	again := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Made anew", "Email": "anew@x.example", "Title": "second"})
	w.settle(t)
	if got := w.counterpart(t, models.ContactObject, models.Salesforce, again); got != desk || w.value(t, models.Desk, desk, "title") != "second" || len(w.failures(t)) != 0 {
		t.Errorf("the counterpart is %q, not %q: %+v", got, desk, w.failures(t))
	}
	if n := w.live(t, models.Desk, models.ContactObject); n != 1 {
		t.Errorf("%d contacts in Desk", n)
	}
}

func TestARecordThatTheRecycleBinNoLongerHoldsIsMadeAgainAsAWriteOfItsOwn(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Purged"})
	w.remove(t, models.Desk, models.ContactObject, desk)
	w.settle(t)
	w.user(t, models.Desk, http.MethodPost, "/api/v1/recycleBin/delete", map[string]any{"ids": []string{desk}})
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "still here"})
	// The sync is paused between the restore that finds nothing and the create that follows from
	// it.
	w.proc.onWrite = nil
	engine := w.proc.engine
	engine.PollNow()
	check(t, engine.Pass(context.Background()))
	_, err := engine.ExecuteOnce(context.Background(), models.Desk)
	must(t, err)
	_, err = engine.Pause(context.Background())
	must(t, err)
	w.written()
	_ = w.proc.turn()
	if n := len(w.written()); n != 0 || w.live(t, models.Desk, models.ContactObject) != 0 {
		t.Errorf("%d writes left while paused", n)
	}
	_, err = engine.Resume(context.Background())
	must(t, err)
	w.settle(t)
	made := w.counterpart(t, models.ContactObject, models.Salesforce, sf)
	if n := w.live(t, models.Desk, models.ContactObject); n != 1 || made == "" || made == desk || w.value(t, models.Desk, made, "title") != "still here" {
		t.Errorf("%d contacts in Desk, the counterpart is %q", n, made)
	}
}
