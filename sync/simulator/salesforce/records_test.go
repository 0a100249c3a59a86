package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	neturl "net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestARecordLivesFromCreateToUndelete(t *testing.T) {
	r := newRig(t)
	made := r.call("POST", "/sobjects/Contact", obj{"FirstName": "Zoë", "LastName": "Łącka", "Email": "zoe@x.example", "LoyaltyPoints__c": 7.4, "Newsletter__c": true}).want(201)
	id := made.text("id")
	if len(id) != 18 || made.body["success"] != true {
		t.Fatal(made.raw)
	}
	got := r.call("GET", "/sobjects/Contact/"+id, nil).want(200)
	for name, want := range (obj{"Name": "Zoë Łącka", "LoyaltyPoints__c": 7.0, "Newsletter__c": true, "IsDeleted": false, "Email": "zoe@x.example"}) {
		if got.body[name] != want {
			t.Errorf("%s is %v", name, got.body[name])
		}
	}
	if !strings.Contains(got.raw, `"LoyaltyPoints__c":7.0`) {
		t.Error("a double without a point")
	}
	r.clock.Advance(time.Minute)
	r.call("PATCH", "/sobjects/Contact/"+id[:15], obj{"Email": nil, "Title": "  Head  "}).want(204)
	after := r.call("GET", "/sobjects/Contact/"+id+"?fields=Email,Title,SystemModstamp", nil).want(200)
	if after.body["Email"] != nil || after.text("Title") != "Head" || after.text("SystemModstamp") <= got.text("SystemModstamp") || len(after.body) != 4 {
		t.Error(after.raw)
	}
	r.call("DELETE", "/sobjects/Contact/"+id, nil).want(204)
	r.call("GET", "/sobjects/Contact/"+id, nil).refused(404, "ENTITY_IS_DELETED")
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"Title": "x"}).refused(404, "ENTITY_IS_DELETED")
	soap := func(session string) reply {
		return r.send("POST", "/services/Soap/u/68.0", `<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader xmlns="urn:partner.soap.sforce.com"><sessionId>`+
			session+`</sessionId></SessionHeader></e:Header><e:Body><undelete xmlns="urn:partner.soap.sforce.com"><ids>`+id+`</ids></undelete></e:Body></e:Envelope>`, "Content-Type", "text/xml")
	}
	if a := soap("nothing").want(500); !strings.Contains(a.raw, "INVALID_SESSION_ID") {
		t.Error(a.raw)
	}
	if a := soap(r.token).want(200); !strings.Contains(a.raw, "<success>true</success>") {
		t.Error(a.raw)
	}
	if a := soap(r.token).want(200); !strings.Contains(a.raw, "UNDELETE_FAILED") {
		t.Error(a.raw)
	}
	r.call("GET", "/sobjects/Contact/"+id, nil).want(200)
}

