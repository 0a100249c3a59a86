package models

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestALinkKeepsTheTwoSidesApart(t *testing.T) {
	l := &Link{}
	if l.Whole() || l.RecordID(Desk) != "" || l.RecordID(Salesforce) != "" {
		t.Errorf("a new link is %+v", l)
	}
	l.SetRecordID(Desk, "7")
	if l.Whole() || l.RecordID(Desk) != "7" || l.RecordID(Salesforce) != "" {
		t.Errorf("with Desk's id it is %+v", l)
	}
	l.SetRecordID(Desk, "")
	l.SetRecordID(Salesforce, "003")
	if l.Whole() || l.DeskID != nil || l.RecordID(Salesforce) != "003" {
		t.Errorf("with Salesforce's id alone it is %+v", l)
	}
	l.SetRecordID(Desk, "7")
	if !l.Whole() {
		t.Errorf("with both ids it is not whole: %+v", l)
	}
	l.SetBase(Desk, texts("phone", "1"))
	l.SetBase(Salesforce, texts("Phone", "2"))
	if !maps.Equal(l.Base(Desk), texts("phone", "1")) || !maps.Equal(l.Base(Salesforce), texts("Phone", "2")) {
		t.Errorf("the bases are %v and %v", l.Base(Desk), l.Base(Salesforce))
	}
	s := &LinkState{Desk: &MirrorRow{ID: "7"}, Salesforce: &MirrorRow{ID: "003"}}
	if s.Row(Desk).ID != "7" || s.Row(Salesforce).ID != "003" {
		t.Errorf("%+v %+v", s.Row(Desk), s.Row(Salesforce))
	}
}

func TestWhatAWriteWasAnsweredWithIsTheBaseOfBothSides(t *testing.T) {
	intent := Intent{Side: Salesforce, Values: texts("Phone", "2", "Title", "Boss"), Source: texts("phone", "2", "title", "Boss")}
	for name, c := range map[string]struct {
		intent           Intent
		returned         Values
		desk, salesforce Values
	}{
		"nothing was returned":           {intent, nil, texts("phone", "2", "title", "Boss", "fax", "3"), texts("Phone", "2", "Title", "Boss", "Fax", "3")},
		"another value was kept":         {intent, texts("Title", "boss"), texts("phone", "2", "title", "Boss", "fax", "3"), texts("Phone", "2", "Title", "boss", "Fax", "3")},
		"a field that was not sent":      {intent, texts("Fax", "4"), texts("phone", "2", "title", "Boss", "fax", "3"), texts("Phone", "2", "Title", "Boss", "Fax", "3")},
		"to the other side":              {Intent{Side: Desk, Values: texts("phone", "2"), Source: texts("Phone", "+2")}, texts("phone", "02"), texts("phone", "02", "fax", "3"), texts("Phone", "+2", "Fax", "3")},
		"a restore that wrote no values": {Intent{Side: Desk, Op: OpRestore}, texts("phone", "02"), texts("phone", "1", "fax", "3"), texts("Phone", "1", "Fax", "3")},
	} {
		t.Run(name, func(t *testing.T) {
			l := &Link{BaseDesk: texts("phone", "1", "fax", "3"), BaseSalesforce: texts("Phone", "1", "Fax", "3")}
			sent := c.intent.Values.Clone()
			l.Agree(c.intent, c.returned)
			if !maps.Equal(l.BaseDesk, c.desk) || !maps.Equal(l.BaseSalesforce, c.salesforce) {
				t.Errorf("the bases are %v and %v", l.BaseDesk, l.BaseSalesforce)
			}
			if !maps.Equal(sent, c.intent.Values) {
				t.Errorf("the intent was changed: %v", c.intent.Values)
			}
		})
	}
}

func TestAnUnlinkedPairIsTwoHalvesThatRememberEachOther(t *testing.T) {
	l := Link{
		ID: "1", Object: ContactObject, DeskID: ptr("7"), SalesforceID: ptr("003"), BaseDesk: texts("phone", "1"), BaseSalesforce: texts("Phone", "1"),
		MatchedBy: MatchedEmail, Version: 5, Dirty: true, Cause: TriggerPoll, SyncedAt: ptr(at(1)), CreatedAt: at(0),
	}
	other := l.Unlink("2", at(9))
	want := Link{ID: "1", Object: ContactObject, SalesforceID: ptr("003"), BaseSalesforce: texts("Phone", "1"), UnlinkedFrom: "7", Version: 5, Cause: TriggerPoll, CreatedAt: at(0)}
	if diff := cmp.Diff(want, l, byText); diff != "" {
		t.Errorf("Salesforce's half: %s", diff)
	}
	want = Link{ID: "2", Object: ContactObject, DeskID: ptr("7"), BaseDesk: texts("phone", "1"), UnlinkedFrom: "003", Cause: TriggerPoll, CreatedAt: at(9)}
	if diff := cmp.Diff(want, other, byText); diff != "" {
		t.Errorf("Desk's half: %s", diff)
	}
}

func TestAContactWaitsForItsAccountUnlessThatIsInVain(t *testing.T) {
	for name, c := range map[string]struct {
		parent Parent
		age    time.Duration
		want   string
		inVain bool
	}{
		"linked":                               {Parent{Seen: true, Counterpart: "9", Settled: true}, time.Hour, "9", false},
		"being created":                        {Parent{Seen: true}, time.Hour, "", false},
		"left out, or failed":                  {Parent{Seen: true, Settled: true}, 0, "", true},
		"deleted on the other side":            {Parent{Seen: true, Counterpart: "9", Settled: true, Away: true}, 0, "", true},
		"deleted there, and to be written":     {Parent{Seen: true, Counterpart: "9", Away: true}, 0, "", true},
		"never seen, for two minutes":          {Parent{}, 2 * time.Minute, "", false},
		"never seen, for more than that":       {Parent{}, 2*time.Minute + time.Nanosecond, "", true},
		"linked, and there is something to do": {Parent{Seen: true, Counterpart: "9"}, time.Hour, "9", false},
	} {
		t.Run(name, func(t *testing.T) {
			for _, side := range Sides {
				s := LinkState{Link: Link{CreatedAt: at(0)}}
				s.SetParent(side, c.parent, at(0).Add(c.age))
				if s.ParentOn(side.Other()) != c.want || s.ParentOn(side) != "" || s.ParentFailed != c.inVain {
					t.Errorf("the account on %s is %q, in vain %t", side.Other(), s.ParentOn(side.Other()), s.ParentFailed)
				}
			}
		})
	}
	s := LinkState{}
	s.SetParent(Desk, Parent{Seen: true, Settled: true}, at(0))
	if s.SetParent(Salesforce, Parent{Seen: true, Counterpart: "9"}, at(0)); !s.ParentFailed || s.ParentOnDesk != "9" {
		t.Errorf("one account of two waits in vain: %+v", s)
	}
}
