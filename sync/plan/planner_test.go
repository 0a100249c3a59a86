package plan_test

import (
	"slices"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/plan"
)

// only lets records with the title VIP on Desk, and Title VIP on Salesforce, be synced.
func only(p *plan.Planner) {
	for side, f := range map[models.Side]models.Field{desk: p.Mappings[2].Desk, salesforce: p.Mappings[2].Salesforce} {
		p.Filter.Conditions = append(p.Filter.Conditions, models.FilterCondition{Side: side, Field: f, Op: models.FilterEquals, Values: []string{"VIP"}})
	}
}

func oneWay(p *plan.Planner)  { p.Integration.Direction = models.SalesforceToDesk }
func unlinks(p *plan.Planner) { p.Filter.Leaving = models.LeavingUnlink }
func stays(p *plan.Planner)   { p.Integration.DeletePolicy = models.StayDeleted }

// ada is a record with everything that both sides require.
const (
	adaDesk       = "lastName=Ada email=ada@x.example title=Boss"
	adaSalesforce = "LastName=Ada Email=ada@x.example Title=Boss"
)

func TestAnUnpairedRecordFindsItsCounterpartOrIsCreated(t *testing.T) {
	deleted := func(id string) models.LinkState {
		// Its record in Salesforce is deleted, Ada on Desk is left.
		return pair(id, adaDesk, adaSalesforce, was("", ""), deletedOn(salesforce))
	}
	for name, c := range map[string]struct {
		change []func(*plan.Planner)
		batch  []models.LinkState
		others []models.LinkState
		want   map[string][]string
	}{
		"nobody matches": {batch: []models.LinkState{half("1", desk, adaDesk)},
			want: map[string][]string{"1": {"CREATE SALESFORCE Email=ada@x.example LastName=Ada Title=Boss"}}},
		"nobody matches, the other way": {batch: []models.LinkState{half("1", salesforce, adaSalesforce)},
			want: map[string][]string{"1": {"CREATE DESK email=ada@x.example lastName=Ada title=Boss"}}},
		"without a key it is created": {batch: []models.LinkState{half("1", desk, "lastName=Ada email=")}, others: []models.LinkState{half("2", salesforce, "LastName=Ada Email=")},
			want: map[string][]string{"1": {"CREATE SALESFORCE Email= LastName=Ada"}}},
		"one matches": {batch: []models.LinkState{half("1", desk, adaDesk)}, others: []models.LinkState{half("1", desk, adaDesk), half("2", salesforce, adaSalesforce)},
			want: map[string][]string{"1": {"pair with 2 by email", "resolved"}}},
		"both halves are in the batch": {batch: []models.LinkState{half("1", desk, adaDesk), half("2", salesforce, adaSalesforce)},
			others: []models.LinkState{half("1", desk, adaDesk), half("2", salesforce, adaSalesforce)},
			want:   map[string][]string{"1": {"pair with 2 by email", "resolved"}}},
		"two match": {batch: []models.LinkState{half("1", desk, adaDesk)}, others: []models.LinkState{half("1", desk, adaDesk), half("2", salesforce, adaSalesforce), half("3", salesforce, adaSalesforce)},
			want: map[string][]string{"1": {"fail DESK AMBIGUOUS_MATCH"}}},
		"two of its own side and one match": {batch: []models.LinkState{half("1", desk, adaDesk)}, others: []models.LinkState{half("1", desk, adaDesk), half("2", desk, adaDesk), half("3", salesforce, adaSalesforce)},
			want: map[string][]string{"1": {"fail DESK AMBIGUOUS_MATCH"}}},
		"the match is linked": {batch: []models.LinkState{half("1", desk, adaDesk)}, others: []models.LinkState{half("1", desk, adaDesk), pair("2", "email=other@x.example", adaSalesforce)},
			want: map[string][]string{"1": {"fail DESK ALREADY_MAPPED"}}},
		"the first of two twins is created": {batch: []models.LinkState{half("1", desk, adaDesk), half("2", desk, adaDesk)}, others: []models.LinkState{half("1", desk, adaDesk), half("2", desk, adaDesk)},
			want: map[string][]string{"1": {"CREATE SALESFORCE Email=ada@x.example LastName=Ada Title=Boss"}, "2": {"fail DESK ALREADY_MAPPED"}}},
		"the match has lost its counterpart": {batch: []models.LinkState{half("1", salesforce, adaSalesforce)}, others: []models.LinkState{half("1", salesforce, adaSalesforce), deleted("2")},
			want: map[string][]string{"1": {"pair with 2 by email", "resolved"}}},
		"a required value is missing": {batch: []models.LinkState{half("1", desk, "lastName= email=ada@x.example")},
			want: map[string][]string{"1": {"fail field LastName of DESK REQUIRED_FIELD_MISSING"}}},
		"the direction forbids it":    {change: []func(*plan.Planner){oneWay}, batch: []models.LinkState{half("1", desk, adaDesk)}, want: map[string][]string{"1": {"resolved"}}},
		"the direction lets it":       {change: []func(*plan.Planner){oneWay}, batch: []models.LinkState{half("1", salesforce, adaSalesforce)}, want: map[string][]string{"1": {"CREATE DESK email=ada@x.example lastName=Ada title=Boss"}}},
		"it is deleted":               {batch: []models.LinkState{half("1", desk, adaDesk, deletedOn(desk))}, want: map[string][]string{"1": nil}},
		"it was never read":           {batch: []models.LinkState{half("1", desk, adaDesk, unread(desk))}, want: map[string][]string{"1": nil}},
		"it is outside the filter":    {change: []func(*plan.Planner){only}, batch: []models.LinkState{half("1", desk, adaDesk)}, want: map[string][]string{"1": {"resolved"}}},
		"the filter cannot tell":      {change: []func(*plan.Planner){only}, batch: []models.LinkState{half("1", desk, "lastName=Ada")}, want: map[string][]string{"1": {"resolved"}}},
		"its only match is outside":   {change: []func(*plan.Planner){only}, batch: []models.LinkState{half("1", desk, "lastName=Ada email=a@x.example title=VIP")}, others: []models.LinkState{half("2", salesforce, "Email=a@x.example Title=Boss")}, want: map[string][]string{"1": {"resolved"}}},
		"it is inside, and so is its": {change: []func(*plan.Planner){only}, batch: []models.LinkState{half("1", desk, "lastName=Ada title=VIP")}, want: map[string][]string{"1": {"CREATE SALESFORCE LastName=Ada Title=VIP"}}},
		"its counterpart would be outside": {change: []func(*plan.Planner){only, func(p *plan.Planner) { p.Mappings[2].Rule = models.RuleSalesforceToDesk }},
			batch: []models.LinkState{half("1", desk, "lastName=Ada title=VIP")}, want: map[string][]string{"1": {"resolved"}}},
	} {
		t.Run(name, func(t *testing.T) { plans(t, planner(c.change...), c.batch, facts(c.others...), c.want) })
	}
}

