package store_test

import (
	"flag"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

// kept is two replicas on one database, which a history of writes changes by all ways there are.
type kept struct {
	t        *rapid.T
	outer    testing.TB
	replicas [2]*store.Store
	said     *int // statements, of both
	at       time.Time
	hits     int
}

// selections are selections of a card, open and with fields that are closed.
var selections = func() []models.Selection {
	var out []models.Selection
	for _, hidden := range [][]string{nil, {"Opportunity.amount", "Opportunity.role", "Note.body", "Task.dueDate"}} {
		sel := cardSelection
		sel.Sections, sel.AccountSections, sel.Hidden = everySection, everySection, hidden
		sel.WholeContact = hidden == nil
		for _, section := range everySection {
			sel.Pages = append(sel.Pages, models.SectionWanted{Section: section, First: 3}, models.SectionWanted{Section: section, OfAccount: true, First: 3})
		}
		out = append(out, sel)
	}
	return out
}()

// want asks for the pages of a card.
func want(sel models.Selection) func(*models.Contact, *models.Account) models.CardRead {
	return func(contact *models.Contact, account *models.Account) models.CardRead {
		r := models.CardRead{Sections: everySection}
		for _, p := range sel.Pages {
			q := models.RelatedQuery{First: p.First, Open: p.Open, Hidden: sel.Hidden}
			switch {
			case p.OfAccount && account != nil && account.SalesforceID != nil:
				q.AccountID = *account.SalesforceID
			case !p.OfAccount && contact != nil && contact.SalesforceID != nil:
				q.ContactID = *contact.SalesforceID
				if contact.SalesforceParentID != nil && p.Section == models.NeedOpportunities {
					q.AccountID = *contact.SalesforceParentID
				}
			default:
				continue
			}
			r.Pages = append(r.Pages, models.SectionPage{Section: p.Section, Query: q})
			r.CustomerIDs = append(r.CustomerIDs, q.ContactID+q.AccountID)
		}
		return r
	}
}

// drawn fails the history that was drawn, so that a shorter one is looked for.
type drawn struct {
	testing.TB
	t *rapid.T
}

func (d drawn) Helper()                      {}
func (d drawn) Fatal(args ...any)            { d.t.Fatal(args...) }
func (d drawn) Fatalf(text string, a ...any) { d.t.Fatalf(text, a...) }
func (d drawn) Errorf(text string, a ...any) { d.t.Errorf(text, a...) }
func (k *kept) tb() testing.TB               { return drawn{k.outer, k.t} }

// compare reads every card past what is kept, and through what each replica keeps.
func (k *kept) compare() {
	keys := []models.CustomerKey{{SalesforceID: ptr("0030")}}
	for n := range 3 {
		keys = append(keys, models.CustomerKey{DeskContactID: ptr(fmt.Sprint("1", n))})
	}
	for _, key := range keys {
		for which, sel := range selections {
			past := k.past(key, sel)
			for i, s := range k.replicas {
				before := *k.said
				got := must[models.CardFound](k.tb())(s.Card(ctx, key, sel, want(sel)))
				if *k.said == before+1 && len(got.Read.Pages) > 0 {
					k.hits++
				}
				if diff := cmp.Diff(past, got, values); diff != "" {
					k.t.Fatalf("replica %d, %v, selection %d: - read anew, + kept: %s", i, key, which, diff)
				}
			}
		}
	}
}

func (k *kept) past(key models.CustomerKey, sel models.Selection) models.CardFound {
	contact, account, err := k.replicas[0].CustomerByParts(ctx, key, sel)
	check(k.tb(), err)
	out := models.CardFound{Contact: contact, Account: account}
	if contact != nil || account != nil {
		out.Read = want(sel)(contact, account)
		out.Answer = must[models.CardAnswer](k.tb())(k.replicas[0].Sections(ctx, out.Read))
	}
	return out
}

// checks sets how many histories are drawn, unless the command line says it.
func checks(t *testing.T, n int) {
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	check(t, f.Value.Set(strconv.Itoa(n)))
	t.Cleanup(func() { check(t, f.Value.Set(f.DefValue)) })
}

// Any history of writes by any way, on either of two replicas, is seen by each of them at once:
// what is kept is never shown where the database holds something else.
func TestACardThatIsKeptIsWhatWouldBeReadNow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		checks(t, map[bool]int{true: 30, false: 12}[strings.HasPrefix(address, "sqlite:")])
		said := 0
		count := func(o *store.Options) { o.OnSQL = func(string) { said++ } }
		replicas := [2]*store.Store{storetest.Open(t, address, count), storetest.Open(t, address, count)}
		hits, steps := 0, 0
		rapid.Check(t, func(r *rapid.T) {
			k := &kept{t: r, outer: t, replicas: replicas, said: &said, at: t0}
			k.begin()
			for range rapid.IntRange(1, 8).Draw(r, "steps") {
				k.step()
				steps++
				k.compare()
			}
			hits += k.hits
		})
		if t.Logf("%d steps, %d cards were shown as they were kept", steps, hits); hits == 0 {
			t.Error("nothing was ever shown as it was kept")
		}
	})
}

