package salesforce

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"sidelight/sync/simulator/fault"
)

const (
	// retention is how long change events can be asked for again.
	retention = 72 * time.Hour
	// maxRetained bounds what is kept of them.
	maxRetained = 50_000
	// overflowID stands in the place of record ids in an overflow event.
	overflowID = "000000000000000AAA"
)

// event is a change event. Values are those of the row; how they look on the wire is the schema's
// business.
type event struct {
	Replay   uint64         `json:"replay"`
	UUID     string         `json:"uuid"`
	Entity   string         `json:"entity"`
	Type     string         `json:"type"`
	IDs      []string       `json:"ids"`
	Origin   string         `json:"origin,omitempty"`
	Key      string         `json:"key"`
	Sequence int            `json:"seq"`
	At       int64          `json:"at"` // ms
	Commit   int64          `json:"commit"`
	User     string         `json:"user,omitempty"`
	Values   map[string]any `json:"values,omitempty"`
	Changed  []string       `json:"changed,omitempty"`
	Nulled   []string       `json:"nulled,omitempty"`
}

func (e *event) topic() string { return "/data/" + e.Entity + "ChangeEvent" }

// silent are the fields that change events do not carry.
var silent = []string{"Id", "IsDeleted", "MasterRecordId", "SystemModstamp", "ExpectedRevenue"}

// eventsOf makes the change events of a transaction, bent by the fault script; Server.mu is held.
func (s *Server) eventsOf(t *tx) []*event {
	var out []*event
	merged := map[string]*event{}
	key, sequence := transactionKey(), 0
	commit := t.at.UnixMicro()
	for _, c := range t.changes {
		o := c.next.table.object
		if !o.events {
			continue
		}
		e := describeChange(o, c)
		if e == nil {
			continue
		}
		e.Origin, e.Key, e.At, e.Commit, e.User = t.origin, key, t.at.UnixMilli(), commit, t.user
		same, _ := json.Marshal([]any{e.Entity, e.Type, e.Values, e.Nulled})
		if first := merged[string(same)]; first != nil && !slices.Contains(first.IDs, e.IDs[0]) {
			// One event tells of every record that changed alike.
			first.IDs = append(first.IDs, e.IDs[0])
			continue
		}
		sequence++
		e.Sequence = sequence
		merged[string(same)] = e
		out = append(out, e)
	}
	return s.bus.number(s.bend(out))
}

// describeChange is the event of one change; nil when an update changed nothing that events carry.
func describeChange(o *object, c change) *event {
	e := &event{Entity: o.name, Type: c.kind, IDs: []string{c.next.id()}}
	switch c.kind {
	case "DELETE":
		return e
	case "UPDATE":
		e.Values = map[string]any{}
		for _, f := range o.fields {
			before, after := c.old.values[f.name], c.next.values[f.name]
			if slices.Contains(silent, f.name) || isNameOfParts(f, o) || before == after {
				continue
			}
			e.Changed = append(e.Changed, f.name)
			if e.Values[f.name] = after; after == nil {
				delete(e.Values, f.name)
				e.Nulled = append(e.Nulled, f.name)
			}
		}
		if len(e.Changed) == 0 {
			return nil
		}
		if !slices.Contains(e.Changed, "LastModifiedDate") {
			// A second change within the same second.
			e.Changed = append(e.Changed, "LastModifiedDate")
			e.Values["LastModifiedDate"] = c.next.values["LastModifiedDate"]
		}
		return e
	}
	e.Values = maps.Clone(c.next.values)
	for _, name := range silent {
		delete(e.Values, name)
	}
	maps.DeleteFunc(e.Values, func(_ string, v any) bool { return v == nil })
	return e
}

// isNameOfParts says that the field is the full name, which events carry as its parts.
func isNameOfParts(f *field, o *object) bool {
	return f.name == "Name" && o.field("LastName") != nil
}

