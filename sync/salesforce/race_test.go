//go:build race

package salesforce_test

// racing tells that the race detector slows everything down.
const racing = true
