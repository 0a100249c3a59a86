package plan_test

import (
	"testing"

	"sidelight/models"
)

// TestAPersonsContactHasNoAccountToKeepTheSame: its account in Salesforce is itself.
func TestAPersonsContactHasNoAccountToKeepTheSame(t *testing.T) {
	const person, business = " IsPersonAccount=true", " IsPersonAccount=false"
	for name, c := range map[string]struct {
		batch, others []models.LinkState
		want          []string
	}{
		"made in Desk":               {batch: []models.LinkState{half("1", salesforce, "LastName=Ada AccountId=sa"+person)}, want: []string{"CREATE DESK lastName=Ada"}},
		"a business waits for it":    {batch: []models.LinkState{half("1", salesforce, "LastName=Ada AccountId=sa"+business)}, want: []string{"wait 5s"}},
		"chosen in Desk":             {batch: []models.LinkState{pair("1", "accountId=da title=New", "AccountId=sa Title=Old"+person, was("accountId= title=Old", ""), parentOn("", "sb"))}, want: []string{"UPDATE SALESFORCE s1 Title=New"}},
		"chosen for a business":      {batch: []models.LinkState{pair("1", "accountId=da title=New", "AccountId=sa Title=Old"+business, was("accountId= title=Old", ""), parentOn("", "sb"))}, want: []string{"UPDATE SALESFORCE s1 AccountId=sb Title=New"}},
		"matched":                    {batch: []models.LinkState{half("1", desk, adaDesk)}, others: []models.LinkState{half("2", salesforce, adaSalesforce+" AccountId=sa"+person)}, want: []string{"pair with 2 by email", "resolved"}},
		"equal whatever the account": {batch: []models.LinkState{pair("1", "lastName=Ada accountId=da", "LastName=Ada AccountId=sa"+person, was("", ""))}, want: []string{"resolved"}},
	} {
		t.Run(name, func(t *testing.T) {
			plans(t, planner(), c.batch, facts(c.others...), map[string][]string{"1": c.want})
		})
	}
}
