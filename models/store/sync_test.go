package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

func contact(side models.Side, id, email string, at time.Time, more ...string) models.Record {
	v := vals(append([]string{models.ContactObject.MatchField(side), email}, more...)...)
	return models.Record{Side: side, Object: models.ContactObject, ID: id, Values: v, ModifiedAt: at}
}

func observe(t testing.TB, s *store.Store, side models.Side, records ...models.Record) models.ObserveResult {
	t.Helper()
	return must[models.ObserveResult](t)(s.Observe(ctx, side, models.ContactObject, records, nil))
}

func dirty(t testing.TB, s *store.Store) []models.LinkState {
	t.Helper()
	return must[[]models.LinkState](t)(s.DirtyLinks(ctx, models.ContactObject, "", 100))
}

// clean plans nothing for the links, so that they are no longer dirty.
func clean(t testing.TB, s *store.Store, epoch int64) {
	t.Helper()
	var plans []models.LinkPlan
	for _, l := range dirty(t, s) {
		l.Link.Dirty = false
		plans = append(plans, models.LinkPlan{Link: l.Link})
	}
	if n := must[int](t)(s.SavePlans(ctx, epoch, plans)); n != len(plans) {
		t.Fatalf("%d of %d plans were saved", n, len(plans))
	}
}

func TestARecordSeenForTheFirstTimeGetsAHalfLinkAndTheCursorMovesWithIt(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		c := models.Cursor{Side: models.Desk, Object: models.ContactObject, Kind: models.CursorPoll, Value: "7"}
		got := must[models.ObserveResult](t)(s.Observe(ctx, models.Desk, models.ContactObject, []models.Record{contact(models.Desk, "1", " Ann@X.example ", t0, "lastName", "Ōe")}, &c))
		if diff := cmp.Diff(models.ObserveResult{Seen: 1, New: 1, OldestChange: t0}, got); diff != "" {
			t.Error(diff)
		}
		links := dirty(t, s)
		if len(links) != 1 || links[0].Desk == nil || links[0].Desk.MatchKey != "ann@x.example" || links[0].Desk.Name != "Ōe" || links[0].Whole() {
			t.Fatalf("%+v", links)
		}
		if got := must[string](t)(s.Cursor(ctx, models.Desk, models.ContactObject, models.CursorPoll)); got != "7" {
			t.Errorf("cursor %q", got)
		}
	})
}

// Stamps know whole seconds: what was asked for before the row was stored may be older than the
// row, and nobody can tell.
func TestWhatMayBeOlderThanTheRowIsDoubtfulAndNothingIsStored(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		phone := func(asked time.Duration, stamp time.Time, phone string) models.Record {
			r := contact(models.Desk, "1", "a@x.example", stamp, "phone", phone)
			r.AskedAt = time.Now().Add(asked)
			return r
		}
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0, "phone", "2"))
		for _, c := range []struct {
			name     string
			record   models.Record
			doubtful bool
			holds    string
		}{
			{"the same", phone(-time.Hour, t0, "2"), false, "2"},
			{"older by its stamp", phone(-time.Hour, t0.Add(-time.Second), "1"), false, "2"},
			{"another value", phone(-time.Hour, t0, "1"), true, "2"},
			{"gone, nobody knows since when", models.Record{ID: "1", Deleted: true, AskedAt: time.Now().Add(-time.Hour)}, true, "2"},
			{"another value, asked for later", phone(time.Hour, t0, "3"), false, "3"},
			{"newer by its stamp", phone(-time.Hour, t0.Add(time.Second), "4"), false, "4"},
			{"another value, asked for nobody knows when", contact(models.Desk, "1", "a@x.example", t0.Add(time.Second), "phone", "5"), false, "5"},
		} {
			other := contact(models.Desk, "other "+c.name, "", t0)
			cursor := models.Cursor{Side: models.Desk, Object: models.ContactObject, Kind: models.CursorPoll, Value: c.name}
			got := must[models.ObserveResult](t)(s.Observe(ctx, models.Desk, models.ContactObject, []models.Record{other, c.record}, &cursor))
			rows := must[map[string]*models.MirrorRow](t)(s.Mirror(ctx, models.Desk, models.ContactObject, []string{"1", other.ID}))
			if c.doubtful != slices.Equal(got.Doubtful, []string{"1"}) || rows["1"].Data["phone"].String() != c.holds || rows["1"].DeletedAt != nil {
				t.Errorf("%s: %+v, %+v", c.name, got, rows["1"])
			}
			moved := must[string](t)(s.Cursor(ctx, models.Desk, models.ContactObject, models.CursorPoll)) == c.name
			if stored := rows[other.ID] != nil; stored == c.doubtful || moved == c.doubtful {
				t.Errorf("%s: the other record is stored: %v, the cursor moved: %v", c.name, stored, moved)
			}
		}
	})
}

func TestOldDoubledAndEqualObservationsChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0, "phone", "1"))
		clean(t, s, in.Epoch)
		for name, r := range map[string]models.Record{
			"the same again": contact(models.Desk, "1", "a@x.example", t0, "phone", "1"),
			"older":          contact(models.Desk, "1", "a@x.example", t0.Add(-time.Second), "phone", "0"),
			"newer, equal":   contact(models.Desk, "1", "a@x.example", t0.Add(time.Second), "phone", "1"),
		} {
			if observe(t, s, models.Desk, r); len(dirty(t, s)) != 0 {
				t.Errorf("%s: the link is dirty", name)
			}
		}
		if observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0.Add(time.Second), "phone", "2")); len(dirty(t, s)) != 1 {
			t.Error("equally old but different: the link is clean")
		}
		clean(t, s, in.Epoch)
		gone := models.Record{Side: models.Desk, Object: models.ContactObject, ID: "1", Deleted: true}
		if observe(t, s, models.Desk, gone); len(dirty(t, s)) != 1 || dirty(t, s)[0].Desk.DeletedAt == nil {
			t.Error("a deletion was not noticed")
		}
	})
}

func TestAPlanIsSavedOnlyUnderWhatItWasMadeFrom(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		plan := models.LinkPlan{Link: dirty(t, s)[0].Link}
		plan.Link.Dirty = false
		if n := must[int](t)(s.SavePlans(ctx, in.Epoch+1, []models.LinkPlan{plan})); n != 0 {
			t.Error("saved under another epoch")
		}
		observe(t, s, models.Desk, contact(models.Desk, "1", "b@x.example", t0.Add(time.Second)))
		if n := must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{plan})); n != 0 || len(dirty(t, s)) != 1 {
			t.Error("saved although the record had changed since")
		}
	})
}

// owed saves a plan that owes Salesforce a contact.
func owed(t testing.TB, s *store.Store, epoch int64, l models.LinkState) models.Intent {
	t.Helper()
	plan := models.LinkPlan{Link: l.Link}
	plan.Link.Dirty = false
	intent := models.Intent{ID: "intent-" + l.ID, LinkID: l.ID, Object: models.ContactObject, Side: models.Salesforce, Op: models.OpCreate, State: models.IntentPending,
		Epoch: epoch, Values: vals("Email", "a@x.example"), Source: vals("email", "a@x.example"), CreatedAt: t0, UpdatedAt: t0}
	plan.Intents = []models.Intent{intent}
	if n := must[int](t)(s.SavePlans(ctx, epoch, []models.LinkPlan{plan})); n != 1 {
		t.Fatal("the plan was not saved")
	}
	return intent
}

func claim(t testing.TB, s *store.Store, owner string) []models.Intent {
	t.Helper()
	return must[[]models.Intent](t)(s.ClaimIntents(ctx, models.Salesforce, owner, time.Minute, 10))
}

