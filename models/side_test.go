package models

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEachSideHasItsOwnNamesForTheSameThings(t *testing.T) {
	type names struct{ Other, Name, Parent, AccountParent, Email, AccountName string }
	for side, want := range map[Side]names{
		Desk:       {"SALESFORCE", "Zoho Desk", "accountId", "", "email", "accountName"},
		Salesforce: {"DESK", "Salesforce", "AccountId", "", "Email", "Name"},
	} {
		got := names{string(side.Other()), side.Name(), ContactObject.ParentField(side), AccountObject.ParentField(side), ContactObject.MatchField(side), AccountObject.MatchField(side)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", side, diff)
		}
	}
	if ContactObject.Singular() != "contact" || AccountObject.Singular() != "account" {
		t.Error(ContactObject.Singular(), AccountObject.Singular())
	}
	if SyncObjects[0] != AccountObject {
		t.Error("contacts come before the accounts that they refer to")
	}
}

func TestSpamAndVisitorsOfDeskAndPeoplesAccountsAreLeftOutAndNothingElse(t *testing.T) {
	for field, of := range map[string]SyncObject{"isSpam": ContactObject, "isAnonymous": ContactObject, "IsPersonAccount": AccountObject} {
		on := map[SyncObject]Side{ContactObject: Desk, AccountObject: Salesforce}[of]
		for value, want := range map[string]bool{"true": true, "false": false, "": false} {
			record := Values{field: Text(value)}
			for _, object := range SyncObjects {
				for _, side := range Sides {
					if got := object.LeavesOut(side, record); got != (want && object == of && side == on) {
						t.Errorf("%s %s with %s %q: %v", side, object, field, value, got)
					}
				}
			}
		}
	}
}

func TestARuleAndADirectionSayWhichSideIsWritten(t *testing.T) {
	type written struct{ Desk, Salesforce bool }
	for rule, want := range map[FieldRule]written{
		RuleTwoWay: {true, true}, RulePreferSalesforce: {true, true}, RulePreferSalesforceUnlessBlank: {true, true}, RulePreferDesk: {true, true},
		RuleSalesforceToDesk: {true, false}, RuleDeskToSalesforce: {false, true}, RuleOff: {false, false},
	} {
		if got := (written{rule.WritesTo(Desk), rule.WritesTo(Salesforce)}); got != want {
			t.Errorf("%s writes to %+v, want %+v", rule, got, want)
		}
	}
	for direction, want := range map[SyncDirection]written{TwoWay: {true, true}, SalesforceToDesk: {true, false}} {
		if got := (written{direction.WritesTo(Desk), direction.WritesTo(Salesforce)}); got != want {
			t.Errorf("%s writes to %+v, want %+v", direction, got, want)
		}
	}
}

func TestAMappingIsNamedByItsSalesforceField(t *testing.T) {
	m := FieldMapping{Desk: Field{Name: "phone"}, Salesforce: Field{Name: "Phone"}}
	if m.Field(Desk).Name != "phone" || m.Field(Salesforce).Name != "Phone" || m.Name() != "Phone" {
		t.Errorf("%+v", m)
	}
}

func TestAFilterNamesOnlyTheSidesOwnFields(t *testing.T) {
	f := SyncFilter{Conditions: []FilterCondition{{Side: Desk, Field: Field{Name: "email"}}, {Side: Salesforce, Field: Field{Name: "Email"}}, {Side: Desk, Field: Field{Name: "title"}}}}
	if diff := cmp.Diff([]string{"email", "title"}, f.Fields(Desk)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Email"}, f.Fields(Salesforce)); diff != "" {
		t.Error(diff)
	}
}

func TestEachObjectHasAFieldWithoutWhichNoVendorTakesIt(t *testing.T) {
	for name, c := range map[string]struct {
		side   Side
		object SyncObject
		want   string
	}{
		"Desk's contact":       {Desk, ContactObject, "lastName"},
		"Salesforce's contact": {Salesforce, ContactObject, "LastName"},
		"Desk's account":       {Desk, AccountObject, "accountName"},
		"Salesforce's account": {Salesforce, AccountObject, "Name"},
	} {
		if got := c.object.NameField(c.side); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOnlyAContactOfDeskHasASecondEmail(t *testing.T) {
	for name, c := range map[string]struct {
		side   Side
		object SyncObject
		want   string
	}{
		"Desk's contact":       {Desk, ContactObject, "secondaryEmail"},
		"Salesforce's contact": {Salesforce, ContactObject, ""},
		"Desk's account":       {Desk, AccountObject, ""},
		"Salesforce's account": {Salesforce, AccountObject, ""},
	} {
		if got := c.object.SecondField(c.side); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestTwoValuesThatMeanTheSameEachStandOnTheirSide(t *testing.T) {
	p := ValuePair{Desk: "Brasil", Salesforce: "BR"}
	if p.On(Desk) != "Brasil" || p.On(Salesforce) != "BR" {
		t.Errorf("%q and %q", p.On(Desk), p.On(Salesforce))
	}
}
