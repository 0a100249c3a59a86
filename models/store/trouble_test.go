package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sidelight/internal/testkit"
	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

// eventually waits until the database is as it should be: well for "".
func eventually(t *testing.T, s *store.Store, want models.DatabaseProblem) models.DatabaseHealth {
	t.Helper()
	var d models.DatabaseHealth
	testkit.Within(t, 60*time.Second, fmt.Sprintf("the database is %q", want), func() bool {
		d = s.Beat(ctx)
		return problemOf(d) == want
	}, func() string { return fmt.Sprintf("it is %q", problemOf(d)) })
	return d
}

func problemOf(d models.DatabaseHealth) models.DatabaseProblem {
	if d.Code == nil {
		return ""
	}
	return *d.Code
}

// open opens a store on a file of its own.
func openFile(t *testing.T, folder string, change ...func(*store.Options)) (*store.Store, string) {
	t.Helper()
	path := filepath.Join(folder, "sidelight.sqlite")
	return storetest.Open(t, "sqlite:"+path, change...), path
}

// note keeps a setting.
func note(s *store.Store, value string) error { return s.SetSetting(ctx, "test", value) }

// noted tells whether the setting reads as it was last kept.
func noted(t *testing.T, s *store.Store, want string) {
	t.Helper()
	if got := must[string](t)(s.Setting(ctx, "test")); got != want {
		t.Errorf("the setting is %q, not %q", got, want)
	}
}

func unavailable(t *testing.T, err error) {
	t.Helper()
	var said *models.Error
	if !errors.As(err, &said) || said.Code != models.CodeUnavailable || said.RetryAfter == 0 || !strings.Contains(said.Message, "try again") {
		t.Errorf("not UNAVAILABLE: %v", err)
	}
}

func TestAFullDiskIsSeenAndHealsByItself(t *testing.T) {
	disk := storetest.SmallDisk(t, "4m")
	log := &bytes.Buffer{}
	s, _ := openFile(t, disk.Path, func(o *store.Options) { o.Logger = slog.New(slog.NewTextHandler(log, nil)) })
	check(t, note(s, "before"))
	disk.Fill()
	var err error
	kept := "before"
	for n := 0; err == nil; n++ { // what is left of the log's space is used up first
		value := fmt.Sprint(n, strings.Repeat("x", 8<<10))
		if err = note(s, value); err == nil {
			kept = value
		}
	}
	unavailable(t, err)
	d := s.Health()
	if d.OK || problemOf(d) != models.DatabaseFull || d.Since == nil || d.Problem == nil {
		t.Errorf("the health is %+v", d)
	}
	if d = s.Beat(ctx); d.OK {
		t.Error("the heartbeat says that all is well")
	}
	noted(t, s, kept)
	disk.Free()
	eventually(t, s, "")
	noted(t, s, kept)
	check(t, note(s, strings.Repeat("y", 100<<10)))
	if said := log.String(); !strings.Contains(said, "problem=FULL") || !strings.Contains(said, "sqlite 13") || !strings.Contains(said, "well again") || strings.Contains(said, "xxxx") {
		t.Errorf("the log says: %s", said)
	}
}

func TestDamageIsSeenAndNothingMoreIsWritten(t *testing.T) {
	folder := t.TempDir()
	s, path := openFile(t, folder)
	for n := range 40 {
		check(t, s.SetSetting(ctx, fmt.Sprint("filler", n), strings.Repeat("x", 2000)))
	}
	check(t, s.Close())
	whole := must[[]byte](t)(os.ReadFile(path))
	s, _ = openFile(t, folder)
	check(t, s.CheckWhole(ctx))
	if !s.Health().OK {
		t.Fatalf("a sound file is taken for damaged: %+v", s.Health())
	}
	broken := bytes.Clone(whole)
	for at := 8 << 12; at < len(broken); at += 1 << 12 { // the pages behind the first tables
		copy(broken[at:], bytes.Repeat([]byte{0xa5}, 2000))
	}
	check(t, over(path, broken))
	check(t, s.CheckWhole(ctx))
	d := s.Health()
	if problemOf(d) != models.DatabaseDamaged || d.Since == nil {
		t.Fatalf("the health is %+v", d)
	}
	unavailable(t, note(s, "onto broken pages"))
	if s.Beat(ctx).OK {
		t.Error("a heartbeat ends the damage")
	}
	check(t, over(path, whole))
	check(t, s.CheckWhole(ctx))
	eventually(t, s, "")
}