func TestAnOwedWriteIsClaimedSentAndDoneOnce(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		owed(t, s, in.Epoch, dirty(t, s)[0])
		claimed := claim(t, s, "a")
		if len(claimed) != 1 || len(claim(t, s, "b")) != 0 {
			t.Fatalf("claimed %d, and once more", len(claimed))
		}
		ready := must[[]models.Intent](t)(s.BeginSending(ctx, claimed))
		if len(ready) != 1 || must[int](t)(s.Sending(ctx)) != 1 {
			t.Fatal("it may not be sent")
		}
		// The change stream is faster than the answer: the new record has a half link of its own.
		observe(t, s, models.Salesforce, contact(models.Salesforce, "003000000000001AAA", "a@x.example", t0))
		stale := must[int](t)(s.Finish(ctx, []models.IntentResult{{Intent: ready[0], State: models.IntentDone, RecordID: "003000000000001AAA",
			Journal: []models.Change{{LinkID: ready[0].LinkID, Object: models.ContactObject, Side: models.Salesforce, Field: "Email", New: models.Text("a@x.example"), At: t0}}}}))
		state := must[models.LinkState](t)(s.LinkState(ctx, ready[0].LinkID))
		if stale != 0 || !state.Whole() || state.MatchedBy != "created" || state.Salesforce == nil || state.BaseDesk["email"] != models.Text("a@x.example") {
			t.Fatalf("stale %d, %+v", stale, state)
		}
		if all := must[[]models.LinkState](t)(s.Links(ctx, models.ContactObject, "", 10)); len(all) != 1 {
			t.Errorf("%d links for one pair", len(all))
		}
		if history := must[map[string]models.Change](t)(s.FieldHistory(ctx, state.ID)); history["Email"].RecordID != "003000000000001AAA" {
			t.Errorf("%+v", history)
		}
		if c := must[models.SyncCounts](t)(s.Counts(ctx)); c.LinkedContacts != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAfterAPauseNothingMayBeSent(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		owed(t, s, in.Epoch, dirty(t, s)[0])
		claimed := claim(t, s, "a")
		_, err := s.UpdateIntegration(ctx, func(in *models.Integration) error { in.Status, in.Epoch = models.StatusPaused, in.Epoch+1; return nil })
		check(t, err)
		if ready := must[[]models.Intent](t)(s.BeginSending(ctx, claimed)); len(ready) != 0 {
			t.Error("a write leaves while paused")
		}
		active(t, s)
		if ready := must[[]models.Intent](t)(s.BeginSending(ctx, claimed)); len(ready) != 0 {
			t.Error("a write of before the pause leaves after it")
		}
	})
}

func TestAWriteWhoseSenderWasLostIsUnknownAndItsLateAnswerIsDropped(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		now := t0
		s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		owed(t, s, in.Epoch, dirty(t, s)[0])
		ready := must[[]models.Intent](t)(s.BeginSending(ctx, claim(t, s, "a")))
		now = now.Add(2 * time.Minute)
		if n := must[int](t)(s.Sending(ctx)); n != 0 {
			t.Errorf("%d are still under way", n)
		}
		again := claim(t, s, "b")
		if len(again) != 1 || again[0].State != models.IntentUnknown || again[0].Attempts != 1 {
			t.Fatalf("%+v", again)
		}
		if stale := must[int](t)(s.Finish(ctx, []models.IntentResult{{Intent: ready[0], State: models.IntentDone, RecordID: "x"}})); stale != 1 {
			t.Error("the late answer was taken")
		}
		if again, err := s.BeginSending(ctx, again); err != nil || len(again) != 0 {
			t.Error("an unknown create may be sent without having been looked for")
		}
	})
}

func TestARecordThatAppearsWhileACreateIsUnansweredIsNotCreatedBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		now := t0.Add(time.Hour)
		s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "", t0, "lastName", "Ann"))
		owed(t, s, in.Epoch, dirty(t, s)[0])
		must[[]models.Intent](t)(s.BeginSending(ctx, claim(t, s, "a")))
		observe(t, s, models.Salesforce, contact(models.Salesforce, "003000000000001AAA", "", t0, "LastName", "Ann"))
		half := dirty(t, s)[0]
		plan := models.LinkPlan{Link: half.Link, Intents: []models.Intent{{ID: "back", LinkID: half.ID, Object: models.ContactObject, Side: models.Desk, Op: models.OpCreate,
			State: models.IntentPending, Epoch: in.Epoch, CreatedAt: now, UpdatedAt: now}}}
		if n := must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{plan})); n != 0 {
			t.Error("the new record would be doubled")
		}
	})
}

