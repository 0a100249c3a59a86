package models

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestSectionTotalsCountAndAddUpApart(t *testing.T) {
	yes, no, usd, eur := true, false, "USD", "EUR"
	amount := func(s string) *Decimal { d := Decimal(s); return &d }
	totals := &SectionTotals{Parts: []SectionTotal{
		{Open: &yes, Currency: &usd, Count: 500, Amount: amount("338500.25")}, {Open: &yes, Currency: &eur, Count: 2}, {Open: &yes, Currency: &usd, Count: 1, Amount: amount("0.75")},
		{Open: &no, Currency: &usd, Count: 7, Amount: amount("1")},
	}}
	for _, c := range []struct {
		open *bool
		want int
	}{{nil, 510}, {&yes, 503}, {&no, 7}} {
		if got, known := totals.Count(c.open); got != c.want || !known {
			t.Errorf("%d, %v, want %d", got, known, c.want)
		}
	}
	sums := totals.Sums(&yes)
	if len(sums) != 2 || sums[0].Count != 501 || *sums[0].Amount != "338501" || sums[1].Count != 2 || sums[1].Amount != nil {
		t.Errorf("%+v", sums)
	}
	if _, known := (&SectionTotals{Parts: []SectionTotal{{Count: 3}}}).Count(&yes); known {
		t.Error("records that were not told apart are counted apart")
	}
	if _, known := (*SectionTotals)(nil).Count(nil); known {
		t.Error("what was not counted is known")
	}
}

func TestWhatSalesforceCountedAddsUpHoweverItIsSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		totals := &SectionTotals{}
		for range rapid.IntRange(0, 8).Draw(t, "parts") {
			part := SectionTotal{
				Open: ptr(rapid.Bool().Draw(t, "open")), Currency: rapid.SampledFrom([]*string{nil, ptr("EUR"), ptr("USD")}).Draw(t, "currency"),
				Count: rapid.IntRange(0, 1000).Draw(t, "count"),
			}
			if part.Currency != nil {
				part.Currency = ptr(*part.Currency) // each part has its own
			}
			if rapid.Bool().Draw(t, "has an amount") {
				part.Amount = ptr(Decimal(fmt.Sprint(rapid.IntRange(0, 1000).Draw(t, "amount"))))
			}
			totals.Parts = append(totals.Parts, part)
		}
		all, known := totals.Count(nil)
		open, knownOpen := totals.Count(ptr(true))
		closed, knownClosed := totals.Count(ptr(false))
		if !known || !knownOpen || !knownClosed || all != open+closed {
			t.Fatalf("%d in all are not %d open and %d closed ones", all, open, closed)
		}
		for _, which := range []*bool{nil, ptr(true), ptr(false)} {
			count, currencies := 0, map[string]bool{}
			for _, sum := range totals.Sums(which) {
				currency := "none"
				if sum.Currency != nil {
					currency = *sum.Currency
				}
				if currencies[currency] {
					t.Fatalf("%s has two sums", currency)
				}
				currencies[currency] = true
				count += sum.Count
				if want := amountOf(totals, which, currency); (sum.Amount == nil) != (want == nil) || sum.Amount != nil && *sum.Amount != *want {
					t.Fatalf("%s comes to %v, want %v", currency, sum.Amount, want)
				}
			}
			if n, _ := totals.Count(which); count != n {
				t.Fatalf("the sums count %d records of %d", count, n)
			}
		}
	})
}

// amountOf adds a currency's amounts up, in whole units; nil where no part has one.
func amountOf(totals *SectionTotals, open *bool, currency string) *Decimal {
	sum, some := 0, false
	for _, p := range totals.Parts {
		own := "none"
		if p.Currency != nil {
			own = *p.Currency
		}
		if own != currency || p.Amount == nil || open != nil && *p.Open != *open {
			continue
		}
		var n int
		_, _ = fmt.Sscan(string(*p.Amount), &n)
		sum, some = sum+n, true
	}
	if !some {
		return nil
	}
	return ptr(Decimal(fmt.Sprint(sum)))
}

func TestPartsThatWereNotToldApartAreLeftOutOfASumOfOpenOnes(t *testing.T) {
	totals := &SectionTotals{Parts: []SectionTotal{{Count: 3, Amount: ptr(Decimal("5"))}, {Open: ptr(true), Count: 1, Amount: ptr(Decimal("2"))}}}
	if sums := totals.Sums(ptr(true)); len(sums) != 1 || sums[0].Count != 1 || *sums[0].Amount != "2" {
		t.Errorf("open: %+v", sums)
	}
	if sums := totals.Sums(nil); len(sums) != 1 || sums[0].Count != 4 || *sums[0].Amount != "7" {
		t.Errorf("all: %+v", sums)
	}
	if sums := (&SectionTotals{}).Sums(nil); sums == nil || len(sums) != 0 {
		t.Errorf("of nothing: %#v", sums)
	}
}
