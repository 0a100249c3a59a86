package soql

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// where are conditions on contacts, and the names they choose in the order of ids.
var where = map[string]string{
	"":                                     "Ann Bob Çelik o'Neill",
	"Name = 'ANN'":                         "Ann",
	"Name = 'çelik'":                       "Çelik",
	"Name != 'ann'":                        "Bob Çelik o'Neill",
	"Email = null":                         "Çelik o'Neill",
	"Email != ''":                          "Ann Bob",
	"Email <> 'bob@x.example'":             "Ann Çelik o'Neill",
	"Email IN ('bob@X.example', 'nobody')": "Bob",
	"Email NOT IN ('bob@x.example')":       "Ann Çelik o'Neill",
	"Name LIKE '%n%'":                      "Ann o'Neill",
	"Name LIKE '_o_'":                      "Bob",
	`Name LIKE 'o\'neill%\%'`:              "o'Neill",
	`Name = 'o\'neill 100%'`:               "o'Neill",
	"NOT Name LIKE 'a%'":                   "Bob Çelik o'Neill",
	"NOT (Active = true AND Points > 1)":   "Bob Çelik o'Neill",
	"Active = true AND Points > 1":         "Ann",
	"Active = true OR Points < 0":          "Ann Çelik o'Neill",
	"Name = 'ann' OR Points < 0":           "Ann o'Neill",
	"Active != true":                       "Bob o'Neill",
	"(Name = 'Ann' OR Name = 'Bob') AND Points >= 20": "Bob",
	"Points <= 1.5":                                                    "Ann o'Neill",
	"Points IN (1.5, -3)":                                              "Ann o'Neill",
	"Birthdate = 1990-05-06":                                           "Ann",
	"Birthdate > 1990-05-06":                                           "Bob",
	"Birthdate < THIS_YEAR":                                            "Ann Bob",
	"SystemModstamp = TODAY":                                           "Ann o'Neill",
	"SystemModstamp = YESTERDAY":                                       "Bob",
	"SystemModstamp >= LAST_N_DAYS:1":                                  "Ann Bob o'Neill",
	"SystemModstamp < TODAY":                                           "Bob Çelik",
	"SystemModstamp > TODAY":                                           "",
	"SystemModstamp != TODAY":                                          "Bob Çelik",
	"SystemModstamp = LAST_MONTH":                                      "Çelik",
	"SystemModstamp > 2026-05-06T00:00:00Z":                            "o'Neill",
	"SystemModstamp >= 2026-05-06T02:00:00+02:00":                      "Ann o'Neill",
	"SystemModstamp <= 2026-05-05T23:59:59.000Z":                       "Bob Çelik",
	"Id = '" + "003Si0000000001" + "'":                                 "Ann",
	"Id IN ('003Si0000000001', '003Si0000000004')":                     "Ann o'Neill",
	"Id > '003Si0000000002'":                                           "Çelik o'Neill",
	"Account.Name = 'grösse'":                                          "",
	"Account.Name = 'GRÖßE'":                                           "Ann Bob",
	"Account.Employees > 5":                                            "Ann Bob",
	"Account.Name = null":                                              "o'Neill",
	"AccountId IN (SELECT Id FROM Account WHERE Name = 'acme')":        "Çelik",
	"AccountId NOT IN (SELECT Id FROM Account WHERE Name = 'acme')":    "Ann Bob o'Neill",
	"Id IN (SELECT Id FROM Contact WHERE Points > 0) AND Name = 'bob'": "Bob",
}

func TestConditionsChooseTheSameRowsWithAndWithoutAnIndex(t *testing.T) {
	for condition, want := range where {
		query := "SELECT Name FROM Contact"
		if condition != "" {
			query += " WHERE " + condition
		}
		for _, indexed := range []bool{false, true} {
			if got := names(t, newWorld(indexed), query, false); got != want {
				t.Errorf("%s (index %v): %q instead of %q", condition, indexed, got, want)
			}
		}
	}
}

