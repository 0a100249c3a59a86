//go:build !linux

package storetest

import "os/exec"

// Bind does nothing here: only Linux ends a program with the one that started it.
func Bind(*exec.Cmd) {}

func within(*exec.Cmd, string) {}

func watchParents() (stop func()) { return func() {} }

func asUser(*exec.Cmd) {}

func asMySQL(string) error { return nil }

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
