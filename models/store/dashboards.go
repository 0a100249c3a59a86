package store

import (
	"cmp"
	"context"
	"maps"
	"math/big"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// Opportunities lists opportunities for dashboards. Ties break by id, nulls come last; texts are in the order of their code points. Hidden fields (Type.field) are not read;
// where they hide the close date, the order is by id unless another is named.
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
	q, err := s.opportunityWhere(ctx, s.lag(ctx).Model(&models.Opportunity{}), f, c.sql)
	if err != nil {
		return models.Slice[models.Opportunity]{}, err
	}
	count, err := s.opportunityWhere(ctx, s.lag(ctx).Model(&models.Opportunity{}), f, "")
	if err != nil {
		return models.Slice[models.Opportunity]{}, err
	}
	c.sql = aside(c.sql, f.AccountID != nil || f.ContactID != nil) // those leave a handful by an index of their own: they are sorted
	k, open := keyset{name: "opportunities/" + string(order), columns: []column{c, {sql: "id", desc: c.desc}}}.open(f.Hidden)
	return listCounted(q, count, k, page, total, func(o models.Opportunity) []any { return open([]any{value(o), o.ID}) },
		func(tx *gorm.DB) *gorm.DB { return tx.Select(selected(models.NeedOpportunities, f.Hidden, "")) })
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

// opportunityWhere narrows to a filter. With an order, only its own column, or one that leaves few rows, is put so that an index can be entered by it: the order's index holds
// the other columns, and walking it until a page is full is bounded, where sorting what another index finds is not.
func (s *Store) opportunityWhere(ctx context.Context, q *gorm.DB, f models.OpportunityFilter, order string) (*gorm.DB, error) {
	col := func(name string) string { return aside("opportunities."+name, order != "" && order != name) }
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
		q = q.Where("opportunities.id IN (?)", s.read(ctx).Model(&models.OpportunityContact{}).Select("opportunity_id").Where("contact_id = ?", id))
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

// aside puts a column so that the database compares it but enters no index by it.
func aside(column string, is bool) string {
	if !is {
		return column
	}
	return "COALESCE(" + column + ", " + column + ")"
}

// salesforceID turns our id of a record into Salesforce's; any other id is taken for Salesforce's own.
func (s *Store) salesforceID(ctx context.Context, object models.SyncObject, id string) (string, error) {
	var l models.Link
	if err := s.read(ctx).Where("object = ? AND id = ?", object, id).Limit(1).Find(&l).Error; err != nil || l.ID == "" {
		return models.SalesforceID(id), err
	}
	return l.RecordID(models.Salesforce), nil
}

// groups are how opportunities are grouped: the key, and the label that people read where the key does not say it. Names of owners and accounts are read for the groups alone.
var groups = map[models.PipelineGroup]struct{ key, label string }{
	models.PipelineByStage:      {"COALESCE(opportunities.stage, '')", "MAX(opportunities.stage)"},
	models.PipelineByOwner:      {"COALESCE(opportunities.owner_id, '')", "NULL"},
	models.PipelineByAccount:    {"COALESCE(opportunities.account_id, '')", "NULL"},
	models.PipelineByCloseMonth: {"COALESCE(SUBSTR(opportunities.close_date, 1, 7), '')", "MAX(SUBSTR(opportunities.close_date, 1, 7))"},
}

// Pipeline counts and sums opportunities by group, currencies apart. Sums are exact: the database adds up whole ten-thousandths, for each
// probability by itself, and the weights are multiplied here.
func (s *Store) Pipeline(ctx context.Context, group models.PipelineGroup, f models.OpportunityFilter) ([]models.PipelineBucket, error) {
	g, ok := groups[group]
	if !ok {
		return nil, models.Errorf(models.CodeBadUserInput, "opportunities cannot be grouped by %s", group)
	}
	q, err := s.opportunityWhere(ctx, s.lag(ctx).Table("opportunities"), f, "")
	if err != nil {
		return nil, err
	}
	type part struct {
		GroupKey    string
		Label       *string
		Currency    *string
		Probability *float64
		Count       int
		Amount      *models.Decimal
		Sample      string
	}
	var parts []part
	columns, by := g.key+" AS group_key, "+g.label+" AS label, COUNT(*) AS count, MAX(opportunities.id) AS sample", g.key
	for _, c := range []string{"currency", "probability"} { // what is hidden does not tell groups apart, either
		if !slices.Contains(f.Hidden, "Opportunity."+c) {
			columns, by = columns+", opportunities."+c+" AS "+c, by+", opportunities."+c
		}
	}
	if !slices.Contains(f.Hidden, "Opportunity.amount") {
		columns += ", SUM(opportunities.amount) AS amount"
	}
	err = q.Select(columns).Group(by).Find(&parts).Error
	if err != nil {
		return nil, err
	}
	samples := make(map[string]string, len(parts)) // an opportunity of each group
	for _, p := range parts {
		samples[p.GroupKey] = p.Sample
	}
	names := map[string]*string{}
	switch {
	case group == models.PipelineByAccount:
		names, err = s.accountNames(ctx, samples)
	case group == models.PipelineByOwner && !slices.Contains(f.Hidden, "User.name"):
		names, err = s.ownerNames(ctx, samples)
	}
	if err != nil {
		return nil, err
	}
	type key struct{ group, currency string }
	at := map[key]int{}
	out := []models.PipelineBucket{}
	for _, p := range parts {
		k := key{p.GroupKey, deref(p.Currency)}
		i, seen := at[k]
		if !seen {
			i = len(out)
			at[k] = i
			out = append(out, models.PipelineBucket{Key: p.GroupKey, Label: p.Label, Currency: p.Currency})
		}
		b := &out[i]
		b.Count += p.Count
		if b.Label == nil {
			b.Label = cmp.Or(p.Label, names[p.GroupKey])
		}
		if p.Amount == nil {
			continue
		}
		b.Amount = plus(b.Amount, *p.Amount)
		if p.Probability != nil {
			b.WeightedAmount = plus(b.WeightedAmount, weighted(*p.Amount, *p.Probability))
		}
	}
	slices.SortFunc(out, func(a, b models.PipelineBucket) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(deref(a.Currency), deref(b.Currency)))
	})
	return out, nil
}

