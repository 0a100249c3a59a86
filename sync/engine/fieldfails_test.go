package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// fieldsOf are the fields of the open failures, sorted.
func fieldsOf(log []models.Failure) []string {
	var out []string
	for _, f := range log {
		out = append(out, f.Field)
	}
	slices.Sort(out)
	return out
}

func TestANewRecordIsMadeWithWhatFits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.pair(t, map[string]any{"LastName": "Earlier"})
		contact := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Okafor", "Email": "ama@field.example",
			"MailingCity": "Kingstown", "MailingCountry": "Saint Vincent and the Grenadines", "Phone": "+1 784 555 0100"})
		account := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Grenadine", "BillingCountry": "Congo, the Democratic Republic of the"})
		w.settle(t)
		desk := w.counterpart(t, models.ContactObject, models.Salesforce, contact)
		if desk == "" || w.value(t, models.Desk, desk, "city") != "Kingstown" || w.value(t, models.Desk, desk, "phone") != "+1 784 555 0100" || w.value(t, models.Desk, desk, "country") != "" {
			t.Fatalf("the contact in Desk is %q; failures %+v", desk, w.failures(t))
		}
		if w.counterpart(t, models.AccountObject, models.Salesforce, account) == "" {
			t.Error("the account was not made")
		}
		log := w.failures(t)
		if got := fieldsOf(log); len(log) != 2 || got[0] != "BillingCountry" || got[1] != "MailingCountry" || log[0].Code != models.CodeValueTooLong {
			t.Fatalf("failures %+v", log)
		}
		w.edit(t, models.Salesforce, models.ContactObject, contact, map[string]any{"MailingCountry": "SVG"})
		w.settle(t)
		if got := fieldsOf(w.failures(t)); len(got) != 1 || w.value(t, models.Desk, desk, "country") != "SVG" {
			t.Errorf("once it fits: country %q, failures of %q", w.value(t, models.Desk, desk, "country"), got)
		}
	})
}

func TestARecordWithoutItsNameIsNotMade(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Earlier"})
	long := strings.Repeat("x", 120) // Salesforce takes 80
	desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": long, "email": "long@field.example"})
	w.settle(t)
	log := w.failures(t)
	if made := w.counterpart(t, models.ContactObject, models.Desk, desk); made != "" || len(log) != 1 || log[0].Field != "LastName" {
		t.Errorf("made %q, failures %+v", made, log)
	}
}

// countryRefused is the vendor's refusal of one field, as organizations with state and country
// picklists give it.
const countryRefused = `{"kind":"record_fail","on":"Contact","contains":"Holland","code":"FIELD_INTEGRITY_EXCEPTION","message":"There is a problem with this country.","fields":["MailingCountry"]}`

func TestAFieldThatTheVendorNamesInItsRefusalRestsAndTheOthersGoThrough(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		sf, desk := w.pair(t, map[string]any{"LastName": "Vermeer", "Email": "joost@field.example"})
		w.faults(t, models.Salesforce, countryRefused)
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"country": "Holland", "phone": "+31 20 555 0100", "title": "Head of Ops"})
		w.settle(t)
		value := func(name string) string { return w.value(t, models.Salesforce, sf, name) }
		log := w.failures(t)
		if value("Phone") != "+31 20 555 0100" || value("Title") != "Head of Ops" || value("MailingCountry") != "" {
			t.Fatalf("phone %q, title %q, country %q", value("Phone"), value("Title"), value("MailingCountry"))
		}
		if len(log) != 1 || log[0].Field != "MailingCountry" || !strings.Contains(log[0].Message, "There is a problem with this country.") {
			t.Fatalf("failures %+v", log)
		}
		w.written()
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"phone": "+31 20 555 0199"})
		w.settle(t)
		if n := len(w.written()); value("Phone") != "+31 20 555 0199" || n != 1 || len(w.failures(t)) != 1 {
			t.Errorf("a later edit: phone %q with %d writes, failures %+v", value("Phone"), n, w.failures(t))
		}
		// The rule is gone: a retry of the field lets it through.
		w.faults(t, models.Salesforce)
		_, err := w.proc.engine.Retry(t.Context(), []string{log[0].ID}, models.FailureFilter{})
		must(t, err)
		w.settle(t)
		if value("MailingCountry") != "Holland" || len(w.failures(t)) != 0 {
			t.Errorf("after the retry: country %q, failures %+v", value("MailingCountry"), w.failures(t))
		}
	})
}

func TestARestingFieldIsTriedAgainWithAnotherValue(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Vermeer"})
	w.faults(t, models.Salesforce, countryRefused)
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"country": "Holland"})
	w.settle(t)
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"country": "Netherlands"})
	w.settle(t)
	if got := w.value(t, models.Salesforce, sf, "MailingCountry"); got != "Netherlands" || len(w.failures(t)) != 0 {
		t.Errorf("country %q, failures %+v", got, w.failures(t))
	}
}

