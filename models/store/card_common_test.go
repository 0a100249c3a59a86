package store_test

import (
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

// What all cards have in common is read once in a while, whatever is read anew and whatever is
// kept, and at once where a mirror has ended.
func TestWhatAllCardsHaveInCommonIsNeverShownNewerOrWholerThanItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		var said []string
		s := storetest.Open(t, address, func(o *store.Options) {
			o.CommonLasts, o.OnSQL = time.Hour, func(q string) { said = append(said, q) }
		})
		other := storetest.Open(t, address)
		active(t, s)
		for _, id := range []string{"0", "1"} {
			desk, salesforce := record(models.Desk, models.ContactObject, "1"+id, "lastName", "C"), record(models.Salesforce, models.ContactObject, "003"+id, "LastName", "C")
			pairOf(t, s, models.ContactObject, desk, salesforce)
		}
		mirror := func(asOf time.Time) {
			check(t, other.SaveRelatedPage(ctx, models.RelatedFence{Number: 1}, models.RelatedPage{Object: models.RelatedTasks}, func(m *models.RelatedMirror) {
				m.Complete, m.BeganAt, m.AsOf = true, &t0, &asOf
			}))
		}
		poll := func() {
			for _, object := range models.SyncObjects {
				check(t, other.SetCursor(ctx, models.Cursor{Side: models.Desk, Object: object, Kind: models.CursorPoll}))
			}
		}
		card := func(id string) (tasks models.RelatedState, mirrored bool, polled time.Time, common bool) {
			said = nil
			found := must[models.CardFound](t)(s.Card(ctx, models.CustomerKey{DeskContactID: ptr("1" + id)}, selections[0], want(selections[0])))
			tasks, mirrored = found.Answer.States["003"+id][models.NeedTasks]
			return tasks, mirrored, found.Answer.Polled[models.Desk], strings.Contains(strings.Join(said, "\n"), "related_mirrors")
		}
		mirror(t0)
		poll()
		first, ok, polled, common := card("0")
		if !ok || !first.Mirrored || !first.AsOf.Equal(t0) || polled.IsZero() || !common {
			t.Fatalf("the first card: %+v %t, polled %s, read %t", first, ok, polled, common)
		}
		mirror(t0.Add(time.Minute))
		poll()
		for _, id := range []string{"0", "1", "1"} { // kept, read anew, kept
			got, ok, again, common := card(id)
			if !ok || !got.AsOf.Equal(t0) || !again.Equal(polled) || common {
				t.Errorf("card %s: %+v %t, polled %s and then %s, read %t", id, got, ok, polled, again, common)
			}
		}
		check(t, other.ForgetRelatedMirrors(ctx))
		for _, id := range []string{"0", "1"} {
			if got, ok, _, _ := card(id); ok {
				t.Errorf("card %s: the mirror has ended, and its section is %+v", id, got)
			}
		}
		if _, _, again, _ := card("0"); again.Before(polled) {
			t.Errorf("polled %s, and then %s", polled, again)
		}
	})
}
