package models

import "testing"

func TestADayCostsItsEditsItsPollsAndItsHours(t *testing.T) {
	costs := CallCosts{DeskEdit: SideCosts{1, 2}, SalesforceEdit: SideCosts{3, 1}, Poll: SideCosts{10, 2}, Hour: SideCosts{5, 1}}
	for name, c := range map[string]struct {
		size SyncSize
		want SideCosts
	}{
		"nothing":            {SyncSize{}, SideCosts{120, 24}},
		"polls alone":        {SyncSize{Contacts: 1000, Polls: 180}, SideCosts{1920, 384}},
		"edits of both":      {SyncSize{Contacts: 800, Accounts: 200, Changed: 0.2}, SideCosts{520, 324}},
		"edits and polls":    {SyncSize{Contacts: 1000, Changed: 0.01, Polls: 10}, SideCosts{240, 59}},
		"all of them change": {SyncSize{Contacts: 10, Changed: 1}, SideCosts{140, 39}},
	} {
		if got := costs.Day(c.size); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestACompareCostsPagesAndTheirDepth(t *testing.T) {
	costs := CallCosts{ComparePage: SideCosts{3, 1}, DeskPage: 50, SalesforcePage: 2000, DeskDeeper: 500}
	for name, c := range map[string]struct {
		contacts, accounts int
		want               SideCosts
	}{
		"nothing":        {0, 0, SideCosts{}},
		"a page of each": {50, 10, SideCosts{3 + 0.05 + 3 + 0.01, 2}},
		"depth":          {1000, 0, SideCosts{20 * (3 + 1), 1}},
		"deeper":         {10_000, 0, SideCosts{200 * (3 + 10), 5}},
	} {
		if got := costs.Compare(SyncSize{Contacts: c.contacts, Accounts: c.accounts}); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestAPlanGivesWhatItsPeopleAddAndKeepsTheAgentsShare(t *testing.T) {
	p := APIPlan{Side: Desk, Base: 1000, Each: 10}
	if got := p.For(50, 0.2); got != 1200 {
		t.Error(got)
	}
	if p.Of(SideCosts{1, 2}) != 1 || (APIPlan{Side: Salesforce}).Of(SideCosts{1, 2}) != 2 {
		t.Error("another side's costs")
	}
}
