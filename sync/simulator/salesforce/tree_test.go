package salesforce

import (
	"fmt"
	"strings"
	"testing"
)

// branch is a record of a tree.
func branch(kind, reference string, fields obj) obj {
	out := record(kind, fields)
	out["attributes"].(obj)["referenceId"] = reference
	return out
}

func TestATreeMakesRecordsWithThoseThatHangOnThem(t *testing.T) {
	r := newRig(t)
	a := r.call("POST", "/composite/tree/Account/", obj{"records": arr{
		branch("Account", "a1", obj{"Name": "Oak", "Contacts": obj{"records": arr{
			branch("Contact", "c1", obj{"LastName": "Leaf"}), branch("Contact", "c2", obj{"LastName": "Twig"})}}}),
		branch("Account", "a2", obj{"Name": "Elm"})}}).want(201)
	results := objects(a.body["results"])
	if a.body["hasErrors"] != false || len(results) != 4 {
		t.Fatal(a.raw)
	}
	ids := map[string]string{}
	for _, one := range results {
		ids[one["referenceId"].(string)] = one["id"].(string)
	}
	rows := r.rows("SELECT LastName FROM Contact WHERE AccountId = '" + ids["a1"] + "' ORDER BY LastName")
	if len(rows) != 2 || rows[0]["LastName"] != "Leaf" || !strings.HasPrefix(ids["a2"], "001") {
		t.Error(rows, ids)
	}
}

func TestATreeOfWhichOneRecordIsRefusedMakesNone(t *testing.T) {
	r := newRig(t)
	before := r.query("SELECT COUNT() FROM Account").want(200).body["totalSize"]
	refused := func(want string, records ...any) {
		t.Helper()
		a := r.call("POST", "/composite/tree/Account", obj{"records": records}).want(400)
		var got []string
		for _, one := range objects(a.body["results"]) {
			e := objects(one["errors"])[0]
			got = append(got, fmt.Sprint(one["referenceId"], " ", e["statusCode"]))
		}
		if a.body["hasErrors"] != true || strings.Join(got, ", ") != want {
			t.Errorf("%v instead of %s: %s", got, want, a.raw)
		}
	}
	under := func(children ...any) obj { return obj{"Name": "Root", "Contacts": obj{"records": children}} }
	refused("c1 INVALID_EMAIL_ADDRESS, a2 REQUIRED_FIELD_MISSING",
		branch("Account", "a1", under(branch("Contact", "c1", obj{"LastName": "L", "Email": "123"}), branch("Contact", "c2", obj{"LastName": "M"}))),
		branch("Account", "a2", obj{"Contacts": obj{"records": arr{branch("Contact", "c3", obj{"Nothing": "N"})}}}), branch("Account", "a3", obj{"Name": "x"}))
	refused("a1 INVALID_INPUT", branch("Account", "a1", under(branch("Contact", "a1", obj{"LastName": "L"}))))
	refused(" INVALID_INPUT", record("Account", obj{"Name": "x"}))
	refused("c INVALID_INPUT", branch("Contact", "c", obj{"LastName": "L"}))
	refused("a INVALID_FIELD", branch("Account", "a", obj{"Name": "x", "Friends": obj{"records": arr{}}}))
	refused(" INVALID_INPUT")
	deep := obj{"Name": "0"}
	for n := range maxTreeDepth {
		deep = obj{"Name": "n", "ChildAccounts": obj{"records": arr{branch("Account", fmt.Sprint("d", n), deep)}}}
	}
	refused("d0 INVALID_INPUT", branch("Account", "top", deep))
	var many arr
	for n := range maxCollection + 1 {
		many = append(many, branch("Account", fmt.Sprint("m", n), obj{"Name": "x"}))
	}
	refused("m200 INVALID_INPUT", many...)
	if after := r.query("SELECT COUNT() FROM Account").want(200).body["totalSize"]; after != before {
		t.Errorf("%v accounts instead of %v", after, before)
	}
	r.call("POST", "/composite/tree/Nothing", obj{"records": arr{}}).refused(404, "NOT_FOUND")
}

