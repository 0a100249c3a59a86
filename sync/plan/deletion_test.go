package plan_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/plan"
)

func TestADeletionIsNotCarriedOverAndAnEditUndoesIt(t *testing.T) {
	gone := deletedOn(salesforce)
	for name, c := range map[string]struct {
		change []func(*plan.Planner)
		link   models.LinkState
		others []models.LinkState
		want   []string
	}{
		"the survivor rests":          {link: pair("1", adaDesk, adaSalesforce, was("", ""), gone), want: []string{"resolved"}},
		"both are deleted":            {link: pair("1", adaDesk, adaSalesforce, was("title=Old", ""), gone, deletedOn(desk)), want: []string{"resolved"}},
		"the survivor was edited":     {link: pair("1", adaDesk, adaSalesforce, was("title=Old", ""), gone), want: []string{"RESTORE SALESFORCE s1 Email=ada@x.example LastName=Ada Title=Boss"}},
		"the other way":               {link: pair("1", adaDesk, adaSalesforce, was("", "Title=Old"), deletedOn(desk)), want: []string{"RESTORE DESK d1 email=ada@x.example lastName=Ada title=Boss"}},
		"the policy lets it stay":     {change: []func(*plan.Planner){stays}, link: pair("1", adaDesk, adaSalesforce, was("title=Old", ""), gone), want: []string{"resolved"}},
		"the direction forbids it":    {change: []func(*plan.Planner){oneWay}, link: pair("1", adaDesk, adaSalesforce, was("title=Old", ""), gone), want: []string{"resolved"}},
		"the edit is not synced":      {change: []func(*plan.Planner){func(p *plan.Planner) { p.Mappings[2].Rule = models.RuleSalesforceToDesk }}, link: pair("1", adaDesk, adaSalesforce, was("title=Old", ""), gone), want: []string{"resolved"}},
		"it was never agreed on":      {link: pair("1", adaDesk, adaSalesforce, gone), want: []string{"resolved"}},
		"the field is not read":       {link: pair("1", "lastName=Ada", adaSalesforce, agreed("lastName=Ada title=Old", ""), gone), want: []string{"resolved"}},
		"it cannot be restored":       {link: pair("1", "lastName=", adaSalesforce, was("lastName=Ada", ""), gone), want: []string{"fail field LastName of DESK REQUIRED_FIELD_MISSING"}},
		"the survivor is outside":     {change: []func(*plan.Planner){only}, link: pair("1", adaDesk, "Title=VIP", was("title=Old", ""), gone), want: []string{"resolved"}},
		"a new record took its place": {link: pair("1", adaDesk, adaSalesforce, was("", ""), gone), others: []models.LinkState{half("2", salesforce, adaSalesforce)}, want: nil},
		"two took its place":          {link: pair("1", adaDesk, adaSalesforce, was("", ""), gone), others: []models.LinkState{half("2", salesforce, adaSalesforce), half("3", salesforce, adaSalesforce)}, want: []string{"fail DESK AMBIGUOUS_MATCH"}},
		"a linked one has its key":    {link: pair("1", adaDesk, adaSalesforce, was("", ""), gone), others: []models.LinkState{pair("2", "email=o@x.example", adaSalesforce)}, want: []string{"resolved"}},
		"the survivor has no key":     {link: pair("1", "lastName=Ada", "LastName=Ada", was("", ""), gone), others: []models.LinkState{half("2", salesforce, adaSalesforce)}, want: []string{"resolved"}},
	} {
		t.Run(name, func(t *testing.T) {
			want := map[string][]string{"1": c.want}
			if c.want == nil { // the plan is the new record's, which takes the pair in
				want = map[string][]string{"2": {"pair with 1 by email", "resolved"}}
			}
			plans(t, planner(c.change...), []models.LinkState{c.link}, facts(c.others...), want)
		})
	}
}

// A link has one plan in a batch, and is taken in by one.
func TestTwoSurvivorsThatWantTheSameNewRecordTakeTurns(t *testing.T) {
	one := pair("1", adaDesk, adaSalesforce, was("", ""), deletedOn(salesforce))
	two := pair("2", adaDesk, adaSalesforce, was("", ""), deletedOn(salesforce))
	heir := half("3", salesforce, adaSalesforce)
	plans(t, planner(), []models.LinkState{one, two, heir}, facts(heir),
		map[string][]string{"3": {"pair with 1 by email", "resolved"}, "2": {"wait 5s"}})
}

