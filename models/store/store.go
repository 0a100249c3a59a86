// Package store keeps everything Sidelight knows, in SQLite or in MySQL (MariaDB too). Every method
// is one transaction, named in the words of the domain; it is the only package that knows of SQL.
package store

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/glebarez/sqlite"
	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/google/uuid"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/dbresolver"

	"sidelight/internal/sample"
	"sidelight/models"
)

// Options say how a store is opened.
type Options struct {
	// Seal is the 32-byte key that seals secrets; Old are earlier ones that still open.
	Seal []byte
	Old  [][]byte
	// Replicas are mysql: addresses that lists and figures may be read from.
	Replicas []string
	// Authorities are those of which one must have signed a MySQL server's certificate. With nil,
	// TLS is as the address says.
	Authorities *x509.CertPool
	Logger      *slog.Logger
	// Now is the clock; nil uses the database's own clock for leases and the process's elsewhere.
	Now func() time.Time
	// Kept says that this installation has had a database: an empty one is refused, because its
	// rows were lost.
	Kept bool
	// CommonLasts is how long cards take from memory how far the mirrors are and when the sides
	// were polled. Zero reads both with each card.
	CommonLasts time.Duration
	// OnSQL sees every statement's text, without its values.
	OnSQL func(statement string)

	// For tests of this package alone.
	sending   sending       // sees the values too
	endWithin time.Duration // 0 is the package's own
}

// Store is an open database.
type Store struct {
	db    *gorm.DB
	hot   prepared
	mysql bool
	seal  sealer
	now   func() time.Time
	clock bool // now was given
	log   *slog.Logger
	// writer lets one transaction of this process write at a time: SQLite has one writer, and
	// waiting here costs less than being turned away there.
	writer chan struct{}
	health *health
	kept   *keptCards
	common commonKept
	// file is the SQLite database's.
	file atomic.Pointer[sqliteFile]
	// retired are files that were removed, and are still being read. Whoever has the writer's place
	// may touch them.
	retired []*sqliteFile
}

// Open opens the database at the address, sqlite:FILE or mysql:DSN, and brings its tables up to
// date. Errors name what is wrong with the address, never what stands in it.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	s, err := connect(ctx, address, o)
	if err != nil {
		return nil, err
	}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// connect reads the address and changes nothing in the database.
