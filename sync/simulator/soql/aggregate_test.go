package soql

import (
	"fmt"
	"strings"
	"testing"
)

func TestGroupsAreCountedAndSummed(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT COUNT(Id) FROM Contact": "expr0=4",
		"SELECT COUNT(Id) n, SUM(Points) total, MIN(Points) least, MAX(Name) last FROM Contact":          "n=4 total=18.5 least=-3 last=Çelik",
		"SELECT COUNT(Email), COUNT_DISTINCT(AccountId), AVG(Points) FROM Contact":                       "expr0=2 expr1=2 expr2=6.166666666666667",
		"SELECT COUNT(Id), SUM(Points) FROM Contact WHERE Name = 'nobody'":                               "expr0=0 expr1=<nil>",
		"SELECT Active, COUNT(Id) n FROM Contact GROUP BY Active ORDER BY COUNT(Id) DESC, Active":        "Active=false n=2; Active=true n=2",
		"SELECT Account.Name, SUM(Points) p FROM Contact GROUP BY Account.Name ORDER BY p NULLS LAST":    "Name=<nil> p=-3; Name=Größe p=21.5; Name=Acme p=<nil>",
		"SELECT AccountId, COUNT(Id) FROM Contact WHERE AccountId != null GROUP BY AccountId LIMIT 1":    "AccountId=" + recordID("001", 1) + " expr0=2",
		"SELECT Active who, MAX(Birthdate) FROM Contact GROUP BY Active ORDER BY Active DESC":            "who=true expr0=1990-05-06; who=false expr0=2001-01-01",
		"SELECT Email FROM Contact WHERE Email != null GROUP BY Email ORDER BY Email DESC OFFSET 1":      "Email=ann@x.example",
		"SELECT COUNT(Id) FROM Contact WHERE AccountId IN (SELECT Id FROM Account WHERE Name = 'größe')": "expr0=2",
	} {
		for _, indexed := range []bool{false, true} {
			statement, err := Prepare(query, newWorld(indexed), now)
			if err != nil {
				t.Errorf("%s: %v", query, err)
				continue
			}
			var rows []string
			for _, cells := range statement.Groups(false) {
				var row []string
				for _, cell := range cells {
					row = append(row, fmt.Sprintf("%s=%v", cell.Name, cell.Value))
				}
				rows = append(rows, strings.Join(row, " "))
			}
			if got := strings.Join(rows, "; "); got != want || !statement.Aggregated() || statement.Flat() {
				t.Errorf("%s (index %v):\n%q instead of\n%q", query, indexed, got, want)
			}
		}
	}
}

func TestFunctionsOfAFieldAreShownUnderItsNameOrAnother(t *testing.T) {
	statement, err := Prepare("SELECT toLabel(Name), FORMAT(Points) shown, Points FROM Contact WHERE Name = 'ann'", newWorld(false), now)
	if err != nil {
		t.Fatal(err)
	}
	cells := statement.Record(statement.Select(false)[0]).Cells
	if got := fmt.Sprintf("%v", cells); got != "[{Name Ann} {shown 1.5} {Points 1.5}]" || cells[1].Value != "1.5" {
		t.Error(got)
	}
}