func TestWhatDoesNotFitIsRefusedInTheVendorsWords(t *testing.T) {
	r := newRig(t)
	contact := r.make("Contact", obj{"LastName": "One", "Sidelight_Link_Id__c": "m1"})
	for _, one := range []struct {
		name, method, path string
		payload            any
		status             int
		code               string
	}{
		{"required", "POST", "/sobjects/Contact", obj{"FirstName": "x"}, 400, "REQUIRED_FIELD_MISSING"},
		{"cleared required", "PATCH", "/sobjects/Contact/" + contact, obj{"LastName": nil}, 400, "REQUIRED_FIELD_MISSING"},
		{"unknown field", "POST", "/sobjects/Contact", obj{"LastName": "x", "Nope__c": 1}, 400, "INVALID_FIELD"},
		{"read-only field", "POST", "/sobjects/Contact", obj{"LastName": "x", "Name": "y"}, 400, "INVALID_FIELD_FOR_INSERT_UPDATE"},
		{"too long", "POST", "/sobjects/Contact", obj{"LastName": strings.Repeat("ł", 81)}, 400, "STRING_TOO_LONG"},
		{"email", "POST", "/sobjects/Contact", obj{"LastName": "x", "Email": "not one"}, 400, "INVALID_EMAIL_ADDRESS"},
		{"picklist", "POST", "/sobjects/Contact", obj{"LastName": "x", "Tier__c": "Wood"}, 400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"},
		{"number", "POST", "/sobjects/Contact", obj{"LastName": "x", "LoyaltyPoints__c": "many"}, 400, "JSON_PARSER_ERROR"},
		{"whole number", "POST", "/sobjects/Account", obj{"Name": "x", "NumberOfEmployees": 1.5}, 400, "JSON_PARSER_ERROR"},
		{"range", "POST", "/sobjects/Account", obj{"Name": "x", "NumberOfEmployees": 1e9}, 400, "NUMBER_OUTSIDE_VALID_RANGE"},
		{"date", "POST", "/sobjects/Contact", obj{"LastName": "x", "Birthdate": "31.12.2000"}, 400, "JSON_PARSER_ERROR"},
		{"reference", "POST", "/sobjects/Contact", obj{"LastName": "x", "AccountId": contact}, 400, "INVALID_CROSS_REFERENCE_KEY"},
		{"id", "POST", "/sobjects/Contact", obj{"LastName": "x", "AccountId": "7"}, 400, "MALFORMED_ID"},
		{"unique", "POST", "/sobjects/Contact", obj{"LastName": "x", "Sidelight_Link_Id__c": "M1"}, 400, "DUPLICATE_VALUE"},
		{"boolean", "PATCH", "/sobjects/Contact/" + contact, obj{"Newsletter__c": nil}, 400, "INVALID_TYPE_ON_FIELD_IN_RECORD"},
		{"json", "POST", "/sobjects/Contact", "{", 400, "JSON_PARSER_ERROR"},
		{"object", "GET", "/sobjects/Nope/describe", nil, 404, "NOT_FOUND"},
		{"record", "GET", "/sobjects/Contact/" + makeID("003", 99_999), nil, 404, "NOT_FOUND"},
		{"read-only object", "POST", "/sobjects/User", obj{"LastName": "x"}, 400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"},
		{"method", "PUT", "/sobjects/Contact/" + contact, obj{}, 405, "METHOD_NOT_ALLOWED"},
		{"path", "GET", "/nowhere", nil, 404, "NOT_FOUND"},
		{"version", "GET", "/services/data/v1/limits", nil, 404, "NOT_FOUND"},
		{"parent", "POST", "/sobjects/Contact", obj{"LastName": "x", "Account": obj{"Sidelight_Link_Id__c": "none"}}, 400, "INVALID_FIELD"},
		{"not an external id", "PATCH", "/sobjects/Contact/Title/x", obj{"LastName": "x"}, 400, "INVALID_FIELD"},
		{"external id in the body", "PATCH", "/sobjects/Contact/Sidelight_Link_Id__c/m9", obj{"LastName": "x", "Sidelight_Link_Id__c": "m9"}, 400, "INVALID_FIELD"},
		{"only updates", "PATCH", "/sobjects/Contact/Sidelight_Link_Id__c/m9?updateOnly=true", obj{"LastName": "x"}, 404, "NOT_FOUND"},
	} {
		t.Run(one.name, func(t *testing.T) {
			a := r.call(one.method, one.path, one.payload)
			a.T = t
			a.refused(one.status, one.code)
		})
	}
	if n := len(r.rows("SELECT Id FROM Contact WHERE LastName = 'x'")); n != 0 {
		t.Errorf("%d refused contacts are there", n)
	}
}

func TestUpsertMakesOnceThenChanges(t *testing.T) {
	r := newRig(t)
	mark := "a/b ü"
	path := "/sobjects/Contact/Sidelight_Link_Id__c/" + neturl.PathEscape(mark)
	first := r.call("PATCH", path, obj{"LastName": "Made"}).want(201)
	second := r.call("PATCH", path, obj{"LastName": "Changed"}).want(200)
	if first.body["created"] != true || second.body["created"] != false || first.text("id") != second.text("id") {
		t.Errorf("%s, %s", first.raw, second.raw)
	}
	got := r.call("GET", path, nil).want(200)
	if got.text("Sidelight_Link_Id__c") != mark || got.text("LastName") != "Changed" {
		t.Error(got.raw)
	}
	for range 2 {
		r.make("Contact", obj{"LastName": "Twin", "Email": "twin@x.example"})
	}
	if a := r.call("PATCH", "/sobjects/Contact/Email/twin@x.example", obj{"LastName": "x"}).want(300); len(a.items) != 2 {
		t.Error(a.raw)
	}
}

func TestAParentCanBeNamedByItsExternalID(t *testing.T) {
	r := newRig(t)
	account := r.make("Account", obj{"Name": "Parent", "Sidelight_Link_Id__c": "p1"})
	contact := r.make("Contact", obj{"LastName": "Child", "Account": obj{"Sidelight_Link_Id__c": "p1"}})
	if got := r.rows("SELECT AccountId FROM Contact WHERE Id = '" + contact + "'"); got[0]["AccountId"] != account {
		t.Error(got)
	}
}

func TestDescribeTellsWhatCanBeMappedAndAnswers304(t *testing.T) {
	r := newRig(t)
	a := r.call("GET", "/sobjects/Contact/describe", nil).want(200)
	found := map[string]obj{}
	for _, f := range objects(a.body["fields"]) {
		found[f["name"].(string)] = f
	}
	for name, want := range map[string]obj{
		"Tier__c":              {"type": "picklist", "restrictedPicklist": true, "custom": true, "updateable": true},
		"Sidelight_Link_Id__c": {"type": "string", "length": 64.0, "byteLength": 192.0, "externalId": true, "unique": true, "idLookup": true},
		"LoyaltyPoints__c":     {"type": "double", "precision": 18.0, "scale": 0.0},
		"Name":                 {"updateable": false, "createable": false},
		"LastName":             {"nillable": false, "compoundFieldName": "Name"},
		"AccountId":            {"type": "reference", "relationshipName": "Account"},
		"MailingAddress":       {"type": "address", "filterable": false},
	} {
		for property, value := range want {
			if found[name][property] != value {
				t.Errorf("%s.%s is %v", name, property, found[name][property])
			}
		}
	}
	if n := len(found["Tier__c"]["picklistValues"].(arr)); n != 4 {
		t.Errorf("%d tiers", n)
	}
	again := r.call("GET", "/sobjects/Contact/describe", nil, "If-Modified-Since", a.header.Get("Last-Modified"))
	if again.want(304); again.raw != "" {
		t.Error(again.raw)
	}
	r.call("GET", "/sobjects/Contact/describe", nil, "If-Modified-Since", "Mon, 01 Jan 2001 00:00:00 GMT").want(200)
	if a := r.call("GET", "/sobjects", nil).want(200); len(objects(a.body["sobjects"])) < 10 {
		t.Error(a.raw)
	}
}

func TestFeedsTellWhatChangedAndWhatWentAway(t *testing.T) {
	r := newRig(t)
	start := r.clock.Now()
	r.clock.Advance(time.Minute)
	changed, gone := r.make("Account", obj{"Name": "Stays"}), r.make("Account", obj{"Name": "Goes"})
	r.clock.Advance(time.Minute)
	r.call("DELETE", "/sobjects/Account/"+gone, nil).want(204)
	r.clock.Advance(time.Minute)
	feed := func(kind string, from, to time.Time) reply {
		return r.call("GET", "/sobjects/Account/"+kind+"/?"+neturl.Values{"start": {from.Format(time.RFC3339)}, "end": {to.Format(time.RFC3339)}}.Encode(), nil)
	}
	updated := feed("updated", start, r.clock.Now()).want(200)
	if ids := updated.body["ids"].(arr); len(ids) != 1 || ids[0] != changed || updated.text("latestDateCovered") != "2026-05-04T10:00:00.000+0000" {
		t.Error(updated.raw)
	}
	deleted := feed("deleted", start, r.clock.Now()).want(200)
	if rows := objects(deleted.body["deletedRecords"]); len(rows) != 1 || rows[0]["id"] != gone || deleted.text("earliestDateAvailable") == "" {
		t.Error(deleted.raw)
	}
	// The feed of deletions goes on naming what left the recycle bin; no query does.
	r.send("POST", "/_sim/purge", obj{"ids": arr{gone}}).want(204)
	deleted = feed("deleted", start, r.clock.Now()).want(200)
	if rows := objects(deleted.body["deletedRecords"]); len(rows) != 1 || rows[0]["id"] != gone {
		t.Error(deleted.raw)
	}
	feed("updated", start.Add(-updatedReach), start).refused(400, "INVALID_REPLICATION_DATE")
	feed("deleted", start.Add(-deletedReach), start).refused(400, "INVALID_REPLICATION_DATE")
	feed("updated", start, start).refused(400, "INVALID_REPLICATION_DATE")
	r.call("GET", "/sobjects/Account/updated?start=yesterday&end=today", nil).refused(400, "INVALID_FIELD")
	r.call("GET", "/sobjects/ContentNote/updated?start=x&end=y", nil).refused(400, "INVALID_TYPE_FOR_OPERATION")
}

func TestTheDailyQuotaEndsAndComesBack(t *testing.T) {
	r := newRig(t, func(c *Config) { c.DailyRequests = 3 })
	for n := 1; n <= 3; n++ {
		a := r.call("GET", "/limits", nil).want(200)
		if got, want := a.header.Get("Sforce-Limit-Info"), fmt.Sprintf("api-usage=%d/3", n); got != want {
			t.Errorf("%s instead of %s", got, want)
		}
	}
	a := r.call("GET", "/limits", nil)
	a.refused(403, "REQUEST_LIMIT_EXCEEDED")
	if a.header.Get("Retry-After") != "" {
		t.Error("the vendor does not say when to come back")
	}
	r.send("GET", "/services/data", nil).want(200)
	r.clock.Advance(usageWindow)
	if r.token = r.tokenFor(neturl.Values{"grant_type": {"client_credentials"}}).text("access_token"); r.token == "" {
		t.Fatal("no token")
	}
	r.call("GET", "/limits", nil).want(200)
}

func TestALockedRecordIsNotWritten(t *testing.T) {
	r := newRig(t)
	id := r.make("Contact", obj{"LastName": "Before"})
	r.fault(`{"kind":"lock_row","on":"Contact","times":1,"status":500}`)
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"LastName": "After"}).refused(500, "UNABLE_TO_LOCK_ROW")
	if got := r.call("GET", "/sobjects/Contact/"+id, nil); got.text("LastName") != "Before" {
		t.Error(got.raw)
	}
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"LastName": "After"}).want(204)
}

