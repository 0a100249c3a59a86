package desk

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// subscriber is someone's webhook receiver.
type subscriber struct {
	*httptest.Server
	deliveries chan received
	// status is what it answers to a delivery, validation to GET and to POST without a body.
	status     atomic.Int64
	validation map[string]int
	validated  chan string
}

type received struct {
	events    []map[string]any
	signature string
}

func newSubscriber(t *testing.T) *subscriber {
	s := &subscriber{deliveries: make(chan received, 100), validated: make(chan string, 100), validation: map[string]int{"GET": 200, "POST": 200}}
	s.status.Store(200)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) == 0 {
			s.validated <- r.Method
			w.WriteHeader(s.validation[r.Method])
			return
		}
		var events []map[string]any
		if err := json.Unmarshal(body, &events); err != nil || r.Header.Get("Content-Type") != "application/json;charset=UTF-8" {
			t.Errorf("delivery: %v %s", err, r.Header)
		}
		status := int(s.status.Load())
		s.deliveries <- received{events, r.Header.Get("X-ZDesk-JWT")}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s
}

// next waits for the next delivery.
func (s *subscriber) next(t *testing.T) received {
	t.Helper()
	select {
	case got := <-s.deliveries:
		return got
	case <-time.After(10 * time.Second):
		t.Fatal("no delivery")
		return received{}
	}
}

// events collects n events, whatever deliveries they come in.
func (s *subscriber) events(t *testing.T, n int) (all []map[string]any) {
	t.Helper()
	for len(all) < n {
		all = append(all, s.next(t).events...)
	}
	return all
}

func (s *subscriber) ids(t *testing.T, n int) (out []string) {
	t.Helper()
	for _, e := range s.events(t, n) {
		out = append(out, e["payload"].(map[string]any)["id"].(string))
	}
	return out
}

func (r *rig) subscribe(s *subscriber, events map[string]any, edit ...map[string]any) string {
	r.Helper()
	body := map[string]any{"name": "Test", "url": s.URL + "/hook", "subscriptions": events}
	for _, more := range edit {
		for name, value := range more {
			body[name] = value
		}
	}
	return r.must("POST", "/webhooks", body).text1("id")
}

func TestDeliveriesCarryTheEventAndItsProof(t *testing.T) {
	r := newRig(t)
	s := newSubscriber(t)
	hook := r.subscribe(s, map[string]any{"Contact_Add": nil, "Contact_Update": map[string]any{"includePrevState": true}, "Contact_Delete": nil})
	if method := <-s.validated; method != "GET" {
		t.Errorf("validated by %s", method)
	}
	id := r.contact(map[string]any{"lastName": "New", "email": "new@hook.example"})
	added := s.next(t)
	e := added.events[0]
	payload := e["payload"].(map[string]any)
	if len(added.events) != 1 || e["eventType"] != "Contact_Add" || e["orgId"] != OrgID || e["eventTime"] != "1777888637000" || payload["id"] != id || payload["email"] != "new@hook.example" {
		t.Errorf("added: %v", added.events)
	}
	r.verify(added.signature, hook)

	r.must("PATCH", "/contacts/"+id, map[string]any{"lastName": "Newer"})
	changed := s.next(t).events[0]
	if changed["eventType"] != "Contact_Update" || changed["payload"].(map[string]any)["lastName"] != "Newer" || changed["prevState"].(map[string]any)["lastName"] != "New" {
		t.Errorf("changed: %v", changed)
	}
	r.must("POST", "/contacts/moveToTrash", map[string]any{"contactIds": []string{id}})
	gone := s.next(t).events[0]
	if payload := gone["payload"].(map[string]any); gone["eventType"] != "Contact_Delete" || len(payload) != 1 || payload["id"] != id {
		t.Errorf("gone: %v", gone)
	}
	r.must("DELETE", "/webhooks/"+hook, nil)
	if a := r.must("GET", "/webhooks", nil); a.status != 204 {
		t.Errorf("still there: %s", a.text)
	}
}

// verify checks a delivery's token the way a receiver does: by the published keys.
func (r *rig) verify(token, hook string) {
	r.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		r.Fatalf("token %q", token)
	}
	decode := func(text string) []byte {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			r.Fatal(err)
		}
		return raw
	}
	var head struct{ Alg, Kid string }
	var claims struct {
		Iss, Aud string
		Iat, Exp int64
	}
	if json.Unmarshal(decode(parts[0]), &head) != nil || json.Unmarshal(decode(parts[1]), &claims) != nil {
		r.Fatalf("token %q", token)
	}
	keys := r.do("GET", "/.well-known/jwks.json", nil, nil).body["keys"].([]any)
	key := keys[0].(map[string]any)
	if head.Alg != "RS256" || head.Kid == "" || key["kid"] != head.Kid {
		r.Errorf("head %+v, key %v", head, key)
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(decode(key["n"].(string))), E: int(new(big.Int).SetBytes(decode(key["e"].(string))).Int64())}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], decode(parts[2])); err != nil {
		r.Error(err)
	}
	if now := r.clock.now().Unix(); claims.Iss != "orgId:"+OrgID || claims.Aud != "webhookId:"+hook || claims.Iat != now || claims.Exp <= now {
		r.Errorf("claims %+v", claims)
	}
}

