package store_test

import (
	"context"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestWhatIsReadWithoutHiddenFieldsBlanksNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		ctx, s := context.Background(), storetest.Open(t, address)
		at := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
		text := func(v string) *string { return &v }
		read := models.Related{ContactID: "003", AccountID: "001", AsOf: at.Add(time.Hour), Read: []models.Need{models.NeedOpportunities, models.NeedNotes},
			Opportunities: []models.Opportunity{{ID: "006", Name: text("Pilot"), Stage: text("Won"), AccountID: text("001"), UpdatedAt: &at}},
			Roles:         []models.OpportunityContact{{OpportunityID: "006", ContactID: "003", Role: text("Buyer")}},
			Notes:         []models.Note{{ID: "002", Title: text("Call"), Body: text("Soon"), CreatedAt: &at, UpdatedAt: &at}}}
		save := func(r models.Related) {
			t.Helper()
			if err := s.SaveRelated(ctx, r); err != nil {
				t.Fatal(err)
			}
		}
		look := func(when string) {
			t.Helper()
			q := models.RelatedQuery{ContactID: "003", AccountID: "001", First: 5}
			o := must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, q)).Rows
			n := must[models.Slice[models.Note]](t)(s.Notes(ctx, models.RelatedQuery{ContactID: "003", First: 5})).Rows
			if len(o) != 1 || *o[0].Name != "Pilot" || o[0].Stage == nil || *o[0].Stage != "Won" || o[0].Role == nil || *o[0].Role != "Buyer" || !o[0].UpdatedAt.Equal(at) {
				t.Errorf("%s: %+v", when, o)
			}
			if len(n) != 1 || n[0].Body == nil || *n[0].Body != "Soon" || !n[0].CreatedAt.Equal(at) || !n[0].UpdatedAt.Equal(at) {
				t.Errorf("%s: %+v", when, n)
			}
		}
		save(read)
		look("read whole")
		save(read)
		look("read whole again: the vendor's times are not the store's")
		part := read
		part.Hidden = []string{"Opportunity.role", "Opportunity.stage", "Note.body"}
		part.Opportunities = []models.Opportunity{{ID: "006", Name: text("Pilot"), AccountID: text("001"), UpdatedAt: &at}}
		part.Roles = []models.OpportunityContact{{OpportunityID: "006", ContactID: "003"}}
		part.Notes = []models.Note{{ID: "002", Title: text("Call"), CreatedAt: &at, UpdatedAt: &at}}
		save(part)
		look("read in part")
		states := must[map[string]map[models.Need]models.RelatedState](t)(s.RelatedStates(ctx, []string{"003"}, []models.Need{models.NeedNotes, models.NeedNotes.Without(part.Hidden)}))
		if whole, own := states["003"][models.NeedNotes], states["003"][models.NeedNotes.Without(part.Hidden)]; !whole.Stale || own.Stale || own.AsOf.IsZero() {
			t.Errorf("%+v", states)
		}
		hidden := models.RelatedQuery{ContactID: "003", AccountID: "001", First: 5, Hidden: part.Hidden}
		if o := must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, hidden)).Rows; len(o) != 1 || o[0].Stage != nil || o[0].Role != nil || o[0].Name == nil {
			t.Errorf("%+v", o)
		}
	})
}
