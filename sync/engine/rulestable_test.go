package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/mapping"
)

// The tables of rules and policies, each row through the real engine, a real store and both
// vendors.

func TestFieldRulesDecideEveryKindOfEdit(t *testing.T) {
	type end struct {
		desk, salesforce string
		conflicts        int
	}
	kinds := []string{"Desk", "Salesforce", "both, Salesforce later", "blank in Desk", "blank in Salesforce", "Desk, and blank in Salesforce later"}
	both := []end{{"d", "d", 0}, {"s", "s", 0}, {"s", "s", 1}, {"", "", 0}, {"", "", 0}, {"", "", 1}}
	for rule, want := range map[models.FieldRule][]end{
		models.RuleTwoWay:                      both,
		models.RulePreferSalesforce:            both,
		models.RulePreferSalesforceUnlessBlank: {{"d", "d", 0}, {"s", "s", 0}, {"s", "s", 1}, {"", "", 0}, {"", "", 0}, {"d", "d", 1}},
		models.RulePreferDesk:                  {{"d", "d", 0}, {"s", "s", 0}, {"d", "d", 1}, {"", "", 0}, {"", "", 0}, {"d", "d", 1}},
		models.RuleSalesforceToDesk:            {{"base", "base", 1}, {"s", "s", 0}, {"s", "s", 1}, {"base", "base", 1}, {"", "", 0}, {"", "", 1}},
		models.RuleDeskToSalesforce:            {{"d", "d", 0}, {"base", "base", 1}, {"d", "d", 1}, {"", "", 0}, {"base", "base", 1}, {"d", "d", 1}},
		models.RuleOff:                         {{"d", "base", 0}, {"base", "s", 0}, {"d", "s", 0}, {"", "base", 0}, {"base", "", 0}, {"d", "", 0}},
	} {
		t.Run(string(rule), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.boot(t).connect(t)
			w.settle(t)
			var pairs [][2]string
			for i := range kinds {
				id := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": fmt.Sprint("Kind ", i), "Title": "base"})
				pairs = append(pairs, [2]string{"", id})
			}
			w.settle(t)
			for i := range pairs {
				pairs[i][0] = w.counterpart(t, models.ContactObject, models.Salesforce, pairs[i][1])
			}
			w.rule(t, models.ContactObject, "Title", rule)
			w.settle(t)
			desk := func(i int, v any) {
				w.edit(t, models.Desk, models.ContactObject, pairs[i][0], map[string]any{"title": v})
			}
			salesforce := func(i int, v any) {
				w.edit(t, models.Salesforce, models.ContactObject, pairs[i][1], map[string]any{"Title": v})
			}
			desk(0, "d")
			desk(2, "d")
			desk(3, nil)
			desk(5, "d")
			w.clock.advance(5 * time.Second)
			salesforce(1, "s")
			salesforce(2, "s")
			salesforce(4, nil)
			salesforce(5, nil)
			w.settle(t)
			lost := map[string]int{}
			for _, c := range w.conflicts(t) {
				lost[c.LinkID]++
			}
			for i, kind := range kinds {
				links, err := w.store.LinksByRecord(t.Context(), models.ContactObject, models.Desk, []string{pairs[i][0]})
				must(t, err)
				got := end{w.value(t, models.Desk, pairs[i][0], "title"), w.value(t, models.Salesforce, pairs[i][1], "Title"), lost[links[pairs[i][0]].ID]}
				if got != want[i] {
					t.Errorf("an edit in %s: got %+v, want %+v", kind, got, want[i])
				}
			}
		})
	}
}

func TestDirectionDecidesWhatIsWrittenWhere(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Pair", "Title": "base"})
	oneWay, twoWay := models.SalesforceToDesk, models.TwoWay
	_, err := w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{Direction: &oneWay})
	must(t, err)
	w.settle(t)
	w.written()
	own := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Of Desk alone"})
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "edited in Desk"})
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Phone": "1"})
	newcomer := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "New"})
	w.settle(t)
	for _, one := range w.written() {
		if one.side == models.Salesforce {
			t.Errorf("against the direction, %s %s was sent to Salesforce", one.method, one.path)
		}
	}
	if w.value(t, models.Desk, desk, "title") != "base" || w.value(t, models.Desk, desk, "phone") != "1" || w.counterpart(t, models.ContactObject, models.Salesforce, newcomer) == "" {
		t.Error("what Salesforce says is not in Desk")
	}
	if list := w.conflicts(t); len(list) != 1 || list[0].Desk.String() != "edited in Desk" {
		t.Errorf("the edit that was replaced is not in the conflict log: %d entries", len(list))
	}
	_, err = w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{Direction: &twoWay})
	must(t, err)
	w.settle(t)
	if w.counterpart(t, models.ContactObject, models.Desk, own) == "" {
		t.Error("with both directions, Desk's own contact is not in Salesforce")
	}
}

