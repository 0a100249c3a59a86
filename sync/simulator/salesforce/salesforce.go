// Package salesforce is a Salesforce organization that runs anywhere: its OAuth, its REST API and
// as much of SOAP as undeleting takes, with the vendor's checks, limits and errors, and change
// events over the Pub/Sub API. It keeps its state in a journal and misbehaves on demand (package
// fault).
package salesforce

import (
	"net/http"
	"sync"
	"time"

	"sidelight/sync/simulator/fault"
	"sidelight/sync/simulator/journal"
	"sidelight/sync/simulator/seed"
	"sidelight/sync/simulator/soql"
)

// The fixed credentials of the simulator. The second client is the same, with rotation of its
// refresh tokens.
const (
	ClientID         = "demo"
	RotatingClientID = "demo-rotating"
	ClientSecret     = "demo-secret"
	Username         = "admin@sidelight.example"
)

// Config says how an organization starts.
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
	// DailyRequests is the API calls of 24 hours; 0 is 100,000.
	DailyRequests int
	// KeepAlive is how long a subscription with nothing to say stays silent; 0 is the vendor's 270
	// seconds at most.
	KeepAlive time.Duration
	// IdleTimeout is how long a subscription that has got all it asked for may wait before it asks
	// again; 0 is the vendor's 70 seconds.
	IdleTimeout time.Duration
}

// Server is one organization. Create it with New.
type Server struct {
	cfg     Config
	faults  *fault.Injector
	log     *journal.Log
	mux     *http.ServeMux
	api     map[string]handler // by pattern, for requests within others
	handler http.Handler
	bus     *bus
	pubsub  pubsub
	calls   inFlight

	// mu guards everything below.
	mu       sync.Mutex
	db       *tables
	sessions map[string]*session
	grants   map[string]*grant
	codes    map[string]*code
	keys     *keys
	locators map[string]*locator
	recent   map[string][]string // ids that a user looked at, by user, newest first
	jobs     map[string]*job
	purged   map[string]purged // records that are gone for good, by id
	unshared map[string]*row   // records that nobody is shown, by id; a restart shows them again
	past     []past            // what records were before, oldest first
	settings settings
	serial   int64
	usage    usage
	// binChecked is a time before which nothing was put into the recycle bin.
	binChecked time.Time
}

// New opens the state at cfg.StatePath, or fills a new one from cfg.World.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Injector == nil {
		cfg.Injector = fault.New(cfg.Now, 1)
	}
	if cfg.DailyRequests == 0 {
		cfg.DailyRequests = 100_000
	}
	if cfg.KeepAlive == 0 {
		cfg.KeepAlive = 270 * time.Second
	}
	if cfg.IdleTimeout == 0 {
		cfg.IdleTimeout = 70 * time.Second
	}
	if err := cfg.Injector.Imitate(cfg.Latency); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, faults: cfg.Injector, db: newTables(), bus: newBus()}
	if err := s.open(); err != nil {
		return nil, err
	}
	s.routes()
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
	s.db.load(func() {
		for _, line := range lines {
			if err = s.replay(line); err != nil {
				return
			}
		}
	})
	if err != nil {
		_ = log.Close()
		return err
	}
	if err := s.ensureKeys(); err != nil {
		return err
	}
	if now := s.snapshot(); len(lines) > 2*len(now)+1000 {
		return log.Rewrite(now)
	}
	return nil
}

// reset brings back the state of the first start. The certificate and the replay ids go on, because
// subscribers are still connected.
func (s *Server) reset() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.keys
	s.clear()
	s.keys = kept
	return s.seed()
}

// now is the vendor's clock, in UTC.
func (s *Server) now() time.Time { return s.faults.Now().UTC().Truncate(time.Millisecond) }

// moment writes a time as records have it.
func moment(at time.Time) string { return at.UTC().Format(soql.DateTimeLayout) }

// audited writes a time as CreatedDate, LastModifiedDate and SystemModstamp have it: they know
// whole seconds only.
func audited(at time.Time) string { return moment(at.Truncate(time.Second)) }

// Handler serves /services, /id and /_sim/.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends ServePubSub and closes the journal. Calls that still run may fail.
func (s *Server) Close() error {
	s.pubsub.stop()
	return s.log.Close()
}
