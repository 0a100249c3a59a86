package store_test

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

// rowsOf is how many rows of each kind the tests of indexes work on: 20,000 where the database plans by its statistics, 1,000 where it plans without any (SQLite), or what
// SIDELIGHT_TEST_ROWS says, as a million for figures that can be quoted.
func rowsOf(t testing.TB, s *store.Store) int {
	n := map[string]int{"sqlite": 1_000, "mysql": 20_000}[s.Dialect()]
	if text := os.Getenv("SIDELIGHT_TEST_ROWS"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		check(t, err)
	}
	return n
}

// fill makes n contacts on both sides, half as many accounts, and n opportunities, by statements that both databases take.
func fill(t testing.TB, s *store.Store, n int) {
	t.Helper()
	digits := "(SELECT 0 i UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
	number, from := "0", ""
	for d, scale := 0, 1; scale < n; d, scale = d+1, scale*10 {
		number += fmt.Sprintf(" + %d * d%d.i", scale, d)
		if from != "" {
			from += ", "
		}
		from += fmt.Sprintf("%s d%d", digits, d)
	}
	numbers := func(n int) string {
		return fmt.Sprintf("(SELECT i FROM (SELECT %s AS i FROM %s) x WHERE i < %d) n", number, from, n)
	}
	zone := map[string]string{"sqlite": "+00:00", "mysql": ""}[s.Dialect()]
	at := "CONCAT('2026-', 10 + i % 3, '-', 10 + i % 19, ' 10:', 10 + i % 50, ':', 10 + i % 47, '" + zone + "')"
	long := "'2026-01-01 00:00:00" + zone + "'"
	for _, sql := range []string{
		"INSERT INTO links (id, object, desk_id, salesforce_id, matched_by, version, dirty, created_at, live, name_key, match_key, moved_at) SELECT CONCAT('C', 10000000 + i), 'CONTACT', CONCAT('D', 10000000 + i), CONCAT('003', 10000000 + i), 'email', 1, 0, " +
			long + ", i % 50 > 0, CONCAT('name ', i * 7919 % 99991), CASE WHEN i % 10 = 0 THEN '' ELSE CONCAT('p', i, '@x.example') END, " + at + " FROM " + numbers(n),
		"INSERT INTO links (id, object, desk_id, salesforce_id, matched_by, version, dirty, created_at, live, name_key, match_key, moved_at) SELECT CONCAT('A', 10000000 + i), 'ACCOUNT', CONCAT('DA', 10000000 + i), CONCAT('001', 10000000 + i), 'name', 1, 0, " +
			long + ", 1, CONCAT('account ', i), CONCAT('account ', i), " + at + " FROM " + numbers(n/2),
		"INSERT INTO salesforce_contacts (id, name, match_key, parent_id, data, modified_at, observed_at, merged_into) SELECT CONCAT('003', 10000000 + i), CONCAT('Name ', i * 7919 % 99991), '', CONCAT('001', 10000000 + i % " +
			fmt.Sprint(n/2) + "), '{\"LastName\": \"x\"}', " + long + ", " + long + ", '' FROM " + numbers(n),
		"INSERT INTO desk_contacts (id, name, match_key, parent_id, data, modified_at, observed_at, merged_into) SELECT CONCAT('D', 10000000 + i), 'x', '', CONCAT('DA', 10000000 + i % " +
			fmt.Sprint(n/2) + "), '{\"lastName\": \"x\"}', " + long + ", " + long + ", '' FROM " + numbers(n),
		"INSERT INTO salesforce_accounts (id, name, match_key, parent_id, data, modified_at, observed_at, merged_into) SELECT CONCAT('001', 10000000 + i), CONCAT('Account ', i), '', '', '{\"Name\": \"x\"}', " + long + ", " + long + ", '' FROM " + numbers(n/2),
		"INSERT INTO opportunities (id, name, stage, amount, currency, probability, close_date, open, won, owner_id, owner_name, account_id, as_of) SELECT CONCAT('006', 10000000 + i), CONCAT('Deal ', i), " +
			"CASE WHEN i % 97 = 0 THEN NULL ELSE CONCAT('Stage ', i % 10) END, CASE WHEN i % 31 = 0 THEN NULL ELSE i * 7919 % 1000003 * 100 END, CASE i % 3 WHEN 0 THEN 'EUR' ELSE 'USD' END, i % 10 * 10, " +
			"CASE WHEN i % 89 = 0 THEN NULL ELSE CONCAT(2024 + i % 4, '-', 10 + i % 3, '-', 10 + i % 19) END, i % 4 > 0, i % 8 = 0, CONCAT('005', 1000 + i % 200), 'Owner', CONCAT('001', 10000000 + i * 31 % " +
			fmt.Sprint(n/2) + "), " + long + " FROM " + numbers(n),
		"INSERT INTO opportunity_contacts (opportunity_id, contact_id, role) SELECT CONCAT('006', 10000000 + i), CONCAT('003', 10000000 + i * 7 % " + fmt.Sprint(n) + "), 'Buyer' FROM " + numbers(n),
	} {
		check(t, s.Exec(ctx, sql))
	}
	if s.Dialect() == "mysql" { // which keeps its statistics itself, a little later; SQLite is never told to make any
		check(t, s.Exec(ctx, "ANALYZE TABLE links, opportunities, opportunity_contacts, salesforce_contacts, desk_contacts, salesforce_accounts"))
	}
}

