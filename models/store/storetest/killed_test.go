//go:build linux

package storetest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sidelight/internal/testkit"
)

func TestMain(m *testing.M) { Main(m) }

// TestToBeKilled is no test: it is the process that TestAKilledTestRunLeavesNoServer kills. It
// starts servers, says which, and waits.
func TestToBeKilled(t *testing.T) {
	if os.Getenv("SIDELIGHT_TO_BE_KILLED") == "" {
		t.Skip("only when another test starts it")
	}
	for _, p := range Products {
		s := p.Start(t, nil, "--skip-networking")
		pid, err := os.ReadFile(filepath.Join(s.dir, "pid"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("STARTED", strings.TrimSpace(string(pid)), s.dir)
	}
	select {}
}

func TestAKilledTestRunLeavesNoServer(t *testing.T) {
	var servers int
	for _, p := range Products {
		if os.Getenv(p.variable) != "" {
			t.Skip("the servers are somebody else's")
		}
		if _, ok := p.find(); !ok {
			p.absent(t)
		}
		servers++
	}
	const self = `"$0" -test.run '^TestToBeKilled$' -test.v`
	for name, c := range map[string]struct {
		script string // prints the process to kill as KILL <pid>
	}{
		"the test process is killed":                   {script: `echo KILL $$; exec ` + self},
		"what started the test process is killed":      {script: `echo KILL $$; ` + self + `; exit`},
		"what started what started the test is killed": {script: `sleep 1000 & export SIDELIGHT_TEST_PARENT=$!; echo KILL $!; ` + self + `; exit`},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command("/bin/sh", "-c", c.script, os.Args[0])
			cmd.Env = append(os.Environ(), "SIDELIGHT_TO_BE_KILLED=1", "SIDELIGHT_TEST_PARENT=")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); _ = cmd.Wait() }()
			victim, pids, folders := 0, []int{}, []string{}
			lines := bufio.NewScanner(out)
			for len(pids) < servers && lines.Scan() {
				var pid int
				var folder string
				if _, err := fmt.Sscanf(lines.Text(), "KILL %d", &victim); err == nil {
					continue
				}
				if _, err := fmt.Sscanf(lines.Text(), "STARTED %d %s", &pid, &folder); err == nil {
					pids, folders = append(pids, pid), append(folders, folder)
				}
			}
			if len(pids) < servers || victim == 0 {
				t.Fatal("the servers were not started")
			}
			for _, pid := range pids {
				if !alive(pid) {
					t.Fatalf("%d is no living server", pid)
				}
				defer func() {
					if t.Failed() {
						_ = syscall.Kill(pid, syscall.SIGKILL)
					}
				}()
			}
			if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
			for _, pid := range pids { // nobody tells a process of the end of another one's child
				testkit.Within(t, time.Minute, fmt.Sprintf("server %d ends", pid), func() bool { return !alive(pid) })
			}
			deadline := time.Now().Add(time.Minute)
			for _, folder := range folders {
				for gone := false; !gone; {
					f, err := newFolder(filepath.Dir(folder)) // as the next run does
					if err == nil {
						err = f.remove()
					}
					if err != nil {
						t.Fatal(err)
					}
					_, err = os.Stat(folder)
					if gone = os.IsNotExist(err); !gone && time.Now().After(deadline) {
						t.Fatalf("%s is still there after another run has begun: %v", folder, err)
					}
				}
			}
		})
	}
}

// alive tells whether there is such a process that has not ended.
func alive(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

func TestAFolderInUseIsNotRemoved(t *testing.T) {
	below := t.TempDir()
	mine, err := newFolder(below)
	if err != nil {
		t.Fatal(err)
	}
	other, err := newFolder(below)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mine.path); err != nil {
		t.Error(err)
	}
	if err := mine.lock.Close(); err != nil { // as when the process ends
		t.Fatal(err)
	}
	removeAbandoned(below)
	if _, err := os.Stat(mine.path); !os.IsNotExist(err) {
		t.Errorf("what nobody uses is still there: %v", err)
	}
	if err := other.remove(); err != nil {
		t.Error(err)
	}
}
