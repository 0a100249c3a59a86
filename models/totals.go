package models

// SectionTotals are what Salesforce counted of a section that has more records than a card reads.
type SectionTotals struct {
	// AccountID is the account whose opportunities were counted with the contact's own, "" for
	// none.
	AccountID string         `json:"accountId,omitempty"`
	Parts     []SectionTotal `json:"parts"`
}

// SectionTotal counts the records of one state in one currency.
type SectionTotal struct {
	// Open is nil where the section has no open and closed records, or that was not asked.
	Open     *bool    `json:"open,omitempty"`
	Currency *string  `json:"currency,omitempty"`
	Count    int      `json:"count"`
	Amount   *Decimal `json:"amount,omitempty"`
}

// Count is how many records there are, of those that are open or not where that is asked. known is
// false where they were not told apart.
func (t *SectionTotals) Count(open *bool) (n int, known bool) {
	if t == nil {
		return 0, false
	}
	for _, p := range t.Parts {
		switch {
		case open == nil:
		case p.Open == nil:
			return 0, false
		case *p.Open != *open:
			continue
		}
		n += p.Count
	}
	return n, true
}

// Sums adds the records up, currencies apart, in the order in which they were counted.
func (t *SectionTotals) Sums(open *bool) []OpportunitySum {
	out := []OpportunitySum{}
	for _, p := range t.Parts {
		if open != nil && (p.Open == nil || *p.Open != *open) {
			continue
		}
		at := -1
		for i := range out {
			if same(out[i].Currency, p.Currency) {
				at = i
			}
		}
		if at < 0 {
			out, at = append(out, OpportunitySum{Currency: p.Currency}), len(out)
		}
		out[at].Count += p.Count
		if p.Amount == nil {
			continue
		}
		sum := *p.Amount
		if out[at].Amount != nil {
			sum = out[at].Amount.Add(sum)
		}
		out[at].Amount = &sum
	}
	return out
}

func same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