func TestARecordThatTheFilterUnlinkedGoesBackToItsCounterpart(t *testing.T) {
	mine := half("1", desk, "lastName=Ada title=VIP", unlinkedFrom("s2"), func(s *models.LinkState) { s.BaseDesk = values("title=Old lastName=Ada") })
	its := func(data string, options ...option) models.LinkState {
		return half("2", salesforce, data, append([]option{unlinkedFrom("d1"), func(s *models.LinkState) { s.BaseSalesforce = values("Title=Old LastName=Ada") }}, options...)...)
	}
	inside := "LastName=Ada Title=VIP"
	for name, c := range map[string]struct {
		batch []models.LinkState
		other *models.LinkState
		want  map[string][]string
	}{
		"inside again":            {[]models.LinkState{mine}, ptr(its(inside)), map[string][]string{"1": {"pair with 2 by email", "resolved"}}},
		"edited meanwhile":        {[]models.LinkState{mine}, ptr(its("LastName=Lovelace Title=VIP")), map[string][]string{"1": {"pair with 2 by email", "UPDATE DESK d1 lastName=Lovelace"}}},
		"still outside":           {[]models.LinkState{mine}, ptr(its("LastName=Ada Title=Boss")), map[string][]string{"1": {"resolved"}}},
		"deleted":                 {[]models.LinkState{mine}, ptr(its(inside, deletedOn(salesforce))), map[string][]string{"1": {"CREATE SALESFORCE LastName=Ada Title=VIP"}}},
		"never read":              {[]models.LinkState{mine}, ptr(its(inside, unread(salesforce))), map[string][]string{"1": {"CREATE SALESFORCE LastName=Ada Title=VIP"}}},
		"linked elsewhere":        {[]models.LinkState{mine}, ptr(pair("2", "title=VIP", inside)), map[string][]string{"1": {"CREATE SALESFORCE LastName=Ada Title=VIP"}}},
		"unknown":                 {[]models.LinkState{mine}, nil, map[string][]string{"1": {"CREATE SALESFORCE LastName=Ada Title=VIP"}}},
		"taken by another's plan": {[]models.LinkState{half("3", desk, "lastName=Other title=VIP", unlinkedFrom("s2")), mine}, ptr(its(inside)), map[string][]string{"3": {"pair with 2 by email", "UPDATE DESK d3 lastName=Ada", "conflict LastName Other|Ada was , SALESFORCE wins"}, "1": {"wait 5s"}}},
		"unlinked from another":   {[]models.LinkState{half("3", desk, "lastName=Ada title=VIP", unlinkedFrom("s2"))}, ptr(its(inside)), map[string][]string{"3": {"pair with 2 by email", "resolved"}}},
	} {
		t.Run(name, func(t *testing.T) {
			f := facts()
			if c.other != nil {
				f.UnlinkedFrom = map[models.Side]map[string]models.LinkState{salesforce: {"s2": *c.other}}
			}
			plans(t, planner(only), c.batch, f, c.want)
		})
	}
}

