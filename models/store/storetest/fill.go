package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// Size is how many rows of each kind a filled database has.
type Size struct {
	Contacts, Accounts, Opportunities, Events, Tasks, Notes, Changes, Failures, Conflicts, Intents, Runs, States, Tickets, Audit, SignIns, Reports int
	// Busy is how many of each kind contact 7 and its account have besides.
	Busy int
}

// Customer is what a customer with 80,000 contacts has.
var Customer = Size{Contacts: 80_000, Accounts: 20_000, Opportunities: 150_000, Events: 150_000, Tasks: 200_000, Notes: 50_000, Changes: 300_000, Failures: 10_000, Conflicts: 10_000, Intents: 100_000,
	Runs: 20_000, States: 100_000, Tickets: 50_000, Audit: 20_000, SignIns: 10_000, Reports: 1_000, Busy: 2_000}

// Times is the size with every number of rows multiplied, but for what one customer has.
func (s Size) Times(n int) Size {
	for _, p := range []*int{&s.Contacts, &s.Accounts, &s.Opportunities, &s.Events, &s.Tasks, &s.Notes, &s.Changes, &s.Failures, &s.Conflicts, &s.Intents, &s.Runs, &s.States, &s.Tickets, &s.Audit, &s.SignIns, &s.Reports} {
		*p *= n
	}
	return s
}

// filler makes rows by statements that all databases take.
type filler struct {
	t    testing.TB
	db   *sql.DB
	size Size
	zone string // of a time as SQLite keeps it
}

// Fill fills a database whose tables are there and empty. Rows are spread so that no value that is
// filtered by stands in more than its natural share. The table filling, which has the numbers from
// 0, is left behind for those who add more.
func Fill(t testing.TB, address string, size Size) {
	t.Helper()
	kind, dsn, _ := strings.Cut(address, ":")
	f := filler{t: t, size: size}
	if kind == "sqlite" {
		f.zone, dsn = "+00:00", "file:"+dsn+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)"
	} else if c, err := mysql.ParseDSN(dsn); err != nil {
		t.Fatal(err)
	} else {
		c.Collation, c.Params = "utf8mb4_bin", map[string]string{"time_zone": "'+00:00'"}
		dsn = c.FormatDSN()
	}
	var err error
	if f.db, err = sql.Open(kind, dsn); err != nil {
		t.Fatal(err)
	}
	f.db.SetMaxOpenConns(1)
	defer func() { _ = f.db.Close() }()
	f.numbers(max(size.Changes, size.Contacts, size.Opportunities, size.Tasks, size.Busy))
	f.links()
	f.mirrors()
	f.related()
	f.logs()
	f.rest()
	if kind == "mysql" {
		// MySQL keeps its statistics itself, a little later; SQLite has none where Sidelight runs,
		// and plans without.
		for _, name := range strings.Fields("links intents sync_runs sync_tallies failures conflicts changes opportunities opportunity_contacts notes events tasks related_states tickets " +
			"desk_contacts desk_accounts salesforce_contacts salesforce_accounts sign_ins audit_entries rehearsals drift_reports card_versions tombstones") {
			f.run("ANALYZE TABLE " + name)
		}
	}
}

func (f filler) run(sql string) {
	f.t.Helper()
	if _, err := f.db.Exec(sql); err != nil {
		f.t.Fatalf("%v: %s", err, sql)
	}
}

// numbers makes a table of the numbers from 0.
func (f filler) numbers(n int) {
	f.run("CREATE TABLE filling (i INTEGER NOT NULL PRIMARY KEY)")
	digits := "(SELECT 0 i UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
	f.run(fmt.Sprintf("INSERT INTO filling SELECT a.i * 100 + b.i * 10 + c.i FROM %s a, %s b, %s c", digits, digits, digits))
	for have := 1000; have < n; have *= 10 {
		f.run(fmt.Sprintf("INSERT INTO filling SELECT x.i + %d * d.i FROM filling x, %s d WHERE d.i > 0 AND x.i + %d * d.i < %d", have, digits, have, n))
	}
}

// into inserts n rows; each value is an expression of i.
func (f filler) into(table string, n int, pairs ...string) {
	f.t.Helper()
	f.insert(table, fmt.Sprintf("i < %d", n), pairs...)
}

