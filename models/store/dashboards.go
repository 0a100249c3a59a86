package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// Opportunities lists opportunities for dashboards. Ties break by id, nulls come last; texts are in
// the order of their code points. Hidden fields (Type.field) are not read; where they hide the
// close date, the order is by id unless another is named.
func (s *Store) Opportunities(ctx context.Context, f models.OpportunityFilter, order models.OpportunityOrder, page models.Page, total bool) (models.Slice[models.Opportunity], error) {
	c := column{sql: "close_date", nullable: true, field: "Opportunity.closeDate"}
	value := func(o models.Opportunity) any { return day(o.CloseDate) }
	switch order {
	case models.OpportunityCloseDateDesc:
		c.desc = true
	case models.OpportunityAmountAsc, models.OpportunityAmountDesc:
		c = column{sql: "amount", nullable: true, desc: order == models.OpportunityAmountDesc}
		value = func(o models.Opportunity) any { return amount(o.Amount) }
	case models.OpportunityStageAsc:
		c = column{sql: "stage", nullable: true}
		value = func(o models.Opportunity) any {
			if o.Stage == nil {
				return nil
			}
			return *o.Stage
		}
	default:
		order = models.OpportunityCloseDateAsc
	}
	switch { // a condition that no null meets leaves none
	case c.sql == "close_date" && (f.CloseDateFrom != nil || f.CloseDateTo != nil), c.sql == "amount" && f.MinAmount != nil, c.sql == "stage" && f.Stage != nil:
		c.nullable = false
	}
	q, err := s.opportunityWhere(ctx, s.replica(ctx).Model(&models.Opportunity{}), f, c.sql)
	if err != nil {
		return models.Slice[models.Opportunity]{}, err
	}
	count, err := s.opportunityWhere(ctx, s.replica(ctx).Model(&models.Opportunity{}), f, "")
	if err != nil {
		return models.Slice[models.Opportunity]{}, err
	}
	q = s.inOrder(q, f, c)
	// Those leave a handful by an index of their own: they are sorted.
	c.sql = withoutIndex(c.sql, f.AccountID != nil || f.ContactID != nil)
	k, open := keyset{name: "opportunities/" + string(order), columns: []column{c, {sql: "id", desc: c.desc}}}.open(f.Hidden)
	return listCounted(q, count, k, page, total, func(o models.Opportunity) []any { return open([]any{value(o), o.ID}) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedOpportunities, f.Hidden, "")) })
}

// inOrder has opportunities read along the index of their order, or of an owner's in that order,
// which MySQL and MariaDB do not always take for the best: they may walk all there are by id to
// find those of one stage.
func (s *Store) inOrder(q *gorm.DB, f models.OpportunityFilter, c column) *gorm.DB {
	if !s.mysql || f.AccountID != nil || f.ContactID != nil || slices.Contains(f.Hidden, c.field) {
		return q
	}
	if f.OwnerID != nil {
		return s.along(q, "opportunities", "opportunities_of_owner_by_"+c.sql)
	}
	return s.along(q, "opportunities", "opportunities_by_"+c.sql)
}

// amount is a decimal as the database compares it.
func amount(d *models.Decimal) any {
	if d == nil {
		return nil
	}
	v, err := d.Value()
	if err != nil {
		return nil
	}
	return v
}

// opportunityWhere narrows to a filter. With an order, only its own column, or one that leaves few
// rows, is put so that an index can be entered by it: the order's index holds the other columns,
// and walking it until a page is full is bounded, where sorting what another index finds is not.
func (s *Store) opportunityWhere(ctx context.Context, q *gorm.DB, f models.OpportunityFilter, order string) (*gorm.DB, error) {
	col := func(name string) string { return withoutIndex("opportunities."+name, order != "" && order != name) }
	if f.AccountID != nil {
		id, err := s.salesforceID(ctx, models.AccountObject, *f.AccountID)
		if err != nil {
			return nil, err
		}
		q = q.Where("opportunities.account_id = ?", id)
	}
	if f.ContactID != nil {
		id, err := s.salesforceID(ctx, models.ContactObject, *f.ContactID)
		if err != nil {
			return nil, err
		}
		var ids []string // a contact has few; joined, they would be sorted in a table on disk
		if err := s.replica(ctx).Model(&models.OpportunityContact{}).Where("contact_id = ?", id).Pluck("opportunity_id", &ids).Error; err != nil {
			return nil, err
		}
		q = q.Where("opportunities.id IN ?", append(ids, ""))
	}
	if f.Stage != nil {
		q = q.Where(col("stage")+" IN ?", f.Stage)
	}
	if f.Open != nil {
		q = q.Where(col("open")+" = ?", *f.Open)
	}
	if f.CloseDateFrom != nil {
		q = q.Where(col("close_date")+" >= ?", string(*f.CloseDateFrom))
	}
	if f.CloseDateTo != nil {
		q = q.Where(col("close_date")+" <= ?", string(*f.CloseDateTo))
	}
	if f.MinAmount != nil {
		q = q.Where(col("amount")+" >= ?", *f.MinAmount)
	}
	if f.OwnerID != nil {
		q = q.Where("opportunities.owner_id = ?", models.SalesforceID(*f.OwnerID))
	}
	return q, nil
}

// withoutIndex writes a column so that the database compares it but enters no index by it.
func withoutIndex(column string, is bool) string {
	if !is {
		return column
	}
	return "COALESCE(" + column + ", " + column + ")"
}

// salesforceID turns our id of a record into Salesforce's; any other id is taken for Salesforce's
// own.
func (s *Store) salesforceID(ctx context.Context, object models.SyncObject, id string) (string, error) {
	var l models.Link
	if err := s.read(ctx).Where("object = ? AND id = ?", object, id).Limit(1).Find(&l).Error; err != nil || l.ID == "" {
		return models.SalesforceID(id), err
	}
	return l.RecordID(models.Salesforce), nil
}
