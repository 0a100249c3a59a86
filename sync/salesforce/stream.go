package salesforce

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/twmb/avro"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"sidelight/models"
	pb "sidelight/sync/salesforce/eventbus"
)

const (
	// fetchSize is how many events are asked for at a time; the vendor allows 100 in all.
	fetchSize = 100
	// streamSilence is how long a healthy stream may say nothing: an empty batch comes within 270
	// s.
	streamSilence = 5 * time.Minute
	// keepaliveEvery is how often the connection is pinged. A server with gRPC's default policy
	// ends the connection of a client that pings more often than every five minutes
	// (too_many_pings), with all its streams.
	keepaliveEvery = 6 * time.Minute
	service        = "/eventbus.v1.PubSub/"
)

// Streams tells whether a Pub/Sub address is configured.
func (c *Client) Streams() bool { return c.cfg.PubSubAddr != "" }

// Stream hands over an object's change events after replay until ctx ends or the stream fails. An
// expired replay position is CURSOR_EXPIRED. A stream that says nothing for longer than the
// vendor's keep-alive has died: that is an error too.
func (c *Client) Stream(
	ctx context.Context, object models.SyncObject, replay string, handle func(context.Context, models.StreamBatch) error,
) error {
	return c.subscribe(ctx, sobject(object), replay, func(ctx context.Context, changes []change, replay string) error {
		return handle(ctx, c.hints(object, changes, replay))
	})
}

// subscribe hands over the change events of an object, each batch with the position behind it.
func (c *Client) subscribe(
	ctx context.Context, name, replay string, handle func(ctx context.Context, changes []change, replay string) error,
) error {
	who, err := c.identify(ctx)
	if err != nil {
		return err
	}
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	s := &subscription{client: c, conn: conn, topic: "/data/" + name + "ChangeEvent", schemas: map[string]*eventSchema{}}
	stale := ""
	for attempt := 0; ; attempt++ {
		token, instance, err := c.token(ctx, stale)
		if err != nil {
			return err
		}
		err = s.run(
			metadata.AppendToOutgoingContext(ctx, "accesstoken", token, "instanceurl", instance, "tenantid", who.org), &replay,
			handle,
		)
		if ctx.Err() != nil {
			return nil
		}
		// A session that has ended is renewed once; what was handed over meanwhile counts as a new
		// beginning.
		if models.CodeOf(err) != models.CodeBadCredentials || (attempt > 0 && !s.progressed) {
			return err
		}
		stale, s.progressed = token, false
	}
}

func (c *Client) dial() (*grpc.ClientConn, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if len(c.cfg.PubSubCA) > 0 && !roots.AppendCertsFromPEM(c.cfg.PubSubCA) {
		return nil, models.Errorf(models.CodeBadUserInput, "the certificate authority for the Pub/Sub API is not PEM")
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepaliveEvery, Timeout: 20 * time.Second}),
	}
	if c.cfg.DialPubSub != nil {
		options = append(options, grpc.WithContextDialer(c.cfg.DialPubSub))
	}
	conn, err := grpc.NewClient(c.cfg.PubSubAddr, options...)
	if err != nil {
		return nil, models.Wrap(err, models.CodeBadUserInput, "the address of the Pub/Sub API is not HOST:PORT")
	}
	return conn, nil
}

// subscription is one stream of change events.
type subscription struct {
	client     *Client
	conn       *grpc.ClientConn
	topic      string
	schemas    map[string]*eventSchema
	progressed bool
}

// eventSchema is how the events of an object are encoded.
type eventSchema struct {
	avro   *avro.Schema
	places []place
}

// prepare fetches the topic's schema before the first event comes: what goes wrong with the session
// or the topic does so while nothing is missed.
func (s *subscription) prepare(ctx context.Context) error {
	info := new(pb.TopicInfo)
	if err := s.invoke(ctx, "GetTopic", &pb.TopicRequest{TopicName: s.topic}, info); err != nil {
		return err
	}
	if !info.CanSubscribe {
		return models.Errorf(models.CodeNoAccess, "the Salesforce user may not follow change events of the object")
	}
	_, err := s.schema(ctx, info.SchemaId)
	return err
}

func (s *subscription) invoke(ctx context.Context, method string, in, out any) error {
	var trailer metadata.MD
	if err := s.conn.Invoke(ctx, service+method, in, out, grpc.Trailer(&trailer)); err != nil {
		return streamError(ctx, err, trailer)
	}
	return nil
}

