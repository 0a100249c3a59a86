package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	gosqlite "github.com/glebarez/go-sqlite"

	"sidelight/models"
)

// sqliteFile is the file of an SQLite database. A file that is open can be moved, removed or
// replaced, and SQLite would go on writing to what nobody finds again; so the file is compared with
// its path before each transaction.
type sqliteFile struct {
	path string
	// ours is the open file itself. It is closed last: closing it gives up every lock that this
	// process has on the file.
	ours *os.File
	// log and memory are the -wal and -shm beside it, which belong to it for as long as it is open.
	log, memory fs.FileInfo
	// anchor is a connection that stays open: the last one to close would remove -wal and -shm by
	// their names, whoever's they are by then. It writes the heartbeat.
	anchor *sql.Conn
	pool   *pool
	// watcher sees every statement, where there is one.
	watcher sending
}

// sqlitePath is the file of an address behind sqlite:.
func sqlitePath(rest string) string {
	path, _, _ := strings.Cut(strings.TrimPrefix(rest, "file:"), "?")
	return path
}

// openSQLite makes the file if there is none, and opens it. Only its owner may read it and what
// SQLite makes beside it.
func openSQLite(ctx context.Context, path string, watcher sending) (_ *sqliteFile, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("--database: the folder cannot be made: %w", err)
	}
	f := &sqliteFile{path: path, pool: &pool{}, watcher: watcher}
	if f.ours, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, models.Wrap(err, models.CodeUpstreamUnavailable, "--database: the file cannot be opened for writing")
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	for _, beside := range []string{"", "-wal", "-shm"} {
		if err := os.Chmod(path+beside, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("--database: the file %s%s cannot be closed to other users: %w", path, beside, err)
		}
	}
	connections := sql.OpenDB(watch(f, watcher))
	connections.SetMaxOpenConns(sqliteConnections)
	// None is closed while the file is open: a file that was removed lives as long as they do.
	connections.SetMaxIdleConns(sqliteConnections)
	f.pool.current.Store(connections)
	if f.anchor, err = connections.Conn(ctx); err != nil {
		return nil, err
	}
	_, err = f.anchor.ExecContext(ctx, "PRAGMA busy_timeout(1000)") // a probe waits for the answer
	return f, err
}

// sqliteConnections are the anchor and those that work.
const sqliteConnections = 9

// Driver implements driver.Connector.
func (f *sqliteFile) Driver() driver.Driver { return &gosqlite.Driver{} }

// Connect implements driver.Connector. SQLite would make a file that is missing; here one is opened
// only while it is ours.
func (f *sqliteFile) Connect(context.Context) (driver.Conn, error) {
	if problem := f.astray(); problem != "" {
		return nil, unfit{problem}
	}
	q := url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(2000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)", "secure_delete(ON)"}, "_txlock": {"immediate"}, "_time_format": {"sqlite"}}
	return f.Driver().Open("file:" + (&url.URL{Path: f.path}).EscapedPath() + "?" + q.Encode())
}

// unfit is the error of a file that must not be written now.
type unfit struct{ problem models.DatabaseProblem }

func (s unfit) Error() string {
	return "the database's file: " + strings.ToLower(string(s.problem))
}

// begin notes which -wal and -shm are ours. The tables are there by then.
func (f *sqliteFile) begin(ctx context.Context) error {
	if _, err := f.anchor.ExecContext(ctx, "UPDATE heartbeats SET beat_at = beat_at"); err != nil {
		return err
	}
	log, err := os.Stat(f.path + "-wal")
	if err != nil {
		return fmt.Errorf("--database: the file system does not let SQLite keep a write-ahead log: %w", err)
	}
	if f.memory, err = os.Stat(f.path + "-shm"); err == nil {
		f.log = log
	}
	return err
}

// astray tells what became of the file: "" while it lies where it should.
func (f *sqliteFile) astray() models.DatabaseProblem {
	ours, err := f.ours.Stat()
	if err != nil {
		return models.DatabaseDisk
	}
	there, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return models.DatabaseMissing
	case err == nil && !os.SameFile(ours, there):
		return models.DatabaseReplaced
	case f.log == nil:
		return "" // it is being opened
	case ours.Size() == 0:
		return models.DatabaseDamaged
	}
	for name, own := range map[string]fs.FileInfo{"-wal": f.log, "-shm": f.memory} {
		if there, err := os.Stat(f.path + name); errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(own, there) {
			return models.DatabaseMissing
		}
	}
	return ""
}

// nameless tells whether nothing lies at the path.
func (f *sqliteFile) nameless() bool {
	_, err := os.Stat(f.path)
	return errors.Is(err, fs.ErrNotExist)
}

// removed tells whether the file has no name left, or never lost it: then its rows may be written
// to the path again. One that was moved elsewhere is waited for.
func (f *sqliteFile) removed() bool {
	ours, err := f.ours.Stat()
	if err != nil {
		return false
	}
	if there, err := os.Stat(f.path); err == nil {
		return os.SameFile(ours, there) // only what lies beside it is gone
	}
	return names(ours) == 0
}

// spaceNeeded is how much of the disk must be free before it counts as such, in bytes. SQLite has
// some left in its own files, which would prove nothing.
const spaceNeeded = 1 << 20