func TestDeletingTakesChildrenAlongAndBringsThemBack(t *testing.T) {
	r := newRig(t)
	account := r.make("Account", obj{"Name": "Acme"})
	contact := r.make("Contact", obj{"LastName": "Child", "AccountId": account})
	earlier := r.make("Contact", obj{"LastName": "Gone before", "AccountId": account})
	r.call("DELETE", "/sobjects/Contact/"+earlier, nil).want(204)
	r.call("DELETE", "/sobjects/Account/"+account, nil).want(204)
	r.call("GET", "/sobjects/Contact/"+contact, nil).refused(404, "ENTITY_IS_DELETED")
	r.send("POST", "/_sim/undelete", obj{"ids": arr{account}}).want(204)
	r.call("GET", "/sobjects/Contact/"+contact, nil).want(200)
	r.call("GET", "/sobjects/Contact/"+earlier, nil).refused(404, "ENTITY_IS_DELETED")
}

func TestAMergeLeavesTheMasterBehind(t *testing.T) {
	r := newRig(t)
	master, loser := r.make("Contact", obj{"LastName": "Master"}), r.make("Contact", obj{"LastName": "Loser"})
	task := r.make("Task", obj{"Subject": "Call", "WhoId": loser})
	r.send("POST", "/_sim/merge", obj{"master": master, "losers": arr{loser}}).want(204)
	gone := r.call("GET", "/queryAll?q="+neturl.QueryEscape("SELECT MasterRecordId, IsDeleted FROM Contact WHERE Id = '"+loser+"'"), nil).want(200).records()
	if gone[0]["MasterRecordId"] != master || gone[0]["IsDeleted"] != true {
		t.Error(gone)
	}
	if got := r.call("GET", "/sobjects/Task/"+task, nil); got.text("WhoId") != master {
		t.Error(got.raw)
	}
	r.send("POST", "/_sim/undelete", obj{"ids": arr{loser}}).refused(400, "UNDELETE_FAILED")
	r.send("POST", "/_sim/merge", obj{"master": master, "losers": arr{master}}).refused(400, "INVALID_CROSS_REFERENCE_KEY")
}