func (s *subscription) run(
	ctx context.Context, replay *string, handle func(ctx context.Context, changes []change, replay string) error,
) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := s.client.cfg.StreamSilence
	dead := time.AfterFunc(silence, func() { cancel(errSilent) })
	defer dead.Stop()
	if err := s.prepare(ctx); err != nil {
		return err
	}
	ask := &pb.FetchRequest{TopicName: s.topic, NumRequested: fetchSize}
	if *replay != "" {
		id, err := hex.DecodeString(*replay)
		if err != nil {
			return models.Errorf(models.CodeCursorExpired, "the stored replay position is not readable")
		}
		ask.ReplayPreset, ask.ReplayId = pb.ReplayPreset_CUSTOM, id
	}
	stream, err := s.conn.NewStream(
		ctx, &grpc.StreamDesc{StreamName: "Subscribe", ServerStreams: true, ClientStreams: true}, service+"Subscribe",
	)
	if err != nil {
		return streamError(ctx, err, nil)
	}
	for {
		if ask != nil {
			// A stream that has ended refuses to take more; why it ended is for RecvMsg to say.
			if err := stream.SendMsg(ask); err != nil && !errors.Is(err, io.EOF) {
				return streamError(ctx, err, stream.Trailer())
			}
			ask = nil
		}
		batch := new(pb.FetchResponse)
		if err := stream.RecvMsg(batch); err != nil {
			return streamError(ctx, err, stream.Trailer())
		}
		changes, position, err := s.batch(ctx, batch)
		if err != nil {
			return err
		}
		dead.Stop() // the time that the handler takes is not Salesforce's silence
		if err := handle(ctx, changes, position); err != nil {
			return err
		}
		dead.Reset(silence)
		*replay, s.progressed = position, true
		if batch.PendingNumRequested == 0 {
			ask = &pb.FetchRequest{TopicName: s.topic, NumRequested: fetchSize}
		}
	}
}

var errSilent = errors.New("the stream said nothing for too long")

// batch reads the events of a batch. The position behind it is the last event's, or the vendor's
// newest where there was none.
func (s *subscription) batch(ctx context.Context, in *pb.FetchResponse) (changes []change, position string, err error) {
	position = hex.EncodeToString(in.LatestReplayId)
	for _, e := range in.Events {
		position = hex.EncodeToString(e.ReplayId)
		if e.Event == nil {
			continue
		}
		one, err := s.change(ctx, e.Event)
		if err != nil {
			return nil, "", err
		}
		changes = append(changes, one)
	}
	return changes, position, nil
}

// change is a change event: its header, its fields as they were decoded, and which of them changed
// (nil when that is not known).
type change struct {
	header
	fields  map[string]any
	changed []string
	values  models.Values // of changed fields, as far as they are texts, switches or cleared
}

// hints are what the events of a synced object say.
func (c *Client) hints(object models.SyncObject, changes []change, replay string) models.StreamBatch {
	out := models.StreamBatch{Object: object, Replay: replay}
	us := c.knownUser()
	for _, h := range changes {
		if h.changeType == "GAP_OVERFLOW" {
			out.Overflow = true
			continue
		}
		for _, id := range h.ids {
			out.Hints = append(
				out.Hints,
				models.Hint{
					ID: id, Deleted: h.changeType == "DELETE" || h.changeType == "GAP_DELETE", At: h.at,
					Fields: h.changed, Values: h.values,
					// Collections and composite calls leave no name in the origin (facts §4).
					ByUs: us != "" && h.user == us,
				},
			)
		}
	}
	return out
}

// header is what is read of an event: the engine reads the record itself again.
type header struct {
	changeType, user string
	ids              []string
	at               time.Time
	bitmaps          []string // of changed and of cleared fields
}

func (s *subscription) change(ctx context.Context, e *pb.ProducerEvent) (change, error) {
	schema, err := s.schema(ctx, e.SchemaId)
	if err != nil {
		return change{}, err
	}
	return schema.decode(e.Payload)
}

func (s *eventSchema) decode(payload []byte) (change, error) {
	var decoded map[string]any
	if _, err := s.avro.Decode(payload, &decoded); err != nil {
		return change{}, unavailable(err, "a change event of Salesforce could not be decoded")
	}
	h, err := readHeader(decoded)
	changed := h.changedFields(s.places)
	return change{h, decoded, changed, valuesOf(decoded, s.places, changed)}, err
}

