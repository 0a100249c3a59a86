package sync_test

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// A record that a vendor does not show is not a deleted one: not from an empty list, a refusal, a time-out, a page of somebody in between, or a 404 that is not
// the vendor's own word.
func TestADeletionIsBelievedOnlyOnPositiveEvidence(t *testing.T) {
	answers := map[string]string{
		"an empty answer":         `"kind":"status","status":204`,
		"no access":               `"kind":"status","status":403,"body":{"errorCode":"FORBIDDEN","message":""}`,
		"no access, Salesforce's": `"kind":"status","status":403,"body":[{"errorCode":"INSUFFICIENT_ACCESS","message":""}]`,
		"no session":              `"kind":"status","status":401,"body":[{"errorCode":"INVALID_SESSION_ID","message":""}]`,
		"a proxy's 404":           `"kind":"status","status":404,"body":"not here"`,
		"a page":                  `"kind":"html"`,
		"a failure":               `"kind":"status","status":500`,
		"nothing":                 `"kind":"drop_before"`,
		"half an answer":          `"kind":"truncate"`,
	}
	empty := map[models.Side]string{
		models.Desk:       `"kind":"status","status":200,"body":{"data":[]}`,
		models.Salesforce: `"kind":"status","status":200,"body":{"totalSize":0,"done":true,"records":[]}`,
	}
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Here all the time"})
	ids := map[models.Side]string{models.Desk: desk, models.Salesforce: sf}
	for _, side := range models.Sides {
		list := map[string]string{"an empty list": empty[side]}
		for name, rule := range answers {
			list[name] = rule
		}
		for name, rule := range list {
			t.Run(fmt.Sprint(side, "/", name), func(t *testing.T) {
				w.written()
				w.faults(t, side, "{"+rule+`,"endpoint":"GET **"}`)
				for range 3 {
					_ = w.proc.turn()
					_ = w.proc.engine.Hint(t.Context(), side, models.ContactObject, []models.Hint{{ID: ids[side]}})
					w.clock.advance(time.Minute)
				}
				w.faults(t, side)
				w.settle(t)
				links, err := w.store.LinksByRecord(t.Context(), models.ContactObject, side, []string{ids[side]})
				must(t, err)
				if l := links[ids[side]]; !l.Whole() || l.Desk.DeletedAt != nil || l.Salesforce.DeletedAt != nil {
					t.Error("the record is taken for deleted")
				}
				if n := len(w.written()); n > 0 || w.live(t, models.Desk, models.ContactObject) != 1 || w.live(t, models.Salesforce, models.ContactObject) != 1 {
					t.Errorf("%d writes came of it", n)
				}
			})
		}
	}
}
