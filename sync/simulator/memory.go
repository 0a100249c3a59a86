package simulator

import (
	"context"
	"net"
	"net/http"
)

// The addresses of vendors in memory. No program listens on ports this low, so that a client that
// was not given the dialer is refused rather than answered by somebody else.
const (
	memorySalesforce = "127.0.0.1:1"
	memoryPubSub     = "127.0.0.1:2"
	memoryDesk       = "127.0.0.1:3"
)

// Dial reaches a vendor at an address of SalesforceURL, PubSubAddr or DeskURL, whether it serves in
// memory or on a port. It fits grpc.WithContextDialer.
func (r *Running) Dial(ctx context.Context, address string) (net.Conn, error) {
	if r.network != nil {
		return r.network.DialContext(ctx, address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

// HTTPClient reaches both vendors, in memory or on their ports. Close ends its idle connections.
func (r *Running) HTTPClient() *http.Client {
	return &http.Client{Transport: r.transport}
}

// newTransport is what HTTPClient sends by.
func (r *Running) newTransport() *http.Transport {
	return &http.Transport{DialContext: func(ctx context.Context, _, address string) (net.Conn, error) { return r.Dial(ctx, address) }}
}
