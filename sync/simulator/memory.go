package simulator

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"google.golang.org/grpc/test/bufconn"
)

// The addresses of vendors in memory. No program listens on ports this low, so that a client that was not given the
// dialer is refused rather than answered by somebody else.
const (
	memorySalesforce = "127.0.0.1:1"
	memoryPubSub     = "127.0.0.1:2"
	memoryDesk       = "127.0.0.1:3"
)

// memoryBuffer is how much one direction of a connection holds before its writer waits, as a socket's buffers do.
const memoryBuffer = 32 << 10

// memory is a network inside the process: connections are buffers, and waiting on one is waiting on a sync.Cond, which
// a testing/synctest bubble counts as idle.
type memory map[string]*memoryListener

// memoryListener tells its own address, which a buffer does not.
type memoryListener struct {
	*bufconn.Listener
	address string
}

func newMemory() memory {
	network := memory{}
	for _, address := range []string{memorySalesforce, memoryPubSub, memoryDesk} {
		network[address] = &memoryListener{bufconn.Listen(memoryBuffer), address}
	}
	return network
}

func (l *memoryListener) Addr() net.Addr { return memoryAddr(l.address) }

type memoryAddr string

func (memoryAddr) Network() string  { return "memory" }
func (a memoryAddr) String() string { return string(a) }

// Dial reaches a vendor at an address of SalesforceURL, PubSubAddr or DeskURL, whether it serves in memory or on a
// port. It fits grpc.WithContextDialer.
func (r *Running) Dial(ctx context.Context, address string) (net.Conn, error) {
	if r.memory == nil {
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	}
	l := r.memory[address]
	if l == nil {
		return nil, fmt.Errorf("nobody simulated listens on %s", address)
	}
	return l.DialContext(ctx)
}

// HTTPClient reaches both vendors, in memory or on their ports. Close ends its idle connections.
func (r *Running) HTTPClient() *http.Client {
	return &http.Client{Transport: r.transport}
}

// newTransport is what HTTPClient sends by.
func (r *Running) newTransport() *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, address string) (net.Conn, error) { return r.Dial(ctx, address) }}
}