// checkSpace tells whether the disk has space beside the file, and has SQLite write down what it
// could not.
func (f *sqliteFile) checkSpace(ctx context.Context) error {
	trial, err := os.CreateTemp(filepath.Dir(f.path), ".space-*")
	if err != nil {
		return full(err)
	}
	defer func() { _ = os.Remove(trial.Name()) }()
	if _, err = trial.Write(make([]byte, spaceNeeded)); err == nil {
		err = trial.Sync()
	}
	if err = errors.Join(err, trial.Close()); err != nil {
		return full(err)
	}
	_, err = f.anchor.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
	return err
}

// full is the error of a disk that takes nothing.
func full(err error) error { return fmt.Errorf("%w: %w", unfit{models.DatabaseFull}, err) }

// close closes the file. One that does not lie where it should stays open until the process ends:
// closing it would remove the -wal of what lies there now.
func (f *sqliteFile) close() error {
	var errs []error
	sound := f.astray() == ""
	if f.anchor != nil && sound {
		errs = append(errs, f.anchor.Close())
	}
	if pool := f.pool.current.Load(); pool != nil {
		errs = append(errs, pool.Close())
	}
	if sound {
		errs = append(errs, f.ours.Close())
	}
	return errors.Join(errs...)
}

// emptyLog writes what stands in -wal into the file itself, wherever that lies, and leaves -wal
// empty: another file at the path would take it for its own.
func (f *sqliteFile) emptyLog(ctx context.Context) {
	// What is being read now stays there, and is tried again.
	_, _ = f.anchor.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
}

// copyTo writes the rows as they are to a new file. Nobody may write meanwhile.
func (f *sqliteFile) copyTo(ctx context.Context, path string) error {
	made, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if _, err = f.anchor.ExecContext(ctx, "VACUUM INTO ?", path); err == nil {
		err = made.Sync()
	}
	return errors.Join(err, made.Close())
}

// putBack writes the rows of a file that was removed to its path again, and goes on with that one.
// The caller holds the writer's place.
func (s *Store) putBack(ctx context.Context) error {
	old := s.file.Load()
	if !old.removed() {
		return unfit{old.astray()}
	}
	ctx = context.WithoutCancel(ctx) // a large file takes longer than a heartbeat may
	temporary := old.path + ".rescued"
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := old.copyTo(ctx, temporary); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	// An old -wal would be taken for the new file's.
	for _, beside := range []string{"-wal", "-shm"} {
		if err := os.Remove(old.path + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	put := os.Rename // over our own file
	if old.nameless() {
		put = os.Link // over nobody's
	}
	if err := put(temporary, old.path); err != nil {
		return err
	}
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	fresh, err := openSQLite(ctx, old.path, old.watcher)
	if err != nil {
		return err
	}
	if err := fresh.begin(ctx); err != nil {
		return errors.Join(err, fresh.close())
	}
	retired := old.pool.current.Swap(fresh.pool.current.Load())
	fresh.pool, old.pool = old.pool, &pool{}
	old.pool.current.Store(retired)
	s.file.Store(fresh)
	s.retired = append(s.retired, old)
	s.log.Warn("the database's file was removed; its rows were written to the same place again")
	return retired.Close() // reads that are under way end first
}

// forget gives back the space of files that were removed, once nobody reads them. Their anchors are
// left open, for the reason that is told at their declaration.
func (s *Store) forget() {
	s.retired = slices.DeleteFunc(s.retired, func(old *sqliteFile) bool {
		if old.pool.current.Load().Stats().OpenConnections > 1 {
			return false
		}
		if info, err := old.ours.Stat(); err == nil && names(info) == 0 {
			if err := old.ours.Truncate(0); err != nil {
				s.log.Warn("the space of a file that was removed is given back only when the process ends", "error", err)
			}
		}
		return true
	})
}

// rescue does what it can for a file that does not lie where it should before the process ends:
// nobody could after it.
func (s *Store) rescue() {
	ctx, cancel := context.WithTimeout(context.Background(), rescueWithin)
	defer cancel()
	if s.acquireWriter(ctx) != nil {
		return
	}
	defer s.releaseWriter()
	file := s.file.Load()
	file.emptyLog(ctx)
	if file.astray() != models.DatabaseMissing {
		return
	}
	if err := s.putBack(ctx); err != nil {
		s.log.Error("the database's rows could not be written back and are lost, unless its file was moved", "error", err)
	}
}

// rescueWithin is how long a write that is under way is waited for.
const rescueWithin = 10 * time.Second

// pool is the connections of a file, which may be exchanged for those of another one.
type pool struct{ current atomic.Pointer[sql.DB] }

// GetDBConn implements gorm.GetDBConnector.
func (p *pool) GetDBConn() (*sql.DB, error) { return p.current.Load(), nil }

// PrepareContext implements gorm.ConnPool.
func (p *pool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	return p.current.Load().PrepareContext(ctx, query)
}

// ExecContext implements gorm.ConnPool.
func (p *pool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return p.current.Load().ExecContext(ctx, query, args...)
}

// QueryContext implements gorm.ConnPool.
func (p *pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.current.Load().QueryContext(ctx, query, args...)
}

// QueryRowContext implements gorm.ConnPool.
func (p *pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return p.current.Load().QueryRowContext(ctx, query, args...)
}

// BeginTx implements gorm.TxBeginner.
func (p *pool) BeginTx(ctx context.Context, options *sql.TxOptions) (*sql.Tx, error) {
	return p.current.Load().BeginTx(ctx, options)
}