func TestDuplicateRulesWarnOrBlock(t *testing.T) {
	r := newRig(t)
	twin := obj{"LastName": "Twin", "Email": "twin@x.example"}
	first := r.make("Contact", twin)
	save := []string{"Sforce-Duplicate-Rule-Header", "allowSave=true"}
	for _, rule := range []string{"alert", "block"} {
		r.send("POST", "/_sim/settings", obj{"duplicateRule": rule}).want(200)
		a := r.call("POST", "/sobjects/Contact", twin)
		a.refused(400, "DUPLICATES_DETECTED")
		if !strings.Contains(a.raw, `"duplicateResut"`) || !strings.Contains(a.raw, first) {
			t.Error(a.raw)
		}
		other := r.make("Contact", obj{"LastName": "Other", "Email": "twin@x.example"})
		r.call("PATCH", "/sobjects/Contact/"+other, obj{"LastName": "Twin"}).refused(400, "DUPLICATES_DETECTED")
		r.call("PATCH", "/sobjects/Contact/"+first, obj{"Title": "x"}).want(204)
		r.call("DELETE", "/sobjects/Contact/"+other, nil).want(204)
		if rule == "alert" {
			r.call("DELETE", "/sobjects/Contact/"+r.call("POST", "/sobjects/Contact", twin, save...).want(201).text("id"), nil).want(204)
		} else {
			r.call("POST", "/sobjects/Contact", twin, save...).refused(400, "DUPLICATES_DETECTED")
		}
	}
	r.send("POST", "/_sim/settings", obj{"duplicateRule": "shout"}).want(400)
	r.send("POST", "/_sim/settings", obj{"duplicateRule": ""}).want(200)
	r.make("Contact", twin)
}

