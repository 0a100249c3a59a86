package plan_test

import (
	"testing"

	"sidelight/models"
	"sidelight/sync/plan"
)

func TestAContactThatIsLeftOutRestsAndStaysLinked(t *testing.T) {
	const spam, visitor, neither = " isSpam=true isAnonymous=false", " isSpam=false isAnonymous=true", " isSpam=false isAnonymous=false"
	edited := pair("1", "title=Old"+spam, "Title=New", was("", "Title=Old"))
	for name, c := range map[string]struct {
		change []func(*plan.Planner)
		batch  []models.LinkState
		others []models.LinkState
		want   []string
	}{
		"spam":                        {batch: []models.LinkState{half("1", desk, adaDesk+spam)}, want: []string{"resolved"}},
		"a visitor":                   {batch: []models.LinkState{half("1", desk, adaDesk+visitor)}, want: []string{"resolved"}},
		"neither":                     {batch: []models.LinkState{half("1", desk, adaDesk+neither)}, want: []string{"CREATE SALESFORCE Email=ada@x.example LastName=Ada Title=Boss"}},
		"its only match is spam":      {batch: []models.LinkState{half("1", salesforce, adaSalesforce)}, others: []models.LinkState{half("2", desk, adaDesk+spam)}, want: []string{"resolved"}},
		"a pair":                      {batch: []models.LinkState{edited}, want: []string{"resolved"}},
		"a pair is never parted":      {change: []func(*plan.Planner){unlinks}, batch: []models.LinkState{edited}, want: []string{"resolved"}},
		"unless the filter parts it":  {change: []func(*plan.Planner){only, unlinks}, batch: []models.LinkState{pair("1", "title=VIP"+spam, "Title=Boss", was("", ""))}, want: []string{"part", "resolved"}},
		"the deleted one is not made": {batch: []models.LinkState{pair("1", "title=New"+spam, "Title=Old", was("title=Old", ""), deletedOn(salesforce))}, want: []string{"resolved"}},
	} {
		t.Run(name, func(t *testing.T) {
			plans(t, planner(c.change...), c.batch, facts(c.others...), map[string][]string{"1": c.want})
		})
	}
}
