package models

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnIntentIsUnansweredOnceItWasSentAndNobodyKnowsWhatCameOfIt(t *testing.T) {
	for _, c := range []struct {
		name     string
		attempts int
		code     Code
		want     bool
	}{
		{"never sent", 0, "", false},
		{"under way", 1, "", true},
		{"the answer was lost", 1, CodeUnknownOutcome, true},
		{"a gateway answered", 2, CodeUpstreamUnavailable, true},
		{"the vendor asked to wait", 1, CodeBusy, false},
		{"the vendor refused", 1, CodeInvalidParameter, false},
		{"claimed again after a loss, never sent", 0, CodeUnknownOutcome, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (Intent{Attempts: c.attempts, LastCode: c.code}).Unanswered(); got != c.want {
				t.Errorf("unanswered is %t", got)
			}
		})
	}
}

func TestTheHistoryCountsEachOutcomeOnce(t *testing.T) {
	row := func(change func(*SyncTally)) SyncTally {
		tally := SyncTally{RunID: "run", Source: Desk, Target: Salesforce, Object: ContactObject}
		change(&tally)
		return tally
	}
	for _, c := range []struct {
		name  string
		state IntentState
		op    IntentOp
		want  SyncTally
		count bool
	}{
		{"created", IntentDone, OpCreate, row(func(t *SyncTally) { t.Added = 1 }), true},
		{"restored", IntentDone, OpRestore, row(func(t *SyncTally) { t.Added = 1 }), true},
		{"updated", IntentDone, OpUpdate, row(func(t *SyncTally) { t.Updated = 1 }), true},
		{"an update that failed", IntentFailed, OpUpdate, row(func(t *SyncTally) { t.Failed = 1 }), true},
		{"a create that failed", IntentFailed, OpCreate, row(func(t *SyncTally) { t.Failed = 1 }), true},
		{"to be tried again", IntentPending, OpUpdate, row(func(*SyncTally) {}), false},
		{"unknown", IntentUnknown, OpCreate, row(func(*SyncTally) {}), false},
		{"cancelled", IntentCancelled, OpUpdate, row(func(*SyncTally) {}), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, count := IntentResult{State: c.state, Intent: Intent{RunID: "run", Side: Salesforce, Object: ContactObject, Op: c.op}}.Tally()
			if diff := cmp.Diff(c.want, got); diff != "" || count != c.count {
				t.Errorf("counts %t: %s", count, diff)
			}
		})
	}
}

func TestAPlanCountsAFailureOrAPairThatWasEqual(t *testing.T) {
	failure := &Failure{RunID: "earlier", Source: Salesforce, Target: Desk, Object: AccountObject}
	link := Link{Object: ContactObject}
	for _, c := range []struct {
		name  string
		plan  LinkPlan
		want  SyncTally
		count bool
	}{
		{"failed", LinkPlan{Link: link, RunID: "run", Failures: []Failure{*failure}}, SyncTally{RunID: "earlier", Source: Salesforce, Target: Desk, Object: AccountObject, Failed: 1}, true},
		{"failed, though equal", LinkPlan{Link: link, RunID: "run", Failures: []Failure{*failure}, Unchanged: true}, SyncTally{RunID: "earlier", Source: Salesforce, Target: Desk, Object: AccountObject, Failed: 1}, true},
		{"equal", LinkPlan{Link: link, RunID: "run", Unchanged: true}, SyncTally{RunID: "run", Source: Salesforce, Target: Desk, Object: ContactObject, Unchanged: 1}, true},
		{"something is written", LinkPlan{Link: link, RunID: "run", Intents: []Intent{{}}}, SyncTally{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, count := c.plan.Tally()
			if diff := cmp.Diff(c.want, got); diff != "" || count != c.count {
				t.Errorf("counts %t: %s", count, diff)
			}
		})
	}
}

