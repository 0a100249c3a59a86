package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Kinds of HTTP fault. "Before" and "after" are about the handler: what happens before it leaves no
// trace in the vendor's state, what happens after it has been committed there.
const (
	Latency    = "latency"     // wait Latency, then go on
	DropBefore = "drop_before" // close the connection, the handler does not run
	DropAfter  = "drop_after"  // the handler runs, its answer is lost
	// Reset: the handler runs, the connection is reset in the middle of its body.
	Reset = "reset"
	// Truncate: the handler runs, the body is cut, the answer is otherwise well-formed.
	Truncate = "truncate"
	HTML     = "html"   // an HTML page in place of JSON; Status 200 unless given
	Status   = "status" // Status, Body and Headers in place of the answer
)

// Kinds of effect: what the vendors' own code asks about through Injector.Effect.
const (
	RevokeTokens   = "revoke_tokens"   // access tokens presented now are refused and forgotten
	LockRow        = "lock_row"        // a write meets a locked row
	EventLoss      = "event_loss"      // an event is not sent
	EventDuplicate = "event_duplicate" // an event is sent twice
	EventReorder   = "event_reorder"   // an event is sent after the one that follows it
	EventGap       = "event_gap"       // a gap event stands in for the event
	EventOverflow  = "event_overflow"  // an overflow event stands in for everything that is pending
	ReplayExpired  = "replay_expired"  // a stored replay id is refused
	ClockSkew      = "clock_skew"      // the vendor's clock is Seconds ahead (negative: behind)
	SearchLag      = "search_lag"      // the search index is Seconds behind the records
	// UpsertRace: an upsert makes the record and says that another call did so meanwhile.
	UpsertRace    = "upsert_race"
	PartFail      = "part_fail"      // one request within a composite call fails
	StreamRefuse  = "stream_refuse"  // the event API refuses a call with the vendor's Code
	StreamBreak   = "stream_break"   // a subscription breaks off instead of sending what it has
	StreamSilence = "stream_silence" // a new subscription never says anything
	// RecordFail: one record of a write is refused with Code, Message and Fields (Salesforce) or
	// Status and Body (Desk).
	RecordFail = "record_fail"
)

var (
	httpKinds   = []string{Latency, DropBefore, DropAfter, Reset, Truncate, HTML, Status}
	effectKinds = []string{RevokeTokens, LockRow, EventLoss, EventDuplicate, EventReorder, EventGap, EventOverflow,
		ReplayExpired, ClockSkew, SearchLag, UpsertRace, PartFail, StreamRefuse, StreamBreak, StreamSilence, RecordFail}
)

// Rule is one line of a fault script.
type Rule struct {
	// Kind is one of the constants of this package.
	Kind string `json:"kind"`
	// Endpoint is what the rule applies to: "METHOD /path" or "/path", where a segment "*" or
	// "{name}" matches any one segment and a last segment "**" matches the rest. Empty matches
	// everything. Only for HTTP faults.
	Endpoint string `json:"endpoint,omitempty"`
	// Contains narrows an HTTP fault to requests whose decoded query or body has this text, and
	// record_fail to records whose values have it.
	Contains string `json:"contains,omitempty"`
	// On narrows an effect to one subject, as the vendor names it: an object ("Contact"), an event
	// type, a record id.
	On string `json:"on,omitempty"`
	// After is how many matching occasions pass before the rule begins to act.
	After int `json:"after,omitempty"`
	// Times is on how many occasions it acts; 0 means every one.
	Times int `json:"times,omitempty"`
	// Probability is the chance, above 0 up to 1, that it acts on an occasion; 0 means always.
	Probability float64 `json:"probability,omitempty"`
	// Latency is a wait before anything else, with every kind of HTTP fault: "250ms", or a number
	// of milliseconds.
	Latency Duration `json:"latency,omitempty"`
	// Status is the HTTP status of kinds status and html.
	Status int `json:"status,omitempty"`
	// Body is the answer's body: a JSON string is sent as its text, anything else as it stands.
	Body json.RawMessage `json:"body,omitempty"`
	// Headers are set on the answer. A Retry-After that begins with "+" ("+30s") is sent as the
	// HTTP date that far from now.
	Headers map[string]string `json:"headers,omitempty"`
	// Commit lets the handler run before status or html answers in its place.
	Commit bool `json:"commit,omitempty"`
	// Bytes is how much of the body reset and truncate let through; 0 means half of it.
	Bytes int `json:"bytes,omitempty"`
	// Code is the vendor's error code of stream_refuse ("" is service.unavailable) and of
	// record_fail.
	Code string `json:"code,omitempty"`
	// Message and Fields are the rest of what record_fail answers.
	Message string   `json:"message,omitempty"`
	Fields  []string `json:"fields,omitempty"`
	// Above lets record_fail act only on records that are written together with so many others that
	// there are more than Above in all: a limit of the call.
	Above int `json:"above,omitempty"`
	// Seconds is the size of clock_skew and search_lag.
	Seconds float64 `json:"seconds,omitempty"`
}

