package salesforce

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	neturl "net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/avro"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "sidelight/sync/simulator/salesforce/eventbus"
)

const (
	pubSubService = "/eventbus.v1.PubSub/"
	contactTopic  = "/data/ContactChangeEvent"
)

// subscriber is a client of the Pub/Sub API.
type subscriber struct {
	*rig
	conn   *grpc.ClientConn
	schema map[string]*avro.Schema
	names  map[string][]string // of the schema's fields in order
}

// subscriber serves the Pub/Sub API over TLS and connects to it.
func (r *rig) subscriber() *subscriber {
	r.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		r.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := r.server.ServePubSub(l); err != nil {
			r.Error(err)
		}
	})
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(r.server.PubSubCAPEM()) {
		r.Fatal("the certificate is not PEM")
	}
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})))
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		_ = conn.Close()
		r.server.pubsub.stop()
		serving.Wait()
	})
	return &subscriber{rig: r, conn: conn, schema: map[string]*avro.Schema{}, names: map[string][]string{}}
}

// authorized is a context with the metadata of a signed-in caller.
func (s *subscriber) authorized() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	s.Cleanup(cancel)
	return metadata.AppendToOutgoingContext(ctx, "accesstoken", s.token, "instanceurl", s.url, "tenantid", s.server.orgID())
}

// stream is one subscription under test.
type stream struct {
	*subscriber
	grpc.ClientStream
}

func (s *subscriber) subscribe(first *pb.FetchRequest) *stream {
	s.Helper()
	return s.subscribeAs(s.authorized(), first)
}

func (s *subscriber) subscribeAs(ctx context.Context, first *pb.FetchRequest) *stream {
	s.Helper()
	opened, err := s.conn.NewStream(ctx, &grpc.StreamDesc{StreamName: "Subscribe", ServerStreams: true, ClientStreams: true}, pubSubService+"Subscribe")
	if err != nil {
		s.Fatal(err)
	}
	if err := opened.SendMsg(first); err != nil && !errors.Is(err, io.EOF) {
		s.Fatal(err)
	}
	return &stream{s, opened}
}

func (s *stream) next() *pb.FetchResponse {
	s.Helper()
	out := new(pb.FetchResponse)
	if err := s.RecvMsg(out); err != nil {
		s.Fatalf("%v, %v", err, s.Trailer())
	}
	return out
}

// refused checks how a subscription was ended.
func (s *stream) refused(code codes.Code, name string) {
	s.Helper()
	for {
		err := s.RecvMsg(new(pb.FetchResponse))
		if err == nil {
			continue
		}
		if got := strings.Join(s.Trailer().Get("error-code"), ""); status.Code(err) != code || got != errorPrefix+name {
			s.Errorf("%v with %q instead of %s", err, got, name)
		}
		return
	}
}

// read decodes an event by the schema that the vendor gives for it.
func (s *subscriber) read(e *pb.ConsumerEvent) (header, values obj) {
	s.Helper()
	id := e.Event.SchemaId
	if s.schema[id] == nil {
		info := new(pb.SchemaInfo)
		if err := s.conn.Invoke(s.authorized(), pubSubService+"GetSchema", &pb.SchemaRequest{SchemaId: id}, info); err != nil {
			s.Fatal(err)
		}
		parsed, err := avro.Parse(info.SchemaJson)
		if err != nil {
			s.Fatal(err)
		}
		s.schema[id] = parsed
		var outer struct{ Fields []struct{ Name string } }
		if err := json.Unmarshal([]byte(info.SchemaJson), &outer); err != nil {
			s.Fatal(err)
		}
		for _, f := range outer.Fields {
			s.names[id] = append(s.names[id], f.Name)
		}
	}
	var out obj
	if _, err := s.schema[id].Decode(e.Event.Payload, &out); err != nil {
		s.Fatal(err)
	}
	header = out["ChangeEventHeader"].(obj)
	delete(out, "ChangeEventHeader")
	return header, out
}

// events takes n events from a stream.
func (s *stream) events(n int) []*pb.ConsumerEvent {
	s.Helper()
	var out []*pb.ConsumerEvent
	for len(out) < n {
		out = append(out, s.next().Events...)
	}
	return out
}

