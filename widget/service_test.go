package widget_test

import (
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store/storetest"
	"sidelight/widget"
)

func TestACardIsReadWithOneCallForEachCustomerAndThenKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := open(t, address)
		before := d.composites()
		c := d.get(d.rich())
		if *c.Stale || c.AsOf == nil || c.Account == nil || c.Link.DeskID == nil {
			t.Errorf("%+v", c)
		}
		for _, need := range models.RelatedNeeds {
			if s := d.section(c, need); s == "" || s == string(models.CodeUpstreamUnavailable) {
				t.Errorf("%s: %q", need, s)
			}
		}
		if n := d.composites() - before; n != 2 {
			t.Errorf("%d calls, one for the contact and one for the account", n)
		}
		account := models.RelatedQuery{AccountID: *c.Account.SalesforceID, First: 5}
		if _, err := d.card.Notes(ctx, account); err != nil {
			t.Errorf("the account's own notes: %v", err)
		}
		if o, err := d.card.Opportunities(ctx, account); err != nil || len(o.Rows) == 0 {
			t.Errorf("the account's opportunities: %v, %v", o.Rows, err)
		}
		d.get(d.rich())
		if n := d.composites() - before; n != 2 {
			t.Errorf("a fresh card was read again: %d calls", n)
		}
		d.ahead.Store(int64(2 * time.Minute))
		if old := d.get(d.rich()); !*old.Stale {
			t.Error("an old card does not say so")
		}
		d.soon("it was read behind", func() bool { return d.composites()-before == 4 })
		d.soon("it is fresh again", func() bool { return !*d.get(d.rich()).Stale })
	})
}

func TestASectionThatFailsLeavesTheOthers(t *testing.T) {
	d := open(t, storetest.SQLiteAddress(t))
	key := d.rich()
	refused := map[string]any{"body": []any{map[string]any{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}}, "httpHeaders": map[string]any{}, "httpStatusCode": 403, "referenceId": "notes"}
	good := func(reference string, records ...any) map[string]any {
		return map[string]any{"body": map[string]any{"totalSize": len(records), "done": true, "records": append([]any{}, records...)}, "httpHeaders": map[string]any{}, "httpStatusCode": 200, "referenceId": reference}
	}
	partial := map[string]any{"compositeResponse": []any{good("opportunitiesOfContact"), good("opportunitiesOfAccount"), refused,
		good("tasks", map[string]any{"Id": "00T000000000001AAA", "Subject": "Left over"}), good("events")}}
	d.fault(map[string]any{"kind": "status", "status": 200, "endpoint": "POST /services/data/*/composite", "body": partial, "times": 2})
	c := d.get(key)
	if got := d.section(c, models.NeedTasks); got != "Left over" {
		t.Errorf("the tasks are not shown: %q", got)
	}
	if got := d.section(c, models.NeedNotes); got != string(models.CodeUpstreamUnavailable) {
		t.Errorf("notes that were never read are %q", got)
	}
	if !*c.Stale {
		t.Error("the card does not say that a part is missing")
	}
	d.fault()
	c = d.get(key)
	notes := d.section(c, models.NeedNotes)
	if notes == "" || *c.Stale {
		t.Fatalf("the missing part was not read: %q, %v", notes, *c.Stale)
	}
	d.fault(map[string]any{"kind": "status", "status": 200, "endpoint": "POST /services/data/*/composite", "body": partial})
	c, err := d.card.Refresh(ctx, key, all)
	must(t, err)
	if got := d.section(c, models.NeedNotes); got != notes || !*c.Stale {
		t.Errorf("a section that failed keeps what is known, marked stale: %q, %v", got, *c.Stale)
	}
	if got := d.section(c, models.NeedTasks); got != "Left over" {
		t.Errorf("the others are read: %q", got)
	}
}

func TestEachSectionSaysHowOldItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := open(t, address)
		key := d.rich()
		c := d.get(key)
		contact := *c.Contact.SalesforceID
		// What was read for an agent from whom a field is hidden is marked with the rest.
		less := all
		less.Hidden, less.AccountSections = []string{"Task.description"}, nil
		_, err := d.card.Refresh(ctx, key, less)
		must(t, err)
		d.get(key)
		d.soon("both are fresh", func() bool { return !*d.get(key).Stale })
		must(t, d.store.MarkRelatedMoved(ctx, models.RelatedFence{Stream: true, Number: 1}, models.RelatedBatch{Object: models.RelatedTasks, Hints: []models.RelatedHint{{ID: "00T", ContactID: contact}}}))
		for _, hidden := range [][]string{nil, less.Hidden} {
			q := models.RelatedQuery{ContactID: contact, First: 5, Hidden: hidden}
			tasks, err := d.card.Tasks(ctx, q)
			must(t, err)
			events, err := d.card.Events(ctx, q)
			must(t, err)
			if !*tasks.Stale || *events.Stale || tasks.AsOf == nil || events.AsOf == nil {
				t.Errorf("hidden %v: tasks %v, events %v", hidden, *tasks.Stale, *events.Stale)
			}
		}
	})
}

