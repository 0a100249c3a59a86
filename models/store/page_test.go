package store_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sidelight/models"
	"sidelight/models/store"
)

// account is whose opportunities the tests of lists are: saving them replaces all there are.
const account = "001000000000001AAA"

func saveDeals(t testing.TB, s *store.Store, deals []models.Opportunity) {
	t.Helper()
	check(t, s.SaveRelated(ctx, models.Related{AccountID: account, Read: []models.Need{models.NeedOpportunities}, AsOf: t0, Opportunities: slices.Clone(deals)}))
}

// deals draws opportunities with many ties, blanks, and texts beyond ASCII.
func deals(t *rapid.T, label string, first int) []models.Opportunity {
	n := rapid.IntRange(0, 24).Draw(t, label)
	out := make([]models.Opportunity, n)
	for i := range out {
		o := models.Opportunity{ID: fmt.Sprintf("006%03d", first+i), AccountID: ptr(account), Open: ptr(rapid.Bool().Draw(t, "open"))}
		if d := rapid.SampledFrom([]models.Date{"", "2026-01-31", "2026-02-01", "2027-01-01"}).Draw(t, "date"); d != "" {
			o.CloseDate = &d
		}
		if a := rapid.SampledFrom([]models.Decimal{"", "-1.5", "0", "10", "9.99", "90071992547409.93"}).Draw(t, "amount"); a != "" {
			o.Amount = &a
		}
		if st := rapid.SampledFrom([]string{"-", "", "Zu", "a", "Äß", "z", "ō", "你", "🙂"}).Draw(t, "stage"); st != "-" {
			o.Stage = &st
		}
		out[i] = o
	}
	return out
}

// nullsLast compares values of which any may be missing.
func nullsLast[T any](compare func(a, b T) int, desc bool) func(a, b *T) int {
	return func(a, b *T) int {
		switch {
		case a == nil && b == nil:
			return 0
		case a == nil:
			return 1
		case b == nil:
			return -1
		case desc:
			return compare(*b, *a)
		}
		return compare(*a, *b)
	}
}

// expected is the list as the words of the schema have it: in the order, ties by id in the same
// direction, nulls last.
func expected(deals []models.Opportunity, order models.OpportunityOrder) []string {
	desc := order == models.OpportunityCloseDateDesc || order == models.OpportunityAmountDesc
	byDate := nullsLast(func(a, b models.Date) int { return cmp.Compare(a, b) }, desc)
	byAmount := nullsLast(func(a, b models.Decimal) int { return a.Rat().Cmp(b.Rat()) }, desc)
	// Go compares UTF-8, whose order is that of code points.
	byStage := nullsLast(func(a, b string) int { return cmp.Compare(a, b) }, desc)
	deals = slices.Clone(deals)
	slices.SortFunc(deals, func(a, b models.Opportunity) int {
		var c int
		switch order {
		case models.OpportunityAmountAsc, models.OpportunityAmountDesc:
			c = byAmount(a.Amount, b.Amount)
		case models.OpportunityStageAsc:
			c = byStage(a.Stage, b.Stage)
		default:
			c = byDate(a.CloseDate, b.CloseDate)
		}
		if desc {
			return cmp.Or(c, cmp.Compare(b.ID, a.ID))
		}
		return cmp.Or(c, cmp.Compare(a.ID, b.ID))
	})
	out := []string{}
	for _, d := range deals {
		out = append(out, d.ID)
	}
	return out
}

var orders = []models.OpportunityOrder{models.OpportunityCloseDateAsc, models.OpportunityCloseDateDesc, models.OpportunityAmountAsc, models.OpportunityAmountDesc, models.OpportunityStageAsc}