// over writes over a file in place.
func over(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(text, 0)
	return errors.Join(err, f.Close())
}

func TestADamagedRowIsSeenWhenItIsRead(t *testing.T) {
	folder := t.TempDir()
	s, path := openFile(t, folder)
	check(t, s.SaveProfiles(ctx, []models.Profile{{ID: "1", Name: "Agent"}}))
	check(t, s.Close())
	whole := must[[]byte](t)(os.ReadFile(path))
	s, _ = openFile(t, folder)
	broken := bytes.Clone(whole)
	for at := 1 << 12; at < len(broken); at += 1 << 12 {
		copy(broken[at:], bytes.Repeat([]byte{0xa5}, 4000))
	}
	check(t, over(path, broken))
	_, err := s.Profiles(ctx)
	unavailable(t, err)
	if d := s.Health(); problemOf(d) != models.DatabaseDamaged {
		t.Errorf("the health is %+v", d)
	}
	check(t, over(path, whole))
}

func TestAFileThatIsNoDatabaseIsNamedAtTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sidelight.sqlite")
	check(t, os.WriteFile(path, bytes.Repeat([]byte("not a database "), 1000), 0o644))
	_, err := store.Open(ctx, "sqlite:"+path, store.Options{Seal: storetest.Key})
	if err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("%v", err)
	}
}

func TestAFullDiskAtTheStartIsNamed(t *testing.T) {
	disk := storetest.SmallDisk(t, "256k")
	_, err := store.Open(ctx, "sqlite:"+filepath.Join(disk.Path, "sidelight.sqlite"), store.Options{Seal: storetest.Key})
	if err == nil || !strings.Contains(err.Error(), "is full") || strings.Contains(err.Error(), "by itself") {
		t.Errorf("%v", err)
	}
}

func TestAnotherProgramThatHoldsTheFileIsNamed(t *testing.T) {
	s, path := openFile(t, t.TempDir())
	db := must[*sql.DB](t)(sql.Open("sqlite", "file:"+path))
	conn := must[*sql.Conn](t)(db.Conn(ctx))
	defer func() { check(t, errors.Join(conn.Close(), db.Close())) }()
	_, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	check(t, err)
	eventually(t, s, models.DatabaseBusy)
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	unavailable(t, s.SetSetting(short, "test", "x"))
	_, err = conn.ExecContext(ctx, "ROLLBACK")
	check(t, err)
	eventually(t, s, "")
	check(t, note(s, "after"))
}

func TestRowsThatAreGoneWhileItRunsAreNamed(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		check(t, s.Exec(ctx, "DELETE FROM heartbeats"))
		eventually(t, s, models.DatabaseEmpty)
		check(t, s.Exec(ctx, "INSERT INTO heartbeats (id, beat_at) VALUES (1, ?)", t0))
		eventually(t, s, "")
		check(t, s.Exec(ctx, "DROP TABLE settings"))
		unavailable(t, note(s, "x"))
		if d := s.Health(); problemOf(d) != models.DatabaseEmpty {
			t.Errorf("the health is %+v", d)
		}
	})
}

func TestAnEmptyDatabaseIsNotBegunWhereThereWasOne(t *testing.T) {
	refused := func(t *testing.T, address string) {
		t.Helper()
		_, err := store.Open(ctx, address, store.Options{Seal: storetest.Key, Kept: true})
		if models.CodeOf(err) != models.CodeConflict || !strings.Contains(err.Error(), "--begin-anew") {
			t.Errorf("an empty database was opened: %v", err)
		}
	}
	storetest.Each(t, func(t *testing.T, address string) {
		refused(t, address)
		refused(t, address) // the first attempt leaves nothing that the second takes for rows
		s := storetest.Open(t, address)
		check(t, s.Close())
		s = storetest.Open(t, address, func(o *store.Options) { o.Kept = true })
		check(t, s.Exec(ctx, "DELETE FROM integrations"))
		check(t, s.Close())
		refused(t, address)
	})
	t.Run("an empty file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sidelight.sqlite")
		check(t, os.WriteFile(path, nil, 0o600))
		refused(t, "sqlite:"+path)
	})
}

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	folder := t.TempDir()
	check(t, os.Chmod(folder, 0o755))
	modes := func(path string) {
		t.Helper()
		for _, beside := range []string{"", "-wal", "-shm"} {
			if mode := must[fs.FileInfo](t)(os.Stat(path + beside)).Mode(); mode != 0o600 {
				t.Errorf("the file%s has the mode %v", beside, mode)
			}
		}
	}
	s, path := openFile(t, folder)
	modes(path)
	check(t, s.Close())
	check(t, os.Chmod(path, 0o644)) // as an earlier version left it
	_, path = openFile(t, folder)
	modes(path)
}

