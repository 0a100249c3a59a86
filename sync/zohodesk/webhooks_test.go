package zohodesk

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/simulator/desk"
)

// subscriber takes deliveries as our server does, and keeps them.
type subscriber struct {
	*httptest.Server
	got    chan delivered
	status atomic.Int64
}

type delivered struct {
	header http.Header
	body   []byte
}

func subscribe(t *testing.T) *subscriber {
	t.Helper()
	s := &subscriber{got: make(chan delivered, 64)}
	s.status.Store(http.StatusOK)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(int(s.status.Load()))
		if len(body) > 2 && r.Header.Get(signatureHeader) != "" {
			s.got <- delivered{r.Header, body}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *subscriber) next(t *testing.T) delivered {
	t.Helper()
	select {
	case d := <-s.got:
		return d
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was delivered")
		return delivered{}
	}
}

// subscriptionsAt are the organization's subscriptions as Desk shows them.
func (r *rig) subscriptionsAt() []map[string]any {
	r.Helper()
	var out []map[string]any
	list, _ := r.raw("GET", "/api/v1/webhooks", nil)["data"].([]any)
	for _, one := range list {
		out = append(out, one.(map[string]any))
	}
	return out
}

func TestChangesOfOthersAreDeliveredSignedAndOurOwnAreNot(t *testing.T) {
	r := newRig(t, options{})
	ctx := context.Background()
	s := subscribe(t)
	for range 2 { // the second time there is nothing to mend
		if err := r.EnsureWebhook(ctx, s.URL); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := r.hooks(ctx); err != nil || len(list) != 1 {
		t.Fatalf("%d subscriptions (%v)", len(list), err)
	}
	ours, err := r.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpCreate, LinkID: "l", Values: models.Values{"lastName": models.Text("Ours")}}})
	if err != nil || ours[0].Err != nil {
		t.Fatal(err, ours)
	}
	theirs := r.contact(map[string]any{"lastName": "Theirs"})
	d := s.next(t)
	if err := r.VerifyWebhook(ctx, d.header, d.body); err != nil {
		t.Fatalf("a true delivery is refused: %v", err)
	}
	events, err := ParseWebhook(d.body)
	if err != nil || len(events) != 1 || events[0].Object != models.ContactObject || events[0].Hint.ID != theirs || events[0].Hint.Deleted || !events[0].Hint.At.Equal(r.clock.now()) {
		t.Errorf("%+v (%v)", events, err)
	}
	r.clock.advance(time.Hour)
	if err := r.VerifyWebhook(ctx, d.header, d.body); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("an hour later: %v", err)
	}
}

func TestTheSubscriptionIsMended(t *testing.T) {
	all := map[string]any{}
	for _, name := range subscriptions {
		all[name] = nil
	}
	for name, spoil := range map[string]func(r *rig, s *subscriber, id string){
		"removed": func(r *rig, _ *subscriber, id string) { r.raw("DELETE", "/api/v1/webhooks/"+id, nil) },
		"disabled": func(r *rig, _ *subscriber, id string) {
			r.raw("PATCH", "/api/v1/webhooks/"+id, map[string]any{"isEnabled": false})
		},
		"another source": func(r *rig, _ *subscriber, id string) {
			r.raw("PATCH", "/api/v1/webhooks/"+id, map[string]any{"ignoreSourceId": nil})
		},
		"no automations": func(r *rig, _ *subscriber, id string) {
			r.raw("PATCH", "/api/v1/webhooks/"+id, map[string]any{"includeEventsFrom": []string{}})
		},
		"fewer events": func(r *rig, _ *subscriber, id string) {
			r.raw("PATCH", "/api/v1/webhooks/"+id, map[string]any{"subscriptions": map[string]any{"Contact_Add": nil}})
		},
		"made twice": func(r *rig, s *subscriber, _ string) {
			r.raw("POST", "/api/v1/webhooks", map[string]any{"name": "twin", "url": s.URL, "isEnabled": true, "subscriptions": all})
		},
		"removed by our own 410": func(r *rig, s *subscriber, _ string) {
			s.status.Store(http.StatusGone)
			r.contact(map[string]any{"lastName": "Gone"})
			s.next(r.T)
			r.soon("the subscription is removed", func() bool { return len(r.subscriptionsAt()) == 0 })
			s.status.Store(http.StatusOK)
		},
		"removed while it is mended": func(r *rig, _ *subscriber, id string) {
			r.raw("PATCH", "/api/v1/webhooks/"+id, map[string]any{"isEnabled": false})
			r.raw("DELETE", "/api/v1/webhooks/"+id, nil)
			r.faults(`[{"endpoint":"GET /api/v1/webhooks","times":1,"kind":"status","status":200,"body":{"data":[{"id":` + id + `,"url":"` + r.hookURL + `","isEnabled":false}]}}]`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, s := newRig(t, options{}), subscribe(t)
			r.hookURL = s.URL
			if err := r.EnsureWebhook(t.Context(), s.URL); err != nil {
				t.Fatal(err)
			}
			first := r.subscriptionsAt()[0]["id"].(string)
			spoil(r, s, first)
			if err := r.EnsureWebhook(t.Context(), s.URL); err != nil {
				t.Fatal(err)
			}
			list := r.subscriptionsAt()
			if len(list) != 1 {
				t.Fatalf("%d subscriptions", len(list))
			}
			one := list[0]
			if events := one["subscriptions"].(map[string]any); one["isEnabled"] != true || one["ignoreSourceId"] != r.cfg.SourceID || len(events) != len(subscriptions) || one["includeEventsFrom"].([]any)[0] != "AUTOMATION" {
				t.Errorf("%+v", one)
			}
			if kept := one["id"] == first; kept != !strings.HasPrefix(name, "removed") {
				t.Errorf("the first one was kept: %t", kept)
			}
			r.contact(map[string]any{"lastName": "Delivered"})
			if d := s.next(t); r.VerifyWebhook(t.Context(), d.header, d.body) != nil {
				t.Error("a delivery of the mended subscription is refused")
			}
		})
	}
}

