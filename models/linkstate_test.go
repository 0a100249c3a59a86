package models

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestAHalfLinkIsOnTheSideOfTheRecordThatItKnows(t *testing.T) {
	for name, c := range map[string]struct {
		link Link
		want Side
	}{
		"Desk's":       {Link{DeskID: ptr("7")}, Desk},
		"Salesforce's": {Link{SalesforceID: ptr("003")}, Salesforce},
	} {
		if got := (&LinkState{Link: c.link}).HalfSide(); got != c.want {
			t.Errorf("%s half link is on %s", name, got)
		}
	}
}

func TestARecordIsKnownByItsNameInSalesforceElseInDesk(t *testing.T) {
	for name, c := range map[string]struct {
		desk, salesforce *MirrorRow
		want             *string
	}{
		"both have a name":                 {&MirrorRow{Name: "Desk's"}, &MirrorRow{Name: "Salesforce's"}, ptr("Salesforce's")},
		"Salesforce's has none":            {&MirrorRow{Name: "Desk's"}, &MirrorRow{}, ptr("Desk's")},
		"Salesforce's was not seen":        {&MirrorRow{Name: "Desk's"}, nil, ptr("Desk's")},
		"Desk's was not seen":              {nil, &MirrorRow{Name: "Salesforce's"}, ptr("Salesforce's")},
		"neither has a name":               {&MirrorRow{}, &MirrorRow{}, nil},
		"neither was seen":                 {nil, nil, nil},
		"only Desk's was seen, without it": {&MirrorRow{}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, (&LinkState{Desk: c.desk, Salesforce: c.salesforce}).ShownName()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestALinksMatchKeyIsThatOfTheSidesRecord(t *testing.T) {
	for name, c := range map[string]struct {
		state            LinkState
		desk, salesforce string
	}{
		"both":         {LinkState{Desk: &MirrorRow{MatchKey: "d"}, Salesforce: &MirrorRow{MatchKey: "s"}}, "d", "s"},
		"Desk's alone": {LinkState{Desk: &MirrorRow{MatchKey: "d"}}, "d", ""},
		"Salesforce's": {LinkState{Salesforce: &MirrorRow{MatchKey: "s"}}, "", "s"},
		"none":         {LinkState{}, "", ""},
	} {
		if d, s := c.state.MatchKey(Desk), c.state.MatchKey(Salesforce); d != c.desk || s != c.salesforce {
			t.Errorf("%s: %q and %q", name, d, s)
		}
	}
}

func TestARecordMayBePairedAnewOnceItsCounterpartAloneIsDeleted(t *testing.T) {
	live, deleted := MirrorRow{}, MirrorRow{DeletedAt: ptr(at(1))}
	merged := MirrorRow{DeletedAt: ptr(at(1)), MergedInto: "9"}
	whole := Link{DeskID: ptr("7"), SalesforceID: ptr("003")}
	for name, c := range map[string]struct {
		link             Link
		desk, salesforce *MirrorRow
		want             Side // the survivor's; "" for none
	}{
		"both live":                        {whole, &live, &live, ""},
		"Desk's is deleted":                {whole, &deleted, &live, Salesforce},
		"Salesforce's is deleted":          {whole, &live, &deleted, Desk},
		"both are deleted":                 {whole, &deleted, &deleted, ""},
		"Desk's was merged":                {whole, &merged, &live, ""},
		"Salesforce's was merged":          {whole, &live, &merged, ""},
		"one deleted, the other merged":    {whole, &deleted, &merged, ""},
		"Desk's was never seen":            {whole, nil, &deleted, ""},
		"Salesforce's was never seen":      {whole, &deleted, nil, ""},
		"a half link, of a deleted record": {Link{DeskID: ptr("7")}, &deleted, &live, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, lost := (&LinkState{Link: c.link, Desk: c.desk, Salesforce: c.salesforce}).SurvivorAfterDelete()
			if got != c.want || lost != (c.want != "") {
				t.Errorf("the survivor is %q, lost: %t", got, lost)
			}
		})
	}
}

func TestARecordWhoseCounterpartIsTakenIsToldByWhichField(t *testing.T) {
	for name, c := range map[string]struct {
		side   Side
		object SyncObject
		want   string
		fields []string
	}{
		"Desk's contact":       {Desk, ContactObject, "the Salesforce contact with the same email is already mapped to another record", []string{"email"}},
		"Salesforce's contact": {Salesforce, ContactObject, "the Zoho Desk contact with the same Email is already mapped to another record", []string{"Email"}},
		"Desk's account":       {Desk, AccountObject, "the Salesforce account with the same accountName is already mapped to another record", []string{"accountName"}},
		"Salesforce's account": {Salesforce, AccountObject, "the Zoho Desk account with the same Name is already mapped to another record", []string{"Name"}},
	} {
		want := &Error{Code: CodeAlreadyMapped, Message: c.want, Fields: c.fields}
		if diff := cmp.Diff(want, AlreadyMapped(c.side, c.object)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAPairIsMatchedByTheMatchFieldOfItsObject(t *testing.T) {
	for object, want := range map[SyncObject]MatchedBy{ContactObject: MatchedEmail, AccountObject: MatchedName} {
		if got := MatchedByKey(object); got != want {
			t.Errorf("a %s is matched by %s, want %s", object.Singular(), got, want)
		}
	}
}

func TestFailuresOfAPlanAndTheFieldsThatItKeepsStayOpen(t *testing.T) {
	keeps := make([]string, 1, 8) // what is appended to it must not be seen by the plan
	keeps[0] = "Phone"
	p := LinkPlan{Keeps: keeps, Failures: []Failure{{Field: "Title"}, {Field: ""}}}
	if diff := cmp.Diff([]string{"Phone", "Title", ""}, p.StaysOpen()); diff != "" {
		t.Error(diff)
	}
	if got := keeps[:2][1]; got != "" {
		t.Errorf("the plan's own list goes on with %q", got)
	}
	if got := (LinkPlan{}).StaysOpen(); len(got) != 0 {
		t.Errorf("without failures %v stay open", got)
	}
}

func TestAContactWhoseAccountIsKnownToBeLostGoesOnWaitingForNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := LinkState{Link: Link{CreatedAt: at(0)}, ParentFailed: true}
		p := Parent{
			Seen: rapid.Bool().Draw(t, "seen"), Counterpart: rapid.SampledFrom([]string{"", "9"}).Draw(t, "counterpart"),
			Settled: rapid.Bool().Draw(t, "settled"), Away: rapid.Bool().Draw(t, "away"),
		}
		side := rapid.SampledFrom(Sides).Draw(t, "side")
		s.SetParent(side, p, at(0).Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "seconds"))*time.Second))
		if !s.ParentFailed {
			t.Fatalf("after %+v it waits again", p)
		}
		if want := p.Counterpart; p.Away {
			if s.ParentOn(side.Other()) != "" {
				t.Fatalf("it refers to the deleted account %q", want)
			}
		} else if s.ParentOn(side.Other()) != want {
			t.Fatalf("it refers to %q, want %q", s.ParentOn(side.Other()), want)
		}
	})
}
