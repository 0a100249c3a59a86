package salesforce

import (
	"strings"
	"testing"
)

// recordTypeOf is the id of a record type as describe tells it.
func (r *rig) recordTypeOf(object, name string) (id string, available bool) {
	r.Helper()
	for _, one := range r.call("GET", "/sobjects/"+object+"/describe", nil).want(200).body["recordTypeInfos"].([]any) {
		if info := one.(map[string]any); info["name"] == name {
			return info["recordTypeId"].(string), info["available"] == true && info["active"] == true
		}
	}
	r.Fatalf("%s has no record type %q", object, name)
	return "", false
}

func TestRecordTypesAreAsAnAdministratorMadeThem(t *testing.T) {
	r := newRig(t)
	const create = "/sobjects/Account"
	if id, _ := r.recordTypeOf("Account", "Master"); id != masterRecordType {
		t.Errorf("the master is %q", id)
	}
	r.call("POST", create, obj{"Name": "None", "RecordTypeId": masterRecordType}).want(400)
	before := r.make("Account", obj{"Name": "Before"})
	r.settings(obj{"recordTypes": obj{"Account": arr{obj{"name": "Customer", "developerName": "Customer", "default": true}, obj{"name": "Partner", "developerName": "Partner"},
		obj{"name": "Old", "developerName": "Old", "inactive": true}, obj{"name": "Secret", "developerName": "Secret", "unavailable": true}},
		"Contact": arr{obj{"name": "Person", "developerName": "Person", "default": true}}}})
	customer, _ := r.recordTypeOf("Account", "Customer")
	partner, chosen := r.recordTypeOf("Account", "Partner")
	person, _ := r.recordTypeOf("Contact", "Person")
	typeOf := func(id string) string {
		return r.rows("SELECT Id, RecordTypeId, RecordType.DeveloperName FROM Account WHERE Id = '" + id + "'")[0]["RecordTypeId"].(string)
	}
	if !chosen || typeOf(before) != customer || typeOf(r.make("Account", obj{"Name": "Plain"})) != customer || typeOf(r.make("Account", obj{"Name": "P", "RecordTypeId": partner[:15]})) != partner {
		t.Error("records have other types than they were given")
	}
	for _, name := range []string{"Old", "Secret"} {
		id, available := r.recordTypeOf("Account", name)
		if available {
			t.Errorf("%s can be chosen", name)
		}
		if a := r.call("POST", create, obj{"Name": name, "RecordTypeId": id}).want(400); !strings.Contains(a.raw, "INVALID_CROSS_REFERENCE_KEY") || !strings.Contains(a.raw, "RecordTypeId") {
			t.Error(a.raw)
		}
	}
	r.call("POST", create, obj{"Name": "Another object's", "RecordTypeId": person}).want(400)
	r.settings(obj{"recordTypes": obj{}})
	r.call("POST", create, obj{"Name": "Gone", "RecordTypeId": partner}).want(400)
	for _, wrong := range []obj{{"Task": arr{obj{"name": "x", "developerName": "x", "default": true}}}, {"Account": arr{obj{"name": "x", "developerName": "x"}}}, {"Account": arr{obj{"name": "x"}}}} {
		r.send("POST", "/_sim/settings", obj{"recordTypes": wrong}).want(400)
	}
}