// Offset is Seconds as a duration.
func (r Rule) Offset() time.Duration { return time.Duration(r.Seconds * float64(time.Second)) }

// isEffect says that the rule is for Effect, not for Middleware.
func (r Rule) isEffect() bool { return slices.Contains(effectKinds, r.Kind) }

// Duration is a time.Duration that JSON writes as "250ms"; a bare number is milliseconds.
type Duration time.Duration

// UnmarshalJSON reads a Go duration string or a number of milliseconds.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var ms float64
	if json.Unmarshal(data, &ms) == nil {
		*d = Duration(ms * float64(time.Millisecond))
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("%s is not a duration", data)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is not a duration", text)
	}
	*d = Duration(parsed)
	return nil
}

// MarshalJSON writes a Go duration string.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// parse reads a script: {"rules":[…]}, or the bare list. An error names the rule and the field.
func parse(script []byte) ([]Rule, error) {
	script = bytes.TrimSpace(script)
	if len(script) == 0 {
		return nil, nil
	}
	var raws []json.RawMessage
	if script[0] == '[' {
		if err := json.Unmarshal(script, &raws); err != nil {
			return nil, fmt.Errorf("fault script: %w", err)
		}
	} else {
		var file struct {
			Rules []json.RawMessage `json:"rules"`
		}
		if err := strict(script, &file); err != nil {
			return nil, fmt.Errorf("fault script: %w", err)
		}
		raws = file.Rules
	}
	rules := make([]Rule, len(raws))
	for i, raw := range raws {
		if err := strict(raw, &rules[i]); err != nil {
			return nil, fmt.Errorf("fault script: rules[%d]: %w", i, err)
		}
		if field, err := rules[i].check(); err != nil {
			return nil, fmt.Errorf("fault script: rules[%d].%s: %w", i, field, err)
		}
	}
	return rules, nil
}

func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			return fmt.Errorf("%s: a %s does not fit", wrong.Field, wrong.Value)
		}
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("text after the end")
	}
	return nil
}

// check returns the field that is wrong, and why.
func (r Rule) check() (string, error) {
	for _, part := range []func() (string, error){r.checkKind, r.checkNumbers, r.checkNeeds, r.checkValues} {
		if field, err := part(); err != nil {
			return field, err
		}
	}
	return "", nil
}

// checkKind checks that the rule's kind is known, and that the rule says where it acts as that kind
// does.
func (r Rule) checkKind() (string, error) {
	effect := r.isEffect()
	switch {
	case r.Kind == "":
		return "kind", errors.New("missing")
	case !effect && !slices.Contains(httpKinds, r.Kind):
		return "kind", fmt.Errorf("%q is none of %s", r.Kind, strings.Join(slices.Concat(httpKinds, effectKinds), ", "))
	case effect && r.Endpoint != "":
		return "endpoint", fmt.Errorf("%s is not about an endpoint; use \"on\"", r.Kind)
	case effect && r.Contains != "" && r.Kind != RecordFail:
		return "contains", fmt.Errorf("%s is not about a request", r.Kind)
	case !effect && r.On != "":
		return "on", fmt.Errorf("%s is about an endpoint", r.Kind)
	}
	return "", nil
}

