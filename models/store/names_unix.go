//go:build unix

package store

import (
	"io/fs"
	"syscall"
)

// names is how many names an open file has. One that was removed has none.
func names(file fs.FileInfo) uint64 {
	if stat, ok := file.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink) //nolint:unconvert // other systems count in fewer bits
	}
	return 1
}
