package engine_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
	"sidelight/sync/engine"
	"sidelight/sync/salesforce"
	"sidelight/sync/simulator"
	"sidelight/sync/vendor"
	"sidelight/sync/zohodesk"
)

// replica is what a child process of a test runs: one engine on a shared database.
type replica struct {
	Owner, Address, Salesforce, Desk string
}

// replicaVariable makes the test binary run a replica instead of the tests.
const replicaVariable = "SIDELIGHT_TEST_REPLICA"

// replicaLease is short, so that a process need not be stopped for long to outlive it.
const replicaLease = 2 * time.Second

// runReplica is the child: it works until its input ends.
func runReplica(text string) int {
	var r replica
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		fmt.Println("error", err)
		return 1
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	s, err := store.Open(ctx, r.Address, store.Options{Seal: storetest.Key})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	e, err := r.engine(s)
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("runs")
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	_ = e.Run(ctx)
	_ = s.Close()
	return 0
}

type bothSides map[models.Side]vendor.Remote

// Remote implements vendor.Remotes.
func (b bothSides) Remote(side models.Side) (vendor.Remote, error) { return b[side], nil }

func (r replica) engine(s *store.Store) (*engine.Engine, error) {
	credentials := func(c models.Credentials) func(context.Context) (models.Credentials, error) {
		return func(context.Context) (models.Credentials, error) { return c, nil }
	}
	sf, err := salesforce.New(salesforce.Config{LoginURL: r.Salesforce, Credentials: credentials(models.Credentials{Grant: "client_credentials", ClientID: "demo", ClientSecret: "demo-secret"})})
	if err != nil {
		return nil, err
	}
	desk, err := zohodesk.New(zohodesk.Config{APIURL: r.Desk, AccountsURL: r.Desk, OrgID: "700000001",
		Credentials: credentials(models.Credentials{ClientID: "demo", ClientSecret: "demo-secret", RefreshToken: "demo-refresh"})})
	if err != nil {
		return nil, err
	}
	return engine.New(engine.Config{Store: s, Remotes: bothSides{models.Salesforce: sf, models.Desk: desk}, Owner: r.Owner, Poll: 300 * time.Millisecond, Lease: replicaLease, UnknownGrace: 3 * time.Second}), nil
}

// start runs the replica in a process of its own.
func (r replica) start(t *testing.T) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(r)
	must(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), replicaVariable+"="+string(text))
	in, err := cmd.StdinPipe()
	must(t, err)
	out, err := cmd.StdoutPipe()
	must(t, err)
	storetest.Bind(cmd)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGCONT)
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the replica %s did not end well: %v", r.Owner, err)
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "runs\n" {
		t.Fatalf("the replica says %q (%v)", line, err)
	}
	return cmd
}

// Two replicas share one database. Each in turn is stopped past its leases in the middle of its
// work and woken again, while users go on. What the stopped one had claimed goes to the other; what
// it does when it wakes is too late and changes nothing.
func TestTwoReplicasOneOfThemStoppedPastItsLeaseDoubleNothing(t *testing.T) {
	storetest.EachServer(t, twoReplicasDoubleNothing)
}

func twoReplicasDoubleNothing(t *testing.T, address string) {
	const contacts, rounds = 150, 4
	vendors, err := simulator.Start(t.Context(), simulator.Config{Contacts: contacts, Accounts: contacts / 5, Overlap: 0.3, Seed: 3, Latency: "2ms"})
	must(t, err)
	w := &world{vendors: vendors, http: &http.Client{Transport: &http.Transport{}}, sessions: map[models.Side]string{}, store: storetest.Open(t, address)}
	t.Cleanup(func() {
		w.http.CloseIdleConnections()
		must(t, vendors.Close())
	})
	h := &history{world: w, ctx: t.Context(), users: map[spot]bool{}, gone: map[spot]bool{}, reached: map[spot]bool{}, seen: map[string]bool{}, deleted: map[spot]int{}}
	for side, objects := range w.dump(t) {
		for _, list := range objects {
			for _, r := range list {
				h.users[spot{side, r.id}] = true
			}
		}
	}
	one := replica{"one", address, vendors.SalesforceURL, vendors.DeskURL}
	two := replica{"two", address, vendors.SalesforceURL, vendors.DeskURL}
	admin, err := replica{"admin", address, vendors.SalesforceURL, vendors.DeskURL}.engine(w.store)
	must(t, err)
	for _, side := range models.Sides {
		must(t, admin.Connected(t.Context(), side))
	}
	cmds := []*exec.Cmd{one.start(t), two.start(t)}
	_, err = admin.Start(t.Context())
	must(t, err)

	dice := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	wait := func(d time.Duration) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		<-timer.C
	}
	for n := range rounds {
		for i := range 5 {
			side := models.Sides[i%2]
			id := w.create(t, side, models.ContactObject, map[string]any{map[models.Side]string{models.Desk: "lastName", models.Salesforce: "LastName"}[side]: fmt.Sprint("During ", n, " ", i)})
			h.users[spot{side, id}] = true
		}
		wait(time.Duration(200+dice.IntN(900)) * time.Millisecond)
		stopped := cmds[n%2].Process
		must(t, stopped.Signal(syscall.SIGSTOP))
		wait(replicaLease + 700*time.Millisecond)
		must(t, stopped.Signal(syscall.SIGCONT))
	}
	quiet, deadline := 0, time.Now().Add(3*time.Minute)
	for quiet < 5 {
		in, err := w.store.Integration(t.Context())
		must(t, err)
		counts, err := w.store.Counts(t.Context())
		must(t, err)
		if quiet++; in.Status != models.StatusActive || counts.Pending > 0 {
			quiet = 0
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not settle: %s %+v", in.Status, counts)
		}
		wait(400 * time.Millisecond)
	}
	s := h.survey(t)
	s.everyRecordHasOneCounterpart()
	s.pairsAreEqual()
	before := h.counters(t)
	wait(time.Second)
	if after := h.counters(t); after != before {
		t.Errorf("idle replicas write: %v, then %v", before, after)
	}
}
