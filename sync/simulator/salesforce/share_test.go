package salesforce

import (
	neturl "net/url"
	"strings"
	"testing"
	"time"
)

func TestWhatIsNotSharedIsAsIfItWereNotThere(t *testing.T) {
	r := newRig(t)
	start := r.clock.Now()
	id, other := r.make("Contact", obj{"LastName": "Hidden", "Email": "hidden@x.example"}), r.make("Contact", obj{"LastName": "Shown"})
	newest := r.server.bus.newest()
	r.clock.Advance(time.Minute)
	r.send("POST", "/_sim/unshare", obj{"ids": arr{id, "003000000000001"}}).want(204)
	r.call("GET", "/sobjects/Contact/"+id, nil).refused(404, "NOT_FOUND")
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"Title": "x"}).refused(404, "NOT_FOUND")
	for _, q := range []string{"SELECT Id FROM Contact", "SELECT Id FROM Contact WHERE SystemModstamp > 2000-01-01T00:00:00Z"} {
		if raw := r.call("GET", "/queryAll?q="+neturl.QueryEscape(q), nil).want(200).raw; strings.Contains(raw, id) || !strings.Contains(raw, other) {
			t.Errorf("%s: the hidden record is answered, or the other one is not", q)
		}
	}
	span := "?start=" + neturl.QueryEscape(start.Add(-time.Minute).Format(time.RFC3339)) + "&end=" + neturl.QueryEscape(r.clock.Now().Format(time.RFC3339))
	if a := r.call("GET", "/sobjects/Contact/deleted"+span, nil).want(200); len(a.body["deletedRecords"].(arr)) != 0 {
		t.Error("the feed of deletions names it:", a.raw)
	}
	r.send("POST", "/_sim/share", obj{"ids": arr{id, id}}).want(204)
	if got := r.call("GET", "/sobjects/Contact/"+id, nil).want(200); got.text("Email") != "hidden@x.example" {
		t.Error(got.raw)
	}
	if r.server.bus.newest() != newest {
		t.Error("an event told of it")
	}
	r.send("POST", "/_sim/unshare", obj{"ids": "all"}).want(400)
}
