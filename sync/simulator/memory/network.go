// Package memory is a network inside the process: listeners and connections that are buffers.
// Servers and clients of package net/http and of gRPC work on it, also within a testing/synctest
// bubble, where a real socket would keep virtual time from going on.
package memory

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Network is the listeners by their address.
type Network map[string]*Listener

// New makes a network that listens on the addresses.
func New(addresses ...string) Network {
	n := Network{}
	for _, address := range addresses {
		n[address] = &Listener{address: addr(address), waiting: make(chan net.Conn), closed: make(chan struct{})}
	}
	return n
}

// DialContext connects to an address. It fails when nobody listens there any more, and when ctx
// ends first.
func (n Network) DialContext(ctx context.Context, address string) (net.Conn, error) {
	l := n[address]
	if l == nil {
		return nil, fmt.Errorf("nobody listens on %s in memory", address)
	}
	ours, theirs := connect("client", l.address)
	select {
	case l.waiting <- theirs:
		return ours, nil
	case <-l.closed:
		return nil, fmt.Errorf("nobody listens on %s in memory any more", address)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Listener is a net.Listener.
type Listener struct {
	address addr
	waiting chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

// Accept waits for a connection.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.waiting:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept. Connections go on.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is the address that DialContext takes.
func (l *Listener) Addr() net.Addr { return l.address }

type addr string

func (addr) Network() string  { return "memory" }
func (a addr) String() string { return string(a) }
