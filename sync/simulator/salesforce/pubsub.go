package salesforce

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"sidelight/sync/simulator/fault"
	pb "sidelight/sync/simulator/salesforce/eventbus"
)

// maxRequested is how many events a subscriber may have asked for and not got.
const maxRequested = 100

// pubsub is the gRPC side: change events for those who subscribe.
type pubsub struct {
	mu      sync.Mutex
	server  *grpc.Server
	stopped bool
	schemas map[string]*changeSchema // by object
}

// api is the service as the vendor names it.
var api = grpc.ServiceDesc{
	ServiceName: "eventbus.v1.PubSub",
	HandlerType: (*any)(nil),
	Methods: []grpc.MethodDesc{
		{MethodName: "GetTopic", Handler: unary(func(s *Server, ctx context.Context, r *pb.TopicRequest) (*pb.TopicInfo, error) {
			return s.topic(ctx, r)
		})},
		{MethodName: "GetSchema", Handler: unary(func(s *Server, ctx context.Context, r *pb.SchemaRequest) (*pb.SchemaInfo, error) {
			return s.schema(ctx, r)
		})},
	},
	Streams: []grpc.StreamDesc{{StreamName: "Subscribe", ServerStreams: true, ClientStreams: true, Handler: func(srv any, stream grpc.ServerStream) error {
		return srv.(*Server).subscribe(stream)
	}}},
}

func unary[Q, A any](handle func(*Server, context.Context, *Q) (*A, error)) func(any, context.Context, func(any) error, grpc.UnaryServerInterceptor) (any, error) {
	return func(srv any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
		request := new(Q)
		if err := decode(request); err != nil {
			return nil, err
		}
		return handle(srv.(*Server), ctx, request)
	}
}

// ServePubSub serves the Pub/Sub API over TLS until Close.
func (s *Server) ServePubSub(l net.Listener) error {
	config, err := s.tlsConfig()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	s.pubsub.mu.Lock()
	if s.pubsub.stopped {
		s.pubsub.mu.Unlock()
		return l.Close()
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(config)))
	server.RegisterService(&api, s)
	s.pubsub.server = server
	s.pubsub.mu.Unlock()
	return server.Serve(l)
}

// stop ends every subscription.
func (p *pubsub) stop() {
	p.mu.Lock()
	p.stopped = true
	server := p.server
	p.mu.Unlock()
	if server != nil {
		server.Stop()
	}
}

const errorPrefix = "sfdc.platform.eventbus.grpc."

// refuse ends a call with the vendor's own code in the trailer.
func refuse(ctx context.Context, code codes.Code, name, message string) error {
	_ = grpc.SetTrailer(ctx, metadata.Pairs("error-code", errorPrefix+name))
	return status.Error(code, message)
}

