package remotetest

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
)

func testManyFaults(t *testing.T, harness Harness) {
	t.Run("creates", func(t *testing.T) { createsUnderRandomFaults(harness.open(t, small)) })
	t.Run("a list", func(t *testing.T) { listUnderRandomFaults(harness.open(t, harness.overPage())) })
	t.Run("changes", func(t *testing.T) { changesUnderRandomFaults(harness.open(t, harness.overPage())) })
}

// rounds is how often everything is read under random faults.
const rounds = 8

// randomFaults makes a good part of all reads fail, each in another way.
func (h *organization) randomFaults() string {
	get := "GET " + h.At.API
	return rule(get, `"kind":"drop_after","probability":0.1`) + "," + rule(get, `"kind":"html","probability":0.1`) + "," + rule(get, `"kind":"truncate","probability":0.1`) + "," +
		rule(get, `"kind":"status","status":404,"body":"<html></html>","probability":0.1`) + "," + rule(h.At.API, h.Refused.Busy+`,"probability":0.1`)
}

// until tries again for as long as the vendor fails, and counts the failures.
func (h *organization) until(failures *int, try func() error) {
	h.Helper()
	for range 1000 {
		err := try()
		if err == nil {
			return
		}
		*failures++
		if e := h.typed(err, nil, models.CodeUpstreamUnavailable, models.CodeBusy, models.CodeSideUnusable); !e.Retry {
			h.Fatalf("%+v may not be tried again", e)
		}
	}
	h.Fatal("it never came through")
}

// stormyList: every record comes once, however often a page had to be asked for.
func listUnderRandomFaults(h *organization) {
	want, _ := h.listFrom(models.ContactObject, "", nil)
	_, err := h.remote.Describe(h.Context(), models.ContactObject)
	h.must(err)
	h.Faults("[" + h.randomFaults() + "]")
	failures := 0
	for range rounds {
		told, token := map[string]int{}, ""
		for pages := 0; pages == 0 || token != ""; pages++ {
			var page models.RecordPage
			h.until(&failures, func() (err error) {
				page, err = h.remote.List(h.Context(), models.ContactObject, h.fields(models.ContactObject), token)
				return err
			})
			for _, r := range page.Records {
				told[r.ID]++
			}
			token = page.Next
		}
		for _, r := range want {
			if told[r.ID] != 1 {
				h.Errorf("%s was listed %d times", r.ID, told[r.ID])
			}
		}
		if len(told) != len(want) {
			h.Errorf("%d of %d records", len(told), len(want))
		}
	}
	if failures == 0 {
		h.Error("nothing failed")
	}
}

// stormyChanges: every change and every deletion is told, whatever failed meanwhile.
func changesUnderRandomFaults(h *organization) {
	begin := h.now(models.ContactObject)
	h.Advance(10 * time.Minute)
	ids := h.changeAll()
	h.Trash(models.ContactObject, ids[:5]...)
	h.Faults("[" + h.randomFaults() + "]")
	failures := 0
	for range rounds {
		told, cursor := map[string]models.Record{}, begin
		for more := true; more; {
			var page models.ChangePage
			h.until(&failures, func() (err error) {
				page, err = h.remote.Changes(h.Context(), models.ContactObject, h.fields(models.ContactObject), cursor)
				return err
			})
			if page.Gap {
				h.Fatal("a fault looks like a gap")
			}
			for _, r := range page.Records {
				told[r.ID] = r
			}
			cursor, more = page.Cursor, page.More
		}
		for i, id := range ids {
			if r, ok := told[id]; !ok || r.Deleted != (i < 5) {
				h.Errorf("record %d: %+v, told: %t", i, r, ok)
			}
		}
	}
	if failures == 0 {
		h.Error("nothing failed")
	}
}

// createsUnderRandomFaults creates contacts while a good part of everything fails, as the engine
// would: in the end each is there once.
func createsUnderRandomFaults(h *organization) {
	const contacts = 30
	_, err := h.remote.HasMark(h.Context(), models.ContactObject)
	h.must(err)
	h.Faults("[" + rule(h.At.Create, `"kind":"drop_after","probability":0.2`) + "," + rule(h.At.Create, `"kind":"drop_before","probability":0.2`) + "," +
		rule(h.At.Create, `"kind":"truncate","probability":0.2`) + "," + rule(h.At.API, h.Refused.Busy+`,"probability":0.1`) + "," + rule(h.At.API, `"kind":"html","probability":0.05`) +
		`,{"kind":"search_lag","seconds":60}]`)
	owed := map[int]bool{}
	for i := range contacts {
		owed[i] = true
	}
	for round := 0; len(owed) > 0; round++ {
		if round > 200 {
			h.Fatalf("%d are still owed", len(owed))
		}
		for i := range owed {
			found, err := h.remote.Find(h.Context(), models.ContactObject, nil, models.Find{LinkID: mark(i)})
			switch {
			case err != nil: // nothing is known: the next round asks again
			case len(found) == 1:
				delete(owed, i)
			case len(found) == 0:
				h.create(mark(i), h.contact(fmt.Sprint("Faulty ", i), fmt.Sprintf("faulty%d@faults.example", i)))
			default:
				h.Fatalf("%d records carry mark %d", len(found), i)
			}
		}
	}
	h.Faults("")
	if n := h.Written(models.ContactObject, models.OpCreate); n != contacts {
		h.Errorf("%d contacts were made of %d", n, contacts)
	}
}
