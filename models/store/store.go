// Package store keeps everything Sidelight knows, in SQLite or in MySQL (MariaDB too). Every method is one transaction, named in the words
// of the domain; it is the only package that knows of SQL.
package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/glebarez/sqlite"
	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/google/uuid"
	"github.com/pressly/goose/v3"
	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/plugin/dbresolver"

	"sidelight/models"
)

//go:embed migrations
var migrations embed.FS

// Options say how a store is opened.
type Options struct {
	// Seal is the 32-byte key that seals secrets; Old are earlier ones that still open.
	Seal []byte
	Old  [][]byte
	// Replicas are mysql: addresses that lists and figures may be read from.
	Replicas []string
	Logger   *slog.Logger
	// Now is the clock; nil uses the database's own clock for leases and the process's elsewhere.
	Now func() time.Time
	// OnSQL sees every statement's text, without its values.
	OnSQL func(statement string)
}

// Store is an open database.
type Store struct {
	db    *gorm.DB
	mysql bool
	seal  sealer
	now   func() time.Time
	clock bool // now was given
	log   *slog.Logger
	// writer lets one transaction of this process write at a time: SQLite has one writer, and waiting here costs less than being turned away there.
	writer chan struct{}
}

// Open opens the database at the address, sqlite:FILE or mysql:DSN, and brings its tables up to date. Errors name what is wrong with the address,
// never what stands in it.
func Open(ctx context.Context, address string, o Options) (*Store, error) {
	s := &Store{now: o.Now, clock: o.Now != nil, log: o.Logger, writer: make(chan struct{}, 1)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	if s.seal, err = newSealer(o.Seal, o.Old); err != nil {
		return nil, err
	}
	dialector, err := s.dialect(address)
	if err != nil {
		return nil, err
	}
	s.db, err = gorm.Open(dialector, &gorm.Config{
		Logger: sqlLog{onSQL: o.OnSQL, log: s.log}, NowFunc: s.stamp, SkipDefaultTransaction: true, DisableForeignKeyConstraintWhenMigrating: true,
	})
	if err != nil {
		return nil, unreachable(err)
	}
	if err := s.open(ctx, o.Replicas); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func unreachable(err error) error {
	return models.Wrap(err, models.CodeUpstreamUnavailable, "the database cannot be opened: check --database, and that the server runs")
}

// CheckAddress tells what is wrong with an address, and touches nothing.
func CheckAddress(address string) error {
	kind, rest, _ := strings.Cut(address, ":")
	switch {
	case kind == "sqlite" && rest != "":
		return nil
	case kind == "mysql" && rest != "":
		_, err := mysqlDialect(rest)
		return err
	}
	return models.Errorf(models.CodeBadUserInput, "--database must be sqlite:FILE or mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME")
}

// dialect reads an address.
func (s *Store) dialect(address string) (gorm.Dialector, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	kind, rest, _ := strings.Cut(address, ":")
	if kind == "sqlite" {
		path, _, _ := strings.Cut(strings.TrimPrefix(rest, "file:"), "?")
		if dir := filepath.Dir(path); dir != "." {
			if err := os.MkdirAll(dir, 0o700); err != nil {
				return nil, fmt.Errorf("--database: the folder cannot be made: %w", err)
			}
		}
		q := url.Values{"_pragma": {"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)"}, "_txlock": {"immediate"}, "_time_format": {"sqlite"}}
		return sqlite.Open("file:" + path + "?" + q.Encode()), nil
	}
	s.mysql = true
	return mysqlDialect(rest)
}

func mysqlDialect(dsn string) (gorm.Dialector, error) {
	c, err := mysqldriver.ParseDSN(strings.TrimPrefix(dsn, "//"))
	if err != nil || c.DBName == "" {
		return nil, models.Errorf(models.CodeBadUserInput, "--database: not an address of a MySQL database: write mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME")
	}
	c.ParseTime, c.Loc = true, time.UTC
	if c.Params == nil {
		c.Params = map[string]string{}
	}
	c.InterpolateParams = true // one round trip for a statement instead of two
	c.ClientFoundRows = true   // an update that changes nothing has still found its row
	c.Params["time_zone"] = "'+00:00'"
	c.Params["sql_mode"] = "'TRADITIONAL'" // refuses what does not fit instead of cutting it
	c.Collation = "utf8mb4_bin"
	return mysql.New(mysql.Config{DSN: c.FormatDSN()}), nil
}

func (s *Store) open(ctx context.Context, replicas []string) error {
	pool, err := s.db.DB()
	if err != nil {
		return err
	}
	pool.SetConnMaxLifetime(5 * time.Minute)
	if s.mysql {
		pool.SetMaxOpenConns(32)
		pool.SetMaxIdleConns(8)
	} else {
		pool.SetMaxOpenConns(8)
		pool.SetMaxIdleConns(8)
	}
	if err := pool.PingContext(ctx); err != nil {
		return unreachable(err)
	}
	if err := s.migrate(ctx, pool); err != nil {
		return err
	}
	if len(replicas) > 0 && s.mysql {
		var dialectors []gorm.Dialector
		for _, r := range replicas {
			d, err := mysqlDialect(strings.TrimPrefix(r, "mysql:"))
			if err != nil {
				return err
			}
			dialectors = append(dialectors, d)
		}
		// Only what is asked for by name goes to a replica: everything else must read what was just written.
		return s.db.Use(dbresolver.Register(dbresolver.Config{Replicas: dialectors}, replicaReads))
	}
	return nil
}

// replicaReads names the reads that may lag: the lists and figures of dashboards.
const replicaReads = "dashboards"

// migrate brings the tables up to date. One process migrates at a time; the others wait.
func (s *Store) migrate(ctx context.Context, pool *sql.DB) error {
	dialect, folder := goose.DialectSQLite3, "migrations/sqlite"
	if s.mysql {
		dialect, folder = goose.DialectMySQL, "migrations/mysql"
		conn, err := pool.Conn(ctx)
		if err != nil {
			return unreachable(err)
		}
		defer func() { _ = conn.Close() }()
		var got sql.NullInt64
		if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK('sidelight.migrate', 60)").Scan(&got); err != nil || got.Int64 != 1 {
			return models.Wrap(err, models.CodeUpstreamUnavailable, "another process migrates the database and does not come to an end")
		}
		defer func() {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "SELECT RELEASE_LOCK('sidelight.migrate')")
		}()
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, pool, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	if now, known, err := provider.GetVersions(ctx); err != nil {
		return unreachable(err)
	} else if now > known {
		return models.Errorf(models.CodeConflict, "the database is of a newer version of Sidelight (%d; this one knows %d): run that version, or restore the backup from before it", now, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return models.Wrap(err, models.CodeInternal, "the database's tables cannot be brought up to date")
	}
	return s.first(ctx)
}

// first makes the one integration.
func (s *Store) first(ctx context.Context) error {
	return s.tx(ctx, func(tx *gorm.DB) error {
		return tx.Clauses(doNothing).Create(&models.Integration{
			ID: 1, Status: models.StatusNotConnected, Resume: models.StatusNotConnected, Direction: models.TwoWay, ConflictPolicy: models.LatestWins,
			DeletePolicy: models.RestoreOnUpdate, HistoryDays: models.DefaultHistoryDays, UpdatedAt: s.stamp(),
		}).Error
	})
}

// Close closes the database.
func (s *Store) Close() error {
	pool, err := s.db.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	pool, err := s.db.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
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
	return now.UTC(), err
}

// txAttempts is how often a transaction is tried when the database breaks a deadlock or is busy.
const txAttempts = 12

// tx runs fn in one transaction. fn may run again when the database asks for it, so it must not keep anything from a run that failed.
func (s *Store) tx(ctx context.Context, fn func(tx *gorm.DB) error) error {
	options := &sql.TxOptions{}
	if s.mysql {
		// Read committed keeps writers from locking gaps that they do not use.
		options.Isolation = sql.LevelReadCommitted
	} else {
		select {
		case s.writer <- struct{}{}:
			defer func() { <-s.writer }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for attempt := 1; ; attempt++ {
		err := s.db.WithContext(ctx).Transaction(fn, options)
		if err == nil || attempt == txAttempts || !again(err) || ctx.Err() != nil {
			return known(err)
		}
		pause := time.NewTimer(time.Duration(rand.IntN(10*attempt)+1) * time.Millisecond)
		select {
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// again tells whether the database asks for the transaction to be run again.
func again(err error) bool {
	var e *mysqldriver.MySQLError
	if errors.As(err, &e) {
		return e.Number == 1213 || e.Number == 1205 || e.Number == 1020
	}
	text := err.Error()
	return strings.Contains(text, "SQLITE_BUSY") || strings.Contains(text, "database is locked")
}

// known turns a missing row into NOT_FOUND and leaves everything else as it is.
func known(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.Wrap(err, models.CodeNotFound, "there is no such record")
	}
	return err
}

// read is a plain read.
func (s *Store) read(ctx context.Context) *gorm.DB { return s.db.WithContext(ctx) }

// lag is a read that may come from a replica.
func (s *Store) lag(ctx context.Context) *gorm.DB {
	return s.db.WithContext(ctx).Clauses(dbresolver.Use(replicaReads))
}

// newID is a sortable id (UUIDv7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// unknownTime stands for a vendor's time that is not known: MySQL has no zero time.
var unknownTime = time.Unix(0, 0).UTC()

func orUnknown(t time.Time) time.Time {
	if t.IsZero() {
		return unknownTime
	}
	return t.UTC().Truncate(time.Microsecond)
}

// sqlLog hands statements to whoever wants to see them, without their values, and logs errors likewise.
type sqlLog struct {
	onSQL func(string)
	log   *slog.Logger
}

func (l sqlLog) LogMode(logger.LogLevel) logger.Interface { return l }
func (l sqlLog) Info(context.Context, string, ...any)     {}
func (l sqlLog) Warn(context.Context, string, ...any)     {}
func (l sqlLog) Error(context.Context, string, ...any)    {}
func (l sqlLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

func (l sqlLog) Trace(_ context.Context, begin time.Time, statement func() (string, int64), err error) {
	failed := err != nil && !errors.Is(err, gorm.ErrRecordNotFound) && !errors.Is(err, context.Canceled) && !again(err)
	slow := time.Since(begin) > time.Second
	if l.onSQL == nil && !failed && !slow {
		return
	}
	text, rows := statement()
	if l.onSQL != nil {
		l.onSQL(text)
	}
	if failed {
		// A driver's error may repeat a value: its text is not logged.
		l.log.Warn("a statement failed", "sql", brief(text), "kind", fmt.Sprintf("%T", err))
	} else if slow {
		l.log.Info("a slow statement", "sql", brief(text), "rows", rows, "took", time.Since(begin))
	}
}

func brief(sql string) string {
	if len(sql) > 400 {
		return sql[:400] + "…"
	}
	return sql
}