func TestControlShowsWhatWasAsked(t *testing.T) {
	r := newRig(t)
	r.rows("SELECT Id FROM Contact LIMIT 1")
	if a := r.send("GET", "/_sim/requests", nil).want(200); !strings.Contains(a.raw, "SELECT Id FROM Contact LIMIT 1") || strings.Contains(a.raw, r.token) {
		t.Error(a.raw)
	}
	counts, _ := r.send("GET", "/_sim/stats", nil).want(200).body["counts"].(obj)
	if counts["query Contact"] != 1.0 {
		t.Error(counts)
	}
	r.make("Contact", obj{"LastName": "Extra"})
	rows := func() int { return len(r.send("GET", "/_sim/dump", nil).want(200).body["Contact"].(arr)) }
	if n := rows(); n != 61 {
		t.Errorf("%d contacts", n)
	}
	r.send("POST", "/_sim/reset", nil).want(204)
	if n := rows(); n != 60 {
		t.Errorf("%d contacts after a reset", n)
	}
}

func TestAnEnhancedNoteShowsOnItsContact(t *testing.T) {
	r := newRig(t)
	contact := r.make("Contact", obj{"LastName": "Noted"})
	note := r.make("ContentNote", obj{"Title": "Talk", "Content": "PHA+SGVsbG8gJmFtcDsgYnllPC9wPg=="})
	r.make("ContentDocumentLink", obj{"LinkedEntityId": contact, "ContentDocumentId": note})
	rows := r.rows("SELECT Id, (SELECT Title, TextPreview FROM AttachedContentNotes) FROM Contact WHERE Id = '" + contact + "'")
	notes, _ := rows[0]["AttachedContentNotes"].(obj)
	if found := objects(notes["records"]); len(found) != 1 || found[0]["TextPreview"] != "Hello & bye" {
		t.Error(rows)
	}
	if a := r.call("GET", "/sobjects/ContentNote/"+note+"/Content", nil).want(200); a.raw != "<p>Hello &amp; bye</p>" || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") {
		t.Errorf("%q as %s", a.raw, a.header.Get("Content-Type"))
	}
	r.call("PATCH", "/sobjects/ContentNote/"+note, obj{"Content": "PGI+TmV3PC9iPg=="}).want(204)
	rows = r.rows("SELECT (SELECT TextPreview FROM AttachedContentNotes) FROM Contact WHERE Id = '" + contact + "'")
	notes, _ = rows[0]["AttachedContentNotes"].(obj)
	if found := objects(notes["records"]); len(found) != 1 || found[0]["TextPreview"] != "New" {
		t.Error(rows)
	}
	if latest := r.rows("SELECT Id FROM ContentVersion WHERE ContentDocumentId = '" + note + "' AND IsLatest = true"); len(latest) != 1 {
		t.Error(latest)
	}
}

