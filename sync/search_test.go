package sync_test

import (
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestARecordThatTheVendorRefusesToLookForHoldsUpNobodyElse(t *testing.T) {
	for source, refused := range map[models.Side]string{
		models.Salesforce: `{"kind":"status","endpoint":"/api/v1/contacts/search","contains":"poison@x.example","status":422,"body":{"errorCode":"INVALID_DATA","message":"no","errors":[]}}`,
		models.Desk:       `{"kind":"status","endpoint":"/services/data/*/query","contains":"poison@x.example","status":400,"body":[{"errorCode":"MALFORMED_QUERY","message":"no"}]}`,
	} {
		t.Run(string(source), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.boot(t).connect(t)
			w.settle(t)
			last, email := "LastName", "Email"
			if source == models.Desk {
				last, email = "lastName", "email"
			}
			w.faults(t, source.Other(), refused)
			for i := range 6 {
				address := fmt.Sprintf("fine%d@x.example", i)
				if i == 2 {
					address = "poison@x.example"
				}
				w.create(t, source, models.ContactObject, map[string]any{last: fmt.Sprint("Person ", i), email: address})
			}
			w.settle(t)
			if n := w.live(t, source.Other(), models.ContactObject); n != 5 {
				t.Errorf("%d of the 5 others are through", n)
			}
			if list := w.failures(t); len(list) != 1 || *list[0].RecordName != "Person 2" {
				t.Errorf("%+v", list)
			}
			w.faults(t, source.Other())
			if _, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{}); err != nil {
				t.Fatal(err)
			}
			w.settle(t)
			if n, list := w.live(t, source.Other(), models.ContactObject), w.failures(t); n != 6 || len(list) != 0 {
				t.Errorf("after the mend there are %d, and %+v", n, list)
			}
		})
	}
}