func TestEachGraphIsAllOrNone(t *testing.T) {
	r := newRig(t)
	post := func(object, reference string, fields obj) obj {
		return obj{"method": "POST", "url": base + "/sobjects/" + object, "referenceId": reference, "body": fields}
	}
	a := r.call("POST", "/composite/graph", obj{"graphs": arr{
		obj{"graphId": "1", "compositeRequest": arr{post("Account", "company", obj{"Name": "Graph"}), post("Contact", "person", obj{"LastName": "Graph", "AccountId": "@{company.id}"})}},
		obj{"graphId": "2", "compositeRequest": arr{post("Account", "company", obj{"Name": "Taken back"}), post("Contact", "person", obj{"AccountId": "@{company.id}"})}},
	}}).want(200)
	graphs := objects(a.body["graphs"])
	parts := func(n int) []obj { return objects(graphs[n]["graphResponse"].(obj)["compositeResponse"]) }
	if graphs[0]["isSuccessful"] != true || graphs[0]["graphId"] != "1" || parts(0)[1]["httpStatusCode"] != 201.0 {
		t.Error(a.raw)
	}
	if graphs[1]["isSuccessful"] != false || objects(parts(1)[0]["body"])[0]["errorCode"] != "PROCESSING_HALTED" || objects(parts(1)[1]["body"])[0]["errorCode"] != "REQUIRED_FIELD_MISSING" {
		t.Error(a.raw)
	}
	if rows := r.rows("SELECT Account.Name FROM Contact WHERE LastName = 'Graph'"); len(rows) != 1 || rows[0]["Account"].(obj)["Name"] != "Graph" {
		t.Error(rows)
	}
	if rows := r.rows("SELECT Id FROM Account WHERE Name = 'Taken back'"); len(rows) != 0 {
		t.Error(rows)
	}
	r.make("Account", obj{"Name": "Afterwards"}) // nothing of the last graph is left open
}

func TestGraphsHaveLimits(t *testing.T) {
	r := newRig(t)
	node := func(reference, name string) obj {
		return obj{"method": "POST", "url": base + "/sobjects/Account", "referenceId": reference, "body": obj{"Name": name}}
	}
	var wide, deep, many arr
	for n := range maxGraphNodes + 1 {
		wide = append(wide, node(fmt.Sprint("n", n), "x"))
	}
	for n := range maxGraphDepth + 1 {
		deep = append(deep, node(fmt.Sprint("n", n), fmt.Sprintf("@{n%d.id}", n-1)))
	}
	deep[0] = node("n0", "x")
	for n := range maxGraphs + 1 {
		many = append(many, obj{"graphId": fmt.Sprint(n), "compositeRequest": arr{node("n", "x")}})
	}
	one := func(nodes ...any) obj { return obj{"graphs": arr{obj{"graphId": "g", "compositeRequest": nodes}}} }
	for name, c := range map[string]struct {
		body obj
		code string
	}{
		"too many nodes":  {one(wide...), "LIMIT_EXCEEDED"},
		"too deep":        {one(deep...), "LIMIT_EXCEEDED"},
		"too many graphs": {obj{"graphs": many}, "INVALID_INPUT"},
		"none":            {obj{"graphs": arr{}}, "INVALID_INPUT"},
		"empty":           {one(), "INVALID_INPUT"},
		"twice":           {one(node("n", "x"), node("n", "y")), "INVALID_INPUT"},
		"same graph":      {obj{"graphs": arr{many[0], many[0]}}, "INVALID_INPUT"},
		"a query":         {one(obj{"method": "GET", "url": base + "/query?q=SELECT+Id+FROM+User", "referenceId": "q"}), "INVALID_INPUT"},
	} {
		t.Run(name, func(t *testing.T) {
			inner := *r
			inner.T = t
			inner.call("POST", "/composite/graph", c.body).refused(400, c.code)
		})
	}
	r.call("POST", "/services/data/v49.0/composite/graph", one(node("n", "x"))).refused(404, "NOT_FOUND")
	within := obj{"compositeRequest": arr{obj{"method": "POST", "url": base + "/composite/graph", "referenceId": "g", "body": one(node("n", "x"))}}}
	if parts := objects(r.call("POST", "/composite", within).want(200).body["compositeResponse"]); parts[0]["httpStatusCode"] != 404.0 {
		t.Error(parts)
	}
}