func TestLongResultsComeInPages(t *testing.T) {
	r := newRig(t)
	var records arr
	for n := range 500 {
		records = append(records, obj{"attributes": obj{"type": "Account"}, "Name": fmt.Sprintf("Paged %03d", n)})
	}
	for chunk := range slices.Chunk(records, maxCollection) {
		r.call("POST", "/composite/sobjects", obj{"records": chunk}).want(200)
	}
	seen := map[string]bool{}
	page := r.query("SELECT Id, Name FROM Account WHERE Name LIKE 'paged%' ORDER BY Name", "Sforce-Query-Options", "batchSize=200").want(200)
	r.call("PATCH", "/sobjects/Account/"+page.records()[0]["Id"].(string), obj{"Name": "Renamed meanwhile"}).want(204)
	for pages := 1; ; pages++ {
		for _, row := range page.records() {
			seen[row["Name"].(string)] = true
		}
		next := page.text("nextRecordsUrl")
		if page.body["done"] == true {
			if next != "" || pages != 3 || len(seen) != 500 {
				t.Errorf("%d rows on %d pages", len(seen), pages)
			}
			break
		}
		if !strings.HasPrefix(next, base+"/query/") || page.body["totalSize"] != 500.0 {
			t.Fatal(page.raw[:200])
		}
		page = r.call("GET", next, nil).want(200)
	}
	r.call("GET", "/query/0r8Si0000000999999-200", nil).refused(400, "INVALID_QUERY_LOCATOR")
}

func TestQueriesAnswerInTheVendorsForm(t *testing.T) {
	r := newRig(t)
	account := r.make("Account", obj{"Name": "Größe & Söhne", "NumberOfEmployees": 12})
	r.make("Contact", obj{"LastName": "Kid", "AccountId": account})
	r.make("Contact", obj{"LastName": "Orphan"})
	a := r.query("SELECT Id, Account.Name FROM Contact WHERE LastName IN ('Kid','Orphan') ORDER BY LastName").want(200)
	rows := a.records()
	if parent, _ := rows[0]["Account"].(obj); parent["Name"] != "Größe & Söhne" || parent["attributes"] == nil || rows[1]["Account"] != nil {
		t.Error(a.raw)
	}
	children := r.rows("SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Id = '" + account + "'")
	if inner, _ := children[0]["Contacts"].(obj); inner["totalSize"] != 1.0 || inner["done"] != true {
		t.Error(children)
	}
	if a := r.query("SELECT COUNT() FROM Account").want(200); a.body["totalSize"] != 13.0 || len(a.records()) != 0 {
		t.Error(a.raw)
	}
	r.query("SELECT Nope FROM Account").refused(400, "INVALID_FIELD")
	r.query("SELECT FROM Account").refused(400, "MALFORMED_QUERY")
	r.query("").refused(400, "MALFORMED_QUERY")
	r.query("SELECT Id FROM Task WHERE Id IN (SELECT WhoId FROM Task)").refused(400, "MALFORMED_QUERY")
	columns := r.call("GET", "/query?columns=true&q="+neturl.QueryEscape("SELECT Id, Account.NumberOfEmployees FROM Contact"), nil).want(200)
	if meta := objects(columns.body["columnMetadata"]); len(meta) != 2 || meta[1]["columnName"] != "Account.NumberOfEmployees" || meta[1]["numberType"] != true {
		t.Error(columns.raw)
	}
}

func TestNoBodyIsTakenThatIsTooLargeOrNotWhatItSays(t *testing.T) {
	r := newRig(t)
	r.call("POST", "/sobjects/Contact", "not packed", "Content-Encoding", "gzip").refused(400, "MALFORMED_REQUEST")
	raw, _ := json.Marshal(obj{"LastName": strings.Repeat("x", maxBody)})
	r.call("POST", "/sobjects/Contact", string(raw)).refused(http.StatusRequestEntityTooLarge, "REQUEST_TOO_LARGE")
}

func TestAGroupedQueryAnswersRowsWithoutAnAddress(t *testing.T) {
	r := newRig(t)
	account := r.call("POST", "/sobjects/Account", obj{"Name": "Grouped"}).want(201).text("id")
	for i, stage := range []string{"Prospecting", "Prospecting", "Closed Won"} {
		r.call("POST", "/sobjects/Opportunity", obj{"Name": "Deal", "AccountId": account, "StageName": stage, "CloseDate": "2026-12-01", "Amount": 1000.5 * float64(i+1)}).want(201)
	}
	got := r.call("GET", "/query?q="+neturl.QueryEscape("SELECT StageName, COUNT(Id) n, SUM(Amount) total FROM Opportunity WHERE AccountId = '"+account+"' GROUP BY StageName ORDER BY StageName"), nil).want(200)
	if !strings.Contains(got.raw, `"records":[{"attributes":{"type":"AggregateResult"},"StageName":"Closed Won","n":1,"total":3001.5},`+
		`{"attributes":{"type":"AggregateResult"},"StageName":"Prospecting","n":2,"total":3001.5}]`) {
		t.Error(got.raw)
	}
}
