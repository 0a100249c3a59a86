package salesforce_test

import (
	"context"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/avro"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"sidelight/models"
	"sidelight/sync/salesforce"
	pb "sidelight/sync/salesforce/eventbus"
)

// following is a change stream that is being listened to.
type following struct {
	t       *testing.T
	batches chan models.StreamBatch
	stop    func() error
	replay  string // behind the latest batch
}

// follow listens from a position; "" is from the moment at which follow returns, which it finds by
// making records until one is told of.
func (o *organization) follow(c *salesforce.Client, replay string) *following {
	o.t.Helper()
	ctx, cancel := context.WithCancel(ctx)
	f := &following{t: o.t, batches: make(chan models.StreamBatch, 1000), replay: replay}
	done := make(chan error, 1)
	go func() {
		done <- c.Stream(ctx, models.ContactObject, replay, func(_ context.Context, b models.StreamBatch) error { f.batches <- b; return nil })
	}()
	stopped := false
	f.stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	o.t.Cleanup(func() { _ = f.stop() })
	for i := 0; replay == "" && f.replay == ""; i++ {
		create(o, fmt.Sprintf("probe-%p-%d", f, i), contact("Probe", ""))
		select {
		case b := <-f.batches:
			f.replay = b.Replay
		case err := <-done:
			o.t.Fatal("the stream ended: ", err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	return f
}

// until collects hints until one is as wanted.
func (f *following) until(what string, wanted func(models.Hint, models.StreamBatch) bool) (hints []models.Hint) {
	f.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case b := <-f.batches:
			f.replay = b.Replay
			hints = append(hints, b.Hints...)
			for _, h := range append(slices.Clone(b.Hints), models.Hint{}) {
				if wanted(h, b) {
					return hints
				}
			}
		case <-late:
			f.t.Fatal("it did not come: ", what)
		}
	}
}

func (f *following) of(id string) models.Hint {
	f.t.Helper()
	hints := f.until("an event of "+id, func(h models.Hint, _ models.StreamBatch) bool { return h.ID == id })
	return hints[slices.IndexFunc(hints, func(h models.Hint) bool { return h.ID == id })]
}

func TestAnEventNamesTheFieldsThatChanged(t *testing.T) {
	o := start(t)
	page, err := o.List(ctx, models.AccountObject, nil, "")
	check(t, err)
	f := o.follow(o.Client, "")
	made := create(o, "named", contact("Named", "named@x.example").With(models.Values{"Phone": models.Text("1"), "MailingCity": models.Text("Rome")}))
	if h := f.of(made.ID); h.Fields != nil {
		t.Errorf("a create: %v", h.Fields)
	}
	for name, c := range map[string]struct {
		values models.Values
		fields []string // besides who changed it and when; nil for not known
	}{
		"plain fields, one cleared": {models.Values{"Title": models.Text("Boss"), "Phone": models.Blank}, []string{"Phone", "Title"}},
		"a part of the name":        {models.Values{"FirstName": models.Text("Ada")}, []string{"FirstName", "Name"}},
		"a part of an address":      {models.Values{"MailingCity": models.Blank, "MailingStreet": models.Text("Via Appia")}, []string{"MailingAddress", "MailingCity", "MailingStreet"}},
		"custom fields":             {models.Values{"LoyaltyPoints__c": models.Text("7"), "Newsletter__c": models.Text("true")}, []string{"LoyaltyPoints__c", "Newsletter__c"}},
		"a lookup":                  {models.Values{"AccountId": models.Text(page.Records[0].ID)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := o.Write(ctx, models.ContactObject, []models.Write{{Op: models.OpUpdate, ID: made.ID, Values: c.values}})
			check(t, err)
			if out[0].Err != nil {
				t.Fatal(out[0].Err)
			}
			h := f.of(made.ID)
			got := slices.DeleteFunc(slices.Clone(h.Fields), func(name string) bool { return name == "LastModifiedDate" || name == "LastModifiedById" })
			for name, v := range c.values {
				_, number := map[string]bool{"LoyaltyPoints__c": true}[name]
				told, ok := h.Values[name]
				if blankPart := name == "MailingCity"; ok != (c.fields != nil && !number && !blankPart) || ok && told != v {
					t.Errorf("%s: told %v %q", name, ok, told)
				}
			}
			if !h.ByUs {
				t.Error("the event is not known for that of our own write")
			}
			if (h.Fields == nil) != (c.fields == nil) || !slices.Equal(got, c.fields) || h.Deleted || h.At.IsZero() {
				t.Errorf("%+v", h)
			}
		})
	}
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+made.ID, nil)
	if h := f.of(made.ID); !h.Deleted || h.Fields != nil {
		t.Errorf("a deletion: %+v", h)
	}
	check(t, f.stop())
}

