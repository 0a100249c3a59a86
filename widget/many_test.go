package widget_test

import (
	"testing"

	"sidelight/models"
	"sidelight/models/store/storetest"
)

func TestMoreThanACardReadsIsCountedAndAddedUpTruly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) { many(t, open(t, address)) })
}

func many(t *testing.T, d *desk) {
	c := d.get(d.rich())
	q := models.RelatedQuery{ContactID: *c.Contact.SalesforceID, First: 5, Total: true}
	if c.Contact.SalesforceParentID != nil {
		q.AccountID = *c.Contact.SalesforceParentID
	}
	before, err := d.card.OpportunitySums(ctx, q)
	must(t, err)
	records := []map[string]any{}
	for range 120 {
		records = append(records, map[string]any{"attributes": map[string]any{"type": "Opportunity"}, "Name": "Deal", "StageName": "Prospecting", "CloseDate": "2030-01-01", "Amount": 1000, "AccountId": q.AccountID})
	}
	d.sf("POST", "/composite/sobjects", map[string]any{"records": records})
	again, err := d.card.Refresh(ctx, models.CustomerKey{SalesforceID: c.Contact.SalesforceID}, all)
	must(t, err)
	if again == nil {
		t.Fatal("nobody is found")
	}
	yes := true
	q.Open = &yes
	page, err := d.card.Opportunities(ctx, q)
	must(t, err)
	sums, err := d.card.OpportunitySums(ctx, q)
	must(t, err)
	if len(page.Rows) != 5 || *page.Total < 120 || *page.More || len(sums) != 1 || sums[0].Count != *page.Total {
		t.Fatalf("%d rows of %d, more %v, sums %+v", len(page.Rows), *page.Total, *page.More, sums)
	}
	q.Open = nil
	whole, err := d.card.OpportunitySums(ctx, q)
	must(t, err)
	had, has := models.Decimal("0"), models.Decimal("0")
	for _, s := range before {
		if s.Amount != nil {
			had = had.Add(*s.Amount)
		}
	}
	for _, s := range whole {
		if s.Amount != nil {
			has = has.Add(*s.Amount)
		}
	}
	if want := had.Add("120000"); want.Rat().Cmp(has.Rat()) != 0 {
		t.Errorf("they are worth %s, want %s", has, want)
	}
}
