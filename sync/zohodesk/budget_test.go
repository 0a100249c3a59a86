package zohodesk

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/sync/simulator/desk"
)

func TestTheSyncStopsShortOfTheAgentsCredits(t *testing.T) {
	r := newRig(t, options{desk: func(c *desk.Config) { c.DailyCredits = 100 }, config: func(c *Config) { c.AgentShare = 0.2 }})
	tickets, err := r.Tickets(r.Context(), 3)
	if err != nil || len(tickets) != 3 {
		t.Fatalf("%+v, %v", tickets, err)
	}
	var stopped *models.Error
	for range 200 {
		if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
			if !asError(err, &stopped) {
				t.Fatal(err)
			}
			break
		}
	}
	if stopped == nil || stopped.Code != models.CodeQuotaExhausted || !stopped.Retry || stopped.RetryAfter <= 0 {
		t.Fatalf("%+v", stopped)
	}
	b := r.Budget()
	if b.Side != models.Desk || *b.Limit != 100 || *b.KeptForAgents != 20 || *b.Used != 81 {
		// Each call costs three.
		t.Errorf("limit %d, kept %d, used %d", *b.Limit, *b.KeptForAgents, *b.Used)
	}
	sent := r.calls()["GET /api/v1/contacts/search"]
	for range 5 {
		if _, err := r.Count(r.Context(), models.ContactObject); models.CodeOf(err) != models.CodeQuotaExhausted {
			t.Error(err)
		}
		if _, err := r.Ticket(r.Context(), tickets[0].ID); err != nil {
			t.Errorf("an agent's ticket: %v", err)
		}
	}
	if r.calls()["GET /api/v1/contacts/search"] != sent {
		t.Error("the sync went on calling")
	}
	r.clock.advance(24 * time.Hour) // a new day's credits
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Errorf("the next day: %v", err)
	}
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Errorf("the next day, once more: %v", err)
	}
}

func TestSpentCreditsAreNotAskedForUntilTheyAreBack(t *testing.T) {
	r := newRig(t, options{desk: func(c *desk.Config) { c.DailyCredits = 30 }, config: func(c *Config) { c.AgentShare = -1 }})
	var e *models.Error
	for range 40 {
		if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
			asError(err, &e)
			break
		}
	}
	if e == nil || e.Code != models.CodeQuotaExhausted || e.RetryAfter < time.Hour {
		t.Fatalf("%+v", e)
	}
	sent := r.calls()["GET /api/v1/contacts/search"]
	if _, err := r.Count(r.Context(), models.ContactObject); models.CodeOf(err) != models.CodeQuotaExhausted || r.calls()["GET /api/v1/contacts/search"] != sent {
		t.Errorf("%v", err)
	}
	if at := r.Budget().ResetsAt; at == nil || !at.Equal(r.clock.now().Add(e.RetryAfter)) {
		t.Errorf("resets at %v", at)
	}
	r.clock.advance(e.RetryAfter)
	if _, err := r.Count(r.Context(), models.ContactObject); err != nil {
		t.Errorf("after the wait: %v", err)
	}
}

func TestNoMoreCallsRunAtOnceThanAllowed(t *testing.T) {
	r := newRig(t, options{desk: func(c *desk.Config) { c.Concurrency = 3 }, config: func(c *Config) { c.Parallel = 3 }})
	r.faults(`[{"kind":"latency","endpoint":"POST /api/v1/contacts","latency":"5ms"}]`)
	var writes []models.Write
	for range 30 {
		writes = append(writes, models.Write{Op: models.OpCreate, Values: values("lastName", "A")})
	}
	got, err := r.Write(r.Context(), models.ContactObject, writes)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range got {
		if one.Err != nil {
			t.Fatal(one.Err)
		}
	}
}

func TestATicketTellsItsCustomer(t *testing.T) {
	r := newRig(t, options{})
	tickets, err := r.Tickets(r.Context(), 500)
	if err != nil || len(tickets) == 0 {
		t.Fatalf("%+v, %v", tickets, err)
	}
	for _, summary := range tickets {
		if summary.ContactName == "" || summary.Subject == "" || summary.Number == "" || summary.CreatedAt.IsZero() {
			t.Errorf("%+v", summary)
		}
		one, err := r.Ticket(r.Context(), summary.ID)
		if err != nil || !reflect.DeepEqual(one, summary.Ticket) || one.ContactID == "" || !one.AsOf.Equal(r.clock.now()) {
			t.Errorf("%+v is not %+v, %v", one, summary.Ticket, err)
		}
		contact := r.read(models.ContactObject, one.ContactID, "accountId", "email")
		if contact.Values["accountId"].String() != one.AccountID || contact.Values["email"].String() != summary.ContactEmail {
			t.Errorf("%+v of %+v", contact, summary)
		}
	}
	for _, id := range []string{"", "1", "7000000039999999", "../contacts", strings.Repeat("9", 40)} {
		if _, err := r.Ticket(r.Context(), id); models.CodeOf(err) != models.CodeNotFound {
			t.Errorf("%q: %v", id, err)
		}
	}
}