func TestUnsubscribingLeavesTheSubscriptionsOfOthers(t *testing.T) {
	r, s := newRig(t, options{}), subscribe(t)
	theirs := r.raw("POST", "/api/v1/webhooks", map[string]any{"name": "theirs", "url": s.URL + "/theirs", "subscriptions": map[string]any{"Contact_Add": nil}})["id"]
	if err := r.EnsureWebhook(t.Context(), s.URL); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Unsubscribe(t.Context()); err != nil {
			t.Fatal(err)
		}
		if list := r.subscriptionsAt(); len(list) != 1 || list[0]["id"] != theirs {
			t.Errorf("%v", list)
		}
	}
}

func TestASubscriptionWhoseAnswerWasLostIsNotMadeTwice(t *testing.T) {
	r, s := newRig(t, options{}), subscribe(t)
	r.faults(`[{"endpoint":"POST /api/v1/webhooks","kind":"drop_after","times":1}]`)
	if err := r.EnsureWebhook(t.Context(), s.URL); models.CodeOf(err) != models.CodeUnknownOutcome {
		t.Fatal(err)
	}
	if err := r.EnsureWebhook(t.Context(), s.URL); err != nil {
		t.Fatal(err)
	}
	if n := len(r.subscriptionsAt()); n != 1 {
		t.Errorf("%d subscriptions", n)
	}
}

