package zohodesk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"sidelight/models"
)

// WebhookEvent is what one event of a delivery says: a record, or a new ticket, may be worth a look.
type WebhookEvent struct {
	Object   models.SyncObject // "" for a ticket
	Hint     models.Hint
	TicketID string
}

// subscriptions are the events that the integration wants.
var subscriptions = []string{"Contact_Add", "Contact_Update", "Contact_Delete", "Account_Add", "Account_Update", "Account_Delete", "Ticket_Add"}

// webhookName is ours, for people to recognise it by.
const webhookName = "Sidelight"

// hook is a subscription as Desk tells it.
type hook struct {
	ID             string                     `json:"id"`
	URL            string                     `json:"url"`
	IsEnabled      bool                       `json:"isEnabled"`
	IgnoreSourceID string                     `json:"ignoreSourceId"`
	Subscriptions  map[string]json.RawMessage `json:"subscriptions"`
}

func (h hook) whole(sourceID string) bool {
	for _, name := range subscriptions {
		if _, has := h.Subscriptions[name]; !has {
			return false
		}
	}
	return h.IsEnabled && strings.EqualFold(h.IgnoreSourceID, sourceID)
}

// EnsureWebhook makes the subscription that delivers to the address, or mends one that was disabled or changed. Desk tries the address while it is made:
// it must answer 200 (facts §3). Our own writes are left out by their sourceId.
func (c *Client) EnsureWebhook(ctx context.Context, address string) error {
	list, err := c.hooks(ctx)
	if err != nil {
		return err
	}
	wanted := map[string]any{}
	for _, name := range subscriptions {
		wanted[name] = nil
	}
	body := map[string]any{"name": webhookName, "url": address, "isEnabled": true, "ignoreSourceId": c.cfg.SourceID, "subscriptions": wanted}
	for _, h := range list {
		if h.URL != address {
			continue
		}
		if h.whole(c.cfg.SourceID) {
			return nil
		}
		_, err := c.do(ctx, call{method: http.MethodPatch, path: "/webhooks/" + h.ID, body: body, effect: repeats})
		return err
	}
	answer, err := c.do(ctx, call{method: http.MethodPost, path: "/webhooks", body: body, effect: onlyOnce})
	if err != nil {
		return err
	}
	var made hook
	if err := answer.decode(&made); err != nil {
		return err
	}
	c.deliveries.know(made.ID)
	return nil
}

// hooks lists the organization's subscriptions.
func (c *Client) hooks(ctx context.Context) ([]hook, error) {
	answer, err := c.get(ctx, "/webhooks", nil)
	if err != nil {
		return nil, err
	}
	if answer.status == http.StatusNoContent {
		return nil, nil
	}
	var list struct {
		Data []hook `json:"data"`
	}
	if err := answer.decode(&list); err != nil {
		return nil, err
	}
	for _, h := range list.Data {
		c.deliveries.know(h.ID)
	}
	return list.Data, nil
}

// ParseWebhook reads a delivery: an array of events. What is not known is passed over; what is no delivery at all is BAD_USER_INPUT. The payload is read for
// ids only, since the signature does not cover it.
func ParseWebhook(body []byte) ([]WebhookEvent, error) {
	var events []struct {
		Payload   row    `json:"payload"`
		EventType string `json:"eventType"`
		EventTime string `json:"eventTime"`
	}
	if err := json.Unmarshal(body, &events); err != nil {
		return nil, models.Errorf(models.CodeBadUserInput, "this is not a delivery of Zoho Desk")
	}
	var out []WebhookEvent
	for _, e := range events {
		if !slices.Contains(subscriptions, e.EventType) || e.Payload.id() == "" {
			continue
		}
		kind, _, _ := strings.Cut(e.EventType, "_")
		if kind == "Ticket" {
			out = append(out, WebhookEvent{TicketID: e.Payload.id()})
			continue
		}
		object := models.ContactObject
		if kind == "Account" {
			object = models.AccountObject
		}
		hint := models.Hint{ID: e.Payload.id()}
		if ms, err := strconv.ParseInt(e.EventTime, 10, 64); err == nil && ms > 0 {
			hint.At = time.UnixMilli(ms).UTC()
		}
		// A deletion is not believed by the event's word: the record is read, and the recycle bin says.
		out = append(out, WebhookEvent{Object: object, Hint: hint})
	}
	return out, nil
}
