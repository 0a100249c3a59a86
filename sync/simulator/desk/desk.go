// Package desk is a Zoho Desk that runs anywhere: the REST API of contacts, accounts and tickets
// with the vendor's checks, limits and errors, its OAuth, and webhooks with their signature. It
// keeps its state in a journal and misbehaves on demand (package fault).
package desk

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/journal"
	"sidelight/sync/simulator/seed"
)

// The fixed credentials of the simulator.
const (
	ClientID     = "demo"
	ClientSecret = "demo-secret"
	RefreshToken = "demo-refresh"
	OrgID        = "700000001"
)

// Config says how a Desk starts.
type Config struct {
	// Now is the true clock; nil is time.Now. Faults of Injector can move the vendor's clock away
	// from it.
	Now func() time.Time
	// StatePath is the journal file; empty keeps nothing.
	StatePath string
	// World is what a first start holds; a journal that exists goes before it.
	World seed.World
	// Injector makes faults and counts calls; nil is one without rules.
	Injector *fault.Injector
	// Latency is what fault.Injector.Imitate takes.
	Latency string
	// DailyCredits is the API credits of a day; 0 is 250,000.
	DailyCredits int
	// Concurrency is how many API calls may be under way at once; 0 is 25.
	Concurrency int
	// Redelivery is how long after each failure a webhook delivery is tried again; nil is 1, 5 and
	// 30 seconds. Empty tries once.
	Redelivery []time.Duration
	// Hooks delivers webhooks; nil is the network.
	Hooks http.RoundTripper
}

// Server is one Desk organization. Create it with New.
type Server struct {
	cfg      Config
	faults   *fault.Injector
	log      *journal.Log
	handler  http.Handler
	inFlight atomic.Int64

	// mu guards everything below.
	mu           sync.Mutex
	contacts     *module
	accounts     *module
	tickets      map[string]*ticket
	ticketSerial int
	comments     map[string][]*comment // by what they are on
	serial       int64
	webhooks     map[string]*webhook
	queues       map[string]*queue
	grants       map[string]*grant
	access       map[string]*access
	codes        map[string]*code
	agents       map[string]*agent
	agentOrder   []string
	key          *signingKey
	credits      credits
	settings     settings
	binChecked   time.Time // a time before which nothing was put into the recycle bin

	// wake tells Run that something waits to be delivered.
	wake chan struct{}
	// hooks reaches the subscribers of webhooks.
	hooks *http.Client
}

// New opens the state at cfg.StatePath, or fills a new one from cfg.World. Webhooks are delivered
// while Run runs.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Injector == nil {
		cfg.Injector = fault.New(cfg.Now, 1)
	}
	if cfg.DailyCredits == 0 {
		cfg.DailyCredits = 250_000
	}
	if cfg.Concurrency == 0 {
		cfg.Concurrency = 25
	}
	if cfg.Redelivery == nil {
		cfg.Redelivery = defaultRedelivery
	}
	if err := cfg.Injector.Imitate(cfg.Latency); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, faults: cfg.Injector, wake: make(chan struct{}, 1), hooks: newHookClient(cfg.Hooks),
		contacts: newModule("contacts", "Contacts", "Contact", "7000000000400001", 7000000000600000, contactFields, contactRow),
		accounts: newModule("accounts", "Accounts", "Account", "7000000000400002", 7000000000700000, accountFields, accountRow),
	}
	s.sortKeys()
	if err := s.open(); err != nil {
		return nil, err
	}
	s.handler = s.routes()
	return s, nil
}

// open replays the journal, or seeds it; it compacts one that has grown to mostly superseded lines.
func (s *Server) open() error {
	log, lines, err := journal.Open(s.cfg.StatePath)
	if err != nil {
		return err
	}
	s.log = log
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	if len(lines) == 0 {
		return s.seed()
	}
	for _, line := range lines {
		if err := s.replay(line); err != nil {
			_ = log.Close()
			return err
		}
	}
	// The index of a Desk that was off has caught up.
	s.contacts.recent, s.accounts.recent = nil, nil
	s.dropExpired()
	if now := s.snapshot(); len(lines) > 2*len(now)+1000 {
		return log.Rewrite(now)
	}
	return nil
}

// reset brings back the state of the first start.
func (s *Server) reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clear()
	return s.seed()
}

// now is the vendor's clock, in UTC with Desk's precision.
func (s *Server) now() time.Time { return s.faults.Now().UTC().Truncate(time.Millisecond) }

// Handler serves /api/v1, /oauth/v2, /.well-known/jwks.json and /_sim/.
func (s *Server) Handler() http.Handler { return s.handler }

// Run delivers webhooks until ctx ends, and returns when the last delivery has.
func (s *Server) Run(ctx context.Context) {
	defer s.hooks.CloseIdleConnections()
	s.deliverAll(ctx)
}

// Close closes the journal. Calls that still run may fail.
func (s *Server) Close() error {
	s.hooks.CloseIdleConnections()
	return s.log.Close()
}