// caller checks the metadata that every call carries.
func (s *Server) caller(ctx context.Context) error {
	md, _ := metadata.FromIncomingContext(ctx)
	one := func(name string) string { return strings.Join(md.Get(name), "") }
	if one("accesstoken") == "" || one("instanceurl") == "" || one("tenantid") == "" {
		return refuse(ctx, codes.Unauthenticated, "service.auth.headers.invalid", "accesstoken, instanceurl and tenantid are needed")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.signedIn(one("accesstoken")); err != nil || (one("tenantid") != s.orgID() && one("tenantid") != s.orgID()[:15]) {
		return refuse(ctx, codes.Unauthenticated, "service.auth.error", "authentication exception occurred")
	}
	return nil
}

// changeSchema is the schema of the topic's object; false for a topic that is not.
func (s *Server) topicSchema(topic string) (*changeSchema, bool) {
	name, ok := strings.CutPrefix(topic, "/data/")
	name, ok2 := strings.CutSuffix(name, "ChangeEvent")
	t := s.db.table(name)
	if !ok || !ok2 || t == nil || !t.events {
		return nil, false
	}
	s.pubsub.mu.Lock()
	defer s.pubsub.mu.Unlock()
	if s.pubsub.schemas == nil {
		s.pubsub.schemas = map[string]*changeSchema{}
	}
	if s.pubsub.schemas[t.name] == nil {
		made, err := schemaOf(t.object)
		if err != nil {
			return nil, false
		}
		s.pubsub.schemas[t.name] = made
	}
	return s.pubsub.schemas[t.name], true
}

func (s *Server) topic(ctx context.Context, r *pb.TopicRequest) (*pb.TopicInfo, error) {
	if err := s.caller(ctx); err != nil {
		return nil, err
	}
	schema, ok := s.topicSchema(r.TopicName)
	if !ok {
		return nil, refuse(ctx, codes.NotFound, "topic.not.found", "The topic "+r.TopicName+" does not exist")
	}
	if rule, on := s.faults.Effect(fault.StreamRefuse, r.TopicName, objectOf(r.TopicName)); on {
		code, name := refusal(rule)
		return nil, refuse(ctx, code, name, "simulated")
	}
	return &pb.TopicInfo{TopicName: r.TopicName, TenantGuid: "core/sim/" + s.orgID(), CanSubscribe: true, SchemaId: schema.id, RpcId: transactionKey()}, nil
}

func (s *Server) schema(ctx context.Context, r *pb.SchemaRequest) (*pb.SchemaInfo, error) {
	if err := s.caller(ctx); err != nil {
		return nil, err
	}
	for _, t := range s.db.sorted() {
		if schema, ok := s.topicSchema("/data/" + t.name + "ChangeEvent"); ok && schema.id == r.SchemaId {
			if rule, on := s.faults.Effect(fault.StreamRefuse, "schema", t.name); on {
				code, name := refusal(rule)
				return nil, refuse(ctx, code, name, "simulated")
			}
			return &pb.SchemaInfo{SchemaJson: schema.text, SchemaId: schema.id, RpcId: transactionKey()}, nil
		}
	}
	return nil, refuse(ctx, codes.NotFound, "schema.not.found", "The schema does not exist")
}

func replayBytes(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// subscription is one subscriber.
type subscription struct {
	server *Server
	stream grpc.ServerStream
	topic  string
	schema *changeSchema
	at     uint64
	credit int32
	silent bool // by a fault: it looks alive and says nothing
}

// objectOf is the object of a topic.
func objectOf(topic string) string {
	return strings.TrimSuffix(strings.TrimPrefix(topic, "/data/"), "ChangeEvent")
}

// refusal is the vendor's code that a fault refuses a call with, and the status that goes with it.
func refusal(rule fault.Rule) (codes.Code, string) {
	switch name := rule.Code; {
	case name == "" || name == "service.unavailable":
		return codes.Unavailable, "service.unavailable"
	case name == "subscription.limit.exceeded" || name == "service.protection.triggered":
		return codes.ResourceExhausted, name
	case strings.HasPrefix(name, "service.auth."):
		return codes.Unauthenticated, name
	case strings.HasSuffix(name, ".not.found"):
		return codes.NotFound, name
	default:
		return codes.InvalidArgument, name
	}
}

// subscribe hands events over as they are asked for. With nothing to say it sends an empty answer
// from time to time, with the newest replay id.
func (s *Server) subscribe(stream grpc.ServerStream) error {
	ctx := stream.Context()
	if err := s.caller(ctx); err != nil {
		return err
	}
	sub := &subscription{server: s, stream: stream}
	requests, ended := receive(stream)
	pause := s.pause()
	keepAlive, silence := time.NewTimer(pause), time.NewTimer(s.cfg.IdleTimeout)
	defer keepAlive.Stop()
	defer silence.Stop()
	for {
		var more <-chan struct{}
		if sub.topic != "" {
			sent, wake, err := sub.send()
			if err != nil {
				return err
			}
			if sent {
				keepAlive.Reset(pause)
				silence.Reset(s.cfg.IdleTimeout)
				continue
			}
			more = wake
		}
		var idle <-chan time.Time
		if sub.credit == 0 {
			idle = silence.C
		}
		select {
		case <-idle:
			return nil // the vendor ends a stream of which nothing is asked
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		case r := <-requests:
			if err := sub.ask(r); err != nil {
				return err
			}
		case <-more:
		case <-keepAlive.C:
			keepAlive.Reset(pause)
			if sub.topic == "" {
				continue
			}
			if err := sub.empty(); err != nil {
				return err
			}
		}
	}
}

// receive hands over the requests of a stream until it ends, and then why it did.
func receive(stream grpc.ServerStream) (<-chan *pb.FetchRequest, <-chan error) {
	requests, ended := make(chan *pb.FetchRequest), make(chan error, 1)
	go func() {
		for {
			r := new(pb.FetchRequest)
			if err := stream.RecvMsg(r); err != nil {
				ended <- err
				return
			}
			select {
			case requests <- r:
			case <-stream.Context().Done():
				return
			}
		}
	}()
	return requests, ended
}

// pause is how long a subscription with nothing to say stays silent.
func (s *Server) pause() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(orDefault(s.settings.KeepAliveSeconds, s.cfg.KeepAlive.Seconds()) * float64(time.Second))
}

// ask takes a request: the first one says what and from where, each how many more.
func (sub *subscription) ask(r *pb.FetchRequest) error {
	ctx := sub.stream.Context()
	refused := func(code codes.Code, name, message string) error {
		sub.stream.SetTrailer(metadata.Pairs("error-code", errorPrefix+name))
		return status.Error(code, message)
	}
	if r.NumRequested < 1 || sub.credit+r.NumRequested > maxRequested {
		return refused(codes.InvalidArgument, "subscription.fetch.requested.events.invalid", "num_requested must lie between 1 and 100 in all")
	}
	sub.credit += r.NumRequested
	if sub.topic != "" {
		return sub.server.caller(ctx)
	}
	schema, ok := sub.server.topicSchema(r.TopicName)
	if !ok {
		return refused(codes.NotFound, "topic.not.found", "The topic "+r.TopicName+" does not exist")
	}
	sub.schema = schema
	s := sub.server
	if rule, on := s.faults.Effect(fault.StreamRefuse, r.TopicName, objectOf(r.TopicName)); on {
		code, name := refusal(rule)
		return refused(code, name, "simulated")
	}
	_, sub.silent = s.faults.Effect(fault.StreamSilence, r.TopicName, objectOf(r.TopicName))
	switch r.ReplayPreset {
	case pb.ReplayPreset_LATEST:
		sub.at = s.bus.newest()
	case pb.ReplayPreset_EARLIEST:
		sub.at = s.bus.oldest(s.faults.Now())
	default:
		if len(r.ReplayId) != 8 {
			return refused(codes.InvalidArgument, "subscription.fetch.replayid.validation.failed", "The Replay ID validation failed. Ensure that the Replay ID is valid.")
		}
		sub.at = binary.BigEndian.Uint64(r.ReplayId)
		_, expired := s.faults.Effect(fault.ReplayExpired, r.TopicName)
		if expired || sub.at < s.bus.oldest(s.faults.Now()) || sub.at > s.bus.newest() {
			return refused(codes.InvalidArgument, "subscription.fetch.replayid.corrupted", "The Replay ID is corrupted or outside of the retention window.")
		}
	}
	sub.topic = r.TopicName
	s.faults.Count("subscribe "+r.TopicName, 1)
	return nil
}

// send hands over what there is, as far as it was asked for; when there is nothing, wake is closed
// once there may be.
func (sub *subscription) send() (sent bool, wake <-chan struct{}, err error) {
	if sub.credit == 0 || sub.silent {
		return false, nil, nil
	}
	events, newest, wake := sub.server.bus.after(sub.topic, sub.at, int(sub.credit))
	if len(events) == 0 {
		return false, wake, nil
	}
	if err := sub.unbroken(); err != nil {
		return false, nil, err
	}
	if !sub.server.deliver(len(events)) {
		sub.stream.SetTrailer(metadata.Pairs("error-code", errorPrefix+"subscription.limit.exceeded"))
		return false, nil, status.Error(codes.ResourceExhausted, "the daily limit of delivered events is exceeded")
	}
	out := &pb.FetchResponse{RpcId: transactionKey(), LatestReplayId: replayBytes(newest)}
	for _, e := range events {
		payload, err := sub.schema.encode(e)
		if err != nil {
			return false, nil, status.Error(codes.Internal, err.Error())
		}
		out.Events = append(out.Events, &pb.ConsumerEvent{ReplayId: replayBytes(e.Replay), Event: &pb.ProducerEvent{Id: e.UUID, SchemaId: sub.schema.id, Payload: payload}})
		sub.at = e.Replay
	}
	if len(events) == int(sub.credit) {
		out.LatestReplayId = replayBytes(sub.at) // there may be more, which must not be skipped
	}
	//nolint:gosec // never more than the credit, which is an int32
	sub.credit -= int32(len(events))
	out.PendingNumRequested = sub.credit
	sub.server.faults.Count("event "+sub.topic, len(events))
	return true, nil, sub.stream.SendMsg(out)
}

// unbroken asks the fault script whether the connection is lost just now.
func (sub *subscription) unbroken() error {
	if _, lost := sub.server.faults.Effect(fault.StreamBreak, sub.topic, objectOf(sub.topic)); lost {
		return status.Error(codes.Unavailable, "connection reset by peer")
	}
	return nil
}

// deliver counts events against the limit of 24 hours, or says that they are too many.
func (s *Server) deliver(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.renewUsage(s.now())
	if s.usage.delivered+n > s.dailyDeliveries() {
		return false
	}
	s.usage.delivered += n
	return true
}

// empty says nothing but that the subscription lives, and where it is.
func (sub *subscription) empty() error {
	if sub.silent {
		return nil
	}
	if err := sub.unbroken(); err != nil {
		return err
	}
	newest := sub.server.bus.newest()
	if events, _, _ := sub.server.bus.after(sub.topic, sub.at, 1); len(events) > 0 {
		newest = sub.at // what was not asked for yet must not be skipped
	}
	return sub.stream.SendMsg(&pb.FetchResponse{RpcId: transactionKey(), LatestReplayId: replayBytes(newest), PendingNumRequested: sub.credit})
}