func TestABrokenStreamOfEventsIsNeverTakenForWhole(t *testing.T) {
	o := start(t)
	f := o.follow(o.Client, "")
	n := 0
	made := func() string {
		n++
		return create(o, fmt.Sprint("event-", n), contact("Event", "")).ID
	}
	o.fault(`{"kind":"event_gap","times":1}`)
	if h := f.of(made()); h.Fields != nil || h.Deleted {
		t.Errorf("a gap: %+v", h)
	}
	gone := made()
	f.of(gone)
	o.fault(`{"kind":"event_gap","times":1}`)
	o.outside("DELETE", "/services/data/v68.0/sobjects/Contact/"+gone, nil)
	if h := f.of(gone); !h.Deleted {
		t.Errorf("a gap of a deletion: %+v", h)
	}
	o.fault(`{"kind":"event_overflow","times":1}`)
	made()
	f.until("overflow", func(_ models.Hint, b models.StreamBatch) bool { return b.Overflow && len(b.Hints) == 0 })
	o.fault(`{"kind":"event_duplicate","times":1}`)
	twice, seen := made(), 0
	f.until("the same event twice", func(h models.Hint, _ models.StreamBatch) bool {
		if h.ID == twice {
			seen++
		}
		return seen == 2
	})
	o.fault(`{"kind":"event_reorder","times":1}`)
	first, second := made(), made()
	hints := f.until("the late event", func(h models.Hint, _ models.StreamBatch) bool { return h.ID == first })
	if !slices.ContainsFunc(hints, func(h models.Hint) bool { return h.ID == second }) {
		t.Errorf("the events were not reordered: %+v", hints)
	}
	o.fault(`{"kind":"event_loss","times":1}`)
	lost, after := made(), made()
	if hints := f.until("the event after the lost one", func(h models.Hint, _ models.StreamBatch) bool { return h.ID == after }); slices.ContainsFunc(hints, func(h models.Hint) bool { return h.ID == lost }) {
		t.Error("the event was not lost")
	}
	check(t, f.stop())
}

func TestMoreEventsAreAskedForAndASessionThatEndsMeanwhileIsRenewedWithoutLoss(t *testing.T) {
	o := start(t)
	f := o.follow(o.Client, "")
	o.fault(`{"kind":"revoke_tokens","after":3,"times":1}`)
	want := map[string]bool{}
	for i := range 5 {
		writes := make([]models.Write, 60)
		for j := range writes {
			writes[j] = models.Write{Op: models.OpCreate, LinkID: fmt.Sprint("more-", i, "-", j), Values: contact("More", fmt.Sprintf("more-%d-%d@x.example", i, j))}
		}
		for _, r := range o.write(writes) {
			want[r.ID] = true
		}
	}
	f.until("all of them", func(h models.Hint, _ models.StreamBatch) bool {
		delete(want, h.ID)
		return len(want) == 0
	})
	check(t, f.stop())
	if n := o.calls("POST /services/oauth2/token"); n != 2 {
		t.Errorf("%d sign-ins", n)
	}
}

// scripted is a Pub/Sub API over TLS that says what a test wants.
type scripted struct {
	address string
	ca      []byte
	schemas atomic.Int32
	topic   func(context.Context) (*pb.TopicInfo, error)
	stream  func(grpc.ServerStream) error
}

// refusal ends a call with the vendor's code in the trailer.
func refusal(set func(metadata.MD), code codes.Code, name string) error {
	if name != "" {
		set(metadata.Pairs("error-code", "sfdc.platform.eventbus.grpc."+name))
	}
	return status.Error(code, "as the vendor says it")
}

