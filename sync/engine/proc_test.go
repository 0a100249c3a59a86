package engine_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/sync/engine"
	"sidelight/sync/salesforce"
	"sidelight/sync/vendor"
	"sidelight/sync/zohodesk"
)

// proc is one process that runs an engine: it can be killed between any two of its steps. A step is
// an HTTP call or a transaction that writes. A step that the kill falls on happens or does not, its
// answer is never seen, and no step follows it.
type proc struct {
	world   *world
	store   *store.Store
	engine  *engine.Engine
	remotes map[models.Side]vendor.Remote

	mu     sync.Mutex
	dead   bool
	steps  int
	killAt int  // the step that the kill falls on; 0 is none
	after  bool // that step still happens
	// onWrite is told of every call that writes, before it leaves, and may kill the process: then
	// the call does not leave. onObserve is told of what is about to be stored. They are set while
	// nothing runs.
	onWrite   func()
	onObserve func(models.Side, []models.Record)
}

// write is a call of the engine that changes a vendor's records.
type write struct {
	side         models.Side
	method, path string
	ended        *atomic.Bool // the vendor refused it: its session had ended
}

var errKilled = errors.New("the process was killed")

// boot starts a process with a new engine on the world's database.
func (w *world) boot(t failer) *proc {
	t.Helper()
	p := &proc{world: w, store: w.openStore(t), remotes: map[models.Side]vendor.Remote{}}
	local := func() time.Time { return w.clock.Now().Add(w.skew) }
	mark := func(side models.Side, name string) string {
		if w.marked[side] {
			return name
		}
		return "Sidelight_Nothing__c"
	}
	sf, desk := w.credentials[models.Salesforce], w.credentials[models.Desk]
	var err error
	p.remotes[models.Salesforce], err = salesforce.New(salesforce.Config{LoginURL: w.vendors.SalesforceURL, OrgID: w.org, HTTP: p.client(models.Salesforce), Now: local, Parallel: 1,
		Credentials: sf.load, SaveCredentials: sf.save, MarkField: mark(models.Salesforce, "Sidelight_Link_Id__c")})
	check(t, err)
	p.remotes[models.Desk], err = zohodesk.New(zohodesk.Config{APIURL: w.vendors.DeskURL, AccountsURL: w.vendors.DeskURL, OrgID: "700000001", HTTP: p.client(models.Desk), Now: local,
		Parallel: 1, Credentials: desk.load, SaveCredentials: desk.save, MarkField: mark(models.Desk, "cf_sidelight_link_id")})
	check(t, err)
	if w.batch > 0 {
		p.remotes[models.Desk] = slim{p.remotes[models.Desk], w.batch}
	}
	p.engine = engine.New(engine.Config{Store: mortal{p.store, p}, Remotes: p, Owner: "engine-" + w.clock.Now().String(), Now: local, BulkFrom: w.bulk})
	w.proc = p
	return p
}

// slim is a remote that takes fewer records a call: with one, the order of calls is the order of
// intents.
type slim struct {
	vendor.Remote
	batch int
}

func (s slim) Limits() models.WriteLimits {
	l := s.Remote.Limits()
	l.Batch = s.batch
	return l
}

// Remote implements vendor.Remotes.
func (p *proc) Remote(side models.Side) (vendor.Remote, error) { return p.remotes[side], nil }

// kill ends the process at once. It gives the database back and nothing else.
func (p *proc) kill() {
	p.die()
	_ = p.store.Close()
	p.world.proc = nil
}

func (p *proc) die() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dead = true
}

// killed tells whether a planned kill has happened.
func (p *proc) killed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

// doom plans a kill n steps from now.
func (p *proc) doom(n int, after bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killAt, p.after = p.steps+n, after
}

// spare takes back a kill that has not happened.
func (p *proc) spare() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killAt = 0
}

// step begins a step: go tells whether it happens, and lost that nobody will hear of it.
func (p *proc) step() (happens, lost bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return false, true
	}
	p.steps++
	if p.killAt > 0 && p.steps >= p.killAt {
		p.dead = true
		return p.after, true
	}
	return true, false
}

// wire is the process's way to a vendor: every call is a step.
type wire struct {
	proc *proc
	side models.Side
	next http.RoundTripper
}

func (p *proc) client(side models.Side) *http.Client {
	return &http.Client{Transport: wire{p, side, p.world.wire}}
}

func (c wire) RoundTrip(req *http.Request) (*http.Response, error) {
	p := c.proc
	happens, lost := p.step()
	if !happens {
		return nil, errKilled
	}
	ended := new(atomic.Bool)
	if req.Method != http.MethodGet && !strings.Contains(req.URL.Path, "/oauth") && !strings.Contains(req.URL.Path, "/jobs/query") {
		p.world.mu.Lock()
		p.world.writes = append(p.world.writes, write{c.side, req.Method, req.URL.Path, ended})
		p.world.mu.Unlock()
		if p.onWrite != nil {
			p.onWrite()
		}
		if p.killed() {
			return nil, errKilled
		}
	}
	res, err := c.next.RoundTrip(req)
	ended.Store(err == nil && res.StatusCode == http.StatusUnauthorized)
	if lost {
		if err == nil {
			_ = res.Body.Close()
		}
		return nil, errKilled
	}
	return res, err
}

