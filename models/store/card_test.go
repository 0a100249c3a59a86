package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/widget"
)

// cardColumns are what a card's head shows in the tests below.
var cardSelection = models.Selection{Contact: true, Account: true, Parent: true, ContactFields: models.Sources{Salesforce: []string{"LastName", "AccountId"}, Desk: []string{"lastName", "accountId"}},
	AccountFields: models.Sources{Salesforce: []string{"Name"}, Desk: []string{"accountName"}}}

// pairOf makes a pair of both sides' records, of which each may be missing.
func pairOf(t testing.TB, s *store.Store, object models.SyncObject, desk, salesforce *models.Record) {
	t.Helper()
	link := models.Link{Object: object}
	for _, r := range []*models.Record{desk, salesforce} {
		if r == nil {
			continue
		}
		must[models.ObserveResult](t)(s.Observe(ctx, r.Side, object, []models.Record{*r}, nil))
		link.SetRecordID(r.Side, r.ID)
	}
	if desk == nil || salesforce == nil {
		return
	}
	of := func(side models.Side, id string) models.LinkState {
		return must[map[string]models.LinkState](t)(s.LinksByRecord(ctx, object, side, []string{id}))[id]
	}
	d, sf := of(models.Desk, desk.ID), of(models.Salesforce, salesforce.ID)
	plan := models.LinkPlan{Link: d.Link, Absorb: &sf.Link}
	plan.Link.SalesforceID, plan.Link.MatchedBy, plan.Link.Dirty, plan.Link.SyncedAt = &salesforce.ID, "email", false, &t0
	if n := must[int](t)(s.SavePlans(ctx, must[models.Integration](t)(s.Integration(ctx)).Epoch, []models.LinkPlan{plan})); n != 1 {
		t.Fatal("the pair was not made")
	}
}

func record(side models.Side, object models.SyncObject, id string, pairs ...string) *models.Record {
	return &models.Record{Side: side, Object: object, ID: id, Values: vals(pairs...), ModifiedAt: t0}
}

func TestAHeadReadInOneStatementIsWhatItsPartsAre(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		desk, salesforce, contacts, accounts := models.Desk, models.Salesforce, models.ContactObject, models.AccountObject
		pairOf(t, s, accounts, record(desk, accounts, "10", "accountName", "Both"), record(salesforce, accounts, "0010", "Name", "Both"))
		pairOf(t, s, accounts, record(desk, accounts, "11", "accountName", "Desk's"), nil)
		pairOf(t, s, accounts, nil, record(salesforce, accounts, "0012", "Name", "Salesforce's"))
		parents := []struct{ desk, salesforce string }{{"10", "0010"}, {"11", ""}, {"", "0012"}, {"11", "0012"}, {"99", "0019"}, {"10", "0019"}, {"", ""}}
		for i, p := range parents {
			d := record(desk, contacts, fmt.Sprint(100+i), "lastName", fmt.Sprint("Desk ", i), "accountId", p.desk)
			sf := record(salesforce, contacts, fmt.Sprint("003", i), "LastName", fmt.Sprint("Salesforce ", i), "AccountId", p.salesforce)
			pairOf(t, s, contacts, d, sf)
			half := *d
			half.ID = fmt.Sprint(200 + i)
			pairOf(t, s, contacts, &half, nil)
			other := *sf
			other.ID = fmt.Sprint("004", i)
			pairOf(t, s, contacts, nil, &other)
		}
		gone := func(side models.Side, id, into string) {
			r := record(side, contacts, id)
			r.Deleted, r.MergedInto, r.ModifiedAt, r.Values = true, into, t0.Add(time.Second), nil
			must[models.ObserveResult](t)(s.Observe(ctx, side, contacts, []models.Record{*r}, nil))
		}
		gone(desk, "101", "")
		gone(desk, "102", "103")
		gone(salesforce, "0033", "0034")
		gone(desk, "204", "")
		gone(salesforce, "0045", "0034")
		var keys []models.CustomerKey
		for i := range parents {
			for _, id := range []string{fmt.Sprint(100 + i), fmt.Sprint(200 + i), fmt.Sprint(300 + i)} {
				keys = append(keys, models.CustomerKey{DeskContactID: &id})
			}
			for _, id := range []string{fmt.Sprint("003", i), fmt.Sprint("004", i), fmt.Sprint("001", i)} {
				keys = append(keys, models.CustomerKey{SalesforceID: &id})
			}
		}
		found := 0
		for _, key := range keys {
			whole := cardSelection
			whole.WholeContact, whole.WholeAccount = true, true
			whole.ContactFields.Desk = append([]string{"phone", "accountId"}, whole.ContactFields.Desk...)
			for _, sel := range []models.Selection{cardSelection, whole, {Contact: true, ContactFields: cardSelection.ContactFields}, {Contact: true, Account: true, AccountFields: cardSelection.AccountFields}} {
				contact, account, err := s.Customer(ctx, key, sel)
				check(t, err)
				c, a, err := s.CustomerByParts(ctx, key, sel)
				check(t, err)
				if diff := cmp.Diff(c, contact, values); diff != "" {
					t.Errorf("the contact of %+v: %s", key, diff)
				}
				if diff := cmp.Diff(a, account, values); diff != "" {
					t.Errorf("the account of %+v: %s", key, diff)
				}
				if contact != nil && account != nil {
					found++
				}
			}
		}
		if found == 0 {
			t.Error("no key has a contact with an account")
		}
	})
}

