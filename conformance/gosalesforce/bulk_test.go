package gosalesforce

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/k-capehart/go-salesforce/v3"
)

// one is the job of a bulk call that has to work, with its results.
func one(t *testing.T, sf *salesforce.Salesforce, jobs []string, err error) salesforce.BulkJobResults {
	t.Helper()
	if err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	results, err := sf.GetJobResults(jobs[0])
	if err != nil || results.State != "JobComplete" {
		t.Fatal(results, err)
	}
	return results
}

func TestBulk(t *testing.T) {
	eachWay(t, func(t *testing.T, sf *salesforce.Salesforce) {
		mark := fresh("bulk")
		jobs, err := sf.InsertBulk("Contact", []row{{"LastName": "Łącka, Ann", "Title": mark}, {"LastName": "", "Title": mark}}, 1000, true)
		made := one(t, sf, jobs, err)
		if len(made.SuccessfulRecords) != 1 || len(made.FailedRecords) != 1 || made.NumberRecordsFailed != 1 {
			t.Fatal(made)
		}
		id, _ := made.SuccessfulRecords[0]["sf__Id"].(string)
		if problem, _ := made.FailedRecords[0]["sf__Error"].(string); !strings.HasPrefix(problem, "REQUIRED_FIELD_MISSING:") || made.SuccessfulRecords[0]["sf__Created"] != "true" {
			t.Error(made)
		}
		jobs, err = sf.UpdateBulk("Contact", []row{{"Id": id, "Department": "Changed"}}, 1000, true)
		one(t, sf, jobs, err)
		jobs, err = sf.UpsertBulk("Contact", "Sidelight_Link_Id__c", []row{{"Sidelight_Link_Id__c": mark, "LastName": "Ups", "Title": mark}}, 1000, true)
		if upserted := one(t, sf, jobs, err); len(upserted.SuccessfulRecords) != 1 || upserted.SuccessfulRecords[0]["sf__Created"] != "true" {
			t.Error(upserted)
		}
		found := find(t, sf, "SELECT Id, LastName, Department FROM Contact WHERE Title = '%s' ORDER BY LastName", mark)
		if len(found) != 2 || found[0]["LastName"] != "Łącka, Ann" && found[1]["LastName"] != "Łącka, Ann" {
			t.Fatal(found)
		}
		jobs, err = sf.DeleteBulk("Contact", []row{{"Id": found[0]["Id"]}, {"Id": found[1]["Id"]}}, 1000, true)
		one(t, sf, jobs, err)
		if left := find(t, sf, "SELECT Id FROM Contact WHERE Title = '%s'", mark); len(left) != 0 {
			t.Error(left)
		}
		if _, err := sf.InsertBulk("Nothing", []row{{"Name": "x"}}, 1000, false); err == nil {
			t.Error("an object that is not there was taken")
		} else {
			refused(t, err, "INVALIDENTITY")
		}
	})
}

func TestBulkFiles(t *testing.T) {
	sf := connect(t)
	mark := fresh("file")
	file := func(content string) string {
		name := filepath.Join(t.TempDir(), "contacts.csv")
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	jobs, err := sf.InsertBulkFile("Contact", file("LastName,Title\nOne,"+mark+"\nTwo,"+mark+"\n"), 1000, true)
	made := one(t, sf, jobs, err)
	if len(made.SuccessfulRecords) != 2 {
		t.Fatal(made)
	}
	ids := []string{made.SuccessfulRecords[0]["sf__Id"].(string), made.SuccessfulRecords[1]["sf__Id"].(string)}
	jobs, err = sf.UpdateBulkFile("Contact", file("Id,Department\n"+ids[0]+",Changed\n"), 1000, true)
	one(t, sf, jobs, err)
	jobs, err = sf.UpsertBulkFile("Contact", "Sidelight_Link_Id__c", file("Sidelight_Link_Id__c,LastName,Title\n"+mark+",Three,"+mark+"\n"), 1000, true)
	one(t, sf, jobs, err)
	if found := find(t, sf, "SELECT Id FROM Contact WHERE Department = 'Changed' AND Title = '%s'", mark); len(found) != 1 || found[0]["Id"] != ids[0] {
		t.Error(found, ids)
	}
	jobs, err = sf.DeleteBulkFile("Contact", file("Id\n"+strings.Join(ids, "\n")+"\n"), 1000, true)
	one(t, sf, jobs, err)
	if left := find(t, sf, "SELECT Id FROM Contact WHERE Title = '%s'", mark); len(left) != 1 {
		t.Error(left)
	}
}

func TestABulkQueryIsPaged(t *testing.T) {
	control(t, "reset", nil)
	control(t, "settings", row{"bulkPage": 200})
	t.Cleanup(func() { control(t, "settings", row{"bulkPage": 0}) })
	eachWay(t, func(t *testing.T, sf *salesforce.Salesforce) {
		file := filepath.Join(t.TempDir(), "out.csv")
		if err := sf.QueryBulkExport("SELECT Id, LastName FROM Contact", file); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
		if err != nil || len(rows) != contacts+1 || strings.Join(rows[0], ",") != "Id,LastName" {
			t.Error(len(rows), err)
		}
		pages, err := sf.QueryBulkIterator("SELECT Id FROM Contact")
		if err != nil {
			t.Fatal(err)
		}
		n, ids := 0, map[string]bool{}
		for pages.Next() {
			var page []struct {
				ID string `csv:"Id"`
			}
			if err := pages.Decode(&page); err != nil {
				t.Fatal(err)
			}
			for _, one := range page {
				ids[one.ID] = true
			}
			n++
		}
		if pages.Error() != nil || n != 3 || len(ids) != contacts {
			t.Error(n, len(ids), pages.Error())
		}
	})
}