// mortal is the process's store: what writes is a step. Reads of a dead process change nothing.
type mortal struct {
	engine.Store
	proc *proc
}

func (m mortal) do(write func() error) error {
	happens, lost := m.proc.step()
	if !happens {
		return errKilled
	}
	err := write()
	if lost {
		return errKilled
	}
	return err
}

func (m mortal) UpdateIntegration(ctx context.Context, change func(*models.Integration) error) (out models.Integration, err error) {
	err = m.do(func() (err error) { out, err = m.Store.UpdateIntegration(ctx, change); return })
	return
}

func (m mortal) SetCursor(ctx context.Context, c models.Cursor) error {
	return m.do(func() error { return m.Store.SetCursor(ctx, c) })
}

func (m mortal) Observe(ctx context.Context, side models.Side, object models.SyncObject, records []models.Record, cursor *models.Cursor) (out models.ObserveResult, err error) {
	if m.proc.onObserve != nil {
		m.proc.onObserve(side, records)
	}
	err = m.do(func() (err error) { out, err = m.Store.Observe(ctx, side, object, records, cursor); return })
	return
}

func (m mortal) SavePlans(ctx context.Context, epoch int64, plans []models.LinkPlan) (saved int, err error) {
	err = m.do(func() (err error) { saved, err = m.Store.SavePlans(ctx, epoch, plans); return })
	return
}

func (m mortal) ClaimIntents(ctx context.Context, side models.Side, owner string, lease time.Duration, limit int) (out []models.Intent, err error) {
	err = m.do(func() (err error) { out, err = m.Store.ClaimIntents(ctx, side, owner, lease, limit); return })
	return
}

func (m mortal) BeginSending(ctx context.Context, intents []models.Intent) (out []models.Intent, err error) {
	err = m.do(func() (err error) { out, err = m.Store.BeginSending(ctx, intents); return })
	return
}

func (m mortal) Finish(ctx context.Context, results []models.IntentResult) (stale int, err error) {
	err = m.do(func() (err error) { stale, err = m.Store.Finish(ctx, results); return })
	return
}

func (m mortal) RenewIntents(ctx context.Context, intents []models.Intent, lease time.Duration) (mayContinue bool, err error) {
	err = m.do(func() (err error) { mayContinue, err = m.Store.RenewIntents(ctx, intents, lease); return })
	return
}

func (m mortal) ReplaceFieldMappings(ctx context.Context, object models.SyncObject, mappings []models.FieldMapping, refetch bool) error {
	return m.do(func() error { return m.Store.ReplaceFieldMappings(ctx, object, mappings, refetch) })
}

func (m mortal) StartRun(ctx context.Context, run models.SyncRun) error {
	return m.do(func() error { return m.Store.StartRun(ctx, run) })
}

func (m mortal) RetryDue(ctx context.Context) (n int, err error) {
	err = m.do(func() (err error) { n, err = m.Store.RetryDue(ctx); return })
	return
}

// connect tells the engine of both connections and starts the sync, as an admin would.
func (p *proc) connect(t failer) {
	t.Helper()
	for _, side := range models.Sides {
		check(t, p.engine.Connected(context.Background(), side))
	}
	_, err := p.engine.Start(context.Background())
	check(t, err)
}

// turn is one round of all the engine's loops: poll and plan, then write to both sides until
// nothing is due. The first error is answered.
func (p *proc) turn() error {
	ctx := context.Background()
	p.engine.PollNow()
	first := p.engine.Pass(ctx)
	for _, side := range models.Sides {
		for range 100 {
			busy, err := p.engine.ExecuteOnce(ctx, side)
			if first == nil {
				first = err
			}
			if !busy || err != nil {
				break
			}
		}
	}
	return first
}

// settled runs an engine until nothing is owed: edits have stopped and there are no faults. Time
// goes on a little with every turn.
func (w *world) settled(t failer) error {
	t.Helper()
	ctx := context.Background()
	var last error
	var in models.Integration
	var counts models.SyncCounts
	quiet := 0
	for turn := range 400 {
		if w.proc == nil {
			w.boot(t)
		}
		last = w.proc.turn()
		var err error
		in, err = w.store.Integration(ctx)
		check(t, err)
		counts, err = w.store.Counts(ctx)
		check(t, err)
		if in.Status == models.StatusBroken {
			// An admin connects again, or lets a mass change through.
			for _, side := range models.Sides {
				check(t, w.proc.engine.Mended(ctx, side))
			}
			if in.Brake == models.BrakeOn || in.ReasonCode == models.CodeGoneWithoutTrace {
				_, err := w.proc.engine.Resume(ctx)
				check(t, err)
			}
		}
		// A side is left alone, and not asked.
		waits := in.WaitingUntil != nil && w.clock.Now().Before(*in.WaitingUntil)
		if last == nil && in.Status == models.StatusActive && counts.Pending == 0 && !waits {
			if quiet++; quiet == 2 {
				return nil
			}
		} else {
			quiet = 0
		}
		w.clock.advance(min(time.Duration(turn+1)*5*time.Second, 10*time.Minute))
	}
	return fmt.Errorf("it does not settle: %s (%s %s), %+v, last error %w", in.Status, in.ReasonCode, deref(in.Reason), counts, last)
}

func (w *world) settle(t failer) {
	t.Helper()
	check(t, w.settled(t))
}
