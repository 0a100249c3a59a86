package engine_test

import (
	"context"
	"fmt"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestAnAutomationThatRewritesOurWritesIsNamedAndLeftAlone(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, desk := w.pair(t, map[string]any{"LastName": "Loop", "Title": "first"})
		w.rule(t, models.ContactObject, "Title", models.RuleSalesforceToDesk)
		w.settle(t)
		w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": "quiet"})
		rewrites := 0
		for w.settle(t); w.value(t, models.Desk, desk, "title") == "quiet"; w.settle(t) {
			if rewrites++; rewrites > 10 {
				t.Fatal("the loop has no end")
			}
			// The automation.
			w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "QUIET"})
		}
		log := w.failures(t)
		if rewrites != 3 || len(log) != 1 || log[0].Code != models.CodePingPong || log[0].Hint == nil || len(log[0].Fields) != 1 || log[0].Fields[0] != "Title" || log[0].NextRetryAt != nil {
			t.Fatalf("after %d rewrites: %+v", rewrites, log)
		}
		// Other fields go on, and the resting one stays at rest.
		w.written()
		w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Department": "", "Phone": "555-0101"})
		w.settle(t)
		if got := w.value(t, models.Desk, desk, "phone"); got != "555-0101" || w.value(t, models.Desk, desk, "title") != "QUIET" || len(w.written()) != 1 {
			t.Errorf("beside the resting field, the phone is %q", got)
		}
		if got := w.failures(t); len(got) != 1 || got[0].ID != log[0].ID {
			t.Errorf("the failure did not stay open: %+v", got)
		}
		// The automation is switched off, and the admin retries.
		n, err := w.proc.engine.Retry(context.Background(), nil, models.FailureFilter{})
		must(t, err)
		w.settle(t)
		if got := w.value(t, models.Desk, desk, "title"); n != 1 || got != "quiet" || len(w.failures(t)) != 0 {
			t.Errorf("%d retried, the title is %q, %+v", n, got, w.failures(t))
		}
	})
}

func TestPeopleWhoEditTheSameFieldInTurnsAreNoAutomation(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Turns", "Title": "t0"})
	for _, title := range []string{"t1", "t2", "t3", "t4", "t5"} {
		w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": title})
		w.settle(t)
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "desk " + title})
		w.settle(t)
	}
	if a, b := w.get(t, models.Salesforce, models.ContactObject, sf); !b || a.values["Title"] != "desk t5" || len(w.failures(t)) > 0 {
		t.Errorf("%q, %+v", a.values["Title"], w.failures(t))
	}
}

func TestAValueThatAVendorChangesWhileItTakesItIsKeptAndNotFoughtOver(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Trimmed", "Title": "x"})
	w.written()
	// Salesforce trims what Desk keeps as it was typed.
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "spaced "})
	w.settle(t)
	w.settle(t)
	r, _ := w.get(t, models.Salesforce, models.ContactObject, sf)
	if writes := w.written(); len(writes) != 1 || len(w.failures(t)) > 0 {
		t.Errorf("%d writes for one edit, Salesforce has %q: %+v", len(writes), r.values["Title"], writes)
	}
}

// An organization's own rules rewrite what is saved, on one side or on both. What a vendor made of
// our write is what both sides agreed on: nothing comes back.
func TestRulesOfTheVendorsThatRewriteOurWritesStartNoPingPong(t *testing.T) {
	rules := map[string][2]string{
		"Desk lowers":            {"", `{"object":"contacts","field":"title","do":"lower"}`},
		"Desk appends":           {"", `{"object":"contacts","field":"title","do":"append","value":" (checked)"}`},
		"Salesforce sets":        {`{"object":"Contact","field":"Title","do":"set","value":"Fixed"}`, ""},
		"both, each its own way": {`{"object":"Contact","field":"Title","do":"upper"}`, `{"object":"contacts","field":"title","do":"lower"}`},
		"both append":            {`{"object":"Contact","field":"Title","do":"append","value":"+"}`, `{"object":"contacts","field":"title","do":"append","value":"-"}`},
	}
	for name, rule := range rules {
		t.Run(name, func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "Pair", "Title": "first"})
			for i, side := range []models.Side{models.Salesforce, models.Desk} {
				if rule[i] != "" {
					w.sim(t, side, "POST", "/_sim/settings", `{"automations":[`+rule[i]+`]}`, nil)
				}
			}
			const edits = 6
			w.written()
			for n := range edits {
				if n%2 == 0 {
					w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Title": fmt.Sprint("Title ", n)})
				} else {
					w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": fmt.Sprint("Title ", n)})
				}
				w.settle(t)
				w.settle(t)
			}
			if n := len(w.written()); n > edits {
				t.Errorf("%d writes for %d edits", n, edits)
			}
		})
	}
}
