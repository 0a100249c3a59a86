package salesforce

import (
	neturl "net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "sidelight/sync/simulator/salesforce/eventbus"
)

func (r *rig) settings(body obj) { r.Helper(); r.send("POST", "/_sim/settings", body).want(200) }

func (r *rig) signIn() {
	r.Helper()
	r.token = r.tokenFor(neturl.Values{"grant_type": {"client_credentials"}}).want(200).text("access_token")
}

func TestSettingsThatAreWrongAreRefusedAndChangeNothing(t *testing.T) {
	r := newRig(t)
	r.settings(obj{"bulkPage": 7})
	for body, want := range map[string]string{
		`{"bulkPages":1}`:           "bulkPages",
		`{"bulkPage":-1}`:           "above zero",
		`{"duplicateRule":"maybe"}`: "duplicateRule",
		`nonsense`:                  "invalid character",
		`{"orgId":"00D"}`:           "orgId",
		`{"rules":[{"object":"Contact","field":"Title","matches":"(","text":"x"}]}`: "missing closing",
		`{"rules":[{"object":"Contact","field":"Title","matches":"x"}]}`:            "rules[0]",
		`{"rules":[{"object":"Contact","field":"Shoe","matches":"x","text":"x"}]}`:  `no field "Shoe"`,
		`{"automations":[{"object":"Contact","field":"Title","do":"reverse"}]}`:     "automations[0].do",
		`{"automations":[{"object":"Contact","field":"Birthdate","do":"upper"}]}`:   "no text field",
		`{"automations":[{"object":"Contact","field":"CreatedById","do":"lower"}]}`: "no text field",
	} {
		if a := r.send("POST", "/_sim/settings", body).want(400); !strings.Contains(a.text("error"), want) {
			t.Errorf("%s: %s", body, a.raw)
		}
	}
	if a := r.send("GET", "/_sim/settings", nil).want(200); a.body["bulkPage"] != 7.0 {
		t.Error(a.raw)
	}
}

func TestAnAutomationRewritesWhatIsWrittenAndNothingElse(t *testing.T) {
	r := newRig(t)
	before := r.make("Contact", obj{"LastName": "Before", "Title": "old"})
	r.settings(obj{"automations": arr{obj{"object": "Contact", "field": "Title", "do": "append", "value": "!"}, obj{"object": "Contact", "field": "Department", "do": "set", "value": "Sales"}}})
	title := func(id string) any { return r.call("GET", "/sobjects/Contact/"+id, nil).want(200).body["Title"] }
	made := r.make("Contact", obj{"LastName": "After", "Title": "new", "Department": "Mine"})
	if got := r.call("GET", "/sobjects/Contact/"+made, nil).want(200); got.body["Title"] != "new!" || got.body["Department"] != "Sales" {
		t.Error(got.raw)
	}
	r.call("PATCH", "/sobjects/Contact/"+before, obj{"Phone": "1"}).want(204)
	if got := title(before); got != "old" {
		t.Errorf("a write of another field made the title %v", got)
	}
	r.call("PATCH", "/sobjects/Contact/"+before, obj{"Title": "old"}).want(204)
	if got := title(before); got != "old" {
		t.Errorf("a write that changes nothing made the title %v", got)
	}
	r.call("PATCH", "/composite/sobjects", obj{"records": arr{record("Contact", obj{"id": before, "Title": strings.Repeat("x", 128)})}}).want(200)
	if got := title(before); got != strings.Repeat("x", 128) {
		t.Errorf("beyond its length the title is %v", got)
	}
	if n := r.faults.Stats().Counts["automation Contact"]; n != 3 {
		t.Errorf("%d rewritings were counted", n)
	}
	r.settings(obj{"automations": arr{}})
	r.call("PATCH", "/sobjects/Contact/"+made, obj{"Title": "plain"}).want(204)
	if got := title(made); got != "plain" {
		t.Errorf("an automation that was removed made the title %v", got)
	}
}

