// The race detector makes these tests five times as long. The same code runs under it with fewer
// records (lostcreate_test.go, rulestable_test.go, liveengine_test.go), and make test runs these
// without it.
//go:build !race

package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// Every tenth create loses its answer after it was done, on both sides, while Desk's search is a
// minute behind. With our mark's field or without, everybody gets exactly one counterpart.
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

// The value that does not fit fails; its record is linked without it.
func TestAPoisonValueAmongAThousandRecordsFailsAlone(t *testing.T) {
	const all = 1000
	w := onWorld(t, storetest.SQLiteAddress(t))
	var poison string
	for i := range all {
		values := map[string]any{"LastName": fmt.Sprint("Contact ", i)}
		if i == 500 {
			values["Title"] = strings.Repeat("x", 120)
		}
		if id := w.create(t, models.Salesforce, models.ContactObject, values); i == 500 {
			poison = id
		}
	}
	w.boot(t).connect(t)
	w.settle(t)
	counts, err := w.store.Counts(t.Context())
	must(t, err)
	if counts.LinkedContacts != all || counts.OpenFailures != 1 || w.failures(t)[0].Field != "Title" {
		t.Fatalf("%d linked, failures %+v", counts.LinkedContacts, w.failures(t))
	}
	w.edit(t, models.Salesforce, models.ContactObject, poison, map[string]any{"Title": "mended"})
	if n, err := w.proc.engine.Retry(t.Context(), []string{w.failures(t)[0].ID}, models.FailureFilter{}); err != nil || n != 1 {
		t.Fatalf("%d retried, %v", n, err)
	}
	w.settle(t)
	if n := w.live(t, models.Desk, models.ContactObject); n != all || len(w.failures(t)) != 0 {
		t.Errorf("after the mend, %d contacts in Desk and %d failures", n, len(w.failures(t)))
	}
}

func TestAThousandSingleEditsAreExactlyAThousandWritesOnTheOtherSide(t *testing.T) {
	const people, edits = 50, 1000
	w := onWorld(t, storetest.SQLiteAddress(t))
	ids := map[models.Side][]string{}
	for i := range people {
		ids[models.Salesforce] = append(ids[models.Salesforce], w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Contact ", i)}))
	}
	w.boot(t).connect(t)
	w.settle(t)
	for _, id := range ids[models.Salesforce] {
		ids[models.Desk] = append(ids[models.Desk], w.counterpart(t, models.ContactObject, models.Salesforce, id))
	}
	counters := map[models.Side]string{models.Desk: "contacts.update", models.Salesforce: "update Contact"}
	before := map[models.Side]int{}
	for side, name := range counters {
		before[side] = w.counted(t, side, name)
	}
	titles := map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}
	for n := range edits / people {
		side := models.Sides[n%2]
		for i, id := range ids[side] {
			w.edit(t, side, models.ContactObject, id, map[string]any{titles[side]: fmt.Sprint("Edit ", n, " of ", i)})
		}
		w.clock.advance(10 * time.Second)
		w.settle(t)
	}
	w.settle(t)
	// Each side counts the users' own edits, which are half of them, and ours, which are the other
	// half.
	for side, name := range counters {
		if n := w.counted(t, side, name) - before[side]; n != edits {
			t.Errorf("%s counts %d writes for %d edits on both sides together", side, n, edits)
		}
	}
}
