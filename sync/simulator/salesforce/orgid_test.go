package salesforce

import (
	"strings"
	"testing"
	"time"
)

func TestAnotherOrganizationBehindTheSameCredentialsEndsEverySession(t *testing.T) {
	const other = "00D000000000002EAA"
	r := newRig(t)
	r.settings(obj{"orgId": other})
	r.call("GET", "/limits", nil).want(401)
	r.signIn()
	if !strings.HasPrefix(r.token, other[:15]+"!") {
		t.Errorf("the session is %.20s…", r.token)
	}
	if who := r.send("GET", "/services/oauth2/userinfo", nil, "Authorization", "Bearer "+r.token).want(200); who.body["organization_id"] != other {
		t.Error(who.raw)
	}
	found := r.call("GET", "/query?q=SELECT+Id,Name+FROM+Organization", nil).want(200)
	if rows := found.body["records"].([]any); len(rows) != 1 || rows[0].(obj)["Id"] != other {
		t.Error(found.raw)
	}
	r.settings(obj{"bulkPage": 3})
	r.call("GET", "/limits", nil).want(200)
}

func TestRewindBringsBackTheRecordsOfAnHourAgo(t *testing.T) {
	r := newRig(t)
	old := r.make("Contact", obj{"LastName": "Old", "Title": "Then"})
	gone := r.make("Contact", obj{"LastName": "Deleted since"})
	r.clock.Advance(2 * time.Hour)
	r.signIn()
	r.call("PATCH", "/sobjects/Contact/"+old, obj{"Title": "Between"}).want(204)
	r.call("PATCH", "/sobjects/Contact/"+old, obj{"Title": "Now"}).want(204)
	r.call("DELETE", "/sobjects/Contact/"+gone, nil).want(204)
	made := r.make("Contact", obj{"LastName": "Made since"})
	r.send("POST", "/_sim/rewind", obj{"hours": 1}).want(200)
	if a := r.call("GET", "/sobjects/Contact/"+old, nil).want(200); a.body["Title"] != "Then" {
		t.Error(a.raw)
	}
	r.call("GET", "/sobjects/Contact/"+gone, nil).want(200)
	r.call("GET", "/sobjects/Contact/"+made, nil).want(404)
	if next := r.make("Contact", obj{"LastName": "Next"}); next <= made {
		t.Errorf("the id %s was given before", next)
	}
	r.send("POST", "/_sim/rewind", obj{}).want(400)
}
