package simulator

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"

	pb "sidelight/sync/simulator/salesforce/eventbus"
)

// inMemory runs both vendors inside a bubble, for its length.
func inMemory(t *testing.T, cfg Config) (*Running, *vendors) {
	t.Helper()
	cfg.InMemory = true
	r := start(t, cfg)
	return r, connectBy(t, r.HTTPClient(), r.SalesforceURL, r.DeskURL)
}

func TestVendorsInMemoryWriteNoFileAndAnswerLikeOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := small("")
		r, v := inMemory(t, cfg)
		if r.PubSubCA != "" || r.temporary != "" {
			t.Errorf("files %q, %q", r.PubSubCA, r.temporary)
		}
		for _, side := range sides {
			if err := v.create(side, "Bubble"); err != nil {
				t.Fatal(err)
			}
			if all := v.contacts(side); len(all) != 41 || count(all, "Bubble") != 1 {
				t.Errorf("%s: %d contacts", side, len(all))
			}
		}
		if _, err := r.Dial(t.Context(), "127.0.0.1:4"); err == nil {
			t.Error("somebody answers on an address of nobody")
		}
	})
}

func TestSearchInMemoryLagsByTheClockOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, v := inMemory(t, small(""))
		if status, err := v.send("POST", strings.TrimSuffix(v.desk, "/api/v1")+"/_sim/faults", "", map[string]any{"rules": []any{map[string]any{"kind": "search_lag", "seconds": 60}}}, nil); err != nil || status != 200 {
			t.Fatal(status, err)
		}
		if err := v.create("desk", "Latecomer"); err != nil {
			t.Fatal(err)
		}
		found := func() int {
			status, err := v.send("GET", v.desk+"/contacts/search?lastName=Latecomer", "Zoho-oauthtoken "+v.token, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			return status
		}
		if status := found(); status != 204 {
			t.Errorf("found at once: %d", status)
		}
		time.Sleep(59 * time.Second)
		if status := found(); status != 204 {
			t.Errorf("found after 59 s: %d", status)
		}
		time.Sleep(2 * time.Second)
		if status := found(); status != 200 {
			t.Errorf("not found after 61 s: %d", status)
		}
	})
}

func TestTokensInMemoryEndByTheClockOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, v := inMemory(t, small(""))
		status := func(target, authorization string) int {
			got, err := v.send("GET", target, authorization, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		limits := func() int { return status(v.salesforce+"/limits", "Bearer "+v.session) }
		myinfo := func() int { return status(v.desk+"/myinfo", "Zoho-oauthtoken "+v.token) }
		time.Sleep(59 * time.Minute)
		if sf, desk := limits(), myinfo(); sf != 200 || desk != 200 {
			t.Errorf("after 59 minutes: %d and %d", sf, desk)
		}
		time.Sleep(2 * time.Minute)
		if desk := myinfo(); desk != 401 {
			t.Errorf("a Desk token of more than an hour: %d", desk)
		}
		time.Sleep(2*time.Hour + time.Minute)
		if sf := limits(); sf != 401 {
			t.Errorf("a session unused for more than two hours: %d", sf)
		}
	})
}

func TestReplayInMemoryEndsAfter72HoursOfTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, v := inMemory(t, small(""))
		conn := dialPubSub(t, r)
		defer conn.Close()
		if err := v.create("salesforce", "Early"); err != nil {
			t.Fatal(err)
		}
		first, err := subscribe(t, v, conn, nil, true)
		if err != nil || len(first.Events) != 1 {
			t.Fatalf("%d events, %v", len(first.GetEvents()), err)
		}
		replay := first.Events[0].ReplayId
		if err := v.create("salesforce", "Later"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(71 * time.Hour)
		v.session = v.signIn(r.SalesforceURL+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}})
		if again, err := subscribe(t, v, conn, replay, false); err != nil || len(again.Events) != 1 || binary.BigEndian.Uint64(again.Events[0].ReplayId) <= binary.BigEndian.Uint64(replay) {
			t.Fatalf("after 71 hours: %d events, %v", len(again.GetEvents()), err)
		}
		time.Sleep(2 * time.Hour)
		v.session = v.signIn(r.SalesforceURL+"/services/oauth2/token", url.Values{"grant_type": {"client_credentials"}})
		if _, err := subscribe(t, v, conn, replay, false); err == nil || !strings.Contains(err.Error(), "outside of the retention window") {
			t.Errorf("after 73 hours: %v", err)
		}
	})
}

func TestASilentStreamInMemoryIsKeptAliveAndEndsWithTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, v := inMemory(t, small(""))
		conn := dialPubSub(t, r)
		defer conn.Close()
		begun := time.Now()
		empty, err := subscribe(t, v, conn, nil, false)
		if err != nil || len(empty.Events) != 0 || len(empty.LatestReplayId) != 8 {
			t.Fatalf("%v, %v", empty, err)
		}
		if waited := time.Since(begun); waited < 4*time.Minute || waited > 5*time.Minute {
			t.Errorf("kept alive after %v", waited)
		}
	})
}

func TestWebhooksInMemoryGoWhereTheyAreSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := make(chan string, 10)
		cfg := small("")
		cfg.Hooks = roundTripper(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodPost {
				body, _ := io.ReadAll(req.Body)
				got <- string(body)
			}
			return &http.Response{StatusCode: 200, Body: http.NoBody, Request: req, Header: http.Header{}}, nil
		})
		_, v := inMemory(t, cfg)
		if status, err := v.send("POST", v.desk+"/webhooks", "Zoho-oauthtoken "+v.token, map[string]any{"name": "n", "url": "https://sync.example/hook",
			"subscriptions": map[string]any{"Contact_Add": nil}}, nil); err != nil || status != 200 {
			t.Fatal(status, err)
		}
		if err := v.create("desk", "Announced"); err != nil {
			t.Fatal(err)
		}
		if body := <-got; !strings.Contains(body, `"eventType":"Contact_Add"`) || !strings.Contains(body, "Announced") {
			t.Error(body)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func dialPubSub(t *testing.T, r *Running) *grpc.ClientConn {
	t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(r.PubSubCAPEM) {
		t.Fatal("no certificate")
	}
	conn, err := grpc.NewClient(r.PubSubAddr, grpc.WithContextDialer(r.Dial), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots})))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// subscribe asks for contacts' change events after a replay id, from the earliest, or from now, and
