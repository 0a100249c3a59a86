package e2e

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// need is something that Sidelight asks of a cluster of databases, tried on two of its nodes.
type need struct {
	name string
	// without is what is lost where it is not given; "" where Sidelight loses edits or doubles
	// records then.
	without string
	// remedies are how other products give it.
	remedies string
	given    func(ctx context.Context, one, other *sql.Conn) (bool, error)
}

var needs = []need{
	{"of two transactions that change a row from one version, one comes to nothing", "", "every product that replicates before it commits; not asynchronous replicas that are written to", onlyOneChanges},
	{"a committed row is on the other node at once", "a permission that was closed may be open for as long as the node lags",
		"Galera: wsrep_sync_wait=1; Group Replication: BEFORE_ON_PRIMARY_FAILOVER and one primary; TiDB: always", isThereAtOnce},
	{"a locked row waits for its lock on the other node", "a write that begins in the moment of a pause may still be sent",
		"Galera: all replicas on one node; Group Replication: single-primary mode; TiDB: pessimistic transactions", locked("SELECT v FROM probe WHERE id = 1 FOR UPDATE")},
	{"a row that is locked for reading waits, too", "a write that begins in the moment of a pause may still be sent",
		"Galera: all replicas on one node; Group Replication: single-primary mode; TiDB: tidb_enable_shared_lock_promotion=ON", locked("SELECT v FROM probe WHERE id = 1 LOCK IN SHARE MODE")},
	{"one process migrates at a time", "two first starts at one moment fail, and have to be repeated: run sidelight migrate before", "Galera, Group Replication: on one node at a time only", oneNamedLock},
	{"numbers grow in the order of time", "the journal may take an earlier change for the latest one", "TiDB: AUTO_ID_CACHE 1", numbersGrow},
}