func (f filler) insert(table, where string, pairs ...string) {
	f.t.Helper()
	var columns, values []string
	for i := 0; i < len(pairs); i += 2 {
		columns, values = append(columns, "`"+pairs[i]+"`"), append(values, pairs[i+1])
	}
	f.run("INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM filling WHERE " + where)
}

// at is a time in the last months of 2025, spread over the rows.
func (f filler) at() string {
	return "CONCAT('2025-', 10 + i % 3, '-', 10 + i % 19, ' 10:', 10 + i % 50, ':', 10 + i % 47, '" + f.zone + "')"
}

// spread is a number below n that goes with nothing else of the row.
func spread(n int) string { return fmt.Sprintf("(i * 7919 %% 10007 %% %d)", n) }

func (f filler) long() string { return "'2025-01-01 00:00:00" + f.zone + "'" }

// id is a record's id with the number of an expression.
func id(prefix, number string) string {
	return "CONCAT('" + prefix + "', 10000000 + " + number + ")"
}

func (f filler) links() {
	base := "'{\"Email\":\"x@x.example\",\"LastName\":\"x\"}'"
	f.into("links", f.size.Contacts, "id", id("C", "i"), "object", "'CONTACT'", "desk_id", id("D", "i"), "salesforce_id", id("003", "i"), "base_desk", base, "base_salesforce", base,
		"matched_by", "'email'", "version", "1", "dirty", "0", "created_at", f.long(), "live", "CASE WHEN i % 50 = 49 THEN 0 ELSE 1 END", "name_key", "CONCAT('name ', i * 7919 % 99991)",
		"match_key", "CASE WHEN i % 10 = 0 THEN '' ELSE CONCAT('p', i, '@x.example') END", "moved_at", f.at(), "synced_at", f.at())
	f.into("links", f.size.Accounts, "id", id("A", "i"), "object", "'ACCOUNT'", "desk_id", id("DA", "i"), "salesforce_id", id("001", "i"), "base_desk", base, "base_salesforce", base,
		"matched_by", "'name'", "version", "1", "dirty", "0", "created_at", f.long(), "live", "1", "name_key", "CONCAT('account ', i)", "match_key", "CONCAT('account ', i)", "moved_at", f.at(),
		"synced_at", f.at())
}

func (f filler) mirrors() {
	mirror := func(table, record, match, parent, data string, n int) {
		f.into(table, n, "id", record, "name", "CONCAT('Name ', i * 7919 % 99991)", "match_key", match, "parent_id", parent, "data", data, "modified_at", f.at(), "observed_at", f.at(), "merged_into", "''")
	}
	email := "CASE WHEN i % 10 = 0 THEN '' ELSE CONCAT('p', i, '@x.example') END"
	mirror("salesforce_contacts", id("003", "i"), email, id("001", "i % "+fmt.Sprint(f.size.Accounts)), "CONCAT('{\"LastName\": \"Name ', i, '\", \"Email\": \"p', i, '@x.example\", \"Phone\": \"1\"}')", f.size.Contacts)
	mirror("desk_contacts", id("D", "i"), email, id("DA", "i % "+fmt.Sprint(f.size.Accounts)), "CONCAT('{\"lastName\": \"Name ', i, '\", \"email\": \"p', i, '@x.example\", \"phone\": \"1\"}')", f.size.Contacts)
	f.run("UPDATE desk_contacts SET second_key = CONCAT('s', match_key) WHERE match_key <> '' AND id LIKE '%5'")
	mirror("salesforce_accounts", id("001", "i"), "CONCAT('account ', i)", "''", "'{\"Name\": \"x\", \"Phone\": \"1\"}'", f.size.Accounts)
	mirror("desk_accounts", id("DA", "i"), "CONCAT('account ', i)", "''", "'{\"accountName\": \"x\", \"phone\": \"1\"}'", f.size.Accounts)
}

