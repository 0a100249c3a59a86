package storetest

import (
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
	"time"
)

// Bind ties a program that is to be started to this process: it is killed when this process ends in
// whatever way. It has a group of its own, so that an interrupt at the keyboard ends the tests
// first and they end the program.
func Bind(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// within has a program run in a folder as if that were the machine.
func within(cmd *exec.Cmd, root string) { cmd.SysProcAttr.Chroot, cmd.Dir = root, "/" }

// mysqlUser is the system's user for databases, where this process may act for it.
func mysqlUser() *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("mysql")
	if err != nil {
		return nil
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// asUser has a program run as that user, from the start: one that changes its user by itself is not
// bound any more.
func asUser(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Credential = mysqlUser()
}

// asMySQL gives a file or folder to that user.
func asMySQL(path string) error {
	if u := mysqlUser(); u != nil {
		return os.Chown(path, int(u.Uid), int(u.Gid))
	}
	return nil
}

// killGroup kills a program with all that it started.
func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// watchParents ends this process when nobody waits for it any more: `go test` was killed, or the
// make (SIDELIGHT_TEST_PARENT) that started that.
func watchParents() (stop func()) {
	parent := os.Getppid()
	grand, _ := strconv.Atoi(os.Getenv("SIDELIGHT_TEST_PARENT"))
	done, tick := make(chan struct{}), time.NewTicker(time.Second)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			if os.Getppid() != parent || grand > 0 && syscall.Kill(grand, 0) == syscall.ESRCH {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			}
		}
	}()
	return func() { tick.Stop(); close(done) }
}
