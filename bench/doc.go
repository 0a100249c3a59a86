// Package bench measures Sidelight beside the least that a program could do on the same machine, in
// one run: run it by `make bench`. What the figures mean, and what they were, stands in
// docs/performance.md.
package bench