// walk reads a list page by page, calling between after each page but the last, and answers the ids
// in the list's own order.
func walk(t testing.TB, read func(models.Page) (models.Slice[models.Opportunity], error), size int, back bool, between func()) []string {
	t.Helper()
	out := []string{}
	page := models.Page{First: &size}
	if back {
		page = models.Page{Last: &size}
	}
	for range 100 {
		got := must[models.Slice[models.Opportunity]](t)(read(page))
		var ids []string
		for _, r := range got.Rows {
			ids = append(ids, r.ID)
		}
		more, next := got.PageInfo.HasNextPage, got.PageInfo.EndCursor
		if back {
			out, more, next = append(ids, out...), got.PageInfo.HasPreviousPage, got.PageInfo.StartCursor
			page = models.Page{Last: &size, Before: next}
		} else {
			out = append(out, ids...)
			page = models.Page{First: &size, After: next}
		}
		if !more {
			return out
		}
		if len(ids) != size {
			t.Fatalf("a page of %d where there is more after it", len(ids))
		}
		between()
	}
	t.Fatal("the list does not come to its end")
	return nil
}

func TestPagesTogetherAreTheListOnceBothWays(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		rapid.Check(t, func(rt *rapid.T) {
			rows := deals(rt, "rows", 0)
			saveDeals(t, s, rows)
			order, size := rapid.SampledFrom(orders).Draw(rt, "order"), rapid.IntRange(1, 9).Draw(rt, "size")
			read := func(p models.Page) (models.Slice[models.Opportunity], error) {
				got, err := s.Opportunities(ctx, models.OpportunityFilter{}, order, p, true)
				if err == nil && *got.Total != len(rows) {
					rt.Fatalf("%d in all, of %d", *got.Total, len(rows))
				}
				return got, err
			}
			for _, back := range []bool{false, true} {
				if got, want := walk(t, read, size, back, func() {}), expected(rows, order); !slices.Equal(got, want) {
					rt.Fatalf("%s, pages of %d, back %v: %v, want %v", order, size, back, got, want)
				}
			}
		})
	})
}

func TestRowsThatComeAndGoBetweenPagesMoveNoOthers(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		rapid.Check(t, func(rt *rapid.T) {
			stay, other := deals(rt, "stay", 0), deals(rt, "come and go", 500)
			there := map[string]bool{}
			save := func() {
				rows := slices.Clone(stay)
				for _, o := range other {
					if there[o.ID] {
						rows = append(rows, o)
					}
				}
				saveDeals(t, s, rows)
			}
			change := func() {
				for _, o := range other {
					there[o.ID] = rapid.Bool().Draw(rt, "there")
				}
				save()
			}
			change()
			order, size, back := rapid.SampledFrom(orders).Draw(rt, "order"), rapid.IntRange(1, 9).Draw(rt, "size"), rapid.Bool().Draw(rt, "back")
			got := walk(t, func(p models.Page) (models.Slice[models.Opportunity], error) {
				return s.Opportunities(ctx, models.OpportunityFilter{}, order, p, false)
			}, size, back, change)
			seen := map[string]int{}
			for _, id := range got {
				if seen[id]++; seen[id] > 1 {
					rt.Fatalf("%s came twice", id)
				}
			}
			if left := slices.DeleteFunc(got, func(id string) bool { return id >= "006500" }); !slices.Equal(left, expected(stay, order)) {
				rt.Fatalf("%s, back %v: what stayed came as %v, want %v", order, back, left, expected(stay, order))
			}
		})
	})
}

