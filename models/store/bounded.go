package store

import (
	"context"
	"database/sql/driver"
	"net"
	"os"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
)

// endWithin is how long the answer to a COMMIT or a ROLLBACK is waited for. A slow disk or a
// Galera cluster that catches up may take seconds.
const endWithin = 10 * time.Second

// bounded bounds what the driver waits for without a bound, and whatever its caller's time is: the
// greeting of a server that takes a connection and says nothing, and the answer to the end of a
// transaction. A server that hangs would hold its callers for ever.
func bounded(config *mysqldriver.Config, endWithin time.Duration) (driver.Connector, error) {
	config.DialFunc = dialKnown
	c, err := mysqldriver.NewConnector(config)
	return boundedConnector{c, config.Timeout, endWithin}, err
}

type boundedConnector struct {
	driver.Connector
	dialWithin, endWithin time.Duration
}

func (c boundedConnector) Connect(ctx context.Context) (driver.Conn, error) {
	var line net.Conn
	// As long again for the greeting as for the dialing.
	within, cancel := context.WithTimeout(context.WithValue(ctx, lineKey{}, &line), 2*c.dialWithin)
	defer cancel()
	conn, err := c.Connector.Connect(within)
	switch {
	case err == nil:
		return &boundedConn{conn.(mysqlConn), line, c.endWithin}, nil
	case within.Err() != nil && ctx.Err() == nil:
		// It is about the server, and not about a caller whose time is over.
		return nil, &net.OpError{Op: "greet", Net: "mysql", Err: os.ErrDeadlineExceeded}
	}
	return nil, err
}

// lineKey is where Connect is told which network connection the driver uses.
type lineKey struct{}

func dialKnown(ctx context.Context, network, address string) (net.Conn, error) {
	line, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		*ctx.Value(lineKey{}).(*net.Conn) = line
	}
	return line, err
}

// mysqlConn is what the driver's connections can do.
type mysqlConn interface {
	fullConn
	driver.NamedValueChecker
	driver.SessionResetter
	driver.Validator
}

type boundedConn struct {
	mysqlConn
	line      net.Conn
	endWithin time.Duration
}

func (c *boundedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := c.mysqlConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return boundedTx{tx, c}, nil
}

type boundedTx struct {
	driver.Tx
	conn *boundedConn
}

func (t boundedTx) Commit() error   { return t.end(t.Tx.Commit) }
func (t boundedTx) Rollback() error { return t.end(t.Tx.Rollback) }

// end closes the network connection when there is no answer in time, so that the driver gives up.
// Whether a COMMIT was done stays unknown, as it does when a server dies.
func (t boundedTx) end(with func() error) error {
	timer := time.AfterFunc(t.conn.endWithin, func() { _ = t.conn.line.Close() })
	defer timer.Stop()
	return with()
}