func TestAPathMayHoldAnything(t *testing.T) {
	for _, name := range []string{"with space", "100%", "a#b", "ü", "a&mode=ro"} {
		path := filepath.Join(t.TempDir(), name, "x.sqlite")
		s := storetest.Open(t, "sqlite:"+path)
		check(t, note(s, "kept"))
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestACallerThatGoesAwayIsNoTrouble(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		if err := s.SetSetting(gone, "test", "x"); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		over, cancel := context.WithTimeout(ctx, 0)
		defer cancel()
		if err := s.SetSetting(over, "test", "x"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if _, err := s.Profiles(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if !s.Health().OK || !s.Beat(ctx).OK {
			t.Errorf("%+v", s.Health())
		}
	})
}

func TestHealthIsWatched(t *testing.T) {
	s, path := openFile(t, t.TempDir())
	watched, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		s.Watch(watched)
		close(done)
	}()
	check(t, note(s, "before"))
	check(t, os.Rename(path, path+".moved"))
	unavailable(t, note(s, "x")) // has it looked at
	check(t, os.Rename(path+".moved", path))
	testkit.Within(t, 60*time.Second, "the database heals", func() bool { return s.Health().OK })
	stop()
	<-done
}

func TestErrorsOfMySQLAreToldApart(t *testing.T) {
	for _, c := range []struct {
		number  uint16
		message string
		want    models.DatabaseProblem
	}{
		{1047, "WSREP has not yet prepared node for application use", models.DatabaseNoQuorum},
		{1114, "The table 'links' is full", models.DatabaseFull},
		{1021, "Disk full (/tmp/#sql); waiting for someone to free some space", models.DatabaseFull},
		{1030, `Got error 28 "No space left on device" from storage engine InnoDB`, models.DatabaseFull},
		{1026, "Error writing file './x/links.ibd' (errno: 28 \"No space left on device\")", models.DatabaseFull},
		{1180, "Got error 5 \"Input/output error\" during COMMIT", models.DatabaseDisk},
		{1290, "The MariaDB server is running with the --read-only option so it cannot execute this statement", models.DatabaseReadOnly},
		{1290, "The MySQL server is running with the --super-read-only option so it cannot execute this statement", models.DatabaseReadOnly},
		{1290, "The MySQL server is running with the --secure-file-priv option so it cannot execute this statement", ""},
		{1053, "Server shutdown in progress", models.DatabaseUnreachable},
		{1040, "Too many connections", models.DatabaseBusy},
		{1205, "Lock wait timeout exceeded; try restarting transaction", models.DatabaseBusy},
		{1045, "Access denied for user 'x'@'localhost' (using password: YES)", models.DatabaseRefused},
		{1142, "UPDATE command denied", models.DatabaseRefused},
		{1146, "Table 'x.links' doesn't exist", models.DatabaseEmpty},
		{1062, "Duplicate entry", ""},
		{1064, "You have an error in your SQL syntax", ""},
		{1406, "Data too long for column", ""},
	} {
		if got := store.MySQLProblem(c.number, c.message); got != c.want {
			t.Errorf("%d %s: %q, not %q", c.number, c.message, got, c.want)
		}
	}
}

func TestEveryProblemSaysWhatMendsIt(t *testing.T) {
	for _, p := range []models.DatabaseProblem{models.DatabaseFull, models.DatabaseDisk, models.DatabaseReadOnly, models.DatabaseDamaged, models.DatabaseMissing, models.DatabaseReplaced,
		models.DatabaseUnreachable, models.DatabaseNoQuorum, models.DatabaseBusy, models.DatabaseRefused, models.DatabaseEmpty, models.DatabaseFailing} {
		if strings.Count(p.Sentence(), ".") < 2 || strings.Contains(p.AtStart(), "by itself") && p != models.DatabaseMissing {
			t.Errorf("%s says %q, and at the start %q", p, p.Sentence(), p.AtStart())
		}
	}
}
