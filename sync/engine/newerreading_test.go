package engine_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// Stamps know whole seconds: of two readings that are stored in the wrong order, the older one is
// not taken for the newer one.
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

// Records that others keep storing something else of do not keep a reading from ending, whichever
// of them it is just then.
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
