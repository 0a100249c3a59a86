package salesforce

import (
	"strings"
	"testing"
)

func TestACallIsCountedByItsRouteNotByItsRecord(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"One", "Two"} {
		r.call("GET", "/sobjects/Contact/"+r.make("Contact", obj{"LastName": name}), nil).want(200)
	}
	r.send("GET", "//services/data", nil).want(200)
	calls := r.faults.Stats().Calls
	for route, want := range map[string]int64{"GET /services/data/{version}/sobjects/{object}/{id}": 2, "POST /services/data/{version}/sobjects/{object}": 2, "GET /services/data": 1} {
		if calls[route] != want {
			t.Errorf("%s was counted %d times: %v", route, calls[route], calls)
		}
	}
}

func TestATokenInAnAddressIsNotLogged(t *testing.T) {
	r := newRig(t)
	r.call("GET", "/limits?oauth_token="+r.token, nil).want(200)
	if all := r.faults.Requests(); strings.Contains(all[len(all)-1].Query, r.token) {
		t.Error(all[len(all)-1].Query)
	}
}

func TestTheIdentityAddressIsThatOfTheCallerAlone(t *testing.T) {
	r := newRig(t)
	id := r.tokenFor(map[string][]string{"grant_type": {"client_credentials"}}).want(200).text("id")
	path := strings.TrimPrefix(id, r.url)
	if a := r.send("GET", path, nil, "Authorization", "Bearer "+r.token).want(200); a.text("id") != id || a.text("username") != Username || a.body["asserted_user"] != true {
		t.Error(a.raw)
	}
	r.send("GET", path[:len(path)-1]+"Z", nil, "Authorization", "Bearer "+r.token).want(403)
}

func TestSigningInBySOAPIsOver(t *testing.T) {
	r := newRig(t)
	a := r.send("POST", "/services/Soap/u/68.0", `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><login xmlns="urn:partner.soap.sforce.com"><username>a</username><password>b</password></login></e:Body></e:Envelope>`)
	if a.status != 500 || !strings.Contains(a.raw, "<faultcode>sf:INVALID_OPERATION</faultcode>") {
		t.Error(a.status, a.raw)
	}
}

func TestManyRecordsAreReadByTheirIdsInOrder(t *testing.T) {
	r := newRig(t)
	one, two := r.make("Contact", obj{"LastName": "One"}), r.make("Contact", obj{"LastName": "Two"})
	company := r.make("Account", obj{"Name": "Company"})
	for name, a := range map[string]reply{
		"POST": r.call("POST", "/composite/sobjects/Contact", obj{"ids": arr{two, company, one[:15]}, "fields": arr{"Id", "LastName"}}),
		"GET":  r.call("GET", "/composite/sobjects/Contact?ids="+two+","+company+","+one[:15]+"&fields=Id,LastName", nil),
	} {
		all := a.want(200).all()
		if len(all) != 3 || all[0]["LastName"] != "Two" || all[1] != nil || all[2]["Id"] != one || all[2]["Email"] != nil || len(all[2]) != 3 {
			t.Errorf("%s: %s", name, a.raw)
		}
	}
	r.call("POST", "/composite/sobjects/Contact", obj{"ids": arr{one}, "fields": arr{"Nothing"}}).refused(400, "INVALID_FIELD")
	r.call("POST", "/composite/sobjects/Contact", obj{"ids": arr{one}}).refused(400, "MISSING_ARGUMENT")
	r.call("POST", "/composite/sobjects/Contact", obj{"ids": make(arr, 2001), "fields": arr{"Id"}}).refused(400, "EXCEEDED_ID_LIMIT")
}

func TestAddressesAreKeptInLowerCase(t *testing.T) {
	r := newRig(t)
	id := r.make("Contact", obj{"LastName": "Case", "Email": "Ann.Lee@Example.COM"})
	if got := r.call("GET", "/sobjects/Contact/"+id, nil).want(200).text("Email"); got != "ann.lee@example.com" {
		t.Error(got)
	}
	for _, row := range r.rows("SELECT Email FROM Contact WHERE Email != null") {
		if email := row["Email"].(string); email != strings.ToLower(email) {
			t.Errorf("the organization begins with %s", email)
		}
	}
}

