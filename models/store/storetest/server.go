package storetest

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Server is a running database server.
type Server struct {
	config *mysql.Config // of its administrator
	dir    string
	stop   func()

	template sync.Once           // is the database that Migrated copies
	columns  map[string][]string // of its tables
	failure  error
}

var databases atomic.Int64

// NewDatabase is the address of a new and empty database, which is dropped when the test ends.
func (s *Server) NewDatabase(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("sidelight_%d_%d", os.Getpid(), databases.Add(1))
	s.Exec(t, "CREATE DATABASE "+name)
	t.Cleanup(func() {
		_ = s.admin(func(db *sql.DB) error { _, err := db.Exec("DROP DATABASE " + name); return err })
	})
	return "mysql:" + s.dsn(name)
}

// databaseOf is the name in an address.
func databaseOf(t testing.TB, address string) string {
	t.Helper()
	c, err := mysql.ParseDSN(strings.TrimPrefix(address, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	return c.DBName
}

// AsUser is a database's address for another user than the administrator.
func AsUser(t testing.TB, address, user, password string) string {
	t.Helper()
	c, err := mysql.ParseDSN(strings.TrimPrefix(address, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	c.User, c.Passwd = user, password
	return "mysql:" + c.FormatDSN()
}

// Exec runs statements as the server's administrator.
func (s *Server) Exec(t testing.TB, statements ...string) {
	t.Helper()
	err := s.admin(func(db *sql.DB) error {
		for _, statement := range statements {
			if _, err := db.Exec(statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Data is the server's data folder.
func (s *Server) Data() string { return filepath.Join(s.dir, "data") }

func (s *Server) dsn(database string) string {
	c := s.config.Clone()
	c.DBName = database
	return c.FormatDSN()
}

// is tells whether the server is of that product.
func (s *Server) is(p *Product) error {
	db, err := sql.Open("mysql", s.dsn(""))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var version string
	if err := db.QueryRow("SELECT VERSION()").Scan(&version); err != nil {
		return fmt.Errorf("the server of %s does not answer: %w", p.variable, err)
	}
	if strings.Contains(version, "MariaDB") != (p == MariaDB) {
		return fmt.Errorf("the server of %s is no %s: %s", p.variable, p.name, version)
	}
	return nil
}

// quick gives up what keeps data through a crash of the machine, and makes files small: the tests'
// databases are thrown away.
var quick = []string{"--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--skip-innodb-doublewrite", "--skip-log-bin"}

// start starts a server on a copy of an empty data folder. It ends with this process, however that
// ends.
func start(i installed, files map[string][]byte, options ...string) (_ *Server, err error) {
	empty, err := i.template()
	if err != nil {
		return nil, err
	}
	below := os.TempDir()
	if i.root != "" {
		below = filepath.Join(i.root, "tmp")
	}
	f, err := newFolder(below)
	if err != nil {
		return nil, err
	}
	s := &Server{dir: f.path, config: mysql.NewConfig()}
	s.config.User, s.config.Net, s.config.Addr = "root", "unix", filepath.Join(f.path, "s")
	if err := os.CopyFS(s.Data(), os.DirFS(empty)); err != nil {
		return nil, errors.Join(err, f.remove())
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(f.path, name), text, 0o600); err != nil {
			return nil, errors.Join(err, f.remove())
		}
	}
	inside := func(name string) string { return filepath.Join(strings.TrimPrefix(f.path, i.root), name) }
	args := append([]string{"--no-defaults", "--datadir=" + inside("data"), "--socket=" + inside("s"), "--pid-file=" + inside("pid"),
		// A server that starts removes the temporary tables that it finds there, another one's too.
		"--tmpdir=" + inside(""),
		"--innodb-buffer-pool-size=256M", "--max-connections=400", "--performance-schema=OFF"}, quick...)
	if i.install == "" {
		args = append(args, "--mysqlx=OFF")
	} else {
		args = append(args, "--debug-no-sync")
	}
	for _, o := range options {
		args = append(args, strings.ReplaceAll(o, "{dir}", inside("")))
	}
	cmd := i.command(i.daemon, args...)
	log, err := os.Create(filepath.Join(f.path, "log"))
	if err != nil {
		return nil, errors.Join(err, f.remove())
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.ExtraFiles = []*os.File{f.lock} // the folder is in use as long as the server lives
	ended, err := run(cmd)
	if err != nil {
		return nil, errors.Join(err, f.remove())
	}
	s.stop = sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = f.remove()
	})
	if err := s.await(60*time.Second, ended); err != nil {
		said, _ := os.ReadFile(log.Name())
		s.stop()
		return nil, fmt.Errorf("%w: %s", err, tail(said))
	}
	return s, nil
}

// command is a program of the installation.
func (i installed) command(name string, args ...string) *exec.Cmd {
	if os.Geteuid() == 0 {
		args = append(args, "--user=root") // one that changed its user would outlive its parent
	}
	cmd := exec.Command(name, args...)
	Bind(cmd)
	if i.root != "" {
		within(cmd, i.root)
	}
	return cmd
}

// run starts a program from a thread that lasts: the program is bound to the thread that started
// it.
func run(cmd *exec.Cmd) (ended <-chan struct{}, err error) {
	started, done := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(done)
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	return done, <-started
}

// template is an empty data folder, made once for each version: making one takes seconds, copying
// it does not.
func (i installed) template() (string, error) {
	folder := filepath.Join(cacheFolder(), "data")
	if i.root != "" {
		folder = filepath.Join(i.root, "var/lib/sidelight")
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	unlock, err := lockFile(filepath.Join(folder, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	path := filepath.Join(folder, fmt.Sprintf("%x", sha256.Sum256([]byte(i.daemon+i.version)))[:12])
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	begun := path + ".new"
	if err := os.RemoveAll(begun); err != nil {
		return "", err
	}
	inside := "--datadir=" + strings.TrimPrefix(begun, i.root)
	var cmd *exec.Cmd
	if i.install != "" {
		cmd = i.command(i.install, "--no-defaults", inside, "--auth-root-authentication-method=normal", "--skip-test-db")
	} else {
		cmd = i.command(i.daemon, append([]string{"--no-defaults", "--initialize-insecure", inside}, quick...)...)
	}
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the test database cannot be set up: %w: %s", err, tail(said))
	}
	return path, os.Rename(begun, path)
}

func tail(b []byte) string { return string(b[max(0, len(b)-2000):]) }

// await waits until the server answers.
func (s *Server) await(limit time.Duration, ended <-chan struct{}) error {
	db, err := sql.Open("mysql", s.dsn(""))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	deadline, tick := time.After(limit), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		if err = db.Ping(); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ended:
			return errors.New("the test database has ended")
		case <-deadline:
			return fmt.Errorf("the test database does not answer: %w", err)
		}
	}
}
