package related_test

import (
	"testing"

	"sidelight/models/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