const eventSchemaText = `{"type":"record","name":"ContactChangeEvent","namespace":"com.sforce.eventbus","fields":[
{"name":"ChangeEventHeader","type":{"type":"record","name":"ChangeEventHeader","fields":[{"name":"changeType","type":"string"},{"name":"commitTimestamp","type":"long"},
{"name":"recordIds","type":{"type":"array","items":"string"}},{"name":"changedFields","type":{"type":"array","items":"string"}},{"name":"nulledFields","type":{"type":"array","items":"string"}}]}},
{"name":"Title","type":["null","string"],"default":null}]}`

var eventSchema = avro.MustParse(eventSchemaText)

// event is an update of the title.
func event(replay uint64) *pb.ConsumerEvent {
	payload, err := eventSchema.Encode(map[string]any{"Title": "Boss", "ChangeEventHeader": map[string]any{"changeType": "UPDATE", "commitTimestamp": int64(1_790_000_000_000),
		"recordIds": []any{"003000000000001AAA"}, "changedFields": []any{"0x02"}, "nulledFields": []any{}}})
	if err != nil {
		panic(err)
	}
	return &pb.ConsumerEvent{ReplayId: replayID(replay), Event: &pb.ProducerEvent{SchemaId: "one", Payload: payload}}
}

func replayID(n uint64) []byte { return []byte{0, 0, 0, 0, 0, 0, byte(n >> 8), byte(n)} }

func script(t *testing.T) *scripted {
	t.Helper()
	s := &scripted{topic: func(context.Context) (*pb.TopicInfo, error) {
		return &pb.TopicInfo{SchemaId: "one", CanSubscribe: true}, nil
	}}
	holder := httptest.NewTLSServer(nil) // for its certificate
	certificate := holder.TLS.Certificates[0]
	s.ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: holder.Certificate().Raw})
	holder.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	s.address = listener.Addr().String()
	server := grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&certificate)))
	answer := func(name string, handle func(ctx context.Context, decode func(any) error) (any, error)) grpc.MethodDesc {
		return grpc.MethodDesc{MethodName: name, Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			return handle(ctx, decode)
		}}
	}
	server.RegisterService(&grpc.ServiceDesc{ServiceName: "eventbus.v1.PubSub", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{
		answer("GetTopic", func(ctx context.Context, decode func(any) error) (any, error) {
			if err := decode(new(pb.TopicRequest)); err != nil {
				return nil, err
			}
			return s.topic(ctx)
		}),
		answer("GetSchema", func(_ context.Context, decode func(any) error) (any, error) {
			s.schemas.Add(1)
			return &pb.SchemaInfo{SchemaId: "one", SchemaJson: eventSchemaText}, decode(new(pb.SchemaRequest))
		}),
	}, Streams: []grpc.StreamDesc{{StreamName: "Subscribe", ServerStreams: true, ClientStreams: true, Handler: func(_ any, stream grpc.ServerStream) error { return s.stream(stream) }}}}, s)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-done; err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			t.Error(err)
		}
	})
	return s
}

func (o *organization) listen(s *scripted, silence time.Duration) *salesforce.Client {
	return o.client(func(cfg *salesforce.Config) {
		cfg.PubSubAddr, cfg.PubSubCA, cfg.StreamSilence = s.address, s.ca, silence
	})
}

func nothing(context.Context, models.StreamBatch) error { return nil }

