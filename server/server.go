package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"sidelight/graph"
	"sidelight/models"
	"sidelight/models/store"
	engine "sidelight/sync"
	"sidelight/widget"
)

// Options are what the program itself decides.
type Options struct {
	// Demo serves tokens and sample tickets without a sign-in, for the pages of the demo. Never for real accounts.
	Demo   bool
	Logger *slog.Logger
	Now    func() time.Time
	// OnSQL sees the text of every statement, without its values.
	OnSQL func(statement string)
}

// Server is one process of Sidelight: the API, the pages and the sync.
type Server struct {
	config    Config
	options   Options
	log       *slog.Logger
	listener  net.Listener
	url       string
	store     *store.Store
	engine    *engine.Engine
	related   *engine.Related
	card      *widget.Service
	clients   *clients
	connector *connector
	policy    *Policy
	verifier  *Verifier
	issuer    *Issuer
	handler   http.Handler
	stopping  chan struct{}
	streams   context.Context // ends when the process is being stopped, and with it what would last
	endAll    context.CancelFunc
	connected chan struct{}      // closed when what the flags name is connected, or will not be
	stop      context.CancelFunc // of what New began
}

// Bounds of serving. A token takes 8 KiB at most, so that headers need little.
const (
	maxHeaders        = 32 << 10
	readHeaderTimeout = 10 * time.Second
	readBodyTimeout   = 20 * time.Second
	idleTimeout       = 2 * time.Minute
	drainTimeout      = 30 * time.Second
)

// New opens everything and listens; Serve serves. An error says which flag is wrong, or what cannot be reached.
func New(ctx context.Context, config Config, options Options) (_ *Server, err error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = config.LogConfig.Logger(os.Stderr)
	}
	s := &Server{config: config, options: options, log: options.Logger, stopping: make(chan struct{}), connected: make(chan struct{})}
	s.streams, s.endAll = context.WithCancel(context.WithoutCancel(ctx))
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop = stop
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	// What can be wrong is found before anything is written.
	files, err := config.read()
	if err != nil {
		return nil, err
	}
	if s.listener, err = net.Listen("tcp", config.Listen); err != nil {
		return nil, fmt.Errorf("--listen: %w: choose another address, or stop what listens there", err)
	}
	if s.url, err = config.publicURL(s.listener.Addr()); err != nil {
		return nil, err
	}
	var issuers []*trusted
	for _, flag := range config.Issuer {
		t, err := parseIssuer(background, flag, http.DefaultClient, s.log)
		if err != nil {
			return nil, err
		}
		issuers = append(issuers, t)
	}
	keys, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.unsealed(ctx); err != nil {
		return nil, err
	}
	if s.policy, err = NewPolicy(ctx, s.store, s.log); err != nil {
		return nil, err
	}
	if s.verifier, err = NewVerifier(keys, issuers, s.policy, s.store, options.Now, s.log); err != nil {
		return nil, err
	}
	s.issuer = NewIssuer(keys, options.Now)
	return s, s.wire(keys.Cursor, files)
}

// open opens the keys and the store.
func (s *Server) open(ctx context.Context) (Keys, error) {
	if err := s.config.prepare(); err != nil {
		return Keys{}, err
	}
	keys, err := LoadKeys(s.config.keyFile())
	if err != nil {
		return keys, err
	}
	s.store, err = store.Open(ctx, s.config.dsn(), store.Options{Seal: keys.Seal, Old: keys.Old, Replicas: s.config.ReadDatabase, Logger: s.log, OnSQL: s.options.OnSQL})
	return keys, err
}

// otherKey is what is wrong with a connection whose credentials another key file sealed.
const otherKey = "the stored credentials cannot be opened with this key file: restore the key file, or connect this side again"