func TestTheDailyRequestsCanBeSet(t *testing.T) {
	r := newRig(t)
	r.settings(obj{"dailyRequests": 3})
	for range 3 {
		r.call("GET", "/limits", nil).want(200)
	}
	r.call("GET", "/limits", nil).refused(403, "REQUEST_LIMIT_EXCEEDED")
	r.settings(obj{"dailyRequests": 10})
	if a := r.call("GET", "/limits", nil).want(200); a.header.Get("Sforce-Limit-Info") != "api-usage=4/10" {
		t.Error(a.header)
	}
}

func TestTheRecycleBinEmptiesItselfAfter15Days(t *testing.T) {
	r := newRig(t)
	early, late := r.make("Contact", obj{"LastName": "Early"}), r.make("Contact", obj{"LastName": "Late"})
	r.call("DELETE", "/sobjects/Contact/"+early, nil).want(204)
	r.clock.Advance(24 * time.Hour)
	r.signIn()
	r.call("DELETE", "/sobjects/Contact/"+late, nil).want(204)
	inBin := func() (ids []string) {
		for _, row := range r.call("GET", "/queryAll?q="+neturl.QueryEscape("SELECT Id FROM Contact WHERE IsDeleted = true ORDER BY LastName"), nil).want(200).records() {
			ids = append(ids, row["Id"].(string))
		}
		return ids
	}
	r.clock.Advance(14*24*time.Hour - time.Minute)
	r.signIn()
	if got := inBin(); len(got) != 2 {
		t.Errorf("after almost 15 days: %v", got)
	}
	r.clock.Advance(2 * time.Minute)
	if got := inBin(); len(got) != 1 || got[0] != late {
		t.Errorf("after 15 days: %v", got)
	}
	r.send("POST", "/_sim/undelete", obj{"ids": arr{early}}).want(400)
	r.call("GET", "/sobjects/Contact/"+early, nil).refused(404, "NOT_FOUND")
	r.clock.Advance(24 * time.Hour)
	r.signIn()
	if got := inBin(); len(got) != 0 {
		t.Errorf("after 16 days: %v", got)
	}
}

func TestWhatIsPurgedByHandIsGoneWithoutAnEvent(t *testing.T) {
	r := newRig(t)
	gone, live := r.make("Contact", obj{"LastName": "Gone"}), r.make("Contact", obj{"LastName": "Live"})
	r.call("DELETE", "/sobjects/Contact/"+gone, nil).want(204)
	newest := r.server.bus.newest()
	r.send("POST", "/_sim/purge", obj{"ids": arr{gone, live}}).want(400) // all of them or none
	r.call("GET", "/sobjects/Contact/"+gone, nil).refused(404, "ENTITY_IS_DELETED")
	r.send("POST", "/_sim/purge", obj{"ids": arr{gone}}).want(204)
	r.call("GET", "/sobjects/Contact/"+gone, nil).refused(404, "NOT_FOUND")
	if r.server.bus.newest() != newest {
		t.Error("an event told of it")
	}
}

func TestSubscribersGetNoMoreThanTheDayAllows(t *testing.T) {
	r := newRig(t)
	r.settings(obj{"dailyDeliveries": 2})
	s := r.subscriber().subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 100})
	for _, name := range []string{"One", "Two"} {
		r.make("Contact", obj{"LastName": name})
	}
	s.events(2)
	if left := r.call("GET", "/limits", nil).want(200).body["DailyDeliveredPlatformEvents"].(obj); left["Max"] != 2.0 || left["Remaining"] != 0.0 {
		t.Error(left)
	}
	r.make("Contact", obj{"LastName": "Three"})
	s.refused(codes.ResourceExhausted, "subscription.limit.exceeded")
}

