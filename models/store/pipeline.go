package store

import (
	"cmp"
	"context"
	"maps"
	"math/big"
	"slices"
	"strconv"

	"sidelight/models"
)

// groups are how opportunities are grouped: the key, and the label that people read where the key
// does not say it. Names of owners and accounts are read for the groups alone.
var groups = map[models.PipelineGroup]struct{ key, label string }{
	models.PipelineByStage:      {"COALESCE(opportunities.stage, '')", "MAX(opportunities.stage)"},
	models.PipelineByOwner:      {"COALESCE(opportunities.owner_id, '')", "NULL"},
	models.PipelineByAccount:    {"COALESCE(opportunities.account_id, '')", "NULL"},
	models.PipelineByCloseMonth: {"COALESCE(SUBSTR(opportunities.close_date, 1, 7), '')", "MAX(SUBSTR(opportunities.close_date, 1, 7))"},
}

// Pipeline counts and sums opportunities by group, currencies apart. Sums are exact: the database
// adds up whole ten-thousandths, for each probability by itself, and the weights are multiplied
// here.
//
// With first, the groups with the largest amounts are answered, largest first; without, all of them
// by key: more than maxGroups are TOO_COMPLEX.
func (s *Store) Pipeline(ctx context.Context, group models.PipelineGroup, f models.OpportunityFilter, first *int) ([]models.PipelineBucket, error) {
	if first != nil && (*first < 0 || *first > maxRows) {
		e := models.Errorf(models.CodeBadUserInput, "first must lie between 0 and %d", maxRows)
		e.Fields = []string{"first"}
		return nil, e
	}
	g, ok := groups[group]
	if !ok {
		return nil, models.Errorf(models.CodeBadUserInput, "opportunities cannot be grouped by %s", group)
	}
	q, err := s.opportunityWhere(ctx, s.replica(ctx).Table("opportunities"), f, "")
	if err != nil {
		return nil, err
	}
	var parts []pipelinePart
	columns, by := g.key+" AS group_key, "+g.label+" AS label, COUNT(*) AS count, MAX(opportunities.id) AS sample", g.key
	for _, c := range []string{"currency", "probability"} {
		// What is hidden does not tell groups apart, either.
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
	out, samples := buckets(parts)
	byKey := func(a, b models.PipelineBucket) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(deref(a.Currency), deref(b.Currency)))
	}
	switch {
	case first != nil:
		slices.SortFunc(out, func(a, b models.PipelineBucket) int { return cmp.Or(largest(a.Amount, b.Amount), byKey(a, b)) })
		out = out[:min(*first, len(out))]
	case len(out) > maxGroups:
		return nil, models.Errorf(models.CodeTooComplex, "there are more than %d groups: ask for the first of them", maxGroups)
	default:
		slices.SortFunc(out, byKey)
	}
	return out, s.nameGroups(ctx, group, f, out, samples)
}

// pipelinePart is a group's opportunities of one currency and one probability.
type pipelinePart struct {
	GroupKey    string
	Label       *string
	Currency    *string
	Probability *float64
	Count       int
	Amount      *models.Decimal
	Sample      string // one of them
}

// buckets adds the parts of each group up, currencies apart, and answers an opportunity of each
// group.
func buckets(parts []pipelinePart) (out []models.PipelineBucket, samples map[string]string) {
	out, samples = []models.PipelineBucket{}, make(map[string]string, len(parts))
	type key struct{ group, currency string }
	at := map[key]int{}
	for _, p := range parts {
		samples[p.GroupKey] = p.Sample
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
			b.Label = p.Label
		}
		if p.Amount == nil {
			continue
		}
		b.Amount = plus(b.Amount, *p.Amount)
		if p.Probability != nil {
			b.WeightedAmount = plus(b.WeightedAmount, weighted(*p.Amount, *p.Probability))
		}
	}
	return out, samples
}

// maxGroups bounds the groups of one answer.
const maxGroups = 100_000

// largest orders amounts from the largest down; those that are not known come last.
func largest(a, b *models.Decimal) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return b.Rat().Cmp(a.Rat())
}

// nameGroups fills in the names of owners and accounts. samples are an opportunity of each group.
func (s *Store) nameGroups(ctx context.Context, group models.PipelineGroup, f models.OpportunityFilter, buckets []models.PipelineBucket, samples map[string]string) error {
	kept := make(map[string]string, len(buckets))
	for _, b := range buckets {
		kept[b.Key] = samples[b.Key]
	}
	var names map[string]*string
	var err error
	switch {
	case group == models.PipelineByAccount:
		names, err = s.accountNames(ctx, kept)
	case group == models.PipelineByOwner && !slices.Contains(f.Hidden, "User.name"):
		names, err = s.ownerNames(ctx, kept)
	}
	for i := range buckets {
		buckets[i].Label = cmp.Or(buckets[i].Label, names[buckets[i].Key])
	}
	return err
}

// ownerNames are the names of owners, each read from one of its opportunities.
func (s *Store) ownerNames(ctx context.Context, samples map[string]string) (map[string]*string, error) {
	out := make(map[string]*string, len(samples))
	for chunk := range chunks(slices.Sorted(maps.Values(samples))) {
		var rows []models.Opportunity
		if err := s.replica(ctx).Select("owner_id", "owner_name").Where("id IN ?", chunk).Find(&rows).Error; err != nil {
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
		if err := s.replica(ctx).Table(table(models.Salesforce, models.AccountObject)).Select("id", "name").Where("id IN ?", chunk).Find(&rows).Error; err != nil {
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

func shortest(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
