package store_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sidelight/models"
	"sidelight/models/store"
	"sidelight/models/store/storetest"
)

func TestAFileThatWasRemovedIsWrittenBack(t *testing.T) {
	for name, remove := range map[string]func(path string) error{
		"the file":          os.Remove,
		"the log":           func(path string) error { return os.Remove(path + "-wal") },
		"the shared memory": func(path string) error { return os.Remove(path + "-shm") },
		"everything": func(path string) error {
			return errors.Join(os.Remove(path), os.Remove(path+"-wal"), os.Remove(path+"-shm"))
		},
		"the folder, for a bit": func(path string) error { return os.RemoveAll(filepath.Dir(path)) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "data")
			s, path := openFile(t, folder)
			check(t, s.SaveProfiles(ctx, []models.Profile{{ID: "1", Name: "Agent"}}))
			check(t, note(s, "before"))
			check(t, remove(path))
			unavailable(t, note(s, "into nothing"))
			if d := s.Health(); problemOf(d) != models.DatabaseMissing {
				t.Errorf("the health is %+v", d)
			}
			noted(t, s, "before")
			check(t, os.MkdirAll(folder, 0o700))
			eventually(t, s, "")
			check(t, note(s, "after"))
			check(t, s.Close())
			again, _ := openFile(t, folder, func(o *store.Options) { o.Kept = true })
			noted(t, again, "after")
			if list := must[[]models.Profile](t)(again.Profiles(ctx)); len(list) != 1 {
				t.Errorf("the profiles are %v", list)
			}
			check(t, again.CheckWhole(ctx))
			if !again.Health().OK {
				t.Error("the file that was written back is damaged")
			}
			for _, beside := range []string{"", "-wal", "-shm"} {
				if mode := must[fs.FileInfo](t)(os.Stat(path + beside)).Mode(); mode != 0o600 {
					t.Errorf("%s has the mode %v", beside, mode)
				}
			}
		})
	}
}

func TestAFileThatIsRemovedAgainAndAgainTakesItsSpaceOnce(t *testing.T) {
	disk := storetest.SmallDisk(t, "16m")
	s, path := openFile(t, disk.Path)
	for n := range 60 {
		check(t, s.SetSetting(ctx, fmt.Sprint("filler", n), strings.Repeat("x", 50<<10)))
	}
	for range 6 { // the third would find no space beside what the first two leave
		check(t, errors.Join(os.Remove(path), os.Remove(path+"-wal"), os.Remove(path+"-shm")))
		unavailable(t, note(s, "into nothing"))
		eventually(t, s, "")
		check(t, note(s, "after"))
	}
	noted(t, s, "after")
}

func TestWhatIsWrittenWhileAFileIsRemovedIsNotLost(t *testing.T) {
	s, path := openFile(t, t.TempDir())
	check(t, note(s, "before"))
	ended, failed := make(chan string), make(chan struct{})
	stop := make(chan struct{})
	go func() {
		kept := ""
		var once sync.Once
		for n := 0; ; n++ {
			if value := fmt.Sprint(n); note(s, value) == nil {
				kept = value
			} else {
				once.Do(func() { close(failed) })
			}
			select {
			case <-stop:
				ended <- kept
				return
			default:
			}
		}
	}()
	check(t, os.Remove(path))
	<-failed
	eventually(t, s, "")
	close(stop)
	noted(t, s, <-ended)
}

func TestAFileThatWasRemovedIsWrittenBackBeforeTheProcessEnds(t *testing.T) {
	folder := t.TempDir()
	s, path := openFile(t, folder)
	check(t, note(s, "before"))
	check(t, errors.Join(os.Remove(path), os.Remove(path+"-wal"), os.Remove(path+"-shm")))
	check(t, s.Close())
	again, _ := openFile(t, folder, func(o *store.Options) { o.Kept = true })
	noted(t, again, "before")
}

func TestAFileThatWasMovedIsWaitedFor(t *testing.T) {
	s, path := openFile(t, t.TempDir())
	check(t, note(s, "before"))
	check(t, os.Rename(path, path+".moved"))
	eventually(t, s, models.DatabaseMissing)
	unavailable(t, note(s, "into nothing"))
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was written where the file was: %v", err)
	}
	check(t, os.Rename(path+".moved", path))
	eventually(t, s, "")
	noted(t, s, "before")
	check(t, note(s, "after"))
}

func TestAnotherFileInItsPlaceIsLeftAlone(t *testing.T) {
	folder := t.TempDir()
	s, path := openFile(t, folder)
	check(t, note(s, "ours"))
	other, from := openFile(t, filepath.Join(folder, "other"))
	check(t, note(other, "theirs"))
	// A backup with rows that stand in its -wal alone.
	for _, beside := range []string{"", "-wal"} {
		text := must[[]byte](t)(os.ReadFile(from + beside))
		check(t, os.Remove(path+beside))
		check(t, os.WriteFile(path+beside, text, 0o600))
	}
	eventually(t, s, models.DatabaseReplaced)
	unavailable(t, note(s, "into the wrong one"))
	noted(t, s, "ours")
	check(t, s.Close())
	again, _ := openFile(t, folder, func(o *store.Options) { o.Kept = true })
	noted(t, again, "theirs")
}

func TestOurLogIsNotTakenForThatOfAnotherFile(t *testing.T) {
	for name, stop := range map[string]func(s *store.Store){
		"after it was noticed": func(s *store.Store) { eventually(t, s, models.DatabaseReplaced) },
		"at once":              func(*store.Store) {},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			s, path := openFile(t, folder)
			check(t, note(s, "before"))
			check(t, s.Close())
			backup := must[[]byte](t)(os.ReadFile(path))
			s, _ = openFile(t, folder)
			for n := range 50 {
				check(t, note(s, fmt.Sprint("later", n)))
			}
			check(t, os.Rename(path, path+".old"))
			check(t, os.WriteFile(path, backup, 0o600)) // and -wal stays where it is
			stop(s)
			check(t, s.Close())
			again, _ := openFile(t, folder, func(o *store.Options) { o.Kept = true })
			noted(t, again, "before")
			check(t, again.Close())
			// What was moved away is whole; a copy, for this process has the file itself open
			// still.
			moved := filepath.Join(t.TempDir(), "sidelight.sqlite")
			check(t, os.WriteFile(moved, must[[]byte](t)(os.ReadFile(path+".old")), 0o600))
			again, _ = openFile(t, filepath.Dir(moved))
			noted(t, again, "later49")
		})
	}
}