func (f filler) related() {
	opportunity := func(record, account, where string) {
		f.insert("opportunities", where, "id", record, "name", "CONCAT('Deal ', i)", "stage", "CASE WHEN i % 97 = 0 THEN NULL ELSE CONCAT('Stage ', "+spread(10)+") END",
			"amount", "CASE WHEN i % 31 = 0 THEN NULL ELSE i * 104729 % 1000003 * 100 END", "currency", "CASE i % 3 WHEN 0 THEN 'EUR' ELSE 'USD' END", "probability", "i % 10 * 10",
			"close_date", "CASE WHEN i % 89 = 0 THEN NULL ELSE CONCAT(2024 + i % 4, '-', 10 + i % 3, '-', 10 + i % 19) END", "open", "CASE WHEN "+spread(4)+" > 0 THEN 1 ELSE 0 END", "won",
			"CASE WHEN i % 8 = 0 THEN 1 ELSE 0 END", "owner_id", "CONCAT('005', 1000 + "+spread(200)+")", "owner_name", "'Owner'", "account_id", account, "as_of", f.at())
	}
	contact := id("003", "i % "+fmt.Sprint(f.size.Contacts))
	opportunity(id("006", "i"), id("001", "i * 31 % "+fmt.Sprint(f.size.Accounts)), fmt.Sprintf("i < %d", f.size.Opportunities))
	opportunity("CONCAT('006B', 10000000 + i)", id("001", "7"), fmt.Sprintf("i < %d", f.size.Busy))
	f.into("opportunity_contacts", f.size.Opportunities, "opportunity_id", id("006", "i"), "contact_id", id("003", "i * 7 % "+fmt.Sprint(f.size.Contacts)), "role", "'Buyer'", "as_of", f.at())
	event := []string{"subject", "'Call'", "starts_at", "CASE WHEN i % 83 = 0 THEN NULL ELSE " + f.at() + " END", "all_day", "0", "owner_name", "'Owner'", "as_of", f.at()}
	task := []string{"subject", "'Call'", "status", "'New'", "due_date", "CASE WHEN i % 89 = 0 THEN NULL ELSE CONCAT(2024 + i % 4, '-', 10 + i % 3, '-', 10 + i % 19) END", "open",
		"CASE WHEN i % 4 > 0 THEN 1 ELSE 0 END", "as_of", f.at()}
	note := []string{"title", "'Call'", "body", "'Soon'", "created_at", "CASE WHEN i % 83 = 0 THEN NULL ELSE " + f.at() + " END", "as_of", f.at()}
	busy := fmt.Sprintf("i < %d", f.size.Busy)
	f.into("events", f.size.Events, append(event, "id", id("00U", "i"), "who_id", contact)...)
	f.insert("events", busy, append(event, "id", id("00UB", "i"), "who_id", id("003", "7"))...)
	f.into("tasks", f.size.Tasks, append(task, "id", id("00T", "i"), "who_id", contact)...)
	f.insert("tasks", busy, append(task, "id", id("00TB", "i"), "who_id", id("003", "7"))...)
	f.into("notes", f.size.Notes, append(note, "id", id("002", "i"), "contact_id", contact)...)
	f.insert("notes", busy, append(note, "id", id("002B", "i"), "contact_id", id("003", "7"))...)
	sections := []string{"OPPORTUNITIES", "NOTES", "EVENTS", "TASKS"}
	for _, section := range sections {
		f.into("related_states", f.size.States/len(sections), "customer_id", id("003", "i"), "section", "'"+section+"'", "as_of", f.at(), "stale", "0")
	}
	f.into("related_states", f.size.Accounts, "customer_id", id("001", "i"), "section", "'OPPORTUNITIES'", "as_of", f.at(), "stale", "0")
	f.into("card_versions", f.size.States/len(sections), "customer_id", id("003", "i"), "version", "i")
	f.into("tickets", f.size.Tickets, "id", id("T", "i"), "number", "CONCAT('', i)", "contact_id", id("D", "i % "+fmt.Sprint(f.size.Contacts)), "account_id", "''", "as_of", f.at())
}