func TestAFailureOfARecordThatWasOurOwnCreateEndsWithTheCreate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		now := t0.Add(time.Hour)
		s := storetest.Open(t, address, func(o *store.Options) { o.Now = func() time.Time { return now } })
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "", t0, "lastName", "Ann"))
		owed(t, s, in.Epoch, dirty(t, s)[0])
		sent := must[[]models.Intent](t)(s.BeginSending(ctx, claim(t, s, "a")))
		observe(t, s, models.Salesforce, contact(models.Salesforce, "003000000000001AAA", "", t0, "LastName", "Ann"))
		half := dirty(t, s)[0].Link
		half.Dirty = false
		f := models.Failure{ID: "f", LinkID: half.ID, Object: half.Object, Source: models.Salesforce, Target: models.Desk, RecordID: "003000000000001AAA",
			Code: models.CodeAmbiguousMatch, Message: "several", Attempts: 1, FirstAt: t0, LastAt: t0}
		if n := must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{{Link: half, Failures: []models.Failure{f}}})); n != 1 {
			t.Fatal("the failure was not saved")
		}
		if stale := must[int](t)(s.Finish(ctx, []models.IntentResult{{Intent: sent[0], State: models.IntentDone, RecordID: "003000000000001AAA"}})); stale != 0 {
			t.Fatal("the answer was dropped")
		}
		if c := must[models.SyncCounts](t)(s.Counts(ctx)); c.OpenFailures != 0 || c.LinkedContacts != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAContactIsPlannedAgainWhenItsAccountIsLinkedOrFailsToBe(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		account := func(side models.Side, id string) models.Record {
			return models.Record{Side: side, Object: models.AccountObject, ID: id, Values: vals(models.AccountObject.MatchField(side), "Acme"), ModifiedAt: t0}
		}
		child := func(side models.Side, id, parent string) models.Record {
			return contact(side, id, id+"@x.example", t0, models.ContactObject.ParentField(side), parent)
		}
		must[models.ObserveResult](t)(s.Observe(ctx, models.Desk, models.AccountObject, []models.Record{account(models.Desk, "a"), account(models.Desk, "b")}, nil))
		observe(t, s, models.Desk, child(models.Desk, "1", "a"), child(models.Desk, "2", "a"), child(models.Desk, "3", "b"), child(models.Desk, "4", ""))
		observe(t, s, models.Salesforce, child(models.Salesforce, "001", "001a"), child(models.Salesforce, "002", "001b"))
		clean(t, s, in.Epoch)
		accounts := must[[]models.LinkState](t)(s.DirtyLinks(ctx, models.AccountObject, "", 100))
		var plans []models.LinkPlan
		for _, l := range accounts {
			l.Link.Dirty = false
			switch *l.DeskID {
			case "a":
				l.Link.SalesforceID = ptr("001a")
				plans = append(plans, models.LinkPlan{Link: l.Link})
			case "b":
				plans = append(plans, models.LinkPlan{Link: l.Link, Failures: []models.Failure{{ID: "f", LinkID: l.ID, Object: l.Object, Source: models.Desk, Target: models.Salesforce,
					RecordID: "b", Code: models.CodeAmbiguousMatch, Message: "several", Attempts: 1, FirstAt: t0, LastAt: t0}}})
			}
		}
		woken := func() (ids []string) {
			for _, l := range dirty(t, s) {
				for _, side := range models.Sides {
					if id := l.RecordID(side); id != "" {
						ids = append(ids, id)
					}
				}
			}
			slices.Sort(ids)
			return ids
		}
		if n := must[int](t)(s.SavePlans(ctx, in.Epoch, plans)); n != 2 {
			t.Fatalf("%d of 2 plans were saved", n)
		}
		if diff := cmp.Diff([]string{"001", "1", "2", "3"}, woken()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAFailureStandsOncePerRecordAndIsResolvedWhenItIsThrough(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		in := active(t, s)
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0))
		for range 2 {
			l := dirty(t, s)[0].Link
			l.Dirty = false
			f := models.Failure{ID: fmt.Sprint(l.Version), LinkID: l.ID, Object: l.Object, Source: models.Desk, Target: models.Salesforce, RecordID: "1",
				Code: models.CodeAmbiguousMatch, Message: "several", Attempts: 1, FirstAt: t0, LastAt: t0}
			must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{{Link: l, Failures: []models.Failure{f}}}))
			if n := must[int](t)(s.RetryFailures(ctx, nil, models.FailureFilter{})); n != 1 {
				t.Errorf("%d retried", n)
			}
		}
		list := must[models.Slice[models.Failure]](t)(s.Failures(ctx, models.FailureFilter{}, models.Page{}, true))
		if len(list.Rows) != 1 || list.Rows[0].Attempts != 2 || *list.Total != 1 {
			t.Fatalf("%+v", list.Rows)
		}
		if cats := must[[]models.FailureCategory](t)(s.FailureCategories(ctx, models.FailureFilter{})); len(cats) != 1 || cats[0].Count != 1 || cats[0].LastAt == nil {
			t.Errorf("%+v", cats)
		}
		l := dirty(t, s)[0].Link
		l.Dirty = false
		must[int](t)(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{{Link: l, Resolved: true}}))
		if c := must[models.SyncCounts](t)(s.Counts(ctx)); c.OpenFailures != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestListsGoBothWaysOverTiesWithoutGapsOrRepeats(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		for i := range 11 {
			observe(t, s, models.Desk, contact(models.Desk, fmt.Sprint(i), fmt.Sprintf("%d@x.example", i), t0, "lastName", []string{"Ann", "Bo"}[i%2]))
		}
		columns := models.Sources{Desk: []string{"lastName", "email"}}
		for _, order := range []models.ContactOrder{models.ContactNameAsc, models.ContactNameDesc, models.ContactEmailAsc, models.ContactUpdatedDesc} {
			three := 3
			seen := map[string]bool{}
			page := models.Page{First: &three}
			var last models.Slice[models.Contact]
			for range 5 {
				last = must[models.Slice[models.Contact]](t)(s.Contacts(ctx, models.ContactFilter{}, order, page, columns, true))
				for _, c := range last.Rows {
					if seen[c.ID] || c.LastName() == nil {
						t.Fatalf("%s: %s comes twice, or without its name", order, c.ID)
					}
					seen[c.ID] = true
				}
				if !last.PageInfo.HasNextPage {
					break
				}
				page.After = last.PageInfo.EndCursor
			}
			if len(seen) != 11 || *last.Total != 11 {
				t.Errorf("%s: %d of 11 seen", order, len(seen))
			}
			back := must[models.Slice[models.Contact]](t)(s.Contacts(ctx, models.ContactFilter{}, order, models.Page{Last: &three, Before: last.PageInfo.StartCursor}, columns, false))
			if len(back.Rows) != 3 || !back.PageInfo.HasPreviousPage {
				t.Errorf("%s: %d rows before the last page", order, len(back.Rows))
			}
			if _, err := s.Accounts(ctx, models.AccountFilter{}, models.AccountNameAsc, page, columns, false); models.CodeOf(err) != models.CodeBadUserInput {
				t.Errorf("another list's cursor: %v", err)
			}
		}
		search := "%"
		if none := must[models.Slice[models.Contact]](t)(s.Contacts(ctx, models.ContactFilter{Search: &search}, "", models.Page{}, columns, false)); len(none.Rows) != 0 {
			t.Error("a percent sign matches everything")
		}
	})
}