// set names the fields of a bitmap as clients read it: a bit's place is the field's place in the
// schema.
func (s *subscriber) set(id string, bitmaps any) []string {
	s.Helper()
	var out []string
	for _, one := range bitmaps.(arr) {
		text := one.(string)
		prefix := ""
		if at, rest, compound := strings.Cut(text, "-"); compound {
			var place int
			if _, err := fmt.Sscan(at, &place); err != nil {
				s.Fatal(err)
			}
			prefix, text = s.names[id][place]+".", rest
		}
		digits, ok := strings.CutPrefix(text, "0x")
		n, valid := new(big.Int).SetString(digits, 16)
		if !ok || !valid || digits != strings.ToUpper(digits) {
			s.Fatalf("%q is no bitmap", one)
		}
		for i := range n.BitLen() {
			if n.Bit(i) == 0 {
				continue
			}
			if prefix != "" {
				out = append(out, fmt.Sprint(prefix, i))
			} else {
				out = append(out, s.names[id][i])
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestChangeEventsTellOfEveryStep(t *testing.T) {
	r := newRig(t)
	sub := r.subscriber()
	topic := new(pb.TopicInfo)
	if err := sub.conn.Invoke(sub.authorized(), pubSubService+"GetTopic", &pb.TopicRequest{TopicName: contactTopic}, topic); err != nil || !topic.CanSubscribe || topic.SchemaId == "" {
		t.Fatal(topic, err)
	}
	s := sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 100})
	id := r.call("POST", "/sobjects/Contact", obj{"FirstName": "Ann", "LastName": "Bee", "Title": "T", "Birthdate": "2000-01-02", "MailingCity": "Bonn"},
		"Sforce-Call-Options", "client=somebody").want(201).text("id")
	r.clock.Advance(time.Minute)
	r.call("PATCH", "/sobjects/Contact/"+id, obj{"FirstName": "Anna", "Title": nil, "LoyaltyPoints__c": 3}).want(204)
	r.call("PATCH", "/sobjects/Contact/"+id, obj{}).want(204)
	r.call("DELETE", "/sobjects/Contact/"+id, nil).want(204)
	r.send("POST", "/_sim/undelete", obj{"ids": arr{id}}).want(204)

	events := s.events(4) // to write nothing is no change
	kinds := []string{"CREATE", "UPDATE", "DELETE", "UNDELETE"}
	var last uint64
	for i, e := range events {
		header, _ := sub.read(e)
		if header["changeType"] != kinds[i] || header["entityName"] != "Contact" || header["recordIds"].(arr)[0] != id || header["commitUser"] != r.server.admin() {
			t.Errorf("%d: %v", i, header)
		}
		if at := binary.BigEndian.Uint64(e.ReplayId); at <= last || at >= 1<<53 {
			t.Errorf("replay id %d after %d", at, last)
		} else {
			last = at
		}
	}
	header, values := sub.read(events[0])
	if header["changeOrigin"] != "com/salesforce/api/rest/68.0;client=somebody" {
		t.Error(header)
	}
	if name, _ := values["Name"].(obj); name["FirstName"] != "Ann" || name["LastName"] != "Bee" || name["Salutation"] != nil {
		t.Error(values["Name"])
	}
	if address, _ := values["MailingAddress"].(obj); address["City"] != "Bonn" {
		t.Error(values["MailingAddress"])
	}
	if values["Birthdate"] != time.Date(2000, 1, 2, 0, 0, 0, 0, time.UTC).UnixMilli() {
		t.Error(values["Birthdate"])
	}
	header, values = sub.read(events[1])
	schema := events[1].Event.SchemaId
	if got := sub.set(schema, header["changedFields"]); !slices.Equal(got, []string{"LastModifiedDate", "LoyaltyPoints__c", "Name.1", "Title"}) {
		t.Error(got)
	}
	if got := sub.set(schema, header["nulledFields"]); !slices.Equal(got, []string{"Title"}) {
		t.Error(got)
	}
	if values["LoyaltyPoints__c"] != 3.0 || values["Email"] != nil || values["Title"] != nil {
		t.Error(values)
	}
	if header["commitTimestamp"] != r.clock.Now().UnixMilli() || header["changeOrigin"] != "com/salesforce/api/rest/68.0" {
		t.Error(header)
	}
}

func TestOneEventTellsOfRecordsThatChangedAlike(t *testing.T) {
	r := newRig(t)
	sub := r.subscriber()
	a, b := r.make("Contact", obj{"LastName": "A"}), r.make("Contact", obj{"LastName": "B"})
	at := r.server.bus.newest()
	r.call("PATCH", "/composite/sobjects", obj{"records": arr{record("Contact", obj{"id": a, "Title": "Same"}), record("Contact", obj{"id": b, "Title": "Same"})}},
		"Sforce-Call-Options", "client=somebody").want(200)
	s := sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_CUSTOM, ReplayId: replayBytes(at), NumRequested: 1})
	header, _ := sub.read(s.events(1)[0])
	if ids := header["recordIds"].(arr); len(ids) != 2 || strings.Contains(header["changeOrigin"].(string), "client=") {
		t.Error(header)
	}
}

