package e2e

import (
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	"sidelight/models/store/storetest"
)

// Two replicas on two nodes of a cluster of three. One's node is killed, then another node, so that
// the quorum goes; users go on all the time. The last node is made the cluster, the others come
// back: nothing is lost or doubled, and both replicas go on by themselves.
func TestAClusterLosesNodesAndItsQuorumAndSidelightLosesNothing(t *testing.T) {
	if os.Getenv("SIDELIGHT_TEST_GALERA") == "" {
		t.Skip("make test-galera runs it")
	}
	bin, data := program(t), t.TempDir()
	g := storetest.StartGalera(t, 3)
	g.Exec(0, "CREATE DATABASE sidelight")
	// As the guide says.
	first, second := g.Address(0, "sidelight"), g.Address(1, "sidelight")+"?wsrep_sync_wait=1"
	given := probe(t, first, second)
	for name, want := range map[string]bool{needs[0].name: true, needs[1].name: true, needs[2].name: false, needs[4].name: false} {
		if given[name] != want {
			t.Errorf("%s: %v", name, given[name])
		}
	}
	if got := command(t, bin, t.TempDir(), nil, "migrate", "--data", data, "--database", first); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	v := simulated(t, bin, 300)
	c := newCrash(t, v)
	one, a := c.replica(bin, data, first)
	two, b := c.replica(bin, data, second)
	admin := a.token("admin", "")
	within(t, recovery, "the first sync is done", a.active(admin))
	within(t, recovery, "the other replica knows", b.active(admin))

	step := func(what string) { t.Logf("%s: %s, %d edits", time.Now().Format("15:04:05"), what, len(c.edits)) }
	c.editFor(3 * time.Second)
	step("the second replica's node is killed")
	g.Kill(1)
	c.editFor(5 * time.Second)
	within(t, recovery, "the replica on it says that it cannot serve", func() bool { return unready(b.url) })
	within(t, recovery, "the first replica serves", func() bool { return !unready(a.url) })
	step("another node is killed: the quorum is gone")
	g.Kill(2)
	c.editFor(5 * time.Second)
	soon(t, "the last node knows that it is alone", func() bool { return !g.Primary(0) })
	within(t, recovery, "the replica on it says that it cannot serve", func() bool { return unready(a.url) })
	c.editFor(3 * time.Second)
	step("the last node is made the cluster")
	g.Bootstrap(0)
	within(t, recovery, "the first replica is ready again", func() bool { return !unready(a.url) })
	c.editFor(3 * time.Second)
	step("the others come back")
	g.Start(1)
	g.Start(2)
	c.editFor(3 * time.Second)
	step("nobody edits any more")

	c.settled(admin, a, b)
	c.check(first)
	c.check(g.Address(2, "sidelight"))
	step("all is there once")

	// Each goes on alone.
	one.interrupt()
	v.editsGoBothWays(t, b, admin, "second")
	three, d := c.replica(bin, data, first)
	two.interrupt()
	within(t, recovery, "the first replica is active", d.active(admin))
	v.editsGoBothWays(t, d, admin, "first")
	three.interrupt()
	step("each replica went on alone")
}

// replica starts one of several servers with one key file.
func (c *crash) replica(bin, data, address string) (*process, *installation) {
	p, url := c.vendors.serve(c.t, bin, data, address)
	return p, &installation{c.t, bin, url, data, address}
}

// settled waits until every replica is ready and nothing is owed any more.
func (c *crash) settled(admin string, replicas ...*installation) {
	c.t.Helper()
	for _, polls := range []int{3, 0} {
		for _, i := range replicas {
			within(c.t, recovery, "the replica is ready", func() bool { return !unready(i.url) })
			within(c.t, recovery, "the sync is active", i.active(admin))
			within(c.t, recovery, "nothing is owed", func() bool {
				return fmt.Sprint(at(i.ask(admin, "{integration{counts{pending}}}"), "data", "integration", "counts", "pending")) == "0"
			})
		}
		if polls > 0 {
			c.polls(polls)
		}
	}
}

// unready tells whether the server says that it cannot serve.
func unready(url string) bool {
	res, err := http.Get(url + "/readyz")
	if err != nil {
		return true
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	return res.StatusCode != http.StatusOK
}
