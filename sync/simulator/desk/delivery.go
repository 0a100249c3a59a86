package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"sidelight/sync/simulator/fault"
)

const (
	// maxPending bounds a subscriber's queue; the oldest events make room.
	maxPending = 10_000
	// maxBatch is how many events one delivery carries.
	maxBatch = 20
)

// event is one element of a delivery's array.
type event struct {
	Payload   map[string]any `json:"payload"`
	PrevState map[string]any `json:"prevState,omitempty"`
	EventType string         `json:"eventType"`
	EventTime string         `json:"eventTime"` // milliseconds
	OrgID     string         `json:"orgId"`
}

// queue is what waits for one subscriber, in order. busy says that a delivery is under way.
type queue struct {
	pending []event
	held    []event // kept back by event_reorder until another event comes
	busy    bool
}

// announce queues an event for every enabled webhook that subscribes to it, but not for the one whose ignoreSourceId
// the caller sent as sourceId; s.mu is held.
func (s *Server) announce(c *call, kind string, payload, previous map[string]any) {
	source := c.Header.Get("sourceId")
	told := false
	for _, w := range s.orderedWebhooks() {
		if _, subscribed := w.Subscriptions[kind]; !subscribed || !w.IsEnabled || source != "" && source == w.IgnoreSourceID {
			continue
		}
		e := event{Payload: payload, EventType: kind, EventTime: strconv.FormatInt(s.now().UnixMilli(), 10), OrgID: OrgID}
		if w.wantsPrevious(kind) {
			e.PrevState = previous
		}
		s.enqueue(s.queues[w.ID], e)
		told = true
	}
	if told {
		s.nudge()
	}
}

// enqueue adds an event to a queue, as the event effects of the fault script let it.
func (s *Server) enqueue(q *queue, e event) {
	if _, lost := s.faults.Effect(fault.EventLoss, e.EventType); lost {
		return
	}
	if _, later := s.faults.Effect(fault.EventReorder, e.EventType); later {
		q.held = append(q.held, e)
		return
	}
	q.pending = append(q.pending, e)
	if _, twice := s.faults.Effect(fault.EventDuplicate, e.EventType); twice {
		q.pending = append(q.pending, e)
	}
	q.pending = append(q.pending, q.held...)
	q.held = nil
	if over := len(q.pending) - maxPending; over > 0 {
		q.pending = q.pending[over:]
	}
}

// nudge wakes Run without waiting for it.
func (s *Server) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// deliverAll hands out the queues, one delivery at a time for each subscriber so that order holds, until ctx ends.
func (s *Server) deliverAll(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for {
		for _, next := range s.claim() {
			running.Go(func() { s.deliver(ctx, next) })
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		}
	}
}

// delivery is a batch on its way to a subscriber.
type delivery struct {
	hook  *webhook
	queue *queue
	batch []event
}

// claim takes the next batch of every subscriber that has one and is not busy.
func (s *Server) claim() (out []delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, q := range s.queues {
		if q.busy || len(q.pending) == 0 {
			continue
		}
		n := min(len(q.pending), maxBatch)
		out = append(out, delivery{s.webhooks[id], q, q.pending[:n:n]})
		q.pending = q.pending[n:]
		q.busy = true
	}
	return out
}

// deliver posts one batch. A failed delivery is not repeated: the vendor documents no retries, so nobody may rely on
// them. 410 ends the subscription.
func (s *Server) deliver(ctx context.Context, d delivery) {
	status := 0
	body, err := json.Marshal(d.batch)
	if err == nil {
		var signature string
		if signature, err = s.sign(d.hook.ID); err == nil {
			status, err = s.callHook(ctx, http.MethodPost, d.hook.URL, body, signature)
		}
	}
	if err == nil && status == http.StatusOK {
		s.faults.Count("webhook.delivered", len(d.batch))
	} else {
		s.faults.Count("webhook.failed", len(d.batch))
	}
	s.mu.Lock()
	d.queue.busy = false
	if status == http.StatusGone && s.webhooks[d.hook.ID] != nil {
		s.faults.Count("webhook.removed", 1)
		if s.commit(put{Kind: kindWebhook, ID: d.hook.ID}) != nil {
			delete(s.webhooks, d.hook.ID) // the journal is gone; the subscriber said no all the same
			delete(s.queues, d.hook.ID)
		}
	}
	s.mu.Unlock()
	s.nudge()
}