func TestAVersionAnswersWithAndWithoutASlash(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/services/data", "/services/data/", "//services/data/v68.0", "/services/data/v68.0", "/services/data/v68.0/"} {
		if a := r.send("GET", path, nil, "Authorization", "Bearer "+r.token).want(200); !strings.Contains(a.raw, "/services/data/v68.0") {
			t.Error(path, a.raw)
		}
	}
}

func TestAnUpsertThatLosesARaceSaysSoAndTheRecordIsThere(t *testing.T) {
	r := newRig(t)
	r.fault(`{"kind":"upsert_race","on":"Contact","times":3}`)
	r.call("PATCH", "/sobjects/Contact/Sidelight_Link_Id__c/one", obj{"LastName": "Single"}).refused(400, "DUPLICATE_VALUE")
	many := r.call("PATCH", "/composite/sobjects/Contact/Sidelight_Link_Id__c", obj{"records": arr{record("Contact", obj{"Sidelight_Link_Id__c": "two", "LastName": "Listed"})}}).want(200).all()
	if many[0]["success"] != false || objects(many[0]["errors"])[0]["statusCode"] != "DUPLICATE_VALUE" {
		t.Error(many)
	}
	job, _ := r.ingest(obj{"object": "Contact", "operation": "upsert", "externalIdFieldName": "Sidelight_Link_Id__c"}, "Sidelight_Link_Id__c,LastName\nthree,Bulk\n")
	if failed := r.call("GET", "/jobs/ingest/"+job+"/failedResults", nil).want(200); !strings.Contains(failed.raw, "DUPLICATE_VALUE:duplicate value found") {
		t.Error(failed.raw)
	}
	for _, mark := range []string{"one", "two", "three"} {
		if n := len(r.rows("SELECT Id FROM Contact WHERE Sidelight_Link_Id__c = '" + mark + "'")); n != 1 {
			t.Errorf("%s: %d records", mark, n)
		}
		if again := r.call("PATCH", "/sobjects/Contact/Sidelight_Link_Id__c/"+mark, obj{"Title": "x"}).want(200); again.body["created"] != false {
			t.Error(again.raw)
		}
	}
}

func TestOnePartOfACompositeCanFail(t *testing.T) {
	r := newRig(t)
	r.fault(`{"kind":"part_fail","on":"b","status":400,"body":[{"errorCode":"QUERY_TIMEOUT","message":"m"}]}`)
	query := func(reference string) obj {
		return obj{"method": "GET", "url": base + "/query?q=SELECT+Id+FROM+User+LIMIT+1", "referenceId": reference}
	}
	parts := objects(r.call("POST", "/composite", obj{"compositeRequest": arr{query("a"), query("b"), query("c")}}).want(200).body["compositeResponse"])
	if parts[0]["httpStatusCode"] != 200.0 || parts[1]["httpStatusCode"] != 400.0 || parts[2]["httpStatusCode"] != 200.0 || objects(parts[1]["body"])[0]["errorCode"] != "QUERY_TIMEOUT" {
		t.Error(parts)
	}
	r.fault(`{"kind":"part_fail","times":1}`)
	parts = objects(r.call("POST", "/composite", obj{"allOrNone": true, "compositeRequest": arr{query("a"), query("b")}}).want(200).body["compositeResponse"])
	if parts[0]["httpStatusCode"] != 500.0 || parts[1]["httpStatusCode"] != 400.0 || objects(parts[1]["body"])[0]["errorCode"] != "PROCESSING_HALTED" {
		t.Error(parts)
	}
}

func TestAnAddressThatIsTooLongIsRefused(t *testing.T) {
	r := newRig(t)
	long := "SELECT Id FROM Contact WHERE LastName IN ('" + strings.Repeat("x", 16<<10) + "')"
	if a := r.query(long); a.status != 414 || a.body != nil {
		t.Error(a.status, a.raw)
	}
	r.query(long[:8<<10] + "')").want(200)
}

func TestCollectionsAreAnsweredWithASlashAtTheEnd(t *testing.T) {
	r := newRig(t)
	made := r.call("POST", "/composite/sobjects/", obj{"records": arr{record("Contact", obj{"LastName": "Slash"})}}).want(200).all()
	id, _ := made[0]["id"].(string)
	r.call("PATCH", "/composite/sobjects/", obj{"records": arr{record("Contact", obj{"Id": id, "Title": "T"})}}).want(200)
	within := obj{"compositeRequest": arr{obj{"method": "DELETE", "url": base + "/composite/sobjects/?ids=" + id + "&allOrNone=true", "referenceId": "gone"}}}
	if parts := objects(r.call("POST", "/composite/", within).want(200).body["compositeResponse"]); objects(parts[0]["body"])[0]["success"] != true {
		t.Error(parts)
	}
	r.call("GET", "/sobjects/Contact/"+id, nil).refused(404, "ENTITY_IS_DELETED")
}