func TestASubscriberGetsNoMoreThanItAskedFor(t *testing.T) {
	r := newRig(t)
	sub := r.subscriber()
	for n := range 5 {
		r.make("Contact", obj{"LastName": fmt.Sprint("C", n)})
	}
	r.make("Account", obj{"Name": "of another topic"})
	s := sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 2})
	first := s.next()
	if len(first.Events) != 2 || first.PendingNumRequested != 0 || string(first.LatestReplayId) != string(first.Events[1].ReplayId) {
		t.Error(first)
	}
	if err := s.SendMsg(&pb.FetchRequest{TopicName: contactTopic, NumRequested: 10}); err != nil {
		t.Fatal(err)
	}
	rest := s.next()
	if len(rest.Events) != 3 || rest.PendingNumRequested != 7 || string(rest.LatestReplayId) != string(replayBytes(r.server.bus.newest())) {
		t.Error(rest)
	}
	if err := s.SendMsg(&pb.FetchRequest{TopicName: contactTopic, NumRequested: 94}); err != nil {
		t.Fatal(err)
	}
	s.refused(codes.InvalidArgument, "subscription.fetch.requested.events.invalid")
}

func TestASubscriptionGoesOnWhereItWas(t *testing.T) {
	r := newRig(t)
	sub := r.subscriber()
	latest := r.server.bus.newest()
	id := r.make("Contact", obj{"LastName": "Next"})
	from := func(replay []byte) *stream {
		return sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_CUSTOM, ReplayId: replay, NumRequested: 100})
	}
	first := from(replayBytes(latest)).events(1)[0]
	if header, _ := sub.read(first); header["recordIds"].(arr)[0] != id {
		t.Error(header)
	}
	from([]byte{1, 2, 3}).refused(codes.InvalidArgument, "subscription.fetch.replayid.validation.failed")
	from(replayBytes(1<<40)).refused(codes.InvalidArgument, "subscription.fetch.replayid.corrupted")

	signIn := func() {
		r.token = r.tokenFor(neturl.Values{"grant_type": {"client_credentials"}}).want(200).text("access_token")
	}
	r.clock.Advance(retention - time.Minute)
	signIn()
	if got := from(replayBytes(latest)).events(1); string(got[0].ReplayId) != string(first.ReplayId) {
		t.Error("what is kept was not sent again")
	}
	r.clock.Advance(2 * time.Minute)
	from(replayBytes(latest)).refused(codes.InvalidArgument, "subscription.fetch.replayid.corrupted")
	second := r.make("Contact", obj{"LastName": "After"})
	for name, s := range map[string]*stream{"from the last": from(first.ReplayId), "earliest": sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 1})} {
		if header, _ := sub.read(s.events(1)[0]); header["recordIds"].(arr)[0] != second {
			t.Error(name, header)
		}
	}
	r.fault(`{"kind":"replay_expired","times":1}`)
	from(replayBytes(r.server.bus.newest())).refused(codes.InvalidArgument, "subscription.fetch.replayid.corrupted")
}

func TestAQuietStreamSaysWhereItIs(t *testing.T) {
	r := newRig(t, func(c *Config) { c.KeepAlive = 10 * time.Millisecond })
	sub := r.subscriber()
	s := sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, NumRequested: 5})
	r.make("Account", obj{"Name": "of another topic"})
	for {
		a := s.next()
		if len(a.Events) != 0 || a.PendingNumRequested != 5 || len(a.LatestReplayId) != 8 {
			t.Fatal(a)
		}
		if string(a.LatestReplayId) == string(replayBytes(r.server.bus.newest())) {
			return
		}
	}
}