func (k *kept) store() *store.Store {
	return k.replicas[rapid.IntRange(0, 1).Draw(k.t, "replica")]
}

func (k *kept) one(prefix string, n int) string {
	return prefix + fmt.Sprint(rapid.IntRange(0, n-1).Draw(k.t, prefix))
}

func (k *kept) some(prefix string, n int) []string {
	var out []string
	for i := range n {
		if rapid.Bool().Draw(k.t, "some") {
			out = append(out, prefix+fmt.Sprint(i))
		}
	}
	return out
}

// begin empties the database and makes three contacts of two accounts.
func (k *kept) begin() {
	s := k.replicas[0]
	check(k.tb(), s.Wipe(ctx))
	active(k.tb(), s)
	for i := range 2 {
		desk, salesforce := record(models.Desk, models.AccountObject, fmt.Sprint("2", i), "accountName", "A"), record(models.Salesforce, models.AccountObject, fmt.Sprint("001", i), "Name", "A")
		pairOf(k.tb(), s, models.AccountObject, desk, salesforce)
	}
	for i := range 3 {
		desk := record(models.Desk, models.ContactObject, fmt.Sprint("1", i), "lastName", "C", "accountId", fmt.Sprint("2", i%2))
		salesforce := record(models.Salesforce, models.ContactObject, fmt.Sprint("003", i), "LastName", "C", "AccountId", fmt.Sprint("001", i%2))
		pairOf(k.tb(), s, models.ContactObject, desk, salesforce)
	}
	k.opened(s)
	k.compare()
}

func (k *kept) opportunity(id string) models.Opportunity {
	return models.Opportunity{ID: id, Name: ptr(k.one("name ", 9)), AccountID: ptr(k.one("001", 2)), Open: ptr(rapid.Bool().Draw(k.t, "open")), Amount: ptr(models.Decimal(k.one("1", 9)))}
}

func (k *kept) opportunities() (list []models.Opportunity, roles []models.OpportunityContact) {
	for _, id := range k.some("006", 4) {
		list = append(list, k.opportunity(id))
		for _, contact := range k.some("003", 3) {
			roles = append(roles, models.OpportunityContact{OpportunityID: id, ContactID: contact, Role: ptr(k.one("role ", 5))})
		}
	}
	return list, roles
}

// opened reads a card's sections from Salesforce, for a contact or an account.
func (k *kept) opened(s *store.Store) {
	k.at = k.at.Add(time.Duration(rapid.IntRange(0, 1).Draw(k.t, "later")) * time.Second)
	r := models.Related{ContactID: k.one("003", 3), AccountID: k.one("001", 2), AsOf: k.at, Hidden: rapid.SampledFrom([][]string{nil, {"Opportunity.amount", "Opportunity.role", "Note.body"}, {"Opportunity.account"}}).Draw(k.t, "hidden")}
	switch rapid.IntRange(0, 3).Draw(k.t, "whose") {
	case 0:
		r.ContactID = ""
	case 1:
		r.AccountID = ""
	}
	for _, section := range everySection {
		if rapid.Bool().Draw(k.t, "read") {
			r.Read = append(r.Read, section)
		}
	}
	r.Opportunities, r.Roles = k.opportunities()
	for _, id := range k.some("002", 3) {
		r.Notes = append(r.Notes, models.Note{ID: id, Body: ptr(k.one("body ", 9)), CreatedAt: &t0})
	}
	for _, id := range k.some("00U", 3) {
		r.Events = append(r.Events, models.Event{ID: id, Subject: ptr(k.one("subject ", 9)), StartsAt: &t0})
	}
	for _, id := range k.some("00T", 3) {
		r.Tasks = append(r.Tasks, models.Task{ID: id, Subject: ptr(k.one("subject ", 9)), Open: ptr(true)})
	}
	check(k.tb(), s.SaveRelated(ctx, r))
}

