package e2e

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"

	"sidelight/models/store/storetest"
)

// standing are the tables and files of a database that hold one of the words: in any case, but for
// Salesforce's ids, which differ by it.
func standing(t *testing.T, address string, words ...string) (out []string) {
	t.Helper()
	kind, rest, _ := strings.Cut(address, ":")
	list := "SHOW TABLES"
	if kind == "sqlite" {
		list = "SELECT name FROM sqlite_master WHERE type = 'table'"
	}
	db, err := sql.Open(kind, rest)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	each := func(query string, row func([]string)) {
		rows, err := db.Query(query)
		must(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(t, err)
		raw, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range raw {
			into[i] = &raw[i]
		}
		for rows.Next() {
			must(t, rows.Scan(into...))
			texts := make([]string, len(raw))
			for i := range raw {
				texts[i] = string(raw[i])
			}
			row(texts)
		}
		must(t, rows.Err())
	}
	has := func(text []byte) string {
		for _, w := range words {
			if strings.HasPrefix(w, "003") && bytes.Contains(text, []byte(w)) || !strings.HasPrefix(w, "003") && bytes.Contains(bytes.ToLower(text), bytes.ToLower([]byte(w))) {
				return w
			}
		}
		return ""
	}
	var tables []string
	each(list, func(row []string) { tables = append(tables, row[0]) })
	for _, name := range tables {
		each("SELECT * FROM `"+name+"`", func(row []string) {
			if w := has([]byte(strings.Join(row, "|"))); w != "" {
				out = append(out, fmt.Sprintf("%s has %s: %.200s", name, w, strings.Join(row, "|")))
			}
		})
	}
	if kind == "sqlite" {
		files, err := filepath.Glob(rest + "*")
		must(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			must(t, err)
			if w := has(text); w != "" {
				out = append(out, filepath.Base(file)+" has "+w)
			}
		}
	}
	return out
}

func TestAnErasedPersonStaysAwayWhateverBringsThemAndComesBackWhenLetIn(t *testing.T) {
	bin := program(t)
	storetest.Each(t, func(t *testing.T, address string) {
		v := simulated(t, bin, 30)
		data := t.TempDir()
		p, url := v.serve(t, bin, data, address)
		i := &installation{t, bin, url, data, address}
		admin := i.token("admin", "")
		soon(t, "the first sync is done", i.active(admin))
		erase := func(in string, args ...string) said {
			t.Helper()
			all := append([]string{"erase", "--data", data, "--database", address}, args...)
			return commandWith(t, bin, t.TempDir(), in, all...)
		}

		const email, name, title = "jane.doe@erase.example", "Quimby-Doe", "Astronaut of Erasure"
		account := v.sf("POST", "/sobjects/Account", object{"Name": "Erase Inc"})["id"].(string)
		sf := v.sf("POST", "/sobjects/Contact", object{"FirstName": "Jane", "LastName": name, "Email": email, "Title": title, "AccountId": account})["id"].(string)
		v.sf("POST", "/sobjects/Task", object{"Subject": "Call " + name, "WhoId": sf, "WhatId": account})
		card := func(key string) any {
			return at(i.ask(admin, `{customer(by:{`+key+`}){contact{id deskId salesforceId email title tasks{nodes{subject}}}}}`), "data", "customer", "contact")
		}
		var desk string
		soon(t, "the contact is on both sides", func() bool {
			desk, _ = at(card(`salesforceId:"`+sf+`"`), "deskId").(string)
			return desk != "" && at(v.zoho("GET", "/contacts/"+desk, nil), "email") == email
		})
		some := v.zoho("GET", "/tickets?limit=1", nil)["data"].([]any)[0]
		ticket := v.zoho("POST", "/tickets", object{"subject": "Help", "departmentId": at(some, "departmentId"), "contactId": desk})["id"].(string)
		soon(t, "the card of the ticket", func() bool { return at(card(`deskTicketId:"`+ticket+`"`), "email") == email })
		v.sf("PATCH", "/sobjects/Contact/"+sf, object{"Title": title + " II"}) // for the journal
		soon(t, "the title is in Desk", func() bool { return at(card(`email:"`+email+`"`), "title") == title+" II" })
		soon(t, "nothing is owed", func() bool {
			return at(i.ask(admin, `{integration{counts{pending}}}`), "data", "integration", "counts", "pending") == 0.0
		})
		words := []string{email, name, title, desk, sf[:15]}
		if n := len(standing(t, address, words...)); n < 5 {
			t.Fatalf("the person stands in %d places only", n)
		}
		sides := func() string {
			return fmt.Sprint(at(v.sf("GET", "/query?q=SELECT+COUNT()+FROM+Contact+WHERE+Email='"+email+"'", nil), "totalSize"),
				len(slicesOf(at(v.zoho("GET", "/contacts/search?email="+email, nil), "data"))))
		}
		if got := sides(); got != "1 1" {
			t.Fatalf("at the vendors: %s", got)
		}

		dry := erase("", "--email", " Jane.DOE@erase.example", "--dry-run")
		if dry.code != 0 || !strings.Contains(dry.out, "links") || len(standing(t, address, email)) == 0 {
			t.Fatalf("%+v", dry)
		}
		if refused := erase("no\n", "--email", email); refused.code != 1 || !strings.Contains(refused.err, "--yes") || len(standing(t, address, email)) == 0 {
			t.Fatalf("%+v", refused)
		}
		done := erase("yes\n", "--email", email)
		if done.code != 0 || !strings.Contains(done.out, "receipt") || strings.Contains(done.out, name) {
			t.Fatalf("%+v", done)
		}
		t.Log(done.out)
		away := func(after string) {
			t.Helper()
			if left := standing(t, address, words...); len(left) > 0 {
				t.Fatalf("after %s the person stands in:\n%s", after, strings.Join(left, "\n"))
			}
			for _, key := range []string{`email:"` + email + `"`, `deskTicketId:"` + ticket + `"`, `salesforceId:"` + sf + `"`, `deskContactId:"` + desk + `"`} {
				if got := card(key); got != nil {
					t.Fatalf("after %s the card by %s is %v", after, key[:12], got)
				}
			}
		}
		away("the erasure")
		// A poll and change events: the person is edited on both sides, and somebody whose edit
		// shows when that was read.
		other := v.sf("POST", "/sobjects/Contact", object{"LastName": "Witness", "Email": "witness@erase.example"})["id"].(string)
		witnessed := func(n int) {
			t.Helper()
			v.sf("PATCH", "/sobjects/Contact/"+sf, object{"Title": fmt.Sprint(title, n)})
			v.zoho("PATCH", "/contacts/"+desk, object{"title": fmt.Sprint(title, n)})
			v.sf("PATCH", "/sobjects/Contact/"+other, object{"Title": fmt.Sprint("Witness ", n)})
			soon(t, "the witness is read", func() bool {
				got := card(`salesforceId:"` + other + `"`)
				id, _ := at(got, "deskId").(string)
				return at(got, "title") == fmt.Sprint("Witness ", n) && id != "" && at(v.zoho("GET", "/contacts/"+id, nil), "title") == fmt.Sprint("Witness ", n)
			})
		}
		witnessed(1)
		witnessed(2)
		away("polls and events")
		// Under another address, and a new record with the known one.
		v.sf("PATCH", "/sobjects/Contact/"+sf, object{"Email": "other@erase.example"})
		witnessed(3)
		v.sf("PATCH", "/sobjects/Contact/"+sf, object{"Email": email})
		witnessed(4)
		away("another address")
		// A compare of everything, whose report names nobody.
		i.ask(admin, `mutation{checkDrift{status}}`)
		soon(t, "the compare is done", func() bool {
			return at(i.ask(admin, `{integration{driftReport{status}}}`), "data", "integration", "driftReport", "status") == "DONE"
		})
		away("a compare")
		// A load of everything: how far the lists were read is forgotten.
		p.interrupt()
		db := raw(t, address)
		_, err := db.Exec("DELETE FROM cursors WHERE kind = 'load'")
		must(t, err)
		_, i.url = v.serve(t, bin, data, address)
		soon(t, "it serves again", i.active(admin))
		witnessed(5)
		soon(t, "everything is loaded again", func() bool {
			var n int
			must(t, db.QueryRow("SELECT COUNT(*) FROM cursors WHERE kind = 'load' AND value <> ''").Scan(&n))
			return n == 4
		})
		must(t, db.Close())
		away("a load")

		lifted := erase("", "--email", email, "--lift", "--allow-vendor-host", strings.TrimPrefix(v.salesforce, "http://"), "--allow-vendor-host", strings.TrimPrefix(v.desk, "http://"))
		if lifted.code != 0 {
			t.Fatalf("%+v", lifted)
		}
		soon(t, "the person is back, as a pair", func() bool {
			got := card(`email:"` + email + `"`)
			return at(got, "deskId") == desk && at(got, "salesforceId") == sf
		})
		soon(t, "the ticket's card is back", func() bool { return at(card(`deskTicketId:"`+ticket+`"`), "email") == email })
		if got := sides(); got != "1 1" {
			t.Errorf("at the vendors: %s", got)
		}
		entries := fmt.Sprint(i.ask(admin, `{auditLog(first:50){nodes{action target detail}}}`))
		if !strings.Contains(entries, "erasePerson") || !strings.Contains(entries, "liftErasure") || strings.Contains(strings.ToLower(entries), email) {
			t.Errorf("the audit says %s", entries)
		}
	})
}

func slicesOf(v any) []any {
	list, _ := v.([]any)
	return slices.Clone(list)
}

// raw opens the database as another program would.
func raw(t *testing.T, address string) *sql.DB {
	t.Helper()
	kind, rest, _ := strings.Cut(address, ":")
	db, err := sql.Open(kind, rest)
	must(t, err)
	return db
}

func TestCallersCauseFewCallsToTheVendors(t *testing.T) {
	bin := program(t)
	v := simulated(t, bin, 30)
	data, address := t.TempDir(), storetest.SQLiteAddress(t)
	_, url := v.serve(t, bin, data, address)
	i := &installation{t, bin, url, data, address}
	admin := i.token("admin", "")
	soon(t, "the first sync is done", i.active(admin))
	agent := i.token("agent", "Agent")
	calls := func(vendor string, matches func(path string) bool) (n int) {
		requests, _ := call(t, http.MethodGet, vendor+"/_sim/requests", "", nil)["requests"].([]any)
		for _, r := range requests {
			if path, _ := at(r, "path").(string); matches(path) {
				n++
			}
		}
		return n
	}
	tickets := func() int {
		return calls(v.desk, func(path string) bool { return strings.Contains(path, "/tickets/") })
	}
	cards := func() int {
		return calls(v.salesforce, func(path string) bool { return strings.HasSuffix(path, "/composite") })
	}
	ticket := at(v.zoho("GET", "/tickets?limit=1", nil)["data"].([]any)[0], "id").(string)
	contact := at(v.zoho("GET", "/tickets/"+ticket, nil), "contactId").(string)

	began, before, lookedUp := time.Now(), cards(), tickets()
	for n := range 100 {
		key := `deskTicketId:"` + ticket + `"` // one card has several keys
		if n%2 == 1 {
			key = `deskContactId:"` + contact + `"`
		}
		if got := i.ask(agent, `mutation{refreshCustomer(by:{`+key+`}){contact{opportunities{nodes{name}}}}}`); at(got, "data", "refreshCustomer", "contact") == nil {
			t.Fatalf("a refresh: %v", got)
		}
	}
	// One at most every three seconds: of the contact's records in one call, and of its account's.
	most := 2 * (1 + int(time.Since(began)/(3*time.Second)))
	read, asked := cards()-before, tickets()-lookedUp
	t.Logf("100 refreshes in %s: %d calls to Salesforce, %d to Zoho Desk", time.Since(began).Round(time.Millisecond), read, asked)
	if read > most || asked > most {
		t.Errorf("more than %d", most)
	}

	lookedUp = tickets()
	limited := 0
	began = time.Now()
	for n := range 1000 {
		got := i.ask(agent, fmt.Sprintf(`{customer(by:{deskTicketId:"79999999990%05d"}){contact{name}}}`, n))
		if errors, _ := got["errors"].([]any); len(errors) > 0 && at(errors[0], "extensions", "code") == "RATE_LIMITED" || got["status"] == http.StatusTooManyRequests {
			limited++
		}
	}
	asked = tickets() - lookedUp
	t.Logf("1,000 unknown tickets in %s: %d calls to Zoho Desk, %d refused", time.Since(began).Round(time.Millisecond), asked, limited)
	if most := 60 + int(time.Since(began)/time.Second) + 1; asked > most || limited < 1000-most {
		t.Errorf("%d calls, %d refused; want %d at most", asked, limited, most)
	}
}