func TestAStreamOfWhichNothingIsAskedEnds(t *testing.T) {
	r := newRig(t, func(c *Config) { c.IdleTimeout = 10 * time.Millisecond })
	sub := r.subscriber()
	r.make("Contact", obj{"LastName": "One"})
	s := sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 1})
	s.events(1)
	if err := s.RecvMsg(new(pb.FetchResponse)); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

func TestSubscribersNeedASessionAndATopic(t *testing.T) {
	r := newRig(t)
	sub := r.subscriber()
	first := func(topic string) *pb.FetchRequest { return &pb.FetchRequest{TopicName: topic, NumRequested: 1} }
	sub.subscribeAs(context.Background(), first(contactTopic)).refused(codes.Unauthenticated, "service.auth.headers.invalid")
	for _, topic := range []string{"/data/NoteChangeEvent", "/data/NopeChangeEvent", "/event/Contact", ""} {
		sub.subscribe(first(topic)).refused(codes.NotFound, "topic.not.found")
	}
	sub.subscribe(&pb.FetchRequest{TopicName: contactTopic}).refused(codes.InvalidArgument, "subscription.fetch.requested.events.invalid")
	other := metadata.AppendToOutgoingContext(context.Background(), "accesstoken", r.token, "instanceurl", r.url, "tenantid", makeID("00D", 2))
	sub.subscribeAs(other, first(contactTopic)).refused(codes.Unauthenticated, "service.auth.error")

	s := sub.subscribe(first(contactTopic))
	r.send("POST", "/services/oauth2/revoke?token="+r.token, nil).want(200)
	// The server may end the stream before the message is out; then sending says io.EOF, and
	// receiving says why.
	if err := s.SendMsg(&pb.FetchRequest{TopicName: contactTopic, NumRequested: 1}); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	s.refused(codes.Unauthenticated, "service.auth.error")
	sub.subscribe(first(contactTopic)).refused(codes.Unauthenticated, "service.auth.error")
}

func TestEventFaultsBendTheStream(t *testing.T) {
	for name, want := range map[string]string{
		"":                                "CREATE:A CREATE:B CREATE:C",
		`{"kind":"event_loss","times":1}`: "CREATE:B CREATE:C",
		`{"kind":"event_duplicate","after":1,"times":1}`: "CREATE:A CREATE:B CREATE:B CREATE:C",
		`{"kind":"event_reorder","times":1}`:             "CREATE:B CREATE:A CREATE:C",
		`{"kind":"event_gap","on":"Contact","times":1}`:  "GAP_CREATE:A CREATE:B CREATE:C",
		`{"kind":"event_overflow","times":1}`:            "GAP_OVERFLOW: CREATE:B CREATE:C",
		`{"kind":"event_loss","on":"Account"}`:           "CREATE:A CREATE:B CREATE:C",
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			sub := r.subscriber()
			if name != "" {
				r.fault(name)
			}
			names := map[string]string{overflowID: ""}
			for _, last := range []string{"A", "B", "C"} {
				names[r.make("Contact", obj{"LastName": last})] = last
			}
			s := sub.subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 100})
			var got []string
			for _, e := range s.events(len(strings.Fields(want))) {
				header, values := sub.read(e)
				kind := header["changeType"].(string)
				got = append(got, kind+":"+names[header["recordIds"].(arr)[0].(string)])
				if hollow := values["Name"] == nil; hollow != strings.HasPrefix(kind, "GAP_") {
					t.Errorf("%s with %v", kind, values)
				}
			}
			if strings.Join(got, " ") != want {
				t.Error(got)
			}
		})
	}
}

func TestClosingEndsSubscriptions(t *testing.T) {
	r := newRig(t)
	s := r.subscriber().subscribe(&pb.FetchRequest{TopicName: contactTopic, ReplayPreset: pb.ReplayPreset_EARLIEST, NumRequested: 2})
	r.make("Contact", obj{"LastName": "Seen"})
	s.events(1)
	r.server.pubsub.stop()
	if err := s.RecvMsg(new(pb.FetchResponse)); status.Code(err) != codes.Unavailable {
		t.Error(err)
	}
}
