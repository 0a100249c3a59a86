package engine_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// the fields by which the rules of these tests are broken, and another one.
var (
	titles = map[models.Side]string{models.Salesforce: "Title", models.Desk: "title"}
	phones = map[models.Side]string{models.Salesforce: "Phone", models.Desk: "phone"}
)

// ruled puts a validation rule of an administrator on contacts' titles; "" takes it away.
func (w *world) ruled(t *testing.T, side models.Side, text string, unnamed bool) {
	t.Helper()
	rules := "[]"
	if text != "" {
		object := map[models.Side]string{models.Salesforce: "Contact", models.Desk: "contacts"}[side]
		rules = fmt.Sprintf(`[{"object":%q,"field":%q,"matches":"^Rule","text":%q,"unnamed":%t}]`, object, titles[side], text, unnamed)
	}
	w.sim(t, side, http.MethodPost, "/_sim/settings", `{"rules":`+rules+`}`, nil)
}

const ruleText = "Job titles must come from the HR list (rule HR-12)."

func TestAnEditThatBreaksAValidationRuleFailsInItsFieldAndInTheRulesWords(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		for _, side := range models.Sides {
			for _, unnamed := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s unnamed %t", side.Name(), unnamed), func(t *testing.T) {
					w := onWorld(t, fresh(t, address))
					sf, desk := w.pair(t, map[string]any{"LastName": "Ruled", "Title": "Clerk"})
					ids := map[models.Side]string{models.Salesforce: sf, models.Desk: desk}
					other := side.Other()
					w.ruled(t, side, ruleText, unnamed)
					w.edit(t, other, models.ContactObject, ids[other], map[string]any{titles[other]: "Rule Breaker", phones[other]: "+48 1"})
					w.settle(t)
					if got := w.value(t, side, ids[side], titles[side]) + ", " + w.value(t, side, ids[side], phones[side]); got != "Clerk, +48 1" {
						t.Errorf("%s", got)
					}
					log := w.failures(t)
					if len(log) != 1 || log[0].Field != "Title" || !strings.Contains(log[0].Message, ruleText) {
						t.Fatalf("%+v", log)
					}
					w.ruled(t, side, "", false)
					_, err := w.proc.engine.Retry(t.Context(), []string{log[0].ID}, models.FailureFilter{})
					must(t, err)
					w.settle(t)
					if got := w.value(t, side, ids[side], titles[side]); got != "Rule Breaker" || len(w.failures(t)) != 0 {
						t.Errorf("mended: %q, %+v", got, w.failures(t))
					}
				})
			}
		}
	})
}

// TestARecordThatBrokeARuleBeforeItWasMadeFailsWholeAndIsMended: a rule looks at the whole record,
// so that an edit of any other field is refused for the field that nobody writes.
func TestARecordThatBrokeARuleBeforeItWasMadeFailsWholeAndIsMended(t *testing.T) {
	for _, side := range models.Sides {
		t.Run(side.Name(), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "Ruled", "Title": "Rule Breaker"})
			ids := map[models.Side]string{models.Salesforce: sf, models.Desk: desk}
			other := side.Other()
			w.ruled(t, side, ruleText, false)
			before := w.calls(t, side)
			w.edit(t, other, models.ContactObject, ids[other], map[string]any{phones[other]: "+48 1"})
			w.settle(t)
			log := w.failures(t)
			if len(log) != 1 || !strings.Contains(log[0].Message, ruleText) || w.value(t, side, ids[side], phones[side]) != "" {
				t.Fatalf("%+v", log)
			}
			if n := w.calls(t, side) - before; n > 40 {
				t.Errorf("%s was asked %d times for it", side.Name(), n)
			}
			// The admin of the other side gives it a title that the rule lets pass.
			w.edit(t, other, models.ContactObject, ids[other], map[string]any{titles[other]: "Clerk"})
			w.settle(t)
			if got := w.value(t, side, ids[side], titles[side]) + ", " + w.value(t, side, ids[side], phones[side]); got != "Clerk, +48 1" || len(w.failures(t)) != 0 {
				t.Errorf("%s, %+v", got, w.failures(t))
			}
		})
	}
}
