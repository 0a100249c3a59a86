// Package testkit holds what the harnesses of the tests share: a clock that a test sets, waiting
// without sleeping, and calls over HTTP. No program imports it.
//
// It imports nothing of Sidelight, so that the tests inside of those packages can use it, too.
package testkit

import (
	"testing"
	"time"
)

// Must ends the test where an error stands.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// waitLimit is how long Soon waits. It is no measure of speed: what happens by itself happens long
// before, also on a machine that is busy.
const waitLimit = 30 * time.Second

// Soon waits until something holds that happens by itself, and ends the test where it does not.
// What found answers is added to the message.
func Soon(t testing.TB, what string, holds func() bool, found ...func() string) {
	t.Helper()
	Within(t, waitLimit, what, holds, found...)
}

// Within is Soon with another patience.
func Within(t testing.TB, limit time.Duration, what string, holds func() bool, found ...func() string) {
	t.Helper()
	deadline, tick := time.Now().Add(limit), time.NewTicker(10*time.Millisecond)
	defer tick.Stop()
	for !holds() {
		if time.Now().After(deadline) {
			for _, f := range found {
				what += ": " + f()
			}
			t.Fatalf("it did not happen: %s", what)
		}
		<-tick.C
	}
}
