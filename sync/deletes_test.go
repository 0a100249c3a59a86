package sync_test

import (
	"context"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// linked is a contact that both sides have, with its ids.
func (h *house) linked() (salesforceID, deskID string) {
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
func (h *house) read(side models.Side, id string) *models.Record {
	h.t.Helper()
	list, err := h.remotes[side].Read(context.Background(), models.ContactObject, []string{"Title", "title"}, []string{id})
	must(h.t, err)
	if len(list) == 0 {
		return nil
	}
	return &list[0]
}

// discard deletes a Salesforce contact as its own users would.
func (h *house) discard(id string) {
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
