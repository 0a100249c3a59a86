package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

// breakable is a MariaDB server that a test may stop, kill and start again. Others share one that
// nothing may happen to.
type breakable struct {
	t      *testing.T
	folder string
	port   int
	more   []string
	cmd    *exec.Cmd
	ended  chan error
}

// newBreakable starts one with its data in the folder. The user sidelight has what the running
// product needs, and no more: an administrator may write where nobody else may.
func newBreakable(t *testing.T, folder string, more ...string) *breakable {
	t.Helper()
	install, err := exec.LookPath("mariadb-install-db")
	if _, also := exec.LookPath("mariadbd"); err != nil || also != nil {
		if os.Getenv("SIDELIGHT_NO_SKIP") != "" {
			t.Fatal("mariadbd is not installed")
		}
		t.Skip("mariadbd is not installed: install mariadb-server")
	}
	data := filepath.Join(folder, "data")
	said, err := exec.Command(install, "--no-defaults", "--datadir="+data, "--auth-root-authentication-method=normal", "--skip-test-db", "--user="+userName(), "--innodb-log-file-size=8M").CombinedOutput()
	if err != nil {
		t.Fatalf("the server cannot be set up: %v: %s", err, said)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	b := &breakable{t: t, folder: folder, port: free.Addr().(*net.TCPAddr).Port, more: more}
	check(t, free.Close())
	b.start()
	t.Cleanup(b.kill)
	testkit.Within(t, 30*time.Second, "the server takes statements", func() bool {
		// A node of a cluster does a little later.
		return b.try("CREATE DATABASE sidelight") == nil
	})
	b.exec("CREATE USER sidelight@'127.0.0.1' IDENTIFIED BY 'secret'", "GRANT ALL ON sidelight.* TO sidelight@'127.0.0.1'")
	return b
}

func userName() string {
	if os.Geteuid() == 0 {
		return "root"
	}
	return os.Getenv("USER")
}

func (b *breakable) start() {
	b.t.Helper()
	args := append([]string{"--no-defaults", "--datadir=" + filepath.Join(b.folder, "data"), "--socket=" + filepath.Join(b.folder, "s"), fmt.Sprint("--port=", b.port), "--bind-address=127.0.0.1",
		"--tmpdir=" + b.folder, "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=8M", "--skip-log-bin", "--skip-name-resolve", "--user=" + userName()}, b.more...)
	log, err := os.OpenFile(filepath.Join(b.t.TempDir(), "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	check(b.t, err)
	b.cmd = exec.Command("mariadbd", args...)
	b.cmd.Stdout, b.cmd.Stderr = log, log
	check(b.t, b.cmd.Start())
	ended := make(chan error, 1)
	go func(cmd *exec.Cmd) { ended <- cmd.Wait() }(b.cmd)
	b.ended = ended
	deadline := time.Now().Add(60 * time.Second)
	for b.try("SELECT 1") != nil {
		select {
		case err := <-ended:
			said, _ := os.ReadFile(log.Name())
			b.t.Fatalf("the server ended: %v: %s", err, said)
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			b.t.Fatal("the server does not answer")
		}
	}
	check(b.t, log.Close())
}

func (b *breakable) kill() {
	if b.cmd != nil {
		_ = b.cmd.Process.Kill()
		<-b.ended
		b.cmd = nil
	}
}

// try runs statements as the administrator.
func (b *breakable) try(statements ...string) error {
	db, err := sql.Open("mysql", "root@unix("+filepath.Join(b.folder, "s")+")/")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

func (b *breakable) exec(statements ...string) {
	b.t.Helper()
	check(b.t, b.try(statements...))
}

func (b *breakable) address() string {
	return fmt.Sprintf("mysql:sidelight:secret@tcp(127.0.0.1:%d)/sidelight", b.port)
}

func TestTroublesOfAServerAreSeenAndHealByThemselves(t *testing.T) {
	b := newBreakable(t, t.TempDir(), "--max-connections=12")
	s := storetest.Open(t, b.address())
	var holders []*sql.Conn
	others, err := sql.Open("mysql", strings.TrimPrefix(b.address(), "mysql:"))
	check(t, err)
	defer func() { check(t, others.Close()) }()
	for _, trouble := range []struct {
		name        string
		bring, mend func()
		want        models.DatabaseProblem
	}{
		{"read only", func() { b.exec("SET GLOBAL read_only = 1") }, func() { b.exec("SET GLOBAL read_only = 0") }, models.DatabaseReadOnly},
		{"killed", b.kill, b.start, models.DatabaseUnreachable},
		{"no right to write", func() {
			b.exec("REVOKE ALL ON sidelight.* FROM sidelight@'127.0.0.1'", "GRANT SELECT ON sidelight.* TO sidelight@'127.0.0.1'")
			b.cut()
		}, func() { b.exec("GRANT ALL ON sidelight.* TO sidelight@'127.0.0.1'"); b.cut() }, models.DatabaseRefused},
		{"another password", func() { b.exec("ALTER USER sidelight@'127.0.0.1' IDENTIFIED BY 'another'"); b.cut() },
			func() { b.exec("ALTER USER sidelight@'127.0.0.1' IDENTIFIED BY 'secret'") }, models.DatabaseRefused},
		{"a table that is gone", func() {
			b.exec("RENAME TABLE sidelight.settings TO sidelight.gone, sidelight.heartbeats TO sidelight.gone2")
		},
			func() {
				b.exec("RENAME TABLE sidelight.gone TO sidelight.settings, sidelight.gone2 TO sidelight.heartbeats")
			}, models.DatabaseEmpty},
		{"no connection left", func() {
			b.cut()
			for {
				conn, err := others.Conn(ctx)
				if err != nil {
					return
				}
				holders = append(holders, conn)
			}
		}, func() {
			for _, conn := range holders {
				check(t, conn.Close())
			}
			others.SetMaxIdleConns(0)
		}, models.DatabaseBusy},
	} {
		t.Run(trouble.name, func(t *testing.T) {
			check(t, note(s, "before"))
			trouble.bring()
			unavailable(t, note(s, "into nothing"))
			if d := s.Health(); problemOf(d) != trouble.want || d.Since == nil {
				t.Errorf("the health is %s: %+v", problemOf(d), d)
			}
			if s.Beat(ctx).OK {
				t.Error("the heartbeat says that all is well")
			}
			trouble.mend()
			eventually(t, s, "")
			noted(t, s, "before")
			check(t, note(s, "after"))
		})
	}
}

// cut ends the product's connections.
func (b *breakable) cut() {
	b.t.Helper()
	if err := b.try("KILL USER sidelight@'127.0.0.1'"); err != nil {
		b.t.Fatal(err)
	}
}

func TestAServerThatHangsIsSeen(t *testing.T) {
	b := newBreakable(t, t.TempDir())
	s := storetest.Open(t, b.address())
	check(t, note(s, "before"))
	b.stop()
	stopped := b.cmd.Process
	defer func() { _ = stopped.Signal(sigcont) }()
	eventually(t, s, models.DatabaseUnreachable)
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	unavailable(t, s.SetSetting(short, "test", "into nothing"))
	_, err := s.Setting(short, "test")
	unavailable(t, err)
	check(t, stopped.Signal(sigcont))
	eventually(t, s, "")
	check(t, note(s, "after"))
}

// stop stops the server's process where it stands, and returns once it does.
func (b *breakable) stop() {
	b.t.Helper()
	check(b.t, b.cmd.Process.Signal(sigstop))
	status := fmt.Sprintf("/proc/%d/status", b.cmd.Process.Pid)
	testkit.Soon(b.t, "the server stands still", func() bool {
		said, err := os.ReadFile(status)
		return errors.Is(err, os.ErrNotExist) || strings.Contains(string(said), "(stopped)")
	})
}

// The driver waits for the answer to a COMMIT and to a ROLLBACK without a bound, whatever the
// caller's time.
func TestAServerThatHangsAtTheEndOfATransactionIsSeen(t *testing.T) {
	b := newBreakable(t, t.TempDir())
	var armed atomic.Bool
	s := storetest.Open(t, b.address(), func(o *store.Options) {
		store.EndWithin(o, time.Second)
		store.AfterStatement(o, func(statement string) {
			if strings.Contains(statement, "settings") && armed.CompareAndSwap(true, false) {
				b.stop()
			}
		})
	})
	defer func() { _ = b.cmd.Process.Signal(sigcont) }()
	refusal := errors.New("refused by the test")
	for _, refused := range []error{nil, refusal} {
		check(t, note(s, "before"))
		armed.Store(true)
		err := store.InTransaction(ctx, s, func(tx *gorm.DB) error {
			return errors.Join(tx.Exec("UPDATE settings SET value = value WHERE name = 'test'").Error, refused)
		})
		if armed.Load() {
			t.Fatal("the server did not hang")
		}
		if refused == nil {
			unavailable(t, err)
		} else if !errors.Is(err, refusal) {
			t.Errorf("the transaction ended with %v", err)
		}
		eventually(t, s, models.DatabaseUnreachable)
		check(t, b.cmd.Process.Signal(sigcont))
		eventually(t, s, "")
		check(t, note(s, "after"))
	}
}

// A server that takes a connection and says nothing holds nobody, whatever the caller's time.
func TestAServerThatNeverGreetsIsUnreachable(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer func() { _ = silent.Close() }()
	_, err = store.Open(ctx, "mysql:root:hidden@tcp("+silent.Addr().String()+")/x?timeout=200ms", store.Options{Seal: storetest.Key})
	var said *models.Error
	if !errors.As(err, &said) || said.Code != models.CodeUpstreamUnavailable {
		t.Errorf("%v", err)
	}
}

func TestAServersFullDiskIsSeenAndHealsByItself(t *testing.T) {
	disk := storetest.SmallDisk(t, "192m")
	b := newBreakable(t, disk.Path)
	s := storetest.Open(t, b.address())
	check(t, note(s, "before"))
	disk.Fill()
	var err error
	for n := 0; err == nil && n < 60_000; n++ {
		// Larger ones are stored outside their row, and MariaDB ends itself when there is no space
		// for them.
		err = s.SetSetting(ctx, fmt.Sprint("filler", n), strings.Repeat("x", 3<<10))
	}
	unavailable(t, err)
	if d := s.Health(); problemOf(d) != models.DatabaseFull {
		t.Errorf("the health is %s after %v", problemOf(d), err)
	}
	disk.Free()
	eventually(t, s, "")
	noted(t, s, "before")
	check(t, note(s, "after"))
}

func TestANodeWithoutItsClusterIsNamed(t *testing.T) {
	provider := "/usr/lib/galera/libgalera_smm.so"
	if _, err := os.Stat(provider); err != nil {
		t.Skip("galera-4 is not installed")
	}
	b := newBreakable(t, t.TempDir(), "--wsrep-on=ON", "--wsrep-provider="+provider, "--wsrep-cluster-address=gcomm://", "--binlog-format=ROW", "--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:0;base_port=0")
	s := storetest.Open(t, b.address())
	check(t, note(s, "before"))
	b.exec("SET GLOBAL wsrep_reject_queries = ALL")
	unavailable(t, note(s, "into nothing"))
	_, err := s.Setting(ctx, "test")
	unavailable(t, err)
	if d := s.Health(); problemOf(d) != models.DatabaseNoQuorum {
		t.Errorf("the health is %s", problemOf(d))
	}
	if err := b.try("SET GLOBAL wsrep_reject_queries = NONE"); err != nil {
		t.Fatal(err)
	}
	eventually(t, s, "")
	noted(t, s, "before")
}

func TestAServerThatIsNotThereIsNamedAtTheStart(t *testing.T) {
	_, err := store.Open(ctx, "mysql:root:hidden@tcp(127.0.0.1:1)/x", store.Options{Seal: storetest.Key})
	var said *models.Error
	if !errors.As(err, &said) || said.Code != models.CodeUpstreamUnavailable || strings.Contains(said.Message, "hidden") {
		t.Errorf("%v", err)
	}
}
