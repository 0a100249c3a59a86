package models

import (
	"testing"
)

func TestAShortSalesforceIDGetsItsSuffix(t *testing.T) {
	for short, want := range map[string]string{
		"0015g00000A1b2C": "0015g00000A1b2CAAR", "003000000000001": "003000000000001AAA", "006D000000aBcDe": "006D000000aBcDeIAK",
		"aZz09AaZz09AaZ0": "aZz09AaZz09AaZ0CFK", "00300000000000{": "00300000000000{", "00300000000000@": "00300000000000@", "00300000000000/": "00300000000000/", "00300000000000:": "00300000000000:", "00300000000000[": "00300000000000[", "00300000000000`": "00300000000000`",
		"": "", "0015g00000A1b2CAAR": "0015g00000A1b2CAAR", "003-00000000001": "003-00000000001", "not an id at all": "not an id at all",
	} {
		if got := SalesforceID(short); got != want {
			t.Errorf("%q: %q, want %q", short, got, want)
		}
	}
}
