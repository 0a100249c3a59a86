package simulator

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// childVariable makes the test binary run the vendors on a folder instead of the tests.
const childVariable = "SIMULATOR_TEST_STATE"

func childState() string { return os.Getenv(childVariable) }

// serveUntilKilled is the child process: it says where the vendors are and waits for its end.
func serveUntilKilled(dir string) {
	r, err := Start(context.Background(), small(dir))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println(r.SalesforceURL, r.DeskURL)
	_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent
	os.Exit(0)
}

// child starts a process with both vendors and returns their addresses.
func child(t *testing.T, dir string) (cmd *exec.Cmd, salesforceURL, deskURL string) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // for a test that ended before it did so itself
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	salesforceURL, deskURL, found := strings.Cut(strings.TrimSpace(line), " ")
	if err != nil || !found || salesforceURL == "error" {
		t.Fatalf("the child says %q (%v)", line, err)
	}
	return cmd, salesforceURL, deskURL
}

// A process that is killed while it writes has kept every write it answered, and no write is half
// there; nor does a line that was torn in the middle keep it from starting.
func TestAKillLosesNothingThatWasAnswered(t *testing.T) {
	dir := t.TempDir()
	cmd, salesforceURL, deskURL := child(t, dir)
	v := connect(t, salesforceURL, deskURL)
	before := map[string]int{"salesforce": len(v.contacts("salesforce")), "desk": len(v.contacts("desk"))}

	answered := map[string]int{}
	var writing sync.WaitGroup
	var mu sync.Mutex
	enough := make(chan struct{}, len(sides))
	for _, side := range sides {
		writing.Go(func() {
			for i := 0; v.create(side, "Killed "+strconv.Itoa(i)) == nil; i++ {
				mu.Lock()
				answered[side] = i + 1
				mu.Unlock()
				if i == 25 {
					enough <- struct{}{}
				}
			}
		})
	}
	for range sides {
		<-enough
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	writing.Wait()
	for _, name := range []string{salesforceFile, deskFile} {
		tear(t, filepath.Join(dir, name))
	}

	r := start(t, small(dir))
	v = connect(t, r.SalesforceURL, r.DeskURL)
	for _, side := range sides {
		all := v.contacts(side)
		written := len(all) - before[side]
		// The last write may have landed without its answer.
		if written < answered[side] || written > answered[side]+1 {
			t.Errorf("%s: %d writes were answered, %d are there", side, answered[side], written)
		}
		for i := range answered[side] {
			if n := count(all, "Killed "+strconv.Itoa(i)); n != 1 {
				t.Errorf("%s: write %d is there %d times", side, i, n)
			}
		}
		if err := v.create(side, "Afterwards"); err != nil {
			t.Error(err)
		}
	}
}

// tear leaves half a line at the end, as a kill in the middle of a write does.
func tear(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(`[{"k":"contacts","id":"70`); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}
