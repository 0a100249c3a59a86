package sync_test

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
func (h *house) hooks() int {
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