func TestEventsComeInOrder(t *testing.T) {
	r := newRig(t)
	s := newSubscriber(t)
	r.subscribe(s, map[string]any{"Contact_Add": nil, "Account_Add": nil})
	var made []string
	for range 50 {
		made = append(made, r.contact(map[string]any{"lastName": "X"}), r.account(map[string]any{"accountName": "Y"}))
	}
	if got := s.ids(t, 100); !slices.Equal(got, made) {
		t.Errorf("made %v, heard of %v", made, got)
	}
}

func TestTicketsAreAnnouncedWithTheirContact(t *testing.T) {
	r := newRig(t)
	s := newSubscriber(t)
	r.subscribe(s, map[string]any{"Ticket_Add": nil, "Contact_Add": nil})
	r.must("POST", "/tickets", map[string]any{"subject": "Help", "contact": map[string]any{"lastName": "Caller", "email": "caller@hook.example"}})
	all := s.events(t, 2)
	ticket := all[1]["payload"].(map[string]any)
	if all[0]["eventType"] != "Contact_Add" || all[1]["eventType"] != "Ticket_Add" || ticket["contact"].(map[string]any)["email"] != "caller@hook.example" {
		t.Errorf("got %v", all)
	}
}

// Whoever writes with the sourceId that a subscription ignores is not told of it.
func TestOwnWritesAreNotAnnounced(t *testing.T) {
	const own, other = "7d3a7c80-1d2e-11f0-9cd2-0242ac120002", "8d3a7c80-1d2e-11f0-9cd2-0242ac120002"
	r := newRig(t)
	s := newSubscriber(t)
	r.subscribe(s, map[string]any{"Contact_Add": nil}, map[string]any{"ignoreSourceId": own})
	for _, source := range []string{own, other, ""} {
		header := map[string]string{"Authorization": "Zoho-oauthtoken " + r.token, "orgId": OrgID, "sourceId": source}
		if a := r.do("POST", "/api/v1/contacts", map[string]any{"lastName": "by " + source}, header); a.status != 200 {
			t.Fatal(a.text)
		}
	}
	for _, want := range []string{"by " + other, "by "} {
		if got := s.events(t, 1)[0]["payload"].(map[string]any)["lastName"]; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestASubscriberMustAnswerTheValidation(t *testing.T) {
	r := newRig(t)
	for name, tc := range map[string]struct {
		validation map[string]int
		status     int
	}{
		"GET":        {map[string]int{"GET": 200, "POST": 500}, 200},
		"POST":       {map[string]int{"GET": 405, "POST": 200}, 200},
		"neither":    {map[string]int{"GET": 404, "POST": 202}, 422},
		"a redirect": {map[string]int{"GET": 302, "POST": 302}, 422},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSubscriber(t)
			s.validation = tc.validation
			if a := r.call("POST", "/webhooks", map[string]any{"url": s.URL, "subscriptions": map[string]any{"Contact_Add": nil}}); a.status != tc.status {
				t.Errorf("got %d %s", a.status, a.text)
			}
		})
	}
	good, bad := newSubscriber(t), newSubscriber(t)
	bad.validation = map[string]int{"GET": 404, "POST": 404}
	hook := r.subscribe(good, map[string]any{"Contact_Add": nil})
	if a := r.call("PATCH", "/webhooks/"+hook, map[string]any{"url": bad.URL}); a.status != 422 {
		t.Errorf("moved to one that does not answer: %d", a.status)
	}
	if a := r.must("PATCH", "/webhooks/"+hook, map[string]any{"name": "Other"}); a.text1("url") != good.URL+"/hook" || a.text1("name") != "Other" {
		t.Errorf("renamed: %s", a.text)
	}
	if n := len(good.validated); n != 1 {
		t.Errorf("validated %d times", n)
	}
}