// ownerNames are the names of owners, each read from one of its opportunities.
func (s *Store) ownerNames(ctx context.Context, samples map[string]string) (map[string]*string, error) {
	out := make(map[string]*string, len(samples))
	for chunk := range chunks(slices.Sorted(maps.Values(samples))) {
		var rows []models.Opportunity
		if err := s.lag(ctx).Select("owner_id", "owner_name").Where("id IN ?", chunk).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, o := range rows {
			out[deref(o.OwnerID)] = o.OwnerName
		}
	}
	return out, nil
}

// accountNames are the names of accounts, as far as they are mirrored.
func (s *Store) accountNames(ctx context.Context, samples map[string]string) (map[string]*string, error) {
	out := make(map[string]*string, len(samples))
	for chunk := range chunks(slices.Sorted(maps.Keys(samples))) {
		var rows []models.MirrorRow
		if err := s.lag(ctx).Table(table(models.Salesforce, models.AccountObject)).Select("id", "name").Where("id IN ?", chunk).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.ID] = &r.Name
		}
	}
	return out, nil
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func plus(sum *models.Decimal, d models.Decimal) *models.Decimal {
	if sum != nil {
		d = sum.Add(d)
	}
	return &d
}

// weighted is amount × percent, exact: a percentage is what its shortest decimal notation says.
func weighted(amount models.Decimal, percent float64) models.Decimal {
	r := new(big.Rat)
	if _, ok := r.SetString(shortest(percent)); !ok {
		return "0"
	}
	r.Mul(r, amount.Rat()).Quo(r, big.NewRat(100, 1))
	digits, _ := r.FloatPrec()
	d, err := models.ParseDecimal(r.FloatString(digits))
	if err != nil {
		return "0"
	}
	return d
}