func TestACreateUnderWayIsWaitedForUntilItsRecordWasLookedForOftenEnough(t *testing.T) {
	for _, c := range []struct {
		state    IntentState
		attempts int
		want     bool
	}{
		{IntentSending, 1, true},
		{IntentSending, 1000, true},
		{IntentUnknown, 1, true},
		{IntentUnknown, 6, true},
		{IntentUnknown, 7, false},
		{IntentPending, 6, true},
		{IntentPending, 7, false},
		{IntentDone, 1, false},
		{IntentFailed, 1, false},
		{IntentCancelled, 1, false},
	} {
		if got := c.attempts <= UnderWay[c.state]; got != c.want {
			t.Errorf("%s after %d attempts is waited for: %t", c.state, c.attempts, got)
		}
	}
}

func TestARecordThatAppearedAfterACreateBeganMayBeThatCreates(t *testing.T) {
	toSalesforce := []Intent{{Op: OpCreate, Side: Salesforce}}
	for name, c := range map[string]struct {
		intents  []Intent
		underWay map[Side][]time.Time
		want     bool
	}{
		"seen after it was planned":        {toSalesforce, map[Side][]time.Time{Desk: {at(4)}}, true},
		"seen in the moment of planning":   {toSalesforce, map[Side][]time.Time{Desk: {at(5)}}, true},
		"seen before it was planned":       {toSalesforce, map[Side][]time.Time{Desk: {at(6)}}, false},
		"seen after one of two":            {toSalesforce, map[Side][]time.Time{Desk: {at(6), at(4)}}, true},
		"the create goes to the other one": {toSalesforce, map[Side][]time.Time{Salesforce: {at(4)}}, false},
		"nothing is under way":             {toSalesforce, nil, false},
		"it needs no counterpart":          {[]Intent{{Op: OpUpdate, Side: Salesforce}}, map[Side][]time.Time{Desk: {at(4)}}, false},
		"one of its writes is a create":    {[]Intent{{Op: OpUpdate, Side: Desk}, {Op: OpCreate, Side: Salesforce}}, map[Side][]time.Time{Desk: {at(4)}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (LinkPlan{Intents: c.intents}).MayBeLostCreate(at(5), c.underWay); got != c.want {
				t.Errorf("may be a lost create's: %t", got)
			}
		})
	}
}

func TestAWriteThatWentThroughEndsTheFailuresThatItWasAbout(t *testing.T) {
	r := IntentResult{
		Intent:  Intent{CreatedAt: at(5)},
		Journal: []Change{{Field: "Phone"}, {Field: "Title"}, {Field: "Fax"}},
		Resting: Rests{{Field: "Title"}},
	}
	agreed := r.Agreed()
	if !slices.Equal(agreed.Fields, []string{"Phone", "Fax"}) || !agreed.Planned.Equal(at(5)) {
		t.Errorf("agreed is %+v", agreed)
	}
	for name, c := range map[string]struct {
		field   string
		refused *time.Time
		want    bool
	}{
		"of a field that was written":                     {"Phone", nil, true},
		"of a field that was not kept":                    {"Title", nil, false},
		"of another field":                                {"Email", nil, false},
		"of a written field, though the record's refused": {"Phone", ptr(at(6)), true},
		"of the record":                                   {"", nil, true},
		"of the record, refused earlier":                  {"", ptr(at(4)), true},
		"of the record, refused together with it":         {"", ptr(at(5)), false},
		"of the record, refused later":                    {"", ptr(at(6)), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := agreed.Ends(Failure{Field: c.field}, c.refused); got != c.want {
				t.Errorf("ended: %t", got)
			}
		})
	}
}

func TestTheWrittenRecordIsTheOneOfTheAnswerElseTheIntents(t *testing.T) {
	for _, c := range []struct{ answered, intended, want string }{{"", "", ""}, {"", "7", "7"}, {"8", "", "8"}, {"8", "7", "8"}} {
		if got := (IntentResult{RecordID: c.answered, Intent: Intent{RecordID: c.intended}}).WrittenID(); got != c.want {
			t.Errorf("of %q and %q it is %q", c.answered, c.intended, got)
		}
	}
}