func TestOnlyTheColumnsAskedForAreSelected(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		var said []string
		s := storetest.Open(t, address, func(o *store.Options) { o.OnSQL = func(q string) { said = append(said, q) } })
		observe(t, s, models.Desk, contact(models.Desk, "1", "a@x.example", t0, "phone", "12", "lastName", "Ann"))
		said = nil
		id := "1"
		c, _, err := s.Customer(ctx, models.CustomerKey{DeskContactID: &id}, models.Selection{Contact: true, ContactFields: models.Sources{Desk: []string{"lastName"}}})
		check(t, err)
		if c == nil || c.Phone() != nil || c.LastName() == nil {
			t.Fatalf("%+v", c)
		}
		for _, q := range said {
			if containsAny(q, "phone", "email", "*", ".data,") && !containsAny(q, "JSON_EXTRACT(d.data, '$.\"lastName\"')") {
				t.Errorf("more was selected: %s", q)
			}
		}
	})
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func ptr[T any](v T) *T { return &v }

func TestACardsSectionsAreReplacedAndSummedExactly(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		all := []models.Need{models.NeedOpportunities, models.NeedNotes, models.NeedEvents, models.NeedTasks}
		related := func(opportunities ...models.Opportunity) models.Related {
			r := models.Related{ContactID: "003", AccountID: "001", Read: all, AsOf: t0, Opportunities: opportunities,
				Notes: []models.Note{{ID: "n", Body: ptr("Ōe"), CreatedAt: ptr(t0)}}, Events: []models.Event{{ID: "e", StartsAt: ptr(t0)}, {ID: "f"}}, Tasks: []models.Task{{ID: "t", Open: ptr(true)}}}
			for _, o := range opportunities {
				r.Roles = append(r.Roles, models.OpportunityContact{OpportunityID: o.ID, ContactID: "003", Role: ptr("Buyer")})
			}
			return r
		}
		deal := func(id, amount string, percent float64, open bool) models.Opportunity {
			return models.Opportunity{ID: id, AccountID: ptr("001"), Stage: ptr("New"), Amount: ptr(models.Decimal(amount)), Probability: &percent, Open: &open, CloseDate: ptr(models.Date("2026-0" + id + "-01"))}
		}
		for range 2 { // the second time replaces the first
			check(t, s.SaveRelated(ctx, related(deal("1", "0.1", 10, false), deal("2", "0.2", 35, true), deal("3", "1000000000.01", 35, true))))
		}
		got := must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, models.RelatedQuery{ContactID: "003", First: 2, Total: true}))
		if len(got.Rows) != 2 || got.Rows[0].ID != "2" || *got.Rows[0].Role != "Buyer" || *got.Total != 3 {
			t.Fatalf("%+v", got)
		}
		rest := must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, models.RelatedQuery{ContactID: "003", First: 2, After: *got.PageInfo.EndCursor}))
		if len(rest.Rows) != 1 || rest.Rows[0].ID != "1" {
			t.Errorf("the second page: %+v", rest.Rows)
		}
		buckets := must[[]models.PipelineBucket](t)(s.Pipeline(ctx, models.PipelineByStage, models.OpportunityFilter{}, nil))
		if len(buckets) != 1 || *buckets[0].Amount != "1000000000.31" || *buckets[0].WeightedAmount != "350000000.0835" || buckets[0].Count != 3 {
			t.Errorf("%+v %v %v", buckets, *buckets[0].Amount, *buckets[0].WeightedAmount)
		}
		for name, n := range map[string]int{
			"notes": len(must[models.Slice[models.Note]](t)(s.Notes(ctx, models.RelatedQuery{ContactID: "003"})).Rows), "tasks": len(must[models.Slice[models.Task]](t)(s.Tasks(ctx, models.RelatedQuery{ContactID: "003"})).Rows),
		} {
			if n != 1 {
				t.Errorf("%d %s", n, name)
			}
		}
		if e := must[models.Slice[models.Event]](t)(s.Events(ctx, models.RelatedQuery{ContactID: "003"})); len(e.Rows) != 2 || e.Rows[0].ID != "e" {
			t.Errorf("%+v", e.Rows)
		}
		sums := must[[]models.OpportunitySum](t)(s.OpportunitySums(ctx, models.RelatedQuery{ContactID: "003", AccountID: "001", Open: ptr(true)}))
		if len(sums) != 1 || sums[0].Count != 2 || *sums[0].Amount != "1000000000.21" || sums[0].Currency != nil {
			t.Errorf("open ones are worth %+v", sums)
		}
		if none := must[[]models.OpportunitySum](t)(s.OpportunitySums(ctx, models.RelatedQuery{ContactID: "nobody", Hidden: []string{"Opportunity.currency"}})); len(none) != 0 {
			t.Errorf("nobody's are worth %+v", none)
		}
		if closed := must[[]models.OpportunitySum](t)(s.OpportunitySums(ctx, models.RelatedQuery{ContactID: "003", Hidden: []string{"Opportunity.amount", "Opportunity.currency"}})); len(closed) != 1 || closed[0].Amount != nil || closed[0].Count != 3 {
			t.Errorf("a hidden amount is summed: %+v", closed)
		}
		cut := related(deal("2", "0.2", 35, true))
		cut.Cut = []models.Need{models.NeedOpportunities}
		check(t, s.SaveRelated(ctx, cut))
		if states := must[map[string]map[models.Need]models.RelatedState](t)(s.RelatedStates(ctx, []string{"003", "001"}, all)); !states["003"][models.NeedOpportunities].Cut || !states["001"][models.NeedOpportunities].Cut || states["003"][models.NeedTasks].Cut {
			t.Errorf("what was cut is not known: %+v", states)
		}
		check(t, s.SaveRelated(ctx, related(deal("2", "0.2", 35, true))))
		if left := must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, models.RelatedQuery{ContactID: "003", AccountID: "001"})); len(left.Rows) != 1 {
			t.Errorf("what Salesforce no longer names is still shown: %+v", left.Rows)
		}
		states := must[map[string]map[models.Need]models.RelatedState](t)(s.RelatedStates(ctx, []string{"003", "001"}, all))
		if len(states["003"]) != 4 || states["003"][models.NeedOpportunities].Cut || states["003"][models.NeedNotes].Stale || len(states["001"]) != 1 {
			t.Errorf("%+v", states)
		}
	})
}