func TestDeletePoliciesOnEitherSide(t *testing.T) {
	// After a deletion on one side and then something else, what is the deleted record?
	for _, c := range []struct {
		policy   models.DeletePolicy
		then     string
		deleted  bool // it stays deleted
		replaced bool // another record stands for it
	}{
		{models.RestoreOnUpdate, "nothing", true, false},
		{models.RestoreOnUpdate, "the other is edited", false, false},
		{models.RestoreOnUpdate, "it is purged, and the other is edited", true, true},
		{models.RestoreOnUpdate, "it is undeleted, and the other is edited", false, false},
		{models.StayDeleted, "nothing", true, false},
		{models.StayDeleted, "the other is edited", true, false},
		{models.StayDeleted, "it is undeleted, and the other is edited", false, false},
	} {
		for _, side := range models.Sides {
			t.Run(fmt.Sprintf("%s/%s/%s", c.policy, side, strings.ReplaceAll(c.then, " ", "_")), func(t *testing.T) {
				w := onWorld(t, storetest.SQLiteAddress(t))
				sf, desk := w.pair(t, map[string]any{"LastName": "Pair"})
				_, err := w.proc.engine.SetPolicy(t.Context(), models.SyncPolicy{DeletePolicy: &c.policy})
				must(t, err)
				gone, kept := sf, desk
				if side == models.Desk {
					gone, kept = desk, sf
				}
				w.remove(t, side, models.ContactObject, gone)
				w.settle(t)
				if r, _ := w.get(t, side.Other(), models.ContactObject, kept); r.deleted {
					t.Fatal("the deletion was carried over")
				}
				if strings.Contains(c.then, "purged") {
					w.purge(t, side, gone)
				}
				if strings.Contains(c.then, "undeleted") {
					w.restore(t, side, gone)
					w.settle(t)
				}
				edited := strings.Contains(c.then, "edited")
				if edited {
					w.edit(t, side.Other(), models.ContactObject, kept, map[string]any{map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}[side.Other()]: "after"})
				}
				w.settle(t)
				if r, there := w.get(t, side, models.ContactObject, gone); (there && !r.deleted) == c.deleted {
					t.Errorf("deleted: got %v, want %v", !there || r.deleted, c.deleted)
				}
				want := 1
				if c.deleted && !c.replaced {
					want = 0
				}
				if n := w.live(t, side, models.ContactObject); n != want {
					t.Errorf("%d live contacts, want %d", n, want)
				}
				now := w.counterpart(t, models.ContactObject, side.Other(), kept)
				title := map[models.Side]string{models.Desk: "title", models.Salesforce: "Title"}[side]
				if r, _ := w.get(t, side, models.ContactObject, now); want == 1 && edited && r.values[title] != "after" {
					t.Errorf("the edit is not there: %q", r.values[title])
				}
				if n := w.live(t, side.Other(), models.ContactObject); n != 1 {
					t.Errorf("the other side has %d contacts", n)
				}
			})
		}
	}
}

// purge empties the recycle bin of a record, as a user would.
func (w *world) purge(t *testing.T, side models.Side, id string) {
	t.Helper()
	path := "/api/v1/recycleBin/delete"
	if side == models.Salesforce {
		path = "/_sim/purge"
	}
	if status, out := w.user(t, side, "POST", path, map[string]any{"ids": []string{id}}); status >= 300 {
		t.Fatalf("%s cannot be purged: %d %v", id, status, out)
	}
}

// refusal is a fault: Desk refuses the writes that have the text.
func refusal(text string, status int, body string) string {
	return fmt.Sprintf(`{"kind":"status","endpoint":"* /api/v1/contacts","contains":%q,"status":%d,"body":%s},{"kind":"status","endpoint":"PATCH /api/v1/contacts/{id}","contains":%q,"status":%d,"body":%s}`,
		text, status, body, text, status, body)
}

