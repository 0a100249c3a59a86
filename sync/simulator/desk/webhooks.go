package desk

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"
)

// webhook is a subscription.
type webhook struct {
	ID                string                     `json:"id"`
	Name              string                     `json:"name"`
	Description       string                     `json:"description,omitempty"`
	URL               string                     `json:"url"`
	IsEnabled         bool                       `json:"isEnabled"`
	IgnoreSourceID    string                     `json:"ignoreSourceId,omitempty"`
	IncludeEventsFrom []string                   `json:"includeEventsFrom,omitempty"`
	Subscriptions     map[string]json.RawMessage `json:"subscriptions"`
	Created           time.Time                  `json:"created"`
	CreatedBy         string                     `json:"createdBy,omitempty"`
	Modified          time.Time                  `json:"modified"`
}

func (w *webhook) render() map[string]any {
	return map[string]any{"id": w.ID, "name": w.Name, "description": textOrNull(w.Description), "url": w.URL, "isEnabled": w.IsEnabled,
		"ignoreSourceId": textOrNull(w.IgnoreSourceID), "includeEventsFrom": w.IncludeEventsFrom, "subscriptions": w.Subscriptions,
		"createdTime": stamp(w.Created), "modifiedTime": stamp(w.Modified), "createdBy": textOrNull(w.CreatedBy), "type": "CUSTOMER_WEBHOOK"}
}

const (
	// maxURL and maxChangedURL are how many characters a subscriber's address may have when it is
	// created and when it is changed (the vendor's OpenAPI file).
	maxURL        = 500
	maxChangedURL = 100
	// maxConfigured is how many there may be, enabled or not.
	maxConfigured = 20
	// maxWebhooks is how many may be enabled at once (Enterprise edition).
	maxWebhooks = 10
	// hookTimeout is how long a subscriber may take to answer.
	hookTimeout = 5 * time.Second
)

// eventName is what can be subscribed to; this Desk sends those of contacts, accounts and tickets,
// the others never come. There is none of a merge, and none of a deleted department.
var (
	eventName = regexp.MustCompile(`^((Contact|Account|Ticket|Ticket_Comment|Task|Call|Event|Agent|Article|TimeEntry|KBRootCategory|KBSection)_(Add|Update|Delete)` +
		`|Department_(Add|Update)|Ticket_Thread_Add|Ticket_Attachment_(Add|Update|Delete|Trashed|Restored)|Ticket_Comment_Attachment_(Add|Delete)` +
		`|Ticket_Approval_(Add|Update)|Article_Feedback_Add|Article_Translation_(Add|Update|Delete)|Agent_(Presence|Channel_Preference)_Update` +
		`|IM_Message_(Add|Status)|IM_Session_Status)$`)
	uuidPattern = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
)

func newHookClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = &http.Transport{}
	}
	return &http.Client{Timeout: hookTimeout, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// applyWebhook stores or removes a subscription with its queue; s.mu is held.
func (s *Server) applyWebhook(p put) {
	if p.Value == nil {
		delete(s.webhooks, p.ID)
		delete(s.queues, p.ID)
		return
	}
	s.webhooks[p.ID] = p.Value.(*webhook)
	if s.queues[p.ID] == nil {
		s.queues[p.ID] = &queue{}
	}
}

func (s *Server) orderedWebhooks() []*webhook {
	out := make([]*webhook, 0, len(s.webhooks))
	for _, w := range s.webhooks {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b *webhook) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (s *Server) listWebhooks(*call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []any
	for _, w := range s.orderedWebhooks() {
		rows = append(rows, w.render())
	}
	return data(rows)
}

func (s *Server) getWebhook(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.webhooks[c.PathValue("id")]
	if w == nil {
		return answer{}, notFound()
	}
	return ok(w.render())
}

// read sets the fields of a webhook from a body and names every wrong one.
func (w *webhook) read(body map[string]any, maxURL int) error {
	var wrong []fieldError
	for name, value := range body {
		good, known := w.set(name, value, maxURL)
		if !known {
			return extraParameter(name)
		}
		if !good {
			wrong = append(wrong, invalid("/"+name, "not valid"))
		}
	}
	if w.URL == "" && body["url"] == nil {
		wrong = append(wrong, missing("/url"))
	}
	if len(w.Subscriptions) == 0 && body["subscriptions"] == nil {
		wrong = append(wrong, missing("/subscriptions"))
	}
	if len(wrong) > 0 {
		return invalidDataList(wrong)
	}
	return nil
}

// set sets one field, and tells whether its value is good, and whether there is such a field.
func (w *webhook) set(name string, value any, maxURL int) (good, known bool) {
	switch name {
	case "name":
		w.Name, good = value.(string)
	case "description":
		w.Description, _ = value.(string)
		good = true
	case "url":
		w.URL, good = value.(string)
		good = good && validTarget(w.URL) && len(w.URL) <= maxURL
	case "isEnabled":
		w.IsEnabled, good = value.(bool)
	case "ignoreSourceId":
		w.IgnoreSourceID, _ = value.(string)
		good = value == nil || uuidPattern.MatchString(w.IgnoreSourceID)
	case "includeEventsFrom":
		w.IncludeEventsFrom, good = nil, true
		list, _ := value.([]any)
		for _, one := range list {
			text, _ := one.(string)
			good = good && slices.Contains([]string{"AUTOMATION"}, text)
			w.IncludeEventsFrom = append(w.IncludeEventsFrom, text)
		}
	case "subscriptions":
		good = w.subscribe(value)
	default:
		return false, false
	}
	return good, true
}

// validTarget tells whether events can be delivered to an address.
func validTarget(address string) bool {
	target, err := url.Parse(address)
	return err == nil && (target.Scheme == "http" || target.Scheme == "https") && target.Host != ""
}

func (w *webhook) subscribe(value any) bool {
	events, isObject := value.(map[string]any)
	if !isObject || len(events) == 0 {
		return false
	}
	w.Subscriptions = map[string]json.RawMessage{}
	for name, options := range events {
		if !eventName.MatchString(name) {
			return false
		}
		raw, err := json.Marshal(options)
		if err != nil {
			return false
		}
		w.Subscriptions[name] = raw
	}
	return true
}

// wantsPrevious says whether the subscriber asked for the state before an event.
func (w *webhook) wantsPrevious(event string) bool {
	var options struct {
		IncludePrevState bool `json:"includePrevState"`
	}
	return json.Unmarshal(w.Subscriptions[event], &options) == nil && options.IncludePrevState
}

func (s *Server) enabledWebhooks(except string) (n int) {
	for _, w := range s.webhooks {
		if w.IsEnabled && w.ID != except {
			n++
		}
	}
	return n
}

// createWebhook serves POST /webhooks. The subscriber has to answer a validation call with 200
// first.
func (s *Server) createWebhook(c *call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	now := whole(s.now())
	w := &webhook{IsEnabled: true, CreatedBy: c.agent, Created: now, Modified: now}
	if err := w.read(body, maxURL); err != nil {
		return answer{}, err
	}
	if !s.validate(c.Context(), w.URL) {
		return answer{}, invalidData(invalid("/url", "the URL did not answer the validation call with 200"))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.webhooks) >= maxConfigured || w.IsEnabled && s.enabledWebhooks("") >= maxWebhooks {
		return answer{}, licenseLimited("Your Zoho Desk Edition does not support more webhooks.")
	}
	w.ID = s.newID()
	if err := s.commit(put{kindWebhook, w.ID, w}); err != nil {
		return answer{}, err
	}
	return ok(w.render())
}

// updateWebhook serves PATCH; a changed URL is validated like a new one.
func (s *Server) updateWebhook(c *call) (answer, error) {
	body, err := c.body()
	if err != nil {
		return answer{}, err
	}
	s.mu.Lock()
	before := s.webhooks[c.PathValue("id")]
	s.mu.Unlock()
	if before == nil {
		return answer{}, notFound()
	}
	after := *before
	if err := after.read(body, maxChangedURL); err != nil {
		return answer{}, err
	}
	if after.URL != before.URL && !s.validate(c.Context(), after.URL) {
		return answer{}, invalidData(invalid("/url", "the URL did not answer the validation call with 200"))
	}
	after.Modified = whole(s.now())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.webhooks[after.ID] == nil {
		return answer{}, notFound()
	}
	if after.IsEnabled && s.enabledWebhooks(after.ID) >= maxWebhooks {
		return answer{}, licenseLimited("Your Zoho Desk Edition does not support more enabled webhooks.")
	}
	if err := s.commit(put{kindWebhook, after.ID, &after}); err != nil {
		return answer{}, err
	}
	return ok(after.render())
}

// deleteWebhook answers 200 with nothing, as the vendor's OpenAPI file says.
func (s *Server) deleteWebhook(c *call) (answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := c.PathValue("id")
	if s.webhooks[id] == nil {
		return answer{}, notFound()
	}
	return answer{status: http.StatusOK}, s.commit(put{Kind: kindWebhook, ID: id})
}

// validate calls a subscriber with GET, then with POST if that fails; one of the two has to answer
// 200.
func (s *Server) validate(ctx context.Context, target string) bool {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if status, err := s.callHook(ctx, method, target, nil, ""); err == nil && status == http.StatusOK {
			return true
		}
	}
	return false
}

// callHook sends one request to a subscriber and returns the status.
func (s *Server) callHook(ctx context.Context, method, target string, body []byte, signature string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("User-Agent", "ZohoDesk")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json;charset=UTF-8")
	}
	if signature != "" {
		req.Header.Set("X-ZDesk-JWT", signature)
	}
	res, err := s.hooks.Do(req)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxBody))
	return res.StatusCode, res.Body.Close()
}
