//go:build !unix

package storetest

import "os"

const locksTell = false

func waitLock(*os.File) error { return nil }

func tryLock(*os.File) error { return nil }