func TestListsOfContactsPageByEveryOrderWithTies(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		var records []models.Record
		for i := range 40 {
			v := vals("FirstName", []string{"Ann", "ann", "Ōe", "Zoë"}[i%4], "LastName", []string{"X", "Öz"}[i%2])
			if i%3 > 0 {
				v["Email"] = models.Text(fmt.Sprintf("p%d@x.example", i%5))
			}
			records = append(records, models.Record{Side: models.Salesforce, Object: models.ContactObject, ID: fmt.Sprintf("003%015d", i), Values: v, ModifiedAt: t0.Add(time.Duration(i%7) * time.Millisecond)})
		}
		must[models.ObserveResult](t)(s.Observe(ctx, models.Salesforce, models.ContactObject, records, nil))
		columns := models.Sources{Salesforce: []string{"FirstName", "LastName", "Email"}}
		for _, order := range []models.ContactOrder{models.ContactNameAsc, models.ContactNameDesc, models.ContactEmailAsc, models.ContactEmailDesc, models.ContactUpdatedAsc, models.ContactUpdatedDesc} {
			all := must[models.Slice[models.Contact]](t)(s.Contacts(ctx, models.ContactFilter{}, order, models.Page{First: ptr(100)}, columns, true))
			if len(all.Rows) != 40 || *all.Total != 40 {
				t.Fatalf("%s: %d of %d", order, len(all.Rows), *all.Total)
			}
			for _, back := range []bool{false, true} {
				var got []string
				page := models.Page{First: ptr(7)}
				if back {
					page = models.Page{Last: ptr(7)}
				}
				for range 10 {
					part := must[models.Slice[models.Contact]](t)(s.Contacts(ctx, models.ContactFilter{}, order, page, columns, false))
					var ids []string
					for _, c := range part.Rows {
						ids = append(ids, c.ID)
					}
					if back {
						got, page = append(ids, got...), models.Page{Last: ptr(7), Before: part.PageInfo.StartCursor}
					} else {
						got, page = append(got, ids...), models.Page{First: ptr(7), After: part.PageInfo.EndCursor}
					}
					if len(got) >= 40 {
						break
					}
				}
				for i, c := range all.Rows {
					if i >= len(got) || got[i] != c.ID {
						t.Fatalf("%s, back %v: row %d differs from the whole list", order, back, i)
					}
				}
			}
		}
	})
}

func TestACursorOfAnotherListOrOrderIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		saveDeals(t, s, []models.Opportunity{{ID: "a"}, {ID: "b"}})
		first := must[models.Slice[models.Opportunity]](t)(s.Opportunities(ctx, models.OpportunityFilter{}, models.OpportunityAmountAsc, models.Page{First: ptr(1)}, false))
		for _, c := range []string{*first.PageInfo.EndCursor, "", "!", "bnVsbA", "eyJsIjoib3Bwb3J0dW5pdGllcy9DTE9TRV9EQVRFX0FTQyIsInYiOlt7InQiOiJ4In0sMV19"} {
			if _, err := s.Opportunities(ctx, models.OpportunityFilter{}, models.OpportunityCloseDateAsc, models.Page{First: ptr(1), After: &c}, false); models.CodeOf(err) != models.CodeBadUserInput {
				t.Errorf("%q: %v", c, err)
			}
		}
	})
}

// The pipeline against a naive sum of fractions.

