package storetest

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// Disk is a small file system that a test can fill. Only root can make one.
type Disk struct {
	t    testing.TB
	Path string
}

// SmallDisk mounts one of the size, as mount(8) has it: 16m.
func SmallDisk(t testing.TB, size string) *Disk {
	t.Helper()
	path := t.TempDir()
	if said, err := exec.Command("mount", "-t", "tmpfs", "-o", "mode=700,size="+size, "tmpfs", path).CombinedOutput(); err != nil {
		if os.Getenv("SIDELIGHT_NO_SKIP") != "" && os.Geteuid() == 0 {
			t.Fatalf("a small disk cannot be mounted: %v: %s", err, said)
		}
		t.Skip("a small disk cannot be mounted: run this test as root")
	}
	t.Cleanup(func() {
		if said, err := exec.Command("umount", "-l", path).CombinedOutput(); err != nil {
			t.Errorf("the small disk stays mounted: %v: %s", err, said)
		}
	})
	return &Disk{t, path}
}

// Fill takes all the space that is left.
func (d *Disk) Fill() {
	d.t.Helper()
	f, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err = f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	if err := f.Close(); err != nil {
		d.t.Fatal(err)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatalf("the disk is not full: %v", err)
	}
}

// Free gives the space back.
func (d *Disk) Free() {
	d.t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *Disk) ballast() string { return filepath.Join(d.Path, "ballast") }
