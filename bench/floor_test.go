package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	_ "github.com/glebarez/go-sqlite"
	"github.com/go-sql-driver/mysql"
)

// floor answers a card with nothing but net/http, database/sql and five statements, each along an
// index: what the machine, the driver and the database cost alone. It knows no permissions, no
// merged records, no roles and no freshness.
type floor struct{ db *sql.DB }

func newFloor(tb testing.TB, address string) floor { return floor{openBare(tb, address)} }

// openBare opens a database with nothing but its driver.
func openBare(tb testing.TB, address string) *sql.DB {
	tb.Helper()
	kind, dsn, _ := strings.Cut(address, ":")
	if kind == "mysql" {
		c, err := mysql.ParseDSN(dsn)
		must(tb, err)
		c.ParseTime, c.InterpolateParams, c.Collation = true, true, "utf8mb4_bin"
		dsn = c.FormatDSN()
	} else {
		dsn = "file:" + dsn + "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)"
	}
	db, err := sql.Open(kind, dsn)
	must(tb, err)
	db.SetMaxIdleConns(clients)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

const (
	floorHead = `SELECT l.id, l.desk_id, l.salesforce_id, s.parent_id, s.data, a.id, t.data FROM links l JOIN salesforce_contacts s ON s.id = l.salesforce_id
		JOIN links a ON a.object = 'ACCOUNT' AND a.salesforce_id = s.parent_id JOIN salesforce_accounts t ON t.id = a.salesforce_id WHERE l.object = 'CONTACT' AND l.desk_id = ?`
	floorDeals  = `SELECT id, name, stage, amount, close_date, open FROM opportunities WHERE account_id = ? ORDER BY closed, close_key, id LIMIT 5`
	floorNotes  = `SELECT id, title, body, created_at FROM notes WHERE contact_id = ? ORDER BY created_at DESC, id DESC LIMIT 5`
	floorEvents = `SELECT id, subject, starts_at, ends_at FROM events WHERE who_id = ? ORDER BY starts_at DESC, id DESC LIMIT 5`
	floorTasks  = `SELECT id, subject, status, due_date, open FROM tasks WHERE who_id = ? ORDER BY closed, due_key, id LIMIT 5`
)

func (f floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ ID string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out, err := f.card(r.Context(), in.ID)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

type floorRow struct {
	ID, Name, Second, Third, Fourth *string
	Open                            *bool
}

type floorCard struct {
	Contact, Account            json.RawMessage
	ContactID, AccountID        string
	Deals, Notes, Events, Tasks []floorRow
}

func (f floor) card(ctx context.Context, id string) (c floorCard, err error) {
	var desk, contact, account, contactData, accountData string
	if err := f.db.QueryRowContext(ctx, floorHead, id).Scan(&c.ContactID, &desk, &contact, &account, &contactData, &c.AccountID, &accountData); err != nil {
		return c, err
	}
	c.Contact, c.Account = json.RawMessage(contactData), json.RawMessage(accountData)
	read := func(statement, id string, into func(*floorRow) []any) (out []floorRow, err error) {
		rows, err := f.db.QueryContext(ctx, statement, id)
		if err != nil {
			return nil, err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var r floorRow
			if err := rows.Scan(into(&r)...); err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		return out, rows.Err()
	}
	if c.Deals, err = read(floorDeals, account, func(r *floorRow) []any { return []any{&r.ID, &r.Name, &r.Second, &r.Third, &r.Fourth, &r.Open} }); err != nil {
		return c, err
	}
	if c.Notes, err = read(floorNotes, contact, func(r *floorRow) []any { return []any{&r.ID, &r.Name, &r.Second, &r.Third} }); err != nil {
		return c, err
	}
	if c.Events, err = read(floorEvents, contact, func(r *floorRow) []any { return []any{&r.ID, &r.Name, &r.Second, &r.Third} }); err != nil {
		return c, err
	}
	c.Tasks, err = read(floorTasks, contact, func(r *floorRow) []any { return []any{&r.ID, &r.Name, &r.Second, &r.Third, &r.Open} })
	return c, err
}