func TestThePipelineIsTheExactSumOfItsOpportunities(t *testing.T) {
	names := map[models.PipelineGroup]func(o models.Opportunity) string{
		models.PipelineByStage:   func(o models.Opportunity) string { return text(o.Stage) },
		models.PipelineByOwner:   func(o models.Opportunity) string { return text(o.OwnerID) },
		models.PipelineByAccount: func(o models.Opportunity) string { return text(o.AccountID) },
		models.PipelineByCloseMonth: func(o models.Opportunity) string {
			if o.CloseDate == nil {
				return ""
			}
			return string(*o.CloseDate)[:7]
		},
	}
	type bucket struct {
		count            int
		amount, weighted *big.Rat
	}
	add := func(sum **big.Rat, v *big.Rat) {
		if *sum == nil {
			*sum = new(big.Rat)
		}
		(*sum).Add(*sum, v)
	}
	each(t, func(t *testing.T, s *store.Store) {
		rapid.Check(t, func(rt *rapid.T) {
			rows := deals(rt, "rows", 0)
			for i := range rows {
				if p := rapid.SampledFrom([]float64{-1, 0, 10, 33.3, 0.1, 100}).Draw(rt, "probability"); p >= 0 {
					rows[i].Probability = &p
				}
				if c := rapid.SampledFrom([]string{"", "EUR", "USD"}).Draw(rt, "currency"); c != "" {
					rows[i].Currency = &c
				}
				if o := rapid.SampledFrom([]string{"", "005A", "005a"}).Draw(rt, "owner"); o != "" {
					rows[i].OwnerID, rows[i].OwnerName = &o, &o
				}
			}
			saveDeals(t, s, rows)
			f, keeps := filters(rt)
			group := rapid.SampledFrom([]models.PipelineGroup{models.PipelineByStage, models.PipelineByOwner, models.PipelineByAccount, models.PipelineByCloseMonth}).Draw(rt, "group")
			want := map[[2]string]*bucket{}
			for _, o := range rows {
				if !keeps(o) {
					continue
				}
				k := [2]string{names[group](o), text(o.Currency)}
				if want[k] == nil {
					want[k] = &bucket{}
				}
				b := want[k]
				b.count++
				if o.Amount == nil {
					continue
				}
				add(&b.amount, o.Amount.Rat())
				if o.Probability != nil {
					percent, _ := new(big.Rat).SetString(fmt.Sprint(*o.Probability))
					add(&b.weighted, percent.Mul(percent, o.Amount.Rat()).Quo(percent, big.NewRat(100, 1)))
				}
			}
			got := must[[]models.PipelineBucket](t)(s.Pipeline(ctx, group, f, nil))
			if len(got) != len(want) {
				rt.Fatalf("%s: %d groups, want %d", group, len(got), len(want))
			}
			same := func(d *models.Decimal, r *big.Rat) bool {
				return (d == nil) == (r == nil) && (d == nil || d.Rat().Cmp(r) == 0)
			}
			for _, g := range got {
				w := want[[2]string{g.Key, text(g.Currency)}]
				if w == nil || g.Count != w.count || !same(g.Amount, w.amount) || !same(g.WeightedAmount, w.weighted) {
					rt.Fatalf("%s %+v, want %+v", group, g, w)
				}
			}
			n := rapid.IntRange(0, 5).Draw(rt, "first")
			top := must[[]models.PipelineBucket](t)(s.Pipeline(ctx, group, f, &n))
			if len(top) != min(n, len(got)) {
				rt.Fatalf("the first %d of %d groups are %d", n, len(got), len(top))
			}
			for i := range top {
				for _, g := range got { // no group left out is larger than one that is in
					if slices.ContainsFunc(top, func(b models.PipelineBucket) bool { return b.Key == g.Key && text(b.Currency) == text(g.Currency) }) {
						continue
					}
					if g.Amount != nil && (top[i].Amount == nil || g.Amount.Rat().Cmp(top[i].Amount.Rat()) > 0) {
						rt.Fatalf("%+v is larger than %+v", g, top[i])
					}
				}
			}
		})
	})
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// filters draws a filter with the rule that it stands for.
func filters(t *rapid.T) (models.OpportunityFilter, func(models.Opportunity) bool) {
	var f models.OpportunityFilter
	var rules []func(models.Opportunity) bool
	maybe := func(name string, set func()) {
		if rapid.IntRange(0, 3).Draw(t, "filter by "+name) == 0 {
			set()
		}
	}
	maybe("stage", func() {
		f.Stage = []string{"a", "Äß"}
		rules = append(rules, func(o models.Opportunity) bool { return o.Stage != nil && slices.Contains(f.Stage, *o.Stage) })
	})
	maybe("open", func() {
		f.Open = ptr(true)
		rules = append(rules, func(o models.Opportunity) bool { return *o.Open })
	})
	maybe("dates", func() {
		f.CloseDateFrom, f.CloseDateTo = ptr(models.Date("2026-02-01")), ptr(models.Date("2026-12-31"))
		rules = append(rules, func(o models.Opportunity) bool {
			return o.CloseDate != nil && *o.CloseDate >= "2026-02-01" && *o.CloseDate <= "2026-12-31"
		})
	})
	maybe("amount", func() {
		f.MinAmount = ptr(models.Decimal("9.99"))
		rules = append(rules, func(o models.Opportunity) bool { return o.Amount != nil && o.Amount.Rat().Cmp(f.MinAmount.Rat()) >= 0 })
	})
	maybe("owner", func() {
		f.OwnerID = ptr("005A")
		rules = append(rules, func(o models.Opportunity) bool { return text(o.OwnerID) == "005A" })
	})
	maybe("account", func() { f.AccountID = ptr(account) })
	return f, func(o models.Opportunity) bool {
		for _, rule := range rules {
			if !rule(o) {
				return false
			}
		}
		return true
	}
}

func TestCardsThatNobodyOpensAreForgottenInTime(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		card := func(contact string, at time.Time) models.Related {
			return models.Related{ContactID: contact, AccountID: "001" + contact, Read: models.RelatedNeeds, AsOf: at, Opportunities: []models.Opportunity{{ID: "006" + contact, AccountID: ptr("001" + contact)}},
				Roles: []models.OpportunityContact{{OpportunityID: "006" + contact, ContactID: contact}}, Notes: []models.Note{{ID: "002" + contact}}, Events: []models.Event{{ID: "00U" + contact}}, Tasks: []models.Task{{ID: "00T" + contact}}}
		}
		check(t, s.SaveRelated(ctx, card("old", t0.AddDate(0, 0, -91))))
		check(t, s.SaveRelated(ctx, card("new", t0)))
		must[models.Ticket](t)(s.SaveTicket(ctx, models.Ticket{ID: "old", AsOf: t0.AddDate(0, 0, -91)}))
		must[models.Ticket](t)(s.SaveTicket(ctx, models.Ticket{ID: "new", AsOf: t0}))
		check(t, s.Prune(ctx, t0.AddDate(0, 0, -90)))
		for contact, want := range map[string]int{"old": 0, "new": 1} {
			q := models.RelatedQuery{ContactID: contact, AccountID: "001" + contact}
			got := map[string]int{
				"opportunities": len(must[models.Slice[models.Opportunity]](t)(s.CustomerOpportunities(ctx, q)).Rows), "notes": len(must[models.Slice[models.Note]](t)(s.Notes(ctx, q)).Rows),
				"events": len(must[models.Slice[models.Event]](t)(s.Events(ctx, q)).Rows), "tasks": len(must[models.Slice[models.Task]](t)(s.Tasks(ctx, q)).Rows),
				"states": len(must[map[string]map[models.Need]models.RelatedState](t)(s.RelatedStates(ctx, []string{contact}, models.RelatedNeeds))[contact]) / 4,
			}
			for what, n := range got {
				if n != want {
					t.Errorf("%s: %d %s, want %d", contact, n, what, want)
				}
			}
			if ticket := must[*models.Ticket](t)(s.Ticket(ctx, contact)); (ticket != nil) != (want == 1) {
				t.Errorf("%s: the ticket is %v", contact, ticket)
			}
		}
	})
}

func TestAnAnswerThatWasAskedForBeforeAChangeDoesNotMakeItsCardFresh(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		active(t, s)
		read := func(at time.Time) {
			check(t, s.SaveRelated(ctx, models.Related{ContactID: "003", Read: []models.Need{models.NeedTasks}, AsOf: at}))
		}
		stale := func() bool {
			return must[map[string]map[models.Need]models.RelatedState](t)(s.RelatedStates(ctx, []string{"003"}, models.RelatedNeeds))["003"][models.NeedTasks].Stale
		}
		asked := time.Now().UTC()
		read(asked)
		check(t, s.MarkRelatedMoved(ctx, models.RelatedFence{Stream: true, Number: 1}, models.RelatedBatch{Object: models.RelatedTasks, Hints: []models.RelatedHint{{ID: "00T", ContactID: "003"}}}))
		read(asked)
		if !stale() {
			t.Error("an older answer made it fresh")
		}
		// The database's clock may be some milliseconds ahead.
		read(time.Now().UTC().Add(time.Second))
		if stale() {
			t.Error("a newer answer did not make it fresh")
		}
	})
}
