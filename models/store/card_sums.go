package store

import (
	"context"
	"maps"
	"slices"

	"gorm.io/gorm"

	"sidelight/models"
)

// OpportunitySums counts and adds up a customer's stored opportunities, currencies apart, the
// largest count first. What is hidden is neither summed nor told apart by. A contact's are its
// account's, and those in which it has a role: each part is summed along its own index.
func (s *Store) OpportunitySums(ctx context.Context, q models.RelatedQuery) ([]models.OpportunitySum, error) {
	by := map[string]models.OpportunitySum{}
	if q.AccountID != "" {
		if err := s.sum(ctx, q, by, "account_id = ?", q.AccountID); err != nil {
			return nil, err
		}
	}
	if q.ContactID != "" {
		roles, err := s.rolesOf(ctx, q)
		if err != nil {
			return nil, err
		}
		for chunk := range chunks(slices.Sorted(maps.Keys(roles))) {
			if err := s.sum(ctx, q, by, "id IN ? AND (account_id IS NULL OR account_id <> ?)", chunk, q.AccountID); err != nil {
				return nil, err
			}
		}
	}
	out := []models.OpportunitySum{}
	for _, currency := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[currency])
	}
	slices.SortStableFunc(out, func(a, b models.OpportunitySum) int { return b.Count - a.Count })
	return out, nil
}

// sum adds a part of the opportunities to the sums by currency.
func (s *Store) sum(ctx context.Context, q models.RelatedQuery, by map[string]models.OpportunitySum, where string, args ...any) error {
	db, columns := s.read(ctx).Model(&models.Opportunity{}).Where(where, args...), "COUNT(*) AS count"
	if q.Open != nil {
		db = db.Where("closed = ?", !*q.Open)
	}
	if !slices.Contains(q.Hidden, "Opportunity.amount") {
		columns += ", SUM(amount) AS amount"
	}
	if !slices.Contains(q.Hidden, "Opportunity.currency") {
		columns, db = columns+", currency", db.Group("currency")
	}
	var part []models.OpportunitySum
	if err := db.Session(&gorm.Session{}).Select(columns).Find(&part).Error; err != nil {
		return err
	}
	for _, one := range part {
		if one.Count == 0 { // without a group there is a row all the same
			continue
		}
		key := ""
		if one.Currency != nil {
			key = *one.Currency
		}
		all := by[key]
		all.Currency, all.Count = one.Currency, all.Count+one.Count
		switch {
		case one.Amount == nil:
		case all.Amount == nil:
			all.Amount = one.Amount
		default:
			total := all.Amount.Add(*one.Amount)
			all.Amount = &total
		}
		by[key] = all
	}
	return nil
}
