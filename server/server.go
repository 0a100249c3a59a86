package server

import (
	"context"
	"crypto/tls"
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
	"sidelight/internal/lifetime"
	"sidelight/internal/sample"
	"sidelight/models"
	"sidelight/models/store"
	"sidelight/sync/engine"
	"sidelight/sync/related"
	"sidelight/widget"
)

// Options are what the program itself decides.
type Options struct {
	// Demo serves tokens and sample tickets without a sign-in, for the pages of the demo. Never for
	// real accounts.
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
	delivered *delivered
	refused   *sample.Lines // lines of the log about deliveries
	listener  net.Listener
	// adminListener is for metrics and profiles; nil where nobody wants them.
	adminListener net.Listener
	metrics       *metrics
	certificate   *certificate // nil where a proxy speaks TLS
	url           string
	store         *store.Store
	engine        *engine.Engine
	related       *related.Follower
	card          *widget.Service
	clients       *clients
	connector     *connector
	policy        *Policy
	verifier      *Verifier
	issuer        *Issuer
	audit         *auditor
	provider      *openID // nil where admins do not sign in with one
	callers       *callers
	handler       http.Handler
	stopping      chan struct{}
	// streams ends when the process is being stopped, and with it what would last.
	streams    context.Context
	endAll     context.CancelFunc
	afterwards *lifetime.Group    // what goes on after its request was answered
	connected  chan struct{}      // closed when what the flags name is connected, or will not be
	stop       context.CancelFunc // of what New began
}

// Bounds of serving. A token takes 8 KiB at most, so that headers need little.
const (
	maxHeaders        = 32 << 10
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	drainTimeout      = 30 * time.Second
)

// New opens everything and listens; Serve serves. An error says which flag is wrong, or what cannot
// be reached.
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
	s := &Server{refused: sample.New(), delivered: newDelivered(options.Logger), config: config, options: options, log: options.Logger, stopping: make(chan struct{}), connected: make(chan struct{})}
	s.afterwards = lifetime.New(ctx)
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
	if err := s.listenAdmin(); err != nil {
		return nil, err
	}
	if config.TLSCert != "" {
		if s.certificate, err = newCertificate(config.TLSCert, config.TLSKey, s.log); err != nil {
			return nil, err
		}
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
	keys, err := s.open(ctx, files.store)
	if err != nil {
		return nil, err
	}
	if err := s.unsealed(ctx); err != nil {
		return nil, err
	}
	if s.policy, err = NewPolicy(ctx, s.store, s.log); err != nil {
		return nil, err
	}
	s.audit = &auditor{store: s.store, log: s.log, now: options.Now, refused: sample.New(), named: sample.New()}
	if s.verifier, err = NewVerifier(keys, issuers, s.policy, s.store, options.Now, s.log); err != nil {
		return nil, err
	}
	s.verifier.audit = s.audit
	s.issuer = NewIssuer(keys, options.Now)
	openid := config.OIDC
	openid.ClientSecret = files.oidc
	if s.provider, err = newOpenID(background, openid, s.log, options.Now); err != nil {
		return nil, err
	}
	proxies, err := parseProxies(config.TrustedProxy)
	if err != nil {
		return nil, err
	}
	s.callers = &callers{proxies: proxies, log: s.log}
	return s, s.wire(keys.Cursor, files)
}

// commonLasts is how much older than it is a card may say that its contact and account are.
const commonLasts = 250 * time.Millisecond

// open opens the keys and the store.
func (s *Server) open(ctx context.Context, o store.Options) (Keys, error) {
	if err := s.config.prepare(); err != nil {
		return Keys{}, err
	}
	o.Replicas, o.Logger, o.OnSQL, o.CommonLasts = s.config.ReadDatabase, s.log, s.options.OnSQL, commonLasts
	var keys Keys
	var err error
	s.store, keys, err = s.config.open(ctx, o)
	return keys, err
}

// otherKey is what is wrong with a connection whose credentials another key file sealed.
const otherKey = "the stored credentials cannot be opened with this key file: restore the key file, or connect this side again"

// unsealed finds connections that a lost or changed key file has closed, and says so where the
// admin looks. Sidelight starts all the same: connecting again is a way to mend it.
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