func TestEveryErrorOfTheStreamHasItsCode(t *testing.T) {
	o := start(t)
	for name, c := range map[string]struct {
		status codes.Code
		code   models.Code
		retry  bool
	}{
		"subscription.fetch.replayid.corrupted":         {codes.InvalidArgument, models.CodeCursorExpired, false},
		"subscription.fetch.replayid.validation.failed": {codes.InvalidArgument, models.CodeCursorExpired, false},
		"service.auth.error":                            {codes.Unauthenticated, models.CodeBadCredentials, false},
		"service.auth.headers.invalid":                  {codes.Unauthenticated, models.CodeBadCredentials, false},
		"topic.not.found":                               {codes.NotFound, models.CodeNoAccess, false},
		"subscription.limit.exceeded":                   {codes.ResourceExhausted, models.CodeBusy, true},
		"concurrent.client.limit.exceeded":              {codes.ResourceExhausted, models.CodeBusy, true},
		"service.protection.triggered":                  {codes.ResourceExhausted, models.CodeBusy, true},
		"service.unavailable":                           {codes.Unavailable, models.CodeUpstreamUnavailable, true},
		"schema.not.found":                              {codes.NotFound, models.CodeUpstreamUnavailable, true},
		"something.new":                                 {codes.Internal, models.CodeUpstreamUnavailable, true},
		"something.new about access":                    {codes.PermissionDenied, models.CodeNoAccess, false},
		"something.new about limits":                    {codes.ResourceExhausted, models.CodeBusy, true},
		"":                                              {codes.Unauthenticated, models.CodeBadCredentials, false},
	} {
		for where, prepare := range map[string]func(*scripted){
			"before the stream": func(s *scripted) {
				s.topic = func(ctx context.Context) (*pb.TopicInfo, error) {
					return nil, refusal(func(md metadata.MD) { _ = grpc.SetTrailer(ctx, md) }, c.status, name)
				}
			},
			"at its beginning": func(s *scripted) {
				s.stream = func(stream grpc.ServerStream) error { return refusal(stream.SetTrailer, c.status, name) }
			},
			"in its middle": func(s *scripted) {
				s.stream = func(stream grpc.ServerStream) error {
					if err := stream.RecvMsg(new(pb.FetchRequest)); err != nil {
						return err
					}
					return refusal(stream.SetTrailer, c.status, name)
				}
			},
		} {
			t.Run(name+" "+where, func(t *testing.T) {
				s := script(t)
				prepare(s)
				err := o.listen(s, 0).Stream(ctx, models.ContactObject, hex.EncodeToString(replayID(7)), nothing)
				if models.CodeOf(err) != c.code || models.MayRetry(err) != c.retry {
					t.Errorf("%v, may retry: %v", err, models.MayRetry(err))
				}
			})
		}
	}
}

func TestAStreamThatEndsOrSaysNothingIsAnError(t *testing.T) {
	t.Parallel()
	o := start(t)
	for name, c := range map[string]struct {
		stream func(grpc.ServerStream) error
		handed int
	}{
		"it is closed in order": {func(grpc.ServerStream) error { return nil }, 0},
		"it says nothing":       {func(stream grpc.ServerStream) error { <-stream.Context().Done(); return stream.Context().Err() }, 0},
		"it falls silent": {func(stream grpc.ServerStream) error {
			if err := stream.SendMsg(&pb.FetchResponse{Events: []*pb.ConsumerEvent{event(8)}, LatestReplayId: replayID(9), PendingNumRequested: 99}); err != nil {
				return err
			}
			<-stream.Context().Done()
			return stream.Context().Err()
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := script(t)
			s.stream = c.stream
			handed := 0
			err := o.listen(s, time.Second).Stream(ctx, models.ContactObject, "", func(ctx context.Context, b models.StreamBatch) error {
				handed++
				if b.Replay != hex.EncodeToString(replayID(8)) || len(b.Hints) != 1 {
					t.Errorf("%+v", b)
				}
				// The handler's own time is not the vendor's silence.
				time.Sleep(1200 * time.Millisecond)
				return ctx.Err()
			})
			if models.CodeOf(err) != models.CodeUpstreamUnavailable || !models.MayRetry(err) || handed != c.handed {
				t.Errorf("%v, %d batches", err, handed)
			}
		})
	}
	t.Run("nobody may follow", func(t *testing.T) {
		s := script(t)
		s.topic = func(context.Context) (*pb.TopicInfo, error) { return &pb.TopicInfo{SchemaId: "one"}, nil }
		if err := o.listen(s, 0).Stream(ctx, models.ContactObject, "", nothing); models.CodeOf(err) != models.CodeNoAccess {
			t.Errorf("%v", err)
		}
	})
	t.Run("a stored position that is none", func(t *testing.T) {
		s := script(t)
		if err := o.listen(s, 0).Stream(ctx, models.ContactObject, "xyz", nothing); models.CodeOf(err) != models.CodeCursorExpired {
			t.Errorf("%v", err)
		}
	})
	t.Run("a batch that cannot be stored", func(t *testing.T) {
		s := script(t)
		s.stream = func(stream grpc.ServerStream) error {
			_ = stream.SendMsg(&pb.FetchResponse{Events: []*pb.ConsumerEvent{event(8)}, PendingNumRequested: 99})
			<-stream.Context().Done()
			return stream.Context().Err()
		}
		broken := errors.New("the store is gone")
		if err := o.listen(s, 0).Stream(ctx, models.ContactObject, "", func(context.Context, models.StreamBatch) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("%v", err)
		}
	})
}

