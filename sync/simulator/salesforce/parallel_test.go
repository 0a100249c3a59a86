package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	pb "sidelight/sync/simulator/salesforce/eventbus"
)

func TestManyCallersAtOnceAreAllServed(t *testing.T) {
	r := newRig(t)
	s := r.subscriber().subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 100})
	const callers, each = 8, 10
	var calls sync.WaitGroup
	for caller := range callers {
		calls.Go(func() {
			for n := range each {
				// Everybody upserts the same ten marks: one of them makes each, the others change
				// it.
				path := fmt.Sprintf("%s%s/sobjects/Contact/Sidelight_Link_Id__c/mark%d", r.url, base, n)
				req, err := http.NewRequest("PATCH", path, strings.NewReader(fmt.Sprintf(`{"LastName":"Caller %d"}`, caller)))
				if err != nil {
					t.Error(err)
					return
				}
				req.Header.Set("Authorization", "Bearer "+r.token)
				res, err := r.client.Do(req)
				if err != nil {
					t.Error(err)
					return
				}
				var out struct{ Success bool }
				if err := json.NewDecoder(res.Body).Decode(&out); err != nil || !out.Success {
					t.Errorf("%s: %v", res.Status, err)
				}
				_ = res.Body.Close()
			}
		})
	}
	calls.Wait()
	if rows := r.rows("SELECT Id FROM Contact WHERE Sidelight_Link_Id__c LIKE 'mark%'"); len(rows) != each {
		t.Errorf("%d contacts of %d marks", len(rows), each)
	}
	created := map[string]bool{}
	for len(created) < each {
		for _, e := range s.next().Events {
			if header, _ := s.read(e); header["changeType"] == "CREATE" {
				created[header["recordIds"].(arr)[0].(string)] = true
			}
		}
	}
}
