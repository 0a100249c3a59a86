package salesforce

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// csv is the rows of a CSV answer with the header first.
func (a reply) csv(comma rune) [][]string {
	a.Helper()
	reader := csv.NewReader(strings.NewReader(a.raw))
	reader.Comma = comma
	rows, err := reader.ReadAll()
	if err != nil {
		a.Fatalf("%v in %s", err, a.raw)
	}
	return rows
}

// finish looks at a job until it has ended and returns the states it went through.
func (r *rig) finish(kind, id string) (last reply, states []string) {
	r.Helper()
	for range 10 {
		last = r.call("GET", "/jobs/"+kind+"/"+id, nil).want(200)
		states = append(states, last.text("state"))
		if state := last.text("state"); state != jobUploaded && state != jobRunning {
			return last, states
		}
	}
	r.Fatalf("the job does not end: %v", states)
	return last, states
}

func (r *rig) queryJob(body obj) string {
	r.Helper()
	made := r.call("POST", "/jobs/query", body).want(200)
	if made.text("state") != jobUploaded || !strings.HasPrefix(made.text("id"), "750") {
		r.Fatal(made.raw)
	}
	return made.text("id")
}

func TestAQueryJobAnswersInPages(t *testing.T) {
	r := newRig(t)
	r.make("Contact", obj{"LastName": "Quote \" and,\nline", "FirstName": "A", "LoyaltyPoints__c": 5})
	id := r.queryJob(obj{"operation": "query", "query": "SELECT Id, LastName, LoyaltyPoints__c, Newsletter__c, Account.Name FROM Contact ORDER BY CreatedDate DESC"})
	r.call("GET", "/jobs/query/"+id+"/results", nil).refused(400, "INVALIDJOBSTATE")
	info, states := r.finish(queryJob, id)
	if !slices.Equal(states, []string{jobRunning, jobComplete}) || info.body["numberRecordsProcessed"] != 61.0 || info.body["apiVersion"] != 68.0 {
		t.Error(states, info.raw)
	}
	locator, seen := "", map[string]bool{}
	for pages := 1; ; pages++ {
		a := r.call("GET", "/jobs/query/"+id+"/results?maxRecords=25&locator="+locator, nil).want(200)
		rows := a.csv(',')
		if strings.Join(rows[0], ",") != "Id,LastName,LoyaltyPoints__c,Newsletter__c,Account.Name" || fmt.Sprint(len(rows)-1) != a.header.Get("Sforce-NumberOfRecords") {
			t.Fatal(a.raw)
		}
		if pages == 1 && (rows[1][1] != "Quote \" and,\nline" || rows[1][2] != "5.0" || rows[1][3] != "false" || rows[1][4] != "") {
			t.Errorf("%q", rows[1])
		}
		for _, row := range rows[1:] {
			seen[row[0]] = true
		}
		if locator = a.header.Get("Sforce-Locator"); locator == "null" {
			if pages != 3 || len(seen) != 61 {
				t.Errorf("%d rows on %d pages", len(seen), pages)
			}
			break
		}
	}
	r.call("GET", "/jobs/query/"+id+"/results?locator=!", nil).refused(400, "INVALID_QUERY_LOCATOR")
	r.call("GET", "/services/data/v67.0/jobs/query/"+id+"/results", nil).refused(409, "INVALIDJOB")
	r.call("DELETE", "/jobs/query/"+id, nil).want(204)
	r.call("GET", "/jobs/query/"+id, nil).refused(404, "NOT_FOUND")
}

func TestResultPagesCanBeFetchedAtTheSameTime(t *testing.T) {
	r := newRig(t)
	r.send("POST", "/_sim/settings", obj{"bulkPage": 9}).want(200)
	id := r.queryJob(obj{"operation": "query", "query": "SELECT Id FROM Contact"})
	r.finish(queryJob, id)
	seen, next, answers := map[string]bool{}, base+"/jobs/query/"+id+"/resultPages", 0
	for next != "" {
		a := r.call("GET", next, nil).want(200)
		pages := objects(a.body["resultPages"])
		if answers++; len(pages) > maxResultPages || (a.text("nextRecordUrl") == "") != (a.body["done"] == true) {
			t.Fatal(a.raw)
		}
		for _, page := range pages {
			for _, row := range r.call("GET", page["resultUrl"].(string), nil).want(200).csv(',')[1:] {
				seen[row[0]] = true
			}
		}
		next = a.text("nextRecordUrl")
	}
	if len(seen) != 60 || answers != 2 {
		t.Errorf("%d rows in %d answers", len(seen), answers)
	}
	r.call("GET", "/services/data/v57.0/jobs/query/"+id+"/resultPages", nil).refused(404, "NOT_FOUND")
}

