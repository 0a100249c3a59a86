package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Galera is a cluster of MariaDB nodes on this machine.
type Galera struct {
	t     testing.TB
	nodes []*galeraNode
}

// galeraNode is one of them: where it lies and listens, and its process while it runs.
type galeraNode struct {
	folder                      *folder
	sql, group, transfer, catch string // ports
	cmd                         *exec.Cmd
	ended                       <-chan struct{}
}

var galeraLibraries = []string{"/usr/lib/galera/libgalera_smm.so", "/usr/lib64/galera-4/libgalera_smm.so", "/usr/lib/libgalera_smm.so"}

// StartGalera starts a cluster of so many nodes. It ends with the test.
func StartGalera(t testing.TB, nodes int) *Galera {
	t.Helper()
	g := &Galera{t: t}
	for range nodes {
		f, err := newFolder(os.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		n := &galeraNode{folder: f}
		g.nodes = append(g.nodes, n)
		t.Cleanup(func() {
			n.kill()
			_ = f.remove()
		})
		for _, port := range []*string{&n.sql, &n.group, &n.transfer, &n.catch} {
			*port = FreePort(t)
		}
		if err := errors.Join(os.Mkdir(n.path("data"), 0o700), asMySQL(f.path), asMySQL(n.path("data"))); err != nil {
			t.Fatal(err)
		}
	}
	g.nodes[0].initialize(t)
	g.run(0, "gcomm://")
	for i := 1; i < nodes; i++ {
		g.Start(i)
	}
	return g
}

// FreePort is a TCP port that nobody listens on, below those that outgoing connections take: what
// listens there later still finds it free.
func FreePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(12000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

func (n *galeraNode) path(name string) string { return filepath.Join(n.folder.path, name) }

// initialize makes the first node's tables; the others receive them.
func (n *galeraNode) initialize(t testing.TB) {
	t.Helper()
	cmd := exec.Command(find("mariadb-install-db"), "--no-defaults", "--datadir="+n.path("data"), "--auth-root-authentication-method=normal", "--skip-test-db")
	asUser(cmd)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, tail(said))
	}
}

// Start starts a node that is down, and waits until it has what the others have.
func (g *Galera) Start(i int) {
	g.t.Helper()
	var others []string
	for _, n := range g.nodes {
		others = append(others, "127.0.0.1:"+n.group)
	}
	g.run(i, "gcomm://"+strings.Join(others, ","))
}

// run starts a node until it has joined. Galera gives up now and then when its thread is not there
// yet whose priority it sets.
func (g *Galera) run(i int, peers string) {
	g.t.Helper()
	for try := 1; !g.join(i, peers); try++ {
		said, _ := os.ReadFile(g.nodes[i].path("log"))
		if try < 5 && strings.Contains(tail(said), "thread_set_schedparam") {
			continue
		}
		g.t.Fatalf("node %d does not join: %s", i, tail(said))
	}
}

func (g *Galera) join(i int, peers string) bool {
	g.t.Helper()
	n := g.nodes[i]
	library := ""
	for _, l := range galeraLibraries {
		if _, err := os.Stat(l); err == nil {
			library = l
		}
	}
	args := append([]string{"--no-defaults", "--datadir=" + n.path("data"), "--socket=" + n.path("s"), "--pid-file=" + n.path("pid"), "--tmpdir=" + n.folder.path,
		"--bind-address=127.0.0.1", "--port=" + n.sql, "--max-connections=200", "--innodb-buffer-pool-size=64M",
		"--binlog-format=ROW", "--default-storage-engine=InnoDB", "--innodb-autoinc-lock-mode=2",
		"--wsrep-on=ON", "--wsrep-provider=" + library, "--wsrep-cluster-name=sidelight", "--wsrep-cluster-address=" + peers, fmt.Sprint("--wsrep-node-name=n", i),
		"--wsrep-node-address=127.0.0.1:" + n.group, "--wsrep-sst-method=rsync", "--wsrep-sst-receive-address=127.0.0.1:" + n.transfer,
		"--wsrep-provider-options=gcache.size=32M;gmcast.listen_addr=tcp://127.0.0.1:" + n.group + ";ist.recv_addr=127.0.0.1:" + n.catch}, quick...)
	n.cmd = exec.Command(find("mariadbd"), args...)
	Bind(n.cmd)
	asUser(n.cmd) // as root its transfer of data by rsync fails
	log, err := os.OpenFile(n.path("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	n.cmd.Stdout, n.cmd.Stderr, n.cmd.ExtraFiles = log, log, []*os.File{n.folder.lock}
	if n.ended, err = run(n.cmd); err != nil {
		g.t.Fatal(err)
	}
	deadline := time.After(2 * time.Minute)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		if state, err := g.status(i, "wsrep_local_state_comment"); err == nil && state == "Synced" {
			return true
		}
		select {
		case <-tick.C:
		case <-n.ended:
			return false
		case <-deadline:
			return false
		}
	}
}

// Kill ends a node as the kernel does.
func (g *Galera) Kill(i int) { g.nodes[i].kill() }

func (n *galeraNode) kill() {
	if n.cmd != nil {
		killGroup(n.cmd)
		<-n.ended
		n.cmd = nil
	}
}

// Bootstrap makes the part of a node whose cluster has lost its quorum the cluster.
func (g *Galera) Bootstrap(i int) {
	g.t.Helper()
	g.Exec(i, "SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'")
}

// Primary tells whether a node belongs to the part that may write.
func (g *Galera) Primary(i int) bool {
	state, err := g.status(i, "wsrep_cluster_status")
	return err == nil && state == "Primary"
}

// Exec runs statements on a node.
func (g *Galera) Exec(i int, statements ...string) {
	g.t.Helper()
	db, err := sql.Open("mysql", g.dsn(i, ""))
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			g.t.Fatalf("%s on node %d: %v", s, i, err)
		}
	}
}

// Address is a database's by one of the nodes.
func (g *Galera) Address(i int, database string) string { return "mysql:" + g.dsn(i, database) }

func (g *Galera) dsn(i int, database string) string {
	c := mysql.NewConfig()
	c.User, c.Net, c.Addr, c.DBName = "root", "unix", g.nodes[i].path("s"), database
	return c.FormatDSN()
}

func (g *Galera) status(i int, name string) (value string, err error) {
	db, err := sql.Open("mysql", g.dsn(i, ""))
	if err != nil {
		return "", err
	}
	defer func() { _ = db.Close() }()
	err = db.QueryRow("SHOW STATUS LIKE '"+name+"'").Scan(&name, &value)
	return value, err
}
