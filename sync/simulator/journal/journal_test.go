package journal

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

type entry struct {
	N int `json:"n"`
}

func numbers(t *testing.T, entries []json.RawMessage) []int {
	t.Helper()
	var got []int
	for _, raw := range entries {
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		got = append(got, e.N)
	}
	return got
}

func reopen(t *testing.T, path string) (*Log, []int) {
	t.Helper()
	log, entries, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return log, numbers(t, entries)
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func TestEntriesAreFoundAgainInOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "state.jsonl")
	log, got := reopen(t, path)
	if len(got) != 0 {
		t.Fatalf("a new journal holds %v", got)
	}
	for i := range 3 {
		if err := log.Append(entry{i}); err != nil {
			t.Fatal(err)
		}
	}
	if _, got = reopen(t, path); !equal(got, []int{0, 1, 2}) {
		t.Fatalf("got %v", got)
	}
}

// A kill can tear the last line at any byte; whatever was whole before it stays, and writing goes
// on after it.
func TestTornLastLineIsCutOffAtEveryByte(t *testing.T) {
	whole := "{\"n\":1}\n{\"n\":2}\n"
	last := "{\"n\":3}\n"
	for at := range len(last) {
		path := filepath.Join(t.TempDir(), "state.jsonl")
		if err := os.WriteFile(path, []byte(whole+last[:at]), 0o600); err != nil {
			t.Fatal(err)
		}
		log, got := reopen(t, path)
		if !equal(got, []int{1, 2}) {
			t.Fatalf("torn at %d: got %v", at, got)
		}
		if err := log.Append(entry{4}); err != nil {
			t.Fatal(err)
		}
		if _, got = reopen(t, path); !equal(got, []int{1, 2, 4}) {
			t.Fatalf("torn at %d, then appended: got %v", at, got)
		}
	}
}

func TestBrokenLineInTheMiddleIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	if err := os.WriteFile(path, []byte("{\"n\":1}\n{\"n\n{\"n\":2}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(path); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Fatalf("got %v, want an error that names line 2", err)
	}
}

func TestRewriteReplacesAndAppendGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	log, _ := reopen(t, path)
	for i := range 10 {
		if err := log.Append(entry{i}); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Rewrite([]any{entry{100}, entry{101}}); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(entry{102}); err != nil {
		t.Fatal(err)
	}
	if _, got := reopen(t, path); !equal(got, []int{100, 101, 102}) {
		t.Fatalf("got %v", got)
	}
	if _, err := os.Stat(path + ".new"); !os.IsNotExist(err) {
		t.Fatalf("the side file is left over: %v", err)
	}
}

func TestConcurrentAppendsKeepLinesWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.jsonl")
	log, _ := reopen(t, path)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				if err := log.Append(entry{i*50 + j}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if _, got := reopen(t, path); len(got) != 400 {
		t.Fatalf("got %d entries, want 400", len(got))
	}
}

func TestWithoutAPathNothingIsKept(t *testing.T) {
	log, entries, err := Open("")
	if err != nil || entries != nil {
		t.Fatalf("got %v, %v", entries, err)
	}
	if err := log.Append(entry{1}); err != nil {
		t.Fatal(err)
	}
	if err := log.Rewrite([]any{entry{1}}); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAppendAfterCloseIsAnError(t *testing.T) {
	log, _ := reopen(t, filepath.Join(t.TempDir(), "state.jsonl"))
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatalf("second close: %v", err)
	}
	if err := log.Append(entry{1}); err == nil {
		t.Fatal("append after close said nothing")
	}
}