func ptr[T any](v T) *T { return &v }

func TestAPairIsReconciledFieldByField(t *testing.T) {
	for name, c := range map[string]struct {
		change []func(*plan.Planner)
		link   models.LinkState
		want   []string
	}{
		"equal":                    {link: pair("1", adaDesk, adaSalesforce, was("", "")), want: []string{"resolved"}},
		"edited on Desk":           {link: pair("1", "title=New", "Title=Old", was("title=Old", "")), want: []string{"UPDATE SALESFORCE s1 Title=New"}},
		"edited on Salesforce":     {link: pair("1", "title=Old", "Title=New", was("", "Title=Old")), want: []string{"UPDATE DESK d1 title=New"}},
		"blanked":                  {link: pair("1", "title=", "Title=Old", was("title=Old", "")), want: []string{"UPDATE SALESFORCE s1 Title="}},
		"both, another field each": {link: pair("1", "title=New email=a@x.example", "Title=Old Email=b@x.example", was("title=Old", "Email=a@x.example")), want: []string{"UPDATE DESK d1 email=b@x.example", "UPDATE SALESFORCE s1 Title=New"}},
		"both, the same field":     {link: pair("1", "title=One", "Title=Two", was("title=Old", "Title=Old")), want: []string{"UPDATE DESK d1 title=Two", "conflict Title One|Two was Old, SALESFORCE wins"}},
		"both alike":               {link: pair("1", "title=New", "Title=New", was("title=Old", "Title=Old")), want: []string{"resolved"}},
		"one side not read yet":    {link: pair("1", adaDesk, adaSalesforce, unread(salesforce)), want: nil},
		"the other not read yet":   {link: pair("1", adaDesk, adaSalesforce, unread(desk)), want: nil},
		"a field not read yet":     {link: pair("1", "lastName=New title=Boss", "LastName=New", was("", "")), want: []string{"resolved"}},
		"no reading of it on Desk": {link: pair("1", "lastName=New", "LastName=New Title=Boss", was("", "")), want: []string{"resolved"}},
		"email in another case":    {link: pair("1", "email=Ada@X.example", "Email=ada@x.example", was("", "")), want: []string{"resolved"}},
		"the direction forbids it": {change: []func(*plan.Planner){oneWay}, link: pair("1", "title=New", "Title=Old", was("title=Old", "")), want: []string{"UPDATE DESK d1 title=Old", "conflict Title New|Old was Old, SALESFORCE wins"}},
		"the policy decides": {change: []func(*plan.Planner){func(p *plan.Planner) { p.Integration.ConflictPolicy = models.DeskWins }},
			link: pair("1", "title=One", "Title=Two", was("title=Old", "Title=Old")), want: []string{"UPDATE SALESFORCE s1 Title=One", "conflict Title One|Two was Old, DESK wins"}},
		"the later one wins": {change: []func(*plan.Planner){func(p *plan.Planner) { p.Integration.ConflictPolicy = models.LatestWins }},
			link: pair("1", "title=One", "Title=Two", was("title=Old", "Title=Old"), func(s *models.LinkState) { s.Desk.ModifiedAt = now }),
			want: []string{"UPDATE SALESFORCE s1 Title=One", "conflict Title One|Two was Old, DESK wins"}},
		"outside, and kept":     {change: []func(*plan.Planner){only}, link: pair("1", "title=Boss", "Title=VIP", was("title=VIP", "")), want: []string{"resolved"}},
		"outside, and unlinked": {change: []func(*plan.Planner){only, unlinks}, link: pair("1", "title=Boss", "Title=VIP", was("title=VIP", "")), want: []string{"part", "resolved"}},
		"undecided":             {change: []func(*plan.Planner){only, unlinks}, link: pair("1", "lastName=Ada", "Title=VIP"), want: []string{"resolved"}},
		"inside":                {change: []func(*plan.Planner){only, unlinks}, link: pair("1", "title=VIP email=n@x.example", "Title=VIP Email=o@x.example", was("email=o@x.example", "")), want: []string{"UPDATE SALESFORCE s1 Email=n@x.example"}},
		"a value that does not fit": {change: []func(*plan.Planner){func(p *plan.Planner) { p.Mappings[2].Salesforce.Length = 3 }},
			link: pair("1", "lastName=New title=Boss", "LastName=Old Title=Old", was("lastName=Old title=Old", "")), want: []string{"UPDATE SALESFORCE s1 LastName=New", "fail field Title of DESK VALUE_TOO_LONG"}},
		"an owner":                    {link: pair("1", "ownerId=agent", "OwnerId=user2", was("", "OwnerId=user")), want: []string{"keeps OwnerId", "resolved"}},
		"an owner who is known":       {link: pair("1", "ownerId=lone2", "OwnerId=user", was("", "")), want: []string{"keeps OwnerId", "resolved"}},
		"an owner, edited":            {link: pair("1", "ownerId=agent", "OwnerId=", was("", "OwnerId=user")), want: []string{"UPDATE DESK d1 ownerId="}},
		"no owner on Desk":            {link: pair("1", "ownerId=", "OwnerId=user", was("ownerId=agent", "")), want: []string{"fail field OwnerId of DESK REQUIRED_FIELD_MISSING", "resolved"}},
		"the account":                 {link: pair("1", "accountId=da", "AccountId=", was("accountId=", ""), parentOn("", "sa")), want: []string{"UPDATE SALESFORCE s1 AccountId=sa"}},
		"the account, the other way":  {link: pair("1", "accountId=", "AccountId=sa", was("", "AccountId="), parentOn("da", "")), want: []string{"UPDATE DESK d1 accountId=da"}},
		"the account is gone":         {link: pair("1", "accountId=", "AccountId=sa", was("accountId=da", ""), parentOn("da", "")), want: []string{"UPDATE SALESFORCE s1 AccountId="}},
		"the account is not linked":   {link: pair("1", "accountId=da title=New", "AccountId= Title=Old", was("accountId= title=Old", "")), want: []string{"UPDATE SALESFORCE s1 Title=New"}},
		"its account is not linked":   {link: pair("1", "accountId= title=New", "AccountId=sa Title=Old", was("title=Old", "AccountId=")), want: []string{"UPDATE SALESFORCE s1 Title=New"}},
		"a blank that is no source":   {change: []func(*plan.Planner){func(p *plan.Planner) { p.Mappings[2].Rule = models.RuleSalesforceToDesk }}, link: pair("1", "title=Boss", "Title="), want: []string{"resolved"}},
		"first pairing fills a blank": {link: pair("1", "title=", "Title=Boss"), want: []string{"UPDATE DESK d1 title=Boss"}},
	} {
		t.Run(name, func(t *testing.T) {
			plans(t, planner(c.change...), []models.LinkState{c.link}, facts(), map[string][]string{"1": c.want})
		})
	}
}