func TestACreateThatNamesAFieldIsMadeWithoutIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.pair(t, map[string]any{"LastName": "Earlier"})
		w.faults(t, models.Salesforce, countryRefused)
		desk := w.create(t, models.Desk, models.ContactObject, map[string]any{"lastName": "Newcomer", "email": "new@field.example", "country": "Holland", "phone": "1"})
		w.settle(t)
		sf := w.counterpart(t, models.ContactObject, models.Desk, desk)
		if got := fieldsOf(w.failures(t)); sf == "" || w.value(t, models.Salesforce, sf, "Phone") != "1" || !slices.Equal(got, []string{"MailingCountry"}) {
			t.Errorf("made %q, failures of %q", sf, got)
		}
		if n := w.live(t, models.Salesforce, models.ContactObject); n != 2 {
			t.Errorf("%d contacts in Salesforce", n)
		}
	})
}

func TestTheFieldBehindARefusalThatNamesNoneIsFound(t *testing.T) {
	for _, c := range []struct{ name, first string }{{"on an update", ""}, {"on a create", "create"}} {
		t.Run(c.name, func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, desk := w.pair(t, map[string]any{"LastName": "Ruled", "Email": "ruled@field.example"})
			w.faults(t, models.Salesforce, `{"kind":"record_fail","on":"Contact","contains":"Rule Breaker","code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"Job titles must come from the HR list (rule HR-12)."}`)
			values := map[string]any{"title": "Rule Breaker", "phone": "2", "mobile": "3", "city": "Delft"}
			if c.first == "create" {
				values["lastName"], values["email"] = "Made", "made@field.example"
				desk = w.create(t, models.Desk, models.ContactObject, values)
			} else {
				w.edit(t, models.Desk, models.ContactObject, desk, values)
			}
			w.settle(t)
			if c.first == "create" {
				if sf = w.counterpart(t, models.ContactObject, models.Desk, desk); sf == "" {
					t.Fatalf("not made: %+v", w.failures(t))
				}
			}
			for name, want := range map[string]string{"Phone": "2", "MobilePhone": "3", "MailingCity": "Delft", "Title": ""} {
				if got := w.value(t, models.Salesforce, sf, name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if log := w.failures(t); len(log) != 1 || log[0].Field != "Title" || !strings.Contains(log[0].Message, "rule HR-12") {
				t.Errorf("failures %+v", log)
			}
		})
	}
}

// TestAFieldThatIsRefusedAloneIsNamedThoughNobodySaysIt: a retry sends nothing but the field, and
// the refusal is the same failure again, not a second one without a field.
func TestAFieldThatIsRefusedAloneIsNamedThoughNobodySaysIt(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Ruled", "Email": "ruled@field.example"})
	w.faults(t, models.Salesforce, `{"kind":"record_fail","on":"Contact","contains":"Rule Breaker","code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"Job titles must come from the HR list (rule HR-12)."}`)
	for _, edit := range []map[string]any{{"title": "Rule Breaker"}, {"title": "Rule Breaker, too", "phone": "2"}} {
		w.edit(t, models.Desk, models.ContactObject, desk, edit)
		w.settle(t)
		for _, when := range []string{"after the edit", "after a retry"} {
			if log := w.failures(t); !slices.Equal(fieldsOf(log), []string{"Title"}) || !strings.Contains(log[0].Message, "rule HR-12") {
				t.Fatalf("%v, %s: %+v", edit, when, log)
			}
			_, err := w.proc.engine.Retry(t.Context(), nil, models.FailureFilter{})
			must(t, err)
			w.settle(t)
		}
	}
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "Head of Ops"})
	w.settle(t)
	if got := w.value(t, models.Salesforce, sf, "Title"); got != "Head of Ops" || w.value(t, models.Salesforce, sf, "Phone") != "2" || len(w.failures(t)) != 0 {
		t.Errorf("mended, the title is %q: %+v", got, w.failures(t))
	}
}

func TestARefusalOfTheWholeRecordIsOneFailureAtABoundedCost(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	_, desk := w.pair(t, map[string]any{"LastName": "Locked", "Email": "locked@field.example"})
	w.faults(t, models.Salesforce, `{"kind":"record_fail","on":"Contact","contains":"Locked","code":"FIELD_CUSTOM_VALIDATION_EXCEPTION","message":"This record is under audit."}`)
	w.written()
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"title": "a", "phone": "2", "mobile": "3", "city": "Delft", "street": "x", "zip": "1", "state": "y"})
	w.settle(t)
	if log := w.failures(t); len(log) != 1 || log[0].Field != "" || !strings.Contains(log[0].Message, "under audit") {
		t.Errorf("failures %+v", log)
	}
	if n := len(w.written()); n > 14 {
		t.Errorf("%d writes", n)
	}
}