func TestAProfileIsAsFreshAsTheLastTimeThatBothSidesWereAskedForChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		d := open(t, address)
		profile := all
		profile.Sections, profile.AccountSections = nil, nil
		asOf := func() time.Time {
			c, err := d.card.Customer(ctx, d.rich(), profile)
			must(t, err)
			return *c.AsOf
		}
		first := asOf()
		d.soon("polls that find nothing make it no older", func() bool { return asOf().After(first) })
		d.fault(map[string]any{"kind": "status", "status": 503, "endpoint": "GET /services/data/*/queryAll"})
		d.soon("what cannot be asked any more grows old", func() bool {
			before := asOf()
			rest := time.NewTimer(500 * time.Millisecond)
			<-rest.C
			return asOf().Equal(before)
		})
	})
}

func TestTheCardOutlivesSalesforce(t *testing.T) {
	for name, fault := range map[string]map[string]any{
		"slow":                     {"kind": "latency", "latency": "30s"},
		"down":                     {"kind": "status", "status": 503},
		"cut off":                  {"kind": "drop_before"},
		"cut off in the answer":    {"kind": "truncate"},
		"behind a page of its own": {"kind": "html"},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, storetest.SQLiteAddress(t), func(c *widget.Config) { c.Deadline = 300 * time.Millisecond })
			key := d.rich()
			fault["endpoint"] = "/services/data/**"
			d.fault(fault)
			timed := func(what string, read func() (*models.Customer, error)) *models.Customer {
				t.Helper()
				began := time.Now()
				c, err := read()
				must(t, err)
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("%s took %v", what, took)
				}
				return c
			}
			c := timed("a first look", func() (*models.Customer, error) { return d.card.Customer(ctx, key, all) })
			if !*c.Stale || *c.Contact.LastName() == "" || d.section(c, models.NeedTasks) != string(models.CodeUpstreamUnavailable) {
				t.Errorf("the profile is known, the rest is not: stale %v, %q", *c.Stale, d.section(c, models.NeedTasks))
			}
			d.fault()
			d.soon("everything is read", func() bool { return !*d.get(key).Stale })
			known := d.section(d.get(key), models.NeedTasks)
			d.fault(fault)
			c = timed("asking again", func() (*models.Customer, error) { return d.card.Refresh(ctx, key, all) })
			if got := d.section(c, models.NeedTasks); got != known || !*c.Stale || c.AsOf == nil {
				t.Errorf("%q instead of %q, stale %v", got, known, *c.Stale)
			}
			d.ahead.Store(int64(time.Hour))
			c = timed("an old card", func() (*models.Customer, error) { return d.card.Customer(ctx, key, all) })
			if got := d.section(c, models.NeedTasks); got != known || !*c.Stale {
				t.Errorf("%q instead of %q, stale %v", got, known, *c.Stale)
			}
		})
	}
}

func TestRefreshShowsWhatWasWrittenJustBefore(t *testing.T) {
	d := open(t, storetest.SQLiteAddress(t))
	key := d.rich()
	c := d.get(key)
	for i := range 5 {
		subject := "Asked for at " + string(rune('A'+i))
		d.sf("POST", "/sobjects/Task", map[string]any{"Subject": subject, "WhoId": *c.Contact.SalesforceID, "ActivityDate": "2020-01-01"})
		d.sf("PATCH", "/sobjects/Contact/"+*c.Contact.SalesforceID, map[string]any{"LastName": subject})
		go func() { _, _ = d.card.Refresh(ctx, key, all) }() // somebody else, a moment before
		fresh, err := d.card.Refresh(ctx, key, all)
		must(t, err)
		if got := d.section(fresh, models.NeedTasks); !contains(got, subject) || *fresh.Stale || *fresh.Contact.LastName() != subject {
			t.Errorf("%q, %q, stale %v", got, *fresh.Contact.LastName(), *fresh.Stale)
		}
	}
}

func contains(list, one string) bool {
	for _, s := range strings.Split(list, ", ") {
		if s == one {
			return true
		}
	}
	return false
}
