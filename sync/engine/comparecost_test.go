package engine_test

import (
	"context"
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// singles counts the records that were read from Desk one by one.
func (w *world) singles(t *testing.T) (n int) {
	t.Helper()
	var stats struct{ Calls map[string]int }
	w.sim(t, models.Desk, "GET", "/_sim/stats", "", &stats)
	return stats.Calls["GET /api/v1/contacts/{id}"] + stats.Calls["GET /api/v1/accounts/{id}"]
}

func TestACompareOfEqualSidesCostsPagesAndNotRecords(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	for i := range 20 {
		w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Cheap ", i), "Description": "several\nlines"})
	}
	w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Cheap"})
	w.boot(t).connect(t)
	w.settle(t)
	before := w.singles(t)
	var r models.DriftReport
	must(t, w.proc.engine.CompareAll(context.Background(), &r))
	if o, _ := of(r, ""); o.Equal != 20 || o.DeskRecords != 20 {
		t.Errorf("%+v", o)
	}
	if n := w.singles(t) - before; n != 0 {
		t.Errorf("%d records were read one by one", n)
	}
}
