package zohodesk

import (
	"fmt"
	"testing"
	"time"

	"sidelight/models"
)

// crowd makes contacts as an import does: all at one instant, or a step apart.
func (r *rig) crowd(step time.Duration, email func(i int) string) []string {
	r.Helper()
	ids := make([]string, crowded)
	for i := range ids {
		ids[i] = r.contact(map[string]any{"lastName": fmt.Sprint("Crowd ", i), "email": email(i)})
		r.clock.advance(step)
	}
	return ids
}

const crowded = 1050 // more than one search can be paged through

func TestAThousandRecordsOfOneInstantAreListedAndTheirChangesToldOnce(t *testing.T) {
	r := newRig(t, options{contacts: 1, accounts: 1, config: func(c *Config) { c.PageSize = 100 }})
	begin, err := r.Changes(r.Context(), models.ContactObject, []string{"lastName"}, "")
	if err != nil {
		t.Fatal(err)
	}
	r.clock.advance(10 * time.Minute)
	ids := r.crowd(0, func(i int) string { return fmt.Sprintf("%04dann@many.example", i) })
	for name, read := range map[string]func() []models.Record{
		"List": func() []models.Record { return r.listAll(models.ContactObject, []string{"lastName"}, nil)[1:] },
		"Changes": func() []models.Record {
			told, _ := r.changesFrom(models.ContactObject, []string{"lastName"}, begin.Cursor)
			return told
		},
	} {
		before := r.sent("GET /api/v1/contacts")
		got := read()
		if found := byID(got); len(got) != crowded || len(found) != crowded || found[ids[0]].ID == "" || found[ids[crowded-1]].ID == "" {
			t.Errorf("%s: %d rows of %d records, of %d", name, len(got), len(found), crowded)
		}
		// Each page is read, and its last row sought once more to go on from.
		if calls := r.sent("GET /api/v1/contacts") - before; calls > 2*crowded/100+4 {
			t.Errorf("%s took %d calls", name, calls)
		}
	}
	r.clock.advance(time.Hour)
	_, err = r.Find(r.Context(), models.ContactObject, nil, models.Find{Match: models.Text("ann@many.example")})
	if models.CodeOf(err) != models.CodeInvalidParameter || models.MayRetry(err) {
		t.Errorf("more of one instant than a search reaches: %v", err)
	}
}

func TestASearchIsSplitUntilEachWindowCanBePagedThrough(t *testing.T) {
	r := newRig(t, options{contacts: 1, accounts: 1, config: func(c *Config) { c.PageSize = 100 }})
	ids := r.crowd(time.Millisecond, func(i int) string {
		if i == crowded/2 {
			return "ann@many.example"
		}
		return fmt.Sprintf("%04dann@many.example", i)
	})
	r.clock.advance(time.Hour) // out of the newest's time
	got, err := r.Find(r.Context(), models.ContactObject, nil, models.Find{Match: models.Text("ann@many.example")})
	if err != nil || len(got) != 1 || got[0].ID != ids[crowded/2] {
		t.Errorf("%+v, %v; want %s", got, err, ids[crowded/2])
	}
	if reads := r.sent("GET /api/v1/contacts/{id}"); reads != 1 {
		t.Errorf("%d records were read by their id for one that matches", reads)
	}
}