func TestAPlanSaysWhatTheLinkShallBe(t *testing.T) {
	later := now.Add(time.Minute)
	link := pair("1", "title=Two lastName=Ada", "Title=Two LastName=Old", agreed("title=One lastName=Ada", "Title=One LastName=Ada"),
		func(s *models.LinkState) { s.PlanAfter, s.Version = &later, 3 })
	made := plans(t, planner(), []models.LinkState{link}, facts(), map[string][]string{"1": {"UPDATE DESK d1 lastName=Old"}})[0]
	if l := made.Link; l.Dirty || l.PlanAfter != nil || l.Version != 3 || l.SyncedAt != nil || l.BaseDesk["title"] != models.Text("Two") || l.BaseSalesforce["Title"] != models.Text("Two") ||
		l.BaseDesk["lastName"] != models.Text("Ada") || made.RunID != "poll" || made.Unchanged {
		t.Errorf("%+v", made)
	}
	in := made.Intents[0]
	if in.Before["lastName"] != models.Text("Ada") || in.Source["LastName"] != models.Text("Old") || in.Epoch != 7 || in.RunID != "poll" || in.State != models.IntentPending || in.ID != "new1" || in.LinkID != "1" {
		t.Errorf("%+v", in)
	}

	equal := plans(t, planner(), []models.LinkState{pair("1", adaDesk, adaSalesforce, cause(models.TriggerInitial))}, facts(), map[string][]string{"1": {"resolved"}})[0]
	if !equal.Unchanged || equal.RunID != "load" || equal.Link.SyncedAt == nil || !equal.Link.SyncedAt.Equal(now) || equal.Link.BaseDesk["title"] != models.Text("Boss") {
		t.Errorf("%+v", equal)
	}

	failed := plans(t, planner(), []models.LinkState{half("1", salesforce, "LastName= Email=e@x.example", func(s *models.LinkState) { s.Salesforce.Name = "Ada" })}, facts(),
		map[string][]string{"1": {"fail field LastName of SALESFORCE REQUIRED_FIELD_MISSING"}})[0].Failures[0]
	if failed.Target != desk || failed.RecordID != "s1" || failed.RecordName == nil || *failed.RecordName != "Ada" || failed.Hint == nil || failed.Attempts != 1 || failed.RunID != "poll" || !failed.FirstAt.Equal(now) {
		t.Errorf("%+v", failed)
	}
}

