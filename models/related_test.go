package models

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestASectionIsHiddenByItsOwnFieldsAndItsUsers(t *testing.T) {
	hidden := []string{"Task.subject", "Opportunity.stage", "User.email", "Opportunity.amount", "Opportunity.stage", "Contact.phone", "Opportunity"}
	for need, want := range map[Need][]string{
		NeedOpportunities: {"Opportunity", "Opportunity.amount", "Opportunity.stage", "User.email"},
		NeedTasks:         {"Task.subject", "User.email"},
		NeedNotes:         {"User.email"},
	} {
		if diff := cmp.Diff(want, need.HiddenOf(hidden)); diff != "" {
			t.Errorf("%s: %s", need, diff)
		}
	}
}

func TestASectionReadWithoutSomethingIsAnotherSection(t *testing.T) {
	whole := NeedTasks.Without([]string{"Opportunity.amount"})
	if whole != NeedTasks {
		t.Errorf("where nothing of it is hidden it is %s", whole)
	}
	a, b := NeedTasks.Without([]string{"Task.subject", "User.email"}), NeedTasks.Without([]string{"User.email", "Task.subject", "Contact.phone"})
	if a != b || a == NeedTasks {
		t.Errorf("the same hidden fields make %s and %s", a, b)
	}
	if other := NeedTasks.Without([]string{"Task.subject"}); other == a {
		t.Errorf("other hidden fields make the same section %s", other)
	}
	if other := NeedEvents.Without([]string{"User.email"}); other == NeedTasks.Without([]string{"User.email"}) {
		t.Errorf("two sections share the name %s", other)
	}
}

func TestEachRelatedKindIsShownInItsSection(t *testing.T) {
	for kind, want := range map[RelatedObject]Need{
		RelatedOpportunities: NeedOpportunities, RelatedRoles: NeedOpportunities, RelatedEvents: NeedEvents, RelatedTasks: NeedTasks,
	} {
		if got := kind.Section(); got != want {
			t.Errorf("%s is shown in %s, want %s", kind, got, want)
		}
	}
}

func TestARelatedPageCountsAllItsRecords(t *testing.T) {
	p := RelatedPage{
		Opportunities: make([]Opportunity, 1), Roles: make([]OpportunityContact, 2), Events: make([]Activity[Event], 4), Tasks: make([]Activity[Task], 8), Deleted: make([]string, 16),
	}
	if got := p.Len(); got != 31 {
		t.Errorf("%d", got)
	}
}
