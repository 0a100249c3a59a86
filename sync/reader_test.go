package sync_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// Stamps know whole seconds: of two readings that are stored in the wrong order, the older one is not taken for the newer one.
func TestAReadingThatComesLateDoesNotReplaceANewerOne(t *testing.T) {
	for name, late := range map[string]func(p *proc, id string) error{
		"of a change event": func(p *proc, id string) error {
			return p.engine.Hint(context.Background(), models.Salesforce, models.ContactObject, []models.Hint{{ID: id}})
		},
		"of a poll": func(p *proc, _ string) error {
			p.engine.PollNow()
			return p.engine.Pass(context.Background())
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := onWorld(t, storetest.SQLiteAddress(t))
			sf, _ := w.pair(t, map[string]any{"LastName": "Lovelace", "Email": "ada@x.example"})
			p := w.proc
			w.clock.advance(time.Hour)
			w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"LastName": "Byron"})
			overtaken := false
			p.onObserve = func(side models.Side, records []models.Record) {
				if overtaken || side != models.Salesforce || len(records) == 0 {
					return
				}
				overtaken = true
				w.clock.advance(100 * time.Millisecond)
				w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"LastName": "King"})
				check(t, p.engine.Hint(context.Background(), models.Salesforce, models.ContactObject, []models.Hint{{ID: sf}}))
			}
			check(t, late(p, sf))
			if !overtaken {
				t.Fatal("nothing was read late")
			}
			if got := w.mirrored(t, sf).Data["LastName"].String(); got != "King" {
				t.Errorf("the mirror has %q", got)
			}
		})
	}
}

// Records that others keep storing something else of do not keep a reading from ending, whichever of them it is just then.
func TestAReadingThatIsDoubtedAgainAndAgainEnds(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	one, _ := w.pair(t, map[string]any{"LastName": "One"})
	two, _ := w.pair(t, map[string]any{"LastName": "Two"})
	p, calls := w.proc, 0
	p.onObserve = func(side models.Side, _ []models.Record) {
		if calls++; calls > 20 {
			return
		}
		id := one
		if calls > 4 {
			id = two
		}
		row := w.mirrored(t, id)
		w.clock.advance(10 * time.Millisecond)
		_, err := p.store.Observe(context.Background(), side, models.ContactObject, []models.Record{{ID: id, ModifiedAt: row.ModifiedAt,
			Values: models.Values{"Title": models.Text(w.clock.Now().String())}}}, nil)
		check(t, err)
	}
	check(t, p.engine.Hint(context.Background(), models.Salesforce, models.ContactObject, []models.Hint{{ID: one}, {ID: two}}))
	if calls > 10 {
		t.Errorf("it took %d readings", calls)
	}
}

// A poll may be cut off between two of its pages: the next one reads the rest, and what has changed since.
func TestAPollThatGoesOnWithTheRestOfAnotherReadsWhatChangedSinceToo(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, _ := w.pair(t, map[string]any{"LastName": "Lovelace"})
	w.clock.advance(time.Hour) // the feed of deletions is due, after the changes
	w.faults(t, models.Salesforce, `{"kind":"status","endpoint":"GET /services/data/*/sobjects/*/deleted/","status":500,"times":2}`)
	poll := func() error {
		w.proc.engine.PollNow()
		return w.proc.engine.Pass(t.Context())
	}
	if err := poll(); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Fatalf("the poll is not cut off: %v", err)
	}
	w.clock.advance(time.Minute)
	w.edit(t, models.Salesforce, models.ContactObject, sf, map[string]any{"LastName": "King"})
	check(t, poll())
	if got := w.mirrored(t, sf).Data["LastName"].String(); got != "King" {
		t.Errorf("the mirror has %q", got)
	}
	before := w.calls(t, models.Salesforce)
	check(t, poll())
	if n := w.calls(t, models.Salesforce) - before; n != 2 {
		t.Errorf("a usual poll of two objects asks %d times", n)
	}
}

// A deletion that only the event tells of, since reading says nothing of the record, is taken also where the record was seen meanwhile.
func TestADeletionThatOnlyItsEventTellsOfIsTaken(t *testing.T) {
	w := onWorld(t, storetest.SQLiteAddress(t))
	sf, _ := w.pair(t, map[string]any{"LastName": "Lovelace", "Email": "ada@x.example"})
	p, row := w.proc, w.mirrored(t, sf)
	w.clock.advance(time.Hour)
	w.remove(t, models.Salesforce, models.ContactObject, sf)
	w.purge(t, models.Salesforce, sf)
	overtaken := false
	p.onObserve = func(side models.Side, _ []models.Record) {
		if overtaken {
			return
		}
		overtaken = true
		w.clock.advance(100 * time.Millisecond)
		_, err := p.store.Observe(context.Background(), side, models.ContactObject, []models.Record{{ID: sf, Values: row.Data, ModifiedAt: row.ModifiedAt}}, nil)
		check(t, err)
	}
	check(t, p.engine.Hint(context.Background(), models.Salesforce, models.ContactObject, []models.Hint{{ID: sf, Deleted: true, At: row.ModifiedAt}}))
	if row := w.mirrored(t, sf); !overtaken || row.DeletedAt == nil {
		t.Errorf("overtaken %v, the mirror has %+v", overtaken, row)
	}
}

// mirrored is the mirror's row of a Salesforce contact.
func (w *world) mirrored(t *testing.T, id string) *models.MirrorRow {
	t.Helper()
	rows, err := w.store.Mirror(context.Background(), models.Salesforce, models.ContactObject, []string{id})
	check(t, err)
	if rows[id] == nil {
		t.Fatalf("the mirror does not have %s", id)
	}
	return rows[id]
}
