package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	gosqlite "github.com/glebarez/go-sqlite"
	"github.com/glebarez/sqlite"
	mysqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
	sqlite3 "modernc.org/sqlite/lib"

	"sidelight/models"
)

// diagnosis is what a driver's error says about the database itself. cause names it for the log: a
// driver's text may repeat a row's values, its number does not.
type diagnosis struct {
	problem models.DatabaseProblem
	cause   string
}

// diagnose tells whether an error means that the database is in trouble. It is the one place that
// knows the drivers' errors. An error that is about a statement or its rows (a duplicate key, a
// deadlock that is tried again) is no trouble, and neither is a caller that went away.
func diagnose(err error) (diagnosis, bool) {
	var file unfit
	if errors.As(err, &file) {
		return diagnosis{file.problem, "the file itself"}, true
	}
	var onSQLite *gosqlite.Error
	if errors.As(err, &onSQLite) {
		problem := sqliteProblem(onSQLite)
		return diagnosis{problem, fmt.Sprintf("sqlite %d", onSQLite.Code())}, problem != ""
	}
	var onMySQL *mysqldriver.MySQLError
	if errors.As(err, &onMySQL) {
		problem := mysqlProblem(onMySQL)
		return diagnosis{problem, fmt.Sprintf("mysql %d", onMySQL.Number)}, problem != ""
	}
	var lost net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		// A net.Error too.
		return diagnosis{}, false
	case errors.As(err, &lost), errors.Is(err, mysqldriver.ErrInvalidConn), errors.Is(err, driver.ErrBadConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, mysqldriver.ErrMalformPkt):
		return diagnosis{models.DatabaseUnreachable, fmt.Sprintf("connection %T", errors.Unwrap(err))}, true
	}
	return diagnosis{}, false
}

// sqliteProblem is what a result code of SQLite says (https://www.sqlite.org/rescode.html).
func sqliteProblem(err *gosqlite.Error) models.DatabaseProblem {
	switch err.Code() {
	case sqlite3.SQLITE_READONLY_DBMOVED:
		return models.DatabaseMissing
	case sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS:
		return models.DatabaseDamaged
	}
	switch err.Code() & 0xff {
	case sqlite3.SQLITE_FULL:
		return models.DatabaseFull
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return models.DatabaseDamaged
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return models.DatabaseReadOnly
	case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOLFS:
		return models.DatabaseDisk
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return models.DatabaseBusy
	case sqlite3.SQLITE_ERROR:
		if strings.Contains(err.Error(), "no such table: ") {
			return models.DatabaseEmpty
		}
	}
	return ""
}

// mysqlProblems are the errors of MySQL, MariaDB, Galera, Group Replication and TiDB that mean
// trouble (https://mariadb.com/kb/en/mariadb-error-code-reference/,
// https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html).
var mysqlProblems = map[uint16]models.DatabaseProblem{
	20:   models.DatabaseFull, // disk full
	1021: models.DatabaseFull,
	1114: models.DatabaseFull, // the table is full
	3675: models.DatabaseFull, // capacity exceeded

	1290: models.DatabaseReadOnly, // runs with --read-only, --super-read-only
	1792: models.DatabaseReadOnly, // the transaction is read only
	1836: models.DatabaseReadOnly, // runs in read-only mode

	1047: models.DatabaseNoQuorum, // Galera: the node is not prepared for use
	3100: models.DatabaseNoQuorum, // Group Replication: a hook refused the commit
	3796: models.DatabaseNoQuorum, // Group Replication: the primary is not consistent yet

	1053: models.DatabaseUnreachable, // shuts down
	1077: models.DatabaseUnreachable,
	1079: models.DatabaseUnreachable,
	1317: models.DatabaseUnreachable, // interrupted by a shutdown, or by somebody's KILL
	1927: models.DatabaseUnreachable, // the connection was killed
	1158: models.DatabaseUnreachable, // the network failed while a packet was read or written
	1159: models.DatabaseUnreachable,
	1160: models.DatabaseUnreachable,
	1161: models.DatabaseUnreachable,
	2006: models.DatabaseUnreachable, // the server has gone away
	2013: models.DatabaseUnreachable,
	// TiDB: its placement driver, its storage or a region does not answer.
	9001: models.DatabaseUnreachable,
	9002: models.DatabaseUnreachable,
	9005: models.DatabaseUnreachable,

	1040: models.DatabaseBusy, // too many connections
	1203: models.DatabaseBusy, // too many of this user
	1205: models.DatabaseBusy, // waited too long for a lock
	1206: models.DatabaseBusy, // too many locks
	1213: models.DatabaseBusy, // a deadlock, again and again
	1226: models.DatabaseBusy, // the user's resources are used up

	1044: models.DatabaseRefused, // no right to the database
	1045: models.DatabaseRefused, // the password
	1049: models.DatabaseRefused, // there is no such database
	1129: models.DatabaseRefused, // the host is blocked
	1130: models.DatabaseRefused, // the host is not allowed
	1142: models.DatabaseRefused, // no right to the table
	1143: models.DatabaseRefused,
	1227: models.DatabaseRefused,
	1698: models.DatabaseRefused,
	1820: models.DatabaseRefused, // the password has expired
	1862: models.DatabaseRefused,
	3118: models.DatabaseRefused, // the account is locked

	1146: models.DatabaseEmpty, // there is no such table

	1034: models.DatabaseDamaged, // the index is broken
	1194: models.DatabaseDamaged, // the table is marked as crashed
	1195: models.DatabaseDamaged,
	1712: models.DatabaseDamaged, // the index is corrupted
	1812: models.DatabaseDamaged, // the tablespace is missing
	1877: models.DatabaseDamaged, // the table is corrupted
	1932: models.DatabaseDamaged, // the table is not in the engine

	2:    models.DatabaseDisk, // a file cannot be read or written, said by the lowest layer
	3:    models.DatabaseDisk,
	1003: models.DatabaseDisk, // a file cannot be read or written
	1004: models.DatabaseDisk,
	1024: models.DatabaseDisk,
	1026: models.DatabaseDisk,
	1030: models.DatabaseDisk, // the storage engine's own number
	1180: models.DatabaseDisk, // at the commit
}

