// The race detector makes this test five times as long and has nothing to find in it.
//go:build !race

package store_test

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

// Bounds of what a statement may examine: what is free, and how much for each row that it reads or
// changes and each value that it names. A join of five tables reads a row by some five steps; a
// list that is filtered reads along its order.
const (
	freeRows   = 300
	rowsARow   = 16
	freeSorted = 300
	sortedARow = 4
)

// allowed are the statements that may read more, each for a reason. One that no statement needs is
// a mistake, too.
var allowed = []struct{ path, statement, reason string }{
	{"pipeline/", "GROUP BY", "a figure over all opportunities that match adds them all up"},
	{"failures/categories", "GROUP BY", "the open failures are counted, along an index that holds what they are counted by"},
	{"total/", "^SELECT count", "a total counts what it counts"},
	{"loop/", "^SELECT (count|COUNT)", "what waits is counted, along an index: when nothing does, nothing is read"},
	{"status", "^SELECT count", "the figures of the status count what is linked, along an index"},
	{"", "name_key LIKE", "a search looks at each name along the order until its page is full"},
	{"history/", "EXISTS", "a filter by object or side looks at each run along the history until its page is full; what is old is pruned"},
	{"wipe", "^DELETE FROM `[a-z_]+`$", "everything is deleted"},
	{"related/", "related_states.*section >= ", "what is noted of a section is marked, or goes, for all customers at once"},
	{"failures/groups", "GROUP BY", "the open failures are counted, along an index that holds what they are counted by"},
	{"failures/by name or attempts", "`failures`", "ordered by what few ask for, the log of failures is sorted: it holds what fails within the time that is kept"},
	{"/like/", "LIKE", "a search in a log of the console looks at each entry until its page is full"},
	{"changes/rare", "`changes`", "a filter of the journal by kind or field looks along it until its page is full"},
	{"total/sums", "SUM\\(", "a sum adds up what a customer has"},
	{"erase/person", "record_id IN", "an erasure looks for the person's former links in each log"},
	{"erase/person", "merged_into", "an erasure looks for the records that were merged into the person's"},
	{"erase/person", "LIKE", "an erasure looks for the person in every text"},
	{"erase/person", "record_name IN", "an erasure looks for conflicts of links that were dropped long ago"},
	{"erase/person", "tickets", "an erasure looks for the person's tickets"},
	{"erase/person", "`(rehearsals|drift_reports)`", "an erasure reads every forecast and report"},
	{"erase/lifted", "^(DELETE FROM|SELECT COUNT.*FROM) `tombstones`$", "who lets everybody in again counts and deletes every hash"},
	{"/hidden", "ORDER BY", "where a profile may not see what orders a section, the rows of the one customer are sorted"},
}

// sent is what the statements of one shape cost on one path.
type sent struct {
	path    string
	first   store.Measured
	n       int
	most    store.Measured // the one that examined most
	faulted []string
}

// recorder takes every statement of a store.
type recorder struct {
	mu     sync.Mutex
	path   string
	byKey  map[string]*sent
	order  []*sent
	driven map[string]bool
	used   *needed
}

// needed are the exceptions, by their place, that a statement of any database has needed.
type needed struct {
	mu sync.Mutex
	at map[int]bool
}

func (n *needed) note(i int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.at[i] = true
}

// enough is how often a statement is measured on one path: a path that sends it a thousand times
// does so with values of the same kind.
const enough = 5

func (r *recorder) wanted(shape string, methods []string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.path != "" {
		for _, name := range methods {
			r.driven[name] = true
		}
	}
	s := r.byKey[r.path+"\n"+shape]
	return r.path != "" && (s == nil || s.n < enough)
}

func (r *recorder) take(m store.Measured) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.path == "" {
		return
	}
	key := r.path + "\n" + m.Shape
	s := r.byKey[key]
	if s == nil {
		s = &sent{path: r.path, first: m, most: m}
		r.byKey[key] = s
		r.order = append(r.order, s)
	}
	s.n++
	if m.Examined > s.most.Examined {
		s.most = m
	}
	if faults := r.faults(m); len(faults) > 0 && len(s.faulted) == 0 {
		s.faulted = faults
		s.most = m
	}
}

// smallTables hold one row, or some for each thing that an admin sets up: a scan of one reads a
// page.
var smallTables = []string{"integrations", "connections", "field_mappings", "cursors", "sync_filters", "constants", "profiles", "service_tokens", "leases", "settings", "related_mirrors", "sign_in_states",
	"issued_tokens", "tombstone_keys"}

