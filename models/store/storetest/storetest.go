// Package storetest opens real stores for tests: SQLite in a temporary file, and MySQL or MariaDB on a server that it starts itself.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"go.uber.org/goleak"

	"sidelight/models/store"
)

// Key is the seal key of test stores.
var Key = []byte("0123456789abcdef0123456789abcdef")

// Each runs a test on both kinds of store.
func Each(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, SQLiteAddress(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQLAddress(t)) })
}

// SQLiteAddress is a new database in a temporary file.
func SQLiteAddress(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "test.sqlite")
}

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

// MySQLAddress is a new database on the server that this test process started.
func MySQLAddress(t testing.TB) string {
	t.Helper()
	s := running(t)
	name := fmt.Sprintf("sidelight_%d_%d", os.Getpid(), databases.Add(1))
	db, err := sql.Open("mysql", s.dsn(""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatalf("a test database cannot be made: %v", err)
	}
	t.Cleanup(func() {
		if db, err := sql.Open("mysql", s.dsn("")); err == nil {
			_, _ = db.Exec("DROP DATABASE " + name)
			_ = db.Close()
		}
	})
	return "mysql:" + s.dsn(name)
}

var databases atomic.Int64

// server is a database server of this test process, or one that SIDELIGHT_TEST_MYSQL names (USER:PASSWORD@tcp(HOST:PORT)/).
type server struct {
	config *mysql.Config
	stop   func()
}

func (s *server) dsn(database string) string {
	c := s.config.Clone()
	c.DBName = database
	return c.FormatDSN()
}

var (
	once    sync.Once
	started *server
	failure error
)

var errNoServer = errors.New("neither mysqld nor mariadbd is installed: install mariadb-server, or name a server in SIDELIGHT_TEST_MYSQL")

func running(t testing.TB) *server {
	t.Helper()
	once.Do(func() { started, failure = start() })
	switch {
	case errors.Is(failure, errNoServer) && os.Getenv("SIDELIGHT_NO_SKIP") == "":
		t.Skip(failure)
	case failure != nil:
		t.Fatal(failure)
	}
	return started
}

func start() (*server, error) {
	if dsn := os.Getenv("SIDELIGHT_TEST_MYSQL"); dsn != "" {
		c, err := mysql.ParseDSN(dsn)
		return &server{config: c, stop: func() {}}, err
	}
	daemon := find("mariadbd", "mysqld")
	if daemon == "" {
		return nil, errNoServer
	}
	dir, err := os.MkdirTemp("", "sidelight-mysql-")
	if err != nil {
		return nil, err
	}
	data, socket := filepath.Join(dir, "data"), filepath.Join(dir, "s")
	if err := install(daemon, data); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	args := []string{"--no-defaults", "--datadir=" + data, "--socket=" + socket, "--skip-networking", "--pid-file=" + filepath.Join(dir, "pid"),
		"--tmpdir=" + dir, // a server that starts removes the temporary tables that it finds there, another one's too
		"--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--skip-log-bin", "--innodb-buffer-pool-size=256M", "--max-connections=400"}
	if os.Geteuid() == 0 {
		args = append(args, "--user=root")
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(daemon, args...)
	cmd.Stdout, cmd.Stderr = log, log
	bound(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	_ = log.Close()
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr = "root", "unix", socket
	s := &server{config: c, stop: func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}}
	if err := s.await(60 * time.Second); err != nil {
		said, _ := os.ReadFile(log.Name())
		s.stop()
		return nil, fmt.Errorf("%w: %s", err, tail(said))
	}
	return s, nil
}

// install makes an empty data folder.
func install(daemon, data string) error {
	var cmd *exec.Cmd
	if tool := find("mariadb-install-db"); tool != "" && strings.Contains(daemon, "mariadbd") {
		cmd = exec.Command(tool, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db")
	} else {
		cmd = exec.Command(daemon, "--no-defaults", "--initialize-insecure", "--datadir="+data)
	}
	if os.Geteuid() == 0 {
		cmd.Args = append(cmd.Args, "--user=root")
	}
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the test database cannot be set up: %w: %s", err, tail(said))
	}
	return nil
}

func tail(b []byte) string { return string(b[max(0, len(b)-2000):]) }

func (s *server) await(limit time.Duration) error {
	db, err := sql.Open("mysql", s.dsn(""))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	deadline := time.Now().Add(limit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if err = db.Ping(); err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the test database does not answer: %w", err)
		}
		<-tick.C
	}
}

func find(names ...string) string {
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p
		}
		for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"} {
			if p := filepath.Join(dir, n); executable(p) {
				return p
			}
		}
	}
	return ""
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir() && info.Mode()&0o111 != 0
}

// Main runs the tests of a package that uses a server: it stops the server afterwards and looks for goroutines that were left behind.
func Main(m *testing.M) {
	code := m.Run()
	if started != nil {
		started.stop()
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}
