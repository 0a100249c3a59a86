// Package simulator runs both vendors on this machine: a Salesforce with its Pub/Sub API and a Zoho
// Desk, as servers that real client programs believe, filled with the same made-up people.
//
// # In tests
//
// Start with Config.InMemory serves both vendors on connections inside the process, without ports
// and without files. A start with 20 contacts takes about two milliseconds. Every time that the
// vendors tell or keep is Config.Now, and every wait is a timer of package time, so that a
// testing/synctest bubble that holds the vendors and their clients runs on virtual time: a search
// index that lags by a minute, a session that ends after two hours and change events that are kept
// for 72 hours take no time at all.
//
//	synctest.Test(t, func(t *testing.T) {
//		vendors, err := simulator.Start(t.Context(), simulator.Config{
//			InMemory: true, Contacts: 20, Accounts: 5, Overlap: 0.5, Seed: 1,
//		})
//		...
//		// For the clients of SalesforceURL and DeskURL.
//		client := vendors.HTTPClient()
//		// The connection trusts PubSubCAPEM.
//		conn, err := grpc.NewClient(vendors.PubSubAddr, grpc.WithContextDialer(vendors.Dial), ...)
//		time.Sleep(72 * time.Hour)
//		// Last, after every client: a bubble ends when its goroutines have.
//		err = vendors.Close()
//	})
//
// Config.Hooks takes Desk's webhooks straight to a handler. Control by HTTPClient and /_sim/faults,
// /_sim/stats, /_sim/dump, /_sim/reset, as with vendors on ports.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sidelight/internal/local"
	"sidelight/sync/simulator/desk"
	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/memory"
	"sidelight/sync/simulator/salesforce"
)

// Config says where the vendors listen and what a first start fills them with. An empty address is
// a free port on loopback.
type Config struct {
	SalesforceListen, PubSubListen, DeskListen string
	// StateDir keeps what the vendors hold; a second start on it goes on with the same world,
	// whatever Contacts, Accounts, Overlap and Seed say then. Empty keeps everything in memory. One
	// process at a time may use it.
	StateDir string
	// Contacts and Accounts are how many each side has, Overlap (0 to 1) the share that is on both.
	Contacts, Accounts int
	Overlap            float64
	Seed               uint64
	// Faults is a fault script for both vendors, or empty.
	Faults []byte
	// Latency is none, realistic, or a duration that every answer waits.
	Latency string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// InMemory serves on connections inside this process in place of ports; the addresses above
	// mean nothing then. Reach the vendors by HTTPClient and Dial. With an empty StateDir no file
	// is written either.
	InMemory bool
	// Hooks delivers Desk's webhooks; nil is the network.
	Hooks http.RoundTripper
}

// Running is a pair of vendors that serve until Close.
type Running struct {
	// SalesforceURL is both the login host and the instance; DeskURL both the accounts host and the
	// API.
	SalesforceURL, PubSubAddr, DeskURL string
	// PubSubCA is a PEM file with the certificate to trust for PubSubAddr; PubSubCAPEM is its
	// content. Vendors in memory that keep no state have no file.
	PubSubCA    string
	PubSubCAPEM []byte

	salesforce *salesforce.Server
	desk       *desk.Server
	servers    []*http.Server
	stop       context.CancelFunc
	running    sync.WaitGroup
	calls      calls
	temporary  string // a folder to be removed
	lock       *os.File
	network    memory.Network // nil on real ports
	transport  *http.Transport

	once     sync.Once
	mu       sync.Mutex
	problems []error
}

// The files in StateDir.
const (
	worldFile      = "world.json"
	salesforceFile = "salesforce.jsonl"
	deskFile       = "desk.jsonl"
	certificate    = "pubsub-ca.pem"
	lockName       = "lock"
)

// AddressError says that one of the three addresses cannot be listened on.
type AddressError struct {
	Vendor string // Salesforce, Pub/Sub or Zoho Desk
	Err    error
}

func (e *AddressError) Error() string { return "simulated " + e.Vendor + ": " + e.Err.Error() }

func (e *AddressError) Unwrap() error { return e.Err }