// wire makes the engine, the cards and the API, and hands each what it needs of the others.
func (s *Server) wire(cursorKey []byte, files files) error {
	out := newOutbound(s.config.AllowVendorHost, s.config.Salesforce.URL, s.config.Desk.URL, s.config.Desk.AccountsURL)
	s.clients = &clients{store: s.store, config: s.config, out: out, frugal: newFrugal(s.config.RefreshEvery, s.options.Now), pubsub: files.pubsubCA, log: s.log, now: s.options.Now}
	s.engine = engine.New(engine.Config{Store: s.store, Remotes: s.clients, Logger: s.log, Owner: uuid.NewString(),
		Poll: s.config.Poll, Lease: s.config.Lease, Drift: s.config.drift(), DeletedDays: s.config.DeletedDays,
		Now: s.options.Now})
	s.related = related.New(related.Config{Store: s.store, Remote: s.clients.relatedSalesforce, Logger: s.log, Owner: uuid.NewString(), All: s.config.Related == "all",
		Poll: s.config.Poll, Now: s.options.Now})
	s.connector = &connector{store: s.store, clients: s.clients, engine: s.engine, policy: s.policy,
		config: s.config, demo: s.options.Demo, url: s.URL, log: s.log, now: s.options.Now}
	s.card = widget.New(widget.Config{Store: s.store, Logger: s.log, Salesforce: s.clients.cardSalesforce, Desk: s.clients.cardDesk, Observe: s.observe, Host: s.clients.host,
		Fresh: s.config.Fresh, RefreshEvery: s.config.RefreshEvery, MirrorFresh: max(5*time.Minute, 3*s.config.Poll),
		Now: s.options.Now})
	agents := newDeskAgents(s.clients.Desk, s.clients.frugal)
	known, err := s.store.Integration(context.Background())
	if err != nil {
		return err
	}
	api, err := graph.New(graph.Config{Store: policyWrites{s.store, s.policy}, Database: s.store.Health,
		Known: known, Sync: erasing{s.engine, s.policy}, Connector: s.connector,
		Card: ticketCard{frugalCard{s.card, s.clients.frugal}, agents}, Logger: s.log, Now: s.options.Now,
		Authenticate: s.verifier.Viewer, Recheck: s.recheck, Preview: s.preview, Origins: s.config.AllowOrigin, CursorKey: cursorKey,
		Persisted: files.persisted, OnlyPersisted: s.config.OnlyPersisted,
		Bounds:  graph.Bounds{Sockets: s.config.Sockets, Subscriptions: s.config.Subscriptions, Operations: s.config.Parallel},
		Timeout: s.config.Timeout})
	if err != nil {
		return err
	}
	s.policy.forgets(func() {
		s.clients.renew()
		s.clients.frugal.forget()
		agents.forget()
		api.Forget()
	})
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

// policyWrites is the store as the API sees it: a change of permissions is in force here before the
// mutation answers.
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

// erasing is the engine as the API sees it: what this process holds of a person in memory is
// forgotten before the mutation answers. Other replicas follow within a second.
type erasing struct {
	*engine.Engine
	policy *Policy
}

// Erase erases a person, and has this process forget them.
func (e erasing) Erase(ctx context.Context, who models.PersonKey, dry bool) (models.ErasureReceipt, error) {
	receipt, err := e.Engine.Erase(ctx, who, dry)
	if err == nil && !dry {
		if err := e.policy.Refresh(context.WithoutCancel(ctx)); err != nil {
			e.policy.log.Warn("what is in memory of a person is forgotten only with the next look at the database",
				"error", err)
		}
	}
	return receipt, err
}

// SetPolicy changes the policies. Whose cards agents may ask for is in force here before the
// mutation answers.
func (e erasing) SetPolicy(ctx context.Context, p models.SyncPolicy) (models.Integration, error) {
	in, err := e.Engine.SetPolicy(ctx, p)
	if err != nil {
		return in, err
	}
	return in, e.policy.Refresh(context.WithoutCancel(ctx))
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
	wg.Go(func() { collectSeldom(running) })
	wg.Go(func() { s.policy.Run(running) })
	wg.Go(func() { s.store.Watch(running) })
	wg.Go(func() {
		defer close(s.connected)
		s.connector.unattended(running)
	})
	wg.Go(func() { s.followProfiles(running) })
	wg.Go(func() { s.keepAudit(running) })
	wg.Go(func() {
		s.settle(running)
		s.keepWebhook(running)
	})
	failed := make(chan error, 1)
	go func() { failed <- s.serve(web) }()
	wg.Go(func() { s.serveAdmin(running) })
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
	s.afterwards.Wait(drain)
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, s.close())
}

// serve serves until the server is shut down, by TLS where there is a certificate.
func (s *Server) serve(web *http.Server) error {
	if s.certificate == nil {
		return web.Serve(s.listener)
	}
	web.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: s.certificate.get}
	return web.ServeTLS(s.listener, "", "")
}

// settleWithin is how long the sync waits for the connections that the flags name: they may have
// changed since the last start.
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
	s.afterwards.Cancel()
	s.stop()
	var errs []error
	for _, l := range []net.Listener{s.listener, s.adminListener} {
		if l == nil {
			continue
		}
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.card != nil {
		s.card.Close()
	}
	if s.clients != nil {
		s.clients.out.close()
	}
	s.provider.close()
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}

// profilesEvery is how often Desk is asked for its profiles.
const profilesEvery = 10 * time.Minute

// followProfiles keeps the profiles as Desk has them; one that is new sees nothing until an admin
// opens it something.
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