func TestAnEmptyResultHasAHeaderAndAPage(t *testing.T) {
	r := newRig(t)
	id := r.queryJob(obj{"operation": "query", "query": "SELECT Id, Name FROM Account WHERE Name = 'nobody'", "columnDelimiter": "TAB", "lineEnding": "CRLF"})
	r.finish(queryJob, id)
	if a := r.call("GET", "/jobs/query/"+id+"/results", nil).want(200); a.raw != "\"Id\"\t\"Name\"\r\n" || a.header.Get("Sforce-Locator") != "null" {
		t.Errorf("%q", a.raw)
	}
	if a := r.call("GET", "/jobs/query/"+id+"/resultPages", nil).want(200); len(objects(a.body["resultPages"])) != 1 || a.body["done"] != true {
		t.Error(a.raw)
	}
}

func TestBulkQueriesDoNotTakeEverything(t *testing.T) {
	r := newRig(t)
	for query, code := range map[string]string{
		"SELECT COUNT() FROM Contact":                           "API_ERROR",
		"SELECT Id FROM Contact LIMIT 5 OFFSET 5":               "API_ERROR",
		"SELECT MailingAddress FROM Contact":                    "FUNCTIONALITY_NOT_ENABLED",
		"SELECT Id, (SELECT Id FROM Contacts) FROM Account":     "FUNCTIONALITY_NOT_ENABLED",
		"SELECT Nope FROM Contact":                              "INVALID_FIELD",
		"SELECT Id FROM Contact GROUP BY Id":                    "FUNCTIONALITY_NOT_ENABLED",
		"SELECT Id FROM Nothing":                                "INVALID_TYPE",
		"SELECT Account.BillingAddress FROM Contact":            "FUNCTIONALITY_NOT_ENABLED",
		"SELECT Id FROM Contact WHERE MailingAddress = 'Paris'": "INVALID_FIELD",
	} {
		r.call("POST", "/jobs/query", obj{"operation": "query", "query": query}).refused(400, code)
	}
	r.call("POST", "/jobs/query", obj{"operation": "guess", "query": "SELECT Id FROM Contact"}).refused(400, "INVALIDJOB")
	got := parts(r.call("POST", "/composite", obj{"compositeRequest": arr{request("GET", "/jobs/query/x", "job", nil)}}).want(200))
	if got["job"]["httpStatusCode"] != 404.0 {
		t.Error(got)
	}
}

func TestAQueryAllJobSeesTheRecycleBin(t *testing.T) {
	r := newRig(t)
	id := r.make("Account", obj{"Name": "Gone"})
	r.call("DELETE", "/sobjects/Account/"+id, nil).want(204)
	for operation, rows := range map[string]int{"query": 1, "queryAll": 2} {
		job := r.queryJob(obj{"operation": operation, "query": "SELECT Id, IsDeleted FROM Account WHERE Name = 'Gone'"})
		r.finish(queryJob, job)
		if got := r.call("GET", "/jobs/query/"+job+"/results", nil).want(200).csv(','); len(got) != rows {
			t.Errorf("%s: %v", operation, got)
		}
	}
}

// ingest runs a job on CSV and returns its id and last answer.
func (r *rig) ingest(body obj, upload string) (id string, last reply) {
	r.Helper()
	made := r.call("POST", "/jobs/ingest", body).want(200)
	id = made.text("id")
	if made.text("state") != jobOpen || made.text("contentUrl") != "services/data/v68.0/jobs/ingest/"+id+"/batches" {
		r.Fatal(made.raw)
	}
	r.call("PUT", "/"+made.text("contentUrl")[len("services/data/v68.0/"):], upload, "Content-Type", "text/csv; charset=UTF-8").want(201)
	r.call("PATCH", "/jobs/ingest/"+id, obj{"state": jobUploaded}).want(200)
	last, _ = r.finish(ingestJob, id)
	return id, last
}

