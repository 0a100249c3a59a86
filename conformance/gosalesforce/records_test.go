package gosalesforce

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"testing"

	"github.com/k-capehart/go-salesforce/v3"
)

func TestSigningIn(t *testing.T) {
	sf := connect(t)
	if sf.GetAuthFlow() != salesforce.AuthFlowClientCredentials || sf.GetInstanceUrl() != address(t) {
		t.Error(sf.GetAuthFlow(), sf.GetInstanceUrl())
	}
	wrong := demo(t)
	wrong.ConsumerSecret = "guessed"
	if _, err := salesforce.Init(wrong); err == nil {
		t.Error("a wrong secret was taken")
	}
	// A token is tried out on the limits.
	again, err := salesforce.Init(salesforce.Creds{Domain: address(t), AccessToken: sf.GetAccessToken()})
	if err != nil {
		t.Fatal(err)
	}
	find(t, again, "SELECT Id FROM User LIMIT 1")
	_, err = salesforce.Init(salesforce.Creds{Domain: address(t), AccessToken: "00D000000000000!ended"})
	if err == nil || err.Error() != "invalid session, unable to refresh session" {
		t.Error(err)
	}
}

func TestSigningInByAnAssertion(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	creds := salesforce.Creds{Domain: address(t), Username: "admin@sidelight.example", ConsumerKey: "demo", ConsumerRSAPem: string(private)}
	control(t, "settings", row{"signingKey": ""})
	if _, err := salesforce.Init(creds); err == nil {
		t.Error("an assertion was taken that nobody can check")
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	control(t, "settings", row{"signingKey": string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))})
	sf, err := salesforce.Init(creds)
	if err != nil {
		t.Fatal(err)
	}
	find(t, sf, "SELECT Id FROM User LIMIT 1")
}

func TestASessionThatEndsIsRenewed(t *testing.T) {
	sf := connect(t)
	before := sf.GetAccessToken()
	control(t, "faults", row{"rules": []row{{"kind": "revoke_tokens", "times": 1}}})
	find(t, sf, "SELECT Id FROM User LIMIT 1")
	if sf.GetAccessToken() == before {
		t.Error("the token is the old one")
	}
}

// paged asks for the smallest pages; the client has no option for that.
type paged struct{}

func (paged) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Sforce-Query-Options", "batchSize=200")
	return http.DefaultTransport.RoundTrip(r)
}

func TestAQueryIsPaged(t *testing.T) {
	control(t, "reset", nil)
	for name, options := range map[string][]salesforce.Option{"one page": nil, "three pages": {salesforce.WithRoundTripper(paged{})},
		"compressed": {salesforce.WithCompressionHeaders(true)}} {
		ids := map[any]bool{}
		for _, one := range find(t, connect(t, options...), "SELECT Id, Name FROM Contact") {
			ids[one["Id"]] = true
		}
		if len(ids) != contacts {
			t.Errorf("%s: %d contacts", name, len(ids))
		}
	}
}

type wanted struct {
	ID    string `soql:"selectColumn,fieldName=Id" json:"Id"`
	Title string `soql:"selectColumn,fieldName=Title" json:"Title"`
}

type where struct {
	LastName string `soql:"equalsOperator,fieldName=LastName"`
}

type statement struct {
	Select wanted `soql:"selectClause,tableName=Contact"`
	Where  where  `soql:"whereClause"`
}

func TestAQueryMadeOfAStruct(t *testing.T) {
	sf := connect(t)
	name := fresh("O'Struct")
	made, err := sf.InsertOne("Contact", row{"LastName": name, "Title": "Built"})
	if err != nil {
		t.Fatal(err)
	}
	var out []struct{ Id, Title string }
	if err := sf.QueryStruct(statement{Where: where{name}}, &out); err != nil {
		t.Fatal(err)
	}
	if len(out) != 1 || out[0].Id != made.Id || out[0].Title != "Built" {
		t.Error(out)
	}
}