// returns the first answer.
func subscribe(t *testing.T, v *vendors, conn *grpc.ClientConn, replay []byte, earliest bool) (*pb.FetchResponse, error) {
	t.Helper()
	var info struct {
		Organization string `json:"organization_id"`
	}
	base, _, _ := strings.Cut(v.salesforce, "/services/")
	if status, err := v.send("GET", base+"/services/oauth2/userinfo", "Bearer "+v.session, nil, &info); err != nil || status != 200 {
		t.Fatal(status, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "accesstoken", v.session, "instanceurl", base, "tenantid", info.Organization)
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, "/eventbus.v1.PubSub/Subscribe")
	if err != nil {
		return nil, err
	}
	ask := &pb.FetchRequest{TopicName: "/data/ContactChangeEvent", NumRequested: 10}
	switch {
	case replay != nil:
		ask.ReplayPreset, ask.ReplayId = pb.ReplayPreset_CUSTOM, replay
	case earliest:
		ask.ReplayPreset = pb.ReplayPreset_EARLIEST
	}
	if err := stream.SendMsg(ask); err != nil {
		return nil, err
	}
	answer := new(pb.FetchResponse)
	return answer, stream.RecvMsg(answer)
}

func TestLongCallsAtOnceAreLimitedBySalesforce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, v := inMemory(t, small(""))
		base, _, _ := strings.Cut(v.salesforce, "/services/")
		if status, err := v.send("POST", base+"/_sim/faults", "", []any{map[string]any{"kind": "latency", "latency": "30s", "endpoint": "GET /services/data/v68.0/limits"}}, nil); err != nil || status != 200 {
			t.Fatal(status, err)
		}
		call := func(path string, into any) int {
			status, err := v.send("GET", v.salesforce+path, "Bearer "+v.session, nil, into)
			if err != nil {
				t.Error(err)
			}
			return status
		}
		var slow sync.WaitGroup
		for range 25 {
			slow.Go(func() {
				if status := call("/limits", nil); status != 200 {
					t.Errorf("a slow call: %d", status)
				}
			})
		}
		time.Sleep(20 * time.Second)
		if status := call("/sobjects", nil); status != 200 {
			t.Errorf("beside 25 calls of 20 s: %d", status)
		}
		time.Sleep(time.Second)
		var refused []struct{ ErrorCode, Message string }
		if status := call("/sobjects", &refused); status != 403 || refused[0].ErrorCode != "REQUEST_LIMIT_EXCEEDED" || !strings.HasPrefix(refused[0].Message, "ConcurrentRequests") {
			t.Errorf("beside 25 calls of 21 s: %d %v", status, refused)
		}
		slow.Wait()
		if status := call("/sobjects", nil); status != 200 {
			t.Errorf("after them: %d", status)
		}
	})
}

func TestRealisticLatencyIsThatOfAVendor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := small("")
		cfg.Latency = "realistic"
		_, v := inMemory(t, cfg)
		for side, target := range map[string]struct{ url, authorization string }{
			"salesforce": {v.salesforce + "/limits", "Bearer " + v.session}, "desk": {v.desk + "/myinfo", "Zoho-oauthtoken " + v.token},
		} {
			var took []time.Duration
			for range 200 {
				begun := time.Now()
				if status, err := v.send("GET", target.url, target.authorization, nil, nil); err != nil || status != 200 {
					t.Fatal(side, status, err)
				}
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			if took[0] < 50*time.Millisecond || took[100] < 120*time.Millisecond || took[100] > 220*time.Millisecond || took[199] < 300*time.Millisecond || took[199] > 3*time.Second {
				t.Errorf("%s: from %v to %v, half of them below %v %v", side, took[0], took[199], took[100], took)
			}
		}
	})
}

func TestASkewedClockShowsInWhatTheVendorsWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cfg := small("")
		cfg.Faults = []byte(`[{"kind":"clock_skew","seconds":-86400}]`)
		_, v := inMemory(t, cfg)
		if err := v.create("salesforce", "Yesterday"); err != nil {
			t.Fatal(err)
		}
		var page struct {
			Records []struct{ SystemModstamp string }
		}
		soql := url.QueryEscape("SELECT SystemModstamp FROM Contact WHERE LastName = 'Yesterday'")
		if status, err := v.send("GET", v.salesforce+"/query?q="+soql, "Bearer "+v.session, nil, &page); err != nil || status != 200 || len(page.Records) != 1 {
			t.Fatal(status, err)
		}
		if got := page.Records[0].SystemModstamp; got != "1999-12-31T00:00:00.000+0000" {
			t.Errorf("Salesforce: %s", got) // a bubble begins with the year 2000
		}
		var made struct{ CreatedTime string }
		if status, err := v.send("POST", v.desk+"/contacts", "Zoho-oauthtoken "+v.token, map[string]string{"lastName": "Yesterday"}, &made); err != nil || status != 200 || made.CreatedTime != "1999-12-31T00:00:00.000Z" {
			t.Errorf("Desk: %s, %d, %v", made.CreatedTime, status, err)
		}
	})
}