func TestAKeepAliveMovesThePositionAndASchemaIsFetchedOnce(t *testing.T) {
	o := start(t)
	s := script(t)
	var asked []int32
	s.stream = func(stream grpc.ServerStream) error {
		pending := int32(0)
		answers := []*pb.FetchResponse{{Events: []*pb.ConsumerEvent{event(8)}, LatestReplayId: replayID(9)}, {LatestReplayId: replayID(10)}, {Events: []*pb.ConsumerEvent{event(11), event(12)}, LatestReplayId: replayID(20)}}
		for i, a := range answers {
			if pending == 0 {
				r := new(pb.FetchRequest)
				if err := stream.RecvMsg(r); err != nil {
					return err
				}
				if i == 0 && (r.TopicName != "/data/ContactChangeEvent" || r.ReplayPreset != pb.ReplayPreset_CUSTOM || string(r.ReplayId) != string(replayID(7))) || i > 0 && len(r.ReplayId) > 0 {
					return status.Error(codes.InvalidArgument, r.String())
				}
				asked = append(asked, r.NumRequested)
			}
			if a.PendingNumRequested = 99; i == 0 {
				a.PendingNumRequested = 0
			}
			pending = a.PendingNumRequested
			if err := stream.SendMsg(a); err != nil {
				return err
			}
		}
		return nil
	}
	var positions []string
	err := o.listen(s, 0).Stream(ctx, models.ContactObject, hex.EncodeToString(replayID(7)), func(_ context.Context, b models.StreamBatch) error {
		positions = append(positions, b.Replay[12:])
		for _, h := range b.Hints {
			if !slices.Equal(h.Fields, []string{"Title"}) {
				t.Errorf("%+v", h)
			}
		}
		return nil
	})
	if models.CodeOf(err) != models.CodeUpstreamUnavailable || !slices.Equal(positions, []string{"0008", "000a", "000c"}) || !slices.Equal(asked, []int32{100, 100}) || s.schemas.Load() != 1 {
		t.Errorf("%v, positions %v, asked for %v, %d schemas", err, positions, asked, s.schemas.Load())
	}
}

func TestASessionIsRenewedOnceForAStream(t *testing.T) {
	o := start(t)
	s := script(t)
	streams := 0
	s.stream = func(stream grpc.ServerStream) error {
		streams++
		r := new(pb.FetchRequest)
		if err := stream.RecvMsg(r); err != nil {
			return err
		}
		if streams == 1 {
			if err := stream.SendMsg(&pb.FetchResponse{Events: []*pb.ConsumerEvent{event(8)}, PendingNumRequested: 99}); err != nil {
				return err
			}
		} else if string(r.ReplayId) != string(replayID(8)) {
			return status.Error(codes.InvalidArgument, "it did not go on behind what was handed over")
		}
		return refusal(stream.SetTrailer, codes.Unauthenticated, "service.auth.error")
	}
	handed := 0
	err := o.listen(s, 0).Stream(ctx, models.ContactObject, "", func(context.Context, models.StreamBatch) error { handed++; return nil })
	// The first stream had handed something over, so that its end began a new count: one more
	// renewal, then the refusal stands.
	if models.CodeOf(err) != models.CodeBadCredentials || handed != 1 || streams != 2 {
		t.Errorf("%v, %d batches, %d streams", err, handed, streams)
	}
	if n := o.calls("POST /services/oauth2/token"); n != 2 {
		t.Errorf("%d sign-ins", n)
	}
}
