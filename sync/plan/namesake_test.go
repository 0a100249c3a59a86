package plan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/sync/plan"
)

// detailed maps a phone and a city besides, so that values can tell people apart.
func detailed(p *plan.Planner) {
	p.Mappings = append(p.Mappings, mapped("phone", "Phone", models.TypeText), mapped("city", "MailingCity", models.TypeText))
}

// second gives a record a second email.
func second(email string) option {
	return func(s *models.LinkState) { s.Desk.SecondKey = email }
}

// found are facts with the half links by name and by second email, and the records that carry a
// mark.
func found(marked string, all ...models.LinkState) plan.Facts {
	f := facts(all...)
	f.Second = map[models.Side]map[string][]models.LinkState{desk: {}, salesforce: {}}
	f.Namesakes = map[string][]models.LinkState{}
	f.Marked = map[models.Side]map[string]bool{desk: {marked: true}, salesforce: {marked: true}}
	for _, s := range all {
		if name := s.Row(s.HalfSide()).Name; !s.Whole() && name != "" {
			f.Namesakes[name] = append(f.Namesakes[name], s)
		}
		if s.Desk != nil && s.Desk.SecondKey != "" {
			f.Second[desk][s.Desk.SecondKey] = append(f.Second[desk][s.Desk.SecondKey], s)
		}
	}
	return f
}

