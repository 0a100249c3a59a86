package salesforce

import (
	"fmt"
	"strings"
	"testing"
)

func record(kind string, fields obj) obj {
	out := obj{"attributes": obj{"type": kind}}
	for name, value := range fields {
		out[name] = value
	}
	return out
}

// outcomes are the outcomes of a collection: "" for success, else the first statusCode.
func outcomes(a reply) string {
	var out []string
	for _, one := range a.all() {
		if one["success"] == true {
			out = append(out, "ok")
			continue
		}
		out = append(out, objects(one["errors"])[0]["statusCode"].(string))
	}
	return strings.Join(out, " ")
}

func TestCollectionsWriteEachRecordByItself(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/composite/sobjects", obj{"records": arr{
		record("Contact", obj{"LastName": "A"}), record("Contact", obj{}), record("Nope", obj{}), record("Account", obj{"Name": "B"})}}).want(200)
	if got := outcomes(a); got != "ok REQUIRED_FIELD_MISSING INVALID_TYPE ok" {
		t.Error(got)
	}
	contact, account := a.all()[0]["id"].(string), a.all()[3]["id"].(string)
	a = r.call("PATCH", "/composite/sobjects", obj{"records": arr{
		record("Contact", obj{"id": contact, "Title": "T"}), record("Contact", obj{"Id": makeID("003", 77_777), "Title": "T"}), record("Contact", obj{"Title": "T"})}}).want(200)
	if got := outcomes(a); got != "ok INVALID_CROSS_REFERENCE_KEY MISSING_ARGUMENT" {
		t.Error(got)
	}
	a = r.call("PATCH", "/composite/sobjects/Contact/Sidelight_Link_Id__c", obj{"records": arr{
		record("Contact", obj{"Sidelight_Link_Id__c": "u1", "LastName": "New"}), record("Contact", obj{"Sidelight_Link_Id__c": "U1", "LastName": "Again"}),
		record("Contact", obj{"LastName": "None"}), record("Account", obj{"Sidelight_Link_Id__c": "u2"})}}).want(200)
	if got := outcomes(a); got != "ok DUPLICATE_VALUE MISSING_ARGUMENT INVALID_TYPE" || a.all()[0]["created"] != true {
		t.Error(got, a.raw)
	}
	a = r.call("DELETE", "/composite/sobjects?ids="+contact+","+account+","+contact, nil).want(200)
	if got := outcomes(a); got != "ok ok ENTITY_IS_DELETED" {
		t.Error(got)
	}
}

func TestAllOrNoneTakesEverythingBack(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/composite/sobjects", obj{"allOrNone": true, "records": arr{record("Contact", obj{"LastName": "Gone"}), record("Contact", obj{})}}).want(200)
	if got := outcomes(a); got != "ALL_OR_NONE_OPERATION_ROLLED_BACK REQUIRED_FIELD_MISSING" {
		t.Error(got)
	}
	if rows := r.rows("SELECT Id FROM Contact WHERE LastName = 'Gone'"); len(rows) != 0 {
		t.Error(rows)
	}
	if events := r.server.bus.retained(); len(events) != 0 {
		t.Errorf("%d change events of nothing", len(events))
	}
}

func TestCollectionsHaveLimits(t *testing.T) {
	r := newRig(t)
	var many, mixed arr
	for n := range maxCollection + 1 {
		many = append(many, record("Contact", obj{"LastName": "x"}))
		if n <= maxTypeChunks {
			mixed = append(mixed, record([]string{"Contact", "Account"}[n%2], obj{"LastName": "x"}))
		}
	}
	r.call("POST", "/composite/sobjects", obj{"records": many}).refused(400, "EXCEEDED_ID_LIMIT")
	r.call("POST", "/composite/sobjects", obj{"records": mixed}).refused(400, "INVALID_INPUT")
	r.call("POST", "/composite/sobjects", obj{"records": arr{obj{"LastName": "x"}}}).refused(400, "INVALID_INPUT")
	r.call("DELETE", "/composite/sobjects", nil).refused(400, "EXCEEDED_ID_LIMIT")
	used := r.call("GET", "/limits", nil).header.Get("Sforce-Limit-Info")
	if used != "api-usage=5/100000" {
		t.Errorf("%s: a collection is one call", used)
	}
}

func request(method, path, reference string, body any) obj {
	out := obj{"method": method, "url": base + path, "referenceId": reference}
	if body != nil {
		out["body"] = body
	}
	return out
}

func get(soql, reference string) obj {
	return request("GET", "/query?q="+strings.NewReplacer(" ", "+", "'", "%27", "=", "%3D", ",", "%2C").Replace(soql), reference, nil)
}

// parts are the answers of a composite by reference.
func parts(a reply) map[string]obj {
	out := map[string]obj{}
	for _, one := range objects(a.body["compositeResponse"]) {
		out[one["referenceId"].(string)] = one
	}
	return out
}