func TestFailureReasonsEachHaveTheirCodeAndItsHint(t *testing.T) {
	contact := func(side models.Side, values map[string]any) func(*testing.T, *world) {
		return func(t *testing.T, w *world) { w.create(t, side, models.ContactObject, values) }
	}
	for _, c := range []struct {
		code  models.Code
		name  string
		given func(*testing.T, *world)
	}{
		{models.CodeAlreadyMapped, "a second contact with the email of a linked one", func(t *testing.T, w *world) {
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "One", "Email": "same@x.example"})
			w.settle(t)
			w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Two", "email": "SAME@x.example"})
		}},
		{models.CodeAmbiguousMatch, "two that match one", func(t *testing.T, w *world) {
			for range 2 {
				w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Twin", "email": "twin@x.example"})
			}
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Which", "Email": "twin@x.example"})
		}},
		{models.CodeValueTooLong, "a title longer than Desk's", contact(models.Salesforce, map[string]any{"LastName": "Long", "Title": strings.Repeat("ż", 101)})},
		{models.CodeTypeMismatch, "a fraction for whole numbers", func(t *testing.T, w *world) {
			w.maps(t, models.AccountObject, "annualrevenue", "NumberOfEmployees")
			w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "Half", "annualrevenue": "10.5"})
		}},
		{models.CodeInvalidPicklist, "a value that the picklist does not have", func(t *testing.T, w *world) {
			w.maps(t, models.ContactObject, "cf_customer_tier", "Department")
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Tin", "Department": "Tin"})
		}},
		{models.CodeInvalidParameter, "no email address", func(t *testing.T, w *world) {
			w.maps(t, models.ContactObject, "secondaryEmail", "Department")
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Odd", "Department": "not an address"})
		}},
		{models.CodeRequiredFieldMissing, "nothing for the name that Desk requires", func(t *testing.T, w *world) {
			w.maps(t, models.ContactObject, "lastName", "Department", "firstName", "LastName")
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Nameless there"})
		}},
		{models.CodeParameterMissing, "Desk says that a parameter is missing", func(t *testing.T, w *world) {
			w.faults(t, models.Desk, refusal("Refused", 422, `{"errorCode":"EMPTY_PAYLOAD","message":""}`))
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Refused"})
		}},
		{models.CodeDuplicate, "Desk takes each email once", func(t *testing.T, w *world) {
			w.faults(t, models.Desk, refusal("Refused", 422, `{"errorCode":"INVALID_DATA","message":"","errors":[{"fieldName":"/email","errorType":"duplicate"}]}`))
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Refused", "Email": "dup@x.example"})
		}},
		{models.CodeReadOnly, "Salesforce does not let the field be written", func(t *testing.T, w *world) {
			w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"/services/data/**","contains":"Refused","status":400,"body":[{"errorCode":"INVALID_FIELD_FOR_INSERT_UPDATE","message":"","fields":["Title"]}]}`)
			w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Refused", "title": "Refused"})
		}},
		{models.CodeParentMissing, "the account is not there for Salesforce", func(t *testing.T, w *world) {
			w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"/services/data/**","contains":"Refused","status":400,"body":[{"errorCode":"INVALID_CROSS_REFERENCE_KEY","message":"","fields":["AccountId"]}]}`)
			w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Refused"})
		}},
		{models.CodeDeleted, "Salesforce keeps the record in its recycle bin", func(t *testing.T, w *world) {
			w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"/services/data/**","contains":"Refused","status":400,"body":[{"errorCode":"ENTITY_IS_DELETED","message":""}]}`)
			w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Refused"})
		}},
		{models.CodeNoAccess, "the integration's user may not write", func(t *testing.T, w *world) {
			w.faults(t, models.Desk, refusal("Refused", 403, `{"errorCode":"FORBIDDEN","message":""}`))
			w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Refused"})
		}},
	} {
		t.Run(string(c.code)+"/"+strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			w.boot(t).connect(t)
			w.settle(t)
			c.given(t, w)
			w.settle(t)
			fine := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Fine", "Title": "ok", "Department": "Gold"})
			w.settle(t)
			log := w.failures(t)
			if len(log) == 0 {
				t.Fatal("nothing stands in the failure log")
			}
			for _, f := range log {
				if f.Code != c.code || f.Message == "" || f.Hint == nil || f.RecordID == "" || f.Attempts < 1 {
					t.Errorf("%+v", f)
				}
			}
			if c.code != models.CodeInvalidParameter && w.counterpart(t, models.ContactObject, models.Salesforce, fine) == "" {
				t.Error("a good record was held up")
			}
		})
	}
}

// maps saves the standard mapping with pairs that go before it: Desk's field, Salesforce's field,
// and so on.
func (w *world) maps(t *testing.T, object models.SyncObject, pairs ...string) {
	t.Helper()
	taken := map[string]bool{}
	var inputs []models.FieldMappingInput
	for i := 0; i < len(pairs); i += 2 {
		inputs = append(inputs, models.FieldMappingInput{Desk: pairs[i], Salesforce: pairs[i+1]})
		taken[pairs[i]], taken[pairs[i+1]] = true, true
	}
	for _, in := range mapping.Defaults(object) {
		if !taken[in.Desk] && !taken[in.Salesforce] {
			inputs = append(inputs, in)
		}
	}
	saved, _, problems, err := w.proc.engine.SaveFieldMappings(t.Context(), object, inputs)
	must(t, err)
	if !saved {
		for _, p := range problems {
			t.Logf("%s %s %s", p.Severity, p.Code, p.Message)
		}
		t.Fatal("the mapping was not saved")
	}
	w.settle(t)
}