// page is a page of the mirror of one kind.
func (k *kept) page() models.RelatedPage {
	p := models.RelatedPage{Object: rapid.SampledFrom(models.RelatedObjects).Draw(k.t, "kind")}
	var customers []string
	for range 2 {
		customers = append(customers, rapid.SampledFrom([]string{"0010", "0011", "0030", "0031", "0032"}).Draw(k.t, "customer"))
	}
	slices.Sort(customers)
	customers = slices.Compact(customers)
	switch p.Object {
	case models.RelatedOpportunities:
		p.Opportunities, _ = k.opportunities()
		p.Deleted = []string{"0069"}
		if len(p.Opportunities) == 0 {
			p.Deleted = k.some("006", 4)
		}
	case models.RelatedRoles:
		_, p.Roles = k.opportunities()
		if rapid.Bool().Draw(k.t, "replaced") {
			p.RolesOf = k.some("006", 4)
			p.Roles = slices.DeleteFunc(p.Roles, func(r models.OpportunityContact) bool { return !slices.Contains(p.RolesOf, r.OpportunityID) })
		}
	case models.RelatedEvents:
		p.Events = []models.Activity[models.Event]{{Record: models.Event{ID: k.one("00U", 3), Subject: ptr(k.one("subject ", 9)), StartsAt: &t0}, Customers: customers}}
	case models.RelatedTasks:
		p.Tasks = []models.Activity[models.Task]{{Record: models.Task{ID: k.one("00T", 3), Subject: ptr(k.one("subject ", 9)), Open: ptr(true)}, Customers: customers}}
	}
	return p
}

// step is one write.
func (k *kept) step() {
	s, fence := k.store(), models.RelatedFence{Number: 1}
	switch way := rapid.IntRange(0, 12).Draw(k.t, "way"); way {
	case 0, 1, 2:
		k.opened(s)
	case 3, 4:
		check(k.tb(), s.SaveRelatedPage(ctx, fence, k.page(), func(m *models.RelatedMirror) {
			if now := time.Now(); m.BeganAt == nil || rapid.Bool().Draw(k.t, "again") {
				m.BeganAt, m.Reading = &now, true
			}
		}))
	case 5:
		for _, object := range models.RelatedObjects {
			if err := s.FinishRelatedLoad(ctx, fence, object); err != nil && models.CodeOf(err) != models.CodeConflict {
				k.t.Fatal(err)
			}
		}
	case 6:
		check(k.tb(), s.MarkRelatedMoved(ctx, models.RelatedFence{Stream: true, Number: 1}, models.RelatedBatch{Object: models.RelatedOpportunities, Hints: []models.RelatedHint{{ID: "0060", ContactID: k.one("003", 3)}}}))
	case 7:
		check(k.tb(), s.ForgetRelatedMirrors(ctx))
	case 8:
		check(k.tb(), s.Prune(ctx, k.at.Add(time.Second)))
	case 9:
		check(k.tb(), s.Wipe(ctx))
		active(k.tb(), s)
	case 10, 11:
		k.observed(s)
	case 12:
		k.planned(s)
	}
}

// observed is a change of a record, a deletion, or another account.
func (k *kept) observed(s *store.Store) {
	k.at = k.at.Add(time.Duration(rapid.IntRange(0, 1).Draw(k.t, "later")) * time.Second)
	object, side := rapid.SampledFrom(models.SyncObjects).Draw(k.t, "object"), rapid.SampledFrom(models.Sides).Draw(k.t, "side")
	r := models.Record{Side: side, Object: object, ModifiedAt: k.at, Deleted: rapid.IntRange(0, 3).Draw(k.t, "deleted") == 0}
	switch {
	case object == models.ContactObject && side == models.Desk:
		r.ID, r.Values = k.one("1", 3), vals("lastName", k.one("name ", 9), "accountId", k.one("2", 3))
	case object == models.ContactObject:
		r.ID, r.Values = k.one("003", 3), vals("LastName", k.one("name ", 9), "AccountId", k.one("001", 3))
	case side == models.Desk:
		r.ID, r.Values = k.one("2", 3), vals("accountName", k.one("name ", 9))
	default:
		r.ID, r.Values = k.one("001", 3), vals("Name", k.one("name ", 9))
	}
	must[models.ObserveResult](k.tb())(s.Observe(ctx, side, object, []models.Record{r}, nil))
}

