package models

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func texts(pairs ...string) Values {
	v := Values{}
	for i := 0; i < len(pairs); i += 2 {
		v[pairs[i]] = Text(pairs[i+1])
	}
	return v
}

func ptr[T any](v T) *T { return &v }

func TestACardShowsSalesforcesValueElseDesks(t *testing.T) {
	for _, c := range []struct {
		name string
		pair Pair
		want *string // of the phone
	}{
		{"both have one", Pair{SalesforceID: ptr("003"), SalesforceData: texts("Phone", "sf"), DeskData: texts("phone", "desk")}, ptr("sf")},
		{"Salesforce's is blank", Pair{SalesforceID: ptr("003"), SalesforceData: texts("Phone", ""), DeskData: texts("phone", "desk")}, nil},
		{"Salesforce's was not read", Pair{SalesforceID: ptr("003"), SalesforceData: texts("Email", "x"), DeskData: texts("phone", "desk")}, ptr("desk")},
		{"there is no Salesforce record", Pair{SalesforceData: texts("Phone", ""), DeskData: texts("phone", "desk")}, ptr("desk")},
		{"Desk's is blank", Pair{DeskData: texts("phone", "")}, nil},
		{"neither was read", Pair{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, (&Contact{Pair: c.pair}).Phone()); diff != "" {
				t.Error(diff)
			}
		})
	}
	blank := Pair{SalesforceID: ptr("003"), SalesforceData: Values{"": Blank}, DeskData: texts("code", "1000")}
	if got := blank.text("", "code"); got == nil || *got != "1000" {
		t.Errorf("a field that only Desk has is %v", got)
	}
}

func TestEveryFieldOfACardIsReadFromItsSources(t *testing.T) {
	// Each vendor field holds its own name, so that a field that is read from elsewhere is seen.
	named := func(table map[string]Sources) (salesforce, desk Values) {
		salesforce, desk = Values{}, Values{}
		for _, s := range table {
			for _, f := range s.Salesforce {
				salesforce[f] = Text("S:" + f)
			}
			for _, f := range s.Desk {
				desk[f] = Text("D:" + f)
			}
		}
		return salesforce, desk
	}
	salesforce, desk := named(ContactSources)
	for side, want := range map[Side][]string{
		Salesforce: {"S:FirstName S:LastName", "S:FirstName", "S:LastName", "S:Email", "S:Phone", "S:MobilePhone", "S:Title", "S:Department"},
		Desk:       {"D:firstName D:lastName", "D:firstName", "D:lastName", "D:email", "D:phone", "D:mobile", "D:title", "<nil>"},
	} {
		c := &Contact{Pair: Pair{DeskData: desk}}
		if side == Salesforce {
			c.SalesforceID, c.SalesforceData = ptr("003"), salesforce
		}
		var got []string
		for _, p := range []*string{c.Name(), c.FirstName(), c.LastName(), c.Email(), c.Phone(), c.Mobile(), c.Title(), c.Department()} {
			if p == nil {
				got = append(got, "<nil>")
				continue
			}
			got = append(got, *p)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("contact on %s: %s", side, diff)
		}
	}
	address := &Address{Street: ptr("S:MailingStreet"), City: ptr("S:MailingCity"), State: ptr("S:MailingState"), PostalCode: ptr("S:MailingPostalCode"), Country: ptr("S:MailingCountry")}
	if diff := cmp.Diff(address, (&Contact{Pair: Pair{SalesforceID: ptr("003"), SalesforceData: salesforce}}).MailingAddress()); diff != "" {
		t.Error(diff)
	}
	address = &Address{Street: ptr("D:street"), City: ptr("D:city"), State: ptr("D:state"), PostalCode: ptr("D:zip"), Country: ptr("D:country")}
	if diff := cmp.Diff(address, (&Contact{Pair: Pair{DeskData: desk}}).MailingAddress()); diff != "" {
		t.Error(diff)
	}

	salesforce, desk = named(AccountSources)
	for side, want := range map[Side][]*string{
		Salesforce: {ptr("S:Name"), ptr("S:Website"), ptr("S:Phone"), ptr("S:Industry")},
		Desk:       {ptr("D:accountName"), ptr("D:website"), ptr("D:phone"), ptr("D:industry")},
	} {
		a := &Account{Pair: Pair{DeskData: desk}}
		if side == Salesforce {
			a.SalesforceID, a.SalesforceData = ptr("001"), salesforce
		}
		if diff := cmp.Diff(want, []*string{a.Name(), a.Website(), a.Phone(), a.Industry()}); diff != "" {
			t.Errorf("account on %s: %s", side, diff)
		}
	}
	address = &Address{Street: ptr("S:BillingStreet"), City: ptr("S:BillingCity"), State: ptr("S:BillingState"), PostalCode: ptr("S:BillingPostalCode"), Country: ptr("S:BillingCountry")}
	if diff := cmp.Diff(address, (&Account{Pair: Pair{SalesforceID: ptr("001"), SalesforceData: salesforce}}).BillingAddress()); diff != "" {
		t.Error(diff)
	}
	address = &Address{Street: ptr("D:street"), City: ptr("D:city"), State: ptr("D:state"), PostalCode: ptr("D:code"), Country: ptr("D:country")}
	if diff := cmp.Diff(address, (&Account{Pair: Pair{DeskData: desk}}).BillingAddress()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsBlankIsAbsentFromACard(t *testing.T) {
	empty := Pair{SalesforceID: ptr("003")}
	c, a := &Contact{Pair: empty}, &Account{Pair: empty}
	if c.Name() != nil || c.MailingAddress() != nil || c.Owner() != nil || c.CreatedAt() != nil || c.UpdatedAt() != nil || a.AnnualRevenue() != nil || a.NumberOfEmployees() != nil || a.BillingAddress() != nil {
		t.Errorf("a blank record shows %+v %+v", c, a)
	}
	if got := (&Contact{Pair: Pair{DeskData: texts("lastName", "Ōe")}}).Name(); got == nil || *got != "Ōe" {
		t.Errorf("a last name alone is the name %v", got)
	}
	if got := (&Contact{Pair: Pair{DeskData: texts("zip", "1000")}}).MailingAddress(); got == nil || *got.PostalCode != "1000" || got.City != nil {
		t.Errorf("a postal code alone is the address %+v", got)
	}
}

func TestAnOwnerIsShownByWhatIsKnownOfIt(t *testing.T) {
	for _, c := range []struct {
		name string
		data Values
		want *User
	}{
		{"id and name", texts("OwnerId", "005", "Owner.Name", "Ada", "Owner.Email", "a@x.example"), &User{ID: "005", Name: ptr("Ada"), Email: ptr("a@x.example")}},
		{"the id alone", texts("OwnerId", "005"), &User{ID: "005"}},
		{"the name alone", texts("Owner.Name", "Ada"), &User{Name: ptr("Ada")}},
		{"an email alone names nobody", texts("Owner.Email", "a@x.example"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, (&Pair{SalesforceData: c.data}).Owner()); diff != "" {
				t.Error(diff)
			}
		})
	}
	type owned interface{ Owner() *User }
	for name, c := range map[string]struct {
		of   owned
		want *User
	}{
		"an opportunity":             {&Opportunity{OwnerID: ptr("005"), OwnerName: ptr("Ada"), OwnerEmail: ptr("a@x.example")}, &User{ID: "005", Name: ptr("Ada"), Email: ptr("a@x.example")}},
		"an event, name unknown":     {&Event{OwnerID: ptr("005")}, &User{ID: "005"}},
		"a task, id unknown":         {&Task{OwnerName: ptr("Ada")}, &User{Name: ptr("Ada")}},
		"an opportunity with no one": {&Opportunity{OwnerEmail: ptr("a@x.example")}, nil},
	} {
		if diff := cmp.Diff(c.want, c.of.Owner()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if diff := cmp.Diff(&User{ID: "005", Name: ptr("Ada")}, (&Note{CreatedByID: ptr("005"), CreatedByName: ptr("Ada")}).CreatedBy()); diff != "" {
		t.Error(diff)
	}
}

func TestARecordsTimesAreTheVendors(t *testing.T) {
	early, late := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name             string
		desk, salesforce *time.Time
		want             *time.Time
	}{
		{"Desk is later", &late, &early, &late},
		{"Salesforce is later", &early, &late, &late},
		{"equal", &early, ptr(early), &early},
		{"only Desk", &early, nil, &early},
		{"only Salesforce", nil, &early, &early},
		{"neither", nil, nil, nil},
	} {
		t.Run("changed: "+c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, (&Pair{DeskModifiedAt: c.desk, SalesforceModifiedAt: c.salesforce}).UpdatedAt()); diff != "" {
				t.Error(diff)
			}
		})
	}
	for text, want := range map[string]*time.Time{
		"2026-01-02T02:00:00+02:00": &late, "2026-01-02T00:00:00.000Z": &late, "yesterday": nil, "": nil,
	} {
		got := (&Pair{DeskData: texts("createdTime", text)}).CreatedAt()
		if diff := cmp.Diff(want, got); diff != "" || (got != nil && got.Location() != time.UTC) {
			t.Errorf("%q: %s %v", text, diff, got)
		}
	}
}