// unsealed finds connections that a lost or changed key file has closed, and says so where the admin looks. Sidelight starts all the same: connecting again
// is a way to mend it.
func (s *Server) unsealed(ctx context.Context) error {
	for _, side := range models.Sides {
		conn, err := s.store.Connection(ctx, side)
		if err != nil {
			return err
		}
		if !conn.Connected {
			continue
		}
		_, err = s.store.Credentials(ctx, side)
		switch {
		case err != nil:
			s.log.Error(otherKey, "side", side, "key", s.config.keyFile())
			err = s.store.SetConnectionProblem(ctx, side, models.CodeBadCredentials, otherKey)
		case text(conn.Problem) == otherKey:
			err = s.store.SetConnectionProblem(ctx, side, "", "")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wire makes the rooms know each other.
func (s *Server) wire(cursorKey []byte, files files) error {
	s.clients = &clients{store: s.store, config: s.config, pubsub: files.pubsubCA, log: s.log, now: s.options.Now}
	s.engine = engine.New(engine.Config{Store: s.store, Remotes: s.clients, Logger: s.log, Owner: uuid.NewString(), Poll: s.config.Poll, Lease: s.config.Lease, Drift: s.config.drift(), Now: s.options.Now})
	s.related = engine.NewRelated(engine.RelatedConfig{Store: s.store, Remote: s.clients.relatedSalesforce, Logger: s.log, Owner: uuid.NewString(), All: s.config.Related == "all",
		Poll: s.config.Poll, Now: s.options.Now})
	s.connector = &connector{store: s.store, clients: s.clients, engine: s.engine, policy: s.policy, config: s.config, url: s.URL, log: s.log, now: s.options.Now}
	s.card = widget.New(widget.Config{Store: s.store, Logger: s.log, Salesforce: s.clients.cardSalesforce, Desk: s.clients.cardDesk, Observe: s.observe, Host: s.clients.host,
		Fresh: s.config.Fresh, MirrorFresh: max(5*time.Minute, 3*s.config.Poll), Now: s.options.Now})
	api, err := graph.New(graph.Config{Store: policyWrites{s.store, s.policy}, Sync: s.engine, Connector: s.connector, Card: s.card, Logger: s.log, Now: s.options.Now,
		Authenticate: s.verifier.Viewer, Recheck: s.recheck, Origins: s.config.AllowOrigin, CursorKey: cursorKey, Persisted: files.persisted, OnlyPersisted: s.config.OnlyPersisted, Timeout: s.config.Timeout})
	if err != nil {
		return err
	}
	s.handler = s.routes(api)
	return nil
}

// observe has the sync read a Salesforce record again now.
func (s *Server) observe(ctx context.Context, object models.SyncObject, id string) error {
	return s.engine.Hint(ctx, models.Salesforce, object, []models.Hint{{ID: id}})
}

// recheck checks the viewer of a request that lasts by the token that it came with.
func (s *Server) recheck(ctx context.Context, v *models.Viewer) (*models.Viewer, error) {
	token, ok := ctx.Value(tokenKey{}).(string)
	if !ok {
		return s.verifier.present(ctx, v)
	}
	return s.verifier.Again(ctx, token, v)
}

// policyWrites is the store as the API sees it: a change of permissions is in force here before the mutation answers.
type policyWrites struct {
	*store.Store
	policy *Policy
}

// SetProfilePermission changes a permission and swaps the snapshot.
func (p policyWrites) SetProfilePermission(ctx context.Context, id string, change models.ProfilePermission) (before, after models.Profile, err error) {
	if before, after, err = p.Store.SetProfilePermission(ctx, id, change); err != nil {
		return before, after, err
	}
	return before, after, p.policy.Refresh(ctx)
}

// URL is where browsers reach the server.
func (s *Server) URL() string { return s.url }

// Serve serves until ctx ends; then it finishes what is under way, writes to the vendors included.
func (s *Server) Serve(ctx context.Context) error {
	web := &http.Server{Handler: s.handler, MaxHeaderBytes: maxHeaders, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	running, stop := context.WithCancel(ctx)
	defer stop()
	web.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
	var wg sync.WaitGroup
	wg.Go(func() {
		s.settle(running)
		_ = s.engine.Run(running)
	})
	wg.Go(func() {
		s.settle(running)
		s.related.Run(running)
	})
	wg.Go(func() { s.policy.Run(running) })
	wg.Go(func() {
		defer close(s.connected)
		s.connector.unattended(running)
	})
	wg.Go(func() { s.followProfiles(running) })
	wg.Go(func() {
		s.settle(running)
		s.keepWebhook(running)
	})
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(s.listener) }()
	s.log.Info("serving", "url", s.url, "database", s.store.Dialect())
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	close(s.stopping)
	s.endAll()
	stop()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	if shutdown := web.Shutdown(drain); shutdown != nil {
		_ = web.Close() // whoever is still connected has had the time: subscriptions end here
	}
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, s.close())
}

// settleWithin is how long the sync waits for the connections that the flags name: they may have changed since the last start.
const settleWithin = 5 * time.Second

func (s *Server) settle(ctx context.Context) {
	limit := time.NewTimer(settleWithin)
	defer limit.Stop()
	select {
	case <-s.connected:
	case <-limit.C:
	case <-ctx.Done():
	}
}

// close ends what New began, in the other order.
func (s *Server) close() error {
	s.endAll()
	s.stop()
	var errs []error
	if s.listener != nil {
		if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.card != nil {
		s.card.Close()
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

// profilesEvery is how often Desk is asked for its profiles.
const profilesEvery = 10 * time.Minute

// followProfiles keeps the profiles as Desk has them; one that is new sees nothing until an admin opens it something.
func (s *Server) followProfiles(ctx context.Context) {
	for {
		pause(ctx, profilesEvery)
		if ctx.Err() != nil {
			return
		}
		desk, err := s.clients.Desk()
		if err != nil {
			continue
		}
		list, err := desk.Profiles(ctx)
		if err == nil {
			err = s.connector.takeProfiles(ctx, list)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("Zoho Desk's profiles could not be read", "code", models.CodeOf(err))
		}
	}
}

// AwaitFirstSync waits until the first sync is done. An error says why it will not be.
func (s *Server) AwaitFirstSync(ctx context.Context) error {
	select {
	case <-s.connected:
	case <-ctx.Done():
		return ctx.Err()
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		in, err := s.store.Integration(ctx)
		switch {
		case err != nil:
			return err
		case in.LoadedAt != nil:
			return nil
		case in.Status == models.StatusBroken:
			return fmt.Errorf("the first sync stopped: %s", text(in.Reason))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// publicMessage is an error as people may read it.
func publicMessage(err error) string {
	if err == nil {
		return ""
	}
	return graph.PublicError(err).Message
}