func connect(ctx context.Context, address string, o Options) (*Store, error) {
	s := &Store{now: o.Now, clock: o.Now != nil, log: o.Logger, writer: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.health, s.kept = newHealth(s.now, s.log), newKeptCards(s.now)
	s.common.lasts = o.CommonLasts
	var err error
	if s.seal, err = newSealer(o.Seal, o.Old); err != nil {
		return nil, err
	}
	if o.OnSQL != nil && o.sending == nil {
		o.sending = func(_ driver.Conn, statement string, _ []driver.NamedValue) func(int64) {
			o.OnSQL(statement)
			return nil
		}
	}
	dialector, err := s.dialect(ctx, address, o)
	if err != nil {
		return nil, err
	}
	s.db, err = gorm.Open(dialector, &gorm.Config{
		Logger: sqlLog{log: s.log, health: s.health, lines: sample.New()}, NowFunc: s.stamp, SkipDefaultTransaction: true,
		DisableForeignKeyConstraintWhenMigrating: true, TranslateError: true,
	})
	if err != nil {
		if file := s.file.Load(); file != nil {
			err = errors.Join(err, file.close())
		}
		return nil, unreachable(err)
	}
	return s, nil
}

// unreachable is why the database cannot be opened, in the words for that trouble where it is
// known.
func unreachable(err error) error {
	if found, ok := diagnose(err); ok && found.problem != models.DatabaseUnreachable && found.problem != models.DatabaseRefused {
		return models.Wrap(err, models.CodeUpstreamUnavailable, "the database that --database names cannot be opened. %s", found.problem.AtStart())
	}
	return models.Wrap(err, models.CodeUpstreamUnavailable, "the database cannot be opened: check --database, and that the server runs")
}

// errEmpty is what a start says that finds no rows where there have been some.
func errEmpty() error {
	return models.Errorf(models.CodeConflict, "the database is empty, but the key file says that this installation has had one: restore the backup, or name the right --database. "+
		"To begin anew on purpose, with no connection, no permission and no history, start once with --begin-anew")
}

// CheckAddress tells what is wrong with an address, and touches nothing.
func CheckAddress(address string) error {
	kind, rest, _ := strings.Cut(address, ":")
	switch {
	case kind == "sqlite" && rest != "":
		return nil
	case kind == "mysql" && rest != "":
		_, err := mysqlConfig(rest)
		return err
	}
	return models.Errorf(models.CodeBadUserInput, "--database must be sqlite:FILE or mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME")
}

// dialect reads an address, and opens the file of SQLite.
func (s *Store) dialect(ctx context.Context, address string, o Options) (gorm.Dialector, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	kind, rest, _ := strings.Cut(address, ":")
	if kind == "sqlite" {
		path := sqlitePath(rest)
		if _, err := os.Stat(path); o.Kept && errors.Is(err, fs.ErrNotExist) {
			return nil, errEmpty()
		}
		file, err := openSQLite(ctx, path, o.sending)
		if err != nil {
			return nil, unreachable(err)
		}
		s.file.Store(file)
		return sqliteDialect{&sqlite.Dialector{Conn: file.pool}, s}, nil
	}
	s.mysql, s.health.quiet = true, fullQuiet
	dialector, err := openMySQL(rest, o)
	return mysqlDialect{dialector, s}, err
}

func openMySQL(dsn string, o Options) (*mysql.Dialector, error) {
	config, err := mysqlConfig(dsn)
	if err != nil {
		return nil, err
	}
	if o.Authorities != nil {
		config.TLSConfig, config.TLS = "", &tls.Config{RootCAs: o.Authorities, MinVersion: tls.VersionTLS12}
	}
	// It would write past our log what its errors say anyway.
	config.Logger = &mysqldriver.NopLogger{}
	c, err := bounded(config, cmp.Or(o.endWithin, endWithin))
	if err != nil {
		return nil, err
	}
	return &mysql.Dialector{Config: &mysql.Config{Conn: sql.OpenDB(watch(c, o.sending)), DSNConfig: config}}, nil
}

func mysqlConfig(dsn string) (*mysqldriver.Config, error) {
	c, err := mysqldriver.ParseDSN(strings.TrimPrefix(dsn, "//"))
	if err != nil || c.DBName == "" {
		return nil, models.Errorf(models.CodeBadUserInput, "--database: not an address of a MySQL database: write mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME")
	}
	c.ParseTime, c.Loc = true, time.UTC
	// MariaDB uses no index to compare a column with a time that has more digits than the column.
	if err := c.Apply(mysqldriver.TimeTruncate(time.Microsecond)); err != nil {
		return nil, err
	}
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	c.InterpolateParams = true // one round trip for a statement instead of two
	c.ClientFoundRows = true   // an update that changes nothing has still found its row
	c.Params["time_zone"] = "'+00:00'"
	c.Params["sql_mode"] = "'TRADITIONAL'" // refuses what does not fit instead of cutting it
	c.Collation = "utf8mb4_bin"
	if c.Timeout == 0 {
		c.Timeout = dialWithin
	}
	return c, nil
}

// Bounds of connections to MySQL.
const (
	dialWithin = 5 * time.Second
	mysqlOpen  = 32
	mysqlIdle  = 8
)

func (s *Store) open(ctx context.Context, o Options) error {
	pool, err := s.db.DB()
	if err != nil {
		return err
	}
	if s.mysql {
		pool.SetConnMaxLifetime(5 * time.Minute)
		pool.SetMaxOpenConns(mysqlOpen)
		pool.SetMaxIdleConns(mysqlIdle)
	}
	if err := pool.PingContext(ctx); err != nil {
		return unreachable(err)
	}
	if err := s.migrate(ctx, pool, o.Kept); err != nil {
		return err
	}
	if file := s.file.Load(); file != nil {
		if err := file.begin(ctx); err != nil {
			return unreachable(err)
		}
	}
	if len(o.Replicas) > 0 && s.mysql {
		var dialectors []gorm.Dialector
		for _, r := range o.Replicas {
			d, err := openMySQL(strings.TrimPrefix(r, "mysql:"), o)
			if err != nil {
				return err
			}
			dialectors = append(dialectors, d)
		}
		// Only what is asked for by name goes to a replica: everything else must read what was just
		// written.
		return s.db.Use(dbresolver.Register(dbresolver.Config{Replicas: dialectors}, replicaReads))
	}
	return nil
}

// along has a table read along an index, where a database would not find out that it is the right
// one: none of them knows how many links are dirty just now.
func (s *Store) along(q *gorm.DB, table, index string) *gorm.DB {
	if s.mysql {
		return q.Table(table + " FORCE INDEX (" + index + ")")
	}
	return q.Table(table + " INDEXED BY " + index)
}

// replicaReads names the reads that may lag: the lists and figures of dashboards.
const replicaReads = "dashboards"

// Close closes the database. The rows of a file that was removed are written back first.
func (s *Store) Close() error {
	if file := s.file.Load(); file != nil {
		if file.astray() != "" && file.log != nil {
			s.rescue()
		}
		return errors.Join(s.hot.close(), s.file.Load().close())
	}
	pool, err := s.db.DB()
	if err != nil {
		return err
	}
	return errors.Join(s.hot.close(), pool.Close())
}

// Dialect is sqlite or mysql, for those who show it.
func (s *Store) Dialect() string {
	if s.mysql {
		return "mysql"
	}
	return "sqlite"
}

// stamp is the time as both databases keep it: UTC, microseconds.
func (s *Store) stamp() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// databaseTime is the clock that decides about leases. With SQLite the database is this machine.
func (s *Store) databaseTime(tx *gorm.DB) (time.Time, error) {
	if !s.mysql || s.clock {
		return s.stamp(), nil
	}
	var now time.Time
	err := tx.Raw("SELECT UTC_TIMESTAMP(6)").Row().Scan(&now)
	return now.UTC(), s.translate(err) // a row's error does not pass through gorm
}

// txAttempts is how often a transaction is tried when the database breaks a deadlock or is busy.
const txAttempts = 12

// tx runs fn in one transaction. fn may run again when the database asks for it, so it must not
// keep anything from a run that failed. UNAVAILABLE when the database is in trouble.
func (s *Store) tx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	if err := s.acquireWriter(ctx); err != nil {
		return err
	}
	defer s.releaseWriter()
	return s.run(ctx, fn)
}

