package salesforce

import (
	"strings"
	"testing"
)

func TestAPersonAccountIsAnAccountAndAContactInOne(t *testing.T) {
	r := newRig(t)
	r.settings(obj{"personAccounts": true})
	kind, available := r.recordTypeOf("Account", "Person Account")
	if !available {
		t.Error("the user may not make people")
	}
	id := r.make("Account", obj{"RecordTypeId": kind, "FirstName": "Ama", "LastName": "Okafor", "PersonEmail": "Ama@x.example", "Phone": "1", "Industry": "Banking"})
	account := func() obj {
		return r.rows("SELECT Id, Name, LastName, PersonEmail, Phone, IsPersonAccount, PersonContactId, SystemModstamp FROM Account WHERE Id = '" + id + "'")[0]
	}
	contact := func() obj {
		return r.rows("SELECT Id, Name, LastName, Email, Phone, AccountId, IsPersonAccount, SystemModstamp FROM Contact WHERE IsPersonAccount = true")[0]
	}
	person := account()["PersonContactId"].(string)
	if a, c := account(), contact(); a["Name"] != "Ama Okafor" || a["IsPersonAccount"] != true || c["Id"] != person || c["AccountId"] != id || c["Email"] != "ama@x.example" || c["Phone"] != "1" || c["Name"] != "Ama Okafor" {
		t.Fatalf("%v, %v", a, c)
	}
	r.call("PATCH", "/sobjects/Contact/"+person, obj{"Email": "new@x.example", "Phone": "2"}).want(204)
	if a := account(); a["PersonEmail"] != "new@x.example" || a["Phone"] != "2" || a["SystemModstamp"] != contact()["SystemModstamp"] {
		t.Errorf("an edit of the contact: %v", a)
	}
	r.call("PATCH", "/sobjects/Account/"+id, obj{"LastName": "Mensah"}).want(204)
	if a, c := account(), contact(); a["Name"] != "Ama Mensah" || c["LastName"] != "Mensah" || c["Name"] != "Ama Mensah" {
		t.Errorf("another name: %v, %v", a, c)
	}
	business := r.make("Account", obj{"Name": "Business"})
	plain := r.make("Contact", obj{"LastName": "Plain", "AccountId": business})
	for path, body := range map[string]obj{
		"/sobjects/Account/" + id + "?name":          {"Name": "Other"},
		"/sobjects/Contact/" + person + "?last name": {"LastName": "Other", "Phone": "3"},
		"/sobjects/Contact/" + person + "?account":   {"AccountId": business},
		"/sobjects/Account/" + business:              {"PersonEmail": "x@x.example"},
		"/sobjects/Contact/" + plain:                 {"AccountId": id},
	} {
		path, _, _ := strings.Cut(path, "?")
		a := r.call("PATCH", path, body).want(400)
		if want := map[bool]string{true: "FIELD_INTEGRITY_EXCEPTION", false: "INVALID_FIELD_FOR_INSERT_UPDATE"}[strings.HasSuffix(path, plain)]; !strings.Contains(a.raw, want) {
			t.Errorf("%v: %s", body, a.raw)
		}
	}
	r.call("POST", "/sobjects/Account", obj{"RecordTypeId": kind, "FirstName": "No"}).want(400)
	r.call("POST", "/sobjects/Account", obj{"RecordTypeId": kind, "Name": "No", "LastName": "No"}).want(400)
	if n := len(r.rows("SELECT Id FROM Contact WHERE IsPersonAccount = true")); n != 1 {
		t.Errorf("%d contacts are people's", n)
	}
	r.call("DELETE", "/sobjects/Account/"+id, nil).want(204)
	if n := len(r.rows("SELECT Id FROM Contact WHERE IsPersonAccount = true")); n != 0 {
		t.Error("the contact outlived its account")
	}
}