// asked is one list or figure of a dashboard. few tells that what is sorted is a handful: the rows that a filter leaves by itself, or groups.
type asked struct {
	name string
	few  bool
	page func(models.Page) (models.PageInfo, error) // nil for figures
	run  func() error
}

func dashboards(s *store.Store) []asked {
	var out []asked
	since := time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC)
	columns := models.Sources{Salesforce: []string{"LastName"}, Desk: []string{"lastName"}}
	type contacts struct {
		name string
		f    models.ContactFilter
		few  bool
	}
	for _, f := range []contacts{{"all", models.ContactFilter{}, false}, {"search", models.ContactFilter{Search: ptr("ame 77")}, false}, {"email", models.ContactFilter{Email: ptr("P77@x.example")}, true},
		{"account", models.ContactFilter{AccountID: ptr("00110000077")}, true}, {"since", models.ContactFilter{UpdatedSince: &since}, false}} {
		for _, o := range []models.ContactOrder{models.ContactNameAsc, models.ContactNameDesc, models.ContactEmailAsc, models.ContactEmailDesc, models.ContactUpdatedAsc, models.ContactUpdatedDesc} {
			out = append(out, asked{name: "contacts/" + f.name + "/" + string(o), few: f.few, page: func(p models.Page) (models.PageInfo, error) {
				got, err := s.Contacts(ctx, f.f, o, p, columns, false)
				return got.PageInfo, err
			}})
		}
	}
	type accounts struct {
		name string
		f    models.AccountFilter
		few  bool
	}
	for _, f := range []accounts{{"all", models.AccountFilter{}, false}, {"search", models.AccountFilter{Search: ptr("ount 77")}, false}, {"name", models.AccountFilter{Name: ptr("Account 77")}, true},
		{"since", models.AccountFilter{UpdatedSince: &since}, false}} {
		for _, o := range []models.AccountOrder{models.AccountNameAsc, models.AccountNameDesc, models.AccountUpdatedAsc, models.AccountUpdatedDesc} {
			out = append(out, asked{name: "accounts/" + f.name + "/" + string(o), few: f.few, page: func(p models.Page) (models.PageInfo, error) {
				got, err := s.Accounts(ctx, f.f, o, p, columns, false)
				return got.PageInfo, err
			}})
		}
	}
	type opportunities struct {
		name string
		f    models.OpportunityFilter
		few  bool
	}
	for _, f := range []opportunities{{"all", models.OpportunityFilter{}, false}, {"account", models.OpportunityFilter{AccountID: ptr("00110000077")}, true}, {"contact", models.OpportunityFilter{ContactID: ptr("00310000077")}, true},
		{"stage", models.OpportunityFilter{Stage: []string{"Stage 7"}}, false}, {"stages", models.OpportunityFilter{Stage: []string{"Stage 7", "Stage 3"}}, false}, {"open", models.OpportunityFilter{Open: ptr(true)}, false},
		{"dates", models.OpportunityFilter{CloseDateFrom: ptr(models.Date("2025-01-01")), CloseDateTo: ptr(models.Date("2025-12-31"))}, false}, {"amount", models.OpportunityFilter{MinAmount: ptr(models.Decimal("9000"))}, false},
		{"owner", models.OpportunityFilter{OwnerID: ptr("0051077")}, false}, {"owner and open", models.OpportunityFilter{OwnerID: ptr("0051077"), Open: ptr(true)}, false}} {
		for _, o := range orders {
			out = append(out, asked{name: "opportunities/" + f.name + "/" + string(o), few: f.few, page: func(p models.Page) (models.PageInfo, error) {
				got, err := s.Opportunities(ctx, f.f, o, p, false)
				return got.PageInfo, err
			}})
		}
		for _, g := range []models.PipelineGroup{models.PipelineByStage, models.PipelineByOwner, models.PipelineByAccount, models.PipelineByCloseMonth} {
			out = append(out, asked{name: "pipeline/" + f.name + "/" + string(g), few: true, run: func() error {
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

// walked finds a plan of SQLite that enters an order's index by what every row has.
var walked = regexp.MustCompile(`links_\w+ \(object=\?( AND live=\?)?\)|SCAN (links|opportunities)`)

func TestEveryListAndFigureOfDashboardsReadsAlongAnIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		s := storetest.Open(t, address)
		fill(t, s, rowsOf(t, s))
		for _, a := range dashboards(s) {
			plans, err := s.Plans(ctx, a.run)
			if err != nil {
				t.Fatalf("%s: %v", a.name, err)
			}
			for _, p := range plans {
				if len(p.Unindexed) > 0 {
					t.Errorf("%s reads a table whole: %s\n%s", a.name, strings.Join(p.Steps, "\n"), p.Statement)
				}
				if a.few && a.page != nil && walked.MatchString(strings.Join(p.Steps, "\n")) {
					t.Errorf("%s walks an order to find a few rows: %s\n%s", a.name, strings.Join(p.Steps, "\n"), p.Statement)
				}
				if len(p.Sorted) > 0 && !a.few {
					t.Errorf("%s sorts: %s\n%s", a.name, strings.Join(p.Steps, "\n"), p.Statement)
				}
			}
		}
	})
}

// BenchmarkDashboards times every list and figure against the first opportunity of one contact: how many such lists it is worth. SIDELIGHT_TEST_ROWS says on how many rows.
func BenchmarkDashboards(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLiteAddress, "mysql": storetest.MySQLAddress} {
		b.Run(name, func(b *testing.B) {
			s := storetest.Open(b, address(b))
			fill(b, s, rowsOf(b, s))
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
