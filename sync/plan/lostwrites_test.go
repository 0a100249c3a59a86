package plan_test

import (
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/plan"
)

// lostUpdate is an update of the title in Salesforce that was sent, never answered and given up.
// Desk's title was there when it was planned, sent is what Salesforce was sent.
func lostUpdate(source, sent string) models.Intent {
	return models.Intent{Op: models.OpUpdate, Side: salesforce, Values: values("Title=" + sent), Source: values("title=" + source), CreatedAt: now.Add(-time.Hour)}
}

func TestAnUnansweredUpdateIsJudgedByWhatTheRecordsHold(t *testing.T) {
	conflict := func(c string) string { return "conflict Title " + c }
	for name, c := range map[string]struct {
		link models.LinkState
		lost []models.Intent
		want []string
	}{
		"it arrived, and the source was blanked since": {pair("1", "title=", "Title=Boss", was("", "Title=")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"UPDATE SALESFORCE s1 Title="}},
		"it arrived":                              {pair("1", "title=Boss", "Title=Boss", agreed("title=Old", "Title=Old")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"resolved"}},
		"it arrived, and the source moved on":     {pair("1", "title=Next", "Title=Boss", agreed("title=Old", "Title=Old")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"UPDATE SALESFORCE s1 Title=Next"}},
		"it did not arrive":                       {pair("1", "title=Boss", "Title=Old", agreed("title=Old", "Title=Old")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"UPDATE SALESFORCE s1 Title=Boss"}},
		"both were edited since":                  {pair("1", "title=", "Title=Their", agreed("title=", "Title=")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"UPDATE DESK d1 title=Their", conflict("|Their was , SALESFORCE wins")}},
		"it may have been blanked where it was":   {pair("1", "title=Boss", "Title=", agreed("title=", "Title=")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"UPDATE SALESFORCE s1 Title=Boss", conflict("Boss| was , DESK wins")}},
		"another field's write":                   {pair("1", "title=Boss lastName=Ada", "Title=Old LastName=Ada", was("title=Old", "")), []models.Intent{{Op: models.OpUpdate, Side: salesforce, Values: values("LastName=Ada"), Source: values("lastName=Ada")}}, []string{"UPDATE SALESFORCE s1 Title=Boss"}},
		"nothing says where it came from":         {pair("1", "title=", "Title=Boss", was("", "Title=")), []models.Intent{{Op: models.OpUpdate, Side: salesforce, Values: values("Title=Boss")}}, []string{"UPDATE DESK d1 title=Boss"}},
		"a create":                                {pair("1", "title=", "Title=Boss", was("", "Title=")), []models.Intent{{Op: models.OpCreate, Side: salesforce, Values: values("Title=Boss"), Source: values("title=Boss")}}, []string{"UPDATE DESK d1 title=Boss"}},
		"the target was not read":                 {pair("1", "title=Boss", "LastName=Ada", was("", "")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"resolved"}},
		"the source was not read":                 {pair("1", "lastName=Ada", "Title=Boss LastName=Ada", was("", "")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"resolved"}},
		"a blank was sent to a blank":             {pair("1", "title=Next", "Title=", agreed("title=", "Title=")), []models.Intent{lostUpdate("", "")}, []string{"UPDATE SALESFORCE s1 Title=Next"}},
		"a conflict stands already for the blank": {pair("1", "title=Boss", "Title=", agreed("title=Old", "")), []models.Intent{lostUpdate("Boss", "Boss")}, []string{"UPDATE SALESFORCE s1 Title=Boss", conflict("Boss| was , DESK wins")}},
	} {
		t.Run(name, func(t *testing.T) {
			f := facts()
			f.LostWrites = map[string][]models.Intent{"1": c.lost}
			plans(t, planner(), []models.LinkState{c.link}, f, map[string][]string{"1": c.want})
		})
	}
}

func TestAValueOfAnUnansweredCreateThatIsBlankNowIsAnEdit(t *testing.T) {
	create := func(side models.Side, data string) models.Intent {
		return models.Intent{Op: models.OpCreate, Side: side, Values: values(data), CreatedAt: now.Add(-30 * time.Minute)}
	}
	mine := half("1", desk, adaDesk)
	made := func(created time.Duration) models.LinkState {
		return half("2", salesforce, "LastName=Ada Email=ada@x.example Title=", func(s *models.LinkState) { s.CreatedAt = now.Add(-created) })
	}
	fill := []string{"pair with 2 by email", "UPDATE SALESFORCE s2 Title=Boss"}
	logged := append(fill[:2:2], "conflict Title Boss| was Boss, DESK wins")
	for name, c := range map[string]struct {
		other models.LinkState
		lost  map[string][]models.Intent
		want  []string
	}{
		"it may be what was made":       {made(time.Minute), map[string][]models.Intent{"1": {create(salesforce, "Title=Boss Email=ada@x.example")}}, logged},
		"at the very moment":            {made(30 * time.Minute), map[string][]models.Intent{"1": {create(salesforce, "Title=Boss")}}, logged},
		"noted at the other link":       {made(time.Minute), map[string][]models.Intent{"2": {create(salesforce, "Title=Boss")}}, logged},
		"it was there before":           {made(31 * time.Minute), map[string][]models.Intent{"1": {create(salesforce, "Title=Boss")}}, fill},
		"nothing was sent for it":       {made(time.Minute), map[string][]models.Intent{"1": {create(salesforce, "Title=")}}, fill},
		"the field is not read":         {made(time.Minute), map[string][]models.Intent{"1": {create(salesforce, "Fax=1")}}, fill},
		"on the other side":             {made(time.Minute), map[string][]models.Intent{"1": {create(desk, "title=Boss")}}, fill},
		"it was an update":              {made(time.Minute), map[string][]models.Intent{"1": {lostUpdate("Boss", "Boss")}}, append(fill[:2:2], "conflict Title Boss| was , DESK wins")},
		"nothing is known to have been": {made(time.Minute), nil, fill},
	} {
		t.Run(name, func(t *testing.T) {
			p := planner(func(p *plan.Planner) { p.Integration.ConflictPolicy = models.DeskWins })
			f := facts(mine, c.other)
			f.LostWrites = c.lost
			plans(t, p, []models.LinkState{mine}, f, map[string][]string{"1": c.want})
		})
	}
}
