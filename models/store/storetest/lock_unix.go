//go:build unix

package storetest

import (
	"os"
	"syscall"
)

// locksTell tells whether folders of dead processes can be told from those of living ones.
const locksTell = true

func waitLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX) }

func tryLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
