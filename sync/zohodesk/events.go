package zohodesk

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"sidelight/models"
)

// WebhookEvent is what one event of a delivery says: a record, or a new ticket, may be worth a
// look.
type WebhookEvent struct {
	Object   models.SyncObject // "" for a ticket
	Hint     models.Hint
	TicketID string
	// key is the same when the event is delivered again; "" when that cannot be told.
	key string
}

// maxEvents is how many events of one delivery are looked at: the poll finds the others.
const maxEvents = 500

// ParseWebhook reads a delivery: an array of events, each once. What is not known is passed over;
// what is no delivery at all is BAD_USER_INPUT. The payload is read for ids only, since the
// signature does not cover it.
func ParseWebhook(body []byte) ([]WebhookEvent, error) {
	var events []json.RawMessage
	if err := json.Unmarshal(body, &events); err != nil || events == nil {
		return nil, models.Errorf(models.CodeBadUserInput, "this is not a delivery of Zoho Desk")
	}
	var out []WebhookEvent
	seen := map[string]bool{}
	for _, raw := range events {
		var r row
		if json.Unmarshal(raw, &r) != nil || len(out) == maxEvents {
			continue
		}
		e, known := readEvent(r)
		if !known || e.key != "" && seen[e.key] {
			continue
		}
		seen[e.key] = true
		out = append(out, e)
	}
	return out, nil
}

func readEvent(r row) (e WebhookEvent, known bool) {
	var kind string
	var payload row
	at := r.text("eventTime")
	if json.Unmarshal(r["eventType"], &kind) != nil || !slices.Contains(subscriptions, kind) ||
		json.Unmarshal(r["payload"], &payload) != nil || payload.id() == "" {
		return WebhookEvent{}, false
	}
	id := payload.id()
	if ms, err := strconv.ParseInt(at, 10, 64); err == nil && ms > 0 {
		e.Hint.At = time.UnixMilli(ms).UTC()
		e.key = kind + " " + id + " " + at
	}
	// A deletion is not believed by the event's word: the record is read, and the recycle bin says.
	switch module, _, _ := strings.Cut(kind, "_"); module {
	case "Ticket":
		e.TicketID = id
	case "Account":
		e.Object, e.Hint.ID = models.AccountObject, id
	default:
		e.Object, e.Hint.ID = models.ContactObject, id
	}
	return e, true
}

const (
	// heardFor is how long an event is remembered, longer than a delivery is tried again.
	eventMemory = time.Hour
	// maxHeard bounds what is remembered: an organization with more events in an hour has some of
	// them looked at twice.
	maxSeenEvents = 20_000
)

// seenEvents are the events that were handed on.
type seenEvents struct {
	mu sync.Mutex
	at map[string]time.Time
}

// Unseen leaves out the events that an earlier delivery told already: Desk delivers again what it
// had no answer for in time (facts §3), with nothing that tells so.
func (c *Client) Unseen(events []WebhookEvent) []WebhookEvent {
	now := c.now()
	h := &c.seenEvents
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at == nil || len(h.at) > maxSeenEvents {
		h.at = map[string]time.Time{}
	}
	var out []WebhookEvent
	for _, e := range events {
		if at, known := h.at[e.key]; e.key != "" && known && now.Sub(at) < eventMemory {
			continue
		}
		if e.key != "" {
			h.at[e.key] = now
		}
		out = append(out, e)
	}
	return out
}
