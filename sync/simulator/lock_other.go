//go:build !unix

package simulator

import "os"

// lockFile does nothing where there is no lock that ends with the process.
func lockFile(*os.File) error { return nil }
