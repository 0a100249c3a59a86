package store_test

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

func raw(t testing.TB, address string) *store.Raw {
	t.Helper()
	r := must[*store.Raw](t)(store.OpenRaw(address))
	t.Cleanup(func() { check(t, r.Close()) })
	return r
}

// shape is what must be the same on every kind of store: tables, columns and whether they may be
// NULL, indexes by their columns.
func shape(t testing.TB, r *store.Raw) map[string]store.Table {
	t.Helper()
	tables := must[map[string]store.Table](t)(r.Tables(ctx))
	for _, table := range tables {
		for i := range table.Columns {
			table.Columns[i].Type = ""
		}
	}
	return tables
}

func TestTheTablesAreTheSameOnEveryDatabase(t *testing.T) {
	address := storetest.SQLiteAddress(t)
	storetest.Open(t, address)
	want := shape(t, raw(t, address))
	if len(want) < 30 {
		t.Fatalf("only %d tables", len(want))
	}
	storetest.EachServer(t, func(t *testing.T, copied string) {
		address := another(t, copied)
		storetest.Open(t, address)
		got := shape(t, raw(t, address))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("- SQLite, + this: %s", diff)
		}
		if diff := cmp.Diff(want, shape(t, raw(t, copied))); diff != "" {
			t.Errorf("- SQLite, + what other tests run on: %s", diff)
		}
		for name, table := range got {
			if !strings.Contains(strings.Join(table.Indexes, ";"), "primary ") {
				t.Errorf("%s has no primary key, as clusters ask for", name)
			}
		}
	})
}

// dropped are columns that a later version does without.
var dropped = map[string]bool{"intents.partial": true}

// rewritten are columns whose values a later version changes: each has a test of its own.
var rewritten = map[string]bool{"profiles.switches": true}

// A database of any earlier version comes to this one with all its rows.
func TestEveryEarlierVersionComesToThisOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, address string) {
		fresh := another(t, address)
		storetest.Open(t, fresh)
		now := raw(t, fresh)
		want, versions := shape(t, now), now.Versions()
		for _, version := range versions[:len(versions)-1] {
			t.Run(fmt.Sprint(version), func(t *testing.T) {
				address := another(t, address)
				r := raw(t, address)
				check(t, r.UpTo(ctx, version))
				old := must[map[string]store.Table](t)(r.Tables(ctx))
				before := map[string][]string{}
				for name, table := range old {
					// A migration may have put the only row there that a table has.
					if seeded := must[[]string](t)(r.Contents(ctx, name, table.Columns)); len(seeded) == 0 {
						for n := range 2 {
							check(t, insert(r, name, table, n))
						}
					}
					table.Columns = slices.DeleteFunc(table.Columns, func(c store.Column) bool { return dropped[name+"."+c.Name] || rewritten[name+"."+c.Name] })
					old[name] = table
					before[name] = must[[]string](t)(r.Contents(ctx, name, table.Columns))
				}
				s := storetest.Open(t, address)
				if diff := cmp.Diff(want, shape(t, r)); diff != "" {
					t.Errorf("- new, + from version %d: %s", version, diff)
				}
				for name, table := range old {
					if diff := cmp.Diff(before[name], must[[]string](t)(r.Contents(ctx, name, table.Columns))); diff != "" {
						t.Errorf("%s: %s", name, diff)
					}
				}
				// What was written then can be read now.
				in := must[models.Integration](t)(s.Integration(ctx))
				links := must[[]models.LinkState](t)(s.Links(ctx, models.ContactObject, "", 10))
				failures := must[models.Slice[models.Failure]](t)(s.Failures(ctx, models.FailureFilter{}, models.Page{}, true))
				conflicts := must[models.Slice[models.Conflict]](t)(s.Conflicts(ctx, models.ConflictFilter{}, models.Page{}, true))
				runs := must[models.Slice[models.SyncRun]](t)(s.SyncRuns(ctx, models.SyncRunFilter{}, models.Page{}, true))
				deals := must[models.Slice[models.Opportunity]](t)(s.Opportunities(ctx, models.OpportunityFilter{}, "", models.Page{}, true))
				if in.HistoryDays != 7 || len(links) != 2 || *failures.Total != 2 || *conflicts.Total != 2 || *runs.Total != 2 || *deals.Total != 2 {
					t.Errorf("%+v, %d links, %d failures, %d conflicts, %d runs, %d opportunities", in, len(links), *failures.Total, *conflicts.Total, *runs.Total, *deals.Total)
				}
			})
		}
	})
}

func TestProfilesOfEarlierVersionsKeepTheirLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, copied string) {
		address := another(t, copied)
		r := raw(t, address)
		check(t, r.UpTo(ctx, 60))
		for id, switches := range map[string]int{"open": 511, "narrow": 3, "closed": 0} {
			_, err := r.ExecContext(ctx, "INSERT INTO profiles (id, name, switches, hidden, deny_mode, updated_at) VALUES (?, ?, ?, '[]', '', '2026-01-02 03:04:05')", id, id, switches)
			check(t, err)
		}
		want := map[string]models.Switches{"open": models.AllSwitches &^ models.CanLink, "narrow": models.CanSee | models.CanContacts | models.CanLists, "closed": 0}
		for _, p := range must[[]models.Profile](t)(storetest.Open(t, address).Profiles(ctx)) {
			if p.Switches != want[p.ID] {
				t.Errorf("%s has %b, want %b", p.ID, p.Switches, want[p.ID])
			}
		}
	})
}

