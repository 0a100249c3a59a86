package storetest

import (
	"errors"
	"os"
	"path/filepath"
)

// folder is a folder of this process. As long as it or the server that it started lives, the lock
// is held; afterwards anybody may remove the folder.
type folder struct {
	path string
	lock *os.File
}

const prefix = "sidelight-database-"

// newFolder makes a folder, and removes those whose processes were killed before they could.
func newFolder(below string) (*folder, error) {
	// Nobody removes folders between the making of a folder and its locking.
	unlock, err := lockFile(filepath.Join(below, prefix+"lock"))
	if err != nil {
		return nil, err
	}
	defer unlock()
	if locksTell {
		removeAbandoned(below)
	}
	f := &folder{}
	if f.path, err = os.MkdirTemp(below, prefix); err != nil {
		return nil, err
	}
	if f.lock, err = os.Create(filepath.Join(f.path, "lock")); err != nil {
		return nil, errors.Join(err, os.RemoveAll(f.path))
	}
	if err := tryLock(f.lock); err != nil {
		return nil, errors.Join(err, f.remove())
	}
	return f, nil
}

// removeAbandoned removes the folders that nobody holds.
func removeAbandoned(below string) {
	old, _ := filepath.Glob(filepath.Join(below, prefix+"*", "lock"))
	for _, name := range old {
		if lock, err := os.OpenFile(name, os.O_RDWR, 0); err == nil {
			if tryLock(lock) == nil {
				_ = os.RemoveAll(filepath.Dir(name))
			}
			_ = lock.Close()
		}
	}
}

func (f *folder) remove() error { return errors.Join(os.RemoveAll(f.path), f.lock.Close()) }

// lockFile waits for a lock that ends with this process at the latest.
func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := waitLock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}