func TestRowsAreOrderedAndCut(t *testing.T) {
	for query, want := range map[string]string{
		"ORDER BY Name":                               "Ann Bob o'Neill Çelik",
		"ORDER BY Name DESC":                          "Çelik o'Neill Bob Ann",
		"ORDER BY Points":                             "Çelik o'Neill Ann Bob",
		"ORDER BY Points NULLS LAST":                  "o'Neill Ann Bob Çelik",
		"ORDER BY Points DESC NULLS LAST":             "Bob Ann o'Neill Çelik",
		"ORDER BY Active DESC, Name DESC":             "Çelik Ann o'Neill Bob",
		"ORDER BY Account.Name NULLS LAST, Id":        "Çelik Ann Bob o'Neill",
		"ORDER BY Name LIMIT 2":                       "Ann Bob",
		"ORDER BY Name LIMIT 2 OFFSET 3":              "Çelik",
		"LIMIT 0":                                     "",
		"OFFSET 9":                                    "",
		"WHERE IsDeleted = true":                      "",
		"WHERE Email = null ORDER BY Id DESC LIMIT 1": "o'Neill",
		"LIMIT 1 FOR VIEW":                            "Ann",
		"AS c WHERE c.Name = 'Ann' ORDER BY c.Name":   "Ann",
		"c WHERE Contact.Name = 'Ann'":                "Ann",
	} {
		if got := names(t, newWorld(true), "select Name from contact "+query, false); got != want {
			t.Errorf("%s: %q instead of %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"SELECT Name FROM Contact":                        "Ann Bob Çelik o'Neill Gone",
		"SELECT Name FROM Contact WHERE IsDeleted = true": "Gone",
	} {
		if got := names(t, newWorld(true), query, true); got != want {
			t.Errorf("%s: %q instead of %q", query, got, want)
		}
	}
}

func TestRecordsHoldParentsAndChildren(t *testing.T) {
	statement, err := Prepare("SELECT Name, (SELECT Name, Account.Name FROM Contacts WHERE Active = true ORDER BY Name) FROM Account ORDER BY Name DESC", newWorld(false), now)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, row := range statement.Select(false) {
		r := statement.Record(row)
		children, _ := r.Cells[1].Value.([]*Record)
		for _, child := range children {
			out = append(out, fmt.Sprint(r.Cells[0].Value, ">", child.Cells[0].Value, ">", child.Cells[1].Value.(*Record).Cells[0].Value))
		}
	}
	if got := strings.Join(out, " "); got != "Größe>Ann>Größe Acme>Çelik>Acme" {
		t.Error(got)
	}
	if statement.Flat() || strings.Join(statement.Queried(), " ") != "Account Contact" || strings.Join(statement.Traversed(), " ") != "Account" {
		t.Error(statement.Queried(), statement.Traversed())
	}
	flat, err := Prepare("SELECT Id, Account.Name, Account.Employees, Points FROM Contact WHERE Name = 'o\\'neill 100%'", newWorld(true), now)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(flat.Columns(), ","); got != "Id,Account.Name,Account.Employees,Points" || !flat.Flat() {
		t.Error(got)
	}
	if got := fmt.Sprint(flat.Values(flat.Select(false)[0])); got != "["+recordID("003", 4)+" <nil> <nil> -3]" {
		t.Error(got)
	}
	all, err := Prepare("SELECT FIELDS(ALL) FROM Contact LIMIT 200", newWorld(true), now)
	if err != nil || len(all.Columns()) != 11 {
		t.Error(all, err)
	}
	if custom, err := Prepare("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 1", newWorld(true), now); err != nil || strings.Join(custom.Columns(), "") != "Mark__c" {
		t.Error(custom, err)
	}
}

func TestWhatIsNotSpokenIsRefused(t *testing.T) {
	for query, code := range map[string]string{
		"":                                       MalformedQuery,
		"SELECT":                                 MalformedQuery,
		"SELECT Id":                              MalformedQuery,
		"SELECT Id FROM Contact WHERE":           MalformedQuery,
		"SELECT Id FROM Contact WHERE Name":      MalformedQuery,
		"SELECT Id FROM Contact WHERE Name = x":  MalformedQuery,
		"SELECT Id FROM Contact WHERE Name = 'x": MalformedQuery,
		"SELECT Id FROM Contact WHERE Name = \"x\"":                                                         MalformedQuery,
		"SELECT Id FROM Contact WHERE Name = 'a' AND Name = 'b' OR Name = 'c'":                              MalformedQuery,
		"SELECT Id FROM Contact LIMIT -1":                                                                   MalformedQuery,
		"SELECT Id FROM Contact LIMIT 1 garbage":                                                            MalformedQuery,
		"SELECT Name FROM Contact GROUP BY Email":                                                           MalformedQuery,
		"SELECT Name, COUNT(Id) FROM Contact":                                                               MalformedQuery,
		"SELECT SUM(Name) FROM Contact":                                                                     InvalidField,
		"SELECT COUNT(Id) n, COUNT(Name) n FROM Contact":                                                    MalformedQuery,
		"SELECT COUNT(Id) FROM Contact ORDER BY Name":                                                       MalformedQuery,
		"SELECT Id FROM Contact ORDER BY COUNT(Id)":                                                         MalformedQuery,
		"SELECT Name who FROM Contact":                                                                      MalformedQuery,
		"SELECT Id, (SELECT COUNT(Id) FROM Contacts) FROM Account":                                          MalformedQuery,
		"SELECT Id FROM Contact WHERE AccountId IN (SELECT MAX(Id) FROM Account)":                           MalformedQuery,
		"SELECT Id; DELETE FROM Contact":                                                                    MalformedQuery,
		"SELECT Id FROM Contact WHERE Birthdate = 1990-13-45":                                               MalformedQuery,
		"SELECT Id FROM Contact WHERE SystemModstamp > 2026-05-06T25:00:00Z":                                MalformedQuery,
		"SELECT Id FROM Contact WHERE Name > null":                                                          MalformedQuery,
		"SELECT FIELDS(ALL) FROM Contact":                                                                   MalformedQuery,
		"SELECT Id FROM Contact WHERE Name = 'a' OR Id IN (SELECT Id FROM Contact)":                         MalformedQuery,
		"SELECT Id FROM Contact WHERE Id IN (SELECT WhoId FROM Task)":                                       MalformedQuery,
		"SELECT Id FROM Contact WHERE Name IN (SELECT Id FROM Contact)":                                     MalformedQuery,
		"SELECT Id FROM Contact WHERE Id IN (SELECT Name FROM Contact)":                                     MalformedQuery,
		"SELECT Id FROM Contact WHERE Id IN (SELECT Id FROM Contact LIMIT 1)":                               MalformedQuery,
		"SELECT Id FROM Contact WHERE Id IN (SELECT Id FROM Contact WHERE Id IN (SELECT Id FROM Contact))":  MalformedQuery,
		"SELECT Id FROM Nothing":                                                                            InvalidType,
		"SELECT Id FROM Name":                                                                               InvalidType,
		"SELECT Id, (SELECT Id FROM Nothings) FROM Account":                                                 InvalidType,
		"SELECT Nope FROM Contact":                                                                          InvalidField,
		"SELECT Nope.Name FROM Contact":                                                                     InvalidField,
		"SELECT Id, Id FROM Contact":                                                                        InvalidField,
		"SELECT Id FROM Contact WHERE Note = 'x'":                                                           InvalidField,
		"SELECT Id FROM Contact ORDER BY Note":                                                              InvalidField,
		"SELECT Id FROM Contact WHERE Name = 5":                                                             InvalidField,
		"SELECT Id FROM Contact WHERE Points = '5'":                                                         InvalidField,
		"SELECT Id FROM Contact WHERE Active = 'true'":                                                      InvalidField,
		"SELECT Id FROM Contact WHERE Birthdate = '1990-05-06'":                                             InvalidField,
		"SELECT Id FROM Contact WHERE SystemModstamp = 2026-05-06":                                          InvalidField,
		"SELECT Id FROM Contact WHERE Points LIKE '5%'":                                                     InvalidField,
		"SELECT Id FROM Contact WHERE Id = 'nonsense'":                                                      InvalidOperator,
		"SELECT Id FROM Contact WHERE Active > true":                                                        InvalidOperator,
		"SELECT Id FROM Contact OFFSET 2001":                                                                OutsideRange,
		"SELECT Id FROM Contact WHERE " + strings.Repeat("(", 100) + "Id = null" + strings.Repeat(")", 100): "QUERY_TOO_COMPLICATED",
		"SELECT Id FROM Contact WHERE " + strings.Repeat("NOT ", 100) + "Id = null":                         "QUERY_TOO_COMPLICATED",
		"SELECT Id FROM Contact WHERE Name = '" + strings.Repeat("x", maxLength) + "'":                      "QUERY_TOO_COMPLICATED",
	} {
		_, err := Prepare(query, newWorld(true), now)
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("%.90s: %v instead of %s", query, err, code)
		}
	}
}

func TestErrorsPointIntoTheQuery(t *testing.T) {
	_, err := Prepare("SELECT Id\nFROM Contact WHERE Nope = 1", newWorld(true), now)
	var refused *Error
	if !errors.As(err, &refused) || !strings.Contains(refused.Message, "ERROR at Row:2:Column:20\nNo such column 'Nope' on entity 'Contact'") {
		t.Error(err)
	}
}

func TestIdsAreCompletedAndRepaired(t *testing.T) {
	for given, want := range map[string]string{
		"001D000000IRFma":    "001D000000IRFmaIAH",
		"001D000000IRFmaIAH": "001D000000IRFmaIAH",
		"001d000000irfmaIAH": "001D000000IRFmaIAH",
		"001D000000IRFmaiah": "001D000000IRFmaIAH",
	} {
		if got, ok := ID18(given); !ok || got != want {
			t.Errorf("%s: %s, %v", given, got, ok)
		}
	}
	for _, wrong := range []string{"", "001", "001D000000IRFm", "001D000000IRFmaI", "001D000000IRFm'", "001D000000IRFma999", "0010000000000005QQ"} {
		if got, ok := ID18(wrong); ok {
			t.Errorf("%s: %s", wrong, got)
		}
	}
}

func TestPeriodsMeanWholeDays(t *testing.T) {
	for literal, want := range map[string]string{
		"TODAY": "2026-05-06 2026-05-07", "TOMORROW": "2026-05-07 2026-05-08", "THIS_WEEK": "2026-05-03 2026-05-10", "LAST_WEEK": "2026-04-26 2026-05-03",
		"NEXT_MONTH": "2026-06-01 2026-07-01", "THIS_QUARTER": "2026-04-01 2026-07-01", "LAST_YEAR": "2025-01-01 2026-01-01", "LAST_90_DAYS": "2026-02-05 2026-05-07",
		"LAST_N_DAYS": "2026-05-03 2026-05-07", "NEXT_N_DAYS": "2026-05-07 2026-05-10", "N_DAYS_AGO": "2026-05-03 2026-05-04", "LAST_N_MONTHS": "2026-02-01 2026-05-01",
		"N_YEARS_AGO": "2023-01-01 2024-01-01", "NEXT_N_WEEKS": "2026-05-10 2026-05-31",
	} {
		from, to := period(literal, 3, now)
		if got := from.Format("2006-01-02") + " " + to.Format("2006-01-02"); got != want {
			t.Errorf("%s: %s instead of %s", literal, got, want)
		}
	}
}

// FuzzPrepare: no text breaks the parser; what it takes can be run with and without an index and
// gives the same rows, and what it refuses it refuses in the vendor's words.
func FuzzPrepare(f *testing.F) {
	for condition := range where {
		f.Add("SELECT Id, Name, Account.Name FROM Contact WHERE " + condition)
	}
	f.Add("SELECT Id, (SELECT Name FROM Contacts ORDER BY Name DESC NULLS LAST LIMIT 1) FROM Account a WHERE a.Name LIKE '%\\_' LIMIT 2 OFFSET 1 FOR VIEW")
	f.Add("SELECT COUNT() FROM Contact")
	f.Add("SELECT FIELDS(STANDARD) FROM Contact LIMIT 1 FOR UPDATE")
	f.Add("SELECT Id FROM Contact WHERE SystemModstamp >= 2026-05-06T02:00:00.5+02:00 LIMIT 9223372036854775807 OFFSET 3")
	plain, indexed := newWorld(false), newWorld(true)
	f.Fuzz(func(t *testing.T, query string) {
		statement, err := Prepare(query, plain, now)
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) || refused.Code == "" || refused.Message == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		again, err := Prepare(query, indexed, now)
		if err != nil {
			t.Fatalf("only without an index: %v", err)
		}
		slow, fast := statement.Select(true), again.Select(true)
		if len(slow) != len(fast) {
			t.Fatalf("%d rows without an index, %d with one", len(slow), len(fast))
		}
		for i := range slow {
			if slow[i].Value("Id") != fast[i].Value("Id") {
				t.Fatalf("row %d differs", i)
			}
			if cells := statement.Record(slow[i]).Cells; len(statement.Values(slow[i])) != len(statement.Columns()) || len(cells) == 0 && !statement.Count() {
				t.Fatalf("%d cells", len(cells))
			}
		}
	})
}