// acquireWriter waits until no other transaction writes, which only SQLite needs.
func (s *Store) acquireWriter(ctx context.Context) error {
	if s.mysql {
		return nil
	}
	select {
	case s.writer <- struct{}{}:
		return nil
	case <-ctx.Done():
		return s.givenUp(ctx)
	}
}

func (s *Store) releaseWriter() {
	if !s.mysql {
		<-s.writer
	}
}

// run is a transaction of whoever holds the writer's place.
func (s *Store) run(ctx context.Context, fn func(tx *gorm.DB) error) error {
	options := &sql.TxOptions{}
	if s.mysql {
		// Read committed keeps writers from locking gaps that they do not use.
		options.Isolation = sql.LevelReadCommitted
	}
	if err := s.writable(); err != nil {
		return s.failed(ctx, err)
	}
	began := time.Now()
	for attempt := 1; ; attempt++ {
		err := s.db.WithContext(ctx).Transaction(fn, options)
		if err == nil || attempt == txAttempts || !retryable(err) || ctx.Err() != nil {
			return s.failed(ctx, err)
		}
		if !s.mysql && time.Since(began) > beatWithin {
			// No heartbeat is written while this one has the writer's place.
			s.health.note(diagnosis{models.DatabaseBusy, "a lock"})
		}
		//nolint:gosec // it spreads waits, and is no secret
		pause := time.NewTimer(time.Duration(rand.IntN(10*attempt)+1) * time.Millisecond)
		select {
		case <-ctx.Done():
			pause.Stop()
			return s.givenUp(ctx)
		case <-pause.C:
		}
	}
}

// notFoundError turns a missing row into NOT_FOUND and leaves everything else as it is.
func notFoundError(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.Wrap(err, models.CodeNotFound, "there is no such record")
	}
	return err
}

// read is a plain read.
func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }

// replica reads from a replica where there is one: what it answers may lag behind.
func (s *Store) replica(ctx context.Context) *gorm.DB {
	return s.db.WithContext(ctx).Clauses(dbresolver.Use(replicaReads))
}

// newID is a sortable id (UUIDv7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// earliest is a time to compare with: what is before every time that is kept becomes the first of
// them. MySQL takes neither the zero time nor a year below 1000.
func earliest(t time.Time) time.Time {
	if t.Before(models.UnknownTime) {
		return models.UnknownTime
	}
	return t.UTC()
}

// sqlLog logs statements that failed or took long, without their values.
type sqlLog struct {
	log    *slog.Logger
	health *health
	lines  *sample.Lines // one caller can make every statement slow
}

func (l sqlLog) LogMode(logger.LogLevel) logger.Interface { return l }
func (l sqlLog) Info(context.Context, string, ...any)     {}
func (l sqlLog) Warn(context.Context, string, ...any)     {}
func (l sqlLog) Error(context.Context, string, ...any)    {}
func (l sqlLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

func (l sqlLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), err error) {
	failed := err != nil && !errors.Is(err, gorm.ErrRecordNotFound) && !errors.Is(err, context.Canceled) && !retryable(err)
	slow := time.Since(begin) > time.Second
	if !failed && !slow {
		return
	}
	text, rows := statement()
	skipped, write := l.lines.Next()
	if !write {
		return
	}
	if failed {
		// A driver's error may repeat a value: its text is not logged. While the database is in
		// trouble, which was logged once, every statement fails.
		level, cause := slog.LevelWarn, fmt.Sprintf("%T", err)
		if found, ok := diagnose(err); ok {
			cause = found.cause
			if !l.health.state().OK {
				level = slog.LevelDebug
			}
		}
		l.log.Log(ctx, level, "a statement failed", "sql", brief(text), "cause", cause, "unlogged", skipped)
	} else {
		l.log.Info("a slow statement", "sql", brief(text), "rows", rows, "took", time.Since(begin), "unlogged", skipped)
	}
}

func brief(sql string) string {
	if len(sql) > 400 {
		return sql[:400] + "…"
	}
	return sql
}

// locked reads rows that this transaction is about to change. SQLite locks the database as a whole
// when the transaction begins.
func (s *Store) locked(tx *gorm.DB) *gorm.DB {
	if s.mysql {
		return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
	}
	return tx
}