func TestAnUpsertJobTellsWhatBecameOfEachRow(t *testing.T) {
	r := newRig(t)
	parent := r.make("Account", obj{"Name": "Parent", "Sidelight_Link_Id__c": "p1"})
	known := r.make("Contact", obj{"LastName": "Known", "Sidelight_Link_Id__c": "c1", "Title": "Stays", "Phone": "1", "Email": "k@x.example"})
	id, last := r.ingest(obj{"object": "Contact", "operation": "upsert", "externalIdFieldName": "Sidelight_Link_Id__c"},
		"Sidelight_Link_Id__c,LastName,Title,Phone,Newsletter__c,Account.Sidelight_Link_Id__c\n"+
			"c1,Changed,,#N/A,true,p1\n"+
			"c2,\"Größe, \"\"new\"\"\",\"Boss\r\nhere\",,,\n"+
			"c3,,,,,\n"+
			"c2,Twice,,,,\n"+
			"c4,Lost,,,,nowhere\n"+
			",Unmarked,,,,\n")
	if last.text("state") != jobComplete || last.body["numberRecordsProcessed"] != 6.0 || last.body["numberRecordsFailed"] != 4.0 {
		t.Error(last.raw)
	}
	good := r.call("GET", "/jobs/ingest/"+id+"/successfulResults", nil).want(200).csv(',')
	if len(good) != 3 || strings.Join(good[0][:3], ",") != "sf__Id,sf__Created,Sidelight_Link_Id__c" || good[2][0] != known || good[2][1] != "false" || good[1][1] != "true" || good[1][3] != `Größe, "new"` {
		t.Errorf("%q", good)
	}
	bad := r.call("GET", "/jobs/ingest/"+id+"/failedResults", nil).want(200).csv(',')
	var problems []string
	for _, row := range bad[1:] {
		code, _, _ := strings.Cut(row[1], ":")
		problems = append(problems, code)
		if !strings.HasSuffix(row[1], " --") {
			t.Error(row[1])
		}
	}
	if got := strings.Join(problems, " "); got != "MISSING_ARGUMENT INVALID_FIELD DUPLICATE_VALUE REQUIRED_FIELD_MISSING" {
		t.Error(got, bad)
	}
	if rest := r.call("GET", "/jobs/ingest/"+id+"/unprocessedrecords", nil).want(200).csv(','); len(rest) != 1 {
		t.Error(rest)
	}
	if made := r.call("GET", "/sobjects/Contact/"+good[1][0], nil).want(200); made.body["Title"] != "Boss\r\nhere" {
		t.Error("a line break within a value was changed:", made.raw)
	}
	got := r.call("GET", "/sobjects/Contact/"+known, nil).want(200)
	for name, want := range (obj{"LastName": "Changed", "Title": "Stays", "Phone": nil, "Newsletter__c": true, "AccountId": parent, "Email": "k@x.example"}) {
		if got.body[name] != want {
			t.Errorf("%s is %v", name, got.body[name])
		}
	}
}

func TestJobsUpdateDeleteAndPurge(t *testing.T) {
	r := newRig(t)
	a, b := r.make("Account", obj{"Name": "A"}), r.make("Account", obj{"Name": "B"})
	r.ingest(obj{"object": "Account", "operation": "update", "columnDelimiter": "SEMICOLON", "lineEnding": "CRLF"}, "Id;Site\r\n"+a+";Paris\r\n"+b+";Oslo\r\n")
	if got := r.rows("SELECT Id FROM Account WHERE Site IN ('Paris', 'Oslo')"); len(got) != 2 {
		t.Error(got)
	}
	id, _ := r.ingest(obj{"object": "Account", "operation": "delete"}, "Id\n"+a+"\n"+makeID("001", 88_888)+"\n")
	if bad := r.call("GET", "/jobs/ingest/"+id+"/failedResults", nil).want(200).csv(','); len(bad) != 2 || !strings.HasPrefix(bad[1][1], "INVALID_CROSS_REFERENCE_KEY:") {
		t.Error(bad)
	}
	r.call("GET", "/sobjects/Account/"+a, nil).refused(404, "ENTITY_IS_DELETED")
	events := len(r.server.bus.retained())
	r.ingest(obj{"object": "Account", "operation": "hardDelete"}, "Id\n"+b+"\n")
	r.call("GET", "/sobjects/Account/"+b, nil).refused(404, "NOT_FOUND")
	if n := len(r.server.bus.retained()); n != events {
		t.Error("a hard delete told of itself")
	}
}