func TestAnAddressThatDeskCannotUseIsNamed(t *testing.T) {
	for name, address := range map[string]string{"answers 503": "", "too long": "https://sidelight.example/" + strings.Repeat("x", 80)} {
		t.Run(name, func(t *testing.T) {
			r, s := newRig(t, options{}), subscribe(t)
			s.status.Store(http.StatusServiceUnavailable)
			if address == "" {
				address = s.URL
			}
			err := r.EnsureWebhook(t.Context(), address)
			var e *models.Error
			if !asError(err, &e) || e.Code != models.CodeInvalidParameter || !strings.Contains(e.Message, "address for webhooks") || e.Retry {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestAnEditionWithoutMoreWebhooksIsNamed(t *testing.T) {
	r, s := newRig(t, options{}), subscribe(t)
	r.faults(`[{"endpoint":"POST /api/v1/webhooks","kind":"status","status":403,"body":{"errorCode":"LICENSE_ACCESS_LIMITED","message":"x"}}]`)
	if err := r.EnsureWebhook(t.Context(), s.URL); models.CodeOf(err) != models.CodeNoAccess || models.MayRetry(err) {
		t.Error(err)
	}
}

func TestAnEventThatIsDeliveredAgainIsLookedAtOnce(t *testing.T) {
	r := newRig(t, options{desk: func(c *desk.Config) { c.Redelivery = []time.Duration{time.Millisecond} }})
	s := subscribe(t)
	if err := r.EnsureWebhook(t.Context(), s.URL); err != nil {
		t.Fatal(err)
	}
	r.faults(`[{"kind":"event_duplicate","times":1}]`)
	id := r.contact(map[string]any{"lastName": "Twice"})
	fresh := 0
	hear := func() {
		events, err := ParseWebhook(s.next(t).body)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range r.Unseen(events) {
			if e.Hint.ID != id {
				t.Errorf("%+v", e)
			}
			fresh++
		}
	}
	hear()
	r.clock.advance(time.Second)
	s.status.Store(http.StatusInternalServerError) // told too late: Desk delivers once more
	r.raw("PATCH", "/api/v1/contacts/"+id, map[string]any{"title": "changed"})
	hear()
	hear()
	if fresh != 2 {
		t.Errorf("%d events of two changes", fresh)
	}
	r.clock.advance(2 * eventMemory)
	again := []WebhookEvent{{Object: models.ContactObject, Hint: models.Hint{ID: id}}, {Object: models.ContactObject, Hint: models.Hint{ID: id}}}
	if got := r.Unseen(again); len(got) != 2 {
		t.Errorf("events that cannot be told apart are passed over: %+v", got)
	}
}

func TestWhatIsNoDeliveryIsRefusedAndTheUnknownPassedOver(t *testing.T) {
	for body, want := range map[string]int{
		`[]`: 0,
		`[{"eventType":"Contact_Update","payload":{"id":"12"}},{"eventType":"Moon_Add","payload":{"id":"1"}},{"eventType":"Ticket_Add","payload":{"id":"9"}},{"eventType":"Contact_Add","payload":{"id":"../x"}}]`: 2,
		`[1,null,"x",[],{"eventType":"Contact_Delete","payload":{"id":12},"eventTime":1700000000000}]`:                                                                                                             1,
		`[{"eventType":"Contact_Add","payload":null},{"eventType":["Contact_Add"],"payload":{"id":"1"}},{"eventType":"Account_Add","payload":{"id":"1"},"prevState":7}]`:                                           1,
		`[{"eventType":"Contact_Add","eventTime":"1","payload":{"id":"1"}},{"eventType":"Contact_Add","eventTime":"1","payload":{"id":"1"}},{"eventType":"Account_Add","eventTime":"1","payload":{"id":"1"}}]`:     2,
		`[` + strings.Repeat(`{"eventType":"Contact_Add","payload":{"id":"1"}},`, 3000) + `{}]`:                                                                                                                    maxEvents,
	} {
		events, err := ParseWebhook([]byte(body))
		if err != nil || len(events) != want {
			t.Errorf("%.80s: %d events (%v)", body, len(events), err)
		}
		for _, e := range events {
			if e.Hint.Deleted {
				t.Errorf("a deletion is believed by the event's word: %+v", e)
			}
		}
	}
	for _, body := range []string{"", "{", `"x"`, `{"a":1}`, "null", "[", "[1", "<html></html>"} {
		if _, err := ParseWebhook([]byte(body)); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzParseWebhook(f *testing.F) {
	for _, seed := range []string{
		`[{"payload":{"id":"7000000000000001","lastName":"Ann"},"prevState":{"lastName":"Bob"},"eventType":"Contact_Update","eventTime":"1700000000000","orgId":"700000001"}]`,
		`[{"eventType":"Account_Delete","eventTime":1700000000000,"payload":{"id":12}}]`, `[{"eventType":"Ticket_Add","payload":{"id":"9"}},{},null,1]`,
		`[]`, `{}`, `null`, ``, `[{"eventType":"Contact_Add","payload":{"id":"../organizations"}}]`, "[{\"eventType\":\"Contact_Add\",\"payload\":{\"id\":\"\\u0000\"}}]",
		`[{"eventType":"Contact_Add","eventTime":"-9223372036854775809","payload":{"id":"1e5"}}]`, `[{"eventType":"Contact_Add","payload":{"id":"1","id":"x"}}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := ParseWebhook(body)
		if err != nil && (models.CodeOf(err) != models.CodeBadUserInput || events != nil) {
			t.Errorf("%+v, %v", events, err)
		}
		for _, e := range events {
			ticket, record := isID(e.TicketID), isID(e.Hint.ID) && e.Object != ""
			if ticket == record || e.Hint.Deleted || len(events) > maxEvents {
				t.Errorf("%+v", e)
			}
		}
	})
}