func TestACallWithoutABodyMayNameItsCompression(t *testing.T) {
	r := newRig(t)
	id := r.make("Contact", obj{"LastName": "Packed"})
	r.call("GET", "/sobjects/Contact/"+id, nil, "Content-Encoding", "gzip").want(200)
	r.call("DELETE", "/sobjects/Contact/"+id, nil, "Content-Encoding", "gzip").want(204)
	r.call("POST", "/sobjects/Contact", `{"LastName":"Plain"}`, "Content-Encoding", "gzip").refused(400, "MALFORMED_REQUEST")
	r.call("POST", "/sobjects/Contact", nil, "Content-Encoding", "gzip").refused(400, "JSON_PARSER_ERROR")
}

func TestARecordIsNamedByItsAddressAlone(t *testing.T) {
	r := newRig(t)
	id := r.make("Contact", obj{"LastName": "Named", "Id": nil})
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"id": id, "Title": "T"}).refused(400, "INVALID_FIELD")
	r.call("POST", "/sobjects/Contact", obj{"LastName": "Named", "Id": id}).refused(400, "INVALID_FIELD_FOR_INSERT_UPDATE")
	many := r.call("POST", "/composite/sobjects", obj{"records": arr{record("Contact", obj{"LastName": "Named", "id": id})}})
	if got := outcomes(many.want(200)); got != "INVALID_FIELD_FOR_INSERT_UPDATE" {
		t.Error(got)
	}
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		r.call(method, "/sobjects/Contact/-1", obj{"Title": "T"}).refused(404, "NOT_FOUND")
	}
	if a := r.call("PATCH", "/sobjects/Contact/"+id, nil).want(400); a.text("message") != "The HTTP entity body is required, but this request has no entity body." {
		t.Error(a.raw)
	}
	if rows := r.rows("SELECT Title FROM Contact WHERE LastName = 'Named'"); len(rows) != 1 || rows[0]["Title"] != nil {
		t.Error(rows)
	}
}

func TestDeletedRowsAreForQueryAllNotForAllRows(t *testing.T) {
	r := newRig(t)
	a := r.query("SELECT Id FROM Contact WHERE IsDeleted = true ALL ROWS")
	a.refused(400, "MALFORMED_QUERY")
	if !strings.HasSuffix(a.text("message"), "ALL ROWS not allowed in this context") {
		t.Error(a.raw)
	}
}

func TestARecordIsDeletedByItsExternalID(t *testing.T) {
	r := newRig(t)
	id := r.make("Contact", obj{"LastName": "Marked", "Sidelight_Link_Id__c": "mark-1"})
	twin := obj{"LastName": "Twin", "Email": "twins@example.com"}
	r.make("Contact", twin)
	r.make("Contact", twin)
	if a := r.call("DELETE", "/sobjects/Contact/Email/twins@example.com", nil).want(300); len(a.items) != 2 {
		t.Error(a.raw)
	}
	r.call("DELETE", "/sobjects/Contact/Title/x", nil).refused(400, "INVALID_FIELD")
	r.call("DELETE", "/sobjects/Contact/Sidelight_Link_Id__c/mark-1", nil).want(204)
	r.call("DELETE", "/sobjects/Contact/Sidelight_Link_Id__c/mark-1", nil).refused(404, "NOT_FOUND")
	r.call("GET", "/sobjects/Contact/"+id, nil).refused(404, "ENTITY_IS_DELETED")
}

func TestEveryLimitSaysWhatIsLeft(t *testing.T) {
	r := newRig(t)
	limits := r.call("GET", "/limits", nil).want(200).body
	for name, one := range limits {
		most, left := one.(obj)["Max"], one.(obj)["Remaining"]
		if most == nil || left == nil || left.(float64) > most.(float64) {
			t.Errorf("%s: %v", name, one)
		}
	}
	if len(limits) < 40 || limits["DailyApiRequests"].(obj)["Remaining"] != 99_999.0 || limits["PermissionSets"].(obj)["CreateCustom"] == nil {
		t.Error(limits)
	}
}
