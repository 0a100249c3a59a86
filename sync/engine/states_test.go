package engine_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/sync/mapping"
)

// listed ties Salesforce's states and countries to lists.
func (w *world) listed(t *testing.T) {
	t.Helper()
	w.sim(t, models.Salesforce, http.MethodPost, "/_sim/settings", `{"statePicklists":true}`, nil)
}

// failing are the fields of the open failures, in their order.
func (w *world) failing(t *testing.T) (out []string) {
	t.Helper()
	for _, f := range w.failures(t) {
		out = append(out, f.Field)
	}
	slices.Sort(out)
	return out
}

// located is the state and the country of a Salesforce contact.
func (w *world) located(t *testing.T, id string) [2]string {
	t.Helper()
	return [2]string{w.value(t, models.Salesforce, id, "MailingState"), w.value(t, models.Salesforce, id, "MailingCountry")}
}

func TestStatesAndCountriesBecomeThoseOfSalesforcesLists(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.listed(t)
		w.boot(t).connect(t)
		w.settle(t)
		ids := map[string]string{}
		for name, at := range map[string][2]string{"code": {"CA", "United States"}, "both codes": {"tx", "US"}, "another's code": {"WA", "Australia"}, "names": {"new york", "united states"}, "no states": {"", "Germany"}, "neither": {"", ""}} {
			ids[name] = w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": name, "state": at[0], "country": at[1]})
		}
		w.settle(t)
		for name, want := range map[string][2]string{"code": {"California", "United States"}, "both codes": {"Texas", "United States"}, "another's code": {"Western Australia", "Australia"},
			"names": {"New York", "United States"}, "no states": {"", "Germany"}, "neither": {}} {
			if got := w.located(t, w.counterpart(t, models.ContactObject, models.Desk, ids[name])); got != want {
				t.Errorf("%s: %v", name, got)
			}
		}
		if got := w.value(t, models.Desk, ids["code"], "state"); got != "CA" || len(w.failures(t)) != 0 {
			t.Errorf("in Desk the state is %q; %+v", got, w.failures(t))
		}
		sf := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Back", "MailingCountryCode": "CA", "MailingStateCode": "ON"})
		w.settle(t)
		desk := w.counterpart(t, models.ContactObject, models.Salesforce, sf)
		if w.value(t, models.Desk, desk, "state") != "Ontario" || w.value(t, models.Desk, desk, "country") != "Canada" {
			t.Errorf("from Salesforce it is %q, %q", w.value(t, models.Desk, desk, "state"), w.value(t, models.Desk, desk, "country"))
		}
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"state": "WA", "country": "United States"})
		w.settle(t)
		if got := w.located(t, sf); got != [2]string{"Washington", "United States"} {
			t.Errorf("moved: %v", got)
		}
		if o := w.compareNow(t, models.ContactObject); o.Equal != 7 || len(w.failures(t)) != 0 {
			t.Errorf("%+v, %+v", o, w.failures(t))
		}
		w.written()
		w.turns()
		if wrote := w.written(); len(wrote) != 0 {
			t.Errorf("what means the same is written again: %v", wrote)
		}
	})
}

func TestAStateThatIsNoneFailsAloneUntilItsCountryIsKnown(t *testing.T) {
	storetest.Two(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.listed(t)
		w.boot(t).connect(t)
		w.settle(t)
		made := func(values map[string]any) (desk, sf string) {
			desk = w.create(t, models.Desk, models.ContactObject, values)
			w.settle(t)
			return desk, w.counterpart(t, models.ContactObject, models.Desk, desk)
		}
		desk, sf := made(map[string]any{"lastName": "Stateless", "state": "TX", "title": "Boss"})
		if w.located(t, sf) != [2]string{} || w.value(t, models.Salesforce, sf, "Title") != "Boss" || !slices.Equal(w.failing(t), []string{"MailingState"}) {
			t.Fatalf("without a country: %v, failing %v", w.located(t, sf), w.failing(t))
		}
		w.clock.advance(time.Minute)
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"country": "United States"})
		w.settle(t)
		if w.located(t, sf) != [2]string{"Texas", "United States"} || len(w.failures(t)) != 0 {
			t.Errorf("with its country: %v, failing %v", w.located(t, sf), w.failing(t))
		}
		// It goes on with the others where its country is none of the list.
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"country": "USA", "title": "Chief"})
		w.settle(t)
		if w.located(t, sf) != [2]string{"Texas", "United States"} || w.value(t, models.Salesforce, sf, "Title") != "Chief" || !slices.Contains(w.failing(t), "MailingCountry") {
			t.Errorf("another word for it: %v, failing %v", w.located(t, sf), w.failing(t))
		}
		_, dutch := made(map[string]any{"lastName": "Dutch", "state": "Drenthe", "country": "Netherlands"})
		if w.located(t, dutch) != [2]string{"", "Netherlands"} || !slices.Contains(w.failing(t), "MailingState") {
			t.Errorf("a country without states: %v, failing %v", w.located(t, dutch), w.failing(t))
		}
		_, short := made(map[string]any{"lastName": "Short", "state": "Calif.", "country": "United States"})
		// A table of values mends a word that the list does not have.
		in := mapping.Defaults(models.ContactObject)
		for i := range in {
			switch in[i].Salesforce {
			case "MailingCountry":
				in[i].Values = []*models.ValuePair{{Desk: "USA", Salesforce: "United States"}}
			case "MailingState":
				in[i].Values = []*models.ValuePair{{Desk: "Calif.", Salesforce: "California"}}
			}
		}
		saved, _, problems, err := w.proc.engine.SaveFieldMappings(context.Background(), models.ContactObject, in)
		must(t, err)
		w.settle(t)
		if !saved || w.located(t, sf) != [2]string{"Texas", "United States"} || w.located(t, short) != [2]string{"California", "United States"} || !slices.Equal(w.failing(t), []string{"MailingState"}) {
			t.Errorf("by the table: %v and %v, failing %v, %+v", w.located(t, sf), w.located(t, short), w.failing(t), problems)
		}
		if w.value(t, models.Desk, desk, "country") != "USA" {
			t.Error("Desk's own word was replaced")
		}
	})
}

// TestListsThatAreSwitchedOnLaterAreFollowed: what stood there before stays, and new values become
// those of the lists.
func TestListsThatAreSwitchedOnLaterAreFollowed(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Early", "MailingCountry": "Holland", "Title": "before"})
	w.listed(t)
	w.clock.advance(11 * time.Minute)
	w.settle(t)
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "after"})
	w.settle(t)
	if w.value(t, models.Salesforce, sf, "Title") != "after" || w.located(t, sf)[1] != "Holland" || len(w.failures(t)) != 0 {
		t.Errorf("what stood there: %v, failing %v", w.located(t, sf), w.failing(t))
	}
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"state": "NSW", "country": "AU"})
	w.settle(t)
	if got := w.located(t, sf); got != [2]string{"New South Wales", "Australia"} || len(w.failures(t)) != 0 {
		t.Errorf("%v, %+v", got, w.failures(t))
	}
}