func TestAnUploadThatCannotBeReadFailsTheJob(t *testing.T) {
	r := newRig(t)
	for problem, upload := range map[string]string{
		"LineEnding is invalid": "LastName\r\nX\r\n",
		"Field name not found":  "LastName,Nope\nX,1\n",
		"Failed to parse CSV":   "LastName,Title\nX\n",
	} {
		id, last := r.ingest(obj{"object": "Contact", "operation": "insert"}, upload)
		if last.text("state") != jobFailed || !strings.Contains(last.text("errorMessage"), problem) {
			t.Errorf("%s: %s", problem, last.raw)
		}
		if rest := r.call("GET", "/jobs/ingest/"+id+"/unprocessedrecords", nil).want(200); rest.raw != upload {
			t.Errorf("%q", rest.raw)
		}
	}
}

func TestJobsMoveOnlyForward(t *testing.T) {
	r := newRig(t)
	id := r.call("POST", "/jobs/ingest", obj{"object": "Contact", "operation": "insert"}).want(200).text("id")
	r.call("PATCH", "/jobs/ingest/"+id, obj{"state": jobUploaded}).refused(400, "INVALIDJOBSTATE")
	r.call("PUT", "/jobs/ingest/"+id+"/batches", "{}", "Content-Type", "application/json").refused(400, "INVALIDBATCH")
	r.call("PUT", "/jobs/ingest/"+id+"/batches", "LastName\nOnce\n", "Content-Type", "text/csv").want(201)
	r.call("PUT", "/jobs/ingest/"+id+"/batches", "LastName\nTwice\n", "Content-Type", "text/csv").refused(400, "INVALIDJOBSTATE")
	r.call("DELETE", "/jobs/ingest/"+id, nil).refused(400, "INVALIDJOBSTATE")
	r.call("PATCH", "/jobs/ingest/"+id, obj{"state": jobAborted}).want(200)
	r.call("PATCH", "/jobs/ingest/"+id, obj{"state": jobUploaded}).refused(400, "INVALIDJOBSTATE")
	if rows := r.rows("SELECT Id FROM Contact WHERE LastName IN ('Once', 'Twice')"); len(rows) != 0 {
		t.Error(rows)
	}
	if jobs := objects(r.call("GET", "/jobs/ingest/", nil).want(200).body["records"]); len(jobs) != 1 || jobs[0]["state"] != jobAborted {
		t.Error(jobs)
	}
	r.call("DELETE", "/jobs/ingest/"+id, nil).want(204)
	for _, wrong := range []obj{{"object": "Contact", "operation": "upsert"}, {"object": "Contact", "operation": "upsert", "externalIdFieldName": "Title"},
		{"object": "Contact", "operation": "dance"}, {"object": "Contact", "operation": "insert", "columnDelimiter": "STAR"}} {
		r.call("POST", "/jobs/ingest", wrong).refused(400, "INVALIDJOB")
	}
	r.call("POST", "/jobs/ingest", obj{"object": "User", "operation": "insert"}).refused(400, "INVALIDENTITY")
}

func TestResultsAreKeptForAWeekAndPackedForWhoAsks(t *testing.T) {
	r := newRig(t)
	created := r.clock.Now()
	id := r.queryJob(obj{"operation": "query", "query": "SELECT Id FROM Contact"})
	r.finish(queryJob, id)
	req, err := http.NewRequest("GET", r.url+base+"/jobs/query/"+id+"/results", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Accept-Encoding", "gzip") // said by hand, so that the transport does not unpack
	res, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	unpacked, err := gzip.NewReader(res.Body)
	if err != nil || res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal(err, res.Header)
	}
	if rows, err := csv.NewReader(unpacked).ReadAll(); err != nil || len(rows) != 61 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	limits := r.call("GET", "/limits", nil).want(200)
	if left := limits.body["DailyBulkV2QueryJobs"].(obj)["Remaining"]; left != float64(maxQueryJobs-1) {
		t.Error(left)
	}
	for range 8 * 24 { // a session lives as long as it is used
		r.clock.Advance(time.Hour)
		if r.clock.Now().Sub(created) > jobLife {
			break
		}
		r.call("GET", "/limits", nil).want(200)
	}
	r.call("GET", "/jobs/query/"+id, nil).refused(404, "NOT_FOUND")
}