// opened is a customer with related records of every kind: some with everything, some with nothing,
// more than one page of each.
func opened(t testing.TB, s *store.Store) {
	t.Helper()
	r := models.Related{ContactID: "003", AccountID: "001", Read: everySection, AsOf: t0}
	for i := range 13 {
		id, day, open, percent := fmt.Sprint(i), models.Date(fmt.Sprintf("2026-03-%02d", 1+i*5%13)), i%3 > 0, float64(i)
		o := models.Opportunity{ID: "006" + id}
		n, e, task := models.Note{ID: "002" + id}, models.Event{ID: "00U" + id}, models.Task{ID: "00T" + id}
		if i%2 == 0 {
			o.AccountID = ptr("001")
		}
		if i%4 > 0 {
			at := t0.Add(time.Duration(i*7%13) * time.Hour)
			o.Name, o.Stage, o.Amount, o.Currency, o.Probability, o.CloseDate, o.Open, o.Won = ptr("Deal "+id), ptr("New"), ptr(models.Decimal("12.5")), ptr("EUR"), &percent, &day, &open, ptr(!open)
			o.OwnerID, o.OwnerName, o.OwnerEmail, o.UpdatedAt = ptr("005"), ptr("Ōe"), ptr("o@x.example"), &at
			n.Title, n.Body, n.CreatedByID, n.CreatedByName, n.CreatedAt, n.UpdatedAt = ptr("Call"), ptr("Soon"), ptr("005"), ptr("Ōe"), &at, &at
			e.Subject, e.StartsAt, e.EndsAt, e.AllDay, e.Location, e.Description, e.OwnerID, e.OwnerName = ptr("Visit"), &at, &at, &open, ptr("Here"), ptr("Long"), ptr("005"), ptr("Ōe")
			task.Subject, task.Status, task.Priority, task.DueDate, task.Open, task.Description, task.OwnerID, task.OwnerName = ptr("Call"), ptr("New"), ptr("High"), &day, &open, ptr("Long"), ptr("005"), ptr("Ōe")
		}
		r.Opportunities, r.Notes, r.Events, r.Tasks = append(r.Opportunities, o), append(r.Notes, n), append(r.Events, e), append(r.Tasks, task)
		if i%2 > 0 || i%3 == 0 {
			r.Roles = append(r.Roles, models.OpportunityContact{OpportunityID: o.ID, ContactID: "003", Role: map[bool]*string{true: ptr("Buyer")}[i%5 > 0]})
		}
	}
	check(t, s.SaveRelated(ctx, r))
	for _, side := range models.Sides {
		for _, object := range models.SyncObjects {
			check(t, s.SetCursor(ctx, models.Cursor{Side: side, Object: object, Kind: models.CursorPoll, Value: "1"}))
		}
	}
}

