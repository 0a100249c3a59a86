package store_test

import (
	"flag"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

var scale = flag.Int("scale", 1, "how many times 80,000 contacts the plans are tested with")

// asked is one list or figure of a dashboard.
type asked struct {
	name string
	page func(models.Page) (models.PageInfo, error) // nil for figures
	run  func() error
}

func dashboards(s *store.Store) []asked {
	var out []asked
	since := time.Date(2025, 12, 27, 0, 0, 0, 0, time.UTC)
	columns := models.Sources{Salesforce: []string{"LastName"}, Desk: []string{"lastName"}}
	type contacts struct {
		name string
		f    models.ContactFilter
	}
	for _, f := range []contacts{{"all", models.ContactFilter{}}, {"search", models.ContactFilter{Search: ptr("ame 77")}}, {"email", models.ContactFilter{Email: ptr("P77@x.example")}},
		{"account", models.ContactFilter{AccountID: ptr("00110000077")}}, {"since", models.ContactFilter{UpdatedSince: &since}}} {
		for _, o := range []models.ContactOrder{models.ContactNameAsc, models.ContactNameDesc, models.ContactEmailAsc, models.ContactEmailDesc, models.ContactUpdatedAsc, models.ContactUpdatedDesc} {
			out = append(out, asked{name: "contacts/" + f.name + "/" + string(o), page: func(p models.Page) (models.PageInfo, error) {
				got, err := s.Contacts(ctx, f.f, o, p, columns, false)
				return got.PageInfo, err
			}})
		}
	}
	type accounts struct {
		name string
		f    models.AccountFilter
	}
	for _, f := range []accounts{{"all", models.AccountFilter{}}, {"search", models.AccountFilter{Search: ptr("ount 77")}}, {"name", models.AccountFilter{Name: ptr("Account 77")}},
		{"since", models.AccountFilter{UpdatedSince: &since}}} {
		for _, o := range []models.AccountOrder{models.AccountNameAsc, models.AccountNameDesc, models.AccountUpdatedAsc, models.AccountUpdatedDesc} {
			out = append(out, asked{name: "accounts/" + f.name + "/" + string(o), page: func(p models.Page) (models.PageInfo, error) {
				got, err := s.Accounts(ctx, f.f, o, p, columns, false)
				return got.PageInfo, err
			}})
		}
	}
	type opportunities struct {
		name string
		f    models.OpportunityFilter
	}
	for _, f := range []opportunities{{"all", models.OpportunityFilter{}}, {"account", models.OpportunityFilter{AccountID: ptr("00110000077")}}, {"contact", models.OpportunityFilter{ContactID: ptr("00310000077")}},
		{"stage", models.OpportunityFilter{Stage: []string{"Stage 7"}}}, {"stages", models.OpportunityFilter{Stage: []string{"Stage 7", "Stage 3"}}}, {"open", models.OpportunityFilter{Open: ptr(true)}},
		{"dates", models.OpportunityFilter{CloseDateFrom: ptr(models.Date("2025-01-01")), CloseDateTo: ptr(models.Date("2025-12-31"))}}, {"amount", models.OpportunityFilter{MinAmount: ptr(models.Decimal("9000"))}},
		{"owner", models.OpportunityFilter{OwnerID: ptr("0051077")}}, {"owner and open", models.OpportunityFilter{OwnerID: ptr("0051077"), Open: ptr(true)}}} {
		for _, o := range orders {
			out = append(out, asked{name: "opportunities/" + f.name + "/" + string(o), page: func(p models.Page) (models.PageInfo, error) {
				got, err := s.Opportunities(ctx, f.f, o, p, false)
				return got.PageInfo, err
			}})
		}
		for _, g := range []models.PipelineGroup{models.PipelineByStage, models.PipelineByOwner, models.PipelineByAccount, models.PipelineByCloseMonth} {
			out = append(out, asked{name: "pipeline/" + f.name + "/" + string(g), run: func() error {
				_, err := s.Pipeline(ctx, g, f.f, ptr(100))
				return err
			}})
		}
	}
	for i, a := range out {
		if a.page == nil {
			continue
		}
		out[i].run = func() error { // a page from each end, and the one behind it
			first, err := a.page(models.Page{First: ptr(20)})
			if err != nil || first.EndCursor == nil {
				return err
			}
			if _, err := a.page(models.Page{First: ptr(20), After: first.EndCursor}); err != nil {
				return err
			}
			last, err := a.page(models.Page{Last: ptr(20)})
			if err != nil {
				return err
			}
			_, err = a.page(models.Page{Last: ptr(20), Before: last.StartCursor})
			return err
		}
	}
	return out
}

// BenchmarkDashboards times every list and figure against the first opportunity of one contact: how
// many such lists it is worth.
func BenchmarkDashboards(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLiteAddress, "mysql": storetest.MySQLAddress} {
		b.Run(name, func(b *testing.B) {
			at := address(b)
			s := storetest.Open(b, at)
			storetest.Fill(b, at, storetest.Customer.Times(*scale))
			one := timed(b, 200, func() error {
				_, err := s.Opportunities(ctx, models.OpportunityFilter{ContactID: ptr("00310000077")}, "", models.Page{First: ptr(1)}, false)
				return err
			})
			for _, a := range dashboards(s) {
				b.Run(a.name, func(b *testing.B) {
					took := timed(b, b.N, a.run)
					b.ReportMetric(float64(took)/float64(one), "x-one-row")
				})
			}
		})
	}
}

func timed(t testing.TB, n int, run func() error) time.Duration {
	t.Helper()
	check(t, run())
	began := time.Now()
	for range n {
		check(t, run())
	}
	return time.Since(began) / time.Duration(n)
}