func TestWebhooksAreChecked(t *testing.T) {
	r := newRig(t)
	s := newSubscriber(t)
	events := map[string]any{"Contact_Add": nil}
	cases := map[string]struct {
		body  map[string]any
		code  string
		field string
	}{
		"no url":           {map[string]any{"subscriptions": events}, "INVALID_DATA", "/url"},
		"another scheme":   {map[string]any{"url": "ftp://x.example", "subscriptions": events}, "INVALID_DATA", "/url"},
		"a long url":       {map[string]any{"url": s.URL + "/" + strings.Repeat("x", 500), "subscriptions": events}, "INVALID_DATA", "/url"},
		"no subscriptions": {map[string]any{"url": s.URL}, "INVALID_DATA", "/subscriptions"},
		"unknown event":    {map[string]any{"url": s.URL, "subscriptions": map[string]any{"Contact_Sing": nil}}, "INVALID_DATA", "/subscriptions"},
		"not a uuid":       {map[string]any{"url": s.URL, "subscriptions": events, "ignoreSourceId": "me"}, "INVALID_DATA", "/ignoreSourceId"},
		"unknown field":    {map[string]any{"url": s.URL, "subscriptions": events, "colour": "red"}, "UNPROCESSABLE_ENTITY", ""},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			a := r.call("POST", "/webhooks", tc.body)
			if a.status != 422 || a.code() != tc.code || !strings.Contains(a.text, `"fieldName":"`+tc.field) && tc.field != "" {
				t.Errorf("got %d %s", a.status, a.text)
			}
		})
	}
	for range maxWebhooks {
		r.subscribe(s, events)
	}
	if a := r.call("POST", "/webhooks", map[string]any{"url": s.URL, "subscriptions": events}); a.status != 403 || a.code() != "LICENSE_ACCESS_LIMITED" {
		t.Errorf("one too many: %d %s", a.status, a.text)
	}
	off := r.must("POST", "/webhooks", map[string]any{"url": s.URL, "subscriptions": events, "isEnabled": false}).text1("id")
	if a := r.call("PATCH", "/webhooks/"+off, map[string]any{"isEnabled": true}); a.status != 403 {
		t.Errorf("switched on one too many: %d", a.status)
	}
}

func TestGoneEndsASubscription(t *testing.T) {
	r := newRig(t)
	s := newSubscriber(t)
	hook := r.subscribe(s, map[string]any{"Contact_Add": nil})
	s.status.Store(410)
	r.contact(map[string]any{"lastName": "A"})
	s.next(t)
	eventually(t, "the webhook is removed", func() bool { return r.call("GET", "/webhooks/"+hook, nil).status == 404 })
	r.contact(map[string]any{"lastName": "B"})
	if n := len(s.deliveries); n != 0 {
		t.Errorf("%d deliveries after 410", n)
	}
}

// eventually asks again and again, without a pause, until the answer is yes.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// A delivery that failed comes again, behind what has happened since; after the last attempt it is
// given up.
func TestAFailedDeliveryComesAgainAndIsGivenUp(t *testing.T) {
	r := newRig(t, func(c *Config) { c.Redelivery = []time.Duration{time.Millisecond, time.Millisecond} })
	s := newSubscriber(t)
	r.subscribe(s, map[string]any{"Contact_Add": nil})
	s.status.Store(500)
	id := r.contact(map[string]any{"lastName": "A"})
	for attempt := range 3 {
		if got := s.ids(t, 1); got[0] != id {
			t.Fatalf("attempt %d delivered %v", attempt, got)
		}
	}
	s.status.Store(200)
	last := r.contact(map[string]any{"lastName": "B"})
	if got := s.ids(t, 1); got[0] != last {
		t.Errorf("after the last attempt came %v", got)
	}
	eventually(t, "all is counted", func() bool {
		counts := r.faults.Stats().Counts
		return counts["webhook.failed"] == 3 && counts["webhook.delivered"] == 1
	})
}

func TestEventFaults(t *testing.T) {
	cases := map[string]struct {
		script string
		want   []int // which of three new contacts are announced, in order
	}{
		"loss":        {`[{"kind":"event_loss","on":"Contact_Add","after":1,"times":1}]`, []int{0, 2}},
		"duplication": {`[{"kind":"event_duplicate","times":1}]`, []int{0, 0, 1, 2}},
		"reordering":  {`[{"kind":"event_reorder","times":1}]`, []int{1, 0, 2}},
		"not of this": {`[{"kind":"event_loss","on":"Account_Add"}]`, []int{0, 1, 2}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			s := newSubscriber(t)
			r.subscribe(s, map[string]any{"Contact_Add": nil})
			mustLoad(r, tc.script)
			var made, want []string
			for range 3 {
				made = append(made, r.contact(map[string]any{"lastName": "X"}))
			}
			for _, i := range tc.want {
				want = append(want, made[i])
			}
			if got := s.ids(t, len(want)); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}