func TestStreamFaultsRefuseBreakAndSilence(t *testing.T) {
	for rule, want := range map[string]struct {
		code codes.Code
		name string
	}{
		`{"kind":"stream_refuse","times":1}`:                                               {codes.Unavailable, "service.unavailable"},
		`{"kind":"stream_refuse","on":"Contact","code":"subscription.limit.exceeded"}`:     {codes.ResourceExhausted, "subscription.limit.exceeded"},
		`{"kind":"stream_refuse","on":"` + contactTopic + `","code":"service.auth.error"}`: {codes.Unauthenticated, "service.auth.error"},
		`{"kind":"stream_refuse","code":"service.protection.triggered"}`:                   {codes.ResourceExhausted, "service.protection.triggered"},
		`{"kind":"stream_refuse","code":"subscription.fetch.replayid.validation.failed"}`:  {codes.InvalidArgument, "subscription.fetch.replayid.validation.failed"},
	} {
		t.Run(rule, func(t *testing.T) {
			r := newRig(t)
			r.make("Contact", obj{"LastName": "Waiting"})
			r.fault(rule)
			r.subscriber().subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 1}).refused(want.code, want.name)
		})
	}
	t.Run("break", func(t *testing.T) {
		r := newRig(t)
		r.make("Contact", obj{"LastName": "Waiting"})
		r.fault(`{"kind":"stream_break","times":1}`)
		s := r.subscriber().subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 1})
		if err := s.RecvMsg(new(pb.FetchResponse)); status.Code(err) != codes.Unavailable || len(s.Trailer().Get("error-code")) > 0 {
			t.Errorf("%v with %v", err, s.Trailer())
		}
	})
	t.Run("silence", func(t *testing.T) {
		r := newRig(t, func(c *Config) { c.KeepAlive = time.Millisecond })
		r.make("Contact", obj{"LastName": "Waiting"})
		r.fault(`{"kind":"stream_silence","on":"Contact","times":1}`)
		sub := r.subscriber()
		first := &pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 1}
		mute := sub.subscribe(first)
		heard := make(chan error, 1)
		go func() { heard <- mute.RecvMsg(new(pb.FetchResponse)) }()
		for tick := time.NewTicker(time.Millisecond); r.faults.Stats().Counts["subscribe "+contactTopic] == 0; {
			select {
			case err := <-heard:
				t.Fatal(err)
			case <-tick.C:
			}
		}
		sub.subscribe(first).events(1) // while another one speaks
		select {
		case err := <-heard:
			t.Errorf("the silent one spoke: %v", err)
		default:
		}
		r.server.pubsub.stop()
		<-heard
	})
}

func TestAValidationRuleRefusesInItsOwnWords(t *testing.T) {
	r := newRig(t)
	id := r.make("Contact", obj{"LastName": "Ruled", "Title": "Clerk"})
	r.settings(obj{"rules": arr{obj{"object": "Contact", "field": "Title", "matches": "^Rule", "text": "Not on the list."}, obj{"object": "Contact", "field": "MailingCity", "matches": "^$", "text": "A city, please.", "unnamed": true}}})
	a := r.call("PATCH", "/sobjects/Contact/"+id, obj{"Title": "Rule Breaker"})
	a.refused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
	if !strings.Contains(a.raw, "Not on the list.") || !strings.Contains(a.raw, `"fields":["Title"]`) {
		t.Errorf("named: %s", a.raw)
	}
	a = r.call("POST", "/sobjects/Contact", obj{"LastName": "Nowhere"})
	a.refused(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
	if !strings.Contains(a.raw, "A city, please.") || !strings.Contains(a.raw, `"fields":[]`) {
		t.Errorf("of the whole record: %s", a.raw)
	}
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"Title": "Keeper of the rules", "MailingCity": "Delft"}).want(204)
	many := r.call("PATCH", "/composite/sobjects", obj{"records": arr{
		obj{"attributes": obj{"type": "Contact"}, "id": id, "Title": "Rule 1"}, obj{"attributes": obj{"type": "Contact"}, "id": id, "Title": "Clerk"}}}).want(200)
	if !strings.Contains(many.raw, "Not on the list.") || strings.Count(many.raw, `"success":true`) != 1 {
		t.Errorf("of many: %s", many.raw)
	}
	r.settings(obj{"rules": arr{}})
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"Title": "Rule Breaker"}).want(204)
}
