package salesforce

import (
	"encoding/json"
	"maps"
	"time"

	"sidelight/sync/simulator/automation"
	"sidelight/sync/simulator/fault"
)

// tx is what one request writes: all of it is kept, or none. It changes the tables at once, so that
// the request sees its own writes, and remembers how to take them back. Server.mu is held from
// begin to end.
type tx struct {
	s      *Server
	at     time.Time
	user   string // who writes
	origin string // of change events
	// allowSave saves what a duplicate rule only warns of.
	allowSave bool
	// together is how many records the call writes at once: automations of the organization count
	// their limits over all.
	together int
	puts     []put
	undo     []func()
	changes  []change
}

// change is one record's step from old to next, for change events. Either may be nil.
type change struct {
	kind      string // CREATE, UPDATE, DELETE, UNDELETE
	old, next *row
}

func (s *Server) begin(user, origin string) *tx {
	return &tx{s: s, at: s.now(), user: user, origin: origin}
}

// savepoint remembers where the transaction stands; the function it returns goes back there.
func (t *tx) savepoint() (back func()) {
	puts, undo, changes := len(t.puts), len(t.undo), len(t.changes)
	return func() {
		for i := len(t.undo) - 1; i >= undo; i-- {
			t.undo[i]()
		}
		t.puts, t.undo, t.changes = t.puts[:puts], t.undo[:undo], t.changes[:changes]
	}
}

func (t *tx) rollback() {
	for i := len(t.undo) - 1; i >= 0; i-- {
		t.undo[i]()
	}
	t.puts, t.undo, t.changes = nil, nil, nil
}

// set puts a row in the place of the one with its id and notes the change under kind; "" is noted
// nowhere.
func (t *tx) set(kind string, next *row) {
	table, id := next.table, next.id()
	old := table.put(id, next)
	t.undo = append(t.undo, func() { table.put(id, old) })
	t.puts = append(t.puts, put{table.name, id, &stored{next.values, next.deletedWith}})
	if kind != "" {
		t.changes = append(t.changes, change{kind, old, next})
	}
}

// edit is a copy of a row to change, stamped as modified now.
func (t *tx) edit(r *row) *row {
	next := &row{table: r.table, values: maps.Clone(r.values), deletedWith: r.deletedWith}
	t.stamp(next)
	return next
}

func (t *tx) stamp(r *row) {
	for _, name := range []string{"LastModifiedDate", "SystemModstamp"} {
		if r.table.field(name) != nil {
			r.values[name] = audited(t.at)
		}
	}
	if r.table.field("LastModifiedById") != nil {
		r.values["LastModifiedById"] = t.user
	}
}

// refused tells whether what is to be saved cannot be as a whole, or a validation rule refuses it,
// or a trigger of the organization: the fault script says.
func (t *tx) refused(next *row) error {
	if err := t.belongs(next); err != nil {
		return err
	}
	if broken := automation.Violated(t.s.settings.Rules, next.table.name, next.shown); broken != nil {
		t.s.faults.Count("rule "+next.table.name, 1)
		at := []string{} // at the top of the page
		if !broken.Unnamed {
			at = []string{broken.Field}
		}
		return badRequest("FIELD_CUSTOM_VALIDATION_EXCEPTION", broken.Text, at...)
	}
	rule, refused := t.s.faults.Refuses(next.table.name, max(t.together, 1), func() string {
		text, _ := json.Marshal(next.values)
		return string(text)
	})
	if !refused {
		return nil
	}
	return badRequest(rule.Code, rule.Message, rule.Fields...)
}

// lock asks the fault script whether a record that is about to be written is locked by someone
// else.
func (t *tx) lock(o *object, id string) error {
	rule, locked := t.s.faults.Effect(fault.LockRow, o.name, id)
	if !locked {
		return nil
	}
	status := rule.Status
	if status == 0 {
		status = 400
	}
	return failure(status, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records: "+id)
}

// commit journals what was written, change events included. On an error nothing has changed.
func (t *tx) commit() error {
	events := t.s.eventsOf(t)
	for _, e := range events {
		t.puts = append(t.puts, put{Kind: kindEvent, Value: e})
	}
	if len(t.puts) > 0 {
		if err := t.s.log.Append(t.puts); err != nil {
			t.rollback()
			return err
		}
	}
	for _, e := range events {
		t.s.bus.publish(e)
	}
	t.s.remember(t)
	return nil
}