func TestAContactWaitsForItsAccountOnlyWhileThatIsCreated(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*plan.Planner)
		link   models.LinkState
		want   []string
	}{
		"it is to be created":      {nil, half("1", desk, "lastName=Ada accountId=da"), []string{"wait 5s"}},
		"it is there":              {nil, half("1", desk, "lastName=Ada accountId=da", parentOn("", "sa")), []string{"CREATE SALESFORCE AccountId=sa LastName=Ada"}},
		"there, on Desk":           {nil, half("1", salesforce, "LastName=Ada AccountId=sa", parentOn("da", "")), []string{"CREATE DESK accountId=da lastName=Ada"}},
		"it failed":                {nil, half("1", desk, "lastName=Ada accountId=da", func(s *models.LinkState) { s.ParentFailed = true }), []string{"CREATE SALESFORCE LastName=Ada", "fail field AccountId of DESK PARENT_MISSING"}},
		"it is not mapped":         {func(p *plan.Planner) { p.Mappings = p.Mappings[:3] }, half("1", desk, "lastName=Ada accountId=da"), []string{"CREATE SALESFORCE LastName=Ada"}},
		"its mapping is off":       {func(p *plan.Planner) { p.Mappings[3].Rule = models.RuleOff }, half("1", desk, "lastName=Ada accountId=da"), []string{"CREATE SALESFORCE LastName=Ada"}},
		"with an owner":            {nil, half("1", desk, "lastName=Ada ownerId=agent"), []string{"CREATE SALESFORCE LastName=Ada OwnerId=user"}},
		"an owner without another": {nil, half("1", desk, "lastName=Ada ownerId=lone"), []string{"CREATE SALESFORCE LastName=Ada"}},
		"without an owner":         {nil, half("1", desk, "lastName=Ada ownerId="), []string{"CREATE SALESFORCE LastName=Ada"}},
		"owners are not known":     {func(p *plan.Planner) { p.Owners = nil }, half("1", desk, "lastName=Ada ownerId=agent"), []string{"CREATE SALESFORCE LastName=Ada"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := planner()
			if c.change != nil {
				c.change(p)
			}
			plans(t, p, []models.LinkState{c.link}, facts(), map[string][]string{"1": c.want})
		})
	}
}

func TestAFailureOfAFieldThatWasNotReadStaysOpen(t *testing.T) {
	link := pair("1", "lastName=One title=Boss", "LastName=One", was("", ""))
	made := planner().Plan([]models.LinkState{link}, facts())
	if want := []string{"Email", "Title", "AccountId", "OwnerId"}; len(made) != 1 || !slices.Equal(made[0].Keeps, want) {
		t.Errorf("want %v, got %v", want, made)
	}
}
