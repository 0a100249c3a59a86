package engine_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/zohodesk"
)

func TestDeletingTheIntegrationGivesItsSubscriptionBack(t *testing.T) {
	h := open(t, storetest.SQLiteAddress(t), 2, deaf)
	h.settle()
	ours := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(ours.Close)
	must(t, h.remotes[models.Desk].(*zohodesk.Client).EnsureWebhook(context.Background(), ours.URL))
	// Somebody else's subscription is not ours to remove.
	h.deskAPI("POST", "/api/v1/webhooks", `{"name":"Another","url":"`+ours.URL+`/another","isEnabled":true,"subscriptions":{"Ticket_Add":null}}`)
	if n := h.hooks(); n != 2 {
		t.Fatalf("%d subscriptions", n)
	}
	must(t, h.engine.Delete(context.Background()))
	if n := h.hooks(); n != 1 {
		t.Errorf("%d subscriptions are left", n)
	}
}

// hooks counts the subscriptions that Desk holds.
func (h *liveEngine) hooks() int {
	h.t.Helper()
	raw, err := json.Marshal(h.sim(models.Desk, "GET", "/_sim/dump", "")["webhooks"])
	must(h.t, err)
	var list []any
	if json.Unmarshal(raw, &list) == nil {
		return len(list)
	}
	var byID map[string]any
	must(h.t, json.Unmarshal(raw, &byID))
	return len(byID)
}

func TestADeletedIntegrationLeavesNothingBehindAndMayBeDeletedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, _ := w.pair(t, map[string]any{"LastName": "Kept by the vendors"})
		engine := w.proc.engine
		for range 2 {
			must(t, engine.Delete(context.Background()))
		}
		in, err := w.store.Integration(context.Background())
		must(t, err)
		links, err := w.store.Links(context.Background(), models.ContactObject, "", 10)
		must(t, err)
		if in.Status != models.StatusDeleted || len(links) != 0 {
			t.Errorf("%s, %d links", in.Status, len(links))
		}
		// What was being read when it was deleted is not kept.
		_, err = w.store.Observe(context.Background(), models.Salesforce, models.ContactObject,
			[]models.Record{{Side: models.Salesforce, Object: models.ContactObject, ID: sf, Values: models.Values{"LastName": models.Text("Late")}, ModifiedAt: w.clock.Now()}}, nil)
		must(t, err)
		if rows, err := w.store.Mirror(context.Background(), models.Salesforce, models.ContactObject, []string{sf}); err != nil || len(rows) != 0 {
			t.Errorf("%d rows were kept after the deletion (%v)", len(rows), err)
		}
		must(t, w.store.SaveDriftReport(context.Background(), models.DriftReport{ID: "late", Status: models.RunDone, StartedAt: w.clock.Now()}))
		must(t, w.store.SetCursor(context.Background(), models.Cursor{Side: models.Desk, Object: models.ContactObject, Kind: models.CursorPoll, Value: "late"}))
		late, err := w.store.DriftReport(context.Background())
		must(t, err)
		if polls, err := w.store.PollCursors(context.Background()); err != nil || len(polls) != 0 || late != nil {
			t.Errorf("%d positions and the report %v were kept after the deletion (%v)", len(polls), late, err)
		}
		if a, b := w.live(t, models.Desk, models.ContactObject), w.live(t, models.Salesforce, models.ContactObject); a != 1 || b != 1 {
			t.Errorf("%d contacts in Desk and %d in Salesforce are left", a, b)
		}
	})
}