func TestAValueThatWasBlankedWhileItsCounterpartWasGoneStaysBlank(t *testing.T) {
	survivor := pair("1", "lastName=Ada email=ada@x.example title=", adaSalesforce, was("title=Boss", ""), deletedOn(salesforce))
	plans(t, planner(), []models.LinkState{half("2", salesforce, adaSalesforce)}, facts(survivor, half("2", salesforce, adaSalesforce)),
		map[string][]string{"2": {"pair with 1 by email", "UPDATE DESK d1 title=Boss", "conflict Title |Boss was , SALESFORCE wins"}})
}

func TestAMergeIsFollowedToItsSurvivor(t *testing.T) {
	merged := func(options ...option) models.LinkState {
		return pair("1", adaDesk, adaSalesforce, append([]option{was("", ""), mergedInto(salesforce, "s2")}, options...)...)
	}
	for name, c := range map[string]struct {
		link     models.LinkState
		side     models.Side
		survivor *models.LinkState
		want     []string
	}{
		"the survivor is alone":        {merged(), salesforce, ptr(half("2", salesforce, "LastName=Ada Email=ada@x.example Title=New")), []string{"pair with 2 by ", "UPDATE DESK d1 title=New"}},
		"merged on Desk":               {pair("1", adaDesk, adaSalesforce, was("", ""), mergedInto(desk, "d2")), desk, ptr(half("2", desk, "lastName=Ada email=ada@x.example title=New")), []string{"pair with 2 by ", "UPDATE SALESFORCE s1 Title=New"}},
		"the survivor has another":     {merged(), salesforce, ptr(pair("2", "lastName=Other", adaSalesforce)), []string{"fail DESK ALREADY_MAPPED"}},
		"the survivor was not seen":    {merged(), salesforce, nil, []string{"wait 5s"}},
		"it was not seen for too long": {merged(func(s *models.LinkState) { at := now.Add(-11 * time.Minute); s.Salesforce.DeletedAt = &at }), salesforce, nil, []string{"resolved"}},
		"just in time":                 {merged(func(s *models.LinkState) { at := now.Add(-10 * time.Minute); s.Salesforce.DeletedAt = &at }), salesforce, nil, []string{"wait 5s"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := facts()
			if c.survivor != nil {
				f.Survivors = map[models.Side]map[string]models.LinkState{c.side: {c.link.Row(c.side).MergedInto: *c.survivor}}
			}
			plans(t, planner(), []models.LinkState{c.link}, f, map[string][]string{"1": c.want})
		})
	}
	two := []models.LinkState{merged(), pair("3", adaDesk, adaSalesforce, was("", ""), mergedInto(salesforce, "s2"))}
	f := facts()
	f.Survivors = map[models.Side]map[string]models.LinkState{salesforce: {"s2": half("2", salesforce, adaSalesforce)}}
	plans(t, planner(), two, f, map[string][]string{"1": {"pair with 2 by ", "resolved"}, "3": {"wait 5s"}})
}

func TestWhatPlanningNeedsToKnowIsNamed(t *testing.T) {
	batch := []models.LinkState{
		half("1", desk, adaDesk), half("2", salesforce, "Email=ADA@x.example"), half("3", desk, "lastName=Nokey"),
		pair("4", "email=four@x.example", "Email=four@x.example"), pair("5", "email=five@x.example", "Email=gone@x.example", deletedOn(salesforce)),
		pair("6", adaDesk, adaSalesforce, mergedInto(salesforce, "s9")), half("7", salesforce, "Title=x", mergedInto(salesforce, "s8")),
		half("8", desk, "title=VIP", unlinkedFrom("s7")), half("9", salesforce, "Title=VIP", unlinkedFrom("d7")), pair("10", "title=a", "Title=a", unlinkedFrom("s1")),
	}
	for name, c := range map[string]struct{ got, want []string }{
		"keys":                     {plan.MatchKeys(batch), []string{"ada@x.example", "five@x.example"}},
		"survivors on Salesforce":  {plan.MergedInto(batch, salesforce), []string{"s9"}},
		"survivors on Desk":        {plan.MergedInto(batch, desk), nil},
		"counterparts, Salesforce": {plan.UnlinkedFrom(batch, salesforce), []string{"s7"}},
		"counterparts, Desk":       {plan.UnlinkedFrom(batch, desk), []string{"d7"}},
	} {
		if len(c.got) != len(c.want) || (len(c.got) > 0 && !equal(c.got, c.want)) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

func equal(a, b []string) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