func readHeader(event map[string]any) (header, error) {
	fields, ok := event["ChangeEventHeader"].(map[string]any)
	if !ok {
		return header{}, unavailable(nil, "a change event of Salesforce has no header")
	}
	var h header
	h.changeType, _ = fields["changeType"].(string)
	h.user, _ = fields["commitUser"].(string)
	if at, ok := fields["commitTimestamp"].(int64); ok {
		h.at = time.UnixMilli(at).UTC()
	}
	for _, id := range texts(fields["recordIds"]) {
		if len(id) == 18 {
			h.ids = append(h.ids, id)
		}
	}
	h.bitmaps = append(texts(fields["changedFields"]), texts(fields["nulledFields"])...)
	if h.changeType == "" {
		return header{}, unavailable(nil, "a change event of Salesforce does not say what changed")
	}
	return h, nil
}

// texts are the texts of a decoded list.
func texts(list any) []string {
	var out []string
	items, _ := list.([]any)
	for _, item := range items {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// schema fetches a schema once.
func (s *subscription) schema(ctx context.Context, id string) (*eventSchema, error) {
	if known := s.schemas[id]; known != nil {
		return known, nil
	}
	info := new(pb.SchemaInfo)
	if err := s.invoke(ctx, "GetSchema", &pb.SchemaRequest{SchemaId: id}, info); err != nil {
		return nil, err
	}
	parsed, err := avro.Parse(info.SchemaJson)
	if err != nil {
		return nil, unavailable(err, "a schema of Salesforce's change events could not be read")
	}
	s.schemas[id] = &eventSchema{parsed, placesOf(parsed)}
	return s.schemas[id], nil
}

// errorPrefix begins the vendor's codes in the trailer error-code.
const errorPrefix = "sfdc.platform.eventbus.grpc."

// streamMeanings are the vendor's codes of the Pub/Sub API, without their prefix (facts §4).
var streamMeanings = map[string]models.Error{
	"subscription.fetch.replayid.corrupted": {
		Code: models.CodeCursorExpired, Message: "Salesforce no longer keeps the changes since the stored position",
	},
	"subscription.fetch.replayid.validation.failed": {
		Code: models.CodeCursorExpired, Message: "Salesforce does not know the stored position in its changes",
	},
	"service.auth.error": {
		Code: models.CodeBadCredentials, Message: "Salesforce does not accept the session for change events",
	},
	"service.auth.headers.invalid": {
		Code: models.CodeBadCredentials, Message: "Salesforce does not accept the session for change events",
	},
	"topic.not.found": {
		Code:    models.CodeNoAccess,
		Message: "change events are not enabled for the object: choose it under Setup, Change Data Capture",
	},
	"subscription.limit.exceeded": {
		Code: models.CodeBusy, Message: "Salesforce delivers no more change events today", Retry: true,
		RetryAfter: 15 * time.Minute,
	},
	"concurrent.client.limit.exceeded": {
		Code: models.CodeBusy, Message: "too many programs follow Salesforce's change events", Retry: true,
		RetryAfter: time.Minute,
	},
	"service.protection.triggered": {
		Code: models.CodeBusy, Message: "Salesforce limits change events just now", Retry: true, RetryAfter: time.Minute,
	},
	"service.unavailable": {
		Code: models.CodeUpstreamUnavailable, Message: "Salesforce's change events are not available", Retry: true,
	},
}

// streamError reads the vendor's code from the trailer, and else the status. A stream never ends
// without an error: not even when Salesforce closes it in order.
func streamError(ctx context.Context, err error, trailer metadata.MD) error {
	if errors.Is(context.Cause(ctx), errSilent) {
		return unavailable(errSilent, "Salesforce's change stream went silent")
	}
	if known, ok := streamMeanings[strings.TrimPrefix(strings.Join(trailer.Get("error-code"), ""), errorPrefix)]; ok {
		known.Cause = err
		return &known
	}
	switch status.Code(err) {
	case codes.Unauthenticated:
		return models.Wrap(err, models.CodeBadCredentials, "Salesforce does not accept the session for change events")
	case codes.PermissionDenied:
		return models.Wrap(err, models.CodeNoAccess, "the Salesforce user may not follow change events of the object")
	case codes.ResourceExhausted:
		return &models.Error{
			Code: models.CodeBusy, Message: "Salesforce limits change events just now", Cause: err, Retry: true,
			RetryAfter: time.Minute,
		}
	}
	return unavailable(err, "Salesforce's change stream ended")
}
