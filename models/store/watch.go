package store

import (
	"context"
	"database/sql/driver"
)

// sending is told of every statement before it is sent over the connection, whoever sends it: GORM,
// the hot reads in plain SQL, migrations. What it returns, where it returns something, is called
// once the statement is answered to its end, with how many rows it read or changed.
type sending func(c driver.Conn, statement string, args []driver.NamedValue) (answered func(rows int64))

// watch puts the watcher between a pool and its database.
func watch(c driver.Connector, s sending) driver.Connector {
	if s == nil {
		return c
	}
	return watchedConnector{c, s}
}

type watchedConnector struct {
	driver.Connector
	sending sending
}

func (c watchedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &watchedConn{conn.(fullConn), c.sending}, nil
}

// fullConn is what the connections of both drivers can do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
}

type watchedConn struct {
	fullConn
	sending sending
}

func (c *watchedConn) ExecContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Result, error) {
	done := c.sending(c.fullConn, statement, args)
	r, err := c.fullConn.ExecContext(ctx, statement, args)
	changed(done, r, err)
	return r, err
}

func (c *watchedConn) QueryContext(ctx context.Context, statement string, args []driver.NamedValue) (driver.Rows, error) {
	done := c.sending(c.fullConn, statement, args)
	rows, err := c.fullConn.QueryContext(ctx, statement, args)
	return reading(done, rows, err)
}

func (c *watchedConn) PrepareContext(ctx context.Context, statement string) (driver.Stmt, error) {
	s, err := c.fullConn.PrepareContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	return &watchedStmt{s.(fullStmt), c, statement}, nil
}

func (c *watchedConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.fullConn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

func (c *watchedConn) ResetSession(ctx context.Context) error {
	if r, ok := c.fullConn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

func (c *watchedConn) IsValid() bool {
	v, ok := c.fullConn.(driver.Validator)
	return !ok || v.IsValid()
}

type fullStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type watchedStmt struct {
	fullStmt
	conn      *watchedConn
	statement string
}

func (s *watchedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	done := s.conn.sending(s.conn.fullConn, s.statement, args)
	r, err := s.fullStmt.ExecContext(ctx, args)
	changed(done, r, err)
	return r, err
}

func (s *watchedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	done := s.conn.sending(s.conn.fullConn, s.statement, args)
	rows, err := s.fullStmt.QueryContext(ctx, args)
	return reading(done, rows, err)
}

func (s *watchedStmt) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := s.fullStmt.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return s.conn.CheckNamedValue(v)
}

func changed(done func(int64), r driver.Result, err error) {
	if done == nil {
		return
	}
	var n int64
	if err == nil && r != nil {
		n, _ = r.RowsAffected()
	}
	done(n)
}

func reading(done func(int64), rows driver.Rows, err error) (driver.Rows, error) {
	if done == nil || err != nil {
		if done != nil {
			done(0)
		}
		return rows, err
	}
	return &watchedRows{Rows: rows, done: done}, nil
}

// watchedRows counts the rows of an answer.
type watchedRows struct {
	driver.Rows
	n    int64
	done func(int64)
}

func (r *watchedRows) Next(into []driver.Value) error {
	err := r.Rows.Next(into)
	if err == nil {
		r.n++
	}
	return err
}

func (r *watchedRows) Close() error {
	err := r.Rows.Close()
	if r.done != nil {
		r.done(r.n)
		r.done = nil
	}
	return err
}
