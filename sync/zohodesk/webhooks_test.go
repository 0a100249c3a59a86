package zohodesk

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"sidelight/models"
)

// subscriber takes deliveries as our server does, and keeps them.
type subscriber struct {
	*httptest.Server
	got chan delivered
}

type delivered struct {
	header http.Header
	body   []byte
}

func subscribe(t *testing.T) *subscriber {
	t.Helper()
	s := &subscriber{got: make(chan delivered, 16)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if len(body) > 2 && r.Header.Get(signatureHeader) != "" {
			s.got <- delivered{r.Header, body}
		}
		w.WriteHeader(http.StatusOK)
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
	other, err := New(Config{APIURL: r.url, AccountsURL: r.url, OrgID: r.cfg.OrgID, Credentials: r.vault.get, HTTP: r.cfg.HTTP, Now: r.clock.now, SourceID: "11111111-2222-1333-8444-555555555555"})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := other.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpCreate, LinkID: "m", Values: models.Values{"lastName": models.Text("Theirs")}}})
	if err != nil || theirs[0].Err != nil {
		t.Fatal(err, theirs)
	}
	d := s.next(t)
	if err := r.VerifyWebhook(ctx, d.header, d.body); err != nil {
		t.Fatalf("a true delivery is refused: %v", err)
	}
	events, err := ParseWebhook(d.body)
	if err != nil || len(events) != 1 || events[0].Object != models.ContactObject || events[0].Hint.ID != theirs[0].ID || events[0].Hint.Deleted {
		t.Errorf("%+v (%v)", events, err)
	}
	forged := d.header.Clone()
	for name, token := range map[string]string{"none": "", "nonsense": "a.b.c", "changed": forged.Get(signatureHeader) + "x", "huge": string(make([]byte, maxSignature+1))} {
		forged.Set(signatureHeader, token)
		if err := r.VerifyWebhook(ctx, forged, d.body); models.CodeOf(err) != models.CodeUnauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.clock.advance(time.Hour)
	if err := r.VerifyWebhook(ctx, d.header, d.body); models.CodeOf(err) != models.CodeUnauthenticated {
		t.Errorf("an hour later: %v", err)
	}
}

func TestWhatIsNoDeliveryIsRefusedAndTheUnknownPassedOver(t *testing.T) {
	for body, want := range map[string]int{`[]`: 0, `[{"eventType":"Contact_Update","payload":{"id":"12"}},{"eventType":"Moon_Add","payload":{"id":"1"}},{"eventType":"Ticket_Add","payload":{"id":"9"}},{"eventType":"Contact_Add","payload":{"id":"../x"}}]`: 2} {
		events, err := ParseWebhook([]byte(body))
		if err != nil || len(events) != want {
			t.Errorf("%s: %+v (%v)", body, events, err)
		}
	}
	for _, body := range []string{"", "{", `"x"`, `{"a":1}`} {
		if _, err := ParseWebhook([]byte(body)); models.CodeOf(err) != models.CodeBadUserInput {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func FuzzParseWebhook(f *testing.F) {
	f.Add([]byte(`[{"eventType":"Contact_Update","eventTime":"1700000000000","payload":{"id":"12"}}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := ParseWebhook(body)
		for _, e := range events {
			if err != nil || (e.TicketID == "" && !isID(e.Hint.ID)) {
				t.Errorf("%+v (%v)", e, err)
			}
		}
	})
}