func TestTheCardComesInOneCall(t *testing.T) {
	r := newRig(t)
	role := r.rows("SELECT ContactId, OpportunityId, Contact.AccountId FROM OpportunityContactRole WHERE Contact.AccountId != null LIMIT 1")[0]
	contact, account := role["ContactId"].(string), role["Contact"].(obj)["AccountId"].(string)
	a := r.call("POST", "/composite", obj{"compositeRequest": arr{
		get("SELECT Id,Name,SystemModstamp,Owner.Name,Owner.Email,Account.Name,Account.Owner.Name,(SELECT Id,Title,Body,CreatedBy.Name FROM Notes ORDER BY CreatedDate DESC LIMIT 20),(SELECT Id,Title,TextPreview FROM AttachedContentNotes ORDER BY CreatedDate DESC LIMIT 20) FROM Contact WHERE Id='"+contact+"'", "q1"),
		get("SELECT Id,StageName,Owner.Name FROM Opportunity WHERE Id IN (SELECT OpportunityId FROM OpportunityContactRole WHERE ContactId='"+contact+"') ORDER BY IsClosed ASC,CloseDate ASC LIMIT 50", "q2"),
		get("SELECT Id,StageName,Owner.Name FROM Opportunity WHERE AccountId='"+account+"' ORDER BY IsClosed ASC,CloseDate ASC LIMIT 50", "q3"),
		get("SELECT Id,Subject,What.Name FROM Task WHERE WhoId='"+contact+"' ORDER BY IsClosed ASC,ActivityDate DESC NULLS LAST LIMIT 25", "q4"),
		get("SELECT Id,Nope FROM Event WHERE WhoId='"+contact+"'", "q5"),
	}}).want(200)
	if used := a.header.Get("Sforce-Limit-Info"); used != "api-usage=2/100000" {
		t.Errorf("%s", used)
	}
	got := parts(a)
	for reference, status := range map[string]float64{"q1": 200, "q2": 200, "q3": 200, "q4": 200, "q5": 400} {
		if got[reference]["httpStatusCode"] != status {
			t.Errorf("%s: %v", reference, got[reference])
		}
	}
	found := false
	for _, o := range objects(got["q2"]["body"].(obj)["records"]) {
		found = found || o["Id"] == role["OpportunityId"]
	}
	if !found {
		t.Error("the contact's opportunity is not on the card")
	}
}

func TestALaterRequestUsesAnEarlierAnswer(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/composite", obj{"compositeRequest": arr{
		request("POST", "/sobjects/Account", "account", obj{"Name": "Acme"}),
		request("POST", "/sobjects/Contact", "person", obj{"LastName": "Person", "AccountId": "@{account.id}"}),
		get("SELECT Account.Name FROM Contact WHERE Id = '@{person.id}'", "look"),
		request("GET", "/sobjects/Account/@{nobody.id}", "broken", nil),
	}}).want(200)
	got := parts(a)
	if rows := objects(got["look"]["body"].(obj)["records"]); len(rows) != 1 || rows[0]["Account"].(obj)["Name"] != "Acme" {
		t.Error(a.raw)
	}
	if got["broken"]["httpStatusCode"] != 400.0 || !strings.Contains(fmt.Sprint(got["broken"]), "PROCESSING_HALTED") {
		t.Error(got["broken"])
	}
}

func TestACompositeCanBeAllOrNone(t *testing.T) {
	r := newRig(t)
	run := func(last obj) map[string]obj {
		return parts(r.call("POST", "/composite", obj{"allOrNone": true, "compositeRequest": arr{
			request("POST", "/sobjects/Account", "account", obj{"Name": "Whole"}),
			request("POST", "/sobjects/Contact", "person", last),
			request("POST", "/sobjects/Account", "never", obj{"Name": "Whole"}),
		}}).want(200))
	}
	count := func() int { return len(r.rows("SELECT Id FROM Account WHERE Name = 'Whole'")) }
	got := run(obj{"AccountId": "@{account.id}"})
	if count() != 0 || !strings.Contains(fmt.Sprint(got["account"]), "PROCESSING_HALTED") || !strings.Contains(fmt.Sprint(got["person"]), "REQUIRED_FIELD_MISSING") {
		t.Error(count(), got)
	}
	if got := run(obj{"LastName": "Person", "AccountId": "@{account.id}"}); count() != 2 || got["person"]["httpStatusCode"] != 201.0 {
		t.Error(count(), got)
	}
}

func TestCompositesHaveLimits(t *testing.T) {
	r := newRig(t)
	var many, queries arr
	for n := range maxSubrequests + 1 {
		many = append(many, request("GET", "/limits", fmt.Sprintf("r%d", n), nil))
		if n <= maxQueries {
			queries = append(queries, get("SELECT Id FROM Contact LIMIT 1", fmt.Sprintf("r%d", n)))
		}
	}
	for name, requests := range map[string]arr{"INVALID_INPUT": many, "LIMIT_EXCEEDED": queries} {
		r.call("POST", "/composite", obj{"compositeRequest": requests}).refused(400, name)
	}
	r.call("POST", "/composite", obj{"compositeRequest": arr{request("GET", "/limits", "a", nil), request("GET", "/limits", "a", nil)}}).refused(400, "INVALID_INPUT")
	note := r.rows("SELECT Id FROM ContentNote LIMIT 1")[0]["Id"].(string)
	got := parts(r.call("POST", "/composite", obj{"compositeRequest": arr{request("GET", "/sobjects/ContentNote/"+note+"/Content", "blob", nil)}}).want(200))
	if got["blob"]["httpStatusCode"] != 404.0 {
		t.Error(got)
	}
}

func TestABatchCountsEachRequestAndCanHalt(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/composite/batch", obj{"haltOnError": true, "batchRequests": arr{
		obj{"method": "GET", "url": "v68.0/limits"}, obj{"method": "GET", "url": "v68.0/nowhere"}, obj{"method": "GET", "url": "v68.0/limits"}}}).want(200)
	var statuses []string
	for _, one := range objects(a.body["results"]) {
		statuses = append(statuses, fmt.Sprint(one["statusCode"]))
	}
	if got := strings.Join(statuses, " "); got != "200 404 412" || a.body["hasErrors"] != true {
		t.Error(a.raw)
	}
	if used := r.call("GET", "/limits", nil).header.Get("Sforce-Limit-Info"); used != "api-usage=4/100000" {
		t.Error(used)
	}
}
