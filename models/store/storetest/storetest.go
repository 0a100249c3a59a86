// Package storetest opens real stores for tests: SQLite in a temporary file, and MariaDB and MySQL
// on servers that it starts itself.
package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"sidelight/models/store"
)

// Key is the seal key of test stores.
var Key = []byte("0123456789abcdef0123456789abcdef")

// Each runs a test on every kind of store.
func Each(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLiteAddress(t)) })
	EachServer(t, test)
}

// EachServer runs a test on both database servers.
func EachServer(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("mariadb", func(t *testing.T) { test(t, MariaDBAddress(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQLAddress(t)) })
}

// Two runs a long test, whose statements shorter ones send to every store, on SQLite and on MySQL;
// with SIDELIGHT_TEST_LONG it is Each.
func Two(t *testing.T, test func(t *testing.T, address string)) {
	if os.Getenv("SIDELIGHT_TEST_LONG") != "" {
		Each(t, test)
		return
	}
	t.Run("sqlite", func(t *testing.T) { test(t, SQLiteAddress(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQLAddress(t)) })
}

// SQLiteAddress is a new database in a temporary file.
func SQLiteAddress(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "test.sqlite")
}

// MariaDBAddress is a new database on this test process's MariaDB, with its tables.
func MariaDBAddress(t testing.TB) string { return MariaDB.Shared(t).Migrated(t) }

// MySQLAddress is a new database on this test process's MySQL, with its tables.
func MySQLAddress(t testing.TB) string { return MySQL.Shared(t).Migrated(t) }

// Open opens a store that is closed when the test ends.
func Open(t testing.TB, address string, change ...func(*store.Options)) *store.Store {
	t.Helper()
	o := store.Options{Seal: Key}
	for _, c := range change {
		c(&o)
	}
	s, err := store.Open(context.Background(), address, o)
	if err != nil {
		t.Fatalf("the store cannot be opened: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("closing the store: %v", err)
		}
	})
	return s
}

// Main runs the tests of a package that uses a server. Afterwards it cleans up, stops the servers
// and looks for goroutines that were left behind.
func Main(m *testing.M, cleanup ...func()) {
	forget := watchParents()
	code := m.Run()
	forget()
	for _, c := range cleanup {
		c()
	}
	for _, p := range Products {
		p.end()
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}