// Start opens or seeds both vendors and serves them. ctx bounds the start alone: what runs goes on
// until Close. An error leaves nothing running; one about an address says which.
func Start(ctx context.Context, cfg Config) (_ *Running, err error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	r := &Running{stop: func() {}}
	r.transport = r.newTransport()
	var open []net.Listener
	defer func() {
		if err != nil {
			for _, l := range open {
				_ = l.Close()
			}
			err = errors.Join(err, r.Close())
		}
	}()
	if cfg.InMemory {
		r.network = memory.New(memorySalesforce, memoryPubSub, memoryDesk)
	}
	for _, one := range []struct{ name, address, inMemory string }{
		{"Salesforce", cfg.SalesforceListen, memorySalesforce}, {"Pub/Sub", cfg.PubSubListen, memoryPubSub}, {"Zoho Desk", cfg.DeskListen, memoryDesk},
	} {
		if cfg.InMemory {
			open = append(open, r.network[one.inMemory])
			continue
		}
		l, err := listen(ctx, one.address)
		if err != nil {
			return nil, &AddressError{one.name, err}
		}
		open = append(open, l)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := r.openVendors(cfg); err != nil {
		return nil, err
	}
	if err := r.writeCertificate(cfg); err != nil {
		return nil, err
	}
	r.serve(ctx, open[0], open[1], open[2])
	return r, nil
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	if address == "" {
		address = "127.0.0.1:0"
	}
	var config net.ListenConfig
	return config.Listen(ctx, "tcp", address)
}

// openVendors reads or makes the world and opens both states. What is wrong in cfg is found before
// anything is written.
func (r *Running) openVendors(cfg Config) error {
	injectors := [2]*fault.Injector{fault.New(cfg.Now, cfg.Seed), fault.New(cfg.Now, cfg.Seed+1)}
	for _, in := range injectors {
		if err := in.Load(cfg.Faults); err != nil {
			return err
		}
		if err := in.Imitate(cfg.Latency); err != nil {
			return err
		}
	}
	if cfg.StateDir != "" {
		taken, err := takeFolder(cfg.StateDir)
		if err != nil {
			return fmt.Errorf("simulators' state: %w", err)
		}
		r.lock = taken
	}
	world, err := openWorld(cfg)
	if err != nil {
		return fmt.Errorf("simulators' state: %w", err)
	}
	path := func(name string) string {
		if cfg.StateDir == "" {
			return ""
		}
		return filepath.Join(cfg.StateDir, name)
	}
	r.salesforce, err = salesforce.New(salesforce.Config{Now: cfg.Now, StatePath: path(salesforceFile), World: world, Injector: injectors[0], Latency: cfg.Latency})
	if err != nil {
		return fmt.Errorf("simulated Salesforce: %w", err)
	}
	r.desk, err = desk.New(desk.Config{Now: cfg.Now, StatePath: path(deskFile), World: world, Injector: injectors[1], Latency: cfg.Latency, Hooks: cfg.Hooks})
	if err != nil {
		return fmt.Errorf("simulated Zoho Desk: %w", err)
	}
	return nil
}

// writeCertificate puts the Pub/Sub certificate beside the state, or into a folder that Close
// removes. Vendors in memory without state write none.
func (r *Running) writeCertificate(cfg Config) (err error) {
	r.PubSubCAPEM = r.salesforce.PubSubCAPEM()
	dir := cfg.StateDir
	if dir == "" {
		if cfg.InMemory {
			return nil
		}
		if r.temporary, err = os.MkdirTemp("", "sidelight-pubsub-"); err != nil {
			return err
		}
		dir = r.temporary
	}
	r.PubSubCA = filepath.Join(dir, certificate)
	return replaceFile(r.PubSubCA, r.PubSubCAPEM)
}

func (r *Running) serve(ctx context.Context, salesforceListener, pubSubListener, deskListener net.Listener) {
	ctx, r.stop = context.WithCancel(context.WithoutCancel(ctx))
	r.SalesforceURL, r.DeskURL = "http://"+reachable(salesforceListener), "http://"+reachable(deskListener)
	r.PubSubAddr = reachable(pubSubListener)
	r.serveHTTP(ctx, "Salesforce", salesforceListener, r.salesforce.Handler())
	r.serveHTTP(ctx, "Zoho Desk", deskListener, r.desk.Handler())
	r.running.Go(func() { r.note("Pub/Sub", r.salesforce.ServePubSub(pubSubListener)) })
	r.running.Go(func() { r.desk.Run(ctx) })
}

// headerTimeout is how long a client may take to send a request's head.
const headerTimeout = 10 * time.Second

// controlled lets no page of another origin make a browser control a vendor at /_sim/. What the
// vendors themselves answer is as theirs is.
func controlled(name string, vendor http.Handler) http.Handler {
	control := local.Only(vendor, name)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sim/") {
			control.ServeHTTP(w, r)
			return
		}
		vendor.ServeHTTP(w, r)
	})
}

// serveHTTP serves until Close. Calls that a fault keeps waiting end with ctx: one whose body was
// not read notices nothing of its connection.
func (r *Running) serveHTTP(ctx context.Context, name string, l net.Listener, handler http.Handler) {
	host, _, _ := net.SplitHostPort(reachable(l))
	server := &http.Server{Handler: r.calls.counted(controlled(host, handler)), ReadHeaderTimeout: headerTimeout, BaseContext: func(net.Listener) context.Context { return ctx }}
	r.servers = append(r.servers, server)
	r.running.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			r.note(name, err)
		}
	})
}

// note keeps what ended a server for Close to return.
func (r *Running) note(name string, err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, fmt.Errorf("simulated %s: %w", name, err))
}

// reachable is a listener's address as a client on this machine reaches it.
func reachable(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return l.Addr().String()
}

// closeGrace is how long calls under way may still take once Close is called.
const closeGrace = 2 * time.Second

// Close ends the servers, lets calls under way finish for a moment, and closes the states. It
// returns what went wrong since Start. Further calls return the same.
func (r *Running) Close() error {
	r.once.Do(func() {
		r.stop()
		r.transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
		defer cancel()
		for _, server := range r.servers {
			if err := server.Shutdown(ctx); err != nil {
				_ = server.Close() // whoever is still connected has had the time
			}
		}
		r.calls.wait()
		if r.salesforce != nil {
			r.note("Salesforce", r.salesforce.Close())
		}
		r.running.Wait()
		if r.desk != nil {
			r.note("Zoho Desk", r.desk.Close())
		}
		if r.lock != nil {
			r.note("state", r.lock.Close())
		}
		if r.temporary != "" {
			r.note("Pub/Sub", os.RemoveAll(r.temporary))
		}
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.problems...)
}