func TestGroupsAndRefusedQueries(t *testing.T) {
	sf := connect(t)
	company, err := sf.InsertOne("Account", row{"Name": fresh("Group")})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		contact := row{"LastName": fresh("G"), "AccountId": company.Id, "LoyaltyPoints__c": n + 1}
		if n > 0 {
			contact["Email"] = fresh("g") + "@example.com"
		}
		if _, err := sf.InsertOne("Contact", contact); err != nil {
			t.Fatal(err)
		}
	}
	groups := find(t, sf, "SELECT AccountId, COUNT(Email) mails, SUM(LoyaltyPoints__c) points FROM Contact WHERE AccountId = '%s' GROUP BY AccountId", company.Id)
	if len(groups) != 1 || groups[0]["mails"] != 2.0 || groups[0]["points"] != 6.0 {
		t.Error(groups)
	}
	shown := find(t, sf, "SELECT toLabel(Tier__c), FORMAT(LoyaltyPoints__c) points FROM Contact WHERE AccountId = '%s' ORDER BY LoyaltyPoints__c", company.Id)
	if len(shown) != 3 || shown[0]["points"] != "1" {
		t.Error(shown)
	}
	for query, code := range map[string]string{"SELECT Id FROM": "MALFORMED_QUERY", "SELECT Nothing FROM Contact": "INVALID_FIELD", "SELECT Id FROM Nothing": "INVALID_TYPE"} {
		refused(t, sf.Query(query, &[]row{}), code)
	}
}

// eachWay runs a test with and without compression, which the client then names on every call.
func eachWay(t *testing.T, run func(t *testing.T, sf *salesforce.Salesforce)) {
	for name, packed := range map[string]bool{"plain": false, "compressed": true} {
		t.Run(name, func(t *testing.T) { run(t, connect(t, salesforce.WithCompressionHeaders(packed))) })
	}
}

func TestOneRecord(t *testing.T) {
	eachWay(t, func(t *testing.T, sf *salesforce.Salesforce) {
		name := fresh("One")
		made, err := sf.InsertOne("Contact", row{"LastName": name})
		if err != nil || !made.Success || made.Id == "" {
			t.Fatal(made, err)
		}
		if err := sf.UpdateOne("Contact", row{"Id": made.Id, "Title": "CTO"}); err != nil {
			t.Fatal(err)
		}
		if found := find(t, sf, "SELECT Title FROM Contact WHERE LastName = '%s'", name); len(found) != 1 || found[0]["Title"] != "CTO" {
			t.Error(found)
		}
		mark := fresh("mark")
		upsert := func(fields row) salesforce.SalesforceResult {
			t.Helper()
			fields["Sidelight_Link_Id__c"] = mark
			out, err := sf.UpsertOne("Contact", "Sidelight_Link_Id__c", fields)
			if err != nil || !out.Success {
				t.Fatal(out, err)
			}
			return out
		}
		first, second := upsert(row{"LastName": "First"}), upsert(row{"LastName": "Second"})
		if found := find(t, sf, "SELECT LastName FROM Contact WHERE Id = '%s'", first.Id); first.Id != second.Id || found[0]["LastName"] != "Second" {
			t.Error(first, second, found)
		}
		if err := sf.DeleteOne("Contact", row{"Id": made.Id}); err != nil {
			t.Fatal(err)
		}
		refused(t, sf.DeleteOne("Contact", row{"Id": made.Id}), "ENTITY_IS_DELETED")
		_, err = sf.InsertOne("Contact", row{"FirstName": "Nameless"})
		refused(t, err, "REQUIRED_FIELD_MISSING")
		refused(t, sf.UpdateOne("Contact", row{"Id": first.Id, "Email": "no address"}), "INVALID_EMAIL_ADDRESS")
		_, err = sf.UpsertOne("Contact", "Title", row{"Title": "x", "LastName": "y"})
		refused(t, err, "INVALID_FIELD")
	})
}

// people are contacts to write, the second of which no vendor takes.
func people(mark string) []row {
	return []row{{"LastName": "A", "Sidelight_Link_Id__c": mark + "1"}, {"Title": "nameless", "Sidelight_Link_Id__c": mark + "2"},
		{"LastName": "C", "Sidelight_Link_Id__c": mark + "3"}}
}

// reached are the records that a call made, to be written again.
func reached(results salesforce.SalesforceResults, fields row) []row {
	var out []row
	for _, one := range results.Results {
		if !one.Success {
			continue
		}
		again := row{"Id": one.Id}
		for name, value := range fields {
			again[name] = value
		}
		out = append(out, again)
	}
	return out
}