func TestAnAccountsFiguresAreExactOrAbsent(t *testing.T) {
	for text, want := range map[string]*Decimal{"1.50E3": ptr(Decimal("1500")), "12345678901234567890.12": ptr(Decimal("12345678901234567890.12")), "many": nil} {
		if diff := cmp.Diff(want, (&Account{Pair: Pair{SalesforceData: texts("AnnualRevenue", text)}}).AnnualRevenue()); diff != "" {
			t.Errorf("revenue %q: %s", text, diff)
		}
	}
	for text, want := range map[string]*int{"12": ptr(12), "12.0": ptr(12), "12.5": nil, "99999999999999999999": nil} {
		if diff := cmp.Diff(want, (&Account{Pair: Pair{SalesforceData: texts("NumberOfEmployees", text)}}).NumberOfEmployees()); diff != "" {
			t.Errorf("employees %q: %s", text, diff)
		}
	}
}

func TestTheMirrorsHoldWhatTheCardShows(t *testing.T) {
	for _, c := range []struct {
		side   Side
		object SyncObject
		want   []string
	}{
		{Desk, ContactObject, []string{"city", "country", "createdTime", "email", "firstName", "lastName", "mobile", "phone", "state", "street", "title", "zip"}},
		{Desk, AccountObject, []string{"accountName", "annualrevenue", "city", "code", "country", "createdTime", "industry", "phone", "state", "street", "website"}},
		{Salesforce, AccountObject, []string{"AnnualRevenue", "BillingCity", "BillingCountry", "BillingPostalCode", "BillingState", "BillingStreet", "CreatedDate", "Industry", "Name",
			"NumberOfEmployees", "Owner.Email", "Owner.Name", "OwnerId", "Phone", "Website"}},
	} {
		if diff := cmp.Diff(c.want, CardFields(c.side, c.object)); diff != "" {
			t.Errorf("%s %s: %s", c.side, c.object, diff)
		}
	}
	if got := CardFields(Salesforce, ContactObject); !slices.Contains(got, "Department") || !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Errorf("%v", got)
	}
}
