// Package archtest checks what the compiler does not: which package may import which, and that the
// documents cite files that exist. It holds tests alone.
package archtest