// bend applies the event faults: lost, doubled, reordered, and gaps and overflow in the place of
// events.
func (s *Server) bend(events []*event) []*event {
	var out []*event
	for _, e := range events {
		if _, lost := s.faults.Effect(fault.EventLoss, e.Entity, e.topic()); lost {
			continue
		}
		if _, over := s.faults.Effect(fault.EventOverflow, e.Entity, e.topic()); over {
			e = hollow(e, "GAP_OVERFLOW", overflowID)
		} else if _, gap := s.faults.Effect(fault.EventGap, e.Entity, e.topic()); gap {
			e = hollow(e, "GAP_"+e.Type, e.IDs...)
		}
		out = append(out, e)
		if _, twice := s.faults.Effect(fault.EventDuplicate, e.Entity, e.topic()); twice {
			again := *e
			out = append(out, &again)
		}
	}
	var sent []*event
	for _, e := range out {
		if held := s.bus.held; held != nil {
			s.bus.held = nil
			sent = append(sent, e, held)
			continue
		}
		if _, late := s.faults.Effect(fault.EventReorder, e.Entity, e.topic()); late {
			s.bus.held = e
			continue
		}
		sent = append(sent, e)
	}
	return sent
}

// hollow is an event that has a header only.
func hollow(e *event, kind string, ids ...string) *event {
	out := *e
	out.Type, out.IDs, out.Values, out.Changed, out.Nulled, out.Origin = kind, ids, nil, nil, nil, ""
	return &out
}

// bus keeps the change events and wakes who waits for them.
type bus struct {
	mu     sync.Mutex
	events []*event // ascending by replay id
	last   uint64
	// floor is the newest replay id that has been dropped: from there on nothing is missing.
	floor uint64
	wake  chan struct{} // closed and replaced when something is published

	// held waits for the next event, to be sent after it. Server.mu guards it.
	held *event
}

// firstReplay is where replay ids begin.
const firstReplay = 1_000

func newBus() *bus { return &bus{last: firstReplay, floor: firstReplay, wake: make(chan struct{})} }

// number gives events the replay ids that follow; ids are not contiguous at the vendor, nor here.
func (b *bus) number(events []*event) []*event {
	last := b.newest()
	for _, e := range events {
		//nolint:gosec // any whole number does
		last += 1 + uint64(e.At)%3
		e.Replay, e.UUID = last, transactionKey()
	}
	return events
}

func (b *bus) publish(e *event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.events = append(b.events, e)
	b.last = max(b.last, e.Replay)
	old := time.UnixMilli(e.At).Add(-retention).UnixMilli()
	drop := max(len(b.events)-maxRetained, 0)
	for drop < len(b.events) && b.events[drop].At < old {
		drop++
	}
	if drop > 0 {
		b.floor = b.events[drop-1].Replay
	}
	b.events = b.events[drop:]
	close(b.wake)
	b.wake = make(chan struct{})
}

// advance sets the newest replay id of a bus, and up to where its events have been dropped.
func (b *bus) advance(last, floor uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last, b.floor = max(b.last, last), max(b.floor, floor)
}

// bounds are the newest replay id and the newest that has been dropped.
func (b *bus) bounds() (last, floor uint64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last, b.floor
}

func (b *bus) newest() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last
}

func (b *bus) retained() []*event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

// after returns at most limit events of a topic beyond a replay id, the newest replay id there is,
// and a channel that is closed when more comes.
func (b *bus) after(topic string, replay uint64, limit int) (events []*event, newest uint64, more <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	at, _ := slices.BinarySearchFunc(b.events, replay+1, func(e *event, id uint64) int {
		if e.Replay < id {
			return -1
		}
		return 1
	})
	for _, e := range b.events[at:] {
		if len(events) == limit {
			break
		}
		if topic == "/data/ChangeEvents" || e.topic() == topic {
			events = append(events, e)
		}
	}
	return events, b.last, b.wake
}

// oldest is the replay id from which on every event is still kept at a moment.
func (b *bus) oldest(now time.Time) uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	oldest := b.floor
	for _, e := range b.events {
		if e.At >= now.Add(-retention).UnixMilli() {
			break
		}
		oldest = e.Replay
	}
	return oldest
}
