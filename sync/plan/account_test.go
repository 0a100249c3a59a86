package plan_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/sync/plan"
)

func settled(s *models.LinkState) { s.Dirty = false }

func TestEveryLinkIsAccountedFor(t *testing.T) {
	unequal := pair("1", "title=New", "Title=Old", was("title=Old", ""), settled)
	apart := pair("1", "title=Desk's", "Title=Salesforce's", was("", ""), settled)
	alone := half("1", desk, adaDesk, settled)
	owed := models.OpenWork{Owed: true}
	failed := models.OpenWork{Failure: models.CodeDuplicate}
	title := []string{"Title"}
	for name, c := range map[string]struct {
		change []func(*plan.Planner)
		link   models.LinkState
		open   models.OpenWork
		want   plan.Account
		// vanished says that a side says nothing any more of a record.
		vanished bool
	}{
		"equal":                    {link: pair("1", adaDesk, adaSalesforce, was("", ""), settled), want: plan.Account{Pair: true, Equal: true}},
		"equal, and not agreed on": {link: pair("1", adaDesk, adaSalesforce, settled), want: plan.Account{Pair: true, Equal: true}},
		"dirty":                    {link: pair("1", "title=New", "Title=Old", was("title=Old", "")), want: plan.Account{Pair: true, Reason: models.DriftWaiting, Fields: title}},
		"a write is owed":          {link: unequal, open: owed, want: plan.Account{Pair: true, Reason: models.DriftWaiting, Fields: title}},
		"it failed":                {link: unequal, open: failed, want: plan.Account{Pair: true, Reason: models.DriftFailed, Fields: title}},
		"nothing accounts for it":  {link: unequal, want: plan.Account{Pair: true, Reason: models.DriftUnexplained, Fields: title, Again: true}},
		"kept apart":               {link: apart, want: plan.Account{Pair: true, Reason: models.DriftKeptApart, Fields: title}},
		"its mapping is off": {change: []func(*plan.Planner){func(p *plan.Planner) { p.Mappings[2].Rule = models.RuleOff }}, link: unequal,
			want: plan.Account{Pair: true, Equal: true}},
		"outside the filter":     {change: []func(*plan.Planner){only}, link: unequal, want: plan.Account{Pair: true, Reason: models.DriftOutside, Fields: title}},
		"one was not read":       {link: pair("1", adaDesk, adaSalesforce, unread(desk), settled), want: plan.Account{Pair: true, Reason: models.DriftWaiting}},
		"the other was not read": {link: pair("1", adaDesk, adaSalesforce, unread(salesforce), settled), want: plan.Account{Pair: true, Reason: models.DriftWaiting}},
		"one is deleted":         {link: pair("1", adaDesk, adaSalesforce, was("", ""), deletedOn(desk), settled), want: plan.Account{Pair: true, Reason: models.DriftDeleted}},
		"deleted and edited":     {link: pair("1", adaDesk, adaSalesforce, was("title=Old", ""), deletedOn(salesforce), settled), want: plan.Account{Pair: true, Reason: models.DriftDeleted, Again: true}},
		"one vanished":           {link: pair("1", adaDesk, adaSalesforce, was("", ""), settled), vanished: true, want: plan.Account{Pair: true, Reason: models.DriftVanished}},
		"vanished, and unequal":  {link: unequal, vanished: true, want: plan.Account{Pair: true, Reason: models.DriftVanished}},
		"its account is nowhere": {link: pair("1", adaDesk+" accountId=", adaSalesforce+" AccountId=a", was("", ""), settled), open: failed, want: plan.Account{Pair: true, Reason: models.DriftFailed, Fields: []string{"AccountId"}}},

		"alone, and vanished":         {link: alone, vanished: true, want: plan.Account{Alone: true, Reason: models.DriftVanished}},
		"alone, and dirty":            {link: half("1", desk, adaDesk), want: plan.Account{Alone: true, Reason: models.DriftWaiting}},
		"alone, and owed":             {link: alone, open: owed, want: plan.Account{Alone: true, Reason: models.DriftWaiting}},
		"alone, and failed":           {link: alone, open: failed, want: plan.Account{Alone: true, Reason: models.DriftFailed}},
		"alone, and unexplained":      {link: alone, want: plan.Account{Alone: true, Reason: models.DriftUnexplained, Again: true}},
		"alone, and would fail":       {link: half("1", desk, "lastName=", settled), want: plan.Account{Alone: true, Reason: models.DriftUnexplained, Again: true}},
		"alone, and outside":          {change: []func(*plan.Planner){only}, link: alone, want: plan.Account{Alone: true, Reason: models.DriftOutside}},
		"alone, and the direction":    {change: []func(*plan.Planner){oneWay}, link: alone, want: plan.Account{Alone: true, Reason: models.DriftNoCounterpart}},
		"alone, and deleted":          {link: half("1", desk, adaDesk, deletedOn(desk), settled), want: plan.Account{}},
		"alone, and never read":       {link: half("1", desk, adaDesk, unread(desk), settled), want: plan.Account{}},
		"alone in Salesforce, no key": {change: []func(*plan.Planner){only}, link: half("1", salesforce, adaSalesforce, settled), want: plan.Account{Alone: true, Reason: models.DriftOutside}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planner(c.change...)
			s := c.link
			made := p.Plan([]models.LinkState{s}, facts())
			if diff := cmp.Diff(c.want, p.Account(&s, made[0], c.open, c.vanished)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestACounterpartThatTheOtherHalfFoundIsUnexplainedToo(t *testing.T) {
	s := half("1", desk, adaDesk, settled)
	absorb := models.Link{ID: "2"}
	if got := planner().Account(&s, models.LinkPlan{Absorb: &absorb}, models.OpenWork{}, false); got.Reason != models.DriftUnexplained || !got.Again {
		t.Errorf("%+v", got)
	}
}

func TestARecordIsReadAgainBeforeACounterpartIsMadeOfIt(t *testing.T) {
	create := &models.LinkPlan{Intents: []models.Intent{{Op: models.OpCreate, Side: salesforce}}}
	seen := func(ago time.Duration) option {
		return func(s *models.LinkState) { s.Desk.ObservedAt = now.Add(-ago) }
	}
	for name, c := range map[string]struct {
		link *models.LinkState
		plan *models.LinkPlan
		want bool
	}{
		"just told by an event":   {ptr(half("1", desk, adaDesk, cause(models.TriggerChange))), create, false},
		"just told by a poll":     {ptr(half("1", desk, adaDesk)), create, false},
		"a minute ago":            {ptr(half("1", desk, adaDesk, seen(time.Minute))), create, false},
		"longer ago":              {ptr(half("1", desk, adaDesk, seen(time.Minute+1))), create, true},
		"an admin tries again":    {ptr(half("1", desk, adaDesk, cause(models.TriggerRetry))), create, true},
		"an update":               {ptr(half("1", desk, adaDesk, cause(models.TriggerRetry))), &models.LinkPlan{Intents: []models.Intent{{Op: models.OpUpdate}}}, false},
		"a restore":               {ptr(half("1", desk, adaDesk)), &models.LinkPlan{Intents: []models.Intent{{Op: models.OpRestore}}}, true},
		"nothing is to be done":   {ptr(half("1", desk, adaDesk)), &models.LinkPlan{}, false},
		"a link beside the batch": {nil, create, false},
	} {
		if got := planner().NeedsReread(c.link, c.plan); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAnAdminsChoiceAndAFailureAreMadeOutsideOfABatch(t *testing.T) {
	p, s := planner(), pair("1", adaDesk, adaSalesforce)
	in := p.UpdateField(&s, salesforce, values("Title=New"), values("Title=Boss"), values("title=New"))
	if in.Op != models.OpUpdate || in.RecordID != "s1" || in.Values["Title"] != models.Text("New") || in.Before["Title"] != models.Text("Boss") || in.Source["title"] != models.Text("New") || in.Epoch != 7 {
		t.Errorf("%+v", in)
	}
	f := p.Fail(&s, desk, models.Errorf(models.CodeNotFound, "gone"))
	if f.Code != models.CodeNotFound || f.RecordID != "d1" || f.Source != desk || f.Target != salesforce {
		t.Errorf("%+v", f)
	}
}

func TestAccountsAreMatchedByTheirName(t *testing.T) {
	p := planner(func(p *plan.Planner) {
		p.Object, p.Mappings = models.AccountObject, []models.FieldMapping{mapped("accountName", "Name", models.TypeText)}
	})
	one, two := half("1", desk, "accountName=Acme"), half("2", salesforce, "Name=Acme")
	one.Desk.MatchKey, two.Salesforce.MatchKey = "acme", "acme"
	plans(t, p, []models.LinkState{one}, facts(one, two), map[string][]string{"1": {"pair with 2 by name", "resolved"}})
}