// mysqlProblem is what an error of MySQL says. The number of the operating system's error stands in
// the text alone: 28 is a full disk.
func mysqlProblem(err *mysqldriver.MySQLError) models.DatabaseProblem {
	problem := mysqlProblems[err.Number]
	switch {
	case problem == models.DatabaseDisk && (strings.Contains(err.Message, "rror 28") || strings.Contains(err.Message, "rrcode: 28") || strings.Contains(err.Message, "rrno: 28")):
		return models.DatabaseFull
	case err.Number == 1290 && !strings.Contains(err.Message, "read"):
		// Another option, such as --secure-file-priv.
		return ""
	}
	return problem
}

// retryable tells whether the database asks for the transaction to be run again.
func retryable(err error) bool {
	var onMySQL *mysqldriver.MySQLError
	if errors.As(err, &onMySQL) {
		return onMySQL.Number == 1213 || onMySQL.Number == 1205 || onMySQL.Number == 1020
	}
	var onSQLite *gosqlite.Error
	if errors.As(err, &onSQLite) {
		code := onSQLite.Code() & 0xff
		return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
	}
	return false
}

// sqliteDialect and mysqlDialect have gorm hand every statement's error to translate, reads too.
type sqliteDialect struct {
	*sqlite.Dialector
	store *Store
}

// Translate implements gorm.ErrorTranslator.
func (d sqliteDialect) Translate(err error) error { return d.store.translate(err) }

type mysqlDialect struct {
	*mysql.Dialector
	store *Store
}

// Translate implements gorm.ErrorTranslator.
func (d mysqlDialect) Translate(err error) error { return d.store.translate(err) }

// translate turns an error that means trouble into UNAVAILABLE, and has the database looked at. One
// statement's error is no proof, because it may come from a read replica; a damaged file is, and is
// noted at once.
func (s *Store) translate(err error) error {
	var said *models.Error
	if err == nil || errors.As(err, &said) {
		return err
	}
	if errors.Is(err, context.DeadlineExceeded) && !s.health.state().OK {
		return models.Unavailable(err)
	}
	found, ok := diagnose(err)
	switch {
	case !ok:
		return err
	case found.problem == models.DatabaseDamaged && !s.mysql:
		s.health.note(found)
	case !retryable(err):
		s.health.suspect()
	}
	return models.Unavailable(err)
}

// writable tells what keeps the next transaction from being written: a file that does not lie where
// it should, or one that is known to be damaged.
func (s *Store) writable() error {
	file := s.file.Load()
	if file == nil {
		return nil
	}
	if problem := file.astray(); problem != "" {
		return unfit{problem}
	}
	if _, problem := s.health.noted(); problem == models.DatabaseDamaged {
		return unfit{problem}
	}
	return nil
}

// failed is a transaction's error as the caller gets it. Trouble is noted: a transaction always
// goes to the database itself.
func (s *Store) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		// What a driver says of a statement that was given up is about nothing else.
		return s.givenUp(ctx)
	}
	if found, ok := diagnose(err); ok {
		s.health.note(found)
		return s.translate(err)
	}
	return notFoundError(err)
}

// givenUp is the error of work whose time is over. While the database is in trouble, that is why.
func (s *Store) givenUp(ctx context.Context) error {
	return s.translate(ctx.Err())
}
