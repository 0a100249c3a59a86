package memory

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// capacity is how much one direction of a connection holds before its writer waits, in bytes, as a
// socket's buffers do.
const capacity = 64 << 10

// direction carries bytes one way. Waiting in it is waiting on a sync.Cond, which a
// testing/synctest bubble counts as idle.
type direction struct {
	mu      sync.Mutex
	changed sync.Cond
	held    []byte
	ended   bool // the writer has closed: after what is held comes the end
	refused bool // the reader has closed
	reading deadline
	writing deadline
}

func newDirection() *direction {
	d := &direction{}
	d.changed.L = &d.mu
	return d
}

// deadline is a point in time, after which it is passed. direction.mu guards it.
type deadline struct {
	timer  *time.Timer
	passed bool
	turn   int // of the last set: a timer of an earlier one means nothing
}

func (d *direction) set(which *deadline, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if which.timer != nil {
		which.timer.Stop()
	}
	which.turn++
	which.timer, which.passed = nil, false
	if at.IsZero() {
		return
	}
	left := time.Until(at)
	if left <= 0 {
		which.passed = true
		d.changed.Broadcast()
		return
	}
	turn := which.turn
	which.timer = time.AfterFunc(left, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if which.turn == turn {
			which.passed = true
			d.changed.Broadcast()
		}
	})
}

func (d *direction) read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		switch {
		case d.refused:
			return 0, net.ErrClosed
		case d.reading.passed:
			return 0, os.ErrDeadlineExceeded
		case len(d.held) > 0:
			n := copy(p, d.held)
			d.held = d.held[n:]
			d.changed.Broadcast()
			return n, nil
		case d.ended:
			return 0, io.EOF
		}
		d.changed.Wait()
	}
}

func (d *direction) write(p []byte) (n int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(p) > 0 {
		switch free := capacity - len(d.held); {
		case d.ended:
			return n, net.ErrClosed
		case d.refused:
			return n, io.ErrClosedPipe
		case d.writing.passed:
			return n, os.ErrDeadlineExceeded
		case free > 0:
			some := min(free, len(p))
			d.held = append(d.held, p[:some]...)
			p, n = p[some:], n+some
			d.changed.Broadcast()
		default:
			d.changed.Wait()
		}
	}
	return n, nil
}

// close ends the direction for its writer or for its reader, and with them their deadline.
func (d *direction) close(end *bool, which *deadline) {
	d.set(which, time.Time{})
	d.mu.Lock()
	defer d.mu.Unlock()
	*end = true
	d.changed.Broadcast()
}

// conn is one end of a connection. Closing it lets the other end read what was written, and then
// the end.
type conn struct {
	in, out       *direction
	local, remote addr
}

// connect makes both ends of a connection.
func connect(client, server addr) (ours, theirs net.Conn) {
	there, back := newDirection(), newDirection()
	return &conn{back, there, client, server}, &conn{there, back, server, client}
}

func (c *conn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *conn) Write(p []byte) (int, error) { return c.out.write(p) }
func (c *conn) LocalAddr() net.Addr         { return c.local }
func (c *conn) RemoteAddr() net.Addr        { return c.remote }

func (c *conn) Close() error {
	c.in.close(&c.in.refused, &c.in.reading)
	c.out.close(&c.out.ended, &c.out.writing)
	return nil
}

func (c *conn) SetDeadline(at time.Time) error {
	_ = c.SetReadDeadline(at)
	return c.SetWriteDeadline(at)
}

func (c *conn) SetReadDeadline(at time.Time) error {
	c.in.set(&c.in.reading, at)
	return nil
}

func (c *conn) SetWriteDeadline(at time.Time) error {
	c.out.set(&c.out.writing, at)
	return nil
}