func small(step string) bool {
	for _, name := range smallTables {
		if regexp.MustCompile(`\b` + name + `\b`).MatchString(step) {
			return true
		}
	}
	return false
}

// faults are what is wrong with how a statement was answered.
func (r *recorder) faults(m store.Measured) []string {
	if m.Err != nil {
		return []string{m.Err.Error()}
	}
	var out []string
	for _, step := range m.Scans {
		if !small(step) {
			out = append(out, "reads a table whole: "+step)
		}
	}
	touched := m.Rows + int64(m.Values)
	if most := int64(freeRows) + rowsARow*touched; m.Examined > most {
		out = append(out, fmt.Sprintf("examines %d rows for %d rows and %d values; the bound is %d", m.Examined, m.Rows, m.Values, most))
	}
	if most := int64(freeSorted) + sortedARow*touched; m.Sorted > most && len(m.Sorts) > 0 {
		out = append(out, fmt.Sprintf("sorts %d rows; the bound is %d", m.Sorted, most))
	}
	if m.Disk > 0 {
		out = append(out, fmt.Sprintf("makes %d temporary tables on disk", m.Disk))
	}
	if len(out) == 0 {
		return nil
	}
	for i, a := range allowed {
		if strings.Contains(r.path, a.path) && regexp.MustCompile(a.statement).MatchString(m.Statement) {
			r.used.note(i)
			return nil
		}
	}
	return out
}

// sendNothing are the store's methods that send no statement of their own, those of tests, and
// those that read a whole file once a day on purpose.
var sendNothing = []string{"Close", "Dialect", "Ping", "Exec", "CustomerByParts", "Health", "Watch", "CheckWhole"}

// TestEveryStatementReadsAlongAnIndexAtSize drives every path that a person or a loop walks over a
// filled database, and judges every statement that is sent on the way, as the database executed it:
// nobody lists statements. A method of the store that no path drives fails the test.
func TestEveryStatementReadsAlongAnIndexAtSize(t *testing.T) {
	used, databases := &needed{at: map[int]bool{}}, atomic.Int32{}
	each := func(t *testing.T, address string) {
		t.Parallel() // what is counted is each connection's own
		databases.Add(1)
		r := &recorder{byKey: map[string]*sent{}, driven: map[string]bool{}, used: used}
		s := storetest.Open(t, address, func(o *store.Options) {
			o.Now = func() time.Time { return t0 }
			store.Metered(o, r.wanted, r.take)
		})
		began := time.Now()
		storetest.Fill(t, address, storetest.Customer.Times(*scale))
		filled := time.Now()
		for _, p := range paths(t, s) {
			r.path = p.name
			if err := p.run(); err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
			r.path = ""
		}
		t.Logf("filled in %s, walked in %s", filled.Sub(began).Round(time.Second/10), time.Since(filled).Round(time.Second/10))
		r.report(t)
		kind := reflect.TypeOf(s)
		for i := range kind.NumMethod() {
			if name := kind.Method(i).Name; !r.driven[name] && !slices.Contains(sendNothing, name) {
				t.Errorf("no path drives %s: add one, so that its statements are judged", name)
			}
		}
	}
	t.Run("on", func(t *testing.T) { storetest.Each(t, each) }) // ends when all three have
	for i, a := range allowed {
		if databases.Load() == 3 && !used.at[i] {
			t.Errorf("no statement of any database needs that %q of %q may read more (%s)", a.statement, a.path, a.reason)
		}
	}
}

// report fails for every statement that is read badly, and with -v prints all of them.
func (r *recorder) report(t *testing.T) {
	t.Helper()
	var table strings.Builder
	for _, s := range r.order {
		fmt.Fprintf(&table, "%-40s %5d× examined %6d sorted %5d rows %5d  %s\n", s.path, s.n, s.most.Examined, s.most.Sorted, s.most.Rows, shorten(s.first.Shape, 200))
	}
	if testing.Verbose() {
		t.Logf("path, statements sent, and of the one that examined most: rows examined, sorted, answered\n%s", table.String())
	}
	faulty := slices.DeleteFunc(slices.Clone(r.order), func(s *sent) bool { return len(s.faulted) == 0 })
	slices.SortStableFunc(faulty, func(a, b *sent) int { return cmp.Compare(b.most.Examined, a.most.Examined) })
	for _, s := range faulty {
		t.Errorf("%s (%s): %s\n\t%s\n\t%s", s.path, strings.Join(s.most.Methods, " of "), strings.Join(s.faulted, "; "), strings.Join(s.most.Plan, "\n\t"), shorten(s.most.Statement, 1200))
	}
}

func shorten(s string, n int) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
