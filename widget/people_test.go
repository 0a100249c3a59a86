package widget_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

// at is the card of a key, nil for nobody.
func (d *desk) at(key models.CustomerKey) *models.Customer {
	d.t.Helper()
	c, err := d.card.Customer(ctx, key, all)
	must(d.t, err)
	return c
}

func ptr[T any](v T) *T { return &v }

// made is the id of a record that was made in Desk.
func (d *desk) made(path string, body map[string]any) string {
	d.t.Helper()
	return d.outside(models.Desk, "POST", path, body)["id"].(string)
}

// named waits until the card of a key has a contact, in Salesforce too, and answers it.
func (d *desk) named(key models.CustomerKey) (c *models.Customer) {
	d.t.Helper()
	d.soon("the contact is on both sides", func() bool {
		c = d.at(key)
		return c != nil && c.Contact != nil && c.Contact.SalesforceID != nil && c.Contact.DeskID != nil
	})
	return c
}

func TestATicketShowsItsRequesterAlsoWhenThatChanges(t *testing.T) {
	d := open(t, storetest.SQLiteAddress(t))
	one, two := d.made("/contacts", map[string]any{"lastName": "Ōkami", "email": "one@ticket.example"}), d.made("/contacts", map[string]any{"lastName": "Søren", "email": "two@ticket.example"})
	d.named(models.CustomerKey{DeskContactID: &one})
	d.named(models.CustomerKey{DeskContactID: &two})
	ticket := d.made("/tickets", map[string]any{"subject": "Help", "departmentId": d.department(), "contactId": one})
	key := models.CustomerKey{DeskTicketID: &ticket}
	if c := d.at(key); c == nil || *c.Contact.LastName() != "Ōkami" {
		t.Fatalf("%+v", c)
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	moved := d.card.Changed(watching, key)
	d.outside(models.Desk, "PATCH", "/tickets/"+ticket, map[string]any{"contactId": two})
	if c, err := d.card.Refresh(ctx, key, all); err != nil || *c.Contact.LastName() != "Søren" {
		t.Errorf("refreshing does not see the new requester: %v", err)
	}
	select {
	case <-moved:
	case <-time.After(5 * time.Second):
		t.Error("whoever watches the ticket did not hear of its new requester")
	}
	d.outside(models.Desk, "PATCH", "/tickets/"+ticket, map[string]any{"contactId": one})
	d.ahead.Store(int64(2 * time.Minute))
	d.soon("a later look sees it by itself", func() bool { return *d.at(key).Contact.LastName() == "Ōkami" })
}

func (d *desk) department() string {
	d.t.Helper()
	tickets := d.outside(models.Desk, "GET", "/tickets?limit=1", nil)["data"].([]any)
	return tickets[0].(map[string]any)["departmentId"].(string)
}

func TestNobodyIsNobody(t *testing.T) {
	d := open(t, storetest.SQLiteAddress(t))
	for name, key := range map[string]models.CustomerKey{
		"a ticket that there is not": {DeskTicketID: ptr("700000000000000999")}, "a ticket that cannot be": {DeskTicketID: ptr("../contacts")}, "a contact": {DeskContactID: ptr("1")}, "an account": {DeskAccountID: ptr("1")},
		"an email": {Email: ptr("nobody@nowhere.example")}, "no email": {Email: ptr("  ")}, "a Salesforce id": {SalesforceID: ptr("003000000000001")},
	} {
		if c := d.at(key); c != nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	d.outside(models.Desk, "POST", "/_sim/faults", map[string]any{"rules": []any{map[string]any{"kind": "status", "status": 500, "endpoint": "/api/v1/tickets/**"}}})
	if _, err := d.card.Customer(ctx, models.CustomerKey{DeskTicketID: ptr("700000000000000998")}, all); models.CodeOf(err) != models.CodeUpstreamUnavailable {
		t.Errorf("whose ticket it is is not known while Desk is down, and that is no answer: %v", err)
	}
}

func TestAContactThatIsOnlyInDeskHasItsProfileAndItsAccount(t *testing.T) {
	d := open(t, storetest.SQLiteAddress(t))
	_, err := d.engine.SetPolicy(ctx, models.SyncPolicy{Direction: ptr(models.SalesforceToDesk)})
	must(t, err)
	linked := d.get(d.rich())
	id := d.made("/contacts", map[string]any{"lastName": "Alone", "email": "alone@desk.example", "accountId": *linked.Account.DeskID})
	var c *models.Customer
	d.soon("the contact is known", func() bool { c = d.at(models.CustomerKey{DeskContactID: &id}); return c != nil })
	if c.Contact.SalesforceID != nil || *c.Contact.LastName() != "Alone" || c.Account == nil || *c.Account.SalesforceID != *linked.Account.SalesforceID || *c.Stale {
		t.Errorf("%+v %+v", c.Contact, c.Account)
	}
	if o, err := d.card.Opportunities(ctx, models.RelatedQuery{AccountID: *c.Account.SalesforceID, First: 5}); err != nil || len(o.Rows) == 0 {
		t.Errorf("its account's opportunities: %v, %v", o.Rows, err)
	}
}

func TestAMergedContactIsTheOneThatIsLeft(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := open(t, address)
		made := func(last string) string {
			return d.sf("POST", "/sobjects/Contact", map[string]any{"LastName": last, "Email": strings.ToLower(last) + "@merge.example"})["id"].(string)
		}
		left, gone := made("Left"), made("Gone")
		d.named(models.CustomerKey{SalesforceID: &left})
		lost := *d.named(models.CustomerKey{SalesforceID: &gone}).Contact.DeskID
		d.sf("POST", "/_sim/merge", map[string]any{"master": left, "losers": []string{gone}})
		for name, key := range map[string]models.CustomerKey{"by its old Salesforce id": {SalesforceID: &gone}, "by its short id": {SalesforceID: ptr(gone[:15])}} {
			d.soon(name, func() bool {
				c := d.at(key)
				return c != nil && c.Contact != nil && c.Contact.SalesforceID != nil && *c.Contact.SalesforceID == left
			})
		}
		if c := d.at(models.CustomerKey{DeskContactID: &lost}); *c.Contact.SalesforceID != left {
			t.Errorf("the Desk contact whose counterpart was merged shows %+v", c.Contact)
		}
	})
}