func TestCollections(t *testing.T) {
	eachWay(t, func(t *testing.T, sf *salesforce.Salesforce) {
		mark := fresh("collection")
		made, err := sf.InsertCollection("Contact", people(mark), 2) // two calls
		if got := codes(t, made, err); got != "ok REQUIRED_FIELD_MISSING ok" {
			t.Fatal(got)
		}
		updated, err := sf.UpdateCollection("Contact", reached(made, row{"Title": "T"}), 200)
		if got := codes(t, updated, err); got != "ok ok" {
			t.Error(got)
		}
		upserts := people(mark)
		upserts[0]["LastName"] = "Again"
		upserted, err := sf.UpsertCollection("Contact", "Sidelight_Link_Id__c", upserts, 200)
		if got := codes(t, upserted, err); got != "ok REQUIRED_FIELD_MISSING ok" {
			t.Error(got)
		}
		found := find(t, sf, "SELECT LastName, Title FROM Contact WHERE Sidelight_Link_Id__c LIKE '%s%%' ORDER BY LastName", mark)
		if len(found) != 2 || found[0]["LastName"] != "Again" || found[1]["Title"] != "T" {
			t.Error(found)
		}
		gone := append(reached(made, nil), reached(made, nil)[0])
		deleted, err := sf.DeleteCollection("Contact", gone, 200)
		if got := codes(t, deleted, err); got != "ok ok ENTITY_IS_DELETED" {
			t.Error(got)
		}
	})
}

func TestComposites(t *testing.T) {
	eachWay(t, func(t *testing.T, sf *salesforce.Salesforce) {
		mark := fresh("composite")
		made, err := sf.InsertComposite("Contact", people(mark), 2, false)
		if got := codes(t, made, err); got != "ok REQUIRED_FIELD_MISSING ok" {
			t.Fatal(got)
		}
		updated, err := sf.UpdateComposite("Contact", reached(made, row{"Title": "T"}), 200, true)
		if got := codes(t, updated, err); got != "ok ok" {
			t.Error(got)
		}
		upserted, err := sf.UpsertComposite("Contact", "Sidelight_Link_Id__c", people(mark), 200, false)
		if got := codes(t, upserted, err); got != "ok REQUIRED_FIELD_MISSING ok" {
			t.Error(got)
		}
		deleted, err := sf.DeleteComposite("Contact", reached(made, nil), 200, true)
		if got := codes(t, deleted, err); got != "ok ok" {
			t.Error(got)
		}
		none, err := sf.InsertComposite("Contact", people(mark+"none"), 200, true)
		if got := codes(t, none, err); got != "ALL_OR_NONE_OPERATION_ROLLED_BACK REQUIRED_FIELD_MISSING ALL_OR_NONE_OPERATION_ROLLED_BACK" {
			t.Error(got)
		}
		if left := find(t, sf, "SELECT Id FROM Contact WHERE Sidelight_Link_Id__c LIKE '%s%%'", mark); len(left) != 0 {
			t.Error(left)
		}
	})
}

func TestAnyOtherCall(t *testing.T) {
	sf := connect(t, salesforce.WithAPIVersion("v68.0"))
	for _, path := range []string{"/limits", "/sobjects/Contact/describe", "/sobjects/Contact", "/recent", "/limits/recordCount?sObjects=Contact"} {
		answer, err := sf.DoRequest(http.MethodGet, path, nil)
		if err != nil {
			t.Fatal(path, err)
		}
		var body any
		if err := json.NewDecoder(answer.Body).Decode(&body); err != nil || body == nil {
			t.Error(path, err)
		}
		_ = answer.Body.Close()
	}
	tree := fmt.Sprintf(`{"records":[{"attributes":{"type":"Account","referenceId":"a"},"Name":%q}]}`, fresh("Tree"))
	if _, err := sf.DoRequest(http.MethodPost, "/composite/tree/Account", []byte(tree)); err != nil {
		t.Error(err)
	}
	_, err := sf.DoRequest(http.MethodGet, "/nothing", nil)
	refused(t, err, "NOT_FOUND")
	_, err = connect(t, salesforce.WithAPIVersion("v30.0")).DoRequest(http.MethodGet, "/limits", nil)
	refused(t, err, "UNSUPPORTED_API_VERSION")
}