func TestSectionsReadInOneStatementAreWhatTheirListsAre(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		opened(t, s)
		var pages []models.SectionPage
		for _, hidden := range [][]string{nil, hiddenOrders, {"Opportunity.open", "Task.dueDate"}, {"User.name", "Opportunity.amount", "Note.body", "Event.allDay", "Task.status"}} {
			for _, q := range []models.RelatedQuery{{ContactID: "003", AccountID: "001"}, {ContactID: "003"}, {AccountID: "001"}, {ContactID: "nobody"}} {
				for _, first := range []int{0, 1, 5, 13, 20} {
					for _, open := range []*bool{nil, ptr(true), ptr(false)} {
						q.First, q.Open, q.Hidden = first, open, hidden
						for _, section := range everySection {
							if open == nil || section == models.NeedOpportunities || section == models.NeedTasks {
								pages = append(pages, models.SectionPage{Section: section, Query: q})
							}
						}
					}
				}
			}
		}
		for pages := range chunked(pages, 8) {
			read := models.CardRead{CustomerIDs: []string{"003", "001", "nobody"}, Sections: everySection, Pages: pages}
			got := must[models.CardAnswer](t)(s.Sections(ctx, read))
			for i, p := range pages {
				switch p.Section {
				case models.NeedOpportunities:
					equal(t, p, must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, p.Query)), got.Opportunities[i])
				case models.NeedNotes:
					equal(t, p, must[models.Slice[models.Note]](t)(s.Notes(ctx, p.Query)), got.Notes[i])
				case models.NeedEvents:
					equal(t, p, must[models.Slice[models.Event]](t)(s.Events(ctx, p.Query)), got.Events[i])
				case models.NeedTasks:
					equal(t, p, must[models.Slice[models.Task]](t)(s.Tasks(ctx, p.Query)), got.Tasks[i])
				}
			}
			if diff := cmp.Diff(must[map[string]map[models.Need]models.RelatedState](t)(s.RelatedStates(ctx, read.CustomerIDs, read.Sections)), got.States); diff != "" {
				t.Errorf("states: %s", diff)
			}
			if len(got.Polled) != 2 {
				t.Errorf("polled: %v", got.Polled)
			}
		}
	})
}

func equal[T any](t *testing.T, p models.SectionPage, want, got models.Slice[T]) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s of %q and %q, %d of them, open %v, without %v: %s", p.Section, p.Query.ContactID, p.Query.AccountID, p.Query.First, p.Query.Open, p.Query.Hidden, diff)
	}
}

func chunked[T any](list []T, n int) func(func([]T) bool) {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			m := min(n, len(list))
			if !yield(list[:m]) {
				return
			}
			list = list[m:]
		}
	}
}

func TestAWholeCardTakesTwoStatements(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		var said []string
		s := storetest.Open(t, address, func(o *store.Options) { o.OnSQL = func(q string) { said = append(said, q) } })
		active(t, s)
		pairOf(t, s, models.AccountObject, record(models.Desk, models.AccountObject, "10", "accountName", "A"), record(models.Salesforce, models.AccountObject, "001", "Name", "A"))
		pairOf(t, s, models.ContactObject, record(models.Desk, models.ContactObject, "100", "lastName", "C", "accountId", "10"), record(models.Salesforce, models.ContactObject, "003", "LastName", "C", "AccountId", "001"))
		opened(t, s)
		must[models.Ticket](t)(s.SaveTicket(ctx, models.Ticket{ID: "1", ContactID: "100", AsOf: time.Now()}))
		card := widget.New(widget.Config{Store: s, Fresh: time.Hour, Now: func() time.Time { return t0 }})
		t.Cleanup(card.Close)
		sel := cardSelection
		sel.Sections = everySection
		for _, section := range everySection {
			sel.Pages = append(sel.Pages, models.SectionWanted{Section: section, First: 5})
		}
		for name, c := range map[string]struct {
			key  models.CustomerKey
			most int
		}{"by contact": {models.CustomerKey{DeskContactID: ptr("100")}, 2}, "by ticket": {models.CustomerKey{DeskTicketID: ptr("1")}, 3}, "by Salesforce": {models.CustomerKey{SalesforceID: ptr("003")}, 2}} {
			said = nil
			got, err := card.Customer(ctx, c.key, sel)
			check(t, err)
			if got == nil || got.Contact == nil || got.Account == nil || *got.Stale {
				t.Fatalf("%s: %+v", name, got)
			}
			if deals, ok := got.Contact.Sections.Opportunities(models.RelatedQuery{ContactID: "003", AccountID: "001", First: 5}); !ok || len(deals.Rows) != 5 {
				t.Errorf("%s: the opportunities were not read with it: %+v", name, deals)
			}
			if len(said) > c.most {
				t.Errorf("%s took %d statements: %q", name, len(said), said)
			}
		}
	})
}
