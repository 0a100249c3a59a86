package sync_test

import (
	"fmt"
	"strconv"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// people are contacts that only one side has: many with an email, some without, some with names alike.
func (w *world) people(t *testing.T, side models.Side, n int) {
	t.Helper()
	for i := range n {
		values := map[string]any{"LastName": fmt.Sprintf("Łast %d of %s", i, side), "Email": fmt.Sprintf("p%d@%s.example.com", i, side), "Title": strconv.Itoa(i)}
		if i%10 == 3 {
			delete(values, "Email")
		}
		if i%50 == 3 || i%50 == 13 { // twins: nothing tells them apart but a title
			values["LastName"] = "Twin"
		}
		if side == models.Desk {
			desk := map[string]any{}
			for name, v := range values {
				desk[map[string]string{"LastName": "lastName", "Email": "email", "Title": "title"}[name]] = v
			}
			values = desk
		}
		w.create(t, side, models.ContactObject, values)
	}
}

// Every tenth create loses its answer after it was done, on both sides, while Desk's search is a minute behind. With our mark's field or without,
// everybody gets exactly one counterpart.
func TestAThousandCreatesWithEveryTenthAnswerLostMakeExactlyAThousandCounterparts(t *testing.T) {
	for _, c := range []struct {
		name             string
		desk, salesforce bool
		each             int
	}{{"marks on both sides", true, true, 500}, {"no mark in Desk", false, true, 100}, {"no mark in Salesforce", true, false, 100}, {"no marks", false, false, 500}} {
		t.Run(c.name, func(t *testing.T) {
			each := c.each
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.marked[models.Desk], w.marked[models.Salesforce] = c.desk, c.salesforce
			w.people(t, models.Salesforce, each)
			w.people(t, models.Desk, each)
			lost := func(endpoint string) string {
				return `{"kind":"drop_after","endpoint":"` + endpoint + `","probability":0.1}`
			}
			w.faults(t, models.Desk, lost("POST /api/v1/contacts"), `{"kind":"search_lag","seconds":60}`)
			w.faults(t, models.Salesforce, `{"kind":"drop_after","endpoint":"* /services/data/v68.0/composite/**","probability":0.3}`, `{"kind":"drop_after","endpoint":"* /services/data/v68.0/jobs/**","probability":0.1}`)
			w.boot(t).connect(t)
			w.settle(t)
			dump := w.dump(t)
			for _, side := range models.Sides {
				names := map[string]int{}
				for _, r := range dump[side][models.ContactObject] {
					names[r.values["lastName"]+r.values["LastName"]+" "+r.values["title"]+r.values["Title"]]++
				}
				for name, n := range names {
					if n != 1 && n != 2 || n == 2 && name[:4] != "Twin" {
						t.Errorf("%s has %d of %q", side, n, name)
					}
				}
				if n := len(dump[side][models.ContactObject]); n != 2*each {
					t.Errorf("%s has %d contacts, want %d", side, n, 2*each)
				}
			}
			counts, err := w.store.Counts(t.Context())
			must(t, err)
			if counts.LinkedContacts != 2*each || counts.OpenFailures != 0 {
				t.Errorf("%+v", counts)
			}
		})
	}
}