func (f filler) logs() {
	link := id("C", "i * 7 % "+fmt.Sprint(f.size.Contacts))
	f.into("changes", f.size.Changes, "link_id", link, "object", "'CONTACT'", "side", "'DESK'", "record_id", id("D", "i * 7 % "+fmt.Sprint(f.size.Contacts)), "field", "CONCAT('Field', i % 12)", "old", "'\"1\"'",
		"new", "CASE WHEN i % 100 = 0 THEN NULL ELSE '\"2\"' END", "rule", "'TWO_WAY'", "run_id", id("R", "i % "+fmt.Sprint(f.size.Runs)), "at", f.at())
	f.into("failures", f.size.Failures, "id", id("F", "i"), "link_id", link, "object", "'CONTACT'", "source", "'DESK'", "target", "'SALESFORCE'", "record_id", id("D", "i * 7 % "+fmt.Sprint(f.size.Contacts)),
		"code", "CASE i % 4 WHEN 0 THEN 'DUPLICATE' WHEN 1 THEN 'INVALID_PICKLIST' WHEN 2 THEN 'ALREADY_MAPPED' ELSE 'TYPE_MISMATCH' END", "message", "'no'", "fields", "'[]'", "cause", "CONCAT('cause', i % 40)", "attempts", "1",
		"run_id", id("R", "i % "+fmt.Sprint(f.size.Runs)), "first_at", f.at(), "last_at", f.at(), "next_retry_at", "CASE WHEN i % 10 = 3 THEN '2027-01-01 00:00:00"+f.zone+"' ELSE NULL END",
		"resolved_at", "CASE WHEN i % 10 < 4 THEN NULL ELSE "+f.at()+" END")
	f.into("conflicts", f.size.Conflicts, "id", id("K", "i"), "link_id", link, "object", "'CONTACT'", "field", "CONCAT('Field', i % 12)", "base", "'\"1\"'", "desk", "'\"2\"'", "salesforce", "'\"3\"'", "winner", "'DESK'",
		"at", f.at(), "resolved_at", "CASE WHEN i % 10 = 0 THEN NULL ELSE "+f.at()+" END")
	f.into("intents", f.size.Intents, "id", id("I", "i"), "link_id", link, "object", "'CONTACT'", "side", "CASE i % 2 WHEN 0 THEN 'DESK' ELSE 'SALESFORCE' END", "op", "CASE i % 5 WHEN 0 THEN 'CREATE' ELSE 'UPDATE' END",
		"record_id", id("D", "i"), "run_id", id("R", "i % "+fmt.Sprint(f.size.Runs)), "state", "CASE WHEN i % 50 = 0 THEN 'FAILED' WHEN i % 50 = 1 THEN 'CANCELLED' ELSE 'DONE' END", "epoch", "0",
		"attempts", "1", "fence", "1", "owner", "''", "lease_ms", "0", "last_code", "''", "priority", "2", "created_at", f.at(), "updated_at", f.at())
	f.into("sync_runs", f.size.Runs, "id", id("R", "i"), "trigger", "CASE i % 3 WHEN 0 THEN 'POLL' WHEN 1 THEN 'CHANGE' ELSE 'RETRY' END", "status", "'DONE'", "started_at", f.at(), "finished_at", f.at(), "phase", "'DONE'",
		"done", "0", "phase_at", f.at(), "updated_at", f.at())
	f.into("sync_tallies", f.size.Runs, "run_id", id("R", "i"), "source", "'DESK'", "target", "'SALESFORCE'", "object", "CASE i % 40 WHEN 0 THEN 'ACCOUNT' ELSE 'CONTACT' END", "added", "1", "updated", "1", "unchanged", "0", "failed", "0")
}

func (f filler) rest() {
	f.into("audit_entries", f.size.Audit, "at", f.at(), "subject", "'admin'", "action", "'pause'")
	lasting := "CASE WHEN i % 2 = 0 THEN " + f.at() + " ELSE REPLACE(" + f.at() + ", '2025-', '2027-') END"
	f.into("sign_ins", f.size.SignIns, "id", id("S", "i"), "subject", "CONCAT('agent', i % 100)", "scope", "CASE WHEN i % 100 = 1 THEN 'ADMIN' ELSE 'AGENT' END", "profile_id", "'p'", "device", "'d'",
		"refresh_hash", id("h", "i"), "created_at", f.at(), "expires_at", lasting)
	f.into("tombstones", f.size.Reports, "hash", id("t", "i"), "person_id", "CONCAT('P', 10000000 + i % 400)", "created_at", f.at())
	f.into("rehearsals", f.size.Reports, "id", id("H", "i"), "status", "'DONE'", "objects", "'[]'", "created_at", f.at())
	f.into("drift_reports", f.size.Reports, "id", id("O", "i"), "status", "'DONE'", "started_at", f.at(), "finished_at", f.at(), "objects", "'[]'")
}
