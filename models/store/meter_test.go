package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Measured is one statement as it was sent, and what it cost the database.
type Measured struct {
	Statement string
	Shape     string   // the statement with its lists of values cut to one
	Methods   []string // the store's exported methods that sent it, innermost first
	Values    int      // that it was sent with
	Rows      int64    // read, or changed
	// Examined counts the rows that the storage engine handed up on MySQL and MariaDB, the steps of
	// the virtual machine divided by StepsARow on SQLite. Sorted is the same where anything was
	// sorted: no database counts what went into a sort that ended at a limit. Disk counts temporary
	// tables on disk.
	Examined, Sorted, Disk int64
	// Plan is how the database reads; Scans are its steps that read a table whole, Walks those that
	// read an index whole, Sorts those that sort.
	Plan, Scans, Walks, Sorts []string
	Err                       error
}

// StepsARow is how many steps of SQLite's virtual machine are taken for a row that is read: what
// the leanest loop over an index takes is five.
const StepsARow = 8

// meter measures statements on the connection that they are sent over, in the state in which they
// find the database.
type meter struct {
	mu    sync.Mutex
	plans map[string]Measured
}

var lists = regexp.MustCompile(`\((\?,\s*)+\?\)|(\(\?\),?\s*)+|(\(\?(,\?)*\),)+\(\?(,\?)*\)`)

func shape(statement string) string { return lists.ReplaceAllString(statement, "(?…)") }

func (m *meter) begin(c driver.Conn, statement string, args []driver.NamedValue, take func(Measured)) func(int64) {
	out := Measured{Statement: statement, Shape: shape(statement), Methods: methods(), Values: len(args)}
	if len(out.Methods) == 0 { // of a migration, or of the test itself
		return nil
	}
	measured := map[string]bool{"SELECT": true, "UPDATE": true, "DELETE": true, "INSERT": true, "WITH": true, "(SELECT": true}[strings.ToUpper(strings.Fields(statement)[0])]
	if !measured {
		return func(int64) { take(out) }
	}
	if _, ok := c.(driver.SessionResetter); ok {
		return m.mysql(c, out, args, take)
	}
	return m.sqlite(c, out, args, take)
}

var method = regexp.MustCompile(`sidelight/models/store\.\(\*Store\)\.([A-Z]\w*)`)

// methods are the exported methods of the store on the stack.
func methods() []string {
	var out []string
	pcs := make([]uintptr, 100)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if found := method.FindStringSubmatch(f.Function); found != nil && found[1] != "Exec" && !slices.Contains(out, found[1]) {
			out = append(out, found[1])
		}
		if !more {
			return out
		}
	}
}

// planned reads the plan of a statement once for each shape.
func (m *meter) planned(out *Measured, read func() error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.plans[out.Shape]; ok {
		out.Plan, out.Scans, out.Walks, out.Sorts = known.Plan, known.Scans, known.Walks, known.Sorts
		return nil
	}
	if err := read(); err != nil {
		return err
	}
	if m.plans == nil {
		m.plans = map[string]Measured{}
	}
	m.plans[out.Shape] = *out
	return nil
}

// Counters of a MySQL session. Reading them does not change them.
const counters = "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_first', 'Handler_read_key', 'Handler_read_last', 'Handler_read_next', 'Handler_read_prev', " +
	"'Handler_read_rnd', 'Handler_read_rnd_next', 'Sort_rows', 'Created_tmp_disk_tables')"

func (m *meter) mysql(c driver.Conn, out Measured, args []driver.NamedValue, take func(Measured)) func(int64) {
	failed := func(err error) func(int64) {
		out.Err = err
		return func(int64) { take(out) }
	}
	if err := m.planned(&out, func() error {
		rows, err := ask(c, "EXPLAIN FORMAT=TRADITIONAL "+out.Statement, args)
		if err != nil { // MariaDB has no other format, and no name for it
			rows, err = ask(c, "EXPLAIN "+out.Statement, args)
		}
		for _, r := range rows {
			table, kind, extra := word(r["table"]), word(r["type"]), word(r["Extra"])
			step := fmt.Sprintf("%s %s %s rows=%s %s", table, kind, word(r["key"]), word(r["rows"]), extra)
			out.Plan = append(out.Plan, step)
			// The table into which rows are inserted.
			derived := strings.HasPrefix(table, "<") || word(r["rows"]) == "-"
			if kind == "ALL" && !derived {
				out.Scans = append(out.Scans, step)
			}
			if kind == "index" && !derived {
				out.Walks = append(out.Walks, step)
			}
			if strings.Contains(extra, "filesort") {
				out.Sorts = append(out.Sorts, step)
			}
		}
		return err
	}); err != nil {
		return failed(err)
	}
	before, err := session(c)
	if err != nil {
		return failed(err)
	}
	return func(rows int64) {
		out.Rows = rows
		after, err := session(c)
		out.Err = err
		sorted := after["Sort_rows"] > before["Sort_rows"]
		for name, n := range after {
			switch d := n - before[name]; {
			case name == "Sort_rows":
			case strings.HasPrefix(name, "Handler"):
				out.Examined += d
			default:
				out.Disk += d
			}
		}
		if sorted {
			out.Sorted = out.Examined
		}
		take(out)
	}
}