// outcome is the first word of the first plan: what becomes of the record.
func outcome(t *testing.T, p *plan.Planner, f plan.Facts, s models.LinkState) string {
	t.Helper()
	made := p.Plan([]models.LinkState{s}, f)
	if len(made) != 1 {
		t.Fatalf("%d plans", len(made))
	}
	words := told(made[0])
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

func TestARecordWithoutAnEmailIsLinkedByItsNameAndTwoValuesOfItsOwn(t *testing.T) {
	const onDesk, onSalesforce = "lastName=doe phone=1 city=Rome", "LastName=doe Phone=1 MailingCity=Rome"
	d := half("D", desk, onDesk)
	for name, c := range map[string]struct {
		others []models.LinkState
		record models.LinkState
		marked string
		want   string
	}{
		"name and two values":                {[]models.LinkState{half("S", salesforce, onSalesforce)}, d, "", "pair with S by values"},
		"name and one value":                 {[]models.LinkState{half("S", salesforce, "LastName=doe Phone=1 MailingCity=Oslo")}, d, "", "CREATE SALESFORCE"},
		"one of the two has an email":        {[]models.LinkState{half("S", salesforce, onSalesforce+" Email=a@x")}, d, "", "pair with S by values"},
		"both have another email":            {[]models.LinkState{half("S", salesforce, onSalesforce+" Email=a@x")}, half("D", desk, onDesk+" email=b@x"), "", "CREATE SALESFORCE"},
		"two on the other side":              {[]models.LinkState{half("S", salesforce, onSalesforce), half("T", salesforce, onSalesforce)}, d, "", "fail DESK AMBIGUOUS_MATCH"},
		"two on this side":                   {[]models.LinkState{half("S", salesforce, onSalesforce), half("E", desk, onDesk)}, d, "", "fail DESK AMBIGUOUS_MATCH"},
		"blanks are no values":               {[]models.LinkState{half("S", salesforce, "LastName=doe Phone= MailingCity=")}, half("D", desk, "lastName=doe phone= city="), "", "CREATE SALESFORCE"},
		"a mark, and the name alone":         {[]models.LinkState{half("S", salesforce, "LastName=doe Phone=2")}, d, "sS", "pair with S by mark"},
		"its own mark, and the name alone":   {[]models.LinkState{half("S", salesforce, "LastName=doe Phone=2")}, d, "dD", "pair with S by mark"},
		"a mark among two of the name":       {[]models.LinkState{half("S", salesforce, "LastName=doe Phone=2"), half("T", salesforce, "LastName=doe Phone=3")}, d, "sS", "fail DESK AMBIGUOUS_MATCH"},
		"a mark, and two of the name here":   {[]models.LinkState{half("S", salesforce, "LastName=doe Phone=2"), half("E", desk, "lastName=doe phone=9")}, d, "sS", "fail DESK AMBIGUOUS_MATCH"},
		"another name":                       {[]models.LinkState{half("S", salesforce, "LastName=roe Phone=1 MailingCity=Rome")}, d, "sS", "CREATE SALESFORCE"},
		"a record with an email and no mark": {[]models.LinkState{half("S", salesforce, "LastName=doe Phone=2")}, half("D", desk, onDesk+" email=b@x"), "sS", "CREATE SALESFORCE"},
	} {
		t.Run(name, func(t *testing.T) {
			got := outcome(t, planner(detailed), found(c.marked, append(c.others, c.record)...), c.record)
			if len(got) < len(c.want) || got[:len(c.want)] != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestASecondEmailMatchesWhereTheAdminLetsItAndIsAFailureElsewhere(t *testing.T) {
	matching := func(p *plan.Planner) { p.Integration.MatchSecondaryEmail = true }
	d, s := half("D", desk, "lastName=doe email=work@x", second("home@x")), half("S", salesforce, "LastName=doe Email=home@x")
	other, whole := half("T", salesforce, "LastName=roe Email=home@x"), pair("W", "lastName=doe email=home@x", "LastName=doe Email=home@x")
	for name, c := range map[string]struct {
		all    []models.LinkState
		record models.LinkState
		lets   bool
		want   string
	}{
		"from the one who has it":      {[]models.LinkState{d, s}, d, true, "pair with S by secondaryEmail"},
		"from the other":               {[]models.LinkState{d, s}, s, true, "pair with D by secondaryEmail"},
		"not let":                      {[]models.LinkState{d, s}, d, false, "fail DESK AMBIGUOUS_MATCH"},
		"not let, from the other":      {[]models.LinkState{d, s}, s, false, "fail SALESFORCE AMBIGUOUS_MATCH"},
		"two have it":                  {[]models.LinkState{d, s, other}, d, true, "fail DESK AMBIGUOUS_MATCH"},
		"who has it is linked already": {[]models.LinkState{d, whole}, d, true, "fail DESK ALREADY_MAPPED"},
		"nobody has it":                {[]models.LinkState{d}, d, true, "CREATE SALESFORCE"},
	} {
		t.Run(name, func(t *testing.T) {
			p := planner()
			if c.lets {
				p = planner(matching)
			}
			got := outcome(t, p, found("", c.all...), c.record)
			if len(got) < len(c.want) || got[:len(c.want)] != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
	made := planner(matching).Plan([]models.LinkState{d}, found("", d, s))
	if len(made[0].Intents) != 0 {
		t.Errorf("the two emails are edits of each other: %v", told(made[0]))
	}
}

func TestNamesToLookForAreThoseOfHalfLinksThatLive(t *testing.T) {
	batch := []models.LinkState{
		half("1", desk, "lastName=Doe"), half("2", desk, "lastName=_DOE_"), half("3", salesforce, "LastName=Roe Email=a@x"), half("4", desk, "lastName="),
		half("5", desk, "lastName=Gone", deletedOn(desk)), pair("6", "lastName=Two", "LastName=Two"), half("7", desk, "lastName=Doe email=b@x"),
	}
	keyless, keyed := plan.Names(models.ContactObject, batch)
	if diff := cmp.Diff([][]string{{"doe"}, {"roe", "doe"}}, [][]string{keyless, keyed}); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if a, b := plan.Names(models.AccountObject, batch); a != nil || b != nil {
		t.Errorf("accounts: %v %v", a, b)
	}
	got := plan.Unmarked(map[string][]models.LinkState{
		"doe": {batch[0], batch[1], half("8", salesforce, "LastName=doe")},
		"roe": {batch[2], half("9", desk, "lastName=roe")}, // the one in Salesforce has an email
	})
	for _, ids := range got {
		slices.Sort(ids)
	}
	if diff := cmp.Diff(map[models.Side][]string{desk: {"d1", "d2"}, salesforce: {"s8"}}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
