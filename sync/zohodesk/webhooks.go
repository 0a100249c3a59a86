package zohodesk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"sidelight/models"
)

// subscriptions are the events that the integration wants.
var subscriptions = []string{
	"Contact_Add", "Contact_Update", "Contact_Delete", "Account_Add", "Account_Update", "Account_Delete", "Ticket_Add",
}

const (
	// webhookName is ours, for people to recognise it by.
	webhookName = "Sidelight"
	// automations also change records; without being asked for, their events do not come.
	automations = "AUTOMATION"
)

// hook is a subscription as Desk tells it.
type hook struct {
	id, url, ignored string
	enabled          bool
	subscribed, from []string
}

func readHook(r row) hook {
	h := hook{id: r.id(), url: r.text("url"), ignored: r.text("ignoreSourceId"), enabled: r.isTrue("isEnabled")}
	var events map[string]json.RawMessage
	if json.Unmarshal(r["subscriptions"], &events) == nil {
		for name := range events {
			h.subscribed = append(h.subscribed, name)
		}
	}
	_ = json.Unmarshal(r["includeEventsFrom"], &h.from) // absent is none
	return h
}

// whole tells whether it delivers everything that is wanted, and our own writes not.
func (h hook) whole(sourceID string) bool {
	for _, name := range subscriptions {
		if !slices.Contains(h.subscribed, name) {
			return false
		}
	}
	return h.enabled && strings.EqualFold(h.ignored, sourceID) && slices.Contains(h.from, automations)
}

// EnsureWebhook makes the subscription that delivers to the address, or mends one that was removed,
// disabled or changed. Desk tries the address while it is made: it must answer 200 (facts §3). Our
// own writes are left out by their sourceId. Of several to the same address, as two replicas make
// them at once, the oldest stays.
func (c *Client) EnsureWebhook(ctx context.Context, address string) error {
	c.deliveries.setURL(address)
	all, err := c.hooks(ctx)
	if err != nil {
		return err
	}
	ours := slices.DeleteFunc(all, func(h hook) bool { return h.url != address })
	slices.SortFunc(ours, func(a, b hook) int { return compareIDs(a.id, b.id) })
	if len(ours) == 0 {
		return c.makeWebhook(ctx, address)
	}
	for _, extra := range ours[1:] {
		if err := c.removeWebhook(ctx, extra.id); err != nil {
			return err
		}
	}
	if ours[0].whole(c.cfg.SourceID) {
		return nil
	}
	_, err = c.do(
		ctx, call{method: http.MethodPatch, path: "/webhooks/" + ours[0].id, body: c.webhook(address), effect: repeats},
	)
	if models.CodeOf(err) == models.CodeNotFound { // removed in the meantime
		return c.makeWebhook(ctx, address)
	}
	if err == nil {
		c.deliveries.know(ours[0].id)
	}
	return unreachable(err)
}

// webhook is the subscription that we want.
func (c *Client) webhook(address string) map[string]any {
	wanted := map[string]any{}
	for _, name := range subscriptions {
		wanted[name] = nil
	}
	return map[string]any{
		"name": webhookName, "url": address, "isEnabled": true, "ignoreSourceId": c.cfg.SourceID,
		"includeEventsFrom": []string{automations}, "subscriptions": wanted,
	}
}

func (c *Client) makeWebhook(ctx context.Context, address string) error {
	answer, err := c.do(ctx, call{method: http.MethodPost, path: "/webhooks", body: c.webhook(address), effect: onlyOnce})
	if err != nil {
		return unreachable(err)
	}
	var made row
	if err := answer.decode(&made); err != nil {
		return err
	}
	if made.id() == "" {
		return answer.lost(errors.New("the subscription has no id"))
	}
	c.deliveries.know(made.id())
	return nil
}

func (c *Client) removeWebhook(ctx context.Context, id string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: "/webhooks/" + id, effect: repeats})
	if models.CodeOf(err) == models.CodeNotFound {
		return nil
	}
	return err
}

// unreachable says what a refusal of the address means.
func unreachable(err error) error {
	var refusal *models.Error
	if asError(err, &refusal) && refusal.Code == models.CodeInvalidParameter && slices.Contains(refusal.Fields, "url") {
		refusal.Message = "Zoho Desk does not take this server's address for webhooks: it has to answer from the internet, and to have at most 100 characters"
	}
	return err
}

// Unsubscribe removes the subscriptions that are ours, by the source that they leave out.
func (c *Client) Unsubscribe(ctx context.Context) error {
	list, err := c.hooks(ctx)
	if err != nil {
		return err
	}
	for _, h := range list {
		if !strings.EqualFold(h.ignored, c.cfg.SourceID) {
			continue
		}
		if err := c.removeWebhook(ctx, h.id); err != nil {
			return err
		}
	}
	return nil
}

// hooks lists the organization's subscriptions. A delivery may be waiting for it, so that it does
// not queue behind the sync.
func (c *Client) hooks(ctx context.Context) ([]hook, error) {
	answer, err := c.do(ctx, call{method: http.MethodGet, path: "/webhooks", forAgents: true})
	if err != nil {
		return nil, err
	}
	rows, err := answer.rows()
	if err != nil {
		return nil, err
	}
	out := make([]hook, len(rows))
	var ids []string
	for i, r := range rows {
		if out[i] = readHook(r); c.deliveries.ours(out[i], c.cfg.SourceID) {
			ids = append(ids, out[i].id)
		}
	}
	c.deliveries.knowOnly(ids)
	return out, nil
}