func session(c driver.Conn) (map[string]int64, error) {
	rows, err := ask(c, counters, nil)
	out := map[string]int64{}
	for _, r := range rows {
		var n int64
		if _, err := fmt.Sscan(word(r["Value"]), &n); err != nil {
			return nil, err
		}
		out[word(r["Variable_name"])] = n
	}
	return out, err
}

// ask reads an answer over the connection itself.
func ask(c driver.Conn, statement string, args []driver.NamedValue) ([]map[string]any, error) {
	rows, err := c.(driver.QueryerContext).QueryContext(context.Background(), statement, args)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names := rows.Columns()
	var out []map[string]any
	for {
		cells := make([]driver.Value, len(names))
		if err := rows.Next(cells); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		row := map[string]any{}
		for i, name := range names {
			if b, ok := cells[i].([]byte); ok {
				cells[i] = string(b)
			}
			row[name] = cells[i]
		}
		out = append(out, row)
	}
}

func word(v any) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(v)
}

// partial finds steps over what another part of the statement has read.
var partial = regexp.MustCompile(`^SCAN (\(|child\b|page\b|SUBQUERY|CONSTANT|\d)`)

func (m *meter) sqlite(c driver.Conn, out Measured, args []driver.NamedValue, take func(Measured)) func(int64) {
	out.Err = m.planned(&out, func() error {
		rows, err := ask(c, "EXPLAIN QUERY PLAN "+out.Statement, args)
		for _, r := range rows {
			step := word(r["detail"])
			out.Plan = append(out.Plan, step)
			part := partial.MatchString(step)
			switch {
			case strings.HasPrefix(step, "SCAN ") && !part && !strings.Contains(step, "INDEX") && !strings.Contains(out.Statement, "ORDER BY id"):
				// Along the row ids.
				out.Scans = append(out.Scans, step)
			case strings.HasPrefix(step, "SCAN ") && !part:
				out.Walks = append(out.Walks, step)
			case strings.Contains(step, "ORDER BY"):
				out.Sorts = append(out.Sorts, step)
			}
		}
		return err
	})
	if out.Err == nil {
		out.Examined, out.Sorted, out.Err = steps(c, out.Statement, args)
	}
	return func(rows int64) {
		out.Rows = rows
		take(out)
	}
}

// steps runs a statement in a savepoint that is rolled back, and answers what SQLite counted.
func steps(c driver.Conn, statement string, args []driver.NamedValue) (examined, sorted int64, err error) {
	conn := reflect.ValueOf(c).Elem()
	db, tls := uintptr(conn.FieldByName("db").Uint()), (*libc.TLS)(unsafe.Pointer(conn.FieldByName("tls").Pointer()))
	x := c.(driver.ExecerContext)
	run := func(s string) {
		if err == nil {
			_, err = x.ExecContext(context.Background(), s, nil)
		}
	}
	run("SAVEPOINT meter")
	if err != nil {
		return 0, 0, err
	}
	examined, sorted, err = step(tls, db, statement, args)
	run("ROLLBACK TO meter")
	run("RELEASE meter")
	return examined, sorted, err
}

func step(tls *libc.TLS, db uintptr, statement string, args []driver.NamedValue) (examined, sorted int64, err error) {
	text, err := libc.CString(statement)
	if err != nil {
		return 0, 0, err
	}
	defer libc.Xfree(tls, text)
	at := libc.Xmalloc(tls, 8)
	defer libc.Xfree(tls, at)
	if rc := sqlite3.Xsqlite3_prepare_v2(tls, db, text, -1, at, 0); rc != sqlite3.SQLITE_OK {
		return 0, 0, fmt.Errorf("preparing: %d", rc)
	}
	s := libc.AtomicLoadPUintptr(at)
	defer sqlite3.Xsqlite3_finalize(tls, s)
	for i, a := range args {
		n := int32(i + 1)
		var rc int32
		switch v := a.Value.(type) {
		case nil:
			rc = sqlite3.Xsqlite3_bind_null(tls, s, n)
		case int64:
			rc = sqlite3.Xsqlite3_bind_int64(tls, s, n, v)
		case float64:
			rc = sqlite3.Xsqlite3_bind_double(tls, s, n, v)
		case bool:
			rc = sqlite3.Xsqlite3_bind_int64(tls, s, n, map[bool]int64{true: 1}[v])
		default:
			if t, ok := v.(time.Time); ok {
				v = t.Format("2006-01-02 15:04:05.999999999-07:00")
			}
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			p, err := libc.CString(fmt.Sprint(v))
			if err != nil {
				return 0, 0, err
			}
			defer libc.Xfree(tls, p)
			rc = sqlite3.Xsqlite3_bind_text(tls, s, n, p, -1, 0)
		}
		if rc != sqlite3.SQLITE_OK {
			return 0, 0, fmt.Errorf("binding %d: %d", n, rc)
		}
	}
	for {
		switch rc := sqlite3.Xsqlite3_step(tls, s); rc {
		case sqlite3.SQLITE_ROW:
			continue
		case sqlite3.SQLITE_DONE, sqlite3.SQLITE_CONSTRAINT:
		default:
			return 0, 0, fmt.Errorf("stepping: %d", rc)
		}
		break
	}
	status := func(op int32) int64 { return int64(sqlite3.Xsqlite3_stmt_status(tls, s, op, 0)) }
	examined = status(sqlite3.SQLITE_STMTSTATUS_VM_STEP) / StepsARow
	if status(sqlite3.SQLITE_STMTSTATUS_SORT) > 0 {
		sorted = examined
	}
	return examined, sorted, nil
}
