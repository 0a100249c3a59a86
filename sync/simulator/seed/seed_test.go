package seed

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"
)

var now = time.Date(2026, 5, 4, 9, 57, 17, 0, time.UTC)

var usual = Options{Contacts: DefaultContacts, Accounts: DefaultAccounts, Overlap: DefaultOverlap, Seed: 1, Now: now}

func TestTheSameSeedGivesTheSameWorld(t *testing.T) {
	first, again := Generate(usual), Generate(usual)
	if !reflect.DeepEqual(first, again) {
		t.Error("two runs with one seed differ")
	}
	other := usual
	other.Seed = 2
	if reflect.DeepEqual(first.Contacts, Generate(other).Contacts) {
		t.Error("another seed gave the same people")
	}
	other.Seed = 0
	if !reflect.DeepEqual(Generate(other), Generate(other)) {
		t.Error("seed 0 is not repeatable")
	}
}

func TestTheUsualWorldHasWhatMakesSyncingHard(t *testing.T) {
	w := Generate(usual)
	var salesforce, desk, shared, foreign, mailless, homeless int
	emails := map[string]map[string]int{"salesforce": {}, "desk": {}}
	for _, c := range w.Contacts {
		if c.OnSalesforce {
			salesforce++
			emails["salesforce"][c.Email]++
		}
		if c.OnDesk {
			desk++
			emails["desk"][c.Email]++
		}
		if c.OnSalesforce && c.OnDesk {
			shared++
			if c.Email == "" {
				t.Errorf("contact %d is on both sides without an email", c.ID)
			}
		}
		if strings.ContainsFunc(c.LastName, func(r rune) bool { return r > unicode.MaxASCII }) {
			foreign++
		}
		if c.Email == "" {
			mailless++
		}
		if c.AccountID == 0 {
			homeless++
		}
	}
	if salesforce != 2000 || desk != 2000 || shared != 1000 {
		t.Errorf("contacts: %d and %d, %d shared", salesforce, desk, shared)
	}
	if foreign < 50 || mailless < 30 || homeless < 30 {
		t.Errorf("%d names outside ASCII, %d without email, %d without account", foreign, mailless, homeless)
	}
	for side, count := range emails {
		delete(count, "")
		twice := 0
		for _, n := range count {
			if n > 1 {
				twice++
			}
		}
		if twice == 0 || twice > 40 {
			t.Errorf("%s: %d emails are shared by two contacts", side, twice)
		}
	}
	names := map[string]int{}
	for _, a := range w.Accounts {
		if a.OnSalesforce != a.OnDesk {
			names[a.Name]++
		}
	}
	if len(names) == 400 {
		t.Error("no account name stands twice")
	}
}

func TestTheFirstTicketsCustomerHasAFullCard(t *testing.T) {
	for seed := range uint64(20) {
		opts := Options{Contacts: 20, Accounts: 4, Overlap: 0.5, Seed: seed, Now: now}
		w := Generate(opts)
		customer := w.Tickets[0].ContactID
		c := w.Contacts[customer-1]
		if !c.OnSalesforce || !c.OnDesk || c.AccountID == 0 {
			t.Fatalf("seed %d: the customer is %+v", seed, c)
		}
		open, closed := 0, 0
		for _, r := range w.ContactRoles {
			if r.ContactID == customer {
				if w.Opportunities[r.OpportunityID-1].Closed {
					closed++
				} else {
					open++
				}
			}
		}
		notes, events, tasks := 0, 0, 0
		for _, n := range w.Notes {
			if n.ContactID == customer {
				notes++
			}
		}
		for _, e := range w.Events {
			if e.ContactID == customer {
				events++
			}
		}
		for _, k := range w.Tasks {
			if k.ContactID == customer {
				tasks++
			}
		}
		if open == 0 || closed == 0 || notes == 0 || events == 0 || tasks == 0 {
			t.Errorf("seed %d: %d open, %d closed, %d notes, %d events, %d tasks", seed, open, closed, notes, events, tasks)
		}
	}
}

// Whatever is asked for: ids are 1..n in order, references lead somewhere on the same side, times
// lie before Now, and texts fit the narrower vendor.
func TestEveryWorldHangsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		opts := Options{
			Contacts: rapid.IntRange(0, 60).Draw(t, "contacts"), Accounts: rapid.IntRange(0, 20).Draw(t, "accounts"),
			Overlap: rapid.Float64Range(0, 1).Draw(t, "overlap"), Seed: rapid.Uint64().Draw(t, "seed"), Now: now,
		}
		w := Generate(opts)
		salesforce, desk := 0, 0
		for i, c := range w.Contacts {
			if c.ID != i+1 {
				t.Fatalf("contact %d has id %d", i, c.ID)
			}
			if c.OnSalesforce {
				salesforce++
			}
			if c.OnDesk {
				desk++
			}
			if len([]rune(c.FirstName)) > 40 || len([]rune(c.City)) > 30 || len([]rune(c.State)) > 30 || len(c.Email) > 80 || c.LastName == "" {
				t.Fatalf("contact does not fit: %+v", c)
			}
			if !c.CreatedAt.Before(now) || !c.ModifiedAt.Before(now) || c.ModifiedAt.Before(c.CreatedAt) {
				t.Fatalf("times of contact %d: %v, %v", c.ID, c.CreatedAt, c.ModifiedAt)
			}
			if c.AccountID == 0 {
				continue
			}
			if a := w.Accounts[c.AccountID-1]; c.OnSalesforce && !a.OnSalesforce || c.OnDesk && !a.OnDesk {
				t.Fatalf("contact %d stands where its account %d does not", c.ID, a.ID)
			}
		}
		if salesforce != opts.Contacts || desk != opts.Contacts {
			t.Fatalf("%d and %d contacts, want %d", salesforce, desk, opts.Contacts)
		}
		for _, a := range w.Accounts {
			if !a.ModifiedAt.Before(now) || len(a.Phone) > 30 || a.Name == "" {
				t.Fatalf("account: %+v", a)
			}
		}
		for _, r := range w.ContactRoles {
			if c, o := w.Contacts[r.ContactID-1], w.Opportunities[r.OpportunityID-1]; c.AccountID != o.AccountID || !c.OnSalesforce {
				t.Fatalf("role %+v ties contact of account %d to opportunity of account %d", r, c.AccountID, o.AccountID)
			}
		}
		for _, k := range w.Tickets {
			if !w.Contacts[k.ContactID-1].OnDesk {
				t.Fatalf("ticket %d of a contact that is not on Desk", k.ID)
			}
		}
	})
}