// another is a new and empty database of the same kind.
func another(t testing.TB, address string) string {
	t.Helper()
	switch {
	case strings.HasPrefix(address, "sqlite:"):
		return storetest.SQLiteAddress(t)
	case strings.Contains(t.Name(), "mariadb"):
		return storetest.MariaDB.Shared(t).NewDatabase(t)
	}
	return storetest.MySQL.Shared(t).NewDatabase(t)
}

// insert adds the nth row of two: the first has every column, the second only what must be there.
func insert(r *store.Raw, name string, table store.Table, n int) error {
	zone := map[bool]string{false: "+00:00"}[r.MySQL]
	known := map[string][2]any{
		"object": {"CONTACT", "CONTACT"}, "side": {"DESK", "DESK"}, "source": {"DESK", "DESK"}, "target": {"SALESFORCE", "SALESFORCE"}, "history_days": {7, 7},
		"status": {"ACTIVE", "PAUSED"}, "close_date": {"2026-01-02", nil}, "due_date": {"2026-01-02", nil},
	}
	var columns, marks []string
	var values []any
	for _, c := range table.Columns {
		if c.Computed || c.Nullable && n == 1 {
			continue
		}
		var value any
		kind, _, _ := strings.Cut(c.Type, "(")
		switch kind {
		case "DATETIME":
			value = fmt.Sprintf("2026-01-0%d 03:04:05.678901%s", n+2, zone)
		case "VARCHAR", "CHAR", "LONGTEXT", "TEXT":
			value = "null" // which is also JSON
			if c.Key {
				value = fmt.Sprint("key", n)
			}
		case "LONGBLOB", "VARBINARY", "BLOB":
			value = []byte{byte(n), 0xff}
		default:
			value = n + 1
			if kind == "BOOLEAN" || c.Type == "TINYINT(1)" {
				value = n
			}
		}
		if k, ok := known[c.Name]; ok && !(c.Key && (len(table.Indexes) == 0 || strings.Contains(strings.Join(table.Indexes, ";"), "primary "+c.Name))) {
			value = k[n]
		}
		columns, marks, values = append(columns, "`"+c.Name+"`"), append(marks, "?"), append(values, value)
	}
	_, err := r.ExecContext(ctx, "INSERT INTO `"+name+"` ("+strings.Join(columns, ", ")+") VALUES ("+strings.Join(marks, ", ")+")", values...)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// landed are the migrations that databases have run: they are never changed, for nobody runs them
// again. What changes a table is a new migration, which is added here once it has landed.
var landed = map[string]string{
	"mysql/00001_first.sql":              "41433a6aad21db8c",
	"mysql/00002_engine.sql":             "0be581a4b79f8292",
	"mysql/00003_related_mirrors.sql":    "fbb96028fc6a055b",
	"mysql/00012_plans.sql":              "3f127cee69164b7f",
	"mysql/00023_heartbeat.sql":          "b652b1bc68f3c9e9",
	"mysql/00024_renewals.sql":           "d7125cf794eace48",
	"mysql/00025_issued_tokens.sql":      "90172c804816d2ec",
	"mysql/00030_failures_by_field.sql":  "2ab1086a2252e7a6",
	"mysql/00040_card_cut.sql":           "06c804eb54dd77d9",
	"mysql/00041_journal.sql":            "30941f4cd0a3cdc9",
	"sqlite/00001_first.sql":             "a7a334584d268c5b",
	"sqlite/00002_engine.sql":            "78460dec9b9d2f34",
	"sqlite/00003_related_mirrors.sql":   "72dbc8d03a92482c",
	"sqlite/00012_plans.sql":             "c5900ca753e28f36",
	"sqlite/00023_heartbeat.sql":         "534780fb7a78c00e",
	"sqlite/00024_renewals.sql":          "34284566860df85f",
	"sqlite/00025_issued_tokens.sql":     "495da52d6bc7cb2d",
	"sqlite/00030_failures_by_field.sql": "2ab1086a2252e7a6",
	"sqlite/00040_card_cut.sql":          "9842189b863c9a2b",
	"sqlite/00041_journal.sql":           "488a9f67074a30e8",
}

func TestAMigrationThatHasLandedIsNotChanged(t *testing.T) {
	last := map[string]int{}
	for name := range landed {
		last[filepath.Dir(name)] = max(last[filepath.Dir(name)], version(t, name))
	}
	check(t, fs.WalkDir(store.Migrations(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(store.Migrations(), name)
		short := strings.TrimPrefix(name, "migrations/")
		sum := fmt.Sprintf("%x", sha256.Sum256(text))[:16]
		if want, ok := landed[short]; ok && want != sum {
			t.Errorf("%s was changed after it had landed: put the change into a new migration", short)
		} else if !ok && version(t, short) <= last[filepath.Dir(short)] {
			t.Errorf("%s comes before migrations that have landed: databases that have those never run it", short)
		}
		return err
	}))
}

func version(t testing.TB, name string) int {
	t.Helper()
	number, _, _ := strings.Cut(filepath.Base(name), "_")
	return must[int](t)(strconv.Atoi(number))
}
