package zohodesk

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/simulator/desk"
	"sidelight/sync/simulator/seed"
)

// crowded is more records than one search can be paged through.
const crowded = 1050

// crowd is a Desk that imported its contacts ten minutes ago: all at one instant, or a step apart.
func crowd(t *testing.T, step time.Duration, email func(i int) string) (r *rig, began time.Time) {
	t.Helper()
	return newRig(t, options{config: func(c *Config) { c.PageSize = 100 }, desk: func(c *desk.Config) {
		began = c.Now().Add(-10 * time.Minute)
		c.World = seed.World{}
		for i := range crowded {
			at := began.Add(time.Duration(i) * step)
			c.World.Contacts = append(c.World.Contacts, seed.Contact{ID: i + 1, OnDesk: true, LastName: fmt.Sprint("Crowd ", i), Email: email(i), CreatedAt: at, ModifiedAt: at})
		}
	}}), began
}

func TestAThousandRecordsOfOneInstantAreListedAndTheirChangesToldOnce(t *testing.T) {
	r, began := crowd(t, 0, func(i int) string { return fmt.Sprintf("ann&%04d&@many.example", i) })
	for name, read := range map[string]func() []models.Record{
		"List": func() []models.Record { return r.listAll(models.ContactObject, []string{"lastName"}, nil) },
		"Changes": func() []models.Record {
			told, _ := r.changesFrom(models.ContactObject, []string{"lastName"}, cursor{Since: began.Add(-time.Minute)}.String())
			return told
		},
	} {
		before := r.sent("GET /api/v1/contacts")
		got := read()
		if len(got) != crowded || len(byID(got)) != crowded {
			t.Errorf("%s: %d rows of %d records, of %d", name, len(got), len(byID(got)), crowded)
		}
		// Each page is read, and its last row sought once more to go on from.
		if calls := r.sent("GET /api/v1/contacts") - before; calls > 2*crowded/100+4 {
			t.Errorf("%s took %d calls", name, calls)
		}
	}
	_, err := r.Find(r.Context(), models.ContactObject, nil, models.Find{Match: models.Text("ann&@many.example")})
	if models.CodeOf(err) != models.CodeInvalidParameter || models.MayRetry(err) {
		t.Errorf("more of one instant than a search reaches: %v", err)
	}
}

func TestASearchIsSplitUntilEachWindowCanBePagedThrough(t *testing.T) {
	for name, step := range map[string]time.Duration{"ten a second": 100 * time.Millisecond, "over a year": 8 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			r, _ := crowd(t, step, func(i int) string {
				if i == crowded/2 {
					return "ann&@many.example"
				}
				return fmt.Sprintf("ann&%04d&@many.example", i)
			})
			r.clock.advance(366 * 24 * time.Hour)
			got, err := r.Find(r.Context(), models.ContactObject, []string{"lastName"}, models.Find{Match: models.Text("ann&@many.example")})
			if err != nil || len(got) != 1 || got[0].Values["lastName"].String() != fmt.Sprint("Crowd ", crowded/2) {
				t.Errorf("%+v, %v", got, err)
			}
			if reads := r.sent("GET /api/v1/contacts/{id}"); reads != 1 {
				t.Errorf("%d records were read by their id for one that matches", reads)
			}
		})
	}
}
