package storetest

import (
	"os/exec"
	"syscall"
)

// bound gives the server a group of its own, so that an interrupt at the keyboard ends the tests first and they end the server.
func bound(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
