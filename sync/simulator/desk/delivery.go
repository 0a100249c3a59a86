package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"sidelight/sync/simulator/fault"
)

const (
	// maxPending bounds a subscriber's queue; the oldest events are dropped.
	maxPending = 10_000
	// maxBatch is how many events one delivery carries.
	maxBatch = 20
)

// defaultRedelivery is when a delivery that failed is tried again. The vendor tries again but
// documents neither how often nor when: nobody may rely on it.
var defaultRedelivery = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second}

// event is one element of a delivery's array.
type event struct {
	Payload   map[string]any `json:"payload"`
	PrevState map[string]any `json:"prevState,omitempty"`
	EventType string         `json:"eventType"`
	EventTime string         `json:"eventTime"` // milliseconds
	OrgID     string         `json:"orgId"`

	failed int // deliveries that failed so far
}

// queue is what waits for one subscriber, in order. busy says that a delivery is under way.
type queue struct {
	pending []event
	held    []event // kept back by event_reorder until another event comes
	busy    bool
}

// announce queues an event for every enabled webhook that subscribes to it, but not for the one
// whose ignoreSourceId the caller sent as sourceId; s.mu is held.
func (s *Server) announce(c *call, kind string, payload, previous map[string]any) {
	source := c.Header.Get("sourceId")
	told := false
	for _, w := range s.orderedWebhooks() {
		if _, subscribed := w.Subscriptions[kind]; !subscribed || !w.IsEnabled || source != "" && source == w.IgnoreSourceID {
			continue
		}
		e := event{Payload: payload, EventType: kind, EventTime: strconv.FormatInt(s.now().UnixMilli(), 10), OrgID: s.settings.OrgID}
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
	q.push(e)
	if _, twice := s.faults.Effect(fault.EventDuplicate, e.EventType); twice {
		q.push(e)
	}
	q.push(q.held...)
	q.held = nil
}

// push adds events at the end; the oldest are dropped.
func (q *queue) push(events ...event) {
	q.pending = append(q.pending, events...)
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

// deliverAll hands out the queues, one delivery at a time for each subscriber so that order holds,
// until ctx ends.
func (s *Server) deliverAll(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for {
		for _, next := range s.claim() {
			running.Go(func() {
				for wait, again := range s.deliver(ctx, next) {
					running.Go(func() { s.redeliver(ctx, next, wait, again) })
				}
			})
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

// deliver posts one batch and returns what is to be tried again, by how long to wait for it: later
// events do not wait, so a failure ends the order. 410 ends the subscription.
func (s *Server) deliver(ctx context.Context, d delivery) (again map[time.Duration][]event) {
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
		again = map[time.Duration][]event{}
		for _, e := range d.batch {
			if status != http.StatusGone && e.failed < len(s.cfg.Redelivery) {
				wait := s.cfg.Redelivery[e.failed]
				e.failed++
				again[wait] = append(again[wait], e)
			}
		}
	}
	s.mu.Lock()
	d.queue.busy = false
	if status == http.StatusGone && s.webhooks[d.hook.ID] != nil {
		s.faults.Count("webhook.removed", 1)
		if s.commit(put{Kind: kindWebhook, ID: d.hook.ID}) != nil {
			// The journal is gone; the subscriber said no all the same.
			delete(s.webhooks, d.hook.ID)
			delete(s.queues, d.hook.ID)
		}
	}
	s.mu.Unlock()
	s.nudge()
	return again
}

// redeliver queues events again after a wait, unless the subscription or Run has ended by then.
func (s *Server) redeliver(ctx context.Context, d delivery, wait time.Duration, events []event) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return
	case <-timer.C:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queues[d.hook.ID] == d.queue {
		d.queue.push(events...)
		s.nudge()
	}
}