func all(ctx context.Context, c *sql.Conn, statements ...string) error {
	for _, s := range statements {
		if _, err := c.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func onlyOneChanges(ctx context.Context, one, other *sql.Conn) (bool, error) {
	const change = "UPDATE probe SET v = v + 1 WHERE id = 1 AND v = 0"
	if err := all(ctx, one, "UPDATE probe SET v = 0 WHERE id = 1", "BEGIN", change); err != nil {
		return false, err
	}
	// The other one's statement may wait for the first one's end: on one server it does.
	came := make(chan error, 1)
	go func() {
		var n int64
		result, err := other.ExecContext(ctx, change)
		if err == nil {
			n, err = result.RowsAffected()
		}
		if err == nil && n == 0 {
			err = errors.New("nothing was changed")
		}
		came <- err
	}()
	select {
	case err := <-came: // it did not wait, and is the earlier one: now the first must fail
		second := all(ctx, one, "COMMIT")
		return err != nil || second != nil, all(ctx, one, "ROLLBACK")
	case <-time.After(time.Second):
		first := all(ctx, one, "COMMIT")
		return first == nil && <-came != nil || first != nil, nil
	}
}

func isThereAtOnce(ctx context.Context, one, other *sql.Conn) (bool, error) {
	for i := range 50 {
		if _, err := one.ExecContext(ctx, "REPLACE INTO probe VALUES (2, ?)", i); err != nil {
			return false, err
		}
		var seen int
		if err := other.QueryRowContext(ctx, "SELECT v FROM probe WHERE id = 2").Scan(&seen); err != nil && !errors.Is(err, sql.ErrNoRows) || seen != i {
			return false, err
		}
	}
	return true, nil
}

func locked(lock string) func(ctx context.Context, one, other *sql.Conn) (bool, error) {
	return func(ctx context.Context, one, other *sql.Conn) (bool, error) {
		var v int
		if err := all(ctx, one, "BEGIN"); err != nil {
			return false, err
		}
		if err := one.QueryRowContext(ctx, lock).Scan(&v); err != nil {
			_ = all(ctx, one, "ROLLBACK")
			return false, nil // refused: not given
		}
		err := all(ctx, other, "SET SESSION innodb_lock_wait_timeout = 1", "UPDATE probe SET v = v + 1 WHERE id = 1")
		var e *mysql.MySQLError
		if errors.As(err, &e) && e.Number == 1205 {
			return true, all(ctx, one, "ROLLBACK")
		}
		return false, errors.Join(err, ignoreConflict(all(ctx, one, "ROLLBACK")))
	}
}

// ignoreConflict lets pass that the cluster has ended a transaction by itself.
func ignoreConflict(err error) error {
	var e *mysql.MySQLError
	if errors.As(err, &e) && e.Number == 1213 {
		return nil
	}
	return err
}

func oneNamedLock(ctx context.Context, one, other *sql.Conn) (bool, error) {
	var first, second sql.NullInt64
	if err := one.QueryRowContext(ctx, "SELECT GET_LOCK('sidelight.probe', 0)").Scan(&first); err != nil {
		return false, nil // refused: not given
	}
	defer func() { _, _ = one.ExecContext(ctx, "SELECT RELEASE_LOCK('sidelight.probe')") }()
	err := other.QueryRowContext(ctx, "SELECT GET_LOCK('sidelight.probe', 0)").Scan(&second)
	_, _ = other.ExecContext(ctx, "SELECT RELEASE_LOCK('sidelight.probe')")
	return first.Int64 == 1 && second.Int64 == 0, err
}

func numbersGrow(ctx context.Context, one, other *sql.Conn) (bool, error) {
	last := int64(0)
	for i := range 20 {
		result, err := []*sql.Conn{one, other}[i%2].ExecContext(ctx, "INSERT INTO probe_numbers () VALUES ()")
		if err != nil {
			return false, err
		}
		id, err := result.LastInsertId()
		if err != nil || id <= last {
			return false, err
		}
		last = id
	}
	return true, nil
}

// probe tells what two nodes of a cluster give, and fails where that is less than Sidelight can do
// without.
func probe(t *testing.T, first, second string) map[string]bool {
	t.Helper()
	ctx := t.Context()
	connect := func(address string) *sql.Conn {
		db, err := sql.Open("mysql", strings.TrimPrefix(address, "mysql:"))
		must(t, err)
		conn, err := db.Conn(ctx)
		must(t, err)
		t.Cleanup(func() { _, _ = conn.Close(), db.Close() })
		return conn
	}
	one, other := connect(first), connect(second)
	must(t, all(ctx, one, "DROP TABLE IF EXISTS probe, probe_numbers", "CREATE TABLE probe (id INT PRIMARY KEY, v INT NOT NULL)", "INSERT INTO probe VALUES (1, 0)",
		"CREATE TABLE probe_numbers (id BIGINT AUTO_INCREMENT PRIMARY KEY)"))
	soon(t, "the other node has the table", func() bool {
		return all(ctx, other, "DO (SELECT COUNT(*) FROM probe_numbers)") == nil
	})
	given := map[string]bool{}
	for _, n := range needs {
		ok, err := n.given(ctx, one, other)
		if err != nil {
			t.Fatalf("%s: %v", n.name, err)
		}
		given[n.name] = ok
		switch {
		case ok:
			t.Logf("given: %s", n.name)
		case n.without == "":
			t.Errorf("NOT GIVEN: %s: Sidelight cannot run on this (%s)", n.name, n.remedies)
		default:
			t.Logf("not given: %s; without it %s (%s)", n.name, n.without, n.remedies)
		}
	}
	must(t, all(ctx, one, "DROP TABLE probe, probe_numbers"))
	return given
}

// SIDELIGHT_TEST_CLUSTER names an empty database by two nodes of a cluster of any product, as two
// addresses with a blank between them. Two replicas run on it while users edit.
func TestTwoReplicasOnTwoNodesOfAnyCluster(t *testing.T) {
	first, second, ok := strings.Cut(os.Getenv("SIDELIGHT_TEST_CLUSTER"), " ")
	if !ok {
		t.Skip("SIDELIGHT_TEST_CLUSTER names no cluster")
	}
	probe(t, first, second)
	bin, data := program(t), t.TempDir()
	if got := command(t, bin, t.TempDir(), nil, "migrate", "--data", data, "--database", first); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	c := newCrash(t, simulated(t, bin, 300))
	one, a := c.replica(bin, data, first)
	two, b := c.replica(bin, data, second)
	admin := a.token("admin", "")
	within(t, recovery, "the first sync is done", a.active(admin))
	c.editFor(10 * time.Second)
	c.settled(admin, a, b)
	c.check(first)
	one.interrupt()
	c.vendors.editsGoBothWays(t, b, admin, "second")
	two.interrupt()
}