func TestAContactOfTwoAccountsShowsSalesforcesAndIsListedWithBoth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := open(t, address)
		var accounts []string
		for i := range 2 {
			accounts = append(accounts, d.sf("POST", "/sobjects/Account", map[string]any{"Name": fmt.Sprint("Zwei Konten ", i)})["id"].(string))
		}
		id := d.sf("POST", "/sobjects/Contact", map[string]any{"LastName": "Both", "Email": "both@accounts.example", "AccountId": accounts[0]})["id"].(string)
		d.named(models.CustomerKey{SalesforceID: &id})
		var other *models.Customer
		d.soon("the other account is in Desk", func() bool {
			other = d.at(models.CustomerKey{SalesforceID: &accounts[1]})
			return other != nil && other.Account != nil && other.Account.DeskID != nil
		})
		// Desk says otherwise than Salesforce, as it may while the two are not in step: the mirror
		// row is what the card reads.
		c := d.named(models.CustomerKey{SalesforceID: &id})
		_, err := d.store.Observe(ctx, models.Desk, models.ContactObject, []models.Record{{Side: models.Desk, Object: models.ContactObject, ID: *c.Contact.DeskID, ModifiedAt: time.Now().Add(time.Hour),
			Values: models.Values{"lastName": models.Text("Both"), "accountId": models.Text(*other.Account.DeskID)}}}, nil)
		must(t, err)
		if c = d.at(models.CustomerKey{SalesforceID: &id}); *c.Account.SalesforceID != accounts[0] {
			t.Errorf("the account is %s", *c.Account.SalesforceID)
		}
		for i, account := range accounts {
			link := d.at(models.CustomerKey{SalesforceID: &account}).Account.ID
			list, err := d.store.Contacts(ctx, models.ContactFilter{AccountID: &link}, models.ContactNameAsc, models.Page{}, all.ContactFields, true)
			must(t, err)
			if len(list.Rows) != 1 || *list.Total != 1 {
				t.Errorf("account %d lists %d contacts", i, len(list.Rows))
			}
		}
	})
}

