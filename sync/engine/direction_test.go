package engine_test

import (
	"context"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestADirectionIsChangedBothWays(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Turned", "Title": "a"})
	one, two := models.SalesforceToDesk, models.TwoWay
	_, err := w.proc.engine.SetPolicy(context.Background(), models.SyncPolicy{Direction: &one})
	must(t, err)
	lone := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Only in Desk"})
	w.settle(t)
	w.written()
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"phone": "555-0105"})
	w.settle(t)
	for _, call := range w.written() {
		if call.side == models.Salesforce {
			t.Errorf("%s %s was sent to Salesforce against the direction", call.method, call.path)
		}
	}
	if w.counterpart(t, models.ContactObject, models.Desk, lone) != "" {
		t.Error("a Desk contact was made in Salesforce against the direction")
	}
	_, err = w.proc.engine.SetPolicy(context.Background(), models.SyncPolicy{Direction: &two})
	must(t, err)
	w.settle(t)
	if w.counterpart(t, models.ContactObject, models.Desk, lone) == "" {
		t.Error("what waited for the other direction was not carried over")
	}
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "b"})
	w.settle(t)
	if r, _ := w.get(t, models.Salesforce, models.ContactObject, sf); r.values["Title"] != "b" {
		t.Errorf("the title in Salesforce is %q", r.values["Title"])
	}
}