func TestWhatDeskRefusesOfOneFieldDoesNotHoldTheOthersBack(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Haddad", "Email": "nora.haddad@field.example", "Phone": "010"})
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"Email": "nora/haddad@field.example", "Phone": "099", "Title": "CFO"})
	w.settle(t)
	log := w.failures(t)
	if w.value(t, models.Desk, desk, "phone") != "099" || w.value(t, models.Desk, desk, "title") != "CFO" || len(log) != 1 || log[0].Field != "Email" {
		t.Errorf("phone %q, title %q, failures %+v", w.value(t, models.Desk, desk, "phone"), w.value(t, models.Desk, desk, "title"), log)
	}
}

func TestWhatAVendorKeptLessOfStaysOpenWhileTheValuesDiffer(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	w.pair(t, map[string]any{"LastName": "Earlier"})
	desk := w.create(t, models.Desk, models.AccountObject, map[string]any{"accountName": "Cents", "annualrevenue": "1234567.89"})
	w.settle(t)
	for range 3 { // our own echo changes nothing
		w.clock.advance(time.Minute)
		check(t, w.proc.turn())
	}
	sf := w.counterpart(t, models.AccountObject, models.Desk, desk)
	if log := w.failures(t); len(log) != 1 || log[0].Field != "AnnualRevenue" {
		t.Fatalf("Salesforce has %q, failures %+v", w.value(t, models.Salesforce, sf, "AnnualRevenue"), log)
	}
	w.edit(t, models.Desk, models.AccountObject, desk, map[string]any{"annualrevenue": "1234568"})
	w.settle(t)
	if log := w.failures(t); len(log) != 0 {
		t.Errorf("once both agree: %+v", log)
	}
}

func TestAChoiceOfAccountIsCarriedWhereItCanBe(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		w := onWorld(t, address)
		w.pair(t, map[string]any{"LastName": "Earlier"})
		first := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Burger Palace", "BillingCity": "Lyon"})
		second := w.create(t, models.Salesforce, models.AccountObject, map[string]any{"Name": "Burger Palace", "BillingCity": "Nantes"})
		contact := w.create(t, models.Salesforce, models.ContactObject, map[string]any{"LastName": "Grand", "Email": "grand@nantes.example", "AccountId": second})
		w.settle(t)
		desk := w.counterpart(t, models.ContactObject, models.Salesforce, contact)
		linked := w.counterpart(t, models.AccountObject, models.Salesforce, first)
		if desk == "" || linked == "" {
			t.Fatalf("contact %q, account %q: %+v", desk, linked, w.failures(t))
		}
		var report models.DriftReport
		must(t, w.proc.engine.CompareAll(t.Context(), &report))
		if got := fieldsOf(w.failures(t)); !slices.Contains(got, "AccountId") {
			t.Errorf("nothing is said of the contact's account: failures of %q", got)
		}
		for _, o := range report.Objects {
			if o.Object == models.ContactObject && o.Equal != o.Pairs-1 {
				t.Errorf("%d of %d pairs count as equal", o.Equal, o.Pairs)
			}
		}
		w.clock.advance(time.Minute)
		w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"accountId": linked})
		w.settle(t)
		if got := w.value(t, models.Salesforce, contact, "AccountId"); got != first {
			t.Errorf("the contact belongs to %q in Salesforce, want %q; failures %+v", got, first, w.failures(t))
		}
		if got := fieldsOf(w.failures(t)); slices.Contains(got, "AccountId") {
			t.Errorf("the failure stays: %q", got)
		}
	})
}

func TestARetryOfOneFieldLeavesTheOthersAtRest(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, desk := w.pair(t, map[string]any{"LastName": "Both"})
	refuse := func(field, text string) string {
		return fmt.Sprintf(`{"kind":"record_fail","on":"Contact","contains":%q,"code":"FIELD_INTEGRITY_EXCEPTION","message":"no","fields":[%q]}`, text, field)
	}
	w.faults(t, models.Salesforce, refuse("MailingCountry", "Holland"), refuse("Title", "Chief"))
	w.edit(t, models.Desk, models.ContactObject, desk, map[string]any{"country": "Holland", "title": "Chief", "phone": "7"})
	w.settle(t)
	log := w.failures(t)
	if got := fieldsOf(log); !slices.Equal(got, []string{"MailingCountry", "Title"}) || w.value(t, models.Salesforce, sf, "Phone") != "7" {
		t.Fatalf("failures of %q, phone %q", got, w.value(t, models.Salesforce, sf, "Phone"))
	}
	w.faults(t, models.Salesforce)
	title := slices.IndexFunc(log, func(f models.Failure) bool { return f.Field == "Title" })
	_, err := w.proc.engine.Retry(t.Context(), []string{log[title].ID}, models.FailureFilter{})
	must(t, err)
	w.settle(t)
	if got := fieldsOf(w.failures(t)); !slices.Equal(got, []string{"MailingCountry"}) || w.value(t, models.Salesforce, sf, "Title") != "Chief" || w.value(t, models.Salesforce, sf, "MailingCountry") != "" {
		t.Errorf("failures of %q, title %q, country %q", got, w.value(t, models.Salesforce, sf, "Title"), w.value(t, models.Salesforce, sf, "MailingCountry"))
	}
}