// checkNumbers checks counts, sizes and times.
func (r Rule) checkNumbers() (string, error) {
	switch {
	case r.After < 0:
		return "after", errors.New("below zero")
	case r.Times < 0:
		return "times", errors.New("below zero")
	case r.Bytes < 0:
		return "bytes", errors.New("below zero")
	case r.Latency < 0:
		return "latency", errors.New("below zero")
	case r.Probability < 0 || r.Probability > 1:
		return "probability", errors.New("not between 0 and 1")
	}
	return "", nil
}

// checkNeeds checks that the rule says what its kind needs, and nothing that its kind does not
// know.
func (r Rule) checkNeeds() (string, error) {
	switch {
	case r.Kind == Latency && r.Latency == 0:
		return "latency", errors.New("missing")
	case r.Kind == Status && r.Status == 0:
		return "status", errors.New("missing")
	case r.Code != "" && r.Kind != StreamRefuse && r.Kind != RecordFail:
		return "code", fmt.Errorf("%s has no code", r.Kind)
	case r.Kind == RecordFail && r.Code == "" && len(r.Body) == 0:
		return "code", errors.New("missing")
	case r.Kind != RecordFail && (r.Message != "" || len(r.Fields) > 0 || r.Above != 0):
		return "message", fmt.Errorf("%s has no message, fields or above", r.Kind)
	}
	return "", nil
}

// checkValues checks what the rule answers with.
func (r Rule) checkValues() (string, error) {
	switch {
	case r.Above < 0:
		return "above", errors.New("below zero")
	case r.Status != 0 && (r.Status < 200 || r.Status > 599):
		return "status", fmt.Errorf("%d is not an HTTP status of a final answer", r.Status)
	case (r.Kind == ClockSkew || r.Kind == SearchLag) && r.Seconds == 0:
		return "seconds", errors.New("missing")
	case r.Kind == SearchLag && r.Seconds < 0:
		return "seconds", errors.New("below zero")
	}
	if after, ok := strings.CutPrefix(r.Headers["Retry-After"], "+"); ok {
		if _, err := time.ParseDuration(after); err != nil {
			return "headers.Retry-After", fmt.Errorf("%q is not a duration", after)
		}
	}
	if r.Endpoint != "" {
		if _, path := splitEndpoint(r.Endpoint); !strings.HasPrefix(path, "/") && path != "*" && path != "**" {
			return "endpoint", fmt.Errorf("%q is not \"METHOD /path\"", r.Endpoint)
		}
	}
	return "", nil
}

func splitEndpoint(endpoint string) (method, path string) {
	if method, path, ok := strings.Cut(strings.TrimSpace(endpoint), " "); ok {
		return method, strings.TrimSpace(path)
	}
	return "", endpoint
}

// matches says whether a request to method and path is meant by the endpoint pattern.
func matches(endpoint, method, path string) bool {
	if endpoint == "" {
		return true
	}
	wantMethod, pattern := splitEndpoint(endpoint)
	if wantMethod != "" && wantMethod != "*" && !strings.EqualFold(wantMethod, method) {
		return false
	}
	if pattern == "*" || pattern == "**" {
		return true
	}
	want := strings.Split(strings.Trim(pattern, "/"), "/")
	have := strings.Split(strings.Trim(path, "/"), "/")
	for i, segment := range want {
		if segment == "**" && i == len(want)-1 {
			return true
		}
		if i >= len(have) {
			return false
		}
		wild := segment == "*" || strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}")
		if !wild && segment != have[i] {
			return false
		}
	}
	return len(want) == len(have)
}
