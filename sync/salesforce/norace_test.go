//go:build !race

package salesforce_test

const racing = false