func TestAnAccountsPageShowsTheAccount(t *testing.T) {
	d := open(t, storetest.SQLiteAddress(t))
	linked := d.get(d.rich())
	account := *linked.Account.SalesforceID
	d.sf("POST", "/sobjects/Note", map[string]any{"ParentId": account, "Title": "Of the account", "Body": "Renewal\x00 in <May> & June"})
	d.sf("POST", "/sobjects/Task", map[string]any{"Subject": "Visit them", "WhatId": account})
	c, err := d.card.Refresh(ctx, models.CustomerKey{DeskAccountID: linked.Account.DeskID}, all)
	must(t, err)
	if c.Contact != nil || *c.Account.Name() != *linked.Account.Name() || *c.Stale {
		t.Errorf("%+v", c)
	}
	q := models.RelatedQuery{AccountID: account, First: 20}
	notes, err := d.card.Notes(ctx, q)
	must(t, err)
	tasks, err := d.card.Tasks(ctx, q)
	must(t, err)
	if len(notes.Rows) != 1 || *notes.Rows[0].Body != "Renewal in <May> & June" || len(tasks.Rows) != 1 {
		t.Errorf("%+v %+v", notes.Rows, tasks.Rows)
	}
}

func TestWhatMovesACardWakesWhoWatchesIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := open(t, address)
		key := d.rich()
		c := d.get(key)
		watching, stop := context.WithCancel(ctx)
		moved := d.card.Changed(watching, key)
		wakes := func(what string, move func()) {
			t.Helper()
			move()
			select {
			case <-moved:
			case <-time.After(10 * time.Second):
				t.Fatalf("%s wakes nobody", what)
			}
		}
		wakes("reading its related records again", func() { _, _ = d.card.Refresh(ctx, key, all) })
		wakes("a change of the contact that the sync sees", func() {
			d.sf("PATCH", "/sobjects/Contact/"+*c.Contact.SalesforceID, map[string]any{"Title": "Captain"})
		})
		wakes("a change of the account", func() {
			d.sf("PATCH", "/sobjects/Account/"+*c.Account.SalesforceID, map[string]any{"Phone": "+1 555 0100"})
		})
		wakes("a change event of a task", func() {
			must(t, d.store.MarkRelatedMoved(ctx, models.RelatedFence{Stream: true, Number: 1}, models.RelatedBatch{Object: models.RelatedTasks, Hints: []models.RelatedHint{{ID: "00T", ContactID: *c.Contact.SalesforceID}}}))
		})
		nobody := models.CustomerKey{Email: ptr("later@nowhere.example")}
		later := d.card.Changed(watching, nobody)
		d.made("/contacts", map[string]any{"lastName": "Later", "email": "later@nowhere.example"})
		select {
		case <-later:
		case <-time.After(10 * time.Second):
			t.Error("somebody who comes later wakes nobody")
		}
		stop()
		for range moved { // it closes
		}
	})
}

func TestAfterTheIntegrationIsDeletedThereIsNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := open(t, address)
		key := d.rich()
		d.fault(map[string]any{"kind": "latency", "latency": "400ms", "endpoint": "POST /services/data/*/composite"})
		reading := make(chan struct{})
		go func() { defer close(reading); _, _ = d.card.Customer(ctx, key, all) }()
		d.soon("the card is being read", func() bool { return d.composites() > 0 })
		must(t, d.engine.Delete(ctx))
		<-reading
		d.card.Close() // waits for what is read behind
		if c := d.at(key); c != nil {
			t.Errorf("%+v", c)
		}
		states, err := d.store.RelatedStates(ctx, []string{*key.SalesforceID}, models.RelatedNeeds)
		must(t, err)
		tasks, err := d.store.Tasks(ctx, models.RelatedQuery{ContactID: *key.SalesforceID, First: 5})
		must(t, err)
		if len(states[*key.SalesforceID]) > 0 || len(tasks.Rows) > 0 {
			t.Errorf("what was on its way was stored after the deletion: %v %v", states, tasks.Rows)
		}
	})
}

func TestABurstOfNewTicketsWarmsCardsWithoutCrowdingOutAgents(t *testing.T) {
	d := open(t, storetest.SQLiteAddress(t))
	tickets := d.outside(models.Desk, "GET", "/tickets?limit=50", nil)["data"].([]any)
	if len(tickets) < 2 {
		t.Fatalf("only %d tickets", len(tickets))
	}
	before := d.composites()
	for _, k := range tickets {
		must(t, d.card.Warm(ctx, k.(map[string]any)["id"].(string)))
	}
	d.soon("the cards are warm", func() bool { return d.composites() > before })
	id := tickets[0].(map[string]any)["id"].(string)
	d.soon("an agent finds everything there", func() bool {
		c, err := d.card.Customer(ctx, models.CustomerKey{DeskTicketID: &id}, models.Selection{Contact: true, Parent: true, Sections: models.RelatedNeeds})
		must(t, err)
		return c == nil || !*c.Stale
	})
}
