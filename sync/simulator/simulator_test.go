package simulator

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestBothVendorsStartWithTheSamePeople(t *testing.T) {
	r := start(t, small(""))
	v := connect(t, r.SalesforceURL, r.DeskURL)
	names := map[string]int{}
	for _, side := range sides {
		all := v.contacts(side)
		if len(all) != 40 {
			t.Errorf("%s has %d contacts", side, len(all))
		}
		for _, name := range slices.Compact(slices.Sorted(maps.Values(all))) {
			names[name]++
		}
	}
	shared := 0
	for _, n := range names {
		if n == 2 {
			shared++
		}
	}
	if shared < 10 {
		t.Errorf("%d names are on both sides", shared)
	}
	pem, err := os.ReadFile(r.PubSubCA)
	if err != nil || len(pem) == 0 || string(pem) != string(r.PubSubCAPEM) {
		t.Errorf("the certificate: %q, %v", pem, err)
	}
	conn, err := net.Dial("tcp", r.PubSubAddr)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.Close()

	for range 2 {
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Dir(r.PubSubCA)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of the certificate is left over: %v", err)
	}
	for _, address := range []string{strings.TrimPrefix(r.SalesforceURL, "http://"), strings.TrimPrefix(r.DeskURL, "http://"), r.PubSubAddr} {
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			t.Errorf("%s still answers", address)
		}
	}
}

// Whatever a second start asks for, the folder's world is what it finds, with what was written
// since.
func TestASecondStartFindsTheSameVendors(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vendors")
	first := start(t, small(dir))
	v := connect(t, first.SalesforceURL, first.DeskURL)
	before := map[string]map[string]string{}
	for _, side := range sides {
		if err := v.create(side, "Written"); err != nil {
			t.Fatal(err)
		}
		before[side] = v.contacts(side)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}

	other := small(dir)
	other.Contacts, other.Accounts, other.Seed = 3, 1, 7
	second := start(t, other)
	v = connect(t, second.SalesforceURL, second.DeskURL)
	for _, side := range sides {
		after := v.contacts(side)
		if !maps.Equal(after, before[side]) || count(after, "Written") != 1 {
			t.Errorf("%s: %d contacts before, %d after", side, len(before[side]), len(after))
		}
	}
	if second.PubSubCA != filepath.Join(dir, "pubsub-ca.pem") || string(second.PubSubCAPEM) != string(first.PubSubCAPEM) {
		t.Errorf("another certificate in %s", second.PubSubCA)
	}
}

func TestAResetAfterARestartBringsBackTheFirstStart(t *testing.T) {
	dir := t.TempDir()
	first := start(t, small(dir))
	v := connect(t, first.SalesforceURL, first.DeskURL)
	before := v.contacts("desk")
	if err := v.create("desk", "Written"); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := start(t, Config{StateDir: dir})
	v = connect(t, second.SalesforceURL, second.DeskURL)
	if status, err := v.send("POST", second.DeskURL+"/_sim/reset", "", nil, nil); err != nil || status != 204 {
		t.Fatalf("reset: %d, %v", status, err)
	}
	v = connect(t, second.SalesforceURL, second.DeskURL)
	if after := v.contacts("desk"); !maps.Equal(after, before) {
		t.Errorf("%d contacts before, %d after", len(before), len(after))
	}
}

func TestTheFaultScriptIsForBothVendors(t *testing.T) {
	cfg := small("")
	cfg.Faults = []byte(`{"rules":[{"kind":"status","status":503,"endpoint":"POST /**"}]}`)
	r := start(t, cfg)
	v := &vendors{T: t, client: newClient(t)}
	for _, target := range []string{r.SalesforceURL + "/services/oauth2/token", r.DeskURL + "/oauth/v2/token"} {
		if status, err := v.send("POST", target, "", nil, nil); err != nil || status != 503 {
			t.Errorf("%s: %d, %v", target, status, err)
		}
	}
}

func TestClosingEndsCallsThatAFaultKeepsWaiting(t *testing.T) {
	before := goleak.IgnoreCurrent()
	cfg := small("")
	cfg.Faults = []byte(`[{"kind":"latency","latency":"1h","endpoint":"POST /services/data/**"},{"kind":"latency","latency":"1h","endpoint":"POST /api/**"}]`)
	r, err := Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	v := connectBy(t, r.HTTPClient(), r.SalesforceURL, r.DeskURL)
	var slow sync.WaitGroup
	for _, side := range sides {
		slow.Go(func() {
			if err := v.create(side, "Slow"); err == nil {
				t.Errorf("%s answered a call that should wait for an hour", side)
			}
		})
	}
	for side, url := range map[string]string{"salesforce": r.SalesforceURL, "desk": r.DeskURL} {
		for tick := time.NewTicker(time.Millisecond); ; <-tick.C {
			var stats struct{ Faults map[string]int }
			if status, err := v.send("GET", url+"/_sim/stats", "", nil, &stats); err != nil || status != 200 {
				t.Fatal(side, status, err)
			}
			if stats.Faults["latency"] == 1 {
				break
			}
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	slow.Wait()
	goleak.VerifyNone(t, before)
}

func TestAStartThatFailsSaysWhyAndLeavesNothing(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	ended, end := context.WithCancel(context.Background())
	end()
	dir := t.TempDir()
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.MkdirAll(broken, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(broken, worldFile), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		ctx  context.Context
		edit func(*Config)
		want string
	}{
		"Salesforce's port": {context.Background(), func(c *Config) { c.SalesforceListen = taken.Addr().String() }, "simulated Salesforce: "},
		"Pub/Sub's port":    {context.Background(), func(c *Config) { c.PubSubListen = taken.Addr().String() }, "simulated Pub/Sub: "},
		"Desk's port":       {context.Background(), func(c *Config) { c.DeskListen = taken.Addr().String() }, "simulated Zoho Desk: "},
		"a wrong fault":     {context.Background(), func(c *Config) { c.Faults = []byte(`[{"kind":"boom"}]`) }, "rules[0].kind"},
		"a wrong latency":   {context.Background(), func(c *Config) { c.Latency = "slow" }, `latency "slow"`},
		"a broken world":    {context.Background(), func(c *Config) { c.StateDir = broken }, worldFile},
		"no time":           {ended, func(*Config) {}, "canceled"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			cfg := small(dir)
			tc.edit(&cfg)
			r, err := Start(tc.ctx, cfg)
			if err == nil {
				_ = r.Close()
				t.Fatal("started")
			}
			if !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %q, want %q", err, tc.want)
			}
		})
	}
	r := start(t, small(dir)) // what failed has not harmed the folder
	if n := len(connect(t, r.SalesforceURL, r.DeskURL).contacts("desk")); n != 40 {
		t.Errorf("%d contacts", n)
	}
}