// planned takes a pair apart, or plans a write and has it done.
func (k *kept) planned(s *store.Store) {
	in := must[models.Integration](k.tb())(s.Integration(ctx))
	l, found := must[map[string]models.LinkState](k.tb())(s.LinksByRecord(ctx, models.ContactObject, models.Desk, []string{"10"}))["10"]
	if !found || !l.Whole() {
		return
	}
	plan := models.LinkPlan{Link: l.Link, Unlink: rapid.Bool().Draw(k.t, "unlink")}
	if !plan.Unlink {
		plan.Intents = []models.Intent{{ID: fmt.Sprint("i", time.Now().UnixNano()), LinkID: l.ID, Object: l.Object, Side: models.Salesforce, Op: models.OpUpdate, RecordID: *l.SalesforceID,
			State: models.IntentPending, Epoch: in.Epoch, Values: vals("LastName", k.one("written ", 9))}}
	}
	must[int](k.tb())(s.SavePlans(ctx, in.Epoch, []models.LinkPlan{plan}))
	for _, one := range must[[]models.Intent](k.tb())(s.BeginSending(ctx, must[[]models.Intent](k.tb())(s.ClaimIntents(ctx, models.Salesforce, "a", time.Minute, 10)))) {
		must[int](k.tb())(s.Finish(ctx, []models.IntentResult{{Intent: one, State: models.IntentDone, RecordID: one.RecordID, ModifiedAt: k.at}}))
	}
}

// Whatever is read differently is kept apart: each part of a selection is in the name.
func TestNoTwoSelectionsShareWhatIsKept(t *testing.T) {
	key := models.CustomerKey{DeskContactID: ptr("1")}
	first := store.KeptName(key, selections[0])
	if store.KeptName(models.CustomerKey{SalesforceID: ptr("1")}, selections[0]) == first || store.KeptName(models.CustomerKey{DeskContactID: ptr("2")}, selections[0]) == first {
		t.Error("another key shares it")
	}
	of := reflect.TypeFor[models.Selection]()
	for i := range of.NumField() {
		sel := selections[0]
		field := reflect.ValueOf(&sel).Elem().Field(i)
		switch v := field.Addr().Interface().(type) {
		case *bool:
			*v = !*v
		case *models.Sources:
			*v = models.Sources{Salesforce: append(slices.Clone(v.Salesforce), "Email"), Desk: v.Desk}
		case *[]models.Need:
			*v = (*v)[1:]
		case *[]models.SectionWanted:
			*v = slices.Clone(*v)
			(*v)[0].Open = ptr(true)
		case *[]string:
			*v = append(slices.Clone(*v), "Note.title")
		default:
			t.Fatalf("%s: say how it is changed here, and put it into the name", of.Field(i).Name)
		}
		if got := store.KeptName(key, sel); got == first {
			t.Errorf("%s is not in the name", of.Field(i).Name)
		}
	}
	parts := models.SectionWanted{Section: models.NeedNotes, First: 3}
	for i, change := range []func(*models.SectionWanted){func(p *models.SectionWanted) { p.Section = models.NeedTasks }, func(p *models.SectionWanted) { p.OfAccount = true }, func(p *models.SectionWanted) { p.First = 4 }, func(p *models.SectionWanted) { p.Open = ptr(false) }} {
		other := parts
		change(&other)
		if store.KeptName(key, models.Selection{Pages: []models.SectionWanted{parts}}) == store.KeptName(key, models.Selection{Pages: []models.SectionWanted{other}}) {
			t.Errorf("part %d of a page is not in the name", i)
		}
	}
}

// A whole reading that does not find roles again takes them from the card that shows them.
func TestARoleThatAWholeReadingDoesNotFindLeavesAKeptCard(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		desk, salesforce := record(models.Desk, models.ContactObject, "10", "lastName", "C"), record(models.Salesforce, models.ContactObject, "0030", "LastName", "C")
		pairOf(t, s, models.ContactObject, desk, salesforce)
		check(t, s.SaveRelated(ctx, models.Related{ContactID: "0030", Read: everySection, AsOf: t0, Opportunities: []models.Opportunity{{ID: "0060"}},
			Roles: []models.OpportunityContact{{OpportunityID: "0060", ContactID: "0030", Role: ptr("Buyer")}}}))
		deals := func() int {
			found := must[models.CardFound](t)(s.Card(ctx, models.CustomerKey{DeskContactID: ptr("10")}, selections[0], want(selections[0])))
			return len(found.Answer.Opportunities[0].Rows)
		}
		fence := models.RelatedFence{Number: 1}
		began := time.Now().Add(time.Hour)
		check(t, s.SaveRelatedPage(ctx, fence, models.RelatedPage{Object: models.RelatedRoles}, func(m *models.RelatedMirror) { m.BeganAt = &began }))
		for range 2 {
			if deals() != 1 {
				t.Fatal("the opportunity is not on the card")
			}
		}
		check(t, s.FinishRelatedLoad(ctx, fence, models.RelatedRoles))
		if deals() != 0 {
			t.Error("the card still shows what its contact has no role in any more")
		}
	})
}
